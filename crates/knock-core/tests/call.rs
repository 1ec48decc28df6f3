//! The state machine of one call, driven by scripted events at scripted times. No test waits.

mod support;

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use knock_core::call::{Call, Ready, Sent, Verdict};
use knock_core::{
    CallOptions, Config, Error, ErrorKind, Method, Moment, Operation, Outcome, PreparedCall, RetryBudget,
    RetryPolicy, StopReason, TransportError, UnixTime, custom, users, workflows,
};
use serde_json::Value;
use support::{NOW, config, millis, response, secs};

const RANDOM: [u8; 16] = [7; 16];
/// The clocks begin apart, as those of a machine do.
const START: Moment = Moment { unix: NOW, steady: Duration::from_secs(7) };
/// More attempts than any test intends.
const RUNAWAY: usize = 200;

/// The result of one attempt, how long it takes, and by how many seconds the system's clock is set meanwhile.
#[derive(Debug, Clone)]
struct Happening {
    what: What,
    takes: Duration,
    sets_clock: i64,
}

#[derive(Debug, Clone)]
enum What {
    Status(u16, Vec<(&'static str, &'static str)>),
    Body(u16, &'static str),
    NotSent,
    Interrupted,
    TimedOut,
}

impl From<What> for Happening {
    fn from(what: What) -> Self {
        Self { what, takes: Duration::ZERO, sets_clock: 0 }
    }
}

impl Happening {
    fn takes(mut self, duration: Duration) -> Self {
        self.takes = duration;
        self
    }

    fn sets_clock(mut self, seconds: i64) -> Self {
        self.sets_clock = seconds;
        self
    }

    /// Returns the moment at which an attempt that began at `start` ends.
    fn end(&self, start: Moment) -> Moment {
        let end = later(start, self.takes);
        Moment {
            unix: UnixTime::from_millis(end.unix.as_millis().saturating_add_signed(1000 * self.sets_clock)),
            ..end
        }
    }

    /// Passes the result to the call.
    fn apply(&self, call: Call<Sent>, now: Moment) -> Verdict {
        match &self.what {
            What::Status(status, headers) => call.receive(response(*status, headers, "{}"), now),
            What::Body(status, body) => call.receive(response(*status, &[], *body), now),
            What::NotSent => call.fail(TransportError::not_sent("refused"), now),
            What::Interrupted => call.fail(TransportError::interrupted("reset"), now),
            What::TimedOut => call.fail(TransportError::timed_out(), now),
        }
    }
}

fn later(start: Moment, time: Duration) -> Moment {
    Moment { unix: start.unix + time, steady: start.steady + time }
}

fn status(status: u16) -> Happening {
    What::Status(status, Vec::new()).into()
}

fn status_with(status: u16, name: &'static str, value: &'static str) -> Happening {
    What::Status(status, vec![(name, value)]).into()
}

fn not_sent() -> Happening {
    What::NotSent.into()
}

fn interrupted() -> Happening {
    What::Interrupted.into()
}

fn timed_out() -> Happening {
    What::TimedOut.into()
}

/// The record of a call until its end.
#[derive(Debug)]
struct Trace {
    requests: Vec<http::Request<Bytes>>,
    timeouts: Vec<Duration>,
    waits: Vec<Duration>,
    result: Result<http::Response<Bytes>, Error>,
}

impl Trace {
    fn error(&self) -> &Error {
        self.result.as_ref().expect_err("the call should fail")
    }

    fn stopped_by(&self) -> Option<StopReason> {
        self.error().stopped_by()
    }

    fn sent(&self) -> usize {
        self.requests.len()
    }

    fn keys(&self) -> Vec<Option<&str>> {
        self.header("idempotency-key")
    }

    fn header(&self, name: &str) -> Vec<Option<&str>> {
        let values = self.requests.iter().map(|request| request.headers().get(name));
        values.map(|value| value.map(|value| value.to_str().expect("text"))).collect()
    }
}

/// Plays the script, starting at `START`. Its last entry also applies to all further attempts.
fn drive(mut call: Call<Ready>, script: &[Happening]) -> Trace {
    let mut trace = Trace {
        requests: Vec::new(),
        timeouts: Vec::new(),
        waits: Vec::new(),
        result: Ok(response(200, &[], "")),
    };
    let mut now = START;
    let result = loop {
        let (request, sent) = match call.send(now) {
            Ok(sent) => sent,
            Err(error) => break Err(error),
        };
        let happening = &script[trace.sent().min(script.len() - 1)];
        trace.requests.push(request);
        trace.timeouts.push(sent.attempt().timeout);
        assert_eq!((sent.attempts() as usize, sent.attempt().number), (trace.sent(), sent.attempts()));
        assert!(trace.sent() < RUNAWAY, "the call does not end");
        now = happening.end(now);
        call = match happening.apply(sent, now) {
            Verdict::Done(completed) => break Ok(completed.into_response()),
            Verdict::Failed(error) => break Err(error),
            Verdict::Retry { after, call } => {
                trace.waits.push(after);
                now = later(now, after);
                call
            }
        };
    };
    Trace { result, ..trace }
}

fn run(prepared: PreparedCall, script: &[Happening]) -> Trace {
    run_with(&config(), prepared, None, script)
}

fn run_with(
    config: &Config,
    prepared: PreparedCall,
    options: Option<&CallOptions>,
    script: &[Happening],
) -> Trace {
    drive(Call::new(config, prepared, options, START, RANDOM).expect("valid options"), script)
}

fn get() -> PreparedCall {
    users::get("jhammond").prepare(RANDOM).expect("a valid call")
}

fn trigger() -> PreparedCall {
    workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).prepare(RANDOM).expect("a valid call")
}

