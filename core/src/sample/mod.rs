//! The sample (P5): a human resources database and an identity store to try the program on.
//!
//! Both databases are made from the same [`SampleParameters`], each on its own: what one side holds follows
//! from the parameters, not from the other file. Every situation that a synchronization can meet is
//! prepared in a known number ([`expected`]), among plenty of objects that are simply equal.
//!
//! The project that goes with them is `projects/hr-to-identity`; the user guide tells what is prepared
//! and why. Nothing here reads a project or runs a synchronization.

mod accounts;
mod draw;
mod expected;
mod human_resources;
mod identity;
mod names;
mod organisation;
mod parameters;
mod people;
#[cfg(test)]
mod project_tests;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::civil::{Date, DateTime};
use miette::Diagnostic;
use rusqlite::{Connection, Transaction};
use thiserror::Error;

use crate::project::SampleDatabase;

pub use self::{
    expected::{ExpectedCounts, ExpectedStep, expected},
    parameters::{
        AccountCounts, CostCentreCounts, DepartmentCounts, GroupCounts, MembershipCounts, PeopleCounts,
        SampleParameters,
    },
};

/// Name of the start up configuration of the sample project that writes the identity store.
pub const IMPORT: &str = "Import from HR";

/// Name of the start up configuration of the sample project that writes the human resources database.
pub const PROVISION: &str = "Provision to HR";

/// System identifier of the human resources database in the sample project.
pub const TARGET_IDENTIFIER: &str = "HR";

/// Why a sample database could not be made.
#[derive(Debug, Error, Diagnostic)]
pub enum SampleError {
    /// The parameters contradict each other.
    #[error("{parameter} allows for {there} objects, but {needed} are prepared")]
    #[diagnostic(code("SW-X001"), help("raise this number, or lower the numbers of prepared objects"))]
    TooFew {
        /// The parameter.
        parameter: &'static str,
        /// What it allows for.
        there: usize,
        /// What the others need.
        needed: usize,
    },
    /// The file cannot be written.
    #[error("cannot create sample database {path}: {source}")]
    #[diagnostic(
        code("SW-X002"),
        help(
            "check free space and your permission to write the folder; a file that is already there is kept"
        )
    )]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite refuses.
    #[error("cannot create sample database {path}: {source}")]
    #[diagnostic(code("SW-X003"), help("check free space and your permission to write the folder"))]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

/// Makes the human resources database at `path`. A file that is already there is never touched.
///
/// # Errors
///
/// [`SampleError`]; there is no file at `path` then that was not there before.
pub fn create_human_resources(path: &Path, parameters: &SampleParameters) -> Result<(), SampleError> {
    let content = Content::new(parameters)?;
    create(path, |_| Ok(()), |transaction| human_resources::write(transaction, &content))
}

/// Makes the identity store of the sample at `path`, partly filled, with labels of outstanding objects. A
/// file that is already there is never touched.
///
/// # Errors
///
/// [`SampleError`]; there is no file at `path` then that was not there before.
pub fn create_identity_store(path: &Path, parameters: &SampleParameters) -> Result<(), SampleError> {
    let content = Content::new(parameters)?;
    create(path, crate::identity_store::create, |transaction| identity::write(transaction, &content))
}

/// An object as each side has it.
struct Twin<T> {
    /// In the human resources database.
    target: Option<T>,
    /// In the identity store.
    central: Option<T>,
    /// The central object is labelled as outstanding.
    labelled: bool,
}

impl<T> Twin<T> {
    fn pair(target: T, central: T) -> Self {
        Self { target: Some(target), central: Some(central), labelled: false }
    }

    fn equal(object: T) -> Self
    where
        T: Clone,
    {
        Self::pair(object.clone(), object)
    }

    fn only_target(target: T) -> Self {
        Self { target: Some(target), central: None, labelled: false }
    }

    fn only_central(central: T, labelled: bool) -> Self {
        Self { target: None, central: Some(central), labelled }
    }
}

/// Everything that both databases hold.
struct Content {
    organisation: organisation::Organisation,
    people: people::People,
    accounts: accounts::Accounts,
}

impl Content {
    fn new(parameters: &SampleParameters) -> Result<Self, SampleError> {
        parameters.validate()?;
        let organisation = organisation::Organisation::new(parameters);
        let people = people::People::new(parameters, &organisation);
        let accounts = accounts::Accounts::new(parameters, &people);
        Ok(Self { organisation, people, accounts })
    }
}

/// Makes one of the databases of the sample in `connection`'s database, which is empty.
///
/// # Errors
///
/// [`SampleError`]
pub(crate) fn fill(
    connection: &mut Connection,
    which: SampleDatabase,
    parameters: &SampleParameters,
) -> Result<(), SampleError> {
    let content = Content::new(parameters)?;
    match which {
        SampleDatabase::HumanResources => {
            write(connection, |_| Ok(()), |transaction| human_resources::write(transaction, &content))
        }
        SampleDatabase::IdentityStore => write(connection, crate::identity_store::create, |transaction| {
            identity::write(transaction, &content)
        }),
    }
    .map_err(|source| SampleError::Database { path: ":memory:".into(), source })
}

fn write(
    connection: &mut Connection,
    prepare: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    fill: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    // A half-made file is thrown away anyway: nothing needs to be durable before the end.
    connection.pragma_update(None, "synchronous", false)?;
    prepare(connection)?;
    let transaction = connection.transaction()?;
    // Managers and parents may come after those who refer to them; all must be there in the end.
    transaction.pragma_update(None, "defer_foreign_keys", true)?;
    fill(&transaction)?;
    transaction.commit()
}

/// Makes a database beside `path` and gives it its name when it is complete.
fn create(
    path: &Path,
    prepare: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    fill: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
) -> Result<(), SampleError> {
    let file_error = |source| SampleError::File { path: path.to_owned(), source };
    let database_error = |source| SampleError::Database { path: path.to_owned(), source };
    if path.exists() {
        return Err(file_error(io::ErrorKind::AlreadyExists.into()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::Builder::new()
        .prefix(".sample-")
        .suffix(".db")
        .tempfile_in(folder)
        .map_err(file_error)?
        .into_temp_path();
    let mut connection = Connection::open(&file).map_err(database_error)?;
    write(&mut connection, prepare, fill).map_err(database_error)?;
    connection.close().map_err(|(_, source)| database_error(source))?;
    fs::File::open(&file).and_then(|written| written.sync_all()).map_err(file_error)?;
    // What a deleted database of the same name has left behind would be replayed into the new one.
    for suffix in ["-wal", "-shm", "-journal"] {
        let mut leftover = path.as_os_str().to_owned();
        leftover.push(suffix);
        match fs::remove_file(&leftover) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(file_error(error)),
            _ => {}
        }
    }
    file.persist_noclobber(path).map_err(|error| file_error(error.error))
}

/// A date as the databases keep it.
fn date(date: Option<Date>) -> Option<String> {
    date.map(|date| date.to_string())
}

/// A timestamp as the databases keep it.
fn timestamp(timestamp: Option<DateTime>) -> Option<String> {
    timestamp.map(|timestamp| timestamp.to_string().replace('T', " "))
}

/// Hundredths as a decimal.
fn hundredths(value: Option<i64>) -> Option<String> {
    value.map(|value| format!("{}.{:02}", value / 100, value % 100))
}
