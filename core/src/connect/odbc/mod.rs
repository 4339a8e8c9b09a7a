//! Databases behind ODBC drivers (C2, C5).
//!
//! [`OdbcConnector`] is one connection on loan from a [`pool`]. What differs between database systems stands
//! in [`dialect`]; statements are texts with bound values ([`statements`], [`filter`]); rows travel in blocks
//! ([`read`], [`transport`]) and arrays ([`write`], [`bind`]); statements of the project in place of plain ones
//! stand in [`data_operation`]. All of it runs on the thread of a [`session`],
//! so that a driver that hangs can be left alone.

mod again;
mod bind;
mod cancel;
mod connection_string;
mod cursor;
mod data_operation;
mod describe;
pub mod diagnostics;
pub mod dialect;
pub mod driver;
mod filter;
mod keys;
mod lengths;
mod open;
mod operation;
mod pool;
mod read;
mod row_counts;
mod session;
mod single;
mod spelling;
mod statements;
mod transport;
pub mod version;
mod write;

use std::{cell::Cell, sync::Arc, time::Duration};

use arrow::array::RecordBatch;
use datafusion::logical_expr::Expr;
use jiff::tz::TimeZone;

use self::{
    data_operation::{Affected, OperationScripts},
    dialect::Dialect,
    filter::SqlCondition,
    open::Way,
    operation::{Limit, Operation, OperationTimes},
    pool::Lease,
    read::{Lengths, Query},
    session::{Link, Patience, Session},
    transport::Transport,
    write::{Expect, Writing},
};
pub use self::{
    data_operation::{
        OperationScript, OperationScriptError, RenderedParameter, RenderedStatement, dry_render,
        dry_render_script,
    },
    operation::operation_kinds,
};
use super::{Capabilities, ConnectError, Connector, ErrorKind, Flow, OpenMode, SearchRequest, ServerInfo};
use crate::{
    expr::OperationKind,
    progress::{CancelToken, Progress},
    project::{Schema, SchemaProperty, SchemaType},
    script::Scripts,
};

/// Longest time that ending a transaction may take if the connection sets no limit.
const END_OF_TRANSACTION: Duration = Duration::from_secs(60);

/// A connection to a database behind an ODBC driver.
pub struct OdbcConnector {
    lease: Lease,
    way: Way,
    /// The connection broke; another one is opened before the next work that does not belong to a transaction.
    broken: bool,
    dialect: &'static dyn Dialect,
    label: String,
    location: String,
    mode: OpenMode,
    block: usize,
    zone: Option<TimeZone>,
    owners: Vec<String>,
    times: OperationTimes,
    cancel: CancelToken,
    in_transaction: bool,
    scripts: OperationScripts,
    /// Options of the next write (R21).
    options: Option<RecordBatch>,
}

impl OdbcConnector {
    fn own(&self, kind: ErrorKind, text: impl Into<String>) -> ConnectError {
        ConnectError::new(kind, &self.label, text)
    }

