//! The configuration of the emulated environment.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

#[cfg(feature = "schemas")]
use crate::data_schema::{DataSchema, InvalidSchema};
use crate::endpoint::WebhookEndpoint;
use crate::ids::{Ids, is_uuid};
use crate::json::Fields;
use crate::origins::Origins;
use crate::user_token::TokenKey;

/// The secret API key that every emulator accepts.
pub const DEFAULT_KEY: &str = "sk_test_emulator";

/// The public API key that every emulator accepts, at endpoints that allow public keys.
pub const DEFAULT_PUBLIC_KEY: &str = "pk_test_emulator";

/// The id of the in-app feed channel that workflows deliver to by default.
pub const DEFAULT_CHANNEL: &str = "5a88728a-3ecb-400d-ba6f-9c0956ab252f";

/// The kind of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChannelKind {
    /// Knock's in-app feed.
    InAppFeed,
    /// Email.
    Email,
    /// Text messages.
    Sms,
    /// Push notifications.
    Push,
    /// Slack, Microsoft Teams, Discord.
    Chat,
    /// Webhooks.
    Http,
}

impl ChannelKind {
    /// The name of the kind in preferences and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InAppFeed => "in_app_feed",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
            Self::Chat => "chat",
            Self::Http => "http",
        }
    }

    const fn default_provider(self) -> &'static str {
        match self {
            Self::InAppFeed => "in_app_feed_knock",
            Self::Email => "email_knock",
            Self::Sms => "sms_knock",
            Self::Push => "push_fcm",
            Self::Chat => "chat_slack",
            Self::Http => "http_knock_webhook",
        }
    }
}

/// A channel, which workflows deliver to.
///
/// ```
/// use knock_emulator::{Channel, ChannelKind};
///
/// let push = Channel::new("8209f26c-62a5-461d-95e2-a5716a26e652", ChannelKind::Push)
///     .provider("push_apns");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Channel {
    pub(crate) id: String,
    pub(crate) kind: ChannelKind,
    pub(crate) provider: String,
    pub(crate) key: Option<String>,
    pub(crate) name: Option<String>,
}

impl Channel {
    /// Creates a channel with the default provider of its kind.
    pub fn new(id: impl Into<String>, kind: ChannelKind) -> Self {
        Self { id: id.into(), kind, provider: kind.default_provider().to_owned(), key: None, name: None }
    }

    /// The key and the name that people see. Without them they are those of the kind.
    pub(crate) fn shown(&self) -> (&str, &str) {
        let kind = self.kind.as_str();
        (self.key.as_deref().unwrap_or(kind), self.name.as_deref().unwrap_or(kind))
    }

    /// Sets the provider, for example `push_apns` or `chat_slack`. It determines the form of channel data.
    pub fn provider(mut self, provider: impl Into<String>) -> Self {
        self.provider = provider.into();
        self
    }
}

/// A workflow of the emulated environment.
///
/// ```
/// use std::time::Duration;
/// use knock_emulator::Workflow;
///
/// let reminder = Workflow::new("reminder").delay(Duration::from_secs(60)).category("nudges");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Workflow {
    pub(crate) key: String,
    pub(crate) version_id: String,
    pub(crate) active: bool,
    pub(crate) delay: SignedDuration,
    pub(crate) commercial: bool,
    pub(crate) categories: Vec<String>,
    pub(crate) channels: Vec<Arc<Channel>>,
    /// Its steps, if it is from a Knock directory.
    #[cfg(feature = "workflows")]
    pub(crate) program: Option<Arc<knock_directory::Workflow>>,
    /// The schema of the data of its triggers.
    #[cfg(feature = "schemas")]
    pub(crate) data_schema: Option<DataSchema>,
}

impl Workflow {
    /// Creates an active workflow without a delay. It delivers to the default in-app feed, unless you add a
    /// [`channel`](Self::channel).
    pub fn new(key: impl Into<String>) -> Self {
        let key = key.into();
        Self {
            version_id: Ids::named(&key),
            key,
            active: true,
            delay: SignedDuration::ZERO,
            commercial: false,
            categories: Vec::new(),
            channels: Vec::new(),
            #[cfg(feature = "workflows")]
            program: None,
            #[cfg(feature = "schemas")]
            data_schema: None,
        }
    }

