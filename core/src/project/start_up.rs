//! Start up configurations, schedules, variables, base objects (F4–F8, F18).

use serde::{Deserialize, Serialize};

use super::{Direction, SecretStore, is_default};

/// What one starts: a workflow with its settings (F6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartUpConfiguration {
    /// Name; unique in the project.
    pub name: String,
    /// Name shown to people; the name if empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub display_name: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// The workflow that it runs.
    pub workflow: String,
    /// Direction of the run; the workflow's if absent (D1).
    #[serde(default, skip_serializing_if = "is_default")]
    pub direction: Option<Direction>,
    /// Variable set; the default set if absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub variable_set: Option<String>,
    /// Read only what changed since the last run (F5). Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revision_filter: bool,
    /// How objects that are busy are left alone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub collision_detection: CollisionDetection,
    /// What happens if another run addresses the same system. Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub when_busy: WhenBusy,
    /// How much the log tells.
    #[serde(default, skip_serializing_if = "is_default")]
    pub log_level: LogLevel,
    /// Objects written in one transaction. Default: 1000.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bulk_level: Option<u32>,
    /// Threads of the comparison. Default: one per processor.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parallelism: Option<u32>,
    /// When the sync server starts it (F8). Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub schedule: Option<Schedule>,
}

impl StartUpConfiguration {
    /// The display name, or the name if there is none.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.display_name.is_empty() { &self.name } else { &self.display_name }
    }
}

/// How objects that are busy are left alone (F6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum CollisionDetection {
    /// None.
    #[default]
    None,
    /// Before rules are evaluated: rules that do not apply to busy objects are held back.
    BeforeMapping,
    /// Before objects are saved: whoever is busy right before its batch is written is left out.
    BeforeSaving,
}

/// What happens if another run addresses the same system (F6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum WhenBusy {
    /// The run ends with an error.
    #[default]
    StopWithError,
    /// The run waits.
    Wait,
    /// The run ends without doing anything.
    Skip,
}

/// How much a log tells (L1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
pub enum LogLevel {
    /// Errors only.
    Error,
    /// Errors and warnings.
    Warning,
    /// Everything.
    #[default]
    Info,
}

/// When the sync server starts a configuration (F8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    /// A cron expression.
    Cron(String),
    /// Every so many minutes.
    EveryMinutes(u32),
}

/// A named value of the default variable set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Name.
    pub name: String,
    /// Value; empty for secret variables, whose value lives elsewhere (P3).
    #[serde(default, skip_serializing_if = "is_default")]
    pub value: String,
    /// The value is a secret.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret: bool,
    /// Where the value of a secret variable is kept (P3).
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret_store: SecretStore,
    /// Free text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
}

/// A specialised variable set: overrides values of the default set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariableSet {
    /// Name; unique in the project.
    pub name: String,
    /// Overridden variables.
    pub variables: Vec<Variable>,
}

/// What a synchronization hangs on in the central system (F18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseObject {
    /// Name; unique in the project.
    pub name: String,
    /// Table of the central system.
    pub schema_type: String,
    /// Key of one object of it; the whole table if absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub object: Option<String>,
    /// Synchronization server.
    #[serde(default, skip_serializing_if = "is_default")]
    pub server: Option<String>,
    /// Variable set; must agree with the start up configuration's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub variable_set: Option<String>,
    /// Start up configurations that hang on it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub start_ups: Vec<String>,
}
