//! The client over a transport that plays a script: no network, no runtime, no waiting.

mod support;

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::TryStreamExt;
use knock_core::slack::{self, AccessTokenObject};
use knock_core::{
    CallOptions, Client, ErrorKind, Method, Operation, Outcome, Paged, PreparedCall, StopReason, UnixTime,
    custom, users, workflows,
};
use serde_json::{Value, json};
use support::{Fake, NOW, Reaction, Sent, block_on, config, millis, poll_once, response, secs};

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
fn an_operation_is_sent_and_its_answer_read() {
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
fn the_transport_is_told_what_it_sends() {
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
fn a_reply_has_what_the_headers_say() {
    let headers = [
        ("x-request-id", "req-2"),
        ("idempotent-replayed", "true"),
        ("original-x-request-id", "req-1"),
        ("x-ratelimited-message_ids", "2, 4,,5 "),
        ("x-ratelimited-message_ids", "9"),
    ];
    let client =
        client([Reaction::Answer(response(200, &headers, RUN)), Reaction::Answer(response(202, &[], RUN))]);
    let reply = block_on(trigger().send_for_reply(&client)).unwrap();
    assert_eq!(reply.value.workflow_run_id, "7e6ac5d2-6d3a-4b2b-9f5f-2f1d1c7a1f00");
    assert_eq!((reply.status.as_u16(), reply.request_id()), (200, Some("req-2")));
    assert!(reply.is_idempotent_replay());
    assert_eq!(reply.original_request_id(), Some("req-1"));
    assert_eq!(reply.rate_limited_ids("message_ids"), ["2", "4", "5", "9"]);
    assert_eq!(reply.rate_limited_ids("users"), [""; 0]);
    // A name that no header can have.
    assert_eq!(reply.rate_limited_ids("a\nb"), [""; 0]);

    let plain = block_on(trigger().send_for_reply(&client)).unwrap();
    assert_eq!((plain.status.as_u16(), plain.request_id(), plain.original_request_id()), (202, None, None));
    assert!(!plain.is_idempotent_replay());
    assert_eq!(plain.rate_limited_ids("message_ids"), [""; 0]);
}

#[test]
fn a_call_is_retried_with_its_waits_and_its_one_key() {
    let client = client([
        Reaction::Interrupted,
        Reaction::Answer(response(429, &[("retry-after", "7")], "")),
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
fn each_call_has_its_own_random_key() {
    let client = client([Reaction::ok(RUN), Reaction::ok(RUN)]);
    let operation = trigger();
    block_on(operation.clone().send(&client)).unwrap();
    block_on(operation.send(&client)).unwrap();
    let keys = keys(&client);
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn the_waits_count_towards_the_deadline() {
    let busy = || Reaction::Answer(response(503, &[("retry-after", "50")], ""));
    let client = client([busy(), busy(), busy()]);
    let error = block_on(users::get("jhammond").send(&client)).unwrap_err();
    // 50 s, 100 s, and 150 s is beyond the 120 s that a call has.
    assert_eq!(client.transport().sleeps(), [secs(50), secs(50)]);
    assert_eq!(error.stopped_by(), Some(StopReason::AttemptsExhausted));
    let timeouts: Vec<_> = client.transport().attempts().iter().map(|attempt| attempt.timeout).collect();
    assert_eq!(timeouts, [secs(60), secs(60), secs(20)]);
}

#[test]
fn an_operation_can_have_options_of_its_own() {
    let client = client([Reaction::status(503), Reaction::ok(USER)]);
    let options = CallOptions::new().timeout(millis(800)).max_retries(0).header("x-trace", "abc");
    let error = block_on(users::get("jhammond").with(options).send(&client)).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Server, 1));
    let transport = client.transport();
    assert_eq!(transport.attempts()[0].timeout, millis(800));
    assert_eq!(transport.requests()[0].headers()["x-trace"], "abc");

    // They are of that operation alone.
    block_on(users::get("jhammond").send(&client)).unwrap();
    assert_eq!(transport.attempts()[1].timeout, secs(60));
    assert!(!transport.requests()[1].headers().contains_key("x-trace"));
}

#[test]
fn options_add_up() {
    let client = client([Reaction::ok(USER)]);
    let get = users::get("jhammond")
        .with(CallOptions::new().branch("new-onboarding"))
        .with(CallOptions::new().timeout(secs(1)));
    block_on(get.send(&client)).unwrap();
    assert_eq!(client.transport().attempts()[0].timeout, secs(1));
    assert_eq!(client.transport().requests()[0].headers()["x-knock-branch"], "new-onboarding");
}

#[test]
fn what_cannot_be_right_never_reaches_the_transport() {
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
fn an_answer_that_cannot_be_read_was_carried_out_all_the_same() {
    let bodies =
        ["", "null", "{}", "[]", "<html></html>", "{\"workflow_run_id\": 7}", "{\"workflow_run_id\""];
    for body in bodies {
        let answer = response(200, &[("x-request-id", "req-1"), ("x-should-retry", "true")], body);
        let client = client([Reaction::Answer(answer)]);
        let error = block_on(trigger().send(&client)).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decoding, Outcome::Applied), "{body}");
        assert!(!error.is_retryable(), "doing it again would notify twice: {body}");
        assert_eq!(error.status_code().map(|status| status.as_u16()), Some(200));
        assert_eq!((error.operation(), error.request_id()), (Some("workflows.trigger"), Some("req-1")));
        assert_eq!(error.body_excerpt(), Some(body));
        assert!(error.to_string().contains("it was carried out"), "{error}");
        assert_eq!(client.transport().requests().len(), 1, "{body}");
    }
}

#[test]
fn a_decoding_error_knows_its_call() {
    let client = client([Reaction::status(503), Reaction::ok("{}")]);
    let error = block_on(trigger().idempotency_key("alert-17").send(&client)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decoding);
    assert_eq!((error.attempts(), error.idempotency_key()), (2, Some("alert-17")));
}

#[test]
fn an_operation_without_an_answer_takes_any_success() {
    for body in ["", "{}", "<html></html>", "\"ok\""] {
        let client = client([Reaction::Answer(response(204, &[], body)), Reaction::ok(body)]);
        block_on(users::delete("jhammond").send(&client)).unwrap();
        block_on(workflows::cancel("dinosaurs-loose", "alert-17").send(&client)).unwrap();
    }
}

#[test]
fn a_prepared_call_is_executed_by_whoever_takes_it_from_the_queue() {
    let queued = trigger().prepare().unwrap().with_random_idempotency_key([3; 16]);
    let key = queued.idempotency_key().unwrap().to_owned();
    let stored = serde_json::to_vec(&queued).unwrap();

    let taken: PreparedCall = serde_json::from_slice(&stored).unwrap();
    let client = client([Reaction::status(500), Reaction::ok(RUN), Reaction::ok(RUN)]);
    let response = block_on(client.execute(taken.clone(), None)).unwrap();
    assert_eq!(trigger().parse(response, NOW).unwrap().workflow_run_id.len(), 36);
    // The queue delivers it once more.
    block_on(client.execute(taken, Some(&CallOptions::new().timeout(secs(3))))).unwrap();
    assert_eq!(keys(&client), [key.as_str(); 3]);
    assert_eq!(client.transport().attempts()[2].timeout, secs(3));

    let expired = trigger().prepare().unwrap().expires_at(UnixTime::from_secs(1));
    let error = block_on(client.execute(expired, None)).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Expired, Some("workflows.trigger")));
    assert_eq!(client.transport().requests().len(), 3);
}

#[test]
fn futures_can_be_spawned() {
    fn assert_send_static<T: Send + 'static>(_: T) {}
    fn assert_send<T: Send>(_: T) {}

    let client = client([]);
    assert_send_static(users::get("jhammond").send(&client));
    assert_send_static(trigger().send_for_reply(&client));
    assert_send_static(users::get("jhammond").with(CallOptions::new().max_retries(1)).send(&client));
    assert_send_static(custom::request::<Value>(Method::Get, "/v1/things").send(&client));
    assert_send_static(list().stream(&client));
    assert_send_static(list().collect_up_to(3, &client));
    assert_send_static(client.clone());
    assert_send(client.execute(users::get("jhammond").prepare().unwrap(), None));
    // An operation and its errors can be sent to another thread, too.
    assert_send_static(trigger());
    assert_send_static(users::get("").prepare().unwrap_err());
}

#[test]
fn a_future_does_nothing_until_it_is_polled() {
    let client = client([]);
    drop(users::get("jhammond").send(&client));
    assert_eq!(client.transport().requests().len(), 0);
}

#[test]
fn a_call_that_is_given_up_leaves_the_client_as_it_was() {
    let client = client([Reaction::Silence, Reaction::status(503), Reaction::Silence, Reaction::ok(USER)]);
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
fn clones_share_transport_and_budget() {
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
fn a_stream_asks_for_a_page_when_its_first_item_is_wanted() {
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
fn no_more_pages_are_asked_for_than_needed() {
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
fn options_go_with_every_page() {
    let client = client([page(&["a"], "1"), page(&["b"], "")]);
    let list = list().with(CallOptions::new().branch("new-onboarding").timeout(secs(2)));
    assert_eq!(block_on(list.collect_up_to(9, &client)).unwrap().len(), 2);
    for (request, attempt) in client.transport().requests().iter().zip(client.transport().attempts()) {
        assert_eq!(request.headers()["x-knock-branch"], "new-onboarding");
        assert_eq!(attempt.timeout, secs(2));
    }
}
