//! What every edge target must do, written once over any transport.
//!
//! It runs inside of the platform, against a `knock-emulator` which it makes fail by its control endpoints, and of which
//! it asks what arrived.

mod control;
mod failure;
mod report;
mod steps;

use std::time::Duration;

use futures_util::future::{Either, select};
use knock_core::{Client, Config, ConfigBuilder, RetryPolicy, Transport};

use crate::control::Emulator;
pub use crate::failure::Failure;
pub use crate::report::{Report, Step};

/// The key that an emulator takes unless told otherwise.
const KEY: &str = "sk_test_emulator";
/// A step that hangs must not take the others with it.
const LONGEST_STEP: Duration = Duration::from_secs(30);

/// What a platform brings.
pub struct Host<F> {
    /// Where the emulator is.
    pub base_url: String,
    /// Whether redirects are followed by the platform, out of the SDK's reach.
    pub follows_redirects: bool,
    /// Makes the adapter's client.
    pub connect: F,
}

impl<T: Transport, F: Fn(Config) -> Client<T>> Host<F> {
    /// A client as users make it, but with short waits.
    fn client(&self) -> Result<Client<T>, Failure> {
        self.client_with(|config| config)
    }

    fn client_with(&self, change: impl FnOnce(ConfigBuilder) -> ConfigBuilder) -> Result<Client<T>, Failure> {
        let quick = RetryPolicy::default().backoff(Duration::from_millis(20), Duration::from_millis(100));
        let config = Config::builder(KEY).base_url(&self.base_url).user_agent("edge-scenario/1").retry(quick);
        Ok((self.connect)(change(config).build()?))
    }
}

/// Runs all steps, each against an emulator that is as new.
pub async fn run<T: Transport, F: Fn(Config) -> Client<T>>(host: &Host<F>) -> Report {
    let mut report = Report::default();
    macro_rules! steps {
        ($($name:literal: $module:ident::$step:ident,)*) => {$(
            let outcome = step(host, async |knock| steps::$module::$step(host, knock).await).await;
            report.add($name, outcome);
        )*};
    }
    steps! {
        "platform: time, waits and random bytes": platform::time_and_chance,
        "platform: a connection that cannot be made": platform::unreachable,
        "users: identify, get, delete": users::life,
        "users: ids of every kind": users::odd_ids,
        "users: properties come back as they went": users::properties,
        "preferences: set and get with conditions": preferences::conditions,
        "channel data: every provider's shape": channel_data::every_shape,
        "workflows: trigger with everything": workflows::everything,
        "workflows: a repeated idempotency key is one run": workflows::replay,
        "workflows: 1 MB of data arrives whole": workflows::large,
        "workflows: cancel": workflows::cancel,
        "slack: list by stream, auth check, revoke": slack::life,
        "lists: pages by stream, nested and repeated query": lists::pages,
        "batches: one call for many": lists::batch,
        "headers: right on every request": headers::all,
        "faults: 503 twice, then it works": faults::unavailable,
        "faults: dropped after acting is one run": faults::dropped,
        "faults: what is not repeatable is sent once": faults::not_repeatable,
        "faults: Retry-After is honoured": faults::retry_after,
        "faults: a timeout of an attempt": faults::timeout,
        "faults: a refused key": faults::refused_key,
        "faults: HTML, cut JSON, nothing": faults::unreadable,
        "faults: a redirect is an answer": faults::redirect,
        "every operation": every::operation,
    }
    report
}

/// One step, bounded in time.
async fn step<T: Transport, F: Fn(Config) -> Client<T>>(
    host: &Host<F>,
    work: impl AsyncFnOnce(&Client<T>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let knock = host.client()?;
    Emulator(&knock).reset().await?;
    let work = std::pin::pin!(work(&knock));
    let limit = std::pin::pin!(knock.transport().sleep(LONGEST_STEP));
    match select(work, limit).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(_) => Err(Failure::new(format!("took longer than {} s", LONGEST_STEP.as_secs()))),
    }
}
