//! Reading and writing the journal in the central database, through the same connectors as everything.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use arrow::array::RecordBatch;
use datafusion::logical_expr::{Expr, col, lit};
use jiff::Timestamp;
use miette::Diagnostic;
use serde_json::Value as Json;
use thiserror::Error;

use super::{
    Failure, LockHolder, RunHeader, RunStatus,
    lock::HeldLock,
    tables::{self, Row, optional, text},
};
use crate::{
    connect::{ConnectError, Connector, ErrorKind, Flow, OpenMode, OrderBy, SearchRequest, open_with},
    progress::CancelToken,
    project::{Project, SchemaType},
    value::Value,
};

/// Why the journal could not be read or written.
#[derive(Debug, Error, Diagnostic)]
pub enum JournalError {
    /// There is no such run.
    #[error("there is no run {id:?} in the journal")]
    #[diagnostic(code("SW-J001"), help("`syncwright runs` lists the runs"))]
    UnknownRun {
        /// The run that was asked for.
        id: String,
    },
    /// The central database does not answer.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Connect(#[from] ConnectError),
    /// A file of a run cannot be written or read.
    #[error("cannot use the run's folder {path}: {source}")]
    #[diagnostic(
        code("SW-J002"),
        help("check free space and permissions of the folder beside the project file")
    )]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of a run is not the one that was written.
    #[error("the change list {path} is damaged: its checksum differs from the one in the run index")]
    #[diagnostic(
        code("SW-J003"),
        help("restore the file from a backup; the run index and the messages are intact")
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Another run took the lock of this one, or somebody deleted it (F7).
    #[error("the run no longer holds the lock {name:?}: {}", whose(holder.as_deref()))]
    #[diagnostic(
        code("SW-J005"),
        help(
            "a computer that sleeps, or does not reach the central database for half an hour, loses its locks; what \
             was committed before is kept; wait until the other run has ended, then run again"
        )
    )]
    LockLost {
        /// Project and start up configuration.
        name: String,
        /// Who has it now.
        holder: Option<Box<LockHolder>>,
    },
}

fn whose(holder: Option<&LockHolder>) -> String {
    holder.map_or_else(
        || "somebody deleted it".to_owned(),
        |LockHolder { run, owner, process, .. }| format!("run {run} of {owner}, process {process}, took it"),
    )
}

/// The journal of a project.
pub struct Journal {
    pub(super) connector: Box<dyn Connector>,
    pub(super) project: String,
    pub(super) system_identifier: String,
    /// What [`Journal::lock`] took.
    pub(super) lock: Option<HeldLock>,
    folder: PathBuf,
    /// The tables are there; a journal that is only read may find none.
    ready: bool,
}

impl Journal {
    /// Opens the journal; its tables are created if it is to be written.
    ///
    /// # Errors
    ///
    /// If the central database cannot be opened, read or (in write mode) written.
    pub fn open(project: &Project, folder: &Path, mode: OpenMode) -> Result<Self, JournalError> {
        Self::open_with(project, folder, mode, &CancelToken::default())
    }

    /// The same for somebody who may ask to stop while it is opened.
    ///
    /// # Errors
    ///
    /// As [`Journal::open`], or on cancel.
    pub fn open_with(
        project: &Project,
        folder: &Path,
        mode: OpenMode,
        cancel: &CancelToken,
    ) -> Result<Self, JournalError> {
        let mut connector = open_with(&project.central.connection, folder, mode, cancel)?;
        // From now on it also notes that somebody asked to stop.
        connector.set_cancel(&CancelToken::default());
        let mut ready = true;
        match mode {
            OpenMode::Write => tables::all().try_for_each(|table| connector.ensure_table(&table))?,
            OpenMode::Read => {
                for table in tables::index() {
                    ready &= connector.has_table(&table)?;
                }
            }
        }
        // Labels alone may be there before the first run, in a store that another program prepared.
        Ok(Self {
            connector,
            project: project.name.clone(),
            system_identifier: project.target.connection.system_identifier.clone(),
            lock: None,
            folder: folder.to_owned(),
            ready,
        })
    }

    /// The folder that holds the files of a run.
    #[must_use]
    pub fn run_folder(&self, id: &str) -> PathBuf {
        self.folder.join(".syncwright").join("runs").join(id)
    }

    /// Creates the folder of a run.
    ///
    /// # Errors
    ///
    /// [`JournalError::Folder`].
    pub fn create_run_folder(&self, id: &str) -> Result<PathBuf, JournalError> {
        let path = self.run_folder(id);
        fs::create_dir_all(&path).map_err(|source| JournalError::Folder { path: path.clone(), source })?;
        Ok(path)
    }

