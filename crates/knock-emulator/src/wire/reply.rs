//! What the emulator hands to whoever moves the bytes.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

/// A response, and what only a server can do about it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP response. It is not to be sent when the connection is dropped.
    pub response: Response<Bytes>,
    /// How long to hold the response back.
    pub delay: Duration,
    /// What becomes of the connection.
    pub connection: Connection,
}

/// The fate of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Connection {
    /// The response is sent.
    Keep,
    /// Nothing is sent, and the call had no effect.
    DropBefore,
    /// Nothing is sent, but the call took effect.
    DropAfter,
}

impl Reply {
    pub(crate) fn new(response: Response<Bytes>) -> Self {
        Self { response, delay: Duration::ZERO, connection: Connection::Keep }
    }
}
