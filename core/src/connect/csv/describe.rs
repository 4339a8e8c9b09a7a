//! The folder as a project schema (S1): types from files, properties from columns, keys from the data.
//!
//! Every file is read twice, whole: once for the types of its columns, once for which of them are unique.
//! Both are proposals to the engineer; what the project says counts later.

use std::collections::HashSet;

use super::{
    CsvConnector,
    columns::Cell,
    folder::{is_own, type_of},
    format::Format,
    infer::Guess,
    records::Record,
    table::Table,
};
use crate::{
    connect::ConnectError,
    progress::{CancelToken, Progress},
    project::{Schema, SchemaProperty, SchemaType},
    value::Value,
};

/// Values that are remembered in the search for unique columns, over all columns of a file. If a file has
/// more, its uid column is still checked, and other keys are for the engineer to declare.
const REMEMBERED: usize = 1 << 24;

/// Records between two looks whether somebody cancelled.
const LOOK_EVERY: u64 = 4096;

/// What the file calls its types.
const NATIVE_TYPE: &str = "text";

impl CsvConnector {
    pub(super) fn describe(
        &self,
        progress: &dyn Progress,
        cancel: &CancelToken,
    ) -> Result<Schema, ConnectError> {
        progress.phase("Reading the schema");
        let files: Vec<String> = self.folder.files()?.into_iter().filter(|file| !is_own(file)).collect();
        let mut sizes = 0;
        for file in &files {
            sizes += self.folder.file(file).metadata().map_or(0, |metadata| metadata.len());
        }
        let mut reading = Reading { progress, cancel, before: 0, total: 2 * sizes };
        let mut schema = Schema::default();
        for file in &files {
            let schema_type = self.describe_file(file, &mut reading)?;
            // `a.csv` and `a.CSV` are two files.
            let is_taken = schema.types.iter().any(|known| known.name == schema_type.name);
            let name = if is_taken { file.clone() } else { schema_type.name.clone() };
            schema.types.push(SchemaType { name, ..schema_type });
        }
        Ok(schema)
    }

    fn describe_file(&self, file: &str, reading: &mut Reading<'_>) -> Result<SchemaType, ConnectError> {
        let (name, table) = type_of(file);
        let mut properties = self.propose_types(file, reading)?;
        let unique = self.unique_columns(file, &properties, reading)?;
        let uid = self.uid_column.as_deref().filter(|uid| unique.iter().any(|name| name == uid));
        let key: Vec<String> = uid.map(str::to_owned).into_iter().collect();
        for property in &mut properties {
            property.mandatory = key.contains(&property.name);
        }
        let unique_keys =
            unique.into_iter().filter(|name| !key.contains(name)).map(|name| vec![name]).collect();
        Ok(SchemaType { name, table, properties, key, unique_keys, ..SchemaType::default() })
    }

    /// The columns with the types of their values.
    fn propose_types(
        &self,
        file: &str,
        reading: &mut Reading<'_>,
    ) -> Result<Vec<SchemaProperty>, ConnectError> {
        let mut table = Table::open(&self.folder, &self.format, file)?;
        let mut guesses = vec![Guess::default(); table.names.len()];
        self.read_all(&mut table, reading, |record| {
            for (guess, field) in guesses.iter_mut().zip(record.fields()) {
                if field != self.format.null {
                    guess.see(field);
                }
            }
            Ok(true)
        })?;
        let columns = table.names.iter().zip(&guesses);
        Ok(columns
            .map(|(name, guess)| SchemaProperty {
                native_type: NATIVE_TYPE.to_owned(),
                ..SchemaProperty::new(name, guess.value_type())
            })
            .collect())
    }

    /// Columns in which every object has a value, and each another one.
    fn unique_columns(
        &self,
        file: &str,
        properties: &[SchemaProperty],
        reading: &mut Reading<'_>,
    ) -> Result<Vec<String>, ConnectError> {
        let mut table = Table::open(&self.folder, &self.format, file)?;
        let mut columns: Vec<Candidate> = properties
            .iter()
            .enumerate()
            .map(|(number, property)| Candidate::new(property, number, &self.format))
            .collect();
        let mut any = false;
        self.read_all(&mut table, reading, |record| {
            any = true;
            columns.retain_mut(|column| column.is_unique_with(self, record));
            let remembered: usize = columns.iter().map(|column| column.seen.len()).sum();
            if remembered > REMEMBERED {
                columns.retain(|column| Some(&column.cell.name) == self.uid_column.as_ref());
            }
            Ok(!columns.is_empty())
        })?;
        let uid = self.uid_column.as_ref();
        // Without objects everything is unique; only what the connection says is a key then.
        let named = columns.into_iter().map(|column| column.cell.name);
        Ok(named.filter(|name| any || Some(name) == uid).collect())
    }

    /// Reads all records of a file while `visit` wants more.
    fn read_all(
        &self,
        table: &mut Table<'_>,
        reading: &mut Reading<'_>,
        mut visit: impl FnMut(&Record) -> Result<bool, ConnectError>,
    ) -> Result<(), ConnectError> {
        let mut record = Record::default();
        let mut number: u64 = 0;
        while table.next(&mut record)? {
            if number.is_multiple_of(LOOK_EVERY) {
                reading.look(self, table)?;
            }
            number += 1;
            if !visit(&record)? {
                break;
            }
        }
        reading.before += self.folder.file(&table.file).metadata().map_or(0, |metadata| metadata.len());
        Ok(())
    }
}

/// Who watches the reading, and who stops it.
struct Reading<'a> {
    progress: &'a dyn Progress,
    cancel: &'a CancelToken,
    before: u64,
    total: u64,
}

impl Reading<'_> {
    fn look(&self, connector: &CsvConnector, table: &Table<'_>) -> Result<(), ConnectError> {
        if self.cancel.is_cancelled() {
            return Err(connector.folder.cancelled("reading the schema"));
        }
        self.progress.advance(self.before + table.records.decoder().bytes(), Some(self.total));
        Ok(())
    }
}

/// A column that is unique as far as one has seen.
struct Candidate {
    cell: Cell,
    /// Half a digest is enough for a proposal.
    seen: HashSet<u64>,
}

impl Candidate {
    fn new(property: &SchemaProperty, number: usize, format: &Format) -> Self {
        Self { cell: Cell::new(property, number, &format.null), seen: HashSet::new() }
    }

    fn is_unique_with(&mut self, connector: &CsvConnector, record: &Record) -> bool {
        let value = self.cell.value(record.field(self.cell.column)).unwrap_or(Value::Null);
        let digest = connector.digester.digest(&[value]);
        digest.is_some_and(|[half, _]| self.seen.insert(half))
    }
}
