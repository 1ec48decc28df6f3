//! Preferences.

use knock_core::preferences::{
    ChannelType, Condition, DEFAULT_SET, Operator, PreferenceSetRequest, Setting, WorkflowSetting,
    WorkflowSettings,
};
use knock_core::{Client, Config, Operation, Transport, users};

use crate::Host;
use crate::failure::{Failure, same};

pub async fn conditions<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    let urgent = Condition::new("data.priority", Operator::GreaterThan, "3");
    let muted = Condition::unary("recipient.muted", Operator::Empty);
    let settings = WorkflowSettings::new().channel_type(ChannelType::Sms, urgent.clone()).condition(muted);
    let request = PreferenceSetRequest::new()
        .channel_type(ChannelType::Email, true)
        .channel_type(ChannelType::Push, false)
        .workflow("dinosaurs-loose", settings.clone())
        .category("marketing/é", false);
    users::set_preferences("jhammond", request).set_id(DEFAULT_SET).send(knock).await?;

    let set = users::get_preferences("jhammond").send(knock).await?;
    let email = set.channel_types.as_ref().and_then(|types| types.get(&ChannelType::Email));
    same("the setting for email", email, Some(&Setting::Subscribed(true)))?;
    let workflow = set.workflows.as_ref().and_then(|workflows| workflows.get("dinosaurs-loose"));
    let Some(WorkflowSetting::Settings(seen)) = workflow else {
        return Err(Failure::new(format!("the workflow's setting is {workflow:?}")));
    };
    same("its conditions", &seen.conditions, &settings.conditions)?;
    let sms = seen.channel_types.value().and_then(|types| types.get(&ChannelType::Sms));
    same("its setting for SMS", sms, Some(&Setting::from(urgent)))?;
    let category = set.categories.as_ref().and_then(|categories| categories.get("marketing/é"));
    same("the category's setting", category, Some(&WorkflowSetting::Subscribed(false)))?;
    let other = users::get_preferences("jhammond")
        .set_id("jurassic-park")
        .tenant("jurassic-park")
        .send(knock)
        .await?;
    same("the tenant's set", other.id.as_str(), "jurassic-park")
}
