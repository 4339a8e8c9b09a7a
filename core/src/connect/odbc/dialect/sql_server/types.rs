//! Types of SQL Server (S2); the table stands in [`super`].

use crate::{
    connect::odbc::dialect::{
        MappedType, NativeColumn,
        declared::{self, Declared},
    },
    project::SchemaProperty,
    value::ValueType,
};

pub fn map_type(column: &NativeColumn) -> Result<MappedType, String> {
    let declaration = &column.declaration;
    match column.type_name.to_ascii_lowercase().as_str() {
        "bit" => declared::plain(ValueType::Boolean),
        "tinyint" | "smallint" | "int" | "bigint" => declared::plain(ValueType::Integer),
        "decimal" | "numeric" => declared::decimal(column),
        "money" => declared::plain(ValueType::Decimal(19, 4)),
        "smallmoney" => declared::plain(ValueType::Decimal(10, 4)),
        "real" | "float" => declared::plain(ValueType::Float),
        "char" | "varchar" | "nchar" | "nvarchar" => declared::text(column),
        "text" | "ntext" | "xml" | "json" => declared::plain(ValueType::String),
        "sysname" => Ok(MappedType { value_type: ValueType::String, max_length: Some(128) }),
        "uniqueidentifier" => declared::plain(ValueType::Guid),
        "binary" | "varbinary" | "image" => declared::plain(ValueType::Binary),
        "date" => declared::plain(ValueType::Date),
        "time" => declared::plain(ValueType::Time),
        "datetime" | "smalldatetime" | "datetime2" => declared::plain(ValueType::Timestamp),
        "datetimeoffset" => declared::plain(ValueType::TimestampUtc),
        "timestamp" | "rowversion" => Err(format!("{declaration} counts changes; it is no value")),
        "hierarchyid" => Err(format!("{declaration} is a place in a tree")),
        "geometry" | "geography" => Err(format!("{declaration} is a geometric type")),
        "sql_variant" => Err(format!("{declaration} has values of many types")),
        "vector" => Err(format!("{declaration} is a vector")),
        _ => declared::unknown(column),
    }
}

/// How a column has to be read and written, as far as it differs from what its values are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// As its value type says; also everything in the program's own tables.
    Plain,
    /// Text in the code page of its collation; `true` if padded with blanks.
    CodePage(bool),
    /// Unicode text, padded with blanks.
    Padded,
    /// Text of the kind that functions do not take.
    OldText,
    Xml,
    Json,
    Image,
    Money,
    /// A point in time with the offset that it was written with.
    Offset,
    /// A time of the system's own.
    Time,
    /// A moment in steps of 1/300 of a second, or in minutes.
    OldMoment,
}

/// From the declaration that the catalog gave.
pub fn handling(property: &SchemaProperty) -> Handling {
    let declared = Declared::parse(&property.native_type);
    match (property.value_type, declared.name.as_str()) {
        (ValueType::String, "char") => Handling::CodePage(true),
        (ValueType::String, "varchar") => Handling::CodePage(false),
        (ValueType::String, "nchar") => Handling::Padded,
        (ValueType::String, "text" | "ntext") => Handling::OldText,
        (ValueType::String, "xml") => Handling::Xml,
        (ValueType::String, "json") => Handling::Json,
        (ValueType::Binary, "image") => Handling::Image,
        (ValueType::Decimal(..), "money" | "smallmoney") => Handling::Money,
        (ValueType::TimestampUtc, "datetimeoffset") => Handling::Offset,
        (ValueType::Time, "time") => Handling::Time,
        (ValueType::Timestamp, "datetime" | "smalldatetime") => Handling::OldMoment,
        _ => Handling::Plain,
    }
}