fn trigger_with_key() -> PreparedCall {
    let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).idempotency_key("alert-17");
    trigger.prepare(RANDOM).expect("a valid call")
}

/// A `POST` that is not declared repeatable.
fn post() -> PreparedCall {
    custom::request::<Value>(Method::Post, "/v1/things").prepare(RANDOM).expect("a valid call")
}

/// A configuration without a deadline, so that only the retry policy ends a call.
fn without_deadline(policy: RetryPolicy) -> Config {
    Config::builder(support::KEY).retry(policy).deadline(None).build().expect("a valid configuration")
}

#[test]
fn every_status_has_its_kind_outcome_and_retries() {
    use Outcome::{NotApplied, Unknown};

    const NO: (usize, StopReason) = (1, StopReason::NotRetryable);
    const YES: (usize, StopReason) = (3, StopReason::AttemptsExhausted);
    const UNSAFE: (usize, StopReason) = (1, StopReason::NotRepeatable);

    // Status, kind, outcome, and the attempts of a GET, of a trigger, and of a POST that is not repeatable.
    let cases = [
        (302, ErrorKind::UnexpectedStatus, Unknown, NO, NO, NO),
        (400, ErrorKind::BadRequest, NotApplied, NO, NO, NO),
        (401, ErrorKind::Authentication, NotApplied, NO, NO, NO),
        (403, ErrorKind::PermissionDenied, NotApplied, NO, NO, NO),
        (404, ErrorKind::NotFound, NotApplied, NO, NO, NO),
        (405, ErrorKind::UnexpectedStatus, NotApplied, NO, NO, NO),
        (408, ErrorKind::Server, Unknown, YES, YES, UNSAFE),
        (409, ErrorKind::Conflict, NotApplied, YES, YES, YES),
        (413, ErrorKind::UnexpectedStatus, NotApplied, NO, NO, NO),
        (422, ErrorKind::Unprocessable, NotApplied, NO, NO, NO),
        (429, ErrorKind::RateLimited, NotApplied, YES, YES, YES),
        (500, ErrorKind::Server, Unknown, YES, YES, UNSAFE),
        (501, ErrorKind::Server, Unknown, YES, YES, UNSAFE),
        (502, ErrorKind::Server, Unknown, YES, YES, UNSAFE),
        (503, ErrorKind::Server, Unknown, YES, YES, UNSAFE),
        (504, ErrorKind::Server, Unknown, YES, YES, UNSAFE),
        (520, ErrorKind::Server, Unknown, YES, YES, UNSAFE),
    ];
    for (code, kind, outcome, of_get, of_trigger, of_post) in cases {
        for (call, (attempts, reason)) in [(get(), of_get), (trigger(), of_trigger), (post(), of_post)] {
            let name = format!("{code} for {call:?}");
            let trace = run(call, &[status(code)]);
            let error = trace.error();
            assert_eq!(error.status_code().map(|status| status.as_u16()), Some(code), "{name}");
            assert_eq!(error.kind(), kind, "{name}");
            assert_eq!(error.outcome(), outcome, "{name}");
            assert_eq!((trace.sent(), error.stopped_by()), (attempts, Some(reason)), "{name}");
            assert_eq!(error.attempts() as usize, attempts, "{name}");
            assert_eq!(trace.waits.len(), attempts - 1, "{name}");
        }
    }
}

#[test]
fn the_server_can_override_the_policy() {
    const HEADER: &str = "x-should-retry";
    let cases = [
        (get(), status_with(400, HEADER, "true"), 3, StopReason::AttemptsExhausted),
        (post(), status_with(500, HEADER, "true"), 3, StopReason::AttemptsExhausted),
        (get(), status_with(500, HEADER, "false"), 1, StopReason::NotRetryable),
        (get(), status_with(429, HEADER, "false"), 1, StopReason::NotRetryable),
        (post(), status_with(409, HEADER, "false"), 1, StopReason::NotRetryable),
        // A redirect is not Knock's response. Other values are ignored.
        (post(), status_with(302, HEADER, "true"), 1, StopReason::NotRetryable),
        (get(), status_with(400, HEADER, "yes"), 1, StopReason::NotRetryable),
        (get(), status_with(500, HEADER, "0"), 3, StopReason::AttemptsExhausted),
    ];
    for (call, happening, attempts, reason) in cases {
        let name = format!("{happening:?} for {call:?}");
        let trace = run(call, &[happening]);
        assert_eq!((trace.sent(), trace.stopped_by()), (attempts, Some(reason)), "{name}");
    }
}

