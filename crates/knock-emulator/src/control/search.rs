//! Searching messages for words.

use serde_json::Value;

use crate::json::Fields;
use crate::world::World;
use crate::world::message::Message;

/// The properties of a recipient that are searched.
const PROPERTIES: [&str; 3] = ["name", "email", "phone_number"];

/// A word that is looked for, ignoring case.
#[derive(Debug)]
pub(super) struct Word {
    /// In lower case.
    text: String,
    /// Whether it can be a part of a number.
    is_number: bool,
}

impl Word {
    pub(super) fn all(query: &str) -> Vec<Self> {
        query.split_whitespace().map(Self::new).collect()
    }

    fn new(word: &str) -> Self {
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit() || b".+-eE".contains(&byte));
        Self { text: word.to_lowercase(), is_number }
    }

    /// Whether it occurs in what people know of a message.
    pub(super) fn is_in(&self, message: &Message, world: &World) -> bool {
        let workflow = &message.trigger.workflow;
        self.occurs(&workflow.key)
            || self.occurs(workflow.name())
            || self.occurs(message.recipient.id())
            || message.recipient.collection().is_some_and(|collection| self.occurs(collection))
            || message.content.as_ref().is_some_and(|content| content.has_text(|text| self.occurs(text)))
            || self.is_in_value(&message.data)
            || world
                .entities
                .get(&message.recipient)
                .is_some_and(|entity| self.is_in_fields(&entity.properties))
    }

    fn is_in_fields(&self, properties: &Fields) -> bool {
        PROPERTIES.iter().any(|name| properties.get(*name).is_some_and(|value| self.is_in_value(value)))
    }

    fn is_in_value(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.occurs(text),
            Value::Number(number) => self.is_number && self.occurs(&number.to_string()),
            Value::Array(items) => items.iter().any(|item| self.is_in_value(item)),
            Value::Object(fields) => fields.values().any(|value| self.is_in_value(value)),
            Value::Null | Value::Bool(_) => false,
        }
    }

    fn occurs(&self, text: &str) -> bool {
        if self.text.is_ascii() {
            return occurs_ascii(text.as_bytes(), self.text.as_bytes());
        }
        !text.is_ascii() && text.to_lowercase().contains(&self.text)
    }
}

/// Whether ASCII text occurs. It allocates nothing, since most of the texts do not contain the word.
fn occurs_ascii(text: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return true };
    let Some(last) = text.len().checked_sub(word.len()) else { return false };
    let beginnings = text.get(..=last).unwrap_or_default();
    let is_here =
        |at: usize| text.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word));
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), beginnings).any(is_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_occurs_in_any_case() {
        for (word, text, occurs) in [
            ("hello", "Say HELLO!", true),
            ("HELLO", "hello", true),
            ("hello", "hell", false),
            ("o", "hello", true),
            ("zz", "z", false),
            ("aab", "aAaB", true),
            ("ärger", "Großer ÄRGER", true),
            ("ärger", "arger", false),
            ("é", "caf\u{e9}", true),
            ("a", "", false),
            ("été", "ete", false),
            ("caf", "CAFÉ", true),
        ] {
            assert_eq!(Word::new(word).occurs(text), occurs, "{word} in {text}");
        }
    }

    #[test]
    fn values_are_searched_to_their_depth() {
        let value = serde_json::json!({ "a": [{ "b": "Trex" }, 1234, true, null] });
        for (word, occurs) in [("rex", true), ("23", true), ("1.5", false), ("true", false), ("b", false)] {
            assert_eq!(Word::new(word).is_in_value(&value), occurs, "{word}");
        }
    }
}
