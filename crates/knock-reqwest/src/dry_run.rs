//! A transport that sends nothing, for environments without an API key.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use knock_core::{Attempt, Transport, TransportError, TransportErrorKind, UnixTime};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::platform;

/// A transport that sends nothing and reports what it would have sent, for environments without an API key.
///
/// It spares your code an `Option<Knock>` with a condition around each call; see
/// [`Knock::from_env_or_dry_run`](crate::Knock::from_env_or_dry_run). An operation is checked and encoded as usual, and
/// then gets a stand-in for Knock's response, if one can be made without knowing what Knock stores:
///
/// | Operations | Stand-in |
/// |---|---|
/// | [`workflows::trigger`](crate::workflows::trigger) | a run id that begins with `00000000-0000-4000-8000-` |
/// | [`users::identify`](crate::users::identify), [`objects::set`](crate::objects::set), [`tenants::set`](crate::tenants::set), `set_preferences`, `set_channel_data` | what was given, as if it were all that is stored |
/// | [`workflows::cancel`](crate::workflows::cancel), `delete`, `unset_preferences`, `unset_channel_data`, `revoke_access`, and the members of audiences | success |
/// | all others: what reads, and what returns something that Knock makes, such as schedules | an error of kind [`Denied`](TransportErrorKind::Denied), which is not retried |
///
/// A read fails because any stand-in would claim something about your users. If reads must work too, run the emulator of
/// the crate `knock-emulator`, which stores what it is told.
///
/// Each call is logged with its operation and the size of its body, but without ids and data: as an event at the level
/// `info` with the feature `tracing`, and otherwise as a line on standard error, unless there is a function that gets the
/// whole request ([`on_call`](Self::on_call)).
///
/// ```
/// # fn main() -> Result<(), knock_reqwest::Error> {
/// use knock_reqwest::{Config, DryRun, Knock, Operation, workflows};
///
/// let dry_run = DryRun::new().on_call(|request, attempt| {
///     println!("would have sent {} to {}", attempt.operation, request.uri().path());
/// });
/// let knock = Knock::with_transport(Config::new("sk_dry_run")?, dry_run);
///
/// let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
/// let run = pollster::block_on(trigger.send(&knock))?;
/// assert!(run.workflow_run_id.starts_with("00000000-0000-4000-8000-"));
/// # Ok(()) }
/// ```
#[derive(Default)]
pub struct DryRun {
    on_call: Option<Box<OnCall>>,
    runs: AtomicU64,
}

type OnCall = dyn Fn(&Request<Bytes>, Attempt<'_>) + Send + Sync;

impl DryRun {
    /// Returns a transport that sends nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a function that is called with each request that would have been sent. The request contains ids and data of
    /// your users.
    #[must_use]
    pub fn on_call(
        mut self,
        function: impl Fn(&Request<Bytes>, Attempt<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.on_call = Some(Box::new(function));
        self
    }

    fn report(&self, request: &Request<Bytes>, attempt: Attempt<'_>) {
        #[cfg(feature = "tracing")]
        tracing::info!(
            knock.operation = attempt.operation,
            url.template = attempt.route,
            http.request.body.size = request.body().len(),
            "not sent: this is a dry run"
        );
        match &self.on_call {
            Some(on_call) => on_call(request, attempt),
            #[cfg(feature = "tracing")]
            None => {}
            #[cfg(not(feature = "tracing"))]
            None => log(request, attempt),
        }
    }

    fn next_run(&self) -> String {
        let number = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
        format!("00000000-0000-4000-8000-{number:012x}")
    }
}

#[cfg(not(feature = "tracing"))]
#[allow(clippy::print_stderr)] // nothing else tells that notifications are not sent
fn log(request: &Request<Bytes>, attempt: Attempt<'_>) {
    eprintln!(
        "knock: not sent, because this is a dry run: {} ({} bytes)",
        attempt.operation,
        request.body().len()
    );
}

impl fmt::Debug for DryRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DryRun").finish_non_exhaustive()
    }
}

impl Transport for DryRun {
    async fn send(
        &self,
        request: Request<Bytes>,
        attempt: Attempt<'_>,
    ) -> Result<Response<Bytes>, TransportError> {
        self.report(&request, attempt);
        let body = match attempt.operation {
            "workflows.trigger" => json!({ "workflow_run_id": self.next_run() }),
            "notify.trigger" => json!({ "result_id": self.next_run() }),
            operation => match stand_in(operation, &request) {
                Some(body) => body,
                None => return Err(no_response()),
            },
        };
        if body.is_null() {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::NO_CONTENT;
            return Ok(response);
        }
        Ok(Response::new(body.to_string().into()))
    }

    async fn sleep(&self, duration: Duration) {
        platform::sleep(duration).await;
    }

    fn now(&self) -> UnixTime {
        platform::now()
    }

    fn steady(&self) -> Duration {
        platform::steady()
    }

    fn random(&self) -> Result<[u8; 16], TransportError> {
        platform::random()
    }
}

fn no_response() -> TransportError {
    TransportError::new(TransportErrorKind::Denied, "the client makes a dry run")
        .with_detail("this operation needs a response of Knock, and a dry run has none")
}

/// Returns the body of a stand-in, null for a response without a body, or `None` if there is no stand-in.
fn stand_in(operation: &str, request: &Request<Bytes>) -> Option<Value> {
    let given = || serde_json::from_slice::<Map<String, Value>>(request.body()).unwrap_or_default();
    let ids = || -> Vec<String> {
        let segments = request.uri().path().split('/').skip_while(|segment| *segment != "v1").skip(2);
        segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
    };
    Some(match operation {
        "users.identify" => {
            let mut user = given();
            user.retain(|name, _| name != "preferences" && name != "channel_data");
            with_id(user, ids().first()?)
        }
        "tenants.set" => {
            let mut tenant = given();
            let set = tenant.get_mut("settings").and_then(|settings| settings.get_mut("preference_set"));
            if let Some(set) = set.and_then(Value::as_object_mut) {
                set.insert("id".to_owned(), json!("default"));
            }
            with_id(tenant, ids().first()?)
        }
        "objects.set" => match &ids()[..] {
            [collection, id] => {
                json!({ "__typename": "Object", "collection": collection, "id": id, "properties": given() })
            }
            _ => return None,
        },
        "users.set_preferences" | "objects.set_preferences" => with_id(given(), ids().last()?),
        "users.set_channel_data" | "objects.set_channel_data" => {
            let mut channel_data = given();
            channel_data.insert("channel_id".to_owned(), json!(ids().last()?));
            Value::Object(channel_data)
        }
        "workflows.cancel"
        | "notify.cancel"
        | "users.delete"
        | "objects.delete"
        | "tenants.delete"
        | "users.unset_preferences"
        | "objects.unset_preferences"
        | "users.unset_channel_data"
        | "objects.unset_channel_data"
        | "audiences.add_members"
        | "audiences.remove_members"
        | "slack.revoke_access"
        | "ms_teams.revoke_access" => Value::Null,
        _ => return None,
    })
}

fn with_id(mut given: Map<String, Value>, id: &str) -> Value {
    given.insert("id".to_owned(), json!(id));
    Value::Object(given)
}
