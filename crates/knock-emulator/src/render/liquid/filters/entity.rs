//! Filters that look up users, objects, tenants and subscriptions.

use crate::render::liquid::filters::input::{Filter, takes};
use crate::render::liquid::value::Value;

/// The most subscriptions that the filter `subscriptions` gives.
const MAX_SUBSCRIPTIONS: usize = 25;

pub(super) fn find(name: &str) -> Option<Filter> {
    Some(match name {
        "user" => takes(0, |input| Ok(found(input.host.entities().user(&input.text()?).as_ref()))),
        "tenant" => takes(0, |input| Ok(found(input.host.entities().tenant(&input.text()?).as_ref()))),
        "object" => takes(1, |input| {
            let (id, collection) = (input.text()?, input.argument_text(0)?);
            Ok(found(input.host.entities().object(&collection, &id).as_ref()))
        }),
        "subscriptions" => takes(0, |input| {
            let subscriptions = input.host.entities().subscriptions(&input.text()?);
            input.make_list(subscriptions.iter().take(MAX_SUBSCRIPTIONS).map(Value::from).collect())
        }),
        _ => return None,
    })
}

fn found(entity: Option<&serde_json::Value>) -> Value {
    entity.map(Value::from).unwrap_or_default()
}
