//! Where messages go: each device and each connection of the recipient gets one of its own.

use jiff::tz::TimeZone;
use serde_json::Value;

use super::super::store::World;
use super::live::Live;
use crate::settings::{Channel, ChannelKind};

/// A device or a connection. For other channels the address is a property of the recipient, and this is empty.
#[derive(Debug, Default)]
pub(super) struct Address {
    /// The token of the device, or the connection.
    pub(super) value: Value,
    /// The language of the device, which takes precedence over that of the recipient.
    pub(super) locale: Option<String>,
    /// Likewise its time zone.
    pub(super) zone: Option<TimeZone>,
}

impl World {
    /// The addresses of the recipient in a channel. Chat can do without a connection, and has one address then.
    pub(super) fn addresses(&self, live: &Live, channel: &Channel) -> Vec<Address> {
        let known = match channel.kind {
            ChannelKind::Push => return self.devices(live, &channel.id),
            ChannelKind::Chat => self.connections(live, &channel.id),
            _ => &[],
        };
        if known.is_empty() {
            return vec![Address::default()];
        }
        known.iter().map(|value| Address { value: value.clone(), ..Address::default() }).collect()
    }

    pub(super) fn devices(&self, live: &Live, channel: &str) -> Vec<Address> {
        let Some(data) = self.channel_data(live, channel) else { return Vec::new() };
        let devices = list(data, "devices");
        let names = ["tokens", "target_arns", "player_ids"].into_iter().flat_map(|name| list(data, name));
        names.enumerate().map(|(at, value)| Address::of_device(value, devices.get(at))).collect()
    }

    pub(super) fn connections(&self, live: &Live, channel: &str) -> &[Value] {
        self.channel_data(live, channel).map(|data| list(data, "connections")).unwrap_or_default()
    }

    fn channel_data(&self, live: &Live, channel: &str) -> Option<&Value> {
        self.entities.get(&live.recipient)?.channel_data.get(channel)
    }
}

impl Address {
    /// Channel data has the devices in the order of their tokens.
    fn of_device(token: &Value, device: Option<&Value>) -> Self {
        let text = |name: &str| device?.get(name)?.as_str();
        Self {
            value: token.clone(),
            locale: text("locale").map(str::to_owned),
            zone: text("timezone").and_then(|zone| TimeZone::get(zone).ok()),
        }
    }
}

fn list<'a>(data: &'a Value, name: &str) -> &'a [Value] {
    data.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
