//! The size of a component that only triggers a workflow.
#![cfg(target_os = "wasi")]

use knock_spin::{Knock, Operation, workflows};
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(_: Request) -> Result<impl IntoResponse, spin_sdk::http::Error> {
    let knock = Knock::from_env().await.map_err(|error| error.to_string())?;
    let run = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await;
    Ok(run.map_err(|error| error.to_string())?.workflow_run_id)
}