#[test]
fn a_transport_error_is_retried_if_that_is_safe() {
    use ErrorKind::{Timeout, Transport};
    use Outcome::{NotApplied, Unknown};
    use StopReason::{AttemptsExhausted, NotRepeatable};

    type Make = fn() -> PreparedCall;
    let repeatable: [Make; 3] = [get, trigger, trigger_with_key];
    for make in repeatable {
        for (happening, kind, outcome) in [
            (not_sent(), Transport, NotApplied),
            (interrupted(), Transport, Unknown),
            (timed_out(), Timeout, Unknown),
        ] {
            let name = format!("{happening:?} for {:?}", make());
            let trace = run(make(), &[happening]);
            let error = trace.error();
            assert_eq!((trace.sent(), error.stopped_by()), (3, Some(AttemptsExhausted)), "{name}");
            assert_eq!((error.kind(), error.outcome()), (kind, outcome), "{name}");
            assert!(error.is_retryable(), "{name}");
        }
    }
    for (happening, attempts, reason, outcome, retryable) in [
        (not_sent(), 3, AttemptsExhausted, NotApplied, true),
        (interrupted(), 1, NotRepeatable, Unknown, false),
        (timed_out(), 1, NotRepeatable, Unknown, false),
    ] {
        let name = format!("{happening:?} for a POST");
        let trace = run(post(), &[happening]);
        let error = trace.error();
        assert_eq!((trace.sent(), error.stopped_by()), (attempts, Some(reason)), "{name}");
        assert_eq!((error.outcome(), error.is_retryable()), (outcome, retryable), "{name}");
    }
}

#[test]
fn an_unknown_outcome_stays_unknown() {
    let cases = [
        (get(), vec![timed_out(), status(404)], ErrorKind::NotFound, Outcome::Unknown),
        (trigger(), vec![interrupted(), not_sent(), not_sent()], ErrorKind::Transport, Outcome::Unknown),
        (trigger(), vec![status(503), status(429), status(400)], ErrorKind::BadRequest, Outcome::Unknown),
        (get(), vec![status(429), not_sent(), status(409)], ErrorKind::Conflict, Outcome::NotApplied),
        (post(), vec![not_sent(), status(429), interrupted()], ErrorKind::Transport, Outcome::Unknown),
        (post(), vec![not_sent(), status(422)], ErrorKind::Unprocessable, Outcome::NotApplied),
    ];
    for (call, script, kind, outcome) in cases {
        let name = format!("{script:?} for {call:?}");
        let trace = run(call, &script);
        assert_eq!(trace.sent(), script.len(), "{name}");
        assert_eq!((trace.error().kind(), trace.error().outcome()), (kind, outcome), "{name}");
    }
}

#[test]
fn a_call_that_is_not_repeatable_ends_when_its_outcome_is_unknown() {
    let trace = run(post(), &[not_sent(), status(429), status(502), status(200)]);
    assert_eq!((trace.sent(), trace.stopped_by()), (3, Some(StopReason::NotRepeatable)));

    let config = without_deadline(RetryPolicy::default().max_retries(10));
    let trace = run_with(&config, post(), None, &[not_sent(), status(429), status(502), status(200)]);
    assert_eq!((trace.sent(), trace.stopped_by()), (3, Some(StopReason::NotRepeatable)));

    // If it is declared repeatable, it continues.
    let call = custom::request::<Value>(Method::Post, "/v1/things").repeatable().prepare(RANDOM).unwrap();
    let trace = run_with(&config, call, None, &[not_sent(), status(429), status(502), status(200)]);
    assert_eq!((trace.sent(), trace.result.is_ok()), (4, true));
}

#[test]
fn any_2xx_is_a_success_and_returned_unchanged() {
    for code in [200, 201, 202, 204, 299] {
        let trace = run(get(), &[status(503), status_with(code, "x-request-id", "req-1")]);
        assert_eq!(trace.sent(), 2);
        let response = trace.result.unwrap();
        assert_eq!(response.status().as_u16(), code);
        assert_eq!(response.headers()["x-request-id"], "req-1");
        assert_eq!(response.body(), "{}");
    }
}

