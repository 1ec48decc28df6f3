//! Realtime connections to an emulator.

use std::fmt;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::request::Parts;

use crate::cors;
use crate::emulator::Emulator;
use crate::realtime::hub::Garbage;
use crate::security;
use crate::state::State;
use crate::wire::query::Query;
use crate::wire::reply::{Connection, Reply};
use crate::wire::response::{Failure, with_status};

/// The path of the socket.
#[cfg(feature = "server")]
pub(crate) const PATH: &str = "/ws/v1/websocket";

/// The realtime connection of a browser, over which it learns of new messages in its feeds. Dropping it closes it.
///
/// It does no IO: whoever serves it passes the text of each received WebSocket message to [`receive`](Self::receive), and
/// sends what [`poll_next`](Self::poll_next) returns. The connection speaks version 2 of the protocol of Phoenix channels.
///
/// ```
/// use std::task::{Context, Poll, Waker};
/// use knock_emulator::{DEFAULT_PUBLIC_KEY, Emulator};
///
/// let emulator = Emulator::new();
/// let uri = format!("/ws/v1/websocket?api_key={DEFAULT_PUBLIC_KEY}&vsn=2.0.0");
/// let (request, ()) = http::Request::get(uri).body(())?.into_parts();
/// let socket = emulator.open_socket(&request, emulator.now()).expect("the key is valid");
/// socket.receive(r#"[null, "1", "phoenix", "heartbeat", {}]"#, emulator.now())?;
///
/// let reply = socket.poll_next(&mut Context::from_waker(Waker::noop()));
/// let expected = r#"[null,"1","phoenix","phx_reply",{"response":{},"status":"ok"}]"#;
/// assert_eq!(reply, Poll::Ready(Some(expected.to_owned())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping a socket closes it"]
pub struct Socket {
    emulator: Emulator,
    id: u64,
    delay: Duration,
}

/// A received text is not a frame of the protocol. The connection should be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidFrame;

impl fmt::Display for InvalidFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is not [join_ref, ref, topic, event, payload] in JSON")
    }
}

impl std::error::Error for InvalidFrame {}

impl Emulator {
    /// Accepts a request for a realtime connection, whose query has the API key. The request is not logged, since this
    /// query has credentials.
    ///
    /// # Errors
    /// The response that refuses the connection, or what a fault does to it.
    pub fn open_socket(&self, request: &Parts, now: SystemTime) -> Result<Socket, Box<Reply>> {
        let mut state = self.lock();
        state.advance(now);
        let fault = state.faults.take(&request.method, request.uri.path());
        let accepted = Reply::new(with_status(101, Bytes::new()));
        let reply = fault.map_or(accepted, |fault| fault.apply(with_status(101, Bytes::new())));
        if reply.connection != Connection::Keep || reply.response.status() != 101 {
            return Err(Box::new(reply));
        }
        let id = admit(&mut state, request).map_err(|failure| Box::new(Reply::new(failure.response())))?;
        drop(state);
        Ok(Socket { emulator: self.clone(), id, delay: reply.delay })
    }

    /// Closes all realtime connections without a farewell, as if the network had failed. Clients can connect again.
    pub fn drop_sockets(&self) {
        self.lock().hub.drop_all();
    }

    /// Makes the realtime connections that are open now silent: they stay open, but nothing is sent over them, not even
    /// replies to heartbeats. Knock's client notices after 30 to 60 seconds, and connects again.
    pub fn silence_sockets(&self) {
        self.lock().hub.silence_all();
    }
}

fn admit(state: &mut State, request: &Parts) -> Result<u64, Failure> {
    cors::admit_socket(&state.settings.origins, &request.headers)?;
    let query = Query::parse(request.uri.query().unwrap_or_default())?;
    if !query.text("vsn")?.unwrap_or_default().starts_with("2.") {
        let message = "The socket speaks version 2.0.0 of the protocol; the query has no `vsn=2.0.0`";
        return Err(Failure::new(403, "invalid_version", message, "invalid_request_error"));
    }
    // Every refusal is a 403, as of Phoenix.
    let key = query.text("api_key")?.unwrap_or_default();
    if !state.settings.keys.contains(key) {
        let message = "The API key supplied is invalid";
        return Err(Failure::new(403, "api_key_missing", message, "authentication_error"));
    }
    let token =
        security::token(&state.settings, key.starts_with("pk_"), query.text("user_token")?, &state.world)
            .map_err(|failure| failure.with_status(403))?;
    let full = Failure::new(503, "too_many_sockets", "Too many sockets are open", "api_error");
    state.hub.open(token).ok_or(full)
}

impl Socket {
    /// How long a fault delays the response that accepts the connection.
    pub fn delay(&self) -> Duration {
        self.delay
    }

    /// The time by the clock of the emulator.
    #[cfg(feature = "server")]
    pub(crate) fn now(&self) -> SystemTime {
        self.emulator.now()
    }

    /// Takes the text of a message from the client.
    ///
    /// # Errors
    /// [`InvalidFrame`] if it is not a frame of the protocol.
    pub fn receive(&self, text: &str, now: SystemTime) -> Result<(), InvalidFrame> {
        let mut state = self.emulator.lock();
        state.advance(now);
        state.receive(self.id, text).map_err(|Garbage| InvalidFrame)
    }

    /// Returns the next text to send, or `None` once the connection is to be closed.
    pub fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<String>> {
        self.emulator.lock().hub.poll(self.id, context)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.emulator.lock().hub.close(self.id);
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("id", &self.id).finish_non_exhaustive()
    }
}
