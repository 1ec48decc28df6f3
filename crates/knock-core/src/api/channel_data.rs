//! Channel data: what a provider needs to reach a recipient, as device tokens or a Slack connection.
//!
//! See Knock on [channel data](https://docs.knock.app/managing-recipients/setting-channel-data).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::open_enum::open_enum;
use crate::secret::Secret;

/// The channel data to set: it replaces all that the channel had for the recipient.
///
/// ```
/// use knock_core::channel_data::{ChannelDataRequest, PushDevice, SlackChannelData, SlackConnection};
///
/// let push = ChannelDataRequest::push_tokens(["device-token-1", "device-token-2"]);
/// let localized = ChannelDataRequest::push_devices([PushDevice::new("device-token-1").locale("en-US")]);
/// let slack = SlackChannelData::new()
///     .access_token("xoxb-1234")
///     .connection(SlackConnection::channel("C123ABC"));
/// # let _ = (push, localized, ChannelDataRequest::from(slack));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ChannelDataRequest {
    /// Device tokens for FCM, APNs or Expo.
    PushTokens {
        /// The device tokens.
        tokens: Vec<String>,
    },
    /// Devices for FCM, APNs or Expo, with their locale and time zone.
    PushDevices {
        /// The devices.
        devices: Vec<PushDevice>,
    },
    /// Endpoints for AWS SNS.
    AwsSnsTargetArns {
        /// The ARNs of platform endpoints.
        target_arns: Vec<String>,
    },
    /// Devices for AWS SNS, with their locale and time zone.
    AwsSnsDevices {
        /// The devices.
        devices: Vec<AwsSnsDevice>,
    },
    /// OneSignal's players.
    OneSignal {
        /// The players' ids, which are UUIDs.
        player_ids: Vec<String>,
    },
    /// Slack.
    Slack(SlackChannelData),
    /// Microsoft Teams.
    MsTeams(MsTeamsChannelData),
    /// Discord.
    Discord(DiscordChannelData),
    /// Any other shape, as it is to be sent.
    Other(RawChannelData),
}

impl ChannelDataRequest {
    /// Device tokens for FCM, APNs or Expo.
    pub fn push_tokens(tokens: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::PushTokens { tokens: tokens.into_iter().map(Into::into).collect() }
    }

    /// Devices for FCM, APNs or Expo, with their locale and time zone.
    pub fn push_devices(devices: impl IntoIterator<Item = PushDevice>) -> Self {
        Self::PushDevices { devices: devices.into_iter().collect() }
    }

    /// Platform endpoints for AWS SNS, by their ARNs.
    pub fn aws_sns_target_arns(arns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::AwsSnsTargetArns { target_arns: arns.into_iter().map(Into::into).collect() }
    }

    /// Devices for AWS SNS, with their locale and time zone.
    pub fn aws_sns_devices(devices: impl IntoIterator<Item = AwsSnsDevice>) -> Self {
        Self::AwsSnsDevices { devices: devices.into_iter().collect() }
    }

    /// OneSignal's players, by their ids, which are UUIDs.
    pub fn one_signal(player_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::OneSignal { player_ids: player_ids.into_iter().map(Into::into).collect() }
    }
}

impl From<SlackChannelData> for ChannelDataRequest {
    fn from(data: SlackChannelData) -> Self {
        Self::Slack(data)
    }
}

impl From<MsTeamsChannelData> for ChannelDataRequest {
    fn from(data: MsTeamsChannelData) -> Self {
        Self::MsTeams(data)
    }
}

impl From<DiscordChannelData> for ChannelDataRequest {
    fn from(data: DiscordChannelData) -> Self {
        Self::Discord(data)
    }
}

impl From<Value> for ChannelDataRequest {
    fn from(data: Value) -> Self {
        Self::Other(RawChannelData(data))
    }
}

/// Channel data of a shape that has no type. It may hold credentials: `Debug` does not show it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawChannelData(pub Value);

impl fmt::Debug for RawChannelData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The body of a request that sets channel data.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChannelDataBody {
    pub(crate) data: ChannelDataRequest,
}

/// A device that gets push messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PushDevice {
    /// The device token.
    pub token: String,
    /// The locale for translations, in place of the recipient's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The time zone, in place of the recipient's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

impl PushDevice {
    /// A device by its token.
    pub fn new(token: impl Into<String>) -> Self {
        Self { token: token.into(), locale: None, timezone: None }
    }

