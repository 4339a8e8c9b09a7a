//! What a check of a key found, in words.

use syncwright_core::{
    project::{SchemaProperty, SchemaType},
    schema::keys::{self, DuplicateKey, KeyCheck, RowExample},
    value::Value,
};

use crate::ui::{text, value};

/// Examples that fit into a sentence.
const IN_A_SENTENCE: usize = 2;

/// Why a column cannot be part of the key; nothing if it can (W11).
#[must_use]
pub fn why_no_key(property: &SchemaProperty) -> Option<String> {
    if let Some(why) = keys::unsuitable(property) {
        return Some(format!("{} cannot be part of a key: {why}", property.name));
    }
    keys::is_fixed_width(property).then(|| {
        format!(
            "{} cannot be part of a key: it is of fixed width ({}), and databases fill such values with blanks",
            property.name, property.native_type
        )
    })
}

/// The result in a few words, for a cell.
#[must_use]
pub fn short(check: &KeyCheck) -> String {
    match (check.is_key(), check.rows) {
        (true, 0) => "no rows to check".to_owned(),
        (true, rows) => format!("OK in {}", text::count(rows, "row", "rows")),
        (false, _) => {
            let duplicates = (check.duplicate_keys > 0)
                .then(|| text::count(check.duplicate_keys, "duplicate value", "duplicate values"));
            let nulls = (check.null_rows > 0)
                .then(|| format!("{} without value", text::count(check.null_rows, "row", "rows")));
            duplicates.into_iter().chain(nulls).collect::<Vec<_>>().join(", ")
        }
    }
}

/// The result with examples, as a sentence.
#[must_use]
pub fn sentence(schema_type: &SchemaType, check: &KeyCheck) -> String {
    match (check.is_key(), check.rows) {
        (true, 0) => "The table has no rows, so there is nothing to check the key with.".to_owned(),
        (true, 1) => "OK: the only row has a value.".to_owned(),
        (true, rows) => format!("OK: {} rows, and no two have the same value.", text::number(rows)),
        (false, _) => {
            let parts = [duplicates(schema_type, check), nulls(schema_type, check)];
            format!("{}.", parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
        }
    }
}

fn duplicates(schema_type: &SchemaType, check: &KeyCheck) -> Option<String> {
    if check.duplicate_keys == 0 {
        return None;
    }
    let examples = check.duplicates.iter().take(IN_A_SENTENCE).map(|example| {
        let DuplicateKey { key, rows } = example;
        format!("{} in {}", key_text(schema_type, &check.properties, key), text::count(*rows, "row", "rows"))
    });
    let examples: Vec<String> = examples.collect();
    let eg = if examples.is_empty() { String::new() } else { format!(", e.g. {}", examples.join(", ")) };
    Some(format!(
        "{} in {}{eg}",
        text::count(check.duplicate_keys, "duplicate value", "duplicate values"),
        text::count(check.duplicate_rows, "row", "rows"),
    ))
}

fn nulls(schema_type: &SchemaType, check: &KeyCheck) -> Option<String> {
    if check.null_rows == 0 {
        return None;
    }
    let examples: Vec<String> =
        check.nulls.iter().take(IN_A_SENTENCE).map(|example| row_text(schema_type, example)).collect();
    let eg = if examples.is_empty() { String::new() } else { format!(", e.g. {}", examples.join(" and ")) };
    Some(format!("{} without value{eg}", text::count(check.null_rows, "row", "rows")))
}

fn key_text(schema_type: &SchemaType, properties: &[String], key: &[Value]) -> String {
    let parts = properties.iter().zip(key).map(|(name, value)| shown(schema_type, name, value));
    parts.collect::<Vec<_>>().join(" + ")
}

fn row_text(schema_type: &SchemaType, RowExample(values): &RowExample) -> String {
    let parts = values.iter().map(|(name, value)| format!("{name} = {}", shown(schema_type, name, value)));
    format!("({})", parts.collect::<Vec<_>>().join(", "))
}

/// A value as it may be shown now: its column may have become sensitive since the data was looked at.
fn shown(schema_type: &SchemaType, name: &str, value: &Value) -> String {
    let secret = schema_type.property(name).is_none_or(|property| property.sensitive);
    match value {
        Value::String(text) if !secret => format!("“{text}”"),
        other => value::plain(other, secret),
    }
}

#[cfg(test)]
mod tests {
    use syncwright_core::value::ValueType;

    use super::*;

    fn persons() -> SchemaType {
        SchemaType {
            name: "Person".to_owned(),
            properties: vec![
                SchemaProperty::new("Login", ValueType::String),
                SchemaProperty::new("Number", ValueType::Integer),
            ],
            ..SchemaType::default()
        }
    }

    fn check() -> KeyCheck {
        KeyCheck {
            properties: vec!["Login".to_owned()],
            rows: 30,
            null_rows: 3,
            duplicate_keys: 12,
            duplicate_rows: 24,
            nulls: vec![RowExample(vec![
                ("Login".to_owned(), Value::Null),
                ("Number".to_owned(), Value::Integer(7)),
            ])],
            duplicates: vec![DuplicateKey { key: vec![Value::String("anna".to_owned())], rows: 2 }],
        }
    }

    #[test]
    fn what_speaks_against_a_key_is_told_with_examples() {
        assert_eq!(short(&check()), "12 duplicate values, 3 rows without value");
        assert_eq!(
            sentence(&persons(), &check()),
            "12 duplicate values in 24 rows, e.g. “anna” in 2 rows; 3 rows without value, e.g. (Login = NULL, \
             Number = 7)."
        );
    }

    #[test]
    fn what_has_become_sensitive_is_not_shown_any_more() {
        let mut persons = persons();
        for property in &mut persons.properties {
            property.sensitive = true;
        }
        let told = sentence(&persons, &check());
        assert!(!told.contains("anna") && !told.contains('7'), "{told}");
        assert!(told.contains("Login = NULL"), "{told}");
    }

    #[test]
    fn a_key_that_holds_is_called_so() {
        let good = KeyCheck {
            null_rows: 0,
            duplicate_keys: 0,
            duplicate_rows: 0,
            nulls: vec![],
            duplicates: vec![],
            ..check()
        };
        assert_eq!(sentence(&persons(), &good), "OK: 30 rows, and no two have the same value.");
        assert!(sentence(&persons(), &KeyCheck { rows: 0, ..good }).contains("nothing to check"));
    }

    #[test]
    fn columns_of_fixed_width_are_refused() {
        let mut country = SchemaProperty::new("Country", ValueType::String);
        country.native_type = "CHAR(2)".to_owned();
        assert!(why_no_key(&country).is_some_and(|why| why.contains("fixed width (CHAR(2))")));
        country.native_type = "VARCHAR(2)".to_owned();
        assert_eq!(why_no_key(&country), None);
    }
}
