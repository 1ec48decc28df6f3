//! What a call needs from the outside: an HTTP client and random bytes.

use std::io::{self, ErrorKind};
use std::time::Duration;

use bytes::Bytes;
use knock_core::{Attempt, TransportError, TransportErrorKind as Kind};
use ureq::{Agent, Error, Timeout};

/// A client that returns every response as it is: no redirect is followed, because a redirect repeats a call outside of
/// its retry rules, and no status is an error. Connecting has a limit of its own, within which nothing is sent.
pub(crate) fn agent() -> Agent {
    let connecting = Some(Duration::from_secs(10));
    Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_connect(connecting)
        .build()
        .into()
}

/// Sends one request and reads the whole response, within the timeout and the limit of the attempt.
pub(crate) fn exchange(
    agent: &Agent,
    request: http::Request<Bytes>,
    attempt: Attempt<'_>,
) -> Result<http::Response<Bytes>, TransportError> {
    let request = request.map(Vec::from);
    let request = agent.configure_request(request).timeout_global(Some(attempt.timeout)).build();
    let (parts, body) = agent.run(request).map_err(failed)?.into_parts();
    let limit = attempt.max_response_bytes as u64;
    let body = body.into_with_config().limit(limit).read_to_vec().map_err(failed)?;
    Ok(http::Response::from_parts(parts, body.into()))
}

/// Sorts an error by what happened, and thereby by whether Knock may have acted on the request. An error that does not
/// tell counts as one after which it may have.
fn failed(error: Error) -> TransportError {
    let kind = match &error {
        Error::HostNotFound | Error::Timeout(Timeout::Resolve) => Kind::Dns,
        Error::Timeout(Timeout::Connect) => Kind::ConnectTimeout,
        Error::Timeout(_) => return TransportError::timed_out(),
        Error::ConnectProxyFailed(_) => Kind::Proxy,
        Error::Tls(_) | Error::Rustls(_) | Error::TlsRequired => Kind::Tls,
        Error::ConnectionFailed => Kind::NotSent,
        // It contains the URL, and with it perhaps an id.
        Error::BadUri(_) => return TransportError::not_sent("the URL cannot be used"),
        Error::BodyExceedsLimit(_) | Error::LargeResponseHeader(..) => Kind::TooLarge,
        Error::Io(error) => kind_of_io(error),
        _ => Kind::Interrupted,
    };
    TransportError::new(kind, error)
}

fn kind_of_io(error: &io::Error) -> Kind {
    match error.kind() {
        // These occur only before there is a connection.
        ErrorKind::ConnectionRefused => Kind::Refused,
        ErrorKind::AddrNotAvailable | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            Kind::Unreachable
        }
        // So do these, and they are free of the retry budget: this machine, and not the server, is at its limit.
        _ if is_exhausted(error) => Kind::LocalLimit,
        // This one, too, although only its text shows it.
        _ if error.to_string().contains("invalid peer certificate") => Kind::Certificate,
        _ => Kind::Interrupted,
    }
}

/// Returns whether this machine is out of file descriptors or buffers.
fn is_exhausted(error: &io::Error) -> bool {
    // `EMFILE` and `ENFILE`, or `WSAEMFILE` and `WSAENOBUFS`; the standard library has no names for them.
    let codes = if cfg!(windows) { [10024, 10055] } else { [24, 23] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// Returns random bytes that nobody can guess: they become the idempotency key.
pub(crate) fn random() -> Result<[u8; 16], TransportError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| TransportError::not_sent(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use knock_core::call::Call;
    use knock_core::{Config, Operation, UnixTime, users};

    use super::*;

    /// Sends a call with a limit of 10 bytes to a server, and returns the kind of its error.
    fn kind_of_error(serve: impl FnOnce(TcpListener) + Send + 'static, timeout: Duration) -> Kind {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("the listener has an address"));
        thread::spawn(move || serve(listener));
        let config = Config::builder("sk_test_12345").base_url(url).timeout(timeout).max_response_bytes(10);
        let config = config.build().expect("the settings are valid");
        let prepared = users::get("jhammond").prepare([0; 16]).expect("the id is valid");
        let now = UnixTime::from_secs(0);
        let call = Call::new(&config, prepared, None, now, [0; 16]).expect("there are no options");
        let (request, sent) = call.send(now).expect("the URL is short");
        let agent: Agent = Agent::config_builder().proxy(None).build().into();
        exchange(&agent, request, sent.attempt()).expect_err("there is no whole response").kind()
    }

    #[test]
    fn silence_is_a_timeout() {
        let silent = |listener: TcpListener| {
            let connection = listener.accept().expect("a client connects");
            thread::sleep(Duration::from_secs(5));
            drop(connection);
        };
        assert_eq!(kind_of_error(silent, Duration::from_millis(50)), Kind::Timeout);
    }

    #[test]
    fn what_occurs_only_while_connecting_is_not_sent() {
        for (error, kind) in [
            (Error::HostNotFound, Kind::Dns),
            (Error::Io(ErrorKind::ConnectionRefused.into()), Kind::Refused),
            (Error::Io(ErrorKind::HostUnreachable.into()), Kind::Unreachable),
            (Error::Timeout(Timeout::Connect), Kind::ConnectTimeout),
            (Error::Io(ErrorKind::AddrNotAvailable.into()), Kind::Unreachable),
            #[cfg(unix)]
            (Error::Io(io::Error::from_raw_os_error(24)), Kind::LocalLimit),
            #[cfg(unix)]
            (Error::Io(io::Error::from_raw_os_error(23)), Kind::LocalLimit),
            (Error::ConnectProxyFailed("407".to_owned()), Kind::Proxy),
        ] {
            let error = failed(error);
            assert_eq!(error.kind(), kind);
            assert!(!error.kind().may_have_acted());
        }
        assert!(failed(Error::Io(ErrorKind::ConnectionReset.into())).kind().may_have_acted());
    }

    #[test]
    fn a_response_beyond_the_limit_is_too_large() {
        let talkative = |listener: TcpListener| {
            let (mut connection, _) = listener.accept().expect("a client connects");
            connection.read_exact(&mut [0; 16]).expect("a request comes");
            let response = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world";
            connection.write_all(response).expect("the client reads");
        };
        assert_eq!(kind_of_error(talkative, Duration::from_secs(5)), Kind::TooLarge);
    }

    #[test]
    fn a_connection_that_breaks_is_an_interruption() {
        let breaking = |listener: TcpListener| {
            let (mut connection, _) = listener.accept().expect("a client connects");
            connection.read_exact(&mut [0; 16]).expect("a request comes");
        };
        assert_eq!(kind_of_error(breaking, Duration::from_secs(5)), Kind::Interrupted);
    }
}
