//! Updating the data of the run, users, objects and tenants:
//! <https://docs.knock.app/designing-workflows/update-data-function>.

use knock_directory::{Step, StepKind, Update, UpdateData};
use serde_json::{Value, json};

use super::super::identify::Identify;
use super::super::store::World;
use super::did::Did;
use super::live::Live;
use super::trigger_workflow::json_object;
use crate::recipient::{Recipient, TENANTS};

/// The beginning of every global id.
const GID: &str = "gid://Object/";

impl World {
    /// Adds members to the data. A member that exists is replaced.
    pub(super) fn run_update_data(&self, live: &mut Live, update: &UpdateData, scope: &Value) -> Did {
        let new = match self.text(&update.data, scope).and_then(|text| json_object(&text)) {
            Ok(new) => new,
            Err(error) => return Did::Failed(error),
        };
        merge_into_data(live, &new);
        Did::Done(json!({ "data": new }))
    }

    /// Creates or changes an entity. Objects in its properties are merged.
    pub(super) fn run_update(&mut self, live: &Live, step: &Step, update: &Update, scope: &Value) -> Did {
        let target = match (&update.recipient_gid, current(live, &step.kind)) {
            (Some(template), _) => self.text(template, scope).and_then(|gid| parse(gid.trim())),
            (None, Some(target)) => Ok(target),
            (None, None) => {
                let what = step.kind.as_str().trim_start_matches("update_");
                return Did::Skipped("recipient", format!("the run has no {what}"));
            }
        };
        let parsed = target.and_then(|target| {
            let properties = json_object(&self.text(&update.update_properties, scope)?)?;
            let Value::Object(mut fields) = properties else {
                return Err("there are no properties".to_owned());
            };
            // Knock does not update channel data here
            fields.remove("channel_data");
            let identify = Identify::parse(&target, &fields, &self.settings);
            Ok((target, identify.map_err(|failure| failure.summary())?))
        });
        match parsed {
            Ok((target, identify)) => {
                identify.apply(&target, self);
                Did::Done(json!({ "updated": target }))
            }
            Err(error) => Did::Failed(error),
        }
    }
}

/// Members at the top level are replaced.
pub(super) fn merge_into_data(live: &mut Live, new: &Value) {
    let Some(new) = new.as_object() else { return };
    for data in live.all_data().filter_map(Value::as_object_mut) {
        data.extend(new.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
}

/// What a step changes if it names nothing: the recipient or the tenant of the run.
fn current(live: &Live, kind: &StepKind) -> Option<Recipient> {
    match kind {
        StepKind::UpdateUser(_) => Some(live.recipient.clone()).filter(Recipient::is_user),
        StepKind::UpdateTenant(_) => live.trigger.tenant.as_deref().map(Recipient::tenant),
        _ => Some(live.recipient.clone()).filter(|recipient| !recipient.is_user()),
    }
}

fn parse(gid: &str) -> Result<Recipient, String> {
    let parts = gid.strip_prefix(GID).and_then(|rest| rest.split_once('/'));
    match parts {
        Some(("$users", id)) if !id.is_empty() => Ok(Recipient::user(id)),
        Some((TENANTS, id)) if !id.is_empty() => Ok(Recipient::tenant(id)),
        Some((collection, id)) if !collection.is_empty() && !id.is_empty() => {
            Ok(Recipient::object(collection, id))
        }
        _ => Err(format!("`{gid}` is not a global id such as {GID}$users/jhammond")),
    }
}
