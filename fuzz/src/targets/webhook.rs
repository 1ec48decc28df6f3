//! Any webhook: a secret, a header and a time, each in a line, and then the body.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue};
use knock_core::UnixTime;
use knock_core::webhook::{
    CHANNEL_SIGNATURE_HEADER, ChannelVerifier, Event, SIGNATURE_HEADER, Verifier, WebhookError,
};
use serde_json::Value;
use sha2::Sha256;

use crate::lines;

const TOLERANCE: Duration = Duration::from_secs(300);
/// From this number on, a time is in milliseconds.
const FIRST_MILLIS: u64 = 100_000_000_000;

/// A webhook, and what signs it.
struct Webhook<'a> {
    secret: &'a str,
    body: &'a [u8],
    now: UnixTime,
}

/// Checks one input.
pub fn check(input: &[u8]) {
    let ([secret, header, now], body) = lines(input);
    let (Ok(secret), Ok(header)) = (std::str::from_utf8(secret), std::str::from_utf8(header)) else { return };
    let now = std::str::from_utf8(now).ok().and_then(|now| now.parse().ok()).unwrap_or(1_790_000_000_000);
    let now = UnixTime::from_millis(now);
    match Verifier::new(secret) {
        Ok(verifier) => {
            let webhook = Webhook { secret: trimmed(secret), body, now };
            webhook.check_foreign(&verifier, header);
            webhook.check_own(&verifier);
        }
        Err(error) => check_refused(&error, secret),
    }
    match ChannelVerifier::new(secret) {
        Ok(verifier) => {
            let webhook = Webhook { secret: trimmed(secret), body, now };
            webhook.check_foreign_to_channel(&verifier, header);
            webhook.check_own_of_channel(&verifier);
        }
        Err(error) => check_refused(&error, secret),
    }
}

/// Checks that an event that was stored is read again, and is the same.
fn check_stored(event: &Event) {
    let stored = serde_json::to_vec(event).expect("an event is JSON");
    let again: Event = serde_json::from_slice(&stored).expect("it was just written");
    // serde_json reads the last digit of some fractions and of some numbers beyond 64 bits differently than it writes it.
    if !has_float(&event.data) && !event.event_data.as_ref().is_some_and(has_float) {
        assert_eq!(&again, event);
    }
}

fn has_float(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_float),
        Value::Object(members) => members.values().any(has_float),
        _ => false,
    }
}

