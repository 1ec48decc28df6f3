//! Channel data in a response.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::api::channel_data::chat::{DiscordChannelData, MsTeamsChannelData, SlackChannelData};
use crate::api::channel_data::push::{AwsSnsDevice, PushDevice};
use crate::api::channel_data::request::RawChannelData;
use crate::value::Secret;
use crate::wire::open_enum;

open_enum! {
    /// The provider behind a channel.
    pub enum Provider {
        PushFcm = "push_fcm",
        PushApns = "push_apns",
        PushAwsSns = "push_aws_sns",
        PushExpo = "push_expo",
        PushOneSignal = "push_one_signal",
        ChatSlack = "chat_slack",
        ChatMsTeams = "chat_ms_teams",
        ChatDiscord = "chat_discord",
        HttpKnockWebhook = "http_knock_webhook",
    }
}

/// The channel data that Knock has for a recipient.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "__typename")]
#[non_exhaustive]
pub struct ChannelData {
    /// The id of the channel.
    pub channel_id: String,
    /// The data that the provider needs.
    pub data: ChannelDataValue,
    /// The provider, if Knock names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
}

/// The data that a provider needs to reach a recipient.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ChannelDataValue {
    /// FCM, APNs or Expo: the same devices in both forms.
    Push {
        /// The device tokens.
        tokens: Vec<Secret>,
        /// The devices.
        devices: Vec<PushDevice>,
    },
    /// AWS SNS: the same devices in both forms.
    AwsSns {
        /// The ARNs of platform endpoints.
        target_arns: Vec<Secret>,
        /// The devices.
        devices: Vec<AwsSnsDevice>,
    },
    /// OneSignal.
    OneSignal {
        /// The ids of the players.
        player_ids: Vec<Secret>,
    },
    /// Slack.
    Slack(SlackChannelData),
    /// Microsoft Teams.
    MsTeams(MsTeamsChannelData),
    /// Discord.
    Discord(DiscordChannelData),
    /// A form that this version does not know, as it was received.
    Other(RawChannelData),
}

impl<'de> Deserialize<'de> for ChannelData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            channel_id: String,
            #[serde(default)]
            data: Value,
            #[serde(default)]
            provider: Option<Provider>,
        }

        let raw = Raw::deserialize(deserializer)?;
        let data = ChannelDataValue::read(raw.data, raw.provider.as_ref());
        Ok(Self { channel_id: raw.channel_id, data, provider: raw.provider })
    }
}

impl ChannelDataValue {
    /// Reads the data by its provider or, if Knock does not name it, by the keys that only one provider has.
    fn read(data: Value, provider: Option<&Provider>) -> Self {
        fn as_a<T: serde::de::DeserializeOwned>(data: &Value) -> Option<T> {
            T::deserialize(data).ok()
        }

        #[derive(Deserialize)]
        struct Push {
            #[serde(default)]
            tokens: Vec<Secret>,
            #[serde(default)]
            devices: Vec<PushDevice>,
        }
        #[derive(Deserialize)]
        struct AwsSns {
            #[serde(default)]
            target_arns: Vec<Secret>,
            #[serde(default)]
            devices: Vec<AwsSnsDevice>,
        }
        #[derive(Deserialize)]
        struct OneSignal {
            player_ids: Vec<Secret>,
        }

        let known = match provider.cloned().or_else(|| guess(&data)) {
            Some(Provider::PushFcm | Provider::PushApns | Provider::PushExpo) => {
                as_a(&data).map(|Push { tokens, devices }| Self::Push { tokens, devices })
            }
            Some(Provider::PushAwsSns) => {
                as_a(&data).map(|AwsSns { target_arns, devices }| Self::AwsSns { target_arns, devices })
            }
            Some(Provider::PushOneSignal) => {
                as_a(&data).map(|OneSignal { player_ids }| Self::OneSignal { player_ids })
            }
            Some(Provider::ChatSlack) => as_a(&data).map(Self::Slack),
            Some(Provider::ChatMsTeams) => as_a(&data).map(Self::MsTeams),
            Some(Provider::ChatDiscord) => as_a(&data).map(Self::Discord),
            Some(Provider::HttpKnockWebhook | Provider::Other(_)) | None => None,
        };
        known.unwrap_or(Self::Other(RawChannelData(data)))
    }
}

