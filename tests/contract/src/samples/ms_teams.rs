use knock_core::ms_teams::{self, TenantObject};

use super::values::CHANNEL;
use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let tenant = || TenantObject::tenant("jurassic-park");
    let list_teams = || ms_teams::list_teams(CHANNEL, tenant());
    let list_channels = || ms_teams::list_channels(CHANNEL, tenant(), "5f9b1c2d-3e4a-4b5c-8d6e-7f8091a2b3c4");
    vec![
        Sample::of(ms_teams::auth_check(CHANNEL, tenant())),
        Sample::list(list_channels())
            .full(list_channels().filter("startsWith(displayName, 'Eng')").select(["id", "displayName"])),
        Sample::list(list_teams()).full(
            list_teams()
                .filter("displayName eq 'A & B'")
                .select(["id", "displayName"])
                .top(20)
                .skip_token("RFNwdAIAAQ=="),
        ),
        Sample::of(ms_teams::revoke_access(CHANNEL, tenant())),
    ]
}
