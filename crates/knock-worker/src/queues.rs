//! Calls in [Cloudflare Queues](https://developers.cloudflare.com/queues/): a producer and a consumer.
//!
//! Put a call into a queue where a request should not wait for Knock, or where a notification must survive an outage
//! of Knock. A queue delivers each message at least once; the idempotency key in the call keeps a second
//! delivery from notifying again.
//!
//! ```no_run
//! use knock_worker::{Knock, PreparedCall, queues, workflows};
//! use worker::{Context, Env, MessageBatch, Request, Response, Result, event};
//!
//! #[event(fetch)]
//! async fn fetch(_: Request, env: Env, _: Context) -> Result<Response> {
//!     let knock = Knock::from_env(&env).map_err(|error| error.to_string())?;
//!     let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
//!     let call = knock.prepare(&trigger).map_err(|error| error.to_string())?;
//!     queues::enqueue(&env.queue("NOTIFICATIONS")?, &call)
//!         .await
//!         .map_err(|error| error.to_string())?;
//!     Response::ok("queued")
//! }
//!
//! #[event(queue)]
//! async fn queue(batch: MessageBatch<PreparedCall>, env: Env, _: Context) -> Result<()> {
//!     let knock = Knock::from_env(&env).map_err(|error| error.to_string())?;
//!     queues::consume(&batch, &knock, &env.queue("UNDELIVERED")?).await;
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! In `wrangler.toml`, with a queue for what a person has to look at:
//!
//! ```toml
//! [[queues.producers]]
//! binding = "NOTIFICATIONS"
//! queue = "notifications"
//!
//! [[queues.producers]]
//! binding = "UNDELIVERED"
//! queue = "notifications-undelivered"
//!
//! [[queues.consumers]]
//! queue = "notifications"
//! max_retries = 25                                  # with the waits in between, some 13 hours
//! dead_letter_queue = "notifications-undelivered"   # without it, Cloudflare deletes what failed too often
//! ```
//!
//! A message is the stored form of the [`PreparedCall`] as text, so another program may write or read it.

use std::fmt;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use knock_core::queue::{Delivery, Next, Past, Reason, Retry};
use knock_core::{PreparedCall, Transport, UnixTime};
use serde::{Deserialize, Serialize};
use worker::wasm_bindgen::JsValue;
use worker::{
    MessageBatch, MessageExt, Queue, QueueContentType, QueueRetryOptions, QueueRetryOptionsBuilder,
    RawMessage, RawMessageBuilder, SendMessage, console_error, js_sys,
};

use crate::Knock;

/// The largest message, in bytes. Of Cloudflare's limit of 128,000, up to 100 are its own.
///
/// See the [limits](https://developers.cloudflare.com/queues/platform/limits/) of Cloudflare Queues.
pub const MAX_MESSAGE_BYTES: usize = 127_900;

const SHORTEST_BACKOFF: Duration = Duration::from_secs(1);
const LONGEST_BACKOFF: Duration = Duration::from_hours(1);

/// How many calls of a batch are in flight. More than six connections of a Worker wait for each other.
const IN_FLIGHT: usize = 6;

/// Why a call was not put into a queue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnqueueError {
    /// The call is not safe to repeat, and a queue may deliver it twice. Send it directly.
    #[error("`{operation}` is not safe to repeat, and a queue may deliver it twice; send it directly")]
    NotRepeatable {
        /// The name of the operation.
        operation: String,
    },
    /// The call is larger than a message may be. Split a trigger with many recipients, or shorten its data.
    #[error("the call has {bytes} bytes; a message has at most {MAX_MESSAGE_BYTES}")]
    TooLarge {
        /// The size of the call, in bytes.
        bytes: usize,
    },
    /// The queue did not take the call, for example because it gets too many messages. Nothing is enqueued.
    #[error("the queue did not take the call: {0}")]
    Queue(#[from] worker::Error),
}

/// Puts a call into a queue.
///
/// # Errors
///
/// See [`EnqueueError`]. Except for [`Queue`](EnqueueError::Queue), every error is found before anything is sent to the
/// queue.
pub async fn enqueue(queue: &Queue, call: &PreparedCall) -> Result<(), EnqueueError> {
    if !call.is_repeatable() {
        return Err(EnqueueError::NotRepeatable { operation: call.operation().to_owned() });
    }
    let text = serde_json::to_string(call).map_err(worker::Error::from)?;
    if text.len() > MAX_MESSAGE_BYTES {
        return Err(EnqueueError::TooLarge { bytes: text.len() });
    }
    queue.send_raw(text_message(&text)).await?;
    Ok(())
}

/// Sends the calls of a batch, six at a time, and tells the queue about each as soon as it ended:
///
/// - A call that Knock carried out, and one that expired, is acknowledged.
/// - A call that may succeed later is retried after the time that Knock asks for, up to an hour, or else after as long as it
///   has waited so far, from a second to an hour. The `max_retries` of the consumer limit how often.
/// - What would fail again, could notify twice or is not a call goes to `undelivered` as an [`Undelivered`] message.
///
/// If the Worker stops half-way, Cloudflare delivers the calls again that were not acknowledged, and their idempotency
/// keys keep them from notifying twice. Knock remembers a key for 24 hours, so a message that is older is not sent,
/// unless its call needs no key.
///
/// Nothing is returned as an error, since an error would make Cloudflare deliver the whole batch again.
pub async fn consume(batch: &MessageBatch<PreparedCall>, knock: &Knock, undelivered: &Queue) -> Summary {
    let deliveries = stream::iter(batch.raw_iter()).map(|message| deliver(message, knock, undelivered));
    deliveries.buffer_unordered(IN_FLIGHT).fold(Summary::default(), async |sum, next| sum.with(next)).await
}

