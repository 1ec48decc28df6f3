//! Calls over real sockets to an emulator that fails on demand: nothing is lost, and nothing is sent twice.

mod support;

use std::time::{Duration, SystemTime};

use futures_util::stream::{self, StreamExt};
use knock_emulator::{Fault, Faults};
use knock_reqwest::{
    CallOptions, Error, ErrorKind, Method, Operation, Outcome, RetryBudget, RetryPolicy, StopReason, custom,
    users, workflows,
};
use serde_json::Value;
use support::{builder, knock, server};

fn alert() -> workflows::Trigger {
    workflows::trigger("dinosaurs-loose").recipients(["jhammond"])
}

#[tokio::test]
async fn a_trigger_whose_connection_drops_after_the_server_acted_notifies_once() {
    let server = server().await;
    let knock = knock(&server);
    server.emulator().fault(Fault::drop_after());

    let response = alert().send_for_response(&knock).await.unwrap();

    assert!(response.is_idempotent_replay());
    assert_eq!(server.emulator().requests().len(), 2);
    assert_eq!(server.emulator().triggers(), 1);
    assert_eq!(server.emulator().deliveries(SystemTime::now()).len(), 1);
}

#[tokio::test]
async fn a_call_that_cannot_be_repeated_is_sent_once_and_its_outcome_is_unknown() {
    let server = server().await;
    let knock = knock(&server);
    server.emulator().fault(Fault::drop_after());

    let create = custom::request::<Value>(Method::Post, "/v1/schedules")
        .json(&serde_json::json!({ "workflow": "dinosaurs-loose", "recipients": ["jhammond"] }));
    let error = create.send(&knock).await.unwrap_err();

    assert_eq!(server.emulator().requests().len(), 1);
    assert_eq!((error.kind(), error.stopped_by()), (ErrorKind::Transport, Some(StopReason::NotRepeatable)));
    assert!(error.outcome_unknown() && !error.is_retryable());
}

#[tokio::test]
async fn a_thousand_triggers_under_faults_are_a_thousand_runs() {
    const TRIGGERS: u64 = 1000;
    let server = server().await;
    let patient =
        RetryPolicy::default().max_retries(6).backoff(Duration::from_millis(1), Duration::from_millis(4));
    let knock = builder(&server).retry(patient).build().unwrap();
    let kinds = [
        Fault::drop_before(),
        Fault::drop_after(),
        Fault::status(500),
        Fault::status(503).after_acting(),
        Fault::status(429).retry_after_ms(1),
        Fault::html(),
        Fault::delay(Duration::from_millis(2)),
    ];
    server.emulator().fault(Faults::random(17, 0.3, kinds));

    // As a queue worker does: a job that may succeed later is tried again with the same key.
    let job = async |number: u64| {
        let mut errors = 0_u64;
        loop {
            match alert().idempotency_key(format!("job-{number}")).send(&knock).await {
                Ok(_) => return errors,
                Err(error) if error.is_retryable() => errors += 1,
                Err(error) => panic!("job {number}: {error}"),
            }
        }
    };
    let errors: u64 =
        stream::iter(0..TRIGGERS).map(job).buffer_unordered(32).fold(0, async |sum, n| sum + n).await;

    let emulator = server.emulator();
    emulator.clear_faults();
    assert_eq!(emulator.triggers(), TRIGGERS);
    assert_eq!(emulator.deliveries(SystemTime::now()).len() as u64, TRIGGERS);
    // With faults in 30 % of the attempts, six retries leave few errors for the worker.
    assert!(errors < TRIGGERS / 20, "{errors} errors");
}

#[tokio::test]
async fn a_storm_of_429_stays_within_the_retry_budget() {
    let server = server().await;
    let knock = builder(&server).retry_budget(RetryBudget::new(100)).build().unwrap();
    server.emulator().fault(Fault::status(429).retry_after_ms(1).always());

    let calls = stream::iter(0..300).map(|_| alert().send(&knock)).buffer_unordered(16);
    let errors: Vec<Error> = calls.map(Result::unwrap_err).collect().await;

    assert!(errors.iter().all(|error| error.kind() == ErrorKind::RateLimited && error.is_retryable()));
    assert!(errors.iter().any(|error| error.stopped_by() == Some(StopReason::BudgetExhausted)));
    // 100 tokens are 20 retries.
    assert_eq!(server.emulator().requests().len(), 300 + 20);
    assert_eq!(server.emulator().triggers(), 0);
}

#[tokio::test]
async fn a_slow_response_is_a_timeout_whose_outcome_is_unknown() {
    let server = server().await;
    let knock = knock(&server);
    server.emulator().fault(Fault::delay(Duration::from_secs(30)).always());

    let impatient = CallOptions::new().timeout(Duration::from_millis(40)).max_retries(1);
    let error = users::get("jhammond").with(impatient).send(&knock).await.unwrap_err();

    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2));
    assert!(error.outcome_unknown() && error.is_retryable());
}

#[tokio::test]
async fn the_deadline_ends_an_attempt() {
    let server = server().await;
    let knock = builder(&server).deadline(Duration::from_millis(60)).build().unwrap();
    server.emulator().fault(Fault::delay(Duration::from_secs(30)).always());

    let error = users::get("jhammond").send(&knock).await.unwrap_err();

    assert_eq!(error.stopped_by(), Some(StopReason::DeadlineExceeded));
}

#[tokio::test]
async fn nothing_was_sent_to_a_server_that_is_down() {
    let server = server().await;
    let knock = knock(&server);
    server.stop().await;

    let error = alert().send(&knock).await.unwrap_err();

    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::NotApplied));
    assert_eq!(error.attempts(), 3);
    assert!(error.is_retryable() && error.idempotency_key().is_some());
}

#[tokio::test]
async fn a_cancelled_future_leaves_the_client_usable() {
    let server = server().await;
    let knock = knock(&server);
    server.emulator().fault(Fault::delay(Duration::from_secs(30)));

    let cancelled = tokio::time::timeout(Duration::from_millis(20), alert().send(&knock)).await;
    assert!(cancelled.is_err());

    for _ in 0..3 {
        alert().send(&knock).await.unwrap();
    }
}

#[tokio::test]
async fn an_invalid_response_is_an_error_with_an_excerpt_of_the_body() {
    let server = server().await;
    let knock = builder(&server).retry(RetryPolicy::never()).build().unwrap();
    let cases = [
        (Fault::html(), ErrorKind::Server),
        (Fault::empty(), ErrorKind::UnexpectedResponse),
        (Fault::truncated(), ErrorKind::Decoding),
    ];
    for (fault, kind) in cases {
        server.emulator().fault(fault);
        let error = alert().send(&knock).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.body_excerpt().is_some());
    }
}

#[tokio::test]
async fn the_future_can_be_spawned() {
    let server = server().await;
    let knock = knock(&server);

    let task = tokio::spawn(alert().send(&knock));
    let response = tokio::spawn(alert().send_for_response(&knock));

    assert!(!task.await.unwrap().unwrap().workflow_run_id.is_empty());
    assert!(response.await.unwrap().unwrap().request_id().is_some());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let server = server().await;
    let knock = knock(&server);
    let location = "http://127.0.0.1:1/".parse().unwrap();
    server.emulator().fault(Fault::status(307).header(http::header::LOCATION, location));

    let error = alert().send(&knock).await.unwrap_err();

    assert_eq!((error.kind(), error.attempts()), (ErrorKind::UnexpectedStatus, 1));
    assert_eq!(server.emulator().requests().len(), 1);
}
