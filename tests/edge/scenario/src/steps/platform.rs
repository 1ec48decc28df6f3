//! What a transport provides besides sending requests: time, waits and random bytes.

use std::time::Duration;

use knock_core::{Client, Config, ErrorKind, Operation, Transport, UnixTime, workflows};

use crate::Host;
use crate::failure::{Failure, ensure, error_of, same};

pub async fn time_and_chance<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let platform = knock.transport();
    let (before, steady) = (platform.now(), platform.steady());
    ensure(before > UnixTime::from_secs(1_780_000_000), "the clock is years behind")?;
    platform.sleep(Duration::from_millis(150)).await;
    // A timer may fire slightly early, as measured by another clock.
    let by_system = platform.now().since(before);
    let by_steady = platform.steady().saturating_sub(steady);
    for slept in [by_system, by_steady] {
        let expected = Duration::from_millis(140)..Duration::from_secs(5);
        ensure(expected.contains(&slept), format!("150 ms of sleep took {slept:?}"))?;
    }

    let random = || platform.random().map_err(|_| Failure::new("there are no random bytes"));
    let (one, other) = (random()?, random()?);
    ensure(one != other && one != [0; 16], "the random bytes are not random")
}

pub async fn unreachable<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    _: &Client<T>,
) -> Result<(), Failure> {
    // Nothing listens on port 1.
    let unreachable = host.client_with(|config| config.base_url("http://127.0.0.1:1"))?;
    let outcome = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&unreachable).await;
    let error = error_of("a call to a closed port", outcome)?;
    same("its kind", error.kind(), ErrorKind::Transport)?;
    same("its attempts", error.attempts(), 3)?;
    ensure(error.is_retryable(), "it is not retryable")?;
    ensure(!error.to_string().contains("127.0.0.1"), "the error shows the URL")
}
