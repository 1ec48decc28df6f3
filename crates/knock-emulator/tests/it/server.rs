use std::time::{Duration, Instant, SystemTime};

use knock_emulator::{DEFAULT_KEY, Emulator, Fault, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const BODY: &str = r#"{"recipients":["u"]}"#;

async fn start() -> Server {
    Server::start(Emulator::new(), ([127, 0, 0, 1], 0).into()).await.unwrap()
}

fn trigger() -> String {
    format!(
        "POST /v1/workflows/w/trigger HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {DEFAULT_KEY}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    )
}

/// Sends one trigger and reads to the end of the JSON or the connection.
async fn exchange(stream: &mut TcpStream) -> std::io::Result<String> {
    stream.write_all(trigger().as_bytes()).await?;
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    while !text.ends_with(b"}") {
        match stream.read(&mut buffer).await? {
            0 => break,
            read => text.extend_from_slice(&buffer[..read]),
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test]
async fn a_connection_is_kept_alive() {
    let server = start().await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    for _ in 0..3 {
        let response = exchange(&mut stream).await.unwrap();
        assert!(
            response.starts_with("HTTP/1.1 200 OK") && response.contains("workflow_run_id"),
            "{response}"
        );
        assert!(response.contains("x-request-id: "));
    }
    assert_eq!(server.emulator().triggers(), 3);
}

#[tokio::test]
async fn its_clock_is_that_of_the_system_and_ahead_by_what_it_was_moved() {
    const HOUR: Duration = Duration::from_secs(3600);
    type Prepare = fn(&Emulator);
    for (prepare, hours) in [
        ((|_| {}) as Prepare, 0),
        // as for a seed, and by a client in the same process
        (|emulator| emulator.advance_to(SystemTime::now()), 0),
        (|emulator| drop(emulator.transport()), 0),
        (|emulator| emulator.advance(HOUR), 1),
        (|emulator| emulator.advance_to(SystemTime::now() + HOUR), 1),
        (
            |emulator| {
                emulator.advance_to(SystemTime::now());
                emulator.advance(HOUR);
            },
            1,
        ),
    ] {
        let emulator = Emulator::new();
        prepare(&emulator);
        let server = emulator.serve().await.unwrap();
        for moved in 0..3 {
            let ahead = server.emulator().now().duration_since(SystemTime::now() - HOUR / 2).unwrap();
            assert!(ahead >= HOUR * (hours + moved) && ahead < HOUR * (hours + moved + 1), "{ahead:?}");
            if moved == 0 {
                server.emulator().advance(HOUR);
            } else {
                server.emulator().advance_to(server.emulator().now() + HOUR);
            }
        }
    }
}

#[tokio::test]
async fn connections_can_be_dropped() {
    let server = start().await;
    for (fault, triggers) in [(Fault::drop_before(), 0), (Fault::drop_after(), 1)] {
        server.emulator().fault(fault);
        let mut stream = TcpStream::connect(server.addr()).await.unwrap();
        // A client sees the end of the stream or a reset.
        let response = exchange(&mut stream).await.unwrap_or_default();
        assert_eq!(response, "", "nothing is sent");
        assert_eq!(server.emulator().triggers(), triggers);
    }
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    assert!(exchange(&mut stream).await.unwrap().starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_delayed_response_does_not_block_others() {
    let server = start().await;
    server.emulator().fault(Fault::delay(Duration::from_millis(150)));
    let started = Instant::now();
    let mut slow = TcpStream::connect(server.addr()).await.unwrap();
    let mut quick = TcpStream::connect(server.addr()).await.unwrap();
    let late = tokio::spawn(async move { exchange(&mut slow).await.unwrap() });
    while server.emulator().triggers() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    exchange(&mut quick).await.unwrap();
    let quick = started.elapsed();
    assert!(late.await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(started.elapsed() >= Duration::from_millis(150) && quick < started.elapsed());
}

#[tokio::test]
async fn stopping_closes_everything() {
    let server = start().await;
    let addr = server.addr();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    exchange(&mut stream).await.unwrap();
    server.stop().await;
    assert!(TcpStream::connect(addr).await.is_err());
    assert_eq!(exchange(&mut stream).await.unwrap_or_default(), "");
}
