//! Dates held as text in a format of their own (R21): text ↔ date, time, timestamps.

use std::sync::Arc;

use arrow::array::{Array, StringArray};
use datafusion::{
    common::cast::as_string_array,
    logical_expr::{ColumnarValue, Expr, Volatility, create_udf},
};
use jiff::fmt::strtime::{self, BrokenDownTime};

use crate::value::{Value, ValueType, array_of, value_at};

/// True for types whose values can have a format.
pub(super) const fn has_format(value_type: ValueType) -> bool {
    matches!(value_type, ValueType::Date | ValueType::Time | ValueType::Timestamp | ValueType::TimestampUtc)
}

/// The text as a value of type `wanted`; NULL if it does not have the format.
pub(super) fn parsed(text: Expr, format: &str, wanted: ValueType) -> Expr {
    let format = format.to_owned();
    let function = create_udf(
        &format!("parsed as {format}"),
        vec![ValueType::String.arrow()],
        wanted.arrow(),
        Volatility::Immutable,
        Arc::new(move |arguments: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let values: Vec<Value> = match arrays.first().map(|array| as_string_array(array)) {
                Some(texts) => texts?
                    .iter()
                    .map(|text| text.and_then(|text| parse(&format, text, wanted)).unwrap_or_default())
                    .collect(),
                None => Vec::new(),
            };
            Ok(ColumnarValue::Array(array_of(wanted, values.iter())))
        }),
    );
    function.call(vec![text])
}

/// The value of type `from` as text in that format; NULL if the format asks for what it does not have.
pub(super) fn formatted(value: Expr, format: &str, from: ValueType) -> Expr {
    let format = format.to_owned();
    let function = create_udf(
        &format!("formatted as {format}"),
        vec![from.arrow()],
        ValueType::String.arrow(),
        Volatility::Immutable,
        Arc::new(move |arguments: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let texts: StringArray = match arrays.first() {
                Some(array) => {
                    (0..array.len()).map(|row| in_format(&format, &value_at(array, row))).collect()
                }
                None => StringArray::new_null(0),
            };
            Ok(ColumnarValue::Array(Arc::new(texts)))
        }),
    );
    function.call(vec![value])
}

fn parse(format: &str, text: &str, wanted: ValueType) -> Option<Value> {
    let parts = strtime::parse(format, text.trim()).ok()?;
    // Through the written form: there is one place that knows how values are held.
    let written = match wanted {
        ValueType::Date => parts.to_date().ok()?.to_string(),
        ValueType::Time => parts.to_time().ok()?.to_string(),
        ValueType::Timestamp => date_time(&parts)?.to_string(),
        ValueType::TimestampUtc => match parts.to_timestamp() {
            Ok(timestamp) => timestamp.to_string(),
            Err(_) => format!("{}Z", date_time(&parts)?),
        },
        _ => return None,
    };
    crate::value::parse_value(wanted, &written)
}

/// A format without a time of day means midnight.
fn date_time(parts: &BrokenDownTime) -> Option<jiff::civil::DateTime> {
    parts.to_datetime().or_else(|_| parts.to_date().map(Into::into)).ok()
}

fn in_format(format: &str, value: &Value) -> Option<String> {
    let written = value.to_string();
    let parts = match value {
        Value::Date(_) => BrokenDownTime::from(written.parse::<jiff::civil::Date>().ok()?),
        Value::Time(_) => BrokenDownTime::from(written.parse::<jiff::civil::Time>().ok()?),
        Value::Timestamp(_) => BrokenDownTime::from(written.parse::<jiff::civil::DateTime>().ok()?),
        Value::TimestampUtc(_) => {
            let timestamp = written.parse::<jiff::Timestamp>().ok()?;
            BrokenDownTime::from(&timestamp.to_zoned(jiff::tz::TimeZone::UTC))
        }
        _ => return None,
    };
    parts.to_string(format).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_dates_become_each_other() {
        let date = Value::Date(19_782);
        assert_eq!(in_format("%d.%m.%Y", &date).as_deref(), Some("29.02.2024"));
        assert_eq!(parse("%d.%m.%Y", "29.02.2024", ValueType::Date), Some(date));
        assert_eq!(parse("%d.%m.%Y", "30.02.2024", ValueType::Date), None);
        assert_eq!(parse("%d.%m.%Y", "2024-02-29", ValueType::Date), None);
        let midnight = parse("%Y%m%d", "20240229", ValueType::Timestamp).unwrap();
        assert_eq!(midnight.to_string(), "2024-02-29T00:00:00");
        assert_eq!(in_format("%Y%m%d%H%M%SZ", &midnight).as_deref(), Some("20240229000000Z"));
        let utc = parse("%Y-%m-%d %H:%M:%S %z", "2024-02-29 12:00:00 +0200", ValueType::TimestampUtc);
        assert_eq!(utc.unwrap().to_string(), "2024-02-29T10:00:00Z");
        assert_eq!(in_format("%H:%M", &Value::Date(0)), None);
    }
}
