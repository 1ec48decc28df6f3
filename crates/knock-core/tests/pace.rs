//! The pace of calls, against the emulator with the strictest rate limits, by a clock that the tests move.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "the helpers are tests, too, and a process tells its parent"
)]

mod support;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use knock_core::call::{Call, Ready, Sent, Verdict};
use knock_core::{
    Attempt, CallOptions, Client, Config, ConfigBuilder, Error, ErrorKind, Moment, Operation, Outcome, Pace,
    PreparedCall, RateLimitTier, RetryBudget, RetryPolicy, StopReason, Transport, TransportError,
    TransportErrorKind, UnixTime, messages, users, workflows,
};
use knock_emulator::{DEFAULT_KEY, Emulator, Fault, Faults, RateLimits};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Fake, Reaction, block_on, millis, response, secs};

const RANDOM: [u8; 16] = [7; 16];
const START: UnixTime = UnixTime::from_secs(1_790_000_000);

/// The moment at a time since the start of a test.
fn at(time: Duration) -> Moment {
    Moment { unix: START + time, steady: time }
}

fn paced(pace: Pace) -> ConfigBuilder {
    Config::builder(DEFAULT_KEY).pace(pace).deadline(None)
}

fn config(pace: Pace) -> Config {
    paced(pace).build().expect("valid")
}

/// A call of tier 4: 200 per second.
fn get() -> PreparedCall {
    users::get("jhammond").prepare(RANDOM).expect("valid")
}

/// A call of tier 1: 1 per second.
fn bulk() -> PreparedCall {
    users::bulk_delete(["other"]).prepare(RANDOM).expect("valid")
}

fn begin(config: &Config, call: PreparedCall) -> Call<Ready> {
    Call::new(config, call, None, at(Duration::ZERO), RANDOM).expect("valid")
}

fn strict() -> Emulator {
    Emulator::builder().rate_limits(RateLimits::new()).build()
}

/// Responds as the emulator would at this moment.
fn respond(emulator: &Emulator, request: http::Request<Bytes>, now: Moment) -> http::Response<Bytes> {
    emulator.handle(request, SystemTime::UNIX_EPOCH + now.unix.since(UnixTime::from_secs(0)))
}

/// Many calls at once, each as a client drives it, in a world without real time.
struct World<'a> {
    emulator: &'a Emulator,
    events: BinaryHeap<Reverse<(Duration, usize)>>,
    steps: BTreeMap<usize, Step>,
    number: usize,
    outcome: Done,
}

enum Step {
    Ready(Call<Ready>),
    Sent(Call<Sent>, http::Response<Bytes>),
}

#[derive(Default)]
struct Done {
    /// When each request was sent.
    sent: Vec<Duration>,
    refused: usize,
    succeeded: usize,
    errors: Vec<Error>,
}

impl<'a> World<'a> {
    fn new(emulator: &'a Emulator) -> Self {
        Self {
            emulator,
            events: BinaryHeap::new(),
            steps: BTreeMap::new(),
            number: 0,
            outcome: Done::default(),
        }
    }

    fn with(mut self, call: Call<Ready>) -> Self {
        self.schedule(Duration::ZERO, Step::Ready(call));
        self
    }

    fn schedule(&mut self, time: Duration, step: Step) {
        self.events.push(Reverse((time, self.number)));
        self.steps.insert(self.number, step);
        self.number += 1;
    }

    /// Runs all calls to their ends. Each timer is late by `lateness`, and a response takes 30 ms.
    fn run(mut self, mut lateness: impl FnMut(Duration) -> Duration) -> Done {
        while let Some(Reverse((now, number))) = self.events.pop() {
            match self.steps.remove(&number).expect("scheduled") {
                Step::Ready(mut call) => match call.wait(at(now)) {
                    Ok(Duration::ZERO) => {
                        self.outcome.sent.push(now);
                        let (request, sent) = call.send(at(now)).expect("in time");
                        let response = respond(self.emulator, request, at(now));
                        self.outcome.refused += usize::from(response.status() == 429);
                        self.schedule(now + millis(30), Step::Sent(sent, response));
                    }
                    Ok(wait) => self.schedule(now + wait + lateness(now + wait), Step::Ready(call)),
                    Err(error) => self.outcome.errors.push(error),
                },
                Step::Sent(sent, response) => match sent.receive(response, at(now)) {
                    Verdict::Done(_) => self.outcome.succeeded += 1,
                    Verdict::Failed(error) => self.outcome.errors.push(error),
                    Verdict::Retry { after, call } => {
                        self.schedule(now + after + lateness(now + after), Step::Ready(call));
                    }
                },
            }
        }
        self.outcome
    }
}

