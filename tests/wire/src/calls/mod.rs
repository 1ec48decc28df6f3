//! The recorded calls, made with this SDK: a table for each resource maps the official method to a function that takes
//! the recorded arguments in order and sends our operation.

// First, since the others use its macros.
#[macro_use]
mod values;

mod audiences;
mod bulk_operations;
mod channels;
mod config;
mod feeds;
mod guides;
mod integrations;
mod legacy_preferences;
mod messages;
mod ms_teams;
mod objects;
mod preference_center;
mod raw;
mod schedules;
mod slack;
mod tenants;
mod unrecorded;
mod users;
mod workflow_recipient_runs;
mod workflows;

use std::collections::VecDeque;
use std::time::Duration;

use knock_core::{Call, CallOptions, Error, Operation, OperationInfo, Paged, UnixTime};
use serde_json::{Map, Value};

use crate::recording::{Case, NODE_0, NODE_1, Request};
pub use unrecorded::{UNRECORDED, Unrecorded};
use values::read;

const RANDOM: [u8; 16] = [7; 16];

/// Makes a recorded call with this SDK.
pub type Make = fn(Args<'_>) -> Ours;

type Table = &'static [(&'static str, Make)];

const TABLES: &[(&str, &[Table])] = &[
    (
        NODE_1,
        &[
            audiences::NODE_1,
            bulk_operations::NODE_1,
            channels::NODE_1,
            feeds::NODE_1,
            guides::NODE_1,
            integrations::NODE_1,
            messages::NODE_1,
            ms_teams::NODE_1,
            objects::NODE_1,
            preference_center::NODE_1,
            raw::NODE_1,
            schedules::NODE_1,
            slack::NODE_1,
            tenants::NODE_1,
            users::NODE_1,
            workflow_recipient_runs::NODE_1,
            workflows::NODE_1,
        ],
    ),
    (NODE_0, &[legacy_preferences::NODE_0, slack::NODE_0, users::NODE_0, workflows::NODE_0]),
];

/// How this SDK makes the call of `case`. Each recorded method must be in one table.
pub fn find(case: &Case) -> Option<Make> {
    let (_, tables) = TABLES.iter().find(|(version, _)| *version == case.version)?;
    let mut entries = tables.iter().copied().flatten();
    entries.find(|(method, _)| *method == case.call.method).map(|(_, make)| *make)
}

/// The methods of all tables, for example `1.35.0/users.get`.
pub fn mapped_methods() -> Vec<String> {
    let methods = |(version, tables): &(&str, &[Table])| {
        let entries = tables.iter().copied().flatten();
        entries.map(|(method, _)| format!("{version}/{method}")).collect::<Vec<_>>()
    };
    TABLES.iter().flat_map(methods).collect()
}

/// What this SDK does for a recorded call.
#[derive(Debug)]
pub struct Ours {
    /// The operation.
    pub info: OperationInfo,
    /// The first request of the call, or the error.
    pub request: Result<Request, Error>,
}

/// The arguments of a recorded call, taken in order. What remains at the end are the options of the call.
#[derive(Debug, Clone)]
pub struct Args<'c> {
    case: &'c Case,
    left: VecDeque<Value>,
}

impl<'c> Args<'c> {
    /// The arguments of `case`.
    pub fn new(case: &'c Case) -> Self {
        Self { case, left: case.call.args.iter().cloned().collect() }
    }

    /// The next argument, a string. Usually it is an id.
    fn text(&mut self) -> String {
        match self.left.pop_front() {
            Some(Value::String(text)) => text,
            other => panic!("{}: {other:?} is not a string", self.case.name),
        }
    }

    /// The next argument, of any type.
    fn value(&mut self) -> Value {
        self.left.pop_front().unwrap_or_else(|| panic!("{}: there is no other argument", self.case.name))
    }