#[test]
fn all_attempts_have_the_same_idempotency_key() {
    let trace = run(trigger_with_key(), &[timed_out(), status(500), status(409)]);
    assert_eq!(trace.keys(), [Some("alert-17"); 3]);
    assert_eq!(trace.error().idempotency_key(), Some("alert-17"));

    let trace = run(trigger(), &[timed_out(), status(500), status(409)]);
    let key = trace.keys()[0].expect("a trigger has a key").to_owned();
    assert_eq!(trace.keys(), [Some(key.as_str()); 3]);
    assert_eq!(trace.error().idempotency_key(), Some(key.as_str()));
    assert!(key.starts_with("knock-rust-") && key.len() <= 255, "{key}");

    // Knock ignores the keys of other operations, so they are not sent.
    for call in [get(), post(), users::delete("jhammond").prepare(RANDOM).unwrap()] {
        let trace = run(call, &[status(429)]);
        assert_eq!(trace.keys(), [None; 3]);
        assert_eq!(trace.error().idempotency_key(), None);
    }
}

#[test]
fn different_random_bytes_result_in_different_keys() {
    let key = |random: [u8; 16]| {
        let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
        let call = Call::new(&config(), trigger.prepare(random).unwrap(), None, NOW, RANDOM).unwrap();
        call.idempotency_key().expect("a trigger has a key").to_owned()
    };
    assert_eq!(key(RANDOM), key(RANDOM));
    // 122 of the 128 bits of a version 4 UUID are random; the others are fixed and make no difference.
    let fixed = [(6, 0xf0), (8, 0xc0)];
    let mut keys = HashSet::from([key(RANDOM)]);
    let mut bits = 1;
    for byte in 0..16 {
        for bit in 0..8 {
            let changed = 1_u8 << bit;
            if !fixed.iter().any(|(at, mask)| *at == byte && mask & changed != 0) {
                let mut random = RANDOM;
                random[byte] ^= changed;
                keys.insert(key(random));
                bits += 1;
            }
        }
    }
    assert_eq!(keys.len(), bits);
    assert_eq!(bits, 123);
}

#[test]
fn the_key_of_a_queued_call_is_kept() {
    let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
    let queued = trigger.prepare([1; 16]).unwrap();
    let key = queued.idempotency_key().unwrap().to_owned();
    let trace = run(queued, &[status(500)]);
    assert_eq!(trace.keys(), [Some(key.as_str()); 3]);
}

#[test]
fn waits_double_up_to_their_maximum_minus_jitter() {
    let mut first = HashSet::new();
    for seed in 0..=255_u8 {
        let mut random = RANDOM;
        random[usize::from(seed % 16)] = seed;
        // A separate configuration, so that the budget suffices for every call.
        let config = without_deadline(RetryPolicy::default().max_retries(6));
        let trace = drive(Call::new(&config, get(), None, NOW, random).unwrap(), &[status(503)]);
        for (wait, longest) in trace.waits.iter().zip([500, 1000, 2000, 4000, 8000, 8000]) {
            let longest = millis(longest);
            assert!(*wait <= longest && *wait >= longest * 3 / 4, "{wait:?} of {longest:?}");
        }
        assert_eq!(trace.waits.len(), 6);
        first.insert(trace.waits[0]);
    }
    assert!(first.len() > 200, "clients that fail together would retry together: {} waits", first.len());
}

#[test]
fn a_policy_sets_the_backoff() {
    let policy = RetryPolicy::default().max_retries(4).backoff(secs(10), secs(15));
    let trace = run_with(&without_deadline(policy), get(), None, &[status(503)]);
    for (wait, longest) in trace.waits.iter().zip([10, 15, 15, 15]) {
        assert!(*wait <= secs(longest) && *wait >= secs(longest) * 3 / 4, "{:?}", trace.waits);
    }
    let policy = RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO);
    let trace = run_with(&without_deadline(policy), get(), None, &[status(503)]);
    assert_eq!(trace.waits, [Duration::ZERO; 2]);
}

#[test]
fn the_server_can_set_the_wait() {
    type Headers = Vec<(&'static str, &'static str)>;
    let cases: [(Headers, Duration); 6] = [
        (vec![("retry-after", "3")], secs(3)),
        (vec![("retry-after", "1.5")], millis(1500)),
        (vec![("retry-after", "60")], secs(60)),
        (vec![("retry-after-ms", "250"), ("retry-after", "9")], millis(250)),
        // `NOW` is Mon, 21 Sep 2026 14:13:20 GMT.
        (vec![("retry-after", "Mon, 21 Sep 2026 14:13:25 GMT")], secs(5)),
        (
            vec![("retry-after", "Mon, 21 Sep 2026 15:00:07 GMT"), ("date", "Mon, 21 Sep 2026 15:00:00 GMT")],
            secs(7),
        ),
    ];
    for (headers, wait) in cases {
        for code in [429, 503] {
            let script = [What::Status(code, headers.clone()).into(), status(200)];
            let trace = run(get(), &script);
            assert_eq!(trace.waits, [wait], "{headers:?}");
        }
    }
    // Invalid values are ignored.
    for text in ["soon", "", "NaN", "Mon, 99 Sep 2026 14:13:25 GMT"] {
        let trace = run(get(), &[status_with(503, "retry-after", text), status(200)]);
        assert!(
            trace.waits[0] >= millis(375) && trace.waits[0] <= millis(500),
            "{text:?}: {:?}",
            trace.waits
        );
    }
}

