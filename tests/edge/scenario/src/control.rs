//! The emulator's control endpoints.

use knock_core::{Client, Method, Operation, Transport, custom};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::failure::Failure;

/// The emulator behind a client.
pub struct Emulator<'a, T>(pub &'a Client<T>);

/// A request as the emulator received it.
#[derive(Debug, Deserialize)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: Option<String>,
    pub headers: Map<String, Value>,
    pub body: Value,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(Value::as_str)
    }
}

#[derive(Deserialize)]
struct Listing<T> {
    entries: Vec<T>,
}

impl<T: Transport> Emulator<'_, T> {
    pub async fn reset(&self) -> Result<(), Failure> {
        self.post("/_emulator/reset", &Value::Null).await
    }

    /// Makes the next calls fail. Takes one fault or a list of faults.
    pub async fn fault(&self, fault: Value) -> Result<(), Failure> {
        self.post("/_emulator/faults", &fault).await
    }

    /// Returns the requests received, except those to the control endpoints.
    pub async fn requests(&self) -> Result<Vec<Seen>, Failure> {
        self.entries("/_emulator/requests").await
    }

    /// Returns the triggers that were accepted. A replay does not count as another one.
    pub async fn runs(&self) -> Result<Vec<Value>, Failure> {
        self.entries("/_emulator/runs").await
    }

    pub async fn deliveries(&self) -> Result<Vec<Value>, Failure> {
        self.entries("/_emulator/deliveries").await
    }

    async fn entries<E: serde::de::DeserializeOwned>(&self, path: &'static str) -> Result<Vec<E>, Failure> {
        let listing: Listing<E> = custom::request(Method::Get, path).send(self.0).await?;
        Ok(listing.entries)
    }

    async fn post(&self, path: &'static str, body: &Value) -> Result<(), Failure> {
        custom::request::<IgnoredAny>(Method::Post, path).json(body).repeatable().send(self.0).await?;
        Ok(())
    }
}
