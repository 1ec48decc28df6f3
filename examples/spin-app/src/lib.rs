//! A Spin app that notifies with Knock.
//!
//! - `POST /alerts` identifies a user and triggers a workflow.
//! - `GET /token/{user_id}` hands a browser its user token.
//! - `POST /webhooks/knock` receives Knock's outbound webhooks.
#![cfg(target_os = "wasi")]

use std::time::SystemTime;

use knock_spin::token::{TokenError, UserToken};
use knock_spin::users::UserRequest;
use knock_spin::webhook::{Verifier, WebhookError};
use knock_spin::{ErrorKind, Knock, Operation, Secret, users, workflows};
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
        _ => answer(StatusCode::NOT_FOUND, "not found"),
    }
}

fn answer(status: StatusCode, body: impl Into<String>) -> anyhow::Result<Response<String>> {
    Ok(Response::builder().status(status).body(body.into())?)
}

/// What the browser posts.
#[derive(Deserialize)]
struct Alert {
    user_id: String,
    email: String,
    dinosaur: String,
    /// The caller's own id of the alert: posting it twice notifies once.
    id: String,
}

async fn alert(request: Request) -> anyhow::Result<Response<String>> {
    let body = request.into_body().bytes().await?;
    let Ok(alert) = serde_json::from_slice::<Alert>(&body) else {
        return answer(StatusCode::BAD_REQUEST, "user_id, email, dinosaur and id are needed");
    };
    match notify(alert).await {
        Ok(run) => answer(StatusCode::OK, json!({ "workflow_run_id": run }).to_string()),
        Err(error) => {
            // One line without personal data: safe to log.
            eprintln!("{error}");
            let bad_input = error.kind() == ErrorKind::InvalidInput;
            let status = if bad_input { StatusCode::BAD_REQUEST } else { StatusCode::BAD_GATEWAY };
            answer(status, "the alert could not be sent")
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
    // A real app takes the user from its session, never from the path.
    match sign(user_id).await {
        Ok(token) => Ok(Response::builder().header("cache-control", "no-store").body(token.expose().to_owned())?),
        Err(error) => {
            eprintln!("{error}");
            answer(StatusCode::INTERNAL_SERVER_ERROR, "no token")
        }
    }
}

async fn sign(user_id: &str) -> Result<Secret, TokenError> {
    let signer = knock_spin::signer(&knock_spin::signing_key().await?)?;
    UserToken::new(user_id).sign(&signer, SystemTime::now())
}

async fn webhook(request: Request) -> anyhow::Result<Response<String>> {
    let verifier = Verifier::new(knock_spin::variable("KNOCK_WEBHOOK_SECRET").await.unwrap_or_default())?;
    let (parts, body) = request.into_parts();
    let body = body.bytes().await?;
    match verifier.verify(&parts.headers, &body, SystemTime::now().into()) {
        Ok(event) => answer(StatusCode::OK, format!("handled {}", event.kind)),
        // It is from Knock, but nothing for us: take it, or it is sent again.
        Err(WebhookError::NotAnEvent(_)) => answer(StatusCode::OK, "ignored"),
        Err(error) => {
            eprintln!("{error}");
            answer(StatusCode::UNAUTHORIZED, "the signature is not right")
        }
    }
}
