//! `/v1/integrations`: the JSON-RPC endpoints of Census and Hightouch, which accept every request.

use serde_json::json;

use crate::json::Fields;
use crate::wire::call::Call;
use crate::wire::fields;
use crate::wire::response::{Outcome, ok};

pub(crate) fn route(call: &Call, path: &[&str]) -> Option<Outcome> {
    match (call.method.as_str(), path) {
        ("POST", ["census", "custom-destination"] | ["hightouch", "embedded-destination"]) => {
            Some(rpc(&call.body))
        }
        _ => None,
    }
}

fn rpc(body: &Fields) -> Outcome {
    fields::require(body, &["id", "method", "jsonrpc"])?;
    ok(json!({ "id": body.get("id"), "result": {} }))
}
