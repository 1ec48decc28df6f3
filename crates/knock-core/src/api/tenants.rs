//! Tenants: the organizations, workspaces or accounts that notifications are about.
//!
//! See Knock on [tenants](https://docs.knock.app/concepts/tenants) and its
//! [reference](https://docs.knock.app/api-reference/tenants).

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::api::bulk_operations::{BulkOperation, MAX_ENTITIES};
use crate::api::channel_data::ChannelDataRequest;
use crate::api::messages::check_some_id;
use crate::api::preferences::{PreferenceSet, PreferenceSetRequest};
use crate::api::recipients::{Id, Properties, check_count, check_id, check_ids};
use crate::error::{DecodeError, InvalidInput};
use crate::field::{Field, clearable};
use crate::json::{LazyJson, Members, ObjectSink, serialize_object};
use crate::operation::{Operation, OperationInfo, RateLimitTier, RequestEncoder};
use crate::page::{self, Page, PageQuery, Paged, page_setters};
use crate::response::{self, Batch};
use crate::time::Timestamp;

/// The tenant of a call: by id, which creates it if need be, or identified inline.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum InlineTenant {
    /// A tenant by id.
    Id(Id),
    /// A tenant that is created or updated first.
    Tenant(TenantRequest),
}

impl InlineTenant {
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        self.check_as(|| "tenant".to_owned())
    }

    fn check_as(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        match self {
            Self::Id(id) => check_id(id.as_str(), field),
            Self::Tenant(tenant) => tenant.check_as(field),
        }
    }
}

impl From<&str> for InlineTenant {
    fn from(id: &str) -> Self {
        Self::Id(id.into())
    }
}

impl From<String> for InlineTenant {
    fn from(id: String) -> Self {
        Self::Id(id.into())
    }
}

impl From<&String> for InlineTenant {
    fn from(id: &String) -> Self {
        Self::Id(id.into())
    }
}

impl From<TenantRequest> for InlineTenant {
    fn from(tenant: TenantRequest) -> Self {
        Self::Tenant(tenant)
    }
}

/// A tenant with the properties to set.
///
/// ```
/// use knock_core::tenants::{Branding, TenantRequest};
///
/// let tenant = TenantRequest::new("jurassic-park")
///     .name("Jurassic Park")
///     .branding(Branding::new().primary_color("#d01c1f"));
/// assert_eq!(
///     serde_json::json!(tenant),
///     serde_json::json!({
///         "id": "jurassic-park", "name": "Jurassic Park",
///         "settings": { "branding": { "primary_color": "#d01c1f" } }
///     })
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct TenantRequest {
    pub(crate) id: String,
    name: Field<String>,
    /// Out of the way until something of it is set: every trigger has room for a tenant.
    details: Option<Box<TenantDetails>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct TenantDetails {
    settings: TenantSettingsRequest,
    channel_data: Field<Members>,
    preferences: Field<Members>,
    properties: Properties,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
struct TenantSettingsRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    branding: Option<Branding>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    preference_set: Field<LazyJson>,
}

clearable!(PreferenceSetRequest);

impl TenantRequest {
    /// A tenant with nothing to set yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), name: Field::Keep, details: None }
    }

    fn details(&mut self) -> &mut TenantDetails {
        self.details.get_or_insert_default()
    }

    /// The name.
    pub fn name(mut self, name: impl Into<Field<String>>) -> Self {
        self.name = name.into();
        self
    }

    /// Logo and colors in the tenant's notifications.
    pub fn branding(mut self, branding: Branding) -> Self {
        self.details().settings.branding = Some(branding);
        self
    }

    /// The preferences of this tenant's recipients unless they have their own; [`Clear`](crate::Clear) removes them.
    ///
    /// See [preferences per tenant](https://docs.knock.app/multi-tenancy/per-tenant-preferences).
    pub fn preference_set(mut self, preferences: impl Into<Field<PreferenceSetRequest>>) -> Self {
        let preferences = preferences.into().map(|set| LazyJson::new("preference_set", &set));
        self.details().settings.preference_set = preferences;
        self
    }

    /// Sets the data of one channel along with the tenant; it replaces what the channel had.
    pub fn channel_data(
        mut self,
        channel_id: impl Into<String>,
        data: impl Into<ChannelDataRequest>,
    ) -> Self {
        self.details().channel_data.get_or_default().set(channel_id.into(), &data.into());
        self
    }

    /// Sets a preference set of the tenant as a recipient; it is merged into what the set had.
    #[expect(clippy::needless_pass_by_value, reason = "as every other setter")]
    pub fn preferences(mut self, set_id: impl Into<String>, preferences: PreferenceSetRequest) -> Self {
        self.details().preferences.get_or_default().set(set_id.into(), &preferences);
        self
    }

    /// A property of your own. `null` clears it.
    pub fn property(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.details().properties.set(name.into(), &value);
        self
    }

    /// Properties of your own, all from one struct or map.
    pub fn properties(mut self, properties: impl Serialize) -> Self {
        self.details.get_or_insert_default().properties.set_all(properties, &[("id", &self.id)]);
        self
    }

    fn check_as(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        check_id(&self.id, || format!("{}.id", field()))?;
        let Some(details) = &self.details else { return Ok(()) };
        details.properties.check(
            &field,
            &[
                ("id", true),
                ("name", !self.name.is_keep()),
                ("settings", details.settings != TenantSettingsRequest::default()),
                ("channel_data", !details.channel_data.is_keep()),
                ("preferences", !details.preferences.is_keep()),
            ],
        )
    }

    fn write_fields<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.field("name", &self.name)?;
        let Some(details) = &self.details else { return Ok(()) };
        if details.settings != TenantSettingsRequest::default() {
            object.member("settings", &details.settings)?;
        }
        object.field("channel_data", &details.channel_data)?;
        object.field("preferences", &details.preferences)?;
        details.properties.write_into(object)
    }
}

