//! Failures on demand.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Method, Response};
use serde_json::{Value, json};

use crate::ids::Ids;
use crate::json::Fields;
use crate::wire::call::Throttled;
use crate::wire::reply::{Connection, Reply};
use crate::wire::response::{Failure, with_status};

/// A failure that the emulator causes: what goes wrong, how often, and for which calls.
///
/// ```
/// use knock_emulator::Fault;
///
/// // The next two triggers fail with 503 and are asked to retry after half a second.
/// let fault = Fault::status(503).retry_after_ms(500).times(2).path("/v1/workflows/");
/// # let _ = fault;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Fault {
    effect: Effect,
    headers: HeaderMap,
    after_acting: bool,
    left: u32,
    method: Option<Method>,
    path: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Effect {
    Status(u16),
    Delay(Duration),
    DropBefore,
    DropAfter,
    Html,
    Truncated,
    Empty,
    RateLimited { param: String, ids: Vec<String> },
}

impl Fault {
    fn new(effect: Effect) -> Self {
        Self { effect, headers: HeaderMap::new(), after_acting: false, left: 1, method: None, path: None }
    }

    /// Responds with an error status and an error envelope, without performing the call.
    pub fn status(status: u16) -> Self {
        Self::new(Effect::Status(status))
    }

    /// Delays the response.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Effect::Delay(delay))
    }

    /// Closes the connection without a response and without performing the call.
    pub fn drop_before() -> Self {
        Self::new(Effect::DropBefore)
    }

    /// Performs the call, then closes the connection without a response.
    pub fn drop_after() -> Self {
        Self::new(Effect::DropAfter)
    }

    /// Responds with 502 and an HTML page, like a proxy, without performing the call.
    pub fn html() -> Self {
        Self::new(Effect::Html)
    }

    /// Performs the call, but truncates the body of the response halfway.
    pub fn truncated() -> Self {
        Self::new(Effect::Truncated)
    }

    /// Performs the call, but responds with 200 and an empty body.
    pub fn empty() -> Self {
        Self::new(Effect::Empty)
    }

    /// Leaves the entities with these ids unchanged in a batch or bulk call, and lists them in the header
    /// `x-ratelimited-<param>`, for example `x-ratelimited-message_ids`.
    pub fn rate_limited<I: Into<String>>(param: impl Into<String>, ids: impl IntoIterator<Item = I>) -> Self {
        let ids = ids.into_iter().map(Into::into).collect();
        Self::new(Effect::RateLimited { param: param.into(), ids })
    }

    /// Adds a header to the response.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Adds a `retry-after` header, in seconds.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Adds a `retry-after-ms` header.
    pub fn retry_after_ms(self, milliseconds: u64) -> Self {
        self.header(HeaderName::from_static("retry-after-ms"), HeaderValue::from(milliseconds))
    }

    /// Adds an `x-should-retry` header.
    pub fn should_retry(self, retry: bool) -> Self {
        let value = HeaderValue::from_static(if retry { "true" } else { "false" });
        self.header(HeaderName::from_static("x-should-retry"), value)
    }

    /// Performs the call before failing, for faults that would otherwise prevent it.
    pub fn after_acting(mut self) -> Self {
        self.after_acting = true;
        self
    }

    /// Sets how many calls the fault affects. The default is 1.
    pub fn times(mut self, times: u32) -> Self {
        self.left = times;
        self
    }

    /// Affects every matching call until the faults are cleared.
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    /// Affects only calls with this method.
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Affects only calls whose path starts with this prefix.
    pub fn path(mut self, prefix: impl Into<String>) -> Self {
        self.path = Some(prefix.into());
        self
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        self.left > 0
            && self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.path.as_ref().is_none_or(|prefix| path.starts_with(prefix.as_str()))
    }

    /// Whether the call is performed.
    pub(crate) fn acts(&self) -> bool {
        self.after_acting || !matches!(self.effect, Effect::Status(_) | Effect::DropBefore | Effect::Html)
    }

    pub(crate) fn throttled(&self) -> Option<Throttled> {
        match &self.effect {
            Effect::RateLimited { param, ids } => Some((param.clone(), ids.clone())),
            _ => None,
        }
    }

    /// Applies the fault to a response.
    pub(crate) fn apply(&self, response: Response<Bytes>) -> Reply {
        let mut reply = Reply::new(response);
        match &self.effect {
            Effect::Status(status) => reply.response = error(*status),
            Effect::Delay(delay) => reply.delay = *delay,
            Effect::DropBefore if self.after_acting => reply.connection = Connection::DropAfter,
            Effect::DropBefore => reply.connection = Connection::DropBefore,
            Effect::DropAfter => reply.connection = Connection::DropAfter,
            Effect::Html => reply.response = html(),
            Effect::Truncated => {
                let half = reply.response.body().len() / 2;
                reply.response.body_mut().truncate(half);
            }
            Effect::Empty => reply.response = with_status(200, Bytes::new()),
            Effect::RateLimited { param, ids } => {
                let name = HeaderName::try_from(format!("x-ratelimited-{param}"));
                if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(ids.join(","))) {
                    reply.response.headers_mut().insert(name, value);
                }
            }
        }
        reply.response.headers_mut().extend(self.headers.clone());
        reply
    }
}

