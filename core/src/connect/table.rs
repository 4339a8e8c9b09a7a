//! One schema type of a connected system as a table of the query engine.
//!
//! Every scan opens a connection of its own, so that two scans of one plan never wait for each other, and
//! reads on a blocking thread into a bounded stream. Filters that the connector takes are evaluated in the
//! database, the rest by the engine. Each row carries its number in the scan, [`ROW_COLUMN`].

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::{
    array::{ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array},
    datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef},
};
use async_trait::async_trait;
use datafusion::{
    catalog::{Session, TableProvider},
    error::{DataFusionError, Result as DataFusionResult},
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::{Expr, TableProviderFilterPushDown, TableType},
    physical_plan::{
        ExecutionPlan,
        stream::{RecordBatchReceiverStreamBuilder, RecordBatchStreamAdapter},
        streaming::{PartitionStream, StreamingTableExec},
    },
};

use futures::StreamExt as _;

use super::{ConnectError, ErrorKind, Flow, OpenMode, SearchRequest, open_with};
use crate::{
    progress::{CancelOnDrop, CancelToken},
    project::{Connection, SchemaType},
};

/// Name of the column that numbers the rows of a scan, from 0.
pub const ROW_COLUMN: &str = "__row";

/// Blocks that may wait between the reading thread and the engine.
const BLOCKS_IN_FLIGHT: usize = 4;

/// A schema type as a table.
#[derive(Clone)]
pub struct ConnectorTable {
    shared: Arc<Shared>,
    schema: SchemaRef,
}

struct Shared {
    connection: Connection,
    folder: PathBuf,
    schema_type: SchemaType,
    cancel: CancelToken,
    rows_read: Arc<AtomicU64>,
}

impl ConnectorTable {
    /// The table of `schema_type` behind `connection`; `rows_read` counts the rows of all its scans.
    #[must_use]
    pub fn new(
        connection: Connection,
        folder: PathBuf,
        schema_type: SchemaType,
        cancel: CancelToken,
        rows_read: Arc<AtomicU64>,
    ) -> Self {
        let schema = table_schema(&schema_type);
        Self { shared: Arc::new(Shared { connection, folder, schema_type, cancel, rows_read }), schema }
    }
}

/// Arrow schema of a schema type: its usable properties and [`ROW_COLUMN`].
pub(crate) fn table_schema(schema_type: &SchemaType) -> SchemaRef {
    let mut fields: Vec<Field> = schema_type
        .properties
        .iter()
        .filter(|property| property.unusable.is_none())
        .map(|property| Field::new(&property.name, property.value_type.arrow(), true))
        .collect();
    fields.push(Field::new(ROW_COLUMN, DataType::UInt32, false));
    Arc::new(ArrowSchema::new(fields))
}

impl fmt::Debug for ConnectorTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ConnectorTable")
            .field("schema_type", &self.shared.schema_type.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for ConnectorTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> DataFusionResult<Vec<TableProviderFilterPushDown>> {
        let Shared { connection, folder, schema_type, cancel, .. } = &*self.shared;
        let connector = open_with(connection, folder, OpenMode::Read, cancel).map_err(external)?;
        Ok(filters
            .iter()
            .map(|filter| {
                if connector.takes_filter(schema_type, filter) {
                    TableProviderFilterPushDown::Exact
                } else {
                    TableProviderFilterPushDown::Unsupported
                }
            })
            .collect())
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> DataFusionResult<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(columns) => Arc::new(self.schema.project(columns)?),
            None => Arc::clone(&self.schema),
        };
        let scan = Scan {
            shared: Arc::clone(&self.shared),
            schema: Arc::clone(&schema),
            filters: filters.to_vec(),
            limit,
        };
        scan.look()?;
        Ok(Arc::new(StreamingTableExec::try_new(
            schema,
            vec![Arc::new(scan)],
            None,
            Vec::new(),
            false,
            None,
        )?))
    }
}

