//! The type system (S2): which types values have, how they are held in Arrow columns, and how one value
//! is shown.
//!
//! Bulk data stays in Arrow arrays all the way; [`Value`] is one cell of it, for change lists, logs, keys
//! and the editor. Conversions between types are Arrow casts, made in plans (`mapping`), not here; here are
//! values and their written form.

mod cell;
mod composite;
mod limits;
mod list;
mod text;

use arrow::datatypes::{DataType, TimeUnit};
use serde::{Deserialize, Serialize};

pub use self::{
    cell::{Value, array_of, value_at},
    composite::{COMPOSITE_ESCAPE, COMPOSITE_SEPARATOR, join_composite, split_composite},
    list::{array_of_lists, column_of, column_type, list_type},
    text::{
        has_zone, parse_binary, parse_boolean, parse_date, parse_decimal, parse_float, parse_integer,
        parse_time, parse_timestamp, parse_timestamp_utc, parse_value,
    },
};

/// What stands for a value that nobody may see.
pub const MASK: &str = "••••";

/// Type of a schema property (S2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ValueType {
    /// True or false.
    Boolean,
    /// Whole number of 64 bits.
    Integer,
    /// Exact number with `precision` digits, `scale` of them after the point. Precision is at most 38.
    Decimal(u8, i8),
    /// Floating point number of 64 bits.
    Float,
    /// Text.
    String,
    /// Bytes.
    Binary,
    /// Calendar date.
    Date,
    /// Time of day, to the microsecond.
    Time,
    /// Date and time without a zone, to the microsecond.
    Timestamp,
    /// Point in time, to the microsecond; held in UTC.
    TimestampUtc,
    /// GUID; held as text in lower case with hyphens and without braces.
    Guid,
}

impl ValueType {
    /// The Arrow type that holds values of this type.
    #[must_use]
    pub fn arrow(self) -> DataType {
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Integer => DataType::Int64,
            Self::Decimal(precision, scale) => DataType::Decimal128(precision, scale),
            Self::Float => DataType::Float64,
            Self::String | Self::Guid => DataType::Utf8,
            Self::Binary => DataType::Binary,
            Self::Date => DataType::Date32,
            Self::Time => DataType::Time64(TimeUnit::Microsecond),
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::TimestampUtc => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    /// The type that holds values of an Arrow type, and whether it does so without a cast; `None` if none can.
    #[must_use]
    pub fn of_arrow(data_type: &DataType) -> Option<(Self, bool)> {
        let value_type = match data_type {
            DataType::Boolean => Self::Boolean,
            data_type if data_type.is_integer() => Self::Integer,
            DataType::Decimal128(precision, scale) => Self::Decimal(*precision, *scale),
            data_type if data_type.is_floating() => Self::Float,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => Self::String,
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Self::Binary,
            DataType::Date32 | DataType::Date64 => Self::Date,
            DataType::Time32(_) | DataType::Time64(_) => Self::Time,
            DataType::Timestamp(_, None) => Self::Timestamp,
            DataType::Timestamp(_, Some(_)) => Self::TimestampUtc,
            _ => return None,
        };
        Some((value_type, value_type.arrow() == *data_type))
    }

    /// True for types whose values are text.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::String | Self::Guid)
    }

    /// True for types that are drawn right-aligned.
    #[must_use]
    pub const fn is_numeric(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal(..) | Self::Float)
    }

    /// Name shown to people.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Boolean => "boolean".to_owned(),
            Self::Integer => "integer".to_owned(),
            Self::Decimal(precision, scale) => format!("decimal({precision},{scale})"),
            Self::Float => "float".to_owned(),
            Self::String => "string".to_owned(),
            Self::Binary => "binary".to_owned(),
            Self::Date => "date".to_owned(),
            Self::Time => "time".to_owned(),
            Self::Timestamp => "timestamp".to_owned(),
            Self::TimestampUtc => "timestamp (UTC)".to_owned(),
            Self::Guid => "GUID".to_owned(),
        }
    }
}

/// The written form of a GUID that Syncwright compares and stores: lower case, hyphens, no braces.
///
/// Gives `None` if the text is not a GUID.
#[must_use]
pub fn canonical_guid(text: &str) -> Option<String> {
    uuid::Uuid::try_parse(text.trim()).ok().map(|guid| guid.hyphenated().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guid_spellings_are_one_value() {
        let canonical = Some("6f9619ff-8b86-d011-b42d-00c04fc964ff".to_owned());
        for spelling in [
            "6F9619FF-8B86-D011-B42D-00C04FC964FF",
            "{6f9619ff-8b86-d011-b42d-00c04fc964ff}",
            "6f9619ff8b86d011b42d00c04fc964ff",
            " 6f9619ff-8b86-d011-b42d-00c04fc964ff ",
        ] {
            assert_eq!(canonical_guid(spelling), canonical, "{spelling}");
        }
        assert_eq!(canonical_guid("6f9619ff"), None);
    }
}