fn on_time(_: Duration) -> Duration {
    Duration::ZERO
}

/// An emulator in which the user of [`get`] exists.
fn with_user(emulator: Emulator) -> Emulator {
    let call = users::identify("jhammond").prepare(RANDOM).expect("valid");
    let request = call.to_request(&config(Pace::new())).expect("valid");
    assert!(respond(&emulator, request, at(Duration::ZERO)).status().is_success());
    emulator
}

/// The largest number of requests within one second, whenever it begins.
fn most_in_a_second(sent: &[Duration]) -> usize {
    let mut second = VecDeque::new();
    let mut most = 0;
    for time in sent {
        second.push_back(*time);
        while second.front().is_some_and(|first| *first + secs(1) <= *time) {
            second.pop_front();
        }
        most = most.max(second.len());
    }
    most
}

#[test]
fn ten_thousand_calls_meet_no_429_and_take_at_most_2_percent_longer_than_the_ideal() {
    let emulator = with_user(strict());
    let config = config(Pace::new());
    let world = (0..10_000).fold(World::new(&emulator), |world, _| world.with(begin(&config, get())));
    let done = world.run(on_time);
    assert_eq!((done.succeeded, done.refused, done.sent.len()), (10_000, 0, 10_000));
    let last = *done.sent.last().unwrap();
    assert!(last > secs(50) && last <= secs(51), "{last:?}");
}

#[test]
fn each_operation_has_the_rate_of_its_tier() {
    let cases = [
        (bulk(), 1),
        (users::delete("u").prepare(RANDOM).unwrap(), 5),
        (users::identify("u").prepare(RANDOM).unwrap(), 60),
        (get(), 200),
        (workflows::trigger("w").recipients(["u"]).prepare(RANDOM).unwrap(), 1000),
    ];
    let emulator = with_user(strict());
    let config = config(Pace::new());
    for (call, rate) in cases {
        assert_eq!(call.tier().per_second(), rate);
        let count = rate as usize * 4;
        let calls = (0..count).map(|_| begin(&config, call.clone()));
        let done = calls.fold(World::new(&emulator), World::with).run(on_time);
        assert_eq!((done.succeeded, done.refused), (count, 0), "{call:?}");
        // The first is sent at once, and the last before the fourth second is over, except for the 1.5 %.
        assert!(*done.sent.last().unwrap() < millis(4061), "{:?}", done.sent.last());
        assert!(done.sent.is_sorted() && most_in_a_second(&done.sent) <= rate as usize);
    }
}

/// The emulator has its own list of endpoints. What a call returns does not matter here.
#[test]
fn the_emulator_limits_every_operation_by_its_tier() {
    for info in knock_core::registry::OPERATIONS {
        let emulator = strict();
        let path = info.route.replace(['{', '}'], "");
        let status = || {
            let request = http::Request::builder().method(info.method.as_str()).uri(path.as_str());
            let request = request.header("authorization", format!("Bearer {DEFAULT_KEY}"));
            respond(&emulator, request.body(Bytes::new()).unwrap(), at(secs(0))).status()
        };
        let limit = info.tier.per_second();
        assert!((0..limit).all(|_| status() != 429), "{}", info.name);
        assert_eq!(status(), 429, "{}", info.name);
    }
}

#[test]
fn operations_do_not_wait_for_each_other() {
    let emulator = with_user(strict());
    let config = config(Pace::new());
    let world = World::new(&emulator).with(begin(&config, bulk())).with(begin(&config, bulk()));
    let done = world.with(begin(&config, get())).run(on_time);
    assert_eq!(done.sent, [Duration::ZERO, Duration::ZERO, Duration::from_nanos(1_015_228_426)]);
}

#[test]
fn clones_and_the_clients_that_have_them_share_a_pace() {
    let pace = Pace::new();
    let emulator = with_user(strict());
    let configs = [config(pace.clone()), config(pace.clone()), config(pace)];
    let calls = (0..600).map(|index| begin(&configs[index % 3], get()));
    let done = calls.fold(World::new(&emulator), World::with).run(on_time);
    assert_eq!((done.succeeded, done.refused), (600, 0));
    assert!(configs[0].pace().is_some());
}

