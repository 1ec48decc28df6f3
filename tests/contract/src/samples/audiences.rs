use knock_core::audiences::{self, AudienceMemberRequest};

use super::values::user;
use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let members = || [AudienceMemberRequest::new(user()).tenant("jurassic-park")];
    let list_members = || audiences::list_members("keepers");
    vec![
        Sample::of(audiences::add_members("keepers", ["agrant"]))
            .full(audiences::add_members("keepers", members()).create_audience(true)),
        Sample::list(list_members()).full(list_members().after("a").before("b").page_size(50)),
        Sample::of(audiences::remove_members("keepers", ["agrant"]))
            .full(audiences::remove_members("keepers", members())),
    ]
}
