//! Searching messages for words.

use std::collections::HashSet;

use serde_json::Value;

use crate::json::Fields;
use crate::recipient::Recipient;
use crate::world::World;
use crate::world::message::Message;

/// The properties of a recipient that are searched.
const PROPERTIES: [&str; 3] = ["name", "email", "phone_number"];

/// Letters from the most frequent one, in English. Other characters are rarer.
const FREQUENT: &[u8] = b"etaoinshrdlucmfwypvbgkjqxz";

/// More words than these are not looked for.
const MAX_WORDS: usize = 16;

/// Words that are looked for, ignoring case.
#[derive(Debug)]
pub(super) struct Search<'w> {
    /// Each with the recipients of whom it is a part of the name or an address.
    words: Vec<(Word, HashSet<&'w Recipient>)>,
}

impl<'w> Search<'w> {
    pub(super) fn new(query: &str, world: &'w World) -> Self {
        let words = query.split_whitespace().take(MAX_WORDS).map(Word::new);
        let with_recipients = |word: Word| {
            let recipients = word.recipients(world);
            (word, recipients)
        };
        Self { words: words.map(with_recipients).collect() }
    }

    /// Whether each word occurs in what people know of a message.
    pub(super) fn finds(&self, message: &Message) -> bool {
        self.words
            .iter()
            .all(|(word, recipients)| recipients.contains(&message.recipient) || word.is_in(message))
    }
}

#[derive(Debug)]
struct Word {
    /// In lower case.
    text: String,
    /// The place of its rarest byte, if it is ASCII.
    rarest: usize,
    /// Whether it can be a part of a number.
    is_number: bool,
}

impl Word {
    fn new(word: &str) -> Self {
        let text = word.to_lowercase();
        let rarity = |byte: &u8| FREQUENT.iter().position(|one| one == byte).unwrap_or(FREQUENT.len());
        let rarest = text.bytes().enumerate().max_by_key(|(_, byte)| rarity(byte)).map_or(0, |(at, _)| at);
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit() || b".+-eE".contains(&byte));
        Self { text, rarest, is_number }
    }

    fn recipients<'w>(&self, world: &'w World) -> HashSet<&'w Recipient> {
        let has = |properties: &Fields| {
            PROPERTIES.iter().any(|name| properties.get(*name).is_some_and(|value| self.is_in_value(value)))
        };
        world.entities.iter().filter(|(_, entity)| has(&entity.properties)).map(|(one, _)| one).collect()
    }

    fn is_in(&self, message: &Message) -> bool {
        let workflow = &message.trigger.workflow;
        self.occurs(&workflow.key)
            || self.occurs(workflow.name())
            || self.occurs(message.recipient.id())
            || message.recipient.collection().is_some_and(|collection| self.occurs(collection))
            || message.content.as_ref().is_some_and(|content| content.has_text(|text| self.occurs(text)))
            || self.is_in_value(&message.data)
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
            return self.occurs_ascii(text.as_bytes());
        }
        !text.is_ascii() && text.to_lowercase().contains(&self.text)
    }

    /// Most texts do not contain the word, and many do not even contain its rarest letter.
    fn occurs_ascii(&self, text: &[u8]) -> bool {
        let word = self.text.as_bytes();
        let Some(rarest) = word.get(self.rarest) else { return true };
        let is_here = |at: usize| {
            let start = at.checked_sub(self.rarest);
            let part = start.and_then(|start| text.get(start..start + word.len()));
            part.is_some_and(|part| part.eq_ignore_ascii_case(word))
        };
        memchr::memchr2_iter(*rarest, rarest.to_ascii_uppercase(), text).any(is_here)
    }
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
            ("é", "Él", true),
            ("a", "", false),
            ("été", "ete", false),
            ("ber", "ÜBER", true),
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
