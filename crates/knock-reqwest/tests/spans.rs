//! What tracing shows: the facts of each attempt, but no id and no key.

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use knock_emulator::{DEFAULT_KEY, Fault};
use knock_reqwest::{Knock, Operation, users, workflows};
use support::{knock, server};
use tracing_subscriber::fmt::format::FmtSpan;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panics").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_dry_run_says_so_without_personal_data() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        let knock = Knock::dry_run();
        pollster::block_on(workflows::trigger("welcome").recipient("jane@example.com").send(&knock)).unwrap();
    });
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("WARN") && text.contains("nothing is sent to Knock"), "{text}");
    assert!(text.contains("INFO") && text.contains("knock.operation=\"workflows.trigger\""), "{text}");
    assert!(!text.contains("jane"), "{text}");
}

#[tokio::test]
async fn an_attempt_has_a_span_without_personal_data() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let server = server().await;
    let knock = knock(&server);
    server.emulator().fault(Fault::status(503));
    users::identify("jane@example.com").send(&knock).await.unwrap();
    workflows::trigger("welcome").recipient("jane@example.com").send(&knock).await.unwrap();
    server.stop().await;
    users::get("jane@example.com").send(&knock).await.unwrap_err();

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<_> = text.lines().filter(|line| line.contains("knock")).collect();
    let ours = ours.join("\n");
    for part in [
        "http.request.method=\"PUT\"",
        "url.template=\"/v1/users/{user_id}\"",
        "knock.operation=\"users.identify\"",
        "http.response.status_code=503",
        "http.request.resend_count=1",
        "http.response.status_code=200",
        "error.type=\"connection_refused\"",
        "waiting before the next attempt",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    for hidden in ["jane", DEFAULT_KEY, "authorization", "Bearer"] {
        assert!(!ours.contains(hidden), "{hidden} is in\n{ours}");
    }
}

#[tokio::test]
async fn a_long_request_id_is_cut() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        let id = "x".repeat(5000);
        write!(stream, "HTTP/1.1 404 Not Found\r\nx-request-id: {id}\r\ncontent-length: 0\r\n\r\n").unwrap();
    });
    let knock = Knock::builder().api_key(DEFAULT_KEY).base_url(url).build().unwrap();
    users::get("jhammond").send(&knock).await.unwrap_err();
    server.join().unwrap();

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let id = format!("knock.request_id=\"{}\"", "x".repeat(200));
    assert!(text.contains(&id), "{text}");
}
