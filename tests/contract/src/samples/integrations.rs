use knock_core::integrations::{self, RpcRequest};
use serde_json::Map;

use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let request = || RpcRequest::new("req_1", "sync_batch");
    let with_params = || request().params(Map::from_iter([("dry_run".to_owned(), false.into())]));
    vec![
        Sample::of(integrations::census_custom_destination(request()))
            .full(integrations::census_custom_destination(with_params())),
        Sample::of(integrations::hightouch_embedded_destination(request()))
            .full(integrations::hightouch_embedded_destination(with_params())),
    ]
}
