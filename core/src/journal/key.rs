//! Keys of objects as the journal's tables hold them: texts, so that one table serves every type of key.

use serde_json::{Map, Value as Json};

use crate::value::Value;

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
