//! What a second time does, for every operation: the table in the registry, and how many requests follow from it.

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use knock_core::call::{Call, Completed, Sent, Verdict};
use knock_core::registry::OPERATIONS;
use knock_core::{
    CallOptions, Config, DecodeError, Error, ErrorKind, InvalidInput, Method, Operation, OperationInfo,
    Outcome, PreparedCall, RateLimitTier, RequestEncoder, RetryBudget, RetryPolicy, StopReason,
    TransportError, custom, messages, schedules, slack, users, workflows,
};
use serde_json::Value;
use support::{NOW, millis, response, secs};

const RANDOM: [u8; 16] = [7; 16];
const CHANNEL: &str = "8209f26c-62a5-461d-95e2-a5716a26e652";

/// The operations that are not safe to repeat. All others are.
const NOT_REPEATABLE: [&str; 11] = [
    // The filters select again, and `interacted` is an event.
    "channels.bulk_update_message_status",
    "guides.mark_message_as_interacted",
    "guides.mark_message_id_as_interacted",
    "integrations.census_custom_destination",
    "integrations.hightouch_embedded_destination",
    "messages.batch_mark_as_interacted",
    "messages.mark_as_interacted",
    "notify.trigger",
    "schedules.bulk_create",
    "schedules.create",
    "users.merge",
];

/// The safe operations whose second response differs from the first: another list, another status, or another bulk
/// operation.
const OTHER_RESPONSE: [&str; 13] = [
    "ms_teams.revoke_access",
    "objects.bulk_add_subscriptions",
    "objects.bulk_delete",
    "objects.bulk_delete_subscriptions",
    "objects.bulk_set",
    "objects.delete_subscriptions",
    "schedules.delete",
    "slack.revoke_access",
    "tenants.bulk_delete",
    "tenants.bulk_set",
    "users.bulk_delete",
    "users.bulk_identify",
    "users.bulk_set_preferences",
];

/// The safe operations whose second response is not documented: it may be the first one again, or a 404.
const UNKNOWN_RESPONSE: [&str; 9] = [
    "audiences.remove_members",
    "objects.delete",
    "objects.unset_channel_data",
    "objects.unset_preferences",
    "preference_center.generate_signed_url",
    "tenants.delete",
    "users.delete",
    "users.unset_channel_data",
    "users.unset_preferences",
];

/// Any operation of the registry, with `x` for each parameter of its route.
#[derive(Debug, Clone)]
struct Any(OperationInfo);

impl Operation for Any {
    type Output = ();
    const INFO: OperationInfo = OperationInfo::get("any", "/", RateLimitTier::Tier1);

