//! The `Display` and `Debug` forms of an error. Neither contains personal data, and both are bounded.

use std::fmt;

use crate::error::short::{MAX_CHARS, Short};
use crate::error::{Error, FieldError, Outcome, Refusal, StopReason};
use crate::wire::request_id;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation() {
            write!(f, "{}: ", OneLine(operation))?;
        }
        if let Some(response) = &self.0.response {
            write!(f, "{}", response.status.as_u16())?;
            match (&response.envelope.code, response.status.canonical_reason()) {
                (Some(code), _) => write!(f, " {}", OneLine(code))?,
                (None, Some(reason)) => write!(f, " {reason}")?,
                (None, None) => {}
            }
            if !self.message().is_empty() {
                f.write_str(": ")?;
            }
        }
        write!(f, "{}", OneLine(self.message()))?;
        for (index, error) in self.field_errors().iter().take(3).enumerate() {
            let separator = if index == 0 { " (" } else { "; " };
            let field = error.field.as_deref().unwrap_or("?");
            let message = error.message.as_deref().unwrap_or("is invalid");
            write!(f, "{separator}{} {}", OneLine(field), OneLine(message))?;
        }
        match self.field_errors().len() {
            0 => {}
            1..=3 => f.write_str(")")?,
            count => write!(f, "; {} more)", count - 3)?,
        }
        let mut separator = " [";
        let mut note = |f: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display| {
            write!(f, "{}{name}{value}", std::mem::replace(&mut separator, ", "))
        };
        if let Some(id) = self.request_id() {
            note(f, "request id ", &OneLine(id))?;
        }
        if self.attempts() > 0 {
            note(f, "attempts ", &self.attempts())?;
        }
        if let Some(reason) = self.stopped_by().filter(|reason| *reason != StopReason::NotRetryable) {
            note(f, "", &reason.as_str())?;
        }
        match self.outcome() {
            Outcome::Unknown if self.earlier_attempt_may_have_acted() => {
                note(f, "", &"outcome unknown: an earlier attempt may have acted")?;
            }
            Outcome::Unknown => note(f, "", &"outcome unknown")?,
            Outcome::Applied => note(f, "", &"outcome applied")?,
            Outcome::NotApplied => {}
        }
        if separator == ", " { f.write_str("]") } else { Ok(()) }
    }
}

/// The largest number of field errors that `Debug` shows.
const MAX_FIELD_ERRORS: usize = 10;
/// The largest number of bytes of the `Debug` form of a source.
const MAX_SOURCE_BYTES: usize = 1000;

/// Text for a log line: no control characters or line breaks, at most 200 characters.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;

        for (index, character) in self.0.chars().enumerate() {
            if index == MAX_CHARS {
                return f.write_str("…");
            }
            let breaks = character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
            f.write_char(if breaks { ' ' } else { character })?;
        }
        Ok(())
    }
}

/// The `Debug` form of the first field errors, and the number of the others.
struct FieldErrors<'a>(&'a [FieldError]);

impl fmt::Debug for FieldErrors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        list.entries(self.0.iter().take(MAX_FIELD_ERRORS));
        match self.0.len().saturating_sub(MAX_FIELD_ERRORS) {
            0 => list.finish(),
            more => list.entry(&format_args!("{more} more")).finish(),
        }
    }
}

/// The beginning of the `Debug` form of a source, whose length is that of any type.
struct Source<'a>(&'a (dyn fmt::Debug + 'a));

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;

        let mut text = Bounded { text: String::new(), is_full: false };
        // Fails when the text is full, which ends the formatting early.
        let result = if f.alternate() { write!(text, "{:#?}", self.0) } else { write!(text, "{:?}", self.0) };
        f.write_str(&text.text)?;
        if text.is_full { f.write_str("…") } else { result }
    }
}

struct Bounded {
    text: String,
    is_full: bool,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = MAX_SOURCE_BYTES - self.text.len();
        let end = (0..=room.min(text.len())).rfind(|end| text.is_char_boundary(*end)).unwrap_or_default();
        self.text.push_str(&text[..end]);
        self.is_full = end < text.len();
        if self.is_full { Err(fmt::Error) } else { Ok(()) }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &Short::optional(self.operation()))
            .field("message", &Short(&self.0.message))
            .field("response", &self.0.response)
            .field("attempts", &self.0.context.attempts)
            .field("outcome", &self.0.context.outcome)
            .field("stopped_by", &self.0.context.stopped_by)
            .field("source", &self.0.source.as_ref().map(|source| Source(source)))
            .finish_non_exhaustive()
    }
}

/// Omits the body and the headers except for the request id, because they may contain personal data.
impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status.as_u16())
            .field("request_id", &Short::optional(request_id(&self.headers)))
            .field("code", &Short::optional(self.envelope.code.as_deref()))
            .field("message", &Short::optional(self.envelope.message.as_deref()))
            .field("field_errors", &FieldErrors(&self.envelope.errors))
            .field("retry_after", &self.retry_after)
            .field("excerpt_bytes", &self.excerpt.len())
            .finish_non_exhaustive()
    }
}
