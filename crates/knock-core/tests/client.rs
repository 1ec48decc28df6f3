//! The client over a transport that plays a script, without a network, a runtime or waiting.

mod support;

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::TryStreamExt;
use knock_core::slack::{self, AccessTokenObject};
use knock_core::{
    CallOptions, Client, Config, ErrorKind, Method, Operation, Outcome, Paged, PreparedCall, RetryPolicy,
    StopReason, UnixTime, custom, users, workflows,
};
use serde_json::{Value, json};
use support::{Fake, Reaction, Sent, block_on, config, millis, poll_once, response, secs};

const USER: &str = r#"{"__typename":"User","id":"jhammond","name":"John Hammond","updated_at":null}"#;
const RUN: &str = r#"{"workflow_run_id":"7e6ac5d2-6d3a-4b2b-9f5f-2f1d1c7a1f00"}"#;

fn client(script: impl IntoIterator<Item = Reaction>) -> Client<Fake> {
    Client::with_transport(config(), Fake::new(script))
}

fn trigger() -> workflows::Trigger {
    workflows::trigger("dinosaurs-loose").recipients(["jhammond"])
}

fn keys(client: &Client<Fake>) -> Vec<String> {
    let requests = client.transport().requests();
    requests
        .iter()
        .map(|request| request.headers()["idempotency-key"].to_str().expect("text").to_owned())
        .collect()
}

#[test]
fn an_operation_is_sent_and_its_response_read() {
    let client = client([Reaction::ok(USER)]);
    let user = block_on(users::get("jhammond").send(&client)).unwrap();
    assert_eq!((user.id.as_str(), user.name.as_deref()), ("jhammond", Some("John Hammond")));

    let requests = client.transport().requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method(), http::Method::GET);
    assert_eq!(requests[0].uri(), "https://api.knock.app/v1/users/jhammond");
    assert_eq!(requests[0].headers()["authorization"], "Bearer sk_test_12345");
    assert_eq!(client.transport().sleeps(), []);
}

#[test]
fn the_transport_receives_the_facts_of_each_attempt() {
    let client = client([Reaction::status(503), Reaction::TimedOut, Reaction::ok(USER)]);
    block_on(users::get("jhammond").send(&client)).unwrap();
    let sent = |number| Sent {
        operation: "users.get".to_owned(),
        route: "/v1/users/{user_id}".to_owned(),
        number,
        timeout: secs(60),
    };
    assert_eq!(client.transport().attempts(), [sent(1), sent(2), sent(3)]);
}

#[test]
fn a_response_provides_its_headers() {
    let headers = [
        ("x-request-id", "req-2"),
        ("idempotent-replayed", "true"),
        ("original-x-request-id", "req-1"),
        ("x-ratelimited-message_ids", "2, 4,,5 "),
        ("x-ratelimited-message_ids", "9"),
    ];
    let client =
        client([Reaction::Respond(response(200, &headers, RUN)), Reaction::Respond(response(202, &[], RUN))]);
    let response = block_on(trigger().send_for_response(&client)).unwrap();
    assert_eq!(response.value.workflow_run_id, "7e6ac5d2-6d3a-4b2b-9f5f-2f1d1c7a1f00");
    assert_eq!((response.status.as_u16(), response.request_id()), (200, Some("req-2")));
    assert!(response.is_idempotent_replay());
    assert_eq!(response.original_request_id(), Some("req-1"));
    assert_eq!(response.rate_limited_ids("message_ids"), ["2", "4", "5", "9"]);
    assert_eq!(response.rate_limited_ids("users"), [""; 0]);
    // An invalid name of a header.
    assert_eq!(response.rate_limited_ids("a\nb"), [""; 0]);

    let plain = block_on(trigger().send_for_response(&client)).unwrap();
    assert_eq!((plain.status.as_u16(), plain.request_id(), plain.original_request_id()), (202, None, None));
    assert!(!plain.is_idempotent_replay());
    assert_eq!(plain.rate_limited_ids("message_ids"), [""; 0]);
}

