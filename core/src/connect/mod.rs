//! Connectors (C1): how Syncwright reads and writes the systems that it connects.
//!
//! A [`Connector`] is one open connection. It knows Arrow columns and DataFusion's expression tree, nothing
//! else of the engine; a new kind of system is one more module here. [`open`] picks the connector for a
//! project's connection; [`ConnectorTable`] wraps one schema type as a table of the query engine.
//!
//! The providers of the crate `datafusion-table-providers` are not used: they read, and can at most append
//! rows, while a synchronization needs keys and relations from the catalog, updates and deletes by key in
//! transactions, and values typed by the project instead of guessed from the data.

mod csv;
mod error;
mod key_words;
pub mod odbc;
pub(crate) mod retry;
pub mod secrets;
mod sqlite;
pub mod systems;
mod table;

use std::path::Path;

use arrow::array::RecordBatch;
use datafusion::logical_expr::Expr;

use self::secrets::Password;
pub(crate) use self::table::table_schema;
pub use self::{
    csv::format_problem as csv_format_problem,
    error::{ConnectError, ErrorKind},
    table::{ConnectorTable, ROW_COLUMN},
};
use crate::{
    progress::{CancelToken, Progress},
    project::{Access, Connection, Provider, Schema, SchemaType},
    script::Scripts,
};

/// The program's own tables: the journal's, and that of the identity store. Others whose names begin so belong
/// to somebody else, and are tables like all others.
pub(crate) const OWN_TABLES: [&str; 10] = [
    "sw_lock",
    "sw_message",
    "sw_outstanding",
    "sw_pair",
    "sw_pending",
    "sw_primary",
    "sw_provisioning",
    "sw_revision",
    "sw_run",
    "sw_run_step",
];

/// True for the program's own tables, in whatever case a database writes their names.
pub(crate) fn is_own_table(name: &str) -> bool {
    OWN_TABLES.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// What a connection is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// Reading only; every write is refused.
    Read,
    /// Reading and writing.
    Write,
}

/// What [`Connector::test`] found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInfo {
    /// Name and version of the database system.
    pub product: String,
    /// Where it is, in words that contain no secret.
    pub location: String,
    /// File of the driver, and its version as far as it is known; nothing if no driver is needed.
    pub driver: Option<String>,
}

/// What a connector can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Objects can be written.
    pub write: bool,
    /// Several writes can be committed or taken back together.
    pub transactions: bool,
}

/// Order of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderBy {
    /// The property.
    pub property: String,
    /// Largest first.
    pub descending: bool,
}

/// What to read of one schema type (C1: projection, filter, order, page).
#[derive(Debug, Clone)]
pub struct SearchRequest<'a> {
    /// The schema type.
    pub schema_type: &'a SchemaType,
    /// The properties, in the order of the columns of the result.
    pub properties: &'a [String],
    /// Conditions that all must hold: such as [`Connector::takes_filter`] accepts, and `column = value`, which
    /// the journal asks every connector for.
    pub filters: &'a [Expr],
    /// Order; none = as the system likes.
    pub order: &'a [OrderBy],
    /// At most so many objects.
    pub limit: Option<usize>,
    /// Leave out so many objects first.
    pub offset: usize,
}

impl<'a> SearchRequest<'a> {
    /// All objects of a type with these properties.
    #[must_use]
    pub const fn all(schema_type: &'a SchemaType, properties: &'a [String]) -> Self {
        Self { schema_type, properties, filters: &[], order: &[], limit: None, offset: 0 }
    }
}

/// Whether a reader wants more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Enough.
    Stop,
}

/// One open connection to a system (C1).
///
/// All methods block. Columns of batches are named after properties and have the Arrow types of
/// [`crate::value::ValueType::arrow`]. Batch writes are all or nothing: after an error the caller rolls back.
pub trait Connector: Send {
    /// What this connection can do.
    fn capabilities(&self) -> Capabilities;

    /// The switch that stops whatever this connection is asked to do from now on, where the system allows it.
    fn set_cancel(&mut self, cancel: &CancelToken) {
        let _ = cancel;
    }

    /// What data operations by script are compiled with (W14). Connectors without such operations have no use
    /// for it.
    fn set_scripts(&mut self, scripts: &Scripts) {
        let _ = scripts;
    }

    /// Options of the next write, for data operations to take (R21, W14): a row for each of its objects, a column for
    /// each option. Connectors without such operations have no use for them.
    fn set_options(&mut self, options: Option<RecordBatch>) {
        let _ = options;
    }

    /// Asks the system who it is.
    ///
    /// # Errors
    ///
    /// If it does not answer.
    fn test(&mut self) -> Result<ServerInfo, ConnectError>;

    /// Reads types, properties, keys and relations from the system's catalog (S1).
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read, or on cancel.
    fn describe_schema(
        &mut self,
        progress: &dyn Progress,
        cancel: &CancelToken,
    ) -> Result<Schema, ConnectError>;

    /// True if the system evaluates `filter` on this type with the same meaning as the engine (E4).
    fn takes_filter(&self, schema_type: &SchemaType, filter: &Expr) -> bool;

    /// Reads objects block by block into `sink` until that says stop.
    ///
    /// # Errors
    ///
    /// If reading fails or is cancelled; blocks given to `sink` before are then worth nothing.
    fn search(
        &mut self,
        request: &SearchRequest<'_>,
        cancel: &CancelToken,
        sink: &mut dyn FnMut(RecordBatch) -> Flow,
    ) -> Result<(), ConnectError>;

