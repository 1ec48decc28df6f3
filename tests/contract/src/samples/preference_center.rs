use knock_core::preference_center;

use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::of(preference_center::get_config("jhammond")),
        Sample::of(preference_center::generate_signed_url("jhammond")),
    ]
}
