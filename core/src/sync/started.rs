//! A class whose objects are being read already when the plan that wants them is still to be made.
//!
//! The central side is read before the join can start. Meanwhile the target system can answer its query, which for
//! most drivers is the longer part of reading: [`start`] executes it at once, and keeps so much of what comes as it may
//! be ahead.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use datafusion::{
    catalog::streaming::StreamingTable,
    common::TableReference,
    datasource::provider_as_source,
    error::{DataFusionError, Result as DataFusionResult},
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::{LogicalPlan, LogicalPlanBuilder},
    physical_plan::{
        execute_stream_partitioned,
        stream::{RecordBatchReceiverStreamBuilder, RecordBatchStreamAdapter},
        streaming::PartitionStream,
    },
    prelude::SessionContext,
};
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::sync::Semaphore;

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
            let rest = Mutex::new(Some(read_ahead(stream)));
            Arc::new(Started { schema: Arc::clone(&schema), rest }) as Arc<dyn PartitionStream>
        })
        .collect();
    let table = provider_as_source(Arc::new(StreamingTable::try_new(schema, partitions)?));
    LogicalPlanBuilder::scan(TableReference::bare(qualifier(side)), table, None)?.build()
}

/// KiB of a partition that may wait to be taken.
const AHEAD: u32 = 128 << 10;
/// Blocks that may wait, however small they are.
const BLOCKS_AHEAD: usize = 1024;

fn kib(batch: &RecordBatch) -> u32 {
    u32::try_from(batch.get_array_memory_size() >> 10).unwrap_or(AHEAD).clamp(1, AHEAD)
}

/// The same stream, read before anybody takes from it.
fn read_ahead(mut stream: SendableRecordBatchStream) -> SendableRecordBatchStream {
    let schema = stream.schema();
    let room = Arc::new(Semaphore::new(AHEAD as usize));
    let mut builder = RecordBatchReceiverStreamBuilder::new(Arc::clone(&schema), BLOCKS_AHEAD);
    let (sender, taken) = (builder.tx(), Arc::clone(&room));
    builder.spawn(async move {
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            let room = room.acquire_many(kib(&batch)).await;
            // Given back where the batch is taken.
            room.map_err(|closed| DataFusionError::External(Box::new(closed)))?.forget();
            if sender.send(Ok(batch)).await.is_err() {
                break;
            }
        }
        Ok(())
    });
    let stream = builder.build().inspect_ok(move |batch| taken.add_permits(kib(batch) as usize));
    Box::pin(RecordBatchStreamAdapter::new(schema, stream))
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

#[cfg(test)]
mod tests {
    use arrow::{
        array::{ArrayRef, AsArray as _, Int64Array},
        datatypes::Int64Type,
    };
    use datafusion::{datasource::MemTable, prelude::SessionConfig};

    use super::*;

    fn batch(rows: std::ops::Range<i64>) -> RecordBatch {
        let column = Arc::new(Int64Array::from_iter_values(rows)) as ArrayRef;
        RecordBatch::try_from_iter([("n", column)]).unwrap()
    }

    #[tokio::test]
    async fn what_is_read_ahead_comes_once_and_in_order() {
        // A table in memory would be dealt out to several partitions.
        let session = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
        // More than may wait, in blocks and in bytes.
        let small = (0..3000).map(|number| batch(number * 10..number * 10 + 10));
        let large = (0..40).map(|number| batch(30_000 + number * 500_000..30_000 + (number + 1) * 500_000));
        let batches: Vec<RecordBatch> = small.chain(large).collect();
        let rows: i64 = 30_000 + 40 * 500_000;
        let table = MemTable::try_new(batches[0].schema(), vec![batches]).unwrap();
        let table = provider_as_source(Arc::new(table));
        let plan = LogicalPlanBuilder::scan("t", table, None).unwrap().build().unwrap();
        let started = start(&session, Side::Right, plan).await.unwrap();
        let execute =
            || async { session.execute_logical_plan(started.clone()).await.unwrap().collect().await };
        let found = execute().await.unwrap();
        let found = found.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values());
        assert!(found.copied().eq(0..rows));
        let again = execute().await.unwrap_err();
        assert!(again.to_string().contains("read twice"), "{again}");
    }
}
