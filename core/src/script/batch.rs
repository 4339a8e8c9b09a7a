//! A script over a batch of objects: columns in, a column of values and one of errors out.

use arrow::array::{Array as _, ArrayRef, BooleanArray, StringArray, StringBuilder, new_null_array};

use super::{
    CompiledScript, ScriptError, ScriptKind,
    cell::{Batch, RowOf},
    convert,
    convert::ResultColumn,
};
use crate::value::{Value, ValueType, column_type, value_at};

/// See [`CompiledScript::evaluate`].
pub fn evaluate(
    script: &CompiledScript,
    arguments: &[ArrayRef],
    rows: usize,
    wanted: ValueType,
    multi_valued: bool,
) -> (ArrayRef, StringArray) {
    if let Err(error) = script.check_arguments(arguments.len()) {
        return all_in_error(rows, wanted, multi_valued, &error.to_string());
    }
    let label = if multi_valued { format!("list of {}", wanted.label()) } else { wanted.label() };
    let mut values = ResultColumn::new(wanted, multi_valued, rows);
    let mut errors = StringBuilder::with_capacity(rows, 0);
    script.0.program.values(&Batch::new(arguments, rows), &mut |result| match result
        .and_then(|value| finish(script, value, (wanted, multi_valued), &label))
    {
        Ok(value) => {
            values.push(value);
            errors.append_null();
        }
        Err(error) => {
            values.push(Value::Null);
            errors.append_value(error.to_string());
        }
    });
    (values.finish(), errors.finish())
}

/// Runs a script that assigns on the rows where `runs` holds: a column for every assigned property, of these types,
/// and per row no text or that of its error. Rows on which it does not run, or fails, have no values.
pub fn write(
    script: &CompiledScript,
    runs: &BooleanArray,
    value: &ArrayRef,
    arguments: &[ArrayRef],
    types: &[ValueType],
) -> (Vec<ArrayRef>, StringArray) {
    let rows = runs.len();
    let batch = Batch::new(arguments, rows);
    let mut columns: Vec<ResultColumn> =
        types.iter().map(|wanted| ResultColumn::new(*wanted, false, rows)).collect();
    let mut errors = StringBuilder::with_capacity(rows, 0);
    for row in 0..rows {
        let written = (runs.is_valid(row) && runs.value(row))
            .then(|| write_row(script, &value_at(value, row), &RowOf { batch: &batch, row }, types))
            .transpose();
        errors.append_option(written.as_ref().err().map(ToString::to_string));
        let mut values = written.ok().flatten().unwrap_or_default().into_iter();
        columns.iter_mut().for_each(|column| column.push(values.next().unwrap_or_default()));
    }
    (columns.into_iter().map(ResultColumn::finish).collect(), errors.finish())
}

fn write_row(
    script: &CompiledScript,
    value: &Value,
    row: &RowOf<'_>,
    types: &[ValueType],
) -> Result<Vec<Value>, ScriptError> {
    let written = script.0.program.write(value, row)?;
    let typed = written.into_iter().zip(types).map(|(value, wanted)| {
        convert::convert(value, *wanted).map_err(|found| script.wrong_type(found, &wanted.label()))
    });
    typed.collect()
}

fn finish(
    script: &CompiledScript,
    value: Value,
    (wanted, multi_valued): (ValueType, bool),
    label: &str,
) -> Result<Value, ScriptError> {
    let value = match script.0.kind {
        ScriptKind::Condition => {
            convert::condition(&value).map_err(|found| script.wrong_type(found, "condition"))?
        }
        ScriptKind::Value | ScriptKind::Write | ScriptKind::Action => value,
    };
    let converted =
        if multi_valued { convert::convert_list(value, wanted) } else { convert::convert(value, wanted) };
    converted.map_err(|found| script.wrong_type(found, label))
}

fn all_in_error(rows: usize, wanted: ValueType, multi_valued: bool, text: &str) -> (ArrayRef, StringArray) {
    let errors = StringArray::from_iter_values(std::iter::repeat_n(text, rows));
    (new_null_array(&column_type(wanted, multi_valued), rows), errors)
}
