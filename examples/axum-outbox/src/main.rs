//! Starts the shop with a worker in the same process.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::process::ExitCode;

use axum_outbox::{Orders, Shop, router};
use knock_emulator::{Emulator, Server};
use knock_jobs::{Queue, Worker};
use knock_reqwest::Knock;
use knock_reqwest::webhook::Verifier;
use sqlx::{Pool, Postgres, Sqlite};
use tokio::net::TcpListener;

const DEFAULT_DATABASE: &str = "sqlite:shop.db?mode=rwc";
const DEFAULT_ADDRESS: &str = "127.0.0.1:3000";

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("axum-outbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let url = variable("DATABASE_URL", DEFAULT_DATABASE);
    if url.starts_with("postgres") {
        serve(Pool::<Postgres>::connect(&url).await?).await
    } else {
        serve(Pool::<Sqlite>::connect(&url).await?).await
    }
}

async fn serve<DB: Orders>(pool: Pool<DB>) -> Result<(), Box<dyn Error>> {
    let (knock, _emulator) = knock().await?;
    DB::create_table(&pool).await?;
    let queue = Queue::new(pool.clone());
    queue.setup().await?;
    let worker = Worker::new(&queue, &knock);
    let counters = worker.counters();
    let webhooks = Verifier::new(variable("KNOCK_WEBHOOK_SECRET", "whsec_local"))?;
    let shop = router(Shop { pool, queue, knock, webhooks, counters });

    let listener = TcpListener::bind(variable("ADDRESS", DEFAULT_ADDRESS)).await?;
    println!("The shop is open at http://{}. Press Ctrl-C to close it.", listener.local_addr()?);
    let serve = async { Ok(axum::serve(listener, shop).with_graceful_shutdown(ctrl_c()).await?) };
    let work = async { Ok(worker.run_until(ctrl_c()).await?) };
    tokio::try_join!(serve, work).map(|_| ())
}

/// Returns a client of Knock, or, without `KNOCK_API_KEY`, of an emulator in this process.
async fn knock() -> Result<(Knock, Option<Server>), Box<dyn Error>> {
    if std::env::var_os("KNOCK_API_KEY").is_some() {
        return Ok((Knock::from_env()?, None));
    }
    let server = Emulator::new().serve().await?;
    println!("KNOCK_API_KEY is not set: notifications go to an emulator in this process.");
    Ok((Knock::with_config(server.config())?, Some(server)))
}

async fn ctrl_c() {
    // Without a handler for the signal, it ends the process at once.
    let _ = tokio::signal::ctrl_c().await;
}

fn variable(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}
