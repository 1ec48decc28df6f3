//! The variables that templates and conditions see: <https://docs.knock.app/template-editor/variables>.

use serde_json::{Map, Value, json};

use super::super::activity::Activity;
use super::super::entity::Entity;
use super::super::message::{Mark, Message};
use super::super::store::World;
use super::live::Live;
use crate::recipient::Recipient;

impl World {
    /// The variables of a run. Its data is also at the top level; the other names take precedence over it.
    pub(super) fn scope(&self, live: &Live) -> Value {
        let data = live.shown_data();
        let mut scope = data.as_object().cloned().unwrap_or_default();
        let trigger = &live.trigger;
        let activities = &live.progress.activities;
        let of = |recipient: Option<&Recipient>| recipient.map_or(Value::Null, |known| self.flat(known));
        let tenant = trigger.tenant.as_deref().map(Recipient::tenant);
        let tenant = tenant.map_or(Value::Null, |tenant| self.flat(&tenant));
        let vars = self.vars(live, &tenant);
        let workflow = &live.program;
        let own = json!({
            "recipient": self.recipient_scope(live),
            "actor": of(activities.actors.first().or(trigger.actor.as_ref())),
            "actors": activities.actors.iter().map(|actor| self.flat(actor)).collect::<Vec<_>>(),
            "data": **data,
            "activities": activities.shown.iter().map(|one| self.activity_scope(live, one)).collect::<Vec<_>>(),
            "total_activities": activities.total,
            "total_actors": activities.total_actors,
            "tenant": tenant,
            "workflow": {
                "id": trigger.workflow.version_id,
                "key": workflow.key,
                "name": workflow.name,
                "categories": workflow.categories,
                "commercial": workflow.is_commercial,
                "override_preferences": workflow.override_preferences,
                "cancellation_key": trigger.cancellation_key,
            },
            "run": { "total_activities": activities.total, "total_actors": activities.total_actors },
            "timestamp": activities.shown.last().map_or(trigger.at, |activity| activity.at),
            "vars": vars,
            "refs": self.refs(live),
        });
        if let Value::Object(own) = own {
            scope.extend(own);
        }
        Value::Object(scope)
    }

    fn recipient_scope(&self, live: &Live) -> Value {
        let mut recipient = self.flat(&live.recipient);
        let set = self.effective(&live.recipient, live.trigger.tenant.as_deref());
        if let Value::Object(fields) = &mut recipient {
            fields.insert("preferences".to_owned(), Value::Object(set));
            if let Some(subscription) = self.subscription_scope(live) {
                fields.insert("subscription".to_owned(), subscription);
            }
            if let super::super::trigger::Source::Schedule(id) = &live.trigger.source
                && let Some(schedule) = self.schedules.get(id)
            {
                let schedule = json!({
                    "id": schedule.id,
                    "last_occurrence_at": schedule.last,
                    "next_occurrence_at": schedule.next,
                });
                fields.insert("schedule".to_owned(), schedule);
            }
        }
        recipient
    }

    /// The properties of the subscription by which a trigger reached the recipient, and its object.
    fn subscription_scope(&self, live: &Live) -> Option<Value> {
        let mut objects = live.trigger.recipients.iter().filter(|one| !one.is_user());
        let (object, subscription) = objects.find_map(|object| {
            let key = (object.clone(), live.recipient.clone());
            self.subscriptions.get(&key).map(|subscription| (object, subscription))
        })?;
        let mut fields = subscription.properties.clone().unwrap_or_default();
        fields.insert("object".to_owned(), self.flat(object));
        Some(Value::Object(fields))
    }

    fn activity_scope(&self, live: &Live, activity: &Activity) -> Value {
        let mut fields = activity.data.as_object().cloned().unwrap_or_default();
        let own = json!({
            "id": activity.id,
            "actor": activity.actor.as_ref().map(|actor| self.flat(actor)),
            "recipient": self.flat(&live.recipient),
            "data": *activity.data,
            "inserted_at": activity.at,
            "updated_at": activity.at,
        });
        if let Value::Object(own) = own {
            fields.extend(own);
        }
        Value::Object(fields)
    }

