//! What a recipient needs to get a message through a channel.

use knock_directory::{ChannelStep, ChannelType};
use serde_json::Value;

use super::super::store::World;
use super::live::Live;
use crate::settings::Channel;

impl World {
    /// Checks that the recipient has an address.
    pub(super) fn check_needs(
        &self,
        live: &Live,
        step: &ChannelStep,
        channel: &Channel,
        scope: &Value,
    ) -> Result<(), String> {
        match step.channel_type {
            ChannelType::Email => self.address(scope, &step.overrides["to_address"], "email"),
            ChannelType::Sms => self.address(scope, &step.template["settings"]["to_number"], "phone_number"),
            ChannelType::Push => {
                if self.devices(live, &channel.id).is_empty() {
                    return Err("the recipient has no device for this channel".to_owned());
                }
                Ok(())
            }
            ChannelType::Chat => self.connection(live, step, channel, scope),
            _ => Ok(()),
        }
    }

    /// An address of the step takes precedence over that of the recipient.
    fn address(&self, scope: &Value, own: &Value, property: &str) -> Result<(), String> {
        let is_there = |text: &str| !text.trim().is_empty();
        if let Some(template) = own.as_str().filter(|template| is_there(template)) {
            return match self.text(template, scope) {
                Ok(text) if is_there(&text) => Ok(()),
                Ok(_) => Err(format!("`{template}` is empty")),
                Err(error) => Err(error),
            };
        }
        let address = scope["recipient"][property].as_str().filter(|text| is_there(text));
        address.map(drop).ok_or_else(|| format!("the recipient has no `{property}`"))
    }

    fn connection(
        &self,
        live: &Live,
        step: &ChannelStep,
        channel: &Channel,
        scope: &Value,
    ) -> Result<(), String> {
        let is_connected = !self.connections(live, &channel.id).is_empty();
        if is_connected || step.overrides["email_based_user_id_resolution"] == true {
            return Ok(());
        }
        if channel.provider == "chat_whatsapp" {
            return self.address(scope, &Value::Null, "phone_number");
        }
        Err("the recipient has no connection for this channel".to_owned())
    }
}
