//! Objects as errors name them: by their key. Sensitive values are never told.

use arrow::array::RecordBatch;

use super::{ConnectError, ErrorKind};
use crate::{
    project::{SchemaProperty, SchemaType},
    value::{MASK, Value, value_at},
};

/// A key as people read it: `id "7", branch NULL`.
pub fn in_words<'p>(key: impl Iterator<Item = (&'p SchemaProperty, Value)>) -> String {
    let part = |(property, value): (&SchemaProperty, Value)| {
        let name = &property.name;
        match value {
            Value::Null => format!("{name} NULL"),
            _ if property.sensitive => format!("{name} {MASK}"),
            value => format!("{name} {:?}", value.to_string()),
        }
    };
    key.map(part).collect::<Vec<_>>().join(", ")
}

/// The key in a row of key columns, as people read it.
pub fn row_in_words(schema_type: &SchemaType, keys: &RecordBatch, row: usize) -> String {
    let schema = keys.schema();
    in_words(
        schema
            .fields()
            .iter()
            .zip(keys.columns())
            .filter_map(|(field, column)| Some((schema_type.property(field.name())?, value_at(column, row)))),
    )
}

/// The error about an object that should be there once and is there so many `times`; `key` in words.
pub fn not_once(label: &str, schema_type: &str, key: &str, times: usize) -> ConnectError {
    let how = if times == 0 { "is no longer there".to_owned() } else { format!("is there {times} times") };
    ConnectError::new(ErrorKind::NoSuchObject, label, format!("the object of {schema_type} with {key} {how}"))
        .with_help("somebody else changed the system meanwhile; run again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::ValueType;

    #[test]
    fn keys_are_told_but_not_sensitive_ones() {
        let id = SchemaProperty::new("id", ValueType::Integer);
        let pin = SchemaProperty { sensitive: true, ..SchemaProperty::new("pin", ValueType::String) };
        let secret = Value::String("s3cret".to_owned());
        let key = in_words([(&id, Value::Integer(7)), (&pin, secret), (&pin, Value::Null)].into_iter());
        assert_eq!(key, "id \"7\", pin ••••, pin NULL");
        let gone = not_once("HR", "people", &key, 0);
        assert_eq!(gone.to_string(), format!("HR: the object of people with {key} is no longer there"));
        assert!(not_once("HR", "people", &key, 2).text.ends_with("is there 2 times"));
    }
}
