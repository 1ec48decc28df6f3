//! The hostile server: what it received, and what happened to its responses.

use std::time::Duration;

use knock_core::{Client, Config, ConfigBuilder, Method, Operation, Transport, custom};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::Host;
use crate::failure::{Failure, ensure, same};

/// The hostile server.
#[derive(Debug, Deserialize)]
pub struct Hostile {
    url: String,
    /// The URL of a port on which nothing listens.
    pub closed: String,
    /// The URL of a port that accepts no connection, and does not say so.
    pub full: String,
    /// The URL, with `https`, of a port that accepts connections and is silent.
    pub mute: String,
    /// The other origin, to which the server redirects, and which nothing must reach.
    pub elsewhere: String,
}

/// What the server knows.
#[derive(Debug, Deserialize)]
pub struct Log {
    pub seen: Vec<Seen>,
    /// The number of responses that have begun and not ended.
    pub open: usize,
    /// What reached the other origin.
    elsewhere: Vec<String>,
}

/// A request that arrived.
#[derive(Debug, Deserialize)]
pub struct Seen {
    pub method: String,
    /// The idempotency key.
    pub key: Option<String>,
}

impl Hostile {
    /// Finds the server.
    pub async fn find<T: Transport>(emulator: &Client<T>) -> Result<Self, Failure> {
        Ok(custom::request(Method::Get, "/_emulator/hostile").send(emulator).await?)
    }

    /// Returns a client of a fault, whose name is the path of the base URL. A second segment is its detail.
    pub fn client<T: Transport, F: Fn(Config) -> Client<T>>(
        &self,
        host: &Host<F>,
        fault: &str,
        change: impl FnOnce(ConfigBuilder) -> ConfigBuilder,
    ) -> Result<Client<T>, Failure> {
        host.client_with(|config| change(config.base_url(format!("{}/{fault}", self.url))))
    }

    /// Returns the same address with `https`, which the server does not speak.
    pub fn https(&self) -> String {
        self.url.replacen("http://", "https://", 1)
    }

    /// Makes the server forget what it received.
    pub async fn reset<T: Transport, F: Fn(Config) -> Client<T>>(
        &self,
        host: &Host<F>,
    ) -> Result<(), Failure> {
        let control = self.control(host)?;
        custom::request::<IgnoredAny>(Method::Post, "/control").repeatable().send(&control).await?;
        Ok(())
    }

    /// Returns what the server knows, and fails if anything reached the other origin.
    pub async fn log<T: Transport, F: Fn(Config) -> Client<T>>(
        &self,
        host: &Host<F>,
    ) -> Result<Log, Failure> {
        let log: Log = custom::request(Method::Get, "/control").send(&self.control(host)?).await?;
        let nothing: [&str; 0] = [];
        same("what reached the other origin", log.elsewhere.as_slice(), nothing)?;
        Ok(log)
    }

    /// Waits until the platform has closed the connections of all responses, and fails if it does not.
    pub async fn all_closed<T: Transport, F: Fn(Config) -> Client<T>>(
        &self,
        host: &Host<F>,
    ) -> Result<(), Failure> {
        let control = self.control(host)?;
        let mut open = usize::MAX;
        for _ in 0..100 {
            open = self.log(host).await?.open;
            if open == 0 {
                return Ok(());
            }
            control.transport().sleep(Duration::from_millis(20)).await;
        }
        ensure(open == 0, format!("{open} responses are still being received"))
    }

    fn control<T: Transport, F: Fn(Config) -> Client<T>>(
        &self,
        host: &Host<F>,
    ) -> Result<Client<T>, Failure> {
        host.client_with(|config| config.base_url(&self.url))
    }
}
