//! The shop without a network: requests are passed to the router, and the worker sends to an emulator in this process.
//!
//! The database is a file of SQLite, or with the variable `KNOCK_JOBS_POSTGRES` a new one in that Postgres.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum_outbox::{Orders, Shop, router};
use http_body_util::BodyExt;
use knock_emulator::{Emulator, Fault};
use knock_jobs::{Queue, Worker};
use knock_reqwest::webhook::{SIGNATURE_HEADER, Verifier};
use knock_reqwest::{AnyTransport, Knock};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Pool, Postgres, Sqlite};
use tower::ServiceExt;

const SECRET: &str = "whsec_test";
/// The URL of a Postgres in which tests make databases. `cargo xtask postgres` sets it.
const POSTGRES: &str = "KNOCK_JOBS_POSTGRES";
const KNOCK_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/knock");

/// Runs each test on the database.
macro_rules! on_database {
    ($($name:ident),* $(,)?) => {
        mod database {
            use super::{POSTGRES, Postgres, Sqlite};

            $(#[tokio::test]
            async fn $name() {
                match std::env::var(POSTGRES) {
                    Ok(server) => super::$name::<Postgres>(&server).await,
                    Err(_) => super::$name::<Sqlite>("").await,
                }
            })*
        }
    };
}

on_database!(
    an_order_notifies_its_customer_once,
    an_order_that_is_invalid_leaves_nothing,
    an_error_of_the_database_is_not_shown,
    a_webhook_tells_that_the_customer_was_notified,
);

trait Database: Orders {
    /// Makes a new database, for which SQLite uses the folder, and Postgres a name and the URL of the server.
    fn create(server: &str, folder: &Path, name: &str) -> impl Future<Output = Pool<Self>>;
}

impl Database for Sqlite {
    async fn create(_: &str, folder: &Path, _: &str) -> Pool<Self> {
        let url = format!("sqlite:{}?mode=rwc", folder.join("shop.db").display());
        Pool::<Self>::connect(&url).await.expect("SQLite opens")
    }
}

impl Database for Postgres {
    async fn create(server: &str, _: &Path, name: &str) -> Pool<Self> {
        let options: PgConnectOptions = server.parse().expect("a URL of Postgres");
        let pool = Pool::<Self>::connect_with(options.clone()).await.expect("Postgres can be reached");
        let create = AssertSqlSafe(format!("CREATE DATABASE \"{name}\""));
        sqlx::raw_sql(create).execute(&pool).await.expect("the database is made");
        Pool::<Self>::connect_with(options.database(name)).await.expect("the database can be reached")
    }
}

struct Test<DB: Orders> {
    folder: PathBuf,
    pool: Pool<DB>,
    queue: Queue<DB>,
    knock: Emulator,
    worker: Worker<DB, AnyTransport>,
    shop: Router,
}

