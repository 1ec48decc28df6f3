//! The size of a Worker without the SDK. It forwards one fetch.
#![cfg(target_arch = "wasm32")]

use worker::{Context, Env, Fetch, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(_: Request, env: Env, _: Context) -> Result<Response> {
    let request = Request::new(&env.var("KNOCK_BASE_URL")?.to_string(), worker::Method::Get)?;
    Fetch::Request(request).send().await
}
