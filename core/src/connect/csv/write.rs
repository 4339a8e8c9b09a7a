//! Inserts, updates and deletes: values into fields, objects found by their key, constraints that a file does
//! not have but a synchronization needs.
//!
//! A key is unique and complete, and mandatory properties have a value; everything else a file takes. A value
//! is written only if reading the field gives the same value again.

use arrow::array::RecordBatch;

use super::{
    CsvConnector,
    encoding::unwritable,
    folder::Folder,
    format::Format,
    keys::{Digest, Digester, Found, Place},
    table::{column_of, property_of},
    transaction::Changed,
};
use crate::{
    connect::{ConnectError, ErrorKind, OpenMode, key_words},
    project::{SchemaProperty, SchemaType},
    value::{MASK, Value, ValueType, parse_value, value_at},
};

/// What writing into one file needs.
struct Writer<'a> {
    folder: &'a Folder,
    format: &'a Format,
    digester: &'a Digester,
    schema_type: &'a SchemaType,
    changed: &'a mut Changed,
    file: String,
}

/// A column that is written.
struct Column<'a> {
    property: &'a SchemaProperty,
    number: usize,
    /// Its position in the batch.
    at: usize,
}

impl CsvConnector {
    pub(super) fn insert_rows(
        &mut self,
        schema_type: &SchemaType,
        rows: &RecordBatch,
    ) -> Result<(), ConnectError> {
        self.write(schema_type, |mut writer| {
            let columns = writer.columns(rows)?;
            (0..rows.num_rows()).try_for_each(|row| writer.insert(rows, &columns, row))
        })
    }

    pub(super) fn update_rows(
        &mut self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        rows: &RecordBatch,
    ) -> Result<(), ConnectError> {
        self.write(schema_type, |mut writer| {
            writer.check_key_columns(keys)?;
            let columns = writer.columns(rows)?;
            (0..keys.num_rows()).try_for_each(|row| writer.update(keys, rows, &columns, row))
        })
    }

    pub(super) fn delete_rows(
        &mut self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
    ) -> Result<(), ConnectError> {
        self.write(schema_type, |mut writer| {
            writer.check_key_columns(keys)?;
            (0..keys.num_rows()).try_for_each(|row| writer.delete(keys, row))
        })
    }

