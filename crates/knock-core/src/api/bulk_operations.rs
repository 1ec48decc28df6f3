//! Bulk operations: how far Knock is with a call on many entities, which it carries out in the background.
//!
//! See its [reference](https://docs.knock.app/api-reference/bulk_operations).

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::client::{Client, MaybeSend, Transport};
use crate::error::{DecodeError, Error, InvalidInput};
use crate::open_enum::open_enum;
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::response;
use crate::time::Timestamp;

/// How many entities a call on many may name, unless it says otherwise.
pub const MAX_ENTITIES: usize = 1000;

open_enum! {
    /// How far a bulk operation is.
    pub enum BulkOperationStatus {
        Queued = "queued",
        Processing = "processing",
        Completed = "completed",
        Failed = "failed",
    }
}

/// How far Knock is with a call on many entities.
///
/// That it completed does not mean that every row succeeded: see [`error_items`](Self::error_items).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct BulkOperation {
    /// The id, by which [`get`] finds it.
    pub id: String,
    /// What is done, as `users.identify`.
    pub name: String,
    /// How far it is.
    pub status: BulkOperationStatus,
    /// About how many rows there are.
    #[serde(default)]
    pub estimated_total_rows: u64,
    /// How many rows were processed so far.
    #[serde(default)]
    pub processed_rows: u64,
    /// How many rows succeeded so far.
    #[serde(default)]
    pub success_count: u64,
    /// How many rows failed so far.
    #[serde(default)]
    pub error_count: u64,
    /// The entities that failed.
    #[serde(default)]
    pub error_items: Vec<BulkErrorItem>,
    /// Where its progress is found: a path or a whole URL; [`get`] needs only the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress_path: Option<String>,
    /// When it was asked for.
    pub inserted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it began.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// When it ended well.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// When it failed.
    #[serde(default)]
    pub failed_at: Option<Timestamp>,
}

/// An entity that a bulk operation failed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BulkErrorItem {
    /// The entity's id.
    pub id: String,
    /// The collection that it is in, where it is an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
}

/// The least time between two questions of [`BulkOperation::wait`].
const MIN_INTERVAL: Duration = Duration::from_millis(100);

impl BulkOperation {
    /// Whether it completed or failed, so that it will not change any more.
    pub fn is_finished(&self) -> bool {
        matches!(self.status, BulkOperationStatus::Completed | BulkOperationStatus::Failed)
    }

    /// Waits until it is finished, and gives it as it is then; after `limit`, as it is by then.
    ///
    /// It asks Knock every `interval`, though no more than ten times a second. What it gives may be
    /// unfinished or failed: look at its `status`. It asks as the client is configured; what was started on another
    /// branch by [`CallOptions::branch`](crate::CallOptions::branch) is for [`get`] with the same options.
    ///
    /// ```
    /// # use knock_core::{Client, Error, Operation, Transport};
    /// use std::time::Duration;
    /// use knock_core::bulk_operations::{self, BulkOperationStatus};
    ///
    /// # async fn example<T: Transport>(client: Client<T>, id: String) -> Result<(), Error> {
    /// let started = bulk_operations::get(id).send(&client).await?;
    /// let ended = started.wait(&client, Duration::from_secs(1), Duration::from_secs(60)).await?;
    /// match ended.status {
    ///     BulkOperationStatus::Completed => println!("{} done, {} not", ended.success_count, ended.error_count),
    ///     BulkOperationStatus::Failed => println!("failed"),
    ///     _ => println!("{} of {} so far", ended.processed_rows, ended.estimated_total_rows),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Where Knock cannot be asked; see [`Error`]. The bulk operation goes on all the same.
    pub fn wait<T: Transport>(
        self,
        client: &Client<T>,
        interval: Duration,
        limit: Duration,
    ) -> impl Future<Output = Result<Self, Error>> + MaybeSend + use<T> {
        let client = client.clone();
        let interval = interval.max(MIN_INTERVAL);
        async move {
            let end = client.transport().now() + limit;
            let mut operation = self;
            loop {
                let left = end.since(client.transport().now());
                if operation.is_finished() || left.is_zero() {
                    return Ok(operation);
                }
                client.transport().sleep(interval.min(left)).await;
                operation = get(operation.id).send(&client).await?;
            }
        }
    }
}

/// Gets a bulk operation; [`is_not_found`](crate::Error::is_not_found) where there is none.
///
/// The calls that start one are those named `bulk_…`, as [`users::bulk_identify`](crate::users::bulk_identify).
///
/// [Reference](https://docs.knock.app/api-reference/bulk_operations/get)
pub fn get(id: impl Into<String>) -> Get {
    Get { id: id.into() }
}

/// Made by [`get`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Get {
    id: String,
}

impl Operation for Get {
    type Output = BulkOperation;
    const INFO: OperationInfo =
        OperationInfo::get("bulk_operations.get", "/v1/bulk_operations/{id}", RateLimitTier::Tier4);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("id", &self.id)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<BulkOperation, DecodeError> {
        response::json(response)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt;
    use serde_json::json;

    use super::*;
    use crate::client::Attempt;
    use crate::config::Config;
    use crate::error::TransportError;
    use crate::time::UnixTime;

    /// Answers at once, with an operation that is done at `done_at`; sleeping moves its clock.
    struct FakeKnock {
        now: Mutex<UnixTime>,
        done_at: UnixTime,
        requests: Mutex<u32>,
    }

    impl Transport for FakeKnock {
        async fn send(
            &self,
            _: http::Request<Bytes>,
            _: Attempt<'_>,
        ) -> Result<http::Response<Bytes>, TransportError> {
            *self.requests.lock().unwrap() += 1;
            let status = if self.now() >= self.done_at { "completed" } else { "processing" };
            Ok(http::Response::new(operation(status).to_string().into()))
        }

        async fn sleep(&self, duration: Duration) {
            let mut now = self.now.lock().unwrap();
            *now = *now + duration;
        }

        fn now(&self) -> UnixTime {
            *self.now.lock().unwrap()
        }

        fn random(&self) -> Result<[u8; 16], TransportError> {
            Ok([7; 16])
        }
    }

    fn operation(status: &str) -> serde_json::Value {
        let time = "2026-01-02T03:04:05Z";
        json!({ "id": "b1", "name": "users.delete", "status": status, "inserted_at": time, "updated_at": time })
    }

    /// Waits with 10 s between questions; says how it ended, after how many questions and seconds.
    fn wait(status: &str, done_at: u64, limit: u64) -> (BulkOperationStatus, u32, u64) {
        let knock = FakeKnock {
            now: Mutex::new(UnixTime::from_secs(0)),
            done_at: UnixTime::from_secs(done_at),
            requests: Mutex::default(),
        };
        let client = Client::with_transport(Config::new("sk_test_12345").unwrap(), knock);
        let begun: BulkOperation = serde_json::from_value(operation(status)).unwrap();
        let waiting = begun.wait(&client, Duration::from_secs(10), Duration::from_secs(limit));
        let ended = waiting.now_or_never().unwrap().unwrap();
        let knock = client.transport();
        (ended.status, *knock.requests.lock().unwrap(), knock.now().as_secs())
    }

    #[test]
    fn waits_until_it_is_finished_or_the_limit_is_over() {
        use BulkOperationStatus::{Completed, Failed, Processing};

        assert_eq!(wait("queued", 25, 60), (Completed, 3, 30));
        assert_eq!(wait("queued", 25, 25), (Completed, 3, 25));
        assert_eq!(wait("queued", 90, 25), (Processing, 3, 25));
        assert_eq!(wait("failed", 25, 60), (Failed, 0, 0));
    }
}
