//! A Worker that sends notifications with Knock.
//!
//! - `POST /alerts` identifies a user and triggers a workflow.
//! - `POST /alerts/later` puts the same into a queue, and responds at once. The queue's consumer sends it.
//! - `GET /token?user_id=…` returns a user token for the browser.
//! - `POST /webhooks/knock` receives Knock's outbound webhooks.
//! - A cron trigger sends the daily digest.
#![cfg(target_arch = "wasm32")]

use std::sync::OnceLock;

use knock_worker::token::{TokenError, UserToken};
use knock_worker::users::UserRequest;
use knock_worker::webhook::{Verifier, WebhookError};
use knock_worker::workflows::Trigger;
use knock_worker::{
    ErrorKind, Knock, Operation, PreparedCall, UnixTime, WebCryptoSigner, queues, users, workflows,
};
use serde::Deserialize;
use serde_json::json;
use worker::{
    Context, Date, Env, MessageBatch, Method, Request, Response, Result, ScheduleContext, ScheduledEvent,
    Url, console_error, event,
};

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _: Context) -> Result<Response> {
    let url = request.url()?;
    match (request.method(), url.path()) {
        (Method::Post, "/alerts") => alert(&mut request, &env).await,
        (Method::Post, "/alerts/later") => alert_later(&mut request, &env).await,
        (Method::Get, "/token") => token(&url, &env).await,
        (Method::Post, "/webhooks/knock") => webhook(&mut request, &env).await,
        _ => Response::error("not found", 404),
    }
}

#[event(scheduled)]
async fn scheduled(event: ScheduledEvent, env: Env, _: ScheduleContext) {
    if let Err(error) = digest(event.schedule(), &env).await {
        console_error!("{error}");
    }
}

#[event(queue)]
async fn queue(batch: MessageBatch<PreparedCall>, env: Env, _: Context) -> Result<()> {
    let knock = knock(&env).map_err(|error| error.to_string())?;
    queues::consume(&batch, knock, &env.queue("UNDELIVERED")?).await;
    Ok(())
}

// An isolate serves many requests. The client and the signer are made once per isolate, so that all calls share one
// retry budget and the signing key is imported once. When a secret changes, Cloudflare starts new isolates.

fn knock(env: &Env) -> std::result::Result<&'static Knock, knock_worker::Error> {
    static KNOCK: OnceLock<Knock> = OnceLock::new();
    if let Some(knock) = KNOCK.get() {
        return Ok(knock);
    }
    let knock = Knock::from_env(env)?;
    Ok(KNOCK.get_or_init(|| knock))
}

async fn signer(env: &Env) -> std::result::Result<&'static WebCryptoSigner, TokenError> {
    static SIGNER: OnceLock<WebCryptoSigner> = OnceLock::new();
    if let Some(signer) = SIGNER.get() {
        return Ok(signer);
    }
    let signer = WebCryptoSigner::from_env(env).await?;
    Ok(SIGNER.get_or_init(|| signer))
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

async fn alert(request: &mut Request, env: &Env) -> Result<Response> {
    let Ok(alert) = request.json::<Alert>().await else { return incomplete() };
    match notify(alert, env).await {
        Ok(run) => Response::from_json(&json!({ "workflow_run_id": run })),
        Err(error) => failed(&error),
    }
}

async fn alert_later(request: &mut Request, env: &Env) -> Result<Response> {
    let Ok(alert) = request.json::<Alert>().await else { return incomplete() };
    let call = match prepare(&alert, env) {
        Ok(call) => call,
        Err(error) => return failed(&error),
    };
    match queues::enqueue(&env.queue("NOTIFICATIONS")?, &call).await {
        Ok(()) => Ok(Response::ok("queued")?.with_status(202)),
        Err(error) => {
            console_error!("{error}");
            Response::error("the alert could not be queued", 502)
        }
    }
}

fn incomplete() -> Result<Response> {
    Response::error("user_id, email, dinosaur and id are required", 400)
}

const NOT_CONFIGURED: &str = "a secret or variable of the Worker is missing or invalid; the log says which";

fn failed(error: &knock_worker::Error) -> Result<Response> {
    // One line without personal data, so it is safe to log.
    console_error!("{error}");
    match error.kind() {
        ErrorKind::Configuration => Response::error(NOT_CONFIGURED, 500),
        ErrorKind::InvalidInput => Response::error("the alert is invalid", 400),
        _ => Response::error("the alert could not be sent", 502),
    }
}

async fn notify(alert: Alert, env: &Env) -> std::result::Result<String, knock_worker::Error> {
    let knock = knock(env)?;
    users::identify(UserRequest::new(&alert.user_id).email(&alert.email)).send(knock).await?;
    let run = trigger(&alert).recipients([&alert.user_id]).send(knock).await?;
    Ok(run.workflow_run_id)
}

/// Prepares a single call, since a queue keeps no order: the trigger itself identifies the user.
fn prepare(alert: &Alert, env: &Env) -> std::result::Result<PreparedCall, knock_worker::Error> {
    let user = UserRequest::new(&alert.user_id).email(&alert.email);
    knock(env)?.prepare(&trigger(alert).recipients([user]))
}

fn trigger(alert: &Alert) -> Trigger {
    workflows::trigger("dinosaurs-loose")
        .data(json!({ "dinosaur": alert.dinosaur }))
        .idempotency_key(format!("alert-{}", alert.id))
}

async fn token(url: &Url, env: &Env) -> Result<Response> {
    // A real app takes the user id from its session, never from the query.
    let Some((_, user_id)) = url.query_pairs().find(|(name, _)| name == "user_id") else {
        return Response::error("user_id is required", 400);
    };
    let signed = async { UserToken::new(user_id).sign_async(signer(env).await?, now()).await };
    match signed.await {
        Ok(token) => {
            let mut response = Response::ok(token.expose())?;
            response.headers_mut().set("cache-control", "no-store")?;
            Ok(response)
        }
        Err(error) => {
            console_error!("{error}");
            Response::error("the token could not be signed", 500)
        }
    }
}

async fn webhook(request: &mut Request, env: &Env) -> Result<Response> {
    // Without the secret, the verifier says that it is empty.
    let secret = env.secret("KNOCK_WEBHOOK_SECRET").map(|secret| secret.to_string()).unwrap_or_default();
    let verifier = match Verifier::new(secret) {
        Ok(verifier) => verifier,
        Err(error) => {
            console_error!("KNOCK_WEBHOOK_SECRET: {error}");
            return Response::error(NOT_CONFIGURED, 500);
        }
    };
    let headers = request.headers().into();
    let body = request.bytes().await?;
    match verifier.verify(&headers, &body, now()) {
        Ok(event) => Response::ok(format!("handled {}", event.kind)),
        // The request is from Knock, but is not an event. Accept it, or Knock sends it again.
        Err(WebhookError::NotAnEvent(_)) => Response::ok("ignored"),
        Err(error) => {
            console_error!("{error}");
            Response::error("the signature is invalid", 401)
        }
    }
}

async fn digest(scheduled_at: f64, env: &Env) -> std::result::Result<(), knock_worker::Error> {
    // The key contains the scheduled time, so a repeated run notifies once.
    workflows::trigger("daily-digest")
        .recipients(["jhammond"])
        .idempotency_key(format!("daily-digest-{scheduled_at}"))
        .send(knock(env)?)
        .await?;
    Ok(())
}

fn now() -> UnixTime {
    UnixTime::from_millis(Date::now().as_millis())
}