    /// Reads the objects with these keys, in any order; keys without an object are left out.
    ///
    /// # Errors
    ///
    /// If reading fails.
    fn get(
        &mut self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        properties: &[String],
    ) -> Result<RecordBatch, ConnectError>;

    /// Creates objects; columns that `rows` lacks get the system's defaults.
    ///
    /// # Errors
    ///
    /// If any row is refused.
    fn insert(&mut self, schema_type: &SchemaType, rows: &RecordBatch) -> Result<(), ConnectError>;

    /// Writes the columns of `rows` to the objects with the keys in the same rows of `keys`.
    ///
    /// # Errors
    ///
    /// If any row is refused, or finds no object or more than one.
    fn update(
        &mut self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        rows: &RecordBatch,
    ) -> Result<(), ConnectError>;

    /// Deletes the objects with these keys.
    ///
    /// # Errors
    ///
    /// If any row is refused, or finds no object.
    fn delete(&mut self, schema_type: &SchemaType, keys: &RecordBatch) -> Result<(), ConnectError>;

    /// Begins a transaction.
    ///
    /// # Errors
    ///
    /// If the system refuses, for example because somebody else holds a lock.
    fn begin(&mut self) -> Result<(), ConnectError>;

    /// Makes everything since [`Connector::begin`] permanent.
    ///
    /// # Errors
    ///
    /// If the system refuses; then nothing is permanent, unless [`ConnectError::outcome_unknown`].
    fn commit(&mut self) -> Result<(), ConnectError>;

    /// Takes back everything since [`Connector::begin`].
    ///
    /// # Errors
    ///
    /// If the connection is lost; the system then takes it back by itself.
    fn rollback(&mut self) -> Result<(), ConnectError>;

    /// Creates a table of the program itself (`sw_…`) if it does not exist.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    fn ensure_table(&mut self, schema_type: &SchemaType) -> Result<(), ConnectError>;

    /// True if the system has this table.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read.
    fn has_table(&mut self, schema_type: &SchemaType) -> Result<bool, ConnectError>;
}

/// Opens a connection; relative paths count from `folder`, the folder of the project file.
///
/// # Errors
///
/// [`ConnectError`] if the system cannot be reached, or this version has no connector for it.
pub fn open(
    connection: &Connection,
    folder: &Path,
    mode: OpenMode,
) -> Result<Box<dyn Connector>, ConnectError> {
    open_with(connection, folder, mode, &CancelToken::default())
}

/// The same for somebody who may ask to stop: connecting, waiting for a free connection and the initial SQL
/// end then. What the connector is asked later heeds the switch too, until [`Connector::set_cancel`] or a call
/// gives another one.
///
/// # Errors
///
/// As [`open`], or on cancel.
pub fn open_with(
    connection: &Connection,
    folder: &Path,
    mode: OpenMode,
    cancel: &CancelToken,
) -> Result<Box<dyn Connector>, ConnectError> {
    open_as(connection, folder, mode, &Password::Known, cancel)
}

/// The same with a password of the caller's choice: whoever else uses the system does not notice.
///
/// # Errors
///
/// As [`open_with`].
pub fn open_as(
    connection: &Connection,
    folder: &Path,
    mode: OpenMode,
    password: &Password,
    cancel: &CancelToken,
) -> Result<Box<dyn Connector>, ConnectError> {
    if mode == OpenMode::Write && connection.read_only {
        return Err(ConnectError::new(
            ErrorKind::ReadOnly,
            connection.label(),
            "the connection is read-only",
        )
        .with_help("switch off `read_only` in the connection if this system may be written"));
    }
    if connection.access != Access::Direct {
        return Err(unsupported(connection, "remote connection servers"));
    }
    match &connection.provider {
        Provider::Sqlite { file, when_missing } => {
            let file = folder.join(file);
            let connector = sqlite::SqliteConnector::open(connection, &file, when_missing, mode, cancel)?;
            Ok(Box::new(connector))
        }
        Provider::Odbc { dialect, attributes } => {
            let connector =
                odbc::OdbcConnector::open(connection, dialect, attributes, folder, mode, password, cancel)?;
            Ok(Box::new(connector))
        }
        Provider::Csv { folder: path, format } => {
            Ok(Box::new(csv::CsvConnector::open(connection, folder.join(path), format, mode)?))
        }
    }
}

/// Makes the database of a connection if it is not there and the project says so (`when_missing`). Opening for
/// reading alone never makes anything.
///
/// # Errors
///
/// If it cannot be made.
pub fn create_missing(connection: &Connection, folder: &Path) -> Result<(), ConnectError> {
    match &connection.provider {
        Provider::Sqlite { file, when_missing } => {
            sqlite::create_missing(connection, &folder.join(file), when_missing)
        }
        Provider::Odbc { .. } | Provider::Csv { .. } => Ok(()),
    }
}

fn unsupported(connection: &Connection, what: &str) -> ConnectError {
    ConnectError::new(
        ErrorKind::Unsupported,
        connection.label(),
        format!("this version of Syncwright cannot use {what} yet"),
    )
    .with_help("use an embedded SQLite database, or a newer version")
}