    /// Puts a run into the run index.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn begin_run(&mut self, run: &RunHeader) -> Result<(), JournalError> {
        let row = vec![
            text(&run.id),
            text(&run.project),
            text(&run.start_up),
            text(&run.workflow),
            text(run.direction.id()),
            text(run.status.id()),
            text(run.started.to_string()),
            Value::Null,
            text(&run.started_by),
            text(format!(".syncwright/runs/{}", run.id)),
            Value::Null,
        ];
        self.insert(&tables::runs(), &[row])
    }

    /// Notes how a run ended.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn end_run(
        &mut self,
        id: &str,
        status: RunStatus,
        ended: Option<Timestamp>,
        failure: Option<&Failure>,
    ) -> Result<(), JournalError> {
        let failure = failure.map(|failure| failure.to_json().to_string());
        let table = tables::runs();
        let row = vec![
            text(status.id()),
            optional(ended.map(|ended| ended.to_string()).as_deref()),
            optional(failure.as_deref()),
        ];
        let values = tables::columns_of(&table, &["status", "ended", "failure"], &[row]).map_err(internal)?;
        let key = tables::columns_of(&table, &["id"], &[vec![text(id)]]).map_err(internal)?;
        Ok(self.connector.update(&table, &key, &values)?)
    }

    /// Runs of the project, newest first.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn runs(&mut self, limit: Option<usize>) -> Result<Vec<RunHeader>, JournalError> {
        self.runs_where(&[], limit)
    }

    /// Runs of the project with these values in columns of the index, newest first.
    pub(super) fn runs_where(
        &mut self,
        values: &[(&str, &str)],
        limit: Option<usize>,
    ) -> Result<Vec<RunHeader>, JournalError> {
        if !self.ready {
            return Ok(Vec::new());
        }
        let table = tables::runs();
        let project = eq(&table, "project", text(&self.project));
        let others = values.iter().map(|(column, value)| eq(&table, column, text(*value)));
        let filters: Vec<Expr> = std::iter::once(project).chain(others).collect();
        let order = [OrderBy { property: "id".to_owned(), descending: true }];
        let batch = self.search(&table, &tables::properties(&table), &filters, &order, limit)?;
        Ok((0..batch.num_rows()).map(|row| super::read::header(&Row { batch: &batch, row })).collect())
    }

    /// Why a run ended early, as the index has it.
    pub(super) fn failure(&mut self, id: &str) -> Result<Option<Failure>, JournalError> {
        let table = tables::runs();
        let batch = self.read(&table, &[eq(&table, "id", text(id))])?;
        let failure = Row { batch: &batch, row: 0 }.optional("failure");
        Ok(failure
            .and_then(|json| serde_json::from_str::<Json>(&json).ok())
            .map(|json| Failure::from_json(&json)))
    }

    /// Does work as a whole or not at all.
    pub(super) fn in_transaction<R>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<R, JournalError>,
    ) -> Result<R, JournalError> {
        self.connector.begin()?;
        let error = match work(self).and_then(|result| {
            self.connector.commit()?;
            Ok(result)
        }) {
            Ok(result) => return Ok(result),
            Err(error) => error,
        };
        // Also after a commit that was refused: SQLite keeps the transaction open while somebody reads.
        let rolled_back = self.connector.rollback();
        match error {
            JournalError::Connect(error) => Err(error.after_rollback(rolled_back).into()),
            error => {
                if let Err(second) = rolled_back {
                    tracing::warn!(%second, "the journal's transaction could not be taken back");
                }
                Err(error)
            }
        }
    }

    pub(super) fn insert(&mut self, table: &SchemaType, rows: &[Vec<Value>]) -> Result<(), JournalError> {
        if rows.is_empty() {
            return Ok(());
        }
        let batch = tables::rows_of(table, rows).map_err(internal)?;
        Ok(self.connector.insert(table, &batch)?)
    }

    pub(super) fn read(&mut self, table: &SchemaType, filters: &[Expr]) -> Result<RecordBatch, JournalError> {
        let order: Vec<OrderBy> =
            table.key.iter().map(|key| OrderBy { property: key.clone(), descending: false }).collect();
        self.read_columns(table, &tables::properties(table), filters, &order)
    }

    pub(super) fn read_columns(
        &mut self,
        table: &SchemaType,
        properties: &[String],
        filters: &[Expr],
        order: &[OrderBy],
    ) -> Result<RecordBatch, JournalError> {
        self.search(table, properties, filters, order, None)
    }

    fn search(
        &mut self,
        table: &SchemaType,
        properties: &[String],
        filters: &[Expr],
        order: &[OrderBy],
        limit: Option<usize>,
    ) -> Result<RecordBatch, JournalError> {
        let request = SearchRequest { filters, order, limit, ..SearchRequest::all(table, properties) };
        let mut batches = Vec::new();
        self.connector.search(&request, &CancelToken::default(), &mut |batch| {
            batches.push(batch);
            Flow::Continue
        })?;
        let Some(first) = batches.first() else { return tables::rows_of(table, &[]).map_err(internal) };
        arrow::compute::concat_batches(&first.schema(), &batches).map_err(internal)
    }

    pub(super) const fn is_ready(&self) -> bool {
        self.ready
    }
}

/// Column of `table` equal to a value, as connectors take it.
pub(super) fn eq(table: &SchemaType, column: &str, value: Value) -> Expr {
    debug_assert!(table.property(column).is_some());
    let column = col(format!("\"{column}\""));
    match value {
        Value::Integer(number) => column.eq(lit(number)),
        other => column.eq(lit(other.to_string())),
    }
}

/// The journal's own tables always fit together; a mistake there is ours.
pub(crate) fn internal(error: arrow::error::ArrowError) -> JournalError {
    ConnectError::new(ErrorKind::Other, "journal", error.to_string()).with_help("please report this").into()
}
