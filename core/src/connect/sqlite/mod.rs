//! The SQLite connector (C3): embedded, no driver to install, foreign keys on, one writer.
//!
//! SQLite types its values, not its columns. The declared type of a column decides what the project calls
//! it ([`types`]); reading and writing convert, and refuse values that do not fit ([`read`], [`write`]).

mod describe;
mod filter;
mod keys;
mod missing;
mod read;
pub(super) mod types;
mod write;

use std::{
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use arrow::array::RecordBatch;
use crossbeam_channel::RecvTimeoutError;
use datafusion::logical_expr::Expr;
use rusqlite::{ErrorCode, OpenFlags, ffi};

use super::{Capabilities, ConnectError, Connector, ErrorKind, Flow, OpenMode, SearchRequest, ServerInfo};
use crate::{
    progress::{CancelToken, Progress},
    project::{Connection, Schema, SchemaType, WhenMissing},
};

/// Seconds to wait for a lock if the connection does not say.
const DEFAULT_TIMEOUT_SECS: u32 = 5;

/// How often somebody who waits looks at the cancel switch.
const LOOK: Duration = Duration::from_millis(20);

/// Rows of a block if the connection does not say.
const DEFAULT_BLOCK: usize = 8192;

/// A connection to a SQLite database file.
pub struct SqliteConnector {
    database: rusqlite::Connection,
    label: String,
    file: PathBuf,
    mode: OpenMode,
    block: usize,
}

impl SqliteConnector {
    /// Opens `file`. If it is not there it is made, or for reading imagined, as `when_missing` says.
    pub fn open(
        connection: &Connection,
        file: &Path,
        when_missing: &WhenMissing,
        mode: OpenMode,
        cancel: &CancelToken,
    ) -> Result<Self, ConnectError> {
        let label = connection.label().to_owned();
        let database = match (file.exists(), mode) {
            (false, OpenMode::Read) => missing::imagine(&label, file, when_missing)?,
            (false, OpenMode::Write) => {
                missing::create(&label, file, when_missing)?;
                open_file(&label, file, mode)?
            }
            (true, _) => open_file(&label, file, mode)?,
        };
        let timeout = connection.connect_timeout_secs.unwrap_or(DEFAULT_TIMEOUT_SECS);
        let timeout = Duration::from_secs(timeout.into());
        if mode == OpenMode::Read && !connection.read_only && is_half_written(&database) {
            take_back(file, timeout)
                .map_err(|error| classify(&label, file, "taking back an interrupted transaction", &error))?;
        }
        let connector = Self {
            database,
            label,
            file: file.to_owned(),
            mode,
            block: connection.fetch_batch_size.map_or(DEFAULT_BLOCK, |rows| rows.max(1) as usize),
        };
        connector.prepare(timeout, &connection.initial_sql, cancel)?;
        Ok(connector)
    }

    fn prepare(
        &self,
        timeout: Duration,
        initial_sql: &[String],
        cancel: &CancelToken,
    ) -> Result<(), ConnectError> {
        let opening = |error: rusqlite::Error| self.error("opening the database", &error);
        self.database.busy_timeout(timeout).map_err(opening)?;
        self.database.pragma_update(None, "foreign_keys", true).map_err(opening)?;
        // The first look into the file tells whether it is a database at all.
        self.database.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(opening)?;
        if self.mode == OpenMode::Write && self.database.is_readonly("main").map_err(opening)? {
            return Err(ConnectError::new(
                ErrorKind::ReadOnly,
                &self.label,
                format!("the database file cannot be written: {}", self.file.display()),
            )
            .with_help("check the permissions of the file and its folder"));
        }
        for (number, statement) in initial_sql.iter().enumerate() {
            let work = || self.database.execute_batch(statement);
            self.interruptible(cancel, work).map_err(|error| {
                self.error(&format!("statement {} of the initial SQL", number + 1), &error)
            })?;
        }
        Ok(())
    }

    /// Does work that ends when somebody asks to stop.
    fn interruptible<R>(&self, cancel: &CancelToken, work: impl FnOnce() -> R) -> R {
        let interrupt = self.database.get_interrupt_handle();
        let (ended, end) = crossbeam_channel::bounded::<()>(0);
        let cancel = cancel.clone();
        let watch = move || {
            while end.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                if cancel.is_cancelled() {
                    // Between two statements it would interrupt nothing, so it is said again.
                    interrupt.interrupt();
                }
            }
        };
        // Without a thread nobody is told to stop, which is no reason not to work.
        let watcher = thread::Builder::new().name("sqlite-cancel".to_owned()).spawn(watch).ok();
        let result = work();
        drop(ended);
        // The next statement must not be the one that is interrupted.
        if let Some(watcher) = watcher {
            watcher.join().ok();
        }
        result
    }

    fn error(&self, doing: &str, error: &rusqlite::Error) -> ConnectError {
        classify(&self.label, &self.file, doing, error)
    }

    fn execute(&self, doing: &str, sql: &str) -> Result<(), ConnectError> {
        self.database.execute_batch(sql).map_err(|error| self.error(doing, &error))
    }
}

