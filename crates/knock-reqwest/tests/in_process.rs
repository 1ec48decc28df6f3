//! A client over an emulator in the same process: no socket, no runtime, and no time that passes.
// Test code may panic.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant, SystemTime};

use knock_emulator::{ChannelKind, Emulator, Fault, Workflow};
use knock_reqwest::recipients::UserRequest;
use knock_reqwest::{Error, ErrorKind, Knock, Operation, TransportErrorKind, schedules, users, workflows};
use pollster::block_on;
use serde_json::json;

const HOUR: Duration = Duration::from_secs(3600);

/// What a service would have: a function without a type parameter.
async fn alert(knock: &Knock, dinosaur: &str) -> Result<(), Error> {
    let trigger = workflows::trigger("dinosaurs-loose")
        .recipients(["jhammond"])
        .actor(UserRequest::new("dnedry"))
        .data(json!({ "type": dinosaur, "place": { "paddock": 9 } }));
    trigger.send(knock).await.map(drop)
}

fn knock(emulator: &Emulator) -> Knock {
    Knock::with_transport(emulator.config(), emulator.transport())
}

#[test]
fn a_function_that_takes_a_client_is_tested_as_it_is() {
    let emulator = Emulator::new();
    block_on(alert(&knock(&emulator), "trex")).unwrap();

    let run = emulator.triggered("dinosaurs-loose").by("dnedry").to("jhammond").assert_one();
    assert_eq!(run.data["type"], "trex");
    let message = emulator
        .sent_to("jhammond")
        .of("dinosaurs-loose")
        .by("dnedry")
        .through(ChannelKind::InAppFeed)
        .with_data(json!({ "place": { "paddock": 9 } }))
        .assert_one();
    assert_eq!(message.run_id, run.id);
    emulator.sent_to("jhammond").with_data(json!({ "place": { "paddock": 8 } })).assert_none();
    emulator.sent_to("dnedry").assert_none();
    emulator.triggered("welcome").assert_none();
}

#[test]
fn retries_and_timeouts_take_no_time() {
    let begun = Instant::now();
    let emulator = Emulator::new();
    let knock = knock(&emulator);
    let start = emulator.now();

    emulator.fault(Fault::status(503).retry_after(20));
    block_on(alert(&knock, "trex")).unwrap();
    assert_eq!(emulator.requests().len(), 2);
    assert_eq!(emulator.now(), start + Duration::from_secs(20));

    emulator.fault(Fault::drop_after());
    block_on(alert(&knock, "raptor")).unwrap();
    assert_eq!(emulator.triggers(), 2);

    emulator.fault(Fault::delay(HOUR).always());
    let error = block_on(alert(&knock, "raptor")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(emulator.now() >= start + knock.config().timeout() * error.attempts());
    assert!(begun.elapsed() < HOUR);
}

#[test]
fn the_test_moves_the_time() {
    let delayed = Workflow::new("reminder").delay(24 * HOUR);
    let emulator = Emulator::builder().workflow(delayed).build();
    let knock = knock(&emulator);
    block_on(workflows::trigger("reminder").recipients(["jhammond"]).send(&knock)).unwrap();
    emulator.advance(23 * HOUR);
    emulator.sent_to("jhammond").assert_none();
    emulator.advance(HOUR);
    emulator.sent_to("jhammond").assert_one();

    let tomorrow = emulator.now() + 24 * HOUR;
    let schedule = schedules::create("reminder").recipients(["dnedry"]).scheduled_at(tomorrow);
    block_on(schedule.send(&knock)).unwrap();
    emulator.advance(24 * HOUR);
    emulator.triggered("reminder").to("dnedry").assert_one();
    emulator.advance(24 * HOUR);
    emulator.sent_to("dnedry").assert_one();
}

#[test]
fn the_clock_starts_where_the_test_wants() {
    let emulator = Emulator::new();
    let before = SystemTime::now();
    let _ = emulator.transport();
    assert!(emulator.now() >= before);

    let emulator = Emulator::new();
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    emulator.advance_to(start);
    let user = block_on(users::identify("jhammond").send(&knock(&emulator))).unwrap();
    assert_eq!(emulator.now(), start);
    assert_eq!(user.updated_at.unwrap().to_string(), "2026-09-21T14:13:20Z");
    emulator.reset();
    assert_eq!(emulator.now(), start);
    emulator.advance_to(SystemTime::UNIX_EPOCH);
    assert_eq!(emulator.now(), start);
}

#[test]
fn a_response_beyond_the_limit_is_an_error() {
    let emulator = Emulator::new();
    let config =
        knock_reqwest::Config::builder(knock_emulator::DEFAULT_KEY).max_response_bytes(10).build().unwrap();
    let knock = Knock::with_transport(config, emulator.transport());
    let error = block_on(users::identify("jhammond").send(&knock)).unwrap_err();
    assert_eq!(error.transport_kind(), Some(TransportErrorKind::TooLarge));
}

#[test]
fn a_call_can_be_spawned() {
    let emulator = Emulator::new();
    let knock = knock(&emulator);
    let call = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock);
    std::thread::spawn(|| block_on(call)).join().unwrap().unwrap();
    emulator.sent().assert_one();
}

#[tokio::test]
async fn a_server_has_the_configuration_of_its_client_and_its_clock_runs() {
    let later = Workflow::new("later").delay(HOUR);
    let server = Emulator::builder().workflow(later).build().serve().await.unwrap();
    let knock = Knock::with_config(server.config()).unwrap();
    workflows::trigger("later").recipients(["jhammond"]).send(&knock).await.unwrap();
    let emulator = server.emulator();
    emulator.sent_to("jhammond").assert_none();
    emulator.advance(HOUR);
    emulator.sent_to("jhammond").assert_one();
    let system = SystemTime::now();
    assert!(emulator.now() >= system + HOUR);
    server.stop().await;
}

#[test]
fn the_same_test_sends_the_same_requests() {
    let run = || {
        let emulator = Emulator::new();
        emulator.advance_to(SystemTime::UNIX_EPOCH + HOUR);
        block_on(alert(&knock(&emulator), "trex")).unwrap();
        emulator.requests()
    };
    assert_eq!(run(), run());
}
