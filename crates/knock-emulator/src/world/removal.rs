//! Deleting and merging recipients, with everything that refers to them.

use super::run::Status;
use super::store::World;
use crate::json::{Fields, deep_merge};
use crate::recipient::Recipient;

impl World {
    /// Deletes a recipient and everything Knock stores about it. Its paused runs are cancelled.
    pub(crate) fn delete(&mut self, recipient: &Recipient) {
        self.entities.remove(recipient);
        self.subscriptions.retain(|(object, subscriber), _| object != recipient && subscriber != recipient);
        self.schedules.retain(|schedule| schedule.recipient != *recipient);
        self.messages.retain(|message| message.recipient != *recipient);
        self.stop_runs(recipient);
        if let Recipient::User(id) = recipient {
            self.guide_marks.retain(|(user, ..), _| user != id);
            for members in self.audiences.values_mut() {
                members.retain(|(user, _), _| user != id);
            }
        }
    }

    fn stop_runs(&mut self, recipient: &Recipient) {
        let now = self.now;
        for run in self.runs.iter_mut().filter(|run| run.recipient == *recipient && run.status.is_waiting()) {
            run.status = Status::Cancelled;
            run.updated_at = now;
            #[cfg(feature = "workflows")]
            run.stop_waiting();
        }
    }

    /// Merges the secondary user into the primary user, and then deletes the secondary user. If both have a value, the
    /// primary user keeps it. The primary user takes over the messages.
    pub(crate) fn merge_users(&mut self, primary: &Recipient, secondary: &Recipient) {
        let Some(from) = self.entities.get(secondary).cloned() else { return };
        let now = self.now;
        let into = self.entity_mut(primary);
        let own: Fields = std::mem::replace(&mut into.properties, from.properties);
        deep_merge(&mut into.properties, &own);
        into.created_at = into.created_at.or(from.created_at);
        into.updated_at = now;
        for (id, set) in from.preferences {
            let held = into.preferences.entry(id).or_default();
            for (group, settings) in set {
                held.entry(group).or_insert(settings);
            }
        }
        for (channel, data) in from.channel_data {
            into.channel_data.entry(channel).or_insert(data);
        }
        for message in self.messages.iter_mut().filter(|message| message.recipient == *secondary) {
            message.recipient = primary.clone();
        }
        self.delete(secondary);
    }
}
