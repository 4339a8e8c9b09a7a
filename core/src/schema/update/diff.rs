//! What differs between two states of a schema, in the words of people and of the command line (S5).

use std::{collections::BTreeSet, fmt};

use crate::schema::usage::UsedBy;

/// What a new state of a schema changes. Empty if and only if both states are equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SchemaDiff {
    /// Changes of the schema as a whole.
    pub facts: Vec<FactChange>,
    /// New types.
    pub added: Vec<AddedType>,
    /// Types that are gone.
    pub removed: Vec<RemovedType>,
    /// Types that changed.
    pub changed: Vec<ChangedType>,
}

/// A new type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedType {
    /// Its name.
    pub name: String,
    /// Number of its properties.
    pub properties: usize,
    /// Without a key it takes no part in synchronization.
    pub has_key: bool,
}

/// A type that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedType {
    /// Its name.
    pub name: String,
    /// What cannot work any more.
    pub breaks: Vec<UsedBy>,
}

/// A type that changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangedType {
    /// Its name.
    pub name: String,
    /// Changes of the type itself.
    pub facts: Vec<FactChange>,
    /// Names of new properties.
    pub added: Vec<String>,
    /// Properties that are gone.
    pub removed: Vec<RemovedProperty>,
    /// Properties that changed.
    pub changed: Vec<ChangedProperty>,
}

/// A property that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedProperty {
    /// Its name.
    pub name: String,
    /// What cannot work any more.
    pub breaks: Vec<UsedBy>,
}

/// A property that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedProperty {
    /// Its name.
    pub name: String,
    /// What changed.
    pub facts: Vec<FactChange>,
    /// What may not work any more.
    pub breaks: Vec<UsedBy>,
}

/// One changed fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactChange {
    /// What changed.
    pub fact: Fact,
    /// Before, in words; empty if there was nothing.
    pub old: String,
    /// Now, in words; empty if there is nothing.
    pub new: String,
    /// What may not work any more; only for facts about types, those of properties have it together.
    pub breaks: Vec<UsedBy>,
}

/// What about a schema, type or property can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Type of the values.
    ValueType,
    /// Type in the words of the database.
    NativeType,
    /// Longest text.
    MaxLength,
    /// The database refuses NULL.
    Mandatory,
    /// Default of the database.
    DefaultValue,
    /// Filled by the database.
    Generated,
    /// Whether, or why not, the column can be used.
    Unusable,
    /// Comment of the database.
    Comment,
    /// The key.
    Key,
    /// Who chose the key.
    KeyDeclared,
    /// Further unique keys.
    UniqueKeys,
    /// A relation.
    Relation,
    /// A view instead of a table, or the other way round.
    View,
    /// The table behind the type.
    Table,
    /// The owner of the table.
    Owner,
    /// The selected owners.
    Owners,
    /// Anything else: settings that a known schema supplied, or the order of things.
    Settings,
}

impl Fact {
    /// The fact in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::ValueType => "type",
            Self::NativeType => "native_type",
            Self::MaxLength => "max_length",
            Self::Mandatory => "mandatory",
            Self::DefaultValue => "default_value",
            Self::Generated => "generated",
            Self::Unusable => "unusable",
            Self::Comment => "comment",
            Self::Key => "key",
            Self::KeyDeclared => "key_declared",
            Self::UniqueKeys => "unique_keys",
            Self::Relation => "relation",
            Self::View => "view",
            Self::Table => "table",
            Self::Owner => "owner",
            Self::Owners => "owners",
            Self::Settings => "settings",
        }
    }

    /// True if rules, filters or runs can notice the change.
    pub(super) const fn matters(self) -> bool {
        !matches!(self, Self::NativeType | Self::Comment | Self::KeyDeclared | Self::Owners | Self::Settings)
    }
}

/// The fact in words.
impl fmt::Display for Fact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::ValueType => "type",
            Self::NativeType => "type in the database",
            Self::MaxLength => "length",
            Self::Mandatory => "mandatory",
            Self::DefaultValue => "default",
            Self::Generated => "filled by the database",
            Self::Unusable => "not usable",
            Self::Comment => "comment",
            Self::Key => "key",
            Self::KeyDeclared => "key declared by a person",
            Self::UniqueKeys => "unique keys",
            Self::Relation => "relation",
            Self::View => "view",
            Self::Table => "table",
            Self::Owner => "owner",
            Self::Owners => "selected owners",
            Self::Settings => "settings",
        })
    }
}

/// The change in words, for example `length: 50 → 80`.
impl fmt::Display for FactChange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fact, old, new, breaks: _ } = self;
        match (old.is_empty(), new.is_empty()) {
            (true, true) => write!(out, "{fact} changed"),
            (true, false) => write!(out, "{fact}: {new} (new)"),
            (false, true) => write!(out, "{fact}: {old} (gone)"),
            (false, false) => write!(out, "{fact}: {old} → {new}"),
        }
    }
}

impl SchemaDiff {
    /// True if nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// Everything that cannot, or may not, work any more, sorted.
    #[must_use]
    pub fn breaks(&self) -> BTreeSet<&UsedBy> {
        let removed = self.removed.iter().flat_map(|one| &one.breaks);
        let facts = self.changed.iter().flat_map(|one| &one.facts).flat_map(|fact| &fact.breaks);
        let gone = self.changed.iter().flat_map(|one| &one.removed).flat_map(|one| &one.breaks);
        let changed = self.changed.iter().flat_map(|one| &one.changed).flat_map(|one| &one.breaks);
        removed.chain(facts).chain(gone).chain(changed).collect()
    }
}
