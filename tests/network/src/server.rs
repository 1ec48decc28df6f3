//! A small Knock that counts what it does, over HTTP/1.1 byte by byte or over HTTP/2, and fails as told.

use std::collections::HashSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What a server received and did.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    requests: usize,
    effects: HashSet<String>,
    connections: usize,
    in_flight: usize,
    most_in_flight: usize,
}

impl Ledger {
    /// Returns the number of requests that arrived as a whole.
    ///
    /// # Panics
    ///
    /// If a server panicked.
    pub fn requests(&self) -> usize {
        self.0.lock().expect("no server panics").requests
    }

    /// Returns the number of effects: a trigger counts once for each idempotency key, and a write once for each place.
    ///
    /// # Panics
    ///
    /// If a server panicked.
    pub fn applied(&self) -> usize {
        self.0.lock().expect("no server panics").effects.len()
    }

    /// Returns the number of connections.
    ///
    /// # Panics
    ///
    /// If a server panicked.
    pub fn connections(&self) -> usize {
        self.0.lock().expect("no server panics").connections
    }

    /// Returns the largest number of requests at the same time.
    ///
    /// # Panics
    ///
    /// If a server panicked.
    pub fn most_in_flight(&self) -> usize {
        self.0.lock().expect("no server panics").most_in_flight
    }

    fn begin(&self) {
        let mut entries = self.0.lock().expect("no server panics");
        entries.in_flight += 1;
        entries.most_in_flight = entries.most_in_flight.max(entries.in_flight);
    }

    fn end(&self) {
        self.0.lock().expect("no server panics").in_flight -= 1;
    }

    /// Counts a request, and returns its number.
    ///
    /// # Panics
    ///
    /// If a server panicked.
    pub fn record(&self) -> usize {
        let mut entries = self.0.lock().expect("no server panics");
        entries.requests += 1;
        entries.requests
    }

    fn connected(&self) {
        self.0.lock().expect("no server panics").connections += 1;
    }

    /// Does what a request asks for.
    ///
    /// # Panics
    ///
    /// If a server panicked.
    pub fn apply(&self, method: &Method, path: &str, headers: &HeaderMap) {
        let mut entries = self.0.lock().expect("no server panics");
        let key =
            headers.get("idempotency-key").map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned());
        match (method, key) {
            (&Method::GET, _) => {}
            (_, Some(key)) => {
                entries.effects.insert(key);
            }
            (&Method::POST, None) => {
                let number = entries.requests;
                entries.effects.insert(format!("request {number}"));
            }
            _ => {
                entries.effects.insert(format!("{method} {path}"));
            }
        }
    }
}

/// What a server does with a request in place of responding properly.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Whether it does what the request asks for before.
    pub acts: bool,
    /// The bytes that it sends.
    pub says: &'static [u8],
    /// What happens then.
    pub end: End,
}

/// What a server does at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Closes the connection.
    Closes,
    /// Resets the connection.
    Resets,
    /// Resets the connection before the request was read.
    ResetsEarly,
    /// Says its bytes after the first byte of the request, and closes the connection.
    AnswersEarly,
    /// Says nothing more.
    Hangs,
    /// Repeats a chunk of 16 KiB for ever.
    Floods,
    /// Sends a byte in a chunk of its own now and then, for ever.
    Drips,
    /// Responds properly after all.
    Responds,
    /// Responds properly, and closes the connection although it promised to keep it.
    RespondsAndCloses,
}

impl Fault {
    /// A server without a fault.
    pub const NONE: Self = Self { acts: false, says: b"", end: End::Responds };

    /// Returns whether the fault can also happen over HTTP/2.
    #[must_use]
    pub fn exists_in_h2(&self) -> bool {
        crate::h2::can_be(self)
    }
}

/// A server on a port of this machine.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    scheme: &'static str,
    ledger: Arc<Ledger>,
}

