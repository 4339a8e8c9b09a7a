//! DB2 for Linux, UNIX and Windows 11.1 and later, behind IBM's CLI driver.
//!
//! | type | here | how |
//! |---|---|---|
//! | `BOOLEAN` | boolean | bound as integer, because the driver has no bits |
//! | `SMALLINT`, `INTEGER`, `BIGINT` | integer | |
//! | `DECIMAL(p,s)` | decimal | at most 31 digits |
//! | `DECFLOAT` | string | only text holds all its values |
//! | `REAL`, `DOUBLE` | float | |
//! | `CHARACTER`, `GRAPHIC` | string | read without the padding |
//! | `VARCHAR`, `VARGRAPHIC`, `LONG VARCHAR`, `LONG VARGRAPHIC`, `CLOB`, `DBCLOB` | string | large ones cannot be compared or sorted |
//! | `XML` | string | the same |
//! | `BINARY`, `VARBINARY`, `BLOB`, and `CHARACTER`, `VARCHAR`, `LONG VARCHAR` `FOR BIT DATA` | binary | |
//! | `DATE` | date | |
//! | `TIME` | time | whole seconds |
//! | `TIMESTAMP(n)`, also of row changes | timestamp | there are none with a zone |
//! | distinct types | as the type they are made from | |
//! | structured types, references, arrays | not usable | |
//!
//! No server could be had: **all of this is from IBM's documentation**. Verified against the driver alone
//! (version 12.1): it has no `SQL_BIT` parameters, needs the attributes below for large objects, and reports a
//! refused password and a missing listener as the rules say. The driver `libdb2.so` cannot be used for bulk
//! work on 64-bit systems at all; `libdb2o.so` is meant for that.

mod catalog;
mod errors;
mod types;

use self::types::{Handling, handling};
use super::{
    CatalogQueries, Diagnosis, Dialect, MappedType, NativeColumn, TextEquality, Verified,
    declared::Declared,
    errors::{classify, is_transient},
    sql::{offset_fetch, standard_isolation},
};
use crate::{
    connect::ErrorKind,
    project::{Kept, SchemaProperty},
    value::ValueType,
};

/// DB2 for Linux, UNIX and Windows.
#[derive(Debug)]
pub struct Db2;

