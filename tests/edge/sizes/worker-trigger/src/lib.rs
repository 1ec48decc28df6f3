//! The size of a Worker that only triggers a workflow.
#![cfg(target_arch = "wasm32")]

use knock_worker::{Knock, Operation, workflows};
use worker::{Context, Env, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(_: Request, env: Env, _: Context) -> Result<Response> {
    let knock = Knock::from_env(&env).map_err(|error| error.to_string())?;
    let run = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await;
    Response::ok(run.map_err(|error| error.to_string())?.workflow_run_id)
}