    /// Has work done on the session's thread.
    fn call<R: Send + 'static>(
        &mut self,
        operation: Operation,
        doing: &str,
        work: impl FnOnce(&Link) -> Result<R, ConnectError> + Send + 'static,
    ) -> Result<R, ConnectError> {
        let limit = self.times.begin(operation, &self.label, &self.cancel)?;
        let cancel = self.cancel.clone();
        self.with(doing, Patience { cancel: Some(&cancel), limit }, work)
    }

    fn with<R: Send + 'static>(
        &mut self,
        doing: &str,
        patience: Patience<'_>,
        work: impl FnOnce(&Link) -> Result<R, ConnectError> + Send + 'static,
    ) -> Result<R, ConnectError> {
        let outcome = self.session()?.call(doing, patience, work);
        self.remember_loss(&outcome);
        outcome
    }

    fn session(&mut self) -> Result<&mut Session, ConnectError> {
        let label = self.label.clone();
        self.lease.session().ok_or_else(|| {
            ConnectError::new(ErrorKind::Connection, &label, "the connection is already closed")
        })
    }

    /// After some errors nobody else must get this session.
    fn remember_loss<R>(&mut self, outcome: &Result<R, ConnectError>) {
        if let Err(error) = outcome
            && matches!(error.kind, ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Cancelled)
        {
            self.lease.reusable = false;
            self.broken |= error.kind == ErrorKind::Connection;
        }
    }

    /// The properties as the project declares them.
    fn properties(
        &self,
        schema_type: &SchemaType,
        names: &[String],
    ) -> Result<Vec<SchemaProperty>, ConnectError> {
        names
            .iter()
            .map(|name| {
                schema_type.property(name).cloned().ok_or_else(|| {
                    self.own(ErrorKind::SchemaChanged, format!("{} has no property {name}", schema_type.name))
                        .with_help("update the schema of the project")
                })
            })
            .collect()
    }

    fn columns_of(
        &self,
        schema_type: &SchemaType,
        batch: &RecordBatch,
    ) -> Result<Vec<SchemaProperty>, ConnectError> {
        let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        self.properties(schema_type, &names)
    }

    /// A query for these columns of a type.
    fn query(
        &self,
        schema_type: &SchemaType,
        columns: Vec<SchemaProperty>,
        sql: String,
        condition: SqlCondition,
        measure: bool,
    ) -> Query {
        let (lengths, unknown) = Lengths::of(&columns);
        let longest =
            if measure { read::longest(self.dialect, schema_type, &unknown, &condition) } else { None };
        Query {
            doing: format!("reading {}", schema_type.name),
            schema_type: schema_type.name.clone(),
            sql,
            values: condition.values,
            longest,
            lengths,
            transport: Transport::new(self.dialect, columns, self.zone.as_ref()),
            block: self.block,
            page: None,
            cancel: self.cancel.clone(),
        }
    }

    fn write(&mut self, operation: Operation, writing: Writing) -> Result<(), ConnectError> {
        if self.mode == OpenMode::Read {
            return Err(self.own(ErrorKind::ReadOnly, "the connection was opened for reading"));
        }
        let doing = writing.doing.clone();
        self.call(operation, &doing, move |link| writing.run(link))
    }

    /// Values with a zone's wall clock where the column has none of its own (W7).
    fn localized(
        &self,
        columns: &[SchemaProperty],
        batch: &RecordBatch,
    ) -> Result<RecordBatch, ConnectError> {
        match &self.zone {
            None => Ok(batch.clone()),
            Some(zone) => transport::to_local(self.dialect, zone, columns, batch).map_err(|value| {
                self.own(
                    ErrorKind::IncompatibleData,
                    format!("the point in time {value} has no unambiguous local time in the database's zone"),
                )
                .with_help("store points in time in a column with a zone")
            }),
        }
    }
}

impl Connector for OdbcConnector {
    fn capabilities(&self) -> Capabilities {
        Capabilities { write: self.mode == OpenMode::Write, transactions: true }
    }

    fn set_cancel(&mut self, cancel: &CancelToken) {
        self.cancel = cancel.clone();
    }

    fn set_scripts(&mut self, scripts: &Scripts) {
        self.scripts.set(scripts);
    }

    fn set_options(&mut self, options: Option<RecordBatch>) {
        self.options = options;
    }

    fn test(&mut self) -> Result<ServerInfo, ConnectError> {
        let ping = self.dialect.ping();
        let product = self.again(|connector| {
            connector.call(Operation::Test, "testing the connection", move |link| {
                link.execute("testing the connection", ping)?;
                let doing = "asking for the product";
                link.connection.database_management_system_name().map_err(|error| link.error(doing, &error))
            })
        })?;
        Ok(ServerInfo { product, location: self.location.clone(), driver: self.way.driver() })
    }

    fn describe_schema(
        &mut self,
        progress: &dyn Progress,
        cancel: &CancelToken,
    ) -> Result<Schema, ConnectError> {
        self.cancel = cancel.clone();
        self.read_catalog(progress)
    }

