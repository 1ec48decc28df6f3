//! The socket that tells the page of changes.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use knock_emulator::{DEFAULT_KEY, Emulator, Server, Workflow};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Generous: a loaded machine is no failure.
const LONG: Duration = Duration::from_secs(60);

type Stream = WebSocketStream<TcpStream>;

fn emulator() -> Emulator {
    let delayed = Workflow::new("delayed").delay(Duration::from_millis(200));
    Emulator::builder().workflow(Workflow::new("w")).workflow(delayed).build()
}

async fn start() -> Server {
    Server::start(emulator(), ([127, 0, 0, 1], 0).into()).await.unwrap()
}

async fn connect_as(addr: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Stream, Error> {
    let mut request = format!("ws://{addr}/_emulator/socket").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let tcp = TcpStream::connect(addr).await.unwrap();
    Ok(client_async(request, tcp).await?.0)
}

async fn connect(server: &Server) -> Stream {
    connect_as(server.addr(), &[]).await.unwrap()
}

async fn next(stream: &mut Stream) -> u64 {
    match timeout(LONG, stream.next()).await.unwrap().unwrap().unwrap() {
        Message::Text(text) => {
            let told: Value = serde_json::from_str(&text).unwrap();
            told["revision"].as_u64().unwrap()
        }
        other => panic!("{other:?}"),
    }
}

fn request(workflow: &str) -> http::Request<bytes::Bytes> {
    http::Request::post(format!("/v1/workflows/{workflow}/trigger"))
        .header("authorization", format!("Bearer {DEFAULT_KEY}"))
        .header("content-type", "application/json")
        .body(json!({ "recipients": ["u"] }).to_string().into())
        .unwrap()
}

fn delayed() -> http::Request<bytes::Bytes> {
    request("delayed")
}

fn trigger(server: &Server) {
    let emulator = server.emulator();
    assert_eq!(emulator.handle(request("w"), emulator.now()).status(), 200);
}

fn messages(server: &Server) -> (u64, u64) {
    let emulator = server.emulator();
    let request = http::Request::get("/_emulator/messages").body(bytes::Bytes::new()).unwrap();
    let list: Value = serde_json::from_slice(emulator.handle(request, emulator.now()).body()).unwrap();
    (list["total"].as_u64().unwrap(), list["revision"].as_u64().unwrap())
}

#[tokio::test]
async fn a_page_is_told_at_once_and_after_each_change() {
    let server = start().await;
    let mut stream = connect(&server).await;
    let first = next(&mut stream).await;
    trigger(&server);
    let second = next(&mut stream).await;
    assert!(second > first, "{first}, then {second}");
    assert_eq!(messages(&server), (1, second));
}

/// Nobody calls, but the page waits for what is due. The revision then is the one that an emulator without a server has.
#[tokio::test]
async fn time_goes_on_while_a_page_is_open() {
    let (twin, now) = (emulator(), std::time::SystemTime::now());
    let revision = |now| {
        let request = http::Request::get("/_emulator/status").body(bytes::Bytes::new()).unwrap();
        let status: Value = serde_json::from_slice(twin.handle(request, now).body()).unwrap();
        status["revision"].as_u64().unwrap()
    };
    assert_eq!(twin.handle(delayed(), now).status(), 200);
    let (queued, sent) = (revision(now), revision(now + Duration::from_secs(1)));
    assert!(queued < sent, "{queued}, then {sent}");

    let server = start().await;
    let mut stream = connect(&server).await;
    assert_eq!(next(&mut stream).await, 0);
    assert_eq!(server.emulator().handle(delayed(), server.emulator().now()).status(), 200);
    while next(&mut stream).await < sent {}
}

#[tokio::test]
async fn a_foreign_page_cannot_open_it() {
    let server = start().await;
    let addr = server.addr();
    for (headers, status) in [
        (&[("origin", "https://evil.test")][..], 403),
        (&[("origin", "null")], 403),
        (&[("host", "evil.test:4010")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("origin", "http://localhost:3000")], 101),
        (&[("host", "localhost:4010"), ("origin", "http://localhost:4010")], 101),
    ] {
        let given = match connect_as(addr, headers).await {
            Ok(_) => 101,
            Err(Error::Http(response)) => response.status().as_u16(),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(given, status, "{headers:?}");
    }
    let mut plain = TcpStream::connect(addr).await.unwrap();
    let request = "GET /_emulator/socket HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut plain, request.as_bytes()).await.unwrap();
    let mut text = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut plain, &mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 426"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_pages_and_one_that_does_not_read_do_no_harm() {
    const PAGES: usize = 200;
    let server = start().await;
    // it never reads
    let _slow = connect(&server).await;
    let mut streams = Vec::new();
    for _ in 0..PAGES {
        let mut stream = connect(&server).await;
        next(&mut stream).await;
        streams.push(stream);
    }
    for _ in 0..500 {
        trigger(&server);
    }
    let (total, last) = messages(&server);
    assert_eq!(total, 500);
    for stream in &mut streams {
        let mut texts = 1;
        while next(stream).await < last {
            texts += 1;
        }
        assert!(texts < 500, "changes that come together are told together");
    }
    // there is an end to what can be open, and it is another one than that of feeds
    for _ in PAGES + 1..256 {
        streams.push(connect(&server).await);
    }
    match connect_as(server.addr(), &[]).await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 503),
        other => panic!("{other:?}"),
    }
    drop(streams.split_off(PAGES));
    let reopened = async {
        while connect_as(server.addr(), &[]).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LONG, reopened).await.unwrap();
}

/// The time is simulated, so this takes none.
#[tokio::test(start_paused = true)]
async fn a_page_that_went_away_silently_is_disconnected() {
    let server = start().await;
    let addr = server.addr();
    let mut stream = connect_as(addr, &[]).await.unwrap();
    let start = tokio::time::Instant::now();
    // it reads what comes, but never replies to a ping: that would take a flush
    let raw = stream.get_mut();
    let mut buffer = [0; 1024];
    while tokio::io::AsyncReadExt::read(raw, &mut buffer).await.is_ok_and(|read| read > 0) {}
    let silence = start.elapsed();
    assert!((Duration::from_secs(60)..Duration::from_secs(120)).contains(&silence), "{silence:?}");
}
