//! Subscriptions, and the recipients who are reached through them.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::entity::render_with_preferences;
use super::store::World;
use super::subscription::Subscription;
use super::trigger::Target;
use crate::json::Fields;
use crate::recipient::Recipient;

/// Subscribers of subscribers are reached, but not their subscribers.
const DEPTH: usize = 2;

impl World {
    pub(crate) fn subscribe(
        &mut self,
        object: &Recipient,
        recipient: &Recipient,
        properties: Option<Fields>,
    ) {
        let now = self.now;
        self.entity_mut(object);
        let subscription = self
            .subscriptions
            .entry((object.clone(), recipient.clone()))
            .or_insert(Subscription { properties: None, inserted_at: now, updated_at: now });
        subscription.updated_at = now;
        if properties.is_some() {
            subscription.properties = properties;
        }
    }

    pub(crate) fn subscribers<'a>(
        &'a self,
        object: &'a Recipient,
    ) -> impl Iterator<Item = (&'a Recipient, &'a Subscription)> {
        // A user with an empty id sorts before every other recipient.
        let first = (object.clone(), Recipient::user(""));
        self.subscriptions
            .range(first..)
            .take_while(move |((held, _), _)| held == object)
            .map(|((_, recipient), subscription)| (recipient, subscription))
    }

    pub(crate) fn render_subscription(
        &self,
        object: &Recipient,
        recipient: &Recipient,
        subscription: &Subscription,
        include_preferences: bool,
    ) -> Value {
        let rendered = match self.entities.get(recipient) {
            Some(entity) if include_preferences => render_with_preferences(recipient, entity),
            _ => self.render(recipient),
        };
        json!({
            "__typename": "Subscription",
            "object": self.render(object),
            "recipient": rendered,
            "properties": subscription.properties,
            "inserted_at": subscription.inserted_at,
            "updated_at": subscription.updated_at,
        })
    }

    /// Returns the explicit recipients, followed by the subscribers of the objects among them, without duplicates.
    /// The actor is reached only as an explicit recipient, not through a subscription.
    pub(crate) fn fan_out(
        &self,
        explicit: Vec<Target>,
        data: &Arc<Value>,
        actor: Option<&Recipient>,
    ) -> Vec<Target> {
        let mut seen = HashSet::new();
        let mut reached: Vec<Target> =
            explicit.into_iter().filter(|target| seen.insert(target.recipient.clone())).collect();
        let mut level = 0;
        for _ in 0..DEPTH {
            let end = reached.len();
            for at in level..end {
                let Some(object) = reached.get(at).map(|target| target.recipient.clone()) else { continue };
                for (recipient, _) in self.subscribers(&object) {
                    if Some(recipient) != actor && seen.insert(recipient.clone()) {
                        reached.push(Target { recipient: recipient.clone(), data: Arc::clone(data) });
                    }
                }
            }
            level = end;
        }
        reached
    }
}
