//! What a system holds: schema types, properties, keys, relations, classes (S, W9–W15).

use serde::{Deserialize, Serialize};

use super::{Kept, Literal, is_default};
use crate::value::{Value, ValueType, parse_value};

/// Schema of one connected system, as far as the project knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Schema {
    /// Schema types, in the order that the system lists them.
    pub types: Vec<SchemaType>,
    /// Schema classes (S8). A type without a filter is a class of its own name and need not be listed.
    #[serde(skip_serializing_if = "is_default")]
    pub classes: Vec<SchemaClass>,
    /// Database schemas or owners whose tables are loaded; all if empty (W9).
    #[serde(skip_serializing_if = "is_default")]
    pub owners: Vec<String>,
}

/// A table or view of a system (S1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct SchemaType {
    /// Name; unique in the schema. The table's name, with the owner in front where several are loaded.
    pub name: String,
    /// Database schema or owner, if the system has them.
    #[serde(skip_serializing_if = "is_default")]
    pub owner: Option<String>,
    /// Table name in the database; the type's name if absent.
    #[serde(skip_serializing_if = "is_default")]
    pub table: Option<String>,
    /// Name shown to people.
    #[serde(skip_serializing_if = "is_default")]
    pub display_name: String,
    /// Comment of the database.
    #[serde(skip_serializing_if = "is_default")]
    pub comment: String,
    /// A view: read only.
    #[serde(skip_serializing_if = "is_default")]
    pub view: bool,
    /// Display template such as `%LastName%, %FirstName%` (W13).
    #[serde(skip_serializing_if = "is_default")]
    pub display_template: Option<String>,
    /// Columns.
    pub properties: Vec<SchemaProperty>,
    /// Names of the key properties, in key order.
    pub key: Vec<String>,
    /// The key was chosen by a person, whatever the catalog says (W11).
    #[serde(skip_serializing_if = "is_default")]
    pub key_declared: bool,
    /// Further unique keys.
    #[serde(skip_serializing_if = "is_default")]
    pub unique_keys: Vec<Vec<String>>,
    /// Relations to other types, detected or declared (W12).
    #[serde(skip_serializing_if = "is_default")]
    pub foreign_keys: Vec<ForeignKey>,
    /// Named composite keys (W11).
    #[serde(skip_serializing_if = "is_default")]
    pub column_groups: Vec<ColumnGroup>,
    /// Replacements for plain INSERT, UPDATE, DELETE (W14). ODBC only.
    #[serde(skip_serializing_if = "is_default")]
    pub operations: DataOperations,
}

impl SchemaType {
    /// Name of the table in the database.
    #[must_use]
    pub fn table_name(&self) -> &str {
        self.table.as_deref().unwrap_or(&self.name)
    }

    /// The property of that name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&SchemaProperty> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// The type of a property; text if there is none of that name, which the check tells.
    #[must_use]
    pub fn type_of(&self, name: &str) -> ValueType {
        self.property(name).map_or(ValueType::String, |property| property.value_type)
    }

    /// True if `name` is one of the key properties.
    #[must_use]
    pub fn is_key(&self, name: &str) -> bool {
        self.key.iter().any(|key| key == name)
    }
}

/// A column of a schema type (S1, W13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaProperty {
    /// Column name.
    pub name: String,
    /// Type that values have in Syncwright (S2).
    pub value_type: ValueType,
    /// Type in the words of the database.
    #[serde(default, skip_serializing_if = "is_default")]
    pub native_type: String,
    /// The database refuses NULL.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mandatory: bool,
    /// Longest text, in characters.
    #[serde(default, skip_serializing_if = "is_default")]
    pub max_length: Option<u32>,
    /// What the column keeps of a value that is written to it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keeps: Kept,
    /// Default of the database, as written there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub default_value: Option<String>,
    /// Filled by the database.
    #[serde(default, skip_serializing_if = "is_default")]
    pub generated: Generated,
    /// Comment of the database.
    #[serde(default, skip_serializing_if = "is_default")]
    pub comment: String,
    /// Shown when objects are listed (W13).
    #[serde(default, skip_serializing_if = "is_default")]
    pub display_value: bool,
    /// Preferred among several unique keys (W13).
    #[serde(default, skip_serializing_if = "is_default")]
    pub preferred_key: bool,
    /// Values are masked in every display, log and export (W13).
    #[serde(default, skip_serializing_if = "is_default")]
    pub sensitive: bool,
    /// Grows with every change of the row (W13). Never compared.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revision_counter: bool,
    /// Sort criterion for hierarchies: refers to the parent of the object (W13).
    #[serde(default, skip_serializing_if = "is_default")]
    pub hierarchy_sort: bool,
    /// Scope reference (W13). Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scope_reference: bool,
    /// How the value of a new object is made if no rule gives one (W13).
    #[serde(default, skip_serializing_if = "is_default")]
    pub auto_fill: AutoFill,
    /// NULL and the empty string are the same (W13).
    #[serde(default, skip_serializing_if = "is_default")]
    pub compatible_nulls: bool,
    /// What a value becomes that the type cannot hold (W13).
    #[serde(default, skip_serializing_if = "is_default")]
    pub incompatible_data: IncompatibleData,
    /// Why the column cannot be used, if it cannot (S2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub unusable: Option<String>,
}

