//! In-app guides: the steps that show them, <https://docs.knock.app/designing-workflows/in-app-guide-step>, and who sees which.

use knock_directory::{ChannelStep, ChannelType, Conditions, Guide, GuideStep, StepKind};
use serde_json::{Map, Value, json};

use super::super::conditions::Scope;
use super::super::guide_marks::GuideMarks;
use super::super::store::World;
use super::conditions::refusal;
use super::did::Did;
use super::live::Live;
use crate::ids::Ids;
use crate::json::Fields;
use crate::recipient::Recipient;

/// What a client asks for: the guides of a user in a channel, with the data of the page.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) user: &'a str,
    pub(crate) channel: &'a str,
    pub(crate) tenant: Option<&'a str>,
    pub(crate) guide_type: Option<&'a str>,
    pub(crate) data: Fields,
}

impl World {
    /// Adds the recipient to the audience that a guide has for such steps, with the tenant of the run. A step whose guide does
    /// not exist is skipped.
    pub(super) fn run_guide(&mut self, live: &Live, step: &ChannelStep) -> Did {
        let key = step.guide_key.as_deref().unwrap_or_default();
        let directory = self.settings.directory.as_ref();
        if !directory.is_some_and(|directory| directory.guides.contains_key(key)) {
            return Did::Skipped("guide", format!("there is no guide `{key}`"));
        }
        if !live.recipient.is_user() {
            return Did::Skipped("recipient", "only users are in audiences".to_owned());
        }
        let audience = managed_audience(key);
        let tenant = live.trigger.tenant.clone();
        self.join_audience(&audience, &live.recipient, tenant);
        Did::Done(json!({ "guide": key, "audience": audience, "messages": [] }))
    }

    /// The guides that a user may see, and those that it may not see with the reason.
    pub(crate) fn guides(&self, asked: &Asked<'_>) -> (Vec<Value>, Vec<Value>) {
        let Some(directory) = &self.settings.directory else { return (Vec::new(), Vec::new()) };
        let scope = self.guide_scope(asked);
        let (mut entries, mut ineligible) = (Vec::new(), Vec::new());
        for (key, guide) in &directory.guides {
            let is_asked_for =
                guide.channel_key.as_deref().is_some_and(|key| self.channel_id(key) == asked.channel)
                    && asked.guide_type.is_none_or(|kind| guide.guide_type.as_deref() == Some(kind));
            if !is_asked_for {
                continue;
            }
            match self.is_eligible(asked, key, guide, &scope) {
                Ok(()) => entries.push(self.render_guide(asked, key, guide, &scope)),
                Err((reason, message)) => {
                    ineligible.push(json!({ "key": key, "reason": reason, "message": message }));
                }
            }
        }
        (entries, ineligible)
    }

    fn guide_scope(&self, asked: &Asked<'_>) -> Value {
        let tenant = asked.tenant.map(|tenant| self.flat(&Recipient::tenant(tenant)));
        let directory = self.settings.directory.as_ref();
        json!({
            "recipient": self.flat(&Recipient::user(asked.user)),
            "tenant": tenant,
            "data": asked.data,
            "vars": directory.map(|directory| &directory.environment.variables),
        })
    }

    /// Whether there is a channel of guides with an id: one of `emulator.json`, or one that a guide names.
    pub(crate) fn has_guide_channel(&self, id: &str) -> bool {
        let Some(directory) = &self.settings.directory else { return false };
        let channels = directory.environment.channels.iter();
        let declared = channels
            .filter(|(_, channel)| channel.channel_type == ChannelType::InAppGuide)
            .map(|(key, _)| key);
        let named = directory.guides.values().filter_map(|guide| guide.channel_key.as_ref());
        declared.chain(named).any(|key| self.channel_id(key) == id)
    }

    /// The id of a channel of guides, which is not among those of messages.
    fn channel_id(&self, key: &str) -> String {
        let directory = self.settings.directory.as_ref();
        let declared = directory.and_then(|directory| directory.environment.channels.get(key)?.id.clone());
        declared.unwrap_or_else(|| Ids::named(&format!("channel {key}")))
    }

