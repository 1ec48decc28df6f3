//! The server: it sends the requests of steps, and the program names what is wrong in the directory.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use knock_emulator::Server;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::project::{Project, says, sms, step};
use crate::client::Client;

/// Accepts one request, and responds with JSON.
async fn respond_once(listener: tokio::net::TcpListener, body: &str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !request.ends_with(b"\"u\"}") {
        let read = stream.read(&mut buffer).await.unwrap();
        request.extend_from_slice(&buffer[..read]);
    }
    let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(response.as_bytes()).await.unwrap();
    String::from_utf8(request).unwrap()
}

#[tokio::test]
async fn a_fetch_is_sent_and_its_response_is_used() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/things", listener.local_addr().unwrap());
    let project = Project::new();
    let settings = json!({ "method": "post", "url": url, "body": "{\"id\": \"{{ recipient.id }}\"}" });
    project.steps("test", json!([step("http_fetch", "fetch", settings), says("after", "{{ name }}")]));
    let server = Server::start(project.builder().build(), ([127, 0, 0, 1], 0).into()).await.unwrap();
    let emulator = server.emulator().clone();
    let body = json!({ "recipients": [{ "id": "u", "phone_number": "1" }] });
    let request = Client::request("POST", "/v1/workflows/test/trigger", Some(&body));
    assert_eq!(emulator.handle(request, emulator.now()).status(), 200);
    let request = respond_once(listener, r#"{"name": "thing"}"#).await;
    assert!(request.starts_with("POST /things HTTP/1.1\r\n"), "{request}");
    let delivery = loop {
        match emulator.deliveries(emulator.now()).pop() {
            Some(delivery) => break delivery,
            None => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    assert_eq!(delivery.content().unwrap()["body"], "thing");
}

#[tokio::test]
async fn time_passes_in_a_server_without_requests() {
    let project = Project::new();
    project.steps("test", json!([super::project::delay("wait", 1), sms("after")]));
    let server = Server::start(project.builder().build(), ([127, 0, 0, 1], 0).into()).await.unwrap();
    let emulator = server.emulator().clone();
    let body = json!({ "recipients": [{ "id": "u", "phone_number": "1" }] });
    let request = Client::request("POST", "/v1/workflows/test/trigger", Some(&body));
    assert_eq!(emulator.handle(request, emulator.now()).status(), 200);
    let sent = || {
        // this is no request to the emulator, and does not move its clock
        emulator.runs().len() == 1 && emulator.deliveries(std::time::SystemTime::UNIX_EPOCH).len() == 1
    };
    while !sent() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn the_program_names_what_is_wrong_and_serves_the_rest() {
    let project = Project::new();
    project.steps("good", json!([]));
    project.write("knock/workflows/bad/workflow.json", "{");
    let path = project.0.display().to_string();
    let mut child = crate::binary::command()
        .args(["--port", "0", "--knock-dir", &path])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let greeting: Vec<String> = lines.by_ref().take(5).map(Result::unwrap).collect();
    let mut problems = BufReader::new(child.stderr.take().unwrap()).lines();
    let problem = problems.next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(greeting[3].starts_with("Workflows: those of the Knock directory"), "{greeting:?}");
    assert_eq!(problem, "workflows/bad/workflow.json:1:1: invalid JSON: EOF while parsing an object");

    let missing = crate::binary::command().args(["--knock-dir", "/nonexistent"]).output().unwrap();
    let printed = String::from_utf8(missing.stderr).unwrap();
    assert!(!missing.status.success() && printed.contains("knock.json"), "{printed}");
}

/// Nothing that is sent to the control endpoints makes a panic.
#[test]
fn control_endpoints_refuse_what_they_do_not_know() {
    let project = Project::new();
    let client = Client::of(project.builder());
    for (path, body, status) in [
        ("runs/x/continue", json!({}), 404),
        ("runs//continue", json!(null), 404),
        ("runs/continue", json!(null), 404),
        ("events", json!([]), 204),
        ("events", json!({ "user_id": 5 }), 204),
    ] {
        assert_eq!(client.control("POST", path, Some(body)).0, status, "{path}");
    }
    let invalid: (u16, Value) = client.control("GET", "runs/", None);
    assert_eq!(invalid.0, 404);
}