    fn info(&self) -> OperationInfo {
        self.0
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        let parameters = self.0.route.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
        parameters.map(|(name, _)| name).try_for_each(|name| request.path(name, "x"))
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// The record of a call whose responses are lost.
struct Trace {
    requests: usize,
    waits: Vec<Duration>,
    result: Result<Completed, Error>,
}

/// Loses the response of the first `lost` attempts, and then responds with `status`.
fn lose(prepared: PreparedCall, lost: usize, status: u16) -> Trace {
    let config = Config::builder(support::KEY).retry_budget(RetryBudget::new(10_000)).build().expect("valid");
    let (mut requests, mut waits, mut now) = (0, Vec::new(), NOW);
    let mut call = Call::new(&config, prepared, None, now, RANDOM).expect("no options");
    let result = loop {
        let (_, sent) = call.send(now).expect("the deadline is far");
        requests += 1;
        let verdict = if requests <= lost {
            sent.fail(TransportError::interrupted("reset"), now)
        } else {
            sent.receive(response(status, &[], "[]"), now)
        };
        call = match verdict {
            Verdict::Done(completed) => break Ok(completed),
            Verdict::Failed(error) => break Err(error),
            Verdict::Retry { after, call } => {
                waits.push(after);
                now = now + after;
                call
            }
        };
    };
    Trace { requests, waits, result }
}

fn names(admits: impl Fn(&OperationInfo) -> bool) -> BTreeSet<&'static str> {
    OPERATIONS.iter().filter(|info| admits(info)).map(|info| info.name).collect()
}

#[test]
fn every_operation_tells_what_a_second_time_does_and_from_where_that_is_known() {
    assert_eq!(OPERATIONS.len(), 118);
    for info in OPERATIONS {
        let repetition = info.repetition;
        assert!(!repetition.source.is_empty(), "{}", info.name);
        if info.method == Method::Get {
            assert!(repetition.source.contains("9110") && repetition.response.is_same(), "{}", info.name);
            continue;
        }
        let known = ["API: ", "docs, "].iter().any(|source| repetition.source.starts_with(source));
        assert!(known, "{} has no source: {}", info.name, repetition.source);
        // What is not documented is named as such, and is not safe.
        let named = repetition.source.contains("not documented") || repetition.source.contains("depends");
        assert!(repetition.state.to_string() != "not documented" || named, "{}", info.name);
    }
}

#[test]
fn repeatable_follows_from_what_a_second_time_does_and_not_from_the_method() {
    for info in OPERATIONS {
        assert_eq!(info.repeatable, info.repetition.is_safe(), "{}", info.name);
    }
    assert_eq!(names(|info| !info.repeatable), NOT_REPEATABLE.into());
    assert_eq!(names(|info| info.idempotency_key), ["workflows.trigger"].into());

    let differs = |info: &OperationInfo| !info.repetition.response.is_same();
    let documented = |info: &OperationInfo| info.repetition.response.to_string() != "not documented";
    assert_eq!(names(|info| info.repeatable && differs(info) && documented(info)), OTHER_RESPONSE.into());
    assert_eq!(names(|info| info.repeatable && !documented(info)), UNKNOWN_RESPONSE.into());
}

#[test]
fn a_lost_response_is_followed_by_as_many_requests_as_the_operation_allows() {
    for info in OPERATIONS {
        let prepared = Any(*info).prepare(RANDOM).unwrap();
        let trace = lose(prepared, 10, 200);
        let error = trace.result.expect_err("every response is lost");
        let (requests, reason) = if NOT_REPEATABLE.contains(&info.name) {
            (1, StopReason::NotRepeatable)
        } else {
            (3, StopReason::AttemptsExhausted)
        };
        assert_eq!((trace.requests, error.stopped_by()), (requests, Some(reason)), "{}", info.name);
        assert_eq!(trace.waits.len(), requests - 1, "{}", info.name);
        assert_eq!(
            (error.outcome(), error.is_retryable()),
            (Outcome::Unknown, requests == 3),
            "{}",
            info.name
        );
    }
}

#[test]
fn one_real_operation_of_each_class() {
    let token = slack::AccessTokenObject::tenant("t");
    let cases: [(&str, PreparedCall, usize); 10] = [
        ("a read", users::get("jhammond").prepare(RANDOM).unwrap(), 3),
        ("the same", messages::mark_as_seen("m").prepare(RANDOM).unwrap(), 3),
        ("another status", slack::revoke_access(CHANNEL, token).prepare(RANDOM).unwrap(), 3),
        ("another list", schedules::delete(["s"]).prepare(RANDOM).unwrap(), 3),
        ("not documented response", users::delete("jhammond").prepare(RANDOM).unwrap(), 3),
        ("another bulk operation", users::bulk_delete(["jhammond"]).prepare(RANDOM).unwrap(), 3),
        ("a second event", messages::mark_as_interacted("m").prepare(RANDOM).unwrap(), 1),
        ("a second event each", messages::batch_mark_as_interacted(["m"]).prepare(RANDOM).unwrap(), 1),
        ("not documented", users::merge("a").from_user("b").prepare(RANDOM).unwrap(), 1),
        ("a key", workflows::trigger("w").recipients(["jhammond"]).prepare(RANDOM).unwrap(), 3),
    ];
    for (class, prepared, requests) in cases {
        assert_eq!(lose(prepared.clone(), 10, 200).requests, requests, "{class}");
        // An attempt that was refused, or that sent nothing, is repeated whatever the operation does.
        let config = Config::new(support::KEY).unwrap();
        let (_, sent) = Call::new(&config, prepared, None, NOW, RANDOM).unwrap().send(NOW).unwrap();
        let verdict = sent.fail(TransportError::not_sent("refused"), NOW);
        assert!(matches!(verdict, Verdict::Retry { .. }), "{class}");
    }
}

#[test]
fn a_custom_operation_is_repeated_only_if_it_is_a_get_or_declared_repeatable() {
    let methods = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
    for method in methods {
        let request = || custom::request::<Value>(method, "/v1/things/{id}").path("id", "x");
        let requests = |prepared: Result<PreparedCall, Error>| lose(prepared.unwrap(), 10, 200).requests;
        let expected = if method == Method::Get { 3 } else { 1 };
        assert_eq!(requests(request().prepare(RANDOM)), expected, "{method}");
        assert_eq!(requests(request().repeatable().prepare(RANDOM)), 3, "{method}");
        assert_eq!(requests(request().idempotency_key("k").prepare(RANDOM)), 3, "{method}");
        assert_eq!((request().info().method, request().info().name), (method, "custom"));
    }
}

#[test]
fn an_own_operation_is_repeated_only_if_its_facts_say_so() {
    const PUT: OperationInfo = OperationInfo::put("own.put", "/v1/own", RateLimitTier::Tier3);
    let cases = [
        (PUT, false),
        (PUT.repeatable(), true),
        (PUT.twice_same("ours"), true),
        (PUT.twice_same_effect("ours"), true),
        (PUT.twice_returns("nothing", "ours"), true),
        (PUT.twice_emits("an event", "ours"), false),
        (PUT.twice_adds("another", "ours"), false),
        (PUT.twice_undocumented("ours"), false),
        // The key makes it safe, whatever the order.
        (PUT.honours_idempotency_key(), true),
        (PUT.twice_same("ours").honours_idempotency_key(), true),
        (OperationInfo::delete("own.delete", "/v1/own", RateLimitTier::Tier3), false),
        (OperationInfo::post("own.post", "/v1/own", RateLimitTier::Tier3), false),
        (OperationInfo::get("own.get", "/v1/own", RateLimitTier::Tier3), true),
    ];
    for (info, repeatable) in cases {
        assert_eq!((info.repeatable, info.repetition.is_safe()), (repeatable, repeatable), "{info:?}");
        assert_eq!(info.deduplicated().repeatable, repeatable, "{info:?}");
    }
    assert_eq!(PUT.twice_same("ours").repeatable().repetition.source, "ours");
    assert!(PUT.deduplicated().twice_same("ours").repetition.deduplicated);
}

#[test]
fn calls_on_many_entities_wait_for_more_than_the_second_in_which_knock_skips_them() {
    let batches = names(|info| info.repetition.deduplicated);
    assert_eq!(
        batches,
        names(|info| info.name.contains(".batch_mark")
            || info.name.contains(".batch_archive")
            || info.name.contains(".batch_unarchive")
            || info.name.contains(".bulk_"))
    );
    assert_eq!(batches.len(), 18);
    for info in OPERATIONS {
        let call = Any(*info).prepare(RANDOM).unwrap();
        let expected = if batches.contains(info.name) { millis(1250) } else { Duration::ZERO };
        assert_eq!((info.repetition.min_wait(), call.min_wait()), (expected, expected), "{}", info.name);
        // A queue keeps it.
        let stored = serde_json::to_value(&call).unwrap();
        assert_eq!(stored.get("deduplicated").is_some(), batches.contains(info.name), "{}", info.name);
        let taken: PreparedCall = serde_json::from_value(stored).unwrap();
        assert_eq!((taken.min_wait(), &taken), (expected, &call), "{}", info.name);
    }
}

#[test]
fn a_batch_is_not_repeated_within_the_second_in_which_knock_skips_its_entities() {
    let impatient = RetryPolicy::default().backoff(millis(1), millis(2));
    let config = Config::builder(support::KEY)
        .retry(impatient)
        .retry_budget(RetryBudget::new(10_000))
        .build()
        .unwrap();
    let events: [fn(Call<Sent>) -> Verdict; 4] = [
        |sent| sent.fail(TransportError::interrupted("reset"), NOW),
        |sent| sent.fail(TransportError::timed_out(), NOW),
        |sent| sent.receive(response(503, &[], ""), NOW),
        |sent| sent.receive(response(503, &[("retry-after-ms", "20")], ""), NOW),
    ];
    for info in OPERATIONS.iter().filter(|info| info.repeatable) {
        for event in events {
            let prepared = Any(*info).prepare(RANDOM).unwrap();
            let (_, sent) = Call::new(&config, prepared, None, NOW, RANDOM).unwrap().send(NOW).unwrap();
            let Verdict::Retry { after, call } = event(sent) else { panic!("{} is repeated", info.name) };
            assert_eq!(after > secs(1), info.repetition.deduplicated, "{}: {after:?}", info.name);
            // Nor after a refusal, because the attempt before it may have acted.
            let (_, sent) = call.send(NOW).unwrap();
            let refused = sent.receive(response(429, &[("retry-after-ms", "1")], ""), NOW);
            let Verdict::Retry { after, .. } = refused else { panic!("{} is repeated", info.name) };
            assert_eq!(after > secs(1), info.repetition.deduplicated, "{}: {after:?}", info.name);
        }
        // A refusal alone has changed nothing, so there is nothing to wait for.
        let prepared = Any(*info).prepare(RANDOM).unwrap();
        let (_, sent) = Call::new(&config, prepared, None, NOW, RANDOM).unwrap().send(NOW).unwrap();
        let refused = sent.receive(response(429, &[("retry-after-ms", "1")], ""), NOW);
        assert!(matches!(refused, Verdict::Retry { after, .. } if after < millis(10)), "{}", info.name);
    }
}

#[test]
fn what_a_longer_retry_after_asks_for_is_kept() {
    let prepared = users::bulk_delete(["jhammond"]).prepare(RANDOM).unwrap();
    let (_, sent) = Call::new(&Config::new(support::KEY).unwrap(), prepared, None, NOW, RANDOM)
        .unwrap()
        .send(NOW)
        .unwrap();
    let verdict = sent.receive(response(503, &[("retry-after", "7")], ""), NOW);
    assert!(matches!(verdict, Verdict::Retry { after, .. } if after == secs(7)));
}

#[test]
fn a_misleading_second_response_reports_that_an_earlier_attempt_may_have_acted() {
    let revoke =
        || slack::revoke_access(CHANNEL, slack::AccessTokenObject::tenant("t")).prepare(RANDOM).unwrap();
    for (lost, earlier) in [(0, false), (1, true), (2, true)] {
        let error = lose(revoke(), lost, 403).result.expect_err("refused");
        assert_eq!((error.kind(), error.attempts() as usize), (ErrorKind::PermissionDenied, lost + 1));
        assert_eq!((error.earlier_attempt_may_have_acted(), error.outcome_unknown()), (earlier, earlier));
        assert_eq!(error.to_string().contains("an earlier attempt may have acted"), earlier, "{error}");

        let error =
            lose(users::delete("jhammond").prepare(RANDOM).unwrap(), lost, 404).result.expect_err("404");
        assert_eq!((error.is_not_found(), error.earlier_attempt_may_have_acted()), (true, earlier));

        let delete = schedules::delete(["s"]);
        let completed = lose(delete.prepare(RANDOM).unwrap(), lost, 200).result.expect("it succeeds");
        assert_eq!(completed.earlier_attempt_may_have_acted(), earlier);
        let response = delete.with(CallOptions::new()).read(completed).unwrap();
        assert_eq!((response.value.items.len(), response.earlier_attempt_may_have_acted()), (0, earlier));
        assert_eq!(response.value.earlier_attempt_may_have_acted, earlier, "`send` returns only this value");
    }
    // The only attempt is not an earlier one.
    let error =
        lose(messages::mark_as_interacted("m").prepare(RANDOM).unwrap(), 1, 200).result.expect_err("lost");
    assert_eq!((error.outcome_unknown(), error.earlier_attempt_may_have_acted()), (true, false));
}

#[test]
fn an_attempt_that_sent_nothing_or_was_refused_is_not_one_that_may_have_acted() {
    let config = Config::new(support::KEY).unwrap();
    let events: [fn(Call<Sent>) -> Verdict; 2] = [
        |sent| sent.fail(TransportError::not_sent("refused"), NOW),
        |sent| sent.receive(response(429, &[], ""), NOW),
    ];
    for event in events {
        let prepared = users::delete("jhammond").prepare(RANDOM).unwrap();
        let (_, sent) = Call::new(&config, prepared, None, NOW, RANDOM).unwrap().send(NOW).unwrap();
        let Verdict::Retry { call, .. } = event(sent) else { panic!("it is repeated") };
        let (_, sent) = call.send(NOW).unwrap();
        let Verdict::Failed(error) = sent.receive(response(404, &[], ""), NOW) else {
            panic!("404 is final")
        };
        assert!(!error.earlier_attempt_may_have_acted());
    }
}

#[test]
fn a_call_that_expires_after_a_lost_response_reports_the_attempt() {
    let config = Config::new(support::KEY).unwrap();
    let prepared = users::delete("jhammond").prepare(RANDOM).unwrap().expires_at(NOW + secs(60));
    let (_, sent) = Call::new(&config, prepared, None, NOW, RANDOM).unwrap().send(NOW).unwrap();
    let Verdict::Retry { call, .. } = sent.fail(TransportError::timed_out(), NOW) else { panic!("repeated") };
    let error = call.send(NOW + secs(60)).expect_err("it has expired");
    assert_eq!((error.kind(), error.earlier_attempt_may_have_acted()), (ErrorKind::Expired, true));
}
