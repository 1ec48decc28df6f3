//! Channel data: what a provider needs to reach a recipient, such as device tokens or a Slack connection.
//!
//! See Knock on [channel data](https://docs.knock.app/managing-recipients/setting-channel-data).

mod channel_id;
mod chat;
mod push;
mod request;
mod response;

pub use self::channel_id::ChannelId;
pub use self::chat::{
    DiscordChannelData, DiscordConnection, IncomingWebhook, MsTeamsChannelData, MsTeamsConnection,
    SlackChannelData, SlackConnection, SlackToken,
};
pub use self::push::{AwsSnsDevice, PushDevice};
pub use self::request::{ChannelDataRequest, RawChannelData};
pub use self::response::{ChannelData, ChannelDataValue, Provider};
