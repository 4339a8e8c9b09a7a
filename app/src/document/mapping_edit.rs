//! Edits of mappings as a whole and of their lists of rules.
//!
//! They put whole lists in place of others: what a gesture did to several rules is one step of the history, and
//! its inverse is the list that was there.

use syncwright_core::project::{Mapping, MatchingRule, Project, PropertyRule, Workflow};

use super::edit::swap;

/// New mappings, together with the workflows if their steps change with them.
#[derive(Debug, Clone, PartialEq)]
pub struct MappingsEdit {
    /// What is done, for *Undo …* and *Redo …*.
    pub label: String,
    /// All mappings from then on.
    pub mappings: Vec<Mapping>,
    /// All workflows from then on, if they change.
    pub workflows: Option<Vec<Workflow>>,
}

/// New lists of rules of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct RulesEdit {
    /// Name of the mapping.
    pub mapping: String,
    /// What is done, for *Undo …* and *Redo …*.
    pub label: String,
    /// All object matching rules from then on, if they change.
    pub matching: Option<Vec<MatchingRule>>,
    /// All property mapping rules from then on, if they change.
    pub rules: Option<Vec<PropertyRule>>,
}

impl MappingsEdit {
    /// The edit that `change` makes; nothing if it changes no mapping and no workflow.
    #[must_use]
    pub fn new(project: &Project, label: String, change: impl FnOnce(&mut Project)) -> Option<Self> {
        let mut after = project.clone();
        change(&mut after);
        let workflows = (after.workflows != project.workflows).then_some(after.workflows);
        let changed = workflows.is_some() || after.mappings != project.mappings;
        changed.then_some(Self { label, mappings: after.mappings, workflows })
    }

    /// Applies the edit and gives back its inverse; nothing if it changes nothing.
    pub(super) fn apply(self, project: &mut Project) -> Option<Self> {
        let Self { label, mappings, workflows } = self;
        let before = std::mem::replace(&mut project.mappings, mappings);
        let workflows = workflows.and_then(|new| swap(&mut project.workflows, new));
        let changed = workflows.is_some() || before != project.mappings;
        changed.then_some(Self { label, mappings: before, workflows })
    }
}

impl RulesEdit {
    /// Applies the edit and gives back its inverse; nothing if it changes nothing or the mapping is not there.
    pub(super) fn apply(self, project: &mut Project) -> Option<Self> {
        let Self { mapping, label, matching, rules } = self;
        let found = project.mappings.iter_mut().find(|found| found.name == mapping)?;
        let matching = matching.and_then(|new| swap(&mut found.matching, new));
        let rules = rules.and_then(|new| swap(&mut found.rules, new));
        (matching.is_some() || rules.is_some()).then_some(Self { mapping, label, matching, rules })
    }
}

#[cfg(test)]
mod tests {
    use syncwright_core::project::{delete_mapping, from_text, rename_mapping};

    use super::*;
    use crate::document::{DiskState, Document, Edit, Loaded};

    fn document() -> Document {
        let project = from_text("small.ron", include_str!("../../../tests/src/small.ron")).unwrap();
        Document::new(Loaded { project, path: "/nowhere/small.ron".into(), disk: DiskState::default() })
    }

    #[test]
    fn a_mapping_goes_with_its_steps_and_comes_back_with_them() {
        let mut document = document();
        let before = document.project().clone();
        let edit = MappingsEdit::new(&before, "delete mapping Person".to_owned(), |project| {
            assert!(delete_mapping(project, "Person"));
        })
        .unwrap();
        assert!(document.apply(Edit::Mappings(edit)));
        assert_eq!(document.undo_label(), Some("delete mapping Person"));
        assert!(document.project().workflows[0].steps.is_empty());
        assert!(document.undo());
        assert_eq!(*document.project(), before);
    }

    #[test]
    fn a_change_that_fails_is_no_edit() {
        let project = document().project().clone();
        let edit = MappingsEdit::new(&project, String::new(), |project| {
            rename_mapping(project, "Nobody", "x").unwrap_err();
        });
        assert_eq!(edit, None);
    }

    #[test]
    fn rules_of_a_mapping_that_is_not_there_change_nothing() {
        let mut document = document();
        let edit = RulesEdit {
            mapping: "Nobody".to_owned(),
            label: String::new(),
            matching: Some(Vec::new()),
            rules: Some(Vec::new()),
        };
        assert!(!document.apply(Edit::Rules(edit)));
    }
}
