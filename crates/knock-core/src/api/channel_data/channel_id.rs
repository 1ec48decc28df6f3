//! Ids of channels.

use std::fmt;

use crate::value::Text;

/// The id of a channel, from Knock's dashboard.
///
/// It is a type of its own where another id stands beside it, so that the two cannot be swapped.
///
/// ```
/// use knock_core::channel_data::ChannelId;
///
/// const APNS: ChannelId = ChannelId::from_static("8209f26c-62a5-461d-95e2-a5716a26e652");
///
/// let configured = String::from("8209f26c-62a5-461d-95e2-a5716a26e652");
/// assert_eq!(ChannelId::new(configured), APNS);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChannelId(Text);

impl ChannelId {
    /// Returns the id of a channel.
    pub fn new(id: impl Into<Text>) -> Self {
        Self(id.into())
    }

    /// Returns the id of a channel, for a constant.
    pub const fn from_static(id: &'static str) -> Self {
        Self(Text::from_static(id))
    }

    /// The id as a string slice.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl AsRef<str> for ChannelId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&ChannelId> for ChannelId {
    fn from(id: &ChannelId) -> Self {
        id.clone()
    }
}

impl From<ChannelId> for Text {
    fn from(id: ChannelId) -> Self {
        id.0
    }
}

impl From<&ChannelId> for Text {
    fn from(id: &ChannelId) -> Self {
        id.0.clone()
    }
}
