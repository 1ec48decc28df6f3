//! The recordings, as `README.md` describes them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The package of version 1, written by a generator.
pub const NODE_1: &str = "1.35.0";
/// The last package of version 0, written by hand.
pub const NODE_0: &str = "0.6.19";

/// One call of an official package and what came of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The package's version.
    #[serde(skip)]
    pub version: String,
    /// Version, method and variant, for example `1.35.0/users.get/id-slash`.
    pub name: String,
    /// The operation that the call is meant for, for example `GET /v1/users/{user_id}`.
    pub operation: String,
    /// Whether the request does not reach it.
    #[serde(default)]
    pub off_operation: bool,
    /// The options of the client that are not the defaults.
    #[serde(default)]
    pub client: Map<String, Value>,
    /// The environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The call.
    pub call: RecordedCall,
    /// What was sent.
    pub request: Option<Request>,
    /// What was thrown, if nothing was sent.
    pub error: Option<RecordedError>,
}

/// A method of the official package with its arguments.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedCall {
    /// The method, for example `users.get`.
    pub method: String,
    /// The arguments.
    pub args: Vec<Value>,
    /// The response to the call itself, if the request is that for the next page.
    pub first_response: Option<Value>,
}

/// An error of the official package.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedError {
    /// Its class.
    pub name: String,
    /// Its message.
    pub message: String,
    /// The status of the response that caused it. Only `retries.json` has it.
    #[serde(default)]
    pub status: Option<u16>,
}

/// A request on the wire.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path, byte for byte.
    pub path: String,
    /// The query, byte for byte.
    pub query: Option<String>,
    /// The headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The header of this name.
    pub content_length: Option<usize>,
    /// The body as JSON.
    pub body: Option<Value>,
    /// The body as text, if it is not the compact form of its JSON.
    #[serde(default)]
    pub body_text: Option<String>,
}

impl Case {
    /// The last part of the name.
    pub fn variant(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }
}

impl Request {
    /// Replaces the body and the headers that depend on it.
    pub fn set_body(&mut self, body: Option<Value>) {
        self.content_length = body.as_ref().map(|body| body.to_string().len());
        if body.is_none() {
            self.headers.remove("content-type");
        }
        self.body = body;
        self.body_text = None;
    }

    /// The `name=value` parts of the query, as they are on the wire.
    pub fn query_parts(&self) -> Vec<String> {
        self.query.iter().flat_map(|query| query.split('&')).map(str::to_owned).collect()
    }

    /// Replaces the query.
    pub fn set_query_parts(&mut self, parts: &[String]) {
        self.query = (!parts.is_empty()).then(|| parts.join("&"));
    }

    /// The same request with the query sorted by parameter. The order of different parameters has no meaning; that of the
    /// values of one parameter has, and is kept.
    #[must_use]
    pub fn with_sorted_query(mut self) -> Self {
        let mut parts = self.query_parts();
        parts.sort_by(|a, b| a.split('=').next().cmp(&b.split('=').next()));
        if self.query.is_some() {
            self.query = Some(parts.join("&"));
        }
        self
    }
}

/// Reads one of this SDK's requests as if it had been recorded.
impl From<http::Request<Bytes>> for Request {
    fn from(request: http::Request<Bytes>) -> Self {
        let text = |value: &http::HeaderValue| value.to_str().expect("a header is text").to_owned();
        let mut headers: BTreeMap<String, String> =
            request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        assert_eq!(headers.len(), request.headers().len(), "no header is sent twice");
        if let Some(key) = headers.get_mut("idempotency-key").filter(|key| is_random_key(key)) {
            "<random>".clone_into(key);
        }
        let content_length = headers.remove(CONTENT_LENGTH.as_str());
        let content_length = content_length.map(|length| length.parse().expect("a length is a number"));
        assert_eq!(content_length.unwrap_or_default(), request.body().len(), "the length is the body's");
        let body = (!request.body().is_empty())
            .then(|| serde_json::from_slice(request.body()).expect("a body is JSON"));
        Self {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().map(str::to_owned),
            headers,
            content_length,
            body,
            body_text: None,
        }
    }
}

/// Whether an idempotency key was generated by this SDK.
pub fn is_random_key(key: &str) -> bool {
    key.strip_prefix("knock-rust-").is_some_and(is_uuid4)
}

/// Whether `text` is a random UUID in its usual spelling.
pub fn is_uuid4(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, character)| match at {
            8 | 13 | 18 | 23 => character == '-',
            14 => character == '4',
            19 => matches!(character, '8' | '9' | 'a' | 'b'),
            _ => matches!(character, '0'..='9' | 'a'..='f'),
        })
}

/// All recorded requests, of both packages.
pub fn cases() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> =
        LazyLock::new(|| [NODE_1, NODE_0].into_iter().flat_map(read).collect());
    &CASES
}

fn read(version: &str) -> Vec<Case> {
    #[derive(Deserialize)]
    struct Recording {
        version: String,
        cases: Vec<Case>,
    }

    let mut recording: Recording = read_json(&format!("node-{version}.json"));
    assert_eq!(recording.version, version);
    for case in &mut recording.cases {
        version.clone_into(&mut case.version);
        case.name = format!("{version}/{}", case.name);
    }
    recording.cases
}

/// Reads a file of `recordings/`.
pub fn read_json<T: DeserializeOwned>(file: &str) -> T {
    let text = read_text(&format!("recordings/{file}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Reads a file of this package.
pub fn read_text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