/// What remains of a secret that was accepted, by the rule that its docs give.
fn trimmed(secret: &str) -> &str {
    let is_invisible = |char| {
        matches!(char, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    secret.trim_matches(|char: char| char.is_whitespace() || is_invisible(char))
}

fn check_refused(error: &WebhookError, secret: &str) {
    let text = format!("{error} {error:?}");
    assert!(matches!(error, WebhookError::EmptySecret | WebhookError::InvalidSecret { .. }), "{text}");
    assert!(text.len() < 500 && (secret.len() < 20 || !text.contains(secret)), "{text}");
}

fn header_of(name: &'static str, value: &str) -> Option<HeaderMap> {
    Some(HeaderMap::from_iter([(http::HeaderName::from_static(name), HeaderValue::from_str(value).ok()?)]))
}

/// The last time and the last signature in a header.
fn parts(header: &str) -> Option<(&str, &str)> {
    let find = |prefix| header.split(',').rev().find_map(|part| part.trim().strip_prefix(prefix));
    Some((find("t=")?, find("s=")?))
}

impl Webhook<'_> {
    fn mac(&self, time: &str, body: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).expect("any length is valid");
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac.finalize().into_bytes().to_vec()
    }

    fn is_timely(&self, signed: UnixTime) -> bool {
        self.now.since(signed) <= TOLERANCE && signed.since(self.now) <= TOLERANCE
    }

    /// Checks that a header of somebody else is accepted only if it has the right signature and a time near now.
    fn check_foreign(&self, verifier: &Verifier, header: &str) {
        let accepted = verifier.verify_signature(header, self.body, self.now);
        if accepted.is_ok() {
            let (time, signature) = parts(header).expect("it was found");
            assert_eq!(STANDARD.decode(signature).ok(), Some(self.mac(time, self.body)));
            assert!(self.is_timely(UnixTime::from_millis(time.parse().expect("a number"))));
        }
        let Some(headers) = header_of(SIGNATURE_HEADER, header) else { return };
        match verifier.verify(&headers, self.body, self.now) {
            Ok(_) | Err(WebhookError::NotAnEvent(_)) => assert!(accepted.is_ok()),
            // The header of a request may have bytes that are not ASCII.
            Err(WebhookError::MalformedSignature) => {}
            Err(error) => assert_eq!(Err(error), accepted),
        }
    }

    /// Checks that what Knock signs is accepted, and that nothing else is.
    fn check_own(&self, verifier: &Verifier) {
        let time = self.now.as_millis().to_string();
        let signature = STANDARD.encode(self.mac(&time, self.body));
        let header = format!("t={time},s={signature}");
        assert_eq!(verifier.verify_signature(&header, self.body, self.now), Ok(()));

        let headers = header_of(SIGNATURE_HEADER, &header).expect("it is ASCII");
        match verifier.verify(&headers, self.body, self.now) {
            Ok(event) => {
                let _ = (event.subject(), event.details(), format!("{event:?}"));
                let _ = format!("{:?} {:?}", event.subject(), event.details());
                check_stored(&event);
            }
            Err(error @ WebhookError::NotAnEvent(_)) => {
                let text = error.to_string();
                assert!(text.chars().count() < 2_000, "{} characters", text.chars().count());
            }
            Err(error) => panic!("{error}"),
        }
        self.check_changed(|header, body, now| verifier.verify_signature(header, body, now), &header);
    }

    fn check_changed(
        &self,
        verify: impl Fn(&str, &[u8], UnixTime) -> Result<(), WebhookError>,
        header: &str,
    ) {
        let longer = [self.body, b" "].concat();
        assert_eq!(verify(header, &longer, self.now), Err(WebhookError::WrongSignature));
        if let Some((_, shorter)) = self.body.split_last() {
            assert_eq!(verify(header, shorter, self.now), Err(WebhookError::WrongSignature));
        }
        let later = header.replacen("t=", "t=1", 1);
        assert_eq!(verify(&later, self.body, self.now), Err(WebhookError::WrongSignature));
        let late = self.now + TOLERANCE + Duration::from_secs(1);
        if late.since(self.now) > TOLERANCE {
            let refused = verify(header, self.body, late);
            assert!(matches!(refused, Err(WebhookError::TooOld { .. })), "{refused:?}");
        }
    }

    fn check_foreign_to_channel(&self, verifier: &ChannelVerifier, header: &str) {
        if verifier.verify_signature(header, self.body, self.now).is_ok() {
            let (time, signature) = parts(header).expect("it was found");
            let mac = self.mac(time, self.body);
            let is_base64 = STANDARD_NO_PAD.decode(signature.trim_end_matches('=')) == Ok(mac.clone());
            assert!(is_base64 || signature.eq_ignore_ascii_case(&hexadecimal(&mac)));
            let number: u64 = time.parse().expect("a number");
            let signed = if number < FIRST_MILLIS {
                UnixTime::from_secs(number)
            } else {
                UnixTime::from_millis(number)
            };
            assert!(self.is_timely(signed));
        }
    }

    fn check_own_of_channel(&self, verifier: &ChannelVerifier) {
        // Each unit has the times that the other cannot express.
        let (seconds, millis) = (self.now.as_secs(), self.now.as_millis());
        let times = [(seconds, seconds < FIRST_MILLIS), (millis, millis >= FIRST_MILLIS)];
        for time in
            times.into_iter().filter(|(_, is_possible)| *is_possible).map(|(time, _)| time.to_string())
        {
            let mac = self.mac(&time, self.body);
            for signature in [STANDARD.encode(&mac), STANDARD_NO_PAD.encode(&mac), hexadecimal(&mac)] {
                let header = format!("t={time},s={signature}");
                assert_eq!(verifier.verify_signature(&header, self.body, self.now), Ok(()));
                let headers = header_of(CHANNEL_SIGNATURE_HEADER, &header).expect("it is ASCII");
                assert_eq!(verifier.verify(&headers, self.body, self.now), Ok(()));
                self.check_changed(|header, body, now| verifier.verify_signature(header, body, now), &header);
            }
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
