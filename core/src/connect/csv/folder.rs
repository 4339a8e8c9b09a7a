//! The folder behind a connection: which files there are, which belongs to which type, and what an error of
//! the file system means.

use std::{
    fs::{self, File},
    io,
    path::{Component, Path, PathBuf},
    time::SystemTime,
};

use super::{columns::Misfit, encoding::DecodeError, records::RecordError};
use crate::{
    connect::{ConnectError, ErrorKind, is_own_table},
    project::SchemaType,
};

const EXTENSION: &str = "csv";

/// What tells whether a file was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Another file of the same name; systems without inode numbers have 0.
    inode: u64,
}

/// A folder of CSV files.
#[derive(Debug, Clone)]
pub struct Folder {
    /// The connection, as people know it.
    pub label: String,
    /// The folder.
    pub path: PathBuf,
}

impl Folder {
    /// Looks whether the folder is there and can be read.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Missing`], [`ErrorKind::NotADatabase`] if it is no folder, [`ErrorKind::Permission`].
    pub fn open(label: &str, path: PathBuf) -> Result<Self, ConnectError> {
        let folder = Self { label: label.to_owned(), path };
        match fs::read_dir(&folder.path) {
            Ok(_) => Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(folder
                .error(ErrorKind::Missing, format!("there is no folder {}", folder.path.display()))
                .with_help(
                    "check the path in the connection; relative paths count from the folder of the project file",
                )),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(folder
                .error(ErrorKind::NotADatabase, format!("{} is no folder", folder.path.display()))
                .with_help("name the folder that holds the CSV files, not one of them")),
            Err(error) => Err(folder.failed("reading the folder", &folder.path, &error)),
        }
    }

    /// An error of this connection.
    pub fn error(&self, kind: ErrorKind, text: impl Into<String>) -> ConnectError {
        ConnectError::new(kind, &self.label, text)
    }

