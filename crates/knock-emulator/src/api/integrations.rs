//! `/v1/integrations`: the JSON-RPC endpoints of Census and Hightouch, which accept everything.

use serde_json::json;

use crate::json::Fields;
use crate::wire::answer::{Answer, ok};
use crate::wire::call::Call;
use crate::wire::fields;

pub(crate) fn route(call: &Call, path: &[&str]) -> Option<Answer> {
    match (call.method.as_str(), path) {
        ("POST", ["census", "custom-destination"] | ["hightouch", "embedded-destination"]) => {
            Some(rpc(&call.body))
        }
        _ => None,
    }
}

fn rpc(body: &Fields) -> Answer {
    fields::require(body, &["id", "method", "jsonrpc"])?;
    ok(json!({ "id": body.get("id"), "result": {} }))
}
