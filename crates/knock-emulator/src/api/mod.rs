//! The endpoints, one module per resource.

mod audiences;
mod bulk;
mod bulk_operations;
mod channel_data;
mod channels;
pub(crate) mod feeds;
mod guides;
mod integrations;
mod message_filter;
mod messages;
mod ms_teams;
mod notify;
mod objects;
mod page;
mod preference_center;
mod preferences;
mod recipients;
mod schedules;
mod slack;
mod subscriptions;
mod tenants;
mod users;
mod workflow_recipient_runs;
mod workflows;

use crate::wire::call::Call;
use crate::wire::response::Outcome;
use crate::world::World;

/// Routes a call by its path after `/v1`. Returns `None` if there is no such endpoint.
pub(crate) fn route(world: &mut World, call: &Call, path: &[&str]) -> Option<Outcome> {
    let (resource, rest) = path.split_first()?;
    match *resource {
        "audiences" => audiences::route(world, call, rest),
        "bulk_operations" => bulk_operations::route(world, call, rest),
        "channels" => channels::route(world, call, rest),
        "integrations" => integrations::route(call, rest),
        "messages" => messages::route(world, call, rest),
        "notify" => notify::route(world, call, rest),
        "objects" => objects::route(world, call, rest),
        "providers" => match rest.split_first()? {
            (&"slack", rest) => slack::route(world, call, rest),
            (&"ms-teams", rest) => ms_teams::route(world, call, rest),
            _ => None,
        },
        "schedules" => schedules::route(world, call, rest),
        "tenants" => tenants::route(world, call, rest),
        "users" => users::route(world, call, rest),
        "workflow_recipient_runs" => workflow_recipient_runs::route(world, call, rest),
        "workflows" => workflows::route(world, call, rest),
        _ => None,
    }
}