#[test]
fn a_call_is_retried_with_waits_and_the_same_key() {
    let client = client([
        Reaction::Interrupted,
        Reaction::Respond(response(429, &[("retry-after", "7")], "")),
        Reaction::ok(RUN),
    ]);
    block_on(trigger().send(&client)).unwrap();
    let sleeps = client.transport().sleeps();
    assert_eq!(sleeps.len(), 2);
    assert!(sleeps[0] >= millis(375) && sleeps[0] <= millis(500), "{sleeps:?}");
    assert_eq!(sleeps[1], secs(7));

    let keys = keys(&client);
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    let requests = client.transport().requests();
    assert!(requests.iter().all(|request| request.body() == requests[0].body()));
}

#[test]
fn a_response_has_the_facts_of_its_call() {
    let client = client([Reaction::status(503), Reaction::ok(RUN), Reaction::ok(USER)]);
    let response = block_on(trigger().idempotency_key("alert-17").send_for_response(&client)).unwrap();
    assert_eq!((response.attempts, response.idempotency_key.as_deref()), (2, Some("alert-17")));
    let response = block_on(users::get("jhammond").send_for_response(&client)).unwrap();
    assert_eq!((response.attempts, response.idempotency_key), (1, None));
}

#[test]
fn each_call_has_a_different_random_key() {
    let client = client([Reaction::ok(RUN), Reaction::ok(RUN)]);
    let operation = trigger();
    block_on(operation.clone().send(&client)).unwrap();
    block_on(operation.send(&client)).unwrap();
    let keys = keys(&client);
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn the_waits_count_towards_the_deadline() {
    let busy = || Reaction::Respond(response(503, &[("retry-after", "50")], ""));
    let client = client([busy(), busy(), busy()]);
    let error = block_on(users::get("jhammond").send(&client)).unwrap_err();
    // After 50 s and 100 s, a third wait would exceed the deadline of 120 s.
    assert_eq!(client.transport().sleeps(), [secs(50), secs(50)]);
    assert_eq!(error.stopped_by(), Some(StopReason::AttemptsExhausted));
    let timeouts: Vec<_> = client.transport().attempts().iter().map(|attempt| attempt.timeout).collect();
    assert_eq!(timeouts, [secs(60), secs(60), secs(20)]);
}

#[test]
fn an_operation_can_have_options() {
    let client = client([Reaction::status(503), Reaction::ok(USER)]);
    let options = CallOptions::new().timeout(millis(800)).max_retries(0).header("x-trace", "abc");
    let error = block_on(users::get("jhammond").with(options).send(&client)).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Server, 1));
    let transport = client.transport();
    assert_eq!(transport.attempts()[0].timeout, millis(800));
    assert_eq!(transport.requests()[0].headers()["x-trace"], "abc");

    // They apply only to that operation.
    block_on(users::get("jhammond").send(&client)).unwrap();
    assert_eq!(transport.attempts()[1].timeout, secs(60));
    assert!(!transport.requests()[1].headers().contains_key("x-trace"));
}

#[test]
fn options_are_combined() {
    let client = client([Reaction::ok(USER)]);
    let get = users::get("jhammond")
        .with(CallOptions::new().branch("new-onboarding"))
        .with(CallOptions::new().timeout(secs(1)));
    block_on(get.send(&client)).unwrap();
    assert_eq!(client.transport().attempts()[0].timeout, secs(1));
    assert_eq!(client.transport().requests()[0].headers()["x-knock-branch"], "new-onboarding");
}

