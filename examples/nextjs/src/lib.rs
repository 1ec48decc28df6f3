//! The Rust part of the routes in `app/api`, which call Knock.
#![cfg(target_arch = "wasm32")]

use std::sync::OnceLock;

use knock_fetch::users::UserRequest;
use knock_fetch::{Error, ErrorKind, Knock, Operation, users, variable, workflows};
use serde::Deserialize;
use serde_json::json;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The body of `POST /api/alert`.
#[derive(Deserialize)]
struct Alert {
    user_id: String,
    email: String,
    dinosaur: String,
    /// The caller's id of the alert. Posting the same alert twice notifies once.
    id: String,
}

/// A failed call.
#[wasm_bindgen(getter_with_clone)]
pub struct Refusal {
    /// The status of the response to send.
    pub status: u16,
    /// One line without personal data, which is safe to log.
    pub message: String,
}

impl Refusal {
    fn new(status: u16, message: &str) -> Self {
        Self { status, message: message.to_owned() }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match error.kind() {
            ErrorKind::InvalidInput => 400,
            ErrorKind::NotFound => 404,
            ErrorKind::Configuration => 500,
            _ => 502,
        };
        Self { status, message: error.to_string() }
    }
}

/// Identifies the user of an alert, which is JSON, and triggers a workflow. Returns the id of the workflow run.
///
/// `env` is `process.env`.
///
/// # Errors
///
/// A [`Refusal`], which JavaScript catches as an exception.
#[wasm_bindgen]
pub async fn notify(env: JsValue, alert: String) -> Result<String, Refusal> {
    let knock = knock(&env)?;
    let alert: Alert = serde_json::from_str(&alert)
        .map_err(|_| Refusal::new(400, "user_id, email, dinosaur and id are required"))?;
    users::identify(UserRequest::new(&alert.user_id).email(alert.email)).send(knock).await?;
    let run = workflows::trigger("dinosaurs-loose")
        .recipients([alert.user_id])
        .data(json!({ "dinosaur": alert.dinosaur }))
        .idempotency_key(format!("alert-{}", alert.id))
        .send(knock)
        .await?;
    Ok(run.workflow_run_id)
}

/// Returns the email address that Knock has of a user.
///
/// # Errors
///
/// A [`Refusal`], which JavaScript catches as an exception.
#[wasm_bindgen]
pub async fn email(env: JsValue, user_id: String) -> Result<Option<String>, Refusal> {
    Ok(users::get(user_id).send(knock(&env)?).await?.email)
}

/// Returns the client. It is made once per instance, so that all calls share one retry budget.
fn knock(env: &JsValue) -> Result<&'static Knock, Refusal> {
    static KNOCK: OnceLock<Knock> = OnceLock::new();
    if let Some(knock) = KNOCK.get() {
        return Ok(knock);
    }
    // Without it the client calls Knock itself, and so would a local run that does not find its settings.
    if variable(env, "KNOCK_BASE_URL").is_ok_and(|url| url.unwrap_or_default().is_empty()) {
        return Err(Refusal::new(500, "no base URL: set KNOCK_BASE_URL (Knock's is https://api.knock.app)"));
    }
    let knock = Knock::from_env(env)?;
    check_key(env)?;
    Ok(KNOCK.get_or_init(|| knock))
}

/// The key of every emulator. Knock has no such key.
const EMULATOR_KEY: &str = "sk_test_emulator";

/// Checks that the key and the base URL are both an emulator's, or both Knock's.
fn check_key(env: &JsValue) -> Result<(), Refusal> {
    let setting = |name| variable(env, name).ok().flatten().unwrap_or_default().trim().to_owned();
    // Without TLS, the SDK calls this machine only.
    let is_local = setting("KNOCK_BASE_URL").to_ascii_lowercase().starts_with("http://");
    if is_local == (setting("KNOCK_API_KEY") == EMULATOR_KEY) {
        return Ok(());
    }
    Err(Refusal::new(
        500,
        "the API key does not fit the base URL: sk_test_emulator is for http://, others for https://",
    ))
}
