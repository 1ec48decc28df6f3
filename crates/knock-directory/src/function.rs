//! Steps that do something other than sending a message.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::condition::Conditions;
use crate::node::{Fields, Node, Parsed};
use crate::span::Span;

/// A step that waits. At least one of its members is there; with both, it waits until the time at the path, and then for
/// the duration, which can be negative.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delay {
    /// How long it waits.
    pub delay_for: Option<Span>,
    /// The path of a time, a duration or a rule for the next window, for example `data.due_at`.
    pub delay_until_field_path: Option<String>,
}

impl Delay {
    pub(crate) fn read(fields: &Fields<'_>) -> Parsed<Self> {
        let settings = fields.need_object("settings")?;
        let delay = Self {
            delay_for: Span::signed(&settings, "delay_for")?,
            delay_until_field_path: settings.some_text("delay_until_field_path")?,
        };
        if delay.delay_for.is_none() && delay.delay_until_field_path.is_none() {
            return settings.fault("should have `delay_for` or `delay_until_field_path`");
        }
        if delay.delay_until_field_path.is_none() && delay.delay_for.is_some_and(|span| span.value < 0) {
            return settings.need_object("delay_for")?.need("value")?.fault("should not be negative");
        }
        Ok(delay)
    }
}

/// How a batch closes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowType {
    /// At the time that was set when it was opened.
    #[default]
    Fixed,
    /// When no trigger came for the length of the window.
    Sliding,
}

/// Which activities of a batch templates see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchOrder {
    /// The first ones.
    #[default]
    Asc,
    /// The latest ones.
    Desc,
}

/// What the first trigger of a batch does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchExecutionMode {
    /// It opens the batch and waits.
    #[default]
    Accumulate,
    /// It goes on at once, and the batch collects the following ones.
    FlushLeading,
}

/// Which version of the workflow goes on when a batch closes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowVersionMode {
    /// That of the trigger that opened it. A batch only collects triggers of this version.
    #[default]
    Pinned,
    /// The latest.
    Latest,
}

/// A step that collects triggers for the same recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batch {
    /// How long it collects.
    pub batch_window: Option<Span>,
    /// The path of a time, a duration or a rule for the next window.
    pub batch_until_field_path: Option<String>,
    /// How it closes.
    pub batch_window_type: WindowType,
    /// How long after it was opened a sliding window closes at the latest.
    pub batch_window_extension_limit: Option<Span>,
    /// What is collected together, besides the recipient: Liquid, or a path in `data` such as `project_id`.
    pub batch_key: Option<String>,
    /// Which activities templates see.
    pub batch_order: BatchOrder,
    /// The batch closes when it has so many activities, 2 to 1,000.
    pub batch_items_max_limit: Option<usize>,
    /// How many activities templates see, 1 to 100. The default is 10.
    pub batch_items_render_limit: usize,
    /// What the first trigger does.
    pub batch_execution_mode: BatchExecutionMode,
    /// Which version of the workflow goes on.
    pub workflow_version_mode: WorkflowVersionMode,
}

impl Batch {
    pub(crate) fn read(fields: &Fields<'_>) -> Parsed<Self> {
        let settings = fields.need_object("settings")?;
        let batch = Self {
            batch_window: Span::of(&settings, "batch_window")?,
            batch_until_field_path: settings.some_text("batch_until_field_path")?,
            batch_window_type: settings.word("batch_window_type")?.unwrap_or_default(),
            batch_window_extension_limit: Span::of(&settings, "batch_window_extension_limit")?,
            batch_key: settings.some_text("batch_key")?,
            batch_order: settings.word("batch_order")?.unwrap_or_default(),
            batch_items_max_limit: settings.count("batch_items_max_limit", 2..=1000)?,
            batch_items_render_limit: settings.count("batch_items_render_limit", 1..=100)?.unwrap_or(10),
            batch_execution_mode: settings.word("batch_execution_mode")?.unwrap_or_default(),
            workflow_version_mode: settings.word("workflow_version_mode")?.unwrap_or_default(),
        };
        if batch.batch_window.is_none() && batch.batch_until_field_path.is_none() {
            return settings.fault("should have `batch_window` or `batch_until_field_path`");
        }
        Ok(batch)
    }
}

