use knock_core::slack::{self, AccessTokenObject};

use super::values::CHANNEL;
use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let tenant = || AccessTokenObject::tenant("jurassic-park");
    let list_channels = || slack::list_channels(CHANNEL, tenant());
    vec![
        Sample::of(slack::auth_check(CHANNEL, tenant())),
        Sample::list(list_channels()).full(
            list_channels()
                .cursor("dXNlcjo")
                .limit(200)
                .types(["private_channel", "public_channel"])
                .exclude_archived(true)
                .team_id("T123"),
        ),
        Sample::of(slack::revoke_access(CHANNEL, tenant())),
    ]
}
