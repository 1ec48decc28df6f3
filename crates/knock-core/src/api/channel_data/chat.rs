//! Connections to chats: Slack, Microsoft Teams and Discord.

use serde::{Deserialize, Serialize};

use crate::value::{IntoOptional, Secret, Text};

/// A URL that posts to a channel of a chat. Whoever knows it can post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IncomingWebhook {
    /// The URL.
    pub url: Secret,
}

/// The Slack connections of a recipient, and a token for all of them.
///
/// A tenant may have only the token.
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
    /// Returns channel data without connections.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a channel, user or webhook to post to.
    pub fn connection(mut self, connection: SlackConnection) -> Self {
        self.connections.push(connection);
        self
    }

    /// Sets the token of the workspace, for example `xoxb-…`.
    pub fn access_token<Kind>(mut self, token: impl IntoOptional<Secret, Kind>) -> Self {
        let token = token.into_optional().map(|token| SlackToken { access_token: Some(token) });
        self.token = token.or(self.token);
        self
    }
}

/// The token of a Slack workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SlackToken {
    /// The token; `None` after it was revoked.
    #[serde(default)]
    pub access_token: Option<Secret>,
}

/// A place in Slack to post to: a channel, a user or an incoming webhook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct SlackConnection {
    /// A token for this connection only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<Secret>,
    /// The id of a channel, for example `C123ABC`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// The name of the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_name: Option<String>,
    /// The id of a user, for direct messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// A webhook, instead of everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incoming_webhook: Option<IncomingWebhook>,
}

impl SlackConnection {
    /// Returns a connection to a channel, by its id.
    pub fn channel(channel_id: impl Into<Text>) -> Self {
        Self { channel_id: Some(channel_id.into().into()), ..Self::default() }
    }

    /// Returns a connection to a user, by its id, for direct messages.
    pub fn user(user_id: impl Into<Text>) -> Self {
        Self { user_id: Some(user_id.into().into()), ..Self::default() }
    }

    /// Returns a connection to an incoming webhook, by its URL.
    pub fn incoming_webhook(url: impl Into<Secret>) -> Self {
        Self { incoming_webhook: Some(IncomingWebhook { url: url.into() }), ..Self::default() }
    }

    /// Sets the name of the channel.
    pub fn channel_name<Kind>(mut self, name: impl IntoOptional<Text, Kind>) -> Self {
        self.channel_name = name.into_optional().map(Into::into).or(self.channel_name);
        self
    }

    /// Sets a token for this connection only.
    pub fn access_token<Kind>(mut self, token: impl IntoOptional<Secret, Kind>) -> Self {
        self.access_token = token.into_optional().or(self.access_token);
        self
    }
}

/// The Microsoft Teams connections of a recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct MsTeamsChannelData {
    /// The channels and users to post to.
    pub connections: Vec<MsTeamsConnection>,
    /// The id of the organization in Microsoft Entra.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_teams_tenant_id: Option<String>,
}

impl MsTeamsChannelData {
    /// Returns channel data without connections.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a channel, user or webhook to post to.
    pub fn connection(mut self, connection: MsTeamsConnection) -> Self {
        self.connections.push(connection);
        self
    }

    /// Sets the id of the organization in Microsoft Entra.
    pub fn tenant_id<Kind>(mut self, id: impl IntoOptional<Text, Kind>) -> Self {
        self.ms_teams_tenant_id = id.into_optional().map(Into::into).or(self.ms_teams_tenant_id);
        self
    }
}

/// A place in Microsoft Teams to post to: a channel, a user or an incoming webhook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct MsTeamsConnection {
    /// The id of the organization in Microsoft Entra.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_teams_tenant_id: Option<String>,
    /// The id of the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_teams_team_id: Option<String>,
    /// The id of the channel, for example `19:…@thread.tacv2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_teams_channel_id: Option<String>,
    /// The id of a user, for direct messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_teams_user_id: Option<String>,
    /// A webhook, instead of everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incoming_webhook: Option<IncomingWebhook>,
}

impl MsTeamsConnection {
    /// Returns a connection to a channel of a team.
    pub fn channel(team_id: impl Into<Text>, channel_id: impl Into<Text>) -> Self {
        Self {
            ms_teams_team_id: Some(team_id.into().into()),
            ms_teams_channel_id: Some(channel_id.into().into()),
            ..Self::default()
        }
    }

    /// Returns a connection to a user, by its id, for direct messages.
    pub fn user(user_id: impl Into<Text>) -> Self {
        Self { ms_teams_user_id: Some(user_id.into().into()), ..Self::default() }
    }

    /// Returns a connection to an incoming webhook, by its URL.
    pub fn incoming_webhook(url: impl Into<Secret>) -> Self {
        Self { incoming_webhook: Some(IncomingWebhook { url: url.into() }), ..Self::default() }
    }

    /// Sets the id of the organization in Microsoft Entra.
    pub fn tenant_id<Kind>(mut self, id: impl IntoOptional<Text, Kind>) -> Self {
        self.ms_teams_tenant_id = id.into_optional().map(Into::into).or(self.ms_teams_tenant_id);
        self
    }
}

/// The Discord connections of a recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct DiscordChannelData {
    /// The channels to post to.
    pub connections: Vec<DiscordConnection>,
}

impl DiscordChannelData {
    /// Returns channel data without connections.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a channel or webhook to post to.
    pub fn connection(mut self, connection: DiscordConnection) -> Self {
        self.connections.push(connection);
        self
    }
}

/// A place in Discord to post to: a channel or an incoming webhook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[must_use]
pub struct DiscordConnection {
    /// The id of a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// A webhook, instead of the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incoming_webhook: Option<IncomingWebhook>,
}

impl DiscordConnection {
    /// Returns a connection to a channel, by its id.
    pub fn channel(channel_id: impl Into<Text>) -> Self {
        Self { channel_id: Some(channel_id.into().into()), incoming_webhook: None }
    }

    /// Returns a connection to an incoming webhook, by its URL.
    pub fn incoming_webhook(url: impl Into<Secret>) -> Self {
        Self { channel_id: None, incoming_webhook: Some(IncomingWebhook { url: url.into() }) }
    }
}