/// Makes a file that is not there, if the project says so.
///
/// # Errors
///
/// If it cannot be made.
pub fn create_missing(
    connection: &Connection,
    file: &Path,
    when_missing: &WhenMissing,
) -> Result<(), ConnectError> {
    if file.exists() || *when_missing == WhenMissing::Fail {
        return Ok(());
    }
    missing::create(connection.label(), file, when_missing)
}

fn open_file(label: &str, file: &Path, mode: OpenMode) -> Result<rusqlite::Connection, ConnectError> {
    let access = match mode {
        OpenMode::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        OpenMode::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    rusqlite::Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| classify(label, file, "opening the database", &error))
}

/// True if a program was interrupted within a transaction, so that somebody who may write has to take the
/// half of it back before anybody can read.
fn is_half_written(database: &rusqlite::Connection) -> bool {
    // Who waits for a lock does so later.
    let look = database
        .busy_timeout(Duration::ZERO)
        .and_then(|()| database.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())));
    look.is_err_and(|error| needs_rollback(&error))
}

fn needs_rollback(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(code, Some(ffi::SQLITE_READONLY_ROLLBACK | ffi::SQLITE_READONLY_RECOVERY))
}

/// Lets SQLite take an interrupted transaction back: what was committed last is there again.
fn take_back(file: &Path, timeout: Duration) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = rusqlite::Connection::open_with_flags(file, flags)?;
    database.busy_timeout(timeout)?;
    database.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

/// Classifies an error of SQLite and says what to do about it.
fn classify(label: &str, file: &Path, doing: &str, error: &rusqlite::Error) -> ConnectError {
    let native = error.to_string();
    let path = file.display();
    let (kind, help) = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => (
            ErrorKind::NotADatabase,
            format!("{path} is not a SQLite database, or it is damaged; check the path in the connection"),
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => (
            ErrorKind::Locked,
            format!("another program holds a lock on {path}; close it, or try again later"),
        ),
        Some(ErrorCode::ReadOnly) if needs_rollback(error) => (
            ErrorKind::ReadOnly,
            format!(
                "a program was interrupted while it wrote {path}; open it once with one that may write it, so \
                 that the interrupted transaction is taken back"
            ),
        ),
        Some(ErrorCode::ReadOnly) => {
            (ErrorKind::ReadOnly, format!("check the permissions of {path} and of its folder"))
        }
        Some(ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
            (ErrorKind::Permission, format!("check the permissions of {path} and of its folder"))
        }
        Some(ErrorCode::CannotOpen) => (
            ErrorKind::Connection,
            format!("check that {path} is a file and that you may read it and its folder"),
        ),
        Some(ErrorCode::DiskFull) => {
            (ErrorKind::Full, format!("free some space on the disk that holds {path}"))
        }
        Some(ErrorCode::SystemIoFailure) => {
            (ErrorKind::Connection, format!("the disk or network drive that holds {path} has a problem"))
        }
        Some(ErrorCode::ConstraintViolation) => (
            ErrorKind::Constraint,
            "the database refuses the row; look at the values, or map the property differently".to_owned(),
        ),
        Some(ErrorCode::OperationInterrupted) => {
            (ErrorKind::Cancelled, "start it again when you like".to_owned())
        }
        // A condition met a value that the reader would refuse (`filter`).
        _ if native.contains("holds a value that is not of type") => (
            ErrorKind::IncompatibleData,
            "mend the value in the database, or declare the property with a type that holds it".to_owned(),
        ),
        _ if native.contains("no such table")
            || native.contains("no such column")
            || native.contains("has no column") =>
        {
            (
                ErrorKind::SchemaChanged,
                "the table or column is gone from the database; update the schema of the project".to_owned(),
            )
        }
        _ => (ErrorKind::Other, "the text after the colon is the database's own".to_owned()),
    };
    ConnectError::new(kind, label, format!("{doing} failed: {native}")).with_help(help)
}

