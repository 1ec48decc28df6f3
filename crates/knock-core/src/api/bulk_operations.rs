//! Bulk operations: the progress of calls on many entities, which Knock carries out in the background.
//!
//! See its [reference](https://docs.knock.app/api-reference/bulk_operations).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::config::CallOptions;
use crate::error::Error;
use crate::maybe_send::MaybeSend;
use crate::operation::{Operation, operation};
use crate::transport::Transport;
use crate::value::Timestamp;
use crate::wire::{open_enum, or_default, readable_items};

/// The largest number of entities that one call may name, unless the call has its own limit.
pub const MAX_ENTITIES: usize = 1000;

/// The shortest time between two requests of [`BulkOperation::wait`].
const MIN_INTERVAL: Duration = Duration::from_millis(100);

open_enum! {
    /// The status of a bulk operation.
    pub enum BulkOperationStatus {
        Queued = "queued",
        Processing = "processing",
        Completed = "completed",
        Failed = "failed",
    }
}

/// The progress of a call on many entities.
///
/// A bulk operation can complete although some rows failed; see [`error_count`](Self::error_count).
///
/// Only the id and the status are needed to wait for a bulk operation. Any other value that cannot be read costs only its
/// field, which then has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct BulkOperation {
    /// The id of the bulk operation, for [`get`].
    pub id: String,
    /// The name of the call, for example `users.identify`.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The status.
    pub status: BulkOperationStatus,
    /// The approximate number of rows.
    #[serde(default, deserialize_with = "or_default")]
    pub estimated_total_rows: u64,
    /// The number of rows processed so far.
    #[serde(default, deserialize_with = "or_default")]
    pub processed_rows: u64,
    /// The number of rows that have succeeded so far.
    #[serde(default, deserialize_with = "or_default")]
    pub success_count: u64,
    /// The number of rows that have failed so far.
    #[serde(default, deserialize_with = "or_default")]
    pub error_count: u64,
    /// The entities that failed. They may be fewer than [`error_count`](Self::error_count), if Knock does not list them
    /// all.
    #[serde(default, deserialize_with = "readable_items")]
    pub error_items: Vec<BulkErrorItem>,
    /// The location of the progress, a path or a URL. You do not need it for [`get`].
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "or_default")]
    pub progress_path: Option<String>,
    /// When the bulk operation was requested.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "or_default")]
    pub inserted_at: Option<Timestamp>,
    /// When the bulk operation last changed.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "or_default")]
    pub updated_at: Option<Timestamp>,
    /// When the bulk operation started.
    #[serde(default, deserialize_with = "or_default")]
    pub started_at: Option<Timestamp>,
    /// When the bulk operation completed.
    #[serde(default, deserialize_with = "or_default")]
    pub completed_at: Option<Timestamp>,
    /// When the bulk operation failed.
    #[serde(default, deserialize_with = "or_default")]
    pub failed_at: Option<Timestamp>,
}

/// An entity for which a bulk operation failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BulkErrorItem {
    /// The id of the entity.
    pub id: String,
    /// The collection of the entity, if it is an object.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "or_default")]
    pub collection: Option<String>,
}

impl BulkOperation {
    /// Whether the bulk operation has completed or failed. It does not change any more then.
    pub fn is_finished(&self) -> bool {
        matches!(self.status, BulkOperationStatus::Completed | BulkOperationStatus::Failed)
    }

    /// Waits until the bulk operation has completed, and returns it as it is then.
    ///
    /// It is fetched once every `interval`, but at most ten times a second. The returned operation has completed, but
    /// some of its rows may have failed; see [`error_count`](Self::error_count).
    ///
    /// The requests have the configuration of the client. If the bulk operation was started on another branch with
    /// [`CallOptions::branch`](crate::CallOptions::branch), use [`get`] with the same option instead.
    ///
    /// ```
    /// # use knock_core::{Client, Error, Operation, Transport};
    /// use std::time::Duration;
    /// use knock_core::bulk_operations::WaitError;
    /// use knock_core::users;
    ///
    /// # async fn example<T: Transport>(client: Client<T>) -> Result<(), Error> {
    /// let (interval, limit) = (Duration::from_secs(1), Duration::from_secs(60));
    /// let started = users::bulk_delete(["jhammond", "agrant"]).send(&client).await?.value;
    /// match started.wait(&client, interval, limit).await {
    ///     Ok(done) => println!("{} deleted, {} not", done.success_count, done.error_count),
    ///     Err(WaitError::Unfinished(so_far)) => {
    ///         println!("{} rows processed so far", so_far.processed_rows);
    ///         so_far.wait(&client, interval, limit).await?;
    ///     }
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`WaitError::Failed`] if the bulk operation failed.
    /// - [`WaitError::Unfinished`] if it is not finished after `limit`.
    /// - [`WaitError::Call`] if it cannot be fetched.
    ///
    /// Except after a failure, Knock continues the bulk operation, and you can wait for it again. With `?`, a
    /// [`WaitError`] becomes an [`Error`].
    pub fn wait<T: Transport>(
        &self,
        client: &Client<T>,
        interval: Duration,
        limit: Duration,
    ) -> impl Future<Output = Result<Self, WaitError>> + MaybeSend + use<T> {
        self.wait_with(client, CallOptions::new(), interval, limit)
    }

    /// Waits as [`wait`](Self::wait) does, with options for its requests.
    pub(crate) fn wait_with<T: Transport>(
        &self,
        client: &Client<T>,
        options: CallOptions,
        interval: Duration,
        limit: Duration,
    ) -> impl Future<Output = Result<Self, WaitError>> + MaybeSend + use<T> {
        let client = client.clone();
        let interval = interval.max(MIN_INTERVAL);
        let mut operation = self.clone();
        async move {
            let end = client.transport().steady().saturating_add(limit);
            loop {
                match operation.status {
                    BulkOperationStatus::Completed => return Ok(operation),
                    BulkOperationStatus::Failed => return Err(WaitError::Failed(Box::new(operation))),
                    _ => {}
                }
                let left = end.saturating_sub(client.transport().steady());
                if left.is_zero() {
                    return Err(WaitError::Unfinished(Box::new(operation)));
                }
                client.transport().sleep(interval.min(left)).await;
                operation = get(operation.id).with(options.clone()).send(&client).await?;
            }
        }
    }
}

