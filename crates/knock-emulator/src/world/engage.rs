//! What users do with the steps of guides.

use super::guide_marks::{GuideMark, GuideMarks, GuideStep};
use super::store::World;

impl World {
    pub(crate) fn mark_guide(&mut self, step: GuideStep, mark: GuideMark) {
        let (id, now) = (self.ids.ksuid(self.now), self.now);
        self.guide_marks.entry(step).or_insert_with(|| GuideMarks::new(id)).set(mark, now);
    }

    /// Lets a user see a guide again.
    pub(crate) fn unarchive_guide(&mut self, user: &str, guide: &str) {
        let steps = self.guide_marks.iter_mut().filter(|((by, key, _), _)| by == user && key == guide);
        steps.for_each(|(_, marks)| marks.unarchive());
    }

    /// Forgets what a user did with a guide.
    pub(crate) fn reset_guide(&mut self, user: &str, guide: &str) {
        self.guide_marks.retain(|(by, key, _), _| by != user || key != guide);
    }
}
