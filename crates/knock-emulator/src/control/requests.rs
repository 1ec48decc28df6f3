//! `requests`: the latest calls of Knock's API.

use serde_json::{Value, json};

use super::paging::{self, Page};
use crate::observe::Request;
use crate::state::State;
use crate::wire::query::Query;
use crate::wire::response::{Outcome, ok};

/// All of them, oldest first, or one page, newest first.
pub(super) fn list(state: &State, query: &Query) -> Outcome {
    if query.text("page_size")?.is_none() {
        let entries: Vec<Value> = state.requests.iter().map(Request::render).collect();
        return ok(json!({ "entries": entries }));
    }
    let mut requests = state.requests.iter().rev();
    if let Some(after) = query.text("after")? {
        requests.find(|request| request.id == after).ok_or_else(|| paging::unknown("after"))?;
    }
    let mut page = Page::new(paging::size(query)?);
    requests.for_each(|request| page.push(request));
    let entries: Vec<Value> = page.entries().iter().map(|request| request.render_with_response()).collect();
    ok(json!({
        "entries": entries,
        "page_info": page.info(|request| &request.id),
        "revision": state.world.revision,
    }))
}
