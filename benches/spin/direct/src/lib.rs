//! The app of examples/spin-app by hand, without retries or timeouts: the upper bound.
#![cfg(target_os = "wasi")]

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow, ensure};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use getrandom::SysRng;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::rand_core::UnwrapErr;
use rsa::signature::{RandomizedSigner, SignatureEncoding};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use spin_sdk::http::body::IncomingBodyExt;
use spin_sdk::http::{FullBody, Method, Request, Response, send};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> anyhow::Result<Response<String>> {
    let path = request.uri().path().to_owned();
    match (request.method(), path.split('/').skip(1).collect::<Vec<_>>().as_slice()) {
        (&Method::POST, ["alerts"]) => alert(request).await,
        (&Method::GET, ["token", user_id]) => token(user_id),
        _ => Ok(Response::builder().status(404).body("not found".to_owned())?),
    }
}

#[derive(Deserialize)]
struct Alert {
    user_id: String,
    email: String,
    dinosaur: String,
    id: String,
}

#[derive(Serialize)]
struct User<'a> {
    email: &'a str,
}

#[derive(Serialize)]
struct Trigger<'a> {
    recipients: [&'a str; 1],
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    dinosaur: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Run {
    workflow_run_id: String,
}

async fn alert(request: Request) -> anyhow::Result<Response<String>> {
    let alert: Alert = serde_json::from_slice(&request.into_body().bytes().await?)?;
    // Ids that need encoding are not used here.
    let user = format!("/v1/users/{}", alert.user_id);
    call(Method::PUT, &user, None, &User { email: &alert.email }).await?;
    let trigger = Trigger { recipients: [&alert.user_id], data: Data { dinosaur: &alert.dinosaur } };
    let key = format!("alert-{}", alert.id);
    let run = call(Method::POST, "/v1/workflows/dinosaurs-loose/trigger", Some(&key), &trigger).await?;
    let run: Run = serde_json::from_slice(&run)?;
    Ok(Response::new(serde_json::to_string(&run)?))
}

async fn call(
    method: Method,
    path: &str,
    key: Option<&str>,
    body: &impl Serialize,
) -> anyhow::Result<Vec<u8>> {
    let body = serde_json::to_vec(body)?;
    let mut request = Request::<()>::builder()
        .method(method)
        .uri(env::var("KNOCK_BASE_URL")? + path)
        .header("authorization", format!("Bearer {}", env::var("KNOCK_API_KEY")?))
        .header("accept", "application/json")
        .header("content-type", "application/json")
        .header("content-length", body.len());
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let response = send(request.body(FullBody::new(Bytes::from(body)))?).await?;
    ensure!(response.status().is_success(), "status {}", response.status());
    Ok(response.into_body().bytes().await?.to_vec())
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    iat: u64,
    exp: u64,
}

fn decode(text: &str) -> anyhow::Result<Vec<u8>> {
    BASE64_STANDARD.decode(text).map_err(|error| anyhow!("base64: {error}"))
}

/// Reads the key for each token, as the example does.
fn token(user_id: &str) -> anyhow::Result<Response<String>> {
    let pem = String::from_utf8(decode(&env::var("KNOCK_SIGNING_KEY")?)?)?;
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = rsa::PrivateKey::from_pkcs8_der(&decode(&text)?).context("the signing key")?;

    let iat = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let claims = serde_json::to_vec(&Claims { sub: user_id, iat, exp: iat + 3600 })?;
    let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
    let input = format!("{header}.{}", BASE64_URL_SAFE_NO_PAD.encode(claims));
    let signature =
        SigningKey::<Sha256>::new(key).try_sign_with_rng(&mut UnwrapErr(SysRng), input.as_bytes())?;
    let token = format!("{input}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes()));
    Ok(Response::builder().header("cache-control", "no-store").body(token)?)
}
