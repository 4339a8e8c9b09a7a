//! SQL Server 2016 and later, and Azure SQL, behind Microsoft's driver or FreeTDS.
//!
//! | type | here | how |
//! |---|---|---|
//! | `bit` | boolean | |
//! | `tinyint`, `smallint`, `int`, `bigint`, also identity | integer | |
//! | `decimal(p,s)`, `numeric(p,s)` | decimal | |
//! | `money`, `smallmoney` | decimal(19,4), decimal(10,4) | |
//! | `real`, `float` | float | |
//! | `nvarchar`, `sysname` | string | |
//! | `char`, `nchar` | string | read without the padding |
//! | `varchar`, `char`, `text` | string | the server makes `?` of characters that the code page of the column lacks |
//! | `text`, `ntext`, `xml`, `json` | string | the last two keep the meaning, not the spelling, and cannot be compared |
//! | `uniqueidentifier` | GUID | |
//! | `binary`, `varbinary`, `image` | binary | the server fills `binary` up with zero bytes |
//! | `date` | date | |
//! | `time` | time | the seventh digit of the second is cut off |
//! | `datetime2` | timestamp | the same |
//! | `datetime`, `smalldatetime` | timestamp | in steps of 1/300 of a second, and of a minute |
//! | `datetimeoffset` | timestamp (UTC) | the offset is not kept |
//! | alias types | as the type they stand for | |
//! | `rowversion` (`timestamp`), `sql_variant`, `hierarchyid`, geometric and CLR types, `vector` | not usable | |
//!
//! No server could be had: **all of this is from Microsoft's documentation**. Verified is only that FreeTDS
//! loads, and what it says without a server.

mod catalog;
mod errors;
mod types;

use self::types::{Handling, handling};
use super::{
    CatalogQueries, Diagnosis, Dialect, MappedType, NativeColumn, TextEquality, Verified,
    declared::Declared,
    errors::{classify, is_transient},
    sql::{offset_fetch, ordered, standard_isolation},
};
use crate::{
    connect::ErrorKind,
    project::{Kept, SchemaProperty},
    value::ValueType,
};

/// Microsoft SQL Server.
#[derive(Debug)]
pub struct SqlServer;

