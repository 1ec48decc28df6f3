//! The size of a Worker that only triggers a workflow, with data of a generated type.
#![cfg(target_arch = "wasm32")]

use knock::comment_created::{CommentCreated, CommentCreatedAuthor, CommentCreatedKind};
use knock_worker::{Knock, Operation};
use worker::{Context, Env, Request, Response, Result, event};

#[allow(dead_code)] // what this Worker does not use
#[rustfmt::skip]
#[path = "../../../../types/src/knock.rs"]
mod knock;

#[event(fetch)]
async fn fetch(_: Request, env: Env, _: Context) -> Result<Response> {
    let knock = Knock::from_env(&env).map_err(|error| error.to_string())?;
    let author = CommentCreatedAuthor::new("jhammond", "John Hammond");
    let comment = CommentCreated::new(author, "c1", "Paddock 9", CommentCreatedKind::Reply);
    let run = comment.trigger().recipients(["agrant"]).send(&knock).await;
    Response::ok(run.map_err(|error| error.to_string())?.workflow_run_id)
}