    /// A recipient with its properties at the top level, as templates see it.
    pub(crate) fn flat(&self, recipient: &Recipient) -> Value {
        let unknown = Entity::new(self.now);
        let entity = self.entities.get(recipient).unwrap_or(&unknown);
        let mut fields = entity.properties.clone();
        fields.insert("id".to_owned(), json!(recipient.id()));
        fields.insert("created_at".to_owned(), json!(entity.created_at));
        fields.insert("updated_at".to_owned(), json!(entity.updated_at));
        let kind = match recipient.collection() {
            None => "User",
            Some(crate::recipient::TENANTS) => {
                rename_preferences(&mut fields);
                "Tenant"
            }
            Some(collection) => {
                fields.insert("collection".to_owned(), json!(collection));
                "Object"
            }
        };
        fields.insert("__typename".to_owned(), json!(kind));
        Value::Object(fields)
    }

    /// The variables of the environment. Those that are JSON are parsed. The branding of the tenant takes precedence.
    fn vars(&self, live: &Live, tenant: &Value) -> Value {
        let Some(directory) = &self.settings.directory else { return json!({}) };
        let parsed = |value: &Value| match value {
            Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
            other => other.clone(),
        };
        let environment = &directory.environment;
        let mut vars: Map<String, Value> =
            environment.variables.iter().map(|(name, value)| (name.clone(), parsed(value))).collect();
        let mut branding = environment.branding.clone();
        if let Some(own) = tenant["settings"]["branding"].as_object() {
            branding.extend(
                own.iter().filter(|(_, value)| !value.is_null()).map(|(k, v)| (k.clone(), v.clone())),
            );
        }
        vars.insert("branding".to_owned(), Value::Object(branding));
        let token = crate::ids::Ids::named(&live.recipient.to_string());
        vars.insert("manage_preferences_url".to_owned(), json!(format!("https://p.knock.app/p/{token}")));
        if live.program.is_commercial {
            vars.insert(
                "commercial_unsubscribe_url".to_owned(),
                json!(format!("https://p.knock.app/u/{token}")),
            );
        }
        Value::Object(vars)
    }

    /// The results of earlier steps: the statuses of messages, and the events that were waited for.
    fn refs(&self, live: &Live) -> Value {
        let mut refs = live.progress.refs.clone();
        for entry in live.progress.log.iter().filter(|entry| entry.kind == "channel") {
            refs.insert(entry.step_ref.clone(), self.message_refs(live, &entry.step_ref));
        }
        Value::Object(refs)
    }

    fn message_refs(&self, live: &Live, step_ref: &str) -> Value {
        let entries = live.progress.log.iter().filter(|entry| entry.step_ref == step_ref);
        let ids = entries.flat_map(|entry| entry.detail["messages"].as_array().into_iter().flatten());
        let messages: Vec<&Message> =
            ids.filter_map(Value::as_str).filter_map(|id| self.messages.get(id)).collect();
        if messages.is_empty() || live.progress.was_skipped(step_ref) {
            let skipped = "$message.skipped";
            return json!({ "status": skipped, "delivery_status": skipped, "engagement_status": [] });
        }
        // of several messages, the one with the highest status counts
        let rank = |message: &&&Message| super::super::conditions::status_rank(highest(message));
        let Some(message) = messages.iter().max_by_key(rank) else { return Value::Null };
        let status = |name: &str| format!("$message.{name}");
        json!({
            "status": status(highest(message)),
            "delivery_status": status(message.status),
            "engagement_status": engagement(message),
        })
    }
}

/// Templates have the preferences of a tenant by another name than the API.
fn rename_preferences(tenant: &mut Map<String, Value>) {
    if let Some(Value::Object(settings)) = tenant.get_mut("settings")
        && let Some(set) = settings.remove("preference_set")
    {
        settings.insert("preferences".to_owned(), set);
    }
}

/// The highest of the delivery status and the engagements of a message.
fn highest(message: &Message) -> &'static str {
    message.marks.keys().next_back().map_or(message.status, |mark| mark.as_str())
}

fn engagement(message: &Message) -> Vec<String> {
    let mut names: Vec<&str> = message.marks.keys().map(|mark| mark.as_str()).collect();
    let has = |mark: Mark| message.marks.contains_key(&mark);
    if has(Mark::Seen) && !has(Mark::Read) {
        names.push("seen_not_read");
    }
    if has(Mark::Read) && !has(Mark::LinkClicked) {
        names.push("read_not_link_clicked");
    }
    names.into_iter().map(|name| format!("$message.{name}")).collect()
}
