//! What a person completed in a schema that a database does not tell (W11–W15), apart from the schema itself.

mod apply;
mod collect;

use serde::{Deserialize, Serialize};

use crate::project::{
    AutoFill, ColumnGroup, DataOperations, ForeignKey, IncompatibleData, VirtualProperty, is_default,
};

/// Completions of a schema (W11–W15), by the names of its types.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct SchemaCompletions {
    /// Types that were completed, in the order of the schema.
    #[serde(skip_serializing_if = "is_default")]
    pub types: Vec<TypeCompletion>,
}

/// Completions of one schema type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct TypeCompletion {
    /// Name of the type.
    pub name: String,
    /// Name shown to people.
    #[serde(skip_serializing_if = "is_default")]
    pub display_name: String,
    /// Display template (W13).
    #[serde(skip_serializing_if = "is_default")]
    pub display_template: Option<String>,
    /// The key that a person chose (W11); empty if it is that of the catalog.
    #[serde(skip_serializing_if = "is_default")]
    pub key: Vec<String>,
    /// Column groups (W11).
    #[serde(skip_serializing_if = "is_default")]
    pub column_groups: Vec<ColumnGroup>,
    /// Declared relations (W12).
    #[serde(skip_serializing_if = "is_default")]
    pub relations: Vec<ForeignKey>,
    /// Data operations (W14).
    #[serde(skip_serializing_if = "is_default")]
    pub operations: DataOperations,
    /// Virtual properties (W15) of the class that has the name of the type.
    #[serde(skip_serializing_if = "is_default")]
    pub virtual_properties: Vec<VirtualProperty>,
    /// Completed columns (W13).
    #[serde(skip_serializing_if = "is_default")]
    pub properties: Vec<PropertyCompletion>,
}

/// Completions of one column (W13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct PropertyCompletion {
    /// Name of the column.
    pub name: String,
    /// Shown when objects are listed.
    #[serde(skip_serializing_if = "is_default")]
    pub display_value: bool,
    /// Preferred among several unique keys.
    #[serde(skip_serializing_if = "is_default")]
    pub preferred_key: bool,
    /// Values are masked everywhere.
    #[serde(skip_serializing_if = "is_default")]
    pub sensitive: bool,
    /// Grows with every change of the row.
    #[serde(skip_serializing_if = "is_default")]
    pub revision_counter: bool,
    /// Sort criterion for hierarchies.
    #[serde(skip_serializing_if = "is_default")]
    pub hierarchy_sort: bool,
    /// Scope reference.
    #[serde(skip_serializing_if = "is_default")]
    pub scope_reference: bool,
    /// How the value of a new object is made.
    #[serde(skip_serializing_if = "is_default")]
    pub auto_fill: AutoFill,
    /// NULL and the empty string are the same.
    #[serde(skip_serializing_if = "is_default")]
    pub compatible_nulls: bool,
    /// What a value becomes that the type cannot hold.
    #[serde(skip_serializing_if = "is_default")]
    pub incompatible_data: IncompatibleData,
}