#[test]
fn a_server_that_asks_for_no_wait_gets_the_backoff() {
    // Zero, negative, in the past, and now.
    let past = ["Mon, 21 Sep 2026 14:00:00 GMT", "Mon, 21 Sep 2026 14:13:20 GMT"];
    for text in ["0", "0.0", "-0", "-3", "0.0001", past[0], past[1]] {
        for name in ["retry-after", "retry-after-ms"] {
            let trace = run(get(), &[status_with(429, name, text)]);
            let error = trace.error();
            assert_eq!(
                (trace.sent(), error.stopped_by()),
                (3, Some(StopReason::AttemptsExhausted)),
                "{text}"
            );
            for (wait, longest) in trace.waits.iter().zip([millis(500), millis(1000)]) {
                assert!(*wait >= longest * 3 / 4 && *wait <= longest, "{name}: {text}: {:?}", trace.waits);
            }
            assert_eq!(error.retry_after(), None);
        }
    }
}

/// Bodies of 2xx responses that are not Knock's.
const NOT_KNOCKS: [&str; 6] = [
    "<html><title>Sign in</title></html>",
    "\r\n<!DOCTYPE html>",
    "ok",
    "404 page not found",
    "no healthy upstream",
    "--boundary",
];

#[test]
fn a_success_that_is_not_knocks_is_an_unknown_outcome() {
    let no_body = (204, "");
    let bodies = NOT_KNOCKS.map(|body| (200, body));
    let empty = [(200, ""), (200, " \r\n"), no_body];
    let calls: [(fn() -> PreparedCall, bool); 4] = [
        (get, false),
        (trigger, false),
        (|| users::delete("jhammond").prepare(RANDOM).expect("a valid call"), true),
        (post, true),
    ];
    for (call, may_be_empty) in calls {
        for (code, body) in bodies.iter().chain(&empty) {
            let is_empty = body.trim().is_empty();
            let answer: Happening = What::Body(*code, body).into();
            let name = format!("{code} {body:?} for {:?}", call());
            let trace = run(call(), &[answer]);
            if is_empty && may_be_empty {
                assert_eq!((trace.sent(), trace.result.is_ok()), (1, true), "{name}");
                continue;
            }
            let error = trace.error();
            assert_eq!(error.kind(), ErrorKind::UnexpectedResponse, "{name}");
            assert_eq!((error.outcome(), error.body_excerpt()), (Outcome::Unknown, Some(*body)), "{name}");
            let repeatable = call().is_repeatable();
            let (sent, reason) =
                if repeatable { (3, StopReason::AttemptsExhausted) } else { (1, StopReason::NotRepeatable) };
            assert_eq!((trace.sent(), error.stopped_by()), (sent, Some(reason)), "{name}");
            assert_eq!(error.is_retryable(), repeatable, "{name}");
        }
    }
    // The next attempt reaches Knock.
    let trace = run(trigger(), &[What::Body(200, NOT_KNOCKS[0]).into(), status(200)]);
    assert_eq!((trace.sent(), trace.result.is_ok()), (2, true));
    // It is not a success, so it does not refill the budget.
    let budget = RetryBudget::new(20);
    let config = Config::builder(support::KEY).retry_budget(budget.clone()).build().unwrap();
    run_with(&config, get(), None, &[What::Body(200, NOT_KNOCKS[0]).into()]);
    assert_eq!(budget.tokens(), 10);
}

#[test]
fn a_stored_call_accepts_the_same_successes_as_one_that_was_not_stored() {
    let stored = |call: PreparedCall| {
        let text = serde_json::to_string(&call).expect("a call serializes");
        serde_json::from_str::<PreparedCall>(&text).expect("it is read")
    };
    let delete = || users::delete("jhammond").prepare(RANDOM).expect("a valid call");
    let identify = || users::identify("jhammond").prepare(RANDOM).expect("a valid call");
    // The call, and whether a success may be empty.
    let calls: [(fn() -> PreparedCall, bool); 5] =
        [(trigger, false), (delete, true), (identify, false), (get, false), (post, true)];
    for (call, may_be_empty) in calls {
        for (code, body) in [(200, ""), (204, ""), (200, "<html>"), (200, "{}")] {
            let name = format!("{code} {body:?} for {:?}", call());
            let success = body == "{}" || body.is_empty() && may_be_empty;
            for call in [call(), stored(call())] {
                let trace = run(call, &[What::Body(code, body).into()]);
                assert_eq!(trace.result.is_ok(), success, "{name}");
            }
        }
    }
}