#[test]
fn shares_of_a_rate_add_up_to_it() {
    let emulator = with_user(strict());
    // Three processes, with paces that know nothing of each other.
    let configs = [(1, 4), (1, 4), (2, 4)].map(|(part, of)| config(Pace::new().share(part, of)));
    let calls = (0..800).map(|index| begin(&configs[[0, 1, 2, 2][index % 4]], get()));
    let done = calls.fold(World::new(&emulator), World::with).run(on_time);
    assert_eq!((done.succeeded, done.refused), (800, 0));
    assert!(*done.sent.last().unwrap() < millis(4061), "{:?}", done.sent.last());
}

/// The environment variable that makes this test one of the two processes that it starts.
const IS_CALLER: &str = "KNOCK_PACE_TEST_IS_CALLER";

/// Two threads of each of two processes call in real time. The emulator is asked afterwards, with the times at which the
/// calls were sent, so that it does not matter how long the machine takes for the rest.
#[test]
fn two_processes_with_a_half_each_meet_no_429_in_real_time() {
    if std::env::var_os(IS_CALLER).is_some() {
        return call_for_three_seconds();
    }
    let mut processes = [(); 2].map(|()| Process::start());
    processes.iter_mut().for_each(Process::go);
    let sent = processes.map(Process::sent);
    let [first, second] = &sent;
    assert!(!first.is_empty() && !second.is_empty(), "{sent:?}");
    assert!(first[0] < second[second.len() - 1] && second[0] < first[first.len() - 1], "one after the other");

    let mut all = sent.concat();
    all.sort_unstable();
    let emulator = strict();
    let start = all[0];
    for (index, nanoseconds) in all.into_iter().enumerate() {
        let now = at(Duration::from_nanos(nanoseconds - start));
        let mut call = Call::new(&config(Pace::new()), identify(), None, now, RANDOM).unwrap();
        assert_eq!(call.wait(now).unwrap(), Duration::ZERO);
        let (request, _) = call.send(now).unwrap();
        assert_eq!(respond(&emulator, request, now).status(), 200, "call {index}");
    }
}

/// A call of tier 3: 60 per second.
fn identify() -> PreparedCall {
    users::identify("jhammond").prepare(RANDOM).expect("valid")
}

/// Tells on stderr that it is ready, waits for a line, calls, and tells when it sent each call, in nanoseconds since 1970.
fn call_for_three_seconds() {
    let config = config(Pace::new().share(1, 2));
    eprintln!("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let (unix, steady) = (SystemTime::UNIX_EPOCH.elapsed().unwrap(), Instant::now());
    let call = || {
        while steady.elapsed() < secs(3) {
            let mut call = Call::new(&config, identify(), None, at(steady.elapsed()), RANDOM).unwrap();
            let sent_at = loop {
                let now = steady.elapsed();
                match call.wait(at(now)).unwrap() {
                    Duration::ZERO => break now,
                    wait => std::thread::sleep(wait),
                }
            };
            let _ = call.send(at(sent_at)).unwrap();
            eprintln!("{}", (unix + sent_at).as_nanos());
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(call);
        scope.spawn(call);
    });
}

/// A process of this program that runs only the test above.
struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Process {
    fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "two_processes_with_a_half_each_meet_no_429_in_real_time", "--nocapture"]);
        command.env(IS_CALLER, "1").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        Self { child, lines }
    }

    fn go(&mut self) {
        self.child.stdin.take().unwrap().write_all(b"\n").unwrap();
    }

    /// Waits for its end, and returns when it sent its calls.
    fn sent(mut self) -> Vec<u64> {
        let time = |line: String| line.parse().unwrap_or_else(|_| panic!("a process failed: {line}"));
        let sent = self.lines.map(|line| time(line.unwrap())).collect();
        assert!(self.child.wait().unwrap().success());
        sent
    }
}

