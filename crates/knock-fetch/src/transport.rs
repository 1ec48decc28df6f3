//! The transport: the host's `fetch`, by way of `exchange.js`.

use std::time::Duration;

use bytes::Bytes;
use js_sys::{Array, Promise, Uint8Array};
use knock_core::{Attempt, Transport, TransportError, TransportErrorKind, UnixTime};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::failure::{self, Clue};
use crate::{host, parts};

#[wasm_bindgen(module = "/src/exchange.js")]
extern "C" {
    type Exchange;

    #[wasm_bindgen(constructor, catch)]
    fn new(head: &str, body: &[u8], milliseconds: i32, limit: f64) -> Result<Exchange, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn outcome(this: &Exchange) -> Promise;

    #[wasm_bindgen(method)]
    fn abort(this: &Exchange);
}

/// A transport that sends requests with the host's `fetch`.
///
/// Its [`steady`](Transport::steady) clock is `performance.now()`, which nobody sets. It may stand still while the machine
/// is suspended. In Cloudflare Workers it is the system's clock, which advances only with IO: a wait, or a request.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct FetchTransport;

impl FetchTransport {
    /// Returns a transport.
    pub const fn new() -> Self {
        Self
    }
}

impl Transport for FetchTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        exchange(request, attempt.timeout, attempt.max_response_bytes).await
    }

    async fn sleep(&self, duration: Duration) {
        host::sleep(duration).await;
    }

    fn now(&self) -> UnixTime {
        host::now()
    }

    fn steady(&self) -> Duration {
        host::steady()
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        let mut bytes = [0; 16];
        let filled = host::crypto().and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
        filled.map_err(|_| TransportError::not_sent("the host provides no random bytes"))?;
        Ok(bytes)
    }
}

async fn exchange(
    request: http::Request<Bytes>,
    timeout: Duration,
    limit: usize,
) -> Result<http::Response<Bytes>, TransportError> {
    let head = parts::head(&request)?;
    #[allow(clippy::cast_precision_loss, reason = "no body is that long")]
    let exchange = Exchange::new(&head, request.body(), host::milliseconds(timeout), limit as f64);
    let exchange = exchange.map_err(refused)?;
    let outcome = JsFuture::from(exchange.outcome());
    let aborting = Aborting(Some(exchange));
    let outcome = outcome.await.map_err(refused)?;
    aborting.disarm();
    received(&outcome.unchecked_into(), limit)
}

/// Aborts a request if nobody waits for its response any more.
struct Aborting(Option<Exchange>);

impl Aborting {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for Aborting {
    fn drop(&mut self) {
        if let Some(exchange) = &self.0 {
            exchange.abort();
        }
    }
}

/// The host's message may contain the URL, and thus an id.
fn refused(_: JsValue) -> TransportError {
    TransportError::not_sent("the host refused the request")
}

/// Reads the outcome of an exchange.
fn received(outcome: &Array, limit: usize) -> Result<http::Response<Bytes>, TransportError> {
    let Some(status) = outcome.get(0).as_f64() else { return Err(failed(outcome, limit)) };
    let mut response = http::Response::new(Bytes::new());
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number out of range is refused"
    )]
    let status = parts::status(status as u16)?;
    *response.status_mut() = status;
    *response.headers_mut() = parts::headers(&outcome.get(1).as_string().unwrap_or_default());
    *response.body_mut() = outcome.get(2).unchecked_into::<Uint8Array>().to_vec().into();
    Ok(response)
}

fn failed(outcome: &Array, limit: usize) -> TransportError {
    let clue = || Clue {
        code: outcome.get(1).as_string(),
        connecting: outcome.get(2).is_truthy(),
        text: outcome.get(3).as_string(),
    };
    let redirected = |source: &'static str| TransportError::new(TransportErrorKind::Redirected, source);
    match outcome.get(0).as_string().as_deref() {
        Some("timeout") => TransportError::timed_out(),
        Some("refused") => TransportError::not_sent("the host refused the request"),
        Some("large") => failure::too_large(limit),
        Some("hidden") => redirected("the host hides where it leads")
            .with_detail("the server redirected the request, which this SDK never follows"),
        Some("followed") => redirected("the response came from another URL")
            .with_detail("the host followed a redirect, which this SDK never does"),
        Some("broken") => failure::receiving(&clue()),
        _ => failure::sending(&clue()),
    }
}