#[test]
fn a_wait_over_the_limit_ends_the_call_immediately() {
    for (text, asked) in [("61", secs(61)), ("86400", secs(86_400)), ("99999999999999999999", Duration::MAX)]
    {
        let trace = run(get(), &[status_with(429, "retry-after", text)]);
        let error = trace.error();
        assert_eq!(trace.waits, [], "{text}");
        assert_eq!((trace.sent(), error.stopped_by()), (1, Some(StopReason::RetryAfterTooLong)), "{text}");
        assert_eq!(error.retry_after(), Some(asked));
        assert!(error.is_retryable(), "it can be retried later");
    }
    let config = without_deadline(RetryPolicy::default().max_retry_after(secs(3600)));
    let trace = run_with(&config, get(), None, &[status_with(429, "retry-after", "3600"), status(200)]);
    assert_eq!(trace.waits, [secs(3600)]);
}

#[test]
fn the_deadline_shortens_the_last_attempt() {
    let config = Config::builder(support::KEY).timeout(secs(60)).deadline(secs(100));
    let config = config.retry(RetryPolicy::default().max_retries(9)).build().unwrap();
    let trace = run_with(&config, get(), None, &[timed_out().takes(secs(60)), timed_out().takes(secs(39))]);
    assert_eq!(trace.timeouts[0], secs(60));
    assert_eq!(trace.timeouts[1] + trace.waits[0], secs(40), "the time that remains");
    // The time that remains after the second attempt is shorter than the next wait.
    assert_eq!((trace.sent(), trace.stopped_by()), (2, Some(StopReason::DeadlineExceeded)));
    assert_eq!(trace.error().kind(), ErrorKind::Timeout);
}

#[test]
fn a_system_clock_that_is_set_does_not_move_the_deadline() {
    let config = Config::builder(support::KEY).timeout(secs(60)).deadline(secs(100));
    let config = config.retry(RetryPolicy::default().max_retries(9)).build().unwrap();
    for hours in [0, 1, -1] {
        let set = 3600 * hours;
        let script = [
            timed_out().takes(secs(30)).sets_clock(set),
            timed_out().takes(secs(30)).sets_clock(set),
            timed_out().takes(secs(38)).sets_clock(set),
        ];
        let trace = run_with(&config, get(), None, &script);
        assert_eq!((trace.sent(), trace.stopped_by()), (3, Some(StopReason::DeadlineExceeded)), "{hours} h");
        let [first, second] = trace.waits[..] else { panic!("{hours} h: {:?}", trace.waits) };
        assert!((millis(375)..=millis(500)).contains(&first), "{hours} h: {first:?}");
        assert!((millis(750)..=secs(1)).contains(&second), "{hours} h: {second:?}");
        assert_eq!(
            trace.timeouts,
            [secs(60), secs(60), secs(40).saturating_sub(first + second)],
            "{hours} h"
        );
    }
}

#[test]
fn no_wait_exceeds_the_deadline() {
    let config = Config::builder(support::KEY).deadline(secs(10)).build().unwrap();
    let cases = [
        (status_with(503, "retry-after", "9"), 3, 3, None),
        (status_with(503, "retry-after", "10"), 1, 0, Some(StopReason::DeadlineExceeded)),
        (status_with(503, "retry-after", "30"), 1, 0, Some(StopReason::DeadlineExceeded)),
        (status(503).takes(millis(9_700)), 1, 0, Some(StopReason::DeadlineExceeded)),
        (status(503).takes(secs(20)), 1, 0, Some(StopReason::DeadlineExceeded)),
    ];
    for (happening, sent, waits, reason) in cases {
        let name = format!("{happening:?}");
        let script =
            if reason.is_none() { vec![happening, status(503), status(200)] } else { vec![happening] };
        let trace = run_with(&config, get(), None, &script);
        let total: Duration = trace.waits.iter().sum();
        assert!(total < secs(10), "{name}");
        match reason {
            Some(reason) => {
                assert_eq!((trace.sent(), trace.stopped_by()), (sent, Some(reason)), "{name}");
                assert_eq!(trace.waits.len(), waits, "{name}");
            }
            None => assert_eq!((trace.sent(), trace.result.is_ok()), (sent, true), "{name}"),
        }
    }
}

#[test]
fn without_a_deadline_only_the_attempts_limit_a_call() {
    let config = without_deadline(RetryPolicy::default().max_retries(5));
    let trace = run_with(&config, get(), None, &[timed_out().takes(secs(600))]);
    assert_eq!((trace.sent(), trace.stopped_by()), (6, Some(StopReason::AttemptsExhausted)));
    assert_eq!(trace.timeouts, [secs(60); 6]);
}

