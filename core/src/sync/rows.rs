//! Rows on their way into a system: changes as column values, grouped so that one statement writes many.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch, RecordBatchOptions},
    datatypes::{Field, Schema as ArrowSchema},
};

use crate::{
    connect::{ConnectError, ErrorKind},
    project::{Method, SchemaType},
    value::{Value, ValueType, array_of, parse_value},
};

/// One object to be written.
#[derive(Debug, Clone)]
pub struct RowWrite {
    /// Position of its change in the list.
    pub index: usize,
    /// What is done.
    pub method: Method,
    /// The object as people know it.
    pub name: String,
    /// Key of the object, for updates and deletes.
    pub key: Vec<(String, Value)>,
    /// Columns that are written.
    pub columns: Vec<(String, Value)>,
    /// The member that the row stands for, if it is one of a table of members.
    pub member: Option<String>,
}

impl RowWrite {
    /// Sets a column; a NULL that the database refuses but that is the same as '' becomes '' (W13).
    pub fn set(&mut self, schema_type: &SchemaType, column: &str, value: &Value) {
        let empty_for_null = value.is_null()
            && schema_type.property(column).is_some_and(|property| {
                property.compatible_nulls && property.mandatory && property.value_type == ValueType::String
            });
        let value = match schema_type.property(column) {
            _ if empty_for_null => Value::String(String::new()),
            Some(property) => fitting(property.value_type, value),
            None => value.clone(),
        };
        self.columns.retain(|(name, _)| name != column);
        self.columns.push((column.to_owned(), value));
    }

    /// Value of a written column.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<Value> {
        self.columns.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone())
    }

    /// Key of the object: the one it has, or the one it is created with.
    #[must_use]
    pub fn own_key(&self, key: &[String]) -> Vec<(String, Value)> {
        if !self.key.is_empty() {
            return self.key.clone();
        }
        key.iter().filter_map(|name| Some((name.clone(), self.value(name)?))).collect()
    }
}

/// Rows that one statement writes.
pub struct Rows {
    /// What is done.
    pub method: Method,
    /// Keys, for updates and deletes.
    pub keys: RecordBatch,
    /// Columns that are written.
    pub columns: RecordBatch,
}

impl Rows {
    /// Groups rows, in order, by method and columns.
    ///
    /// # Errors
    ///
    /// If a value does not have the type of its column; not expected.
    pub fn group(schema_type: &SchemaType, rows: &[&RowWrite]) -> Result<Vec<Self>, ConnectError> {
        let same = |a: &&RowWrite, b: &&RowWrite| {
            a.method == b.method
                && a.columns.len() == b.columns.len()
                && a.columns.iter().zip(&b.columns).all(|((a, _), (b, _))| a == b)
        };
        let mut sorted = rows.to_vec();
        // Inserts and deletes keep their order, parents first; updates of the same columns go together.
        sorted.sort_by_cached_key(|row| match row.method {
            Method::Update => row.columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(),
            _ => Vec::new(),
        });
        sorted
            .chunk_by(same)
            .filter_map(|chunk| Some((chunk, *chunk.first()?)))
            .map(|(chunk, first)| {
                Ok(Self {
                    method: first.method,
                    keys: batch(schema_type, chunk, |row| &row.key)?,
                    columns: batch(schema_type, chunk, |row| &row.columns)?,
                })
            })
            .collect()
    }
}

/// Keys and columns of references are of equal meaning, but not always of one type.
fn fitting(value_type: ValueType, value: &Value) -> Value {
    let fits = match (value_type, value) {
        (_, Value::Null) => true,
        (ValueType::Decimal(_, scale), Value::Decimal { scale: own, .. }) => *own == scale,
        (ValueType::Boolean, Value::Boolean(_))
        | (ValueType::Integer, Value::Integer(_))
        | (ValueType::Float, Value::Float(_))
        | (ValueType::String | ValueType::Guid, Value::String(_))
        | (ValueType::Binary, Value::Binary(_))
        | (ValueType::Date, Value::Date(_))
        | (ValueType::Time, Value::Time(_))
        | (ValueType::Timestamp, Value::Timestamp(_))
        | (ValueType::TimestampUtc, Value::TimestampUtc(_)) => true,
        _ => false,
    };
    if fits {
        return value.clone();
    }
    parse_value(value_type, &value.to_string()).unwrap_or_default()
}

/// Keys as the columns of one batch; all have the same properties.
///
/// # Errors
///
/// If a value does not have the type of its column; not expected.
pub fn key_batch(
    schema_type: &SchemaType,
    keys: Vec<Vec<(String, Value)>>,
) -> Result<RecordBatch, ConnectError> {
    let rows: Vec<RowWrite> = keys
        .into_iter()
        .map(|key| RowWrite {
            index: 0,
            method: Method::Ignore,
            name: String::new(),
            key,
            columns: Vec::new(),
            member: None,
        })
        .collect();
    batch(schema_type, &rows.iter().collect::<Vec<_>>(), |row| &row.key)
}

fn batch(
    schema_type: &SchemaType,
    rows: &[&RowWrite],
    values: fn(&RowWrite) -> &Vec<(String, Value)>,
) -> Result<RecordBatch, ConnectError> {
    let names: Vec<&String> =
        rows.first().map(|row| values(row).iter().map(|(name, _)| name).collect()).unwrap_or_default();
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (position, name) in names.into_iter().enumerate() {
        let value_type = schema_type.type_of(name);
        let column =
            rows.iter().map(|row| values(row).get(position).map_or(&Value::Null, |(_, value)| value));
        fields.push(Field::new(name, value_type.arrow(), true));
        columns.push(array_of(value_type, column));
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::new(ArrowSchema::new(fields)), columns, &options)
        .map_err(|error| ConnectError::new(ErrorKind::Other, &schema_type.name, error.to_string()))
}
