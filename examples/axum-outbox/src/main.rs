//! Starts the shop with a worker in the same process.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::env::{self, VarError};
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
/// The secret of webhooks without Knock. Everybody knows it.
const LOCAL_SECRET: &str = "whsec_local";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

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

async fn run() -> Result<()> {
    let url = variable("DATABASE_URL", DEFAULT_DATABASE)?;
    let invalid = |error| format!("the variable DATABASE_URL is invalid: {error}");
    // The queue connects first: its error names the database.
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        serve(Pool::<Postgres>::connect_lazy(&url).map_err(invalid)?).await
    } else if url.starts_with("sqlite:") {
        serve(Pool::<Sqlite>::connect_lazy(&url).map_err(invalid)?).await
    } else {
        // It may have a password, so it is not shown.
        Err("the variable DATABASE_URL is invalid: it begins neither with `sqlite:` nor with `postgres:`"
            .into())
    }
}

async fn serve<DB: Orders>(pool: Pool<DB>) -> Result<()> {
    let (knock, webhooks, _emulator) = knock().await?;
    let queue = Queue::new(pool.clone());
    queue.setup().await?;
    DB::create_table(&pool).await?;
    let worker = Worker::new(&queue, &knock);
    let counters = worker.counters();
    let shop = router(Shop { pool, queue, knock, webhooks, counters });

    let listener = TcpListener::bind(variable("ADDRESS", DEFAULT_ADDRESS)?).await?;
    println!("The shop is open at http://{}. Press Ctrl-C to close it.", listener.local_addr()?);
    let serve = async { Ok(axum::serve(listener, shop).with_graceful_shutdown(shutdown()).await?) };
    let work = async { Ok(worker.run_until(shutdown()).await?) };
    tokio::try_join!(serve, work).map(|_| ())
}

/// Returns a client of Knock and the verifier of its webhooks, or, without `KNOCK_API_KEY`, those of an emulator in this
/// process. With the key there is no default for the secret: whoever knows the secret can forge webhooks.
async fn knock() -> Result<(Knock, Verifier, Option<Server>)> {
    if env::var_os("KNOCK_API_KEY").is_some() {
        let webhooks = Verifier::from_variables(|name| env::var(name))?;
        return Ok((Knock::from_env()?, webhooks, None));
    }
    let server = Emulator::new().serve().await?;
    println!("KNOCK_API_KEY is not set: notifications go to an emulator in this process.");
    let webhooks = Verifier::new(variable("KNOCK_WEBHOOK_SECRET", LOCAL_SECRET)?)?;
    Ok((Knock::with_config(server.config())?, webhooks, Some(server)))
}

/// Waits for Ctrl-C, or for SIGTERM, by which containers and services are stopped.
async fn shutdown() {
    let terminate = async {
        #[cfg(unix)]
        if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            signal.recv().await;
            return;
        }
        std::future::pending().await
    };
    // If there can be no handler for a signal, the signal ends the process at once.
    tokio::select! {
        Ok(()) = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}

/// Returns a variable, or the default if it is not set. One that cannot be read is an error, not its default.
fn variable(name: &str, default: &str) -> Result<String> {
    match env::var(name) {
        Ok(value) => Ok(value),
        Err(VarError::NotPresent) => Ok(default.to_owned()),
        // The message of the error contains the value.
        Err(VarError::NotUnicode(_)) => Err(format!("the variable {name} is not valid UTF-8").into()),
    }
}
