//! Types of PostgreSQL (S2); the table stands in [`super`].

use crate::{
    connect::odbc::dialect::{
        MappedType, NativeColumn,
        declared::{self, Declared},
        sql::is_type_name,
    },
    project::SchemaProperty,
    value::ValueType,
};

/// Digits of `money`: 64 bits, of which the server's locale says how many digits stand after the point. No
/// currency has more than four.
const MONEY: ValueType = ValueType::Decimal(23, 4);

pub fn map_type(column: &NativeColumn) -> Result<MappedType, String> {
    match column.type_name.as_str() {
        "boolean" => declared::plain(ValueType::Boolean),
        "smallint" | "integer" | "bigint" | "oid" => declared::plain(ValueType::Integer),
        // Without declared digits only text holds every value.
        "numeric" if column.precision.is_none() => declared::plain(ValueType::String),
        "numeric" => declared::decimal(column),
        "money" => declared::plain(MONEY),
        "real" | "double precision" => declared::plain(ValueType::Float),
        "name" => Ok(MappedType { value_type: ValueType::String, max_length: Some(63) }),
        "\"char\"" => Ok(MappedType { value_type: ValueType::String, max_length: Some(1) }),
        "character varying" | "character" | "text" | "citext" | "bit" | "bit varying" => {
            declared::text(column)
        }
        "enum"
        | "json"
        | "jsonb"
        | "xml"
        | "inet"
        | "cidr"
        | "macaddr"
        | "macaddr8"
        | "interval"
        | "time with time zone"
        | "hstore"
        | "ltree" => declared::plain(ValueType::String),
        "bytea" => declared::plain(ValueType::Binary),
        "date" => declared::plain(ValueType::Date),
        "time without time zone" => declared::plain(ValueType::Time),
        "timestamp without time zone" => declared::plain(ValueType::Timestamp),
        "timestamp with time zone" => declared::plain(ValueType::TimestampUtc),
        "uuid" => declared::plain(ValueType::Guid),
        "array" => Err(format!("{} is an array: a property has one value", column.declaration)),
        "composite" => Err(format!("{} is a composite type", column.declaration)),
        "range" => Err(format!("{} is a range", column.declaration)),
        _ => declared::unknown(column),
    }
}

/// How a column has to be read and written, as far as it differs from what its values are here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handling {
    /// As its value type says.
    Plain,
    /// Text that is compared otherwise than by its characters.
    Folded,
    /// Fixed length, padded with blanks.
    Padded(u32),
    /// A type of its own behind text: written with a cast to it.
    Behind(String),
    /// A network address, whose cast to text adds the length of the network.
    Address,
    Money,
    ObjectIdentifier,
    SinglePrecision,
}

/// From the declaration that the catalog gave; an empty one, of the program's own tables, is plain.
pub fn handling(property: &SchemaProperty) -> Handling {
    let native = property.native_type.trim();
    let declared = Declared::parse(native);
    match (property.value_type, declared.name.as_str()) {
        (ValueType::String, "" | "text" | "character varying") => Handling::Plain,
        (ValueType::String, name) if name.contains(" collate ") => Handling::Folded,
        (ValueType::String, "character") => Handling::Padded(declared.argument().unwrap_or(1)),
        (ValueType::String, "inet") => Handling::Address,
        (ValueType::String, "bit" | "bit varying") => Handling::Behind("bit varying".to_owned()),
        (ValueType::String, "interval") => Handling::Behind("interval".to_owned()),
        (ValueType::String, "time with time zone") => Handling::Behind("time with time zone".to_owned()),
        // Casts to these cut what is too long off; the assignment to the column is left to the server.
        (ValueType::String, "name" | "\"char\"") => Handling::Behind("text".to_owned()),
        (ValueType::String, _) if is_type_name(native) => Handling::Behind(native.to_owned()),
        (ValueType::Decimal(..), "money") => Handling::Money,
        (ValueType::Integer, "oid") => Handling::ObjectIdentifier,
        (ValueType::Float, "real") => Handling::SinglePrecision,
        _ => Handling::Plain,
    }
}
