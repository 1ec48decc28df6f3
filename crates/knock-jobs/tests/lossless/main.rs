//! Nothing lost, nobody twice: orders in transactions, workers that are killed, and a Knock that fails.
//!
//! This program is the test, and also the worker processes that it starts and kills.
#![allow(clippy::print_stdout)]

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::process::{Child, Command, ExitCode};
use std::time::Duration;

use knock_emulator::{Emulator, Fault, Faults, Server};
use knock_jobs::{Queue, Worker};
use knock_reqwest::workflows;
use serde_json::json;
use sqlx::Pool;
use support::Database;

const ORDERS: usize = 2000;
const WORKERS: usize = 3;
/// The database of a worker process; its Knock is that of `KNOCK_BASE_URL`.
const DATABASE: &str = "KNOCK_JOBS_WORKER";
const BASE_URL: &str = "KNOCK_BASE_URL";
/// A test that hangs fails. It is far more than a slow machine needs.
const TOO_LONG: Duration = Duration::from_mins(5);

#[tokio::main]
async fn main() -> ExitCode {
    if let Ok(url) = std::env::var(DATABASE) {
        let base_url = std::env::var(BASE_URL).expect("a base URL");
        #[cfg(feature = "postgres")]
        if url.starts_with("postgres") {
            work::<sqlx::Postgres>(&url, &base_url).await;
        }
        work::<sqlx::Sqlite>(&url, &base_url).await;
    }
    let place = support::Place::new().await;
    println!("running 1 test: nothing lost, nobody twice, on {}", place.url);
    let test = async {
        #[cfg(feature = "postgres")]
        if place.is_postgres() {
            return test::<sqlx::Postgres>(&place.url).await;
        }
        test::<sqlx::Sqlite>(&place.url).await;
    };
    tokio::time::timeout(TOO_LONG, test).await.expect("the jobs are done in time");
    ExitCode::SUCCESS
}

/// A worker process. It runs until it is killed.
async fn work<DB: Database>(url: &str, base_url: &str) {
    let queue = Queue::new(DB::connect(url).await);
    let worker = Worker::new(&queue, &support::knock(base_url))
        .concurrency(16)
        .poll_interval(Duration::from_millis(200))
        .orphaned_after(Duration::from_secs(3));
    worker.run_until(std::future::pending()).await.expect("the worker starts");
}

async fn test<DB: Database>(url: &str) {
    let server = Server::start(failing_knock(), ([127, 0, 0, 1], 0).into()).await.expect("a port is free");
    let (pool, queue) = support::queue::<DB>(url).await;
    let mut conn = pool.acquire().await.expect("a connection");
    DB::run(&mut conn, "CREATE TABLE orders (id TEXT NOT NULL)").await;
    drop(conn);

    let mut workers = Workers::start(url, &server.url());
    let orders = tokio::spawn(order(pool.clone(), queue.clone(), server.url()));
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        workers.kill_one();
        let depth = queue.depth().await.expect("the depth");
        if orders.is_finished() && depth.waiting + depth.in_flight == 0 {
            break;
        }
    }
    let committed = orders.await.expect("the orders are made");
    let killed = workers.killed;
    drop(workers);

    let stored = DB::number(&pool, "SELECT count(*) FROM orders").await;
    assert_eq!(stored, 1800, "the orders that were committed");
    assert_eq!(queue.dead_letters(10).await.expect("the dead letters").len(), 0, "dead letters");
    let emulator = server.emulator();
    let runs = emulator.runs();
    let notified: BTreeSet<String> = runs.iter().map(|run| run.data["order"].to_string()).collect();
    assert_eq!(emulator.triggers(), 1800, "the runs, in {} requests", emulator.requests().len());
    assert_eq!(notified, committed, "the orders whose customers were notified");
    println!(
        "1800 orders, each notified once, in {} requests; {killed} workers killed",
        emulator.requests().len()
    );
    assert!(killed >= 5, "only {killed} workers were killed");
}

/// Fails for every fifth call, before or after acting, and is otherwise slow enough for workers to be killed meanwhile.
fn failing_knock() -> Emulator {
    let emulator = Emulator::new();
    let faults = [
        Fault::drop_before(),
        Fault::drop_after(),
        Fault::status(429).retry_after(1),
        Fault::status(503),
        Fault::status(503).after_acting(),
    ];
    emulator.fault(Faults::random(14, 0.2, faults));
    emulator.fault(Faults::random(15, 1.0, [Fault::delay(Duration::from_millis(30))]));
    emulator
}

/// Makes the orders, and returns those that were committed.
async fn order<DB: Database>(pool: Pool<DB>, queue: Queue<DB>, base_url: String) -> BTreeSet<String> {
    let knock = support::knock(&base_url);
    let mut committed = BTreeSet::new();
    for number in 0..ORDERS {
        let trigger =
            workflows::trigger("order-confirmed").recipients(["jhammond"]).data(json!({ "order": number }));
        let mut tx = pool.begin().await.expect("a transaction");
        DB::run(&mut tx, &format!("INSERT INTO orders VALUES ('{number}')")).await;
        queue.enqueue(&mut tx, knock.prepare(&trigger).expect("a call")).await.expect("the job is stored");
        if number % 10 == 3 {
            tx.rollback().await.expect("the rollback");
        } else {
            tx.commit().await.expect("the commit");
            committed.insert(number.to_string());
        }
    }
    committed
}

/// Worker processes, of which one is killed now and then.
struct Workers<'a> {
    url: &'a str,
    base_url: String,
    running: Vec<Child>,
    killed: usize,
}

impl<'a> Workers<'a> {
    fn start(url: &'a str, base_url: &str) -> Self {
        let mut this = Self { url, base_url: base_url.to_owned(), running: Vec::new(), killed: 0 };
        this.running = (0..WORKERS).map(|_| this.spawn()).collect();
        this
    }

    fn spawn(&self) -> Child {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command.env(DATABASE, self.url).env(BASE_URL, &self.base_url).env("NO_PROXY", "127.0.0.1");
        command.spawn().expect("a worker starts")
    }

    /// Kills a random worker with SIGKILL, and starts another.
    fn kill_one(&mut self) {
        let random = usize::from(ulid::Ulid::generate().to_bytes()[15]);
        let next = self.spawn();
        let mut victim = std::mem::replace(&mut self.running[random % WORKERS], next);
        victim.kill().expect("the worker is killed");
        victim.wait().expect("the worker ends");
        self.killed += 1;
    }
}

impl Drop for Workers<'_> {
    fn drop(&mut self) {
        for worker in &mut self.running {
            let _ = worker.kill();
            let _ = worker.wait();
        }
    }
}
