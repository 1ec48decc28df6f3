//! `POST /alerts` of the example with the crate `worker` alone, without retries or timeouts: what a Worker in Rust costs.
#![cfg(target_arch = "wasm32")]

use serde::Deserialize;
use serde_json::{Value, json};
use worker::{Context, Env, Fetch, Headers, Method, Request, RequestInit, Response, Result, event};

#[derive(Deserialize)]
struct Alert {
    user_id: String,
    email: String,
    dinosaur: String,
    id: String,
}

#[derive(Deserialize)]
struct Run {
    workflow_run_id: String,
}

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _: Context) -> Result<Response> {
    if request.method() != Method::Post || request.path() != "/alerts" {
        return Response::error("not found", 404);
    }
    let alert: Alert = request.json().await?;
    let path = format!("/v1/users/{}", alert.user_id);
    send(&env, Method::Put, &path, None, &json!({ "email": alert.email })).await?;
    let trigger = json!({ "recipients": [alert.user_id], "data": { "dinosaur": alert.dinosaur } });
    let key = format!("alert-{}", alert.id);
    let path = "/v1/workflows/dinosaurs-loose/trigger";
    let run: Run = send(&env, Method::Post, path, Some(&key), &trigger).await?.json().await?;
    Response::from_json(&json!({ "workflow_run_id": run.workflow_run_id }))
}

async fn send(env: &Env, method: Method, path: &str, key: Option<&str>, body: &Value) -> Result<Response> {
    let headers = Headers::new();
    headers.set("authorization", &format!("Bearer {}", env.secret("KNOCK_API_KEY")?))?;
    headers.set("accept", "application/json")?;
    headers.set("content-type", "application/json")?;
    if let Some(key) = key {
        headers.set("idempotency-key", key)?;
    }
    let mut init = RequestInit::new();
    init.with_method(method).with_headers(headers).with_body(Some(body.to_string().into()));
    let url = env.var("KNOCK_BASE_URL")?.to_string() + path;
    let response = Fetch::Request(Request::new_with_init(&url, &init)?).send().await?;
    match response.status_code() {
        200 => Ok(response),
        status => Err(format!("status {status}").into()),
    }
}
