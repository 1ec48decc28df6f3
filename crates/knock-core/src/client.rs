//! The client: drives calls over a transport. The only `async` in the core.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::call::Call;
use crate::config::{CallOptions, Config};
use crate::error::{Error, TransportError};
use crate::prepared::PreparedCall;
use crate::time::UnixTime;

/// `Send`, except on WebAssembly, whose hosts have one thread and whose futures hold JavaScript values.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send> MaybeSend for T {}

/// `Send`, except on WebAssembly, whose hosts have one thread and whose futures hold JavaScript values.
#[cfg(target_arch = "wasm32")]
pub trait MaybeSend {}
#[cfg(target_arch = "wasm32")]
impl<T> MaybeSend for T {}

/// `Send + Sync`, except on WebAssembly.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSendSync: Send + Sync {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send + Sync> MaybeSendSync for T {}

/// `Send + Sync`, except on WebAssembly.
#[cfg(target_arch = "wasm32")]
pub trait MaybeSendSync {}
#[cfg(target_arch = "wasm32")]
impl<T> MaybeSendSync for T {}

/// What a transport is told of the request that it sends.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The operation's name, as `workflows.trigger`.
    pub operation: &'a str,
    /// The route with its parameters in braces: unlike the request's path it holds nobody's id.
    pub route: &'a str,
    /// Which attempt of the call it is, from 1.
    pub number: u32,
    /// How long it may take.
    pub timeout: Duration,
}

/// What a platform does for a client: it moves bytes, waits, and knows the time and chance.
pub trait Transport: MaybeSendSync + 'static {
    /// Sends one request and reads the whole answer, within the attempt's timeout; redirects are not followed.
    fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> impl Future<Output = Result<http::Response<Bytes>, TransportError>> + MaybeSend;

    /// Waits.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend;

    /// What time it is, by the platform's clock: calls expire by it. Where it is set during a call, the call's deadline
    /// moves with it.
    fn now(&self) -> UnixTime;

    /// Random bytes that nobody can guess: idempotency keys are made of them.
    ///
    /// # Errors
    ///
    /// Where the platform has none: nothing is sent then.
    fn random(&self) -> Result<[u8; 16], TransportError>;
}

/// Sends operations over a transport. Cheap to clone; clones share connections and retry budget.
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
    /// A client with a configuration and a transport.
    pub fn with_transport(config: Config, transport: T) -> Self {
        Self { inner: Arc::new(Inner { config, transport }) }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        &self.inner.transport
    }

    /// Sends a prepared call with its retries and gives the 2xx answer as it came.
    ///
    /// [`Operation::parse`](crate::Operation::parse) reads it, where the operation's type is known.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn execute(
        &self,
        call: PreparedCall,
        options: Option<&CallOptions>,
    ) -> Result<http::Response<Bytes>, Error> {
        let (mut call, now) = self.begin(call, options)?;
        self.drive(&mut call, now).await
    }

    /// A call that begins now, in a box since it is large and moved.
    pub(crate) fn begin(
        &self,
        call: PreparedCall,
        options: Option<&CallOptions>,
    ) -> Result<(Box<Call>, UnixTime), Error> {
        let Inner { config, transport } = &*self.inner;
        let random = transport
            .random()
            .map_err(|error| Error::transport(error).with_operation(call.operation_name()))?;
        let now = transport.now();
        Ok((Box::new(Call::new(config, call, options, now, random)?), now))
    }

    /// Does what the call says until it is done: as [`Call::next`] would, but no answer is moved through event and step.
    pub(crate) async fn drive(
        &self,
        call: &mut Call,
        mut now: UnixTime,
    ) -> Result<http::Response<Bytes>, Error> {
        let transport = &self.inner.transport;
        loop {
            let request = call.request(now)?;
            let wait = match transport.send(request, call.current_attempt()).await {
                Ok(response) if response.status().is_success() => {
                    call.succeeded();
                    return Ok(response);
                }
                Ok(response) => call.refused(response, transport.now())?,
                Err(error) => call.failed(Error::transport(error), transport.now())?,
            };
            transport.sleep(wait).await;
            now = transport.now();
        }
    }
}
