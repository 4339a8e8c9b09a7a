//! Any database behind an ODBC driver that no other module knows.
//!
//! Nothing but what ODBC itself defines is used: names in double quotes, types by ODBC's own numbers or by
//! the usual names, no casts, no paging, no comparison of texts in the database. The schema comes from the
//! catalog functions of the driver.
//!
//! From the ODBC specification; drivers differ, so nothing of it is verified.

use super::{
    ArrayBinding, CatalogQueries, Diagnosis, Dialect, MappedType, NativeColumn, TextEquality, Verified,
    declared::{self, Declared},
    errors::{classify, is_transient},
    sql::ordered,
};
use crate::{connect::ErrorKind, project::SchemaProperty, value::ValueType};

/// A system that only ODBC describes.
#[derive(Debug)]
pub struct Generic;

impl Dialect for Generic {
    fn id(&self) -> &'static str {
        "generic"
    }

    fn label(&self) -> &'static str {
        "ODBC data source"
    }

    fn verified(&self) -> Verified {
        Verified::Documentation
    }

    fn drivers(&self) -> &'static [&'static str] {
        &[]
    }

    fn driver_source(&self) -> &'static str {
        "the vendor of the database"
    }

    fn isolation(&self, _level: &str) -> Option<String> {
        None
    }

    /// By name; [`Dialect::map_driver_type`] goes on with the number.
    fn map_type(&self, column: &NativeColumn) -> Result<MappedType, String> {
        let declared = Declared::parse(&column.type_name);
        match declared.name.as_str() {
            "boolean" | "bool" | "bit" | "logical" | "yesno" => declared::plain(ValueType::Boolean),
            "tinyint" | "smallint" | "integer" | "int" | "bigint" | "counter" | "byte" | "short"
            | "long integer" => declared::plain(ValueType::Integer),
            "decimal" | "numeric" => declared::decimal(column),
            "real" | "float" | "double" | "double precision" | "single" => declared::plain(ValueType::Float),
            "char" | "character" | "varchar" | "character varying" | "longchar" | "text" | "clob"
            | "nchar" | "nvarchar" | "wchar" | "memo" => declared::text(column),
            "binary" | "varbinary" | "longbinary" | "blob" => declared::plain(ValueType::Binary),
            "date" => declared::plain(ValueType::Date),
            "time" => declared::plain(ValueType::Time),
            "timestamp" | "datetime" => declared::plain(ValueType::Timestamp),
            "guid" | "uuid" | "uniqueidentifier" => declared::plain(ValueType::Guid),
            _ => declared::unknown(column),
        }
    }

    fn length_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match property.value_type {
            ValueType::Binary => format!("{{fn OCTET_LENGTH({column})}}"),
            _ => format!("{{fn CHAR_LENGTH({column})}}"),
        }
    }

    fn page(&self, select: &str, order: &str, _limit: Option<usize>, _offset: usize) -> String {
        ordered(select, order)
    }

    fn pages(&self) -> bool {
        false
    }

    fn declared_type(&self, value_type: ValueType, in_key: bool) -> String {
        let _ = in_key;
        match value_type {
            ValueType::Boolean => "SMALLINT".to_owned(),
            ValueType::Integer => "BIGINT".to_owned(),
            ValueType::Decimal(precision, scale) => format!("DECIMAL({precision},{scale})"),
            ValueType::Float => "DOUBLE PRECISION".to_owned(),
            ValueType::String => "VARCHAR(255)".to_owned(),
            ValueType::Binary => "VARBINARY(255)".to_owned(),
            ValueType::Date => "DATE".to_owned(),
            ValueType::Time => "VARCHAR(15)".to_owned(),
            ValueType::Timestamp | ValueType::TimestampUtc => "TIMESTAMP".to_owned(),
            ValueType::Guid => "VARCHAR(36)".to_owned(),
        }
    }

    fn text_equality(&self) -> TextEquality {
        TextEquality::Collation
    }

    fn comparison(&self, column: &str, property: &SchemaProperty) -> Option<(String, String)> {
        (property.value_type == ValueType::Integer).then(|| (column.to_owned(), "?".to_owned()))
    }

    fn order_by(&self, column: &str, property: &SchemaProperty, descending: bool) -> Option<String> {
        let _ = property;
        Some(if descending { format!("{column} DESC") } else { column.to_owned() })
    }

    fn array_binding(&self) -> ArrayBinding {
        ArrayBinding::Never
    }

    fn catalog(&self) -> Option<CatalogQueries> {
        None
    }

    fn is_system_schema(&self, owner: &str) -> bool {
        let owner = owner.to_ascii_lowercase();
        ["sys", "information_schema", "pg_catalog", "system"].contains(&owner.as_str())
    }

    fn classify(&self, diagnosis: &Diagnosis) -> ErrorKind {
        classify(&[], diagnosis)
    }

    fn is_transient(&self, diagnosis: &Diagnosis) -> bool {
        is_transient(self.classify(diagnosis))
    }
}
