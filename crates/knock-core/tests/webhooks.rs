//! Webhooks: signatures that were computed by other tools, and one error for each cause.

mod support;

use std::env::VarError;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use knock_core::webhook::{
    CHANNEL_SIGNATURE_HEADER, ChannelVerifier, Details, Event, EventType, SIGNATURE_HEADER, Subject,
    Verifier, WebhookError,
};
use knock_core::{ErrorKind, UnixTime};
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
    assert_eq!(event.created_at, Some("2026-09-21T14:13:20Z".parse().unwrap()));
    assert_eq!(event.data["id"], "1rjI9XZvxNEQbUxb0kWSFMSFKhE");
    assert_eq!(event.event_data, Some(json!({ "reason": "bounced – 7 €" })));
    assert_eq!(verifier().verify_signature(&signed(SIGNATURE), BODY.as_bytes(), NOW), Ok(()));
    assert_eq!(event.data_as::<Message>().unwrap().status, "undelivered");
    assert!(event.data_as::<Vec<u8>>().is_err());
}

#[test]
fn tests_can_sign_as_knock_does() {
    assert_eq!(verifier().sign(BODY.as_bytes(), NOW), signed(SIGNATURE));
    let rotated = verifier().or_secret("another").unwrap();
    assert_eq!(rotated.sign(BODY.as_bytes(), NOW), signed(SIGNATURE));
    let channel_verifier = ChannelVerifier::new(SECRET).unwrap();
    let header = channel_verifier.sign(BODY.as_bytes(), NOW);
    assert_eq!(header, signed(SIGNATURE));
    assert_eq!(channel_verifier.verify_signature(&header, BODY.as_bytes(), NOW), Ok(()));
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
fn an_odd_time_does_not_cost_the_event() {
    let event = |time: &str| {
        format!(
            r#"{{"__typename":"Event","type":"message.sent",{time}"data":{{"id":"m","created_at":"yesterday"}},"event_data":{{"at":1}}}}"#
        )
    };
    for (time, signature) in [
        (r#""created_at":"yesterday","#, "zpAr+Rs0G0+b3P2EznLlvbEqJbQS+yMRb296kE3JNpE="),
        (r#""created_at":1790000000,"#, "OGwiQoehDhiOTNiHawYlRubEt15YHGoGqbznZQQtiYw="),
        (r#""created_at":null,"#, "4sdQy1zUwfdctHP95Mrx3Qg09PB64k2CXktNvtgJ/Lc="),
        ("", "ocSPmOstMD/2nXzFxV0q2RxBlJuKz/40dYVws1dQLm8="),
    ] {
        let read = verify(&signed(signature), event(time).as_bytes(), NOW).unwrap();
        assert_eq!((&read.kind, read.created_at), (&EventType::MessageSent, None), "{time}");
        // The data is the custom content of the event, and stays as it is.
        assert_eq!(read.data, json!({ "id": "m", "created_at": "yesterday" }), "{time}");
        assert_eq!(read.event_data, Some(json!({ "at": 1 })), "{time}");
        // Also if it is stored, for example in a queue.
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), read, "{time}");
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
        (
            WebhookError::InvalidSecret { problem: "ends with a quotation mark; remove it".to_owned() },
            "the webhook's signing secret ends with a quotation mark",
        ),
        (WebhookError::MissingSignature, "no header `x-knock-signature`"),
        (WebhookError::MissingSignature, "`x-webhook-signature`"),
        (WebhookError::MalformedSignature, "t=<milliseconds>,s=<base64>"),
        (WebhookError::WrongSignature, "does not match its body and the signing secret"),
        (WebhookError::TooOld { age: secs(301) }, "301 seconds ago"),
        (WebhookError::FromTheFuture { ahead: secs(302) }, "302 seconds in the future"),
    ];
    for (error, words) in errors {
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_secret_is_read_as_it_is_pasted() {
    for around in ["\n", "\r\n", " ", "\t", "\u{feff}", "\u{200b}", "\u{a0}"] {
        let verifier = Verifier::new(format!("{around}{SECRET}{around}")).unwrap();
        assert!(verifier.verify(&headers(&signed(SIGNATURE)), BODY.as_bytes(), NOW).is_ok(), "{around:?}");
    }
    for blank in ["", " ", "\r\n", "\u{feff}", "\u{200b} "] {
        assert_eq!(Verifier::new(blank).unwrap_err(), WebhookError::EmptySecret, "{blank:?}");
        assert_eq!(ChannelVerifier::new(blank).unwrap_err(), WebhookError::EmptySecret, "{blank:?}");
        assert_eq!(verifier().or_secret(blank).unwrap_err(), WebhookError::EmptySecret, "{blank:?}");
    }
    let cases = [
        (format!("\"{SECRET}\""), "quotation mark"),
        (format!("'{SECRET}'"), "quotation mark"),
        (format!("{SECRET}\""), "quotation mark"),
        (format!("“{SECRET}”"), "quotation mark"),
        (format!("{SECRET}\n{SECRET}"), "line break"),
        (format!("{SECRET} # production"), "white space"),
        (format!("KNOCK_WEBHOOK_SECRET={SECRET}"), "name of a variable"),
        ("${KNOCK_WEBHOOK_SECRET}".to_owned(), "placeholder"),
        (format!("whsec\u{200b}{SECRET}"), "invisible"),
        (format!("{SECRET}\0"), "control character"),
        (format!("{SECRET}é"), "ASCII"),
        (format!("{SECRET}\u{fffd}"), "wrong encoding"),
    ];
    for (secret, words) in cases {
        let error = Verifier::new(secret.as_str()).expect_err(words);
        let line = error.to_string();
        assert!(line.contains(words) && !line.contains(SECRET), "{line}");
        assert_eq!(knock_core::Error::from(error).kind(), ErrorKind::Configuration);
        assert!(verifier().or_secret(secret).is_err(), "{words}");
    }
}

#[test]
fn several_secrets_are_accepted_while_one_is_replaced() {
    let both = [
        Verifier::new("other").unwrap().or_secret(SECRET).unwrap(),
        Verifier::new(SECRET).unwrap().or_secret(Some("other")).unwrap(),
        Verifier::from_secrets([SECRET, "other"]).unwrap(),
    ];
    for verifier in both {
        for signature in [SIGNATURE, SIGNATURE_BY_OTHER_SECRET] {
            assert!(verifier.verify(&headers(&signed(signature)), BODY.as_bytes(), NOW).is_ok());
            let changed = format!("{BODY} ");
            let result = verifier.verify(&headers(&signed(signature)), changed.as_bytes(), NOW);
            assert_eq!(result, Err(WebhookError::WrongSignature));
            let result = verifier.verify(&headers(&signed(signature)), BODY.as_bytes(), NOW + secs(301));
            assert_eq!(result, Err(WebhookError::TooOld { age: secs(301) }));
        }
    }
    let one = Verifier::new(SECRET).unwrap().or_secret(None::<&str>).unwrap();
    let result = one.verify(&headers(&signed(SIGNATURE_BY_OTHER_SECRET)), BODY.as_bytes(), NOW);
    assert_eq!(result, Err(WebhookError::WrongSignature));
    assert_eq!(Verifier::from_secrets([""; 0]).unwrap_err(), WebhookError::EmptySecret);
    assert_eq!(Verifier::from_secrets([SECRET, " "]).unwrap_err(), WebhookError::EmptySecret);
}

#[test]
fn the_secrets_are_read_from_their_variable() {
    let read = |value: &str| {
        Verifier::from_variables(|name| (name == "KNOCK_WEBHOOK_SECRET").then(|| value.to_owned()))
    };
    for value in [SECRET.to_owned(), format!("other, {SECRET}\n"), format!("{SECRET},other")] {
        let verifier = read(&value).expect("the secrets are valid");
        verifier.verify(&headers(&signed(SIGNATURE)), BODY.as_bytes(), NOW).expect("the signature is valid");
    }
    let not_present = Verifier::from_variables(|_| Err::<String, _>(VarError::NotPresent));
    assert_eq!(not_present.unwrap_err(), WebhookError::MissingSecret);
    assert_eq!(Verifier::from_variables(|_| None).unwrap_err(), WebhookError::MissingSecret);
    for blank in ["", " \n", "\u{feff}"] {
        assert_eq!(read(blank).unwrap_err(), WebhookError::MissingSecret, "{blank:?}");
    }
    for incomplete in [",", "whsec_a,", ",whsec_a", "whsec_a,,whsec_b"] {
        assert_eq!(read(incomplete).unwrap_err(), WebhookError::EmptySecret, "{incomplete:?}");
    }
    assert!(matches!(read("whsec_a,whsec b").unwrap_err(), WebhookError::InvalidSecret { .. }));
}

#[test]
fn an_error_of_the_variable_names_it_without_its_value() {
    let not_utf8 = Verifier::from_variables(|_| Err::<String, _>(VarError::NotUnicode(SECRET.into())));
    let failed = Verifier::from_variables(|_| Err::<Option<String>, _>("the vault is sealed"));
    let missing = Verifier::from_variables(|_| None);
    for (result, problem) in [
        (not_utf8, "the variable KNOCK_WEBHOOK_SECRET is not valid UTF-8"),
        (failed, "the variable KNOCK_WEBHOOK_SECRET cannot be read: the vault is sealed"),
        (missing, "set KNOCK_WEBHOOK_SECRET to that of the endpoint"),
    ] {
        let error = result.unwrap_err();
        let line = error.to_string();
        assert!(line.contains(problem) && !line.contains(SECRET), "{line}");
        assert_eq!(knock_core::Error::from(error).kind(), ErrorKind::Configuration);
    }
}

#[test]
fn a_webhook_channel_has_its_own_header() {
    let channel = |value: &str| {
        let value = HeaderValue::from_str(value).expect("a header can carry it");
        HeaderMap::from_iter([(http::HeaderName::from_static(CHANNEL_SIGNATURE_HEADER), value)])
    };
    let verifier = ChannelVerifier::new(SECRET).unwrap();
    let hex = base64_bytes(SIGNATURE).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    for header in [
        signed(SIGNATURE),
        signed(SIGNATURE.trim_end_matches('=')),
        signed(&hex),
        signed(&hex.to_uppercase()),
        // The unit of the time is not documented.
        format!("t=1790000000,s={SIGNATURE_OF_SECONDS}"),
    ] {
        assert_eq!(verifier.verify(&channel(&header), BODY.as_bytes(), NOW), Ok(()), "{header}");
        assert_eq!(
            verifier.verify(&channel(&header), b"{}", NOW),
            Err(WebhookError::WrongSignature),
            "{header}"
        );
        let late = verifier.verify(&channel(&header), BODY.as_bytes(), NOW + secs(301));
        assert_eq!(late, Err(WebhookError::TooOld { age: secs(301) }), "{header}");
    }
    // Each verifier reads its own header only.
    let header = signed(SIGNATURE);
    assert_eq!(verifier.verify(&headers(&header), BODY.as_bytes(), NOW), Err(WebhookError::MissingSignature));
    assert_eq!(
        self::verifier().verify(&channel(&header), BODY.as_bytes(), NOW).err(),
        Some(WebhookError::MissingSignature)
    );
    for malformed in ["", "t=1", "s=1", "t=1790000000000,s=***", "t=1790000000000,s=zz"] {
        let malformed =
            if malformed.ends_with("zz") { signed(&"zz".repeat(32)) } else { malformed.to_owned() };
        let result = verifier.verify(&channel(&malformed), BODY.as_bytes(), NOW);
        assert_eq!(result, Err(WebhookError::MalformedSignature), "{malformed}");
    }
    let both = ChannelVerifier::new("other").unwrap().or_key(SECRET).unwrap();
    assert_eq!(both.verify(&channel(&header), BODY.as_bytes(), NOW), Ok(()));
    // People choose the key of a channel, so it may have spaces. A template is not the key that it renders.
    assert!(ChannelVerifier::new("correct horse battery").is_ok());
    assert!(ChannelVerifier::new("{{ recipient.webhook_signing_key }}").is_err());
}

fn base64_bytes(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
}

fn event(kind: &str, data: &Value, details: &Value) -> Event {
    serde_json::from_value(json!({
        "__typename": "Event", "type": kind, "created_at": "2026-09-21T14:13:20Z", "data": data, "event_data": details
    }))
    .expect("an event")
}

fn message() -> Value {
    json!({
        "__typename": "Message", "id": "m1", "channel_id": "c1", "engagement_statuses": [], "recipient": "jhammond",
        "status": "sent", "workflow": "dinosaurs-loose", "inserted_at": "2026-09-21T14:13:20Z",
        "updated_at": "2026-09-21T14:13:20Z", "data": null, "tenant": null,
        "source": { "__typename": "NotificationSource", "key": "dinosaurs-loose", "version_id": "v1", "categories": [] }
    })
}

#[test]
fn events_have_the_types_of_the_sdk() {
    for kind in ["message.sent", "message.complaint", "message.teleported"] {
        let Subject::Message(read) = event(kind, &message(), &Value::Null).subject() else {
            panic!(
                "{kind}: {:?}",
                event(kind, &message(), &Value::Null).data_as::<knock_core::messages::Message>()
            )
        };
        assert_eq!(read.id, "m1");
    }
    let run = json!({
        "__typename": "WorkflowRecipientRun", "id": "r1", "workflow_run_id": "w1", "workflow": "dinosaurs-loose",
        "status": "completed", "recipient": "jhammond", "trigger_source": { "type": "api" },
        "inserted_at": "2026-09-21T14:13:20Z", "updated_at": "2026-09-21T14:13:20Z"
    });
    let Subject::WorkflowRecipientRun(read) =
        event("workflow_recipient_run.completed", &run, &Value::Null).subject()
    else {
        panic!("it is a run")
    };
    assert_eq!(read.id, "r1");

    // Nothing is lost of others, or of a message that cannot be read.
    let odd = json!({ "id": 7 });
    for kind in ["message.sent", "workflow.committed", "new.thing", "message", ""] {
        assert_eq!(event(kind, &odd, &Value::Null).subject(), Subject::Other(odd.clone()), "{kind}");
    }
    // A time that is odd costs only its field.
    let mut odd_time = message();
    odd_time["read_at"] = json!("yesterday");
    assert!(matches!(event("message.read", &odd_time, &Value::Null).subject(), Subject::Message(_)));
}

#[test]
fn details_are_read_by_the_type_of_the_event() {
    let details = |kind: &str, details: Value| event(kind, &message(), &details).details();
    assert_eq!(details("message.sent", Value::Null), None);

    let attempt = json!({ "__typename": "EventData", "attempt": 2, "max_attempts": 8, "retryable": true });
    let Some(Details::DeliveryAttempt(read)) = details("message.delivery_attempted", attempt) else {
        panic!()
    };
    assert_eq!((read.attempt, read.max_attempts, read.retryable), (2, Some(8), Some(true)));

    let failure =
        json!({ "failure_reason": "fatal_error", "failure_details": "no such device", "token": "hidden1" });
    for kind in ["message.undelivered", "message.bounced"] {
        let Some(Details::Failure(read)) = details(kind, failure.clone()) else { panic!("{kind}") };
        assert_eq!(read.reason.as_deref(), Some("fatal_error"));
        assert_eq!(read.token.as_ref().map(knock_core::Secret::expose), Some("hidden1"));
    }
    let click = json!({ "__typename": "EventData", "url": "https://hidden2.example" });
    let Some(Details::LinkClick(read)) = details("message.link_clicked", click) else { panic!() };
    assert_eq!(read.url.expose(), "https://hidden2.example");
    let Some(Details::Interaction(read)) =
        details("message.interacted", json!({ "__typename": "EventData", "type": "button_click" }))
    else {
        panic!()
    };
    assert_eq!(json!(read), json!({ "type": "button_click" }));
    let Some(Details::Commit(read)) = details("partial.committed", json!({ "commit_id": "k1" })) else {
        panic!()
    };
    assert_eq!(read.id, "k1");
    // Nothing is lost of others.
    for (kind, data) in [
        ("message.complaint", json!({ "recipient": "hidden3" })),
        ("message.delivery_attempted", json!({ "attempt": "many" })),
        ("message.interacted", json!(["x"])),
    ] {
        assert_eq!(details(kind, data.clone()), Some(Details::Other(data)), "{kind}");
    }
}

#[test]
fn events_do_not_print_their_data() {
    let mut data = message();
    data["recipient"] = json!("hidden0");
    for (kind, details) in [
        ("message.bounced", json!({ "failure_details": "hidden@x", "token": "hidden1" })),
        ("message.link_clicked", json!({ "url": "https://hidden2.example" })),
        ("message.interacted", json!({ "hidden": "hidden3" })),
        ("message.complaint", json!({ "recipient": "hidden4" })),
    ] {
        let event = event(kind, &data, &details);
        let printed = format!("{event:?} {:?} {:?}", event.subject(), event.details());
        assert!(!printed.contains("hidden") && printed.contains("Event"), "{printed}");
    }
}
