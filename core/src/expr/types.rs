//! Types in conditions: which may be compared, and text literals as values of the type beside them.
//!
//! | compared | meaning |
//! |---|---|
//! | types of one kind (numbers; dates and timestamps; texts; …) | as the engine compares them |
//! | anything with a text literal | the literal becomes a value of that type, or is an error |
//! | boolean with number | true is 1, false is 0 |
//! | everything else | an error that names both types |

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::ScalarValue;

use crate::value::{self, ValueType};

/// Kinds of types; values of one kind compare with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// NULL without a type.
    Null,
    Boolean,
    Number,
    Text,
    /// Dates and timestamps.
    Moment,
    Time,
    Binary,
    /// Intervals and durations.
    Span,
    List,
    Other,
}

/// The kind of a type.
pub(super) const fn kind(data_type: &DataType) -> Kind {
    use DataType as T;
    match data_type {
        T::Null => Kind::Null,
        T::Boolean => Kind::Boolean,
        T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 => {
            Kind::Number
        }
        T::Float16 | T::Float32 | T::Float64 => Kind::Number,
        T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..) | T::Decimal256(..) => Kind::Number,
        T::Utf8 | T::LargeUtf8 | T::Utf8View => Kind::Text,
        T::Date32 | T::Date64 | T::Timestamp(..) => Kind::Moment,
        T::Time32(_) | T::Time64(_) => Kind::Time,
        T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_) => Kind::Binary,
        T::Interval(_) | T::Duration(_) => Kind::Span,
        T::List(_) | T::LargeList(_) | T::FixedSizeList(..) | T::ListView(_) | T::LargeListView(_) => {
            Kind::List
        }
        _ => Kind::Other,
    }
}

/// The type that values have in Syncwright; `None` for types that no property has.
const fn value_type(data_type: &DataType) -> Option<ValueType> {
    use DataType as T;
    Some(match data_type {
        T::Boolean => ValueType::Boolean,
        T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 => {
            ValueType::Integer
        }
        T::Float16 | T::Float32 | T::Float64 => ValueType::Float,
        T::Decimal128(precision, scale) => ValueType::Decimal(*precision, *scale),
        T::Utf8 | T::LargeUtf8 | T::Utf8View => ValueType::String,
        T::Date32 | T::Date64 => ValueType::Date,
        T::Timestamp(_, None) => ValueType::Timestamp,
        T::Timestamp(_, Some(_)) => ValueType::TimestampUtc,
        T::Time32(_) | T::Time64(_) => ValueType::Time,
        T::Binary | T::LargeBinary | T::BinaryView => ValueType::Binary,
        _ => return None,
    })
}

/// The type in words.
pub(super) fn label(data_type: &DataType) -> String {
    match (value_type(data_type), kind(data_type), element(data_type)) {
        (_, Kind::List, Some(element)) => format!("list of {}", label(element)),
        (_, Kind::Null, _) => "NULL".to_owned(),
        (_, Kind::Span, _) => "interval".to_owned(),
        (Some(value_type), ..) => value_type.label(),
        _ => data_type.to_string(),
    }
}

/// The type of the members of a list.
pub(super) fn element(data_type: &DataType) -> Option<&DataType> {
    use DataType as T;
    match data_type {
        T::List(field)
        | T::LargeList(field)
        | T::FixedSizeList(field, _)
        | T::ListView(field)
        | T::LargeListView(field) => Some(field.data_type()),
        _ => None,
    }
}

/// The value of a type that a text stands for, spelled as in project files; `None` if it stands for none.
pub(super) fn typed(text: &str, data_type: &DataType) -> Option<ScalarValue> {
    use value::Value as V;
    let value_type = value_type(data_type)?;
    Some(match value::parse_value(value_type, text)? {
        V::Null | V::List(_) => return None,
        V::Boolean(value) => ScalarValue::Boolean(Some(value)),
        V::Integer(value) => ScalarValue::Int64(Some(value)),
        V::Decimal { unscaled, scale } => match value_type {
            ValueType::Decimal(precision, _) => ScalarValue::Decimal128(Some(unscaled), precision, scale),
            _ => return None,
        },
        V::Float(value) => ScalarValue::Float64(Some(value)),
        V::String(value) => ScalarValue::Utf8(Some(value)),
        V::Binary(value) => ScalarValue::Binary(Some(value)),
        V::Date(days) => ScalarValue::Date32(Some(days)),
        V::Time(micros) => ScalarValue::Time64Microsecond(Some(micros)),
        V::Timestamp(micros) => ScalarValue::TimestampMicrosecond(Some(micros), None),
        V::TimestampUtc(micros) => ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into())),
    })
}

/// A text literal's text.
pub(super) fn text_of(value: &ScalarValue) -> Option<&str> {
    match value {
        ScalarValue::Utf8(Some(text))
        | ScalarValue::LargeUtf8(Some(text))
        | ScalarValue::Utf8View(Some(text)) => Some(text),
        _ => None,
    }
}

/// How a value of the type is written, for help texts.
pub(super) fn example(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "true",
        DataType::Date32 | DataType::Date64 => "2024-02-29",
        DataType::Timestamp(_, None) => "2024-02-29 13:45:00",
        DataType::Timestamp(_, Some(_)) => "2024-02-29T13:45:00Z",
        DataType::Time32(_) | DataType::Time64(TimeUnit::Microsecond | TimeUnit::Nanosecond) => "13:45:00",
        DataType::Decimal128(..) | DataType::Float64 => "12.5",
        DataType::Binary => "00ff",
        _ => "7",
    }
}