    /// The next argument, an object. It is empty if there is none.
    fn object(&mut self) -> Map<String, Value> {
        match self.left.pop_front() {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(map)) => map,
            other => panic!("{}: {other:?} is not an object", self.case.name),
        }
    }

    /// The idempotency key among the options of the call, for operations that take one.
    fn idempotency_key(&self) -> Option<String> {
        self.left.back()?.get("idempotencyKey")?.as_str().map(str::to_owned)
    }

    /// The query among the options of the call, for which the official method has no parameter.
    fn query_option(&mut self) -> Map<String, Value> {
        let options = self.left.back_mut().and_then(Value::as_object_mut);
        options.and_then(|options| options.remove("query")).map_or_else(Map::new, |query| read(&query))
    }

    /// What this SDK sends for the operation that `make` returns for the next arguments, all of them strings.
    fn send_of_texts<const N: usize, O: Operation>(mut self, make: impl FnOnce([String; N]) -> O) -> Ours {
        let texts = std::array::from_fn(|_| self.text());
        self.send(make(texts))
    }

    /// What this SDK sends for `operation`.
    fn send(self, operation: impl Operation) -> Ours {
        assert!(self.case.call.first_response.is_none(), "{}: `send_page` is for lists", self.case.name);
        self.send_any(operation)
    }

    /// What this SDK sends for a list, or for its second page if that is what the case recorded.
    fn send_page<O: Paged>(self, operation: O) -> Ours {
        self.send_page_of(operation, &Map::new())
    }

    /// Like [`send_page`](Self::send_page), for a recorded response whose items lack the members of `item`: it has only
    /// what the official package needs.
    fn send_page_of<O: Paged>(self, operation: O, item: &Map<String, Value>) -> Ours {
        let Some(mut first) = self.case.call.first_response.clone() else {
            return self.send_any(operation);
        };
        let lists = first.as_object_mut().into_iter().flat_map(Map::values_mut);
        for entry in lists.filter_map(Value::as_array_mut).flatten().filter_map(Value::as_object_mut) {
            entry.extend(item.clone());
        }
        let response = http::Response::new(first.to_string().into());
        let page = operation.parse(response, UnixTime::from_secs(0)).expect("the first page can be read");
        let (_, next) = operation.split(page);
        self.send_any(next.expect("there is a next page"))
    }

    fn send_any(mut self, operation: impl Operation) -> Ours {
        let (options, timeout) = self.options();
        assert!(self.left.is_empty(), "{}: {:?} was not taken", self.case.name, self.left);
        let operation = operation.with(options);
        Ours { info: operation.info(), request: self.first_request(&operation, timeout) }
    }

    fn first_request(&self, operation: &impl Operation, timeout: Option<Duration>) -> Result<Request, Error> {
        let now = UnixTime::from_secs(1_767_225_600);
        let config = config::of(self.case)?;
        let call = Call::new(&config, operation.prepare(RANDOM)?, operation.options(), now, RANDOM)?;
        let (request, sent) = call.send(now)?;
        let ours = sent.attempt().timeout;
        assert!(timeout.is_none_or(|timeout| timeout == ours), "{}: {ours:?}", self.case.name);
        let request = Request::from(request);
        self.check_without_client(&request, operation.to_request(&config)?.into());
        Ok(request)
    }

    /// Checks that `to_request` returns the same request, except for a random idempotency key.
    fn check_without_client(&self, request: &Request, mut alone: Request) {
        if let Some(key) = request.headers.get("idempotency-key").filter(|key| *key == "<random>") {
            alone.headers.insert("idempotency-key".to_owned(), key.clone());
        }
        assert_eq!(*request, alone, "{}", self.case.name);
    }

    fn options(&mut self) -> (CallOptions, Option<Duration>) {
        let mut options = CallOptions::new();
        let mut timeout = None;
        for (name, value) in self.object() {
            match (name.as_str(), &value) {
                // Taken by `idempotency_key` if the operation takes one.
                ("idempotencyKey", Value::String(_)) => {}
                ("timeout", value) => {
                    let duration =
                        Duration::from_millis(value.as_u64().expect("a timeout is in milliseconds"));
                    options = options.timeout(duration);
                    timeout = Some(duration);
                }
                ("headers", Value::Object(headers)) => {
                    for (name, value) in headers {
                        let value = value.as_str().expect("the removal of a header cannot be expressed");
                        options = match name.as_str() {
                            "X-Knock-User-Token" => options.user_token(value),
                            name => options.header(name, value),
                        };
                    }
                }
                other => panic!("{}: the call has the unknown option {other:?}", self.case.name),
            }
        }
        (options, timeout)
    }
}