    /// Changes a file within the open transaction, or within one of its own.
    fn write(
        &mut self,
        schema_type: &SchemaType,
        work: impl FnOnce(Writer<'_>) -> Result<(), ConnectError>,
    ) -> Result<(), ConnectError> {
        let is_own = self.transaction.is_none();
        if is_own {
            self.begin_transaction()?;
        }
        let written = self.change(schema_type, work);
        match written {
            Ok(()) if is_own => self.commit_transaction(),
            Err(_) if is_own => {
                self.roll_back_transaction();
                written
            }
            _ => written,
        }
    }

    fn change(
        &mut self,
        schema_type: &SchemaType,
        work: impl FnOnce(Writer<'_>) -> Result<(), ConnectError>,
    ) -> Result<(), ConnectError> {
        let file = self.folder.file_of(schema_type)?;
        let format = if super::folder::is_own(&file) { &self.own_format } else { &self.format };
        let Some(transaction) = &mut self.transaction else {
            return Err(self.folder.error(ErrorKind::Other, "there is no transaction to write in"));
        };
        let changed =
            transaction.change(&self.folder, format, &self.digester, schema_type, &mut self.known)?;
        work(Writer { folder: &self.folder, format, digester: &self.digester, schema_type, changed, file })
    }

    /// Refuses to write through a connection that was opened for reading.
    pub(super) fn check_writable(&self) -> Result<(), ConnectError> {
        if self.mode == OpenMode::Write {
            return Ok(());
        }
        Err(self
            .folder
            .error(ErrorKind::ReadOnly, "the connection was opened for reading")
            .with_help("open it for writing"))
    }
}

impl<'a> Writer<'a> {
    fn insert(&mut self, rows: &RecordBatch, columns: &[Column<'_>], row: usize) -> Result<(), ConnectError> {
        let mut fields = vec![self.format.null.clone(); self.changed.known.names.len()];
        let mut values: Vec<(&str, Value)> = Vec::new();
        for column in columns {
            let value = value_at(rows.column(column.at), row);
            if let Some(slot) = fields.get_mut(column.number) {
                *slot = self.field(column.property, &value)?;
            }
            values.push((&column.property.name, stored(column.property, value)));
        }
        let value_of = |name: &str| {
            values.iter().find(|(known, _)| *known == name).map_or(Value::Null, |(_, value)| value.clone())
        };
        for property in &self.schema_type.properties {
            self.check_mandatory(property, &value_of(&property.name))?;
        }
        let key: Vec<Value> = self.schema_type.key.iter().map(|name| value_of(name)).collect();
        let digest = if key.is_empty() { None } else { Some(self.free_key(&key)?) };
        let place = self.changed.changes.insert(fields);
        if let Some(digest) = digest {
            self.changed.known.index.set(digest, Found::One(place));
        }
        Ok(())
    }

    fn update(
        &mut self,
        keys: &RecordBatch,
        rows: &RecordBatch,
        columns: &[Column<'_>],
        row: usize,
    ) -> Result<(), ConnectError> {
        let mut key = self.key(keys, row);
        let (place, old) = self.find(&key)?;
        let mut fields = Vec::new();
        for column in columns {
            let value = value_at(rows.column(column.at), row);
            fields.push((column.number, self.field(column.property, &value)?));
            let value = stored(column.property, value);
            self.check_mandatory(column.property, &value)?;
            let part = self.schema_type.key.iter().position(|name| *name == column.property.name);
            if let Some(slot) = part.and_then(|part| key.get_mut(part)) {
                *slot = value;
            }
        }
        if self.digester.digest(&key) != Some(old) {
            let new = self.free_key(&key)?;
            self.changed.known.index.set(old, Found::Nothing);
            self.changed.known.index.set(new, Found::One(place));
        }
        self.changed.changes.update(place, fields.into_iter());
        Ok(())
    }

    fn delete(&mut self, keys: &RecordBatch, row: usize) -> Result<(), ConnectError> {
        let (place, digest) = self.find(&self.key(keys, row))?;
        self.changed.changes.delete(place);
        self.changed.known.index.set(digest, Found::Nothing);
        Ok(())
    }

    /// Where the columns of a batch stand in the file.
    fn columns(&self, rows: &RecordBatch) -> Result<Vec<Column<'a>>, ConnectError> {
        let schema = rows.schema();
        let fields = schema.fields().iter().enumerate();
        fields
            .map(|(at, field)| {
                let property = property_of(self.folder, self.schema_type, field.name())?;
                let number = column_of(self.folder, &self.file, &self.changed.known.names, field.name())?;
                Ok(Column { property, number, at })
            })
            .collect()
    }

    fn check_key_columns(&self, keys: &RecordBatch) -> Result<(), ConnectError> {
        let key = &self.schema_type.key;
        let is_key =
            keys.num_columns() == key.len() && key.iter().all(|name| keys.column_by_name(name).is_some());
        if is_key && !key.is_empty() {
            return Ok(());
        }
        Err(self
            .folder
            .error(
                ErrorKind::Unsupported,
                format!("objects of {} can only be found by their key ({})", self.file, key.join(", ")),
            )
            .with_help("declare the key of the schema type"))
    }

    /// The key in a row, in the order of the type's key.
    fn key(&self, keys: &RecordBatch, row: usize) -> Vec<Value> {
        let names = self.schema_type.key.iter();
        names
            .map(|name| keys.column_by_name(name).map_or(Value::Null, |column| value_at(column, row)))
            .collect()
    }

    /// The one object with a key.
    fn find(&self, key: &[Value]) -> Result<(Place, Digest), ConnectError> {
        let digest = self.digester.digest(key);
        let found = digest.map_or(Found::Nothing, |digest| self.changed.known.index.find(&digest));
        let how_often = match (found, digest) {
            (Found::One(place), Some(digest)) => return Ok((place, digest)),
            (Found::Several, _) => "several objects",
            _ => "no object",
        };
        Err(self
            .folder
            .error(
                ErrorKind::NoSuchObject,
                format!("{} has {how_often} with {}", self.file, self.in_words(key)),
            )
            .with_help("somebody else changed the file meanwhile; run again, or make the key unique"))
    }

    /// The digest of a key that no object has.
    fn free_key(&self, key: &[Value]) -> Result<Digest, ConnectError> {
        let digest = self.digester.digest(key);
        let problem = match digest.map(|digest| (digest, self.changed.known.index.find(&digest))) {
            Some((digest, Found::Nothing)) => return Ok(digest),
            Some(_) => "has an object already with",
            None => "cannot take an object whose key has no value:",
        };
        Err(self
            .folder
            .error(ErrorKind::Constraint, format!("{} {problem} {}", self.file, self.in_words(key)))
            .with_help("look at the values, or map the property differently; a key must be unique"))
    }

    /// A key as people read it.
    fn in_words(&self, key: &[Value]) -> String {
        let parts = self.schema_type.key.iter().zip(key);
        key_words::in_words(
            parts.filter_map(|(name, value)| Some((self.schema_type.property(name)?, value.clone()))),
        )
    }

    fn check_mandatory(&self, property: &SchemaProperty, value: &Value) -> Result<(), ConnectError> {
        if !property.mandatory || !value.is_null() || property.compatible_nulls {
            return Ok(());
        }
        Err(self
            .folder
            .error(ErrorKind::Constraint, format!("{}: {} must have a value", self.file, property.name))
            .with_help("map the property, or declare it as not mandatory"))
    }

    /// The field that holds a value.
    fn field(&self, property: &SchemaProperty, value: &Value) -> Result<String, ConnectError> {
        if value.is_null() {
            return Ok(self.format.null.clone());
        }
        let refused = |problem: &str, help: &str| {
            let shown = if property.sensitive { MASK.to_owned() } else { format!("{:?}", value.to_string()) };
            self.folder
                .error(
                    ErrorKind::IncompatibleData,
                    format!("{}, column {}: {shown} {problem}", self.file, property.name),
                )
                .with_help(help)
        };
        let Some(text) = exact_text(property.value_type, value) else {
            let problem = format!("cannot be written exactly as {}", property.value_type.label());
            return Err(refused(&problem, "map the property differently"));
        };
        if text.is_empty() && property.compatible_nulls {
            return Ok(text);
        }
        if text == self.format.null {
            let (problem, help) = if text.is_empty() {
                (
                    "cannot be told from NULL, which is an empty field",
                    "set `null_value` in the format of the connection, or declare the property with `compatible_nulls`",
                )
            } else {
                (
                    "is the text that stands for NULL",
                    "choose another `null_value` in the format of the connection",
                )
            };
            return Err(refused(problem, help));
        }
        match unwritable(self.changed.known.encoding, &text) {
            None => Ok(text),
            Some(character) => {
                let encoding = self.changed.known.encoding.name();
                let problem = if property.sensitive {
                    format!("holds a character that {encoding} does not have")
                } else {
                    format!("holds {character:?}, which {encoding} does not have")
                };
                Err(refused(
                    &problem,
                    "save the file in utf-8, and set that encoding in the format of the connection",
                ))
            }
        }
    }
}

/// The value that will be read back.
fn stored(property: &SchemaProperty, value: Value) -> Value {
    let is_empty = match &value {
        Value::String(text) => text.is_empty(),
        Value::Binary(bytes) => bytes.is_empty(),
        _ => false,
    };
    if is_empty && property.compatible_nulls { Value::Null } else { value }
}

/// The text from which the same value is read again; `None` if there is none.
fn exact_text(value_type: ValueType, value: &Value) -> Option<String> {
    let text = match value {
        // Short also for very large and very small numbers.
        Value::Float(value) => format!("{value:?}"),
        other => other.to_string(),
    };
    match (parse_value(value_type, &text)?, value) {
        (Value::Float(read), Value::Float(value)) if read.is_nan() && value.is_nan() => Some(text),
        // Any spelling of a GUID is the same; one is written.
        (Value::String(canonical), Value::String(_)) => Some(canonical),
        (read, value) => (read == *value).then_some(text),
    }
}
