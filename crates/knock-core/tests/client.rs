//! The client over a transport that plays a script, without a network, a runtime or waiting.

mod support;

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use knock_core::channel_data::ChannelId;
use knock_core::slack::{self, AccessTokenObject};
use knock_core::{
    CallOptions, Client, Config, ErrorKind, Method, Operation, Outcome, Paged, PreparedCall, RetryPolicy,
    StopReason, UnixTime, custom, feeds, messages, ms_teams, objects, schedules, tenants, users, workflows,
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
    for body in ["null", "{}", "[]", "{\"workflow_run_id\": 7}", "{\"workflow_run_id\""] {
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
fn an_operation_that_returns_nothing_accepts_no_body_and_any_json() {
    for body in ["", "{}", "{\"ok\": true}", "\"ok\"", "null"] {
        let client = client([Reaction::Respond(response(204, &[], body)), Reaction::ok(body)]);
        block_on(users::delete("jhammond").send(&client)).unwrap();
        block_on(workflows::cancel("dinosaurs-loose").cancellation_key("alert-17").send(&client)).unwrap();
    }
}

#[test]
fn a_page_of_a_proxy_is_never_a_success() {
    const LOGIN: &str = "<!DOCTYPE html><title>Sign in</title>";
    #[allow(clippy::needless_pass_by_value, reason = "it reads better where it is called")]
    fn check<O: Operation<Output = ()> + Clone>(operation: O) {
        let login = || Reaction::Respond(response(200, &[("content-type", "application/json")], LOGIN));
        let page = client([login(), login(), login()]);
        let error = block_on(operation.clone().send(&page)).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::UnexpectedResponse, Outcome::Unknown));
        assert_eq!(error.attempts(), if error.is_retryable() { 3 } else { 1 }, "{error}");
        assert!(error.to_string().contains("HTML and not JSON"), "{error}");

        // The same applies without a client.
        let error = operation.parse(response(200, &[], LOGIN), support::NOW).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::UnexpectedResponse, Outcome::Unknown));
    }
    let channel = || ChannelId::new("9a1b2c3d");
    check(users::delete("jhammond"));
    check(users::unset_preferences("jhammond"));
    check(users::unset_channel_data("jhammond", channel()));
    check(objects::delete("projects", "paddock-9"));
    check(objects::unset_preferences("projects", "paddock-9"));
    check(objects::unset_channel_data("projects", "paddock-9", channel()));
    check(tenants::delete("jurassic-park"));
    check(workflows::cancel("dinosaurs-loose").cancellation_key("alert-17"));
    check(slack::revoke_access("9a1b2c3d", AccessTokenObject::tenant("jurassic-park")));
    check(ms_teams::revoke_access("9a1b2c3d", ms_teams::TenantObject::tenant("jurassic-park")));

    // A trigger is sent again with the same key.
    let client = client([Reaction::ok(LOGIN), Reaction::ok(""), Reaction::ok(RUN)]);
    block_on(trigger().send(&client)).unwrap();
    let keys = keys(&client);
    assert_eq!((keys.len(), &keys[1], &keys[2]), (3, &keys[0], &keys[0]));
}

#[test]
fn a_text_that_begins_like_json_does_not_show_that_knock_acted() {
    for body in ["[error] no upstream", "{{ login }}", "{'status': 'down'}", "\"eu-1\" is down"] {
        let client = client([Reaction::ok(body), Reaction::ok(body), Reaction::ok(RUN)]);
        block_on(trigger().send(&client)).unwrap();
        assert_eq!(client.transport().requests().len(), 3, "{body}");
    }
    // What follows the beginning is not checked unless it cannot be read, so these are not retried.
    for body in ["{\"workflow_run_id\": \"1\"}\n{}", "{\"a\": 1, oops}", "[{}] <!-- added by a proxy -->"] {
        let client = client([Reaction::ok(body)]);
        let error = block_on(trigger().send(&client)).unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::UnexpectedResponse, Outcome::Unknown),
            "{body}"
        );
        assert_eq!((error.attempts(), error.is_retryable()), (1, true), "the key makes it safe");
        let error = block_on(users::delete("a").send(&self::client([Reaction::ok(body)]))).unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::UnexpectedResponse, Outcome::Unknown),
            "{body}"
        );
    }
}

#[test]
fn a_custom_operation_reads_no_body_as_null() {
    let client =
        client([Reaction::ok(""), Reaction::ok(" \r\n"), Reaction::status(204), Reaction::ok("<html>")]);
    let list = || custom::request::<Value>(Method::Post, "/v1/things");
    assert_eq!(block_on(list().send(&client)).unwrap(), Value::Null);
    assert_eq!(block_on(list().send(&client)).unwrap(), Value::Null);
    assert_eq!(block_on(list().with(CallOptions::new()).send(&client)).unwrap(), Value::Null);
    let error = block_on(list().send(&client)).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::UnexpectedResponse, 1));
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

