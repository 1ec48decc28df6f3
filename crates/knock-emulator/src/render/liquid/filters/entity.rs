//! Filters that look up users, objects, tenants and subscriptions.

use super::super::value::Value;
use super::{Filter, takes};

/// The most subscriptions that the filter `subscriptions` gives.
const MAX_SUBSCRIPTIONS: usize = 25;

pub(super) fn find(name: &str) -> Option<Filter> {
    Some(match name {
        "user" => takes(0, |input| Ok(found(input.run.env.entities.user(&input.text()?).as_ref()))),
        "tenant" => takes(0, |input| Ok(found(input.run.env.entities.tenant(&input.text()?).as_ref()))),
        "object" => takes(1, |input| {
            let (id, collection) = (input.text()?, input.argument_text(0)?);
            Ok(found(input.run.env.entities.object(&collection, &id).as_ref()))
        }),
        "subscriptions" => takes(0, |input| {
            let subscriptions = input.run.env.entities.subscriptions(&input.text()?);
            input.make_list(subscriptions.iter().take(MAX_SUBSCRIPTIONS).map(Value::from).collect())
        }),
        _ => return None,
    })
}

fn found(entity: Option<&serde_json::Value>) -> Value {
    entity.map(Value::from).unwrap_or_default()
}
