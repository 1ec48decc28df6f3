use knock_core::ms_teams;

use super::Table;
use super::values::{take_holder, take_object, take_text};

const HOLDER: &str = "ms_teams_tenant_object";

pub(super) const NODE_1: Table = &[
    ("providers.msTeams.listTeams", |mut args| {
        let (channel, mut query) = (args.text(), args.object());
        let mut list = ms_teams::list_teams(channel, take_holder(&mut query, HOLDER));
        let mut options = take_object(&mut query, "query_options");
        set!(
            list, &mut options, filter = "$filter": String, skip_token = "$skiptoken": String, top = "$top": u32,
        );
        if let Some(properties) = take_text(&mut options, "$select") {
            list = list.select(properties.split(','));
        }
        args.send_page(list)
    }),
    ("providers.msTeams.listChannels", |mut args| {
        let (channel, mut query) = (args.text(), args.object());
        let team = take_text(&mut query, "team_id").expect("it is required");
        let mut list = ms_teams::list_channels(channel, take_holder(&mut query, HOLDER), team);
        let mut options = take_object(&mut query, "query_options");
        set!(list, &mut options, filter = "$filter": String);
        if let Some(properties) = take_text(&mut options, "$select") {
            list = list.select(properties.split(','));
        }
        args.send_page(list)
    }),
    ("providers.msTeams.checkAuth", |mut args| {
        let (channel, mut query) = (args.text(), args.object());
        args.send(ms_teams::auth_check(channel, take_holder(&mut query, HOLDER)))
    }),
    ("providers.msTeams.revokeAccess", |mut args| {
        let (channel, mut query) = (args.text(), args.object());
        args.send(ms_teams::revoke_access(channel, take_holder(&mut query, HOLDER)))
    }),
];
