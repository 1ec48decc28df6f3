//! A tenant in a request.

use serde::{Serialize, Serializer};

use crate::api::channel_data::ChannelDataRequest;
use crate::api::preferences::PreferenceSetRequest;
use crate::api::recipients::Properties;
use crate::api::tenants::branding::Branding;
use crate::api::tenants::tenant::Tenant;
use crate::value::{Field, IntoField, InvalidInput, Text};
use crate::wire::{JsonText, Members, ObjectSink, check_id, serialize_object};

/// The tenant of a call: by id, or identified inline, which creates or updates it first.
///
/// It is made from everything that converts into a [`Text`], which is the id, from a [`TenantRequest`], and from a
/// [`Tenant`] of a response, to which it refers. A tenant that does not exist is created.
///
/// ```
/// use knock_core::tenants::TenantRequest;
/// use knock_core::workflows;
///
/// let by_id = workflows::trigger("dinosaurs-loose").tenant("jurassic-park");
/// let park = TenantRequest::new("jurassic-park").name("Jurassic Park");
/// let inline = workflows::trigger("dinosaurs-loose").tenant(park);
/// # let _ = (by_id, inline);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct InlineTenant(Form);

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Form {
    Id(Text),
    Tenant(TenantRequest),
}

impl InlineTenant {
    pub(crate) fn id(&self) -> &Text {
        match &self.0 {
            Form::Id(id) => id,
            Form::Tenant(tenant) => &tenant.id,
        }
    }

    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        self.check_as(|| "tenant".to_owned())
    }

    pub(crate) fn check_as(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        match &self.0 {
            Form::Id(id) => check_id(id.as_str(), field),
            Form::Tenant(tenant) => tenant.check(field),
        }
    }
}

impl<T: Into<Text>> From<T> for InlineTenant {
    fn from(id: T) -> Self {
        Self(Form::Id(id.into()))
    }
}

impl From<&InlineTenant> for InlineTenant {
    fn from(tenant: &InlineTenant) -> Self {
        tenant.clone()
    }
}

impl From<TenantRequest> for InlineTenant {
    fn from(tenant: TenantRequest) -> Self {
        Self(Form::Tenant(tenant))
    }
}

impl From<&TenantRequest> for InlineTenant {
    fn from(tenant: &TenantRequest) -> Self {
        tenant.clone().into()
    }
}

impl From<Tenant> for InlineTenant {
    fn from(tenant: Tenant) -> Self {
        tenant.id.into()
    }
}

impl From<&Tenant> for InlineTenant {
    fn from(tenant: &Tenant) -> Self {
        tenant.id.as_str().into()
    }
}

