//! Lists: the values of multi-valued properties, held in Arrow list columns.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray as _, ListArray},
    buffer::{NullBuffer, OffsetBuffer},
    datatypes::{DataType, Field, FieldRef},
};

use super::{Value, ValueType, array_of, value_at};

/// The Arrow type that holds lists of values of a type.
#[must_use]
pub fn list_type(value_type: ValueType) -> DataType {
    DataType::List(item(value_type))
}

/// The Arrow type of a property: a list of `value_type`, or `value_type` itself.
#[must_use]
pub fn column_type(value_type: ValueType, multi_valued: bool) -> DataType {
    if multi_valued { list_type(value_type) } else { value_type.arrow() }
}

/// As every list of the query engine, so that none needs a cast.
fn item(value_type: ValueType) -> FieldRef {
    Arc::new(Field::new_list_field(value_type.arrow(), true))
}

/// An Arrow column of lists; what is no list becomes NULL, as does an element of another type.
#[must_use]
pub fn array_of_lists<'a>(value_type: ValueType, values: impl Iterator<Item = &'a Value>) -> ArrayRef {
    let lists: Vec<Option<&[Value]>> = values
        .map(|value| match value {
            Value::List(elements) => Some(elements.as_slice()),
            _ => None,
        })
        .collect();
    let offsets = OffsetBuffer::from_lengths(lists.iter().map(|list| list.map_or(0, <[Value]>::len)));
    let nulls: NullBuffer = lists.iter().map(Option::is_some).collect();
    let elements = array_of(value_type, lists.iter().flatten().copied().flatten());
    Arc::new(ListArray::new(item(value_type), offsets, elements, Some(nulls)))
}

/// The column of a property: [`array_of_lists`] or [`array_of`].
#[must_use]
pub fn column_of<'a>(
    value_type: ValueType,
    multi_valued: bool,
    values: impl Iterator<Item = &'a Value>,
) -> ArrayRef {
    if multi_valued { array_of_lists(value_type, values) } else { array_of(value_type, values) }
}

/// The list in row `row`, which is not NULL.
pub(super) fn list_at(array: &dyn Array, row: usize) -> Value {
    let elements = array.as_list::<i32>().value(row);
    Value::List((0..elements.len()).map(|element| value_at(&elements, element)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Value {
        Value::List(texts.iter().map(|text| Value::String((*text).to_owned())).collect())
    }

    #[test]
    fn lists_survive_a_column() {
        let values = [
            texts(&["b", "a"]),
            Value::Null,
            texts(&[]),
            Value::List(vec![Value::Null, Value::String(String::new())]),
        ];
        let array = array_of_lists(ValueType::String, values.iter());
        assert_eq!(array.data_type(), &list_type(ValueType::String));
        for (row, value) in values.iter().enumerate() {
            assert_eq!(value_at(&array, row), *value);
        }
        assert_eq!(value_at(&array.slice(2, 2), 1), values[3]);
        let numbers =
            [Value::List(vec![Value::Integer(7), Value::String("x".to_owned())]), Value::Integer(7)];
        let array = column_of(ValueType::Integer, true, numbers.iter());
        assert_eq!(value_at(&array, 0), Value::List(vec![Value::Integer(7), Value::Null]));
        assert_eq!(value_at(&array, 1), Value::Null);
    }

    #[test]
    fn lists_are_shown_element_by_element() {
        assert_eq!(texts(&["a", "b; c"]).to_string(), "a; b; c");
        assert_eq!(texts(&[]).to_string(), "");
        assert_eq!(Value::List(vec![Value::Integer(7), Value::Null]).to_json(), serde_json::json!([7, null]));
        assert!(texts(&[]).is_empty() && !texts(&[""]).is_empty() && !texts(&[]).is_null());
    }
}