#[test]
fn a_share_must_be_a_part_of_the_whole() {
    for (part, of) in [(0, 4), (5, 4), (0, 0), (1, 0)] {
        let error = Config::builder(DEFAULT_KEY).pace(Pace::new().share(part, of)).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(&format!("{part} of {of}")), "{error}");
        let options = CallOptions::new().pace(Pace::new().share(part, of));
        let config = Config::new(DEFAULT_KEY).unwrap();
        let error = Call::new(&config, get(), Some(&options), START, RANDOM).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Configuration, Some("users.get")));
    }
    for (part, of) in [(1, 1), (4, 4), (1, u32::MAX), (u32::MAX, u32::MAX)] {
        let config = config(Pace::new().share(part, of));
        let [mut first, mut second] = [begin(&config, bulk()), begin(&config, bulk())];
        assert_eq!(first.wait(START).unwrap(), Duration::ZERO);
        assert!(second.wait(START).unwrap() > secs(1));
    }
}

#[test]
fn the_pace_of_a_call_replaces_that_of_its_client() {
    let config = config(Pace::new());
    let own = CallOptions::new().pace(Pace::new());
    let begin = |options: Option<&CallOptions>| Call::new(&config, bulk(), options, START, RANDOM).unwrap();
    let calls = [None, Some(&own), None, Some(&own)].map(begin);
    let [mut first, mut second, mut third, mut fourth] = calls;
    assert_eq!((first.wait(START).unwrap(), second.wait(START).unwrap()), (secs(0), secs(0)));
    let wait = third.wait(START).unwrap();
    assert!(wait > secs(1));
    assert_eq!(fourth.wait(START).unwrap(), wait);
}

#[test]
fn a_call_that_cannot_start_before_its_deadline_fails_at_once() {
    let config = paced(Pace::new()).deadline(secs(5)).build().unwrap();
    let now = at(secs(100));
    let begin = || Call::new(&config, bulk(), None, now, RANDOM).unwrap();
    let mut calls: Vec<_> = (0..5).map(|_| begin()).collect();
    for call in &mut calls {
        assert!(call.wait(now).unwrap() < secs(5));
    }
    let mut late = begin();
    let error = late.wait(now).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::NotApplied));
    assert_eq!(error.transport_kind(), Some(TransportErrorKind::LocalLimit));
    assert_eq!((error.stopped_by(), error.attempts()), (Some(StopReason::DeadlineExceeded), 0));
    assert_eq!(error.retry_after(), Some(Duration::from_nanos(5 * 1_015_228_426)));
    assert!(error.is_retryable());
    assert_eq!(
        error.to_string(),
        "users.bulk_delete: the pace of the client would send it in 5.1s, which is too late; nothing was sent \
         [deadline exceeded]"
    );

    // It took no place from the next.
    let options = CallOptions::new().deadline(secs(6));
    let mut next = Call::new(&config, bulk(), Some(&options), now, RANDOM).unwrap();
    assert_eq!(next.wait(now).unwrap(), error.retry_after().unwrap());
}

#[test]
fn a_call_whose_wait_took_longer_than_its_deadline_is_not_sent() {
    let config = paced(Pace::new()).deadline(secs(5)).build().unwrap();
    let [mut first, mut second] = [begin(&config, bulk()), begin(&config, bulk())];
    assert_eq!(first.wait(at(Duration::ZERO)).unwrap(), Duration::ZERO);
    assert!(second.wait(at(Duration::ZERO)).unwrap() < secs(5));
    // For example because a laptop slept.
    let now = at(secs(5));
    assert_eq!(second.wait(now).unwrap(), Duration::ZERO, "its turn was before the deadline");
    let error = second.send(now).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transport, Outcome::NotApplied));
    assert_eq!(error.transport_kind(), Some(TransportErrorKind::LocalLimit));
    assert_eq!((error.stopped_by(), error.attempts()), (Some(StopReason::DeadlineExceeded), 0));
    assert!(error.is_retryable());
    assert_eq!(
        error.to_string(),
        "users.bulk_delete: the deadline passed before the first attempt; nothing was sent [deadline exceeded]"
    );
}

#[test]
fn the_wait_counts_towards_the_deadline() {
    let config = paced(Pace::new()).deadline(secs(5)).timeout(secs(4)).build().unwrap();
    let mut first = begin(&config, bulk());
    assert_eq!(first.wait(at(Duration::ZERO)).unwrap(), Duration::ZERO);
    let (_, first) = first.send(at(Duration::ZERO)).unwrap();
    assert_eq!(first.attempt().timeout, secs(4));
    let mut second = begin(&config, bulk());
    let wait = second.wait(at(Duration::ZERO)).unwrap();
    assert_eq!(second.wait(at(wait)).unwrap(), Duration::ZERO);
    let (_, second) = second.send(at(wait)).unwrap();
    assert_eq!(second.attempt().timeout + wait, secs(5));
}

