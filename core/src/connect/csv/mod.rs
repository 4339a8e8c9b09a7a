//! The CSV connector (C3): a folder in which every `*.csv` file is a schema type.
//!
//! Reading streams a file record by record ([`read`]); values have the types that the project says, whatever
//! they look like ([`columns`]). Writing collects changes ([`write`], [`transaction`]) and replaces the files
//! at commit, all of them or none ([`rewrite`], [`commit`]); one program writes at a time ([`lock`]).
//!
//! The program's own tables (`sw_…`) are files of the folder, too, always in one format of their own.
//!
//! Not the CSV reader of DataFusion: it guesses types, skips what it does not understand, and tells no lines.

mod columns;
mod commit;
mod describe;
mod encoding;
mod folder;
mod format;
mod infer;
mod keys;
mod lock;
mod read;
mod records;
mod rewrite;
mod table;
mod transaction;
mod write;

#[cfg(test)]
mod tests;

use std::{collections::HashMap, path::PathBuf, time::Duration};

use arrow::array::RecordBatch;
use datafusion::logical_expr::Expr;

use self::{
    commit::NewFile,
    encoding::{Encoder, mark_of_new_file},
    folder::{Folder, is_own},
    format::Format,
    keys::Digester,
    lock::FolderLock,
    transaction::{Known, Transaction},
};
use super::{Capabilities, ConnectError, Connector, ErrorKind, Flow, OpenMode, SearchRequest, ServerInfo};
use crate::{
    progress::{CancelToken, Progress},
    project::{Connection, CsvFormat, Schema, SchemaType},
};

/// Seconds to wait for the lock if the connection does not say.
const DEFAULT_TIMEOUT_SECS: u32 = 5;

/// Objects of a block if the connection does not say.
const DEFAULT_BLOCK: usize = 8192;

/// What is wrong with a format, if anything is (C3): an unknown encoding, or characters that cannot be told
/// apart.
#[must_use]
pub fn format_problem(format: &CsvFormat) -> Option<String> {
    Format::new(format).err()
}

/// A connection to a folder of CSV files.
pub struct CsvConnector {
    folder: Folder,
    format: Format,
    own_format: Format,
    uid_column: Option<String>,
    mode: OpenMode,
    block: usize,
    timeout: Duration,
    digester: Digester,
    /// What earlier transactions found out about files.
    known: HashMap<String, Known>,
    transaction: Option<Transaction>,
}

impl CsvConnector {
    /// Opens the folder `path`.
    ///
    /// A commit that was interrupted is completed first, unless the connection is read-only.
    ///
    /// # Errors
    ///
    /// If the folder is not there, the format contradicts itself, or it is to be written and cannot be.
    pub fn open(
        connection: &Connection,
        path: PathBuf,
        format: &CsvFormat,
        mode: OpenMode,
    ) -> Result<Self, ConnectError> {
        let folder = Folder::open(connection.label(), path)?;
        let uid_column = format.uid_column.clone();
        let format = Format::new(format).map_err(|problem| {
            folder
                .error(
                    ErrorKind::Unsupported,
                    format!("the format of the CSV files contradicts itself: {problem}"),
                )
                .with_help("mend `format` in the connection")
        })?;
        let timeout = connection.connect_timeout_secs.unwrap_or(DEFAULT_TIMEOUT_SECS);
        let connector = Self {
            folder,
            format,
            own_format: Format::own(),
            uid_column,
            mode,
            block: connection.fetch_batch_size.map_or(DEFAULT_BLOCK, |rows| rows.max(1) as usize),
            timeout: Duration::from_secs(timeout.into()),
            digester: Digester::default(),
            known: HashMap::new(),
            transaction: None,
        };
        if commit::is_interrupted(&connector.folder) {
            connector.complete(connection.read_only)?;
        }
        if mode == OpenMode::Write {
            commit::try_to_write(&connector.folder)?;
        }
        Ok(connector)
    }

