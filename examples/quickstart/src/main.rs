//! The examples of the README, step by step.
//!
//! `cargo run -p quickstart` starts a local emulator of Knock in this process and talks to it over a real socket.
//! If `KNOCK_API_KEY` is set, it talks to Knock instead. In that case, also set the workflow and the channels of your
//! account: `KNOCK_WORKFLOW` (a key), and `KNOCK_PUSH_CHANNEL` and `KNOCK_SLACK_CHANNEL` (ids).
#![allow(clippy::print_stdout, clippy::print_stderr)]

/// Generated from `knock/` by `knock-types --knock-dir knock --out src/knock.rs`.
#[rustfmt::skip]
mod knock;
mod local;
mod story;

use std::process::ExitCode;

use knock_reqwest::{Error, Knock};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failed) => {
            eprintln!("\n{failed} of the steps failed.");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<usize, Error> {
    if std::env::var_os("KNOCK_API_KEY").is_some() {
        println!("KNOCK_API_KEY is set: talking to Knock.");
        return Ok(story::tell(&Knock::from_env()?).await);
    }
    let server = local::start().await?;
    println!("KNOCK_API_KEY is not set: talking to an emulator in this process, at {}.", server.url());
    let knock = Knock::builder().api_key(knock_emulator::DEFAULT_KEY).base_url(server.url()).build()?;
    let failed = story::tell(&knock).await;
    local::show_deliveries(server.emulator());
    Ok(failed)
}
