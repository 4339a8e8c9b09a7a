//! Dates held as text in a format of their own (R21): text ↔ date, time, timestamps.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, StringArray};
use datafusion::common::cast::as_string_array;
use jiff::fmt::strtime::{self, BrokenDownTime};

use crate::{
    mapping::elements::Typed,
    value::{Value, ValueType, array_of, value_at},
};

/// True for types whose values can have a format.
pub(super) const fn has_format(value_type: ValueType) -> bool {
    matches!(value_type, ValueType::Date | ValueType::Time | ValueType::Timestamp | ValueType::TimestampUtc)
}

/// Texts, each as a value of type `wanted`; NULL where one does not have the format.
pub(super) fn parsed(texts: Typed, format: &str, wanted: ValueType) -> Typed {
    let own = format.to_owned();
    let parsed = move |texts: &ArrayRef| {
        let values: Vec<Value> = as_string_array(texts)?
            .iter()
            .map(|text| text.and_then(|text| parse(&own, text, wanted)).unwrap_or_default())
            .collect();
        Ok(array_of(wanted, values.iter()))
    };
    texts.each(&format!("parsed as {format}"), wanted, Arc::new(parsed))
}

/// Values, each as text in that format; NULL where the format asks for what one does not have.
pub(super) fn formatted(values: Typed, format: &str) -> Typed {
    let own = format.to_owned();
    let formatted = move |values: &ArrayRef| {
        let texts: StringArray =
            (0..values.len()).map(|row| in_format(&own, &value_at(values, row))).collect();
        Ok(Arc::new(texts) as ArrayRef)
    };
    values.each(&format!("formatted as {format}"), ValueType::String, Arc::new(formatted))
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