#[test]
fn a_call_that_would_expire_before_its_turn_fails_at_once() {
    let config = config(Pace::new());
    let mut first = begin(&config, bulk());
    assert_eq!(first.wait(at(Duration::ZERO)).unwrap(), Duration::ZERO);
    let mut second = begin(&config, bulk().expires_at(START + secs(1)));
    let error = second.wait(at(Duration::ZERO)).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Expired, Outcome::NotApplied));
    assert_eq!((error.stopped_by(), error.attempts()), (Some(StopReason::Expired), 0));
    assert!(error.retry_after().is_some_and(|wait| wait > secs(1)) && !error.is_retryable());
    let mut third = begin(&config, bulk().expires_at(START + secs(2)));
    assert!(third.wait(at(Duration::ZERO)).unwrap() < secs(2));
}

#[test]
fn a_call_that_is_dropped_gives_its_place_back() {
    let config = config(Pace::new());
    let begin = || begin(&config, bulk());
    let wait = |call: &mut Call<Ready>| call.wait(at(Duration::ZERO)).unwrap();
    let [mut first, mut second, mut third, mut fourth, mut fifth, mut sixth] = [(); 6].map(|()| begin());
    assert_eq!(wait(&mut first), Duration::ZERO);
    let _ = first.send(at(Duration::ZERO)).unwrap();
    let waits = [wait(&mut second), wait(&mut third), wait(&mut fourth)];
    drop(second);
    assert_eq!(wait(&mut fifth), waits[0], "the place that is free");
    drop(fourth);
    assert_eq!(wait(&mut sixth), waits[2], "the end of the line");
    assert_eq!(wait(&mut third), waits[1], "the others keep theirs");
    drop((third, fifth, sixth));
    let wait = wait(&mut begin());
    assert!(wait > secs(1) && wait <= waits[0], "nobody waits any more, but one was sent: {wait:?}");
}

#[test]
fn a_call_that_nobody_drives_blocks_no_other() {
    let config = config(Pace::new());
    let [mut idle, mut other] = [begin(&config, bulk()), begin(&config, bulk())];
    assert_eq!(idle.wait(START).unwrap(), Duration::ZERO);
    let wait = other.wait(START).unwrap();
    assert_eq!(other.wait(START + wait).unwrap(), Duration::ZERO);
    let _ = other.send(START + wait).unwrap();
    // Its own turn has passed, so it must not follow at once.
    let now = START + wait + millis(1);
    assert!(idle.wait(now).unwrap() > secs(1));
}

#[test]
fn retry_after_stops_all_calls_of_the_operation() {
    for (header, until) in [(Some("7"), secs(7)), (None, secs(1))] {
        let config = paced(Pace::new()).retry(RetryPolicy::default().backoff(secs(1), secs(1))).build();
        let config = config.unwrap();
        let calls = (0..100).map(|_| begin(&config, get()));
        let mut calls: Vec<_> = calls.collect();
        let waits: Vec<_> = calls.iter_mut().map(|call| call.wait(at(Duration::ZERO)).unwrap()).collect();
        let (_, first) = calls.remove(0).send(at(Duration::ZERO)).unwrap();
        let headers: Vec<_> = header.map(|value| ("retry-after", value)).into_iter().collect();
        let now = millis(20);
        let Verdict::Retry { after, .. } = first.receive(response(429, &headers, "{}"), at(now)) else {
            panic!("a 429 is retried");
        };
        assert!(after <= until && after >= until * 3 / 4, "{after:?}");
        // Those that wait learn of it when they ask again, and keep their order and distance.
        let resumed = now + after;
        let mut turns: Vec<_> = calls.iter_mut().map(|call| now + call.wait(at(now)).unwrap()).collect();
        assert!(turns.iter().all(|turn| *turn >= resumed), "{turns:?}");
        turns.sort();
        assert!(most_in_a_second(&turns) <= 198);
        assert_eq!(*turns.last().unwrap(), waits[99] + after);
        // Another operation goes on.
        assert_eq!(begin(&config, bulk()).wait(at(now)).unwrap(), Duration::ZERO);
    }
}

