//! `sockets`: the realtime connections of feeds.

use crate::state::State;
use crate::wire::response::{Outcome, no_content};

pub(super) fn drop_all(state: &mut State) -> Outcome {
    state.hub.drop_all();
    no_content()
}

pub(super) fn silence_all(state: &mut State) -> Outcome {
    state.hub.silence_all();
    no_content()
}
