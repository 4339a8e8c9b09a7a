//! Conversion between the types of two properties (M5): defined, not accidental.
//!
//! | from → to | meaning |
//! |---|---|
//! | same type | as it is |
//! | anything but binary → string | the written form (`7`, `12.50`, `true`, `2024-02-29`) |
//! | string → anything but binary | the value with that written form, nothing for no text, else an error on the object |
//! | integer, decimal, float, boolean among each other | the number; decimals are rounded to the scale |
//! | date, timestamps among each other | the day or the moment |
//! | timestamps → time | the time of day; never the other way |
//! | string ↔ GUID | any spelling of a GUID ↔ the canonical one |

use std::sync::{Arc, LazyLock};

use arrow::{
    array::{ArrayRef, StringArray},
    datatypes::DataType,
};
use datafusion::{
    common::cast::as_string_array,
    error::Result as DataFusionResult,
    logical_expr::{ColumnarValue, Expr, ScalarUDF, Volatility, create_udf, try_cast},
};

use super::elements::of_elements;
use crate::value::{ValueType, canonical_guid, list_type};

/// True if values of type `from` can become values of type `to`.
#[must_use]
pub const fn convertible(from: ValueType, to: ValueType) -> bool {
    use ValueType as T;
    match (from, to) {
        (T::Binary, T::Binary) => true,
        (T::Binary, _) | (_, T::Binary) => false,
        (T::String, _) | (_, T::String) => true,
        (
            T::Integer | T::Decimal(..) | T::Float | T::Boolean,
            T::Integer | T::Decimal(..) | T::Float | T::Boolean,
        ) => true,
        (T::Boolean | T::Integer | T::Decimal(..) | T::Float, _)
        | (_, T::Boolean | T::Integer | T::Decimal(..) | T::Float) => false,
        (T::Guid, T::Guid) => true,
        (T::Guid, _) | (_, T::Guid) => false,
        (T::Time | T::Timestamp | T::TimestampUtc, T::Time) => true,
        // A time of day has no day.
        (T::Time, _) | (T::Date, T::Time) => false,
        (T::Date | T::Timestamp | T::TimestampUtc, T::Date | T::Timestamp | T::TimestampUtc) => true,
    }
}

/// `expression` of type `from` as a value of type `to`; NULL where a value cannot be converted.
#[must_use]
pub fn convert(expression: Expr, from: ValueType, to: ValueType) -> Expr {
    match (from, to) {
        (from, to) if from == to => expression,
        (ValueType::Guid, ValueType::String) => expression,
        (_, ValueType::Guid) => GUID.call(vec![expression]),
        // Through a number: there is no direct way between these two.
        (ValueType::Boolean, ValueType::Decimal(..)) => {
            try_cast(try_cast(expression, DataType::Int64), to.arrow())
        }
        (ValueType::Decimal(..), ValueType::Boolean) => {
            try_cast(try_cast(expression, DataType::Int64), DataType::Boolean)
        }
        _ => try_cast(expression, to.arrow()),
    }
}

/// Like [`convert`], for every element of a list; elements that cannot be converted become NULL.
#[must_use]
pub fn convert_elements(list: Expr, from: ValueType, to: ValueType) -> Expr {
    match (from, to) {
        (from, to) if from == to => list,
        (ValueType::Guid, ValueType::String) => list,
        (_, ValueType::Guid) => GUIDS.call(vec![try_cast(list, list_type(ValueType::String))]),
        (ValueType::Boolean, ValueType::Decimal(..)) | (ValueType::Decimal(..), ValueType::Boolean) => {
            try_cast(try_cast(list, list_type(ValueType::Integer)), list_type(to))
        }
        _ => try_cast(list, list_type(to)),
    }
}

static GUIDS: LazyLock<ScalarUDF> = LazyLock::new(|| {
    let text = ValueType::String;
    of_elements("guid", text, text, Arc::new(canonical_guids))
});

fn canonical_guids(texts: &ArrayRef) -> DataFusionResult<ArrayRef> {
    let canonical: StringArray =
        as_string_array(texts)?.iter().map(|text| text.and_then(canonical_guid)).collect();
    Ok(Arc::new(canonical))
}

static GUID: LazyLock<ScalarUDF> = LazyLock::new(|| {
    create_udf("guid", vec![DataType::Utf8], DataType::Utf8, Volatility::Immutable, Arc::new(guid_of_texts))
});

fn guid_of_texts(arguments: &[ColumnarValue]) -> DataFusionResult<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    match arrays.first() {
        Some(texts) => Ok(ColumnarValue::Array(canonical_guids(texts)?)),
        None => datafusion::common::exec_err!("a text is expected"),
    }
}
