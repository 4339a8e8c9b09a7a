//! A connector with a schema in memory, for what SQLite does not have: owners, and trouble on demand.

use arrow::array::RecordBatch;
use datafusion::logical_expr::Expr;
use syncwright_core::{
    connect::{Capabilities, ConnectError, Connector, ErrorKind, Flow, SearchRequest, ServerInfo},
    progress::{CancelToken, Progress},
    project::{Schema, SchemaType},
};

/// Describes this schema; reads and writes nothing.
pub struct Fake(pub Result<Schema, ConnectError>);

fn nothing<T>() -> Result<T, ConnectError> {
    Err(ConnectError::new(ErrorKind::Unsupported, "FAKE", "it only describes itself"))
}

impl Connector for Fake {
    fn capabilities(&self) -> Capabilities {
        Capabilities { write: false, transactions: false }
    }

    fn test(&mut self) -> Result<ServerInfo, ConnectError> {
        nothing()
    }

    fn describe_schema(
        &mut self,
        progress: &dyn Progress,
        cancel: &CancelToken,
    ) -> Result<Schema, ConnectError> {
        progress.phase("Reading the schema");
        if cancel.is_cancelled() {
            return Err(ConnectError::new(ErrorKind::Cancelled, "FAKE", "cancelled"));
        }
        self.0.clone()
    }

    fn takes_filter(&self, _: &SchemaType, _: &Expr) -> bool {
        false
    }

    fn search(
        &mut self,
        _: &SearchRequest<'_>,
        _: &CancelToken,
        _: &mut dyn FnMut(RecordBatch) -> Flow,
    ) -> Result<(), ConnectError> {
        nothing()
    }

    fn get(&mut self, _: &SchemaType, _: &RecordBatch, _: &[String]) -> Result<RecordBatch, ConnectError> {
        nothing()
    }

    fn insert(&mut self, _: &SchemaType, _: &RecordBatch) -> Result<(), ConnectError> {
        nothing()
    }

    fn update(&mut self, _: &SchemaType, _: &RecordBatch, _: &RecordBatch) -> Result<(), ConnectError> {
        nothing()
    }

    fn delete(&mut self, _: &SchemaType, _: &RecordBatch) -> Result<(), ConnectError> {
        nothing()
    }

    fn begin(&mut self) -> Result<(), ConnectError> {
        nothing()
    }

    fn commit(&mut self) -> Result<(), ConnectError> {
        nothing()
    }

    fn rollback(&mut self) -> Result<(), ConnectError> {
        nothing()
    }

    fn ensure_table(&mut self, _: &SchemaType) -> Result<(), ConnectError> {
        nothing()
    }

    fn has_table(&mut self, _: &SchemaType) -> Result<bool, ConnectError> {
        nothing()
    }
}
