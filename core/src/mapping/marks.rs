//! What the journal knows of single objects, as columns of their class: the remembered pair (M10), the reason
//! why an object is busy (R5), whether a provisioning is about it.
//!
//! The tables are joined by key. They are the side of the join that is kept, and the objects stream past:
//! there are far fewer of them, or their rows are far shorter.

use std::sync::Arc;

use datafusion::{
    catalog::TableProvider,
    common::{Column, ScalarValue, TableReference},
    datasource::provider_as_source,
    error::Result as DataFusionResult,
    logical_expr::{Expr, JoinType, LogicalPlanBuilder},
};

use super::{CompiledClass, TableSource, class::base};

/// Name of the column with the number of the remembered pair that an object is in; NULL for others.
pub const PAIR_COLUMN: &str = "__pair";

/// Name of the column that tells why an object is busy; NULL for others.
pub const BUSY_COLUMN: &str = "__busy";

/// Name of the column that is true of the objects that a provisioning is about (O6); NULL for others.
pub const WANTED_COLUMN: &str = "__wanted";

const NULL_TEXT: Expr = Expr::Literal(ScalarValue::Utf8(None), None);

/// Joins what `source` knows of the objects of a class and adds the columns for it.
pub(super) fn join(
    class: &CompiledClass,
    source: &dyn TableSource,
    mut plan: LogicalPlanBuilder,
    columns: &mut Vec<Expr>,
) -> DataFusionResult<LogicalPlanBuilder> {
    if let Some(pairs) = source.pairs(class.side) {
        plan = join_table(class, plan, pairs, PAIR_COLUMN, columns)?;
    }
    if let Some(wanted) = source.wanted(class.side) {
        plan = join_table(class, plan, wanted, WANTED_COLUMN, columns)?;
    }
    if class.marks_busy {
        match source.busy(class.side, &class.schema_type) {
            Some(busy) => plan = join_table(class, plan, busy, BUSY_COLUMN, columns)?,
            None => columns.push(NULL_TEXT.alias(BUSY_COLUMN)),
        }
    }
    Ok(plan)
}

fn join_table(
    class: &CompiledClass,
    plan: LogicalPlanBuilder,
    table: Arc<dyn TableProvider>,
    column: &str,
    columns: &mut Vec<Expr>,
) -> DataFusionResult<LogicalPlanBuilder> {
    let alias = TableReference::bare(format!("marks{column}"));
    let theirs = |name: &str| Expr::Column(Column::new(Some(alias.clone()), name));
    let on = (
        class.key.iter().map(|key| theirs(key)).collect::<Vec<_>>(),
        class.key.iter().map(|key| base(key)).collect::<Vec<_>>(),
    );
    let joined = LogicalPlanBuilder::scan(alias.clone(), provider_as_source(table), None)?
        .join_with_expr_keys(plan.build()?, JoinType::Right, on, None)?;
    columns.push(theirs(column).alias(column));
    Ok(joined)
}