/// A step that a recipient gets past only so often.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Throttle {
    /// How long the window is.
    pub throttle_window: Option<Span>,
    /// The path of a time, a duration or a rule for the next window.
    pub throttle_window_field_path: Option<String>,
    /// What is counted together, besides the recipient.
    pub throttle_key: Option<String>,
    /// How many runs get past it in a window. The default is 1.
    pub throttle_limit: usize,
}

impl Throttle {
    pub(crate) fn read(fields: &Fields<'_>) -> Parsed<Self> {
        let settings = fields.need_object("settings")?;
        let throttle = Self {
            throttle_window: Span::of(&settings, "throttle_window")?,
            throttle_window_field_path: settings.some_text("throttle_window_field_path")?,
            throttle_key: settings.some_text("throttle_key")?,
            throttle_limit: settings.count("throttle_limit", 1..=i64::MAX)?.unwrap_or(1),
        };
        if throttle.throttle_window.is_none() && throttle.throttle_window_field_path.is_none() {
            return settings.fault("should have `throttle_window` or `throttle_window_field_path`");
        }
        Ok(throttle)
    }
}

/// Headers or query parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pairs {
    /// Names and values, each of them Liquid.
    List(Vec<(String, String)>),
    /// Liquid that gives a JSON object.
    Template(String),
}

impl Pairs {
    fn of(fields: &Fields<'_>, name: &str) -> Parsed<Self> {
        let Some(node) = fields.get(name) else { return Ok(Self::List(Vec::new())) };
        if node.value.is_string() {
            return Ok(Self::Template(node.text()?));
        }
        let pairs = node.items(|node| {
            let pair = node.object()?;
            Ok((pair.need_text("key")?, pair.text("value")?.unwrap_or_default()))
        })?;
        Ok(Self::List(pairs))
    }
}

/// A method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
    /// PATCH.
    Patch,
}

impl Method {
    /// The method as it is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Patch => "PATCH",
        }
    }
}

/// A step that makes a request and merges the response into the data of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpFetch {
    /// The method.
    pub method: Method,
    /// The URL, as Liquid.
    pub url: String,
    /// The headers.
    pub headers: Pairs,
    /// The query parameters.
    pub query_params: Pairs,
    /// The body, as Liquid.
    pub body: Option<String>,
    /// Where in the data the response goes, for example `weather.today`. Without it, to the top.
    pub response_path: Option<String>,
    /// The key that requests are signed with.
    pub signing_key: Option<String>,
}

impl HttpFetch {
    pub(crate) fn read(fields: &Fields<'_>) -> Parsed<Self> {
        let settings = fields.need_object("settings")?;
        Ok(Self {
            method: settings.need_word("method")?,
            url: settings.need_text("url")?,
            headers: Pairs::of(&settings, "headers")?,
            query_params: Pairs::of(&settings, "query_params")?,
            body: settings.some_text("body")?,
            response_path: settings.some_text("response_path")?,
            signing_key: settings.some_text("signing_key")?,
        })
    }
}

/// A step that triggers another workflow. All settings are Liquid.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TriggerWorkflow {
    /// The workflow.
    pub workflow_key: String,
    /// The recipients. The default is `{{ recipient.id }}`.
    pub recipients: Option<String>,
    /// The actor. The default is `{{ actor.id }}`.
    pub actor: Option<String>,
    /// The tenant. The default is `{{ tenant.id }}`.
    pub tenant: Option<String>,
    /// The data, as Liquid that gives JSON. The default is `{{ data | json }}`.
    pub data: Option<String>,
    /// The cancellation key. The default is `{{ workflow.cancellation_key }}`.
    pub cancellation_key: Option<String>,
}

impl TriggerWorkflow {
    pub(crate) fn read(fields: &Fields<'_>) -> Parsed<Self> {
        let settings = fields.need_object("settings")?;
        Ok(Self {
            workflow_key: settings.need_text("workflow_key")?,
            recipients: settings.some_text("recipients")?,
            actor: settings.some_text("actor")?,
            tenant: settings.some_text("tenant")?,
            data: settings.some_text("data")?,
            cancellation_key: settings.some_text("cancellation_key")?,
        })
    }
}

/// A step that changes the data of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpdateData {
    /// Liquid that gives a JSON object.
    pub data: String,
}

