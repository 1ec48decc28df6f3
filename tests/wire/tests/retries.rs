//! What happens when an attempt fails: how often it is retried, after which waits, and with which key.

use std::time::Duration;

use bytes::Bytes;
use knock_core::call::{Call, Sent, Verdict};
use knock_core::{
    CallOptions, Config, Error, ErrorKind, Operation, PreparedCall, RetryPolicy, StopReason, Timestamp,
    TransportError, UnixTime, users, workflows,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use wire_tests::recording::{RecordedCall, RecordedError, is_random_key, read_json};

#[derive(Deserialize)]
struct Recording {
    defaults: Defaults,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Defaults {
    max_retries: u32,
    timeout_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    call: RecordedCall,
    #[serde(default)]
    client: ClientOptions,
    now: Option<Timestamp>,
    responses: Vec<Response>,
    attempts: u32,
    #[serde(rename = "retry_counts")]
    _retry_counts: Vec<u32>,
    waits_ms: Waits,
    idempotency_keys: Option<Keys>,
    outcome: Outcome,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ClientOptions {
    max_retries: Option<u32>,
    timeout: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: Option<u16>,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    drop: bool,
    #[serde(default)]
    hang: bool,
    #[serde(default)]
    truncate: bool,
}

#[derive(Deserialize)]
struct Waits {
    longest: Vec<Value>,
    shortest: Vec<Value>,
}

#[derive(Deserialize)]
struct Keys {
    value: String,
    same: bool,
}

#[derive(Deserialize)]
struct Outcome {
    #[serde(default)]
    ok: bool,
    error: Option<RecordedError>,
}

/// What this SDK does differently on purpose.
struct Difference {
    cases: &'static [&'static str],
    ours: Expected,
    why: &'static str,
}

/// The outcome of a call: the range of each wait in milliseconds, the kind of the error, and why it was not retried.
#[derive(Debug, Clone, PartialEq)]
struct Expected {
    waits: &'static [(f64, f64)],
    kind: Option<ErrorKind>,
    stopped_by: StopReason,
}

const BACKOFF: &[(f64, f64)] = &[(375.0, 500.0), (750.0, 1000.0)];

const fn limited(waits: &'static [(f64, f64)], stopped_by: StopReason) -> Expected {
    Expected { waits, kind: Some(ErrorKind::RateLimited), stopped_by }
}

const fn interrupted(waits: &'static [(f64, f64)]) -> Expected {
    Expected { waits, kind: Some(ErrorKind::Transport), stopped_by: StopReason::AttemptsExhausted }
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        cases: &["retry-after-long", "retry-after-ms-long"],
        ours: limited(&[], StopReason::RetryAfterTooLong),
        why: "no call waits for a day: beyond the policy's limit it fails immediately with the wait that was asked for",
    },
    Difference {
        cases: &[
            "retry-after-zero",
            "retry-after-ms-zero",
            "retry-after-negative",
            "retry-after-ms-negative",
            "retry-after-date-past",
        ],
        ours: limited(BACKOFF, StopReason::AttemptsExhausted),
        why: "a server that asks for no wait gets the backoff, so that it is not called again and again at once",
    },
    Difference {
        cases: &["retry-after-garbage", "retry-after-ms-with-unit", "retry-after-date-iso"],
        ours: limited(BACKOFF, StopReason::AttemptsExhausted),
        why: "a value that is neither a number nor an HTTP date is ignored as a whole, not parsed up to its first error",
    },
    Difference {
        cases: &["truncate"],
        ours: interrupted(BACKOFF),
        why: "a truncated response is a broken connection: thanks to its key, the trigger can be retried",
    },
    Difference {
        cases: &["truncate-500"],
        ours: interrupted(BACKOFF),
        why: "the status of a truncated response is not trusted; the retries are the same",
    },
];

/// One run of a case.
struct Run {
    waits: Vec<f64>,
    keys: Vec<Option<String>>,
    result: Result<http::Response<Bytes>, Error>,
}

/// How many times each case is run, each time with other jitter.
const RUNS: u8 = 64;

fn recording() -> Recording {
    read_json("retries.json")
}

fn prepare(call: &RecordedCall, random: [u8; 16]) -> (PreparedCall, CallOptions) {
    let id = call.args[0].as_str().expect("an id is a string");
    let options = call.args.get(2);
    let prepared = match call.method.as_str() {
        "users.get" => users::get(id).prepare(random),
        "workflows.trigger" => {
            let recipients: Vec<String> =
                serde_json::from_value(call.args[1]["recipients"].clone()).expect("ids");
            let trigger = workflows::trigger(id).recipients(recipients);
            match options.and_then(|options| options.get("idempotencyKey")?.as_str()) {
                Some(key) => trigger.idempotency_key(key).prepare(random),
                None => trigger.prepare(random),
            }
        }
        other => panic!("{other} is not one of the recorded calls"),
    };
    let retries = options.and_then(|options| options.get("maxRetries")?.as_u64());
    let options = retries.map_or_else(CallOptions::new, |retries| {
        CallOptions::new().max_retries(retries.try_into().expect("a few"))
    });
    (prepared.expect("the call is valid"), options)
}

fn config(options: &ClientOptions) -> Config {
    let mut builder = Config::builder("sk_test_12345");
    if let Some(retries) = options.max_retries {
        builder = builder.retry(RetryPolicy::default().max_retries(retries));
    }
    if let Some(timeout) = options.timeout {
        builder = builder.timeout(Duration::from_millis(timeout));
    }
    builder.build().expect("the configuration is valid")
}

/// Tells the call what the recorded server did.
fn tell(call: Call<Sent>, response: Option<&Response>, now: UnixTime) -> Verdict {
    let Some(response) = response else {
        return call.receive(http::Response::new(Bytes::from_static(b"{}")), now);
    };
    if response.hang {
        return call.fail(TransportError::timed_out(), now);
    }
    if response.drop || response.truncate {
        return call.fail(TransportError::interrupted("the server closed the connection"), now);
    }
    let mut sent = http::Response::builder().status(response.status.expect("a response has a status"));
    for (name, value) in &response.headers {
        sent = sent.header(name, value.as_str().expect("a header is a string"));
    }
    call.receive(sent.body(Bytes::from(response.body.clone())).expect("the response is valid"), now)
}

fn run(case: &Case, random: [u8; 16]) -> Run {
    let mut now = case.now.map_or(UnixTime::from_secs(1_767_225_600), |now| {
        UnixTime::from_millis(now.as_millisecond().try_into().expect("the time is after 1970"))
    });
    let (prepared, options) = prepare(&case.call, random);
    let mut call =
        Call::new(&config(&case.client), prepared, Some(&options), now, random).expect("the call is valid");
    let (mut waits, mut keys, mut responses) = (Vec::new(), Vec::new(), case.responses.iter());
    let result = loop {
        let (request, sent) = match call.send(now) {
            Ok(sent) => sent,
            Err(error) => break Err(error),
        };
        let timeout = sent.attempt().timeout;
        assert_eq!(timeout.as_millis(), u128::from(case.client.timeout.unwrap_or(60_000)), "{}", case.name);
        let key = request.headers().get("idempotency-key");
        keys.push(key.map(|key| key.to_str().expect("a key is a string").to_owned()));
        let response = responses.next();
        if response.is_some_and(|response| response.hang) {
            now = now + timeout;
        }
        call = match tell(sent, response, now) {
            Verdict::Done(completed) => break Ok(completed.into_response()),
            Verdict::Failed(error) => break Err(error),
            Verdict::Retry { after, call } => {
                waits.push(after.as_secs_f64() * 1000.0);
                // The clock stands still if that of the recording did.
                if case.now.is_none() {
                    now = now + after;
                }
                call
            }
        };
    };
    Run { waits, keys, result }
}

fn runs(case: &Case) -> impl Iterator<Item = Run> + '_ {
    (0..RUNS).map(|seed| {
        let mut random = [7; 16];
        random[0] = seed;
        run(case, random)
    })
}

