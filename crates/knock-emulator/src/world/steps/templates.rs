//! Rendering templates.

use knock_directory::{ChannelStep, Step};
use serde_json::{Value, json};

use super::super::content::Content;
use super::super::store::World;
use super::live::Live;
use crate::recipient::Recipient;
use crate::render::{self, Context, Entities, Source};
use crate::settings::Channel;

/// The longest part of a template that an error shows, in characters.
const MAX_SHOWN: usize = 80;

impl World {
    /// Renders a text, for example a batch key.
    pub(super) fn text(&self, template: &str, scope: &Value) -> Result<String, String> {
        // most are not templates
        if !is_template(template) {
            return Ok(template.to_owned());
        }
        let Some(renderer) = &self.renderer else { return Err("there are no templates".to_owned()) };
        let source = Source { step: "", field: "", text: template };
        renderer.text(source, &Context::new(scope, self.now, self)).map_err(|error| {
            let shown: String = template.chars().take(MAX_SHOWN).collect();
            let line = error.line().map(|line| format!(", line {line}")).unwrap_or_default();
            format!("`{shown}`{line}: {}", error.message())
        })
    }

    /// Renders the content of a message.
    pub(super) fn content(
        &self,
        live: &Live,
        step: &Step,
        own: &ChannelStep,
        channel: &Channel,
        address: &Value,
        scope: &Value,
    ) -> Result<Content, String> {
        let Some(renderer) = &self.renderer else { return Err("there are no templates".to_owned()) };
        let key = channel.key.as_deref().unwrap_or_default();
        let directory = self.settings.directory.as_ref();
        let declared = directory.and_then(|directory| directory.environment.channels.get(key));
        let settings = declared.map_or(Value::Null, |channel| Value::Object(channel.settings.clone()));
        let template = render::Step::new(&step.step_ref, channel.kind, &own.template)
            .overrides(&own.overrides)
            .channel(&settings)
            .address(address);
        let context =
            Context::new(scope, self.now, self).opener(live.progress.opener_data().map(|data| &**data));
        renderer.render(&template, &context).map_err(|error| error.to_string())
    }

    fn known(&self, recipient: &Recipient) -> Option<Value> {
        self.entities.contains_key(recipient).then(|| self.flat(recipient))
    }
}

/// Whether a text has Liquid.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

impl Entities for World {
    fn user(&self, id: &str) -> Option<Value> {
        self.known(&Recipient::user(id))
    }

    fn tenant(&self, id: &str) -> Option<Value> {
        self.known(&Recipient::tenant(id))
    }

    fn object(&self, collection: &str, id: &str) -> Option<Value> {
        self.known(&Recipient::object(collection, id))
    }

    fn subscriptions(&self, user: &str) -> Vec<Value> {
        let user = Recipient::user(user);
        let own = self.subscriptions.iter().filter(|((_, subscriber), _)| *subscriber == user);
        own.map(|((object, _), subscription)| {
            json!({ "object": self.flat(object), "properties": subscription.properties })
        })
        .collect()
    }
}
