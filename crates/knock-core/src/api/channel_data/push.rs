//! Devices that receive push messages.

use serde::{Deserialize, Serialize};

use crate::value::{IntoOptional, Secret, Text};

/// A device that receives push messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PushDevice {
    /// The device token. It is a secret, because whoever has it and the keys of the app can reach the device.
    pub token: Secret,
    /// The locale for translations, instead of that of the recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The time zone, instead of that of the recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

impl PushDevice {
    /// Returns a device by its token.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self { token: token.into(), locale: None, timezone: None }
    }

    /// Sets the locale for translations, instead of that of the recipient.
    #[must_use]
    pub fn locale<Kind>(mut self, locale: impl IntoOptional<Text, Kind>) -> Self {
        self.locale = locale.into_optional().map(Into::into).or(self.locale);
        self
    }

    /// Sets the time zone, instead of that of the recipient.
    #[must_use]
    pub fn timezone<Kind>(mut self, timezone: impl IntoOptional<Text, Kind>) -> Self {
        self.timezone = timezone.into_optional().map(Into::into).or(self.timezone);
        self
    }
}

/// A device that receives push messages over AWS SNS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AwsSnsDevice {
    /// The ARN of the platform endpoint. It is a secret like a device token.
    pub target_arn: Secret,
    /// The locale for translations, instead of that of the recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The time zone, instead of that of the recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

impl AwsSnsDevice {
    /// Returns a device by the ARN of its platform endpoint.
    pub fn new(target_arn: impl Into<Secret>) -> Self {
        Self { target_arn: target_arn.into(), locale: None, timezone: None }
    }

    /// Sets the locale for translations, instead of that of the recipient.
    #[must_use]
    pub fn locale<Kind>(mut self, locale: impl IntoOptional<Text, Kind>) -> Self {
        self.locale = locale.into_optional().map(Into::into).or(self.locale);
        self
    }

    /// Sets the time zone, instead of that of the recipient.
    #[must_use]
    pub fn timezone<Kind>(mut self, timezone: impl IntoOptional<Text, Kind>) -> Self {
        self.timezone = timezone.into_optional().map(Into::into).or(self.timezone);
        self
    }
}
