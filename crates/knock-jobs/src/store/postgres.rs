//! The queue in Postgres.

use std::convert::Infallible;
use std::time::Duration;

use apalis_core::backend::ext::BackendExt;
use apalis_core::error::WorkerError;
use apalis_core::task::Task;
use apalis_core::worker::Worker;
use apalis_core::worker::context::WorkerContext;
use apalis_core::worker::event::Event;
use apalis_postgres::{Config, PostgresStorage, queries};
use futures_util::Stream;
use sqlx::postgres::PgConnectOptions;
use sqlx::{PgConnection, PgPool, Postgres, Row};
use tower::Service;
use tower::limit::ConcurrencyLimitLayer;

use super::{Change, DeadRow, IDLE_ORDERS, Settings, Status, count, sealed};
use crate::error::Error;
use crate::queue::Depth;

type Result<T, E = sqlx::Error> = std::result::Result<T, E>;

/// What this crate adds to apalis' tables: a number per order, an index of the jobs that are not done, and one by status.
const ADDITIONS: &str = "
CREATE TABLE IF NOT EXISTS apalis.knock_jobs_orders (
    queue TEXT NOT NULL, name TEXT NOT NULL, last BIGINT NOT NULL, PRIMARY KEY (queue, name)
);
CREATE INDEX IF NOT EXISTS knock_jobs_unfinished ON apalis.jobs (
    job_type, (metadata -> 'knock_order'), ((metadata -> 'knock_number')::bigint)
) WHERE status IN ('Pending', 'Queued', 'Running', 'Failed');
CREATE INDEX IF NOT EXISTS knock_jobs_status ON apalis.jobs (job_type, status, run_at);
";
/// Locked while the tables are set up, since `CREATE … IF NOT EXISTS` can fail if two do it at once.
const SETUP_LOCK: i64 = 0x006b_6e6f_636b_6a6f;

/// apalis fetches, counts as alive, and takes over the jobs of dead workers, each at its own time.
const APALIS_CONNECTIONS: u32 = 3;

/// Whether a job of the same order comes before the job `jobs`.
const HAS_PREDECESSOR: &str = "EXISTS (
    SELECT 1 FROM apalis.jobs AS earlier
    WHERE earlier.job_type = jobs.job_type
        AND earlier.metadata -> 'knock_order' = jobs.metadata -> 'knock_order'
        AND (earlier.metadata -> 'knock_number')::bigint < (jobs.metadata -> 'knock_number')::bigint
        AND earlier.status IN ('Pending', 'Queued', 'Running', 'Failed')
)";

