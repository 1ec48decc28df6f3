//! A client with a simulated clock.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use knock_emulator::{Builder, DEFAULT_KEY, Delivery, Emulator, Reply};
use serde_json::Value;

pub(crate) struct Client {
    pub(crate) emulator: Emulator,
    now: Cell<SystemTime>,
}

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) http: http::Response<Bytes>,
}

impl Client {
    pub(crate) fn new() -> Self {
        Self::of(Emulator::builder())
    }

    pub(crate) fn of(builder: Builder) -> Self {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_689_600); // 2025-01-01
        Self { emulator: builder.build(), now: Cell::new(start) }
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.now.get()
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.now.set(self.now.get() + Duration::from_secs(seconds));
    }

    pub(crate) fn wait_millis(&self, millis: u64) {
        self.now.set(self.now.get() + Duration::from_millis(millis));
    }

    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.emulator.deliveries(self.now())
    }

    /// The recipients of all deliveries, in order.
    pub(crate) fn reached(&self) -> Vec<String> {
        self.deliveries().iter().map(|delivery| delivery.recipient.to_string()).collect()
    }

    pub(crate) fn request(method: &str, path: &str, body: Option<&Value>) -> Request<Bytes> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {DEFAULT_KEY}"));
        match body {
            None => request.body(Bytes::new()),
            Some(body) => {
                request.header("content-type", "application/json").body(Bytes::from(body.to_string()))
            }
        }
        .unwrap()
    }

    pub(crate) fn send(&self, request: Request<Bytes>) -> Response {
        Response::of(self.emulator.handle(request, self.now()))
    }

    pub(crate) fn respond(&self, request: Request<Bytes>) -> Reply {
        self.emulator.respond(request, self.now())
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.send(Self::request("GET", path, None))
    }

    /// Calls a control endpoint, which has no request id. Returns the status and the body.
    pub(crate) fn control(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let body = body.map_or(Bytes::new(), |body| Bytes::from(body.to_string()));
        let request = Request::builder().method(method).uri(format!("/_emulator/{path}")).body(body).unwrap();
        let response = self.emulator.handle(request, self.now());
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
    }

    pub(crate) fn put(&self, path: &str, body: Value) -> Response {
        self.send(Self::request("PUT", path, Some(&body)))
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Response {
        self.send(Self::request("POST", path, Some(&body)))
    }

    pub(crate) fn delete(&self, path: &str) -> Response {
        self.send(Self::request("DELETE", path, None))
    }

    pub(crate) fn delete_with(&self, path: &str, body: Value) -> Response {
        self.send(Self::request("DELETE", path, Some(&body)))
    }

    pub(crate) fn trigger(&self, workflow: &str, body: Value) -> Response {
        self.post(&format!("/v1/workflows/{workflow}/trigger"), body)
    }
}

impl Response {
    pub(crate) fn of(response: http::Response<Bytes>) -> Self {
        let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        assert!(response.headers().contains_key("x-request-id"));
        Self { status: response.status().as_u16(), body, http: response }
    }

    /// Asserts that the status is 200, and returns the body.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    #[track_caller]
    pub(crate) fn no_content(self) {
        assert_eq!(self.status, 204, "{}", self.body);
        assert!(self.http.body().is_empty());
    }

    #[track_caller]
    pub(crate) fn fails(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.body["status"], status);
        assert!(self.body["message"].is_string() && self.body["type"].is_string());
        self.body
    }

    /// Asserts that the response is a 422 for this field.
    #[track_caller]
    pub(crate) fn invalid(self, field: &str) {
        let body = self.fails(422, "invalid_params");
        assert_eq!(body["errors"][0]["field"], field, "{body}");
        assert!(body["errors"][0]["message"].is_string());
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.http.headers().get(name)?.to_str().ok()
    }
}
