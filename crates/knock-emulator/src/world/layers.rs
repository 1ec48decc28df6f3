//! Which preferences apply: those of the environment, the tenant and the recipient, in layers.

use super::preferences::overlay;
use super::store::World;
use crate::json::Fields;
use crate::recipient::Recipient;

impl World {
    /// The preference set of a recipient, on top of the defaults of the tenant and the environment.
    pub(crate) fn resolved(&self, recipient: &Recipient, set_id: &str, tenant: Option<&str>) -> Fields {
        let mut resolved = self.settings.default_preferences.clone();
        let tenant_set = tenant
            .or(Some(set_id).filter(|id| *id != "default"))
            .and_then(|id| self.entities.get(&Recipient::tenant(id)))
            .and_then(|tenant| tenant.tenant_preferences());
        if let Some(set) = tenant_set {
            overlay(&mut resolved, set);
        }
        if let Some(set) = self.entities.get(recipient).and_then(|entity| entity.preferences.get(set_id)) {
            overlay(&mut resolved, set);
        }
        resolved
    }

    /// The preferences that apply to a run: those for the tenant if there are any, otherwise the default set.
    pub(crate) fn effective(&self, recipient: &Recipient, tenant: Option<&str>) -> Fields {
        let own = self.entities.get(recipient);
        let tenant = tenant.filter(|id| {
            own.is_some_and(|own| own.preferences.contains_key(*id))
                || self
                    .entities
                    .get(&Recipient::tenant(*id))
                    .is_some_and(|t| t.tenant_preferences().is_some())
        });
        self.resolved(recipient, tenant.unwrap_or("default"), None)
    }
}
