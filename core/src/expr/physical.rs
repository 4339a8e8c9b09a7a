//! Expressions made ready to be evaluated on batches outside of a plan.

use std::sync::Arc;

use datafusion::{
    common::DFSchemaRef,
    error::Result as DataFusionResult,
    logical_expr::{Expr, simplify::SimplifyContext},
    optimizer::simplify_expressions::ExprSimplifier,
    physical_plan::PhysicalExpr,
    prelude::SessionContext,
};

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
