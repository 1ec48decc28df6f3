//! A Spin app that sends notifications with Knock.
//!
//! - `POST /alerts` identifies a user and triggers a workflow.
//! - `GET /token/{user_id}` returns a user token for the browser.
//! - `POST /webhooks/knock` receives Knock's outbound webhooks.
#![cfg(target_os = "wasi")]

use std::error::Error;
use std::time::SystemTime;

use anyhow::Context;
use knock_spin::token::{TokenError, UserToken};
use knock_spin::users::UserRequest;
use knock_spin::webhook::{Verifier, WebhookError};
use knock_spin::{ErrorKind, Knock, Operation, Secret, SpinSigner, users, workflows};
use serde::Deserialize;
use serde_json::json;
use spin_sdk::http::body::IncomingBodyExt;
use spin_sdk::http::{Method, Request, Response, StatusCode};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> anyhow::Result<Response<String>> {
    let path = request.uri().path().to_owned();
    match (request.method(), path.split('/').skip(1).collect::<Vec<_>>().as_slice()) {
        (&Method::POST, ["alerts"]) => alert(request).await,
        (&Method::GET, ["token", user_id]) => token(user_id).await,
        (&Method::POST, ["webhooks", "knock"]) => webhook(request).await,
        _ => respond(StatusCode::NOT_FOUND, "not found"),
    }
}

fn respond(status: StatusCode, body: impl Into<String>) -> anyhow::Result<Response<String>> {
    Ok(Response::builder().status(status).body(body.into())?)
}

const NOT_CONFIGURED: &str = "a variable of the app is missing or invalid; the log says which";

/// Writes an error and its cause to the log of the component.
fn log(error: &dyn Error) {
    match error.source() {
        Some(cause) => eprintln!("{error}: {cause}"),
        None => eprintln!("{error}"),
    }
}

/// The body of `POST /alerts`.
#[derive(Deserialize)]
struct Alert {
    user_id: String,
    email: String,
    dinosaur: String,
    /// The caller's id of the alert. Posting the same alert twice notifies once.
    id: String,
}

async fn alert(request: Request) -> anyhow::Result<Response<String>> {
    let body = request.into_body().bytes().await?;
    let Ok(alert) = serde_json::from_slice::<Alert>(&body) else {
        return respond(StatusCode::BAD_REQUEST, "user_id, email, dinosaur and id are required");
    };
    match notify(alert).await {
        Ok(run) => respond(StatusCode::OK, json!({ "workflow_run_id": run }).to_string()),
        Err(error) => {
            // One line without personal data, so it is safe to log.
            log(&error);
            match error.kind() {
                ErrorKind::Configuration => respond(StatusCode::INTERNAL_SERVER_ERROR, NOT_CONFIGURED),
                ErrorKind::InvalidInput => respond(StatusCode::BAD_REQUEST, "the alert is invalid"),
                _ => respond(StatusCode::BAD_GATEWAY, "the alert could not be sent"),
            }
        }
    }
}

async fn notify(alert: Alert) -> Result<String, knock_spin::Error> {
    let knock = Knock::from_env().await?;
    users::identify(UserRequest::new(&alert.user_id).email(alert.email)).send(&knock).await?;
    let run = workflows::trigger("dinosaurs-loose")
        .recipients([alert.user_id])
        .data(json!({ "dinosaur": alert.dinosaur }))
        .idempotency_key(format!("alert-{}", alert.id))
        .send(&knock)
        .await?;
    Ok(run.workflow_run_id)
}

async fn token(user_id: &str) -> anyhow::Result<Response<String>> {
    // A real app takes the user id from its session, never from the path.
    match sign(user_id).await {
        Ok(token) => {
            Ok(Response::builder().header("cache-control", "no-store").body(token.expose().to_owned())?)
        }
        Err(error) => {
            log(&error);
            respond(StatusCode::INTERNAL_SERVER_ERROR, "the token could not be signed")
        }
    }
}

async fn sign(user_id: &str) -> Result<Secret, TokenError> {
    UserToken::new(user_id).sign(&SpinSigner::from_env().await?, SystemTime::now())
}

async fn webhook(request: Request) -> anyhow::Result<Response<String>> {
    let verifier = match verifier().await {
        Ok(verifier) => verifier,
        Err(error) => {
            log(&*error);
            return respond(StatusCode::INTERNAL_SERVER_ERROR, NOT_CONFIGURED);
        }
    };
    let (parts, body) = request.into_parts();
    let body = body.bytes().await?;
    match verifier.verify(&parts.headers, &body, SystemTime::now().into()) {
        Ok(event) => respond(StatusCode::OK, format!("handled {}", event.kind)),
        // The request is from Knock, but is not an event. Accept it, or Knock sends it again.
        Err(WebhookError::NotAnEvent(_)) => respond(StatusCode::OK, "ignored"),
        Err(error) => {
            log(&error);
            respond(StatusCode::UNAUTHORIZED, "the signature is invalid")
        }
    }
}

async fn verifier() -> anyhow::Result<Verifier> {
    let secret = knock_spin::variable("KNOCK_WEBHOOK_SECRET").await.context("KNOCK_WEBHOOK_SECRET")?;
    Verifier::new(secret.unwrap_or_default()).context("KNOCK_WEBHOOK_SECRET")
}
