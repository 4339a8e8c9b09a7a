//! MariaDB 10.2 and MySQL 8, and later ones, behind MariaDB Connector/ODBC.
//!
//! | type | here | how |
//! |---|---|---|
//! | `tinyint(1)`, which is `boolean` · `bit(1)` | boolean | whatever is not 0 is true |
//! | `tinyint`, `smallint`, `mediumint`, `int`, with or without sign, `bigint`, `year` | integer | |
//! | `bit(2)` to `bit(63)` | integer | |
//! | `bigint unsigned`, `bit(64)` | decimal(20,0) | |
//! | `decimal(p,s)` up to 38 digits | decimal | |
//! | `float`, `double` | float | |
//! | `char`, `varchar`, `tinytext`, `text`, `mediumtext`, `longtext` | string | the server drops blanks at the end of `char` |
//! | `json` | string | `longtext` in MariaDB; MySQL keeps the meaning, not the spelling |
//! | `enum`, `set`, `inet4`, `inet6` | string | the server keeps its own spelling |
//! | `binary`, `varbinary`, `tinyblob`, `blob`, `mediumblob`, `longblob` | binary | the server fills `binary` up with zero bytes |
//! | `date`, `time` | as named | `0000-00-00` and times of more than a day are errors |
//! | `datetime` | timestamp | with the declared digits of the second, none if not declared; read as text, because the driver gives NULL for `0000-00-00` |
//! | `timestamp` | timestamp (UTC) | the session's zone is UTC |
//! | `uuid` | GUID | |
//! | `decimal` of more digits, geometric types, `vector` | not usable | |
//!
//! What the driver does (3.1.15): it holds every result in memory as a whole, whatever `OPTION` says, so long
//! tables have to be read page by page. Array-bound statements give one count for all rows together. A row that
//! strict mode refuses with the state of a warning (a value that an enum does not have) is reported as a
//! success, and as a success without any record when arrays are bound: **only the count of rows tells that
//! nothing was written**. `SQL_ATTR_QUERY_TIMEOUT` does nothing ([`Dialect::query_timeout`] does). After a
//! statement `SET STATEMENT … FOR` that fails late, every answer is that to the statement before. Points in time
//! keep their microseconds if they are bound with six or more digits.
//!
//! Verified against MariaDB 10.11 with Connector/ODBC 3.1.15: the catalog queries, every read expression and
//! parameter, the settings, and those error classes that can be caused on purpose. From the documentation:
//! MySQL, other versions and drivers, and the remaining error classes.

mod catalog;
mod errors;
mod types;

use self::types::{Handling, handling};
use super::{
    ArrayBinding, CatalogQueries, Diagnosis, Dialect, MappedType, NativeColumn, RowCounts, TextEquality,
    Verified,
    declared::{self, Declared},
    errors::{classify, is_transient},
    sql::{limit_offset, standard_isolation},
};
use crate::{
    connect::ErrorKind,
    project::{Kept, SchemaProperty},
    value::ValueType,
};

/// MariaDB and MySQL.
#[derive(Debug)]
pub struct MariaDb;

