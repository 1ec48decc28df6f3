//! Channel data in a request.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::channel_data::chat::{DiscordChannelData, MsTeamsChannelData, SlackChannelData};
use crate::api::channel_data::push::{AwsSnsDevice, PushDevice};
use crate::value::Secret;

/// The channel data in a request. It replaces everything that the channel had for the recipient.
///
/// Device tokens, ARNs and the ids of players are secrets, which do not print; [`Secret::expose`] returns their text.
///
/// ```
/// use knock_core::channel_data::{
///     ChannelDataRequest, PushDevice, SlackChannelData, SlackConnection,
/// };
///
/// let push = ChannelDataRequest::push_tokens(["device-token-1", "device-token-2"]);
/// let localized =
///     ChannelDataRequest::push_devices([PushDevice::new("device-token-1").locale("en-US")]);
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
        tokens: Vec<Secret>,
    },
    /// Devices for FCM, APNs or Expo, with their locale and time zone.
    PushDevices {
        /// The devices.
        devices: Vec<PushDevice>,
    },
    /// Endpoints for AWS SNS.
    AwsSnsTargetArns {
        /// The ARNs of platform endpoints.
        target_arns: Vec<Secret>,
    },
    /// Devices for AWS SNS, with their locale and time zone.
    AwsSnsDevices {
        /// The devices.
        devices: Vec<AwsSnsDevice>,
    },
    /// Players of OneSignal.
    OneSignal {
        /// The ids of the players, which are UUIDs.
        player_ids: Vec<Secret>,
    },
    /// Slack.
    Slack(SlackChannelData),
    /// Microsoft Teams.
    MsTeams(MsTeamsChannelData),
    /// Discord.
    Discord(DiscordChannelData),
    /// Any other form, as it is sent.
    Other(RawChannelData),
}

impl ChannelDataRequest {
    /// Returns channel data with device tokens for FCM, APNs or Expo.
    pub fn push_tokens(tokens: impl IntoIterator<Item = impl Into<Secret>>) -> Self {
        Self::PushTokens { tokens: secrets(tokens) }
    }

    /// Returns channel data with devices for FCM, APNs or Expo, with their locale and time zone.
    pub fn push_devices(devices: impl IntoIterator<Item = PushDevice>) -> Self {
        Self::PushDevices { devices: devices.into_iter().collect() }
    }

    /// Returns channel data with platform endpoints for AWS SNS, by their ARNs.
    pub fn aws_sns_target_arns(arns: impl IntoIterator<Item = impl Into<Secret>>) -> Self {
        Self::AwsSnsTargetArns { target_arns: secrets(arns) }
    }

    /// Returns channel data with devices for AWS SNS, with their locale and time zone.
    pub fn aws_sns_devices(devices: impl IntoIterator<Item = AwsSnsDevice>) -> Self {
        Self::AwsSnsDevices { devices: devices.into_iter().collect() }
    }

    /// Returns channel data with players of OneSignal, by their ids, which are UUIDs.
    pub fn one_signal(player_ids: impl IntoIterator<Item = impl Into<Secret>>) -> Self {
        Self::OneSignal { player_ids: secrets(player_ids) }
    }
}

impl From<&ChannelDataRequest> for ChannelDataRequest {
    fn from(data: &ChannelDataRequest) -> Self {
        data.clone()
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

fn secrets(texts: impl IntoIterator<Item = impl Into<Secret>>) -> Vec<Secret> {
    texts.into_iter().map(Into::into).collect()
}

/// Channel data of a form that has no type. It may contain credentials, so `Debug` does not show it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawChannelData(pub Value);

impl fmt::Debug for RawChannelData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
