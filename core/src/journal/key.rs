//! Keys of objects as the journal's tables hold them: texts, so that one table serves every type of key.

use serde_json::{Map, Value as Json};

use crate::{
    project::SchemaType,
    value::{Value, parse_value},
};

/// The key of an object as labels hold it: compact JSON, values in their written form.
#[must_use]
pub fn label_key(key: &[(String, Value)]) -> String {
    let object: Map<String, Json> =
        key.iter().map(|(name, value)| (name.clone(), value.to_string().into())).collect();
    Json::Object(object).to_string()
}

/// The key of an object as remembered pairs hold it: the written form of a key of one property, else as in
/// [`label_key`]. A million keys of one property become a column of their type without being parsed one by one.
///
/// Gives `None` if a part of the key is missing: such an object cannot be found again.
#[must_use]
pub fn pair_key(key: &[(String, Value)]) -> Option<String> {
    if key.iter().any(|(_, value)| value.is_null()) {
        return None;
    }
    match key {
        [] => None,
        [(_, value)] => Some(value.to_string()),
        several => Some(label_key(several)),
    }
}

/// The key that a person wrote: the value of a key of one property, JSON with a text for each property of others.
/// `None` if it is no key of the type.
#[must_use]
pub fn parse_key(schema_type: &SchemaType, written: &str) -> Option<Vec<(String, Value)>> {
    let parts = match schema_type.key.as_slice() {
        [name] => Map::from_iter([(name.clone(), written.into())]),
        _ => serde_json::from_str::<Map<String, Json>>(written).ok()?,
    };
    let value = |name: &String| {
        let text = match parts.get(name)? {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let value = parse_value(schema_type.property(name)?.value_type, &text)?;
        Some((name.clone(), value))
    };
    let key: Vec<(String, Value)> = schema_type.key.iter().map(value).collect::<Option<_>>()?;
    (parts.len() == key.len()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_as_texts() {
        let part = |name: &str, value: Value| (name.to_owned(), value);
        let (seven, a) = (part("n", Value::Integer(7)), part("c", Value::String("a\"".to_owned())));
        assert_eq!(label_key(std::slice::from_ref(&seven)), r#"{"n":"7"}"#);
        assert_eq!(pair_key(std::slice::from_ref(&seven)).as_deref(), Some("7"));
        assert_eq!(pair_key(&[seven.clone(), a.clone()]), Some(label_key(&[seven.clone(), a])));
        assert_eq!(pair_key(&[seven, part("c", Value::Null)]), None);
        assert_eq!(pair_key(&[]), None);
    }
}
