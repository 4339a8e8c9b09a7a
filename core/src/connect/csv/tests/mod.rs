//! The connector as the engine sees it, against files in temporary folders.

mod model;
mod reading;
mod safety;
mod writing;

use std::{fs, path::PathBuf, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::{Field, Schema as ArrowSchema},
};

use crate::{
    connect::{ConnectError, Connector, ErrorKind, Flow, OpenMode, SearchRequest, open},
    progress::{CancelToken, Silent},
    project::{Connection, CsvFormat, Provider, Schema, SchemaProperty, SchemaType},
    value::{Value, ValueType, array_of, value_at},
};

const PEOPLE: &str = "id,name,age\n1,Ada,36\n2,Grace,\n3,\"Hopper, G.\",85\n";

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let own = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            fs::write(own.path(name), text).unwrap();
        }
        own
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Everything in the folder but the lock file.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != ".syncwright.lock")
            .collect();
        names.sort();
        names
    }

    fn connection(format: &CsvFormat) -> Connection {
        let text = "(system_identifier: \"T\", provider: Csv(folder: \".\"), connect_timeout_secs: Some(0))";
        let connection: Connection = ron::from_str(text).unwrap();
        Connection {
            provider: Provider::Csv { folder: ".".to_owned(), format: format.clone() },
            ..connection
        }
    }

    fn open(&self, format: &CsvFormat, mode: OpenMode) -> Result<Box<dyn Connector>, ConnectError> {
        open(&Self::connection(format), self.folder.path(), mode)
    }

    fn reader(&self) -> Box<dyn Connector> {
        self.open(&CsvFormat::default(), OpenMode::Read).unwrap()
    }

    fn writer(&self) -> Box<dyn Connector> {
        self.open(&CsvFormat::default(), OpenMode::Write).unwrap()
    }
}

fn schema(connector: &mut dyn Connector) -> Result<Schema, ConnectError> {
    connector.describe_schema(&Silent, &CancelToken::default())
}

/// The type of `PEOPLE`, with `id` as its key.
fn people() -> SchemaType {
    typed("people", &[("id", ValueType::Integer), ("name", ValueType::String), ("age", ValueType::Integer)])
}

/// A type with these properties; the first is the key.
fn typed(name: &str, properties: &[(&str, ValueType)]) -> SchemaType {
    SchemaType {
        name: name.to_owned(),
        properties: properties.iter().map(|(name, of)| SchemaProperty::new(*name, *of)).collect(),
        key: vec![properties[0].0.to_owned()],
        ..SchemaType::default()
    }
}

fn search(connector: &mut dyn Connector, request: &SearchRequest<'_>) -> Result<Vec<String>, ConnectError> {
    let mut found = Vec::new();
    connector.search(request, &CancelToken::default(), &mut |batch| {
        found.extend(rows(&batch));
        Flow::Continue
    })?;
    Ok(found)
}

fn rows(batch: &RecordBatch) -> Vec<String> {
    (0..batch.num_rows())
        .map(|row| {
            let values = batch.columns().iter().map(|column| match value_at(column, row) {
                Value::Null => "∅".to_owned(),
                value => value.to_string(),
            });
            values.collect::<Vec<_>>().join("|")
        })
        .collect()
}

fn all(connector: &mut dyn Connector, schema_type: &SchemaType) -> Vec<String> {
    let names: Vec<String> = schema_type.properties.iter().map(|property| property.name.clone()).collect();
    search(connector, &SearchRequest::all(schema_type, &names)).unwrap()
}

fn batch(schema_type: &SchemaType, columns: &[(&str, Vec<Value>)]) -> RecordBatch {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (name, values) in columns {
        let value_type = schema_type.property(name).unwrap().value_type;
        fields.push(Field::new(*name, value_type.arrow(), true));
        arrays.push(array_of(value_type, values.iter()));
    }
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), arrays).unwrap()
}

fn int(value: i64) -> Value {
    Value::Integer(value)
}

fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

fn ids(schema_type: &SchemaType, ids: &[i64]) -> RecordBatch {
    batch(schema_type, &[("id", ids.iter().copied().map(int).collect())])
}
