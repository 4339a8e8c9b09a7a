//! Schemas of well-known products (S3): recognising them, and completing what their catalogs do not tell.
//!
//! A fingerprint is a file in `assets/known-schemas`: tables and columns that tell the product, and what is
//! known about its tables: keys, relations, display templates, revision counters. Names compare without
//! regard to case, because products create the same tables in capitals on one database and in small letters
//! on another. The catalog always knows better: a fingerprint only fills what is empty.

mod fill;

use std::collections::{BTreeSet, HashMap};

use ron::extensions::Extensions;
use serde::Deserialize;

pub use self::fill::{Filled, fill};
use super::SchemaError;
use crate::project::{Schema, SchemaType};

/// The fingerprints that come with the program: file name and text.
const EMBEDDED: [(&str, &str); 5] = [
    ("identity-store.ron", include_str!("../../../../assets/known-schemas/identity-store.ron")),
    ("keycloak.ron", include_str!("../../../../assets/known-schemas/keycloak.ron")),
    ("midpoint.ron", include_str!("../../../../assets/known-schemas/midpoint.ron")),
    ("one-identity-manager.ron", include_str!("../../../../assets/known-schemas/one-identity-manager.ron")),
    ("openidm.ron", include_str!("../../../../assets/known-schemas/openidm.ron")),
];

/// What is known about a product's schema.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// Stable identifier, for example `keycloak`.
    pub name: String,
    /// Name of the product.
    pub display_name: String,
    /// Tables and columns that must all be there, in one owner.
    pub identified_by: Vec<Mark>,
    /// What is known about tables; tables that are not there are passed over.
    pub tables: Vec<KnownTable>,
}

/// A table by which a product is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The table.
    pub table: String,
    /// Columns that it must have.
    pub columns: Vec<String>,
}

/// What is known about a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownTable {
    /// The table.
    pub table: String,
    /// Its key.
    #[serde(default)]
    pub key: Vec<String>,
    /// How people know its objects.
    #[serde(default)]
    pub display_template: Option<String>,
    /// Column that grows with every change of a row.
    #[serde(default)]
    pub revision_counter: Option<String>,
    /// Column that refers to the parent of an object.
    #[serde(default)]
    pub hierarchy: Option<String>,
    /// Columns whose values nobody may see.
    #[serde(default)]
    pub sensitive: Vec<String>,
    /// Columns of new objects that get a GUID.
    #[serde(default)]
    pub new_guid: Vec<String>,
    /// Relations that the catalog does not know.
    #[serde(default)]
    pub relations: Vec<KnownRelation>,
}

/// A relation that the catalog does not know.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownRelation {
    /// Referring columns.
    pub columns: Vec<String>,
    /// Referenced table, in the same owner.
    pub references: String,
    /// Referenced columns.
    pub referenced_columns: Vec<String>,
}

/// A product that was recognised in a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// What is known about it.
    pub fingerprint: Fingerprint,
    /// The owner that has its tables, in systems with owners.
    pub owner: Option<String>,
}

impl Fingerprint {
    /// Reads a fingerprint from RON text; `name` names the file in errors.
    ///
    /// # Errors
    ///
    /// [`SchemaError::Fingerprint`] with line and column.
    pub fn from_text(name: &str, text: &str) -> Result<Self, SchemaError> {
        let failed = |text: String| SchemaError::Fingerprint { name: name.to_owned(), text };
        let fingerprint: Self = ron::Options::default()
            .with_default_extension(Extensions::IMPLICIT_SOME)
            .from_str(text)
            .map_err(|error| failed(error.to_string()))?;
        if fingerprint.identified_by.is_empty() {
            return Err(failed("nothing in `identified_by`: it would match every schema".to_owned()));
        }
        Ok(fingerprint)
    }

    /// The owner whose tables match; `None` if none does.
    fn owner_in(&self, index: &Index<'_>) -> Option<Option<String>> {
        index
            .owners
            .iter()
            .find(|owner| self.identified_by.iter().all(|mark| index.has(owner.as_deref(), mark)))
            .cloned()
    }
}

/// The fingerprints that come with the program.
///
/// # Errors
///
/// [`SchemaError::Fingerprint`]; a test makes sure that it does not happen.
pub fn fingerprints() -> Result<Vec<Fingerprint>, SchemaError> {
    EMBEDDED.iter().map(|(name, text)| Fingerprint::from_text(name, text)).collect()
}

/// Products whose tables are in the schema.
///
/// # Errors
///
/// Those of [`fingerprints`].
pub fn recognise(schema: &Schema) -> Result<Vec<Recognised>, SchemaError> {
    Ok(recognise_with(schema, fingerprints()?))
}

/// Products of these fingerprints whose tables are in the schema.
#[must_use]
pub fn recognise_with(schema: &Schema, fingerprints: Vec<Fingerprint>) -> Vec<Recognised> {
    let index = Index::new(schema);
    fingerprints
        .into_iter()
        .filter_map(|fingerprint| {
            let owner = fingerprint.owner_in(&index)?;
            Some(Recognised { fingerprint, owner })
        })
        .collect()
}

/// Tables by owner and name in lower case.
struct Index<'a> {
    owners: BTreeSet<Option<String>>,
    tables: HashMap<(Option<&'a str>, String), &'a SchemaType>,
}

impl<'a> Index<'a> {
    fn new(schema: &'a Schema) -> Self {
        let owners = schema.types.iter().map(|one| one.owner.clone()).collect();
        let tables = schema
            .types
            .iter()
            .map(|one| ((one.owner.as_deref(), one.table_name().to_lowercase()), one))
            .collect();
        Self { owners, tables }
    }

    fn has(&self, owner: Option<&'a str>, mark: &Mark) -> bool {
        self.tables
            .get(&(owner, mark.table.to_lowercase()))
            .is_some_and(|found| mark.columns.iter().all(|column| spelling(found, column).is_some()))
    }
}

/// A column as the table spells it.
fn spelling<'a>(schema_type: &'a SchemaType, column: &str) -> Option<&'a str> {
    let names = || schema_type.properties.iter().map(|property| property.name.as_str());
    names().find(|name| *name == column).or_else(|| names().find(|name| name.eq_ignore_ascii_case(column)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fingerprint_can_be_read_and_tells_products_apart() {
        let all = fingerprints().unwrap();
        assert_eq!(all.len(), EMBEDDED.len());
        let names: BTreeSet<&str> = all.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names.len(), all.len());
        for fingerprint in &all {
            let columns: usize = fingerprint.identified_by.iter().map(|mark| mark.columns.len()).sum();
            assert!(columns >= 8, "{} could be somebody else's tables", fingerprint.name);
            let file = format!("{}.ron", fingerprint.name);
            assert!(EMBEDDED.iter().any(|(name, _)| *name == file), "{file}");
        }
    }

    #[test]
    fn wrong_files_are_explained() {
        for (text, expected) in [
            ("(name: \"x\", display_name: \"X\", identified_by: [], tables: [])", "identified_by"),
            ("(name: \"x\", display_nmae: \"X\")", "display_nmae"),
            ("", "1:1"),
        ] {
            let error = Fingerprint::from_text("own.ron", text).unwrap_err().to_string();
            assert!(error.contains("own.ron") && error.contains(expected), "{error}");
        }
    }
}
