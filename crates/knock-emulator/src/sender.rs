//! Sends outbound webhooks over the network.

use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::uri::Authority;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::clock::TICK;
use crate::emulator::Emulator;
use crate::endpoint::SCHEMES;

/// The longest wait for the response of an endpoint. Knock does not document its own.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest wait for the response of a fetch step.
#[cfg(feature = "workflows")]
const FETCH_TIMEOUT: Duration = Duration::from_secs(15);
/// The largest part of a response that a run gets, in bytes.
#[cfg(feature = "workflows")]
const MAX_RESPONSE: usize = 10 * 1024 * 1024;
/// The largest number of requests in flight.
const MAX_IN_FLIGHT: usize = 32;

/// Sends what is due, for as long as the server runs.
pub(crate) async fn run(emulator: Emulator) {
    let mut in_flight = JoinSet::new();
    loop {
        tokio::time::sleep(TICK).await;
        while in_flight.try_join_next().is_some() {}
        #[cfg(feature = "workflows")]
        for due in emulator.take_fetches(MAX_IN_FLIGHT.saturating_sub(in_flight.len())) {
            let emulator = emulator.clone();
            in_flight.spawn(async move {
                let result = tokio::time::timeout(FETCH_TIMEOUT, fetch(due.request)).await;
                let result = result.unwrap_or_else(|_| Err("no response within 15 seconds".to_owned()));
                emulator.fetched(due.id, result);
            });
        }
        for due in emulator.take_webhooks(MAX_IN_FLIGHT.saturating_sub(in_flight.len())) {
            let emulator = emulator.clone();
            in_flight.spawn(async move {
                let result = tokio::time::timeout(TIMEOUT, send(due.request)).await;
                let result = result.unwrap_or_else(|_| Err("no response within 10 seconds".to_owned()));
                emulator.webhook_sent(due.id, due.attempt, result);
            });
        }
    }
}

/// Sends a request, and ignores the body of the response.
async fn send(request: Request<Bytes>) -> Result<StatusCode, String> {
    exchange(request, 0).await.map(|response| response.status())
}

/// Sends a request of a step or a channel.
#[cfg(feature = "workflows")]
async fn fetch(request: Request<Bytes>) -> Result<Response<Bytes>, String> {
    exchange(request, MAX_RESPONSE).await
}

/// Sends a request, and reads up to `limit` bytes of the body. What follows is read and dropped.
async fn exchange(request: Request<Bytes>, limit: usize) -> Result<Response<Bytes>, String> {
    let authority = request.uri().authority().ok_or("the URL has no host")?.clone();
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let connect = async |default_port| {
        let address = (host, authority.port_u16().unwrap_or(default_port));
        TcpStream::connect(address).await.map_err(|error| error.to_string())
    };
    match request.uri().scheme_str() {
        Some("http") => exchange_over(connect(80).await?, &authority, request, limit).await,
        #[cfg(feature = "tls")]
        Some("https") => {
            let stream = crate::tls::secure(connect(443).await?, host).await?;
            exchange_over(stream, &authority, request, limit).await
        }
        _ => Err(format!("requests are sent over {SCHEMES}")),
    }
}

async fn exchange_over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    authority: &Authority,
    request: Request<Bytes>,
    limit: usize,
) -> Result<Response<Bytes>, String> {
    let (mut parts, body) = request.into_parts();
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| error.to_string())?;
    // It ends with this function.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let host = HeaderValue::from_str(authority.as_str()).map_err(|error| error.to_string())?;
    parts.headers.insert(HOST, host);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = Uri::try_from(path).map_err(|error| error.to_string())?;
    let response = sender.send_request(Request::from_parts(parts, Full::new(body))).await;
    let (parts, mut body) = response.map_err(|error| error.to_string())?.into_parts();
    let mut kept = Vec::new();
    // The endpoint should be able to write all of it.
    while let Some(Ok(frame)) = body.frame().await {
        if let Ok(data) = frame.into_data() {
            let room = limit.saturating_sub(kept.len()).min(data.len());
            kept.extend_from_slice(data.get(..room).unwrap_or_default());
        }
    }
    Ok(Response::from_parts(parts, Bytes::from(kept)))
}
