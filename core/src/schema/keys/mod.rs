//! Keys of tables that have none (W11): proposing them, checking them against the data, declaring them.
//!
//! [`candidates`] guesses from names and the catalog, [`check_key`] counts in the data what speaks against a
//! guess, [`declare_key`] and [`declare_group`] take what a person decided into the schema.

mod candidates;
mod check;

pub use self::{
    candidates::{KeyCandidate, KeyEvidence, candidates},
    check::{DuplicateKey, KeyCheck, RowExample, check_key, propose_keys},
};

use super::SchemaError;
use crate::{
    project::{ColumnGroup, SchemaProperty, SchemaType},
    value::ValueType,
};

/// Examples of what speaks against a key that are kept at most, of each kind.
pub const EXAMPLES: usize = 5;

/// Makes these properties the key of the type.
///
/// The key that the type had before stays as a further unique key.
///
/// # Errors
///
/// [`SchemaError::UnknownProperty`], [`SchemaError::NotForKeys`], [`SchemaError::ColumnCount`]; the type is
/// then unchanged.
pub fn declare_key(schema_type: &mut SchemaType, properties: &[String]) -> Result<(), SchemaError> {
    if properties.is_empty() {
        return Err(column_count(schema_type, "a key", "at least one column"));
    }
    for (at, name) in properties.iter().enumerate() {
        let property = find(schema_type, name)?;
        let twice = properties.iter().take(at).any(|earlier| earlier == name);
        let why = if twice { Some("it is named twice".to_owned()) } else { unsuitable(property) };
        if let Some(why) = why {
            return Err(not_for_keys(schema_type, name, why));
        }
    }
    let before = std::mem::replace(&mut schema_type.key, properties.to_vec());
    schema_type.unique_keys.retain(|unique| unique != properties);
    if !before.is_empty() && before != properties && !schema_type.key_declared {
        schema_type.unique_keys.push(before);
    }
    schema_type.key_declared = true;
    Ok(())
}

/// Adds a column group to the type.
///
/// # Errors
///
/// Those of [`validate_group`], and [`SchemaError::GroupName`] for a name that another group has.
pub fn declare_group(schema_type: &mut SchemaType, group: ColumnGroup) -> Result<(), SchemaError> {
    validate_group(schema_type, &group)?;
    if schema_type.column_groups.iter().any(|other| other.name == group.name) {
        return Err(group_name(schema_type, &group, "another group has it"));
    }
    schema_type.column_groups.push(group);
    Ok(())
}

/// Checks a column group: its name has only letters and underscores, its columns are several, there, usable
/// and of varying width.
///
/// # Errors
///
/// [`SchemaError::GroupName`], [`SchemaError::ColumnCount`], [`SchemaError::UnknownProperty`],
/// [`SchemaError::FixedWidth`], [`SchemaError::NotForKeys`].
pub fn validate_group(schema_type: &SchemaType, group: &ColumnGroup) -> Result<(), SchemaError> {
    if group.name.is_empty() {
        return Err(group_name(schema_type, group, "it is empty"));
    }
    if !group.name.chars().all(|letter| letter.is_alphabetic() || letter == '_') {
        return Err(group_name(schema_type, group, "it has something else than letters and underscores"));
    }
    if group.properties.len() < 2 {
        return Err(column_count(schema_type, "a column group", "at least two columns"));
    }
    for (at, name) in group.properties.iter().enumerate() {
        let property = find(schema_type, name)?;
        if is_fixed_width(property) {
            return Err(SchemaError::FixedWidth {
                schema_type: schema_type.name.clone(),
                property: name.clone(),
                native_type: property.native_type.clone(),
            });
        }
        let twice = group.properties.iter().take(at).any(|earlier| earlier == name);
        let why = if twice { Some("it is named twice".to_owned()) } else { unsuitable(property) };
        if let Some(why) = why {
            return Err(not_for_keys(schema_type, name, why));
        }
    }
    Ok(())
}

/// Why a column cannot be part of a key; `None` if it can.
#[must_use]
pub fn unsuitable(property: &SchemaProperty) -> Option<String> {
    if let Some(reason) = &property.unusable {
        return Some(reason.clone());
    }
    match property.value_type {
        ValueType::Float => Some("floating point numbers are never exactly equal".to_owned()),
        ValueType::Binary => Some("bytes cannot be looked up".to_owned()),
        _ => None,
    }
}

/// True for `CHAR(n)` and its kin, which databases fill with blanks up to their width (W11).
#[must_use]
pub fn is_fixed_width(property: &SchemaProperty) -> bool {
    if property.value_type != ValueType::String {
        return false;
    }
    let native = property.native_type.trim().to_ascii_uppercase();
    let name = native.split(['(', ' ']).next().unwrap_or_default();
    let varying = native.contains("VARYING") || native.contains("LARGE OBJECT");
    let fixed = ["CHAR", "CHARACTER", "NCHAR", "BPCHAR", "GRAPHIC"].contains(&name)
        || native.starts_with("NATIONAL CHAR");
    fixed && !varying
}

