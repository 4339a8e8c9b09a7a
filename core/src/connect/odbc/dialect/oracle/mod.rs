//! Oracle 12.2 and later, behind Oracle's own driver.
//!
//! | type | here | how |
//! |---|---|---|
//! | `BOOLEAN` | boolean | from version 23 |
//! | `NUMBER(p)` up to 18 digits, also `NUMBER(1)` | integer | read and bound as text: the driver has no 64-bit integers |
//! | `NUMBER(p,s)`, and `NUMBER(p)` of more digits · `INTEGER` | decimal · decimal(38,0) | |
//! | `NUMBER` | string | only text holds all its values |
//! | `FLOAT`, `BINARY_FLOAT`, `BINARY_DOUBLE` | float | |
//! | `VARCHAR2`, `NVARCHAR2` | string | an empty text is NULL |
//! | `CHAR`, `NCHAR` | string | read without the padding |
//! | `CLOB`, `NCLOB`, `XMLTYPE`, `JSON` | string | cannot be compared or sorted |
//! | `INTERVAL …` | string | the system keeps the meaning, not the spelling |
//! | `RAW`, `BLOB` | binary | |
//! | `DATE` | timestamp | whole seconds |
//! | `TIMESTAMP` | timestamp | digits of the second beyond the sixth are cut off |
//! | `TIMESTAMP WITH (LOCAL) TIME ZONE` | timestamp (UTC) | the zone is not kept |
//! | `LONG`, `LONG RAW`, `ROWID`, `UROWID`, `BFILE`, `VECTOR`, object and collection types | not usable | |
//!
//! No server and no driver could be had: **all of this is from Oracle's documentation**, and that the driver
//! refuses 64-bit integers, or says nothing and writes nothing, from the reports of others (turbodbc 142,
//! odbc2parquet 143).

mod catalog;
mod errors;
mod types;

use self::types::{Handling, handling, number_format};
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

/// The point is the point whatever the session's language.
const POINT: &str = "'NLS_NUMERIC_CHARACTERS=''.,'''";

/// Oracle Database.
#[derive(Debug)]
pub struct Oracle;

