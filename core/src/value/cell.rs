//! One value: a cell of an Arrow column, for keys, change lists, logs and the editor.

use std::fmt;

use arrow::{
    array::{
        Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array,
        Int64Array, StringArray, Time64MicrosecondArray, TimestampMicrosecondArray,
    },
    datatypes::{
        DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, Time64MicrosecondType, TimeUnit,
        TimestampMicrosecondType,
    },
};
use jiff::{SignedDuration, Timestamp, civil};

use super::{ValueType, list::list_at};

/// One value of a property.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// No value. Not the same as an empty string.
    #[default]
    Null,
    /// True or false.
    Boolean(bool),
    /// Whole number.
    Integer(i64),
    /// Exact number: `unscaled` × 10^-`scale`.
    Decimal {
        /// All digits.
        unscaled: i128,
        /// How many of them stand after the point.
        scale: i8,
    },
    /// Floating point number.
    Float(f64),
    /// Text; also GUIDs.
    String(String),
    /// Bytes.
    Binary(Vec<u8>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01 00:00, without zone.
    Timestamp(i64),
    /// Microseconds since 1970-01-01 00:00 UTC.
    TimestampUtc(i64),
    /// Values of a multi-valued property, in order.
    List(Vec<Value>),
}

impl Value {
    /// True for NULL.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// True for NULL, the empty string and the list without elements.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::String(text) => text.is_empty(),
            Self::List(values) => values.is_empty(),
            _ => false,
        }
    }

    /// The value as JSON: booleans, integers and floats keep their type, lists are arrays, everything else is a
    /// string.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Boolean(value) => (*value).into(),
            Self::Integer(value) => (*value).into(),
            Self::Float(value) if value.is_finite() => (*value).into(),
            Self::List(values) => values.iter().map(Self::to_json).collect(),
            other => other.to_string().into(),
        }
    }
}

/// The written form: dates and times as in ISO 8601, bytes in hexadecimal, NULL as nothing, elements of a list
/// with `; ` between them.
impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Boolean(value) => write!(out, "{value}"),
            Self::Integer(value) => write!(out, "{value}"),
            Self::Decimal { unscaled, scale } => write_decimal(out, *unscaled, *scale),
            Self::Float(value) => write!(out, "{value}"),
            Self::String(text) => out.write_str(text),
            Self::Binary(bytes) => bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}")),
            Self::Date(days) => match date_of(*days) {
                Some(date) => write!(out, "{date}"),
                None => write!(out, "day {days}"),
            },
            Self::Time(micros) => match time_of(*micros) {
                Some(time) => write!(out, "{time}"),
                None => write!(out, "{micros} µs"),
            },
            Self::Timestamp(micros) => match timestamp_of(*micros) {
                Some(timestamp) => write!(out, "{timestamp}"),
                None => write!(out, "{micros} µs"),
            },
            Self::TimestampUtc(micros) => match Timestamp::from_microsecond(*micros) {
                Ok(timestamp) => write!(out, "{timestamp}"),
                Err(_) => write!(out, "{micros} µs"),
            },
            Self::List(values) => values.iter().enumerate().try_for_each(|(position, value)| {
                let between = if position == 0 { "" } else { "; " };
                write!(out, "{between}{value}")
            }),
        }
    }
}

fn write_decimal(out: &mut fmt::Formatter<'_>, unscaled: i128, scale: i8) -> fmt::Result {
    let Ok(scale) = usize::try_from(scale) else {
        return write!(out, "{unscaled}e{}", -i16::from(scale));
    };
    if scale == 0 {
        return write!(out, "{unscaled}");
    }
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    write!(out, "{sign}{whole}.{fraction}")
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);

fn date_of(days: i32) -> Option<civil::Date> {
    EPOCH.checked_add(SignedDuration::from_hours(i64::from(days) * 24)).ok()
}

fn time_of(micros: i64) -> Option<civil::Time> {
    civil::Time::midnight().checked_add(SignedDuration::from_micros(micros)).ok()
}

fn timestamp_of(micros: i64) -> Option<civil::DateTime> {
    EPOCH.to_datetime(civil::Time::midnight()).checked_add(SignedDuration::from_micros(micros)).ok()
}

