//! A change list from single changes: the way back from objects to columns.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch, StringArray, UInt8Array, UInt16Array},
    error::ArrowError,
};

use super::{
    Change, ChangeColumn, ChangeList, ChangeShape, ChangeStatus, PropertyChange,
    change_list::{NO_RULE, method_number, situation_number},
};
use crate::{
    project::Side,
    value::{Value, ValueType, array_of, column_of},
};

pub(super) fn build(changes: &[Change]) -> Result<ChangeList, ArrowError> {
    let shape = shape_of(changes);
    let schema = shape.schema()?;
    let numbers = |number: fn(&Change) -> u8| -> ArrayRef {
        Arc::new(changes.iter().map(|change| Some(number(change))).collect::<UInt8Array>())
    };
    let mut columns: Vec<ArrayRef> = vec![
        numbers(|change| situation_number(change.situation)),
        numbers(|change| method_number(change.method)),
        numbers(|_| 0),
        Arc::new(changes.iter().map(|change| Some(change.display.as_str())).collect::<StringArray>()),
    ];
    for (key_of, key) in [
        ((|change| &change.left_key) as fn(&Change) -> &Vec<(String, Value)>, &shape.left_key),
        (|change| &change.right_key, &shape.right_key),
    ] {
        for (name, value_type) in key {
            let values = changes.iter().map(|change| {
                key_of(change).iter().find(|(own, _)| own == name).map_or(&Value::Null, |(_, value)| value)
            });
            columns.push(array_of(*value_type, values));
        }
    }
    for column in &shape.properties {
        let found: Vec<Option<&PropertyChange>> = changes
            .iter()
            .map(|change| change.properties.iter().find(|property| property.property == column.name))
            .collect();
        let values = |value: fn(&PropertyChange) -> &Value| {
            let values = found.iter().map(|property| property.map_or(&Value::Null, value));
            column_of(column.value_type, column.multi_valued, values)
        };
        columns.push(values(|property| &property.old));
        columns.push(values(|property| &property.new));
        let rules = found.iter().map(|property| property.map(|property| rule_number(&shape, &property.rule)));
        columns.push(Arc::new(rules.collect::<UInt16Array>()));
    }
    let mut list = ChangeList::new(shape, RecordBatch::try_new(schema, columns)?);
    list.set_statuses(&changes.iter().map(|change| change.status).collect::<Vec<ChangeStatus>>())?;
    Ok(list)
}

fn rule_number(shape: &ChangeShape, rule: &str) -> u16 {
    shape.rules.iter().position(|name| name == rule).and_then(|at| u16::try_from(at).ok()).unwrap_or(NO_RULE)
}

fn shape_of(changes: &[Change]) -> ChangeShape {
    let mut shape = ChangeShape {
        side: Side::Right,
        left_key: Vec::new(),
        right_key: Vec::new(),
        properties: Vec::new(),
        rules: Vec::new(),
        whole_lists: Vec::new(),
    };
    for change in changes {
        merge_key(&mut shape.left_key, &change.left_key);
        merge_key(&mut shape.right_key, &change.right_key);
        for property in &change.properties {
            shape.side = property.side;
            if !property.rule.is_empty() && !shape.rules.contains(&property.rule) {
                shape.rules.push(property.rule.clone());
            }
            let value_type = type_of(&property.old).or_else(|| type_of(&property.new));
            let multi_valued =
                [&property.old, &property.new].into_iter().any(|value| matches!(value, Value::List(_)));
            match shape.properties.iter_mut().find(|column| column.name == property.property) {
                Some(column) => {
                    column.value_type = value_type.unwrap_or(column.value_type);
                    column.multi_valued |= multi_valued;
                }
                None => shape.properties.push(ChangeColumn {
                    name: property.property.clone(),
                    value_type: value_type.unwrap_or(ValueType::String),
                    secret: property.secret,
                    multi_valued,
                }),
            }
        }
    }
    shape
}

fn merge_key(known: &mut Vec<(String, ValueType)>, key: &[(String, Value)]) {
    for (name, value) in key {
        if !known.iter().any(|(own, _)| own == name) {
            known.push((name.clone(), type_of(value).unwrap_or(ValueType::String)));
        }
    }
}

fn type_of(value: &Value) -> Option<ValueType> {
    match value {
        Value::Null => None,
        Value::Boolean(_) => Some(ValueType::Boolean),
        Value::Integer(_) => Some(ValueType::Integer),
        Value::Decimal { scale, .. } => Some(ValueType::Decimal(38, *scale)),
        Value::Float(_) => Some(ValueType::Float),
        Value::String(_) => Some(ValueType::String),
        Value::Binary(_) => Some(ValueType::Binary),
        Value::Date(_) => Some(ValueType::Date),
        Value::Time(_) => Some(ValueType::Time),
        Value::Timestamp(_) => Some(ValueType::Timestamp),
        Value::TimestampUtc(_) => Some(ValueType::TimestampUtc),
        Value::List(elements) => elements.iter().find_map(type_of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{journal::Situation, project::Method};

    fn change(old: Value, new: Value, secret: bool) -> Change {
        Change {
            situation: Situation::BothDiffer,
            method: Method::Update,
            left_key: Vec::new(),
            right_key: vec![("id".to_owned(), Value::Integer(1))],
            display: "staff".to_owned(),
            status: ChangeStatus::Planned,
            properties: vec![PropertyChange {
                side: Side::Right,
                property: "vrtMembers".to_owned(),
                old,
                new,
                rule: "members".to_owned(),
                note: None,
                secret,
            }],
        }
    }

    fn list(members: &[&str]) -> Value {
        Value::List(members.iter().map(|member| Value::String((*member).to_owned())).collect())
    }

    #[test]
    fn lists_are_saved_and_shown_as_lists() {
        let changes = [
            change(list(&[]), list(&["ann", "bob"]), false),
            change(Value::Null, list(&[]), false),
            change(list(&["x"]), Value::Null, false),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changes.arrow");
        let built: ChangeList = changes.iter().cloned().collect();
        built.save(&path).unwrap();
        let loaded: Vec<Change> = ChangeList::load(&path).unwrap().iter().collect();
        assert_eq!(loaded, changes);
        let json = loaded[0].to_json();
        assert_eq!(json["properties"][0]["old"], serde_json::json!([]));
        assert_eq!(json["properties"][0]["new"], serde_json::json!(["ann", "bob"]));
    }

    #[test]
    fn secret_lists_are_masked_and_not_saved() {
        let built: ChangeList = [change(list(&["zoe"]), list(&["bob"]), true)].into_iter().collect();
        let json = built.get(0).unwrap().to_json().to_string();
        assert!(!json.contains("zoe") && !json.contains("bob") && json.contains("••••"), "{json}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changes.arrow");
        built.save(&path).unwrap();
        let loaded = ChangeList::load(&path).unwrap().get(0).unwrap();
        assert_eq!((&loaded.properties[0].old, &loaded.properties[0].new), (&Value::Null, &Value::Null));
    }

    #[test]
    fn lists_saved_before_there_were_multi_valued_properties_are_read() {
        let column = r#"{"name": "Name", "value_type": "String", "secret": false}"#;
        let column: ChangeColumn = serde_json::from_str(column).unwrap();
        assert!(!column.multi_valued);
    }
}