/// A name as SQLite takes it whatever it contains.
///
/// Not in double quotes: SQLite takes a name in double quotes that it does not know for a text, so that a
/// column that is gone would be read as its own name in every row, instead of being missed.
fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

impl Connector for SqliteConnector {
    fn capabilities(&self) -> Capabilities {
        Capabilities { write: self.mode == OpenMode::Write, transactions: true }
    }

    fn test(&mut self) -> Result<ServerInfo, ConnectError> {
        Ok(ServerInfo {
            product: format!("SQLite {}", rusqlite::version()),
            location: self.file.display().to_string(),
            driver: None,
        })
    }

    fn describe_schema(
        &mut self,
        progress: &dyn Progress,
        cancel: &CancelToken,
    ) -> Result<Schema, ConnectError> {
        self.read_catalog(progress, cancel)
    }

    fn takes_filter(&self, schema_type: &SchemaType, filter: &Expr) -> bool {
        filter::to_sql(schema_type, filter).is_some()
    }

    fn search(
        &mut self,
        request: &SearchRequest<'_>,
        cancel: &CancelToken,
        sink: &mut dyn FnMut(RecordBatch) -> Flow,
    ) -> Result<(), ConnectError> {
        self.read_objects(request, cancel, sink)
    }

    fn get(
        &mut self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        properties: &[String],
    ) -> Result<RecordBatch, ConnectError> {
        self.read_by_key(schema_type, keys, properties)
    }

    fn insert(&mut self, schema_type: &SchemaType, rows: &RecordBatch) -> Result<(), ConnectError> {
        self.insert_rows(schema_type, rows)
    }

    fn update(
        &mut self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        rows: &RecordBatch,
    ) -> Result<(), ConnectError> {
        self.update_rows(schema_type, keys, rows)
    }

    fn delete(&mut self, schema_type: &SchemaType, keys: &RecordBatch) -> Result<(), ConnectError> {
        self.delete_rows(schema_type, keys)
    }

    fn begin(&mut self) -> Result<(), ConnectError> {
        self.execute("beginning a transaction", "BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<(), ConnectError> {
        self.execute("committing", "COMMIT")
    }

    fn rollback(&mut self) -> Result<(), ConnectError> {
        // After some errors (full disk, for one) SQLite has already taken everything back by itself.
        if self.database.is_autocommit() { Ok(()) } else { self.execute("rolling back", "ROLLBACK") }
    }

    fn ensure_table(&mut self, schema_type: &SchemaType) -> Result<(), ConnectError> {
        self.create_table(schema_type)
    }

    fn has_table(&mut self, schema_type: &SchemaType) -> Result<bool, ConnectError> {
        self.database
            .query_row(
                "SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ?1",
                [schema_type.table_name()],
                |row| row.get::<_, i64>(0),
            )
            .map(|count| count > 0)
            .map_err(|error| self.error("reading the catalog", &error))
    }
}
