//! The size of a component without the SDK. It forwards one request.
#![cfg(target_os = "wasi")]

use spin_sdk::http::{IntoResponse, Request, get};
use spin_sdk::http_service;

#[http_service]
async fn handle(_: Request) -> Result<impl IntoResponse, spin_sdk::http::Error> {
    Ok(get(std::env::var("KNOCK_BASE_URL").unwrap_or_default()).await?)
}
