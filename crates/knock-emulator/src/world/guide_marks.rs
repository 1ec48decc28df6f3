//! What users did with the steps of guides.

use jiff::Timestamp;
#[cfg(feature = "workflows")]
use serde_json::{Value, json};

/// A user, a guide and the reference of a step of it.
pub(crate) type GuideStep = (String, String, String);

/// When a user last did what with a step.
#[derive(Clone, Debug)]
pub(crate) struct GuideMarks {
    #[cfg_attr(not(feature = "workflows"), allow(dead_code))] // only guides of a directory show it
    id: String,
    seen: Option<Timestamp>,
    interacted: Option<Timestamp>,
    archived: Option<Timestamp>,
}

/// What a user does with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GuideMark {
    Seen,
    Interacted,
    Archived,
}

impl GuideMarks {
    pub(super) fn new(id: String) -> Self {
        Self { id, seen: None, interacted: None, archived: None }
    }

    pub(super) fn set(&mut self, mark: GuideMark, at: Timestamp) {
        match mark {
            GuideMark::Seen => self.seen = Some(at),
            GuideMark::Interacted => self.interacted = Some(at),
            GuideMark::Archived => self.archived = Some(at),
        }
    }

    pub(super) fn unarchive(&mut self) {
        self.archived = None;
    }

    #[cfg(feature = "workflows")]
    pub(super) fn is_archived(&self) -> bool {
        self.archived.is_some()
    }

    /// The `message` of a step. Whoever interacted with it has read it.
    #[cfg(feature = "workflows")]
    pub(super) fn render(marks: Option<&Self>) -> Value {
        json!({
            "id": marks.map(|marks| &marks.id),
            "seen_at": marks.and_then(|marks| marks.seen),
            "read_at": marks.and_then(|marks| marks.interacted),
            "interacted_at": marks.and_then(|marks| marks.interacted),
            "link_clicked_at": null,
            "archived_at": marks.and_then(|marks| marks.archived),
        })
    }
}