#[test]
fn a_429_stops_the_others_even_if_its_call_ends() {
    let config = paced(Pace::new()).retry(RetryPolicy::never()).build().unwrap();
    for headers in [&[("retry-after", "7")][..], &[("retry-after", "7"), ("x-should-retry", "false")]] {
        let config = &config;
        let mut call = begin(config, get());
        let start = call.wait(at(secs(0))).unwrap();
        let (_, sent) = call.send(at(start)).unwrap();
        assert!(matches!(sent.receive(response(429, headers, "{}"), at(start)), Verdict::Failed(_)));
        assert!(begin(config, get()).wait(at(start)).unwrap() >= secs(7));
    }
}

#[test]
fn a_retry_whose_turn_is_too_late_ends_with_the_error_of_its_attempt() {
    let config = paced(Pace::new()).deadline(secs(5)).build().unwrap();
    let [mut first, mut second] = [begin(&config, get()), begin(&config, get())];
    let waits = [&mut first, &mut second].map(|call| call.wait(at(secs(0))).unwrap());
    let (_, first) = first.send(at(waits[0])).unwrap();
    let (_, second) = second.send(at(waits[1])).unwrap();
    let now = millis(100);
    let verdict = first.receive(response(503, &[], "{}"), at(now));
    let Verdict::Retry { after, call: mut retry } = verdict else { panic!("it is retried") };
    let _ = second.receive(response(429, &[("retry-after", "10")], "{}"), at(now));
    let error = retry.wait(at(now + after)).unwrap_err();
    assert_eq!((error.kind(), error.stopped_by()), (ErrorKind::Server, Some(StopReason::DeadlineExceeded)));
    assert_eq!((error.attempts(), error.outcome()), (1, Outcome::Unknown));
}

#[test]
fn several_429s_at_once_do_not_add_up() {
    let config = config(Pace::new());
    let mut sent = Vec::new();
    let mut now = Duration::ZERO;
    for _ in 0..20 {
        let mut call = begin(&config, get());
        now += call.wait(at(now)).unwrap();
        assert_eq!(call.wait(at(now)).unwrap(), Duration::ZERO);
        sent.push(call.send(at(now)).unwrap().1);
    }
    let retry_after = [("retry-after", "2")];
    let received = |call: Call<Sent>| call.receive(response(429, &retry_after, "{}"), at(now));
    let retries: Vec<_> = sent.into_iter().map(received).collect();
    let last = begin(&config, get()).wait(at(now)).unwrap();
    assert!(last >= secs(2) && last < millis(2010), "{last:?}");
    assert_eq!(retries.len(), 20);
}

#[test]
fn a_retry_after_of_days_stops_the_operation_for_an_hour() {
    let config = config(Pace::new());
    let mut call = begin(&config, get());
    assert_eq!(call.wait(at(secs(0))).unwrap(), secs(0));
    let (_, sent) = call.send(at(secs(0))).unwrap();
    let retry_after = [("retry-after", "999999999999")];
    let Verdict::Failed(error) = sent.receive(response(429, &retry_after, "{}"), at(secs(0))) else {
        panic!("the wait is longer than the policy allows");
    };
    assert_eq!(error.stopped_by(), Some(StopReason::RetryAfterTooLong));
    let wait = begin(&config, get()).wait(at(secs(0))).unwrap();
    assert!(wait >= secs(3600) && wait < millis(3_600_010), "{wait:?}");
}

#[test]
fn a_retry_goes_before_the_calls_that_wait() {
    let config = config(Pace::new());
    let mut calls: Vec<_> = (0..10).map(|_| begin(&config, bulk())).collect();
    let waits: Vec<_> = calls.iter_mut().map(|call| call.wait(at(secs(0))).unwrap()).collect();
    let (_, first) = calls.remove(0).send(at(secs(0))).unwrap();
    let now = millis(100);
    let verdict = first.fail(TransportError::not_sent("refused"), at(now));
    let Verdict::Retry { after, call: mut retry } = verdict else { panic!("it is retried") };
    let now = now + after;
    let interval = waits[1];
    let turn = now + retry.wait(at(now)).unwrap();
    assert!(turn <= interval, "{turn:?}");
    // The others are put off by one request.
    let turns = calls.iter_mut().map(|call| now + call.wait(at(now)).unwrap());
    assert!(turns.eq(waits[1..].iter().map(|wait| *wait + interval)));
}

