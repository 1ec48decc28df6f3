//! The requests of webhook channels: <https://docs.knock.app/integrations/webhook/overview>.

use knock_directory::{ChannelStep, Pairs};
use serde_json::{Map, Value, json};

use super::super::store::World;
use super::fetch::with_query;
use super::request::Request;
use crate::settings::Channel;

impl World {
    /// Renders the request. If the step has one, it replaces that of the channel as a whole.
    pub(super) fn webhook(
        &self,
        own: &ChannelStep,
        channel: &Channel,
        scope: &Value,
    ) -> Result<Value, String> {
        let key = channel.key.as_deref().unwrap_or_default();
        let directory = self.settings.directory.as_ref();
        let declared = directory.and_then(|directory| directory.environment.channels.get(key));
        let empty = Map::new();
        let settings = declared.map_or(&empty, |channel| &channel.settings);
        let overrides = [&own.overrides, &own.template].into_iter().filter_map(Value::as_object);
        let template = overrides.into_iter().find(|one| one.contains_key("url")).unwrap_or(settings);
        let text = |name: &str| template.get(name).and_then(Value::as_str).unwrap_or_default();
        let url = self.text(text("url"), scope)?;
        if url.trim().is_empty() {
            return Err(format!("the webhook channel `{key}` has no `url` in emulator.json"));
        }
        let method =
            if text("method").is_empty() { "POST".to_owned() } else { text("method").to_uppercase() };
        let mut headers = self.pairs(&pairs(template.get("headers")), scope)?;
        let body = self.text(text("body"), scope)?;
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) && !body.is_empty() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let url = with_query(url.trim(), &self.pairs(&pairs(template.get("query_params")), scope)?);
        let request = Request { method, url, headers, body };
        request.http()?;
        // Knock documents no content of webhooks
        Ok(json!({ "__typename": "MessageWebhookContent", "request": request.render() }))
    }
}

/// A list of `key` and `value`, or Liquid that gives an object.
fn pairs(value: Option<&Value>) -> Pairs {
    match value {
        Some(Value::String(template)) => Pairs::Template(template.clone()),
        Some(Value::Array(list)) => {
            let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
            Pairs::List(list.iter().map(|item| (text(item, "key"), text(item, "value"))).collect())
        }
        _ => Pairs::List(Vec::new()),
    }
}
