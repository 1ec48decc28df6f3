//! Activities: the triggers that a message is about. There are several if a workflow has a batch step.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::recipient::Recipient;

/// One trigger, as far as a message is about it.
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    pub(crate) id: String,
    pub(crate) actor: Option<Recipient>,
    pub(crate) data: Arc<Value>,
    pub(crate) at: Timestamp,
}

/// The activities of a message, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Activities {
    /// Those that templates and the API show.
    pub(crate) shown: Vec<Activity>,
    /// How many there are.
    pub(crate) total: usize,
    /// The actors that templates and the API show, each once.
    pub(crate) actors: Vec<Recipient>,
    /// How many actors there are.
    pub(crate) total_actors: usize,
}

impl Activities {
    /// The activities of a run without a batch: just its trigger.
    pub(crate) fn of(activity: Activity) -> Self {
        let actors: Vec<Recipient> = activity.actor.iter().cloned().collect();
        Self { shown: vec![activity], total: 1, total_actors: actors.len(), actors }
    }
}
