//! The rate limits: of requests per endpoint, and of updates per entity.

use std::collections::{HashMap, HashSet, VecDeque};

use bytes::Bytes;
use http::Response;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::call::{Call, Throttled, header};
use super::endpoints::ENDPOINTS;
use super::response::Failure;
use crate::settings::RateLimits;

const SECOND: SignedDuration = SignedDuration::from_secs(1);
const USER_TOKEN: HeaderName = HeaderName::from_static("x-knock-user-token");

/// Counts requests and updates.
///
/// Knock does not document how it counts a second. Here every second counts, whenever it begins, which is the strictest
/// way. Refused requests do not count.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    requests: HashMap<Scope, VecDeque<Timestamp>>,
    entities: HashSet<Entity>,
    /// The entities, in the order of their updates.
    updates: VecDeque<(Timestamp, Entity)>,
}

/// What has a limit of its own: an endpoint, for an API key, and for a user token if there is one.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Scope {
    endpoint: (&'static str, &'static str),
    key: String,
    user_token: Option<String>,
}

/// The kind of an entity, with its collection if it is an object, and the id.
type Entity = (String, String);

/// The entities of a batch or bulk call, by the parameter that lists them.
struct Entities {
    param: &'static str,
    kind: String,
    ids: Vec<String>,
}

impl Limits {
    /// Counts a request, unless it exceeds the limit of its endpoint.
    pub(crate) fn admit(
        &mut self,
        call: &Call,
        headers: &HeaderMap,
        settings: &RateLimits,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let Some((method, route, tier)) = endpoint(call) else { return Ok(()) };
        let text = |name| header(headers, name).map(str::to_owned);
        let scope = Scope {
            endpoint: (method, route),
            key: text(&AUTHORIZATION).unwrap_or_default(),
            user_token: text(&USER_TOKEN),
        };
        self.requests.retain(|_, times| times.back().is_some_and(|time| is_recent(*time, now)));
        let times = self.requests.entry(scope).or_default();
        while times.front().is_some_and(|time| !is_recent(*time, now)) {
            times.pop_front();
        }
        if times.len() >= per_second(tier) {
            let failure = Failure::new(429, "rate_limited", "Too many requests", "api_error");
            return Err(if settings.retry_after { failure.retry_after(1) } else { failure });
        }
        times.push_back(now);
        Ok(())
    }

    /// Returns which entities of a call were updated less than a second ago, and the parameter that lists them.
    pub(crate) fn held(&mut self, call: &Call, now: Timestamp) -> Option<Throttled> {
        let entities = Entities::of(call)?;
        while let Some((_, entity)) = self.updates.front().filter(|(time, _)| !is_recent(*time, now)) {
            self.entities.remove(entity);
            self.updates.pop_front();
        }
        let is_held = |id: &String| self.entities.contains(&(entities.kind.clone(), id.clone()));
        Some((entities.param.to_owned(), entities.ids.into_iter().filter(is_held).collect()))
    }

    /// Records which entities a call has updated, and names in its response those that it has not.
    pub(crate) fn updated(&mut self, call: &Call, response: &mut Response<Bytes>, now: Timestamp) {
        let Some(entities) = Entities::of(call).filter(|_| response.status().is_success()) else { return };
        for id in entities.ids.into_iter().filter(|id| !call.is_throttled(entities.param, id)) {
            let entity = (entities.kind.clone(), id);
            if self.entities.insert(entity.clone()) {
                self.updates.push_back((now, entity));
            }
        }
        let Some((param, held)) = call.throttled.as_ref().filter(|(_, held)| !held.is_empty()) else {
            return;
        };
        let name = HeaderName::try_from(format!("x-ratelimited-{param}"));
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(held.join(","))) {
            response.headers_mut().insert(name, value);
        }
    }
}

fn is_recent(time: Timestamp, now: Timestamp) -> bool {
    now.duration_since(time) < SECOND
}

/// Knock's tiers.
fn per_second(tier: u8) -> usize {
    match tier {
        1 => 1,
        2 => 5,
        3 => 60,
        4 => 200,
        _ => 1000,
    }
}

fn endpoint(call: &Call) -> Option<(&'static str, &'static str, u8)> {
    let is_route = |route: &str| {
        let mut segments = route.split('/').skip(1);
        let fits = call
            .path
            .iter()
            .all(|held| segments.next().is_some_and(|segment| segment.starts_with('{') || segment == held));
        fits && segments.next().is_none()
    };
    ENDPOINTS.iter().find(|(method, route, _)| call.method == *method && is_route(route)).copied()
}

impl Entities {
    /// Returns the entities that a call lists, if Knock updates each of them at most once per second.
    fn of(call: &Call) -> Option<Self> {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        let (param, kind) = match (call.method.as_str(), path.get(1..)?) {
            ("POST", ["messages", "batch", _]) => ("message_ids", "messages".to_owned()),
            ("POST", ["users", "bulk", "identify"]) => ("users", "users".to_owned()),
            ("POST", ["users", "bulk", _]) => ("user_ids", "users".to_owned()),
            ("POST", ["objects", collection, "bulk", "set"]) => ("objects", format!("objects/{collection}")),
            ("POST", ["objects", collection, "bulk", "delete"]) => {
                ("object_ids", format!("objects/{collection}"))
            }
            ("POST", ["objects", collection, "bulk", "subscriptions", _]) => {
                ("subscriptions", format!("subscriptions/{collection}"))
            }
            ("POST", ["tenants", "bulk", "set"]) => ("tenants", "tenants".to_owned()),
            ("POST", ["tenants", "bulk", "delete"]) => {
                let ids = call.query.strings("tenant_ids").ok()?;
                return Some(Self { param: "tenant_ids", kind: "tenants".to_owned(), ids });
            }
            _ => return None,
        };
        let rows = call.body.get(param)?.as_array()?;
        let id = |row: &Value| row.get("id").unwrap_or(row).as_str().map(str::to_owned);
        Some(Self { param, kind, ids: rows.iter().filter_map(id).collect() })
    }
}