impl Serialize for TenantRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| {
            object.member("id", &self.id)?;
            self.write_fields(object)
        })
    }
}

/// A tenant without its id, as the body of a request whose path has it.
struct TenantBody<'a>(&'a TenantRequest);

impl Serialize for TenantBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.0.write_fields(object))
    }
}

/// Logo and colors of a tenant. URLs must lead to images; colors are hex values, as `#d01c1f`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct Branding {
    /// The primary color.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub primary_color: Field<String>,
    /// The color that contrasts with the primary one.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub primary_color_contrast: Field<String>,
    /// The URL of the logo.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub logo_url: Field<String>,
    /// The URL of the icon.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub icon_url: Field<String>,
    /// The primary color in dark mode.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub dark_primary_color: Field<String>,
    /// The color that contrasts with the primary one in dark mode.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub dark_primary_color_contrast: Field<String>,
    /// The URL of the logo in dark mode.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub dark_logo_url: Field<String>,
    /// The URL of the icon in dark mode.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub dark_icon_url: Field<String>,
}

impl Branding {
    /// Nothing to set yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The primary color.
    pub fn primary_color(mut self, color: impl Into<Field<String>>) -> Self {
        self.primary_color = color.into();
        self
    }

    /// The color that contrasts with the primary one.
    pub fn primary_color_contrast(mut self, color: impl Into<Field<String>>) -> Self {
        self.primary_color_contrast = color.into();
        self
    }

    /// The URL of the logo.
    pub fn logo_url(mut self, url: impl Into<Field<String>>) -> Self {
        self.logo_url = url.into();
        self
    }

    /// The URL of the icon.
    pub fn icon_url(mut self, url: impl Into<Field<String>>) -> Self {
        self.icon_url = url.into();
        self
    }

    /// The primary color in dark mode.
    pub fn dark_primary_color(mut self, color: impl Into<Field<String>>) -> Self {
        self.dark_primary_color = color.into();
        self
    }

    /// The color that contrasts with the primary one in dark mode.
    pub fn dark_primary_color_contrast(mut self, color: impl Into<Field<String>>) -> Self {
        self.dark_primary_color_contrast = color.into();
        self
    }

    /// The URL of the logo in dark mode.
    pub fn dark_logo_url(mut self, url: impl Into<Field<String>>) -> Self {
        self.dark_logo_url = url.into();
        self
    }

    /// The URL of the icon in dark mode.
    pub fn dark_icon_url(mut self, url: impl Into<Field<String>>) -> Self {
        self.dark_icon_url = url.into();
        self
    }
}

