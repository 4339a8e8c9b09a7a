//! Smallest and largest value of each type, for data that the type cannot hold (W13).

use super::{Value, ValueType, parse_value};

/// Largest microsecond of a day.
const LAST_MICROSECOND: i64 = 86_399_999_999;

impl ValueType {
    /// The smallest value that a property of this type can be set to (W13); `None` if there is none.
    ///
    /// Dates begin with year 1, as in most databases.
    #[must_use]
    pub fn minimum(self) -> Option<Value> {
        match self {
            Self::Boolean => Some(Value::Boolean(false)),
            Self::Integer => Some(Value::Integer(i64::MIN)),
            Self::Decimal(precision, scale) => decimal(precision, scale, -1),
            Self::Float => Some(Value::Float(f64::MIN)),
            Self::String => Some(Value::String(String::new())),
            Self::Binary => Some(Value::Binary(Vec::new())),
            Self::Date | Self::Timestamp | Self::TimestampUtc => parse_value(self, "0001-01-01"),
            Self::Time => Some(Value::Time(0)),
            Self::Guid => Some(Value::String(uuid::Uuid::nil().hyphenated().to_string())),
        }
    }

    /// The largest value that a property of this type can be set to (W13); `None` for texts and bytes, which
    /// have none.
    ///
    /// Dates end with year 9999, as in most databases.
    #[must_use]
    pub fn maximum(self) -> Option<Value> {
        match self {
            Self::Boolean => Some(Value::Boolean(true)),
            Self::Integer => Some(Value::Integer(i64::MAX)),
            Self::Decimal(precision, scale) => decimal(precision, scale, 1),
            Self::Float => Some(Value::Float(f64::MAX)),
            Self::String | Self::Binary => None,
            Self::Date => parse_value(self, "9999-12-31"),
            // The last days of the year 9999 do not exist in every zone.
            Self::TimestampUtc => parse_value(self, "9999-12-29T23:59:59.999999Z"),
            Self::Timestamp => parse_value(self, "9999-12-31T23:59:59.999999"),
            Self::Time => Some(Value::Time(LAST_MICROSECOND)),
            Self::Guid => Some(Value::String(uuid::Uuid::max().hyphenated().to_string())),
        }
    }
}

fn decimal(precision: u8, scale: i8, sign: i128) -> Option<Value> {
    let unscaled = 10_i128.checked_pow(precision.into())? - 1;
    Some(Value::Decimal { unscaled: sign * unscaled, scale })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_values_of_their_type() {
        let types = [
            ValueType::Boolean,
            ValueType::Integer,
            ValueType::Decimal(38, 3),
            ValueType::Decimal(5, 2),
            ValueType::Float,
            ValueType::Date,
            ValueType::Time,
            ValueType::Timestamp,
            ValueType::TimestampUtc,
            ValueType::Guid,
        ];
        for value_type in types {
            for limit in [value_type.minimum().unwrap(), value_type.maximum().unwrap()] {
                assert_eq!(parse_value(value_type, &limit.to_string()), Some(limit), "{value_type:?}");
            }
        }
        assert_eq!(ValueType::Decimal(5, 2).maximum().unwrap().to_string(), "999.99");
        assert_eq!(ValueType::String.maximum(), None);
    }
}
