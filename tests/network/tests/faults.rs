//! Every fault with every class of calls: what the server applied, what the error claims, how many requests were sent.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use knock_reqwest::{Knock, Outcome, TransportErrorKind as Kind};
use network_tests::{
    Authority, Call, Certificate, End, Fault, PATIENCE, Server, alone, builder, check_line, refusing, silent,
};
use tokio_rustls::TlsAcceptor;

/// Where the fault is.
#[derive(Clone, Copy)]
enum Place {
    /// No server is at the address.
    Nowhere,
    /// The server accepts no connection, and does not say so.
    FullQueue,
    /// The name of the host does not exist.
    Name,
    /// The server speaks HTTP on the port for TLS.
    PlainText,
    /// The server fails at each request.
    Server(Fault),
}

/// What an error has to claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Claim {
    /// There is no error.
    Fine,
    /// There was no response.
    Kind(Kind),
    /// A response that is not Knock's reads as success: the outcome is unknown, and the call may be repeated.
    NotKnocks,
    /// The server redirects, which is not followed: whoever did it may have acted before.
    Redirects,
}

/// What a server speaks.
#[derive(Clone)]
enum Wire {
    /// HTTP/1.1.
    Plain,
    /// HTTP/1.1 over TLS.
    Tls(TlsAcceptor),
    /// HTTP/2 over TLS.
    H2(TlsAcceptor),
}

impl Wire {
    fn name(&self) -> &'static str {
        match self {
            Self::Plain => "HTTP/1.1",
            Self::Tls(_) => "HTTP/1.1 over TLS",
            Self::H2(_) => "HTTP/2",
        }
    }

    /// Returns how long an attempt may take: short if the fault is that nothing comes, and else longer than a busy
    /// machine needs.
    fn patience(&self, claim: Claim) -> Duration {
        match (claim, self) {
            (Claim::Kind(Kind::Timeout | Kind::ConnectTimeout), Self::Plain) => PATIENCE,
            (Claim::Kind(Kind::Timeout | Kind::ConnectTimeout), _) => 2 * PATIENCE,
            _ => 10 * PATIENCE,
        }
    }

    /// Returns a client of a server for a fault.
    fn client(&self, url: &str, claim: Claim) -> Knock {
        let patience = self.patience(claim);
        let config = builder(url).timeout(patience).connect_timeout(patience / 3).max_response_bytes(1 << 18);
        Knock::with_config(config.build().expect("a valid configuration")).expect("a client")
    }

    async fn start(&self, fault: Fault, times: usize) -> Server {
        match self {
            Self::Plain => Server::start(None, fault, times).await,
            Self::Tls(acceptor) => Server::start(Some(acceptor.clone()), fault, times).await,
            Self::H2(acceptor) => Server::start_h2(acceptor.clone(), fault, times).await,
        }
    }
}

struct Row {
    name: &'static str,
    place: Place,
    claim: Claim,
}

const fn row(name: &'static str, place: Place, claim: Claim) -> Row {
    Row { name, place, claim }
}

const fn server(acts: bool, says: &'static [u8], end: End) -> Place {
    Place::Server(Fault { acts, says, end })
}

const ACTS: bool = true;
const IDLES: bool = false;

