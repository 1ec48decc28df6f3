//! Query strings as Plug parses them: `a[]=1`, `a[b]=c` and `a[0][id]=x` are nested, names with dots are not.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::fields::bad_type;
use super::response::Failure;
use crate::json::Fields;
use crate::recipient::Recipient;

/// The maximum depth of nesting, so that no query can exhaust the stack.
const MAX_DEPTH: usize = 16;

#[derive(Debug, Default)]
pub(crate) struct Query(Fields);

impl Query {
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let mut fields = Fields::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let path = key_path(&decode(name)?)?;
            if let Some((first, rest)) = path.split_first() {
                insert(&mut fields, first, rest, decode(value)?);
            }
        }
        Ok(Self(fields))
    }

    /// The parameters in a JSON object, as a socket has them. `trigger_data` can be an object or its text.
    pub(crate) fn of(fields: &Fields) -> Self {
        let scalar = |value: &Value| match value {
            Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
            other => other.clone(),
        };
        let read = |(name, value): (&String, &Value)| {
            let value = match value {
                Value::Object(_) if name == "trigger_data" => Value::String(value.to_string()),
                Value::Array(items) => items.iter().map(scalar).collect(),
                other => scalar(other),
            };
            (name.clone(), value)
        };
        Self(fields.iter().map(read).collect())
    }

    /// One parameter as text. An empty parameter counts as absent, like in Phoenix.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Failure> {
        text_of(self.0.get(name), name)
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.text(name)? {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(bad_type(name)),
        }
    }

    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Failure> {
        self.text(name)?.map(|text| text.parse().map_err(|_| bad_type(name))).transpose()
    }

    /// A list of strings. For Plug, a plain `a=1` and an indexed `a[0]=1` are not lists.
    pub(crate) fn strings(&self, name: &str) -> Result<Vec<String>, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| bad_type(name)))
                .collect(),
            Some(_) => Err(bad_type(name)),
        }
    }

    /// `outer.inner` or `outer[inner]`.
    pub(crate) fn nested(&self, outer: &str, inner: &str) -> Result<Option<&str>, Failure> {
        let dotted = format!("{outer}.{inner}");
        match self.text(&dotted)? {
            Some(text) => Ok(Some(text)),
            None => text_of(self.0.get(outer).and_then(|outer| outer.get(inner)), &dotted),
        }
    }

    pub(crate) fn nested_time(&self, outer: &str, inner: &str) -> Result<Option<Timestamp>, Failure> {
        let parse = |text: &str| text.parse().map_err(|_| bad_type(&format!("{outer}.{inner}")));
        self.nested(outer, inner)?.map(parse).transpose()
    }

    /// An object, written as JSON text, in brackets, or with dotted names.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Fields>, Failure> {
        match self.0.get(name) {
            Some(Value::Object(fields)) => Ok(Some(fields.clone())),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(Value::Object(fields)) => Ok(Some(fields)),
                _ => Err(bad_type(name)),
            },
            Some(_) => Err(bad_type(name)),
            None => Ok(self.dotted(name)),
        }
    }

    fn dotted(&self, name: &str) -> Option<Fields> {
        let prefix = format!("{name}.");
        let found: Fields = self
            .0
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?.to_owned(), value.clone())))
            .collect();
        (!found.is_empty()).then_some(found)
    }

    /// One recipient: an id, `name[id]=…`, or JSON text.
    pub(crate) fn recipient(&self, name: &str) -> Result<Option<Recipient>, Failure> {
        let parsed = match self.0.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) if text.starts_with('{') => {
                serde_json::from_str(text).ok().as_ref().and_then(Recipient::parse)
            }
            Some(value) => Recipient::parse(value),
        };
        parsed.map(Some).ok_or_else(|| bad_type(name))
    }

    /// A list of recipients: `a[]=id`, or indexed if there is an object among them.
    pub(crate) fn recipients(&self, name: &str) -> Result<Option<Vec<Recipient>>, Failure> {
        let items: Vec<&Value> = match self.0.get(name) {
            None => return Ok(None),
            Some(Value::Array(items)) => items.iter().collect(),
            Some(Value::Object(map)) => indexed(map).ok_or_else(|| bad_type(name))?,
            Some(_) => return Err(bad_type(name)),
        };
        let parsed: Option<Vec<Recipient>> = items.into_iter().map(Recipient::parse).collect();
        parsed.map(Some).ok_or_else(|| bad_type(name))
    }
}

