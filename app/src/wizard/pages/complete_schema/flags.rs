//! The settings of columns that are on or off (W13), and which column can have them.

use syncwright_core::{
    project::{SchemaProperty, SchemaType},
    value::ValueType,
};

/// A setting that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Shown when objects are listed.
    DisplayValue,
    /// Preferred among several unique keys.
    PreferredKey,
    /// Masked wherever it is shown.
    Sensitive,
    /// Grows with every change of the row.
    RevisionCounter,
    /// Refers to the parent of the object.
    HierarchySort,
    /// Refers to what the scope is about.
    ScopeReference,
    /// NULL and the empty text are the same.
    CompatibleNulls,
}

impl Flag {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::DisplayValue,
        Self::PreferredKey,
        Self::Sensitive,
        Self::RevisionCounter,
        Self::HierarchySort,
        Self::ScopeReference,
        Self::CompatibleNulls,
    ];

    /// What it is called.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::DisplayValue => "Display value",
            Self::PreferredKey => "Preferred key",
            Self::Sensitive => "Sensitive",
            Self::RevisionCounter => "Revision counter",
            Self::HierarchySort => "Hierarchy sort",
            Self::ScopeReference => "Scope reference",
            Self::CompatibleNulls => "Compatible nulls",
        }
    }

    /// What it means.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::DisplayValue => "shown when objects are listed",
            Self::PreferredKey => "preferred among several unique keys",
            Self::Sensitive => "masked in every display, log and export",
            Self::RevisionCounter => "grows with every change of the row, and is never compared",
            Self::HierarchySort => "refers to the parent of the object; one per table",
            Self::ScopeReference => "refers to what the scope is about; one per table",
            Self::CompatibleNulls => "NULL and the empty text are the same",
        }
    }

    /// True if it is set.
    #[must_use]
    pub const fn is_on(self, property: &SchemaProperty) -> bool {
        match self {
            Self::DisplayValue => property.display_value,
            Self::PreferredKey => property.preferred_key,
            Self::Sensitive => property.sensitive,
            Self::RevisionCounter => property.revision_counter,
            Self::HierarchySort => property.hierarchy_sort,
            Self::ScopeReference => property.scope_reference,
            Self::CompatibleNulls => property.compatible_nulls,
        }
    }

    /// The setting of a column, to change it.
    pub const fn of_mut(self, property: &mut SchemaProperty) -> &mut bool {
        match self {
            Self::DisplayValue => &mut property.display_value,
            Self::PreferredKey => &mut property.preferred_key,
            Self::Sensitive => &mut property.sensitive,
            Self::RevisionCounter => &mut property.revision_counter,
            Self::HierarchySort => &mut property.hierarchy_sort,
            Self::ScopeReference => &mut property.scope_reference,
            Self::CompatibleNulls => &mut property.compatible_nulls,
        }
    }

    /// Why a column cannot have it; nothing if it can. What is set can always be taken away.
    #[must_use]
    pub fn why_not(self, schema_type: &SchemaType, property: &SchemaProperty) -> Option<String> {
        if self.is_on(property) {
            return None;
        }
        if let Some(why) = &property.unusable {
            return Some(format!("{} cannot be used: {why}", property.name));
        }
        match self {
            Self::PreferredKey => why_no_preferred_key(schema_type, property),
            Self::CompatibleNulls if property.value_type != ValueType::String => {
                Some("Only texts can be empty".to_owned())
            }
            Self::DisplayValue
            | Self::Sensitive
            | Self::RevisionCounter
            | Self::HierarchySort
            | Self::ScopeReference
            | Self::CompatibleNulls => None,
        }
    }
}

/// The key of a table and its further unique keys.
pub fn keys(schema_type: &SchemaType) -> impl Iterator<Item = &Vec<String>> {
    std::iter::once(&schema_type.key).chain(&schema_type.unique_keys).filter(|key| !key.is_empty())
}

fn why_no_preferred_key(schema_type: &SchemaType, property: &SchemaProperty) -> Option<String> {
    if !keys(schema_type).any(|key| key.contains(&property.name)) {
        return Some(format!("{} is no key of {}", property.name, schema_type.name));
    }
    if keys(schema_type).count() < 2 {
        return Some(format!("{} has one key only, so there is nothing to prefer", schema_type.name));
    }
    (!matches!(property.value_type, ValueType::String | ValueType::Integer))
        .then(|| "Only keys of texts and integers can be preferred".to_owned())
}
