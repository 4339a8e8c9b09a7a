//! SQLite 3.38 and later behind libsqliteodbc. The embedded connector needs no driver and is the better way;
//! this dialect is for data sources that exist already, and to test the ODBC connector.
//!
//! Which declared type stands for which type here is the same as for the embedded connector
//! (`connect::sqlite::types`): booleans, integers, decimals to 15 digits, floats, dates and times as ISO 8601
//! text, GUIDs as text or 16 bytes, texts, binaries. Any other declared type, or none, is not usable.
//!
//! What the driver does: it makes NULL of what it cannot convert, writes milliseconds, reads expressions without
//! the fraction of a second, writes floating point numbers with 15 digits and breaks down with arrays. The
//! expressions here and the settings below see to all of that.
//!
//! Verified against SQLite 3.40 with libsqliteodbc 0.9998: everything, except the error classes for a full
//! disk, a damaged file, a file that may not be written, and an interruption.

mod catalog;
mod errors;
mod types;

use super::{
    ArrayBinding, CatalogQueries, Diagnosis, Dialect, MappedType, NativeColumn, TextEquality, Verified,
    errors::{classify, is_transient},
    sql::limit_offset,
};
use crate::{
    connect::{ErrorKind, sqlite::types as declared},
    project::{Kept, SchemaProperty},
    value::ValueType,
};

/// SQLite behind an ODBC driver.
#[derive(Debug)]
pub struct Sqlite;

impl Dialect for Sqlite {
    fn id(&self) -> &'static str {
        "sqlite"
    }

    fn label(&self) -> &'static str {
        "SQLite (ODBC)"
    }

    fn verified(&self) -> Verified {
        Verified::Server
    }

    fn drivers(&self) -> &'static [&'static str] {
        &["sqlite3", "libsqlite3odbc"]
    }

    fn driver_source(&self) -> &'static str {
        "libsqliteodbc"
    }

    fn default_attributes(&self) -> &'static [(&'static str, &'static str)] {
        &[
            // A database that is not there is not made, least of all by a simulation.
            ("NoCreat", "1"),
            // Without it foreign keys are not enforced.
            ("FKSupport", "1"),
            // Row by row instead of the whole result into memory.
            ("StepAPI", "1"),
            // Integers as 64-bit numbers.
            ("BigInt", "1"),
        ]
    }

    fn isolation(&self, _level: &str) -> Option<String> {
        None
    }

    // Not in double quotes: SQLite takes a name in double quotes that it does not know for a text, so that a
    // column that is gone would be read as its own name in every row.
    fn quote(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    fn map_type(&self, column: &NativeColumn) -> Result<MappedType, String> {
        match declared::value_type_of(&column.declaration) {
            Some((value_type, max_length)) => Ok(MappedType { value_type, max_length }),
            None => super::declared::unknown(column),
        }
    }

    fn read_expression(&self, column: &str, property: &SchemaProperty) -> String {
        types::read_expression(column, property)
    }

    fn length_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match property.value_type {
            ValueType::Binary => format!("length(CAST({column} AS BLOB))"),
            _ => format!("length(CAST(CAST({column} AS TEXT) AS BLOB))"),
        }
    }

    fn measures_bytes(&self) -> bool {
        true
    }

    fn parameter(&self, property: &SchemaProperty) -> String {
        types::parameter(property)
    }

    fn page(&self, select: &str, order: &str, limit: Option<usize>, offset: usize) -> String {
        limit_offset(select, order, limit, offset, Some("-1"))
    }

    fn declared_type(&self, value_type: ValueType, in_key: bool) -> String {
        let _ = in_key;
        declared::declared_type(value_type)
    }

    // A column can declare another collation than BINARY.
    fn has_narrow_drivers(&self) -> bool {
        true
    }

    fn is_loosely_typed(&self) -> bool {
        true
    }

    fn text_equality(&self) -> TextEquality {
        TextEquality::Collation
    }

    fn exact_text(&self, expression: &str) -> String {
        format!("{expression} COLLATE BINARY")
    }

    // What is stored in several spellings is compared by what is read, and what SQLite computes with floating
    // point numbers not at all.
    fn comparison(&self, column: &str, property: &SchemaProperty) -> Option<(String, String)> {
        let read = self.read_expression(column, property);
        match property.value_type {
            ValueType::Integer | ValueType::Binary => Some((column.to_owned(), "?".to_owned())),
            ValueType::String => Some((self.exact_text(column), "?".to_owned())),
            ValueType::Boolean | ValueType::Date => Some((read, "?".to_owned())),
            _ => None,
        }
    }

    fn order_by(&self, column: &str, property: &SchemaProperty, descending: bool) -> Option<String> {
        let mut item = match property.value_type {
            ValueType::String | ValueType::Guid => self.exact_text(column),
            _ => column.to_owned(),
        };
        item.push_str(if descending { " DESC" } else { "" });
        Some(item)
    }

    fn kept(&self, property: &SchemaProperty) -> Kept {
        declared::kept(&property.native_type)
    }

    // After a full disk SQLite has rolled back already, and the driver does not know.
    fn begin_what_is_rolled_back(&self, diagnosis: &Diagnosis) -> Option<&'static str> {
        diagnosis.text.contains("no transaction is active").then_some("BEGIN")
    }

    // The driver writes milliseconds.
    fn binds_timestamps_as_text(&self) -> bool {
        true
    }

    // The driver breaks down with arrays.
    fn array_binding(&self) -> ArrayBinding {
        ArrayBinding::Never
    }

    fn catalog(&self) -> Option<CatalogQueries> {
        Some(catalog::queries())
    }

    fn is_system_schema(&self, _owner: &str) -> bool {
        false
    }

    fn classify(&self, diagnosis: &Diagnosis) -> ErrorKind {
        classify(errors::RULES, diagnosis)
    }

    fn is_transient(&self, diagnosis: &Diagnosis) -> bool {
        is_transient(self.classify(diagnosis))
    }
}
