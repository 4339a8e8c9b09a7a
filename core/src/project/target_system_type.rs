//! Target system types: how outstanding objects are handled (O2).

use serde::{Deserialize, Serialize};

use super::is_default;

/// A kind of target system with the tables that belong to it (O2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetSystemType {
    /// Name; unique in the project.
    pub name: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// Name shown to people.
    #[serde(default, skip_serializing_if = "is_default")]
    pub display_name: String,
    /// Memberships may cross the boundary of the system.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cross_boundary_inheritance: bool,
    /// Shown in the compliance wizard.
    #[serde(default, skip_serializing_if = "is_default")]
    pub show_in_compliance_wizard: bool,
    /// Text that the compliance wizard shows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub compliance_text: String,
    /// Other connectors that serve the type.
    #[serde(default, skip_serializing_if = "is_default")]
    pub alternative_connectors: Vec<String>,
    /// Tables assigned to it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tables: Vec<TargetSystemTable>,
}

/// A table of a target system type (O2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetSystemTable {
    /// Table of the central system.
    pub schema_type: String,
    /// Outstanding objects can be published. Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub publishable: bool,
    /// Memberships are provisioned one by one. Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub merge_mode: bool,
    /// Condition of merge mode, with alias `i`. Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub merge_condition: Option<String>,
    /// Name of the changed marker column. Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub changed_marker: Option<String>,
    /// Path to the root object. Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub root_object_path: Option<String>,
}
