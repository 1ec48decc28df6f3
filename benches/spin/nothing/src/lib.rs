//! Measures the cost of a response in wasmtime and spin-sdk themselves.
#![cfg(target_os = "wasi")]

use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(_: Request) -> impl IntoResponse {
    "ok"
}
