//! Integrations: the JSON-RPC endpoints that reverse ETL tools call.
//!
//! Census and Hightouch call these endpoints themselves. You need them only to relay such a request to Knock. See Knock
//! on [sources](https://docs.knock.app/integrations/sources/overview) and its
//! [reference](https://docs.knock.app/api-reference/integrations).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::operation::{RequestEncoder, operation};
use crate::value::{InvalidInput, Text};
use crate::wire::check_id;

operation! {
    /// Relays a request of Census to the custom destination of Knock.
    ///
    /// See Knock on [Census](https://docs.knock.app/integrations/sources/census).
    ///
    /// [Reference](https://docs.knock.app/api-reference/integrations/census/custom_destination)
    #[doc(alias = "integrations.census.customDestination")]
    pub fn census_custom_destination(; request: RpcRequest) -> CensusCustomDestination {
        // Not repeatable: the effect of running a method twice is not documented.
        "integrations.census_custom_destination": POST "/v1/integrations/census/custom-destination", Tier3,
            twice_undocumented("API: the effect depends on the request that is relayed");
        returns (RpcResponse);
        encode |this, request| { this.request.encode(request) }
    }
}

operation! {
    /// Relays a request of Hightouch to the embedded destination of Knock.
    ///
    /// See Knock on [Hightouch](https://docs.knock.app/integrations/sources/hightouch).
    ///
    /// [Reference](https://docs.knock.app/api-reference/integrations/hightouch/embedded_destination)
    #[doc(alias = "integrations.hightouch.embeddedDestination")]
    pub fn hightouch_embedded_destination(; request: RpcRequest) -> HightouchEmbeddedDestination {
        // Not repeatable: the effect of running a method twice is not documented.
        "integrations.hightouch_embedded_destination":
            POST "/v1/integrations/hightouch/embedded-destination", Tier3,
            twice_undocumented("API: the effect depends on the request that is relayed");
        returns (RpcResponse);
        encode |this, request| { this.request.encode(request) }
    }
}

/// A JSON-RPC request, to build or to deserialize from a request that you received.
///
/// ```
/// use knock_core::integrations::{self, RpcRequest};
///
/// let request: RpcRequest = serde_json::from_str(
///     r#"{"jsonrpc": "2.0", "id": "1", "method": "sync_batch", "params": {}}"#,
/// )?;
/// let relay = integrations::census_custom_destination(request);
/// # let _ = relay;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct RpcRequest {
    /// The id of the request, which the response repeats.
    pub id: String,
    /// The version of JSON-RPC: `2.0`.
    pub jsonrpc: String,
    /// The method to run, for example `list_objects`.
    pub method: String,
    /// The parameters of the method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<Map<String, Value>>,
}

impl RpcRequest {
    /// Returns a request of JSON-RPC 2.0 without parameters.
    pub fn new(id: impl Into<Text>, method: impl Into<Text>) -> Self {
        let (id, method): (Text, Text) = (id.into(), method.into());
        Self { id: id.into(), jsonrpc: "2.0".to_owned(), method: method.into(), params: None }
    }

    /// Sets the parameters of the method.
    pub fn params(mut self, params: impl Into<Option<Map<String, Value>>>) -> Self {
        self.params = params.into().or(self.params);
        self
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_id(&self.id, || "id".to_owned())?;
        check_id(&self.method, || "method".to_owned())?;
        check_id(&self.jsonrpc, || "jsonrpc".to_owned())?;
        request.json(self)
    }
}

/// The response to a JSON-RPC request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RpcResponse {
    /// The id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The result of the method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Everything else, for example the `error` of JSON-RPC.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}
