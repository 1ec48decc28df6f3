//! The database of a test: a file of SQLite, or a new database in the Postgres of `KNOCK_JOBS_POSTGRES`.
#![allow(dead_code, unused_imports, unused_macros, unreachable_pub, reason = "each test uses a part")]

use std::path::PathBuf;
use std::time::Duration;

use knock_jobs::{Queue, Store};
use knock_reqwest::Knock;
use sqlx::{Pool, Sqlite};

/// The URL of a Postgres in which tests make databases. `cargo xtask postgres` sets it.
pub const POSTGRES: &str = "KNOCK_JOBS_POSTGRES";

/// What the tests do with a database besides the queue.
pub trait Database: Store {
    fn connect(url: &str) -> impl Future<Output = Pool<Self>> + Send;
    fn run(conn: &mut Self::Connection, sql: &str) -> impl Future<Output = ()> + Send;
    fn number(pool: &Pool<Self>, sql: &str) -> impl Future<Output = i64> + Send;
    /// The name of apalis' table of jobs.
    const JOBS: &str;
    /// The name of the table of orders.
    const ORDERS: &str;
    /// The number of transactions in which nothing happens.
    const OPEN_TRANSACTIONS: &str;
    /// How long until the only job runs, in seconds.
    const WAIT: &str;
    /// Converts text to the type of a message.
    fn message(text: &str) -> String;
    /// Sets metadata of all jobs.
    fn set_metadata(key: &str, value: &str) -> String;
    /// Adds orders without jobs.
    fn many_orders(number: u32) -> String;
}

impl Database for Sqlite {
    async fn connect(url: &str) -> Pool<Self> {
        let options = url.parse::<sqlx::sqlite::SqliteConnectOptions>().expect("a URL of SQLite");
        // Without waiting for the disk: the tests kill processes, but not the machine.
        let options = options.create_if_missing(true).synchronous(sqlx::sqlite::SqliteSynchronous::Off);
        let options = options.busy_timeout(Duration::from_secs(30));
        sqlx::sqlite::SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options)
            .await
            .expect("SQLite opens")
    }

    async fn run(conn: &mut Self::Connection, sql: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(conn).await.expect("the statement runs");
    }

    async fn number(pool: &Pool<Self>, sql: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.expect("the query runs")
    }

    const JOBS: &str = "Jobs";
    const ORDERS: &str = "knock_jobs_orders";
    // An open one would hold the lock for writing.
    const OPEN_TRANSACTIONS: &str = "SELECT 0";
    const WAIT: &str = "SELECT run_at - unixepoch() FROM Jobs";

    fn message(text: &str) -> String {
        format!("CAST('{text}' AS BLOB)")
    }

    fn set_metadata(key: &str, value: &str) -> String {
        format!("UPDATE Jobs SET metadata = json_set(metadata, '$.{key}', '{value}')")
    }

    fn many_orders(number: u32) -> String {
        format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {number})
            INSERT INTO knock_jobs_orders SELECT 'knock', 'idle-' || n, n FROM numbers"
        )
    }
}

#[cfg(feature = "postgres")]
impl Database for sqlx::Postgres {
    async fn connect(url: &str) -> Pool<Self> {
        sqlx::postgres::PgPoolOptions::new()
            .max_connections(4)
            .connect(url)
            .await
            .expect("Postgres can be reached")
    }

    async fn run(conn: &mut Self::Connection, sql: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(conn).await.expect("the statement runs");
    }

    async fn number(pool: &Pool<Self>, sql: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.expect("the query runs")
    }

    const JOBS: &str = "apalis.jobs";
    const ORDERS: &str = "apalis.knock_jobs_orders";
    const OPEN_TRANSACTIONS: &str = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    const WAIT: &str = "SELECT extract(epoch FROM run_at - now())::bigint FROM apalis.jobs";

    fn message(text: &str) -> String {
        format!("convert_to('{text}', 'UTF8')")
    }

    fn set_metadata(key: &str, value: &str) -> String {
        format!("UPDATE apalis.jobs SET metadata = metadata || hstore('{key}', '{value}')")
    }

    fn many_orders(number: u32) -> String {
        format!(
            "INSERT INTO apalis.knock_jobs_orders
            SELECT 'knock', 'idle-' || n, n FROM generate_series(1, {number}) AS n"
        )
    }
}

/// A new database, removed at the end.
pub struct Place {
    pub url: String,
    folder: Option<PathBuf>,
}

impl Place {
    pub async fn new() -> Self {
        let name = format!("knock_jobs_{}", ulid::Ulid::generate().to_string().to_lowercase());
        if let Ok(server) = std::env::var(POSTGRES) {
            return Self { url: create_database(&server, &name).await, folder: None };
        }
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).expect("the folder can be made");
        Self { url: format!("sqlite:{}", folder.join("jobs.db").display()), folder: Some(folder) }
    }

    pub fn is_postgres(&self) -> bool {
        self.folder.is_none()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

#[cfg(feature = "postgres")]
async fn create_database(server: &str, name: &str) -> String {
    let pool = sqlx::Postgres::connect(server).await;
    let mut conn = pool.acquire().await.expect("a connection");
    sqlx::Postgres::run(&mut conn, &format!("CREATE DATABASE {name}")).await;
    let (start, options) =
        server.split_once('?').map_or((server, String::new()), |(a, b)| (a, format!("?{b}")));
    let host = start.rsplit_once('/').expect("a URL with a database").0;
    format!("{host}/{name}{options}")
}

#[cfg(not(feature = "postgres"))]
#[expect(clippy::unused_async, reason = "with the feature, it waits")]
async fn create_database(_: &str, _: &str) -> String {
    panic!("{POSTGRES} is set; build the tests with `--features postgres`")
}

pub async fn queue<DB: Database>(url: &str) -> (Pool<DB>, Queue<DB>) {
    let pool = DB::connect(url).await;
    let queue = Queue::new(pool.clone());
    queue.setup().await.expect("the tables are made");
    (pool, queue)
}

pub fn knock(base_url: &str) -> Knock {
    let builder = Knock::builder().api_key(knock_emulator::DEFAULT_KEY).base_url(base_url);
    builder.build().expect("a client")
}

/// Makes a test of an async function that takes a place and is generic over the database.
macro_rules! on_database {
    ($($name:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            let place = support::Place::new().await;
            #[cfg(feature = "postgres")]
            if place.is_postgres() {
                return super::$name::<sqlx::Postgres>(&place.url).await;
            }
            super::$name::<sqlx::Sqlite>(&place.url).await;
        }
    )*};
}
pub(crate) use on_database;
