//! Rows on their way into a system: changes as column values, grouped so that one statement writes many.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch, RecordBatchOptions},
    datatypes::{Field, Schema as ArrowSchema},
};

use crate::{
    connect::{ConnectError, ErrorKind},
    project::{Method, SchemaProperty, SchemaType},
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
    /// Options of the operation (R21): name, type and value.
    pub options: Vec<(String, ValueType, Value)>,
}

impl RowWrite {
    /// Sets a column; a NULL that the database refuses but that is the same as '' becomes '' (W13).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::IncompatibleData`] if the column cannot hold the value.
    pub fn set(&mut self, schema_type: &SchemaType, column: &str, value: &Value) -> Result<(), ConnectError> {
        let value = match schema_type.property(column) {
            Some(property) if value.is_null() && is_empty_for_null(property) => Value::String(String::new()),
            _ => fitting(schema_type, column, value)?,
        };
        self.columns.retain(|(name, _)| name != column);
        self.columns.push((column.to_owned(), value));
        Ok(())
    }

    /// Sets columns to values, one after the other.
    ///
    /// # Errors
    ///
    /// As [`RowWrite::set`].
    pub fn set_all(
        &mut self,
        schema_type: &SchemaType,
        columns: &[String],
        values: &[Value],
    ) -> Result<(), ConnectError> {
        columns.iter().zip(values).try_for_each(|(column, value)| self.set(schema_type, column, value))
    }

    /// Empties the columns of a reference, or of a group of columns.
    ///
    /// Of several columns those stay that cannot be empty: they also belong to the object itself, and one empty
    /// column is enough to refer to nothing.
    ///
    /// # Errors
    ///
    /// If none of them can be empty: they are parts of the key, or mandatory.
    pub fn clear(&mut self, schema_type: &SchemaType, columns: &[String]) -> Result<(), ConnectError> {
        for column in columns_to_clear(schema_type, columns)? {
            self.set(schema_type, column, &Value::Null)?;
        }
        Ok(())
    }

    /// Value of a written column.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<Value> {
        self.columns.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone())
    }

    /// Key of the object once the row is written, as far as it is known: each part as it is written, else as it
    /// was.
    #[must_use]
    pub fn own_key(&self, key: &[String]) -> Vec<(String, Value)> {
        let old =
            |name: &String| self.key.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        key.iter().filter_map(|name| Some((name.clone(), self.value(name).or_else(|| old(name))?))).collect()
    }

    /// True if the object gets another key.
    #[must_use]
    pub fn changes_key(&self, schema_type: &SchemaType) -> bool {
        self.columns.iter().any(|(name, _)| schema_type.is_key(name))
    }
}

/// True if a NULL in the column is written as ''.
fn is_empty_for_null(property: &SchemaProperty) -> bool {
    property.compatible_nulls && property.mandatory && property.value_type == ValueType::String
}

/// The columns that are emptied where a reference goes: those that can be NULL, else those that can be ''.
fn columns_to_clear<'c>(
    schema_type: &SchemaType,
    columns: &'c [String],
) -> Result<Vec<&'c String>, ConnectError> {
    let that = |can_be_empty: &dyn Fn(&SchemaProperty) -> bool| -> Vec<&'c String> {
        let can_be_empty = |name: &String| schema_type.property(name).is_none_or(can_be_empty);
        columns.iter().filter(|name| !schema_type.is_key(name) && can_be_empty(name)).collect()
    };
    let mut found = that(&|property| !property.mandatory);
    if found.is_empty() {
        found = that(&is_empty_for_null);
    }
    if found.is_empty() {
        let text = format!("{} cannot be empty: mandatory, or part of the key", columns.join(", "));
        return Err(ConnectError::new(ErrorKind::IncompatibleData, &schema_type.name, text)
            .with_help("give the property a value, or let the rule ignore empty values"));
    }
    Ok(found)
}

/// Rows that one statement writes.
pub struct Rows {
    /// What is done.
    pub method: Method,
    /// Keys, for updates and deletes.
    pub keys: RecordBatch,
    /// Columns that are written.
    pub columns: RecordBatch,
    /// Options of the operation, if there are any (R21).
    pub options: Option<RecordBatch>,
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
                && a.options.len() == b.options.len()
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
                    options: options(schema_type, chunk)?,
                })
            })
            .collect()
    }
}

/// The options of rows; all of one method have the same.
fn options(schema_type: &SchemaType, rows: &[&RowWrite]) -> Result<Option<RecordBatch>, ConnectError> {
    let Some(first) = rows.first().filter(|row| !row.options.is_empty()) else { return Ok(None) };
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (position, (name, value_type, _)) in first.options.iter().enumerate() {
        let values =
            rows.iter().map(|row| row.options.get(position).map_or(&Value::Null, |(.., value)| value));
        fields.push(Field::new(name, value_type.arrow(), true));
        columns.push(array_of(*value_type, values));
    }
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)
        .map(Some)
        .map_err(|error| ConnectError::new(ErrorKind::Other, &schema_type.name, error.to_string()))
}

