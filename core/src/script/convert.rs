//! What comes out of a script: results become values of the wanted type, and columns of them.
//!
//! The meaning is that of text → type everywhere else ([`parse_value`]): exact, or an error of the object.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};

use crate::value::{Value, ValueType, array_of, array_of_lists, parse_value};

/// The value of type `wanted` that a result stands for.
///
/// # Errors
///
/// What the result was, if it stands for no such value.
pub fn convert(value: Value, wanted: ValueType) -> Result<Value, &'static str> {
    let kind = kind_of(&value);
    match (value, wanted) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::List(_), _) => Err(kind),
        (Value::String(text), ValueType::String) => Ok(Value::String(text)),
        (value @ Value::Boolean(_), ValueType::Boolean)
        | (value @ Value::Integer(_), ValueType::Integer)
        | (value @ Value::Float(_), ValueType::Float) => Ok(value),
        (Value::Integer(value), ValueType::Float) => Ok(Value::Float(value as f64)),
        (Value::Float(value), ValueType::Integer) => whole(value).map(Value::Integer).ok_or(kind),
        (Value::Float(value), _) if !value.is_finite() => Err("a number without value (NaN or infinite)"),
        (value, _) => parse_value(wanted, &value.to_string()).ok_or(kind),
    }
}

/// A result as a condition: NULL holds as little as in a condition without script.
///
/// # Errors
///
/// What the result was, if it is neither true nor false.
pub fn condition(value: &Value) -> Result<Value, &'static str> {
    match value {
        Value::Boolean(value) => Ok(Value::Boolean(*value)),
        Value::Null => Ok(Value::Boolean(false)),
        other => Err(kind_of(other)),
    }
}

/// What a list is that no property can hold.
pub const LIST_IN_LIST: &str = "a list in a list";

/// The list that a script gave.
///
/// # Errors
///
/// Elements that are lists themselves.
pub fn list(values: Vec<Value>) -> Result<Value, &'static str> {
    if values.iter().any(|value| matches!(value, Value::List(_))) {
        return Err(LIST_IN_LIST);
    }
    Ok(Value::List(values))
}

/// A result as the values of a property with several, each of type `wanted`; a single value is a list of one.
///
/// # Errors
///
/// What a value was, if it stands for none of that type.
pub fn convert_list(value: Value, wanted: ValueType) -> Result<Value, &'static str> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::List(values) => {
            values.into_iter().map(|value| convert(value, wanted)).collect::<Result<_, _>>().map(Value::List)
        }
        one => Ok(Value::List(vec![convert(one, wanted)?])),
    }
}

/// The whole number that a float stands for exactly.
pub fn whole(value: f64) -> Option<i64> {
    // 2^63 is the first float that is too large.
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value);
    (fits && value.fract() == 0.0).then_some(value as i64)
}

const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "no value",
        Value::Boolean(_) => "true or false",
        Value::Integer(_) => "a whole number",
        Value::Float(_) | Value::Decimal { .. } => "a number",
        Value::String(_) => "a text",
        Value::Binary(_) => "bytes",
        Value::List(_) => "a list",
        Value::Date(_) | Value::Time(_) | Value::Timestamp(_) | Value::TimestampUtc(_) => "a date or time",
    }
}

/// A column of results that is built row by row.
pub enum ResultColumn {
    Text(StringBuilder),
    Other(ValueType, Vec<Value>),
    Lists(ValueType, Vec<Value>),
}

impl ResultColumn {
    pub fn new(wanted: ValueType, multi_valued: bool, rows: usize) -> Self {
        match wanted {
            _ if multi_valued => Self::Lists(wanted, Vec::with_capacity(rows)),
            ValueType::String | ValueType::Guid => Self::Text(StringBuilder::with_capacity(rows, rows * 16)),
            other => Self::Other(other, Vec::with_capacity(rows)),
        }
    }

    /// Adds a value of the column's type, or NULL.
    pub fn push(&mut self, value: Value) {
        match self {
            Self::Text(column) => match &value {
                Value::String(text) => column.append_value(text),
                _ => column.append_null(),
            },
            Self::Other(_, values) | Self::Lists(_, values) => values.push(value),
        }
    }

    pub fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut column) => Arc::new(column.finish()),
            Self::Other(wanted, values) => array_of(wanted, values.iter()),
            Self::Lists(wanted, values) => array_of_lists(wanted, values.iter()),
        }
    }
}
