//! Where a JSON text could not be read.

use std::fmt;

/// The longest name of a member that is shown.
const MAX_NAME: usize = 40;
/// The largest number of steps that are shown.
const MAX_STEPS: usize = 12;

/// A place in a JSON text, for example `items[45].created_at`.
///
/// It is found by reading the text again up to an offset, so that nothing has to be tracked while nothing fails.
#[derive(Debug)]
pub(super) struct Place<'t> {
    steps: Vec<Step<'t>>,
}

#[derive(Debug)]
enum Step<'t> {
    /// The name of a member, as it is written; empty before the first one.
    Member(&'t [u8]),
    Index(usize),
}

impl<'t> Place<'t> {
    /// Returns the place of the value that ends at the end of `text`, or is cut off there.
    pub(super) fn at_end_of(text: &'t [u8]) -> Self {
        let (mut steps, mut at, mut name_is_next) = (Vec::new(), 0, false);
        while let Some(byte) = text.get(at) {
            match byte {
                b'"' => {
                    let end = end_of_string(text, at + 1);
                    if name_is_next && let Some(Step::Member(name)) = steps.last_mut() {
                        *name = &text[at + 1..end];
                    }
                    at = end;
                }
                b'{' => steps.push(Step::Member(b"")),
                b'[' => steps.push(Step::Index(0)),
                b'}' | b']' => drop(steps.pop()),
                b',' => {
                    if let Some(Step::Index(index)) = steps.last_mut() {
                        *index += 1;
                    }
                }
                _ => {}
            }
            name_is_next = match byte {
                b'{' | b',' => matches!(steps.last(), Some(Step::Member(_))),
                byte => name_is_next && byte.is_ascii_whitespace(),
            };
            at += 1;
        }
        Self { steps }
    }

    /// Returns the name of the member at this place, if it is one.
    pub(super) fn member(&self) -> Option<&'t str> {
        match self.steps.last()? {
            Step::Member(name) => std::str::from_utf8(name).ok(),
            Step::Index(_) => None,
        }
    }

    /// Returns whether this is the whole text.
    pub(super) fn is_root(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Member(b"")))
    }
}

/// Returns the index of the quotation mark that ends a string, or the length of the text.
fn end_of_string(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    at.min(text.len())
}

/// Shows names that look like those of fields. Others may be data, such as ids and addresses.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            if index == MAX_STEPS {
                return f.write_str("…");
            }
            match step {
                Step::Index(item) => write!(f, "[{item}]")?,
                Step::Member(b"") => {}
                Step::Member(name) => {
                    let separator = if index == 0 { "" } else { "." };
                    let name = std::str::from_utf8(name).ok().filter(|name| is_name_of_field(name));
                    write!(f, "{separator}{}", name.unwrap_or("…"))?;
                }
            }
        }
        Ok(())
    }
}

fn is_name_of_field(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_that_of_the_last_value() {
        let cases = [
            ("", ""),
            ("{", ""),
            (r#"{"id": 7"#, "id"),
            (r#"{"id": 7}"#, ""),
            (r#"{"a": {"b": [1, {"c": 2}, "x\",{[", 7"#, "a.b[3]"),
            (r#"{"a": {"b": 1}, "c" : "d:e", "f"   : {"#, "f"),
            ("[[1, 2], [3, [4", "[1][1][0]"),
            (r#"{"items": [{"id": "a"}, {"created_at": "x""#, "items[1].created_at"),
            (r#"{"items": [{"id": "a"}, {"created_at": "x"}"#, "items[1]"),
            (r#"{"jane@personal.example": {"a": 1"#, "….a"),
            (r#"{"jane\": {"#, "…"),
            (r#"{"1d8e": [1"#, "…[0]"),
        ];
        for (text, place) in cases {
            assert_eq!(Place::at_end_of(text.as_bytes()).to_string(), place, "{text}");
        }
    }

    #[test]
    fn a_place_is_short() {
        let deep = format!("{}1", r#"{"name_of_a_field":["#.repeat(60));
        assert!(Place::at_end_of(deep.as_bytes()).to_string().len() < 300);
    }
}