impl SchemaProperty {
    /// True if the database, or this program, gives new objects a value that no rule writes.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        self.default_value.is_some() || self.generated != Generated::No || self.auto_fill != AutoFill::None
    }

    /// A property with default settings.
    #[must_use]
    pub fn new(name: impl Into<String>, value_type: ValueType) -> Self {
        Self {
            name: name.into(),
            value_type,
            native_type: String::new(),
            mandatory: false,
            max_length: None,
            keeps: Kept::Exactly,
            default_value: None,
            generated: Generated::No,
            comment: String::new(),
            display_value: false,
            preferred_key: false,
            sensitive: false,
            revision_counter: false,
            hierarchy_sort: false,
            scope_reference: false,
            auto_fill: AutoFill::None,
            compatible_nulls: false,
            incompatible_data: IncompatibleData::RaiseError,
            unusable: None,
        }
    }

    /// What is read in place of a value that the type cannot hold (W13); `None` if that is an error.
    #[must_use]
    pub fn replacement(&self) -> Option<Value> {
        match &self.incompatible_data {
            IncompatibleData::RaiseError => None,
            IncompatibleData::Default(Literal::Null) => Some(Value::Null),
            IncompatibleData::Default(literal) => parse_value(self.value_type, &literal.to_text()),
            IncompatibleData::Minimum => self.value_type.minimum(),
            IncompatibleData::Maximum => self.value_type.maximum(),
        }
    }
}

/// Whether the database fills a column (S1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum Generated {
    /// Written by clients.
    #[default]
    No,
    /// Filled by the database on insert if the client gives nothing.
    Identity,
    /// Computed by the database; never written.
    Always,
}

/// How the value of a new object is made if no rule gives one (W13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum AutoFill {
    /// Not at all; the database's default applies.
    #[default]
    None,
    /// A GUID derived from the system identifier, the type and the source object's key, so that the same
    /// input gives the same object.
    Guid,
}

/// What a value becomes that the property's type cannot hold (W13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub enum IncompatibleData {
    /// The object is in error; nothing of it is written.
    #[default]
    RaiseError,
    /// This value instead, when it is read; `()` for no value.
    Default(Literal),
    /// The smallest value of the type, when it is read.
    Minimum,
    /// The largest value of the type, when it is read.
    Maximum,
}

/// A relation between two schema types (W12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignKey {
    /// Referring properties, in order.
    pub properties: Vec<String>,
    /// Referenced schema type.
    pub references: String,
    /// Referenced properties, in the same order; a key of that type.
    pub referenced_properties: Vec<String>,
    /// The database refuses dangling references.
    #[serde(default, skip_serializing_if = "is_default")]
    pub integrity_ensured: bool,
    /// Declared by a person; the catalog does not know it (W12).
    #[serde(default, skip_serializing_if = "is_default")]
    pub declared: bool,
}

/// A named composite key (W11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnGroup {
    /// Letters and underscore; becomes the virtual property `vrtColumnGroup<name>`.
    pub name: String,
    /// The columns.
    pub properties: Vec<String>,
}

/// Replacements for plain INSERT, UPDATE, DELETE (W14). ODBC only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct DataOperations {
    /// Instead of INSERT.
    #[serde(skip_serializing_if = "is_default")]
    pub insert: Option<DataOperation>,
    /// Instead of UPDATE.
    #[serde(skip_serializing_if = "is_default")]
    pub update: Option<DataOperation>,
    /// Instead of DELETE.
    #[serde(skip_serializing_if = "is_default")]
    pub delete: Option<DataOperation>,
}

