//! The whole story of the README, step by step.
//!
//! `cargo run -p quickstart` starts a local emulator of Knock in this process and talks to it over a real socket.
//! With `KNOCK_API_KEY` set it talks to Knock; the workflow and the channels are then those of your account:
//! `KNOCK_WORKFLOW` (its key), `KNOCK_PUSH_CHANNEL` and `KNOCK_SLACK_CHANNEL` (their ids).
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod local;
mod story;

use std::process::ExitCode;

use knock_reqwest::{Config, Error, Knock};

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
    let config = Config::builder(knock_emulator::DEFAULT_KEY).base_url(server.url()).build()?;
    let failed = story::tell(&Knock::with_config(config)?).await;
    local::show_deliveries(server.emulator());
    Ok(failed)
}
