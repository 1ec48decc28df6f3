//! The steps that every edge target must pass, written once for any transport.
//!
//! They run inside the platform, against a `knock-emulator`. Through its control endpoints they make calls fail and read
//! the requests that arrived.

mod control;
mod failure;
mod hostile;
mod report;
mod steps;

use std::time::Duration;

use futures_util::future::{Either, select};
use knock_core::{Client, Config, ConfigBuilder, RetryPolicy, Transport};

use crate::control::Emulator;
pub use crate::failure::Failure;
pub use crate::report::{Report, Step};

/// The API key that the emulator accepts by default.
const KEY: &str = "sk_test_emulator";
/// The time limit of a step, so that one that hangs does not block the others.
const LONGEST_STEP: Duration = Duration::from_secs(30);

/// What a platform provides.
pub struct Host<F> {
    /// The URL of the emulator.
    pub base_url: String,
    /// The methods of the requests that the platform sends a second time if a connection that was used before breaks.
    /// The SDK cannot prevent it.
    pub repeats: Vec<String>,
    /// Whether the platform tells that connecting took too long.
    pub times_connecting: bool,
    /// Returns the client of the adapter.
    pub connect: F,
}

impl<T: Transport, F: Fn(Config) -> Client<T>> Host<F> {
    /// Returns a client as a user would make it, but with short waits.
    fn client(&self) -> Result<Client<T>, Failure> {
        self.client_with(|config| config)
    }

    fn client_with(&self, change: impl FnOnce(ConfigBuilder) -> ConfigBuilder) -> Result<Client<T>, Failure> {
        let quick = RetryPolicy::default().backoff(Duration::from_millis(20), Duration::from_millis(100));
        let config = Config::builder(KEY).base_url(&self.base_url).user_agent("edge-scenario/1").retry(quick);
        Ok((self.connect)(change(config).build()?))
    }
}

/// Runs all steps, and resets the emulator before each.
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
        "users: properties are returned unchanged": users::properties,
        "preferences: set and get with conditions": preferences::conditions,
        "channel data: every provider's shape": channel_data::every_shape,
        "workflows: trigger with everything": workflows::everything,
        "workflows: a repeated idempotency key is one run": workflows::replay,
        "workflows: 1 MB of data arrives complete": workflows::large,
        "workflows: cancel": workflows::cancel,
        "slack: list by stream, auth check, revoke": slack::life,
        "lists: pages by stream, nested and repeated query": lists::pages,
        "batches: one call for many": lists::batch,
        "headers: correct on every request": headers::all,
        "faults: 503 twice, then it works": faults::unavailable,
        "faults: a connection dropped after acting is one run": faults::dropped,
        "faults: a call that is not repeatable is sent once": faults::not_repeatable,
        "faults: Retry-After is honoured": faults::retry_after,
        "faults: a timeout of an attempt": faults::timeout,
        "faults: a refused key": faults::refused_key,
        "faults: HTML, truncated JSON, an empty body": faults::unreadable,
        "faults: a redirect is an error": faults::redirect,
        "network: a redirect to another origin is not followed": network::redirect,
        "network: a page of a proxy is not a success": network::page,
        "network: a response that is too large": network::too_large,
        "network: the limit is exact": network::exact_limit,
        "network: the limit holds for what is unpacked": network::bomb,
        "network: a server that is silent or too slow": network::silent,
        "network: a response that breaks off": network::broken,
        "network: a port on which nothing listens": network::refused,
        "network: a port that accepts no connection": network::not_accepted,
        "network: a server without TLS": network::no_tls,
        "network: a server that is silent before TLS": network::silent_tls,
        "network: a host that does not exist": network::no_such_host,
        "many calls: an import in bulk": many::import,
        "many calls: a pace": many::pace,
        "every operation": every::operation,
    }
    report
}

/// Runs one step, within its time limit.
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
