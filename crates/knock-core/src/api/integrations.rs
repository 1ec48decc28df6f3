//! Integrations: what reverse ETL tools send to Knock, as JSON-RPC.
//!
//! Census and Hightouch call these endpoints themselves; they are here for whoever stands between them and Knock.
//! See Knock on [sources](https://docs.knock.app/integrations/sources/overview) and its
//! [reference](https://docs.knock.app/api-reference/integrations).

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::recipients::check_id;
use crate::error::{DecodeError, InvalidInput};
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::response;

/// A JSON-RPC request: build one, or pass on one that came in.
///
/// ```
/// use knock_core::integrations::{self, RpcRequest};
///
/// let request: RpcRequest =
///     serde_json::from_str(r#"{"jsonrpc": "2.0", "id": "1", "method": "sync_batch", "params": {}}"#)?;
/// let relay = integrations::census_custom_destination(request);
/// # let _ = relay;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct RpcRequest {
    /// The request's id, which the answer repeats.
    pub id: String,
    /// The version of JSON-RPC: `2.0`.
    pub jsonrpc: String,
    /// What to do, as `list_objects`.
    pub method: String,
    /// The method's parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<Map<String, Value>>,
}

impl RpcRequest {
    /// A request of JSON-RPC 2.0 without parameters.
    pub fn new(id: impl Into<String>, method: impl Into<String>) -> Self {
        Self { id: id.into(), jsonrpc: "2.0".to_owned(), method: method.into(), params: None }
    }

    /// The method's parameters.
    pub fn params(mut self, params: Map<String, Value>) -> Self {
        self.params = Some(params);
        self
    }

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_id(&self.id, || "id".to_owned())?;
        check_id(&self.method, || "method".to_owned())?;
        check_id(&self.jsonrpc, || "jsonrpc".to_owned())?;
        request.json(self)
    }
}

/// The answer to a JSON-RPC request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RpcAnswer {
    /// The request's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the method gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// All else, as JSON-RPC's `error`.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// Does what Census asks of a [custom destination](https://docs.knock.app/integrations/sources/census).
///
/// [Reference](https://docs.knock.app/api-reference/integrations/census/custom_destination)
pub fn census_custom_destination(request: RpcRequest) -> CensusCustomDestination {
    CensusCustomDestination { request }
}

/// Made by [`census_custom_destination`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct CensusCustomDestination {
    request: RpcRequest,
}

impl Operation for CensusCustomDestination {
    type Output = RpcAnswer;
    // What a method does when it is done twice is not told.
    const INFO: OperationInfo = OperationInfo::post(
        "integrations.census_custom_destination",
        "/v1/integrations/census/custom-destination",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.request.encode(request)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<RpcAnswer, DecodeError> {
        response::json(response)
    }
}

/// Does what Hightouch asks of an [embedded destination](https://docs.knock.app/integrations/sources/hightouch).
///
/// [Reference](https://docs.knock.app/api-reference/integrations/hightouch/embedded_destination)
pub fn hightouch_embedded_destination(request: RpcRequest) -> HightouchEmbeddedDestination {
    HightouchEmbeddedDestination { request }
}

/// Made by [`hightouch_embedded_destination`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct HightouchEmbeddedDestination {
    request: RpcRequest,
}

impl Operation for HightouchEmbeddedDestination {
    type Output = RpcAnswer;
    // What a method does when it is done twice is not told.
    const INFO: OperationInfo = OperationInfo::post(
        "integrations.hightouch_embedded_destination",
        "/v1/integrations/hightouch/embedded-destination",
        RateLimitTier::Tier3,
    );

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        self.request.encode(request)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<RpcAnswer, DecodeError> {
        response::json(response)
    }
}
