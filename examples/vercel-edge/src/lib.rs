//! What the Edge Function `api/alert.js` does, in Rust: it notifies with Knock.
#![cfg(target_arch = "wasm32")]

use knock_reqwest::users::UserRequest;
use knock_reqwest::{Config, Error, Knock, Operation, users, workflows};
use serde::Deserialize;
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;

/// What the browser posts.
#[derive(Deserialize)]
struct Alert {
    user_id: String,
    email: String,
    dinosaur: String,
    /// The caller's own id of the alert: posting it twice notifies once.
    id: String,
}

/// Why nobody was notified: the status to answer with, and one line without personal data that is safe to log.
#[wasm_bindgen(getter_with_clone)]
pub struct Refusal {
    pub status: u16,
    pub message: String,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = if error.kind() == knock_reqwest::ErrorKind::InvalidInput { 400 } else { 502 };
        Self { status, message: error.to_string() }
    }
}

/// Identifies the user of an alert, which is JSON, and triggers a workflow. Gives the run's id.
///
/// # Errors
///
/// A [`Refusal`], which JavaScript catches.
#[wasm_bindgen]
pub async fn notify(api_key: String, base_url: Option<String>, alert: String) -> Result<String, Refusal> {
    let alert: Alert = serde_json::from_str(&alert).map_err(|_| Refusal {
        status: 400,
        message: "user_id, email, dinosaur and id are needed".to_owned(),
    })?;
    let mut config = Config::builder(api_key);
    if let Some(base_url) = base_url {
        config = config.base_url(base_url);
    }
    let knock = Knock::with_config(config.build()?)?;
    users::identify(UserRequest::new(&alert.user_id).email(alert.email)).send(&knock).await?;
    let run = workflows::trigger("dinosaurs-loose")
        .recipients([alert.user_id])
        .data(json!({ "dinosaur": alert.dinosaur }))
        .idempotency_key(format!("alert-{}", alert.id))
        .send(&knock)
        .await?;
    Ok(run.workflow_run_id)
}
