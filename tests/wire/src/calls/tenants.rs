use knock_core::tenants;
use serde_json::Value;

use super::Table;
use super::values::{inline_tenant, read, take_texts, tenant};

pub(super) const NODE_1: Table = &[
    ("tenants.list", |mut args| {
        let (mut list, mut query) = (tenants::list(), args.object());
        set_page!(list, &mut query);
        set!(list, &mut query, name: String, tenant_id: String);
        args.send_page(list)
    }),
    ("tenants.get", |mut args| {
        let mut get = tenants::get(args.text());
        set!(get, &mut args.object(), resolve_full_preference_settings: bool);
        args.send(get)
    }),
    ("tenants.set", |mut args| {
        let (id, mut body) = (args.text(), args.object());
        let resolve = body.remove("resolve_full_preference_settings").map(|resolve| read::<bool>(&resolve));
        args.send(tenants::set(tenant(id, body)).resolve_full_preference_settings(resolve))
    }),
    ("tenants.delete", |args| args.send_of_texts(|[id]| tenants::delete(id))),
    ("tenants.bulk.set", |mut args| {
        let tenants: Vec<Value> = read(&args.object()["tenants"]);
        args.send(tenants::bulk_set(tenants.into_iter().map(inline_tenant)))
    }),
    ("tenants.bulk.delete", |mut args| {
        let ids = take_texts(&mut args.object(), "tenant_ids");
        args.send(tenants::bulk_delete(ids))
    }),
];
