//! The pace of a client, by a clock that the tests move.

mod support;

use std::collections::VecDeque;
use std::time::Duration;

use knock_core::call::{Call, Ready, Sent, Verdict};
use knock_core::{Config, Error, Moment, Operation, Pace, PreparedCall, RateLimitTier, UnixTime, users};
use support::{KEY, millis, response, secs};

const RANDOM: [u8; 16] = [7; 16];

/// A server that counts the requests of every second, however the second begins.
struct StrictServer {
    limit: usize,
    latest: VecDeque<Duration>,
    refused: usize,
}

impl StrictServer {
    fn new(tier: RateLimitTier) -> Self {
        Self { limit: tier.per_second() as usize, latest: VecDeque::new(), refused: 0 }
    }

    fn respond(&mut self, now: Duration) -> http::Response<bytes::Bytes> {
        self.latest.retain(|time| *time + secs(1) > now);
        if self.latest.len() == self.limit {
            self.refused += 1;
            return response(429, &[("retry-after", "1")], "{}");
        }
        self.latest.push_back(now);
        response(200, &[], r#"{"id":"jhammond"}"#)
    }
}

fn at(steady: Duration) -> Moment {
    Moment { unix: UnixTime::from_secs(1_790_000_000) + steady, steady }
}

fn get() -> PreparedCall {
    users::get("jhammond").prepare(RANDOM).expect("valid")
}

enum Step {
    Ready(Call<Ready>),
    Sent(Call<Sent>),
}

/// Runs calls that all begin at once, and returns when the last was sent.
fn run(config: &Config, calls: usize, server: &mut StrictServer) -> (Duration, Vec<Error>) {
    let latency = millis(30);
    let begin = |_| Call::new(config, get(), None, at(Duration::ZERO), RANDOM).expect("valid");
    let mut events: Vec<(Duration, Step)> =
        (0..calls).map(begin).map(|call| (Duration::ZERO, Step::Ready(call))).collect();
    let (mut last, mut errors) = (Duration::ZERO, Vec::new());
    while let Some(index) = (0..events.len()).min_by_key(|index| events[*index].0) {
        let (now, step) = events.remove(index);
        match step {
            Step::Ready(mut call) => match call.wait(at(now)) {
                Ok(Duration::ZERO) => {
                    last = now;
                    let (_, sent) = call.send(at(now)).expect("in time");
                    events.push((now + latency, Step::Sent(sent)));
                }
                Ok(wait) => events.push((now + wait, Step::Ready(call))),
                Err(error) => errors.push(error),
            },
            Step::Sent(sent) => match sent.receive(server.respond(now), at(now)) {
                Verdict::Done(_) => {}
                Verdict::Retry { after, call } => events.push((now + after, Step::Ready(call))),
                Verdict::Failed(error) => errors.push(error),
            },
        }
    }
    (last, errors)
}

#[test]
fn calls_are_spread_over_time() {
    let config = Config::builder(KEY).pace(Pace::new()).build().unwrap();
    let mut server = StrictServer::new(RateLimitTier::Tier4);
    let (last, errors) = run(&config, 1000, &mut server);
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(server.refused, 0);
    assert!(last <= millis(5100), "{last:?}");
}
