//! Several values as one text and back: `a|b`, with `\|` for a bar and `\\` for a backslash in a value.
//!
//! Column groups and composite keys (W11, S9) have such texts as values. They are reversible, so that two
//! different keys never look the same.

use super::{Value, ValueType, parse_value};

/// Stands between two values.
pub const COMPOSITE_SEPARATOR: char = '|';
/// Stands before a separator, or itself, that belongs to a value.
pub const COMPOSITE_ESCAPE: char = '\\';

/// Values as one text; `None` if one of them is NULL.
#[must_use]
pub fn join_composite(values: &[Value]) -> Option<String> {
    let parts: Option<Vec<String>> =
        values.iter().map(|value| (!value.is_null()).then(|| escaped(&value.to_string()))).collect();
    Some(parts?.join(&COMPOSITE_SEPARATOR.to_string()))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, COMPOSITE_SEPARATOR | COMPOSITE_ESCAPE) {
            escaped.push(COMPOSITE_ESCAPE);
        }
        escaped.push(letter);
    }
    escaped
}

/// The values of a text that [`join_composite`] made, one for each of `types`; `None` if it has another
/// number of parts, or if one of them is no value of its type.
#[must_use]
pub fn split_composite(text: &str, types: &[ValueType]) -> Option<Vec<Value>> {
    let parts = parts(text)?;
    if parts.len() != types.len() {
        return None;
    }
    parts.iter().zip(types).map(|(part, value_type)| parse_value(*value_type, part)).collect()
}

/// `None` if the escape character stands before something else.
fn parts(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            COMPOSITE_SEPARATOR => parts.push(std::mem::take(&mut part)),
            COMPOSITE_ESCAPE => {
                part.push(
                    letters.next().filter(|next| matches!(*next, COMPOSITE_SEPARATOR | COMPOSITE_ESCAPE))?,
                );
            }
            other => part.push(other),
        }
    }
    parts.push(part);
    Some(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_texts_are_no_composites() {
        let two = [ValueType::String, ValueType::Integer];
        assert_eq!(
            split_composite(r"a\|b|7", &two),
            Some(vec![Value::String("a|b".to_owned()), Value::Integer(7)])
        );
        for text in ["a", "a|b|7", "a|x", r"a\", r"a\b|7", "a|"] {
            assert_eq!(split_composite(text, &two), None, "{text}");
        }
        assert_eq!(join_composite(&[Value::Integer(1), Value::Null]), None);
    }

    proptest! {
        #[test]
        fn every_text_survives(texts in prop::collection::vec(r"[a|\\é]{0,6}", 1..4)) {
            let values: Vec<Value> = texts.into_iter().map(Value::String).collect();
            let types = vec![ValueType::String; values.len()];
            prop_assert_eq!(split_composite(&join_composite(&values).unwrap(), &types), Some(values));
        }
    }
}
