//! The scenario in a Cloudflare Worker.
#![cfg(target_arch = "wasm32")]

use edge_scenario::{Failure, Host, Report, run};
use knock_worker::queues::{self, EnqueueError};
use knock_worker::token::{RsaSigner, SigningKey, UserToken};
use knock_worker::{
    Config, Knock, Method, Operation, Transport, UnixTime, WebCryptoSigner, custom, users, variable,
    workflows,
};
use worker::{Context, Env, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(_: Request, env: Env, _: Context) -> Result<Response> {
    let base_url = env.var("KNOCK_BASE_URL")?.to_string();
    let connect = |config: Config| {
        let knock = Knock::with_config(config);
        (*knock.unwrap_or_else(|error| unreachable!("{error}"))).clone()
    };
    let mut report = run(&Host { base_url, repeats: Vec::new(), times_connecting: false, connect }).await;
    own(&mut report, &env).await;
    Response::ok(report.to_json())
}

/// Adds the steps that only this platform has.
async fn own(report: &mut Report, env: &Env) {
    report.add("worker: a client from the environment", from_env(env).await);
    report.add("worker: futures are Send, as axum requires", futures_are_send(env).await);
    report.add("worker: WebCrypto and the rsa crate give the same signature", signers_agree(env).await);
    report.add("worker: a queue gets no call that it cannot hold or repeat", enqueue_refuses(env).await);
}

async fn from_env(env: &Env) -> std::result::Result<(), Failure> {
    let knock = Knock::from_env(env)?;
    workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await?;
    Ok(())
}

fn assert_send<T: Send>(sendable: T) -> T {
    sendable
}

async fn futures_are_send(env: &Env) -> std::result::Result<(), Failure> {
    let knock = assert_send(Knock::from_env(env)?);
    let trigger = workflows::trigger("dinosaurs-loose").recipients(["jhammond"]);
    assert_send(trigger.clone().send(&knock)).await?;
    assert_send(trigger.send_for_response(&knock)).await?;
    assert_send(users::identify(users::UserRequest::new("jhammond")).send(&knock)).await?;
    Ok(())
}

async fn signers_agree(env: &Env) -> std::result::Result<(), Failure> {
    let key = SigningKey::from_variables(|name| variable(env, name))?;
    let now = UnixTime::from_secs(1_790_000_000);
    let token = UserToken::new("é日🦖").id("17");
    let by_rsa = token.sign(&RsaSigner::new(&key, seed(env)?)?, now)?;
    let signer = assert_send(WebCryptoSigner::from_env(env).await?);
    let by_platform = assert_send(token.sign_async(&signer, now)).await?;
    if by_rsa.expose() == by_platform.expose() { Ok(()) } else { Err(Failure::new("the tokens differ")) }
}

async fn enqueue_refuses(env: &Env) -> std::result::Result<(), Failure> {
    let knock = Knock::from_env(env)?;
    let queue = env.queue("NOTIFICATIONS").map_err(|error| Failure::new(&error.to_string()))?;
    let unrepeatable = knock.prepare(&custom::request::<()>(Method::Post, "/v1/anything"))?;
    let Err(EnqueueError::NotRepeatable { operation }) = queues::enqueue(&queue, &unrepeatable).await else {
        return Err(Failure::new("a call that is not safe to repeat was enqueued"));
    };
    if operation != unrepeatable.operation() {
        return Err(Failure::new("the error names another operation"));
    }
    let recipients = (0..1000).map(|number| format!("{number:0>200}"));
    let large = knock.prepare(&workflows::trigger("dinosaurs-loose").recipients(recipients))?;
    match queues::enqueue(&queue, &large).await {
        Err(EnqueueError::TooLarge { bytes }) if bytes > 200_000 => Ok(()),
        _ => Err(Failure::new("a call that is too large was enqueued")),
    }
}

/// Returns 32 random bytes from the transport.
fn seed(env: &Env) -> std::result::Result<[u8; 32], Failure> {
    let knock = Knock::from_env(env)?;
    let draw = || knock.transport().random().map_err(|_| Failure::new("there are no random bytes"));
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(&draw()?);
    seed[16..].copy_from_slice(&draw()?);
    Ok(seed)
}
