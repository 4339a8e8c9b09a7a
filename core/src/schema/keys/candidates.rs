//! Guessing keys from names and the catalog (W11).

use std::fmt;

use super::{EXAMPLES, unsuitable};
use crate::{
    project::{SchemaProperty, SchemaType},
    schema::words::{entity, words},
    value::ValueType,
};

/// Words that stand for “identifies the row”, strong ones first.
const IDENTIFIER: [&str; 12] =
    ["id", "uid", "guid", "uuid", "oid", "key", "code", "number", "no", "nr", "num", "login"];

/// Columns whose whole name usually identifies a person or an account.
const NATURAL: [&str; 9] = [
    "username",
    "user_name",
    "login_name",
    "account_name",
    "personnel_number",
    "employee_number",
    "email",
    "mail",
    "name",
];

/// A possible key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCandidate {
    /// The columns.
    pub properties: Vec<String>,
    /// Why they may be a key.
    pub evidence: KeyEvidence,
}

/// Why columns may be a key, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyEvidence {
    /// The catalog says that they are unique, but not that they always have a value.
    UniqueIndex,
    /// Called after the table, or just `id`.
    OwnIdentifier,
    /// The table has nothing but references, or they come first in it: memberships.
    References,
    /// Called like something that identifies.
    Name,
    /// The first column, and always filled.
    FirstColumn,
}

impl KeyEvidence {
    /// The evidence in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::UniqueIndex => "unique_index",
            Self::OwnIdentifier => "own_identifier",
            Self::References => "references",
            Self::Name => "name",
            Self::FirstColumn => "first_column",
        }
    }
}

/// The evidence in words.
impl fmt::Display for KeyEvidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::UniqueIndex => "the database has a unique index on it",
            Self::OwnIdentifier => "it is called like the identifier of this table",
            Self::References => "the references of a row together",
            Self::Name => "it is called like an identifier",
            Self::FirstColumn => "the first column, and always filled",
        })
    }
}

/// Possible keys of a type, the most likely first, at most [`EXAMPLES`]. The key that it has is not among
/// them.
#[must_use]
pub fn candidates(schema_type: &SchemaType) -> Vec<KeyCandidate> {
    let mut found: Vec<KeyCandidate> = Vec::new();
    let mut add = |properties: Vec<String>, evidence| {
        let known = properties.is_empty()
            || properties == schema_type.key
            || found.iter().any(|candidate| candidate.properties == properties);
        if !known {
            found.push(KeyCandidate { properties, evidence });
        }
    };
    for unique in schema_type.unique_keys.iter().filter(|unique| all_suitable(schema_type, unique)) {
        add(unique.clone(), KeyEvidence::UniqueIndex);
    }
    let columns = || schema_type.properties.iter().filter(|property| can_identify(property));
    let own = entity(schema_type.table_name());
    for property in columns().filter(|property| is_own_identifier(property, &own)) {
        add(vec![property.name.clone()], KeyEvidence::OwnIdentifier);
    }
    add(references(schema_type, &own), KeyEvidence::References);
    let mut named: Vec<(usize, &SchemaProperty)> =
        columns().filter_map(|property| Some((name_rank(property)?, property))).collect();
    named.sort_by_key(|(rank, property)| (*rank, !property.mandatory));
    for (_, property) in named {
        add(vec![property.name.clone()], KeyEvidence::Name);
    }
    if let Some(first) = schema_type.properties.first().filter(|first| first.mandatory && can_identify(first))
    {
        add(vec![first.name.clone()], KeyEvidence::FirstColumn);
    }
    found.sort_by_key(|candidate| candidate.evidence);
    found.truncate(EXAMPLES);
    found
}

fn all_suitable(schema_type: &SchemaType, names: &[String]) -> bool {
    names.iter().all(|name| schema_type.property(name).is_some_and(|property| unsuitable(property).is_none()))
}

/// Alone, a column identifies only if it can have many values.
fn can_identify(property: &SchemaProperty) -> bool {
    unsuitable(property).is_none()
        && matches!(
            property.value_type,
            ValueType::Integer | ValueType::String | ValueType::Guid | ValueType::Decimal(_, 0)
        )
}

/// `id`, `employee_id`, `UID_Employee`, `EmployeeNumber` of a table `employees`.
fn is_own_identifier(property: &SchemaProperty, own: &[String]) -> bool {
    let mut words = words(&property.name);
    let before = words.len();
    words.retain(|word| !IDENTIFIER.contains(&word.as_str()));
    let strong = IDENTIFIER.iter().take(5).any(|word| property.name.eq_ignore_ascii_case(word));
    strong || (words.len() < before && !words.is_empty() && words == *own)
}