/// The recorded ranges of the waits, or `None` if one is not a number.
fn recorded_waits(case: &Case) -> Option<Vec<(f64, f64)>> {
    let pairs = case.waits_ms.shortest.iter().zip(&case.waits_ms.longest);
    pairs.map(|(shortest, longest)| Some((shortest.as_f64()?, longest.as_f64()?))).collect()
}

fn kind_of(error: &RecordedError) -> ErrorKind {
    match (error.name.as_str(), error.status) {
        ("BadRequestError", _) => ErrorKind::BadRequest,
        ("AuthenticationError", _) => ErrorKind::Authentication,
        ("PermissionDeniedError", _) => ErrorKind::PermissionDenied,
        ("NotFoundError", _) => ErrorKind::NotFound,
        ("ConflictError", _) => ErrorKind::Conflict,
        ("UnprocessableEntityError", _) => ErrorKind::Unprocessable,
        ("RateLimitError", _) => ErrorKind::RateLimited,
        ("InternalServerError", _) | ("APIError", Some(408)) => ErrorKind::Server,
        ("APIError", Some(_)) => ErrorKind::UnexpectedStatus,
        ("APIConnectionError", None) => ErrorKind::Transport,
        ("APIConnectionTimeoutError", None) => ErrorKind::Timeout,
        other => panic!("{other:?} has no kind"),
    }
}

