//! Evaluating expressions on batches that left the plan: the same expressions, through the same engine.

use std::sync::Arc;

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, BooleanArray, RecordBatch},
    compute::{concat_batches, filter_record_batch, prep_null_mask_filter},
    datatypes::SchemaRef,
};
use datafusion::{
    common::{Column, DFSchemaRef, TableReference},
    error::Result as DataFusionResult,
    logical_expr::Expr,
    prelude::SessionContext,
};

use crate::{
    expr::{physical, qualifier},
    project::Side,
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

    /// Where the column of a property is in the rows.
    pub fn index(&self, side: Side, property: &str) -> DataFusionResult<usize> {
        let column = Column::new(Some(TableReference::bare(qualifier(side))), property);
        self.schema.index_of_column(&column)
    }

    /// The expression's value for every row.
    pub fn values(&self, expression: &Expr, rows: &RecordBatch) -> DataFusionResult<ArrayRef> {
        let physical = physical(self.session, expression, &self.schema)?;
        physical.evaluate(rows)?.into_array(rows.num_rows())
    }

    /// Whether the expression holds, for every row; NULL is no.
    pub fn holds(&self, expression: &Expr, rows: &RecordBatch) -> DataFusionResult<BooleanArray> {
        let values = self.values(expression, rows)?;
        let holds = values.as_boolean();
        Ok(if holds.null_count() > 0 { prep_null_mask_filter(holds) } else { holds.clone() })
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
