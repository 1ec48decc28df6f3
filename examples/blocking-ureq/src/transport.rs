//! What a call needs from the outside: an HTTP client and random bytes.

use std::io::ErrorKind;
use std::time::Duration;

use bytes::Bytes;
use knock_core::TransportError;
use ureq::{Agent, Error, Timeout};

/// A client that returns every response as it is: no redirect is followed, because a redirect repeats a call outside of
/// its retry rules, and no status is an error.
pub(crate) fn agent() -> Agent {
    Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into()
}

/// Sends one request and reads the whole response, within the timeout.
pub(crate) fn exchange(
    agent: &Agent,
    request: http::Request<Bytes>,
    timeout: Duration,
) -> Result<http::Response<Bytes>, TransportError> {
    let request = request.map(Vec::from);
    let request = agent.configure_request(request).timeout_global(Some(timeout)).build();
    let (parts, mut body) = agent.run(request).map_err(failed)?.into_parts();
    let body = body.read_to_vec().map_err(failed)?;
    Ok(http::Response::from_parts(parts, body.into()))
}

/// Sorts an error by whether Knock may have acted on the request. An error that does not tell counts as one after which
/// it may have.
fn failed(error: Error) -> TransportError {
    match error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect)
        | Error::HostNotFound
        | Error::ConnectionFailed
        | Error::ConnectProxyFailed(_) => TransportError::not_sent(error),
        Error::Timeout(_) => TransportError::timed_out(),
        Error::Io(error) if is_of_connecting(error.kind()) => TransportError::not_sent(error),
        // It contains the URL, and with it perhaps an id.
        Error::BadUri(_) => TransportError::not_sent("the URL cannot be used"),
        error => TransportError::interrupted(error),
    }
}

/// Whether an error occurs only before there is a connection.
fn is_of_connecting(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::AddrNotAvailable)
}

/// Returns random bytes that nobody can guess: they become the idempotency key.
pub(crate) fn random() -> Result<[u8; 16], TransportError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| TransportError::not_sent(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Exchanges a request with a server that accepts a connection and does not respond.
    fn kind_of_error(serve: impl FnOnce(TcpListener) + Send + 'static, timeout: Duration) -> &'static str {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let url = format!("http://{}/", listener.local_addr().expect("the listener has an address"));
        thread::spawn(move || serve(listener));
        let request = http::Request::post(url).body(Bytes::from_static(b"{}")).expect("the request is valid");
        let agent: Agent = Agent::config_builder().proxy(None).build().into();
        exchange(&agent, request, timeout).expect_err("there is no response").kind_str()
    }

    #[test]
    fn silence_is_a_timeout() {
        let silent = |listener: TcpListener| {
            let connection = listener.accept().expect("a client connects");
            thread::sleep(Duration::from_secs(5));
            drop(connection);
        };
        assert_eq!(kind_of_error(silent, Duration::from_millis(50)), "timeout");
    }

    #[test]
    fn a_connection_that_breaks_is_an_interruption() {
        let breaking = |listener: TcpListener| {
            let (mut connection, _) = listener.accept().expect("a client connects");
            connection.read_exact(&mut [0; 16]).expect("a request comes");
        };
        assert_eq!(kind_of_error(breaking, Duration::from_secs(5)), "interrupted");
    }
}