    fn takes_filter(&self, schema_type: &SchemaType, filter: &Expr) -> bool {
        filter::to_sql(self.dialect, schema_type, filter).is_some()
    }

    fn search(
        &mut self,
        request: &SearchRequest<'_>,
        cancel: &CancelToken,
        sink: &mut dyn FnMut(RecordBatch) -> Flow,
    ) -> Result<(), ConnectError> {
        self.cancel = cancel.clone();
        let columns = self.properties(request.schema_type, request.properties)?;
        let condition =
            filter::all_of(self.dialect, request.schema_type, request.filters).ok_or_else(|| {
                self.own(ErrorKind::Unsupported, "a filter was given that this connector does not take")
            })?;
        let sql = statements::select(self.dialect, request, &columns, &condition);
        let measure = request.limit != Some(0);
        let mut query = self.query(request.schema_type, columns, sql, condition, measure);
        query.page = (!self.dialect.pages()).then_some((request.offset, request.limit));
        let doing = query.doing.clone();
        let query = Arc::new(query);
        // What was given away cannot be taken back: from then on nothing is read again.
        let given = Cell::new(false);
        let mut sink = |block| {
            given.set(true);
            sink(block)
        };
        self.again(|connector| {
            let limit = connector.times.begin(Operation::Search, &connector.label, cancel)?;
            let patience = Patience { cancel: Some(cancel), limit };
            let query = Arc::clone(&query);
            let work =
                move |link: &Link, forward: &mut dyn FnMut(RecordBatch) -> Flow| query.run(link, forward);
            let outcome = connector.session()?.stream(&doing, patience, work, &mut sink);
            connector.remember_loss(&outcome);
            outcome.map_err(|error| ConnectError { transient: error.transient && !given.get(), ..error })
        })
    }

    fn get(
        &mut self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        properties: &[String],
    ) -> Result<RecordBatch, ConnectError> {
        self.again(|connector| connector.read_by_key(schema_type, keys, properties, ""))
    }

    fn insert(&mut self, schema_type: &SchemaType, rows: &RecordBatch) -> Result<(), ConnectError> {
        if let Some(operation) = &schema_type.operations.insert {
            let options = self.options.take();
            let affected = Affected { keys: None, rows: Some(rows), options: options.as_ref() };
            return self.replaced(OperationKind::Insert, schema_type, operation, affected);
        }
        let columns = self.columns_of(schema_type, rows)?;
        let rows = self.localized(&columns, rows)?;
        self.write(
            Operation::Create,
            Writing {
                doing: format!("inserting into {}", schema_type.name),
                schema_type: schema_type.name.clone(),
                sql: statements::insert(self.dialect, schema_type, &columns),
                rows,
                columns,
                expect: Expect::Taken,
                cancel: self.cancel.clone(),
            },
        )
    }

    fn update(
        &mut self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        rows: &RecordBatch,
    ) -> Result<(), ConnectError> {
        if let Some(operation) = &schema_type.operations.update {
            let options = self.options.take();
            let affected = Affected { keys: Some(keys), rows: Some(rows), options: options.as_ref() };
            return self.replaced(OperationKind::Update, schema_type, operation, affected);
        }
        let key_columns = self.columns_of(schema_type, keys)?;
        let columns = self.columns_of(schema_type, rows)?;
        let sql = statements::update(self.dialect, schema_type, &columns, &key_columns);
        let all: Vec<SchemaProperty> = columns.iter().chain(&key_columns).cloned().collect();
        let rows =
            self.localized(&all, &keys::side_by_side(rows, keys).map_err(|error| self.internal(&error))?)?;
        self.write_found(schema_type, keys, Operation::Update, "updating", sql, rows, all)
    }

