//! What the emulator returns to a server.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

/// A response, with instructions for the server that sends it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP response. It must not be sent if the connection is dropped.
    pub response: Response<Bytes>,
    /// How long to wait before sending the response.
    pub delay: Duration,
    /// What to do with the connection.
    pub connection: Connection,
}

/// What a server does with the connection of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Connection {
    /// Send the response.
    Keep,
    /// Close the connection without a response. The call had no effect.
    DropBefore,
    /// Close the connection without a response. The call was performed.
    DropAfter,
}

impl Reply {
    pub(crate) fn new(response: Response<Bytes>) -> Self {
        Self { response, delay: Duration::ZERO, connection: Connection::Keep }
    }
}