fn error(status: u16) -> Response<Bytes> {
    let (code, message) = match status {
        429 => ("rate_limited", "Too many requests"),
        408 => ("request_timeout", "The request took too long"),
        409 => ("conflict", "The resource was changed by another request"),
        500..=599 => ("internal_server_error", "Something went wrong"),
        _ => ("fault", "The emulator was told to fail"),
    };
    Failure::new(status, code, message, "api_error").response()
}

fn html() -> Response<Bytes> {
    let page =
        "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
    let mut response = with_status(502, Bytes::from_static(page.as_bytes()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

/// Several faults, applied in order or at random.
#[derive(Debug, Default)]
pub struct Faults {
    queued: Vec<Fault>,
    random: Vec<Random>,
}

#[derive(Debug)]
struct Random {
    seed: u64,
    ids: Ids,
    rate: f64,
    kinds: Vec<Fault>,
}

impl Faults {
    /// Affects a share of the calls, `rate` (0 to 1), each with one of `kinds`. The same seed affects the same calls.
    ///
    /// ```
    /// use knock_emulator::{Fault, Faults};
    ///
    /// let faults = Faults::random(7, 0.3, [Fault::status(503), Fault::drop_after()]);
    /// # let _ = faults;
    /// ```
    pub fn random(seed: u64, rate: f64, kinds: impl IntoIterator<Item = Fault>) -> Self {
        let random = Random { seed, ids: Ids::new(seed), rate, kinds: kinds.into_iter().collect() };
        Self { queued: Vec::new(), random: vec![random] }
    }

    pub(crate) fn add(&mut self, faults: Self) {
        self.queued.extend(faults.queued);
        self.random.extend(faults.random);
    }

    /// Takes the fault for a call, if there is one.
    pub(crate) fn take(&mut self, method: &Method, path: &str) -> Option<Fault> {
        if let Some(fault) = self.queued.iter_mut().find(|fault| fault.matches(method, path)) {
            if fault.left < u32::MAX {
                fault.left -= 1;
            }
            let taken = fault.clone();
            self.queued.retain(|fault| fault.left > 0);
            return Some(taken);
        }
        self.random.iter_mut().find_map(|random| random.roll(method, path))
    }
}

impl Random {
    fn roll(&mut self, method: &Method, path: &str) -> Option<Fault> {
        let (hit, pick) = (self.ids.next(), self.ids.next());
        // a float holds 53 bits exactly
        #[allow(clippy::cast_precision_loss)]
        let fraction = (hit >> 11) as f64 / (1_u64 << 53) as f64;
        let matching: Vec<&Fault> = self.kinds.iter().filter(|kind| kind.matches(method, path)).collect();
        let at = usize::try_from(pick.checked_rem(matching.len() as u64)?).ok()?;
        matching.get(at).filter(|_| fraction < self.rate).map(|kind| (*kind).clone())
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self { queued: vec![fault], random: Vec::new() }
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self { queued: faults.into_iter().collect(), random: Vec::new() }
    }
}

impl<const N: usize> From<[Fault; N]> for Faults {
    fn from(faults: [Fault; N]) -> Self {
        faults.into_iter().collect()
    }
}

impl Faults {
    /// Parses the JSON of the control endpoint: one fault, a list, or `{"random": …}`.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Array(items) => items.iter().map(Fault::from_json).collect(),
            Value::Object(fields) => match fields.get("random") {
                None => Some(Fault::from_json(value)?.into()),
                Some(random) => {
                    let kinds: Option<Vec<Fault>> =
                        random.get("faults")?.as_array()?.iter().map(Fault::from_json).collect();
                    let seed = random.get("seed").and_then(Value::as_u64).unwrap_or(0);
                    Some(Self::random(seed, random.get("rate")?.as_f64()?, kinds?))
                }
            },
            _ => None,
        }
    }

    /// The number of those that are left. Random faults of one seed count as one.
    pub(crate) fn len(&self) -> usize {
        self.queued.len() + self.random.len()
    }

    /// Renders what is left as it would be added.
    pub(crate) fn render(&self) -> Vec<Value> {
        let random = self.random.iter().map(|random| {
            let faults: Vec<Value> = random.kinds.iter().map(Fault::render).collect();
            json!({ "random": { "seed": random.seed, "rate": random.rate, "faults": faults } })
        });
        self.queued.iter().map(Fault::render).chain(random).collect()
    }
}

impl Fault {
    /// Renders it as it would be added. One that stays until the faults are cleared has no number of times.
    fn render(&self) -> Value {
        let mut rendered = match &self.effect {
            Effect::Status(status) => json!({ "kind": "status", "status": status }),
            Effect::Delay(delay) => {
                json!({ "kind": "delay", "ms": u64::try_from(delay.as_millis()).unwrap_or(u64::MAX) })
            }
            Effect::DropBefore => json!({ "kind": "drop_before" }),
            Effect::DropAfter => json!({ "kind": "drop_after" }),
            Effect::Html => json!({ "kind": "html" }),
            Effect::Truncated => json!({ "kind": "truncated" }),
            Effect::Empty => json!({ "kind": "empty" }),
            Effect::RateLimited { param, ids } => {
                json!({ "kind": "rate_limited", "param": param, "ids": ids })
            }
        };
        let headers: Fields = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes()))))
            .collect();
        rendered["headers"] = Value::Object(headers);
        rendered["times"] = json!(Some(self.left).filter(|left| *left < u32::MAX));
        rendered["after_acting"] = json!(self.after_acting);
        rendered["method"] = json!(self.method.as_ref().map(Method::as_str));
        rendered["path"] = json!(self.path);
        rendered
    }

    fn from_json(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let mut fault = match text("kind")? {
            "status" => Self::status(u16::try_from(value.get("status")?.as_u64()?).ok()?),
            "delay" => Self::delay(Duration::from_millis(value.get("ms")?.as_u64()?)),
            "drop_before" => Self::drop_before(),
            "drop_after" => Self::drop_after(),
            "html" => Self::html(),
            "truncated" => Self::truncated(),
            "empty" => Self::empty(),
            "rate_limited" => {
                let ids: Option<Vec<&str>> =
                    value.get("ids")?.as_array()?.iter().map(Value::as_str).collect();
                Self::rate_limited(text("param")?, ids?)
            }
            _ => return None,
        };
        if let Some(headers) = value.get("headers") {
            for (name, value) in headers.as_object()? {
                fault = fault.header(name.parse().ok()?, value.as_str()?.parse().ok()?);
            }
        }
        match value.get("times") {
            None => {}
            Some(Value::Null) => fault = fault.always(),
            Some(times) => fault = fault.times(u32::try_from(times.as_u64()?).ok()?),
        }
        if value.get("after_acting") == Some(&Value::Bool(true)) {
            fault = fault.after_acting();
        }
        if let Some(method) = text("method") {
            fault = fault.method(method.to_ascii_uppercase().parse().ok()?);
        }
        if let Some(path) = text("path") {
            fault = fault.path(path);
        }
        Some(fault)
    }
}
