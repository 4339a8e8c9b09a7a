//! Values of Rhai ↔ ours.

use rhai::{Dynamic, ImmutableString};

use crate::{
    script::{cell::Cell, convert::list},
    value::Value,
};

/// An argument as Rhai sees it.
pub fn argument(cell: &Cell<'_>) -> Dynamic {
    match cell {
        Cell::Null => Dynamic::UNIT,
        Cell::Boolean(value) => Dynamic::from(*value),
        Cell::Integer(value) => Dynamic::from(*value),
        Cell::Float(value) => Dynamic::from(*value),
        Cell::Text(text) => Dynamic::from(ImmutableString::from(*text)),
        Cell::Written(text) => Dynamic::from(ImmutableString::from(text.as_str())),
        Cell::List(elements) => Dynamic::from_array(elements.iter().map(argument).collect()),
    }
}

/// A result of Rhai as a value.
///
/// # Errors
///
/// What it is, if it is no value of a property.
pub fn result(found: Dynamic) -> Result<Value, &'static str> {
    let found = found.flatten();
    if found.is_unit() {
        return Ok(Value::Null);
    }
    if found.is_string() {
        let text = found.into_immutable_string().map_err(|_| "a text in use")?;
        return Ok(Value::String(text.into_owned()));
    }
    if let Ok(value) = found.as_bool() {
        return Ok(Value::Boolean(value));
    }
    if let Ok(value) = found.as_int() {
        return Ok(Value::Integer(value));
    }
    if let Ok(value) = found.as_float() {
        return Ok(Value::Float(value));
    }
    if let Ok(letter) = found.as_char() {
        return Ok(Value::String(letter.to_string()));
    }
    if found.is_array() {
        let values = found.into_array().map_err(|_| "a list in use")?;
        return list(values.into_iter().map(result).collect::<Result<_, _>>()?);
    }
    if found.is_blob() {
        let bytes = found.into_blob().map_err(|_| "bytes in use")?;
        return Ok(Value::String(Value::Binary(bytes).to_string()));
    }
    Err(if found.is_map() {
        "an object map"
    } else if found.is_fnptr() {
        "a function"
    } else {
        "something that is no value"
    })
}