    /// An error of the file system, classified.
    pub fn failed(&self, doing: &str, path: &Path, error: &io::Error) -> ConnectError {
        let shown = path.display();
        let (kind, help) = match error.kind() {
            io::ErrorKind::NotFound => (
                ErrorKind::SchemaChanged,
                "the file is gone; put it back, or update the schema of the project".to_owned(),
            ),
            io::ErrorKind::PermissionDenied => {
                (ErrorKind::Permission, format!("check the permissions of {shown} and of its folder"))
            }
            io::ErrorKind::ReadOnlyFilesystem => {
                (ErrorKind::ReadOnly, format!("the disk that holds {shown} can only be read"))
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                (ErrorKind::Full, format!("free some space on the disk that holds {shown}"))
            }
            io::ErrorKind::ResourceBusy => {
                (ErrorKind::Locked, format!("another program uses {shown}; close it, or try again later"))
            }
            _ if cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33)) => {
                (ErrorKind::Locked, format!("another program uses {shown}; close it, or try again later"))
            }
            _ => {
                (ErrorKind::Connection, format!("the disk or network drive that holds {shown} has a problem"))
            }
        };
        self.error(kind, format!("{doing} failed: {error}")).with_help(help)
    }

    /// A file that is not in its format.
    pub fn damaged(&self, file: &str, line: u64, problem: &str) -> ConnectError {
        self.error(ErrorKind::NotADatabase, format!("{file}, line {line}: {problem}")).with_help(
            "mend the file, or check delimiter, quote, escape character and encoding in the format of the connection",
        )
    }

    /// A file whose text cannot be read, or is not in its format.
    pub fn unreadable(&self, file: &str, error: RecordError) -> ConnectError {
        match error {
            RecordError::Damaged { line, problem } => self.damaged(file, line, &problem),
            RecordError::Decode(DecodeError::Malformed { line, encoding }) => self
                .error(
                    ErrorKind::NotADatabase,
                    format!("{file}, line {line}: there are bytes that are no text in {encoding}"),
                )
                .with_help("check the encoding in the format of the connection, or save the file in it"),
            RecordError::Decode(DecodeError::Io(error)) => {
                self.failed(&format!("reading {file}"), &self.path.join(file), &error)
            }
        }
    }

    /// A value that is not of its property's type.
    pub fn misfit(&self, file: &str, line: u64, misfit: &Misfit) -> ConnectError {
        let Misfit { property, shown, value_type } = misfit;
        let place = if line == 0 { file.to_owned() } else { format!("{file}, line {line}") };
        self.error(
            ErrorKind::IncompatibleData,
            format!("{place}, column {property}: {shown} is not of type {}", value_type.label()),
        )
        .with_help("mend the value in the file, or declare the property with a type that holds it")
    }

    /// The reading or writing was cancelled.
    pub fn cancelled(&self, doing: &str) -> ConnectError {
        self.error(ErrorKind::Cancelled, format!("{doing} was cancelled"))
    }

    /// Path of a file in the folder.
    pub fn file(&self, file: &str) -> PathBuf {
        self.path.join(file)
    }

    /// The file that holds the objects of a type.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SchemaChanged`] if that is no name of a file in this folder.
    pub fn file_of(&self, schema_type: &SchemaType) -> Result<String, ConnectError> {
        let table = schema_type.table_name();
        let file = if has_extension(table) { table.to_owned() } else { format!("{table}.{EXTENSION}") };
        let mut parts = Path::new(&file).components();
        let is_plain = matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none();
        if !is_plain || file.contains(['/', '\\', '\0']) {
            return Err(self
                .error(ErrorKind::SchemaChanged, format!("{file:?} is no name of a file in the folder"))
                .with_help("name the file, without its folder, as `table` of the schema type"));
        }
        Ok(file)
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SchemaChanged`] if it is not there, and what the file system says.
    pub fn read(&self, file: &str) -> Result<File, ConnectError> {
        let path = self.file(file);
        File::open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => self
                .error(
                    ErrorKind::SchemaChanged,
                    format!("there is no file {file} in {}", self.path.display()),
                )
                .with_help("put the file back, or update the schema of the project"),
            _ => self.failed(&format!("opening {file}"), &path, &error),
        })
    }

    /// The state of a file; `None` if it is not there.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn stamp(&self, file: &str) -> Result<Option<Stamp>, ConnectError> {
        let path = self.file(file);
        match fs::metadata(&path) {
            Ok(metadata) => Ok(Some(stamp_of(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(&format!("looking at {file}"), &path, &error)),
        }
    }

    /// Names of all CSV files, sorted.
    ///
    /// # Errors
    ///
    /// What the file system says, and a name that is no text.
    pub fn files(&self) -> Result<Vec<String>, ConnectError> {
        let failed = |error: io::Error| self.failed("reading the folder", &self.path, &error);
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
                || !path.is_file()
            {
                continue;
            }
            let name = path.file_name().unwrap_or_default();
            let name = name.to_str().ok_or_else(|| {
                self.error(ErrorKind::NotADatabase, format!("the name of {} is no text", path.display()))
                    .with_help("rename the file")
            })?;
            if !name.starts_with('.') {
                files.push(name.to_owned());
            }
        }
        files.sort();
        Ok(files)
    }
}

/// True for the files of the program's own tables.
pub fn is_own(file: &str) -> bool {
    file.strip_suffix(".csv").is_some_and(is_own_table)
}

/// True for names that end in `.csv`, in any case.
fn has_extension(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
}

/// Name of the type of a file, and its table name where that is not the type's.
pub fn type_of(file: &str) -> (String, Option<String>) {
    let name = file.strip_suffix(".csv").unwrap_or_else(|| file.get(..file.len() - 4).unwrap_or(file));
    let is_plain = format!("{name}.{EXTENSION}") == file && !has_extension(name);
    (name.to_owned(), (!is_plain).then(|| file.to_owned()))
}

fn stamp_of(metadata: &fs::Metadata) -> Stamp {
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(metadata);
    #[cfg(not(unix))]
    let inode = 0;
    Stamp { length: metadata.len(), modified: metadata.modified().ok(), inode }
}