#[test]
fn a_job_of_3000_calls_loses_none_to_429s() {
    // Somebody else uses half of the rate, so that the pace is too fast.
    for is_paced in [true, false] {
        let budget = RetryBudget::new(500);
        let emulator = with_user(Emulator::new());
        emulator.fault(Faults::random(3, 0.4, [Fault::status(429).retry_after(1)]));
        let builder = Config::builder(DEFAULT_KEY).retry_budget(budget.clone()).deadline(secs(36_000));
        let builder = if is_paced { builder.pace(Pace::new()) } else { builder };
        let config = builder.build().unwrap();
        let calls = (0..3000).map(|_| begin(&config, get()));
        let done = calls.fold(World::new(&emulator), World::with).run(on_time);
        if is_paced {
            assert_eq!((done.succeeded, done.errors.len()), (3000, 0));
            assert!(done.refused > 1500, "{}", done.refused);
            assert_eq!(budget.tokens(), 500);
        } else {
            let exhausted = |error: &&Error| error.stopped_by() == Some(StopReason::BudgetExhausted);
            assert!(done.errors.iter().filter(exhausted).count() > 300, "{}", done.errors.len());
        }
    }
}

#[test]
fn failures_of_the_server_still_take_the_budget() {
    let budget = RetryBudget::new(50);
    let config = paced(Pace::new()).retry_budget(budget.clone()).build().unwrap();
    let emulator = Emulator::new();
    emulator.fault(Fault::status(503).always());
    let calls = (0..100).map(|_| begin(&config, get()));
    let done = calls.fold(World::new(&emulator), World::with).run(on_time);
    assert_eq!((done.errors.len(), done.sent.len(), budget.tokens()), (100, 110, 0));
}

#[test]
fn a_429_is_no_retry_unless_there_are_none() {
    let sends = |config: &Config, statuses: &[u16]| {
        let mut now = Duration::ZERO;
        let mut call = begin(config, get());
        for (index, status) in statuses.iter().enumerate() {
            now += call.wait(at(now)).unwrap();
            let (_, sent) = call.send(at(now)).unwrap();
            match sent.receive(response(*status, &[], "{}"), at(now)) {
                Verdict::Retry { after, call: next } => {
                    now += after;
                    call = next;
                }
                Verdict::Failed(error) => return (index + 1, error.stopped_by()),
                Verdict::Done(_) => return (index + 1, None),
            }
        }
        panic!("more attempts than statuses");
    };
    let config = config(Pace::new());
    assert_eq!(sends(&config, &[429, 429, 429, 429, 429, 200]), (6, None));
    let exhausted = Some(StopReason::AttemptsExhausted);
    assert_eq!(sends(&config, &[429, 503, 429, 503, 429, 503, 200]), (6, exhausted));
    let once = paced(Pace::new()).retry(RetryPolicy::never()).build().unwrap();
    assert_eq!(sends(&once, &[429, 200]), (1, exhausted));
    let unpaced = Config::new(DEFAULT_KEY).unwrap();
    assert_eq!(sends(&unpaced, &[429, 429, 429, 200]), (3, exhausted));
}

#[test]
fn a_stored_call_keeps_its_tier() {
    let calls = [
        (bulk(), RateLimitTier::Tier1, Some(1)),
        (messages::archive("m").prepare(RANDOM).unwrap(), RateLimitTier::Tier2, Some(2)),
        (get(), RateLimitTier::Tier4, Some(4)),
        (workflows::trigger("w").recipients(["u"]).prepare(RANDOM).unwrap(), RateLimitTier::Tier5, None),
    ];
    for (call, tier, stored) in calls {
        let json = serde_json::to_value(&call).unwrap();
        assert_eq!(json.get("tier").and_then(Value::as_u64), stored);
        let taken: PreparedCall = serde_json::from_value(json).unwrap();
        assert_eq!((taken.tier(), &taken), (tier, &call));
    }
}

#[test]
fn a_stored_call_without_a_tier_has_tier_5_and_a_wrong_one_is_refused() {
    let mut json = serde_json::to_value(bulk()).unwrap();
    for wrong in [json!(0), 6.into(), 256.into(), (-1).into(), "1".into()] {
        json["tier"] = wrong;
        let error = serde_json::from_value::<PreparedCall>(json.clone()).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("tier") || text.contains("expected u8"), "{text}");
    }
    json.as_object_mut().unwrap().remove("tier");
    let call: PreparedCall = serde_json::from_value(json).unwrap();
    assert_eq!(call.tier(), RateLimitTier::Tier5);
}