/// A page of users. An id of `?` stands for a user without one, and an id that ends with `!` for one with odd times.
fn users_page(ids: &[&str], info: &Value) -> Reaction {
    let entry = |id: &str| match id.strip_suffix('!') {
        None if id == "?" => json!({ "name": "without an id" }),
        None => json!({ "id": id, "created_at": "2026-09-21T14:13:20Z" }),
        Some(id) => {
            json!({ "id": id, "name": "John", "created_at": "yesterday", "updated_at": 7, "plan": "chaos" })
        }
    };
    let entries: Vec<_> = ids.iter().map(|id| entry(id)).collect();
    Reaction::ok(json!({ "entries": entries, "page_info": info }).to_string())
}

fn info(before: Option<&str>, after: Option<&str>) -> Value {
    json!({ "__typename": "PageInfo", "before": before, "after": after, "page_size": 50 })
}

fn targets(client: &Client<Fake>) -> Vec<String> {
    let requests = client.transport().requests();
    requests.iter().map(|request| request.uri().query().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_batch_tells_that_an_earlier_attempt_may_have_updated_what_is_rate_limited() {
    let limited =
        |header: &str, body: &str| Reaction::Respond(response(200, &[(header, "a")], body.to_owned()));
    let bulk = r#"{"id":"1","name":"users.bulk_delete","status":"queued","estimated_total_rows":1}"#;
    for (first, earlier) in [(500, true), (429, false)] {
        let client = client([
            Reaction::status(first),
            limited("x-ratelimited-message_ids", "[]"),
            Reaction::status(first),
            limited("x-ratelimited-user_ids", bulk),
        ]);
        let batch = block_on(messages::batch_mark_as_read(["a"]).send(&client)).unwrap();
        assert_eq!(
            (batch.rate_limited, batch.earlier_attempt_may_have_acted),
            (vec!["a".to_owned()], earlier)
        );
        let batch = block_on(users::bulk_delete(["a"]).send(&client)).unwrap();
        assert_eq!(
            (batch.rate_limited, batch.earlier_attempt_may_have_acted),
            (vec!["a".to_owned()], earlier)
        );
    }
}

#[test]
fn a_list_of_empty_pages_is_an_error() {
    let pages = |count: u32| (1..=count).map(|number| page(&[], &number.to_string()));
    let endless = client(pages(200));
    let error = block_on(list().collect_up_to(10, &endless)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decoding);
    assert_eq!(error.message(), "100 pages in a row are empty, and the list goes on");
    assert_eq!(endless.transport().requests().len(), 100);
    // It may end with them, and pages with items in between are no row.
    for end in [vec![page(&[], "")], vec![page(&["a"], "100"), page(&[], "101"), page(&[], "")]] {
        let client = client(pages(99).chain(end));
        assert!(block_on(list().collect_up_to(10, &client)).is_ok());
    }
}

#[test]
fn a_cursor_that_does_not_move_is_an_error() {
    // The cursors of the pages, and the number of requests until the error.
    for (cursors, requests) in [(vec!["1", "1"], 2), (vec!["1", "2", "1"], 3), (vec!["1", "2", "3", "2"], 4)]
    {
        let pages = || {
            let pages = cursors.iter().map(|cursor| users_page(&["a"], &info(None, Some(cursor))));
            client(pages.collect::<Vec<_>>())
        };
        let client = pages();
        let error = block_on(users::list().collect_up_to(1000, &client)).unwrap_err();
        assert!(error.message().starts_with("the list does not end"), "{error}");
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decoding, Some("users.list")));
        assert_eq!(client.transport().requests().len(), requests, "{cursors:?}");

        let client = pages();
        let items: Vec<_> = block_on(users::list().stream(&client).take(1000).collect());
        assert!(items.len() < 10, "the stream does not end: {}", items.len());
        assert_eq!(items.iter().filter(|item| item.is_err()).count(), 1);
        assert!(items.last().unwrap().is_err());
    }
    // Page by page.
    let client = client([users_page(&["a"], &info(None, Some("1")))]);
    let error = block_on(users::list().after("1").send(&client)).unwrap_err();
    assert!(error.message().starts_with("the list does not end"), "{error}");
    // The cursor of a provider.
    let client = self::client([page(&["a"], "1"), page(&[], "1")]);
    let error = block_on(list().collect_up_to(1000, &client)).unwrap_err();
    assert!(error.message().starts_with("the list does not end"), "{error}");
}

