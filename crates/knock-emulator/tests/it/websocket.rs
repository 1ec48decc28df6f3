use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use knock_emulator::{DEFAULT_CHANNEL, DEFAULT_KEY, DEFAULT_PUBLIC_KEY, Emulator, Server};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// Generous: a loaded machine is no failure.
const LONG: Duration = Duration::from_secs(60);

type Stream = WebSocketStream<TcpStream>;

async fn start() -> Server {
    Server::start(Emulator::new(), ([127, 0, 0, 1], 0).into()).await.unwrap()
}

async fn connect(server: &Server) -> Stream {
    connect_to(server.addr()).await
}

async fn connect_to(addr: SocketAddr) -> Stream {
    let url = format!("ws://{addr}/ws/v1/websocket?api_key={DEFAULT_PUBLIC_KEY}&vsn=2.0.0");
    let tcp = TcpStream::connect(addr).await.unwrap();
    client_async(url, tcp).await.unwrap().0
}

async fn next(stream: &mut Stream) -> Value {
    match timeout(LONG, stream.next()).await.unwrap().unwrap().unwrap() {
        Message::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn join(stream: &mut Stream, user: &str) {
    let frame = json!(["1", "1", format!("feeds:{DEFAULT_CHANNEL}:{user}"), "phx_join", { "feed": {} }]);
    stream.send(Message::text(frame.to_string())).await.unwrap();
    assert_eq!(next(stream).await[4]["status"], "ok");
}

fn trigger(server: &Server, recipients: &[String]) {
    let request = http::Request::post("/v1/workflows/w/trigger")
        .header("authorization", format!("Bearer {DEFAULT_KEY}"))
        .header("content-type", "application/json")
        .body(json!({ "recipients": recipients }).to_string().into())
        .unwrap();
    assert_eq!(server.emulator().handle(request, std::time::SystemTime::now()).status(), 200);
}

/// How the connection ends: the code of a close frame, or `None` if it is just cut.
async fn end(stream: &mut Stream) -> Option<u16> {
    loop {
        match timeout(LONG, stream.next()).await.expect("the connection is closed") {
            Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}

#[tokio::test]
async fn a_page_learns_of_a_new_message() {
    let server = start().await;
    let mut stream = connect(&server).await;
    join(&mut stream, "u").await;
    trigger(&server, &["u".to_owned()]);
    let frame = next(&mut stream).await;
    assert_eq!((&frame[3], &frame[4]["attn"]), (&json!("new-message"), &json!(["feed"])));
    server.emulator().drop_sockets();
    assert_eq!(end(&mut stream).await, None);
}

#[tokio::test]
async fn what_is_not_a_frame_closes_the_connection() {
    let server = start().await;
    for message in [
        Message::text("hello"),
        Message::text("[1,2,3]"),
        Message::text("[".repeat(60_000)),
        Message::binary(vec![0_u8; 10]),
    ] {
        let mut stream = connect(&server).await;
        stream.send(message).await.unwrap();
        // 1000 would tell the client not to connect again
        assert_eq!(end(&mut stream).await, Some(1007));
    }
    let mut stream = connect(&server).await;
    let _ = stream.send(Message::text("x".repeat(1_000_000))).await;
    assert_ne!(end(&mut stream).await, Some(1000));
    let mut stream = connect(&server).await;
    tokio::io::AsyncWriteExt::write_all(stream.get_mut(), &[0xff; 64]).await.unwrap();
    assert_ne!(end(&mut stream).await, Some(1000));
    join(&mut connect(&server).await, "u").await;
}

#[tokio::test]
async fn a_plain_request_is_told_what_this_is() {
    let server = start().await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    let request = format!(
        "GET /ws/v1/websocket?api_key={DEFAULT_PUBLIC_KEY}&vsn=2.0.0 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    );
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await.unwrap();
    let mut text = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 426") && text.contains("WebSocket"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_pages_are_told() {
    const PAGES: usize = 500;
    let server = start().await;
    let users: Vec<String> = (0..PAGES).map(|number| format!("u{number}")).collect();
    let mut streams = Vec::new();
    for user in &users {
        let mut stream = connect(&server).await;
        join(&mut stream, user).await;
        streams.push(stream);
    }
    let start = Instant::now();
    trigger(&server, &users);
    for (stream, user) in streams.iter_mut().zip(&users) {
        let frame = next(stream).await;
        assert_eq!(frame[2], format!("feeds:{DEFAULT_CHANNEL}:{user}"));
    }
    eprintln!("{PAGES} pages were told after {:?}", start.elapsed());
    server.stop().await;
    for stream in &mut streams {
        assert_ne!(end(stream).await, Some(1000));
    }
}

/// The memory that waits for one reader is bounded, and others do not wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_does_not_read_is_disconnected() {
    let server = start().await;
    let mut slow = connect(&server).await;
    join(&mut slow, "u").await;
    let mut quick = connect(&server).await;
    join(&mut quick, "u").await;
    let sent = flood(&mut slow).await;
    eprintln!("disconnected after {} kB", sent / 1000);
    trigger(&server, &["u".to_owned()]);
    assert_eq!(next(&mut quick).await[3], "new-message");
}

/// The time is simulated, so this takes none.
#[tokio::test(start_paused = true)]
async fn a_page_that_went_away_silently_is_disconnected() {
    let server = start().await;
    let mut stream = connect(&server).await;
    join(&mut stream, "u").await;
    let start = tokio::time::Instant::now();
    while let Some(Ok(_)) = stream.next().await {}
    let silence = start.elapsed();
    assert!((Duration::from_secs(60)..Duration::from_secs(120)).contains(&silence), "{silence:?}");
}

/// Asks without ever reading the replies, until the connection is closed. Returns how many bytes were sent.
async fn flood(stream: &mut Stream) -> usize {
    let heartbeat = json!([null, "x".repeat(30_000), "phoenix", "heartbeat", {}]).to_string();
    let mut sent = 0;
    while timeout(LONG, stream.send(Message::text(heartbeat.clone())))
        .await
        .expect("it is disconnected")
        .is_ok()
    {
        sent += heartbeat.len();
    }
    sent
}

/// What a process has used at most, in kB.
#[cfg(target_os = "linux")]
fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_bounded() {
    use std::io::{BufRead, BufReader};

    let mut child =
        crate::binary::command().args(["--port", "0"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    let addr =
        first.split("http://").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().parse().unwrap();
    let mut streams = Vec::new();
    for number in 0..500 {
        let mut stream = connect_to(addr).await;
        join(&mut stream, &format!("u{number}")).await;
        streams.push(stream);
    }
    let open = peak_memory(child.id());
    let floods: Vec<_> = streams
        .split_off(480)
        .into_iter()
        .map(|mut stream| tokio::spawn(async move { flood(&mut stream).await }))
        .collect();
    let mut sent = 0;
    for flood in floods {
        sent += flood.await.unwrap();
    }
    let flooded = peak_memory(child.id());
    // the others were not affected
    join(streams.last_mut().unwrap(), "again").await;
    child.kill().unwrap();
    child.wait().unwrap();
    eprintln!("{open} kB with 500 pages, {flooded} kB after {} kB from 20 that do not read", sent / 1000);
    // 20 queues of 256 kB, and what is on its way
    assert!(flooded < open + 64 * 1024, "{open} kB, then {flooded} kB");
}
