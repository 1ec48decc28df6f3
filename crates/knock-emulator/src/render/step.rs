//! What is rendered, and with what.

use std::fmt;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::render::entities::Entities;
use crate::settings::ChannelKind;

/// Where a text with Liquid stands, and the text.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The `ref` of the step.
    pub step: &'a str,
    /// The field, for example `settings.url`.
    pub field: &'a str,
    /// The text.
    pub text: &'a str,
}

/// A channel step to render.
#[derive(Clone, Copy)]
#[must_use]
pub struct Step<'a> {
    pub(crate) reference: &'a str,
    pub(crate) kind: ChannelKind,
    pub(crate) template: &'a Json,
    pub(crate) overrides: &'a Json,
    pub(crate) channel: &'a Json,
    pub(crate) address: &'a Json,
}

impl<'a> Step<'a> {
    /// A step with its `ref`, the kind of its channel, and the `template` of `workflow.json`, whose files have been read in.
    pub fn new(reference: &'a str, kind: ChannelKind, template: &'a Json) -> Self {
        Self { reference, kind, template, overrides: &Json::Null, channel: &Json::Null, address: &Json::Null }
    }

    /// Sets the `channel_overrides` of the step.
    pub fn overrides(mut self, overrides: &'a Json) -> Self {
        self.overrides = overrides;
        self
    }

    /// Sets what the channel configures: an object with fields that the overrides may have too, for example `from_address`,
    /// and the `provider`. For `push_fcm`, the data of a message are flat and all text.
    pub fn channel(mut self, settings: &'a Json) -> Self {
        self.channel = settings;
        self
    }

    /// Sets where a message goes that the scope does not tell: the token of a device for push, the connection for chat.
    pub fn address(mut self, address: &'a Json) -> Self {
        self.address = address;
        self
    }
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A channel may have secrets, and the address is a personal datum.
        f.debug_struct("Step")
            .field("reference", &self.reference)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What a template is rendered with.
#[derive(Clone, Copy)]
#[must_use]
pub struct Context<'a> {
    pub(crate) scope: &'a Json,
    pub(crate) now: Timestamp,
    pub(crate) entities: &'a dyn Entities,
    pub(crate) opener: Option<&'a Json>,
}

impl<'a> Context<'a> {
    /// The scope is an object with the variables: `recipient`, `actor`, `data`, `vars` and so on, with the members of `data`
    /// beside them. The time is that of `now` in the filter `date`.
    pub fn new(scope: &'a Json, now: Timestamp, entities: &'a dyn Entities) -> Self {
        Self { scope, now, entities, opener: None }
    }

    /// Sets the data of the trigger that opened a batch. Its files are attached: a batch removes them from the scope.
    pub(crate) fn opener(mut self, data: Option<&'a Json>) -> Self {
        self.opener = data;
        self
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The scope has personal data.
        f.debug_struct("Context").field("now", &self.now).finish_non_exhaustive()
    }
}