#[test]
fn an_expired_call_is_never_sent() {
    for (expiry, sent) in [(NOW, false), (UnixTime::from_secs(1), false), (NOW + millis(1), true)] {
        let trace = run(trigger().expires_at(expiry), &[status(200)]);
        assert_eq!(trace.result.is_ok(), sent, "{expiry:?}");
        if !sent {
            let error = trace.error();
            assert_eq!(trace.sent(), 0);
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Expired, Outcome::NotApplied));
            assert_eq!((error.attempts(), error.is_retryable()), (0, false));
        }
    }
}

#[test]
fn a_call_is_not_retried_beyond_its_expiry() {
    // The wait would end after the expiry.
    let trace = run(trigger().expires_at(NOW + secs(5)), &[status_with(503, "retry-after", "5")]);
    let error = trace.error();
    assert_eq!((trace.sent(), trace.waits.len()), (1, 0));
    assert_eq!((error.kind(), error.stopped_by()), (ErrorKind::Server, Some(StopReason::Expired)));
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, false));

    let trace =
        run(trigger().expires_at(NOW + secs(5)), &[status_with(503, "retry-after", "4"), status(200)]);
    assert_eq!((trace.sent(), trace.result.is_ok()), (2, true));

    // The wait took longer than planned.
    let call = Call::new(&config(), trigger().expires_at(NOW + secs(5)), None, NOW, RANDOM).unwrap();
    let (_, sent) = call.send(NOW).unwrap();
    let Verdict::Retry { call, .. } = interrupted().apply(sent, START) else {
        panic!("it should be retried")
    };
    let error = call.send(NOW + secs(5)).expect_err("it has expired");
    assert_eq!((error.kind(), error.stopped_by()), (ErrorKind::Expired, Some(StopReason::Expired)));
    assert_eq!((error.attempts(), error.outcome()), (1, Outcome::Unknown));
}

#[test]
fn nothing_is_sent_after_the_deadline() {
    let call = Call::new(&config(), get(), None, NOW, RANDOM).unwrap();
    let (_, sent) = call.send(NOW).unwrap();
    let Verdict::Retry { call, .. } = status(503).apply(sent, START) else { panic!("it should be retried") };
    // For example because a laptop slept, or a Worker was suspended.
    let error = call.send(NOW + secs(600)).expect_err("its deadline has passed");
    assert_eq!(error.stopped_by(), Some(StopReason::DeadlineExceeded));
    // The error is that of the last attempt.
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Server, 1));
}

#[test]
fn the_budget_limits_all_calls_together() {
    // A budget of 20 tokens allows four retries in total. Each call still gets its first attempt.
    for (calls, capacity) in [(1, 20), (2, 20), (50, 20), (30, 0), (7, 4)] {
        let budget = RetryBudget::new(capacity);
        let config = Config::builder(support::KEY)
            .retry(RetryPolicy::default().max_retries(10))
            .retry_budget(budget.clone())
            .deadline(None)
            .build()
            .unwrap();
        let traces: Vec<_> = (0..calls).map(|_| run_with(&config, get(), None, &[status(503)])).collect();
        let sent: usize = traces.iter().map(Trace::sent).sum();
        let most = calls + capacity as usize / 5;
        assert!(sent <= most, "{sent} requests for {calls} calls");
        assert_eq!(sent, most, "the budget should be used up, because each call may retry 10 times");
        assert_eq!(traces.last().unwrap().stopped_by(), Some(StopReason::BudgetExhausted));
        assert!(traces.last().unwrap().error().is_retryable());
        assert!(budget.tokens() < 5);
    }
}

#[test]
fn two_clients_can_share_one_budget() {
    let budget = RetryBudget::new(10);
    let build = || Config::builder(support::KEY).retry_budget(budget.clone()).build().unwrap();
    let (one, other) = (build(), build());
    assert_eq!(run_with(&one, get(), None, &[status(503)]).sent(), 3);
    assert_eq!(run_with(&other, get(), None, &[status(503)]).sent(), 1);
    assert_eq!(one.retry_budget().tokens(), 0);
    assert_eq!(other.retry_budget().tokens(), 0);
}

#[test]
fn successes_refill_the_budget_up_to_its_capacity() {
    // The tokens before, the script, and the tokens after.
    let cases = [
        (20, vec![status(200)], 20),
        (10, vec![status(200)], 11),
        (10, vec![status(404)], 10),
        (10, vec![status(503), status(200)], 10),
        (10, vec![status(503), status(503), status(200)], 5),
        (10, vec![status(503)], 0),
        (20, vec![status(503), status(200)], 20),
    ];
    for (tokens, script, after) in cases {
        let budget = RetryBudget::new(20);
        let config = Config::builder(support::KEY).retry_budget(budget.clone()).build().unwrap();
        let drain = (20 - tokens) / 5;
        let policy = CallOptions::new().max_retries(drain);
        run_with(&config, get(), Some(&policy), &[status(503)]);
        assert_eq!(budget.tokens(), tokens);

        run_with(&config, get(), None, &script);
        assert_eq!(budget.tokens(), after, "{script:?} from {tokens}");
    }
}

