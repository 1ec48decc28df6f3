//! Every kind of message but email.

use serde_json::{Map, Value as Json};

use crate::render::content::{Block, Button, Chat, HttpRequest, InAppFeed, Push, Sms};
use crate::render::error::{Problem, RenderError};
use crate::render::fields::Fields;
use crate::render::{markdown, mrkdwn, sms};

/// The provider whose data are texts.
const FCM: &str = "push_fcm";

impl Fields<'_> {
    /// Liquid comes first, then Markdown: what a variable says is Markdown, too.
    pub(super) fn in_app_feed(&self) -> Result<InAppFeed, RenderError> {
        let mut blocks = Vec::new();
        if let Some(content) = self.field("markdown_body")? {
            let rendered = markdown::to_html(&content);
            blocks.push(Block::Markdown { name: "body".to_owned(), content, rendered });
        }
        if let Some(content) = self.field("action_url")? {
            let content = content.trim().to_owned();
            blocks.push(Block::Text { name: "action_url".to_owned(), rendered: content.clone(), content });
        }
        let mut buttons = Vec::new();
        for (index, button) in list(&self.step.template["action_buttons"]).iter().enumerate() {
            let part = |name: &str| {
                let text = button[name].as_str().unwrap_or_default();
                self.liquid(&format!("action_buttons[{index}].{name}"), text)
            };
            let name = if index == 0 { "primary" } else { "secondary" };
            buttons.push(Button { name: name.to_owned(), label: part("label")?, action: part("action")? });
        }
        if !buttons.is_empty() {
            blocks.push(Block::ButtonSet { name: "actions".to_owned(), buttons });
        }
        Ok(InAppFeed { blocks })
    }

    pub(super) fn sms(&self) -> Result<Sms, RenderError> {
        let body = self.field("text_body")?.unwrap_or_default();
        let to = self.setting("to_number")?.filter(|number| !number.trim().is_empty());
        let size = sms::Size::of(&body);
        Ok(Sms {
            to: to.map_or_else(|| self.recipient("phone_number"), |number| number.trim().to_owned()),
            body,
            encoding: size.encoding,
            units: size.units,
            segments: size.segments,
            payload_overrides: self.payload_overrides()?,
        })
    }

    pub(super) fn push(&self) -> Result<Push, RenderError> {
        let silent = self.step.template["settings"]["delivery_type"] == "silent";
        let mut data = self.context.scope["data"].as_object().cloned().unwrap_or_default();
        if let Some(id) = self.context.scope["current_message"].get("id") {
            data.insert("knock_message_id".to_owned(), id.clone());
        }
        if self.step.channel["provider"] == FCM {
            data = data.into_iter().fold(Map::new(), |flat, (name, value)| flattened(flat, name, value));
        }
        let body = if silent { None } else { self.field("text_body")? };
        Ok(Push {
            token: self.step.address.as_str().unwrap_or_default().to_owned(),
            title: if silent { String::new() } else { self.field("title")?.unwrap_or_default() },
            body: body.unwrap_or_default(),
            data,
            silent,
            payload_overrides: self.payload_overrides()?,
        })
    }

    /// Those of the template, or else those of the channel. `__strategy__` is about the payload of the provider.
    fn payload_overrides(&self) -> Result<Option<Json>, RenderError> {
        let own = &self.step.template["settings"]["payload_overrides"];
        match self.json(own, "settings.payload_overrides")? {
            Some(own) => Ok(Some(own)),
            None => self.json(&self.step.channel["payload_overrides"], "payload_overrides"),
        }
    }

    pub(super) fn chat(&self) -> Result<Chat, RenderError> {
        let json = self.json(&self.step.template["json_body"], "json_body")?;
        let markdown = if json.is_some() { None } else { self.field("markdown_body")? };
        Ok(Chat {
            connection: self.step.address.clone(),
            mrkdwn: markdown.as_deref().map(mrkdwn::from_markdown),
            markdown,
            json,
            summary: self.field("summary")?,
        })
    }

    /// If the step says anything of the request, nothing of the channel's counts.
    pub(super) fn http(&self) -> Result<HttpRequest, RenderError> {
        let names = ["method", "url", "headers", "query_params", "body"];
        let overrides = names.iter().any(|name| !self.step.template[name].is_null());
        let request = if overrides { self.step.template } else { self.step.channel };
        let text = |name: &str| request[name].as_str().map(|text| self.liquid(name, text)).transpose();
        let body = match &request["body"] {
            Json::Null => String::new(),
            Json::String(body) => self.liquid("body", body)?,
            other => self.liquid("body", &other.to_string())?,
        };
        Ok(HttpRequest {
            method: text("method")?.unwrap_or_else(|| "post".to_owned()).trim().to_ascii_uppercase(),
            url: text("url")?.unwrap_or_default().trim().to_owned(),
            headers: self.pairs(&request["headers"], "headers")?,
            query_params: self.pairs(&request["query_params"], "query_params")?,
            body,
        })
    }

    /// Names and values: a list of `{"key": …, "value": …}`, or a text that gives a JSON object.
    fn pairs(&self, value: &Json, field: &str) -> Result<Vec<(String, String)>, RenderError> {
        if let Json::Array(items) = value {
            let mut pairs = Vec::new();
            for (index, item) in items.iter().enumerate() {
                let part = |name: &str| {
                    let text = item[name].as_str().unwrap_or_default();
                    self.liquid(&format!("{field}[{index}].{name}"), text)
                };
                pairs.push((part("key")?, part("value")?));
            }
            return Ok(pairs);
        }
        match self.json(value, field)? {
            None => Ok(Vec::new()),
            Some(Json::Object(members)) => Ok(texts(members)),
            Some(_) => Err(self.error(field, Problem::new("what is rendered is not a JSON object"))),
        }
    }

    /// A property of the recipient.
    pub(super) fn recipient(&self, name: &str) -> String {
        self.context.scope["recipient"][name].as_str().unwrap_or_default().to_owned()
    }
}

pub(super) fn list(value: &Json) -> &[Json] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Adds what is in a value, by its path, for example `items.0.name`.
fn flattened(mut flat: Map<String, Json>, path: String, value: Json) -> Map<String, Json> {
    match value {
        Json::Object(members) => members
            .into_iter()
            .fold(flat, |flat, (name, value)| flattened(flat, format!("{path}.{name}"), value)),
        Json::Array(items) => items
            .into_iter()
            .enumerate()
            .fold(flat, |flat, (at, item)| flattened(flat, format!("{path}.{at}"), item)),
        value => {
            flat.insert(path, Json::String(text(value)));
            flat
        }
    }
}

fn text(value: Json) -> String {
    match value {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

fn texts(members: Map<String, Json>) -> Vec<(String, String)> {
    members.into_iter().map(|(name, value)| (name, text(value))).collect()
}