/// A tenant as Knock has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tenant {
    #[serde(rename = "__typename", default, skip_serializing_if = "Option::is_none")]
    typename: Option<String>,
    /// Set in lists; no property of the caller's.
    #[serde(rename = "__cursor", default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// The id from your own system.
    pub id: String,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Branding and default preferences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<TenantSettings>,
    /// When the tenant was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When Knock last changed the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Properties of your own.
    #[serde(flatten)]
    pub properties: Map<String, Value>,
}

impl Tenant {
    /// Your own properties as a type of your own.
    ///
    /// # Errors
    ///
    /// Where they are not those of a `T`.
    pub fn properties_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(Value::Object(self.properties.clone()))
    }
}

/// Branding and default preferences of a tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TenantSettings {
    /// Logo and colors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branding: Option<Branding>,
    /// The preferences of the tenant's recipients unless they have their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference_set: Option<PreferenceSet>,
}

/// Lists the tenants of the environment, 1 page at a time.
///
/// ```
/// use knock_core::tenants;
///
/// let list = tenants::list().name("Jurassic Park").page_size(20);
/// # let _ = list;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/tenants/list)
pub fn list() -> List {
    List { page: PageQuery::default(), name: None, tenant_id: None }
}

/// Made by [`list`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct List {
    page: PageQuery,
    name: Option<String>,
    tenant_id: Option<String>,
}

impl List {
    page_setters!(50);

    /// Only tenants of this name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Only the tenant with this id.
    pub fn tenant_id(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant_id = Some(tenant_id.into());
        self
    }
}

impl Operation for List {
    type Output = Page<Tenant, Self>;
    const INFO: OperationInfo = OperationInfo::get("tenants.list", "/v1/tenants", RateLimitTier::Tier4);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_some_id("name", self.name.as_deref())?;
        check_some_id("tenant_id", self.tenant_id.as_deref())?;
        self.page.encode(request, 50)?;
        request.query("name", &self.name);
        request.query("tenant_id", &self.tenant_id);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Page<Tenant, Self>, DecodeError> {
        page::decode(response, self, Self::after)
    }
}

impl Paged for List {
    type Item = Tenant;

    fn split(&self, page: Page<Tenant, Self>) -> (Vec<Tenant>, Option<Self>) {
        (page.items, page.next)
    }
}

/// Gets a tenant; [`is_not_found`](crate::Error::is_not_found) where there is none.
///
/// [Reference](https://docs.knock.app/api-reference/tenants/get)
pub fn get(tenant_id: impl Into<String>) -> Get {
    Get { tenant_id: tenant_id.into(), resolve_full_preference_settings: None }
}

/// Made by [`get`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Get {
    tenant_id: String,
    resolve_full_preference_settings: Option<bool>,
}

impl Get {
    /// Whether to merge the environment's defaults into the [preference set](TenantSettings::preference_set) of the
    /// answer.
    pub fn resolve_full_preference_settings(mut self, resolve: bool) -> Self {
        self.resolve_full_preference_settings = Some(resolve);
        self
    }
}

impl Operation for Get {
    type Output = Tenant;
    const INFO: OperationInfo = OperationInfo::get("tenants.get", "/v1/tenants/{id}", RateLimitTier::Tier4);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("id", &self.tenant_id)?;
        request.query("resolve_full_preference_settings", &self.resolve_full_preference_settings);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Tenant, DecodeError> {
        response::json(response)
    }
}

/// Creates a tenant or updates the one that is there; what is not said stays as it is.
///
/// ```
/// use knock_core::tenants::{self, Branding, TenantRequest};
///
/// let branding = Branding::new().primary_color("#d01c1f").logo_url("https://example.com/logo.png");
/// let set = tenants::set(TenantRequest::new("jurassic-park").name("Jurassic Park").branding(branding));
/// # let _ = set;
/// ```
///
/// [Reference](https://docs.knock.app/api-reference/tenants/set)
pub fn set(tenant: TenantRequest) -> Set {
    Set { tenant, resolve_full_preference_settings: None }
}

/// Made by [`set`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Set {
    tenant: TenantRequest,
    resolve_full_preference_settings: Option<bool>,
}

impl Set {
    /// Whether to merge the environment's defaults into the [preference set](TenantSettings::preference_set) of the
    /// answer.
    pub fn resolve_full_preference_settings(mut self, resolve: bool) -> Self {
        self.resolve_full_preference_settings = Some(resolve);
        self
    }
}

