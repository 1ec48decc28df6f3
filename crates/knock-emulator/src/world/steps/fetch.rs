//! Requests in a run: <https://docs.knock.app/designing-workflows/fetch-function>.

use jiff::SignedDuration;
use knock_directory::{HttpFetch, Pairs};
use serde_json::{Value, json};

use super::super::store::World;
use super::did::{ATTEMPTS, Did, Wake};
use super::live::Live;
use super::progress::Waiting;
use super::request::{Purpose, Request, with_query};
use super::trigger_workflow::json_object;
use super::update::merge_into_data;
use crate::fetch_error::FetchError;

/// The waits before the second and the third attempt.
const WAITS: [SignedDuration; 2] = [SignedDuration::from_secs(30), SignedDuration::from_secs(60)];

impl World {
    pub(super) fn run_fetch(
        &mut self,
        live: &mut Live,
        fetch: &HttpFetch,
        scope: &Value,
        attempt: u32,
    ) -> Did {
        let request = self.request_of(fetch, scope).and_then(|request| {
            self.check_host(&request)?;
            Ok(request)
        });
        match request {
            Ok(request) => {
                let detail = json!({ "request": request.render(), "attempt": attempt });
                let request = self.request(request, Purpose::Fetch { run_id: live.id.clone() });
                Did::Waits(Waiting::Response { request, attempt }, detail)
            }
            Err(error) => Did::Failed(error),
        }
    }

    /// Merges the response into the data, or plans another attempt.
    pub(super) fn end_fetch(&mut self, live: &mut Live, fetch: &HttpFetch, wake: Wake, attempt: u32) -> Did {
        let (status, body) = match wake {
            Wake::Response(Ok(response)) => response,
            Wake::Response(Err(error @ FetchError::TimedOut)) => {
                return self.fetch_again(attempt, &error.to_string());
            }
            Wake::Response(Err(error)) => return Did::Failed(error.to_string()),
            // by hand, with the body
            Wake::Hand(known) => (200, known.to_string().into_bytes()),
            Wake::Time | Wake::Event(_) => return self.fetch_again(attempt, "there was no response"),
        };
        match status {
            200 | 201 | 204 => {
                let text = String::from_utf8_lossy(&body);
                if !text.trim().is_empty() {
                    match serde_json::from_str(&text) {
                        Ok(response) => merge_response(live, fetch.response_path.as_deref(), &response),
                        Err(error) => return Did::Failed(format!("the response is not JSON: {error}")),
                    }
                }
                Did::Done(json!({ "status": status, "body": text }))
            }
            500..=599 => self.fetch_again(attempt, &format!("the response has the status {status}")),
            _ => Did::Failed(format!("the response has the status {status}")),
        }
    }

    fn fetch_again(&self, attempt: u32, error: &str) -> Did {
        let wait = usize::try_from(attempt - 1).ok().and_then(|at| WAITS.get(at));
        let Some(wait) = wait.filter(|_| attempt < ATTEMPTS) else { return Did::Failed(error.to_owned()) };
        let at = self.now.saturating_add(*wait).unwrap_or(jiff::Timestamp::MAX);
        Did::Waits(Waiting::Until(at), json!({ "until": at, "error": error, "attempt": attempt }))
    }

    fn request_of(&self, fetch: &HttpFetch, scope: &Value) -> Result<Request, String> {
        let query = self.pairs(&fetch.query_params, scope)?;
        let mut headers = self.pairs(&fetch.headers, scope)?;
        let body = fetch.body.as_ref().map_or(Ok(String::new()), |body| self.text(body, scope))?;
        let has_type = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if !body.is_empty() && !has_type {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        if let Some(key) = &fetch.signing_key {
            let now = self.now.as_millisecond();
            headers.push(("x-knock-signature".to_owned(), signature(key, now, &body)?));
        }
        let url = with_query(self.text(&fetch.url, scope)?.trim(), &query);
        Ok(Request { method: fetch.method.as_str().to_owned(), url, headers, body })
    }

    /// Renders headers or query parameters.
    pub(super) fn pairs(&self, pairs: &Pairs, scope: &Value) -> Result<Vec<(String, String)>, String> {
        match pairs {
            Pairs::List(list) => list
                .iter()
                .map(|(name, value)| Ok((self.text(name, scope)?, self.text(value, scope)?)))
                .collect(),
            Pairs::Template(template) => {
                let text = self.text(template, scope)?;
                if text.trim().is_empty() {
                    return Ok(Vec::new());
                }
                let object = json_object(&text)?;
                let members = object.as_object().into_iter().flatten();
                Ok(members.map(|(name, value)| (name.clone(), plain(value))).collect())
            }
        }
    }
}

/// `t=<milliseconds>,s=<Base64>`, like that of outbound webhooks. Knock does not document the encoding for this one.
pub(super) fn signature(key: &str, now: i64, body: &str) -> Result<String, String> {
    let at = std::time::UNIX_EPOCH + std::time::Duration::from_millis(u64::try_from(now).unwrap_or_default());
    let verifier = knock_core::webhook::Verifier::new(key).map_err(|error| error.to_string())?;
    Ok(verifier.sign(body.as_bytes(), at.into()))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Merges a response into the data: an object at the top level, or anything at a path with dots.
fn merge_response(live: &mut Live, path: Option<&str>, response: &Value) {
    let Some(path) = path.filter(|path| !path.is_empty()) else { return merge_into_data(live, response) };
    live.all_data().for_each(|data| put(data, path, response));
}

/// Puts a value at a path. What is on the way and no object is replaced by one, and objects at its end are merged.
fn put(data: &mut Value, path: &str, value: &Value) {
    let place = path.split('.').fold(data, |parent, part| {
        if !parent.is_object() {
            *parent = json!({});
        }
        &mut parent[part]
    });
    match (place, value) {
        (Value::Object(known), Value::Object(new)) => known.extend(new.clone()),
        (place, value) => *place = value.clone(),
    }
}
