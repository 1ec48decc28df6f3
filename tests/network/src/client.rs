//! Clients that lose their patience quickly.

use std::time::Duration;

use knock_reqwest::{Config, ConfigBuilder, RetryPolicy};

/// The secret key, which nothing may print.
pub const KEY: &str = "sk_test_of_the_network_lab";

/// The timeout of an attempt.
pub const PATIENCE: Duration = Duration::from_millis(1200);

/// Returns the settings of a client of a server, with waits of milliseconds and up to three attempts.
pub fn builder(url: &str) -> ConfigBuilder<Config> {
    Config::builder(KEY).base_url(url).timeout(PATIENCE).connect_timeout(PATIENCE / 3).retry(quick())
}

/// Returns a policy of up to two retries without noticeable waits.
pub fn quick() -> RetryPolicy {
    RetryPolicy::default().max_retries(2).backoff(Duration::from_millis(1), Duration::from_millis(2))
}
