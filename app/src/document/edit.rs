//! Edits: every change that the window can make to a project, each with its inverse.

use syncwright_core::project::{
    Condition, Lifecycle, MappingDirection, Project, PropertyRule, Side, StartUpConfiguration, System,
};

use super::{
    mapping_edit::{MappingsEdit, RulesEdit},
    schema_edit::SchemaEdit,
};

/// A change to a project.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Display name of the project.
    ProjectDisplayName(String),
    /// Description of the project.
    ProjectDescription(String),
    /// Whether the project is active.
    Active(bool),
    /// Everything about a connected system: connection, schema and scope.
    System {
        /// Which one.
        side: Side,
        /// What it is from now on.
        system: Box<System>,
    },
    /// The schemas of the systems, together with whether the project is active.
    Schema(SchemaEdit),
    /// The mappings as a whole, with the workflows whose steps run them.
    Mappings(MappingsEdit),
    /// The lists of rules of a mapping.
    Rules(RulesEdit),
    /// A start up configuration.
    StartUp {
        /// Its name.
        start_up: String,
        /// What changes.
        edit: StartUpEdit,
    },
    /// Lifecycle of a workflow step.
    StepLifecycle {
        /// Name of the workflow.
        workflow: String,
        /// Name of the step.
        step: String,
        /// The new lifecycle.
        lifecycle: Lifecycle,
    },
    /// A property mapping rule.
    Rule {
        /// Name of the mapping.
        mapping: String,
        /// Name of the rule.
        rule: String,
        /// What changes.
        edit: RuleEdit,
    },
}

/// A change to a start up configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartUpEdit {
    /// Display name.
    DisplayName(String),
    /// Description.
    Description(String),
    /// Objects written in one transaction.
    BulkLevel(Option<u32>),
}

/// A change to a property mapping rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleEdit {
    /// Display name.
    DisplayName(String),
    /// Where the rule may write.
    Direction(MappingDirection),
    /// Active, proposed or off.
    Lifecycle(Lifecycle),
    /// Whether texts that differ only by case are equal.
    IgnoreCase(bool),
    /// Whether only empty properties are written.
    DoNotOverwrite(bool),
    /// Where the rule applies.
    Condition(Option<Condition>),
}

/// Puts `new` in place of what is there; gives back what was there, or nothing if it is the same.
pub(super) fn swap<T: PartialEq>(place: &mut T, new: T) -> Option<T> {
    if *place == new { None } else { Some(std::mem::replace(place, new)) }
}

