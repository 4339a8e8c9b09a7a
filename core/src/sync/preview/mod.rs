//! What a property of a class is on a few objects, while it is being described (W15, S9).
//!
//! The plan of the class is that of runs; only the objects are those of a sample, and of the tables that
//! references lead to no more is read than these objects need, as far as the database evaluates conditions. Nothing is
//! ever written.

mod tables;

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicU64},
};

use arrow::{
    array::{AsArray as _, RecordBatch},
    datatypes::UInt32Type,
};
use datafusion::{
    common::Column,
    error::{DataFusionError, Result as DataFusionResult},
    logical_expr::{Expr, LogicalPlanBuilder},
    prelude::SessionContext,
};
use miette::Diagnostic;
use thiserror::Error;
use tokio::runtime::Runtime;

use self::tables::PreviewTables;
use super::{effective_project, ended::connector_error, reconcile::session};
use crate::{
    connect::{ConnectError, ErrorKind, ROW_COLUMN},
    expr::VariablesError,
    mapping::{CompiledProperty, MappingError, UNREAD_COLUMN, compile_property},
    progress::CancelToken,
    project::{Project, Side},
    schema::Sample,
    value::{MASK, Value, value_at},
};

/// What is said instead of a reason that may quote sensitive values.
const HIDDEN: &str = "it cannot be worked out for this object; the reason may quote sensitive values";

/// Which property is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The system.
    pub side: Side,
    /// The class.
    pub class: &'a str,
    /// The property, a virtual one or a column.
    pub property: &'a str,
}

/// The property of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewRow {
    /// The object, by its place in the sample.
    pub row: usize,
    /// The value, masked if it is sensitive; or why there is none, in words.
    pub value: Result<Value, String>,
}

/// Why there are no values at all.
#[derive(Debug, Error, Diagnostic)]
pub enum PreviewError {
    /// The property cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Mapping(#[from] MappingError),
    /// A variable cannot be replaced.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Variables(#[from] VariablesError),
    /// The system cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Connect(#[from] ConnectError),
    /// The engine fails.
    #[error("the property cannot be worked out: {text}")]
    #[diagnostic(code("SW-R006"), help("please report this together with the project"))]
    Engine {
        /// Why.
        text: String,
    },
}

impl From<DataFusionError> for PreviewError {
    fn from(error: DataFusionError) -> Self {
        match connector_error(&error) {
            Some(error) => Self::Connect(error.clone()),
            None => Self::Engine { text: error.strip_backtrace() },
        }
    }
}

/// Works the property out for at most `limit` of those objects of `sample` that belong to the class, in the order
/// of the sample.
///
/// `folder` is the folder of the project file; relative paths in connections count from it.
///
/// # Errors
///
/// [`PreviewError`] if the property cannot be used, or the system cannot be read.
pub fn preview(
    project: &Project,
    folder: &Path,
    subject: Subject<'_>,
    sample: &Sample,
    limit: usize,
    cancel: &CancelToken,
) -> Result<Vec<PreviewRow>, PreviewError> {
    let project = effective_project(project, None)?;
    let session = session(1);
    let compiled = compile_property(&session, &project, subject.side, subject.class, subject.property)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .thread_name("syncwright-preview")
        .build()
        .map_err(|error| PreviewError::Engine { text: format!("cannot start its threads: {error}") })?;
    let rows_read = Arc::new(AtomicU64::new(0));
    let mut tables = PreviewTables::new(&project, folder, &compiled.class, sample, cancel, &rows_read)
        .map_err(DataFusionError::from)?;
    runtime.block_on(tables.narrow(&session, &compiled.class))?;
    let bench = Bench { session: &session, runtime: &runtime, compiled: &compiled, subject };
    let mut rows = match bench.rows(&tables, limit) {
        Ok(rows) => rows,
        Err(error) if connector_error(&error).is_some() => return Err(error.into()),
        Err(_) => bench.one_by_one(&tables, limit, cancel)?,
    };
    rows.sort_by_key(|row| row.row);
    Ok(rows)
}

struct Bench<'a> {
    session: &'a SessionContext,
    runtime: &'a Runtime,
    compiled: &'a CompiledProperty,
    subject: Subject<'a>,
}

impl Bench<'_> {
    fn rows(&self, tables: &PreviewTables<'_>, limit: usize) -> DataFusionResult<Vec<PreviewRow>> {
        let plan = self.compiled.class.plan(self.session, tables)?;
        let plan = LogicalPlanBuilder::from(plan).limit(0, Some(limit))?.build()?;
        let batches = self
            .runtime
            .block_on(async { self.session.execute_logical_plan(plan).await?.collect().await })?;
        let rows = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
        Ok(rows.filter_map(|(batch, row)| self.row(batch, row)).collect())
    }

    /// The engine names no row of a batch on which an expression fails, so each is tried alone.
    fn one_by_one(
        &self,
        tables: &PreviewTables<'_>,
        limit: usize,
        cancel: &CancelToken,
    ) -> Result<Vec<PreviewRow>, PreviewError> {
        let mut rows = Vec::new();
        for row in 0..tables.len() {
            if rows.len() >= limit || cancel.is_cancelled() {
                break;
            }
            match self.rows(&tables.only(row), 1) {
                Ok(found) => rows.extend(found),
                Err(error) => match connector_error(&error) {
                    Some(error) => return Err(error.clone().into()),
                    None => rows.push(PreviewRow { row, value: Err(self.why(&error.strip_backtrace())) }),
                },
            }
        }
        if cancel.is_cancelled() {
            let system = self.subject.side.system_name();
            return Err(ConnectError::new(ErrorKind::Cancelled, system, "the preview was cancelled").into());
        }
        Ok(rows)
    }

    fn row(&self, batch: &RecordBatch, row: usize) -> Option<PreviewRow> {
        let value = |name: &str| batch.column_by_name(name).map(|column| value_at(column, row));
        let places = batch.column_by_name(ROW_COLUMN)?.as_primitive_opt::<UInt32Type>()?;
        let found = match (value(UNREAD_COLUMN), value(self.subject.property)?) {
            (Some(Value::String(error)), _) => Err(self.why(&error)),
            (_, Value::Null) => Ok(Value::Null),
            (_, Value::List(list)) if list.is_empty() => Ok(Value::List(list)),
            (_, _) if self.compiled.hidden => Ok(Value::String(MASK.to_owned())),
            (_, value) => Ok(value),
        };
        Some(PreviewRow { row: usize::try_from(places.value(row)).ok()?, value: found })
    }

    fn why(&self, text: &str) -> String {
        if self.compiled.hidden { HIDDEN.to_owned() } else { text.to_owned() }
    }
}

/// A column of a table in a plan.
fn column(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

#[cfg(test)]
mod tests;
