use knock_core::bulk_operations;

use super::values::CHANNEL;
use crate::sample::Sample;

pub(super) fn samples() -> Vec<Sample> {
    vec![Sample::of(bulk_operations::get(CHANNEL))]
}
