//! One open file: its columns, and its records one after the other, all of the same width.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
};

use super::{
    columns::Cell,
    encoding::Decoder,
    folder::Folder,
    format::Format,
    keys::{Changes, Number},
    records::{Record, Records},
};
use crate::{
    connect::{ConnectError, ErrorKind},
    project::{SchemaProperty, SchemaType},
};

/// Columns without a name are called this, with their number from 1.
const COLUMN: &str = "column";

/// Column names that an error lists at most.
const LISTED: usize = 30;

/// An open file.
pub struct Table<'a> {
    folder: &'a Folder,
    format: &'a Format,
    /// Name of the file.
    pub file: String,
    /// Its records, the header not among them.
    pub records: Records<File>,
    /// The exact text of the header.
    pub header: String,
    /// Names of its columns.
    pub names: Vec<String>,
}

impl<'a> Table<'a> {
    /// Opens a file and reads which columns it has.
    ///
    /// # Errors
    ///
    /// If it is not there, cannot be read, or names two columns the same.
    pub fn open(folder: &'a Folder, format: &'a Format, file: &str) -> Result<Self, ConnectError> {
        let opened = folder.read(file)?;
        let decoder = Decoder::new(opened, format.encoding)
            .map_err(|error| folder.failed(&format!("reading {file}"), &folder.file(file), &error))?;
        let mut table = Self {
            folder,
            format,
            file: file.to_owned(),
            records: Records::new(decoder, format),
            header: String::new(),
            names: Vec::new(),
        };
        table.read_names()?;
        Ok(table)
    }

    fn read_names(&mut self) -> Result<(), ConnectError> {
        let mut first = Record::default();
        let found =
            if self.format.header { self.records.read(&mut first) } else { self.records.peek(&mut first) };
        if !found.map_err(|error| self.folder.unreadable(&self.file, error))? {
            return Ok(());
        }
        let mut positions: HashMap<String, usize> = HashMap::new();
        for (number, name) in first.fields().enumerate() {
            let name =
                if self.format.header && !name.is_empty() { name.to_owned() } else { numbered(number) };
            if let Some(other) = positions.insert(name.clone(), number) {
                return Err(self
                    .folder
                    .error(
                        ErrorKind::NotADatabase,
                        format!(
                            "{}: columns {} and {} are both called {name:?}",
                            self.file,
                            other + 1,
                            number + 1
                        ),
                    )
                    .with_help("give each column a name of its own; nobody could tell them apart"));
            }
            self.names.push(name);
        }
        if self.format.header {
            self.header = self.records.raw().to_owned();
        }
        Ok(())
    }

    /// A file without header and records has the columns that its type has.
    pub fn assume_columns_of(&mut self, schema_type: &SchemaType) {
        if !self.format.header && self.names.is_empty() {
            let last = schema_type.properties.iter().filter_map(|property| number_of(&property.name)).max();
            self.names = (0..last.map_or(0, |last| last + 1)).map(numbered).collect();
        }
    }

    /// What the fields of these properties mean.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SchemaChanged`] if the type has no such property, or the file no such column.
    pub fn cells(&self, schema_type: &SchemaType, properties: &[String]) -> Result<Vec<Cell>, ConnectError> {
        properties
            .iter()
            .map(|name| {
                let property = property_of(self.folder, schema_type, name)?;
                Ok(Cell::new(
                    property,
                    column_of(self.folder, &self.file, &self.names, name)?,
                    &self.format.null,
                ))
            })
            .collect()
    }

    /// Reads the next record; `false` at the end.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or a record has too few or too many fields.
    pub fn next(&mut self, record: &mut Record) -> Result<bool, ConnectError> {
        if !self.records.read(record).map_err(|error| self.folder.unreadable(&self.file, error))? {
            return Ok(false);
        }
        if record.len() != self.names.len() {
            let problem = format!("{} fields instead of {}", record.len(), self.names.len());
            return Err(self.folder.damaged(&self.file, record.line(), &problem));
        }
        Ok(true)
    }
}

/// The property of a type.
///
/// # Errors
///
/// [`ErrorKind::SchemaChanged`] if there is none.
pub fn property_of<'t>(
    folder: &Folder,
    schema_type: &'t SchemaType,
    name: &str,
) -> Result<&'t SchemaProperty, ConnectError> {
    schema_type.property(name).ok_or_else(|| {
        folder
            .error(ErrorKind::SchemaChanged, format!("{} has no property {name}", schema_type.name))
            .with_help("update the schema of the project, or mend the mapping")
    })
}

/// Number of the column of this name, from 0.
///
/// # Errors
///
/// [`ErrorKind::SchemaChanged`] if there is none.
pub fn column_of(folder: &Folder, file: &str, names: &[String], name: &str) -> Result<usize, ConnectError> {
    names.iter().position(|known| known == name).ok_or_else(|| {
        let known = match names {
            [] => "the file is empty".to_owned(),
            names if names.len() > LISTED => format!("it has {} columns", names.len()),
            names => format!("it has {}", names.join(", ")),
        };
        folder.error(ErrorKind::SchemaChanged, format!("{file} has no column {name}; {known}")).with_help(
            "mend the file, or check the format of the connection, or update the schema of the project",
        )
    })
}

/// An object, as it is with the changes of a transaction.
pub enum Object<'a> {
    /// As the file has it.
    Record(&'a Record),
    /// With new fields.
    Updated(&'a Record, &'a BTreeMap<usize, String>),
    /// Not in the file yet.
    New(&'a [String]),
}

impl<'a> Object<'a> {
    /// A record with the changes of a transaction; `None` if it is deleted.
    pub fn of(record: &'a Record, number: Number, changes: Option<&'a Changes>) -> Option<Self> {
        let Some(changes) = changes else { return Some(Self::Record(record)) };
        if changes.deleted.contains(&number) {
            return None;
        }
        Some(match changes.updated.get(&number) {
            Some(fields) => Self::Updated(record, fields),
            None => Self::Record(record),
        })
    }

    /// The field of a column.
    pub fn field(&self, column: usize) -> &'a str {
        match self {
            Self::Record(record) => record.field(column),
            Self::Updated(record, fields) => {
                fields.get(&column).map_or_else(|| record.field(column), String::as_str)
            }
            Self::New(fields) => fields.get(column).map_or("", String::as_str),
        }
    }

    /// Line that it begins on; 0 if it is not in the file yet.
    pub const fn line(&self) -> u64 {
        match self {
            Self::Record(record) | Self::Updated(record, _) => record.line(),
            Self::New(_) => 0,
        }
    }
}

fn numbered(number: usize) -> String {
    format!("{COLUMN}{}", number + 1)
}

/// Number of a column from 0, if it is called by its number.
fn number_of(name: &str) -> Option<usize> {
    let number: usize = name.strip_prefix(COLUMN)?.parse().ok()?;
    number.checked_sub(1).filter(|from_zero| numbered(*from_zero) == name)
}