impl sealed::Store for Postgres {
    async fn set_up(pool: &PgPool) -> Result<(), Error> {
        // apalis keeps its migrations in its own schema.
        PostgresStorage::migrations().run(pool).await?;
        let mut tx = pool.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(SETUP_LOCK).execute(&mut *tx).await?;
        sqlx::raw_sql(ADDITIONS).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    fn describe(options: &PgConnectOptions) -> String {
        // Without a name, it is that of the user.
        let name = options.get_database().map_or_else(String::new, |name| format!("`{name}` "));
        match options.get_socket() {
            Some(socket) => format!("{name}at the socket {}", socket.display()),
            None => format!("{name}at {}:{}", options.get_host(), options.get_port()),
        }
    }

    async fn check(pool: &PgPool) -> Result<()> {
        let sql = "SELECT idempotency_key, last FROM apalis.jobs, apalis.knock_jobs_orders LIMIT 0";
        sqlx::query(sql).execute(pool).await?;
        Ok(())
    }

    async fn push(conn: &mut PgConnection, queue: &str, task: Task<Vec<u8>>) -> Result<()> {
        queries::push_tasks(conn, queue, vec![task]).await.map_err(database_error)
    }

    /// The first number is the time in milliseconds, so that the numbers of a name rise also after it was removed.
    async fn next_number(conn: &mut PgConnection, queue: &str, order: &str) -> Result<i64> {
        let sql = "INSERT INTO apalis.knock_jobs_orders AS orders (queue, name, last)
            VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
            ON CONFLICT (queue, name) DO UPDATE SET last = orders.last + 1 RETURNING last";
        sqlx::query_scalar(sql).bind(queue).bind(order).fetch_one(conn).await
    }

    async fn hold(conn: &mut PgConnection, queue: &str, id: &str) -> Result<()> {
        let sql = format!(
            "UPDATE apalis.jobs SET status = 'Queued'
            WHERE id = $1 AND job_type = $2 AND status = 'Pending' AND {HAS_PREDECESSOR}"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(queue).execute(conn).await?;
        Ok(())
    }

    async fn release(pool: &PgPool, queue: &str, order: Option<&str>) -> Result<u64> {
        let sql = format!(
            "UPDATE apalis.jobs SET status = 'Pending'
            WHERE job_type = $1 AND status = 'Queued' AND lock_by IS NULL
                AND ($2::text IS NULL OR metadata -> 'knock_order' = $2) AND NOT {HAS_PREDECESSOR}"
        );
        let done = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(queue).bind(order).execute(pool).await?;
        Ok(done.rows_affected())
    }

    async fn change(pool: &PgPool, id: &str, worker: &str, change: &Change) -> Result<bool> {
        let sql = "UPDATE apalis.jobs SET
                status = $3,
                attempts = attempts + $4,
                max_attempts = CASE WHEN $11 THEN greatest(max_attempts, attempts + $4 + 1) ELSE max_attempts END,
                run_at = coalesce(to_timestamp($5::bigint), run_at),
                last_result = coalesce($6::jsonb, last_result),
                metadata = (coalesce(metadata, ''::hstore) - $7::text[]) || hstore($8::text[], $9::text[]),
                done_at = CASE WHEN $10 THEN now() END,
                lock_by = CASE WHEN $11 THEN NULL ELSE lock_by END,
                lock_at = CASE WHEN $11 THEN NULL ELSE now() END
            WHERE id = $1 AND lock_by = $2 AND status IN ('Queued', 'Running')";
        let removed: Vec<&str> =
            change.metadata.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| *key).collect();
        let (keys, values): (Vec<&str>, Vec<&str>) =
            change.metadata.iter().filter_map(|(key, value)| Some((*key, value.as_deref()?))).unzip();
        let done = sqlx::query(sql)
            .bind(id)
            .bind(worker)
            .bind(change.status.as_str())
            .bind(change.failed_attempts)
            .bind(change.run_at)
            .bind(change.result.as_deref())
            .bind(removed)
            .bind(keys)
            .bind(values)
            .bind(matches!(change.status, Status::Done | Status::Killed))
            .bind(change.status == Status::Failed)
            .execute(pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn dead_letters(
        pool: &PgPool,
        queue: &str,
        (died_at, id): (i64, &str),
        limit: u32,
    ) -> Result<Vec<DeadRow>> {
        let sql = "SELECT id, job, attempts, result AS last_result, died_at, reason
            FROM apalis.jobs, LATERAL (SELECT
                last_result::text AS result,
                coalesce(floor(extract(epoch FROM done_at))::bigint, 0) AS died_at,
                metadata -> 'knock_end' AS reason
            ) AS letter
            WHERE job_type = $1 AND status = 'Killed' AND (died_at, id) > ($2, $3)
            ORDER BY died_at, id LIMIT $4";
        let rows = sqlx::query(sql)
            .bind(queue)
            .bind(died_at)
            .bind(id)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(DeadRow {
                    id: row.try_get("id")?,
                    body: row.try_get("job")?,
                    reason: row.try_get("reason")?,
                    result: row.try_get("last_result")?,
                    attempts: row.try_get::<i32, _>("attempts")?.into(),
                    died_at: row.try_get("died_at")?,
                })
            })
            .collect()
    }

    async fn send_again(pool: &PgPool, queue: &str, id: &str) -> Result<bool> {
        let sql = "UPDATE apalis.jobs SET status = 'Pending', attempts = 0, run_at = now(),
                last_result = NULL, done_at = NULL, lock_by = NULL, lock_at = NULL,
                metadata = metadata
                    - ARRAY['knock_end', 'knock_sending', 'knock_refusals', 'knock_order', 'knock_number']
                    - CASE WHEN metadata -> 'knock_end' IN ('key_expired', 'outcome_unknown')
                        THEN ARRAY['knock_first_sent_at'] ELSE ARRAY[]::text[] END
            WHERE id = $1 AND job_type = $2 AND status = 'Killed'";
        Ok(sqlx::query(sql).bind(id).bind(queue).execute(pool).await?.rows_affected() == 1)
    }

    async fn discard(pool: &PgPool, queue: &str, id: &str) -> Result<bool> {
        let sql = "DELETE FROM apalis.jobs WHERE id = $1 AND job_type = $2 AND status = 'Killed'";
        Ok(sqlx::query(sql).bind(id).bind(queue).execute(pool).await?.rows_affected() == 1)
    }

    async fn depth(pool: &PgPool, queue: &str) -> Result<Depth> {
        let sql = "SELECT
                count(*) FILTER (WHERE status IN ('Pending', 'Failed') OR (status = 'Queued' AND lock_by IS NULL))
                    AS waiting,
                count(*) FILTER (WHERE status = 'Running' OR (status = 'Queued' AND lock_by IS NOT NULL)) AS in_flight,
                count(*) FILTER (WHERE status = 'Killed') AS dead,
                extract(epoch FROM now() - min(run_at) FILTER (WHERE status IN ('Pending', 'Failed')))::float8 AS age
            FROM apalis.jobs
            WHERE job_type = $1 AND status IN ('Pending', 'Queued', 'Running', 'Failed', 'Killed')";
        let row = sqlx::query(sql).bind(queue).fetch_one(pool).await?;
        let age: Option<f64> = row.try_get("age")?;
        Ok(Depth {
            waiting: count(row.try_get("waiting")?),
            in_flight: count(row.try_get("in_flight")?),
            dead: count(row.try_get("dead")?),
            oldest_due: Duration::try_from_secs_f64(age.unwrap_or_default()).unwrap_or_default(),
        })
    }

    async fn remove_done(pool: &PgPool, queue: &str, before: i64) -> Result<u64> {
        let sql = "DELETE FROM apalis.jobs WHERE job_type = $1 AND status = 'Done' AND done_at < to_timestamp($2::bigint)";
        Ok(sqlx::query(sql).bind(queue).bind(before).execute(pool).await?.rows_affected())
    }

    /// It takes no name whose row is locked, since a transaction is enqueuing a job that is not to be seen yet. One that
    /// was committed meanwhile has raised `last` of the locked row above that of the row that this statement sees.
    async fn remove_idle_orders(pool: &PgPool, queue: &str) -> Result<u64> {
        let sql = "DELETE FROM apalis.knock_jobs_orders AS orders
            USING (
                SELECT name, last FROM apalis.knock_jobs_orders AS seen
                WHERE queue = $1 AND NOT EXISTS (
                    SELECT 1 FROM apalis.jobs
                    WHERE job_type = seen.queue AND metadata -> 'knock_order' = seen.name
                        AND status IN ('Pending', 'Queued', 'Running', 'Failed')
                ) LIMIT $2 FOR UPDATE OF seen SKIP LOCKED
            ) AS idle
            WHERE orders.queue = $1 AND orders.name = idle.name AND orders.last = idle.last";
        Ok(sqlx::query(sql).bind(queue).bind(i64::from(IDLE_ORDERS)).execute(pool).await?.rows_affected())
    }

    async fn bury_foreign(pool: &PgPool, queue: &str) -> Result<u64> {
        let sql = r#"UPDATE apalis.jobs SET status = 'Killed', done_at = now(), metadata = hstore('knock_end', 'not_a_call'),
                last_result = '{"Err": "the id is not a ULID"}'
            WHERE job_type = $1 AND status IN ('Pending', 'Failed') AND id !~* '^[0-7][0-9a-hjkmnp-tv-z]{25}$'"#;
        Ok(sqlx::query(sql).bind(queue).execute(pool).await?.rows_affected())
    }

    async fn keep_alive(pool: &PgPool, queue: &str, worker: &WorkerContext) -> Result<()> {
        let mut conn = pool.acquire().await?;
        queries::keep_alive(&mut *conn, queue, worker).await.map_err(database_error)
    }

    fn work<S>(
        pool: &PgPool,
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
        let backend = PostgresStorage::<Vec<u8>>::new(&pool_for_apalis(pool)).with_config(config);
        let backend = backend.poll_with_interval(settings.poll_interval);
        let limit = ConcurrencyLimitLayer::new(settings.concurrency);
        Worker::<Vec<u8>, _, _, _>::new(worker, backend, service, limit).stream()
    }
}

/// Returns a pool whose connections are in no transaction when they are used again.
///
/// apalis begins a transaction to fetch jobs. If that is dropped before the server has responded to `BEGIN`, as when a worker
/// stops, sqlx 0.9 gives the connection back without a rollback. What this crate writes must never be in such a transaction.
fn pool_for_apalis(pool: &PgPool) -> PgPool {
    let options = pool.options().clone().min_connections(0).max_connections(APALIS_CONNECTIONS);
    // Outside of a transaction, a rollback alone makes the server log a warning.
    let options = options.after_release(|conn, _| {
        Box::pin(async move { sqlx::raw_sql("BEGIN; ROLLBACK").execute(conn).await.map(|_| true) })
    });
    options.connect_lazy_with(PgConnectOptions::clone(&pool.connect_options()))
}

fn database_error(error: apalis_postgres::Error) -> sqlx::Error {
    match error {
        apalis_postgres::Error::Database(error) => error,
        other => sqlx::Error::Protocol(other.to_string()),
    }
}