    fn delete(&mut self, schema_type: &SchemaType, keys: &RecordBatch) -> Result<(), ConnectError> {
        if let Some(operation) = &schema_type.operations.delete {
            let options = self.options.take();
            let affected = Affected { keys: Some(keys), rows: None, options: options.as_ref() };
            return self.replaced(OperationKind::Delete, schema_type, operation, affected);
        }
        let columns = self.columns_of(schema_type, keys)?;
        let sql = statements::delete(self.dialect, schema_type, &columns);
        let rows = self.localized(&columns, keys)?;
        self.write_found(schema_type, keys, Operation::Delete, "deleting from", sql, rows, columns)
    }

    fn begin(&mut self) -> Result<(), ConnectError> {
        self.reconnect_if_broken()?;
        let doing = "beginning a transaction";
        let limit = self.times.limit(Operation::Update).unwrap_or(Limit::Own(END_OF_TRANSACTION));
        let cancel = self.cancel.clone();
        self.with(doing, Patience { cancel: Some(&cancel), limit: Some(limit) }, move |link| {
            link.connection.set_autocommit(false).map_err(|error| link.error(doing, &error))
        })?;
        self.in_transaction = true;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), ConnectError> {
        // Whether it reached the database nobody knows if no answer comes back.
        let commit = |link: &Link| link.connection.commit().map_err(|error| link.error("committing", &error));
        self.end("committing", commit).map_err(ConnectError::with_unknown_outcome)
    }

    fn rollback(&mut self) -> Result<(), ConnectError> {
        if !self.in_transaction {
            return Ok(());
        }
        if !self.session()?.is_alive() {
            // The database takes everything back when it notices that nobody is there any more.
            self.in_transaction = false;
            return Ok(());
        }
        match self.end("rolling back", Link::roll_back) {
            Err(error) if error.kind == ErrorKind::Connection => {
                self.in_transaction = false;
                Ok(())
            }
            other => other,
        }
    }

    fn ensure_table(&mut self, schema_type: &SchemaType) -> Result<(), ConnectError> {
        if self.has_table(schema_type)? {
            return Ok(());
        }
        let sql = statements::create_table(self.dialect, schema_type);
        let doing = format!("creating the table {}", schema_type.name);
        let created = self.call(Operation::Schema, &doing.clone(), move |link| link.execute(&doing, &sql));
        match created {
            Ok(()) => Ok(()),
            // Somebody else was faster.
            Err(error) => self.has_table(schema_type)?.then_some(()).ok_or(error),
        }
    }

    fn has_table(&mut self, schema_type: &SchemaType) -> Result<bool, ConnectError> {
        let sql = statements::probe(self.dialect, schema_type);
        let doing = format!("looking for the table {}", schema_type.name);
        let found = self.again(|connector| {
            let (doing, sql) = (doing.clone(), sql.clone());
            connector.call(Operation::Schema, &doing.clone(), move |link| link.execute(&doing, &sql))
        });
        match found {
            Ok(()) => Ok(true),
            Err(error) if error.kind == ErrorKind::SchemaChanged => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl OdbcConnector {
    fn internal(&self, error: &arrow::error::ArrowError) -> ConnectError {
        self.own(ErrorKind::Other, error.to_string()).with_help("please report this")
    }

    /// Ends the transaction and goes back to a commit after every statement.
    fn end(
        &mut self,
        doing: &'static str,
        how: fn(&Link) -> Result<(), ConnectError>,
    ) -> Result<(), ConnectError> {
        let limit = self.times.limit(Operation::Update).unwrap_or(Limit::Own(END_OF_TRANSACTION));
        let outcome = self.with(doing, Patience { cancel: None, limit: Some(limit) }, move |link| {
            how(link)?;
            link.connection.set_autocommit(true).map_err(|error| link.error(doing, &error))
        });
        if outcome.is_ok() {
            self.in_transaction = false;
        } else {
            self.lease.reusable = false;
        }
        outcome
    }
}

impl Drop for OdbcConnector {
    fn drop(&mut self) {
        if self.in_transaction {
            // Who forgets a transaction does not want it; the session must not carry it to the next user.
            if self.rollback().is_err() {
                self.lease.reusable = false;
            }
        }
    }
}