impl Edit {
    /// What the edit does, for *Undo …* and *Redo …*.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::ProjectDisplayName(_) => "rename project".to_owned(),
            Self::ProjectDescription(_) => "describe project".to_owned(),
            Self::Active(true) => "activate project".to_owned(),
            Self::Active(false) => "deactivate project".to_owned(),
            Self::System { side, .. } => format!("change {}", side.system_name()),
            Self::Schema(edit) => edit.label(),
            Self::Mappings(MappingsEdit { label, .. }) | Self::Rules(RulesEdit { label, .. }) => {
                label.clone()
            }
            Self::StartUp { start_up, .. } => format!("change {start_up}"),
            Self::StepLifecycle { step, lifecycle, .. } => {
                format!("switch step {step} {}", state(*lifecycle))
            }
            Self::Rule { rule, edit: RuleEdit::Lifecycle(lifecycle), .. } => {
                format!("switch rule {rule} {}", state(*lifecycle))
            }
            Self::Rule { rule, .. } => format!("change rule {rule}"),
        }
    }

    /// Applies the edit and gives back its inverse; nothing if it changes nothing.
    #[must_use]
    pub fn apply(self, project: &mut Project) -> Option<Self> {
        Some(match self {
            Self::ProjectDisplayName(new) => Self::ProjectDisplayName(swap(&mut project.display_name, new)?),
            Self::ProjectDescription(new) => Self::ProjectDescription(swap(&mut project.description, new)?),
            Self::Active(new) => Self::Active(swap(&mut project.active, new)?),
            Self::System { side, system } => {
                let place = match side {
                    Side::Left => &mut project.central,
                    Side::Right => &mut project.target,
                };
                Self::System { side, system: Box::new(swap(place, *system)?) }
            }
            Self::Schema(edit) => Self::Schema(edit.apply(project)?),
            Self::Mappings(edit) => Self::Mappings(edit.apply(project)?),
            Self::Rules(edit) => Self::Rules(edit.apply(project)?),
            Self::StartUp { start_up, edit } => {
                let found = project.start_ups.iter_mut().find(|found| found.name == start_up)?;
                let edit = edit.apply(found)?;
                Self::StartUp { start_up, edit }
            }
            Self::StepLifecycle { workflow, step, lifecycle } => {
                let found = project.workflows.iter_mut().find(|found| found.name == workflow)?;
                let found = found.steps.iter_mut().find(|found| found.name == step)?;
                let lifecycle = swap(&mut found.lifecycle, lifecycle)?;
                Self::StepLifecycle { workflow, step, lifecycle }
            }
            Self::Rule { mapping, rule, edit } => {
                let found = project.mappings.iter_mut().find(|found| found.name == mapping)?;
                let found = found.rules.iter_mut().find(|found| found.name == rule)?;
                let edit = edit.apply(found)?;
                Self::Rule { mapping, rule, edit }
            }
        })
    }
}

const fn state(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Active => "on",
        Lifecycle::Proposed => "to proposed",
        Lifecycle::Off => "off",
    }
}

impl StartUpEdit {
    fn apply(self, start_up: &mut StartUpConfiguration) -> Option<Self> {
        Some(match self {
            Self::DisplayName(new) => Self::DisplayName(swap(&mut start_up.display_name, new)?),
            Self::Description(new) => Self::Description(swap(&mut start_up.description, new)?),
            Self::BulkLevel(new) => Self::BulkLevel(swap(&mut start_up.bulk_level, new)?),
        })
    }
}

