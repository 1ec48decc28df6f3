//! The `Display` and `Debug` forms of an error. Neither contains personal data.

use std::fmt;

use crate::error::{Error, Outcome, Refusal, StopReason};
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
            Outcome::Unknown => note(f, "", &"outcome unknown")?,
            Outcome::Applied => note(f, "", &"outcome applied")?,
            Outcome::NotApplied => {}
        }
        if separator == ", " { f.write_str("]") } else { Ok(()) }
    }
}

/// Text for a log line: no control characters or line breaks, at most 200 characters.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;

        for (index, character) in self.0.chars().enumerate() {
            if index == 200 {
                return f.write_str("…");
            }
            let breaks = character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
            f.write_char(if breaks { ' ' } else { character })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("message", &self.0.message)
            .field("response", &self.0.response)
            .field("attempts", &self.0.context.attempts)
            .field("outcome", &self.0.context.outcome)
            .field("stopped_by", &self.0.context.stopped_by)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

/// Omits the body and the headers except for the request id, because they may contain personal data.
impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status.as_u16())
            .field("request_id", &request_id(&self.headers))
            .field("code", &self.envelope.code)
            .field("message", &self.envelope.message)
            .field("field_errors", &self.envelope.errors)
            .field("retry_after", &self.retry_after)
            .field("excerpt_bytes", &self.excerpt.len())
            .finish_non_exhaustive()
    }
}
