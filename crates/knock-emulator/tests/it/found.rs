//! Assertions about what was sent, and what they print if they fail.

use std::panic::catch_unwind;
use std::time::{Duration, SystemTime};

use knock_emulator::{ChannelKind, Emulator, Recipient};
use serde_json::json;

use crate::client::Client;

/// An emulator with a trigger for a user and an object, and another one with much data.
fn emulator() -> Emulator {
    let client = Client::new();
    let post = |workflow: &str, body| {
        assert_eq!(client.post(&format!("/v1/workflows/{workflow}/trigger"), body).status, 200);
    };
    post(
        "dinosaurs-loose",
        json!({
            "recipients": ["jhammond", { "collection": "projects", "id": "paddock-9" }],
            "actor": { "id": "dnedry", "email": "dennis@example.com" },
            "tenant": "jurassic-park",
            "data": { "type": "trex", "place": { "paddock": 9, "gate": 2 } },
        }),
    );
    post("welcome", json!({ "recipients": ["agrant"], "data": { "text": "ä".repeat(1000) } }));
    client.emulator
}

fn panic_of(assertion: impl FnOnce() + std::panic::UnwindSafe) -> String {
    *catch_unwind(assertion).unwrap_err().downcast::<String>().unwrap()
}

#[test]
fn conditions_narrow_what_is_found() {
    let emulator = emulator();
    emulator.sent().assert_count(3);
    emulator.sent_to(Recipient::object("projects", "paddock-9")).assert_one();
    emulator.sent_to("paddock-9").assert_none();
    let to_hammond = || emulator.sent_to("jhammond");
    to_hammond().of("dinosaurs-loose").by("dnedry").in_tenant("jurassic-park").assert_one();
    to_hammond().through(ChannelKind::InAppFeed).assert_one();
    for nothing in [
        to_hammond().of("welcome"),
        to_hammond().by("agrant"),
        to_hammond().in_tenant("ingen"),
        to_hammond().through(ChannelKind::Email),
        to_hammond().with_data(json!({ "type": "raptor" })),
        to_hammond().with_data(json!({ "place": { "paddock": 9, "fence": 1 } })),
        to_hammond().with_data(json!({ "place": 9 })),
        to_hammond().with_data(json!("trex")),
    ] {
        assert_eq!(nothing.count(), 0, "{nothing:?}");
    }
    to_hammond().with_data(json!({ "place": { "paddock": 9 } })).assert_one();
    to_hammond().with_data(json!({})).assert_one();
    emulator.triggered("dinosaurs-loose").to(Recipient::object("projects", "paddock-9")).assert_one();
    emulator.triggered("dinosaurs-loose").to("agrant").assert_none();
    assert_eq!(emulator.triggered("welcome").all().len(), 1);
}

#[test]
fn a_failure_prints_what_there_was() {
    let emulator = emulator();
    let printed = panic_of(|| drop(emulator.sent_to("dnedry").of("dinosaurs-loose").assert_one()));
    let expected = r#"expected 1 message to "dnedry" of the workflow "dinosaurs-loose", but found 0
sent so far: 3
  "dinosaurs-loose" to "jhammond" through in_app_feed by "dnedry" in the tenant "jurassic-park" with {"#;
    assert!(printed.starts_with(expected), "{printed}");
    assert!(
        printed.contains("\n  \"welcome\" to \"agrant\" through in_app_feed with {\"text\":\"ä"),
        "{printed}"
    );
    assert!(printed.len() < 1_500 && printed.ends_with('…'), "{printed}");
    for secret in ["sk_test", "dennis@example.com"] {
        assert!(!printed.contains(secret), "{printed}");
    }

    let printed = panic_of(|| emulator.triggered("dinosaurs-loose").assert_none());
    let expected = r#"expected 0 triggers of the workflow "dinosaurs-loose", but found 1
triggered so far: 2
  "dinosaurs-loose" to ["jhammond", "projects/paddock-9"] by "dnedry""#;
    assert!(printed.starts_with(expected), "{printed}");

    let emulator = Emulator::new();
    let printed = panic_of(|| drop(emulator.sent_to("jhammond").assert_count(2)));
    assert_eq!(printed, "expected 2 messages to \"jhammond\", but found 0\nnothing was sent");
}

#[test]
fn a_failure_prints_the_latest_of_many() {
    let client = Client::new();
    for number in 0..50 {
        let recipients: Vec<String> = (0..9).map(|user| format!("user-{number}-{user}")).collect();
        client.post("/v1/workflows/welcome/trigger", json!({ "recipients": recipients }));
    }
    let emulator = client.emulator;
    let printed = panic_of(|| emulator.triggered("welcome").assert_none());
    assert!(printed.contains("triggered so far: 50\n  … 30 more …\n"), "{printed}");
    assert!(printed.contains(r#""user-49-4"] and 4 more"#), "{printed}");
    assert!(!printed.contains("user-29-0"), "{printed}");
}

#[test]
fn the_clock_stands_at_the_latest_request_and_tests_move_it() {
    let client = Client::new();
    client.get("/v1/users");
    assert_eq!(client.emulator.now(), client.now());
    client.emulator.advance(Duration::from_secs(60));
    assert_eq!(client.emulator.now(), client.now() + Duration::from_secs(60));
    client.emulator.advance(Duration::MAX);
    client.emulator.advance_to(SystemTime::UNIX_EPOCH);
    assert_eq!(client.emulator.now(), client.now() + Duration::from_secs(60));
}
