//! A class whose objects are being read already when the plan that wants them is still to be made.
//!
//! The central side is read before the join can start. Meanwhile the target system can answer its query, which for
//! most drivers is the longer part of reading: [`start`] executes it at once. What has been read waits in the few
//! blocks that a scan may be ahead.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use arrow::datatypes::SchemaRef;
use datafusion::{
    catalog::streaming::StreamingTable,
    common::TableReference,
    datasource::provider_as_source,
    error::{DataFusionError, Result as DataFusionResult},
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::{LogicalPlan, LogicalPlanBuilder},
    physical_plan::{
        execute_stream_partitioned, stream::RecordBatchStreamAdapter, streaming::PartitionStream,
    },
    prelude::SessionContext,
};

use crate::{expr::qualifier, project::Side};

/// Executes `plan`, which reads a class of this side, and gives a plan that takes over what comes of it, once.
///
/// # Errors
///
/// What planning says; errors of reading come out of the plan that is given.
pub(super) async fn start(
    session: &SessionContext,
    side: Side,
    plan: LogicalPlan,
) -> DataFusionResult<LogicalPlan> {
    let physical = session.execute_logical_plan(plan).await?.create_physical_plan().await?;
    let schema = physical.schema();
    let partitions = execute_stream_partitioned(physical, session.task_ctx())?
        .into_iter()
        .map(|stream| {
            let rest = Mutex::new(Some(stream));
            Arc::new(Started { schema: Arc::clone(&schema), rest }) as Arc<dyn PartitionStream>
        })
        .collect();
    let table = provider_as_source(Arc::new(StreamingTable::try_new(schema, partitions)?));
    LogicalPlanBuilder::scan(TableReference::bare(qualifier(side)), table, None)?.build()
}

/// What is still to come of one partition.
struct Started {
    schema: SchemaRef,
    rest: Mutex<Option<SendableRecordBatchStream>>,
}

impl fmt::Debug for Started {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Started").finish_non_exhaustive()
    }
}

impl PartitionStream for Started {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let taken = self.rest.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.unwrap_or_else(|| {
            let again = DataFusionError::Internal("objects are read twice".to_owned());
            let schema = Arc::clone(&self.schema);
            Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::once(async { Err(again) })))
        })
    }
}
