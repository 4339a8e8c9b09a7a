//! Types of DB2 (S2); the table stands in [`super`].

use crate::{
    connect::odbc::dialect::{
        MappedType, NativeColumn,
        declared::{self, Declared},
    },
    project::SchemaProperty,
    value::ValueType,
};

pub fn map_type(column: &NativeColumn) -> Result<MappedType, String> {
    let bits = column.declaration.to_ascii_uppercase().ends_with("FOR BIT DATA");
    match column.type_name.to_ascii_uppercase().as_str() {
        "BOOLEAN" => declared::plain(ValueType::Boolean),
        "SMALLINT" | "INTEGER" | "BIGINT" => declared::plain(ValueType::Integer),
        "DECIMAL" | "NUMERIC" => declared::decimal(column),
        // Only text holds every value.
        "DECFLOAT" => declared::plain(ValueType::String),
        "REAL" | "DOUBLE" | "FLOAT" => declared::plain(ValueType::Float),
        "CHARACTER" | "CHAR" | "VARCHAR" | "LONG VARCHAR" if bits => declared::plain(ValueType::Binary),
        "CHARACTER" | "CHAR" | "VARCHAR" | "LONG VARCHAR" | "GRAPHIC" | "VARGRAPHIC" | "LONG VARGRAPHIC"
        | "CLOB" | "DBCLOB" => declared::text(column),
        "BINARY" | "VARBINARY" | "BLOB" => declared::plain(ValueType::Binary),
        "DATE" => declared::plain(ValueType::Date),
        "TIME" => declared::plain(ValueType::Time),
        "TIMESTAMP" => declared::plain(ValueType::Timestamp),
        "XML" => declared::plain(ValueType::String),
        "REFERENCE" | "ARRAY" | "ROW" | "CURSOR" => Err(format!("{} is no single value", column.declaration)),
        _ => declared::unknown(column),
    }
}

/// How a column has to be read and written, as far as it differs from what its values are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// As its value type says; also everything in the program's own tables.
    Plain,
    /// A boolean of the system's own.
    Boolean,
    /// Fixed length, padded with blanks.
    Padded,
    /// Large or XML: cannot be compared or sorted.
    Large,
    Xml,
    /// Decimal floating point behind text.
    DecimalFloat,
    /// A time of day of the system's own, in whole seconds.
    Time,
}

/// From the declaration that the catalog gave.
pub fn handling(property: &SchemaProperty) -> Handling {
    let declared = Declared::parse(&property.native_type);
    match (property.value_type, declared.name.as_str()) {
        (ValueType::Boolean, "boolean") => Handling::Boolean,
        (ValueType::String, "character" | "char" | "graphic") => Handling::Padded,
        (ValueType::String, "xml") => Handling::Xml,
        (ValueType::String, "decfloat") => Handling::DecimalFloat,
        (ValueType::Time, "time") => Handling::Time,
        (_, name) if ["clob", "dbclob", "blob"].contains(&name) || name.starts_with("long ") => {
            Handling::Large
        }
        _ => Handling::Plain,
    }
}
