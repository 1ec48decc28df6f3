//! All clients in Rust send the same requests, except for the user agent, the order of headers and the random idempotency
//! key.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bench_load::bulk;
use bench_load::measure::Subject;
use bench_load::subject::{Work, bulk as bulk_subject, hyper as by_hyper, knock, reqwest as by_reqwest};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The parts of a request that must be the same.
#[derive(Debug, Clone, PartialEq)]
struct Arrived {
    method: String,
    target: String,
    headers: BTreeSet<(String, String)>,
    body: Option<Value>,
}

type Record = Arc<Mutex<Vec<Arrived>>>;

#[test]
fn triggers_are_the_same() {
    for recipients in [1, 4, 1000] {
        let arrived = assert_same(&Work::trigger(recipients));
        assert_eq!((&*arrived.method, &*arrived.target), ("POST", "/v1/workflows/dinosaurs-loose/trigger"));
        assert!(arrived.headers.contains(&("authorization".to_owned(), "Bearer sk_test_12345".to_owned())));
        assert!(arrived.headers.iter().any(|(name, _)| name == "idempotency-key"));
        let body = arrived.body.unwrap();
        assert_eq!(body["recipients"].as_array().unwrap().len(), recipients);
        assert_eq!(body["data"], json!({ "type": "trex", "priority": 1 }));
    }
}

#[test]
fn lists_are_the_same() {
    let arrived = assert_same(&Work::Messages { page_size: 25 });
    assert_eq!((&*arrived.method, &*arrived.target), ("GET", "/v1/messages?page_size=25"));
    assert_eq!(arrived.body, None);
}

#[test]
fn bulk_runs_are_the_same() {
    for (work, list) in [(bulk::Work::Import(1000), "users"), (bulk::Work::Trigger(1000), "recipients")] {
        let of_knock = recorded(async |url| drop(bulk_subject::knock(&url, work).await));
        let of_reqwest = recorded(async |url| drop(bulk_subject::by_hand(&url, work).await));
        assert_eq!(of_knock, of_reqwest);
        assert_eq!(of_knock.body.unwrap()[list].as_array().unwrap().len(), 1000);
    }
}

fn assert_same(work: &Work) -> Arrived {
    let of_knock = arrived(|url| knock::Subject::new(url, work.clone()).unwrap());
    let of_reqwest = arrived(|url| by_reqwest::Subject::new(url, work.clone()).unwrap());
    let of_hyper = arrived(|url| by_hyper::Subject::new(url, work.clone()).unwrap());
    assert_eq!(of_knock, of_reqwest);
    assert_eq!(of_knock, of_hyper);
    of_knock
}

/// Returns what arrives when a client makes one call. A call for a page fails, because the response is not one.
fn arrived<S: Subject>(make: impl FnOnce(&str) -> S) -> Arrived {
    recorded(async |url| drop(make(&url).call().await))
}

/// Returns what arrives when `run` makes one call to the server at the URL.
fn recorded(run: impl AsyncFnOnce(String)) -> Arrived {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let record = Record::default();
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(keep(listener, Arc::clone(&record)));
        run(url).await;
    });
    let mut arrived = record.lock().unwrap();
    assert_eq!(arrived.len(), 1);
    let mut arrived = arrived.remove(0);
    // Each server has its own port.
    arrived.headers.retain(|(name, _)| name != "host");
    arrived
}

async fn keep(listener: TcpListener, record: Record) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let record = Arc::clone(&record);
        let service = service_fn(move |request| respond(request, Arc::clone(&record)));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn respond(request: Request<Incoming>, record: Record) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = if body.is_empty() { None } else { Some(serde_json::from_slice(&body).unwrap()) };
    record.lock().unwrap().push(Arrived {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: comparable(&parts.headers),
        body,
    });
    Ok(Response::new(Full::from(r#"{"workflow_run_id":"run"}"#)))
}

fn comparable(headers: &HeaderMap) -> BTreeSet<(String, String)> {
    let named = headers.iter().filter(|(name, _)| *name != "user-agent");
    named
        .map(|(name, value)| match name.as_str() {
            "idempotency-key" => (name.to_string(), "random".to_owned()),
            _ => (name.to_string(), value.to_str().unwrap().to_owned()),
        })
        .collect()
}