impl Dialect for SqlServer {
    fn id(&self) -> &'static str {
        "sql_server"
    }

    fn label(&self) -> &'static str {
        "SQL Server"
    }

    fn verified(&self) -> Verified {
        Verified::Documentation
    }

    fn drivers(&self) -> &'static [&'static str] {
        &[
            "odbc driver 18 for sql server",
            "odbc driver 17 for sql server",
            "msodbcsql",
            "freetds",
            "libtdsodbc",
        ]
    }

    fn driver_source(&self) -> &'static str {
        "https://learn.microsoft.com/sql/connect/odbc/download-odbc-driver-for-sql-server"
    }

    fn default_attributes(&self) -> &'static [(&'static str, &'static str)] {
        &[
            // For FreeTDS; Microsoft's driver warns of attributes that it does not know, and goes on.
            ("TDS_Version", "7.4"),
            ("ClientCharset", "UTF-8"),
        ]
    }

    fn session_setup(&self) -> &'static [&'static str] {
        &[
            // What the standard asks for, and computed columns, filtered indexes and indexed views need. What
            // does not fit is an error instead of being cut.
            "SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, \
             QUOTED_IDENTIFIER ON",
            "SET NUMERIC_ROUNDABORT OFF",
            // Rows are counted.
            "SET NOCOUNT OFF",
            "SET LANGUAGE us_english",
            "SET DATEFORMAT ymd",
        ]
    }

    fn isolation(&self, level: &str) -> Option<String> {
        let level = standard_isolation(level)?;
        Some(format!("SET TRANSACTION ISOLATION LEVEL {level}"))
    }

    fn quote(&self, name: &str) -> String {
        format!("[{}]", name.replace(']', "]]"))
    }

    fn map_type(&self, column: &NativeColumn) -> Result<MappedType, String> {
        types::map_type(column)
    }

    fn read_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match (property.value_type, handling(property)) {
            (_, Handling::CodePage(true) | Handling::Padded) => format!("RTRIM({column})"),
            (_, Handling::OldText | Handling::Xml | Handling::Json) => {
                format!("CAST({column} AS nvarchar(max))")
            }
            (_, Handling::Image) => format!("CAST({column} AS varbinary(max))"),
            (_, Handling::Money) => format!("CAST({column} AS decimal(19,4))"),
            (_, Handling::Offset) => format!("CAST(SWITCHOFFSET({column}, '+00:00') AS datetime2(7))"),
            // Cut, not rounded: rounding could end at midnight.
            (_, Handling::Time) => format!("LEFT(CONVERT(varchar(16), {column}, 121), 15)"),
            (ValueType::Guid, _) => format!("LOWER(CONVERT(char(36), {column}))"),
            _ => column.to_owned(),
        }
    }

    fn length_expression(&self, column: &str, property: &SchemaProperty) -> String {
        match property.value_type {
            ValueType::Binary => format!("DATALENGTH({column})"),
            // LEN leaves blanks at the end out; every character has two bytes, some four.
            _ => format!("DATALENGTH(CAST({column} AS nvarchar(max))) / 2"),
        }
    }

    fn parameter(&self, property: &SchemaProperty) -> String {
        let declared = Declared::parse(&property.native_type);
        match (property.value_type, handling(property)) {
            // Compared with a Unicode text the column would be converted instead of looked up in its index.
            (_, Handling::CodePage(_)) if declared.argument().is_some() => {
                "CAST(? AS varchar(8000))".to_owned()
            }
            (_, Handling::CodePage(_)) => "CAST(? AS varchar(max))".to_owned(),
            (_, Handling::Xml) => "CAST(CAST(? AS nvarchar(max)) AS xml)".to_owned(),
            (_, Handling::Money) => "CAST(CAST(? AS decimal(19,4)) AS money)".to_owned(),
            (_, Handling::Offset) => "TODATETIMEOFFSET(CAST(? AS datetime2(6)), '+00:00')".to_owned(),
            (_, Handling::Time) => "CAST(? AS time(6))".to_owned(),
            (_, Handling::OldMoment) => "CAST(CAST(? AS datetime2(6)) AS datetime)".to_owned(),
            (ValueType::Boolean, _) => "CAST(? AS bit)".to_owned(),
            (ValueType::Integer, _) => "CAST(? AS bigint)".to_owned(),
            (ValueType::Decimal(precision, scale), _) => format!("CAST(? AS decimal({precision},{scale}))"),
            (ValueType::Float, _) => "CAST(? AS float)".to_owned(),
            (ValueType::Date, _) => "CAST(? AS date)".to_owned(),
            (ValueType::Timestamp | ValueType::TimestampUtc, _) => "CAST(? AS datetime2(6))".to_owned(),
            (ValueType::Guid, _) => "CAST(? AS uniqueidentifier)".to_owned(),
            // Typed by the column, so that nothing is cut off.
            (ValueType::String | ValueType::Binary | ValueType::Time, _) => "?".to_owned(),
        }
    }

    // A page needs an order, even if it is none.
    fn page(&self, select: &str, order: &str, limit: Option<usize>, offset: usize) -> String {
        if limit.is_none() && offset == 0 {
            return ordered(select, order);
        }
        let order = if order.is_empty() { "(SELECT NULL)" } else { order };
        let sql = offset_fetch(select, order, None, offset);
        let skip = if offset == 0 { " OFFSET 0 ROWS" } else { "" };
        let fetch = limit.map(|limit| format!(" FETCH NEXT {limit} ROWS ONLY")).unwrap_or_default();
        format!("{sql}{skip}{fetch}")
    }

    fn declared_type(&self, value_type: ValueType, in_key: bool) -> String {
        match value_type {
            ValueType::Boolean => "bit".to_owned(),
            ValueType::Integer => "bigint".to_owned(),
            ValueType::Decimal(precision, scale) => format!("decimal({precision},{scale})"),
            ValueType::Float => "float".to_owned(),
            // An index takes 1700 bytes: three such columns.
            ValueType::String if in_key => "nvarchar(255) COLLATE Latin1_General_100_BIN2".to_owned(),
            ValueType::String => "nvarchar(max) COLLATE Latin1_General_100_BIN2".to_owned(),
            ValueType::Binary if in_key => "varbinary(255)".to_owned(),
            ValueType::Binary => "varbinary(max)".to_owned(),
            ValueType::Date => "date".to_owned(),
            // As text, which is what times are read and bound as.
            ValueType::Time => "varchar(15)".to_owned(),
            ValueType::Timestamp | ValueType::TimestampUtc => "datetime2(6)".to_owned(),
            ValueType::Guid => "uniqueidentifier".to_owned(),
        }
    }

    fn has_native_guids(&self, property: &SchemaProperty) -> bool {
        property.native_type.eq_ignore_ascii_case("uniqueidentifier")
    }

    fn is_zoned(&self, declaration: &str) -> bool {
        declaration.to_lowercase().starts_with("datetimeoffset")
    }

    fn text_equality(&self) -> TextEquality {
        TextEquality::Collation
    }

    // As bytes of UTF-16: even binary collations take blanks at the end for nothing.
    fn exact_text(&self, expression: &str) -> String {
        format!("CAST(CAST({expression} AS nvarchar(max)) AS varbinary(max))")
    }

    fn comparison(&self, column: &str, property: &SchemaProperty) -> Option<(String, String)> {
        match (property.value_type, handling(property)) {
            (_, Handling::Image | Handling::Xml | Handling::Json) => None,
            (ValueType::String, _) => {
                Some((self.exact_text(&self.read_expression(column, property)), self.exact_text("?")))
            }
            // What is read is cut to microseconds; the column has more.
            _ if Declared::parse(&property.native_type).is_finer_than_micros() => None,
            _ => Some((column.to_owned(), self.parameter(property))),
        }
    }

    fn order_by(&self, column: &str, property: &SchemaProperty, descending: bool) -> Option<String> {
        let mut item = match (property.value_type, handling(property)) {
            (_, Handling::Image | Handling::Xml | Handling::Json) => return None,
            (ValueType::String, _) => {
                format!("CAST({column} AS nvarchar(max)) COLLATE Latin1_General_100_BIN2")
            }
            // The server sorts GUIDs by their last part first.
            (ValueType::Guid, _) => self.read_expression(column, property),
            _ => column.to_owned(),
        };
        item.push_str(if descending { " DESC" } else { "" });
        Some(item)
    }

    fn kept(&self, property: &SchemaProperty) -> Kept {
        let declared = Declared::parse(&property.native_type);
        match (property.value_type, declared.name.as_str()) {
            // Three digits, but the third is 0, 3 or 7.
            (ValueType::Timestamp, "datetime") => Kept::FractionDigits(2),
            (ValueType::Timestamp, "smalldatetime") => Kept::FractionDigits(0),
            (
                ValueType::Time | ValueType::Timestamp | ValueType::TimestampUtc,
                "time" | "datetime2" | "datetimeoffset",
            ) => declared.digits().filter(|digits| *digits < 6).map_or(Kept::Exactly, Kept::FractionDigits),
            (ValueType::Float, "real") => Kept::SinglePrecision,
            (ValueType::String, "char" | "nchar") => Kept::WithoutTrailingBlanks,
            (ValueType::String, "xml" | "json") => Kept::Respelled,
            (ValueType::Binary, "binary") => Kept::FixedLength(declared.argument().unwrap_or(1)),
            _ => Kept::Exactly,
        }
    }

    fn boolean_literal(&self, value: bool) -> &'static str {
        if value { "1" } else { "0" }
    }

    fn catalog(&self) -> Option<CatalogQueries> {
        Some(catalog::queries())
    }

    fn is_system_schema(&self, owner: &str) -> bool {
        let owner = owner.to_ascii_lowercase();
        owner == "sys" || owner == "information_schema" || owner.starts_with("db_")
    }

    fn classify(&self, diagnosis: &Diagnosis) -> ErrorKind {
        classify(errors::RULES, diagnosis)
    }

    fn is_transient(&self, diagnosis: &Diagnosis) -> bool {
        is_transient(self.classify(diagnosis))
    }
}
