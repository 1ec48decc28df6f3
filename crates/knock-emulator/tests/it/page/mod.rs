//! What the page needs of the emulator.

#[cfg(feature = "workflows")]
mod detail;
#[cfg(feature = "workflows")]
mod events;
#[cfg(feature = "server")]
mod files;
mod guard;
#[cfg(feature = "workflows")]
mod html;
#[cfg(feature = "workflows")]
mod list;
mod lists;
#[cfg(feature = "workflows")]
mod many;
mod preferences;
#[cfg(feature = "workflows")]
mod runs;
#[cfg(feature = "server")]
mod socket;
#[cfg(feature = "workflows")]
mod state;
mod status;
mod v1;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use crate::client::Client;

/// A request to the emulator, as the page makes it.
fn send(client: &Client, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    client.emulator.handle(request.body(Bytes::new()).unwrap(), client.now())
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// Asserts that a response of a control endpoint is a 200, and returns its body.
#[track_caller]
fn get(client: &Client, path: &str) -> Value {
    let (status, body) = client.control("GET", path, None);
    assert_eq!(status, 200, "{body}");
    body
}

/// The values of a member of the entries of a list.
fn column(list: &Value, name: &str) -> Vec<String> {
    let entries = list["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry[name].as_str().unwrap_or_default().to_owned()).collect()
}
