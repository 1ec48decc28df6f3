//! Errors of the queue itself. How a call failed is kept with its job.

/// Why the queue could not do something. Whether a call succeeded is recorded with its job, not reported here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no connection to the database: it cannot be reached, it refuses the user, or all connections of the pool
    /// are in use. The pool tries for its [`acquire_timeout`](sqlx::pool::PoolOptions::acquire_timeout), 30 s by default.
    #[error("the database {database} cannot be reached: {source}")]
    Unreachable {
        /// The name of the database and its host, or its file. It has no user and no password.
        database: String,
        /// What failed.
        source: sqlx::Error,
    },
    /// The database failed.
    #[error("the database of the queue failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables of the queue are missing, or of an older version. [`Queue::setup`](crate::Queue::setup) makes them.
    #[error("the tables of the queue are not set up; call `Queue::setup` before: {0}")]
    NotSetUp(#[source] sqlx::Error),
    /// The tables of the queue could not be made or brought up to date.
    #[error("the tables of the queue could not be set up: {0}")]
    Setup(#[from] sqlx::migrate::MigrateError),
    /// An option of a job, a queue or a worker is invalid. Nothing was stored.
    #[error("`{field}` {problem}")]
    InvalidInput {
        /// The name of the option.
        field: &'static str,
        /// What is wrong with it, and what is needed.
        problem: String,
    },
}

impl Error {
    pub(crate) fn invalid(field: &'static str, problem: impl Into<String>) -> Self {
        Self::InvalidInput { field, problem: problem.into() }
    }
}