impl UpdateData {
    pub(crate) fn read(fields: &Fields<'_>) -> Parsed<Self> {
        let settings = fields.need_object("settings")?;
        let data = settings.need("data")?;
        // an object is the same as its JSON
        let data = if data.value.is_object() { data.value.to_string() } else { data.text()? };
        Ok(Self { data })
    }
}

/// A step that changes a user, an object or a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Update {
    /// What is changed, for example `gid://Object/$users/jhammond`, as Liquid. `None`: the recipient, or the tenant, of the run.
    pub recipient_gid: Option<String>,
    /// The new properties, as Liquid that gives a JSON object.
    pub update_properties: String,
}

impl Update {
    pub(crate) fn read(fields: &Fields<'_>) -> Parsed<Self> {
        let settings = fields.need_object("settings")?;
        let mode = match settings.get("recipient_mode") {
            None => None,
            Some(mode) => match mode.text()?.as_str() {
                "current" => Some(false),
                "reference" => Some(true),
                _ => return mode.fault("should be `current` or `reference`"),
            },
        };
        let recipient_gid = match mode {
            Some(false) => None,
            Some(true) => Some(settings.need_text("recipient_gid")?),
            None => settings.some_text("recipient_gid")?,
        };
        let properties = settings.need("update_properties")?;
        let update_properties =
            if properties.value.is_object() { properties.value.to_string() } else { properties.text()? };
        Ok(Self { recipient_gid, update_properties })
    }
}

/// What a run does when the event came, or when the time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It goes on.
    Continue,
    /// It ends.
    Halt,
}

/// What kind of event is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// An event of an integration.
    IntegrationSource,
    /// An event of a message.
    Message,
    /// The start or the end of a workflow.
    Workflow,
    /// The entry into an audience, or the exit.
    Audience,
    /// A change of the recipient.
    Recipient,
}

/// A step that waits for an event about the recipient.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WaitForEvent {
    /// The kind of event.
    pub event_type: EventType,
    /// The event, for example `started`, `enter` or `updated`.
    pub event_key: String,
    /// The key of what the event is about: a workflow, an audience, an integration or the source of a message.
    pub source_key: Option<String>,
    /// All members of `event`, as in the file.
    pub event: Map<String, Value>,
    /// What the event must fulfil.
    pub match_conditions: Conditions,
    /// How long it waits. The default is 15 minutes.
    pub expires_after: Option<Span>,
    /// What happens when the event came.
    pub on_match: Outcome,
    /// What happens when the time is over.
    pub on_timeout: Outcome,
}

impl WaitForEvent {
    pub(crate) fn read(fields: &Fields<'_>) -> Parsed<Self> {
        let settings = fields.need_object("settings")?;
        let event = settings.need_object("event")?;
        let event_type = event.need_word("event_type")?;
        let source = match event_type {
            EventType::IntegrationSource => event.some_text("integration_source_key")?,
            EventType::Audience => event.some_text("audience_key")?,
            _ => event.some_text("source_key")?,
        };
        Ok(Self {
            event_type,
            event_key: event.need_text("event_key")?,
            source_key: source,
            event: event.map.clone(),
            match_conditions: matching(&settings)?,
            expires_after: Span::of(&settings, "expires_after")?,
            on_match: settings.word("on_match")?.unwrap_or(Outcome::Continue),
            on_timeout: settings.word("on_timeout")?.unwrap_or(Outcome::Halt),
        })
    }
}

/// Groups with an operator, of which `and` is the only one. All groups must hold, as there is no "or".
fn matching(settings: &Fields<'_>) -> Parsed<Conditions> {
    let groups = settings.list("match_conditions", |node: Node<'_>| {
        let group = node.object()?;
        if let Some(operator) = group.get("operator")
            && operator.text()? != "and"
        {
            return operator.fault("should be `and`");
        }
        group.need("conditions")?.items(crate::condition::condition)
    })?;
    Ok(Conditions { any: vec![groups.into_iter().flatten().collect()] })
}

/// A step that asks a language model. The emulator has none.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AiAgent {
    /// The settings, as in the file.
    pub settings: Map<String, Value>,
}

impl AiAgent {
    pub(crate) fn read(fields: &Fields<'_>) -> Parsed<Self> {
        // it is not documented whether there are settings
        let own = fields.object("settings")?;
        Ok(Self { settings: own.map_or_else(|| fields.map.clone(), |settings| settings.map.clone()) })
    }
}