    /// Sets the JSON Schema of the data of triggers, which is `trigger_data_json_schema` in the workflow's file.
    /// Triggers whose data does not match it get a 422 that names the fields.
    ///
    /// ```
    /// use knock_emulator::Workflow;
    /// use serde_json::json;
    ///
    /// let schema = json!({ "type": "object", "required": ["comment_id"] });
    /// let workflow = Workflow::new("comment-created").data_schema(schema)?;
    /// # let _ = workflow;
    /// # Ok::<(), knock_emulator::InvalidSchema>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the schema is invalid, or refers to another document.
    #[cfg(feature = "schemas")]
    pub fn data_schema(mut self, schema: Value) -> Result<Self, InvalidSchema> {
        self.data_schema = Some(DataSchema::new(schema)?);
        Ok(self)
    }

    /// Sets a delay before the first delivery. A run can be cancelled during the delay.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX);
        self
    }

    /// Deactivates the workflow: triggers fail with `workflow_inactive`.
    pub fn inactive(mut self) -> Self {
        self.active = false;
        self
    }

    /// Makes the workflow commercial: recipients can unsubscribe from all commercial workflows at once.
    pub fn commercial(mut self) -> Self {
        self.commercial = true;
        self
    }

    /// Adds a category.
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.categories.push(category.into());
        self
    }

    /// Adds a channel to deliver to.
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channels.push(Arc::new(channel));
        self
    }

    /// The name that people see: that of its file, or the key.
    pub(crate) fn name(&self) -> &str {
        #[cfg(feature = "workflows")]
        if let Some(program) = &self.program {
            return &program.name;
        }
        &self.key
    }

    fn or_channel(mut self, channel: &Arc<Channel>) -> Self {
        if self.channels.is_empty() {
            self.channels.push(Arc::clone(channel));
        }
        self
    }
}

/// Rate limits like those of Knock. By default, an emulator has none.
///
/// Requests are limited by the tier of their endpoint, per API key: from 1 request per second for bulk calls to 1,000
/// for triggers. Those with a user token are also counted per token. The limit applies to every second, whenever it
/// begins. A request that exceeds it gets a 429 and does not count.
///
/// Batch and bulk calls update each entity that they list by its id at most once per second. The others are not changed;
/// their ids are in the header `x-ratelimited-<parameter>`.
///
/// ```
/// use knock_emulator::{Emulator, RateLimits};
///
/// let emulator = Emulator::builder().rate_limits(RateLimits::new()).build();
/// # let _ = emulator;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RateLimits {
    pub(crate) retry_after: bool,
}

impl RateLimits {
    /// Returns Knock's rate limits. A 429 has the header `retry-after: 1`.
    pub fn new() -> Self {
        Self { retry_after: true }
    }

    /// Leaves out the header `retry-after`, which Knock does not document.
    pub fn without_retry_after(mut self) -> Self {
        self.retry_after = false;
        self
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        Self::new()
    }
}