    /// Everybody may see a guide that neither names an audience nor is in a step.
    fn is_eligible(
        &self,
        asked: &Asked<'_>,
        key: &str,
        guide: &Guide,
        scope: &Value,
    ) -> Result<(), (&'static str, &'static str)> {
        let is_archived = |step: &GuideStep| {
            let of_user = (asked.user.to_owned(), key.to_owned(), step.step_ref.clone());
            self.guide_marks.get(&of_user).is_some_and(GuideMarks::is_archived)
        };
        if !guide.steps.is_empty() && guide.steps.iter().all(is_archived) {
            return Err(("marked_as_archived", "User has archived this guide already"));
        }
        let managed = self.is_in_steps(key).then(|| managed_audience(key));
        let mut audiences = guide.target_audience_key.iter().chain(managed.iter()).peekable();
        let is_member = |audience: &String| self.is_member(&scope["recipient"], audience, asked.tenant);
        if audiences.peek().is_some() && !audiences.any(|audience| is_member(audience) == Some(true)) {
            return Err(("not_in_target_audience", "User is not a member of the target audience"));
        }
        if !self.is_targeted(&guide.target_property_conditions, asked, scope) {
            return Err(("target_conditions_not_met", "The target conditions do not hold"));
        }
        Ok(())
    }

    fn is_in_steps(&self, guide: &str) -> bool {
        let programs = self.settings.workflows.values().filter_map(|workflow| workflow.program.as_ref());
        let mut steps = programs.flat_map(|program| program.all_steps());
        steps.any(
            |step| matches!(&step.kind, StepKind::Channel(step) if step.guide_key.as_deref() == Some(guide)),
        )
    }

    fn is_targeted(&self, conditions: &Conditions, asked: &Asked<'_>, scope: &Value) -> bool {
        let none = Value::Null;
        let is_member = |who: &Value, audience: &str| self.is_member(who, audience, asked.tenant);
        let scope = Scope {
            data: &scope["data"],
            recipient: &scope["recipient"],
            actor: &none,
            tenant: &scope["tenant"],
            workflow: &none,
            run: &none,
            vars: Some(&scope["vars"]),
            refs: None,
            event: None,
            now: self.now,
            is_member: &is_member,
        };
        conditions.any.iter().any(|group| group.iter().all(|condition| refusal(condition, &scope).is_none()))
    }

    fn render_guide(&self, asked: &Asked<'_>, key: &str, guide: &Guide, scope: &Value) -> Value {
        let steps = guide.steps.iter().map(|step| {
            let of_user = (asked.user.to_owned(), key.to_owned(), step.step_ref.clone());
            json!({
                "ref": step.step_ref,
                "schema_key": step.schema_key,
                "schema_semver": step.schema_semver,
                "schema_variant_key": step.schema_variant_key,
                "content": self.rendered(&Value::Object(step.values.clone()), scope),
                "message": GuideMarks::render(self.guide_marks.get(&of_user)),
            })
        });
        json!({
            "__typename": "Guide",
            "id": Ids::named(&format!("guide {key}")),
            "key": key,
            "channel_id": asked.channel,
            "type": guide.guide_type,
            "semver": "0.0.1",
            "active": true,
            "bypass_global_group_limit": false,
            "activation_url_patterns": guide.activation_url_patterns,
            "activation_url_rules": [],
            "dashboard_url": "",
            "steps": steps.collect::<Vec<_>>(),
            "inserted_at": "2024-01-01T00:00:00Z",
            "updated_at": "2024-01-01T00:00:00Z",
        })
    }

    /// Renders all texts in a value. What is no valid template stays as it is.
    fn rendered(&self, value: &Value, scope: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text, scope).map_or_else(|_| value.clone(), Value::String),
            Value::Array(items) => items.iter().map(|item| self.rendered(item, scope)).collect(),
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| (name.clone(), self.rendered(value, scope));
                Value::Object(members.iter().map(member).collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }
}

/// The key of the audience of a guide, of our own: Knock documents none. No other audience has a colon in its key.
fn managed_audience(guide: &str) -> String {
    format!("guide:{guide}")
}
