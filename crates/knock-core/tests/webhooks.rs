//! Webhooks: signatures that were computed by other tools, and one error for each cause.

mod support;

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use knock_core::UnixTime;
use knock_core::webhook::{Event, EventType, SIGNATURE_HEADER, Verifier, WebhookError};
use serde_json::{Value, json};
use support::{NOW, millis, secs};

const SECRET: &str = "whsec_test_secret";
const BODY: &str = r#"{"__typename":"Event","type":"message.undelivered","created_at":"2026-09-21T14:13:20.000000Z","data":{"__typename":"Message","id":"1rjI9XZvxNEQbUxb0kWSFMSFKhE","status":"undelivered"},"event_data":{"reason":"bounced – 7 €"}}"#;

// Each was computed with `printf '%s.%s' "$time" "$body" | openssl dgst -sha256 -hmac "$secret" -binary | base64`.
/// Of `1790000000000` and `BODY`: the time is `NOW` in milliseconds.
const SIGNATURE: &str = "nBORhdF6qeW/rLzlhZ+wBZOn/dETbSe6WGruaYNocSE=";
/// Of `1790000000` and `BODY`: seconds in place of milliseconds.
const SIGNATURE_OF_SECONDS: &str = "oYF1ncpr/zEwjZiBXi0ceAsB4+5iKVPpUodUi5eBO98=";
/// Of `abc` and `BODY`.
const SIGNATURE_OF_NO_TIME: &str = "GrYnADWomalWpMd3fqSV9UVl/97s7pNH88ZiHUe1+sM=";
/// Of an empty time and `BODY`.
const SIGNATURE_OF_EMPTY_TIME: &str = "Mw2i6NI2Uf5sh5TDRJLBtJAwarSBZKZmGZS9ge8FpqI=";
/// Of `99999999999999999999` and `BODY`.
const SIGNATURE_OF_HUGE_TIME: &str = "Mm4wzerm3WbWCohSK4TP8Gyu6wKnd04IxuGju9qNibo=";
/// Of `1790000000000` and `BODY`, with the secret `other`.
const SIGNATURE_BY_OTHER_SECRET: &str = "BnbZzIFTfMS4lBA6a0G+0MmAuqYPzB8E7JfjJY5szko=";
/// Of `1790000000000` and the body beside it.
const OTHER_BODIES: [(&str, &str); 4] = [
    ("not json", "TuPn6FBhWxmY1OUHkgfTPk8r8LeEoQO0ww3Vxx48bCs="),
    (r#"{"hello":"world"}"#, "2YJ4fwQgxvwINHPmNTRD4Qoov4ddITctl/PjQgaCdys="),
    ("", "M6DmHLyiblVtUlhlflt59Ddrs++V8xNtif0aGkFIqbQ="),
    (r#"["message.sent"]"#, "OGsJBbjoyOBE0MURtxPul8kIPwBWyHUPl/fBmmOs4Kg="),
];
const UNKNOWN_EVENT: (&str, &str) = (
    r#"{"__typename":"Event","type":"message.teleported","created_at":"2026-09-21T14:13:20Z","data":{"id":"m"},"event_data":null}"#,
    "KTSrSydeFOMAerW4ra6T0Xktkvk20FHECYqzAVQIhWs=",
);

fn verifier() -> Verifier {
    Verifier::new(SECRET).expect("the secret is not empty")
}

fn headers(value: &str) -> HeaderMap {
    let value = HeaderValue::from_str(value).expect("a header can carry it");
    HeaderMap::from_iter([(http::HeaderName::from_static(SIGNATURE_HEADER), value)])
}

fn signed(signature: &str) -> String {
    format!("t=1790000000000,s={signature}")
}

fn verify(header: &str, body: &[u8], now: UnixTime) -> Result<Event, WebhookError> {
    verifier().verify(&headers(header), body, now)
}

#[test]
fn a_signature_by_openssl_is_valid() {
    #[derive(serde::Deserialize)]
    struct Message {
        status: String,
    }

    let event = verify(&signed(SIGNATURE), BODY.as_bytes(), NOW).unwrap();
    assert_eq!(event.kind, EventType::MessageUndelivered);
    assert_eq!(event.created_at.as_second(), 1_790_000_000);
    assert_eq!(event.data["id"], "1rjI9XZvxNEQbUxb0kWSFMSFKhE");
    assert_eq!(event.event_data, Some(json!({ "reason": "bounced – 7 €" })));
    assert_eq!(verifier().verify_signature(&signed(SIGNATURE), BODY.as_bytes(), NOW), Ok(()));
    assert_eq!(event.data_as::<Message>().unwrap().status, "undelivered");
    assert!(event.data_as::<Vec<u8>>().is_err());
}

#[test]
fn variants_of_the_header_are_accepted() {
    let forms = [
        format!("s={SIGNATURE},t=1790000000000"),
        format!("t=1790000000000, s={SIGNATURE}"),
        format!(" t=1790000000000 ,s={SIGNATURE} "),
        // Knock may add parts.
        format!("v=2,t=1790000000000,s={SIGNATURE},new"),
    ];
    for form in forms {
        assert!(verify(&form, BODY.as_bytes(), NOW).is_ok(), "{form}");
    }
}

#[test]
fn each_cause_has_its_error() {
    use WebhookError::{MalformedSignature as Malformed, WrongSignature as Wrong};

    let s = SIGNATURE;
    let without_padding = s.trim_end_matches('=');
    let url_safe = s.replace('/', "_");
    let cut = &s[..s.len() - 4];
    let cases = [
        ("an empty header", String::new(), Malformed),
        ("another header", "sha256=abcdef".to_owned(), Malformed),
        ("only the signature", s.to_owned(), Malformed),
        ("no time", format!("s={s}"), Malformed),
        ("no signature", "t=1790000000000".to_owned(), Malformed),
        ("other names", format!("T=1790000000000,S={s}"), Malformed),
        ("other separators", format!("t=1790000000000;s={s}"), Malformed),
        ("colons", format!("t:1790000000000,s:{s}"), Malformed),
        ("a signature that is not base64", "t=1790000000000,s=***".to_owned(), Malformed),
        ("a signature in hex", format!("t=1790000000000,s={}", "9c".repeat(31) + "9"), Malformed),
        ("a signature without padding", signed(without_padding), Malformed),
        ("a signature in base64url", signed(&url_safe), Malformed),
        ("a time that is not a number", format!("t=abc,s={SIGNATURE_OF_NO_TIME}"), Malformed),
        ("an empty time", format!("t=,s={SIGNATURE_OF_EMPTY_TIME}"), Malformed),
        ("a time that overflows", format!("t=99999999999999999999,s={SIGNATURE_OF_HUGE_TIME}"), Malformed),
        ("an empty signature", "t=1790000000000,s=".to_owned(), Wrong),
        ("a cut signature", signed(cut), Wrong),
        ("the signature of another secret", signed(SIGNATURE_BY_OTHER_SECRET), Wrong),
        ("the signature of another time", signed(SIGNATURE_OF_SECONDS), Wrong),
        ("another time", format!("t=1790000000001,s={s}"), Wrong),
        ("the same time in other digits", format!("t=01790000000000,s={s}"), Wrong),
        (
            "two signatures, the last one invalid",
            format!("{},s={SIGNATURE_BY_OTHER_SECRET}", signed(s)),
            Wrong,
        ),
    ];
    for (name, header, error) in cases {
        assert_eq!(verify(&header, BODY.as_bytes(), NOW), Err(error.clone()), "{name}");
        assert_eq!(verifier().verify_signature(&header, BODY.as_bytes(), NOW), Err(error), "{name}");
    }
    assert_eq!(
        verifier().verify(&HeaderMap::new(), BODY.as_bytes(), NOW),
        Err(WebhookError::MissingSignature)
    );
    let mut not_text = HeaderMap::new();
    not_text.insert(SIGNATURE_HEADER, HeaderValue::from_bytes(b"t=1\xff,s=").unwrap());
    assert_eq!(verifier().verify(&not_text, BODY.as_bytes(), NOW), Err(Malformed));
    assert_eq!(Verifier::new("").unwrap_err(), WebhookError::EmptySecret);
    let other = Verifier::new("other").unwrap();
    assert_eq!(other.verify(&headers(&signed(s)), BODY.as_bytes(), NOW), Err(Wrong));
    assert!(other.verify(&headers(&signed(SIGNATURE_BY_OTHER_SECRET)), BODY.as_bytes(), NOW).is_ok());
}

#[test]
fn a_body_that_was_changed_by_one_bit_is_refused() {
    let header = signed(SIGNATURE);
    for at in 0..BODY.len() {
        let mut body = BODY.as_bytes().to_vec();
        body[at] ^= 1;
        assert_eq!(verify(&header, &body, NOW), Err(WebhookError::WrongSignature), "byte {at}");
    }
    // The body after a framework parsed and serialized it again.
    let written_again = serde_json::to_string_pretty(&serde_json::from_str::<Value>(BODY).unwrap()).unwrap();
    for body in [written_again.as_str(), &format!("{BODY}\n"), &BODY[1..], &BODY[..BODY.len() - 1], ""] {
        assert_eq!(verify(&header, body.as_bytes(), NOW), Err(WebhookError::WrongSignature), "{body}");
    }
}

#[test]
fn a_signature_that_was_changed_by_one_bit_is_refused() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    let right = STANDARD.decode(SIGNATURE).unwrap();
    for bit in 0..right.len() * 8 {
        let mut wrong = right.clone();
        wrong[bit / 8] ^= 1 << (bit % 8);
        let header = signed(&STANDARD.encode(wrong));
        assert_eq!(verify(&header, BODY.as_bytes(), NOW), Err(WebhookError::WrongSignature), "bit {bit}");
    }
}

#[test]
fn a_time_difference_of_five_minutes_is_tolerated() {
    let header = signed(SIGNATURE);
    let before = |duration: Duration| UnixTime::from_secs(0) + NOW.since(UnixTime::from_secs(0) + duration);
    let too_old = |age| Some(WebhookError::TooOld { age });
    let ahead = |ahead| Some(WebhookError::FromTheFuture { ahead });
    let five = secs(300);
    let cases = [
        (NOW, None),
        (NOW + secs(60), None),
        (NOW + five, None),
        (NOW + five + Duration::from_nanos(1), too_old(five + Duration::from_nanos(1))),
        (NOW + five + millis(1), too_old(five + millis(1))),
        (NOW + secs(86_400), too_old(secs(86_400))),
        (before(secs(60)), None),
        (before(five), None),
        (before(five + millis(1)), ahead(five + millis(1))),
        (UnixTime::from_secs(0), ahead(secs(1_790_000_000))),
    ];
    for (now, error) in cases {
        assert_eq!(verify(&header, BODY.as_bytes(), now).err(), error, "{now:?}");
    }

    let strict = verifier().tolerance(secs(1));
    assert!(strict.verify(&headers(&header), BODY.as_bytes(), NOW + secs(1)).is_ok());
    assert!(strict.verify(&headers(&header), BODY.as_bytes(), NOW + secs(2)).is_err());
    let patient = verifier().tolerance(Duration::MAX);
    assert!(patient.verify(&headers(&header), BODY.as_bytes(), UnixTime::from_secs(u64::MAX)).is_ok());
}

#[test]
fn seconds_in_place_of_milliseconds_are_too_old() {
    let header = format!("t=1790000000,s={SIGNATURE_OF_SECONDS}");
    let age = NOW.since(UnixTime::from_millis(1_790_000_000));
    assert_eq!(verify(&header, BODY.as_bytes(), NOW), Err(WebhookError::TooOld { age }));
}

#[test]
fn a_forgery_does_not_reveal_the_clock() {
    // A wrong signature is reported before the time is checked.
    let header = format!("t=1,s={SIGNATURE}");
    assert_eq!(verify(&header, BODY.as_bytes(), NOW), Err(WebhookError::WrongSignature));
    let header = format!("t=abc,s={SIGNATURE}");
    assert_eq!(verify(&header, BODY.as_bytes(), NOW), Err(WebhookError::WrongSignature));
}

#[test]
fn a_signed_body_that_is_not_an_event_has_its_own_error() {
    for (body, signature) in OTHER_BODIES {
        let result = verify(&signed(signature), body.as_bytes(), NOW);
        assert!(matches!(result, Err(WebhookError::NotAnEvent(_))), "{body}: {result:?}");
        assert_eq!(verifier().verify_signature(&signed(signature), body.as_bytes(), NOW), Ok(()), "{body}");
    }
}

#[test]
fn events_of_unknown_types_are_kept() {
    let (body, signature) = UNKNOWN_EVENT;
    let event = verify(&signed(signature), body.as_bytes(), NOW).unwrap();
    assert_eq!(event.kind, EventType::Other("message.teleported".to_owned()));
    assert_eq!((event.kind.as_str(), event.event_data.as_ref()), ("message.teleported", None));
    // Nothing is lost if the event is serialized, for example for a queue.
    let written = serde_json::to_value(&event).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(body).unwrap());
    assert_eq!(serde_json::from_value::<Event>(written).unwrap(), event);
}

#[test]
fn errors_name_the_problem() {
    let errors = [
        (WebhookError::EmptySecret, "secret is empty"),
        (WebhookError::MissingSignature, "no header `x-knock-signature`"),
        (WebhookError::MalformedSignature, "t=<milliseconds>,s=<base64>"),
        (WebhookError::WrongSignature, "does not match its body and the signing secret"),
        (WebhookError::TooOld { age: secs(301) }, "301 seconds ago"),
        (WebhookError::FromTheFuture { ahead: secs(302) }, "302 seconds in the future"),
    ];
    for (error, words) in errors {
        assert!(error.to_string().contains(words), "{error}");
    }
}