/// The environment: keys, workflows, channels.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) keys: HashSet<String>,
    pub(crate) origins: Origins,
    pub(crate) token_key: Option<TokenKey>,
    pub(crate) seed: u64,
    /// The time until what was accepted takes effect.
    pub(crate) latency: SignedDuration,
    default_channel: Arc<Channel>,
    pub(crate) workflows: BTreeMap<String, Arc<Workflow>>,
    /// The channels declared for channel data, in addition to the channels of workflows.
    pub(crate) channels: BTreeMap<String, Arc<Channel>>,
    pub(crate) default_preferences: Fields,
    pub(crate) slack_channels: Vec<String>,
    pub(crate) rate_limits: Option<RateLimits>,
    pub(crate) webhooks: Vec<WebhookEndpoint>,
    /// Where emails also go.
    #[cfg(feature = "smtp")]
    pub(crate) smtp: Option<SmtpServer>,
    /// The time zone of the account.
    pub(crate) timezone: Option<String>,
    /// What was read from a Knock directory.
    #[cfg(feature = "workflows")]
    pub(crate) directory: Option<Arc<knock_directory::Directory>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            keys: HashSet::from([DEFAULT_KEY.to_owned(), DEFAULT_PUBLIC_KEY.to_owned()]),
            origins: Origins::default(),
            token_key: None,
            seed: 0,
            latency: SignedDuration::ZERO,
            default_channel: Arc::new(Channel::new(DEFAULT_CHANNEL, ChannelKind::InAppFeed)),
            workflows: BTreeMap::new(),
            channels: BTreeMap::new(),
            default_preferences: Fields::new(),
            slack_channels: ["general", "random", "engineering", "design", "incidents"]
                .map(str::to_owned)
                .to_vec(),
            rate_limits: None,
            webhooks: Vec::new(),
            #[cfg(feature = "smtp")]
            smtp: None,
            timezone: None,
            #[cfg(feature = "workflows")]
            directory: None,
        }
    }
}

// Keys must not appear in logs.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("workflows", &self.workflows).finish_non_exhaustive()
    }
}

impl Settings {
    pub(crate) fn add_workflow(&mut self, workflow: Workflow) {
        let workflow = workflow.or_channel(&self.default_channel);
        self.workflows.insert(workflow.key.clone(), Arc::new(workflow));
    }

    /// Whether every key is a workflow, because none is declared.
    pub(crate) fn is_open(&self) -> bool {
        self.workflows.is_empty() && !self.has_directory()
    }

    /// If no workflow is declared, every key is a workflow.
    pub(crate) fn workflow(&self, key: &str) -> Option<Arc<Workflow>> {
        if self.is_open() {
            return Some(Arc::new(Workflow::new(key).or_channel(&self.default_channel)));
        }
        self.workflows.get(key).cloned()
    }

    #[cfg(feature = "workflows")]
    pub(crate) fn has_directory(&self) -> bool {
        self.directory.is_some()
    }

    #[cfg(not(feature = "workflows"))]
    #[allow(clippy::unused_self)] // it has the same signature as the other
    pub(crate) const fn has_directory(&self) -> bool {
        false
    }

    /// Looks up a channel of the directory.
    #[cfg(feature = "workflows")]
    pub(crate) fn channel_by_key(&self, key: &str) -> Option<Arc<Channel>> {
        self.channels.values().find(|channel| channel.key.as_deref() == Some(key)).cloned()
    }

    /// Looks up a channel by its id.
    pub(crate) fn channel(&self, id: &str) -> Lookup<'_> {
        let declared = self.channels.get(id).or_else(|| {
            self.workflows.values().flat_map(|workflow| &workflow.channels).find(|channel| channel.id == id)
        });
        match declared {
            Some(channel) => Lookup::Declared(channel),
            None if self.channels.is_empty() && is_uuid(id) => Lookup::Possible,
            None => Lookup::Unknown,
        }
    }

    /// The address of the SMTP server, if there is one.
    #[cfg(feature = "smtp")]
    pub(crate) fn smtp_address(&self) -> Option<String> {
        self.smtp.as_ref().map(ToString::to_string)
    }

    #[cfg(not(feature = "smtp"))]
    #[allow(clippy::unused_self)] // it has the same signature as the other
    pub(crate) const fn smtp_address(&self) -> Option<String> {
        None
    }

    pub(crate) fn set_default_preferences(&mut self, preferences: Value) {
        if let Value::Object(fields) = preferences {
            self.default_preferences = fields;
        }
    }
}

/// An SMTP server.
#[cfg(feature = "smtp")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SmtpServer {
    pub(crate) host: String,
    pub(crate) port: u16,
}

#[cfg(feature = "smtp")]
impl std::fmt::Display for SmtpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

/// What is known about a channel.
#[derive(Debug)]
pub(crate) enum Lookup<'a> {
    Declared(&'a Channel),
    /// No channel is declared, and the id is one that a channel could have.
    Possible,
    Unknown,
}