impl<DB: Database> Test<DB> {
    async fn start(server: &str, name: &str) -> Self {
        let name = format!("axum-outbox-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let pool = DB::create(server, &folder, &name).await;
        DB::create_table(&pool).await.expect("the table is made");
        let queue = Queue::new(pool.clone());
        queue.setup().await.expect("the queue is set up");

        // It runs the workflow of this shop, and refuses data that does not fit its schema.
        let emulator = Emulator::builder().knock_dir(KNOCK_DIR).expect("the directory is there").build();
        let client = Knock::with_transport(emulator.config(), emulator.transport());
        let worker = Worker::new(&queue, &client).poll_interval(Duration::from_millis(20));
        let shop = router(Shop {
            pool: pool.clone(),
            queue: queue.clone(),
            knock: client,
            webhooks: Verifier::new(SECRET).expect("a secret"),
            counters: worker.counters(),
        });
        Self { folder, pool, queue, knock: emulator, worker, shop }
    }

    async fn send(&self, request: Request<String>) -> (StatusCode, String) {
        let response = self.shop.clone().oneshot(request.map(Body::from)).await.expect("a response");
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    async fn order(&self, id: &str, customer: &str) -> StatusCode {
        let order = json!({ "id": id, "customer": customer, "item": "fence" });
        let request = Request::post("/orders").header("content-type", "application/json");
        self.send(request.body(order.to_string()).expect("a request")).await.0
    }

    async fn is_notified(&self, id: &str) -> bool {
        let request = Request::get(format!("/orders/{id}")).body(String::new()).expect("a request");
        let (status, body) = self.send(request).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        serde_json::from_str::<Value>(&body).expect("JSON")["notified"].as_bool().expect("a boolean")
    }

    /// Runs the worker until the queue is empty, and returns Knock.
    async fn work(self) -> Emulator {
        let queue = self.queue.clone();
        let done = async move {
            while queue.depth().await.is_ok_and(|depth| depth.waiting + depth.in_flight > 0) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        self.worker.run_until(done).await.expect("the worker runs");
        std::fs::remove_dir_all(self.folder).expect("the folder is removed");
        self.knock
    }
}

async fn an_order_notifies_its_customer_once<DB: Database>(server: &str) {
    let test = Test::<DB>::start(server, "once").await;
    test.knock.fault(Fault::drop_after());
    assert_eq!(test.order("o-1", "jhammond").await, StatusCode::CREATED);
    assert_eq!(test.order("o-1", "jhammond").await, StatusCode::OK, "it is the same order");
    let knock = test.work().await;
    let message = knock.sent_to("jhammond").of("order-confirmed").assert_one();
    assert_eq!(*message.data, json!({ "order": "o-1", "item": "fence" }));
    let content = message.content().expect("it is rendered");
    assert_eq!(content["blocks"][0]["content"], "We received your order of **fence**.");
}

async fn an_order_that_is_invalid_leaves_nothing<DB: Database>(server: &str) {
    let test = Test::<DB>::start(server, "invalid").await;
    assert_eq!(test.order("o-1", "").await, StatusCode::BAD_REQUEST);
    let request = Request::get("/orders/o-1").body(String::new()).expect("a request");
    assert_eq!(test.send(request).await.0, StatusCode::NOT_FOUND);
    let request = Request::get("/metrics").body(String::new()).expect("a request");
    let (_, metrics) = test.send(request).await;
    assert!(metrics.contains("knock_jobs_waiting 0\n"), "{metrics}");
    assert_eq!(test.work().await.requests().len(), 0);
}

async fn an_error_of_the_database_is_not_shown<DB: Database>(server: &str) {
    let test = Test::<DB>::start(server, "database").await;
    test.pool.close().await;
    let request = Request::get("/orders/o-1").body(String::new()).expect("a request");
    let shown = (StatusCode::INTERNAL_SERVER_ERROR, "the shop has a problem".to_owned());
    assert_eq!(test.send(request).await, shown);
    std::fs::remove_dir_all(test.folder).expect("the folder is removed");
}

async fn a_webhook_tells_that_the_customer_was_notified<DB: Database>(server: &str) {
    let test = Test::<DB>::start(server, "webhook").await;
    test.order("o-1", "jhammond").await;
    assert!(!test.is_notified("o-1").await);
    let body = json!({
        "type": "message.delivered",
        "created_at": "2026-09-21T14:13:20Z",
        "data": {
            "__typename": "Message", "id": "2BtzQ", "recipient": "jhammond", "status": "delivered",
            "data": { "order": "o-1" }, "inserted_at": "2026-09-21T14:13:19Z", "updated_at": "2026-09-21T14:13:20Z",
        },
    });
    let request = |secret: &str| {
        let body = body.to_string();
        let signature =
            Verifier::new(secret).expect("a secret").sign(body.as_bytes(), SystemTime::now().into());
        Request::post("/webhooks/knock").header(SIGNATURE_HEADER, signature).body(body).expect("a request")
    };
    assert_eq!(test.send(request("whsec_other")).await.0, StatusCode::UNAUTHORIZED);
    assert!(!test.is_notified("o-1").await);
    assert_eq!(test.send(request(SECRET)).await.0, StatusCode::OK);
    assert!(test.is_notified("o-1").await);
    let _ = test.work().await;
}
