//! Sends outbound webhooks over the network.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::uri::Authority;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;

use crate::clock::TICK;
use crate::emulator::Emulator;
use crate::endpoint::SCHEMES;
use crate::fetch_error::FetchError;

/// The longest wait for the response of an endpoint. Knock does not document its own.
const TIMEOUT: Duration = Duration::from_secs(10);
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
                let result = tokio::time::timeout(due.timeout, fetch(due.request)).await;
                emulator.fetched(due.id, result.unwrap_or(Err(FetchError::TimedOut)));
            });
        }
        for due in emulator.take_webhooks(MAX_IN_FLIGHT.saturating_sub(in_flight.len())) {
            let emulator = emulator.clone();
            in_flight.spawn(async move {
                let result = tokio::time::timeout(TIMEOUT, send(due.request)).await;
                let result = result.unwrap_or(Err(FetchError::TimedOut));
                emulator.webhook_sent(due.id, due.attempt, result.map_err(|error| error.to_string()));
            });
        }
    }
}

/// Sends a request, and ignores the body of the response.
async fn send(request: Request<Bytes>) -> Result<StatusCode, FetchError> {
    exchange(request, 0).await.map(|response| response.status())
}

/// Sends a request of a step or a channel.
#[cfg(feature = "workflows")]
async fn fetch(request: Request<Bytes>) -> Result<Response<Bytes>, FetchError> {
    exchange(request, MAX_RESPONSE).await
}

/// Sends a request, and reads up to `limit` bytes of the body. What follows is read and dropped.
async fn exchange(request: Request<Bytes>, limit: usize) -> Result<Response<Bytes>, FetchError> {
    let authority = request.uri().authority().cloned();
    let authority = authority.ok_or_else(|| FetchError::BadUrl("the URL has no host".to_owned()))?;
    match request.uri().scheme_str() {
        Some("http") => exchange_over(connect(&authority, 80).await?, &authority, request, limit).await,
        #[cfg(feature = "tls")]
        Some("https") => {
            let stream = connect(&authority, 443).await?;
            let stream = crate::tls::secure(stream, host(&authority)).await.map_err(failed)?;
            exchange_over(stream, &authority, request, limit).await
        }
        _ => Err(FetchError::BadUrl(format!("requests are sent over {SCHEMES}"))),
    }
}

/// Connects to the first address of a host that accepts it.
async fn connect(authority: &Authority, default_port: u16) -> Result<TcpStream, FetchError> {
    let address = (host(authority), authority.port_u16().unwrap_or(default_port));
    let found = lookup_host(address).await.map_err(|error| FetchError::BadUrl(error.to_string()))?;
    let addresses: Vec<SocketAddr> = found.collect();
    TcpStream::connect(&*addresses).await.map_err(failed)
}

fn host(authority: &Authority) -> &str {
    authority.host().trim_start_matches('[').trim_end_matches(']')
}

#[allow(clippy::needless_pass_by_value)] // it is for `map_err`
fn failed(error: impl ToString) -> FetchError {
    FetchError::Failed(error.to_string())
}

async fn exchange_over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    authority: &Authority,
    request: Request<Bytes>,
    limit: usize,
) -> Result<Response<Bytes>, FetchError> {
    let (mut parts, body) = request.into_parts();
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(failed)?;
    // It ends with this function.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let host = HeaderValue::from_str(authority.as_str()).map_err(failed)?;
    parts.headers.insert(HOST, host);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = Uri::try_from(path).map_err(failed)?;
    let response = sender.send_request(Request::from_parts(parts, Full::new(body))).await;
    let (parts, mut body) = response.map_err(failed)?.into_parts();
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
