//! Lone objects whose candidates are ambiguous (M4).
//!
//! An object that a matching rule leaves without a counterpart may still be the counterpart of one that another rule has
//! found several candidates for. Nobody knows then whether it is one of them, so it is neither inserted nor deleted.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use arrow::{
    array::{AsArray as _, BooleanArray, RecordBatch, UInt32Array},
    compute::filter_record_batch,
    datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type},
};
use datafusion::{
    common::{Column, TableReference},
    datasource::{MemTable, provider_as_source},
    error::Result as DataFusionResult,
    logical_expr::{Expr, JoinType, LogicalPlan, LogicalPlanBuilder},
    prelude::SessionContext,
};

use super::{
    candidates::Counted,
    reconcile::{AmbiguousGroup, Reconciled, in_memory},
};
use crate::{
    connect::ROW_COLUMN,
    expr::{properties_of, property},
    mapping::{CompiledMapping, CompiledMatch},
    project::Side,
    value::value_at,
};

const SIDES: [Side; 2] = [Side::Left, Side::Right];

/// Objects that a matching rule has found several candidates for, with what other rules match them by.
pub(super) struct Ambiguous {
    /// Position of the rule among those of the mapping; `None` for the memory of pairs.
    rule: Option<usize>,
    left: LogicalPlan,
    right: LogicalPlan,
}

/// What is needed of a side to match its objects: columns of its plan.
fn needed(mapping: &CompiledMapping, side: Side, schema: &Schema) -> Vec<Expr> {
    let expressions = mapping.matching.iter().flat_map(CompiledMatch::expressions);
    let names: BTreeSet<String> = expressions.flat_map(|one| properties_of(one, side)).collect();
    let known = schema.fields().iter().map(|field| field.name());
    let others = known.filter(|name| *name != ROW_COLUMN && names.contains(*name));
    std::iter::once(ROW_COLUMN).chain(others.map(String::as_str)).map(|name| property(side, name)).collect()
}

/// The objects of a plan as a plan of its own.
async fn collected(session: &SessionContext, side: Side, plan: LogicalPlan) -> DataFusionResult<LogicalPlan> {
    let schema = Arc::clone(plan.schema().inner());
    in_memory(side, &schema, session.execute_logical_plan(plan).await?.collect().await?)
}

/// The objects of a plan that are among these rows.
fn among(plan: LogicalPlan, side: Side, rows: &HashSet<u32>) -> DataFusionResult<LogicalPlanBuilder> {
    let schema = Arc::new(Schema::new(vec![Field::new("row", DataType::UInt32, true)]));
    let mut rows: Vec<u32> = rows.iter().copied().collect();
    rows.sort_unstable();
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(UInt32Array::from(rows))])?;
    let name = TableReference::bare("among");
    let table = provider_as_source(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?));
    let rows = LogicalPlanBuilder::scan(name.clone(), table, None)?.build()?;
    let keys = (vec![property(side, ROW_COLUMN)], vec![Expr::Column(Column::new(Some(name), "row"))]);
    LogicalPlanBuilder::from(plan).join_with_expr_keys(rows, JoinType::LeftSemi, keys, None)
}

impl Ambiguous {
    /// Reads the objects that `rule` has found several candidates for.
    ///
    /// Central objects are held in memory and keep their row numbers; those of the target system are found by the rule,
    /// since every reading numbers them anew.
    ///
    /// # Errors
    ///
    /// What the engine or a connector reports.
    pub async fn read(
        session: &SessionContext,
        mapping: &CompiledMapping,
        (position, rule): (Option<usize>, &CompiledMatch),
        [left, right]: [LogicalPlan; 2],
        counted: &Counted,
    ) -> DataFusionResult<Self> {
        let wanted = needed(mapping, Side::Left, left.schema().as_arrow());
        let left = among(left, Side::Left, &counted.left)?.project(wanted)?.build()?;
        let left = collected(session, Side::Left, left).await?;
        let wanted = needed(mapping, Side::Right, right.schema().as_arrow());
        let right = rule.semi_join(Side::Right, right, left.clone())?.project(wanted)?.build()?;
        let right = collected(session, Side::Right, right).await?;
        Ok(Self { rule: position, left, right })
    }