fn find<'a>(schema_type: &'a SchemaType, name: &str) -> Result<&'a SchemaProperty, SchemaError> {
    schema_type.property(name).ok_or_else(|| {
        let known = schema_type.properties.iter().map(|property| property.name.as_str());
        SchemaError::unknown_property(&schema_type.name, name, known)
    })
}

fn not_for_keys(schema_type: &SchemaType, property: &str, why: String) -> SchemaError {
    SchemaError::NotForKeys { schema_type: schema_type.name.clone(), property: property.to_owned(), why }
}

fn column_count(schema_type: &SchemaType, what: &'static str, needs: &'static str) -> SchemaError {
    SchemaError::ColumnCount { schema_type: schema_type.name.clone(), what, needs }
}

fn group_name(schema_type: &SchemaType, group: &ColumnGroup, why: &'static str) -> SchemaError {
    SchemaError::GroupName { schema_type: schema_type.name.clone(), name: group.name.clone(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(name: &str, value_type: ValueType, native_type: &str) -> SchemaProperty {
        SchemaProperty { native_type: native_type.to_owned(), ..SchemaProperty::new(name, value_type) }
    }

    fn members() -> SchemaType {
        let mut unusable = property("shape", ValueType::String, "geometry");
        unusable.unusable = Some("the type is not known".to_owned());
        SchemaType {
            name: "members".to_owned(),
            properties: vec![
                property("login", ValueType::String, "VARCHAR(64)"),
                property("group", ValueType::String, "varchar(64)"),
                property("country", ValueType::String, "CHAR(2)"),
                property("share", ValueType::Float, "REAL"),
                unusable,
            ],
            ..SchemaType::default()
        }
    }

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn code(error: &SchemaError) -> String {
        miette::Diagnostic::code(error).map(|code| code.to_string()).unwrap_or_default()
    }

    #[test]
    fn fixed_width_is_told_from_varying_width() {
        let cases = [
            ("CHAR(2)", true),
            ("char", true),
            ("CHARACTER(10)", true),
            ("nchar (4)", true),
            ("NATIONAL CHARACTER(3)", true),
            ("bpchar", true),
            ("GRAPHIC(8)", true),
            ("CHARACTER VARYING(10)", false),
            ("NATIONAL CHARACTER VARYING(10)", false),
            ("CHAR VARYING(3)", false),
            ("CHARACTER LARGE OBJECT", false),
            ("VARCHAR(2)", false),
            ("VARGRAPHIC(8)", false),
            ("TEXT", false),
            ("", false),
        ];
        for (native, fixed) in cases {
            assert_eq!(is_fixed_width(&property("c", ValueType::String, native)), fixed, "{native}");
        }
        // A GUID in CHAR(36) has one width anyway.
        assert!(!is_fixed_width(&property("c", ValueType::Guid, "CHAR(36)")));
    }

    #[test]
    fn groups_are_checked() {
        let cases: [(&str, &[&str], &str); 8] = [
            ("Member_key", &["login", "group"], ""),
            ("", &["login", "group"], "SW-S003"),
            ("Key1", &["login", "group"], "SW-S003"),
            ("two words", &["login", "group"], "SW-S003"),
            ("One", &["login"], "SW-S006"),
            ("Land", &["login", "country"], "SW-S004"),
            ("Gone", &["login", "grup"], "SW-S002"),
            ("Shape", &["login", "shape"], "SW-S005"),
        ];
        for (name, properties, expected) in cases {
            let group = ColumnGroup { name: name.to_owned(), properties: list(properties) };
            let found = validate_group(&members(), &group).err().map(|error| code(&error));
            assert_eq!(found.as_deref().unwrap_or_default(), expected, "{name}");
        }
        let mut schema_type = members();
        let group = ColumnGroup { name: "Key".to_owned(), properties: list(&["login", "group"]) };
        assert_eq!(group.property_name(), "vrtColumnGroupKey");
        declare_group(&mut schema_type, group.clone()).unwrap();
        assert_eq!(code(&declare_group(&mut schema_type, group).unwrap_err()), "SW-S003");
        assert_eq!(schema_type.column_groups.len(), 1);
    }

    #[test]
    fn declared_keys_replace_detected_ones_without_losing_them() {
        let mut schema_type = members();
        schema_type.key = list(&["login"]);
        declare_key(&mut schema_type, &list(&["login", "group"])).unwrap();
        assert_eq!(schema_type.key, ["login", "group"]);
        assert!(schema_type.key_declared);
        assert_eq!(schema_type.unique_keys, [["login"]]);
        // Back again: the unique key becomes the key, the declared one was nobody's but the person's.
        declare_key(&mut schema_type, &list(&["login"])).unwrap();
        assert_eq!((schema_type.key.len(), schema_type.unique_keys.len()), (1, 0));
        for (wrong, expected) in [
            (list(&[]), "SW-S006"),
            (list(&["share"]), "SW-S005"),
            (list(&["login", "login"]), "SW-S005"),
            (list(&["nobody"]), "SW-S002"),
        ] {
            let before = schema_type.clone();
            assert_eq!(code(&declare_key(&mut schema_type, &wrong).unwrap_err()), expected);
            assert_eq!(schema_type, before);
        }
    }
}