/// The references of a table of memberships: its relations, or else all columns that are called like
/// identifiers of something else, if there are at least two.
fn references(schema_type: &SchemaType, own: &[String]) -> Vec<String> {
    let mut columns: Vec<String> =
        schema_type.foreign_keys.iter().flat_map(|foreign_key| foreign_key.properties.clone()).collect();
    if columns.len() < 2 {
        columns = schema_type
            .properties
            .iter()
            .filter(|property| can_identify(property) && !is_own_identifier(property, own))
            .filter(|property| {
                let words = words(&property.name);
                words.len() > 1 && words.iter().any(|word| IDENTIFIER.contains(&word.as_str()))
            })
            .map(|property| property.name.clone())
            .collect();
    }
    let mut seen = Vec::new();
    columns.retain(|name| {
        let new = !seen.contains(name);
        seen.push(name.clone());
        new
    });
    let is_membership = (2..=4).contains(&columns.len()) && all_suitable(schema_type, &columns);
    if is_membership { columns } else { Vec::new() }
}

/// How much a column's name looks like an identifier: small is more.
fn name_rank(property: &SchemaProperty) -> Option<usize> {
    let words = words(&property.name);
    let whole = words.join("_");
    let natural = NATURAL.iter().position(|name| *name == whole || *name == words.concat());
    let last = words.last().and_then(|last| IDENTIFIER.iter().position(|word| word == last));
    let first = words.first().and_then(|first| IDENTIFIER.iter().take(5).position(|word| word == first));
    last.or(first).or(natural.map(|at| IDENTIFIER.len() + at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, columns: &[(&str, ValueType)]) -> SchemaType {
        SchemaType {
            name: name.to_owned(),
            properties: columns.iter().map(|(name, kind)| SchemaProperty::new(*name, *kind)).collect(),
            ..SchemaType::default()
        }
    }

    fn keys(schema_type: &SchemaType) -> Vec<String> {
        candidates(schema_type).iter().map(|candidate| candidate.properties.join("+")).collect()
    }

    #[test]
    fn names_tell_keys() {
        use ValueType::{Boolean, Date, Float, Guid, Integer, String as Text};
        type Case = (&'static str, &'static [(&'static str, ValueType)], &'static [&'static str]);
        let cases: [Case; 6] = [
            (
                "employees",
                &[("given", Text), ("id", Integer), ("manager_id", Integer)],
                &["id", "manager_id"],
            ),
            ("Person", &[("UID_Person", Guid), ("FirstName", Text)], &["UID_Person"]),
            ("staff", &[("personnel_number", Text), ("email", Text)], &["personnel_number", "email"]),
            (
                "memberships",
                &[("login_id", Text), ("group_id", Text), ("valid_from", Date)],
                &["login_id+group_id", "login_id", "group_id"],
            ),
            ("readings", &[("value", Float), ("valid", Boolean), ("at", Date)], &[]),
            ("codes", &[("code", Text), ("text", Text)], &["code"]),
        ];
        for (name, columns, expected) in cases {
            assert_eq!(keys(&table(name, columns)), expected, "{name}");
        }
    }

    #[test]
    fn unique_indexes_come_first_and_the_key_itself_never() {
        let mut schema_type = table("people", &[("id", ValueType::Integer), ("badge", ValueType::String)]);
        schema_type.unique_keys = vec![vec!["badge".to_owned()]];
        let found = candidates(&schema_type);
        assert_eq!(found[0].evidence, KeyEvidence::UniqueIndex);
        schema_type.key = vec!["badge".to_owned()];
        assert_eq!(keys(&schema_type), ["id"]);
    }

    #[test]
    fn wide_tables_give_few_candidates() {
        let names: Vec<String> = (0..3000).map(|number| format!("number_{number}_code")).collect();
        let columns: Vec<(&str, ValueType)> =
            names.iter().map(|name| (name.as_str(), ValueType::String)).collect();
        assert_eq!(candidates(&table("wide", &columns)).len(), EXAMPLES);
    }

    #[test]
    fn unusable_columns_are_never_proposed() {
        let mut schema_type = table("people", &[("id", ValueType::String)]);
        schema_type.properties[0].unusable = Some("no type".to_owned());
        schema_type.properties[0].mandatory = true;
        assert!(keys(&schema_type).is_empty());
    }
}
