//! A server that returns the responses of Knock with as little work per request as possible, so that the clients are what
//! is measured.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use crate::Result;

/// The largest page that Knock returns.
const MAX_PAGE: usize = 50;
const STATUSES: [&str; 4] = ["sent", "delivered", "queued", "bounced"];

/// Serves until the program ends; calls `started` with the URL.
///
/// # Errors
///
/// If no port can be bound.
pub fn run(started: impl FnOnce(&str)) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        started(&format!("http://{}", listener.local_addr()?));
        serve(listener).await
    })
}

/// Serves all connections to the listener, each in its own task.
///
/// # Errors
///
/// If a connection cannot be accepted.
pub async fn serve(listener: TcpListener) -> Result<()> {
    let responses = Arc::new(Responses::new());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(connection(stream, Arc::clone(&responses)));
    }
}

async fn connection(stream: TcpStream, responses: Arc<Responses>) {
    let service = service_fn(move |request| {
        let responses = Arc::clone(&responses);
        async move { Ok::<_, Infallible>(responses.respond(request).await) }
    });
    // A client may disconnect at any time.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// The bodies of responses, built in advance if possible.
struct Responses {
    count: AtomicU64,
    user: Bytes,
    bulk_operation: Bytes,
    /// The page of n messages is at index n - 1.
    pages: Vec<Bytes>,
}

impl Responses {
    fn new() -> Self {
        let pages = (1..=MAX_PAGE).map(|size| Bytes::from(messages(size).to_string())).collect();
        let [user, bulk_operation] = [user(), bulk_operation()].map(|body| Bytes::from(body.to_string()));
        Self { count: AtomicU64::new(0), user, bulk_operation, pages }
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, mut body) = request.into_parts();
        while let Some(Ok(_)) = body.frame().await {}
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let (status, body) = self.find(&parts.method, parts.uri.path(), parts.uri.query(), count);
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        headers.insert("x-request-id", HeaderValue::from(count));
        response
    }

    fn find(&self, method: &Method, path: &str, query: Option<&str>, count: u64) -> (StatusCode, Bytes) {
        let found = match *method {
            Method::POST if is_between(path, "/v1/workflows/", "/trigger") => Some(run_started(count)),
            Method::POST if path == "/v1/users/bulk/identify" => Some(self.bulk_operation.clone()),
            Method::PUT if is_between(path, "/v1/users/", "") => Some(self.user.clone()),
            Method::GET if path == "/v1/messages" => self.page(query),
            _ => None,
        };
        let missing = || (StatusCode::NOT_FOUND, Bytes::from_static(br#"{"message":"no such route"}"#));
        found.map_or_else(missing, |body| (StatusCode::OK, body))
    }

    fn page(&self, query: Option<&str>) -> Option<Bytes> {
        let size = query.and_then(|query| query.strip_prefix("page_size="));
        let size = size.map_or(Some(MAX_PAGE), |size| size.parse().ok())?;
        self.pages.get(size.checked_sub(1)?).cloned()
    }
}

/// Returns whether a path is one segment between these two.
fn is_between(path: &str, start: &str, end: &str) -> bool {
    let segment = path.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    segment.is_some_and(|segment| !segment.is_empty() && !segment.contains('/'))
}

fn id(of: u64, index: usize) -> String {
    Uuid::from_u64_pair(of, index as u64).to_string()
}

fn run_started(count: u64) -> Bytes {
    let id = Uuid::from_u64_pair(0x6f9b_1e2c_5d3a_4f07, count);
    Bytes::from(format!(r#"{{"workflow_run_id":"{id}"}}"#))
}

fn user() -> Value {
    json!({
        "__typename": "User",
        "id": "jhammond",
        "name": "John Hammond",
        "email": "jhammond@ingen.net",
        "phone_number": null,
        "avatar": null,
        "timezone": null,
        "created_at": null,
        "updated_at": "2026-01-02T03:04:05.678901Z",
    })
}

/// A bulk operation that was finished at once, so that nobody has to wait for it.
fn bulk_operation() -> Value {
    json!({
        "__typename": "BulkOperation",
        "id": "b4f6f61e-3634-4e80-af0d-9c83e9acc6f3",
        "name": "users.identify",
        "status": "completed",
        "estimated_total_rows": 1000,
        "processed_rows": 1000,
        "success_count": 1000,
        "error_count": 0,
        "error_items": [],
        "progress_path": "https://api.knock.app/v1/bulk_operations/b4f6f61e-3634-4e80-af0d-9c83e9acc6f3",
        "inserted_at": "2026-01-02T03:04:05.678901Z",
        "updated_at": "2026-01-02T03:04:06.012345Z",
        "started_at": "2026-01-02T03:04:05.912345Z",
        "completed_at": "2026-01-02T03:04:06.012345Z",
        "failed_at": null,
    })
}

fn messages(size: usize) -> Value {
    json!({
        "items": (0..size).map(message).collect::<Vec<_>>(),
        "page_info": { "__typename": "PageInfo", "after": null, "before": null, "page_size": size },
    })
}

fn message(index: usize) -> Value {
    let is_read = index.is_multiple_of(3);
    json!({
        "__typename": "Message",
        "id": format!("2w3YUpTTOxuDvZFji8OMsKrG{index:03}"),
        "recipient": if index % 5 == 4 {
            json!({ "id": format!("paddock-{index}"), "collection": "paddocks" })
        } else {
            json!(format!("user_{index}"))
        },
        "status": STATUSES[index % STATUSES.len()],
        "engagement_statuses": if is_read { json!(["seen", "read"]) } else { json!([]) },
        "channel": {
            "id": "8209f26c-62a5-461d-95e2-a5716a26e652",
            "key": "sendgrid",
            "name": "Sendgrid",
            "provider": "sendgrid",
            "type": "email",
            "created_at": "2024-03-04T05:06:07.123456Z",
            "updated_at": "2025-03-04T05:06:07.123456Z",
        },
        "channel_id": "8209f26c-62a5-461d-95e2-a5716a26e652",
        "source": {
            "__typename": "NotificationSource",
            "key": "dinosaurs-loose",
            "type": "workflow",
            "categories": ["security", "emergency"],
            "version_id": "123e4567-e89b-12d3-a456-426614174000",
            "step_ref": "email_1",
            "workflow_run_id": id(1, index),
            "workflow_recipient_run_id": id(2, index),
        },
        "workflow": "dinosaurs-loose",
        "tenant": "jurassic-park",
        "actors": ["dnedry"],
        "data": {
            "type": "trex",
            "priority": 1,
            "paddock": { "id": index, "name": "Tyrannosaur Paddock" },
            "message": "Life finds a way",
        },
        "metadata": { "external_id": id(3, index) },
        "recipient_snapshot": { "email": format!("user_{index}@ingen.net"), "name": "Ellie Sattler" },
        "scheduled_at": null,
        "seen_at": if is_read { json!("2026-01-02T03:09:05.678901Z") } else { Value::Null },
        "read_at": if is_read { json!("2026-01-02T03:09:15.678901Z") } else { Value::Null },
        "interacted_at": null,
        "link_clicked_at": null,
        "clicked_at": null,
        "archived_at": null,
        "inserted_at": "2026-01-02T03:04:05.678901Z",
        "updated_at": "2026-01-02T03:04:09.012345Z",
    })
}
