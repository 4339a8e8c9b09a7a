//! What screens ask the editor to do. Screens draw and collect actions; the editor performs them at one
//! place, once per frame.

use syncwright_core::project::Side;

use crate::{command::Command, document::Edit, problem::Problem, wizard::Page};

/// A document tab: what it shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum View {
    /// The project: name, state, what it consists of.
    Project,
    /// A connected system and its schema.
    System(Side),
    /// What changed in the schema of a system, before it is taken over.
    SchemaUpdate(Side),
    /// Variables and variable sets.
    Variables,
    /// A mapping.
    Mapping(String),
    /// A workflow.
    Workflow(String),
    /// A start up configuration.
    StartUp(String),
    /// Earlier runs.
    Logs,
    /// The result of a simulation or run, by its number in this session.
    Result(u64),
}

/// What the inspector shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Selection {
    /// Nothing.
    #[default]
    Nothing,
    /// A property mapping rule.
    Rule {
        /// Name of the mapping.
        mapping: String,
        /// Name of the rule.
        rule: String,
    },
    /// An object matching rule.
    Matching {
        /// Name of the mapping.
        mapping: String,
        /// Name of the rule.
        rule: String,
    },
    /// A workflow step.
    Step {
        /// Name of the workflow.
        workflow: String,
        /// Name of the step.
        step: String,
    },
    /// A property of a schema type or class.
    Property {
        /// The system.
        side: Side,
        /// The type or class.
        class: String,
        /// The property.
        property: String,
    },
    /// A change of a result.
    Change {
        /// Number of the result.
        result: u64,
        /// Index of the step.
        step: usize,
        /// Index in the step's change list.
        change: usize,
    },
}

impl Selection {
    /// True if this was selected in `view`, or is shown there.
    #[must_use]
    pub fn belongs_to(&self, view: &View) -> bool {
        match (self, view) {
            (Self::Rule { mapping, .. } | Self::Matching { mapping, .. }, View::Mapping(name)) => {
                mapping == name
            }
            (Self::Step { workflow, .. }, View::Workflow(name)) => workflow == name,
            (Self::Property { side, .. }, View::System(shown)) => side == shown,
            (Self::Property { .. }, View::Mapping(_)) => true,
            (Self::Change { result, .. }, View::Result(number)) => result == number,
            _ => false,
        }
    }
}

/// What a screen asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Run a command.
    Command(Command),
    /// Open a view in a tab, or show its tab.
    Open(View),
    /// Close the tab of a view.
    Close(View),
    /// Show something in the inspector.
    Select(Selection),
    /// Change the project.
    Edit(Edit),
    /// Tell in the message list that something was not done.
    Tell(Problem),
    /// Open a page of the wizard for a system of the project.
    EditSystem {
        /// The system.
        side: Side,
        /// The page.
        page: Page,
    },
    /// Show a schema type or class in the tab of its system.
    OpenClass {
        /// The system.
        side: Side,
        /// The type or class.
        class: String,
    },
    /// Take over what was read from a system.
    AcceptSchema(Side),
    /// Open a project file.
    OpenProject(std::path::PathBuf),
    /// Take a project off the list of recent projects.
    ForgetRecent(std::path::PathBuf),
    /// Make this the start up configuration that *Simulate* and *Run* take.
    ChooseStartUp(String),
    /// Open the report of an earlier run.
    OpenRun(String),
}

/// The actions of one frame.
pub type Actions = Vec<Action>;
