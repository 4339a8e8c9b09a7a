//! PostgreSQL 12 and later, behind psqlodbc.
//!
//! | type | here | how |
//! |---|---|---|
//! | `boolean` | boolean | |
//! | `smallint`, `integer`, `bigint`, also serial and identity · `oid` | integer | |
//! | `numeric(p,s)` up to 38 digits | decimal | a negative scale becomes zeros, a scale above the precision more digits; `NaN` is an error |
//! | `numeric` without digits | string | only text holds all its values |
//! | `money` | decimal(23,4) | holds every currency; the server rounds to its own |
//! | `real`, `double precision` | float | |
//! | `character varying`, `text`, `name`, `"char"` | string | |
//! | `character(n)` | string | read without the padding |
//! | `citext`, text with a collation that is not deterministic | string | compared by characters here |
//! | enums, `bit`, `bit varying`, `json`, `xml`, `cidr`, `macaddr`, `macaddr8`, `ltree` | string | written with a cast |
//! | `jsonb`, `inet`, `interval`, `time with time zone`, `hstore` | string | the same; the server keeps the meaning, not the spelling |
//! | `bytea` | binary | |
//! | `date`, `time`, `timestamp` | as named | `infinity` and years before Christ or above 9999 are errors |
//! | `timestamp with time zone` | timestamp (UTC) | read and written in UTC whatever the session's zone |
//! | `uuid` | GUID | |
//! | domains | as their base type | |
//! | `numeric` of more digits, arrays, ranges, composite, geometric and text search types, internal ones | not usable | |
//!
//! What the driver does: array-bound statements give one count of rows per row of the array, one after the
//! other (`SQLMoreResults`); after an error none of the rows of the array is marked as done; its text ends with
//! a `DETAIL` that can contain values of the row. `SQL_ATTR_QUERY_TIMEOUT` works. With `Protocol=7.4-1` an error
//! takes back the whole transaction and the next statement begins another one without a word: never set that.
//!
//! Verified against PostgreSQL 15 with psqlodbc 13.02: the catalog queries, every read expression and
//! parameter, the settings, and those error classes that can be caused on purpose. From the documentation:
//! other server versions, and the remaining error classes.

mod catalog;
mod errors;
mod types;

use self::types::{Handling, handling};
use super::{
    ArrayBinding, CatalogQueries, Diagnosis, Dialect, MappedType, NativeColumn, RowCounts, TextEquality,
    Verified,
    declared::{Declared, is_text},
    errors::{classify, is_transient},
    sql::{limit_offset, standard_isolation},
};
use crate::{
    connect::ErrorKind,
    project::{Kept, SchemaProperty},
    value::ValueType,
};

/// An expression that fails for `infinity`, years before Christ and years above 9999, instead of leaving them
/// to the driver: that gives **today's date** for them, or the year 9999, without a word.
fn within_years(expression: &str, native: &str, property: &SchemaProperty) -> String {
    // Sensitive values never get into a message (W13).
    let value =
        if property.sensitive { String::new() } else { format!(": ' || CAST({expression} AS text) || '") };
    // The empty text keeps the cast from being computed before there is a row.
    format!(
        "CASE WHEN {expression} BETWEEN {native} '0001-01-01' AND {native} '9999-12-31 23:59:59.999999' \
         THEN {expression} WHEN {expression} IS NOT NULL \
         THEN CAST(left(CAST({expression} AS text), 0) || 'not of the years 1 to 9999{value}' AS {native}) END"
    )
}

/// The same for `NaN`, which would be read as 0.
fn but_nan(column: &str) -> String {
    format!(
        "CASE WHEN {column} = 'NaN' THEN CAST(left(CAST({column} AS text), 0) || 'not a number: NaN' AS numeric) \
         ELSE {column} END"
    )
}

/// PostgreSQL.
#[derive(Debug)]
pub struct PostgreSql;

