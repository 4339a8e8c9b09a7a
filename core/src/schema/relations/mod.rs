//! Relations that the catalog does not know (W12): proposing them, checking them against the data, declaring
//! them.
//!
//! [`suggest_by_name`] guesses from names alone; [`suggest`] also looks whether sampled values occur in the
//! keys that they seem to refer to; [`check_relation`] reads everything and counts the dangling references.

mod check;
mod declare;
mod inclusion;
mod names;

use std::fmt;

pub use self::{
    check::{DanglingReference, RelationCheck, check_relation},
    declare::{declare_relation, parse_targets, qualified_name},
    inclusion::suggest,
    names::suggest_by_name,
};
use crate::{
    project::{ForeignKey, SchemaProperty},
    value::{ValueType, canonical_guid},
};

/// A possible relation between two types.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationCandidate {
    /// Referring schema type.
    pub schema_type: String,
    /// Referring properties.
    pub properties: Vec<String>,
    /// Referenced schema type.
    pub references: String,
    /// Referenced properties, in the same order; a key of that type.
    pub referenced_properties: Vec<String>,
    /// What the names say; `None` if only the values speak for it.
    pub evidence: Option<NameEvidence>,
    /// What the values say; `None` if nobody looked.
    pub sample: Option<Sample>,
}

/// What names say about a relation, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameEvidence {
    /// Called after the other type, as an identifier: `department_id`, `UID_ParentDepartment`.
    TypeIdentifier,
    /// Called like the key of the other type: `personnel_number`.
    SameName,
    /// Called `parent` or alike: refers to its own type.
    Parent,
    /// Called after what people are to each other, in a schema with people: `manager`, `owner`.
    Role,
    /// Called after the other type, without saying that it identifies: `department`.
    TypeName,
}

impl NameEvidence {
    /// The evidence in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::TypeIdentifier => "type_identifier",
            Self::SameName => "same_name",
            Self::Parent => "parent",
            Self::Role => "role",
            Self::TypeName => "type_name",
        }
    }

    const fn weight(self) -> f64 {
        match self {
            Self::TypeIdentifier => 0.6,
            Self::SameName => 0.55,
            Self::Parent => 0.5,
            Self::Role => 0.45,
            Self::TypeName => 0.35,
        }
    }
}

/// The evidence in words.
impl fmt::Display for NameEvidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::TypeIdentifier => "called like an identifier of the other type",
            Self::SameName => "called like the key of the other type",
            Self::Parent => "called like the parent of an object of its own type",
            Self::Role => "called after what people are to each other",
            Self::TypeName => "called after the other type",
        })
    }
}

/// How many sampled values occur in the referenced key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Different values in the sample.
    pub values: u64,
    /// How many of them are there.
    pub found: u64,
}

impl RelationCandidate {
    /// How much speaks for the relation, from 0 to 1.
    #[must_use]
    pub fn confidence(&self) -> f64 {
        let names = self.evidence.map_or(0.0, NameEvidence::weight);
        let values = match self.sample {
            Some(Sample { values, found }) if values > 0 => 0.4 * found as f64 / values as f64,
            _ => 0.0,
        };
        names + values
    }

    /// The relation as it is declared in the project.
    #[must_use]
    pub fn to_foreign_key(&self, integrity_ensured: bool) -> ForeignKey {
        ForeignKey {
            properties: self.properties.clone(),
            references: self.references.clone(),
            referenced_properties: self.referenced_properties.clone(),
            integrity_ensured,
            declared: true,
        }
    }
}

/// True if a value of one type can be a value of the other.
fn comparable(left: ValueType, right: ValueType) -> bool {
    use ValueType as T;
    let is_whole = |one: T| matches!(one, T::Integer | T::Decimal(_, 0));
    left == right || (left.is_text() && right.is_text()) || (is_whole(left) && is_whole(right))
}

/// True if references can have values of this type.
fn can_refer(property: &SchemaProperty) -> bool {
    property.unusable.is_none()
        && matches!(
            property.value_type,
            ValueType::Integer | ValueType::String | ValueType::Guid | ValueType::Decimal(_, 0)
        )
}

/// The written form in which values of a GUID and of a text are compared: `{6F96…}` and `6f96…` are one.
fn guid_text(text: String) -> String {
    canonical_guid(&text).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_references() {
        use ValueType as T;
        let cases = [
            (T::Integer, T::Integer, true),
            (T::Integer, T::Decimal(10, 0), true),
            (T::Integer, T::Decimal(10, 2), false),
            (T::Guid, T::String, true),
            (T::Integer, T::String, false),
            (T::Date, T::Date, true),
            (T::Date, T::Timestamp, false),
        ];
        for (left, right, expected) in cases {
            assert_eq!(comparable(left, right), expected, "{left:?} {right:?}");
            assert_eq!(comparable(right, left), expected, "{right:?} {left:?}");
        }
    }

    #[test]
    fn names_and_values_make_the_confidence() {
        let mut candidate = RelationCandidate {
            schema_type: "a".to_owned(),
            properties: Vec::new(),
            references: "b".to_owned(),
            referenced_properties: Vec::new(),
            evidence: Some(NameEvidence::TypeIdentifier),
            sample: Some(Sample { values: 10, found: 10 }),
        };
        assert!((candidate.confidence() - 1.0).abs() < 1e-9);
        candidate.sample = Some(Sample { values: 0, found: 0 });
        assert!((candidate.confidence() - 0.6).abs() < 1e-9);
        candidate.evidence = None;
        assert!(candidate.confidence().abs() < 1e-9);
    }
}