fn assert_waits(case: &Case, waits: &[f64], ranges: &[(f64, f64)]) {
    assert_eq!(waits.len(), ranges.len(), "{}: {waits:?}", case.name);
    for (wait, (shortest, longest)) in waits.iter().zip(ranges) {
        // Durations are rounded to whole nanoseconds.
        let range = shortest - 1e-6..=longest + 1e-6;
        assert!(range.contains(wait), "{}: {wait} is not in {range:?}", case.name);
    }
}

fn difference(case: &Case) -> Option<&'static Difference> {
    DIFFERENCES.iter().find(|difference| difference.cases.contains(&case.name.as_str()))
}

#[test]
fn calls_are_retried_in_the_same_way() {
    let recording = recording();
    let mut count = 0;
    for case in recording.cases.iter().filter(|case| difference(case).is_none()) {
        let ranges = recorded_waits(case).unwrap_or_else(|| panic!("{}: a wait is not a number", case.name));
        for run in runs(case) {
            assert_eq!(u32::try_from(run.keys.len()), Ok(case.attempts), "{}", case.name);
            assert_waits(case, &run.waits, &ranges);
            match (&run.result, &case.outcome.error) {
                (Ok(response), None) => {
                    assert!(case.outcome.ok && response.status().is_success(), "{}", case.name);
                }
                (Err(error), Some(theirs)) => {
                    assert_eq!(error.kind(), kind_of(theirs), "{}", case.name);
                    assert_eq!(
                        error.status_code().map(|status| status.as_u16()),
                        theirs.status,
                        "{}",
                        case.name
                    );
                    assert_eq!(error.attempts(), case.attempts, "{}", case.name);
                }
                (ours, _) => panic!("{}: {ours:?}", case.name),
            }
        }
        count += 1;
    }
    println!("{count} cases are the same");
    assert!(count > 80);
}

#[test]
fn all_attempts_carry_one_key() {
    for case in &recording().cases {
        for run in runs(case) {
            let key = run.keys[0].as_deref();
            assert!(run.keys.iter().all(|other| other.as_deref() == key), "{}: {:?}", case.name, run.keys);
            match case.idempotency_keys.as_ref() {
                None => assert_eq!(key, None, "{}", case.name),
                Some(theirs) => {
                    let key = key.unwrap_or_else(|| panic!("{}: there is no key", case.name));
                    let alike =
                        if theirs.value == "<random>" { is_random_key(key) } else { theirs.value == key };
                    assert!(alike && theirs.same, "{}: {key}", case.name);
                }
            }
        }
    }
}

#[test]
fn each_call_has_its_own_key() {
    let case =
        recording().cases.into_iter().find(|case| case.name == "status-500").expect("the case is recorded");
    let keys: std::collections::BTreeSet<_> = runs(&case).map(|run| run.keys[0].clone()).collect();
    assert_eq!(keys.len(), usize::from(RUNS));
}

#[test]
fn jitter_fills_the_recorded_range() {
    let recording = recording();
    let case = recording.cases.iter().find(|case| case.name == "ten-retries").expect("the case is recorded");
    let waits: Vec<_> = runs(case).map(|run| run.waits).collect();
    for (retry, (shortest, longest)) in
        recorded_waits(case).expect("the waits are numbers").into_iter().enumerate()
    {
        let of_retry = || waits.iter().map(|waits| waits[retry]);
        let (least, most) = (of_retry().fold(f64::MAX, f64::min), of_retry().fold(0.0, f64::max));
        let margin = (longest - shortest) * 0.2;
        assert!(least < shortest + margin && most > longest - margin, "retry {retry}: {least} to {most}");
    }
}

#[test]
fn every_difference_is_real() {
    let recording = recording();
    for difference in DIFFERENCES {
        for name in difference.cases {
            let case = recording.cases.iter().find(|case| case.name == *name);
            let case = case.unwrap_or_else(|| panic!("{name} is not recorded"));
            for run in runs(case) {
                assert_waits(case, &run.waits, difference.ours.waits);
                let error = run.result.expect_err(name);
                assert_eq!(Some(error.kind()), difference.ours.kind, "{name}");
                assert_eq!(error.stopped_by(), Some(difference.ours.stopped_by), "{name}");
            }
            let theirs = case.outcome.error.as_ref().filter(|error| error.name != "TypeError").map(kind_of);
            let same_waits = recorded_waits(case).is_some_and(|waits| waits == difference.ours.waits);
            assert!(!same_waits || theirs != difference.ours.kind, "{name} no longer differs");
            println!("{name}: {}", difference.why);
        }
    }
}

#[test]
fn the_defaults_are_the_same() {
    let Recording { defaults, cases } = recording();
    assert_eq!((defaults.max_retries, defaults.timeout_ms), (2, 60_000));
    // `run` asserts the default timeout if the case sets none.
    let case = cases.iter().find(|case| case.name == "status-503").expect("the case is recorded");
    assert_eq!(run(case, [1; 16]).keys.len(), 1 + 2);
}
