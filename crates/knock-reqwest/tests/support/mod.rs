//! An emulator on a real socket, and clients for it.

use std::time::Duration;

use knock_emulator::{DEFAULT_KEY, Emulator, Server};
use knock_reqwest::{Config, ConfigBuilder, Knock, RetryPolicy};

pub(crate) async fn server() -> Server {
    Server::start(Emulator::new(), ([127, 0, 0, 1], 0).into()).await.expect("a free port")
}

/// The emulator's key and URL, and waits of milliseconds in place of seconds.
pub(crate) fn config(server: &Server) -> ConfigBuilder {
    let quick = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(8));
    Config::builder(DEFAULT_KEY).base_url(server.url()).retry(quick)
}

pub(crate) fn knock(config: ConfigBuilder) -> Knock {
    Knock::with_config(config.build().expect("a right configuration")).expect("a client")
}