impl Dialect for PostgreSql {
    fn id(&self) -> &'static str {
        "postgresql"
    }

    fn label(&self) -> &'static str {
        "PostgreSQL"
    }

    fn verified(&self) -> Verified {
        Verified::Server
    }

    fn drivers(&self) -> &'static [&'static str] {
        &["postgresql unicode", "psqlodbcw", "psqlodbc", "postgresql ansi", "postgresql"]
    }

    fn driver_source(&self) -> &'static str {
        "odbc-postgresql"
    }

    fn default_attributes(&self) -> &'static [(&'static str, &'static str)] {
        &[
            // Booleans as bits, not as texts of five characters.
            ("BoolsAsChar", "0"),
            // Results block by block instead of all at once into memory.
            // Sizes that the driver announces for texts without a declared length: the real ones are asked for.
            ("MaxVarcharSize", "1000000000"),
            ("MaxLongVarcharSize", "1000000000"),
            ("UseDeclareFetch", "1"),
            ("Fetch", "20000"),
        ]
    }

    fn session_setup(&self) -> &'static [&'static str] {
        &[
            "SET TIME ZONE 'UTC'",
            "SET standard_conforming_strings = on",
            "SET DateStyle = 'ISO, YMD'",
            "SET IntervalStyle = 'postgres'",
            "SET bytea_output = 'hex'",
            // Floating point numbers with all their digits.
            "SET extra_float_digits = 3",
        ]
    }

    fn isolation(&self, level: &str) -> Option<String> {
        let level = standard_isolation(level).filter(|level| *level != "SNAPSHOT")?;
        Some(format!("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {level}"))
    }

    fn map_type(&self, column: &NativeColumn) -> Result<MappedType, String> {
        types::map_type(column)
    }

    fn read_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match (property.value_type, handling(property)) {
            // Casts with a length let the driver announce it.
            (_, Handling::Padded(length)) => format!("CAST({column} AS varchar({length}))"),
            (_, Handling::Address) => format!("CAST(abbrev({column}) AS varchar(50))"),
            (_, Handling::Money) => format!("CAST({column} AS numeric(23,4))"),
            (_, Handling::ObjectIdentifier) => format!("CAST({column} AS bigint)"),
            // As the number that it is, not the shortest text that stands for it.
            (_, Handling::SinglePrecision) => format!("CAST({column} AS double precision)"),
            (ValueType::String, Handling::Plain) => column.to_owned(),
            (ValueType::String, _) => format!("CAST({column} AS text)"),
            (ValueType::Guid, _) => format!("CAST({column} AS varchar(36))"),
            (ValueType::Time, _) => format!("CAST({column} AS varchar(15))"),
            (ValueType::Decimal(..), _) if property.native_type.starts_with("numeric") => but_nan(column),
            (ValueType::Date, _) => within_years(column, "date", property),
            (ValueType::Timestamp, _) => within_years(column, "timestamp", property),
            (ValueType::TimestampUtc, _) => {
                within_years(&format!("({column} AT TIME ZONE 'UTC')"), "timestamp", property)
            }
            _ => column.to_owned(),
        }
    }

    fn text_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match property.value_type {
            _ if is_text(&property.native_type) => format!("CAST({column} AS text)"),
            ValueType::Time => self.read_expression(column, property),
            // The zone of the session is UTC.
            ValueType::TimestampUtc => format!("CAST(CAST({column} AS timestamp) AS varchar(64))"),
            // As they are: `infinity` and `NaN`, too.
            ValueType::Date | ValueType::Timestamp => format!("CAST({column} AS varchar(64))"),
            ValueType::Decimal(..) if handling(property) != Handling::Money => {
                format!("CAST({column} AS varchar(64))")
            }
            _ => format!("CAST({} AS varchar(64))", self.read_expression(column, property)),
        }
    }

    // The driver would give a number for 24:00.
    fn reads_as_text(&self, property: &SchemaProperty) -> bool {
        property.value_type == ValueType::Time
    }

    fn length_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match property.value_type {
            ValueType::Binary => format!("octet_length({column})"),
            _ => format!("octet_length(CAST({column} AS text))"),
        }
    }

    // Texts travel in UTF-16, which has no more units than any encoding of the server has bytes.
    fn measures_bytes(&self) -> bool {
        true
    }

    // No cast names a length or digits: PostgreSQL would cut or round to them without a word, while the
    // assignment to the column complains.
    fn parameter(&self, property: &SchemaProperty) -> String {
        match (property.value_type, handling(property)) {
            (_, Handling::Padded(_)) => "CAST(? AS bpchar)".to_owned(),
            (_, Handling::Behind(name)) => format!("CAST(? AS {name})"),
            (_, Handling::Address) => "CAST(? AS inet)".to_owned(),
            (_, Handling::Money) => "CAST(CAST(? AS numeric) AS money)".to_owned(),
            (_, Handling::SinglePrecision) => "CAST(? AS real)".to_owned(),
            (ValueType::Boolean, _) => "CAST(? AS boolean)".to_owned(),
            (ValueType::Integer, _) => "CAST(? AS bigint)".to_owned(),
            (ValueType::Decimal(..), _) => "CAST(? AS numeric)".to_owned(),
            (ValueType::Float, _) => "CAST(? AS double precision)".to_owned(),
            (ValueType::String, _) => "CAST(? AS text)".to_owned(),
            (ValueType::Binary, _) => "CAST(? AS bytea)".to_owned(),
            (ValueType::Date, _) => "CAST(? AS date)".to_owned(),
            (ValueType::Time, _) => "CAST(? AS time)".to_owned(),
            (ValueType::Timestamp, _) => "CAST(? AS timestamp)".to_owned(),
            // Not a cast to timestamptz, which would read the time in the zone of the session.
            (ValueType::TimestampUtc, _) => "(CAST(? AS timestamp) AT TIME ZONE 'UTC')".to_owned(),
            (ValueType::Guid, _) => "CAST(? AS uuid)".to_owned(),
        }
    }

    // Procedures are found by the types of their arguments, and `bigint` fits no parameter of type `integer`.
    // The casts complain about numbers that are too large.
    fn argument(&self, property: &SchemaProperty) -> String {
        match (property.value_type, Declared::parse(&property.native_type).name.as_str()) {
            (ValueType::Integer, narrow @ ("smallint" | "integer")) => {
                format!("CAST(CAST(? AS bigint) AS {narrow})")
            }
            _ => self.parameter(property),
        }
    }

    fn page(&self, select: &str, order: &str, limit: Option<usize>, offset: usize) -> String {
        limit_offset(select, order, limit, offset, None)
    }

    fn declared_type(&self, value_type: ValueType, in_key: bool) -> String {
        let _ = in_key;
        match value_type {
            ValueType::Boolean => "boolean".to_owned(),
            ValueType::Integer => "bigint".to_owned(),
            ValueType::Decimal(precision, scale) => format!("numeric({precision},{scale})"),
            ValueType::Float => "double precision".to_owned(),
            // The collation makes indexes sort, and thus find, as the engine does.
            ValueType::String => "text COLLATE \"C\"".to_owned(),
            ValueType::Binary => "bytea".to_owned(),
            ValueType::Date => "date".to_owned(),
            ValueType::Time => "time".to_owned(),
            ValueType::Timestamp => "timestamp".to_owned(),
            ValueType::TimestampUtc => "timestamptz".to_owned(),
            ValueType::Guid => "uuid".to_owned(),
        }
    }

    fn text_equality(&self) -> TextEquality {
        TextEquality::Exact
    }

    fn exact_text(&self, expression: &str) -> String {
        format!("CAST({expression} AS text) COLLATE \"C\"")
    }

    fn ordered_text(&self, expression: &str) -> Option<String> {
        Some(self.exact_text(expression))
    }

    fn has_native_guids(&self, property: &SchemaProperty) -> bool {
        property.native_type == "uuid"
    }

    fn row_counts(&self) -> RowCounts {
        RowCounts::EachRow
    }

    fn row_lock(&self) -> &'static str {
        " FOR UPDATE"
    }

    fn comparison(&self, column: &str, property: &SchemaProperty) -> Option<(String, String)> {
        Some(match (property.value_type, handling(property)) {
            (ValueType::String, Handling::Plain) => (column.to_owned(), self.parameter(property)),
            (ValueType::String, Handling::Folded) => (self.exact_text(column), "CAST(? AS text)".to_owned()),
            // Types behind text have an equality of their own; the text that is read has ours.
            (ValueType::String, _) => (self.read_expression(column, property), "CAST(? AS text)".to_owned()),
            (_, Handling::Money) => (self.read_expression(column, property), "CAST(? AS numeric)".to_owned()),
            _ => (column.to_owned(), self.parameter(property)),
        })
    }

    fn order_by(&self, column: &str, property: &SchemaProperty, descending: bool) -> Option<String> {
        let mut item = match (property.value_type, handling(property)) {
            (ValueType::String, Handling::Plain | Handling::Folded) => self.exact_text(column),
            (ValueType::String, _) => {
                format!("{} COLLATE \"C\"", self.read_expression(column, property))
            }
            _ => column.to_owned(),
        };
        item.push_str(if descending { " DESC NULLS LAST" } else { " NULLS FIRST" });
        Some(item)
    }

    fn kept(&self, property: &SchemaProperty) -> Kept {
        let declared = Declared::parse(&property.native_type);
        match (property.value_type, declared.name.as_str()) {
            (ValueType::Time | ValueType::Timestamp | ValueType::TimestampUtc, _) => {
                declared.digits().filter(|digits| *digits < 6).map_or(Kept::Exactly, Kept::FractionDigits)
            }
            (ValueType::Float, "real") => Kept::SinglePrecision,
            (ValueType::String, "character") => Kept::WithoutTrailingBlanks,
            (ValueType::String, "jsonb") => Kept::Json,
            (ValueType::String, "inet" | "cidr") => Kept::NetworkAddress,
            (ValueType::String, "macaddr" | "macaddr8") => Kept::HardwareAddress,
            (ValueType::String, "interval" | "time with time zone") => Kept::Respelled,
            // The server's locale says how many digits stand after the point.
            (ValueType::Decimal(..), "money") => Kept::Respelled,
            (ValueType::String, name) if name == "hstore" || name.ends_with(".hstore") => Kept::Respelled,
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
        owner == "information_schema" || owner.starts_with("pg_")
    }

    fn classify(&self, diagnosis: &Diagnosis) -> ErrorKind {
        classify(errors::RULES, diagnosis)
    }

    fn is_transient(&self, diagnosis: &Diagnosis) -> bool {
        is_transient(self.classify(diagnosis))
    }
}
