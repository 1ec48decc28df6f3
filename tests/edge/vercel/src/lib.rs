//! The scenario over fetch, for Vercel's Edge runtime.
#![cfg(target_arch = "wasm32")]

use edge_scenario::{Host, run};
use knock_reqwest::{Config, Knock, ReqwestTransport};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub async fn scenario(base_url: String) -> String {
    let connect = |config: Config| {
        let knock = Knock::with_config(config);
        (*knock.unwrap_or_else(|error| unreachable!("{error}"))).clone()
    };
    let host = Host { base_url, follows_redirects: true, connect };
    run::<ReqwestTransport, _>(&host).await.to_json()
}
