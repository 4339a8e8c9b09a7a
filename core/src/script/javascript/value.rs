//! Values of JavaScript ↔ ours.

use rquickjs::{Array, BigInt, Coerced, Ctx, FromJs, Function, String, Type, Value as Js, function::This};

use crate::{
    script::{
        cell::Cell,
        convert::{LIST_IN_LIST, list, whole},
    },
    value::Value,
};

/// The largest whole number up to which every one has a number of JavaScript.
const SAFE: u64 = (1 << 53) - 1;

/// What a result is, if it is no value of a property.
type Found<T> = Result<T, &'static str>;

/// An argument as JavaScript sees it.
pub fn argument<'js>(context: &Ctx<'js>, cell: &Cell<'_>) -> rquickjs::Result<Js<'js>> {
    let text = |text: &str| String::from_str(context.clone(), text).map(String::into_value);
    Ok(match cell {
        Cell::Null => Js::new_null(context.clone()),
        Cell::Boolean(value) => Js::new_bool(context.clone(), *value),
        Cell::Integer(value) => match i32::try_from(*value) {
            Ok(small) => Js::new_int(context.clone(), small),
            Err(_) if value.unsigned_abs() <= SAFE => Js::new_float(context.clone(), *value as f64),
            Err(_) => BigInt::from_i64(context.clone(), *value)?.into_value(),
        },
        Cell::Float(value) => Js::new_float(context.clone(), *value),
        Cell::Text(value) => text(value)?,
        Cell::Written(value) => text(value)?,
        Cell::List(elements) => {
            let array = Array::new(context.clone())?;
            for (at, element) in elements.iter().enumerate() {
                array.set(at, argument(context, element)?)?;
            }
            array.into_value()
        }
    })
}

/// A result of JavaScript as a value; the outer error is an exception.
pub fn result(found: &Js<'_>) -> rquickjs::Result<Found<Value>> {
    Ok(match found.type_of() {
        Type::Undefined | Type::Null => Ok(Value::Null),
        Type::Bool => found.as_bool().map(Value::Boolean).ok_or("true or false"),
        Type::Int => found.as_int().map(|value| Value::Integer(value.into())).ok_or("a number"),
        Type::Float => found.as_float().map(number).ok_or("a number"),
        Type::String => return text(found),
        Type::BigInt => Ok(big(&Coerced::<std::string::String>::from_js(found.ctx(), found.clone())?.0)),
        Type::Array => return results(found).map(|values| values.and_then(list)),
        Type::Function | Type::Constructor => Err("a function"),
        Type::Symbol => Err("a symbol"),
        Type::Object => return object(found),
        _ => Err("something that is no value"),
    })
}

/// The elements of an array as values.
pub fn results(found: &Js<'_>) -> rquickjs::Result<Found<Vec<Value>>> {
    let Some(array) = found.as_array() else { return Ok(Err("no list")) };
    elements(array)
}

fn elements(array: &Array<'_>) -> rquickjs::Result<Found<Vec<Value>>> {
    let mut values = Vec::new();
    for element in array.iter::<Js<'_>>() {
        let element = element?;
        // It might contain itself.
        if element.is_array() {
            return Ok(Err(LIST_IN_LIST));
        }
        match result(&element)? {
            Ok(value) => values.push(value),
            Err(found) => return Ok(Err(found)),
        }
    }
    Ok(Ok(values))
}

fn number(value: f64) -> Value {
    match whole(value) {
        Some(whole) if whole.unsigned_abs() <= SAFE => Value::Integer(whole),
        _ => Value::Float(value),
    }
}

fn big(digits: &str) -> Value {
    digits.parse().map_or_else(|_| Value::String(digits.to_owned()), Value::Integer)
}

fn text(found: &Js<'_>) -> rquickjs::Result<Found<Value>> {
    let Some(text) = found.as_string() else { return Ok(Err("a text")) };
    match text.to_string() {
        Ok(text) => Ok(Ok(Value::String(text))),
        Err(rquickjs::Error::Utf8(_)) => Ok(Err("a text with half a character")),
        Err(rquickjs::Error::Unknown) => Err(rquickjs::Error::Exception),
        Err(error) => Err(error),
    }
}

/// Moments are objects that know their written form.
fn object(found: &Js<'_>) -> rquickjs::Result<Found<Value>> {
    let Some(object) = found.as_object() else { return Ok(Err("an object")) };
    let Some(write) = object.get::<_, Option<Js<'_>>>("toISOString")?.and_then(Js::into_function) else {
        return Ok(Err("an object"));
    };
    let write: Function<'_> = write;
    text(&write.call((This(object.clone()),))?)
}
