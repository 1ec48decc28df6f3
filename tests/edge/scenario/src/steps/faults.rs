//! Failures between the SDK and Knock.

use std::time::Duration;

use knock_core::{
    CallOptions, Client, Config, ErrorKind, Method, Operation, Outcome, StopReason, Transport, custom, users,
    workflows,
};
use serde_json::{Value, json};

use crate::Host;
use crate::control::Emulator;
use crate::failure::{Failure, ensure, error_of, same};

fn trigger() -> workflows::Trigger {
    workflows::trigger("dinosaurs-loose").recipients(["jhammond"])
}

/// Fails unless `attempts` requests arrived, all with the same idempotency key, and led to one run.
async fn one_run_in<T: Transport>(knock: &Client<T>, attempts: usize) -> Result<(), Failure> {
    let requests = Emulator(knock).requests().await?;
    same("the number of requests", requests.len(), attempts)?;
    let key = requests[0].header("idempotency-key");
    ensure(key.is_some(), "there is no idempotency key")?;
    ensure(requests.iter().all(|seen| seen.header("idempotency-key") == key), "the idempotency key changed")?;
    ensure(requests.iter().all(|seen| seen.body == requests[0].body), "the body changed")?;
    same("the number of runs", Emulator(knock).runs().await?.len(), 1)
}

pub async fn unavailable<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    Emulator(knock).fault(json!({ "kind": "status", "status": 503, "times": 2 })).await?;
    trigger().send(knock).await?;
    one_run_in(knock, 3).await
}

pub async fn dropped<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    Emulator(knock).fault(json!([{ "kind": "drop_after" }, { "kind": "drop_before" }])).await?;
    let response = trigger().send_for_response(knock).await?;
    ensure(response.is_idempotent_replay(), "the response is not a replay of the first")?;
    one_run_in(knock, 3).await
}

pub async fn not_repeatable<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    Emulator(knock).fault(json!({ "kind": "drop_after" })).await?;
    let create = custom::request::<Value>(Method::Post, "/v1/workflows/{key}/trigger")
        .path("key", "dinosaurs-loose")
        .json(&json!({ "recipients": ["jhammond"] }));
    let error = error_of("a call without a response", create.send(knock).await)?;
    same("its kind", error.kind(), ErrorKind::Transport)?;
    same("why it was not repeated", error.stopped_by(), Some(StopReason::NotRepeatable))?;
    ensure(error.outcome_unknown(), "its outcome should be unknown")?;
    // The platform must not repeat it on its own either.
    same("the number of requests", Emulator(knock).requests().await?.len(), 1)
}

pub async fn retry_after<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let faults = json!([
        { "kind": "status", "status": 429, "headers": { "retry-after": "1" } },
        { "kind": "status", "status": 503, "headers": { "retry-after-ms": "250" } },
    ]);
    Emulator(knock).fault(faults).await?;
    let before = knock.transport().now();
    trigger().send(knock).await?;
    let took = knock.transport().now().since(before);
    ensure(
        (Duration::from_millis(1240)..Duration::from_secs(8)).contains(&took),
        format!("it took {took:?}"),
    )?;
    one_run_in(knock, 3).await
}

pub async fn timeout<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    Emulator(knock).fault(json!({ "kind": "delay", "ms": 5000, "times": 2 })).await?;
    let impatient = CallOptions::new().timeout(Duration::from_millis(250)).max_retries(1);
    let before = knock.transport().now();
    let error = error_of("a call that times out", trigger().with(impatient.clone()).send(knock).await)?;
    let took = knock.transport().now().since(before);
    same("its kind", error.kind(), ErrorKind::Timeout)?;
    same("its attempts", error.attempts(), 2)?;
    ensure(
        error.outcome_unknown() && error.is_retryable(),
        "its outcome should be unknown, and it should be retryable",
    )?;
    ensure(
        (Duration::from_millis(480)..Duration::from_secs(4)).contains(&took),
        format!("it took {took:?}"),
    )?;
    // The timeout applies to a single attempt, so the next call is not affected.
    trigger().with(impatient).send(knock).await?;
    Ok(())
}

pub async fn refused_key<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    _: &Client<T>,
) -> Result<(), Failure> {
    let stranger = host.client_with(|config| config.api_key("sk_test_stranger"))?;
    let error = error_of("a call with a wrong key", trigger().send(&stranger).await)?;
    ensure(error.is_authentication(), format!("a wrong key is {error}"))?;
    same("its status", error.status_code().map(|status| status.as_u16()), Some(401))?;
    same("its code", error.code(), Some("api_key_missing"))?;
    same("its attempts", error.attempts(), 1)?;
    ensure(!format!("{error} {error:?}").contains("sk_test"), "the error shows the key")
}

pub async fn unreadable<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let once = CallOptions::new().max_retries(0);
    Emulator(knock).fault(json!({ "kind": "html" })).await?;
    let html = error_of("HTML", users::get("jhammond").with(once.clone()).send(knock).await)?;
    same("the kind of HTML", html.kind(), ErrorKind::Server)?;
    same("the status of HTML", html.status_code().map(|status| status.as_u16()), Some(502))?;
    let page = html.body_excerpt().unwrap_or_default();
    ensure(page.contains("<h1>502 Bad Gateway</h1>"), format!("the body is {page:?}"))?;

    // JSON that is cut off shows that Knock acted. No body at all shows nothing.
    let cases = [
        ("truncated", ErrorKind::Decoding, Outcome::Applied),
        ("empty", ErrorKind::UnexpectedResponse, Outcome::Unknown),
    ];
    for (fault, kind, outcome) in cases {
        Emulator(knock).fault(json!({ "kind": fault })).await?;
        let error = error_of(fault, trigger().with(once.clone()).send(knock).await)?;
        same(fault, error.kind(), kind)?;
        same(fault, error.outcome(), outcome)?;
    }
    Ok(())
}

pub async fn redirect<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let fault = json!({ "kind": "status", "status": 307, "headers": { "location": "/v1/users/elsewhere" } });
    Emulator(knock).fault(fault).await?;
    let error = error_of("a redirect", users::get("jhammond").send(knock).await)?;
    let requests = Emulator(knock).requests().await?.len();
    same("the kind of a redirect", error.kind(), ErrorKind::UnexpectedStatus)?;
    same("its status", error.status_code().map(|status| status.as_u16()), Some(307))?;
    same("the number of requests", requests, 1)
}
