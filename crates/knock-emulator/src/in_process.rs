//! The emulator as the transport of a client in the same process.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use knock_core::{Attempt, Config, Transport, TransportError, TransportErrorKind, UnixTime};

use crate::emulator::Emulator;
use crate::settings::DEFAULT_KEY;
use crate::wire::reply::Connection;

/// A transport to an [`Emulator`] in the same process, returned by [`Emulator::transport`].
///
/// It needs no socket and no async runtime: its futures never wait, so any executor can run them. Its time is that of
/// the emulator, and waiting moves that time, so that retries, timeouts and delays take no real time.
#[derive(Clone, Debug)]
pub struct InProcess(Emulator);

impl Emulator {
    /// Returns a transport to this emulator, for a client in the same process.
    ///
    /// ```
    /// # fn main() -> Result<(), knock_core::Error> {
    /// use knock_core::{Client, Operation, workflows};
    /// use knock_emulator::Emulator;
    ///
    /// let emulator = Emulator::new();
    /// let knock = Client::with_transport(emulator.config(), emulator.transport());
    /// // With the crate knock-reqwest: Knock::with_transport(emulator.config(), emulator.transport())
    ///
    /// let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
    /// pollster::block_on(trigger.send(&knock))?;
    /// emulator.sent_to("jhammond").assert_one();
    /// # Ok(()) }
    /// ```
    ///
    /// The emulator's clock starts with the system's time, unless the emulator was told another one before by
    /// [`advance_to`](Self::advance_to) or a request. Then it stands still, until the client waits or
    /// [`advance`](Self::advance) moves it.
    pub fn transport(&self) -> InProcess {
        if self.now() == SystemTime::UNIX_EPOCH {
            self.advance_to(SystemTime::now());
        }
        InProcess(self.clone())
    }

    /// Returns the configuration of a client of this emulator: the default one with [`DEFAULT_KEY`].
    ///
    /// It is meant for [`transport`](Self::transport). A client of a `Server` also needs its URL.
    ///
    /// # Panics
    ///
    /// Never, because the key is valid.
    pub fn config(&self) -> Config {
        Config::new(DEFAULT_KEY).expect("the default key is valid")
    }
}

impl Transport for InProcess {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let reply = self.0.respond(request, self.0.now());
        self.0.advance(reply.delay.min(attempt.timeout));
        if reply.delay >= attempt.timeout {
            return Err(TransportError::timed_out());
        }
        match reply.connection {
            Connection::Keep => limited(reply.response, attempt.max_response_bytes),
            Connection::DropBefore | Connection::DropAfter => {
                Err(TransportError::interrupted("the emulator dropped the connection"))
            }
        }
    }

    async fn sleep(&self, duration: Duration) {
        self.0.advance(duration);
    }

    fn now(&self) -> UnixTime {
        self.0.now().into()
    }

    fn steady(&self) -> Duration {
        self.now().since(UnixTime::from_secs(0))
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        Ok(self.0.draw())
    }
}

fn limited(response: http::Response<Bytes>, limit: usize) -> Result<http::Response<Bytes>, TransportError> {
    if response.body().len() > limit {
        let problem = format!("the response has more than {limit} bytes");
        return Err(TransportError::new(TransportErrorKind::TooLarge, problem));
    }
    Ok(response)
}
