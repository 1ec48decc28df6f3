//! An emulator on a real socket, and clients for it.

use std::time::Duration;

use knock_emulator::{DEFAULT_KEY, Emulator, Server};
use knock_reqwest::{ConfigBuilder, Knock, RetryPolicy};

pub(crate) async fn server() -> Server {
    Server::start(Emulator::new(), ([127, 0, 0, 1], 0).into()).await.expect("a free port")
}

/// A builder with the emulator's key and URL, and with waits of milliseconds instead of seconds.
pub(crate) fn builder(server: &Server) -> ConfigBuilder<Knock> {
    let quick = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(8));
    Knock::builder().api_key(DEFAULT_KEY).base_url(server.url()).retry(quick)
}

pub(crate) fn knock(server: &Server) -> Knock {
    builder(server).build().expect("a valid configuration")
}