/// The error of [`BulkOperation::wait`].
///
/// It converts into an [`Error`], with the kind [`BulkOperation`](crate::ErrorKind::BulkOperation) unless it comes from
/// a call. `Debug` and `Display` show the counts of the bulk operation, but none of its ids.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The bulk operation could not be fetched. Knock continues it, and you can wait for it again.
    #[error(transparent)]
    Call(#[from] Error),
    /// The bulk operation failed. It contains the number of rows that had succeeded by then.
    #[error(
        "the bulk operation `{}` failed (rows: {} succeeded, {} failed)",
        .0.name, .0.success_count, .0.error_count
    )]
    Failed(Box<BulkOperation>),
    /// The bulk operation is not finished after the limit. Knock continues it, and you can wait for it again.
    #[error(
        "the bulk operation `{}` is not finished (rows: {} of about {} processed)",
        .0.name, .0.processed_rows, .0.estimated_total_rows
    )]
    Unfinished(Box<BulkOperation>),
}

impl fmt::Debug for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (variant, operation) = match self {
            Self::Call(error) => return f.debug_tuple("Call").field(error).finish(),
            Self::Failed(operation) => ("Failed", operation),
            Self::Unfinished(operation) => ("Unfinished", operation),
        };
        f.debug_struct(variant)
            .field("name", &operation.name)
            .field("status", &operation.status)
            .field("estimated_total_rows", &operation.estimated_total_rows)
            .field("processed_rows", &operation.processed_rows)
            .field("success_count", &operation.success_count)
            .field("error_count", &operation.error_count)
            .finish_non_exhaustive()
    }
}

impl From<WaitError> for Error {
    fn from(error: WaitError) -> Self {
        match error {
            WaitError::Call(error) => error,
            WaitError::Failed(_) | WaitError::Unfinished(_) => Self::bulk_operation(error.to_string()),
        }
    }
}