    /// Completes a commit that was interrupted, or waits for one that is going on.
    fn complete(&self, read_only: bool) -> Result<(), ConnectError> {
        let path = self.folder.path.display();
        let help = format!(
            "a program was interrupted while it wrote {path}; open the folder once through a connection that may \
             write it, so that the interrupted commit is completed"
        );
        if read_only {
            let text = "a commit was interrupted, and this connection may not complete it";
            return Err(self.folder.error(ErrorKind::ReadOnly, text).with_help(help));
        }
        FolderLock::take(&self.folder, self.timeout)
            .and_then(|lock| commit::recover(&self.folder, &lock))
            .map_err(|error| match error.kind {
                ErrorKind::Permission | ErrorKind::ReadOnly => error.with_help(help),
                _ => error,
            })
    }

    fn format_of(&self, file: &str) -> &Format {
        if is_own(file) { &self.own_format } else { &self.format }
    }

    fn begin_transaction(&mut self) -> Result<(), ConnectError> {
        self.check_writable()?;
        if self.transaction.is_some() {
            return Err(self.folder.error(ErrorKind::Other, "there is a transaction already"));
        }
        self.transaction = Some(Transaction::begin(&self.folder, self.timeout)?);
        Ok(())
    }

    fn commit_transaction(&mut self) -> Result<(), ConnectError> {
        let Some(transaction) = self.transaction.take() else {
            return Err(self.folder.error(ErrorKind::Other, "there is no transaction to commit"));
        };
        let known = transaction.commit(&self.folder, |file| self.format_of(file))?;
        self.known.extend(known);
        Ok(())
    }

    fn roll_back_transaction(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            self.known.extend(transaction.roll_back());
        }
    }

    /// Creates a file with a header; within a transaction, too, it is there at once.
    fn create_file(&self, schema_type: &SchemaType, file: &str) -> Result<(), ConnectError> {
        let format = self.format_of(file);
        let mut header = String::new();
        if format.header {
            let names = schema_type.properties.iter().map(|property| property.name.as_str());
            format.write_record(names, &mut header);
        }
        let lock = match &self.transaction {
            Some(_) => None,
            None => Some(FolderLock::take(&self.folder, self.timeout)?),
        };
        if self.folder.stamp(file)?.is_some() {
            return Ok(());
        }
        let (new_file, ()) = NewFile::write(&self.folder, file, |out| {
            Encoder::new(out, format.encoding, mark_of_new_file(format.encoding))
                .map_err(encoding::EncodeError::Io)
                .and_then(|mut encoder| {
                    encoder.write(&header)?;
                    encoder.finish().map(drop)
                })
                .map_err(|error| rewrite::not_written(&self.folder, file, error))
        })?;
        commit::rename_one(&self.folder, new_file)?;
        drop(lock);
        Ok(())
    }
}

impl Connector for CsvConnector {
    fn capabilities(&self) -> Capabilities {
        Capabilities { write: self.mode == OpenMode::Write, transactions: true }
    }

    fn test(&mut self) -> Result<ServerInfo, ConnectError> {
        let files = self.folder.files()?.iter().filter(|file| !is_own(file)).count();
        Ok(ServerInfo {
            product: format!("CSV folder with {files} files"),
            location: self.folder.path.display().to_string(),
            driver: None,
        })
    }

    fn describe_schema(
        &mut self,
        progress: &dyn Progress,
        cancel: &CancelToken,
    ) -> Result<Schema, ConnectError> {
        self.describe(progress, cancel)
    }

    /// The engine evaluates filters on several threads; a file has nothing to add to that.
    fn takes_filter(&self, _schema_type: &SchemaType, _filter: &Expr) -> bool {
        false
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
        self.begin_transaction()
    }

    fn commit(&mut self) -> Result<(), ConnectError> {
        self.commit_transaction()
    }

    /// Also right after a commit that failed: then there is nothing left to take back.
    fn rollback(&mut self) -> Result<(), ConnectError> {
        self.roll_back_transaction();
        Ok(())
    }

    fn ensure_table(&mut self, schema_type: &SchemaType) -> Result<(), ConnectError> {
        let file = self.folder.file_of(schema_type)?;
        if self.folder.stamp(&file)?.is_some() {
            return Ok(());
        }
        self.check_writable()?;
        self.create_file(schema_type, &file)
    }

    fn has_table(&mut self, schema_type: &SchemaType) -> Result<bool, ConnectError> {
        let file = self.folder.file_of(schema_type)?;
        Ok(self.folder.stamp(&file)?.is_some())
    }
}