#[rustfmt::skip]
const FAULTS: &[Row] = &[
    // Before there is a connection.
    row("the name does not exist", Place::Name, Claim::Kind(Kind::Dns)),
    row("the port refuses", Place::Nowhere, Claim::Kind(Kind::Refused)),
    row("the server does not accept", Place::FullQueue, Claim::Kind(Kind::ConnectTimeout)),
    row("no TLS on the port for TLS", Place::PlainText, Claim::Kind(Kind::Tls)),
    // While the request is sent.
    row("a reset within the request", server(IDLES, b"", End::ResetsEarly), Claim::Kind(Kind::Interrupted)),
    // Before the response.
    row("a reset before Knock acts", server(IDLES, b"", End::Resets), Claim::Kind(Kind::Interrupted)),
    row("a reset after Knock acted", server(ACTS, b"", End::Resets), Claim::Kind(Kind::Interrupted)),
    row("closed before Knock acts", server(IDLES, b"", End::Closes), Claim::Kind(Kind::Interrupted)),
    row("closed after Knock acted", server(ACTS, b"", End::Closes), Claim::Kind(Kind::Interrupted)),
    row("silence before Knock acts", server(IDLES, b"", End::Hangs), Claim::Kind(Kind::Timeout)),
    row("silence after Knock acted", server(ACTS, b"", End::Hangs), Claim::Kind(Kind::Timeout)),
    // Within the head of the response.
    row("garbage", server(ACTS, b"\x00\xff\x13garbage\r\n\r\n", End::Closes), Claim::Kind(Kind::Interrupted)),
    row("another protocol", server(ACTS, b"SSH-2.0-OpenSSH_9.9\r\n", End::Closes), Claim::Kind(Kind::Interrupted)),
    row("a cut status line", server(ACTS, b"HTTP/1.1 20", End::Closes), Claim::Kind(Kind::Interrupted)),
    row("a cut header", server(ACTS, b"HTTP/1.1 200 OK\r\ncontent-le", End::Resets), Claim::Kind(Kind::Interrupted)),
    row("a head that stops", server(ACTS, b"HTTP/1.1 200 OK\r\ncontent-le", End::Hangs), Claim::Kind(Kind::Timeout)),
    row("only a 100", server(ACTS, b"HTTP/1.1 100 Continue\r\n\r\n", End::Hangs), Claim::Kind(Kind::Timeout)),
    row("a 100 before the response", server(ACTS, b"HTTP/1.1 100 Continue\r\n\r\n", End::Responds), Claim::Fine),
    row("hints before the response", server(ACTS, b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", End::Responds), Claim::Fine),
    // Within the body.
    row("a cut body", server(ACTS, b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"id\"", End::Closes), Claim::Kind(Kind::Interrupted)),
    row("a cut chunk", server(ACTS, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{\"id\"", End::Closes), Claim::Kind(Kind::Interrupted)),
    row("no last chunk", server(ACTS, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", End::Resets), Claim::Kind(Kind::Interrupted)),
    row("a body that stops", server(ACTS, b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"id\"", End::Hangs), Claim::Kind(Kind::Timeout)),
    row("a body that drips", server(ACTS, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", End::Drips), Claim::Kind(Kind::Timeout)),
    row("a huge body", server(ACTS, b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", End::Floods), Claim::Kind(Kind::TooLarge)),
    row("an endless body", server(ACTS, b"HTTP/1.1 200 OK\r\n\r\n", End::Floods), Claim::Kind(Kind::TooLarge)),
    row("an endless error", server(IDLES, b"HTTP/1.1 503 Busy\r\n\r\n", End::Floods), Claim::Kind(Kind::TooLarge)),
    // The response of somebody else.
    row("a login page", server(IDLES, b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html>Log in!", End::Closes), Claim::NotKnocks),
    row("a text", server(IDLES, b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nIt works", End::Closes), Claim::NotKnocks),
    row("a text in brackets", server(IDLES, b"HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n[error] no upstream", End::Closes), Claim::NotKnocks),
    row("301", server(IDLES, b"HTTP/1.1 301 Moved\r\nlocation: https://login.example.com/a?token=1\r\ncontent-length: 0\r\n\r\n", End::Hangs), Claim::Redirects),
    row("302", server(IDLES, b"HTTP/1.1 302 Found\r\nlocation: https://login.example.com/a?token=1\r\ncontent-length: 0\r\n\r\n", End::Hangs), Claim::Redirects),
    row("303", server(IDLES, b"HTTP/1.1 303 See\r\nlocation: https://login.example.com/a?token=1\r\ncontent-length: 0\r\n\r\n", End::Hangs), Claim::Redirects),
    row("307", server(IDLES, b"HTTP/1.1 307 Temporary\r\nlocation: https://login.example.com/a?token=1\r\ncontent-length: 0\r\n\r\n", End::Hangs), Claim::Redirects),
    row("308", server(IDLES, b"HTTP/1.1 308 Permanent\r\nlocation: https://login.example.com/a?token=1\r\ncontent-length: 0\r\n\r\n", End::Hangs), Claim::Redirects),
    // Between two requests.
    row("a promise to keep the connection", server(ACTS, b"", End::RespondsAndCloses), Claim::Fine),
];

#[test]
fn every_fault_with_every_class_of_calls() {
    alone("every_fault_with_every_class_of_calls", |_| async {
        let queue = silent(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("the queue is full");
        let cases = FAULTS.iter().flat_map(|row| Call::ALL.map(|call| (row, call)));
        let problems: Vec<String> = stream::iter(cases)
            .map(|(row, call)| tokio::spawn(check(row, call, Wire::Plain, queue.0)))
            .buffer_unordered(16)
            .filter_map(|task| async { task.err().map(|error| error.to_string()) })
            .collect()
            .await;
        assert!(problems.is_empty(), "{} of the checks failed; they are above", problems.len());
    });
}

#[test]
fn a_fault_that_passes_is_not_noticed_if_repeating_is_safe() {
    alone("a_fault_that_passes_is_not_noticed_if_repeating_is_safe", |_| async {
        let cases = FAULTS.iter().flat_map(|row| Call::ALL.map(|call| (row, call)));
        let problems: Vec<String> = stream::iter(cases)
            .map(|(row, call)| tokio::spawn(check_passing(row, call, Wire::Plain)))
            .buffer_unordered(16)
            .filter_map(|task| async { task.err().map(|error| error.to_string()) })
            .collect()
            .await;
        assert!(problems.is_empty(), "{} of the checks failed; they are above", problems.len());
    });
}

#[test]
fn a_fault_of_the_server_is_the_same_over_tls_and_http2() {
    alone("a_fault_of_the_server_is_the_same_over_tls_and_http2", |authority| async move {
        let problems: Vec<String> = stream::iter(encrypted(&authority))
            .map(|(row, call, wire)| {
                let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                tokio::spawn(async move {
                    check(row, call, wire.clone(), nowhere).await;
                    check_passing(row, call, wire).await;
                })
            })
            // Nearly all of the time is spent waiting for timeouts.
            .buffer_unordered(32)
            .filter_map(|task| async { task.err().map(|error| error.to_string()) })
            .collect()
            .await;
        assert!(problems.is_empty(), "{} of the checks failed; they are above", problems.len());
    });
}

/// Returns the faults that a server can have over TLS and over HTTP/2, with every class of calls.
fn encrypted(authority: &Authority) -> Vec<(&'static Row, Call, Wire)> {
    let tls = Wire::Tls(authority.acceptor(Certificate::Valid, &["http/1.1"]));
    let h2 = Wire::H2(authority.acceptor(Certificate::Valid, &["h2"]));
    let mut cases = Vec::new();
    for row in FAULTS {
        let Place::Server(fault) = row.place else { continue };
        let wires = [Some(&tls), fault.exists_in_h2().then_some(&h2)];
        for wire in wires.into_iter().flatten() {
            cases.extend(Call::ALL.map(|call| (row, call, wire.clone())));
        }
    }
    cases
}

async fn check(row: &'static Row, call: Call, wire: Wire, queue: SocketAddr) {
    let fault = match row.place {
        Place::Server(fault) => fault,
        Place::PlainText => {
            Fault { acts: false, says: b"HTTP/1.1 400 Bad Request\r\n\r\n", end: End::AnswersEarly }
        }
        _ => Fault::NONE,
    };
    let server = wire.start(fault, usize::MAX).await;
    let (nowhere, _reserved) = refusing().expect("a port is free");
    let url = match row.place {
        Place::Nowhere => format!("http://{nowhere}"),
        Place::FullQueue => format!("http://{queue}"),
        Place::Name => "https://api.knock.invalid".to_owned(),
        Place::PlainText => server.url().replace("http:", "https:"),
        Place::Server(_) => server.url(),
    };
    let result = call.send(&wire.client(&url, row.claim)).await;
    let what = format!("{}, {}, {call:?}: {result:?}", wire.name(), row.name);

    let reaches = matches!(row.place, Place::Server(_)) && fault.end != End::ResetsEarly;
    let (applied, attempts) = match &result {
        Ok(()) => {
            assert_eq!(row.claim, Claim::Fine, "{what}");
            (call.acts(), 1)
        }
        Err(error) => {
            check_line(error);
            let (unknown, transient) = claims(row.claim);
            assert_eq!(error.transport_kind(), kind(row.claim), "{what}");
            assert_eq!(error.outcome() == Outcome::Unknown, unknown, "{what}");
            assert_ne!(error.outcome(), Outcome::Applied, "{what}");
            if row.claim == Claim::Redirects {
                let line = error.to_string();
                assert!(line.contains(row.name) && line.contains("https://login.example.com"), "{line}");
                assert!(!line.contains("token"), "{line}");
            }
            let repeats = transient && (!unknown || call.is_repeatable());
            assert_eq!(error.is_retryable(), repeats, "{what}");
            assert_eq!(error.attempts(), if repeats { 3 } else { 1 }, "{what}");
            (fault.acts && call.acts(), error.attempts() as usize)
        }
    };
    assert_eq!(server.ledger().requests(), if reaches { attempts } else { 0 }, "{what}");
    assert_eq!(server.ledger().applied(), usize::from(applied), "{what}");
}

async fn check_passing(row: &'static Row, call: Call, wire: Wire) {
    let Place::Server(fault) = row.place else { return };
    let (unknown, transient) = claims(row.claim);
    let server = wire.start(fault, 1).await;
    let knock = wire.client(&server.url(), row.claim);

    let result = call.send(&knock).await;

    let what = format!("{}, {}, {call:?}: {result:?}", wire.name(), row.name);
    let repeats = transient && (!unknown || call.is_repeatable());
    assert_eq!(result.is_ok(), row.claim == Claim::Fine || repeats, "{what}");
    let applied = call.acts() && (result.is_ok() || fault.acts);
    assert_eq!(server.ledger().applied(), usize::from(applied), "{what}");
    // Whatever happened, the client goes on.
    Call::Get.send(&knock).await.expect("the second call meets no fault");
}

/// Returns whether the outcome is unknown, and whether the failure may pass.
fn claims(claim: Claim) -> (bool, bool) {
    match claim {
        Claim::Fine => (false, false),
        Claim::Redirects => (true, false),
        Claim::NotKnocks => (true, true),
        Claim::Kind(kind) => (kind.may_have_acted(), kind != Kind::TooLarge),
    }
}

fn kind(claim: Claim) -> Option<Kind> {
    if let Claim::Kind(kind) = claim { Some(kind) } else { None }
}