    /// Takes the objects out of `found` that other rules would match with these.
    async fn hold_back(
        &self,
        session: &SessionContext,
        mapping: &CompiledMapping,
        schemas: &[SchemaRef; 2],
        found: &mut Reconciled,
    ) -> DataFusionResult<()> {
        // Whom an earlier rule would have matched with them is ambiguous already.
        let later = self.rule.map_or(0, |rule| rule + 1);
        for rule in mapping.matching.iter().skip(later) {
            for side in SIDES {
                self.hold_back_of(session, (mapping, rule), side, schemas, found).await?;
            }
        }
        Ok(())
    }

    async fn hold_back_of(
        &self,
        session: &SessionContext,
        (mapping, rule): (&CompiledMapping, &CompiledMatch),
        side: Side,
        [left, right]: &[SchemaRef; 2],
        found: &mut Reconciled,
    ) -> DataFusionResult<()> {
        let width = left.fields().len();
        let (own, schema, others, lone, count) = match side {
            Side::Left => (0..width, left, &self.right, &mut found.left_only, &mut found.ambiguous_left),
            Side::Right => {
                let own = width..width + right.fields().len();
                (own, right, &self.left, &mut found.right_only, &mut found.ambiguous_right)
            }
        };
        if lone.iter().all(|batch| batch.num_rows() == 0) {
            return Ok(());
        }
        let first = own.start;
        let columns: Vec<usize> = own.collect();
        let batches = lone.iter().map(|batch| batch.project(&columns)).collect::<Result<_, _>>()?;
        let plan = rule
            .semi_join(side, in_memory(side, schema, batches)?, others.clone())?
            .project([
                property(side, ROW_COLUMN).alias("row"),
                mapping.class(side).display().alias("name"),
                mapping.class(side).key_text().alias("key"),
            ])?
            .build()?;
        let matched = session.execute_logical_plan(plan).await?.collect().await?;
        let (mut rows, mut names) = (HashSet::new(), Vec::new());
        for batch in &matched {
            rows.extend(batch.column(0).as_primitive::<UInt32Type>().values().iter().copied());
            let text = |column: usize, row: usize| value_at(batch.column(column), row).to_string();
            names.extend((0..batch.num_rows()).map(|row| (text(1, row), text(2, row))));
        }
        if rows.is_empty() {
            return Ok(());
        }
        names.sort();
        let names = names.into_iter().map(|(name, _)| name).collect();
        let mut group = AmbiguousGroup {
            rule: rule.name.clone(),
            left: Vec::new(),
            right: Vec::new(),
            by_other_rule: true,
        };
        *(if side == Side::Left { &mut group.left } else { &mut group.right }) = names;
        found.ambiguous.push(group);
        *count += rows.len() as u64;
        for batch in lone {
            let own = batch.column(first).as_primitive::<UInt32Type>();
            let kept: BooleanArray = own.values().iter().map(|row| Some(!rows.contains(row))).collect();
            *batch = filter_record_batch(batch, &kept)?;
        }
        Ok(())
    }
}

/// Takes the lone objects out of `found` that are left alone, because they match ambiguous ones by another rule.
///
/// # Errors
///
/// What the engine reports.
pub(super) async fn hold_back_doubtful(
    session: &SessionContext,
    mapping: &CompiledMapping,
    ambiguous: &[Ambiguous],
    schemas: &[SchemaRef; 2],
    found: &mut Reconciled,
) -> DataFusionResult<()> {
    for one in ambiguous {
        one.hold_back(session, mapping, schemas, found).await?;
    }
    Ok(())
}
