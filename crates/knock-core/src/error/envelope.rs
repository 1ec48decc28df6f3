//! The body of an error response.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::short::Short;

/// An error in one field of a request, as Knock reports it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FieldError {
    /// The path of the field, for example `recipients.0.email`.
    #[serde(default)]
    pub field: Option<String>,
    /// A description of the error.
    #[serde(default)]
    pub message: Option<String>,
    /// The class of the error, for example `required`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
}

/// Shows at most 200 characters of each text.
impl fmt::Debug for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldError")
            .field("field", &Short::optional(self.field.as_deref()))
            .field("message", &Short::optional(self.message.as_deref()))
            .field("kind", &Short::optional(self.kind.as_deref()))
            .finish()
    }
}

/// The body of an error response. Any field may be missing or have an unexpected type.
#[derive(Default)]
pub(super) struct Envelope {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) errors: Vec<FieldError>,
}

impl Envelope {
    /// Reads each field separately, so that an unexpected type in one does not hide the others.
    pub(super) fn parse(body: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Raw<'a> {
            #[serde(borrow)]
            code: Option<&'a RawValue>,
            #[serde(borrow)]
            message: Option<&'a RawValue>,
            #[serde(borrow)]
            error: Option<&'a RawValue>,
            #[serde(borrow)]
            errors: Option<&'a RawValue>,
        }

        // serde would also read the struct from an array.
        let is_object = body.trim_ascii_start().starts_with(b"{");
        let raw: Raw<'_> =
            if is_object { serde_json::from_slice(body).unwrap_or_default() } else { Raw::default() };
        let text = |raw: Option<&RawValue>| read::<String>(raw?);
        Self {
            code: text(raw.code),
            // Idempotency errors have `error` in place of `message`.
            message: text(raw.message).or_else(|| text(raw.error)),
            errors: raw.errors.map(field_errors).unwrap_or_default(),
        }
    }
}

/// Reads a list of errors, or a single one.
fn field_errors(raw: &RawValue) -> Vec<FieldError> {
    let errors = read::<Vec<&RawValue>>(raw).unwrap_or_else(|| vec![raw]);
    let errors = errors.into_iter().filter_map(|raw| match read::<String>(raw) {
        Some(message) => Some(FieldError { field: None, message: Some(message), kind: None }),
        None if raw.get().starts_with('{') => read::<FieldError>(raw),
        None => None,
    });
    // Phoenix's default `{"errors": {"detail": …}}` is not an error of a field.
    errors.filter(|error| error.field.is_some() || error.message.is_some()).collect()
}

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    // From bytes, like everything else, so that a Worker contains only one instance of the parser.
    serde_json::from_slice(raw.get().as_bytes()).ok()
}
