//! Rendering templates.

use knock_directory::{ChannelStep, ChannelType, Step};
use serde_json::{Value, json};

use super::super::store::World;
use super::live::Live;
use crate::settings::Channel;

impl World {
    /// Renders a text, for example a batch key.
    pub(super) fn text(&self, template: &str, scope: &Value) -> Result<String, String> {
        let _ = self;
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            let (expression, after) = after.split_once("}}").ok_or("`{{` without `}}`")?;
            out.push_str(before);
            let (path, filter) = expression.split_once('|').unwrap_or((expression, ""));
            let value = super::super::conditions::value_at(scope, path.trim()).cloned().unwrap_or_default();
            match (filter.trim(), value) {
                ("json", value) => out.push_str(&value.to_string()),
                (_, Value::String(text)) => out.push_str(&text),
                (_, Value::Null) => {}
                (_, value) => out.push_str(&value.to_string()),
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// Renders the content of a message.
    pub(super) fn content(
        &self,
        _live: &Live,
        _step: &Step,
        own: &ChannelStep,
        channel: &Channel,
        scope: &Value,
    ) -> Result<Value, String> {
        let text = |name: &str| self.text(own.template[name].as_str().unwrap_or_default(), scope);
        Ok(match own.channel_type {
            ChannelType::InAppFeed => {
                let body = text("markdown_body")?;
                json!({ "blocks": [{ "type": "markdown", "name": "body", "content": body, "rendered": body }] })
            }
            ChannelType::Http => self.webhook(own, channel, scope)?,
            _ => json!({ "subject_line": text("subject")?, "body": text("text_body")? }),
        })
    }
}
