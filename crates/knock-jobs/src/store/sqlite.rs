//! The queue in SQLite.

use std::convert::Infallible;
use std::time::Duration;

use apalis_core::backend::ext::BackendExt;
use apalis_core::error::WorkerError;
use apalis_core::task::Task;
use apalis_core::worker::Worker;
use apalis_core::worker::context::WorkerContext;
use apalis_core::worker::event::Event;
use apalis_sqlite::{Config, SqliteStorage, queries};
use futures_util::Stream;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Row, Sqlite, SqliteConnection, SqlitePool};
use tower::Service;
use tower::limit::ConcurrencyLimitLayer;

use super::{Change, DeadRow, IDLE_ORDERS, Settings, Status, count, sealed};
use crate::error::Error;
use crate::queue::Depth;

type Result<T, E = sqlx::Error> = std::result::Result<T, E>;

/// What this crate adds to apalis' tables: a number per order, and an index of the jobs that are not done.
const ADDITIONS: &str = "
CREATE TABLE IF NOT EXISTS knock_jobs_orders (
    queue TEXT NOT NULL, name TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (queue, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS knock_jobs_unfinished ON Jobs (
    job_type, (metadata ->> 'knock_order'), (CAST(metadata ->> 'knock_number' AS INTEGER))
) WHERE status IN ('Pending', 'Queued', 'Running', 'Failed');
";

/// Whether a job of the same order comes before the job `Jobs`.
const HAS_PREDECESSOR: &str = "EXISTS (
    SELECT 1 FROM Jobs AS earlier
    WHERE earlier.job_type = Jobs.job_type
        AND earlier.metadata ->> 'knock_order' = Jobs.metadata ->> 'knock_order'
        AND CAST(earlier.metadata ->> 'knock_number' AS INTEGER) < CAST(Jobs.metadata ->> 'knock_number' AS INTEGER)
        AND earlier.status IN ('Pending', 'Queued', 'Running', 'Failed')
)";

impl sealed::Store for Sqlite {
    async fn set_up(pool: &SqlitePool) -> Result<(), Error> {
        // apalis' `setup` would also turn off `synchronous`, so that a power failure could lose what was committed.
        sqlx::query("PRAGMA journal_mode = WAL").execute(pool).await?;
        if !is_set_up_by_apalis(pool).await? {
            let mut migrations = SqliteStorage::migrations();
            // The default is the table of the application's own migrations, which do not expect apalis'.
            migrations.dangerous_set_table_name("_knock_jobs_migrations");
            migrations.run(pool).await?;
        }
        sqlx::raw_sql(ADDITIONS).execute(pool).await?;
        Ok(())
    }

    fn describe(options: &SqliteConnectOptions) -> String {
        format!("`{}`", options.get_filename().display())
    }

    async fn check(pool: &SqlitePool) -> Result<()> {
        sqlx::query("SELECT idempotency_key, last FROM Jobs, knock_jobs_orders LIMIT 0")
            .execute(pool)
            .await?;
        Ok(())
    }

    async fn push(conn: &mut SqliteConnection, queue: &str, task: Task<Vec<u8>>) -> Result<()> {
        queries::push_tasks(conn, queue, &[task]).await.map_err(database_error)
    }

    /// The first number is the time in milliseconds, so that the numbers of a name rise also after it was removed.
    async fn next_number(conn: &mut SqliteConnection, queue: &str, order: &str) -> Result<i64> {
        let sql = "INSERT INTO knock_jobs_orders (queue, name, last)
            VALUES (?1, ?2, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
            ON CONFLICT (queue, name) DO UPDATE SET last = last + 1 RETURNING last";
        sqlx::query_scalar(sql).bind(queue).bind(order).fetch_one(conn).await
    }

    async fn hold(conn: &mut SqliteConnection, queue: &str, id: &str) -> Result<()> {
        let sql = format!(
            "UPDATE Jobs SET status = 'Queued'
            WHERE id = ?1 AND job_type = ?2 AND status = 'Pending' AND {HAS_PREDECESSOR}"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(queue).execute(conn).await?;
        Ok(())
    }

    async fn release(pool: &SqlitePool, queue: &str, order: Option<&str>) -> Result<u64> {
        let sql = format!(
            "UPDATE Jobs SET status = 'Pending'
            WHERE job_type = ?1 AND status = 'Queued' AND lock_by IS NULL
                AND (?2 IS NULL OR metadata ->> 'knock_order' = ?2) AND NOT {HAS_PREDECESSOR}"
        );
        let done = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(queue).bind(order).execute(pool).await?;
        Ok(done.rows_affected())
    }

    async fn change(pool: &SqlitePool, id: &str, worker: &str, change: &Change) -> Result<bool> {
        let sql = "UPDATE Jobs SET
                status = ?3,
                attempts = attempts + ?4,
                max_attempts = iif(?9, max(max_attempts, attempts + ?4 + 1), max_attempts),
                run_at = coalesce(?5, run_at),
                last_result = coalesce(?6, last_result),
                metadata = json_patch(iif(json_valid(metadata), metadata, '{}'), ?7),
                done_at = iif(?8, strftime('%s', 'now'), NULL),
                lock_by = iif(?9, NULL, lock_by),
                lock_at = iif(?9, NULL, strftime('%s', 'now'))
            WHERE id = ?1 AND lock_by = ?2 AND status IN ('Queued', 'Running')";
        let patch: serde_json::Map<_, _> =
            change.metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone().into())).collect();
        let done = sqlx::query(sql)
            .bind(id)
            .bind(worker)
            .bind(change.status.as_str())
            .bind(change.failed_attempts)
            .bind(change.run_at)
            .bind(change.result.as_deref())
            .bind(serde_json::Value::from(patch).to_string())
            .bind(matches!(change.status, Status::Done | Status::Killed))
            .bind(change.status == Status::Failed)
            .execute(pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn dead_letters(
        pool: &SqlitePool,
        queue: &str,
        (died_at, id): (i64, &str),
        limit: u32,
    ) -> Result<Vec<DeadRow>> {
        let sql = "SELECT id, job, attempts, done_at, last_result,
                iif(json_valid(metadata), metadata, '{}') ->> 'knock_end' AS reason
            FROM Jobs WHERE job_type = ?1 AND status = 'Killed' AND (coalesce(done_at, 0), id) > (?2, ?3)
            ORDER BY coalesce(done_at, 0), id LIMIT ?4";
        let rows = sqlx::query(sql).bind(queue).bind(died_at).bind(id).bind(limit).fetch_all(pool).await?;
        rows.into_iter()
            .map(|row| {
                Ok(DeadRow {
                    id: row.try_get("id")?,
                    body: row.try_get("job")?,
                    reason: row.try_get("reason")?,
                    result: row.try_get("last_result")?,
                    attempts: row.try_get("attempts")?,
                    died_at: row.try_get("done_at")?,
                })
            })
            .collect()
    }

    async fn send_again(pool: &SqlitePool, queue: &str, id: &str) -> Result<bool> {
        let sql = "UPDATE Jobs SET status = 'Pending', attempts = 0, run_at = strftime('%s', 'now'),
                last_result = NULL, done_at = NULL, lock_by = NULL, lock_at = NULL,
                metadata = json_remove(iif(json_valid(metadata), metadata, '{}'), '$.knock_end', '$.knock_sending',
                    '$.knock_refusals', '$.knock_order', '$.knock_number',
                    iif(iif(json_valid(metadata), metadata, '{}') ->> 'knock_end' IN ('key_expired', 'outcome_unknown'),
                        '$.knock_first_sent_at', '$.knock_end'))
            WHERE id = ?1 AND job_type = ?2 AND status = 'Killed'";
        Ok(sqlx::query(sql).bind(id).bind(queue).execute(pool).await?.rows_affected() == 1)
    }

    async fn discard(pool: &SqlitePool, queue: &str, id: &str) -> Result<bool> {
        let sql = "DELETE FROM Jobs WHERE id = ?1 AND job_type = ?2 AND status = 'Killed'";
        Ok(sqlx::query(sql).bind(id).bind(queue).execute(pool).await?.rows_affected() == 1)
    }

    async fn depth(pool: &SqlitePool, queue: &str) -> Result<Depth> {
        let sql = "SELECT
                count(*) FILTER (WHERE status IN ('Pending', 'Failed') OR (status = 'Queued' AND lock_by IS NULL))
                    AS waiting,
                count(*) FILTER (WHERE status = 'Running' OR (status = 'Queued' AND lock_by IS NOT NULL)) AS in_flight,
                count(*) FILTER (WHERE status = 'Killed') AS dead,
                max(0, unixepoch() - min(run_at) FILTER (WHERE status IN ('Pending', 'Failed'))) AS age
            FROM Jobs WHERE job_type = ?1 AND status IN ('Pending', 'Queued', 'Running', 'Failed', 'Killed')";
        let row = sqlx::query(sql).bind(queue).fetch_one(pool).await?;
        let age: Option<i64> = row.try_get("age")?;
        Ok(Depth {
            waiting: count(row.try_get("waiting")?),
            in_flight: count(row.try_get("in_flight")?),
            dead: count(row.try_get("dead")?),
            oldest_due: Duration::from_secs(count(age.unwrap_or_default())),
        })
    }

    async fn remove_done(pool: &SqlitePool, queue: &str, before: i64) -> Result<u64> {
        let sql = "DELETE FROM Jobs WHERE job_type = ?1 AND status = 'Done' AND done_at < ?2";
        Ok(sqlx::query(sql).bind(queue).bind(before).execute(pool).await?.rows_affected())
    }

    /// A transaction that enqueues holds the database's lock, so that this sees all its changes or none.
    async fn remove_idle_orders(pool: &SqlitePool, queue: &str) -> Result<u64> {
        let sql = "DELETE FROM knock_jobs_orders WHERE queue = ?1 AND name IN (
            SELECT name FROM knock_jobs_orders AS idle
            WHERE queue = ?1 AND NOT EXISTS (
                SELECT 1 FROM Jobs
                WHERE job_type = idle.queue AND metadata ->> 'knock_order' = idle.name
                    AND status IN ('Pending', 'Queued', 'Running', 'Failed')
            ) LIMIT ?2
        )";
        Ok(sqlx::query(sql).bind(queue).bind(IDLE_ORDERS).execute(pool).await?.rows_affected())
    }

    async fn bury_foreign(pool: &SqlitePool, queue: &str) -> Result<u64> {
        let sql = r#"UPDATE Jobs SET status = 'Killed', done_at = strftime('%s', 'now'), metadata = '{"knock_end": "not_a_call"}',
                last_result = '{"Err": "the id is not a ULID"}'
            WHERE job_type = ?1 AND status IN ('Pending', 'Failed')
                AND (length(id) <> 26 OR upper(id) GLOB '*[^0-9A-HJKMNP-TV-Z]*' OR id > '8')"#;
        Ok(sqlx::query(sql).bind(queue).execute(pool).await?.rows_affected())
    }

    async fn keep_alive(pool: &SqlitePool, queue: &str, worker: &WorkerContext) -> Result<()> {
        queries::keep_alive(pool, &Config::default().queue(queue), worker).await
    }

    fn work<S>(
        pool: &SqlitePool,
        queue: &str,
        settings: &Settings,
        worker: WorkerContext,
        service: S,
    ) -> impl Stream<Item = Result<Event, WorkerError>> + Send + 'static
    where
        S: Service<Task<Vec<u8>>, Response = (), Error = Infallible, Future: Send> + Send + 'static,
    {
        let config = Config::default()
            .queue(queue)
            .batch_size(settings.batch())
            .heartbeat_interval(settings.heartbeat())
            .missed_heartbeats(Settings::MISSED_HEARTBEATS)
            // These are recorded by `change`, which is awaited; apalis records them some time later.
            .lock_tasks(false)
            .persist_results(false);
        let backend = SqliteStorage::<Vec<u8>>::new(pool).with_config(config);
        let backend = backend.poll_with_interval(settings.poll_interval);
        let limit = ConcurrencyLimitLayer::new(settings.concurrency);
        Worker::<Vec<u8>, _, _, _>::new(worker, backend, service, limit).stream()
    }
}

/// Whether apalis' tables were made by apalis itself, for another queue in the same database.
async fn is_set_up_by_apalis(pool: &SqlitePool) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'Jobs')
        AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_knock_jobs_migrations')";
    sqlx::query_scalar(sql).fetch_one(pool).await
}

fn database_error(error: apalis_sqlite::Error) -> sqlx::Error {
    match error {
        apalis_sqlite::Error::Database(error) => error,
        other => sqlx::Error::Protocol(other.to_string()),
    }
}
