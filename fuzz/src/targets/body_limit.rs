//! Any response of a server, plain or packed, read up to a limit.
//!
//! The input is read as choices. On Unix the server listens at a socket in the file system, because there are too few
//! ports for the connections of a long run.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use flate2::Compression;
use flate2::write::GzEncoder;
use knock_core::call::{Call, Ready};
use knock_core::{
    Config, Method, Operation, Transport, TransportError, TransportErrorKind, UnixTime, custom,
};
use knock_reqwest::ReqwestTransport;
use reqwest::ClientBuilder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
#[cfg(not(unix))]
use tokio::net::{TcpListener as Listener, TcpStream as Stream};
#[cfg(unix)]
use tokio::net::{UnixListener as Listener, UnixStream as Stream};
use tokio::runtime::Runtime;

use crate::KEY;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Checks one input.
pub fn check(input: &[u8]) {
    thread_local! {
        static LAB: Lab = Lab::new();
    }
    // Bytes that are too few make no case.
    if input.len() < Case::size_hint(0).0 {
        return;
    }
    if let Ok(case) = Case::arbitrary_take_rest(Unstructured::new(input)) {
        LAB.with(|lab| case.check(lab));
    }
}

/// A response, and the limit.
#[derive(Debug, Arbitrary)]
struct Case {
    limit: u16,
    near: bool,
    piece: Vec<u8>,
    times: u16,
    packing: Packing,
    length: Length,
    /// The size of the chunks and of what the server writes at once.
    chunk: u8,
    /// How much is missing at the end.
    cut: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Arbitrary)]
enum Packing {
    Plain,
    Gzip,
    /// Two members, one after the other, of which readers may read the first only.
    GzipOfTwo,
    /// The body is not gzip, although the header says so.
    NotGzip,
}

#[derive(Debug, Clone, Copy, PartialEq, Arbitrary)]
enum Length {
    Exact,
    Chunked,
    Close,
    /// The header says any number.
    Wrong(u32),
}

impl Case {
    /// What the server has to say, before it is packed: up to 256 KiB, which takes some milliseconds.
    fn unpacked(&self) -> Vec<u8> {
        let most = (256 * 1024) / self.piece.len().max(1);
        self.piece.repeat(most.min(self.times.into()))
    }

    fn limit(&self, size: usize) -> usize {
        // Most bugs are near the size.
        let limit = if self.near {
            (size + usize::from(self.limit % 8)).saturating_sub(4)
        } else {
            self.limit.into()
        };
        // Zero is refused.
        limit.max(1)
    }

    fn packed(&self, body: &[u8]) -> Vec<u8> {
        match self.packing {
            Packing::Plain | Packing::NotGzip => body.to_vec(),
            Packing::Gzip => gzip(body),
            Packing::GzipOfTwo => {
                let (first, second) = body.split_at(body.len() / 2);
                [gzip(first), gzip(second)].concat()
            }
        }
    }

    fn response(&self, packed: &[u8]) -> Vec<u8> {
        let mut says = b"HTTP/1.1 200 OK\r\nconnection: close\r\n".to_vec();
        if self.packing != Packing::Plain {
            says.extend_from_slice(b"content-encoding: gzip\r\n");
        }
        match self.length {
            Length::Exact => says.extend(format!("content-length: {}\r\n\r\n", packed.len()).bytes()),
            Length::Wrong(length) => says.extend(format!("content-length: {length}\r\n\r\n").bytes()),
            Length::Close => says.extend_from_slice(b"\r\n"),
            Length::Chunked => says.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n"),
        }
        if self.length == Length::Chunked {
            for chunk in packed.chunks(self.chunk()) {
                says.extend(format!("{:x}\r\n", chunk.len()).bytes());
                says.extend_from_slice(chunk);
                says.extend_from_slice(b"\r\n");
            }
            says.extend_from_slice(b"0\r\n\r\n");
        } else {
            says.extend_from_slice(packed);
        }
        says.truncate(says.len() - usize::from(self.cut.unwrap_or_default()).min(packed.len()));
        says
    }

    fn chunk(&self) -> usize {
        usize::from(self.chunk) * 16 + 1
    }