/// The values of `{"0": …, "1": …}` in order. Knock rejects a map that contains only scalars.
fn indexed(map: &Fields) -> Option<Vec<&Value>> {
    let mut items: Vec<(u64, &Value)> =
        map.iter().map(|(key, value)| Some((key.parse().ok()?, value))).collect::<Option<_>>()?;
    items.sort_by_key(|(index, _)| *index);
    let any_object = items.iter().any(|(_, value)| value.is_object());
    any_object.then(|| items.into_iter().map(|(_, value)| value).collect())
}

fn text_of<'a>(value: Option<&'a Value>, name: &str) -> Result<Option<&'a str>, Failure> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad_type(name)),
    }
}

fn decode(text: &str) -> Result<String, Failure> {
    let spaced = text.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => Err(Failure::malformed("The query string is not valid UTF-8")),
    }
}

/// Splits `a[b][]` into `a`, `b` and an empty segment. A name with unclosed brackets is taken literally.
fn key_path(name: &str) -> Result<Vec<String>, Failure> {
    let Some((first, rest)) = name.split_once('[').filter(|(first, _)| !first.is_empty()) else {
        return Ok(vec![name.to_owned()]);
    };
    let Some(inner) = rest.strip_suffix(']') else { return Ok(vec![name.to_owned()]) };
    let path: Vec<String> = std::iter::once(first).chain(inner.split("][")).map(str::to_owned).collect();
    if path.len() > MAX_DEPTH {
        return Err(Failure::malformed("The query string is nested too deeply"));
    }
    Ok(path)
}

fn insert(fields: &mut Fields, key: &str, rest: &[String], value: String) {
    let Some((next, after)) = rest.split_first() else {
        fields.insert(key.to_owned(), Value::String(value));
        return;
    };
    if next.is_empty() {
        let slot = fields.entry(key.to_owned()).or_insert_with(|| Value::Array(Vec::new()));
        if !slot.is_array() {
            *slot = Value::Array(Vec::new());
        }
        if let Value::Array(items) = slot {
            items.push(list_item(after, value));
        }
        return;
    }
    let slot = fields.entry(key.to_owned()).or_insert_with(|| Value::Object(Fields::new()));
    if !slot.is_object() {
        *slot = Value::Object(Fields::new());
    }
    if let Value::Object(inner) = slot {
        insert(inner, next, after, value);
    }
}

/// Each `a[][b]=c` starts a new item. Plug does not merge them.
fn list_item(path: &[String], value: String) -> Value {
    let Some((first, rest)) = path.split_first() else { return Value::String(value) };
    let mut fields = Fields::new();
    insert(&mut fields, first, rest, value);
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parses_like_plug() {
        for (text, expected) in [
            ("a=1&b=2", json!({ "a": "1", "b": "2" })),
            ("a[]=1&a[]=2", json!({ "a": ["1", "2"] })),
            ("a%5B%5D=1", json!({ "a": ["1"] })),
            ("a[b]=c&a[d]=e+f", json!({ "a": { "b": "c", "d": "e f" } })),
            ("a[0][id]=x&a[0][collection]=y", json!({ "a": { "0": { "id": "x", "collection": "y" } } })),
            ("a[][id]=x&a[][collection]=y", json!({ "a": [{ "id": "x" }, { "collection": "y" }] })),
            ("inserted_at.gt=1", json!({ "inserted_at.gt": "1" })),
            ("a=1&a[b]=2&a[]=3", json!({ "a": ["3"] })),
            ("a&=x&[b]=1&c[d=1", json!({ "a": "", "": "x", "[b]": "1", "c[d": "1" })),
        ] {
            assert_eq!(Value::Object(Query::parse(text).unwrap().0), expected, "{text}");
        }
        assert!(Query::parse(&format!("a{}=1", "[b]".repeat(10_000))).is_err());
        assert!(Query::parse("a=%ff").is_err());
    }

    #[test]
    fn lists_and_maps_are_told_apart() {
        let query = Query::parse("a[0]=x&b=x&c[]=x&d[0]=u&d[1][id]=i&d[1][collection]=c").unwrap();
        assert!(query.strings("a").is_err());
        assert!(query.strings("b").is_err());
        assert_eq!(query.strings("c").unwrap(), ["x"]);
        assert!(query.recipients("a").is_err());
        assert_eq!(query.recipients("d").unwrap().unwrap().len(), 2);
    }

    #[test]
    fn objects_come_in_three_spellings() {
        for text in [
            "o.id=1&o.collection=c",
            "o[id]=1&o[collection]=c",
            "o=%7B%22id%22:%221%22,%22collection%22:%22c%22%7D",
        ] {
            let object = Query::parse(text).unwrap().object("o").unwrap().unwrap();
            assert_eq!(object["id"], "1", "{text}");
        }
        assert_eq!(Query::parse("q[limit]=2&q.cursor=x").unwrap().nested("q", "limit").unwrap(), Some("2"));
    }
}
