use knock_core::tenants::{self, TenantRequest};

use super::values::tenant;
use crate::sample::Sample;

const ID: &str = "jurassic-park";

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::list(tenants::list())
            .full(tenants::list().after("a").before("b").page_size(50).name("Jurassic Park").tenant_id(ID)),
        Sample::of(tenants::get(ID)).full(tenants::get(ID).resolve_full_preference_settings(true)),
        Sample::of(tenants::set(TenantRequest::new(ID)))
            .full(tenants::set(tenant()).resolve_full_preference_settings(true)),
        Sample::of(tenants::delete(ID)),
        Sample::batch(tenants::bulk_set([ID])).full(tenants::bulk_set([tenant()])),
        Sample::batch(tenants::bulk_delete([ID])),
    ]
}
