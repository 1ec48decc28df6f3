//! Channel steps: <https://docs.knock.app/designing-workflows/channel-step>.

use std::sync::Arc;

use knock_core::webhook::Verifier;
use knock_directory::{ChannelStep, ChannelTarget, ChannelType, GroupOperator, GroupRule, Step};
use serde_json::{Value, json};

use super::super::conditions::Scope;
use super::super::message::{Message, Post};
use super::super::preferences::{COMMERCIAL, allows};
use super::super::run::StepName;
use super::super::store::{Task, World};
use super::address::Address;
use super::did::Did;
use super::live::Live;
use super::send_window;
use crate::settings::Channel;

impl World {
    pub(super) fn run_channel(
        &mut self,
        live: &mut Live,
        step: &Step,
        channel: &ChannelStep,
        scope: &Value,
    ) -> Did {
        if channel.channel_type == ChannelType::InAppGuide {
            return self.run_guide(live, channel);
        }
        let channels = match &channel.target {
            ChannelTarget::Channel(key) => vec![key.clone()],
            ChannelTarget::Group(key) => self.members_of(live, key, scope),
        };
        let mut messages = Vec::new();
        let mut skipped = None;
        for key in channels {
            match self.send_through(live, step, channel, &key, scope) {
                Ok(sent) => messages.extend(sent),
                Err(Not::Skipped(reason, detail)) => skipped = skipped.or(Some((reason, detail))),
                Err(Not::Failed(error)) => return Did::Failed(error),
            }
        }
        match skipped {
            Some((reason, detail)) if messages.is_empty() => Did::Skipped(reason, detail),
            None if messages.is_empty() => {
                Did::Skipped("channel_group", "the rules of the group choose no channel".to_owned())
            }
            _ => Did::Done(json!({ "messages": messages })),
        }
    }

    /// The channels of a group that its rules choose.
    fn members_of(&self, live: &Live, key: &str, scope: &Value) -> Vec<String> {
        let directory = self.settings.directory.as_ref();
        let Some(group) = directory.and_then(|directory| directory.environment.channel_groups.get(key))
        else {
            return Vec::new();
        };
        let applies = |rule: &&GroupRule| {
            rule.only_if.as_ref().is_none_or(|conditions| self.check(live, scope, conditions).is_ok())
                && rule.unless.as_ref().is_none_or(|conditions| self.check(live, scope, conditions).is_err())
        };
        let limit = if group.operator == GroupOperator::Any { 1 } else { usize::MAX };
        group.channels.iter().filter(applies).map(|rule| rule.key.clone()).take(limit).collect()
    }

    /// Makes a message for each address, unless something is in its way. Knock documents the order: conditions, the address of
    /// the recipient, preferences, and then send windows.
    fn send_through(
        &mut self,
        live: &Live,
        step: &Step,
        own: &ChannelStep,
        key: &str,
        scope: &Value,
    ) -> Result<Vec<String>, Not> {
        let Some(channel) = self.settings.channel_by_key(key) else {
            return Err(Not::Skipped("channel", format!("there is no channel `{key}`")));
        };
        let Some(directory) = self.settings.directory.clone() else {
            return Err(Not::Skipped("channel", "there is no directory".to_owned()));
        };
        let declared = directory.environment.channels.get(key);
        let is_sandbox =
            declared.is_some_and(|channel| channel.sandbox) && own.channel_type != ChannelType::InAppFeed;
        if let Some(declared) = declared
            && !is_sandbox
        {
            self.check(live, scope, &declared.conditions)
                .map_err(|condition| Not::Skipped("channel_conditions", condition))?;
        }
        self.check_needs(live, own, &channel, scope).map_err(|problem| Not::Skipped("recipient", problem))?;
        if !self.permits(live, &channel, scope) {
            return Err(Not::Skipped(
                "preferences",
                "the preferences of the recipient do not permit it".to_owned(),
            ));
        }
        let mut posts = Vec::new();
        for address in self.addresses(live, &channel) {
            let mut post = self.message_to(live, step, own, &channel, &address, scope)?;
            post.sandbox |= is_sandbox;
            posts.push(post);
        }
        Ok(posts.into_iter().map(|post| self.post(live, post)).collect())
    }