    /// The locale for translations, in place of the recipient's.
    #[must_use]
    pub fn locale(mut self, locale: impl Into<String>) -> Self {
        self.locale = Some(locale.into());
        self
    }

    /// The time zone, in place of the recipient's.
    #[must_use]
    pub fn timezone(mut self, timezone: impl Into<String>) -> Self {
        self.timezone = Some(timezone.into());
        self
    }
}

/// A device that gets push messages over AWS SNS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AwsSnsDevice {
    /// The ARN of the platform endpoint.
    pub target_arn: String,
    /// The locale for translations, in place of the recipient's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The time zone, in place of the recipient's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

impl AwsSnsDevice {
    /// A device by the ARN of its platform endpoint.
    pub fn new(target_arn: impl Into<String>) -> Self {
        Self { target_arn: target_arn.into(), locale: None, timezone: None }
    }

    /// The locale for translations, in place of the recipient's.
    #[must_use]
    pub fn locale(mut self, locale: impl Into<String>) -> Self {
        self.locale = Some(locale.into());
        self
    }

    /// The time zone, in place of the recipient's.
    #[must_use]
    pub fn timezone(mut self, timezone: impl Into<String>) -> Self {
        self.timezone = Some(timezone.into());
        self
    }
}

/// A URL that posts to one channel of a chat; who knows it can post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IncomingWebhook {
    /// The URL.
    pub url: Secret,
}

/// How Slack reaches a recipient: connections, and a token for all of them.
///
/// A tenant may hold only the token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct SlackChannelData {
    /// The channels and users to post to.
    pub connections: Vec<SlackConnection>,
    /// The token of the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<SlackToken>,
}

impl SlackChannelData {
    /// No connections yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more channel, user or webhook to post to.
    pub fn connection(mut self, connection: SlackConnection) -> Self {
        self.connections.push(connection);
        self
    }

    /// The token of the workspace, as `xoxb-…`.
    pub fn access_token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(SlackToken { access_token: Some(token.into()) });
        self
    }
}

/// The token of a Slack workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SlackToken {
    /// The token; `None` once it was revoked.
    #[serde(default)]
    pub access_token: Option<Secret>,
}

/// One place in Slack to post to: a channel or a user, or an incoming webhook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct SlackConnection {
    /// A token for this connection alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<Secret>,
    /// A channel's id, as `C123ABC`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// The channel's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_name: Option<String>,
    /// A user's id, for direct messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// A webhook, in place of all else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incoming_webhook: Option<IncomingWebhook>,
}

impl SlackConnection {
    /// A channel, by its id.
    pub fn channel(channel_id: impl Into<String>) -> Self {
        Self { channel_id: Some(channel_id.into()), ..Self::default() }
    }

    /// A user, by its id, for direct messages.
    pub fn user(user_id: impl Into<String>) -> Self {
        Self { user_id: Some(user_id.into()), ..Self::default() }
    }

    /// An incoming webhook, by its URL.
    pub fn incoming_webhook(url: impl Into<Secret>) -> Self {
        Self { incoming_webhook: Some(IncomingWebhook { url: url.into() }), ..Self::default() }
    }

    /// The channel's name.
    pub fn channel_name(mut self, name: impl Into<String>) -> Self {
        self.channel_name = Some(name.into());
        self
    }

    /// A token for this connection alone.
    pub fn access_token(mut self, token: impl Into<Secret>) -> Self {
        self.access_token = Some(token.into());
        self
    }
}

/// How Microsoft Teams reaches a recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct MsTeamsChannelData {
    /// The channels and users to post to.
    pub connections: Vec<MsTeamsConnection>,
    /// The organization's id in Microsoft Entra.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_teams_tenant_id: Option<String>,
}

impl MsTeamsChannelData {
    /// No connections yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more channel, user or webhook to post to.
    pub fn connection(mut self, connection: MsTeamsConnection) -> Self {
        self.connections.push(connection);
        self
    }

    /// The organization's id in Microsoft Entra.
    pub fn tenant_id(mut self, id: impl Into<String>) -> Self {
        self.ms_teams_tenant_id = Some(id.into());
        self
    }
}

/// One place in Microsoft Teams to post to: a channel or a user, or an incoming webhook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct MsTeamsConnection {
    /// The organization's id in Microsoft Entra.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_teams_tenant_id: Option<String>,
    /// The team's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_teams_team_id: Option<String>,
    /// The channel's id, as `19:…@thread.tacv2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_teams_channel_id: Option<String>,
    /// A user's id, for direct messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_teams_user_id: Option<String>,
    /// A webhook, in place of all else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incoming_webhook: Option<IncomingWebhook>,
}