fn external(error: ConnectError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// One scan of a [`ConnectorTable`].
struct Scan {
    shared: Arc<Shared>,
    schema: SchemaRef,
    filters: Vec<Expr>,
    limit: Option<usize>,
}

impl fmt::Debug for Scan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Scan").field("schema_type", &self.shared.schema_type.name).finish_non_exhaustive()
    }
}

impl Scan {
    fn properties(&self) -> Vec<String> {
        let names = self.schema.fields().iter().map(|field| field.name());
        names.filter(|name| *name != ROW_COLUMN).cloned().collect()
    }

    /// Looks whether the table and all columns are there, without reading a row: planning tells.
    fn look(&self) -> DataFusionResult<()> {
        let Shared { connection, folder, schema_type, cancel, .. } = &*self.shared;
        let properties = self.properties();
        let request = SearchRequest {
            filters: &self.filters,
            limit: Some(0),
            ..SearchRequest::all(schema_type, &properties)
        };
        let mut connector = open_with(connection, folder, OpenMode::Read, cancel).map_err(external)?;
        connector.search(&request, cancel, &mut |_| Flow::Stop).map_err(external)
    }
}

impl PartitionStream for Scan {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut builder = RecordBatchReceiverStreamBuilder::new(Arc::clone(&self.schema), BLOCKS_IN_FLIGHT);
        let sender = builder.tx();
        let (shared, schema) = (Arc::clone(&self.shared), Arc::clone(&self.schema));
        let (filters, limit, properties) = (self.filters.clone(), self.limit, self.properties());
        // Reading goes on in a thread of its own: a system may take minutes to answer somebody who has left.
        let reading = shared.cancel.part();
        let until_dropped = CancelOnDrop(reading.clone());
        builder.spawn_blocking(move || {
            let mut connector =
                open_with(&shared.connection, &shared.folder, OpenMode::Read, &reading).map_err(external)?;
            let request = SearchRequest {
                filters: &filters,
                limit,
                ..SearchRequest::all(&shared.schema_type, &properties)
            };
            let mut first_row = 0;
            let mut trouble = None;
            let read = connector.search(&request, &reading, &mut |batch| {
                let rows = batch.num_rows();
                match number_rows(&schema, &batch, first_row) {
                    Ok(batch) => {
                        let Ok(next) = u32::try_from(first_row as usize + rows) else {
                            trouble = Some(too_many_rows(&shared));
                            return Flow::Stop;
                        };
                        first_row = next;
                        shared.rows_read.fetch_add(rows as u64, Ordering::Relaxed);
                        // The receiver is gone when the engine needs no more rows.
                        if sender.blocking_send(Ok(batch)).is_ok() { Flow::Continue } else { Flow::Stop }
                    }
                    Err(error) => {
                        trouble = Some(error);
                        Flow::Stop
                    }
                }
            });
            match trouble {
                Some(error) => Err(error),
                None => read.map_err(external),
            }
        });
        let stream = builder.build().inspect(move |_| {
            let _ = &until_dropped;
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), stream))
    }
}

fn too_many_rows(shared: &Shared) -> DataFusionError {
    external(ConnectError::new(
        ErrorKind::Other,
        shared.connection.label(),
        format!("{} has more than 4,294,967,295 objects", shared.schema_type.name),
    ))
}

/// Adds [`ROW_COLUMN`] where `schema` wants it.
fn number_rows(schema: &SchemaRef, batch: &RecordBatch, first_row: u32) -> DataFusionResult<RecordBatch> {
    let rows = batch.num_rows();
    let mut columns = batch.columns().iter();
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .filter_map(|field| {
            if field.name() == ROW_COLUMN {
                let last = first_row.saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
                Some(Arc::new(UInt32Array::from_iter_values(first_row..last)) as ArrayRef)
            } else {
                columns.next().map(Arc::clone)
            }
        })
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
}
