//! The transport: `fetch` for bytes, and the Worker's timers, time and chance.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use knock_core::{Attempt, Transport, TransportError, UnixTime};
use worker::js_sys::Uint8Array;
use worker::send::SendFuture;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{AbortSignal, Crypto, WorkerGlobalScope};
use worker::{Date, Delay, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response};

/// Moves requests with the Worker's `fetch`.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct FetchTransport;

impl FetchTransport {
    /// The transport of the Worker that this runs in.
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
        filled.map_err(|_| TransportError::not_sent("the runtime gives no random bytes"))?;
        Ok(bytes)
    }
}

pub(crate) fn crypto() -> Result<Crypto, JsValue> {
    worker::js_sys::global().unchecked_into::<WorkerGlobalScope>().crypto()
}

async fn exchange(
    request: http::Request<Bytes>,
    timeout: Duration,
) -> Result<http::Response<Bytes>, TransportError> {
    let request =
        outgoing(&request).map_err(|_| TransportError::not_sent("the runtime refused the request"))?;
    // The signal also ends the reading of the body.
    let millis = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
    let signal = AbortSignal::timeout_with_u32(millis);
    match fetch(request, &signal).await {
        Ok(response) => Ok(response),
        Err(_) if signal.aborted() => Err(TransportError::timed_out()),
        // What the runtime says may hold the URL, and with it an id.
        Err(_) => Err(TransportError::interrupted("the runtime's fetch failed")),
    }
}

fn outgoing(request: &http::Request<Bytes>) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in request.headers() {
        // The runtime counts the body itself.
        if name != header::CONTENT_LENGTH {
            headers.append(name.as_str(), value.to_str().unwrap_or_default())?;
        }
    }
    let body = request.body();
    let mut init = RequestInit::new();
    init.with_method(Method::from(request.method().as_str().to_owned()))
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual)
        .with_body((!body.is_empty()).then(|| Uint8Array::from(body.as_ref()).into()));
    Request::new_with_init(&request.uri().to_string(), &init)
}

async fn fetch(request: Request, signal: &AbortSignal) -> worker::Result<http::Response<Bytes>> {
    let mut response = Fetch::Request(request).send_with_signal(&signal.clone().into()).await?;
    let mut answer = http::Response::new(Bytes::from(response.bytes().await?));
    *answer.status_mut() = StatusCode::from_u16(response.status_code()).unwrap_or(StatusCode::BAD_GATEWAY);
    *answer.headers_mut() = incoming(&response);
    Ok(answer)
}

fn incoming(response: &Response) -> HeaderMap {
    let header = |(name, value): (String, String)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(&value).ok()?))
    };
    response.headers().entries().filter_map(header).collect()
}