impl MsTeamsConnection {
    /// A channel of a team.
    pub fn channel(team_id: impl Into<String>, channel_id: impl Into<String>) -> Self {
        Self {
            ms_teams_team_id: Some(team_id.into()),
            ms_teams_channel_id: Some(channel_id.into()),
            ..Self::default()
        }
    }

    /// A user, by its id, for direct messages.
    pub fn user(user_id: impl Into<String>) -> Self {
        Self { ms_teams_user_id: Some(user_id.into()), ..Self::default() }
    }

    /// An incoming webhook, by its URL.
    pub fn incoming_webhook(url: impl Into<Secret>) -> Self {
        Self { incoming_webhook: Some(IncomingWebhook { url: url.into() }), ..Self::default() }
    }

    /// The organization's id in Microsoft Entra.
    pub fn tenant_id(mut self, id: impl Into<String>) -> Self {
        self.ms_teams_tenant_id = Some(id.into());
        self
    }
}

/// How Discord reaches a recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct DiscordChannelData {
    /// The channels to post to.
    pub connections: Vec<DiscordConnection>,
}

impl DiscordChannelData {
    /// No connections yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more channel or webhook to post to.
    pub fn connection(mut self, connection: DiscordConnection) -> Self {
        self.connections.push(connection);
        self
    }
}

/// One place in Discord to post to: a channel or an incoming webhook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct DiscordConnection {
    /// A channel's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// A webhook, in place of the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incoming_webhook: Option<IncomingWebhook>,
}

impl DiscordConnection {
    /// A channel, by its id.
    pub fn channel(channel_id: impl Into<String>) -> Self {
        Self { channel_id: Some(channel_id.into()), incoming_webhook: None }
    }

    /// An incoming webhook, by its URL.
    pub fn incoming_webhook(url: impl Into<Secret>) -> Self {
        Self { channel_id: None, incoming_webhook: Some(IncomingWebhook { url: url.into() }) }
    }
}

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
    /// The channel's id.
    pub channel_id: String,
    /// What the provider needs.
    pub data: ChannelDataValue,
    /// The provider, where Knock says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
}

/// What a provider needs to reach a recipient.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ChannelDataValue {
    /// FCM, APNs or Expo: the same devices in both forms.
    Push {
        /// The device tokens.
        tokens: Vec<String>,
        /// The devices.
        devices: Vec<PushDevice>,
    },
    /// AWS SNS: the same devices in both forms.
    AwsSns {
        /// The ARNs of platform endpoints.
        target_arns: Vec<String>,
        /// The devices.
        devices: Vec<AwsSnsDevice>,
    },
    /// OneSignal.
    OneSignal {
        /// The players' ids.
        player_ids: Vec<String>,
    },
    /// Slack.
    Slack(SlackChannelData),
    /// Microsoft Teams.
    MsTeams(MsTeamsChannelData),
    /// Discord.
    Discord(DiscordChannelData),
    /// A shape that this version does not know, as it came.
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
    /// Reads the data by its provider or, where Knock does not say it, by the keys that only one provider has.
    fn read(data: Value, provider: Option<&Provider>) -> Self {
        fn as_a<T: serde::de::DeserializeOwned>(data: &Value) -> Option<T> {
            T::deserialize(data).ok()
        }

        #[derive(Deserialize)]
        struct Push {
            #[serde(default)]
            tokens: Vec<String>,
            #[serde(default)]
            devices: Vec<PushDevice>,
        }
        #[derive(Deserialize)]
        struct AwsSns {
            #[serde(default)]
            target_arns: Vec<String>,
            #[serde(default)]
            devices: Vec<AwsSnsDevice>,
        }
        #[derive(Deserialize)]
        struct OneSignal {
            player_ids: Vec<String>,
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
        // A channel's id or a webhook alone may be Slack's, Discord's or Teams'.
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(answer: &Value) -> ChannelData {
        serde_json::from_value(answer.clone()).unwrap()
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
            let answer = json!({ "__typename": "ChannelData", "channel_id": "c", "data": data });
            let parsed = read(&answer);
            assert!(is(&parsed.data), "{parsed:?}");
            assert_eq!(json!(parsed), answer);
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
    }
}