operation! {
    /// Gets a bulk operation.
    ///
    /// Bulk operations are started by functions whose names begin with `bulk_`, for example
    /// [`users::bulk_identify`](crate::users::bulk_identify). If the bulk operation does not exist, the error
    /// [is not found](crate::Error::is_not_found).
    ///
    /// [Reference](https://docs.knock.app/api-reference/bulk_operations/get)
    #[doc(alias = "bulkOperations.get")]
    pub fn get(id) -> Get {
        "bulk_operations.get": GET "/v1/bulk_operations/{id}", Tier4;
        returns (BulkOperation);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use bytes::Bytes;
    use futures_util::FutureExt;
    use serde_json::json;

    use super::*;
    use crate::call::Attempt;
    use crate::config::Config;
    use crate::error::{ErrorKind, TransportError};
    use crate::value::UnixTime;

    /// Responds at once, with an operation that is finished at `done_at`; sleeping moves its clock. The system's clock
    /// is set back by an hour at each request.
    struct FakeKnock {
        now: Mutex<UnixTime>,
        done_at: UnixTime,
        outcome: &'static str,
        requests: Mutex<u32>,
    }

    impl Transport for FakeKnock {
        async fn send(
            &self,
            _: http::Request<Bytes>,
            _: Attempt<'_>,
        ) -> Result<http::Response<Bytes>, TransportError> {
            *self.requests.lock().unwrap() += 1;
            let status = if *self.now.lock().unwrap() >= self.done_at { self.outcome } else { "processing" };
            Ok(http::Response::new(operation(status).to_string().into()))
        }

        async fn sleep(&self, duration: Duration) {
            let mut now = self.now.lock().unwrap();
            *now = *now + duration;
        }

        fn now(&self) -> UnixTime {
            let set_back = Duration::from_secs(3600) * *self.requests.lock().unwrap();
            UnixTime::from_secs(1_790_000_000_u64.saturating_sub(set_back.as_secs())) + self.steady()
        }

        fn steady(&self) -> Duration {
            self.now.lock().unwrap().since(UnixTime::from_secs(0))
        }

        fn random(&self) -> Result<[u8; 16], TransportError> {
            Ok([7; 16])
        }
    }

    fn operation(status: &str) -> serde_json::Value {
        let time = "2026-01-02T03:04:05Z";
        json!({
            "id": "b1", "name": "users.delete", "status": status, "estimated_total_rows": 3, "processed_rows": 2,
            "success_count": 1, "error_count": 1, "error_items": [{ "id": "jhammond" }],
            "inserted_at": time, "updated_at": time
        })
    }

    fn knock(outcome: &'static str, done_at: u64) -> Client<FakeKnock> {
        let knock = FakeKnock {
            now: Mutex::new(UnixTime::from_secs(0)),
            done_at: UnixTime::from_secs(done_at),
            outcome,
            requests: Mutex::default(),
        };
        Client::with_transport(Config::new("sk_test_12345").unwrap(), knock)
    }

    /// Waits with 10 s between requests.
    fn wait(
        begun: &BulkOperation,
        client: &Client<FakeKnock>,
        limit: u64,
    ) -> Result<BulkOperation, WaitError> {
        let waiting = begun.wait(client, Duration::from_secs(10), Duration::from_secs(limit));
        waiting.now_or_never().unwrap()
    }

    fn begun(status: &str) -> BulkOperation {
        serde_json::from_value(operation(status)).unwrap()
    }

    /// The number of requests and the seconds that passed.
    fn effort(client: &Client<FakeKnock>) -> (u32, u64) {
        (*client.transport().requests.lock().unwrap(), client.transport().steady().as_secs())
    }

    #[test]
    fn an_odd_value_costs_only_its_field() {
        let good = begun("completed");
        let names = [
            "name",
            "estimated_total_rows",
            "processed_rows",
            "success_count",
            "error_count",
            "error_items",
            "progress_path",
            "inserted_at",
            "updated_at",
            "started_at",
            "completed_at",
            "failed_at",
        ];
        for name in names {
            for odd in [json!(null), json!(-1), json!("soon"), json!({ "id": 7 }), json!([7])] {
                let mut operation = operation("completed");
                operation[name] = odd;
                let read: BulkOperation = serde_json::from_value(operation).unwrap();
                assert_eq!((&read.id, &read.status), (&good.id, &good.status), "{name}");
            }
        }
        let mut operation = operation("completed");
        operation["error_items"] =
            json!([{ "id": 7 }, { "id": "jhammond", "collection": 7 }, null, { "id": "agrant" }]);
        let read: BulkOperation = serde_json::from_value(operation).unwrap();
        let ids: Vec<_> = read.error_items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["jhammond", "agrant"]);
    }

    #[test]
    fn waits_until_it_has_completed() {
        for (limit, seconds) in [(60, 30), (25, 25)] {
            let client = knock("completed", 25);
            let done = wait(&begun("queued"), &client, limit).unwrap();
            assert_eq!(done.status, BulkOperationStatus::Completed);
            assert_eq!(effort(&client), (3, seconds));
        }
    }

    #[test]
    fn a_failed_one_is_an_error_with_its_counts() {
        for (status, requests) in [("processing", (3, 30)), ("failed", (0, 0))] {
            let client = knock("failed", 25);
            let error = wait(&begun(status), &client, 60).unwrap_err();
            assert_eq!(effort(&client), requests);
            assert!(!format!("{error:?} {error}").contains("jhammond"));
            let WaitError::Failed(failed) = &error else { panic!("{error:?}") };
            assert_eq!((failed.success_count, failed.error_count), (1, 1));
            let error = Error::from(error);
            assert_eq!(error.kind(), ErrorKind::BulkOperation);
            let message = "the bulk operation `users.delete` failed (rows: 1 succeeded, 1 failed)";
            assert_eq!(error.message(), message);
        }
    }

    #[test]
    fn an_unfinished_one_is_an_error_and_can_be_waited_for_again() {
        let client = knock("completed", 40);
        let error = wait(&begun("queued"), &client, 25).unwrap_err();
        assert_eq!(effort(&client), (3, 25));
        let message = "the bulk operation `users.delete` is not finished (rows: 2 of about 3 processed)";
        assert_eq!(error.to_string(), message);
        let WaitError::Unfinished(so_far) = error else { panic!("{error:?}") };
        assert_eq!(so_far.status, BulkOperationStatus::Processing);
        assert!(wait(&so_far, &client, 25).unwrap().is_finished());
    }

    #[test]
    fn a_limit_of_zero_makes_no_request() {
        let client = knock("completed", 0);
        assert!(matches!(wait(&begun("queued"), &client, 0), Err(WaitError::Unfinished(_))));
        assert_eq!(effort(&client), (0, 0));
    }
}
