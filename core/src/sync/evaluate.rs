//! Evaluating expressions on batches that left the plan: the same expressions, through the same engine.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, AsArray, BooleanArray, RecordBatch},
    compute::{concat_batches, filter_record_batch, prep_null_mask_filter},
    datatypes::SchemaRef,
};
use datafusion::{
    common::DFSchemaRef, error::Result as DataFusionResult, logical_expr::Expr, prelude::SessionContext,
};

/// Evaluates expressions over the schema of reconciled rows.
pub struct Evaluator<'a> {
    session: &'a SessionContext,
    schema: DFSchemaRef,
}

impl<'a> Evaluator<'a> {
    /// An evaluator for rows of `schema`.
    pub fn new(session: &'a SessionContext, schema: &DFSchemaRef) -> Self {
        Self { session, schema: Arc::clone(schema) }
    }

    /// The batches as one; their nullability may differ, as joins change it.
    pub fn together(&self, batches: &[RecordBatch]) -> DataFusionResult<RecordBatch> {
        let fields: Vec<_> = self
            .schema
            .inner()
            .fields()
            .iter()
            .map(|field| field.as_ref().clone().with_nullable(true))
            .collect();
        let schema: SchemaRef = Arc::new(arrow::datatypes::Schema::new(fields));
        let batches = batches
            .iter()
            .map(|batch| RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(concat_batches(&schema, &batches)?)
    }

    /// The expression's value for every row.
    pub fn values(&self, expression: &Expr, rows: &RecordBatch) -> DataFusionResult<ArrayRef> {
        let physical = self.session.create_physical_expr(expression.clone(), &self.schema)?;
        physical.evaluate(rows)?.into_array(rows.num_rows())
    }

    /// Whether the expression holds, for every row; NULL is no.
    pub fn holds(&self, expression: &Expr, rows: &RecordBatch) -> DataFusionResult<BooleanArray> {
        let values = self.values(expression, rows)?;
        Ok(prep_null_mask_filter(values.as_boolean()))
    }

    /// The rows for which the expression holds, and the others.
    pub fn split(
        &self,
        expression: &Expr,
        rows: &RecordBatch,
    ) -> DataFusionResult<(RecordBatch, RecordBatch)> {
        let mask = self.holds(expression, rows)?;
        let rest = arrow::compute::not(&mask)?;
        Ok((filter_record_batch(rows, &mask)?, filter_record_batch(rows, &rest)?))
    }
}