/// The value in row `row` of an Arrow column of one of the types of [`ValueType::arrow`], or a list of them.
///
/// Rows beyond the end and types that no [`ValueType`] maps to give [`Value::Null`].
#[must_use]
pub fn value_at(array: &dyn Array, row: usize) -> Value {
    if row >= array.len() || array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Boolean => Value::Boolean(array.as_boolean().value(row)),
        DataType::Int64 => Value::Integer(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => Value::Float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, scale) => {
            Value::Decimal { unscaled: array.as_primitive::<Decimal128Type>().value(row), scale: *scale }
        }
        DataType::Utf8 => Value::String(array.as_string::<i32>().value(row).to_owned()),
        DataType::Utf8View => Value::String(array.as_string_view().value(row).to_owned()),
        DataType::LargeUtf8 => Value::String(array.as_string::<i64>().value(row).to_owned()),
        DataType::Binary => Value::Binary(array.as_binary::<i32>().value(row).to_owned()),
        DataType::Date32 => Value::Date(array.as_primitive::<Date32Type>().value(row)),
        DataType::Time64(TimeUnit::Microsecond) => {
            Value::Time(array.as_primitive::<Time64MicrosecondType>().value(row))
        }
        DataType::Timestamp(TimeUnit::Microsecond, None) => {
            Value::Timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => {
            Value::TimestampUtc(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        DataType::List(_) => list_at(array, row),
        _ => Value::Null,
    }
}

/// An Arrow column of type `value_type` that holds `values`; a value of another kind, also a list, becomes NULL.
#[must_use]
pub fn array_of<'a>(value_type: ValueType, values: impl Iterator<Item = &'a Value>) -> ArrayRef {
    use std::sync::Arc;
    macro_rules! collect {
        ($array:ty, $pattern:pat => $value:expr) => {
            Arc::new(
                values
                    .map(|value| match value {
                        $pattern => Some($value),
                        _ => None,
                    })
                    .collect::<$array>(),
            )
        };
    }
    match value_type {
        ValueType::Boolean => collect!(BooleanArray, Value::Boolean(value) => *value),
        ValueType::Integer => collect!(Int64Array, Value::Integer(value) => *value),
        ValueType::Float => collect!(Float64Array, Value::Float(value) => *value),
        ValueType::String | ValueType::Guid => collect!(StringArray, Value::String(text) => text.as_str()),
        ValueType::Binary => collect!(BinaryArray, Value::Binary(bytes) => bytes.as_slice()),
        ValueType::Date => collect!(Date32Array, Value::Date(days) => *days),
        ValueType::Time => collect!(Time64MicrosecondArray, Value::Time(micros) => *micros),
        ValueType::Timestamp => collect!(TimestampMicrosecondArray, Value::Timestamp(micros) => *micros),
        ValueType::TimestampUtc => {
            let array: TimestampMicrosecondArray = values
                .map(|value| match value {
                    Value::TimestampUtc(micros) => Some(*micros),
                    _ => None,
                })
                .collect();
            Arc::new(array.with_timezone("UTC"))
        }
        ValueType::Decimal(precision, scale) => {
            let array: Decimal128Array = values
                .map(|value| match value {
                    Value::Decimal { unscaled, scale: own } if *own == scale => Some(*unscaled),
                    _ => None,
                })
                .collect();
            Arc::new(array.with_data_type(DataType::Decimal128(precision, scale)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_people_expect() {
        let cases = [
            (Value::Null, ""),
            (Value::Decimal { unscaled: 1250, scale: 2 }, "12.50"),
            (Value::Decimal { unscaled: -5, scale: 2 }, "-0.05"),
            (Value::Decimal { unscaled: 7, scale: 0 }, "7"),
            (Value::Date(0), "1970-01-01"),
            (Value::Date(-1), "1969-12-31"),
            (Value::Date(19_782), "2024-02-29"),
            (Value::Time(3_600_000_001), "01:00:00.000001"),
            (Value::Timestamp(86_400_000_000), "1970-01-02T00:00:00"),
            (Value::TimestampUtc(0), "1970-01-01T00:00:00Z"),
            (Value::Binary(vec![0, 255]), "00ff"),
        ];
        for (value, text) in cases {
            assert_eq!(value.to_string(), text);
        }
    }

    #[test]
    fn every_type_survives_a_column() {
        let cases = [
            (ValueType::Boolean, Value::Boolean(true)),
            (ValueType::Integer, Value::Integer(i64::MIN)),
            (ValueType::Decimal(12, 2), Value::Decimal { unscaled: -12_345, scale: 2 }),
            (ValueType::Float, Value::Float(0.1)),
            (ValueType::String, Value::String("Łódź 東京".to_owned())),
            (ValueType::Binary, Value::Binary(vec![1, 2, 3])),
            (ValueType::Date, Value::Date(-40_000)),
            (ValueType::Time, Value::Time(86_399_999_999)),
            (ValueType::Timestamp, Value::Timestamp(-1)),
            (ValueType::TimestampUtc, Value::TimestampUtc(1_700_000_000_000_001)),
            (ValueType::Guid, Value::String("6f9619ff-8b86-d011-b42d-00c04fc964ff".to_owned())),
        ];
        for (value_type, value) in cases {
            let array = array_of(value_type, [&value, &Value::Null].into_iter());
            assert_eq!(array.data_type(), &value_type.arrow());
            assert_eq!(value_at(&array, 0), value);
            assert_eq!(value_at(&array, 1), Value::Null);
        }
    }
}