impl RuleEdit {
    fn apply(self, rule: &mut PropertyRule) -> Option<Self> {
        Some(match self {
            Self::DisplayName(new) => Self::DisplayName(swap(&mut rule.display_name, new)?),
            Self::Direction(new) => Self::Direction(swap(&mut rule.direction, new)?),
            Self::Lifecycle(new) => Self::Lifecycle(swap(&mut rule.lifecycle, new)?),
            Self::IgnoreCase(new) => Self::IgnoreCase(swap(&mut rule.ignore_case, new)?),
            Self::DoNotOverwrite(new) => Self::DoNotOverwrite(swap(&mut rule.do_not_overwrite, new)?),
            Self::Condition(new) => Self::Condition(swap(&mut rule.condition, new)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use syncwright_core::project::from_text;

    use super::*;
    use crate::document::{DiskState, Document, Loaded, SchemaCause};

    fn document() -> Document {
        let project = from_text("small.ron", include_str!("../../../tests/src/small.ron")).unwrap();
        Document::new(Loaded { project, path: "/nowhere/small.ron".into(), disk: DiskState::default() })
    }

    fn edits() -> Vec<Edit> {
        let rule = |edit| Edit::Rule { mapping: "Person".to_owned(), rule: "Last name".to_owned(), edit };
        let start_up = |edit| Edit::StartUp { start_up: "Import from HR".to_owned(), edit };
        let project = document().project().clone();
        let mut central = project.central;
        central.connection.display_name = "Another store".to_owned();
        let mut target = project.target;
        target.connection.read_only = !target.connection.read_only;
        let schema = syncwright_core::project::Schema::default();
        vec![
            Edit::System { side: Side::Left, system: Box::new(central) },
            Edit::System { side: Side::Right, system: Box::new(target) },
            Edit::Schema(SchemaEdit {
                central: None,
                target: Some(Box::new(schema.clone())),
                active: true,
                cause: SchemaCause::Update(Side::Right),
            }),
            Edit::Schema(SchemaEdit {
                central: Some(Box::new(schema)),
                target: None,
                active: false,
                cause: SchemaCause::Compress,
            }),
            Edit::ProjectDisplayName("Another name".to_owned()),
            Edit::ProjectDescription("A text".to_owned()),
            Edit::Active(true),
            start_up(StartUpEdit::DisplayName("Import".to_owned())),
            start_up(StartUpEdit::Description("A text".to_owned())),
            start_up(StartUpEdit::BulkLevel(Some(10))),
            Edit::StepLifecycle {
                workflow: "Import".to_owned(),
                step: "Persons".to_owned(),
                lifecycle: Lifecycle::Off,
            },
            rule(RuleEdit::DisplayName("Name".to_owned())),
            rule(RuleEdit::Direction(MappingDirection::Both)),
            rule(RuleEdit::Lifecycle(Lifecycle::Proposed)),
            rule(RuleEdit::IgnoreCase(true)),
            rule(RuleEdit::DoNotOverwrite(true)),
            rule(RuleEdit::Condition(Some(Condition::Expression("true".to_owned())))),
            Edit::Rules(RulesEdit {
                mapping: "Person".to_owned(),
                label: "new rule".to_owned(),
                matching: Some(Vec::new()),
                rules: Some(vec![PropertyRule::new("Only", "first_name", "given_name")]),
            }),
            Edit::Mappings(MappingsEdit {
                label: "delete all".to_owned(),
                mappings: Vec::new(),
                workflows: Some(Vec::new()),
            }),
        ]
    }

    #[test]
    fn undo_and_redo_lead_back_to_equal_projects() {
        let mut document = document();
        let mut states = vec![document.project().clone()];
        for edit in edits() {
            assert!(document.apply(edit.clone()), "{edit:?}");
            assert!(!document.apply(edit.clone()), "{edit:?} a second time changes nothing");
            states.push(document.project().clone());
        }
        assert!(document.is_dirty());
        for state in states.iter().rev().skip(1) {
            assert!(document.undo());
            assert_eq!(document.project(), state);
        }
        assert!(!document.undo());
        assert!(!document.is_dirty(), "back at what was loaded");
        for state in states.iter().skip(1) {
            assert!(document.redo());
            assert_eq!(document.project(), state);
        }
        assert!(!document.redo());
    }

    #[test]
    fn a_system_is_replaced_and_comes_back_whole() {
        let mut document = document();
        let before = document.project().clone();
        let mut system = before.target.clone();
        system.connection.display_name = "Another".to_owned();
        system.schema.types.clear();
        assert!(document.apply(Edit::System { side: Side::Right, system: Box::new(system.clone()) }));
        assert_eq!(document.undo_label(), Some("change target system"));
        assert_eq!(document.project().target, system);
        assert_eq!(document.project().central, before.central, "the other side stays");
        assert!(document.undo());
        assert_eq!(*document.project(), before);
        assert!(document.redo());
        assert_eq!(document.project().target, system);
    }

    #[test]
    fn an_edit_of_something_that_is_not_there_changes_nothing() {
        let mut document = document();
        let edit = Edit::Rule {
            mapping: "Nobody".to_owned(),
            rule: "x".to_owned(),
            edit: RuleEdit::IgnoreCase(true),
        };
        assert!(!document.apply(edit));
        assert!(!document.is_dirty());
    }

    #[test]
    fn what_was_saved_and_then_cut_off_stays_dirty() {
        let mut document = document();
        document.apply(Edit::Active(true));
        document.saved(1, DiskState::default());
        assert!(!document.is_dirty());
        document.undo();
        assert!(document.is_dirty());
        document.apply(Edit::ProjectDescription("Something else".to_owned()));
        assert!(document.is_dirty(), "one edit deep, but not the one that was saved");
    }
}
