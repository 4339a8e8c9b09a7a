//! Which parts of a project use which part of a schema.
//!
//! Updating a schema names what a removal breaks, compressing keeps what is used: both ask here. Names in
//! conditions, filters and patterns are found by parsing them against the schema as it is. A text that cannot
//! be parsed, or is a script, may use any property of its types.

mod collect;
mod settings;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

pub use self::settings::{has_settings, property_has_settings, settings_of};
use crate::project::{Project, Side};

/// A part of a project that uses something of a schema. The order is that of lists: the nearest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UsedBy {
    /// An object matching rule.
    MatchingRule {
        /// Its mapping.
        mapping: String,
        /// Its name.
        rule: String,
    },
    /// A property mapping rule.
    Rule {
        /// Its mapping.
        mapping: String,
        /// Its name.
        rule: String,
    },
    /// A virtual property.
    VirtualProperty {
        /// Its class.
        class: String,
        /// Its name.
        property: String,
    },
    /// A schema class: its type or its filter.
    Class {
        /// Its name.
        class: String,
    },
    /// The scope of a type.
    Scope {
        /// The type.
        schema_type: String,
    },
    /// The reference scope of a type.
    ReferenceScope {
        /// The type.
        schema_type: String,
    },
    /// A key that a person declared.
    Key {
        /// The type.
        schema_type: String,
    },
    /// A relation that a person declared.
    Relation {
        /// The referring type.
        schema_type: String,
        /// The referring properties.
        properties: Vec<String>,
    },
    /// A column group.
    ColumnGroup {
        /// The type.
        schema_type: String,
        /// Its name.
        group: String,
    },
    /// The display template of a type.
    DisplayTemplate {
        /// The type.
        schema_type: String,
    },
    /// A replaced operation of a type.
    Operation {
        /// The type.
        schema_type: String,
        /// `insert`, `update` or `delete`.
        operation: &'static str,
    },
    /// A base object.
    BaseObject {
        /// Its name.
        name: String,
    },
    /// A target system type.
    TargetSystemType {
        /// Its name.
        name: String,
    },
    /// A mapping as a whole.
    Mapping {
        /// Its name.
        mapping: String,
    },
    /// A step of a workflow.
    Step {
        /// Its workflow.
        workflow: String,
        /// Its name.
        step: String,
    },
}

impl UsedBy {
    /// The kind of the part in the JSON of the command line.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::MatchingRule { .. } => "matching_rule",
            Self::Rule { .. } => "rule",
            Self::VirtualProperty { .. } => "virtual_property",
            Self::Class { .. } => "class",
            Self::Scope { .. } => "scope",
            Self::ReferenceScope { .. } => "reference_scope",
            Self::Key { .. } => "key",
            Self::Relation { .. } => "relation",
            Self::ColumnGroup { .. } => "column_group",
            Self::DisplayTemplate { .. } => "display_template",
            Self::Operation { .. } => "operation",
            Self::BaseObject { .. } => "base_object",
            Self::TargetSystemType { .. } => "target_system_type",
            Self::Mapping { .. } => "mapping",
            Self::Step { .. } => "step",
        }
    }

    /// The mapping, if the part is one or belongs to one.
    #[must_use]
    pub fn mapping(&self) -> Option<&str> {
        match self {
            Self::MatchingRule { mapping, .. } | Self::Rule { mapping, .. } | Self::Mapping { mapping } => {
                Some(mapping)
            }
            _ => None,
        }
    }
}

/// The part in words, for example `mapping Person, rule Last name`.
impl fmt::Display for UsedBy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MatchingRule { mapping, rule } => write!(out, "mapping {mapping}, matching rule {rule}"),
            Self::Rule { mapping, rule } => write!(out, "mapping {mapping}, rule {rule}"),
            Self::VirtualProperty { class, property } => {
                write!(out, "class {class}, virtual property {property}")
            }
            Self::Class { class } => write!(out, "class {class}"),
            Self::Scope { schema_type } => write!(out, "scope of {schema_type}"),
            Self::ReferenceScope { schema_type } => write!(out, "reference scope of {schema_type}"),
            Self::Key { schema_type } => write!(out, "key of {schema_type}"),
            Self::Relation { schema_type, properties } => {
                write!(out, "relation {schema_type}.{}", properties.join(", "))
            }
            Self::ColumnGroup { schema_type, group } => write!(out, "column group {group} of {schema_type}"),
            Self::DisplayTemplate { schema_type } => write!(out, "display template of {schema_type}"),
            Self::Operation { schema_type, operation } => {
                write!(out, "{operation} operation of {schema_type}")
            }
            Self::BaseObject { name } => write!(out, "base object {name}"),
            Self::TargetSystemType { name } => write!(out, "target system type {name}"),
            Self::Mapping { mapping } => write!(out, "mapping {mapping}"),
            Self::Step { workflow, step } => write!(out, "workflow {workflow}, step {step}"),
        }
    }
}

/// What a part needs of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The type itself.
    Type,
    /// A property.
    Property(String),
    /// Any property that this text may name: a script, or an expression that cannot be parsed.
    Text(String),
}

/// Everything that uses one type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeUse {
    /// Parts that use the type.
    pub users: BTreeSet<UsedBy>,
    /// Parts that use single properties, by property.
    pub properties: BTreeMap<String, BTreeSet<UsedBy>>,
    /// Parts with a text that may name any property.
    pub texts: Vec<(UsedBy, String)>,
    /// A mapping connects the type, so new objects of it may be created.
    pub mapped: bool,
}

impl TypeUse {
    fn add(&mut self, user: &UsedBy, need: Need) {
        self.users.insert(user.clone());
        match need {
            Need::Type => {}
            Need::Property(name) => {
                self.properties.entry(name).or_default().insert(user.clone());
            }
            Need::Text(text) => self.texts.push((user.clone(), text)),
        }
    }

    /// Parts that use a property, or whose text names it.
    #[must_use]
    pub fn of_property(&self, name: &str) -> BTreeSet<UsedBy> {
        let texts = self.texts.iter().filter(|(_, text)| text.contains(name)).map(|(user, _)| user.clone());
        self.properties.get(name).into_iter().flatten().cloned().chain(texts).collect()
    }
}

/// What a project uses of its two schemas.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    left: BTreeMap<String, TypeUse>,
    right: BTreeMap<String, TypeUse>,
    /// Steps by the mapping that they run.
    steps: BTreeMap<String, BTreeSet<UsedBy>>,
}

impl Usage {
    /// Looks through a project.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        collect::collect(project)
    }

    /// Types of a side that are used, by name.
    #[must_use]
    pub const fn types(&self, side: Side) -> &BTreeMap<String, TypeUse> {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// The users with what fails together with them: the mappings of rules, and the steps of mappings.
    #[must_use]
    pub fn with_consequences(&self, users: BTreeSet<UsedBy>) -> BTreeSet<UsedBy> {
        let mappings: BTreeSet<String> =
            users.iter().filter_map(|user| user.mapping().map(str::to_owned)).collect();
        let mut all = users;
        for mapping in mappings {
            all.extend(self.steps.get(&mapping).into_iter().flatten().cloned());
            all.insert(UsedBy::Mapping { mapping });
        }
        all
    }

    fn add(&mut self, side: Side, schema_type: &str, user: &UsedBy, need: Need) {
        let types = match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        };
        types.entry(schema_type.to_owned()).or_default().add(user, need);
    }

    fn set_mapped(&mut self, side: Side, schema_type: &str) {
        let types = match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        };
        types.entry(schema_type.to_owned()).or_default().mapped = true;
    }
}
