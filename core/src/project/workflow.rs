//! Workflows, synchronization steps, processing methods, quotas (F1–F3).

use serde::{Deserialize, Serialize};

use super::{Condition, Direction, Lifecycle, is_default};

/// An ordered list of steps (F1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// Name; unique in the project.
    pub name: String,
    /// Name shown to people; the name if empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub display_name: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// Direction of its steps, unless a step or the start up configuration says otherwise.
    pub direction: Direction,
    /// An object in error does not stop the run; the good ones are kept (F1, F11).
    #[serde(default, skip_serializing_if = "is_default")]
    pub continue_on_error: bool,
    /// How the order of writing is found.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dependency_resolution: DependencyResolution,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Workflow {
    /// The display name, or the name if there is none.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.display_name.is_empty() { &self.name } else { &self.display_name }
    }
}

/// How the order of writing is found (F1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum DependencyResolution {
    /// Steps run in the order of their references; deletes come last, in reverse order.
    #[default]
    Automatic,
    /// Steps run as listed, each completely.
    Manual,
}

/// A mapping with processing methods and options (F2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Name; unique in the workflow.
    pub name: String,
    /// The mapping that it runs.
    pub mapping: String,
    /// Switched off if not active (F1, R22).
    #[serde(default, skip_serializing_if = "is_default")]
    pub lifecycle: Lifecycle,
    /// Direction of the step; the workflow's if absent. It runs only if this is the run's direction (D1).
    #[serde(default, skip_serializing_if = "is_default")]
    pub direction: Option<Direction>,
    /// Data import from a secondary system (D5): what it writes centrally is provisioned to the primary systems.
    #[serde(default, skip_serializing_if = "is_default")]
    pub data_import: bool,
    /// Most objects that each method may write (F3).
    #[serde(default, skip_serializing_if = "is_default")]
    pub quotas: Quotas,
    /// What happens to found, missing and differing objects.
    #[serde(default, skip_serializing_if = "is_default")]
    pub methods: Methods,
}

/// Processing methods per situation (F2). Without methods a step writes nothing.
///
/// Of several methods of one situation the first whose condition holds is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Methods {
    /// Objects on both sides that differ: `Update` or `Ignore`.
    #[serde(skip_serializing_if = "is_default")]
    pub both_differ: Vec<MethodChoice>,
    /// Objects only in the system that is read: `Insert` or `Ignore`.
    #[serde(skip_serializing_if = "is_default")]
    pub only_in_source: Vec<MethodChoice>,
    /// Objects only in the system that is written: `Delete`, `MarkOutstanding` or `Ignore`.
    #[serde(skip_serializing_if = "is_default")]
    pub only_in_destination: Vec<MethodChoice>,
    /// Objects that were outstanding and are present again: `ResetOutstanding` or `Ignore`.
    #[serde(skip_serializing_if = "is_default")]
    pub outstanding_returned: Vec<MethodChoice>,
}

/// A processing method with an optional condition (F2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodChoice {
    /// The method.
    pub method: Method,
    /// Taken only where this holds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub condition: Option<Condition>,
}

impl From<Method> for MethodChoice {
    fn from(method: Method) -> Self {
        Self { method, condition: None }
    }
}

/// Processing method (F2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Method {
    /// Do nothing.
    Ignore,
    /// Create the object in the destination.
    Insert,
    /// Write the differing properties of the destination.
    Update,
    /// Delete the object of the destination.
    Delete,
    /// Label the object of the destination as outstanding; a person decides later.
    MarkOutstanding,
    /// Take the label off.
    ResetOutstanding,
}

impl Method {
    /// The method in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ignore => "none",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::MarkOutstanding => "mark_outstanding",
            Self::ResetOutstanding => "reset_outstanding",
        }
    }
}

/// Most objects that each method of a step may write (F3).
///
/// An absent quota means the default: no limit for inserts and updates, [`Quota::DEFAULT_DELETE`] and
/// [`Quota::DEFAULT_MARK`] for the other two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Quotas {
    /// Inserts.
    #[serde(skip_serializing_if = "is_default")]
    pub insert: Option<Quota>,
    /// Updates.
    #[serde(skip_serializing_if = "is_default")]
    pub update: Option<Quota>,
    /// Deletes.
    #[serde(skip_serializing_if = "is_default")]
    pub delete: Option<Quota>,
    /// Objects marked as outstanding.
    #[serde(skip_serializing_if = "is_default")]
    pub mark_outstanding: Option<Quota>,
}

/// A limit (F3): exceeded if either part is. `Some(())` with neither part switches the quota off.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Quota {
    /// Share of the destination's objects of the class, in per cent. At least one object is always allowed.
    #[serde(skip_serializing_if = "is_default")]
    pub percent: Option<f64>,
    /// Number of objects.
    #[serde(skip_serializing_if = "is_default")]
    pub count: Option<u64>,
}

impl Quota {
    /// Quota of deletes if the step has none: 10 %.
    pub const DEFAULT_DELETE: Self = Self { percent: Some(10.0), count: None };
    /// Quota of marking as outstanding if the step has none: 20 %.
    pub const DEFAULT_MARK: Self = Self { percent: Some(20.0), count: None };
}
