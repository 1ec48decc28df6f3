//! Any sequence of requests to an emulator, separated by lines of `---`.
//!
//! ```text
//! PUT /v1/users/jhammond 1000
//!
//! {"name": "John"}
//! ---
//! GET /v1/users
//! ```
//!
//! The number is how many milliseconds after the request before it comes.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use knock_core::{Config, ErrorKind, Operation, UnixTime, messages, schedules, tenants, users};
use knock_emulator::{Channel, ChannelKind, Connection, DEFAULT_KEY, Emulator, Workflow};
use serde_json::Value;

use crate::Message;

const START: SystemTime = SystemTime::UNIX_EPOCH;
/// 2026-09-21, in milliseconds.
const NOW: u64 = 1_790_000_000_000;

/// Checks one input.
pub fn check(input: &[u8]) {
    let (emulator, twin) = (emulator(), emulator());
    let mut now = START + Duration::from_millis(NOW);
    let mut faults = false;
    for text in input
        .split_inclusive(|byte| *byte == b'\n')
        .collect::<Vec<_>>()
        .split(|line| *line == b"---\n")
        .take(24)
    {
        let text = text.concat();
        let message = Message::parse(&text);
        let Some((request, wait)) = request(&message) else { continue };
        now = now.checked_add(wait).unwrap_or(now);
        let is_control = request.uri().path().starts_with("/_emulator/");
        faults |= is_control && request.method() == Method::POST;
        let (again, method) = (request.clone(), request.method().clone());
        let reply = emulator.respond(request, now);
        assert!(
            is_control || method == Method::OPTIONS || reply.response.headers().contains_key("x-request-id")
        );
        if !faults {
            assert_eq!((reply.connection, reply.delay), (Connection::Keep, Duration::ZERO));
            check_response(&method, &reply.response);
        }
        let again = twin.respond(again, now);
        assert_eq!(
            (reply.response.status(), reply.response.body()),
            (again.response.status(), again.response.body())
        );
    }
    check_state(&emulator, now);
}

fn emulator() -> Emulator {
    let push = Channel::new("8209f26c-62a5-461d-95e2-a5716a26e652", ChannelKind::Push).provider("push_apns");
    let feed = Channel::new(knock_emulator::DEFAULT_CHANNEL, ChannelKind::InAppFeed);
    let chat = Channel::new("0f5bb2a5-dc1f-4b95-a0cd-f5a4c3f8b6e1", ChannelKind::Chat).provider("chat_slack");
    Emulator::builder()
        .workflow(Workflow::new("welcome").channel(feed).channel(push))
        .workflow(Workflow::new("later").delay(Duration::from_secs(60)).category("nudges").channel(chat))
        .workflow(Workflow::new("off").inactive())
        .build()
}

/// Returns a request with the emulator's key unless it has another, and how long to wait before it.
fn request(message: &Message<'_>) -> Option<(Request<Bytes>, Duration)> {
    let start = std::str::from_utf8(message.start).ok()?;
    let mut words = start.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let wait = Duration::from_millis(words.next().and_then(|wait| wait.parse().ok()).unwrap_or_default());
    let body = Bytes::copy_from_slice(message.body.trim_ascii_end());
    let mut request = Request::builder().method(method).uri(target).body(body).ok()?;
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, HeaderValue::try_from(format!("Bearer {DEFAULT_KEY}")).ok()?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.extend(message.headers.clone());
    Some((request, wait))
}

/// Checks a response that no fault has changed: JSON with its content type, or nothing.
fn check_response(method: &Method, response: &Response<Bytes>) {
    let (status, body) = (response.status(), response.body());
    assert!(status != StatusCode::INTERNAL_SERVER_ERROR, "{body:?}");
    if status == StatusCode::NO_CONTENT || method == Method::HEAD {
        assert!(body.is_empty(), "{status} {body:?}");
        return;
    }
    let value: Value =
        serde_json::from_slice(body).unwrap_or_else(|error| panic!("{status} {body:?}: {error}"));
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json; charset=utf-8");
    if !status.is_success() {
        assert!(value["message"].is_string() || value["error"].is_string(), "{status} {value}");
    }
}

/// Checks that the state can be looked at after all this, by the emulator's functions and by the SDK.
fn check_state(emulator: &Emulator, now: SystemTime) {
    let (deliveries, runs) = (emulator.deliveries(now), emulator.runs());
    assert!(emulator.triggers() >= u64::try_from(runs.len()).expect("few"));
    assert!(deliveries.is_empty() || !runs.is_empty());
    assert!(emulator.requests().len() <= 24);
    for path in ["deliveries", "runs", "requests", "health"] {
        let request = Request::get(format!("/_emulator/{path}")).body(Bytes::new()).expect("valid");
        let response = emulator.handle(request, now);
        assert_eq!(response.status(), StatusCode::OK);
        check_response(&Method::GET, &response);
    }
    emulator.clear_faults();
    check_list(emulator, &users::list(), now);
    check_list(emulator, &tenants::list(), now);
    check_list(emulator, &messages::list(), now);
    check_list(emulator, &schedules::list("welcome"), now);
    emulator.reset();
    assert!(emulator.deliveries(now).is_empty() && emulator.runs().is_empty() && emulator.triggers() == 0);
}

/// Checks that the SDK reads a list of whatever was stored.
fn check_list(emulator: &Emulator, list: &impl Operation, now: SystemTime) {
    let config = Config::builder(DEFAULT_KEY).build().expect("the key is valid");
    let request = list.to_request(&config).expect("the arguments are valid");
    if let Err(error) = list.parse(emulator.handle(request, now), UnixTime::from(now)) {
        assert!(!matches!(error.kind(), ErrorKind::Decoding | ErrorKind::UnexpectedResponse), "{error:?}");
    }
}
