//! Which type the values of a column have, judged by all of them (S1, S2).
//!
//! A type is proposed only if every value has exactly one spelling in it, so that nothing is lost when the
//! engineer accepts the proposal: `007` and `+7` stay text, `1.10` beside `1.2` too (they may be versions),
//! numbers beyond 64 bits are identifiers. Floating point numbers are never proposed. NULL says nothing.

use crate::value::{
    ValueType, canonical_guid, has_zone, parse_date, parse_integer, parse_time, parse_timestamp,
    parse_timestamp_utc,
};

/// Digits that an exact number can have.
const MOST_DIGITS: usize = 38;

/// Lengths of a GUID with hyphens, without and with braces; 32 digits alone may be anything.
const GUID_LENGTHS: [usize; 2] = [36, 38];

/// What the values seen so far can be.
#[derive(Debug, Clone)]
pub struct Guess {
    any: bool,
    boolean: bool,
    integer: bool,
    decimal: bool,
    date: bool,
    time: bool,
    timestamp: bool,
    timestamp_utc: bool,
    guid: bool,
    /// Most digits before the point.
    whole: usize,
    /// Fewest and most digits after it.
    fraction: Option<(usize, usize)>,
    /// A fraction ends with a zero.
    padded: bool,
}

impl Default for Guess {
    fn default() -> Self {
        Self {
            any: false,
            boolean: true,
            integer: true,
            decimal: true,
            date: true,
            time: true,
            timestamp: true,
            timestamp_utc: true,
            guid: true,
            whole: 0,
            fraction: None,
            padded: false,
        }
    }
}

impl Guess {
    /// Takes a value that is not NULL.
    pub fn see(&mut self, text: &str) {
        self.any = true;
        self.boolean &= text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
        if self.integer || self.decimal {
            self.see_number(text);
        }
        // What only looks like a type when blanks around it are left out is text.
        let is_bare = text.trim() == text;
        self.date &= is_bare && text.len() == 10 && parse_date(text).is_some();
        self.time &= is_bare && parse_time(text).is_some();
        let is_moment = is_bare && text.contains(':');
        self.timestamp &= is_moment && parse_timestamp(text).is_some();
        self.timestamp_utc &= is_moment && has_zone(text) && parse_timestamp_utc(text).is_some();
        self.guid &= is_bare && GUID_LENGTHS.contains(&text.len()) && canonical_guid(text).is_some();
    }

    fn see_number(&mut self, text: &str) {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
        let is_plain = is_digits(whole)
            && fraction.is_none_or(is_digits)
            && (whole == "0" || !whole.starts_with('0'))
            // Minus zero is no other number than zero, but another text.
            && !(text.starts_with('-') && digits.bytes().all(|digit| matches!(digit, b'0' | b'.')));
        self.integer &= is_plain && fraction.is_none() && parse_integer(text).is_some();
        self.decimal &= is_plain;
        let after = fraction.map_or(0, str::len);
        self.whole = self.whole.max(whole.len());
        self.fraction =
            Some(self.fraction.map_or((after, after), |(least, most)| (least.min(after), most.max(after))));
        self.padded |= fraction.is_some_and(|fraction| fraction.ends_with('0'));
    }

    /// The proposed type.
    pub fn value_type(&self) -> ValueType {
        let found = [
            (self.boolean, ValueType::Boolean),
            (self.integer, ValueType::Integer),
            (self.date, ValueType::Date),
            (self.time, ValueType::Time),
            (self.timestamp, ValueType::Timestamp),
            (self.timestamp_utc, ValueType::TimestampUtc),
            (self.guid, ValueType::Guid),
        ];
        if !self.any {
            return ValueType::String;
        }
        let found = found.into_iter().find_map(|(possible, value_type)| possible.then_some(value_type));
        found.or_else(|| self.decimal_type()).unwrap_or(ValueType::String)
    }

    fn decimal_type(&self) -> Option<ValueType> {
        let (least, most) = self.fraction.filter(|_| self.decimal)?;
        // One value must not have two spellings in the column.
        let has_one_spelling = least == most || !self.padded;
        let digits = self.whole + most;
        if most == 0 || !has_one_spelling || digits > MOST_DIGITS {
            return None;
        }
        Some(ValueType::Decimal(u8::try_from(digits).ok()?, i8::try_from(most).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_proposed_only_where_nothing_is_lost() {
        let text = ValueType::String;
        let cases: &[(&[&str], ValueType)] = &[
            (&[], text),
            (&["true", "False"], ValueType::Boolean),
            (&["yes", "no"], text),
            (&["0", "1"], ValueType::Integer),
            (&["1", "-20", "9223372036854775807"], ValueType::Integer),
            (&["1", "9223372036854775808"], text),
            (&["007", "1"], text),
            (&["+7"], text),
            (&["-0"], text),
            (&[" 7"], text),
            (&["1e5"], text),
            (&["1,5"], text),
            (&["12.50", "-0.05"], ValueType::Decimal(4, 2)),
            (&["1.5", "1.25", "3"], ValueType::Decimal(3, 2)),
            (&["0.5"], ValueType::Decimal(2, 1)),
            (&["1.10", "1.2"], text),
            (&["1.0", "1"], text),
            (&["1."], text),
            (&[".5"], text),
            (&["01.5"], text),
            (&["123456789012345678901234567890.123456789"], text),
            (&["1234567890123456789012345678.1234567890"], ValueType::Decimal(38, 10)),
            (&["1.2.3"], text),
            (&["2024-02-29"], ValueType::Date),
            (&["2024-02-30"], text),
            (&["29.02.2024"], text),
            (&["2024-02-29", "2024-02-29 01:02"], text),
            (&["2024-02-29 01:02", "2024-02-29T01:02:03.5"], ValueType::Timestamp),
            (&["2024-02-29T01:02:03Z", "2024-02-29 01:02:03+01:00"], ValueType::TimestampUtc),
            (&["2024-02-29T01:02:03Z", "2024-02-29T01:02:03"], text),
            (&["2024-02-29T01:02:03.1234567"], text),
            (&["01:02", "23:59:59.999999"], ValueType::Time),
            (&["24:00"], text),
            (
                &["6F9619FF-8B86-D011-B42D-00C04FC964FF", "{6f9619ff-8b86-d011-b42d-00c04fc964fe}"],
                ValueType::Guid,
            ),
            (&["6f9619ff8b86d011b42d00c04fc964ff"], text),
            (&["", "1"], text),
        ];
        for (values, expected) in cases {
            let mut guess = Guess::default();
            values.iter().for_each(|value| guess.see(value));
            assert_eq!(guess.value_type(), *expected, "{values:?}");
        }
    }
}
