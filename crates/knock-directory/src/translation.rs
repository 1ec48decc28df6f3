//! Translations, as JSON or as PO files.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::files;
use crate::problem::{Place, Problem};

/// A translation, from `translations/<locale>/<locale>.json` or `translations/<locale>/<namespace>.<locale>.json`. The file
/// can also be a `.po` file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Translation {
    /// The file, relative to the directory.
    pub file: PathBuf,
    /// The locale, for example `en` or `de-AT`.
    pub locale: String,
    /// The namespace.
    pub namespace: Option<String>,
    /// The texts, nested by the parts of their keys. Each text is Liquid. From PO files they are not nested, and texts with a
    /// plural have `one` and `other`.
    pub content: Map<String, Value>,
}

impl Translation {
    /// Reads a file. Returns `None` if it is not a translation.
    pub(crate) fn read(root: &Path, file: &Path, locale: &str) -> Option<Result<Self, Vec<Problem>>> {
        let stem = file.file_stem()?.to_str()?;
        let namespace = match stem.strip_suffix(locale)? {
            "" => None,
            namespace => Some(namespace.strip_suffix('.')?.to_owned()),
        };
        let content = match file.extension()?.to_str()? {
            "json" => json(root, file),
            "po" => files::text(root, file).and_then(|text| po(file, &text)),
            _ => return None,
        };
        let made = |content| Self { file: file.to_owned(), locale: locale.to_owned(), namespace, content };
        Some(content.map(made).map_err(|problem| vec![problem]))
    }
}

fn json(root: &Path, file: &Path) -> Result<Map<String, Value>, Problem> {
    match files::json(root, file)? {
        Value::Object(content) => {
            check(&content, "").map_err(|path| {
                Problem::new(file, Place::Value(path), "should be a string or an object with strings")
            })?;
            Ok(content)
        }
        _ => Err(Problem::of_file(file, "should be an object")),
    }
}

fn check(content: &Map<String, Value>, path: &str) -> Result<(), String> {
    for (key, value) in content {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match value {
            Value::String(_) => {}
            Value::Object(inner) => check(inner, &path)?,
            _ => return Err(path),
        }
    }
    Ok(())
}

/// An entry of a PO file, as far as it was read.
#[derive(Default)]
struct Entry {
    id: Option<String>,
    texts: Vec<String>,
    is_plural: bool,
}

impl Entry {
    fn add_to(self, content: &mut Map<String, Value>) {
        // the entry with an empty id is the header
        let Some(id) = self.id.filter(|id| !id.is_empty()) else { return };
        let mut texts = self.texts.into_iter();
        let (Some(one), other) = (texts.next(), texts.next()) else { return };
        let text = if self.is_plural {
            let other = other.unwrap_or_else(|| one.clone());
            Value::Object(Map::from_iter([
                ("one".to_owned(), one.into()),
                ("other".to_owned(), other.into()),
            ]))
        } else {
            one.into()
        };
        content.insert(id, text);
    }
}

/// Which text the lines that consist of a string continue.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Nothing,
    Id,
    Text,
    /// `msgctxt` and `msgid_plural`.
    Other,
}

fn po(file: &Path, text: &str) -> Result<Map<String, Value>, Problem> {
    let mut content = Map::new();
    let mut entry = Entry::default();
    let mut reading = Reading::Nothing;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        let wrong = |message: &str| Problem::new(file, Place::Position { line: at + 1, column: 1 }, message);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (word, rest) =
            line.find('"').and_then(|start| line.split_at_checked(start)).unwrap_or((line, ""));
        let string = unquote(rest).ok_or_else(|| wrong("should end with a string in double quotes"))?;
        match word.trim() {
            "" => {
                let open = match reading {
                    Reading::Nothing => return Err(wrong("continues no text")),
                    Reading::Id => entry.id.as_mut(),
                    Reading::Text => entry.texts.last_mut(),
                    Reading::Other => None,
                };
                if let Some(open) = open {
                    open.push_str(&string);
                }
            }
            "msgctxt" => reading = Reading::Other,
            "msgid" => {
                std::mem::take(&mut entry).add_to(&mut content);
                entry.id = Some(string);
                reading = Reading::Id;
            }
            "msgid_plural" => {
                entry.is_plural = true;
                reading = Reading::Other;
            }
            word if word == "msgstr" || (word.starts_with("msgstr[") && word.ends_with(']')) => {
                entry.texts.push(string);
                reading = Reading::Text;
            }
            _ => return Err(wrong("should begin with msgid, msgid_plural, msgstr or msgctxt")),
        }
    }
    entry.add_to(&mut content);
    Ok(content)
}

/// Returns the text of a string in double quotes.
fn unquote(quoted: &str) -> Option<String> {
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => text.push(match characters.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            }),
            other => text.push(other),
        }
    }
    Some(text)
}
