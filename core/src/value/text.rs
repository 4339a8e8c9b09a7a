//! Values from their written form: the way back from the `Display` of [`Value`], for systems that hold text.
//!
//! Reading is exact or not at all: a text that would lose digits, a zone or a fraction is no value of the
//! type. Other programs' spellings of the same value are taken (`{6F96…}`, `1`, `2024-02-29 01:02`).

use jiff::{Timestamp, civil};

use super::{Value, ValueType, canonical_guid};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
const EPOCH: civil::Date = civil::date(1970, 1, 1);

/// The value of this type that a text stands for; `None` if it stands for none (S2).
///
/// Blanks around anything but a string do not count.
#[must_use]
pub fn parse_value(value_type: ValueType, text: &str) -> Option<Value> {
    Some(match value_type {
        ValueType::Boolean => Value::Boolean(parse_boolean(text)?),
        ValueType::Integer => Value::Integer(parse_integer(text)?),
        ValueType::Decimal(precision, scale) => {
            Value::Decimal { unscaled: parse_decimal(text.trim(), precision, scale)?, scale }
        }
        ValueType::Float => Value::Float(parse_float(text)?),
        ValueType::String => Value::String(text.to_owned()),
        ValueType::Binary => Value::Binary(parse_binary(text)?),
        ValueType::Date => Value::Date(parse_date(text)?),
        ValueType::Time => Value::Time(parse_time(text)?),
        ValueType::Timestamp => Value::Timestamp(parse_timestamp(text)?),
        ValueType::TimestampUtc => Value::TimestampUtc(parse_timestamp_utc(text)?),
        ValueType::Guid => Value::String(canonical_guid(text)?),
    })
}

/// `true`, `t`, `yes`, `y`, `1` and their opposites, in any case.
#[must_use]
pub fn parse_boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "0" | "f" | "false" | "n" | "no" => Some(false),
        "1" | "t" | "true" | "y" | "yes" => Some(true),
        _ => None,
    }
}

/// A whole number of 64 bits.
#[must_use]
pub fn parse_integer(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

/// A floating point number; `None` also for one that is too large.
#[must_use]
pub fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let value: f64 = text.parse().ok()?;
    let has_digits = text.bytes().any(|byte| byte.is_ascii_digit());
    (value.is_finite() || !has_digits).then_some(value)
}

/// The digits of a decimal, `scale` of them after the point; `None` if it has more than fit.
#[must_use]
pub fn parse_decimal(text: &str, precision: u8, scale: i8) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let scale = usize::try_from(scale).ok()?;
    let is_number = !(whole.is_empty() && fraction.is_empty())
        && whole.bytes().chain(fraction.bytes()).all(|digit| digit.is_ascii_digit());
    if !is_number || fraction.len() > scale {
        return None;
    }
    let unscaled: i128 = format!("{whole}{fraction:0<scale$}").parse().ok()?;
    let limit = 10_i128.checked_pow(precision.into())?;
    (unscaled < limit).then_some(sign * unscaled)
}

/// Bytes in hexadecimal.
#[must_use]
pub fn parse_binary(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.trim().chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Days since 1970-01-01 of an ISO 8601 date; a time of midnight may follow.
#[must_use]
pub fn parse_date(text: &str) -> Option<i32> {
    let (date, time) = split_moment(text.trim());
    let at_midnight = time.is_none_or(|time| parse_time(time) == Some(0));
    if at_midnight { days_of(date) } else { None }
}

/// Microseconds since midnight of an ISO 8601 time, with or without seconds and fraction.
#[must_use]
pub fn parse_time(text: &str) -> Option<i64> {
    let (clock, fraction) = match text.trim().split_once('.') {
        // A fraction belongs to seconds.
        Some((clock, fraction)) if clock.len() == 8 => (clock, parse_fraction(fraction)?),
        Some(_) => return None,
        None => (text.trim(), 0),
    };
    let mut parts = clock.split(':');
    let (hours, minutes) = (two_digits(parts.next()?, 24)?, two_digits(parts.next()?, 60)?);
    let seconds = parts.next().map_or(Some(0), |seconds| two_digits(seconds, 60))?;
    if parts.next().is_some() {
        return None;
    }
    Some(((hours * 60 + minutes) * 60 + seconds) * MICROS_PER_SECOND + fraction)
}

/// Microseconds since 1970-01-01 00:00 of an ISO 8601 date and time without zone; without time it is
/// midnight.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<i64> {
    let (date, time) = split_moment(text.trim());
    moment(date, time.map_or(Some(0), parse_time)?)
}

/// Microseconds since 1970-01-01 00:00 UTC of an ISO 8601 date and time; without a zone it is meant in UTC.
#[must_use]
pub fn parse_timestamp_utc(text: &str) -> Option<i64> {
    let (date, time) = split_moment(text.trim());
    let (time, offset) = time.map_or(Some((None, 0)), |time| {
        let (time, offset) = split_offset(time)?;
        Some((Some(time), offset))
    })?;
    let local = moment(date, time.map_or(Some(0), parse_time)?)?;
    let utc = local.checked_sub(offset)?;
    Timestamp::from_microsecond(utc).ok().map(|_| utc)
}