#[test]
fn the_outer_options_win() {
    let inner = || CallOptions::new().timeout(secs(1)).max_retries(3).header("x-a", "in").header("x-b", "in");
    // The outer options, then the attempts, the timeout, and the header `x-a`.
    let cases = [
        (CallOptions::new(), 4, secs(1), "in"),
        (CallOptions::new().timeout(secs(2)).header("x-a", "out"), 4, secs(2), "out"),
        (CallOptions::new().max_retries(0), 1, secs(1), "in"),
        // A whole policy also sets the number of retries.
        (CallOptions::new().retry(RetryPolicy::default().max_retries(1)), 2, secs(1), "in"),
        (CallOptions::new().deadline(Duration::from_nanos(1)), 1, Duration::from_nanos(1), "in"),
    ];
    for (outer, attempts, timeout, header) in cases {
        let client = client((0..4).map(|_| Reaction::status(503)));
        let name = format!("{outer:?}");
        let error = block_on(users::get("jhammond").with(inner()).with(outer).send(&client)).unwrap_err();
        assert_eq!(error.attempts(), attempts, "{name}");
        assert_eq!(client.transport().attempts()[0].timeout, timeout, "{name}");
        let requests = client.transport().requests();
        assert_eq!(
            (&requests[0].headers()["x-a"], &requests[0].headers()["x-b"]),
            (&header.parse().unwrap(), &"in".parse().unwrap()),
            "{name}"
        );
    }
    // An invalid option is not corrected by a later one.
    let client = client([]);
    let mistaken =
        users::get("jhammond").with(CallOptions::new().branch("")).with(CallOptions::new().branch("a"));
    assert_eq!(block_on(mistaken.send(&client)).unwrap_err().kind(), ErrorKind::Configuration);
}

#[test]
fn invalid_operations_never_reach_the_transport() {
    let client = client([]);
    let error = block_on(users::get("").send(&client)).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidInput, 0));
    assert_eq!(error.operation(), Some("users.get"));

    let error = block_on(users::get("a").with(CallOptions::new().timeout(Duration::ZERO)).send(&client));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Configuration);
    assert_eq!(client.transport().requests().len(), 0);
}

#[test]
fn without_randomness_nothing_is_sent() {
    let client = Client::with_transport(config(), Fake::new([]).without_randomness());
    let error = block_on(trigger().send(&client)).unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome(), error.attempts()),
        (ErrorKind::Transport, Outcome::NotApplied, 0)
    );
    assert_eq!(error.operation(), Some("workflows.trigger"));
    assert_eq!(client.transport().requests().len(), 0);
}

#[test]
fn a_call_with_an_unreadable_response_was_applied() {
    let bodies =
        ["", "null", "{}", "[]", "<html></html>", "{\"workflow_run_id\": 7}", "{\"workflow_run_id\""];
    for body in bodies {
        let response = response(200, &[("x-request-id", "req-1"), ("x-should-retry", "true")], body);
        let client = client([Reaction::Respond(response)]);
        let error = block_on(trigger().send(&client)).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decoding, Outcome::Applied), "{body}");
        assert!(!error.is_retryable(), "a retry would notify twice: {body}");
        assert_eq!(error.status_code().map(|status| status.as_u16()), Some(200));
        assert_eq!((error.operation(), error.request_id()), (Some("workflows.trigger"), Some("req-1")));
        assert_eq!(error.body_excerpt(), Some(body));
        assert!(error.to_string().contains("outcome applied"), "{error}");
        assert_eq!(client.transport().requests().len(), 1, "{body}");
    }
}

#[test]
fn a_decoding_error_has_the_facts_of_its_call() {
    let client = client([Reaction::status(503), Reaction::ok("{}")]);
    let error = block_on(trigger().idempotency_key("alert-17").send(&client)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decoding);
    assert_eq!((error.attempts(), error.idempotency_key()), (2, Some("alert-17")));
}

#[test]
fn an_operation_that_returns_nothing_accepts_any_success() {
    for body in ["", "{}", "<html></html>", "\"ok\""] {
        let client = client([Reaction::Respond(response(204, &[], body)), Reaction::ok(body)]);
        block_on(users::delete("jhammond").send(&client)).unwrap();
        block_on(workflows::cancel("dinosaurs-loose").cancellation_key("alert-17").send(&client)).unwrap();
    }
}

