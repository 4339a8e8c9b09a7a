//! Functions of virtual properties that the query engine does not have: sorted sets, composite texts, letters
//! without accents (S9).

use std::sync::{Arc, LazyLock};

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, ListArray, StringArray, UInt64Array},
    buffer::OffsetBuffer,
    compute::take,
    datatypes::{DataType, FieldRef},
    row::{RowConverter, SortField},
};
use datafusion::{
    common::{ScalarValue, cast::as_string_array},
    error::Result as DataFusionResult,
    functions::expr_fn::replace,
    logical_expr::{
        ColumnarValue, Expr, Operator, ScalarUDF, Volatility, binary_expr, create_udf, lit, when,
    },
};

use super::convert;
use crate::value::{
    COMPOSITE_ESCAPE, COMPOSITE_SEPARATOR, Value, ValueType, array_of_lists, join_composite, list_type,
    split_composite,
};

/// A list as a set: sorted, without duplicates, without NULLs; NULL as the empty list.
///
/// Lists of members are read like this.
pub(super) fn sorted_set(list: Expr, value_type: ValueType) -> Expr {
    let function = create_udf(
        &format!("sorted_set_{}", value_type.label()),
        vec![list_type(value_type)],
        list_type(value_type),
        Volatility::Immutable,
        Arc::new(sorted_set_of),
    );
    let sorted = function.call(vec![list.clone()]);
    let Ok(empty) =
        ScalarValue::try_from_array(&array_of_lists(value_type, [Value::List(Vec::new())].iter()), 0)
    else {
        return sorted;
    };
    // Building a CASE fails only without branches.
    when(list.is_not_null(), sorted.clone()).otherwise(lit(empty)).unwrap_or(sorted)
}

fn sorted_set_of(arguments: &[ColumnarValue]) -> DataFusionResult<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let Some(lists) = arrays.first().and_then(|array| array.as_list_opt::<i32>()) else {
        return datafusion::common::exec_err!("a list is expected");
    };
    let DataType::List(item) = lists.data_type() else {
        return datafusion::common::exec_err!("a list is expected");
    };
    Ok(ColumnarValue::Array(Arc::new(sort_lists(lists, item)?)))
}

fn sort_lists(lists: &ListArray, item: &FieldRef) -> DataFusionResult<ListArray> {
    let values = lists.values();
    let converter = RowConverter::new(vec![SortField::new(values.data_type().clone())])?;
    let rows = converter.convert_columns(&[Arc::clone(values)])?;
    let mut kept: Vec<u64> = Vec::with_capacity(values.len());
    let mut lengths = Vec::with_capacity(lists.len());
    let mut elements: Vec<usize> = Vec::new();
    for list in 0..lists.len() {
        elements.clear();
        if lists.is_valid(list) {
            let offsets = lists.value_offsets();
            let bounds = offsets.get(list).zip(offsets.get(list + 1));
            let (start, end) = bounds.map_or((0, 0), |(start, end)| (*start as usize, *end as usize));
            elements.extend((start..end).filter(|element| values.is_valid(*element)));
            elements.sort_unstable_by(|one, other| rows.row(*one).cmp(&rows.row(*other)));
            elements.dedup_by(|one, other| rows.row(*one) == rows.row(*other));
        }
        lengths.push(elements.len());
        kept.extend(elements.iter().map(|element| *element as u64));
    }
    let values = take(values, &UInt64Array::from(kept), None)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(ListArray::try_new(Arc::clone(item), offsets, values, lists.nulls().cloned())?)
}

/// Columns with their types as one text, as [`join_composite`] writes them; NULL if one of them is NULL.
pub(super) fn composite(columns: impl Iterator<Item = (Expr, ValueType)>) -> Expr {
    let escape = COMPOSITE_ESCAPE.to_string();
    let doubled = |letter: char| (letter.to_string(), format!("{escape}{letter}"));
    let parts = columns.map(|(column, value_type)| {
        let text = convert(column, value_type, ValueType::String);
        if !value_type.is_text() {
            return text;
        }
        [COMPOSITE_ESCAPE, COMPOSITE_SEPARATOR]
            .into_iter()
            .map(doubled)
            .fold(text, |text, (from, to)| replace(text, lit(from), lit(to)))
    });
    let concat = |left, right| binary_expr(left, Operator::StringConcat, right);
    parts
        .reduce(|text, part| concat(concat(text, lit(COMPOSITE_SEPARATOR.to_string())), part))
        .unwrap_or_else(|| lit(ScalarValue::Utf8(None)))
}

/// A text as it is read back when it has been split into columns of these types; NULL where it cannot be
/// split into them.
pub(super) fn composite_as_read(text: Expr, types: Vec<ValueType>) -> Expr {
    let name = format!("composite_{}", types.iter().map(|one| one.label()).collect::<Vec<_>>().join("_"));
    let read_back = move |arguments: &[ColumnarValue]| {
        texts_as(arguments, |text| split_composite(text, &types).and_then(|values| join_composite(&values)))
    };
    let utf8 = || DataType::Utf8;
    create_udf(&name, vec![utf8()], utf8(), Volatility::Immutable, Arc::new(read_back)).call(vec![text])
}

/// A text without accents.
pub(super) fn without_accents(text: Expr) -> Expr {
    WITHOUT_ACCENTS.call(vec![text])
}

static WITHOUT_ACCENTS: LazyLock<ScalarUDF> = LazyLock::new(|| {
    let plain = |arguments: &[ColumnarValue]| texts_as(arguments, |text| Some(super::letters::plain(text)));
    create_udf(
        "without_accents",
        vec![DataType::Utf8],
        DataType::Utf8,
        Volatility::Immutable,
        Arc::new(plain),
    )
});

fn texts_as(
    arguments: &[ColumnarValue],
    change: impl Fn(&str) -> Option<String>,
) -> DataFusionResult<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let changed: StringArray = match arrays.first().map(|array: &ArrayRef| as_string_array(array)) {
        Some(texts) => texts?.iter().map(|text| text.and_then(&change)).collect(),
        None => StringArray::new_null(0),
    };
    Ok(ColumnarValue::Array(Arc::new(changed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::value_at;

    fn list(numbers: &[Option<i64>]) -> Value {
        Value::List(numbers.iter().map(|one| one.map_or(Value::Null, Value::Integer)).collect())
    }

    #[test]
    fn lists_become_sorted_sets() {
        let lists = [list(&[Some(3), Some(-1), None, Some(3)]), Value::Null, list(&[]), list(&[None])];
        let array = array_of_lists(ValueType::Integer, lists.iter());
        // A slice begins in the middle of the elements.
        for (skipped, expected) in [(0, list(&[Some(-1), Some(3)])), (2, list(&[])), (3, list(&[]))] {
            let sliced = array.slice(skipped, lists.len() - skipped);
            let sorted = sorted_set_of(&[ColumnarValue::Array(sliced)]).unwrap().into_array(1).unwrap();
            assert_eq!(sorted.data_type(), array.data_type());
            assert_eq!(value_at(&sorted, 0), expected);
        }
        let sorted = sorted_set_of(&[ColumnarValue::Array(array)]).unwrap().into_array(1).unwrap();
        assert_eq!(value_at(&sorted, 1), Value::Null);
    }
}
