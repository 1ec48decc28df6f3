//! A shop that notifies its customers of their orders.
//!
//! - `POST /orders` stores an order and its notification in one transaction.
//! - `GET /orders/{id}` tells whether the customer was notified.
//! - `POST /webhooks/knock` receives Knock's outbound webhooks.
//! - `GET /metrics` shows the state of the queue.

/// Generated from `knock/` by `cargo xtask types`.
#[rustfmt::skip]
mod knock;
mod orders;

use std::fmt::Display;
use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use knock_jobs::{Counters, Job, Queue};
use knock_reqwest::webhook::{EventType, Subject, Verifier, WebhookError};
use knock_reqwest::{Knock, UnixTime};
use serde_json::{Value, json};
use sqlx::Pool;

use crate::knock::OrderConfirmed;
pub use orders::{Order, Orders};

/// What the handlers share.
#[derive(Debug)]
pub struct Shop<DB: Orders> {
    /// The database of the orders and of the queue.
    pub pool: Pool<DB>,
    /// The queue of notifications.
    pub queue: Queue<DB>,
    /// Checks notifications before they are enqueued. The worker sends them.
    pub knock: Knock,
    /// Knows the secret of the webhook endpoint.
    pub webhooks: Verifier,
    /// What the worker in this process has done.
    pub counters: Arc<Counters>,
}

type Result<T> = std::result::Result<T, (StatusCode, String)>;
type Shared<DB> = State<Arc<Shop<DB>>>;

/// Returns the routes of the shop.
pub fn router<DB: Orders>(shop: Shop<DB>) -> Router {
    Router::new()
        .route("/orders", post(place_order::<DB>))
        .route("/orders/{id}", get(show_order::<DB>))
        .route("/webhooks/knock", post(webhook::<DB>))
        .route("/metrics", get(metrics::<DB>))
        .with_state(Arc::new(shop))
}

async fn place_order<DB: Orders>(State(shop): Shared<DB>, Json(order): Json<Order>) -> Result<StatusCode> {
    let data = OrderConfirmed { order: order.id.clone(), item: order.item.clone() };
    let trigger = data.trigger().recipients([&order.customer]).idempotency_key(format!("order-{}", order.id));
    let call = shop.knock.prepare(&trigger).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;

    let mut tx = shop.pool.begin().await.map_err(internal)?;
    if !DB::insert(&mut tx, &order).await.map_err(internal)? {
        return Ok(StatusCode::OK);
    }
    // A customer's notifications come in the order of their orders.
    let job = Job::new(call).in_order_of(&order.customer);
    shop.queue.enqueue(&mut tx, job).await.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    Ok(StatusCode::CREATED)
}

async fn show_order<DB: Orders>(State(shop): Shared<DB>, Path(id): Path<String>) -> Result<Json<Value>> {
    let notified = DB::is_notified(&shop.pool, &id).await.map_err(internal)?;
    let notified = notified.ok_or_else(|| (StatusCode::NOT_FOUND, "there is no such order".to_owned()))?;
    Ok(Json(json!({ "id": id, "notified": notified })))
}

/// Takes the raw body: the signature is that of its bytes.
async fn webhook<DB: Orders>(State(shop): Shared<DB>, headers: HeaderMap, body: Bytes) -> Result<StatusCode> {
    let now = UnixTime::from(SystemTime::now());
    let event = match shop.webhooks.verify(&headers, &body, now) {
        Ok(event) => event,
        // It is from Knock, but it is not an event. Accept it, or Knock sends it again.
        Err(WebhookError::NotAnEvent(_)) => return Ok(StatusCode::OK),
        Err(error) => {
            tracing::warn!("a webhook was refused: {error}");
            return Err((StatusCode::UNAUTHORIZED, "the signature is invalid".to_owned()));
        }
    };
    // Events can arrive more than once: what they do must be the same the second time.
    if let (EventType::MessageDelivered, Subject::Message(message)) = (&event.kind, event.subject())
        && let Some(order) = message.data.as_ref().and_then(|data| data.get("order")?.as_str())
    {
        DB::set_notified(&shop.pool, order).await.map_err(internal)?;
    }
    Ok(StatusCode::OK)
}

async fn metrics<DB: Orders>(State(shop): Shared<DB>) -> Result<String> {
    let depth = shop.queue.depth().await.map_err(internal)?;
    let values = [
        ("knock_jobs_waiting", depth.waiting),
        ("knock_jobs_in_flight", depth.in_flight),
        ("knock_jobs_dead", depth.dead),
        ("knock_jobs_oldest_due_seconds", depth.oldest_due.as_secs()),
        ("knock_jobs_sent_total", shop.counters.sent()),
        ("knock_jobs_retried_total", shop.counters.retried()),
        ("knock_jobs_expired_total", shop.counters.expired()),
    ];
    Ok(values.map(|(name, value)| format!("{name} {value}\n")).concat())
}

/// Logs an error, which the customer does not see: it may name tables or hosts.
fn internal(error: impl Display) -> (StatusCode, String) {
    tracing::error!("{error}");
    (StatusCode::INTERNAL_SERVER_ERROR, "the shop has a problem".to_owned())
}
