//! Reading columns of a table as a stream, with progress and cancel.

use arrow::array::RecordBatch;

use crate::{
    connect::{ConnectError, Connector, ErrorKind, Flow, SearchRequest},
    progress::{CancelToken, Progress},
    project::SchemaType,
};

/// Reads `properties` of all objects, or of `limit` of them, block by block; gives the number of rows.
///
/// Connectors look at the switch between blocks at the earliest; here it is looked at after every block, so
/// that also the last one is dropped when somebody asked to stop.
pub(super) fn read_all(
    connector: &mut dyn Connector,
    schema_type: &SchemaType,
    properties: &[String],
    limit: Option<usize>,
    progress: &dyn Progress,
    cancel: &CancelToken,
    take: &mut dyn FnMut(&RecordBatch) -> Flow,
) -> Result<u64, ConnectError> {
    let mut rows = 0;
    let request = SearchRequest { limit, ..SearchRequest::all(schema_type, properties) };
    progress.advance(0, None);
    connector.search(&request, cancel, &mut |batch| {
        if cancel.is_cancelled() {
            return Flow::Stop;
        }
        let flow = take(&batch);
        rows += batch.num_rows() as u64;
        progress.advance(rows, None);
        flow
    })?;
    if cancel.is_cancelled() {
        return Err(ConnectError::new(
            ErrorKind::Cancelled,
            &schema_type.name,
            format!("reading {} was cancelled", schema_type.name),
        ));
    }
    Ok(rows)
}
