//! Emails for an SMTP server: which are due, and what became of them. Sending is left to the caller.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::render::Content;

/// An email is attempted this often, as Knock does with its providers.
const MAX_ATTEMPTS: u32 = 8;
/// The wait after the first attempt. It doubles with each further one. Knock documents that there are 8 within 30 minutes.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(10);
/// No more messages are kept, so the email of an entry that is dropped is usually gone, too.
const MAX_WAITING: usize = 50_000;

/// The ids of emails, by the time when they are due, with the number of the attempt.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    due: BTreeMap<(Timestamp, u64), (String, u32)>,
    next: u64,
}

/// An email that is due.
#[derive(Debug)]
pub(crate) struct DueMail {
    pub(crate) message_id: String,
    /// The number of resets before it, since ids begin anew with each.
    pub(crate) resets: u64,
    pub(crate) attempt: u32,
    pub(crate) workflow: String,
    pub(crate) recipient: String,
    pub(crate) at: SystemTime,
    pub(crate) content: Arc<Content>,
}

/// What an SMTP server did with an email.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// What it was told: `MAIL FROM` and `RCPT TO` with the addresses.
    pub(crate) envelope: Vec<(String, String)>,
    pub(crate) response: Option<(u16, String)>,
    /// Why there was no response.
    pub(crate) error: Option<String>,
    /// Whether trying again would be of no use.
    pub(crate) is_final: bool,
}

impl Outbox {
    pub(crate) fn add(&mut self, message_id: String, attempt: u32, due: Timestamp) {
        if self.due.len() >= MAX_WAITING {
            self.due.pop_first();
        }
        self.next += 1;
        self.due.insert((due, self.next), (message_id, attempt));
    }

    /// Takes the email that is due first, if one is due.
    pub(crate) fn take(&mut self, now: Timestamp) -> Option<(String, u32)> {
        let first = self.due.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}

impl Told {
    fn is_accepted(&self) -> bool {
        self.response.as_ref().is_some_and(|(status, _)| (200..300).contains(status))
    }

    /// When it is tried again after an attempt, if it is.
    pub(crate) fn again(&self, attempt: u32, now: Timestamp) -> Option<Timestamp> {
        let is_last = self.is_accepted() || self.is_final || attempt >= MAX_ATTEMPTS;
        let wait = FIRST_WAIT * (1 << (attempt - 1).min(MAX_ATTEMPTS));
        (!is_last).then(|| now.saturating_add(wait).unwrap_or(Timestamp::MAX))
    }

    /// The status that the message gets: a server that refuses an email for good bounces it, and one that never takes it
    /// leaves it undelivered.
    fn status(&self, attempt: u32) -> Option<&'static str> {
        let has_response = self.response.is_some();
        match () {
            () if self.is_accepted() => None,
            () if self.is_final && has_response => Some("bounced"),
            () if self.is_final || attempt >= MAX_ATTEMPTS => Some("undelivered"),
            () => None,
        }
    }

    /// What the state file keeps.
    pub(crate) fn record(&self, server: &str, attempt: u32) -> Value {
        let (status, text) = self.response.clone().unzip();
        json!({
            "server": server,
            "envelope": self.envelope,
            "status": status,
            "text": text,
            "error": self.error,
            "message_status": self.status(attempt),
            "failure_reason": if self.is_final { "fatal_error" } else { "retries_exhausted" },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: Option<u16>, is_final: bool) -> Told {
        Told { response: status.map(|status| (status, String::new())), is_final, ..Told::default() }
    }

    #[test]
    fn the_oldest_is_taken_when_it_is_due() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut outbox = Outbox::default();
        outbox.add("b".to_owned(), 1, at(2));
        outbox.add("a".to_owned(), 1, at(1));
        outbox.add("c".to_owned(), 1, at(3));
        let mut taken = std::iter::from_fn(|| outbox.take(at(2))).map(|(id, _)| id);
        assert_eq!((taken.next().as_deref(), taken.next().as_deref()), (Some("a"), Some("b")));
        assert_eq!(taken.next(), None);
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut outbox = Outbox::default();
        for at in 0..=MAX_WAITING {
            outbox.add(at.to_string(), 1, Timestamp::UNIX_EPOCH);
        }
        assert_eq!(outbox.due.len(), MAX_WAITING);
        assert_eq!(outbox.take(Timestamp::UNIX_EPOCH).unwrap().0, "1", "the oldest was dropped");
    }

    #[test]
    fn what_fails_is_tried_8_times_within_30_minutes() {
        let now = Timestamp::UNIX_EPOCH;
        let waits: Vec<_> = (1..=8).map(|attempt| told(None, false).again(attempt, now)).collect();
        assert_eq!((waits[0].unwrap().as_second(), waits[6].unwrap().as_second()), (10, 640));
        assert!(waits.iter().flatten().map(|at| at.as_second()).sum::<i64>() < 30 * 60);
        assert_eq!((waits[7], told(Some(451), false).status(8)), (None, Some("undelivered")));
        assert_eq!(told(Some(451), false).status(7), None);
    }

    #[test]
    fn what_is_accepted_or_refused_for_good_is_not_tried_again() {
        for (told, status) in [
            (told(Some(250), false), None),
            (told(Some(550), true), Some("bounced")),
            (told(None, true), Some("undelivered")),
        ] {
            assert_eq!((told.again(1, Timestamp::UNIX_EPOCH), told.status(1)), (None, status));
        }
    }
}
