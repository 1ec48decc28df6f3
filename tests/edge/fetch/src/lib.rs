//! The scenario over fetch, for JavaScript hosts.
#![cfg(target_arch = "wasm32")]

use std::time::Duration;

use edge_scenario::{Host, run};
use knock_fetch::token::UserToken;
use knock_fetch::{
    Config, FetchTransport, Knock, Operation, RetryPolicy, Transport, WebCryptoSigner, workflows,
};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Runs the scenario. `repeats` are the methods that the host repeats on its own.
#[wasm_bindgen]
pub async fn scenario(base_url: String, repeats: Vec<String>) -> String {
    let connect = |config: Config| {
        let knock = Knock::with_config(config);
        (*knock.unwrap_or_else(|error| unreachable!("{error}"))).clone()
    };
    let host = Host { base_url, repeats, times_connecting: false, connect };
    run::<FetchTransport, _>(&host).await.to_json()
}

/// Makes one call with the `fetch` that is there now, and returns what its error tells, or `none`.
#[wasm_bindgen]
pub async fn call(base_url: String) -> String {
    let builder = Knock::builder().api_key("sk_test_emulator").base_url(base_url);
    let once = builder.retry(RetryPolicy::default().max_retries(0)).timeout(Duration::from_millis(200));
    let knock = once.build().unwrap_or_else(|error| unreachable!("{error}"));
    match workflows::trigger("dinosaurs-loose").recipients(["jhammond"]).send(&knock).await {
        Ok(_) => "none".to_owned(),
        Err(error) => {
            let kind = error.transport_kind().map_or("another", |kind| kind.as_str());
            format!("{kind} {:?}: {error} {error:?}", error.outcome())
        }
    }
}

/// Signs a user token with the host's WebCrypto and the key in an object, which has the names of the environment.
#[wasm_bindgen]
pub async fn token(env: JsValue, user_id: String) -> Result<String, JsError> {
    let signer = WebCryptoSigner::from_env(&env).await?;
    let token = UserToken::new(user_id).sign_async(&signer, FetchTransport::new().now()).await?;
    Ok(token.expose().to_owned())
}
