//! Types of MariaDB and MySQL (S2); the table stands in [`super`].

use crate::{
    connect::odbc::dialect::{
        MappedType, NativeColumn,
        declared::{self, Declared},
    },
    project::SchemaProperty,
    value::ValueType,
};

pub fn map_type(column: &NativeColumn) -> Result<MappedType, String> {
    let declared = Declared::parse(&column.declaration);
    let name = column.type_name.to_ascii_lowercase();
    let unsigned = declared.name.contains("unsigned");
    match name.as_str() {
        "boolean" | "bool" => declared::plain(ValueType::Boolean),
        // What `BOOLEAN` is in the catalog.
        "tinyint" if declared.name == "tinyint" && declared.arguments == [1] => {
            declared::plain(ValueType::Boolean)
        }
        "bit" => match declared.digits().unwrap_or(1) {
            1 => declared::plain(ValueType::Boolean),
            64 => declared::plain(ValueType::Decimal(20, 0)),
            _ => declared::plain(ValueType::Integer),
        },
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "year" => {
            declared::plain(ValueType::Integer)
        }
        "bigint" if unsigned => declared::plain(ValueType::Decimal(20, 0)),
        "bigint" => declared::plain(ValueType::Integer),
        "decimal" | "numeric" => declared::decimal(column),
        "float" | "double" | "real" => declared::plain(ValueType::Float),
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => declared::text(column),
        "enum" | "set" => declared::plain(ValueType::String),
        "json" | "inet4" | "inet6" => declared::plain(ValueType::String),
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => {
            declared::plain(ValueType::Binary)
        }
        "date" => declared::plain(ValueType::Date),
        "time" => declared::plain(ValueType::Time),
        "datetime" => declared::plain(ValueType::Timestamp),
        "timestamp" => declared::plain(ValueType::TimestampUtc),
        "uuid" => declared::plain(ValueType::Guid),
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => {
            Err(format!("{} is a geometric type", column.declaration))
        }
        "vector" => Err(format!("{} is a vector", column.declaration)),
        _ => declared::unknown(column),
    }
}

/// How a column has to be read and written, as far as it differs from what its values are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// As its value type says.
    Plain,
    /// Bits, which the driver gives as bytes.
    Bits,
    /// A small integer that stands for true and false, whatever else it may hold.
    Truth,
    /// A type of its own behind text.
    Behind,
    SinglePrecision,
}

/// From the declaration that the catalog gave; an empty one, of the program's own tables, is plain.
pub fn handling(property: &SchemaProperty) -> Handling {
    let declared = Declared::parse(&property.native_type);
    match (property.value_type, declared.name.as_str()) {
        (_, "bit") => Handling::Bits,
        (ValueType::Boolean, _) => Handling::Truth,
        (ValueType::Float, name) if name.starts_with("float") => Handling::SinglePrecision,
        (ValueType::String, "json" | "inet4" | "inet6" | "enum" | "set") => Handling::Behind,
        _ => Handling::Plain,
    }
}