#[test]
fn a_client_waits_before_it_sends() {
    let transport = Fake::new([
        Reaction::ok(r#"{"id":"b"}"#),
        Reaction::Respond(response(429, &[("retry-after", "3")], "{}")),
        Reaction::ok(r#"{"id":"b"}"#),
    ]);
    let client = Client::with_transport(config(Pace::new()), transport);
    for _ in 0..2 {
        block_on(client.execute(bulk(), None)).unwrap();
    }
    assert_eq!(client.transport().sleeps(), [Duration::from_nanos(1_015_228_426), secs(3)]);
    assert_eq!(client.transport().attempts()[2].number, 2);
}

/// A transport whose clock stands still, as that of many tests.
struct Frozen;

impl Transport for Frozen {
    async fn send(
        &self,
        _: http::Request<Bytes>,
        _: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        Ok(response(200, &[], r#"{"id":"b"}"#))
    }

    async fn sleep(&self, _: Duration) {}

    fn now(&self) -> UnixTime {
        START
    }

    fn steady(&self) -> Duration {
        Duration::ZERO
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        Ok(RANDOM)
    }
}

#[test]
fn a_clock_that_stands_still_does_not_stop_a_client() {
    let client = Client::with_transport(config(Pace::new()), Frozen);
    for _ in 0..100 {
        block_on(client.execute(bulk(), None)).unwrap();
    }
}

#[test]
fn a_client_without_a_pace_does_not_wait() {
    let client = Client::with_transport(
        Config::new(DEFAULT_KEY).unwrap(),
        Fake::new([Reaction::ok(r#"{"id":"b"}"#), Reaction::ok(r#"{"id":"b"}"#)]),
    );
    for _ in 0..2 {
        block_on(client.execute(bulk(), None)).unwrap();
    }
    assert_eq!(client.transport().sleeps(), []);
}

#[test]
fn debug_shows_the_share_only() {
    let pace = Pace::new().share(1, 4);
    let config = config(pace.clone());
    let mut call = begin(&config, get());
    let _ = call.wait(START);
    assert_eq!(format!("{pace:?}"), "Pace { part: 1, of: 4, .. }");
}

/// After the process was stopped, the calls whose turns have passed do not all go at once.
#[test]
fn a_stall_is_followed_by_no_burst() {
    for reversed in [false, true] {
        let config = config(Pace::new());
        let mut calls: Vec<_> = (0..300).map(|_| begin(&config, get())).collect();
        for call in &mut calls {
            call.wait(at(Duration::ZERO)).unwrap();
        }
        if reversed {
            calls.reverse();
        }
        let emulator = with_user(strict());
        let mut world = World::new(&emulator);
        for call in calls {
            world.schedule(millis(1200), Step::Ready(call));
        }
        let done = world.run(on_time);
        assert_eq!((done.succeeded, done.refused), (300, 0));
        assert!(most_in_a_second(&done.sent) <= 200);
        assert!(*done.sent.last().unwrap() < secs(5), "{:?}", done.sent.last());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// However late timers are, no second has more requests than Knock allows.
    #[test]
    fn no_second_has_more_requests_than_allowed(
        late in proptest::collection::vec((0_u64..400, 0_u64..60), 1..40),
        shares in proptest::collection::vec(1_u32..=3, 1..3),
        faults in 0..3,
        calls in 1_usize..500,
    ) {
        let emulator = with_user(strict());
        if faults == 0 {
            emulator.fault(Faults::random(5, 0.05, [Fault::status(503), Fault::status(429).retry_after(1)]));
        }
        let pace = Pace::new();
        let configs: Vec<_> = shares.iter().map(|part| config(pace.clone().share(*part, 3))).collect();
        let calls = (0..calls).map(|index| begin(&configs[index % configs.len()], get()));
        let mut late = late.iter().cycle();
        let done = calls.fold(World::new(&emulator), World::with).run(|_| match late.next() {
            Some((millis, 0)) => Duration::from_millis(*millis),
            Some((millis, _)) => Duration::from_micros(*millis * 5),
            None => Duration::ZERO,
        });
        prop_assert!(most_in_a_second(&done.sent) <= 200);
        if faults > 0 {
            prop_assert_eq!(done.refused, 0);
            prop_assert_eq!(done.errors.len(), 0);
        }
    }
}