fn guess(data: &Value) -> Option<Provider> {
    let connections = data.get("connections").and_then(Value::as_array);
    let connected_by =
        |key: &str| connections.is_some_and(|list| list.iter().any(|one| one.get(key).is_some()));
    let device_has = |key: &str| data.pointer("/devices/0").is_some_and(|device| device.get(key).is_some());
    if data.get("player_ids").is_some() {
        Some(Provider::PushOneSignal)
    } else if data.get("target_arns").is_some() || device_has("target_arn") {
        Some(Provider::PushAwsSns)
    } else if data.get("tokens").is_some() || device_has("token") {
        Some(Provider::PushFcm)
    } else if data.get("ms_teams_tenant_id").is_some()
        || ["ms_teams_tenant_id", "ms_teams_team_id", "ms_teams_channel_id", "ms_teams_user_id"]
            .into_iter()
            .any(connected_by)
    {
        Some(Provider::ChatMsTeams)
    } else if data.get("token").is_some()
        || ["access_token", "user_id", "channel_name"].into_iter().any(connected_by)
    {
        Some(Provider::ChatSlack)
    } else {
        // The id of a channel alone, or a webhook alone, may belong to Slack, Discord or Teams.
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::channel_data::chat::{DiscordConnection, MsTeamsConnection, SlackConnection};

    fn read(response: &Value) -> ChannelData {
        serde_json::from_value(response.clone()).unwrap()
    }

    #[test]
    fn each_shape_is_told_by_its_provider_or_its_keys() {
        type Is = fn(&ChannelDataValue) -> bool;
        let cases: [(Value, Is); 8] = [
            (json!({ "tokens": ["t"], "devices": [{ "token": "t" }] }), |d| {
                matches!(d, ChannelDataValue::Push { .. })
            }),
            (json!({ "target_arns": ["a"], "devices": [] }), |d| {
                matches!(d, ChannelDataValue::AwsSns { .. })
            }),
            (json!({ "player_ids": ["p"] }), |d| matches!(d, ChannelDataValue::OneSignal { .. })),
            (json!({ "connections": [{ "user_id": "U" }] }), |d| matches!(d, ChannelDataValue::Slack(_))),
            (json!({ "connections": [], "token": { "access_token": "x" } }), |d| {
                matches!(d, ChannelDataValue::Slack(_))
            }),
            (json!({ "connections": [{ "ms_teams_user_id": "U" }] }), |d| {
                matches!(d, ChannelDataValue::MsTeams(_))
            }),
            (json!({ "connections": [{ "channel_id": "C" }] }), |d| matches!(d, ChannelDataValue::Other(_))),
            (json!({ "pager": 7 }), |d| matches!(d, ChannelDataValue::Other(_))),
        ];
        for (data, is) in cases {
            let response = json!({ "__typename": "ChannelData", "channel_id": "c", "data": data });
            let parsed = read(&response);
            assert!(is(&parsed.data), "{parsed:?}");
            assert_eq!(json!(parsed), response);
        }
        let discord = json!({
            "__typename": "ChannelData", "channel_id": "c", "provider": "chat_discord",
            "data": { "connections": [{ "channel_id": "C" }] }
        });
        assert!(matches!(read(&discord).data, ChannelDataValue::Discord(_)));
    }

    #[test]
    fn credentials_do_not_print() {
        let slack = SlackChannelData::new()
            .access_token("xoxb-secret")
            .connection(SlackConnection::incoming_webhook("https://hooks.example/secret"))
            .connection(SlackConnection::channel("C1").access_token("xoxb-secret"));
        let teams = MsTeamsChannelData::new()
            .connection(MsTeamsConnection::incoming_webhook("https://hooks.example/secret"));
        let discord = DiscordChannelData::new()
            .connection(DiscordConnection::incoming_webhook("https://hooks.example/secret"));
        assert!(!format!("{slack:?} {teams:?} {discord:?}").contains("secret"));

        for data in [
            json!({ "tokens": ["secret"], "devices": [{ "token": "secret" }] }),
            json!({ "target_arns": ["arn:secret"], "devices": [{ "target_arn": "arn:secret" }] }),
            json!({ "player_ids": ["secret"] }),
        ] {
            let response = json!({ "__typename": "ChannelData", "channel_id": "c", "data": data });
            let parsed = read(&response);
            assert!(!format!("{parsed:?}").contains("secret"));
            assert_eq!(json!(parsed), response);
        }
    }
}
