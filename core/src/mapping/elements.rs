//! Functions of single values for single values and for every element of a list (M5, R21).
//!
//! A list keeps its length: an element that has no result becomes NULL, for [`element_lost`] to find.

use std::{ops::Range, sync::Arc};

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, BooleanArray, ListArray},
    datatypes::DataType,
};
use datafusion::{
    common::cast::as_list_array,
    error::Result as DataFusionResult,
    logical_expr::{ColumnarValue, Expr, ScalarUDF, Volatility, create_udf},
};

use crate::value::{ValueType, list_type};

/// What becomes of an array of single values, one result for each.
pub(super) type OfValues = Arc<dyn Fn(&ArrayRef) -> DataFusionResult<ArrayRef> + Send + Sync>;

/// A value on its way, and what it is.
#[derive(Clone)]
pub(super) struct Typed {
    /// The value, or the list.
    pub value: Expr,
    /// Type of the value, or of the elements.
    pub value_type: ValueType,
    /// It is a list.
    pub list: bool,
}

impl Typed {
    /// The result of a function for the value, or for every element of the list.
    pub fn each(self, name: &str, to: ValueType, of_values: OfValues) -> Self {
        let value = if self.list {
            of_elements(name, self.value_type, to, of_values).call(vec![self.value])
        } else {
            let of_values = move |arguments: &[ColumnarValue]| {
                let arrays = ColumnarValue::values_to_arrays(arguments)?;
                Ok(ColumnarValue::Array(of_values(only(&arrays)?)?))
            };
            let types = (vec![self.value_type.arrow()], to.arrow());
            create_udf(name, types.0, types.1, Volatility::Immutable, Arc::new(of_values))
                .call(vec![self.value])
        };
        Self { value, value_type: to, list: self.list }
    }
}

/// A function of lists that has its result for every element.
pub(super) fn of_elements(name: &str, from: ValueType, to: ValueType, of_values: OfValues) -> ScalarUDF {
    let of_lists = move |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let (_, offsets, values, nulls) = as_list_array(only(&arrays)?)?.clone().into_parts();
        let DataType::List(field) = list_type(to) else {
            return datafusion::common::internal_err!("the type of lists is none");
        };
        let values = of_values(&values)?;
        Ok(ColumnarValue::Array(Arc::new(ListArray::try_new(field, offsets, values, nulls)?)))
    };
    let name = format!("elements {name}");
    create_udf(&name, vec![list_type(from)], list_type(to), Volatility::Immutable, Arc::new(of_lists))
}

fn only(arrays: &[ArrayRef]) -> DataFusionResult<&ArrayRef> {
    match arrays {
        [array] => Ok(array),
        _ => datafusion::common::internal_err!("one argument is expected"),
    }
}

/// True where an element of a list is no longer there in a list that was made of it; never NULL. Texts
/// without a character count as empty, as everywhere.
pub(super) fn element_lost(before: &Typed, after: &Typed) -> Expr {
    let lost = |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let [before, after] = arrays.as_slice() else {
            return datafusion::common::internal_err!("two lists are expected");
        };
        let (before, after) = (as_list_array(before)?, as_list_array(after)?);
        let found: BooleanArray = (0..before.len()).map(|row| Some(is_lost(before, after, row))).collect();
        Ok(ColumnarValue::Array(Arc::new(found)))
    };
    let types = [before, after].map(|one| list_type(one.value_type));
    create_udf("element lost", types.to_vec(), DataType::Boolean, Volatility::Immutable, Arc::new(lost))
        .call(vec![before.value.clone(), after.value.clone()])
}

fn is_lost(before: &ListArray, after: &ListArray, row: usize) -> bool {
    let given = before.values();
    let texts = given.as_string_opt::<i32>();
    let is_there = |element: usize| {
        given.is_valid(element) && texts.is_none_or(|texts| !texts.value(element).is_empty())
    };
    let made = range(after, row);
    let is_made = |place: usize| place < made.len() && after.values().is_valid(made.start + place);
    range(before, row).enumerate().any(|(place, element)| is_there(element) && !is_made(place))
}

/// Where the elements of a row are; a NULL has none.
pub(super) fn range(list: &ListArray, row: usize) -> Range<usize> {
    if list.is_null(row) {
        return 0..0;
    }
    let offset = |row: usize| list.value_offsets().get(row).map_or(0, |offset| *offset as usize);
    offset(row)..offset(row + 1)
}
