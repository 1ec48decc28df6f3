//! The client, which sends calls over a transport.

use std::sync::Arc;
use std::time::Duration;

use crate::call::{Call, Completed, PreparedCall, Ready, Verdict};
use crate::config::{CallOptions, Config};
use crate::error::Error;
use crate::transport::Transport;
use crate::value::Moment;

/// A client that sends operations over a [`Transport`]. Cheap to clone; clones share the transport, the retry
/// budget and the pace.
///
/// ```
/// # use knock_core::{Client, Config, Error, Operation, Transport, users};
/// # async fn example(transport: impl Transport) -> Result<(), Error> {
/// let client = Client::with_transport(Config::new("sk_test_12345")?, transport);
/// let user = users::get("jhammond").send(&client).await?;
/// # let _ = user;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Client<T> {
    inner: Arc<Inner<T>>,
}

#[derive(Debug)]
struct Inner<T> {
    config: Config,
    transport: T,
}

impl<T> Clone for Client<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T: Transport> Client<T> {
    /// Returns a client with a configuration and a transport.
    pub fn with_transport(config: Config, transport: T) -> Self {
        Self { inner: Arc::new(Inner { config, transport }) }
    }

    /// Returns the configuration.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Returns the transport.
    pub fn transport(&self) -> &T {
        &self.inner.transport
    }

    /// Sends a prepared call, and retries it if needed.
    ///
    /// If you still have the operation, decode the response with [`Operation::read`](crate::Operation::read):
    ///
    /// ```
    /// # use knock_core::{Client, Error, Operation, Transport, workflows};
    /// # async fn example<T: Transport>(client: &Client<T>) -> Result<(), Error> {
    /// let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
    /// let call = client.prepare(&trigger)?;
    /// let completed = client.execute(call, None).await?;
    /// let run = trigger.read(completed)?.value;
    /// # let _ = run;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn execute(
        &self,
        call: PreparedCall,
        options: Option<&CallOptions>,
    ) -> Result<Completed, Error> {
        self.drive(self.begin(call, options)?).await
    }

    /// Begins a call, and returns the time at which it began.
    pub(crate) fn begin(
        &self,
        call: PreparedCall,
        options: Option<&CallOptions>,
    ) -> Result<(Call<Ready>, Moment), Error> {
        let Inner { config, transport } = &*self.inner;
        let random =
            transport.random().map_err(|error| Error::from(error).with_operation(call.operation_name()))?;
        let now = self.now();
        Ok((Call::new(config, call, options, now, random)?, now))
    }

    fn now(&self) -> Moment {
        let transport = &self.inner.transport;
        Moment { unix: transport.now(), steady: transport.steady() }
    }

    /// Drives a call that begins now to its end.
    pub(crate) async fn drive(&self, (mut call, mut now): (Call<Ready>, Moment)) -> Result<Completed, Error> {
        let transport = &self.inner.transport;
        let mut turn = Duration::ZERO;
        loop {
            // A timer that is early, or the fixed clock of a test, must not make it wait again and again.
            now.steady = now.steady.max(turn);
            let mut wait = call.wait(now)?;
            if wait.is_zero() {
                let (request, sent) = call.send(now)?;
                let result = transport.send(request, sent.attempt()).await;
                let verdict = match result {
                    Ok(response) => sent.receive(response, self.now()),
                    Err(error) => sent.fail(error, self.now()),
                };
                (wait, call) = match verdict {
                    Verdict::Done(completed) => return Ok(completed),
                    Verdict::Failed(error) => return Err(error),
                    Verdict::Retry { after, call } => (after, call),
                };
            } else {
                turn = now.steady.saturating_add(wait);
            }
            if !wait.is_zero() {
                transport.sleep(wait).await;
            }
            now = self.now();
        }
    }
}
