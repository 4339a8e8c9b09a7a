//! Evaluating expressions on batches that left the plan: the same expressions, through the same engine.

use std::{
    cell::RefCell,
    sync::{Arc, Weak},
};

use arrow::{
    array::{Array, ArrayRef, AsArray as _, BooleanArray, RecordBatch},
    compute::{concat_batches, filter_record_batch, prep_null_mask_filter},
    datatypes::SchemaRef,
};
use datafusion::{
    common::{Column, DFSchemaRef, TableReference},
    error::Result as DataFusionResult,
    logical_expr::Expr,
    physical_plan::PhysicalExpr,
    prelude::SessionContext,
};

use crate::{
    expr::{Prepared, qualifier},
    project::Side,
};

/// Evaluates expressions over the schema of reconciled rows.
pub struct Evaluator<'a> {
    session: &'a SessionContext,
    schema: DFSchemaRef,
    last: RefCell<Option<WorkedOut>>,
}

/// What came of calls on some rows: the rules of a mapping ask for the same ones, one after the other.
struct WorkedOut {
    rows: usize,
    /// A weak reference keeps the place of what it meant, so that nothing else is found there.
    columns: Vec<Weak<dyn Array>>,
    values: Vec<(Expr, ArrayRef)>,
}

impl WorkedOut {
    fn is_of(&self, rows: &RecordBatch) -> bool {
        let same = |(known, column): (&Weak<dyn Array>, &ArrayRef)| {
            std::ptr::addr_eq(known.as_ptr(), Arc::as_ptr(column))
        };
        self.rows == rows.num_rows()
            && self.columns.len() == rows.num_columns()
            && self.columns.iter().zip(rows.columns()).all(same)
    }
}

impl<'a> Evaluator<'a> {
    /// An evaluator for rows of `schema`.
    pub fn new(session: &'a SessionContext, schema: &DFSchemaRef) -> Self {
        Self { session, schema: Arc::clone(schema), last: RefCell::default() }
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
        let prepared = Prepared::new(self.session, expression, &self.schema)?;
        prepared.evaluate_with(rows, |call, ready| self.worked_out(call, ready, rows))
    }

    /// The value of a call that is worked out once.
    fn worked_out(
        &self,
        call: &Expr,
        ready: &Arc<dyn PhysicalExpr>,
        rows: &RecordBatch,
    ) -> DataFusionResult<ArrayRef> {
        let mut last = self.last.borrow_mut();
        let known = match last.take().filter(|known| known.is_of(rows)) {
            Some(known) => last.insert(known),
            None => last.insert(WorkedOut {
                rows: rows.num_rows(),
                columns: rows.columns().iter().map(Arc::downgrade).collect(),
                values: Vec::new(),
            }),
        };
        if let Some((_, value)) = known.values.iter().find(|(known, _)| known == call) {
            return Ok(Arc::clone(value));
        }
        let value = ready.evaluate(rows)?.into_array(rows.num_rows())?;
        known.values.push((call.clone(), Arc::clone(&value)));
        Ok(value)
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