impl Server {
    /// Starts a server for HTTP/1.1, over TLS if there is an `acceptor`. The fault befalls the first `times` requests.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn start(acceptor: Option<TlsAcceptor>, fault: Fault, times: usize) -> Self {
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        Self::listen(scheme, move |stream, ledger| {
            let acceptor = acceptor.clone();
            async move {
                let socket = socket2::SockRef::from(&stream).try_clone().ok()?;
                match acceptor {
                    Some(acceptor) => {
                        let stream = acceptor.accept(stream).await.ok()?;
                        speak(stream, &socket, &ledger, fault, times).await
                    }
                    None => speak(stream, &socket, &ledger, fault, times).await,
                }
            }
        })
        .await
    }

    /// Starts a server for HTTP/2 over TLS. What a fault says in HTTP/1.1, it says in HTTP/2.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn start_h2(acceptor: TlsAcceptor, fault: Fault, times: usize) -> Self {
        Self::listen("https", move |stream, ledger| {
            let acceptor = acceptor.clone();
            async move { crate::h2::speak(acceptor.accept(stream).await.ok()?, ledger, fault, times).await }
        })
        .await
    }

    /// Starts a server without faults, for HTTP/1.1 and HTTP/2 over TLS. Each response takes a while.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn modern(acceptor: TlsAcceptor, takes: Duration) -> Self {
        Self::listen("https", move |stream, ledger| {
            let acceptor = acceptor.clone();
            async move {
                let stream = acceptor.accept(stream).await.ok()?;
                let service =
                    hyper::service::service_fn(move |request| respond(request, Arc::clone(&ledger), takes));
                let server = auto::Builder::new(TokioExecutor::new());
                server.serve_connection(TokioIo::new(stream), service).await.ok()
            }
        })
        .await
    }

    /// Starts a server that leaves each connection to `serve`.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn listen<F>(
        scheme: &'static str,
        serve: impl Fn(TcpStream, Arc<Ledger>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Option<()>> + Send + 'static,
    {
        let ledger = Arc::new(Ledger::default());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("the listener has an address");
        let of_server = Arc::clone(&ledger);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                of_server.connected();
                tokio::spawn(serve(stream, Arc::clone(&of_server)));
            }
        });
        Self { address, scheme, ledger }
    }

    /// Returns the URL.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Returns the address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns what the server received and did.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

async fn respond(
    request: Request<hyper::body::Incoming>,
    ledger: Arc<Ledger>,
    takes: Duration,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let _ = body.collect().await;
    ledger.record();
    ledger.apply(&parts.method, parts.uri.path(), &parts.headers);
    ledger.begin();
    tokio::time::sleep(takes).await;
    ledger.end();
    let mut response = Response::new(Full::from(proper_body(&parts.method)));
    if parts.method == Method::DELETE {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    Ok(response)
}

/// A body that all the calls accept.
pub(crate) fn proper_body(method: &Method) -> &'static str {
    if method == Method::DELETE { "" } else { r#"{"id": "jane", "workflow_run_id": "run"}"# }
}

/// Speaks HTTP/1.1 on a connection.
async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    socket: &socket2::Socket,
    ledger: &Ledger,
    fault: Fault,
    times: usize,
) -> Option<()> {
    loop {
        if fault.end == End::ResetsEarly && ledger.connections() <= times {
            stream.read_u8().await.ok()?;
            return socket.set_linger(Some(Duration::ZERO)).ok();
        }
        if fault.end == End::AnswersEarly {
            stream.read_u8().await.ok()?;
            stream.write_all(fault.says).await.ok()?;
            return stream.shutdown().await.ok();
        }
        let (method, path, headers) = read(&mut stream).await?;
        let fault = if ledger.record() <= times { fault } else { Fault::NONE };
        let responds = matches!(fault.end, End::Responds | End::RespondsAndCloses);
        if fault.acts || responds {
            ledger.apply(&method, &path, &headers);
        }
        stream.write_all(fault.says).await.ok()?;
        stream.flush().await.ok()?;
        match fault.end {
            End::Closes | End::AnswersEarly => return stream.shutdown().await.ok(),
            End::Resets | End::ResetsEarly => return socket.set_linger(Some(Duration::ZERO)).ok(),
            End::Hangs => std::future::pending().await,
            End::Floods => loop {
                stream.write_all(&[b' '; 16 * 1024]).await.ok()?;
            },
            End::Drips => loop {
                stream.write_all(b"1\r\n \r\n").await.ok()?;
                stream.flush().await.ok()?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            },
            End::Responds | End::RespondsAndCloses => {
                let body = proper_body(&method);
                let status = if body.is_empty() { "204 No Content" } else { "200 OK" };
                let length = if body.is_empty() {
                    String::new()
                } else {
                    format!("content-length: {}\r\n", body.len())
                };
                let response = format!("HTTP/1.1 {status}\r\n{length}\r\n{body}");
                stream.write_all(response.as_bytes()).await.ok()?;
                stream.flush().await.ok()?;
                if fault.end == End::RespondsAndCloses {
                    return stream.shutdown().await.ok();
                }
            }
        }
    }
}

/// Reads a request.
async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Option<(Method, String, HeaderMap)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?.parse().ok()?, words.next()?.to_owned());
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        headers.append(http::HeaderName::try_from(name).ok()?, value.parse().ok()?);
    }
    let length = headers.get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
    stream.read_exact(&mut vec![0; length.unwrap_or(0)]).await.ok()?;
    Some((method, path, headers))
}