/// Whether a time or timestamp says in which zone it is meant.
#[must_use]
pub fn has_zone(text: &str) -> bool {
    let (_, time) = split_moment(text.trim());
    time.and_then(split_offset).is_some_and(|(rest, _)| time.is_some_and(|time| rest.len() < time.len()))
}

/// Date and time of a moment; `T` or a blank stands between them.
fn split_moment(text: &str) -> (&str, Option<&str>) {
    match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    }
}

/// Time and offset from UTC in microseconds; no offset is UTC.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(utc) = time.strip_suffix(['Z', 'z']) {
        return Some((utc, 0));
    }
    let Some(at) = time.find(['+', '-']) else { return Some((time, 0)) };
    let (time, offset) = time.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset.chars().skip(1).filter(|letter| *letter != ':').collect();
    let (hours, rest) = digits.split_at_checked(2)?;
    let minutes = if rest.is_empty() { 0 } else { two_digits(rest, 60)? };
    let seconds = (two_digits(hours, 24)? * 60 + minutes) * 60;
    Some((time.trim_end(), sign * seconds * MICROS_PER_SECOND))
}

fn moment(date: &str, time: i64) -> Option<i64> {
    i64::from(days_of(date)?).checked_mul(MICROS_PER_DAY)?.checked_add(time)
}

/// Years of four digits, or of six with a sign, as ISO 8601 writes those before 0 and after 9999.
fn days_of(date: &str) -> Option<i32> {
    let is_plain = date.len() == 10
        && date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let is_long = date.len() == 13 && date.starts_with('-');
    if !is_plain && !is_long {
        return None;
    }
    let date: civil::Date = date.parse().ok()?;
    date.since(EPOCH).ok().map(|span| span.get_days())
}

fn two_digits(text: &str, limit: i64) -> Option<i64> {
    let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number < limit)
}

/// Microseconds of a fraction of a second; digits beyond them must be zero.
fn parse_fraction(digits: &str) -> Option<i64> {
    let kept = digits.trim_end_matches('0');
    if digits.is_empty() || kept.len() > 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{kept:0<6}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        let cases = [
            ("12.5", Some(1250)),
            ("-0.05", Some(-5)),
            ("7", Some(700)),
            (".5", Some(50)),
            ("12.500", Some(1250)),
            ("12.505", None),
            ("1000", None),
            ("abc", None),
            ("", None),
            ("1e5", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_decimal(text, 5, 2), expected, "{text}");
        }
    }

    #[test]
    fn dates_before_and_after_the_epoch() {
        let cases = [
            ("1970-01-01", Some(0)),
            ("1969-12-31", Some(-1)),
            ("2024-02-29", Some(19_782)),
            ("2024-02-29 00:00:00", Some(19_782)),
            ("2024-02-29T00:00", Some(19_782)),
            ("-000001-12-31", Some(-719_529)),
            ("2024-02-29 12:00:00", None),
            ("2023-02-29", None),
            ("29.02.2024", None),
            ("20240229", None),
            ("2024-2-9", None),
        ];
        for (text, days) in cases {
            assert_eq!(parse_date(text), days, "{text}");
        }
    }

    #[test]
    fn times_are_exact_or_refused() {
        let cases = [
            ("01:02", Some(3_720_000_000)),
            ("01:02:03", Some(3_723_000_000)),
            ("01:02:03.000001", Some(3_723_000_001)),
            ("01:02:03.5000000", Some(3_723_500_000)),
            ("01:02:03.0000001", None),
            ("01:02.5", None),
            ("24:00", None),
            ("1:02", None),
            ("01:02:60", None),
            ("01:02:03+01", None),
        ];
        for (text, micros) in cases {
            assert_eq!(parse_time(text), micros, "{text}");
        }
    }

    #[test]
    fn a_zone_is_never_dropped() {
        let noon = 1_709_208_000_000_000;
        for text in [
            "2024-02-29 12:00",
            "2024-02-29T12:00:00Z",
            "2024-02-29T13:00:00+01:00",
            "2024-02-29 07:00:00.000 -05",
            "2024-02-29 07:00:00-0500",
        ] {
            assert_eq!(parse_timestamp_utc(text), Some(noon), "{text}");
            assert_eq!(parse_timestamp(text), (!has_zone(text)).then_some(noon), "{text}");
        }
        for text in ["2024-02-29T13:00:00+1", "2024-02-29T13:00:00+01:00[Europe/Berlin]", "2024-02-30T13:00Z"]
        {
            assert_eq!(parse_timestamp_utc(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_and_floats() {
        assert_eq!(parse_binary("00fF"), Some(vec![0, 255]));
        assert_eq!(parse_binary("0"), None);
        assert_eq!(parse_binary("0x00"), None);
        assert_eq!(parse_float("1e300"), Some(1e300));
        assert_eq!(parse_float("1e999"), None);
        assert_eq!(parse_float("inf"), Some(f64::INFINITY));
    }
}
