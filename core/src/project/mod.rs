//! The project: what one RON file holds, as plain data.
//!
//! A [`Project`] connects a central system (left) with a target system (right) and describes how their
//! objects correspond. This module knows the shape of that description, how to read and write it
//! ([`load`], [`save`]) and how to find things in it. It does *not* judge it (that is `check`), does not
//! turn it into plans (that is `mapping`) and opens no database.
//!
//! Every setting of SPEC sections W, S, M, R, F and O has its place here, also those that take effect in a
//! later version; `check` names every such setting that a project uses.

mod action;
mod column_group;
mod connection;
mod file;
mod kept;
mod lookup;
mod mapping;
mod mapping_edit;
mod schema;
mod secret_store;
mod start_up;
mod target_system_type;
mod template;
mod workflow;

pub use self::{
    action::{Action, ActionEvent, ActionTime},
    connection::{
        Access, Authentication, Connection, CsvFormat, Newline, OperationLimits, Pool, Provider, RateLimit,
        RemoteServer, SampleDatabase, System, WhenMissing,
    },
    file::{FORMAT_VERSION, ProjectError, from_text, load, save, to_text},
    kept::Kept,
    lookup::{ClassRef, PropertyRef},
    mapping::{
        ConcurrenceBehaviour, EmptySource, Exclusion, ExclusionTest, Exclusions, GradedMatching, Hierarchy,
        Lifecycle, LookupEntry, LookupSource, Mapping, MatchExpression, MatchingRule, MemberFilter,
        MultiValueWrite, PropertyFlags, PropertyPair, PropertyRule, RuleKind, SendOn, SortOrder,
        Transformation, Validation,
    },
    mapping_edit::{Inverted, NotInverted, RenameError, delete_mapping, free_name, rename_mapping, steps_of},
    schema::{
        AutoFill, CharacterConversion, ColumnGroup, DataOperation, DataOperations, ForeignKey, Generated,
        IncompatibleData, OperationStrategy, Schema, SchemaClass, SchemaProperty, SchemaType, VirtualKind,
        VirtualProperty,
    },
    secret_store::{SecretStore, holds_password, is_secret_attribute},
    start_up::{
        BaseObject, CollisionDetection, LogLevel, Schedule, StartUpConfiguration, Variable, VariableSet,
        WhenBusy,
    },
    target_system_type::{TargetSystemTable, TargetSystemType},
    template::{
        ConnectionTemplate, ProjectTemplate, PropertyCompletion, SavedConnection, SavedConnections,
        SavedList, SchemaCompletions, TEMPLATE_VERSION, TemplateError, TemplateKind, TypeCompletion, Unfit,
    },
    workflow::{DependencyResolution, Method, MethodChoice, Methods, Quota, Quotas, Step, Workflow},
};

pub(crate) use self::file::{Replace, replace_file};

use serde::{Deserialize, Serialize};

/// True for a value that need not be written to the file.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One of the two connected systems (SPEC vocabulary).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Side {
    /// The central system: the identity database. Always drawn left.
    Left,
    /// The target system. Always drawn right.
    Right,
}

impl Side {
    /// The system on the other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// `left` or `right`, as in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// The name that users know the side by: `central system` or `target system`.
    #[must_use]
    pub const fn system_name(self) -> &'static str {
        match self {
            Self::Left => "central system",
            Self::Right => "target system",
        }
    }
}

/// Direction of synchronization (D1): which system a run writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub enum Direction {
    /// The central system is primary; the target system is written.
    #[default]
    ToTarget,
    /// The target system is primary; the central system is written.
    ToCentral,
}

impl Direction {
    /// The side that a run in this direction reads as the truth.
    #[must_use]
    pub const fn source(self) -> Side {
        match self {
            Self::ToTarget => Side::Left,
            Self::ToCentral => Side::Right,
        }
    }

    /// The side that a run in this direction writes.
    #[must_use]
    pub const fn destination(self) -> Side {
        self.source().other()
    }

    /// The other direction.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::ToTarget => Self::ToCentral,
            Self::ToCentral => Self::ToTarget,
        }
    }

    /// `to_target` or `to_central`, as in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::ToTarget => "to_target",
            Self::ToCentral => "to_central",
        }
    }
}

