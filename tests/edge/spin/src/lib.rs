//! The scenario in a Spin component.
#![cfg(target_os = "wasi")]

use edge_scenario::{Failure, Host, Report, run};
use knock_spin::{Config, Knock, Operation, workflows};
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(_: Request) -> Result<impl IntoResponse, spin_sdk::http::Error> {
    let base_url = knock_spin::variable("KNOCK_BASE_URL").await.map_err(|error| error.to_string())?;
    let base_url = base_url.ok_or("KNOCK_BASE_URL is not set")?;
    let connect = |config: Config| {
        let knock = Knock::with_config(config);
        (*knock.unwrap_or_else(|error| unreachable!("{error}"))).clone()
    };
    let mut report = run(&Host { base_url, repeats: Vec::new(), times_connecting: true, connect }).await;
    own(&mut report).await;
    Ok(report.to_json())
}

/// Adds the steps that only this platform has.
async fn own(report: &mut Report) {
    report.add("spin: a client from the environment", from_env().await);
}

async fn from_env() -> Result<(), Failure> {
    let knock = Knock::from_env().await?;
    workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await?;
    Ok(())
}