    fn check(&self, lab: &Lab) {
        let body = self.unpacked();
        let limit = self.limit(body.len());
        let says = self.response(&self.packed(&body));
        let result = lab.get(says, limit);
        let is_whole = self.cut.unwrap_or_default() == 0 && !matches!(self.length, Length::Wrong(_));
        match result {
            Ok(read) => {
                assert!(read.len() <= limit, "{} bytes, although the limit is {limit}", read.len());
                if is_whole && matches!(self.packing, Packing::Plain | Packing::Gzip) {
                    assert_eq!(read, body);
                }
            }
            Err(error) => {
                let kinds = [TransportErrorKind::TooLarge, TransportErrorKind::Interrupted];
                assert!(kinds.contains(&error.kind()), "{error:?}");
                if is_whole && matches!(self.packing, Packing::Plain | Packing::Gzip) {
                    assert_eq!(error.kind(), TransportErrorKind::TooLarge, "{error:?}");
                    // What is packed may be larger than what it holds.
                    assert!(
                        body.len() > limit || self.packed(&body).len() > limit,
                        "{} bytes of {limit}",
                        body.len()
                    );
                }
            }
        }
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(body).expect("memory takes everything");
    packed.finish().expect("memory takes everything")
}

/// A server that says what it is told to, and a client of it.
struct Lab {
    runtime: Runtime,
    transport: ReqwestTransport,
    base_url: String,
    says: Arc<Mutex<Vec<u8>>>,
}

impl Lab {
    fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        let http = reqwest::Client::builder().gzip(true).no_proxy().pool_max_idle_per_host(0);
        let inside = runtime.enter();
        let (listener, http, base_url) = listen(http);
        drop(inside);
        let says = Arc::new(Mutex::new(Vec::new()));
        runtime.spawn(serve(listener, Arc::clone(&says)));
        let transport = ReqwestTransport::with_client(http.build().expect("the settings are valid"));
        Self { runtime, transport, base_url, says }
    }

    fn get(&self, says: Vec<u8>, limit: usize) -> Result<bytes::Bytes, TransportError> {
        *self.says.lock().unwrap_or_else(PoisonError::into_inner) = says;
        let config = Config::builder(KEY).base_url(&self.base_url).max_response_bytes(limit).timeout(TIMEOUT);
        let config = config.build().expect("the settings are valid");
        let now = UnixTime::from_secs(1_790_000_000);
        let prepared = custom::request::<()>(Method::Get, "/v1/things").prepare([7; 16]).expect("valid");
        let call: Call<Ready> =
            Call::new(&config, prepared, None, now, [7; 16]).expect("there are no options");
        let (request, sent) = call.send(now).expect("the request is valid");
        let response = self.runtime.block_on(self.transport.send(request, sent.attempt()));
        response.map(http::Response::into_body)
    }
}

/// Opens a server, and returns a client that reaches it at a URL.
#[cfg(unix)]
fn listen(http: ClientBuilder) -> (Listener, ClientBuilder, String) {
    let path = socket();
    let _ = std::fs::remove_file(&path);
    let listener = Listener::bind(&path).expect("the path is free");
    (listener, http.unix_socket(path), "http://localhost".to_owned())
}

/// Opens a server, and returns a client that reaches it at a URL.
#[cfg(not(unix))]
fn listen(http: ClientBuilder) -> (Listener, ClientBuilder, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    listener.set_nonblocking(true).expect("sockets can be nonblocking");
    (Listener::from_std(listener).expect("it is nonblocking"), http, format!("http://{address}"))
}

/// Each process has its own socket.
#[cfg(unix)]
fn socket() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("knock-fuzz-{}.sock", std::process::id()))
}

#[cfg(unix)]
impl Drop for Lab {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(socket());
    }
}

async fn serve(listener: Listener, says: Arc<Mutex<Vec<u8>>>) {
    while let Ok((client, _)) = listener.accept().await {
        let says = says.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tokio::spawn(respond(client, says));
    }
}

async fn respond(mut client: Stream, says: Vec<u8>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        client.read_buf(&mut head).await.ok().filter(|read| *read > 0)?;
    }
    // In two parts, so that a body does not always come in one.
    let (first, second) = says.split_at(says.len() / 2);
    client.write_all(first).await.ok()?;
    tokio::task::yield_now().await;
    client.write_all(second).await.ok()?;
    client.shutdown().await.ok()
}
