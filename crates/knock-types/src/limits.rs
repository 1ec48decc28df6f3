//! What a schema demands and a Rust type cannot express.
//!
//! The limits of a schema travel through typify at the end of its description, behind a character that no description
//! contains, so that they arrive at the field or type to which they belong.

use serde_json::{Map, Number, Value, json};

/// Between a description and its limits: a character for private use.
const MARK: char = '\u{e000}';

/// The limits of a value, which are checked when a call is made.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Limits {
    /// The length of a text in characters, or the number of items of a list.
    pub(crate) size: Range,
    pub(crate) number: Range,
    pub(crate) multiple_of: Option<i64>,
    /// The only allowed values, for numbers and booleans.
    pub(crate) values: Vec<Value>,
    /// The limits of each item of a list, or of each value of a map.
    pub(crate) items: Option<Box<Self>>,
}

/// The ends of a range.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Range {
    pub(crate) start: Option<End>,
    pub(crate) end: Option<End>,
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct End {
    pub(crate) number: Number,
    pub(crate) excluded: bool,
}

impl Range {
    /// Reads the ends from members of a schema.
    pub(crate) fn of(schema: &Map<String, Value>, start: &str, end: &str) -> Self {
        let read = |name: &str| schema.get(name).and_then(Value::as_number).cloned();
        let included = |number| End { number, excluded: false };
        Self { start: read(start).map(included), end: read(end).map(included) }
    }

    fn words(&self, unit: &str) -> Option<String> {
        let start = self.start.as_ref().map(|end| (if end.excluded { "more than" } else { "at least" }, end));
        let end = self.end.as_ref().map(|end| (if end.excluded { "less than" } else { "at most" }, end));
        let ends: Vec<_> =
            start.into_iter().chain(end).map(|(words, end)| format!("{words} {}", end.number)).collect();
        let is_exact = self.start.is_some() && self.start == self.end;
        let ends = if is_exact {
            self.start.iter().map(|end| format!("exactly {}", end.number)).collect()
        } else {
            ends
        };
        let is_one =
            self.end.as_ref().or(self.start.as_ref()).is_some_and(|end| end.number.as_u64() == Some(1));
        let plural = if is_one || unit.is_empty() { "" } else { "s" };
        (!ends.is_empty()).then(|| format!("{}{unit}{plural}", ends.join(" and ")))
    }

    fn json(&self) -> Value {
        let end = |end: &Option<End>| end.as_ref().map(|end| json!([end.number, end.excluded]));
        json!([end(&self.start), end(&self.end)])
    }

    fn parse(value: &Value) -> Self {
        let end = |index: usize| {
            let end = value.get(index)?;
            Some(End { number: end.get(0)?.as_number()?.clone(), excluded: end.get(1)?.as_bool()? })
        };
        Self { start: end(0), end: end(1) }
    }
}

impl Limits {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Describes the limits, as a sentence for each.
    pub(crate) fn sentences(&self, is_text: bool) -> Vec<String> {
        let mut sentences = Vec::new();
        let unit = if is_text { " character" } else { " item" };
        sentences.extend(self.size.words(unit).as_deref().map(sentence));
        sentences.extend(self.number.words("").as_deref().map(sentence));
        sentences.extend(self.multiple_of.map(|of| format!("A multiple of {of}.")));
        if !self.values.is_empty() {
            let values: Vec<_> = self.values.iter().map(|value| format!("`{value}`")).collect();
            sentences.push(format!("One of: {}.", values.join(", ")));
        }
        sentences
    }

    fn json(&self) -> Value {
        json!({
            "size": self.size.json(), "number": self.number.json(), "multiple_of": self.multiple_of,
            "values": self.values, "items": self.items.as_ref().map(|items| items.json())
        })
    }

    fn parse(value: &Value) -> Self {
        Self {
            size: Range::parse(&value["size"]),
            number: Range::parse(&value["number"]),
            multiple_of: value["multiple_of"].as_i64(),
            values: value["values"].as_array().cloned().unwrap_or_default(),
            items: value["items"].is_object().then(|| Box::new(Self::parse(&value["items"]))),
        }
    }

    /// Appends the limits to a description.
    pub(crate) fn append_to(&self, description: &mut String) {
        if !self.is_empty() {
            description.push(MARK);
            description.push_str(&self.json().to_string());
        }
    }

    /// Divides a description from the limits that follow it.
    pub(crate) fn split(description: &str) -> (&str, Self) {
        let Some((text, rest)) = description.split_once(MARK) else {
            return (description, Self::default());
        };
        // Whatever typify writes behind a description does not belong to the limits.
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let limits = values.next().and_then(Result::ok).map(|value| Self::parse(&value)).unwrap_or_default();
        (text, limits)
    }

    /// Removes the mark from a description of the user.
    pub(crate) fn without_mark(description: &str) -> String {
        description.replace(MARK, "")
    }
}

fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_survive_a_description() {
        let schema = json!({ "minLength": 1, "maxLength": 200, "minimum": 0.5 });
        let schema = schema.as_object().unwrap();
        let end = Some(End { number: Number::from(9), excluded: true });
        let items = Limits { number: Range { start: None, end }, ..Limits::default() };
        let limits = Limits {
            size: Range::of(schema, "minLength", "maxLength"),
            number: Range::of(schema, "minimum", "maximum"),
            multiple_of: Some(5),
            values: vec![json!(5), json!(true)],
            items: Some(Box::new(items)),
        };
        let mut text = "A title.".to_owned();
        limits.append_to(&mut text);
        assert_eq!(Limits::split(&format!("{text}\n\nmore")), ("A title.", limits.clone()));
        assert_eq!(
            limits.sentences(true),
            [
                "At least 1 and at most 200 characters.",
                "At least 0.5.",
                "A multiple of 5.",
                "One of: `5`, `true`."
            ]
        );
        assert_eq!(Limits::split("plain"), ("plain", Limits::default()));
    }
}