impl Dialect for Db2 {
    fn id(&self) -> &'static str {
        "db2"
    }

    fn label(&self) -> &'static str {
        "DB2 (LUW)"
    }

    fn verified(&self) -> Verified {
        Verified::Documentation
    }

    fn drivers(&self) -> &'static [&'static str] {
        &["libdb2o", "ibm db2", "ibm data server driver", "db2", "libdb2"]
    }

    fn driver_source(&self) -> &'static str {
        "https://www.ibm.com/support/pages/download-initial-version-115-clients-and-drivers"
    }

    fn default_attributes(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Protocol", "TCPIP"),
            // Large objects as long texts and binaries instead of locators.
            ("LongDataCompat", "1"),
            ("LOBCacheSize", "1000000"),
        ]
    }

    fn isolation(&self, level: &str) -> Option<String> {
        let own = match level.trim().to_ascii_uppercase().as_str() {
            "UR" => "UR",
            "CS" => "CS",
            "RS" => "RS",
            "RR" => "RR",
            _ => match standard_isolation(level)? {
                "READ UNCOMMITTED" => "UR",
                "READ COMMITTED" => "CS",
                "REPEATABLE READ" => "RS",
                "SERIALIZABLE" => "RR",
                _ => return None,
            },
        };
        Some(format!("SET CURRENT ISOLATION = {own}"))
    }

    fn map_type(&self, column: &NativeColumn) -> Result<MappedType, String> {
        types::map_type(column)
    }

    fn read_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match handling(property) {
            Handling::Boolean => format!("CASE WHEN {column} THEN 1 WHEN NOT {column} THEN 0 END"),
            Handling::Padded => format!("RTRIM({column})"),
            Handling::Xml => format!("XMLSERIALIZE({column} AS CLOB(100M))"),
            Handling::DecimalFloat => format!("VARCHAR({column})"),
            // Of the formats for times the one with colons.
            Handling::Time => format!("CHAR({column}, JIS)"),
            Handling::Plain | Handling::Large => column.to_owned(),
        }
    }

    fn length_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match handling(property) {
            Handling::Xml => format!("LENGTH(XMLSERIALIZE({column} AS CLOB(100M)))"),
            Handling::DecimalFloat => format!("LENGTH(VARCHAR({column}))"),
            // In bytes, which are never fewer than characters; the count of characters is not defined for
            // every database.
            _ => format!("LENGTH({column})"),
        }
    }

    fn parameter(&self, property: &SchemaProperty) -> String {
        match (property.value_type, handling(property)) {
            (_, Handling::Boolean) => "CAST(CAST(? AS SMALLINT) AS BOOLEAN)".to_owned(),
            (_, Handling::Xml) => "XMLPARSE(DOCUMENT CAST(? AS CLOB(100M)) PRESERVE WHITESPACE)".to_owned(),
            (_, Handling::DecimalFloat) => "CAST(CAST(? AS VARCHAR(64)) AS DECFLOAT(34))".to_owned(),
            // DB2 takes no fraction, not even of zeros.
            (_, Handling::Time) => "CAST(LEFT(CAST(? AS VARCHAR(15)), 8) AS TIME)".to_owned(),
            (ValueType::Boolean, _) => "CAST(? AS SMALLINT)".to_owned(),
            (ValueType::Integer, _) => "CAST(? AS BIGINT)".to_owned(),
            (ValueType::Decimal(precision, scale), _) => {
                format!("CAST(CAST(? AS VARCHAR(64)) AS DECIMAL({precision},{scale}))")
            }
            (ValueType::Float, _) => "CAST(? AS DOUBLE)".to_owned(),
            (ValueType::Date, _) => "CAST(? AS DATE)".to_owned(),
            (ValueType::Timestamp | ValueType::TimestampUtc, _) => "CAST(? AS TIMESTAMP(6))".to_owned(),
            // Typed by the column, so that nothing is cut off.
            _ => "?".to_owned(),
        }
    }

    fn page(&self, select: &str, order: &str, limit: Option<usize>, offset: usize) -> String {
        offset_fetch(select, order, limit, offset)
    }

    fn declared_type(&self, value_type: ValueType, in_key: bool) -> String {
        match value_type {
            // BOOLEAN is not in all versions.
            ValueType::Boolean => "SMALLINT".to_owned(),
            ValueType::Integer => "BIGINT".to_owned(),
            ValueType::Decimal(precision, scale) => format!("DECIMAL({},{scale})", precision.min(31)),
            ValueType::Float => "DOUBLE".to_owned(),
            // An index takes 1024 bytes with pages of 4 KiB: three such columns.
            ValueType::String if in_key => "VARCHAR(255)".to_owned(),
            ValueType::String => "CLOB(10M)".to_owned(),
            ValueType::Binary if in_key => "VARCHAR(255) FOR BIT DATA".to_owned(),
            ValueType::Binary => "BLOB(100M)".to_owned(),
            ValueType::Date => "DATE".to_owned(),
            // TIME has no fraction.
            ValueType::Time => "VARCHAR(15)".to_owned(),
            ValueType::Timestamp | ValueType::TimestampUtc => "TIMESTAMP(6)".to_owned(),
            ValueType::Guid => "VARCHAR(36)".to_owned(),
        }
    }

    // Texts of different length are compared as if padded with blanks, and a database can have any collation.
    fn ping(&self) -> &'static str {
        "VALUES 1"
    }

    fn row_lock(&self) -> &'static str {
        " FOR READ ONLY WITH RS USE AND KEEP UPDATE LOCKS"
    }

    fn refuses_library(&self, file_name: &str) -> Option<String> {
        // Whatever the file is called, the lengths are tried after connecting (`lengths`).
        (cfg!(target_pointer_width = "64") && file_name.starts_with("libdb2.")).then(|| {
            "libdb2.so writes lengths of 4 bytes where 8 are read: a NULL would be read as the value of the \
             row before. Register libdb2o.so, which IBM ships beside it for programs of 64 bits"
                .to_owned()
        })
    }

    fn text_equality(&self) -> TextEquality {
        TextEquality::Collation
    }

    fn exact_text(&self, expression: &str) -> String {
        format!("HEX({expression})")
    }

    fn comparison(&self, column: &str, property: &SchemaProperty) -> Option<(String, String)> {
        let parameter = self.parameter(property);
        match (property.value_type, handling(property)) {
            (_, Handling::Large | Handling::Xml | Handling::DecimalFloat) => None,
            // What is read is cut to microseconds; the column has more.
            _ if Declared::parse(&property.native_type).is_finer_than_micros() => None,
            // The bytes of a graphic text are not those of the parameter.
            (ValueType::String, _) if property.native_type.contains("GRAPHIC") => None,
            // HEX takes texts of up to 16336 bytes only.
            (ValueType::String, _) if property.max_length.is_none_or(|length| length > 4000) => None,
            (ValueType::String, _) => Some((
                self.exact_text(&self.read_expression(column, property)),
                "HEX(CAST(? AS VARCHAR(16000)))".to_owned(),
            )),
            (_, Handling::Boolean) => {
                Some((self.read_expression(column, property), "CAST(? AS SMALLINT)".to_owned()))
            }
            _ => Some((column.to_owned(), parameter)),
        }
    }

    // NULL is the largest value to DB2.
    fn order_by(&self, column: &str, property: &SchemaProperty, descending: bool) -> Option<String> {
        let sorted = match property.value_type {
            ValueType::Timestamp => column.to_owned(),
            _ => self.comparison(column, property)?.0,
        };
        Some(if descending {
            format!("CASE WHEN {column} IS NULL THEN 1 ELSE 0 END, {sorted} DESC")
        } else {
            format!("CASE WHEN {column} IS NULL THEN 0 ELSE 1 END, {sorted}")
        })
    }

    fn kept(&self, property: &SchemaProperty) -> Kept {
        let declared = Declared::parse(&property.native_type);
        let length = declared.argument().unwrap_or(1);
        match (property.value_type, declared.name.as_str()) {
            (ValueType::Time, "time") => Kept::FractionDigits(0),
            (ValueType::Timestamp, "timestamp") => {
                declared.digits().filter(|digits| *digits < 6).map_or(Kept::Exactly, Kept::FractionDigits)
            }
            (ValueType::Float, "real") => Kept::SinglePrecision,
            (ValueType::String, "character" | "char" | "graphic") => Kept::WithoutTrailingBlanks,
            (ValueType::Binary, "binary" | "character for bit data" | "char for bit data") => {
                Kept::FixedLength(length)
            }
            (ValueType::String, "xml" | "decfloat") => Kept::Respelled,
            _ => Kept::Exactly,
        }
    }

    fn binds_booleans_as_integers(&self) -> bool {
        true
    }

    fn boolean_literal(&self, value: bool) -> &'static str {
        if value { "1" } else { "0" }
    }

    fn catalog(&self) -> Option<CatalogQueries> {
        Some(catalog::queries())
    }

    fn is_system_schema(&self, owner: &str) -> bool {
        owner.starts_with("SYS") || ["NULLID", "SQLJ", "ERRSCHEMA"].contains(&owner)
    }

    fn classify(&self, diagnosis: &Diagnosis) -> ErrorKind {
        classify(errors::RULES, diagnosis)
    }

    fn is_transient(&self, diagnosis: &Diagnosis) -> bool {
        is_transient(self.classify(diagnosis))
    }
}