#[test]
fn a_queued_call_is_executed_later() {
    let client = client([Reaction::status(500), Reaction::ok(RUN), Reaction::ok(RUN)]);
    let queued = client.prepare(&trigger()).unwrap();
    let key = queued.idempotency_key().unwrap().to_owned();
    let stored = serde_json::to_vec(&queued).unwrap();

    let taken: PreparedCall = serde_json::from_slice(&stored).unwrap();
    let completed = block_on(client.execute(taken.clone(), None)).unwrap();
    assert_eq!((completed.attempts(), completed.idempotency_key()), (2, Some(key.as_str())));
    assert_eq!(trigger().read(completed).unwrap().value.workflow_run_id.len(), 36);
    // The queue delivers it again.
    block_on(client.execute(taken, Some(&CallOptions::new().timeout(secs(3))))).unwrap();
    assert_eq!(keys(&client), [key.as_str(); 3]);
    assert_eq!(client.transport().attempts()[2].timeout, secs(3));

    let expired = trigger().prepare([7; 16]).unwrap().expires_at(UnixTime::from_secs(1));
    let error = block_on(client.execute(expired, None)).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Expired, Some("workflows.trigger")));
    assert_eq!(client.transport().requests().len(), 3);
}

#[test]
fn a_queued_call_contains_the_branch() {
    let branched = |options: Option<&str>, client: &Client<Fake>| {
        let options = options.map_or_else(CallOptions::new, |branch| CallOptions::new().branch(branch));
        client.prepare(&trigger().with(options)).unwrap().branch().map(str::to_owned)
    };
    let plain = client([]);
    let config = Config::builder(support::KEY).branch("of-the-client").build().unwrap();
    let on_a_branch = Client::with_transport(config, Fake::new([Reaction::ok(RUN)]));
    assert_eq!(branched(None, &plain), None);
    assert_eq!(branched(None, &on_a_branch).as_deref(), Some("of-the-client"));
    assert_eq!(branched(Some("of-the-call"), &on_a_branch).as_deref(), Some("of-the-call"));

    // The branch of the call overrides that of the client that sends it.
    let call = trigger().with(CallOptions::new().branch("of-the-call")).prepare([7; 16]).unwrap();
    block_on(on_a_branch.execute(call, None)).unwrap();
    assert_eq!(on_a_branch.transport().requests()[0].headers()["x-knock-branch"], "of-the-call");
}

#[test]
fn a_call_without_randomness_is_not_prepared() {
    let client = Client::with_transport(config(), Fake::new([]).without_randomness());
    let error = client.prepare(&trigger()).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::NotApplied));
}

#[test]
fn futures_can_be_spawned() {
    fn assert_send_static<T: Send + 'static>(_: T) {}
    fn assert_send<T: Send>(_: T) {}

    let client = client([]);
    assert_send_static(users::get("jhammond").send(&client));
    assert_send_static(trigger().send_for_response(&client));
    assert_send_static(users::get("jhammond").with(CallOptions::new().max_retries(1)).send(&client));
    assert_send_static(custom::request::<Value>(Method::Get, "/v1/things").send(&client));
    assert_send_static(list().stream(&client));
    assert_send_static(list().collect_up_to(3, &client));
    assert_send_static(client.clone());
    assert_send(client.execute(users::get("jhammond").prepare([7; 16]).unwrap(), None));
    // An operation and its errors can also be sent to another thread.
    assert_send_static(trigger());
    assert_send_static(users::get("").prepare([7; 16]).unwrap_err());
}

#[test]
fn a_future_does_nothing_until_it_is_polled() {
    let client = client([]);
    drop(users::get("jhammond").send(&client));
    assert_eq!(client.transport().requests().len(), 0);
}

#[test]
fn a_dropped_call_does_not_affect_the_client() {
    let client = client([Reaction::Hang, Reaction::status(503), Reaction::Hang, Reaction::ok(USER)]);
    {
        let mut during_the_first = pin!(users::get("jhammond").send(&client));
        assert!(matches!(poll_once(during_the_first.as_mut()), Poll::Pending));
    }
    {
        let mut during_the_retry = pin!(users::get("jhammond").send(&client));
        assert!(matches!(poll_once(during_the_retry.as_mut()), Poll::Pending));
    }
    assert_eq!(block_on(users::get("jhammond").send(&client)).unwrap().id, "jhammond");
    assert_eq!(client.transport().requests().len(), 4);
}

