//! The endpoints of outbound webhooks.

use std::collections::BTreeSet;

use http::Uri;
use knock_core::webhook::{EventType, Verifier};
use serde_json::{Value, json};

/// The signing secret of an endpoint that is added without one.
pub const DEFAULT_WEBHOOK_SECRET: &str = "whsec_emulator";

/// What requests are sent over.
pub(crate) const SCHEMES: &str = if cfg!(feature = "tls") {
    "`http://` or `https://`"
} else {
    "`http://`; `https://` needs the feature `tls`"
};

/// An endpoint of outbound webhooks: where events are sent, how they are signed, and which ones.
///
/// ```
/// use knock_emulator::{Emulator, WebhookEndpoint};
///
/// let endpoint = WebhookEndpoint::new("http://127.0.0.1:3000/webhooks/knock", "whsec_test")?;
/// let emulator =
///     Emulator::builder().webhook(endpoint.events(["message.sent", "message.read"])).build();
/// # let _ = emulator;
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct WebhookEndpoint {
    pub(crate) url: Uri,
    pub(crate) verifier: Verifier,
    /// Empty for all events.
    events: BTreeSet<String>,
}

impl WebhookEndpoint {
    /// Returns an endpoint for all events, with its signing secret.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with the URL or the secret. The URL must begin with `http://`, or with `https://`
    /// if the feature `tls` is on.
    pub fn new(url: &str, secret: &str) -> Result<Self, String> {
        let parsed: Uri = url.parse().map_err(|_| format!("{url:?} is not a URL"))?;
        let can_be_sent = |scheme| scheme == "http" || (cfg!(feature = "tls") && scheme == "https");
        if !parsed.scheme_str().is_some_and(can_be_sent) || parsed.authority().is_none() {
            return Err(format!("{url:?} does not begin with {SCHEMES}"));
        }
        let verifier = Verifier::new(secret).map_err(|error| error.to_string())?;
        Ok(Self { url: parsed, verifier, events: BTreeSet::new() })
    }

    /// Adds types of events, such as `message.sent`. An endpoint without any gets all events.
    pub fn events<T: Into<EventType>>(mut self, events: impl IntoIterator<Item = T>) -> Self {
        self.events.extend(events.into_iter().map(|kind| kind.into().as_str().to_owned()));
        self
    }

    /// Parses a list of endpoints in JSON: `[{"url": …, "secret": …, "events": […]}]`. Only the URL is required; the secret
    /// is [`DEFAULT_WEBHOOK_SECRET`] by default.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong, and with which endpoint.
    pub fn list(json: &[u8]) -> Result<Vec<Self>, String> {
        let list: Vec<Value> = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let parsed = list.iter().enumerate().map(|(index, endpoint)| {
            Self::from_json(endpoint).map_err(|problem| format!("endpoint {index}: {problem}"))
        });
        parsed.collect()
    }

    pub(crate) fn wants(&self, kind: &str) -> bool {
        self.events.is_empty() || self.events.contains(kind)
    }

    /// Parses `{"url": …, "secret": …, "events": […]}`; only the URL is required.
    pub(crate) fn from_json(value: &Value) -> Result<Self, String> {
        let url = value.get("url").and_then(Value::as_str).ok_or("`url` should be a text")?;
        let secret = match value.get("secret") {
            None => DEFAULT_WEBHOOK_SECRET,
            Some(secret) => secret.as_str().ok_or("`secret` should be a text")?,
        };
        let endpoint = Self::new(url, secret)?;
        let Some(events) = value.get("events") else { return Ok(endpoint) };
        let events: Option<Vec<&str>> =
            events.as_array().and_then(|events| events.iter().map(Value::as_str).collect());
        let events = events.ok_or("`events` should be an array of texts")?;
        match events.iter().find(|event| matches!(EventType::from(**event), EventType::Other(_))) {
            Some(unknown) => Err(format!("`events` has {unknown:?}, which is no type of event")),
            None => Ok(endpoint.events(events)),
        }
    }

    pub(crate) fn render(&self) -> Value {
        json!({ "url": self.url.to_string(), "events": self.events })
    }
}
