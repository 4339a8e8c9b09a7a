//! Expressions made ready to be evaluated on batches outside of a plan.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch, RecordBatchOptions},
    datatypes::{DataType, Field, SchemaRef},
};
use datafusion::{
    common::{
        Column, DFSchema, DFSchemaRef, TableReference,
        tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    },
    error::Result as DataFusionResult,
    logical_expr::{Expr, simplify::SimplifyContext},
    optimizer::simplify_expressions::ExprSimplifier,
    physical_plan::PhysicalExpr,
    prelude::SessionContext,
};

/// How the names of functions begin that are worked out once for a batch, however often expressions call them.
pub const ONCE: &str = "once_";

/// Relation of what is worked out once.
const WORKED_OUT: &str = "__once";

/// An expression, ready to be evaluated on batches of `schema`.
///
/// # Errors
///
/// What the engine says of it.
pub fn physical(
    session: &SessionContext,
    expression: &Expr,
    schema: &DFSchemaRef,
) -> DataFusionResult<Arc<dyn PhysicalExpr>> {
    // Functions such as coalesce exist only until an expression is simplified.
    let context = SimplifyContext::builder().with_schema(Arc::clone(schema)).build();
    let simplifier = ExprSimplifier::new(context);
    let simple = simplifier.simplify(simplifier.coerce(expression.clone(), schema)?)?;
    session.create_physical_expr(simple, schema)
}

/// An expression with its calls of functions that are worked out once.
///
/// The engine evaluates the branches of a CASE on the rows that they are for, and each call in them anew.
pub struct Prepared {
    calls: Vec<(Expr, Arc<dyn PhysicalExpr>)>,
    schema: SchemaRef,
    expression: Arc<dyn PhysicalExpr>,
}

impl Prepared {
    /// Makes an expression over `schema` ready.
    ///
    /// # Errors
    ///
    /// What the engine says of it.
    pub fn new(session: &SessionContext, expression: &Expr, schema: &DFSchemaRef) -> DataFusionResult<Self> {
        let (expression, found) = taken_out(expression)?;
        let mut calls = Vec::with_capacity(found.len());
        let mut fields: Vec<_> =
            schema.iter().map(|(relation, field)| (relation.cloned(), Arc::clone(field))).collect();
        for (number, call) in found.into_iter().enumerate() {
            let ready = physical(session, &call, schema)?;
            let data_type: DataType = ready.data_type(schema.as_arrow())?;
            let column = place(number);
            fields.push((column.relation, Arc::new(Field::new(column.name, data_type, true))));
            calls.push((call, ready));
        }
        let extended = if calls.is_empty() {
            Arc::clone(schema)
        } else {
            Arc::new(DFSchema::new_with_metadata(fields, HashMap::new())?)
        };
        let expression = physical(session, &expression, &extended)?;
        Ok(Self { calls, schema: Arc::clone(extended.inner()), expression })
    }

    /// The value for every row.
    ///
    /// # Errors
    ///
    /// What the engine says, for example of a division by zero.
    pub fn evaluate(&self, rows: &RecordBatch) -> DataFusionResult<ArrayRef> {
        self.evaluate_with(rows, |_, call| call.evaluate(rows)?.into_array(rows.num_rows()))
    }

    /// The same for somebody who may know already what comes of a call.
    ///
    /// # Errors
    ///
    /// What the engine or the caller says.
    pub fn evaluate_with(
        &self,
        rows: &RecordBatch,
        mut worked_out: impl FnMut(&Expr, &Arc<dyn PhysicalExpr>) -> DataFusionResult<ArrayRef>,
    ) -> DataFusionResult<ArrayRef> {
        let number = rows.num_rows();
        if self.calls.is_empty() {
            return self.expression.evaluate(rows)?.into_array(number);
        }
        let mut columns = rows.columns().to_vec();
        for (call, ready) in &self.calls {
            columns.push(worked_out(call, ready)?);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(number));
        let rows = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        self.expression.evaluate(&rows)?.into_array(number)
    }
}

fn place(number: usize) -> Column {
    Column::new(Some(TableReference::bare(WORKED_OUT)), number.to_string())
}

/// The expression without its calls of such functions, and these, each once.
fn taken_out(expression: &Expr) -> DataFusionResult<(Expr, Vec<Expr>)> {
    let mut calls: Vec<Expr> = Vec::new();
    let take = |part: Expr| {
        if !matches!(&part, Expr::ScalarFunction(call) if call.func.name().starts_with(ONCE)) {
            return Ok(Transformed::no(part));
        }
        let number = calls.iter().position(|known| *known == part).unwrap_or(calls.len());
        if number == calls.len() {
            calls.push(part);
        }
        Ok(Transformed::yes(Expr::Column(place(number))))
    };
    let rest = expression.clone().transform(take).data()?;
    Ok((rest, calls))
}