#[test]
fn calls_without_retries_spend_no_tokens() {
    let budget = RetryBudget::new(10);
    let config = Config::builder(support::KEY).retry_budget(budget.clone()).build().unwrap();
    run_with(&config, get(), None, &[status(404)]);
    run_with(&config, post(), None, &[interrupted()]);
    run_with(&config, get(), None, &[status_with(429, "retry-after", "3600")]);
    run_with(&config, get(), Some(&CallOptions::new().max_retries(0)), &[status(503)]);
    run_with(&config, get(), Some(&CallOptions::new().deadline(millis(1))), &[status(503)]);
    assert_eq!(budget.tokens(), 10);
}

#[test]
fn max_retries_limits_the_attempts() {
    for retries in [0, 1, 2, 7] {
        let policy = RetryPolicy::default().max_retries(retries);
        let trace = run_with(&without_deadline(policy), get(), None, &[status(503)]);
        assert_eq!(trace.sent(), retries as usize + 1);

        let options = CallOptions::new().max_retries(retries);
        assert_eq!(run_with(&config(), get(), Some(&options), &[status(503)]).sent(), retries as usize + 1);
    }
    assert_eq!(run_with(&without_deadline(RetryPolicy::never()), get(), None, &[status(503)]).sent(), 1);
}

#[test]
fn options_override_the_configuration() {
    let config = Config::builder(support::KEY)
        .timeout(secs(50))
        .deadline(secs(200))
        .branch("from-config")
        .header("x-team", "from-config")
        .header("x-only", "from-config")
        .user_token("eyJ.config")
        .retry(RetryPolicy::default().max_retries(1))
        .build()
        .unwrap();
    let plain = run_with(&config, get(), None, &[status(503)]);
    assert_eq!((plain.sent(), plain.timeouts[0]), (2, secs(50)));
    assert_eq!(plain.header("x-knock-branch"), [Some("from-config"); 2]);

    let options = CallOptions::new()
        .timeout(secs(5))
        .branch("from-options")
        .header("X-Team", "from-options")
        .user_token("eyJ.options")
        .retry(RetryPolicy::default().max_retries(9).backoff(secs(1), secs(1)))
        .max_retries(3);
    let trace = run_with(&config, get(), Some(&options), &[status(503)]);
    assert_eq!(trace.sent(), 4);
    assert_eq!(trace.timeouts, [secs(5); 4]);
    assert!(trace.waits.iter().all(|wait| *wait >= millis(750) && *wait <= secs(1)), "{:?}", trace.waits);
    for (name, value) in [
        ("x-knock-branch", "from-options"),
        ("x-team", "from-options"),
        ("x-only", "from-config"),
        ("x-knock-user-token", "eyJ.options"),
        ("authorization", "Bearer sk_test_12345"),
    ] {
        assert_eq!(trace.header(name), [Some(value); 4], "{name}");
    }
    assert!(trace.requests.iter().all(|request| request.headers().get_all("x-team").iter().count() == 1));
}

#[test]
fn options_change_or_remove_the_deadline() {
    let config = Config::builder(support::KEY).deadline(secs(10)).build().unwrap();
    let slow = [status(503).takes(secs(20))];
    let cases = [
        (None, 1, secs(10)),
        (Some(CallOptions::new()), 1, secs(10)),
        (Some(CallOptions::new().deadline(secs(30))), 2, secs(30)),
        (Some(CallOptions::new().deadline(None)), 3, secs(60)),
    ];
    for (options, sent, timeout) in cases {
        let trace = run_with(&config, get(), options.as_ref(), &slow);
        assert_eq!((trace.sent(), trace.timeouts[0]), (sent, timeout), "{options:?}");
    }
}

#[test]
fn invalid_options_are_reported_before_anything_is_sent() {
    let cases = [
        (CallOptions::new().timeout(Duration::ZERO), "timeout"),
        (CallOptions::new().deadline(Duration::ZERO), "deadline"),
        (CallOptions::new().header("x-a", "1\r\nx-b: 2"), "header x-a"),
        (CallOptions::new().header("x a", "1"), "header"),
        (CallOptions::new().header("Authorization", "Bearer x"), "header Authorization"),
        (CallOptions::new().branch("a b"), "branch"),
        (CallOptions::new().user_token(""), "user token"),
        // The first invalid option is reported.
        (CallOptions::new().branch("").user_token(""), "branch"),
    ];
    for (options, names) in cases {
        let error = Call::new(&config(), get(), Some(&options), NOW, RANDOM).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Configuration, Some("users.get")));
        assert!(error.to_string().contains(names), "{error} does not name {names}");

        // The same applies without a client.
        let error = users::get("jhammond").with(options).to_request(&config()).unwrap_err();
        assert!(error.to_string().contains(names), "{error} does not name {names}");
    }
}