impl DataOperations {
    /// True if one of them is a script.
    #[must_use]
    pub fn has_scripts(&self) -> bool {
        let all = [&self.insert, &self.update, &self.delete];
        let mut strategies = all.into_iter().flatten().map(|operation| &operation.strategy);
        strategies.any(|strategy| matches!(strategy, OperationStrategy::Script(_)))
    }
}

/// One replaced operation (W14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataOperation {
    /// How the statement is made.
    pub strategy: OperationStrategy,
    /// Columns of the key, or of another unique key, that must have a value; an object without is in error.
    #[serde(default, skip_serializing_if = "is_default")]
    pub required_keys: Vec<String>,
}

/// How the statement of a replaced operation is made (W14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperationStrategy {
    /// One statement such as `exec CreateUser('%UId%', '%FirstName%')`; values are bound. ODBC only.
    Pattern(String),
    /// A script in the project's script language that gives such statements for each object. ODBC only.
    Script(String),
}

/// A schema type narrowed by a filter, with virtual properties (S8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaClass {
    /// Name; unique among the classes of the schema.
    pub name: String,
    /// The schema type it narrows.
    pub schema_type: String,
    /// Name shown to people.
    #[serde(default, skip_serializing_if = "is_default")]
    pub display_name: String,
    /// Which objects belong to the class, as an expression over the properties of the type.
    #[serde(default, skip_serializing_if = "is_default")]
    pub filter: Option<String>,
    /// Properties that the project computes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub virtual_properties: Vec<VirtualProperty>,
}

/// A property that the project computes (S9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VirtualProperty {
    /// Name; unique in the class, by custom with `vrt` in front.
    pub name: String,
    /// Type of its values.
    pub value_type: ValueType,
    /// Holds a list of values; for expressions that give one. Members always are a list.
    #[serde(default, skip_serializing_if = "is_default")]
    pub multi_valued: bool,
    /// New objects need a value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mandatory: bool,
    /// Never displayed, logged or exported (W15).
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret: bool,
    /// How it is computed.
    pub kind: VirtualKind,
}

/// Kind of a virtual property (S9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum VirtualKind {
    /// Always the same value. Read only.
    Fixed(Literal),
    /// Text with `%Property%` or `${Property}` placeholders. Read only.
    Pattern(String),
    /// An expression over the properties of the type. Read only.
    Expression(String),
    /// A foreign key of the type → a property of the referenced object; writing finds the object whose
    /// property has the value and stores its key.
    KeyResolution {
        /// The referring properties; one of the type's relations has exactly these.
        reference: Vec<String>,
        /// Property of the referenced type.
        property: String,
    },
    /// A script with a read part, a write part, or both; they name columns of the object, as in `$Name$`.
    Script {
        /// Gives the value; without it the property is write only.
        #[serde(default, skip_serializing_if = "is_default")]
        read: Option<String>,
        /// Takes the value as `value` and assigns columns; without it the property is read only.
        #[serde(default, skip_serializing_if = "is_default")]
        write: Option<String>,
    },
    /// A named column group (W11): its values as one text, `a|b`. Every class of the type has such a property by
    /// itself.
    ColumnGroup(String),
    /// Members of an m:n or 1:n table as a list of values; writing adds and removes the rows that differ.
    Members {
        /// The table that holds the members.
        schema_type: String,
        /// Properties there that refer to this object.
        own_reference: Vec<String>,
        /// Properties there that refer to the members; empty for a 1:n table.
        #[serde(default, skip_serializing_if = "is_default")]
        member_reference: Vec<String>,
        /// Property of the member that is listed.
        property: String,
    },
    /// Several properties as one key value, `a|b`.
    CompositeKey(Vec<String>),
    /// Text of a property in another case or without accents. Read only.
    Convert {
        /// The converted property.
        property: String,
        /// What is done to it.
        conversion: CharacterConversion,
    },
    /// Property of an object that several references lead to; writing finds the object that the first reference
    /// must lead to.
    ReferencedProperty {
        /// Referring properties, hop by hop.
        path: Vec<Vec<String>>,
        /// Property of the last object.
        property: String,
    },
}

/// Case and character conversions of virtual properties (S9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CharacterConversion {
    /// Lower case.
    LowerCase,
    /// Upper case.
    UpperCase,
    /// Letters without accents.
    WithoutAccents,
}
