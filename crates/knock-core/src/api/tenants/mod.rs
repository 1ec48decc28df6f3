//! Tenants: the organizations, workspaces or accounts to which notifications belong.
//!
//! See Knock on [tenants](https://docs.knock.app/concepts/tenants) and its
//! [reference](https://docs.knock.app/api-reference/tenants).

mod branding;
mod request;
mod tenant;

pub use self::branding::Branding;
use self::request::TenantBody;
pub use self::request::{InlineTenant, TenantRequest};
pub use self::tenant::{Tenant, TenantSettings};
use crate::api::bulk_operations::{BulkOperation, MAX_ENTITIES};
use crate::operation::operation;
use crate::value::Text;
use crate::wire::{check_count, check_ids};

operation! {
    /// Lists the tenants of the environment.
    ///
    /// ```
    /// use knock_core::tenants;
    ///
    /// let list = tenants::list().name("Jurassic Park").page_size(20);
    /// # let _ = list;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/tenants/list)
    #[doc(alias = "tenants.list")]
    pub fn list() -> List {
        "tenants.list": GET "/v1/tenants", Tier4;
        returns (pages of Tenant);
        page_size (50);
        query {
            /// Limits the list to tenants with this name.
            name: Text,
            /// Limits the list to the tenant with this id.
            tenant_id: Text,
        }
    }
}

operation! {
    /// Gets a tenant.
    ///
    /// If the tenant does not exist, the error [is not found](crate::Error::is_not_found).
    ///
    /// [Reference](https://docs.knock.app/api-reference/tenants/get)
    #[doc(alias = "tenants.get")]
    pub fn get(id) -> Get {
        "tenants.get": GET "/v1/tenants/{id}", Tier4;
        returns (Tenant);
        query {
            /// Merges the defaults of the environment into the [preference set](TenantSettings::preference_set) of the
            /// response.
            resolve_full_preference_settings: bool,
        }
    }
}

operation! {
    /// Creates the tenant, or updates it if it exists. Properties that you do not set are left unchanged.
    ///
    /// ```
    /// use knock_core::tenants::{self, Branding, TenantRequest};
    ///
    /// let branding =
    ///     Branding::new().primary_color("#d01c1f").logo_url("https://example.com/logo.png");
    /// let set = tenants::set(
    ///     TenantRequest::new("jurassic-park").name("Jurassic Park").branding(branding),
    /// );
    /// # let _ = set;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/tenants/set)
    #[doc(alias = "tenants.set")]
    pub fn set(; tenant: TenantRequest) -> Set {
        "tenants.set": PUT "/v1/tenants/{id}", Tier3,
            twice_same("API: the given properties are merged");
        returns (Tenant);
        fields { resolve_full_preference_settings: Option<bool> = None }
        encode |this, request| {
            request.path("id", this.tenant.id())?;
            this.tenant.check(|| "tenant".to_owned())?;
            request.query("resolve_full_preference_settings", &this.resolve_full_preference_settings)?;
            request.json(&TenantBody(&this.tenant))
        }
    }
}

impl Set {
    /// Merges the defaults of the environment into the [preference set](TenantSettings::preference_set) of the
    /// response.
    pub fn resolve_full_preference_settings(mut self, resolve: impl Into<Option<bool>>) -> Self {
        self.resolve_full_preference_settings = resolve.into().or(self.resolve_full_preference_settings);
        self
    }
}

operation! {
    /// Deletes a tenant permanently, with all data that belongs to it.
    ///
    /// [Reference](https://docs.knock.app/api-reference/tenants/delete)
    #[doc(alias = "tenants.delete")]
    pub fn delete(id) -> Delete {
        "tenants.delete": DELETE "/v1/tenants/{id}", Tier2,
            twice_same_effect("API: it deletes permanently; deleting what is missing is not documented");
        returns (nothing);
    }
}

operation! {
    /// Creates or updates up to 1,000 tenants, in the background.
    ///
    /// An id alone creates a tenant without any property.
    ///
    /// ```
    /// use knock_core::tenants::{self, TenantRequest};
    ///
    /// let set = tenants::bulk_set([
    ///     TenantRequest::new("jurassic-park").name("Jurassic Park"),
    ///     TenantRequest::new("site-b").name("Site B"),
    /// ]);
    /// # let _ = set;
    /// ```
    ///
    /// [Reference](https://docs.knock.app/api-reference/tenants/bulk/set)
    #[doc(alias = "tenants.bulk.set")]
    pub fn bulk_set(; tenants: [InlineTenant]) -> BulkSet {
        "tenants.bulk_set": POST "/v1/tenants/bulk/set", Tier1, deduplicated,
            twice_returns(
                "a second bulk operation, with the same changes",
                "API: the tenants get the given properties; each call starts an operation"
            );
        returns (batch of BulkOperation, by "tenants");
        check |this| {
            check_count("tenants", this.tenants.len(), MAX_ENTITIES)?;
            let mut tenants = this.tenants.iter().enumerate();
            tenants.try_for_each(|(index, tenant)| tenant.check_as(|| format!("tenants[{index}]")))
        }
        body { tenants }
    }
}

operation! {
    /// Deletes up to 1,000 tenants, in the background, as [`delete`] does.
    ///
    /// The ids are sent in the URL. If they are long, pass fewer at once.
    ///
    /// [Reference](https://docs.knock.app/api-reference/tenants/bulk/delete)
    #[doc(alias = "tenants.bulk.delete")]
    pub fn bulk_delete(; tenant_ids: [Text]) -> BulkDelete {
        "tenants.bulk_delete": POST "/v1/tenants/bulk/delete", Tier1, deduplicated,
            twice_returns(
                "a second bulk operation, with the same changes",
                "API: it deletes permanently; each call starts an operation"
            );
        returns (batch of BulkOperation, by "tenant_ids");
        check |this| { check_ids("tenant_ids", &this.tenant_ids, MAX_ENTITIES) }
        // Unlike the other calls on many entities, this one has no body.
        encode |this, request| { request.query("tenant_ids", &this.tenant_ids) }
    }
}
