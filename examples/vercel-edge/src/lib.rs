//! The Rust part of the Edge Function `api/alert.js`, which sends notifications with Knock.
#![cfg(target_arch = "wasm32")]

use knock_reqwest::users::UserRequest;
use knock_reqwest::{Error, ErrorKind, Knock, Operation, users, workflows};
use serde::Deserialize;
use serde_json::json;
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

/// A failed notification.
#[wasm_bindgen(getter_with_clone)]
pub struct Refusal {
    /// The status of the response to send.
    pub status: u16,
    /// One line without personal data, which is safe to log.
    pub message: String,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = if error.kind() == ErrorKind::InvalidInput { 400 } else { 502 };
        Self { status, message: error.to_string() }
    }
}

/// Identifies the user of an alert, which is JSON, and triggers a workflow. Returns the id of the workflow run.
///
/// # Errors
///
/// A [`Refusal`], which JavaScript catches as an exception.
#[wasm_bindgen]
pub async fn notify(api_key: String, base_url: Option<String>, alert: String) -> Result<String, Refusal> {
    let alert: Alert = serde_json::from_str(&alert).map_err(|_| Refusal {
        status: 400,
        message: "user_id, email, dinosaur and id are required".to_owned(),
    })?;
    let mut builder = Knock::builder().api_key(api_key);
    if let Some(base_url) = base_url {
        builder = builder.base_url(base_url);
    }
    let knock = builder.build()?;
    users::identify(UserRequest::new(&alert.user_id).email(alert.email)).send(&knock).await?;
    let run = workflows::trigger("dinosaurs-loose")
        .recipients([alert.user_id])
        .data(json!({ "dinosaur": alert.dinosaur }))
        .idempotency_key(format!("alert-{}", alert.id))
        .send(&knock)
        .await?;
    Ok(run.workflow_run_id)
}