/// A value as its column holds it: keys and columns of references are of equal meaning, but not always of one
/// type.
///
/// # Errors
///
/// [`ErrorKind::IncompatibleData`] if the column cannot hold the value.
pub fn fitting(schema_type: &SchemaType, column: &str, value: &Value) -> Result<Value, ConnectError> {
    let Some(property) = schema_type.property(column) else { return Ok(value.clone()) };
    let value_type = property.value_type;
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
        return Ok(value.clone());
    }
    if value.is_empty() && !value_type.is_text() {
        return Ok(Value::Null);
    }
    let mut text = value.to_string();
    if matches!(value, Value::Decimal { .. } | Value::Float(_)) && text.contains('.') {
        // 5.00 is a whole number, too.
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    parse_value(value_type, &text).ok_or_else(|| {
        let shown = if property.sensitive { "the value".to_owned() } else { format!("“{value}”") };
        let text = format!("{shown} does not fit into {column}, which holds {}", value_type.label());
        ConnectError::new(ErrorKind::IncompatibleData, &schema_type.name, text)
            .with_help("the object is left out; correct the value, or the type of the column in the schema")
    })
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
            options: Vec::new(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn schema_type() -> SchemaType {
        let columns = [
            ("id", ValueType::Integer),
            ("part", ValueType::String),
            ("number", ValueType::Integer),
            ("price", ValueType::Decimal(9, 2)),
        ];
        SchemaType {
            name: "t".to_owned(),
            properties: columns.map(|(name, value_type)| SchemaProperty::new(name, value_type)).to_vec(),
            key: names(&["id", "part"]),
            ..SchemaType::default()
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn row(key: &[(&str, Value)]) -> RowWrite {
        let key = key.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let (name, columns) = (String::new(), Vec::new());
        RowWrite { index: 0, method: Method::Update, name, key, columns, member: None, options: Vec::new() }
    }

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[test]
    fn the_key_of_a_written_object_is_the_new_one() {
        let schema_type = schema_type();
        let mut row = row(&[("id", Value::Integer(1)), ("part", text("a"))]);
        let key = |row: &RowWrite| -> Vec<String> {
            row.own_key(&schema_type.key).iter().map(|(_, value)| value.to_string()).collect()
        };
        assert_eq!((key(&row), row.changes_key(&schema_type)), (names(&["1", "a"]), false));
        row.set(&schema_type, "part", &text("b")).unwrap();
        assert_eq!((key(&row), row.changes_key(&schema_type)), (names(&["1", "b"]), true));
        row.key.clear();
        assert_eq!(key(&row), names(&["b"]));
    }

    #[test]
    fn a_value_that_does_not_fit_is_an_error() {
        let mut schema_type = schema_type();
        let fits = |column: &str, value: &Value| fitting(&schema_type, column, value);
        for (column, value, expected) in [
            ("number", text(" 7 "), "7"),
            ("number", text(""), ""),
            ("number", Value::Null, ""),
            ("number", Value::Decimal { unscaled: 500, scale: 2 }, "5"),
            ("number", Value::Float(5.0), "5"),
            ("price", Value::Integer(5), "5.00"),
            ("price", Value::Decimal { unscaled: 5000, scale: 3 }, "5.00"),
            ("part", Value::Integer(50), "50"),
        ] {
            assert_eq!(fits(column, &value).unwrap().to_string(), expected, "{column} {value:?}");
        }
        for (column, value) in [
            ("number", text("seven")),
            ("number", Value::Decimal { unscaled: 550, scale: 2 }),
            ("price", Value::Decimal { unscaled: 5005, scale: 3 }),
        ] {
            let error = fits(column, &value).unwrap_err();
            assert_eq!(error.kind, ErrorKind::IncompatibleData);
            assert!(error.text.contains(column) && error.text.contains(&value.to_string()), "{error}");
        }
        schema_type.properties[2].sensitive = true;
        let mut row = row(&[]);
        let error = row.set(&schema_type, "number", &text("seven")).unwrap_err();
        assert!(!error.text.contains("seven") && row.columns.is_empty(), "{error}");
    }

    #[test]
    fn keys_and_mandatory_columns_are_never_cleared() {
        let mut schema_type = schema_type();
        schema_type.properties[2].mandatory = true;
        let cleared = |schema_type: &SchemaType, columns: &[&str]| {
            let mut row = row(&[]);
            row.clear(schema_type, &names(columns)).map(|()| row.columns)
        };
        let null = |name: &str| vec![(name.to_owned(), Value::Null)];
        assert_eq!(cleared(&schema_type, &["id", "number", "price"]).unwrap(), null("price"));
        for columns in [&["id"][..], &["number"], &["part", "number"], &[]] {
            let error = cleared(&schema_type, columns).unwrap_err();
            assert!(error.text.contains("cannot be empty"), "{error}");
        }
        // Where NULL is the same as '' and refused, it is ''.
        let column = SchemaProperty {
            mandatory: true,
            compatible_nulls: true,
            ..SchemaProperty::new("code", ValueType::String)
        };
        schema_type.properties.push(column);
        let empty = vec![("code".to_owned(), text(""))];
        assert_eq!(cleared(&schema_type, &["id", "code"]).unwrap(), empty);
    }
}