    /// Renders the message for an address.
    fn message_to(
        &mut self,
        live: &Live,
        step: &Step,
        own: &ChannelStep,
        channel: &Arc<Channel>,
        address: &Address,
        scope: &Value,
    ) -> Result<Post, Not> {
        let zone = address.zone.clone().unwrap_or_else(|| self.zone_of(&live.recipient));
        let Some(send_at) = send_window::opening(&own.send_windows, self.now, &zone) else {
            return Err(Not::Skipped("send_windows", "no window ever opens".to_owned()));
        };
        let id = self.ids.ksuid(self.now);
        let mut scope = with_message(scope, &id, self.now);
        if let Some(locale) = &address.locale {
            scope["recipient"]["locale"] = json!(locale);
        }
        let content = self.content(live, step, own, channel, &address.value, &scope).map_err(Not::Failed)?;
        let signer = self.signer(channel, &scope)?;
        Ok(Post {
            id,
            step_ref: step.step_ref.clone(),
            run_id: live.id.clone(),
            trigger: Arc::clone(&live.trigger),
            recipient: live.recipient.clone(),
            channel: Arc::clone(channel),
            activities: Arc::clone(&live.progress.activities),
            data: Arc::clone(live.shown_data()),
            content: Some(Arc::new(content)),
            signer,
            sandbox: live.trigger.sandbox,
            scheduled_at: (send_at > self.now).then_some(send_at),
        })
    }

    /// What signs the requests of a webhook channel with a key.
    fn signer(&self, channel: &Channel, scope: &Value) -> Result<Option<Verifier>, Not> {
        let declared = || {
            let channels = &self.settings.directory.as_ref()?.environment.channels;
            channels.get(channel.key.as_deref()?)?.settings.get("signing_key")?.as_str()
        };
        let Some(template) = declared() else { return Ok(None) };
        let key = self.text(template, scope).map_err(Not::Failed)?;
        if key.trim().is_empty() {
            return Err(Not::Skipped("signing_key", "the signing key of the channel is empty".to_owned()));
        }
        Verifier::new(&key).map(Some).map_err(|error| Not::Failed(format!("signing_key: {error}")))
    }

    fn post(&mut self, live: &Live, post: Post) -> String {
        let (id, step_ref, channel) = (post.id.clone(), post.step_ref.clone(), Arc::clone(&post.channel));
        let send_at = post.scheduled_at;
        let message = Message::posted(&mut self.ids, self.now, post);
        self.messages.push(message);
        let data = json!({ "message_id": id, "channel_type": channel.kind.as_str() });
        let event = self.event("message_enqueued").of(StepName { step_ref, kind: "channel" }, data);
        if let Some(run) = self.runs.get_mut(&live.id) {
            run.events.push(event);
        }
        self.report_message(&id, 0);
        match send_at {
            Some(at) => self.plan(at, Task::Send(id.clone())),
            None => self.dispatch(&id, &channel),
        }
        id
    }

    /// Whether the preferences of the recipient permit a message. Conditions in them see only the first activity of a batch.
    fn permits(&self, live: &Live, channel: &Channel, scope: &Value) -> bool {
        if live.program.override_preferences {
            return true;
        }
        let tenant = live.trigger.tenant.as_deref();
        let mut set = self.effective(&live.recipient, tenant);
        // that of the default set takes precedence over all layers
        let own = self.entities.get(&live.recipient).and_then(|entity| entity.preferences.get("default"));
        if let Some(commercial) = own.and_then(|own| own.get(COMMERCIAL)) {
            set.insert(COMMERCIAL.to_owned(), commercial.clone());
        }
        let is_member = |who: &Value, audience: &str| self.is_member(who, audience, tenant);
        let scope = Scope {
            data: live.progress.first_data().unwrap_or(&live.data),
            recipient: &scope["recipient"],
            actor: &scope["actor"],
            tenant: &scope["tenant"],
            workflow: &scope["workflow"],
            run: &scope["run"],
            vars: Some(&scope["vars"]),
            // preferences cannot refer to messages
            refs: None,
            event: None,
            now: self.now,
            is_member: &is_member,
        };
        set.is_empty() || allows(&set, &live.trigger.workflow, channel, &scope)
    }
}

/// Why there is no message.
enum Not {
    Skipped(&'static str, String),
    Failed(String),
}

fn with_message(scope: &Value, id: &str, now: jiff::Timestamp) -> Value {
    let mut scope = scope.clone();
    scope["current_message"] = json!({ "id": id, "inserted_at": now, "updated_at": now });
    scope
}
