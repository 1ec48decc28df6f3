//! Sends outbound webhooks over the network.

use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::emulator::Emulator;

/// How often the sender looks for what is due.
const TICK: Duration = Duration::from_millis(25);
/// The longest wait for the response of an endpoint. Knock does not document its own.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The largest number of requests in flight.
const MAX_IN_FLIGHT: usize = 32;

/// Sends what is due, for as long as the server runs.
pub(crate) async fn run(emulator: Emulator) {
    let mut in_flight = JoinSet::new();
    loop {
        tokio::time::sleep(TICK).await;
        while in_flight.try_join_next().is_some() {}
        for due in emulator.take_webhooks(MAX_IN_FLIGHT - in_flight.len()) {
            let emulator = emulator.clone();
            in_flight.spawn(async move {
                let result = tokio::time::timeout(TIMEOUT, send(due.request)).await;
                let result = result.unwrap_or_else(|_| Err("no response within 10 seconds".to_owned()));
                emulator.webhook_sent(due.id, due.attempt, result);
            });
        }
    }
}

async fn send(request: Request<Bytes>) -> Result<StatusCode, String> {
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().ok_or("the URL has no host")?.clone();
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80)));
    let stream = stream.await.map_err(|error| error.to_string())?;
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
    // The body does not matter, but the endpoint should be able to write it.
    let (parts, mut body) = response.map_err(|error| error.to_string())?.into_parts();
    while let Some(Ok(_)) = body.frame().await {}
    Ok(parts.status)
}
