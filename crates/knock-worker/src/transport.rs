//! The transport: the Worker's `fetch`, timers, time and randomness.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use knock_core::{Attempt, Transport, TransportError, UnixTime};
use worker::js_sys::{Array, Uint8Array};
use worker::send::SendFuture;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::{
    AbortSignal, Crypto, Headers, Request, RequestInit, RequestRedirect, Response, WorkerGlobalScope,
};
use worker::{Date, Delay};

/// A transport that sends requests with the Worker's `fetch`.
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
        SendFuture::new(exchange(request, attempt.timeout)).await
    }

    async fn sleep(&self, duration: Duration) {
        // `setTimeout` takes whole milliseconds, as a 32-bit number.
        let longest = Duration::from_millis(i32::MAX.unsigned_abs().into());
        SendFuture::new(Delay::from(duration.min(longest))).await;
    }

    fn now(&self) -> UnixTime {
        UnixTime::from_millis(Date::now().as_millis())
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        let mut bytes = [0; 16];
        let filled = crypto().and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
        filled.map_err(|_| TransportError::not_sent("the runtime provides no random bytes"))?;
        Ok(bytes)
    }
}

fn scope() -> WorkerGlobalScope {
    worker::js_sys::global().unchecked_into()
}

pub(crate) fn crypto() -> Result<Crypto, JsValue> {
    scope().crypto()
}

async fn exchange(
    request: http::Request<Bytes>,
    timeout: Duration,
) -> Result<http::Response<Bytes>, TransportError> {
    let millis = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
    let signal = AbortSignal::timeout_with_u32(millis);
    let request = outgoing(&request, &signal)
        .map_err(|_| TransportError::not_sent("the runtime refused the request"))?;
    match fetch(&request).await {
        Ok(response) => Ok(response),
        Err(_) if signal.aborted() => Err(TransportError::timed_out()),
        // The runtime's message may contain the URL, and thus an id.
        Err(_) => Err(TransportError::interrupted("the runtime's fetch failed")),
    }
}

// This uses the types of `web_sys`, because those of `worker` add much more to the bundle.

fn outgoing(request: &http::Request<Bytes>, signal: &AbortSignal) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in request.headers() {
        // The runtime sets this header itself.
        if name != header::CONTENT_LENGTH {
            headers.append(name.as_str(), value.to_str().unwrap_or_default())?;
        }
    }
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_headers(&headers);
    init.set_redirect(RequestRedirect::Manual);
    // The signal also aborts reading the body of the response.
    init.set_signal(Some(signal));
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(request.body().as_ref()));
    }
    Request::new_with_str_and_init(&request.uri().to_string(), &init)
}

async fn fetch(request: &Request) -> Result<http::Response<Bytes>, JsValue> {
    let received: Response = JsFuture::from(scope().fetch_with_request(request)).await?.unchecked_into();
    let body = JsFuture::from(received.array_buffer()?).await?;
    let mut response = http::Response::new(Bytes::from(Uint8Array::new(&body).to_vec()));
    *response.status_mut() = StatusCode::from_u16(received.status()).unwrap_or(StatusCode::BAD_GATEWAY);
    *response.headers_mut() = incoming(&received.headers());
    Ok(response)
}

fn incoming(headers: &Headers) -> HeaderMap {
    let header = |entry: Result<JsValue, JsValue>| {
        let entry: Array = entry.ok()?.unchecked_into();
        let name = HeaderName::from_bytes(entry.get(0).as_string()?.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(&entry.get(1).as_string()?).ok()?))
    };
    headers.entries().into_iter().filter_map(header).collect()
}
