//! What was sent for a message over the network, and what came back.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

/// How many attempts a message keeps: Knock makes at most 8.
const MAX_ATTEMPTS: usize = 10;
/// Longer bodies are cut, in bytes.
const MAX_BODY: usize = 16 * 1024;

/// The attempts to deliver a message, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempts(Vec<Attempt>);

#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    at: Timestamp,
    kind: &'static str,
    /// Attempts that sent the same share it.
    request: Option<Arc<Sent>>,
    response: Option<Response>,
    /// Why there was no response, or why nothing was sent.
    error: Option<String>,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// A status and a body.
#[derive(Clone, Debug)]
struct Response {
    status: u16,
    body: String,
}

impl Attempt {
    /// The request of a webhook channel.
    pub(crate) fn http(at: Timestamp, request: Sent, outcome: Result<(u16, &[u8]), &str>) -> Self {
        match outcome {
            Ok((status, body)) => {
                let body = String::from_utf8_lossy(body);
                Self::new("http", at, Some(request), Some((status, &*body)), None)
            }
            Err(error) => Self::new("http", at, Some(request), None, Some(error)),
        }
    }

    /// An email to an SMTP server. A server that refuses it has responded.
    pub(crate) fn smtp(
        at: Timestamp,
        request: Option<Sent>,
        response: Option<(u16, &str)>,
        error: Option<&str>,
    ) -> Self {
        Self::new("smtp", at, request, response, error)
    }

    fn new(
        kind: &'static str,
        at: Timestamp,
        request: Option<Sent>,
        response: Option<(u16, &str)>,
        error: Option<&str>,
    ) -> Self {
        let request = request.map(|request| Arc::new(Sent { body: cut(&request.body), ..request }));
        let response = response.map(|(status, body)| Response { status, body: cut(body) });
        Self { at, kind, request, response, error: error.map(str::to_owned) }
    }

    fn render(&self) -> Value {
        json!({
            "at": self.at,
            "kind": self.kind,
            "request": self.request.as_ref().map(|sent| json!({
                "method": sent.method,
                "url": sent.url,
                "headers": sent.headers,
                "body": sent.body,
            })),
            "response": self.response.as_ref().map(|came| json!({ "status": came.status, "body": came.body })),
            "error": self.error,
        })
    }
}

impl Attempts {
    pub(crate) fn push(&mut self, mut attempt: Attempt) {
        if let Some(last) = self.0.last()
            && last.request == attempt.request
        {
            attempt.request.clone_from(&last.request);
        }
        if self.0.len() == MAX_ATTEMPTS {
            self.0.remove(0);
        }
        self.0.push(attempt);
    }

    pub(crate) fn render(&self) -> Value {
        self.0.iter().map(Attempt::render).collect()
    }
}

/// The beginning of a text, at a character boundary.
fn cut(text: &str) -> String {
    let end = (0..=text.len().min(MAX_BODY)).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(body: &str) -> Sent {
        let (method, url) = ("POST".to_owned(), "http://localhost/".to_owned());
        Sent { method, url, headers: vec![("a".to_owned(), "b".to_owned())], body: body.to_owned() }
    }

    #[test]
    fn the_latest_10_are_kept_and_share_their_request() {
        let mut attempts = Attempts::default();
        for status in 0..12 {
            attempts.push(Attempt::http(Timestamp::UNIX_EPOCH, sent("x"), Ok((status, b"y"))));
        }
        let rendered = attempts.render();
        let statuses: Vec<_> =
            rendered.as_array().unwrap().iter().map(|one| one["response"]["status"].clone()).collect();
        assert_eq!(statuses, (2..12).map(|status| json!(status)).collect::<Vec<_>>());
        assert_eq!(rendered[0]["request"]["headers"], json!([["a", "b"]]));
        let shared = |attempt: &Attempt| Arc::as_ptr(attempt.request.as_ref().unwrap());
        assert!(attempts.0.iter().all(|attempt| shared(attempt) == shared(&attempts.0[0])));
    }

    #[test]
    fn bodies_are_cut_at_a_character() {
        let long = format!("x{}", "ä".repeat(MAX_BODY));
        let attempt = Attempt::http(Timestamp::UNIX_EPOCH, sent(&long), Ok((200, long.as_bytes()))).render();
        for part in ["request", "response"] {
            let body = attempt[part]["body"].as_str().unwrap();
            assert_eq!(body.len(), MAX_BODY - 1, "{part}");
            assert!(body.ends_with('ä'));
        }
        let failed = Attempt::http(Timestamp::UNIX_EPOCH, sent(""), Err("refused")).render();
        assert_eq!((&failed["response"], &failed["error"]), (&Value::Null, &json!("refused")));
        let refused = Attempt::smtp(Timestamp::UNIX_EPOCH, None, Some((550, "no")), None).render();
        assert_eq!((&refused["kind"], &refused["response"]["status"]), (&json!("smtp"), &json!(550)));
    }
}
