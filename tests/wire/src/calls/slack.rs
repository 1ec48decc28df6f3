use knock_core::slack::{self, AccessTokenObject, ListChannels};
use serde_json::{Map, Value};

use super::values::{read, take, take_holder, take_object, take_text};
use super::{Args, Table};

pub(super) const NODE_1: Table = &[
    ("providers.slack.listChannels", |mut args| {
        let (channel, mut query) = (args.text(), args.object());
        let list = slack::list_channels(channel, take_holder(&mut query, "access_token_object"));
        // The documented spelling, and the one with dots that the types also know.
        let mut options = take_object(&mut query, "query_options");
        for (name, value) in query {
            options.insert(name.trim_start_matches("query_options.").to_owned(), value);
        }
        args.send_page(with_options(list, &mut options, ["exclude_archived", "team_id"]))
    }),
    ("providers.slack.checkAuth", |mut args| {
        let (channel, mut query) = (args.text(), args.object());
        args.send(slack::auth_check(channel, take_holder(&mut query, "access_token_object")))
    }),
    ("providers.slack.revokeAccess", |mut args| {
        let (channel, mut query) = (args.text(), args.object());
        args.send(slack::revoke_access(channel, take_holder(&mut query, "access_token_object")))
    }),
];

pub(super) const NODE_0: Table = &[
    ("slack.getChannels", |mut args| {
        let (channel, tenant, mut options) = input(&mut args);
        let list = slack::list_channels(channel, tenant);
        args.send(with_options(list, &mut options, ["excludeArchived", "teamId"]))
    }),
    ("slack.authCheck", |mut args| {
        let (channel, tenant, _) = input(&mut args);
        args.send(slack::auth_check(channel, tenant))
    }),
    ("slack.revokeAccessToken", |mut args| {
        let (channel, tenant, _) = input(&mut args);
        args.send(slack::revoke_access(channel, tenant))
    }),
];

fn input(args: &mut Args<'_>) -> (String, AccessTokenObject, Map<String, Value>) {
    let mut input = args.object();
    let channel = take_text(&mut input, "knockChannelId").expect("it is required");
    let tenant = take_text(&mut input, "tenant").expect("it is required");
    let options = take_object(&mut input, "queryOptions");
    (channel, AccessTokenObject::tenant(tenant), options)
}

/// `names` are those that differ between the two versions.
fn with_options(mut list: ListChannels, options: &mut Map<String, Value>, names: [&str; 2]) -> ListChannels {
    let [exclude_archived, team_id] = names;
    set!(list, options, cursor: String, limit: u32);
    if let Some(types) = take_text(options, "types") {
        list = list.types(types.split(','));
    }
    list.exclude_archived(take(options, exclude_archived).map(|exclude| read::<bool>(&exclude)))
        .team_id(take_text(options, team_id))
}