/// Where a mapping or a rule may write (M1, R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub enum MappingDirection {
    /// Only for rules: as the mapping says. On a mapping it means the same as [`MappingDirection::Both`].
    #[default]
    FromMapping,
    /// Both systems may be written, depending on the run.
    Both,
    /// Only the target system is written.
    ToTarget,
    /// Only the central system is written.
    ToCentral,
    /// Nothing is written; on a rule this switches the rule off.
    DoNotMap,
}

impl MappingDirection {
    /// True if writing in `direction` is permitted; [`MappingDirection::FromMapping`] permits both.
    #[must_use]
    pub const fn permits(self, direction: Direction) -> bool {
        match self {
            Self::FromMapping | Self::Both => true,
            Self::ToTarget => matches!(direction, Direction::ToTarget),
            Self::ToCentral => matches!(direction, Direction::ToCentral),
            Self::DoNotMap => false,
        }
    }

    /// The direction, if it is exactly one.
    #[must_use]
    pub const fn one_way(self) -> Option<Direction> {
        match self {
            Self::ToTarget => Some(Direction::ToTarget),
            Self::ToCentral => Some(Direction::ToCentral),
            Self::FromMapping | Self::Both | Self::DoNotMap => None,
        }
    }
}

/// A literal value as written in the project file. It is converted to the property's type where it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text; also dates, times, decimals and GUIDs in their written form.
    String(String),
    /// `()`: no value.
    Null,
}

impl Literal {
    /// The literal as text, which every property type can be converted from; nothing for NULL.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
            Self::String(value) => value.clone(),
        }
    }
}

/// A condition (R8, F2): an expression over `Left.` and `Right.` properties, or a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// An expression of the condition language (E1).
    Expression(String),
    /// The body of a script in the project's script language (E5).
    Script(String),
}

/// How a value is computed (R18, R20).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Formula {
    /// An expression of the condition language over `Left.` and `Right.` properties and `Value`, the source value.
    Expression(String),
    /// Text with placeholders for properties of the source object: `CN=${Common_Name},${Organization_Name}`.
    Pattern(String),
    /// The body of a script in the project's script language (E5).
    Script(String),
}

/// Script language of a project, fixed after the first save (W19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum ScriptLanguage {
    /// Rhai.
    #[default]
    Rhai,
    /// JavaScript.
    JavaScript,
}

/// A synchronization project (P1): two systems, mappings, workflows and what starts them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Version of the file format, see [`FORMAT_VERSION`]. Always the first field of the file.
    pub format: u32,
    /// Name of the project; unique among the projects of an environment.
    pub name: String,
    /// Name shown to people; the name if empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub display_name: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// Only an active project runs; activation needs a check without errors (F9).
    #[serde(default, skip_serializing_if = "is_default")]
    pub active: bool,
    /// Language of all scripts (W19).
    #[serde(default, skip_serializing_if = "is_default")]
    pub script_language: ScriptLanguage,
    /// The central system (left).
    pub central: System,
    /// The target system (right).
    pub target: System,
    /// Mappings, in the order that the editor lists them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mappings: Vec<Mapping>,
    /// Workflows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub workflows: Vec<Workflow>,
    /// Start up configurations: the things that one starts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub start_ups: Vec<StartUpConfiguration>,
    /// Variables of the default set; specialised sets override them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub variables: Vec<Variable>,
    /// Specialised variable sets.
    #[serde(default, skip_serializing_if = "is_default")]
    pub variable_sets: Vec<VariableSet>,
    /// Base objects (F18).
    #[serde(default, skip_serializing_if = "is_default")]
    pub base_objects: Vec<BaseObject>,
    /// Target system types (O2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub target_system_types: Vec<TargetSystemType>,
    /// Code snippets that scripts of the project share (E5).
    #[serde(default, skip_serializing_if = "is_default")]
    pub snippets: Vec<Snippet>,
}

/// A shared piece of script code (E5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snippet {
    /// Name that scripts refer to it by.
    pub name: String,
    /// The code, in the project's script language.
    pub code: String,
}