/// How the deliveries of a batch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Summary {
    /// The number of calls that Knock carried out.
    pub sent: usize,
    /// The number of calls that were too late to be sent.
    pub expired: usize,
    /// The number of messages that are delivered again.
    pub retried: usize,
    /// The number of messages that went to the queue of the undelivered ones.
    pub undelivered: usize,
}

impl Summary {
    fn with(mut self, next: Next) -> Self {
        let count = match next {
            Next::Sent => &mut self.sent,
            Next::Expired => &mut self.expired,
            Next::Retry(_) => &mut self.retried,
            Next::SetAside(_) => &mut self.undelivered,
        };
        *count += 1;
        self
    }
}

/// A message that was not delivered, and why, as the JSON text in the queue of the undelivered ones.
///
/// These come to the same queue unchanged: messages that failed more often than `max_retries`, which Cloudflare itself
/// forwards, and messages that are neither text nor a stored call, for example bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Undelivered {
    /// The [name](Reason::as_str) of the reason.
    pub reason: String,
    /// What went wrong, without personal data.
    pub error: String,
    /// The message as it was: a stored call as text or, if the reason is `not_a_call`, any text.
    pub message: String,
}

/// Shows no message, which may be personal.
impl fmt::Debug for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undelivered")
            .field("reason", &self.reason)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

async fn deliver(message: RawMessage, knock: &Knock, undelivered: &Queue) -> Next {
    let body = message.body();
    let text = text_of(&body);
    // The time of the message is before any delivery of it.
    let enqueued_at = UnixTime::from_millis(message.timestamp().as_millis());
    let (next, error) = match serde_json::from_str(&text) {
        Ok(call) => attempt(call, enqueued_at, knock).await,
        // The description of a message that is not a call may quote it.
        Err(_) => (Next::SetAside(Reason::NotACall), "the message is not a stored call".to_owned()),
    };
    match next {
        Next::Sent | Next::Expired => message.ack(),
        Next::Retry(retry) => {
            console_error!("a call is sent again later: {error}");
            let age = knock.transport().now().since(enqueued_at);
            let wait = retry.wait_or(age.clamp(SHORTEST_BACKOFF, LONGEST_BACKOFF));
            message.retry_with_options(&delay(wait));
        }
        Next::SetAside(reason) => {
            console_error!("a call is set aside ({reason}): {error}");
            let is_whole = body.is_string() || reason != Reason::NotACall;
            let entry = if is_whole { entry(reason, error, text) } else { unchanged(body) };
            return set_aside(&message, reason, entry, undelivered).await;
        }
    }
    next
}

/// Sends a call, and returns what to do with its message and the error.
async fn attempt(call: PreparedCall, enqueued_at: UnixTime, knock: &Knock) -> (Next, String) {
    // `worker` does not tell whether the message was delivered before.
    let past = Past { interrupted: true, first_sent_at: Some(enqueued_at) };
    match Delivery::begin(&call, past, knock.transport().now()) {
        Ok(delivery) => {
            let result = knock.execute(call, None).await;
            let next = delivery.end(&result);
            (next, result.err().map(|error| error.to_string()).unwrap_or_default())
        }
        Err(next) => (next, "the call was not sent".to_owned()),
    }
}

/// Sends a message to the queue of the undelivered ones. If that fails, it is delivered again.
async fn set_aside(
    message: &RawMessage,
    reason: Reason,
    entry: SendMessage<JsValue>,
    undelivered: &Queue,
) -> Next {
    if let Err(error) = undelivered.send_raw(entry).await {
        console_error!("the queue of the undelivered calls did not take it: {error}");
        message.retry_with_options(&delay(SHORTEST_BACKOFF));
        let at_least = SHORTEST_BACKOFF;
        return Next::Retry(Retry { after: None, at_least, counts: true, may_have_acted: false });
    }
    message.ack();
    Next::SetAside(reason)
}

/// Returns the message for the queue of the undelivered ones. If there is no room for the reason, it is the text alone.
fn entry(reason: Reason, error: String, text: String) -> SendMessage<JsValue> {
    let entry = Undelivered { reason: reason.as_str().to_owned(), error, message: text };
    let stored = serde_json::to_string(&entry).ok().filter(|stored| stored.len() <= MAX_MESSAGE_BYTES);
    text_message(&stored.unwrap_or(entry.message))
}

/// Returns a message with the same body. As JSON, bytes and maps would be empty objects.
fn unchanged(body: JsValue) -> SendMessage<JsValue> {
    RawMessageBuilder::new(body).build_with_content_type(QueueContentType::V8)
}

fn text_message(text: &str) -> SendMessage<JsValue> {
    RawMessageBuilder::new(JsValue::from_str(text)).build_with_content_type(QueueContentType::Text)
}

/// Returns the text of a message, or what may be one: a call that another program sent as JSON is an object.
fn text_of(body: &JsValue) -> String {
    // What JSON does not have, such as `undefined`, has no text either.
    let json = || js_sys::JSON::stringify(body).ok()?.as_string();
    body.as_string().or_else(json).unwrap_or_default()
}

/// No wait here is longer than an hour; Cloudflare's limit is 12 hours.
fn delay(wait: Duration) -> QueueRetryOptions {
    let whole_seconds = wait.as_millis().div_ceil(1000);
    QueueRetryOptionsBuilder::new()
        .with_delay_seconds(u32::try_from(whole_seconds).unwrap_or(u32::MAX))
        .build()
}
