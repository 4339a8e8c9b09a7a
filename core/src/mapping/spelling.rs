//! One spelling for texts that mean the same to a database. Whatever cannot be read stays as it is.

use std::{borrow::Cow, net::IpAddr};

use serde_json::Value as Json;

/// The text without the blanks at its end that stand at character `from` or behind it; if anything else
/// stands there, only 0 cuts.
pub(super) fn without_blanks(text: &str, from: usize) -> &str {
    let trimmed = text.trim_end_matches(' ');
    if from == 0 || text.len() <= from {
        return if from == 0 { trimmed } else { text };
    }
    match text.char_indices().nth(from) {
        // Behind the place stand nothing but blanks; otherwise the database is to say that it is too long.
        Some((place, _)) if trimmed.len() <= place => &text[..place],
        _ => text,
    }
}

/// The member that the text is in another case, or the text.
pub(super) fn one_of<'a>(text: &'a str, members: &[String]) -> Cow<'a, str> {
    let text = text.trim_end_matches(' ');
    if members.iter().any(|member| member == text) {
        return Cow::Borrowed(text);
    }
    let lower = text.to_lowercase();
    match members.iter().find(|member| member.to_lowercase() == lower) {
        Some(member) => Cow::Owned(member.clone()),
        None => Cow::Borrowed(text),
    }
}

/// The members that the text lists, each once and in their order; the text if one is unknown.
pub(super) fn some_of<'a>(text: &'a str, members: &[String]) -> Cow<'a, str> {
    if text.is_empty() {
        return Cow::Borrowed(text);
    }
    let listed: Vec<Cow<'_, str>> = text.split(',').map(|part| one_of(part, members)).collect();
    if listed.iter().any(|part| !members.iter().any(|member| member == part)) {
        return Cow::Borrowed(text);
    }
    let ordered: Vec<&str> = members
        .iter()
        .map(String::as_str)
        .filter(|member| listed.iter().any(|part| part == member))
        .collect();
    Cow::Owned(ordered.join(","))
}

/// Without white space, names sorted, of equal names the last one, numbers without superfluous digits.
pub(super) fn json(text: &str) -> Cow<'_, str> {
    match serde_json::from_str::<Json>(&with_numbers_as_texts(text)) {
        Ok(mut value) => {
            value.sort_all_objects();
            Cow::Owned(value.to_string())
        }
        Err(_) => Cow::Borrowed(text),
    }
}

/// Every number as a text with a mark in front: the parser would round those of many digits.
fn with_numbers_as_texts(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => {
                let end = end_of_string(rest);
                out.push_str(&rest[..end]);
                end
            }
            '-' | '0'..='9' => {
                let is_part = |letter: char| letter.is_ascii_digit() || "+-.eE".contains(letter);
                let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
                match number(&rest[..end]) {
                    Some(number) => out.push_str(&format!("\"\\u0001{number}\"")),
                    None => out.push_str(&rest[..end]),
                }
                end
            }
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[end..];
    }
    out
}

