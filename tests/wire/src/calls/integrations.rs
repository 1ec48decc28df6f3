use knock_core::integrations::{self, RpcRequest};

use super::values::read;
use super::{Args, Table};

pub(super) const NODE_1: Table = &[
    ("integrations.census.customDestination", |mut args| {
        let request = request(&mut args);
        args.send(integrations::census_custom_destination(request))
    }),
    ("integrations.hightouch.embeddedDestination", |mut args| {
        let request = request(&mut args);
        args.send(integrations::hightouch_embedded_destination(request))
    }),
];

fn request(args: &mut Args<'_>) -> RpcRequest {
    read(&args.object().into())
}