/// A tenant in a request: the id, and the properties to set.
///
/// Properties that you do not set are left unchanged.
///
/// ```
/// use knock_core::tenants::{Branding, TenantRequest};
///
/// let tenant = TenantRequest::new("jurassic-park")
///     .name("Jurassic Park")
///     .branding(Branding::new().primary_color("#d01c1f"))
///     .property("plan", "island");
/// assert_eq!(
///     serde_json::json!(tenant),
///     serde_json::json!({
///         "id": "jurassic-park", "name": "Jurassic Park",
///         "settings": { "branding": { "primary_color": "#d01c1f" } },
///         "plan": "island"
///     })
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct TenantRequest {
    id: Text,
    name: Field<Text>,
    /// Boxed, since every trigger has room for a tenant.
    details: Option<Box<Details>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Details {
    settings: Settings,
    channel_data: Field<Members>,
    preferences: Field<Members>,
    properties: Properties,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    branding: Option<Branding>,
    #[serde(skip_serializing_if = "Field::is_keep")]
    preference_set: Field<JsonText>,
}

impl TenantRequest {
    /// Returns a tenant with no property set.
    pub fn new(id: impl Into<Text>) -> Self {
        Self { id: id.into(), name: Field::Keep, details: None }
    }

    /// The id of the tenant.
    pub fn id(&self) -> &str {
        self.id.as_str()
    }

    fn details(&mut self) -> &mut Details {
        self.details.get_or_insert_default()
    }

    /// Sets the name.
    pub fn name<Kind>(mut self, name: impl IntoField<Text, Kind>) -> Self {
        self.name.change(name.into_field());
        self
    }

    /// Sets the logo and the colors of the notifications for this tenant.
    pub fn branding(mut self, branding: impl Into<Option<Branding>>) -> Self {
        if let Some(branding) = branding.into() {
            self.details().settings.branding = Some(branding);
        }
        self
    }

    /// Sets the preferences that apply to the recipients of this tenant unless they set others.
    ///
    /// [`Clear`](crate::Clear) removes them. See
    /// [preferences per tenant](https://docs.knock.app/multi-tenancy/per-tenant-preferences).
    pub fn preference_set<Kind>(mut self, preferences: impl IntoField<PreferenceSetRequest, Kind>) -> Self {
        let preferences = match preferences.into_field() {
            Field::Keep => return self,
            Field::Clear => Field::Clear,
            Field::Set(set) => Field::Set(JsonText::new("preference_set", &set)),
        };
        self.details().settings.preference_set = preferences;
        self
    }

    /// Sets the data of one channel together with the tenant. It replaces what the channel had.
    pub fn channel_data(mut self, channel_id: impl Into<Text>, data: impl Into<ChannelDataRequest>) -> Self {
        self.details().channel_data.get_or_default().set(channel_id.into().into(), &data.into());
        self
    }

    /// Sets a preference set of the tenant as a recipient. It is merged into the set.
    pub fn preferences(
        mut self,
        set_id: impl Into<Text>,
        preferences: impl Into<PreferenceSetRequest>,
    ) -> Self {
        self.details().preferences.get_or_default().set(set_id.into().into(), &preferences.into());
        self
    }

    /// Sets a custom property; [`Clear`](crate::Clear) clears it.
    pub fn property(mut self, name: impl Into<Text>, value: impl Serialize) -> Self {
        self.details().properties.set(name.into().into(), &value);
        self
    }

    /// Sets custom properties, all from one struct or map.
    pub fn properties(mut self, properties: impl Serialize) -> Self {
        let details = self.details.get_or_insert_default();
        details.properties.set_all(properties, &[("id", self.id.as_str())]);
        self
    }

    pub(super) fn check(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        check_id(self.id.as_str(), || format!("{}.id", field()))?;
        let Some(details) = &self.details else { return Ok(()) };
        details.properties.check(
            &field,
            &[
                ("id", true),
                ("name", !self.name.is_keep()),
                ("settings", details.settings != Settings::default()),
                ("channel_data", !details.channel_data.is_keep()),
                ("preferences", !details.preferences.is_keep()),
            ],
        )
    }

    fn write_fields<O: ObjectSink>(&self, object: &mut O) -> Result<(), O::Error> {
        object.field("name", &self.name)?;
        let Some(details) = &self.details else { return Ok(()) };
        if details.settings != Settings::default() {
            object.member("settings", &details.settings)?;
        }
        object.field("channel_data", &details.channel_data)?;
        object.field("preferences", &details.preferences)?;
        details.properties.write_into(object)
    }
}

impl From<&TenantRequest> for TenantRequest {
    fn from(tenant: &TenantRequest) -> Self {
        tenant.clone()
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

/// A tenant without its id, which is in the path of the request.
pub(super) struct TenantBody<'a>(pub(super) &'a TenantRequest);

impl Serialize for TenantBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, |object| self.0.write_fields(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tenant_is_an_id_or_identified_inline() {
        let tenant: Tenant =
            serde_json::from_value(json!({ "id": "isla-nublar", "plan": "island" })).unwrap();
        let request = TenantRequest::new("isla-nublar").name("Isla Nublar");
        let json = |tenant: InlineTenant| json!(tenant);
        for by_id in
            ["isla-nublar".into(), String::from("isla-nublar").into(), (&tenant).into(), tenant.into()]
        {
            assert_eq!(json(by_id), json!("isla-nublar"));
        }
        for inline in [InlineTenant::from(&request), request.into()] {
            assert_eq!(json(inline), json!({ "id": "isla-nublar", "name": "Isla Nublar" }));
        }
        assert_eq!(json(17_u64.into()), json!("17"));
    }
}