impl Dialect for MariaDb {
    fn id(&self) -> &'static str {
        "mariadb"
    }

    fn label(&self) -> &'static str {
        "MariaDB / MySQL"
    }

    fn verified(&self) -> Verified {
        Verified::Server
    }

    fn drivers(&self) -> &'static [&'static str] {
        &["mariadb unicode", "libmaodbc", "mariadb", "mysql odbc", "libmyodbc"]
    }

    fn driver_source(&self) -> &'static str {
        "odbc-mariadb"
    }

    fn default_attributes(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("CHARSET", "utf8mb4"),
            // An UPDATE reports the rows that it found, not those that it changed.
            ("OPTION", "2"),
        ]
    }

    fn session_setup(&self) -> &'static [&'static str] {
        &[
            "SET SESSION time_zone = '+00:00'",
            // What does not fit is an error instead of being cut, and a 0 is a 0 instead of the next number.
            // Replaces whatever the server has, so that quotes and operators mean what they mean here.
            "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'",
            // Otherwise `IS NULL` could find the row that was inserted last.
            "SET SESSION sql_auto_is_null = 0",
        ]
    }

    fn isolation(&self, level: &str) -> Option<String> {
        let level = standard_isolation(level).filter(|level| *level != "SNAPSHOT")?;
        Some(format!("SET SESSION TRANSACTION ISOLATION LEVEL {level}"))
    }

    // The driver takes its own attribute and does nothing. Each system reads the part that is meant for it;
    // MySQL limits only what reads.
    fn query_timeout(&self, seconds: u32) -> Option<String> {
        let milliseconds = u64::from(seconds) * 1000;
        Some(format!(
            "SET SESSION /*M!100100 max_statement_time = {seconds} */ \
             /*!50704 max_execution_time = {milliseconds} */"
        ))
    }

    fn quote(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    fn map_type(&self, column: &NativeColumn) -> Result<MappedType, String> {
        types::map_type(column)
    }

    fn read_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match (property.value_type, handling(property)) {
            (ValueType::Boolean, _) => format!("({column} <> 0)"),
            (_, Handling::Bits) => format!("CAST({column} AS UNSIGNED)"),
            (_, Handling::SinglePrecision) => format!("CAST({column} AS DOUBLE)"),
            // As text with its fraction, which the driver's own conversion leaves out.
            (ValueType::Time, _) => format!("CAST({column} AS CHAR(17))"),
            (ValueType::Guid, _) => format!("CAST({column} AS CHAR(36))"),
            (ValueType::String, Handling::Behind) => format!("CAST({column} AS CHAR)"),
            _ => column.to_owned(),
        }
    }

    fn text_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match property.value_type {
            _ if declared::is_text(&property.native_type) => column.to_owned(),
            ValueType::Date | ValueType::Timestamp | ValueType::TimestampUtc => {
                format!("CAST({column} AS CHAR(26))")
            }
            ValueType::Time | ValueType::Guid => self.read_expression(column, property),
            _ => format!("CAST({} AS CHAR(64))", self.read_expression(column, property)),
        }
    }

    // The driver gives NULL for `0000-00-00`, and a number for times of more than a day.
    fn reads_as_text(&self, property: &SchemaProperty) -> bool {
        matches!(
            property.value_type,
            ValueType::Date | ValueType::Time | ValueType::Timestamp | ValueType::TimestampUtc
        )
    }

    fn length_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match (property.value_type, handling(property)) {
            (ValueType::Binary, _) => format!("LENGTH({column})"),
            (_, Handling::Behind) => format!("LENGTH(CONVERT(CAST({column} AS CHAR) USING utf8mb4))"),
            _ => format!("LENGTH(CONVERT({column} USING utf8mb4))"),
        }
    }

    fn measures_bytes(&self) -> bool {
        true
    }

    fn parameter(&self, property: &SchemaProperty) -> String {
        match (property.value_type, handling(property)) {
            // A decimal that is bound as text would be compared as a floating point number.
            (ValueType::Decimal(precision, scale), _) => {
                format!("CAST(? AS DECIMAL({precision},{scale}))")
            }
            (_, Handling::Bits) => "CAST(? AS UNSIGNED)".to_owned(),
            (ValueType::Time, _) => "CAST(? AS TIME(6))".to_owned(),
            (ValueType::Timestamp | ValueType::TimestampUtc, _) => "CAST(? AS DATETIME(6))".to_owned(),
            _ => "?".to_owned(),
        }
    }

    fn page(&self, select: &str, order: &str, limit: Option<usize>, offset: usize) -> String {
        limit_offset(select, order, limit, offset, Some("18446744073709551615"))
    }

    fn declared_type(&self, value_type: ValueType, in_key: bool) -> String {
        match value_type {
            ValueType::Boolean => "BOOLEAN".to_owned(),
            ValueType::Integer => "BIGINT".to_owned(),
            ValueType::Decimal(precision, scale) => format!("DECIMAL({precision},{scale})"),
            ValueType::Float => "DOUBLE".to_owned(),
            // An index takes 3072 bytes: four such columns of four bytes a character.
            ValueType::String if in_key => {
                "VARCHAR(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin".to_owned()
            }
            ValueType::String => "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin".to_owned(),
            ValueType::Binary if in_key => "VARBINARY(255)".to_owned(),
            ValueType::Binary => "LONGBLOB".to_owned(),
            ValueType::Date => "DATE".to_owned(),
            ValueType::Time => "TIME(6)".to_owned(),
            // Not TIMESTAMP, which ends in 2038.
            ValueType::Timestamp | ValueType::TimestampUtc => "DATETIME(6)".to_owned(),
            ValueType::Guid => "CHAR(36) CHARACTER SET ascii COLLATE ascii_bin".to_owned(),
        }
    }

    fn text_equality(&self) -> TextEquality {
        TextEquality::Collation
    }

    // As bytes: collations that heed blanks at the end differ between MariaDB and MySQL. Bytes of UTF-8, so
    // that the character set of the column does not matter.
    fn exact_text(&self, expression: &str) -> String {
        format!("CAST(CONVERT({expression} USING utf8mb4) AS BINARY)")
    }

    fn ordered_text(&self, expression: &str) -> Option<String> {
        Some(self.exact_text(expression))
    }

    fn has_native_guids(&self, property: &SchemaProperty) -> bool {
        property.native_type == "uuid"
    }

    // `timestamp` is kept in UTC and shown in the zone of the session, which is UTC.
    fn is_zoned(&self, declaration: &str) -> bool {
        Declared::parse(declaration).name == "timestamp"
    }

    // Connector/ODBC takes characters from U+xxD8 to U+xxDB, such as Ø, for halves of a pair: a text with one
    // of them would be cut at the end when it is read, and get what lies behind it in memory when it is
    // written. In UTF-8 it is whole.
    fn has_texts_in_utf8(&self) -> bool {
        true
    }

    // A row that strict mode refuses with the state of a warning.
    fn reasons(&self) -> Option<&'static str> {
        Some("SHOW WARNINGS")
    }

    fn holds_nul_in_texts(&self) -> bool {
        true
    }

    fn row_counts(&self) -> RowCounts {
        RowCounts::Total
    }

    fn comparison(&self, column: &str, property: &SchemaProperty) -> Option<(String, String)> {
        let parameter = self.parameter(property);
        Some(match property.value_type {
            ValueType::String => {
                (self.exact_text(&self.read_expression(column, property)), self.exact_text(&parameter))
            }
            ValueType::Boolean => (self.read_expression(column, property), parameter),
            _ => (column.to_owned(), parameter),
        })
    }

    fn kept(&self, property: &SchemaProperty) -> Kept {
        let declared = Declared::parse(&property.native_type);
        match (property.value_type, declared.name.as_str()) {
            (
                ValueType::Time | ValueType::Timestamp | ValueType::TimestampUtc,
                "time" | "datetime" | "timestamp",
            ) => match declared.digits().unwrap_or(0) {
                digits @ ..6 => Kept::FractionDigits(digits),
                _ => Kept::Exactly,
            },
            (ValueType::Binary, "binary") => Kept::FixedLength(declared.argument().unwrap_or(1)),
            // `double(10,2)` rounds.
            (ValueType::Float, _) if declared.arguments.len() == 2 => Kept::Respelled,
            (ValueType::Float, name) if name.starts_with("float") => Kept::SinglePrecision,
            (ValueType::String, "char") => Kept::WithoutTrailingBlanks,
            (ValueType::String, "enum") => {
                declared::members(&property.native_type).map_or(Kept::Respelled, Kept::OneOf)
            }
            (ValueType::String, "set") => {
                declared::members(&property.native_type).map_or(Kept::Respelled, Kept::SomeOf)
            }
            (ValueType::String, "json") => Kept::Json,
            (ValueType::String, "inet4" | "inet6") => Kept::NetworkAddress,
            _ => Kept::Exactly,
        }
    }

    fn array_binding(&self) -> ArrayBinding {
        ArrayBinding::Rows(1000)
    }

    fn catalog(&self) -> Option<CatalogQueries> {
        Some(catalog::queries())
    }

    fn is_system_schema(&self, owner: &str) -> bool {
        ["information_schema", "mysql", "performance_schema", "sys"]
            .iter()
            .any(|system| owner.eq_ignore_ascii_case(system))
    }

    fn classify(&self, diagnosis: &Diagnosis) -> ErrorKind {
        classify(errors::RULES, diagnosis)
    }

    // In strict mode the server refuses a value that an enum does not have with a state that the driver takes
    // for a warning. With arrays there is not even that: only the number of rows tells.
    fn is_error_in_disguise(&self, diagnosis: &Diagnosis) -> bool {
        diagnosis.native == 1265
    }

    fn reports_errors_of_arrays(&self) -> bool {
        false
    }

    fn is_transient(&self, diagnosis: &Diagnosis) -> bool {
        is_transient(self.classify(diagnosis))
    }
}