#[test]
fn a_list_goes_on_in_its_direction() {
    let pages = [
        users_page(&["c"], &info(Some("b"), Some("d"))),
        users_page(&["b"], &info(Some("a"), Some("c"))),
        users_page(&["a"], &info(None, Some("b"))),
    ];
    let backward = client(pages);
    let ids = block_on(users::list().before("end").collect_up_to(100, &backward)).unwrap();
    assert_eq!(ids.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
    assert_eq!(targets(&backward), ["before=end", "before=b", "before=a"]);

    // With both, the list goes forward to the end that `before` sets.
    let forward =
        client([users_page(&["c"], &info(Some("b"), Some("d"))), users_page(&[], &info(None, None))]);
    block_on(users::list().after("b").before("e").collect_up_to(100, &forward)).unwrap();
    assert_eq!(targets(&forward), ["after=b&before=e", "after=d&before=e"]);
}

#[test]
fn an_odd_row_costs_only_itself() {
    let client = client([users_page(&["a", "?", "c"], &info(None, Some("1")))]);
    let page = block_on(users::list().send(&client)).unwrap();
    assert_eq!(page.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    let [problem] = &page.unreadable[..] else { panic!("expected one: {:?}", page.unreadable) };
    assert!(problem.to_string().contains("missing field `id` at entries[1] (line 1 column "), "{problem}");
    assert_eq!(page.next.unwrap().prepare([7; 16]).unwrap().target(), "/v1/users?after=1");

    // All rows are odd: the list still goes on.
    let client = self::client([
        users_page(&["?", "?"], &info(None, Some("1"))),
        users_page(&["a"], &info(None, None)),
    ]);
    let items: Vec<_> = block_on(users::list().stream(&client).collect());
    let errors: Vec<_> = items.iter().filter_map(|item| item.as_ref().err()).collect();
    assert_eq!((errors.len(), items.len(), items[2].as_ref().unwrap().id.as_str()), (2, 3, "a"));
    assert_eq!((errors[0].kind(), errors[0].operation()), (ErrorKind::Decoding, Some("users.list")));

    // `collect_up_to` does not pretend that the list is complete. What cannot be read counts, too.
    let client = self::client([
        users_page(&["a", "?"], &info(None, Some("1"))),
        users_page(&["b", "?", "c"], &info(None, None)),
    ]);
    let users = block_on(users::list().collect_up_to(3, &client)).unwrap();
    assert_eq!(users.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    let problems: Vec<_> = users.unreadable.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.iter().all(|problem| problem.contains(" at entries[1] ")), "{problems:?}");

    // A list without pages.
    let client = self::client([Reaction::ok(r#"[{"id": "default"}, {"id": 7}, {"id": "t"}]"#)]);
    let page = block_on(users::list_preferences("a").send(&client)).unwrap();
    assert_eq!((page.items.len(), page.unreadable.len()), (2, 1));
    assert!(page.unreadable[0].to_string().contains("at [1].id "), "{}", page.unreadable[0]);

    // What a call changed or deleted, and what a batch did.
    let rows = |row: &str| format!("[{row}, {{\"id\": 7}}, {row}]");
    let schedule = format!(
        r#"{{"id":"1","workflow":"w","recipient":{USER},"inserted_at":"2026-09-21T14:13:20Z","updated_at":"2026-09-21T14:13:20Z"}}"#
    );
    let client = self::client([Reaction::ok(rows(&schedule))]);
    let deleted = block_on(schedules::delete(["1"]).send(&client)).unwrap();
    assert_eq!((deleted.iter().count(), deleted.unreadable.len()), (2, 1), "{deleted:?}");
    assert!(deleted.unreadable[0].to_string().contains(" at [1]"), "{}", deleted.unreadable[0]);
    let message = r#"{"id":"m","recipient":"a","status":"sent","inserted_at":"2026-09-21T14:13:20Z","updated_at":"2026-09-21T14:13:20Z"}"#;
    let client = self::client([Reaction::ok(rows(message))]);
    let seen = block_on(messages::batch_mark_as_seen(["m"]).send(&client)).unwrap();
    assert_eq!((seen.value.len(), seen.unreadable.len()), (2, 1), "{seen:?}");

    // A list with a name but without pages.
    let channels = r#"{"ms_teams_channels": [{"id": "a"}, {"id": 7}]}"#;
    let client = self::client([Reaction::ok(channels), Reaction::ok(channels)]);
    let list = || ms_teams::list_channels("c", ms_teams::TenantObject::tenant("t"), "team");
    let page = block_on(list().send(&client)).unwrap();
    assert_eq!((page.items.len(), page.unreadable.len()), (1, 1));
    assert!(page.unreadable[0].to_string().contains("ms_teams_channels[1].id"), "{}", page.unreadable[0]);
    let items: Vec<_> = block_on(list().stream(&client).collect());
    assert_eq!((items.len(), items[1].is_err()), (2, true));
}

#[test]
fn a_successful_response_without_a_list_is_not_an_empty_list() {
    for body in [r#"{"code": "authorization", "message": "Sign in"}"#, "[]", r#"{"next_cursor": "1"}"#] {
        let client = client([(); 5].map(|()| Reaction::ok(body)));
        let channels = slack::list_channels("c", AccessTokenObject::tenant("t"));
        let teams = ms_teams::list_channels("c", ms_teams::TenantObject::tenant("t"), "team");
        for error in [
            block_on(users::list().send(&client)).unwrap_err(),
            block_on(channels.collect_up_to(9, &client)).unwrap_err(),
            block_on(teams.send(&client)).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Decoding, "{body} {error}");
            assert_eq!(error.to_string().contains("no list of items"), body != "[]", "{error}");
        }
        let feed =
            feeds::list_items("jhammond", ChannelId::from_static("8209f26c-62a5-461d-95e2-a5716a26e652"));
        assert_eq!(block_on(feed.clone().send(&client)).unwrap_err().kind(), ErrorKind::Decoding, "{body}");
        let without_items = block_on(feed.exclude(["entries"]).send(&client));
        assert_eq!(without_items.is_ok(), body != "[]", "{body}");
    }
}

#[test]
fn an_odd_count_does_not_cost_the_page() {
    for count in ["null", "-1", "\"many\"", "5000000000", "1.5"] {
        let body = format!(
            r#"{{"entries": [{{"id": "a"}}], "page_info": {{"page_size": {count}, "total_count": {count}}}}}"#
        );
        let page = block_on(users::list().send(&client([Reaction::ok(body)]))).unwrap();
        let info = page.info.unwrap();
        assert_eq!((page.items.len(), info.page_size, info.total_count), (1, 0, None), "{count}");
    }
}

#[test]
fn an_odd_time_costs_only_its_field() {
    let client = client([
        users_page(&["a", "b!"], &info(None, None)),
        Reaction::ok(
            r#"{"id": "c", "created_at": {"a": [1]}, "updated_at": "2026-09-21T14:13:20Z", "plan_at": "x"}"#,
        ),
    ]);
    let page = block_on(users::list().send(&client)).unwrap();
    let [first, second] = &page.items[..] else { panic!("expected two: {page:?}") };
    assert!(first.created_at.is_some());
    assert_eq!((second.id.as_str(), second.name.as_deref()), ("b", Some("John")));
    assert_eq!((second.created_at, second.updated_at), (None, None));
    assert_eq!((&second.properties["plan"], second.properties.len()), (&json!("chaos"), 1));
    assert_eq!(page.unreadable, []);

    let user = block_on(users::get("c").send(&client)).unwrap();
    assert_eq!((user.created_at, user.updated_at.is_some()), (None, true));
    assert_eq!(user.properties["plan_at"], "x");
}

#[test]
fn odd_times_of_messages_and_recipients() {
    let message = |id: &str, seen: &str, inserted: &str| {
        json!({
            "__typename": "Message", "id": id, "channel_id": "c", "recipient": "a", "workflow": "w",
            "status": "sent", "engagement_statuses": [], "data": { "seen_at": "soon" }, "metadata": {},
            "source": { "__typename": "NotificationSource", "key": "w", "version_id": "1", "categories": [] },
            "seen_at": seen, "inserted_at": inserted, "updated_at": inserted
        })
    };
    let (good, odd) = ("2026-09-21T14:13:20Z", "21/09/2026");
    let items = [message("1", good, good), message("2", odd, good), message("3", good, odd)];
    let page = json!({ "items": items, "page_info": info(None, Some("1")) });
    let subscription = json!({
        "object": { "__typename": "Object", "id": "o", "collection": "c", "created_at": odd, "properties": { "created_at": odd } },
        "properties": {}, "inserted_at": good, "updated_at": good,
        "recipient": { "__typename": "User", "id": "a", "updated_at": odd, "created_at": good }
    });
    let subscriptions = json!({ "entries": [subscription], "page_info": info(None, None) });
    let client = client([Reaction::ok(page.to_string()), Reaction::ok(subscriptions.to_string())]);

    let page = block_on(messages::list().send(&client)).unwrap();
    assert_eq!(page.iter().map(|message| message.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!((page.items[0].seen_at.is_some(), page.items[1].seen_at), (true, None));
    assert_eq!(page.items[1].data.as_ref().unwrap()["seen_at"], "soon");
    // A time that every message has cannot be left out.
    assert!(page.unreadable[0].to_string().contains(" items[2].inserted_at ("), "{:?}", page.unreadable);
    assert!(page.next.is_some());

    let page = block_on(objects::list_subscriptions("c", "o").send(&client)).unwrap();
    assert_eq!((page.items.len(), page.unreadable.len()), (1, 0));
    assert_eq!(page.items[0].object.created_at, None);
    assert_eq!(page.items[0].object.properties["created_at"], odd);
}
