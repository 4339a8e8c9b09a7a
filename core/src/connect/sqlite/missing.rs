//! Database files that are not there (`when_missing`): made for those who write, imagined for those who only
//! read. A simulation or a look into the schema leaves nothing behind.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::Path,
    sync::{Mutex, PoisonError},
};

use rusqlite::{Connection, OpenFlags};

use crate::{
    connect::{ConnectError, ErrorKind},
    identity_store,
    project::{SampleDatabase, WhenMissing},
    sample::{self, SampleError, SampleParameters},
};

/// Databases in memory that live as long as the program, by what they hold; kept open, or they would be gone.
static IMAGINED: Mutex<Option<HashMap<String, Connection>>> = Mutex::new(None);

/// Makes the file, if the project says so.
///
/// # Errors
///
/// That there is no file, or that it cannot be made.
pub fn create(label: &str, file: &Path, when_missing: &WhenMissing) -> Result<(), ConnectError> {
    match when_missing {
        WhenMissing::Fail => Err(missing(label, file)),
        WhenMissing::CreateIdentityStore => Connection::open(file)
            .and_then(|database| identity_store::create(&database))
            .map_err(|error| cannot_create(label, &format!("identity store {}: {error}", file.display()))),
        WhenMissing::CreateSample(which) => {
            let parameters = SampleParameters::default();
            match which {
                SampleDatabase::HumanResources => sample::create_human_resources(file, &parameters),
                SampleDatabase::IdentityStore => sample::create_identity_store(file, &parameters),
            }
            .map_err(|error| cannot_create(label, &format!("sample database {}: {error}", file.display())))
        }
    }
}

/// What the file would be if it were made now, in memory.
///
/// # Errors
///
/// That there is no file, if the project does not say what to make of that.
pub fn imagine(label: &str, file: &Path, when_missing: &WhenMissing) -> Result<Connection, ConnectError> {
    if *when_missing == WhenMissing::Fail {
        return Err(missing(label, file));
    }
    let failed = |error: SampleError| cannot_create(label, &format!("database in memory: {error}"));
    let database_failed =
        |source: rusqlite::Error| failed(SampleError::Database { path: file.to_owned(), source });
    let what = format!("{when_missing:?}").replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    let name = format!("file:syncwright-{what}?mode=memory&cache=shared");
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut imagined = IMAGINED.lock().unwrap_or_else(PoisonError::into_inner);
    let imagined = imagined.get_or_insert_default();
    if let Entry::Vacant(place) = imagined.entry(what) {
        let mut database = Connection::open_with_flags(&name, flags).map_err(database_failed)?;
        match when_missing {
            WhenMissing::CreateSample(which) => {
                sample::fill(&mut database, *which, &SampleParameters::default()).map_err(failed)?;
            }
            _ => identity_store::create(&database).map_err(database_failed)?,
        }
        place.insert(database);
    }
    let database = Connection::open_with_flags(&name, flags).map_err(database_failed)?;
    database.pragma_update(None, "query_only", true).map_err(database_failed)?;
    Ok(database)
}

fn missing(label: &str, file: &Path) -> ConnectError {
    ConnectError::new(ErrorKind::Missing, label, format!("there is no database file {}", file.display()))
        .with_help(
            "check the path in the connection; relative paths count from the folder of the project file",
        )
}

fn cannot_create(label: &str, what: &str) -> ConnectError {
    ConnectError::new(ErrorKind::Missing, label, format!("cannot create the {what}"))
        .with_help("check that the folder exists and that you may write it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_makes_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("not-there.db");
        let count = |database: &Connection, table: &str| -> i64 {
            let sql = format!("SELECT count(*) FROM {table}");
            database.query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        let sample = WhenMissing::CreateSample(SampleDatabase::HumanResources);
        let (one, other) = (imagine("HR", &file, &sample).unwrap(), imagine("HR", &file, &sample).unwrap());
        assert!(count(&one, "employees") > 0);
        assert_eq!(count(&one, "employees"), count(&other, "employees"));
        assert!(one.execute("DELETE FROM employees", []).is_err(), "nobody can write into it");
        let empty = imagine("IDM", &file, &WhenMissing::CreateIdentityStore).unwrap();
        assert_eq!(count(&empty, "Identity"), 0);
        assert_eq!(imagine("HR", &file, &WhenMissing::Fail).unwrap_err().kind, ErrorKind::Missing);
        assert!(!file.exists());

        create("HR", &file, &sample).unwrap();
        let made = Connection::open(&file).unwrap();
        assert_eq!(count(&made, "employees"), count(&one, "employees"), "the same as imagined");
    }
}