#[test]
fn clones_share_the_transport_and_the_budget() {
    let client =
        client([Reaction::status(503), Reaction::status(503), Reaction::status(503), Reaction::ok(USER)]);
    let other = client.clone();
    block_on(users::get("jhammond").send(&other)).unwrap_err();
    assert_eq!(client.config().retry_budget().tokens(), 490);
    block_on(users::get("jhammond").send(&client)).unwrap();
    assert_eq!(other.config().retry_budget().tokens(), 491);
    assert_eq!(other.transport().requests().len(), 4);
}

fn list() -> slack::ListChannels {
    slack::list_channels("9a1b2c3d", AccessTokenObject::tenant("jurassic-park")).limit(2)
}

fn page(ids: &[&str], cursor: &str) -> Reaction {
    let channels: Vec<_> = ids.iter().map(|id| json!({ "id": id, "name": id })).collect();
    Reaction::ok(json!({ "slack_channels": channels, "next_cursor": cursor }).to_string())
}

#[test]
fn a_stream_fetches_a_page_when_its_first_item_is_needed() {
    let client = client([page(&["a", "b"], "1"), page(&[], "2"), page(&["c"], "")]);
    let mut channels = pin!(list().stream(&client));
    let mut ids = Vec::new();
    for (wanted, requests) in [("a", 1), ("b", 1), ("c", 3)] {
        let channel = block_on(channels.try_next()).unwrap().unwrap();
        assert_eq!((channel.id.as_str(), client.transport().requests().len()), (wanted, requests));
        ids.push(channel.id);
    }
    assert_eq!(block_on(channels.try_next()).unwrap(), None);
    let targets: Vec<_> =
        client.transport().requests().iter().map(|request| request.uri().to_string()).collect();
    assert!(!targets[0].contains("cursor"), "{targets:?}");
    assert!(targets[1].ends_with("query_options%5Bcursor%5D=1"), "{targets:?}");
    assert!(targets[2].ends_with("query_options%5Bcursor%5D=2"), "{targets:?}");
    assert!(targets.iter().all(|target| target.contains("query_options%5Blimit%5D=2")), "{targets:?}");
}

#[test]
fn a_stream_ends_with_the_first_error() {
    let client = client([page(&["a"], "1"), Reaction::status(404)]);
    let mut channels = pin!(list().stream(&client));
    assert_eq!(block_on(channels.try_next()).unwrap().unwrap().id, "a");
    assert!(block_on(channels.try_next()).unwrap_err().is_not_found());
    assert!(matches!(block_on(channels.try_next()), Ok(None)));
    assert_eq!(client.transport().requests().len(), 2);
}

#[test]
fn no_more_pages_are_fetched_than_needed() {
    for (limit, requests, ids) in [
        (0, 0, vec![]),
        (1, 1, vec!["a"]),
        (2, 1, vec!["a", "b"]),
        (3, 2, vec!["a", "b", "c"]),
        (9, 2, vec!["a", "b", "c"]),
    ] {
        let client = client([page(&["a", "b"], "1"), page(&["c"], "")]);
        let channels = block_on(list().collect_up_to(limit, &client)).unwrap();
        assert_eq!(channels.iter().map(|channel| channel.id.as_str()).collect::<Vec<_>>(), ids);
        assert_eq!(client.transport().requests().len(), requests, "{limit}");
    }
}

#[test]
fn options_apply_to_every_page() {
    let client = client([page(&["a"], "1"), page(&["b"], "")]);
    let list = list().with(CallOptions::new().branch("new-onboarding").timeout(secs(2)));
    assert_eq!(block_on(list.collect_up_to(9, &client)).unwrap().len(), 2);
    for (request, attempt) in client.transport().requests().iter().zip(client.transport().attempts()) {
        assert_eq!(request.headers()["x-knock-branch"], "new-onboarding");
        assert_eq!(attempt.timeout, secs(2));
    }
}