/// Length of the string that the text begins with, quotes included.
fn end_of_string(text: &str) -> usize {
    let mut escaped = true;
    for (place, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

/// Significant digits and exponent of a number of JSON; none if it is not one.
fn number(text: &str) -> Option<String> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    let is_whole = !whole.is_empty() && (whole == "0" || !whole.starts_with('0'));
    let digits = format!("{whole}{fraction}");
    if !is_whole || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_end_matches('0');
    let dropped = i64::try_from(digits.len() - significant.len()).ok()?;
    let places = i64::try_from(fraction.len()).ok()?;
    match significant.trim_start_matches('0') {
        "" => Some("0".to_owned()),
        digits => Some(format!("{negative}{digits}e{}", exponent.checked_sub(places)?.checked_add(dropped)?)),
    }
}

/// The address, with the length of the network unless that is all of it: `10.1/16` is `10.1.0.0/16`.
pub(super) fn network_address(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    let (address, length) = match trimmed.split_once('/') {
        Some((address, length)) => (address, length.parse::<u8>().ok()),
        None => (trimmed, None),
    };
    let missing = 3_usize.saturating_sub(address.matches('.').count());
    let shortened = length.is_some() && !address.contains(':');
    let address = if shortened { format!("{address}{}", ".0".repeat(missing)) } else { address.to_owned() };
    let Ok(address) = address.parse::<IpAddr>() else { return Cow::Borrowed(text) };
    let all = if address.is_ipv4() { 32 } else { 128 };
    match length {
        Some(length) if length < all => Cow::Owned(format!("{address}/{length}")),
        Some(length) if length > all => Cow::Borrowed(text),
        None if trimmed.contains('/') => Cow::Borrowed(text),
        _ => Cow::Owned(address.to_string()),
    }
}

/// Eight bytes in hexadecimal; six are filled up as PostgreSQL does.
pub(super) fn hardware_address(text: &str) -> Cow<'_, str> {
    let digits: String = text
        .trim()
        .chars()
        .filter(|letter| !matches!(letter, ':' | '-' | '.'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Cow::Borrowed(text);
    }
    match digits.len() {
        12 => Cow::Owned(format!("{}fffe{}", &digits[..6], &digits[6..])),
        16 => Cow::Owned(digits),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blanks_are_cut_off() {
        for (text, from, expected) in [
            ("ab  ", 0, "ab"),
            ("   ", 0, ""),
            ("ab  ", 3, "ab "),
            ("ab  ", 2, "ab"),
            ("ab  ", 4, "ab  "),
            ("ab  ", 9, "ab  "),
            ("abc  ", 2, "abc  "),
            ("a b ", 2, "a b "),
            ("äö  ", 3, "äö "),
            ("ab\t ", 2, "ab\t "),
            ("", 0, ""),
        ] {
            assert_eq!(without_blanks(text, from), expected, "{text:?} {from}");
        }
    }

    #[test]
    fn members_are_found_in_any_case() {
        let members: Vec<String> = ["Red", "green", "GREEN", "blue"].map(str::to_owned).to_vec();
        for (text, expected) in
            [("red", "Red"), ("GREEN", "GREEN"), ("green", "green"), ("blue ", "blue"), ("x", "x")]
        {
            assert_eq!(one_of(text, &members), expected);
        }
        for (text, expected) in
            [("blue,red,blue", "Red,blue"), ("", ""), ("red,pink", "red,pink"), ("Red", "Red")]
        {
            assert_eq!(some_of(text, &members), expected);
        }
    }

    #[test]
    fn json_of_one_meaning_is_one_text() {
        for (one, other) in [
            (r#"{"b": 1, "a": [true, null]}"#, r#"{"a":[true,null],"b":1.0}"#),
            ("100", "1e2"),
            ("-0.50", "-5E-1"),
            ("0", "-0.0"),
            (r#""\u00e4""#, r#""ä""#),
            (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
            (r#"{"a\"1": 7}"#, r#"{ "a\"1" : 7 }"#),
        ] {
            assert_eq!(json(one), json(other));
        }
        for (one, other) in [
            ("12345678901234567890123", "12345678901234567890124"),
            ("0.1", "0.10000000000000000001"),
            ("[1,2]", "[2,1]"),
            (r#""1""#, "1"),
            (r#""1 ""#, r#""1""#),
            ("{", "{ "),
            ("01", "1"),
            ("1.", "1"),
        ] {
            assert_ne!(json(one), json(other));
        }
    }

    #[test]
    fn addresses_of_one_meaning_are_one_text() {
        for (one, other) in [
            ("10.1.2.3/32", "10.1.2.3"),
            ("10.1/16", "10.1.0.0/16"),
            ("2001:DB8:0::1", "2001:db8::1/128"),
            ("::ffff:0:0/96", "::ffff:0.0.0.0/96"),
        ] {
            assert_eq!(network_address(one), network_address(other));
        }
        for (one, other) in [("10.1.0.0/16", "10.1.0.0"), ("10.1", "10.1.0.0"), ("10.1.2.3/x", "10.1.2.3")] {
            assert_ne!(network_address(one), network_address(other));
        }
        assert_eq!(hardware_address("08-00-2B-01-02-03"), hardware_address("08:00:2b:ff:fe:01:02:03"));
        assert_eq!(hardware_address("0800.2b01.0203"), hardware_address("08002b010203"));
        assert_eq!(hardware_address("08:00"), "08:00");
    }
}