impl Operation for Set {
    type Output = Tenant;
    const INFO: OperationInfo = OperationInfo::put("tenants.set", "/v1/tenants/{id}", RateLimitTier::Tier3);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("id", &self.tenant.id)?;
        self.tenant.check_as(|| "tenant".to_owned())?;
        request.query("resolve_full_preference_settings", &self.resolve_full_preference_settings);
        request.json(&TenantBody(&self.tenant))
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Tenant, DecodeError> {
        response::json(response)
    }
}

/// Deletes a tenant for good, with all data that belongs to it.
///
/// [Reference](https://docs.knock.app/api-reference/tenants/delete)
pub fn delete(tenant_id: impl Into<String>) -> Delete {
    Delete { tenant_id: tenant_id.into() }
}

/// Made by [`delete`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct Delete {
    tenant_id: String,
}

impl Operation for Delete {
    type Output = ();
    const INFO: OperationInfo =
        OperationInfo::delete("tenants.delete", "/v1/tenants/{id}", RateLimitTier::Tier2);

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        request.path("id", &self.tenant_id)
    }

    fn decode(&self, _: &http::Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// Creates or updates up to 1,000 tenants, in the background; an id alone creates a tenant with nothing else.
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
pub fn bulk_set(tenants: impl IntoIterator<Item = impl Into<InlineTenant>>) -> BulkSet {
    BulkSet { body: BulkSetBody { tenants: tenants.into_iter().map(Into::into).collect() } }
}

/// Made by [`bulk_set`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BulkSet {
    body: BulkSetBody,
}

#[derive(Debug, Clone, Serialize)]
struct BulkSetBody {
    tenants: Vec<InlineTenant>,
}

impl Operation for BulkSet {
    type Output = Batch<BulkOperation>;
    const INFO: OperationInfo =
        OperationInfo::post("tenants.bulk_set", "/v1/tenants/bulk/set", RateLimitTier::Tier1).repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_count("tenants", self.body.tenants.len(), MAX_ENTITIES)?;
        for (index, tenant) in self.body.tenants.iter().enumerate() {
            tenant.check_as(|| format!("tenants[{index}]"))?;
        }
        request.json(&self.body)
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Batch<BulkOperation>, DecodeError> {
        response::batch(response, "tenants")
    }
}

/// Deletes up to 1,000 tenants as [`delete`] does, in the background.
///
/// The ids travel in the URL: where they are long, name fewer at once.
///
/// [Reference](https://docs.knock.app/api-reference/tenants/bulk/delete)
pub fn bulk_delete(tenant_ids: impl IntoIterator<Item = impl Into<String>>) -> BulkDelete {
    BulkDelete { tenant_ids: tenant_ids.into_iter().map(Into::into).collect() }
}

/// Made by [`bulk_delete`].
#[derive(Debug, Clone)]
#[must_use = "an operation does nothing until it is sent"]
pub struct BulkDelete {
    tenant_ids: Vec<String>,
}

impl Operation for BulkDelete {
    type Output = Batch<BulkOperation>;
    const INFO: OperationInfo =
        OperationInfo::post("tenants.bulk_delete", "/v1/tenants/bulk/delete", RateLimitTier::Tier1)
            .repeatable();

    fn encode(&self, request: &mut RequestEncoder<'_>) -> Result<(), InvalidInput> {
        check_ids("tenant_ids", &self.tenant_ids, MAX_ENTITIES)?;
        // Alone among the calls on many, this one has no body.
        request.query("tenant_ids", &self.tenant_ids);
        Ok(())
    }

    fn decode(&self, response: &http::Response<Bytes>) -> Result<Batch<BulkOperation>, DecodeError> {
        response::batch(response, "tenant_ids")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tenant_keeps_its_own_properties_apart() {
        let answer = json!({
            "__typename": "Tenant", "id": "jurassic-park", "plan": "island",
            "settings": { "branding": { "logo_url": null, "primary_color": "#d01c1f" } }
        });
        let tenant: Tenant = serde_json::from_value(answer.clone()).unwrap();
        assert_eq!(tenant.properties, *json!({ "plan": "island" }).as_object().unwrap());
        assert_eq!(json!(tenant), answer);
    }
}