impl Dialect for Oracle {
    fn id(&self) -> &'static str {
        "oracle"
    }

    fn label(&self) -> &'static str {
        "Oracle"
    }

    fn verified(&self) -> Verified {
        Verified::Documentation
    }

    fn drivers(&self) -> &'static [&'static str] {
        &["libsqora", "oracle"]
    }

    fn driver_source(&self) -> &'static str {
        "https://www.oracle.com/database/technologies/releasenote-odbc-ic.html"
    }

    fn session_setup(&self) -> &'static [&'static str] {
        &[
            "ALTER SESSION SET TIME_ZONE = '+00:00'",
            "ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,'",
            "ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS'",
            "ALTER SESSION SET NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF6'",
            "ALTER SESSION SET NLS_TIMESTAMP_TZ_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF6 TZH:TZM'",
            // Texts are compared and sorted by their characters.
            "ALTER SESSION SET NLS_COMP = BINARY",
            "ALTER SESSION SET NLS_SORT = BINARY",
            // Lengths of the program's own tables are counted in characters.
            "ALTER SESSION SET NLS_LENGTH_SEMANTICS = CHAR",
        ]
    }

    fn isolation(&self, level: &str) -> Option<String> {
        match standard_isolation(level)? {
            level @ ("READ COMMITTED" | "SERIALIZABLE") => {
                Some(format!("ALTER SESSION SET ISOLATION_LEVEL = {level}"))
            }
            _ => None,
        }
    }

    // The only character that a name cannot have, quoted or not, is the quote itself; left out, the name is
    // simply not found.
    fn quote(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', ""))
    }

    fn map_type(&self, column: &NativeColumn) -> Result<MappedType, String> {
        types::map_type(column)
    }

    fn read_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match (property.value_type, handling(property)) {
            (_, Handling::AnyNumber) => format!("TO_CHAR({column}, 'TM9', {POINT})"),
            (_, Handling::Boolean) => format!("CASE WHEN {column} THEN 1 WHEN NOT {column} THEN 0 END"),
            (_, Handling::Padded) => format!("RTRIM({column})"),
            (_, Handling::Xml) => format!("XMLSERIALIZE(CONTENT {column} AS CLOB)"),
            (_, Handling::Json) => format!("JSON_SERIALIZE({column} RETURNING CLOB)"),
            (_, Handling::Interval(_)) => format!("TO_CHAR({column})"),
            (_, Handling::Zoned) => {
                format!("SYS_EXTRACT_UTC(CAST({column} AS TIMESTAMP WITH TIME ZONE))")
            }
            (ValueType::Integer, _) => format!("TO_CHAR({column}, 'TM9', {POINT})"),
            // Numbers below one would begin with the point.
            (ValueType::Decimal(precision, scale), _) => {
                format!("TO_CHAR({column}, '{}', {POINT})", number_format(precision, scale))
            }
            _ => column.to_owned(),
        }
    }

    fn length_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match (property.value_type, handling(property)) {
            (ValueType::Binary, Handling::Large) => format!("DBMS_LOB.GETLENGTH({column})"),
            (ValueType::Binary, _) => format!("UTL_RAW.LENGTH({column})"),
            _ => format!("LENGTH({})", self.read_expression(column, property)),
        }
    }

    fn parameter(&self, property: &SchemaProperty) -> String {
        match (property.value_type, handling(property)) {
            (_, Handling::AnyNumber) => "TO_NUMBER(?)".to_owned(),
            (_, Handling::Boolean) => "TO_BOOLEAN(?)".to_owned(),
            (_, Handling::Xml) => "XMLTYPE(?)".to_owned(),
            (_, Handling::Json) => "JSON(?)".to_owned(),
            (_, Handling::Interval(true)) => "TO_YMINTERVAL(?)".to_owned(),
            (_, Handling::Interval(false)) => "TO_DSINTERVAL(?)".to_owned(),
            (_, Handling::Date) => "CAST(? AS DATE)".to_owned(),
            (_, Handling::Zoned) => "FROM_TZ(CAST(? AS TIMESTAMP(6)), '+00:00')".to_owned(),
            (ValueType::Boolean | ValueType::Integer, _) => {
                format!("TO_NUMBER(?, '{}', {POINT})", number_format(19, 0))
            }
            (ValueType::Decimal(precision, scale), _) => {
                format!("TO_NUMBER(?, '{}', {POINT})", number_format(precision, scale))
            }
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
            ValueType::Boolean => "NUMBER(1)".to_owned(),
            ValueType::Integer => "NUMBER(19)".to_owned(),
            ValueType::Decimal(precision, scale) => format!("NUMBER({precision},{scale})"),
            ValueType::Float => "BINARY_DOUBLE".to_owned(),
            // An index takes 6398 bytes: three such columns.
            ValueType::String if in_key => "VARCHAR2(255 CHAR)".to_owned(),
            ValueType::String => "CLOB".to_owned(),
            ValueType::Binary if in_key => "RAW(255)".to_owned(),
            ValueType::Binary => "BLOB".to_owned(),
            ValueType::Date => "DATE".to_owned(),
            // There is no time of day.
            ValueType::Time => "VARCHAR2(15)".to_owned(),
            ValueType::Timestamp | ValueType::TimestampUtc => "TIMESTAMP(6)".to_owned(),
            ValueType::Guid => "VARCHAR2(36)".to_owned(),
        }
    }

    fn ping(&self) -> &'static str {
        "SELECT 1 FROM DUAL"
    }

    fn row_lock(&self) -> &'static str {
        " FOR UPDATE"
    }

    fn text_equality(&self) -> TextEquality {
        TextEquality::Exact
    }

    fn comparison(&self, column: &str, property: &SchemaProperty) -> Option<(String, String)> {
        let parameter = self.parameter(property);
        match (property.value_type, handling(property)) {
            (_, Handling::Large | Handling::Xml | Handling::Json) => None,
            // What is read is cut to microseconds; the column has more.
            _ if Declared::parse(&property.native_type).is_finer_than_micros() => None,
            (ValueType::String, Handling::Plain) => Some((column.to_owned(), parameter)),
            (ValueType::String, _) => Some((self.read_expression(column, property), "?".to_owned())),
            _ => Some((column.to_owned(), parameter)),
        }
    }

    // NULL is the largest value to Oracle.
    fn order_by(&self, column: &str, property: &SchemaProperty, descending: bool) -> Option<String> {
        let mut item = match (property.value_type, handling(property)) {
            (_, Handling::Large | Handling::Xml | Handling::Json) => return None,
            (ValueType::String, Handling::AnyNumber | Handling::Interval(_)) => {
                self.read_expression(column, property)
            }
            _ => column.to_owned(),
        };
        item.push_str(if descending { " DESC NULLS LAST" } else { " NULLS FIRST" });
        Some(item)
    }

    fn kept(&self, property: &SchemaProperty) -> Kept {
        let declared = Declared::parse(&property.native_type);
        match (property.value_type, handling(property)) {
            (_, Handling::Date) => Kept::FractionDigits(0),
            (ValueType::Timestamp | ValueType::TimestampUtc, _) => {
                declared.digits().filter(|digits| *digits < 6).map_or(Kept::Exactly, Kept::FractionDigits)
            }
            (_, Handling::SinglePrecision) => Kept::SinglePrecision,
            (_, Handling::Padded) => Kept::WithoutTrailingBlanks,
            (_, Handling::AnyNumber | Handling::Xml | Handling::Json | Handling::Interval(_)) => {
                Kept::Respelled
            }
            _ => Kept::Exactly,
        }
    }

    fn binds_booleans_as_integers(&self) -> bool {
        true
    }

    fn integers_as_text(&self) -> bool {
        true
    }

    fn empty_text_is_null(&self) -> bool {
        true
    }

    fn boolean_literal(&self, value: bool) -> &'static str {
        if value { "1" } else { "0" }
    }

    fn catalog(&self) -> Option<CatalogQueries> {
        Some(catalog::queries())
    }

    fn is_system_schema(&self, owner: &str) -> bool {
        const OWN: [&str; 20] = [
            "SYS",
            "SYSTEM",
            "AUDSYS",
            "APPQOSSYS",
            "CTXSYS",
            "DBSFWUSER",
            "DBSNMP",
            "DVF",
            "DVSYS",
            "GSMADMIN_INTERNAL",
            "LBACSYS",
            "MDSYS",
            "OJVMSYS",
            "OLAPSYS",
            "ORDDATA",
            "ORDSYS",
            "OUTLN",
            "WMSYS",
            "XDB",
            "ANONYMOUS",
        ];
        OWN.contains(&owner) || owner.starts_with("APEX_") || owner.starts_with("FLOWS_")
    }

    fn classify(&self, diagnosis: &Diagnosis) -> ErrorKind {
        classify(errors::RULES, &errors::with_number(diagnosis))
    }

    fn is_transient(&self, diagnosis: &Diagnosis) -> bool {
        is_transient(self.classify(diagnosis))
    }
}
