//! The types of channels.

use serde::{Deserialize, Serialize};

/// The type of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelType {
    /// Email.
    Email,
    /// Knock's in-app feed. Knock also calls it `in_app`.
    #[serde(alias = "in_app")]
    InAppFeed,
    /// Knock's in-app guides.
    InAppGuide,
    /// Text messages.
    Sms,
    /// Push notifications.
    Push,
    /// Slack, Microsoft Teams, Discord and others.
    Chat,
    /// Webhooks.
    Http,
}

impl ChannelType {
    /// The name in the files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::InAppFeed => "in_app_feed",
            Self::InAppGuide => "in_app_guide",
            Self::Sms => "sms",
            Self::Push => "push",
            Self::Chat => "chat",
            Self::Http => "http",
        }
    }

    /// Guesses the type by a key, as Knock's CLI does when it applies a template. Old files name no type.
    pub fn guess(channel_key: &str) -> Option<Self> {
        const WORDS: [(&str, ChannelType); 22] = [
            ("feed", ChannelType::InAppFeed),
            ("in-app", ChannelType::InAppFeed),
            ("guide", ChannelType::InAppGuide),
            ("email", ChannelType::Email),
            ("postmark", ChannelType::Email),
            ("sendgrid", ChannelType::Email),
            ("resend", ChannelType::Email),
            ("mailgun", ChannelType::Email),
            ("smtp", ChannelType::Email),
            ("sms", ChannelType::Sms),
            ("twilio", ChannelType::Sms),
            ("push", ChannelType::Push),
            ("apns", ChannelType::Push),
            ("fcm", ChannelType::Push),
            ("expo", ChannelType::Push),
            ("chat", ChannelType::Chat),
            ("slack", ChannelType::Chat),
            ("teams", ChannelType::Chat),
            ("discord", ChannelType::Chat),
            ("whatsapp", ChannelType::Chat),
            ("webhook", ChannelType::Http),
            ("http", ChannelType::Http),
        ];
        let key = channel_key.to_lowercase().replace('_', "-");
        WORDS.into_iter().find(|(word, _)| key.contains(word)).map(|(_, kind)| kind)
    }
}

/// Where a channel step sends to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelTarget {
    /// A channel, by its key.
    Channel(String),
    /// A group of channels, by its key.
    Group(String),
}
