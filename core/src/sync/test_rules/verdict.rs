//! Why a run would do nothing with the objects: reasons that concern them as a whole (T5).

use super::Bench;
use crate::{
    journal::Situations,
    project::{Lifecycle, Method},
};

impl Bench<'_> {
    /// Why nothing is done though rules may run; `situations` is what planning counted.
    pub(super) fn why_nothing(&self, situations: &Situations) -> Option<String> {
        let reason = match self.never() {
            Some(reason) => reason,
            None if situations.excluded > 0 => {
                "an exclusion of the mapping leaves the source object out (R19)"
            }
            None if situations.busy > 0 => "an object is busy; it is left alone until the next run",
            None if situations.outstanding > 0 => {
                "the object is labelled as outstanding; a person decides about it"
            }
            None if situations.skipped > 0 => "the objects are in error and left out; see the messages",
            None if situations.both_differ > 0 => {
                "the step has no processing method that applies to objects that differ"
            }
            None if situations.both_equal > 0 => "the objects are equal, as far as rules compare them",
            None => self.lone(situations),
        };
        Some(reason.to_owned())
    }

    /// Reasons that have nothing to do with the objects.
    pub(super) fn never(&self) -> Option<&'static str> {
        let direction = self.compiled.direction;
        if self.mapping.lifecycle == Lifecycle::Off {
            Some("the mapping is off")
        } else if !self.mapping.direction.permits(direction) {
            Some("the mapping does not map in this direction (D1)")
        } else if self.step.is_none() {
            Some("no step of a workflow runs the mapping in this direction")
        } else if self.step.is_some_and(|step| step.lifecycle == Lifecycle::Off) {
            Some("the step that runs the mapping is off")
        } else {
            None
        }
    }

    fn lone(&self, situations: &Situations) -> &'static str {
        let source = self.compiled.direction.source();
        let in_source = match source {
            crate::project::Side::Left => situations.left_only,
            crate::project::Side::Right => situations.right_only,
        };
        if in_source == 0 {
            return "the step has no processing method that applies to objects that are only in the system that is \
                    written";
        }
        let inserts =
            self.compiled.methods.only_in_source.iter().any(|(method, _)| *method == Method::Insert);
        if self.compiled.only_for_updates && inserts {
            "the mapping only updates: it inserts no objects (M1)"
        } else {
            "the step has no processing method that applies to objects that are only in the system that is read"
        }
    }
}
