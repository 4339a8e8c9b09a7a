//! What goes into a script: cells of a row, borrowed from Arrow columns or from single values.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray},
    compute::cast,
    datatypes::{DataType, Float64Type, Int64Type},
};

use crate::value::{Value, value_at};

/// One argument of a script.
#[derive(Debug, Clone)]
pub enum Cell<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(&'a str),
    /// The written form of a type that scripts have none for: decimals, dates, times, bytes.
    Written(String),
    /// Values of a multi-valued property.
    List(Vec<Cell<'a>>),
}

impl Cell<'_> {
    /// The texts that stand in the argument.
    pub fn texts<'a>(&'a self) -> Box<dyn Iterator<Item = &'a str> + 'a> {
        match self {
            Self::Text(text) => Box::new(std::iter::once(*text)),
            Self::Written(text) => Box::new(std::iter::once(text.as_str())),
            Self::List(elements) => Box::new(elements.iter().flat_map(Cell::texts)),
            Self::Null | Self::Boolean(_) | Self::Integer(_) | Self::Float(_) => Box::new(std::iter::empty()),
        }
    }

    fn into_owned(self) -> Cell<'static> {
        match self {
            Self::Null => Cell::Null,
            Self::Boolean(value) => Cell::Boolean(value),
            Self::Integer(value) => Cell::Integer(value),
            Self::Float(value) => Cell::Float(value),
            Self::Text(text) => Cell::Written(text.to_owned()),
            Self::Written(text) => Cell::Written(text),
            Self::List(elements) => Cell::List(elements.into_iter().map(Cell::into_owned).collect()),
        }
    }
}

/// The objects that a script works on.
pub trait Rows {
    /// How many objects.
    fn count(&self) -> usize;
    /// How many arguments each has.
    fn columns(&self) -> usize;
    /// One argument of one object.
    fn cell(&self, column: usize, row: usize) -> Cell<'_>;
}

/// One object.
#[derive(Debug)]
pub struct OneRow<'a>(pub &'a [Value]);

impl Rows for OneRow<'_> {
    fn count(&self) -> usize {
        1
    }

    fn columns(&self) -> usize {
        self.0.len()
    }

    fn cell(&self, column: usize, _row: usize) -> Cell<'_> {
        self.0.get(column).map_or(Cell::Null, cell_of)
    }
}

/// A batch of objects in columns.
#[derive(Debug)]
pub struct Batch {
    columns: Vec<ArrayRef>,
    rows: usize,
}

impl Batch {
    pub fn new(columns: &[ArrayRef], rows: usize) -> Self {
        Self { columns: columns.iter().map(readable).collect(), rows }
    }
}

impl Rows for Batch {
    fn count(&self) -> usize {
        self.rows
    }

    fn columns(&self) -> usize {
        self.columns.len()
    }

    fn cell(&self, column: usize, row: usize) -> Cell<'_> {
        self.columns.get(column).map_or(Cell::Null, |array| cell_at(array, row))
    }
}

/// One object of a batch.
#[derive(Debug)]
pub struct RowOf<'a> {
    pub batch: &'a Batch,
    pub row: usize,
}

impl Rows for RowOf<'_> {
    fn count(&self) -> usize {
        1
    }

    fn columns(&self) -> usize {
        self.batch.columns()
    }

    fn cell(&self, column: usize, _row: usize) -> Cell<'_> {
        self.batch.cell(column, self.row)
    }
}

/// A single value as an argument.
pub fn cell_of(value: &Value) -> Cell<'_> {
    match value {
        Value::Null => Cell::Null,
        Value::Boolean(value) => Cell::Boolean(*value),
        Value::Integer(value) => Cell::Integer(*value),
        Value::Float(value) => Cell::Float(*value),
        Value::String(text) => Cell::Text(text),
        Value::List(values) => Cell::List(values.iter().map(cell_of).collect()),
        Value::Decimal { .. }
        | Value::Binary(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Timestamp(_)
        | Value::TimestampUtc(_) => Cell::Written(value.to_string()),
    }
}

fn cell_at(array: &ArrayRef, row: usize) -> Cell<'_> {
    if row >= array.len() || array.is_null(row) {
        return Cell::Null;
    }
    match array.data_type() {
        DataType::Utf8 => Cell::Text(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Cell::Text(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Cell::Text(array.as_string_view().value(row)),
        DataType::Boolean => Cell::Boolean(array.as_boolean().value(row)),
        DataType::Int64 => Cell::Integer(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => Cell::Float(array.as_primitive::<Float64Type>().value(row)),
        DataType::List(_) => {
            let elements = array.as_list::<i32>().value(row);
            Cell::List((0..elements.len()).map(|at| cell_at(&elements, at).into_owned()).collect())
        }
        _ => match value_at(array, row) {
            Value::Null => Cell::Null,
            value => Cell::Written(value.to_string()),
        },
    }
}

/// The column in a type that [`cell_at`] reads: expressions of the query engine also give narrow numbers.
fn readable(array: &ArrayRef) -> ArrayRef {
    let wider = match array.data_type() {
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32 => DataType::Int64,
        DataType::Float16 | DataType::Float32 => DataType::Float64,
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        _ => return Arc::clone(array),
    };
    cast(array, &wider).unwrap_or_else(|_| Arc::clone(array))
}
