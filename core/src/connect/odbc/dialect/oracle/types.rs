//! Types of Oracle (S2); the table stands in [`super`].

use crate::{
    connect::odbc::dialect::{
        MappedType, NativeColumn,
        declared::{self, Declared},
    },
    project::SchemaProperty,
    value::ValueType,
};

/// Digits that always fit into 64 bits.
const INTEGER_DIGITS: u32 = 18;

pub fn map_type(column: &NativeColumn) -> Result<MappedType, String> {
    let declaration = &column.declaration;
    let declared = Declared::parse(&column.type_name);
    match declared.name.as_str() {
        // Without declared digits only text holds every value.
        "number" if column.precision.is_none() && column.scale.is_none() => {
            declared::plain(ValueType::String)
        }
        "number"
            if column.scale.unwrap_or(0) == 0
                && column.precision.is_some_and(|digits| digits <= INTEGER_DIGITS) =>
        {
            declared::plain(ValueType::Integer)
        }
        "number" => declared::decimal(column),
        "float" | "binary_float" | "binary_double" => declared::plain(ValueType::Float),
        "boolean" => declared::plain(ValueType::Boolean),
        "char" | "nchar" | "varchar2" | "nvarchar2" => declared::text(column),
        "clob" | "nclob" | "xmltype" | "json" => declared::plain(ValueType::String),
        "interval year to month" | "interval day to second" => declared::plain(ValueType::String),
        "raw" | "blob" => declared::plain(ValueType::Binary),
        "date" | "timestamp" => declared::plain(ValueType::Timestamp),
        "timestamp with time zone" | "timestamp with local time zone" => {
            declared::plain(ValueType::TimestampUtc)
        }
        "long" | "long raw" => Err(format!("{declaration} cannot be measured or compared; use a LOB")),
        "rowid" | "urowid" => Err(format!("{declaration} is the place of a row")),
        "bfile" => Err(format!("{declaration} is a file")),
        "vector" => Err(format!("{declaration} is a vector")),
        name if name.starts_with("interval") => declared::plain(ValueType::String),
        _ => declared::unknown(column),
    }
}

/// How a column has to be read and written, as far as it differs from what its values are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// As its value type says; also everything in the program's own tables.
    Plain,
    /// Number without declared digits, behind text.
    AnyNumber,
    /// A boolean of the system's own.
    Boolean,
    /// Fixed length, padded with blanks.
    Padded,
    /// Large: cannot be compared or sorted.
    Large,
    Xml,
    Json,
    /// Interval of years and months, else of days and seconds.
    Interval(bool),
    /// Date with a time in whole seconds.
    Date,
    /// A point in time with a zone.
    Zoned,
    SinglePrecision,
}

/// From the declaration that the catalog gave.
pub fn handling(property: &SchemaProperty) -> Handling {
    let declared = Declared::parse(&property.native_type);
    match (property.value_type, declared.name.as_str()) {
        (ValueType::String, "number") => Handling::AnyNumber,
        (ValueType::Boolean, "boolean") => Handling::Boolean,
        (ValueType::String, "char" | "nchar") => Handling::Padded,
        (_, "clob" | "nclob" | "blob") => Handling::Large,
        (ValueType::String, "xmltype") => Handling::Xml,
        (ValueType::String, "json") => Handling::Json,
        (ValueType::String, name) if name.starts_with("interval year") => Handling::Interval(true),
        (ValueType::String, name) if name.starts_with("interval day") => Handling::Interval(false),
        (ValueType::Timestamp, "date") => Handling::Date,
        (ValueType::TimestampUtc, name) if name.ends_with("time zone") => Handling::Zoned,
        (ValueType::Float, "binary_float") => Handling::SinglePrecision,
        _ => Handling::Plain,
    }
}

/// A number format with room for all digits, one of them always before the point.
pub fn number_format(precision: u8, scale: i8) -> String {
    let scale = usize::try_from(scale).unwrap_or(0);
    let whole = usize::from(precision).saturating_sub(scale).max(1);
    let point = if scale == 0 { String::new() } else { format!("D{}", "0".repeat(scale)) };
    format!("FM{}0{point}", "9".repeat(whole - 1))
}
