//! Lone objects whose candidates are ambiguous (M4).
//!
//! An object that a matching rule leaves without a counterpart may still be the counterpart of one that another rule has
//! found several candidates for. Nobody knows then whether it is one of them, so it is neither inserted nor deleted.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use arrow::{
    array::{AsArray as _, BooleanArray, RecordBatch},
    compute::filter_record_batch,
    datatypes::{Schema, SchemaRef, UInt32Type},
};
use datafusion::{
    common::Column,
    error::Result as DataFusionResult,
    logical_expr::{Expr, LogicalPlan},
    prelude::SessionContext,
};

use super::{
    ambiguous::group,
    candidates::count_candidates,
    reconcile::{AmbiguousGroup, Reconciled, in_memory},
};
use crate::{
    connect::ROW_COLUMN,
    expr::{properties_of, property},
    mapping::{CompiledMapping, CompiledMatch},
    project::Side,
};

const SIDES: [Side; 2] = [Side::Left, Side::Right];

/// Objects that a matching rule has found several candidates for, with what other rules match them by.
pub(super) struct Ambiguous {
    /// Position of the rule among those of the mapping; `None` for the memory of pairs.
    rule: Option<usize>,
    sides: [LogicalPlan; 2],
}

/// What is needed of a side to match its objects and to name them: columns of its plan.
fn needed(mapping: &CompiledMapping, side: Side, schema: &Schema) -> Vec<Expr> {
    let class = mapping.class(side);
    let mut names: BTreeSet<String> = mapping
        .matching
        .iter()
        .flat_map(CompiledMatch::expressions)
        .flat_map(|one| properties_of(one, side))
        .collect();
    names.extend(class.key.iter().cloned());
    names.extend(class.display_properties());
    let known = schema.fields().iter().map(|field| field.name());
    let others = known.filter(|name| *name != ROW_COLUMN && names.contains(*name));
    std::iter::once(ROW_COLUMN).chain(others.map(String::as_str)).map(|name| property(side, name)).collect()
}

fn is_pair() -> Expr {
    property(Side::Left, ROW_COLUMN).is_not_null().and(property(Side::Right, ROW_COLUMN).is_not_null())
}

impl Ambiguous {
    /// Reads the objects that `rule` finds several candidates for.
    ///
    /// # Errors
    ///
    /// What the engine or a connector reports.
    pub async fn read(
        session: &SessionContext,
        mapping: &CompiledMapping,
        (position, rule): (Option<usize>, &CompiledMatch),
        [left, right]: [LogicalPlan; 2],
    ) -> DataFusionResult<Self> {
        let wanted = [
            needed(mapping, Side::Left, left.schema().as_arrow()),
            needed(mapping, Side::Right, right.schema().as_arrow()),
        ];
        let width = wanted[0].len();
        let plan = rule.full_join(left, right)?.filter(is_pair())?.project(wanted.concat())?.build()?;
        let schema = Arc::clone(plan.schema().inner());
        // Row numbers hold within one reading, so pairs are counted in this one.
        let batches = session.execute_logical_plan(plan).await?.collect().await?;
        let rows =
            |batch: &RecordBatch, column: usize| batch.column(column).as_primitive::<UInt32Type>().clone();
        let pairs: Vec<Vec<(u32, u32)>> = batches
            .iter()
            .map(|batch| {
                let (left, right) = (rows(batch, 0), rows(batch, width));
                left.values().iter().copied().zip(right.values().iter().copied()).collect()
            })
            .collect();
        let counted = count_candidates(&pairs);
        let own = |from: usize, to: usize, among: &HashSet<u32>| -> DataFusionResult<Vec<RecordBatch>> {
            let mut seen = HashSet::new();
            let columns: Vec<usize> = (from..to).collect();
            batches
                .iter()
                .map(|batch| {
                    let is_new = |row: &u32| Some(among.contains(row) && seen.insert(*row));
                    let mask: BooleanArray = rows(batch, from).values().iter().map(is_new).collect();
                    Ok(filter_record_batch(&batch.project(&columns)?, &mask)?)
                })
                .collect()
        };
        let part = |from: usize, to: usize| {
            let fields = schema.fields().iter().skip(from).take(to - from).cloned().collect::<Vec<_>>();
            Arc::new(Schema::new(fields))
        };
        let all = schema.fields().len();
        let sides = [
            in_memory(Side::Left, &part(0, width), own(0, width, &counted.left)?)?,
            in_memory(Side::Right, &part(width, all), own(width, all, &counted.right)?)?,
        ];
        Ok(Self { rule: position, sides })
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
                self.hold_back_of(session, mapping, rule, side, schemas, found).await?;
            }
        }
        Ok(())
    }

    async fn hold_back_of(
        &self,
        session: &SessionContext,
        mapping: &CompiledMapping,
        rule: &CompiledMatch,
        side: Side,
        [left_schema, right_schema]: &[SchemaRef; 2],
        found: &mut Reconciled,
    ) -> DataFusionResult<()> {
        let width = left_schema.fields().len();
        let (own, schema, lone) = match side {
            Side::Left => (0..width, left_schema, &found.left_only),
            Side::Right => (width..width + right_schema.fields().len(), right_schema, &found.right_only),
        };
        if lone.iter().all(|batch| batch.num_rows() == 0) {
            return Ok(());
        }
        let first = own.start;
        let columns: Vec<usize> = own.collect();
        let lone: Vec<RecordBatch> =
            lone.iter().map(|batch| batch.project(&columns)).collect::<Result<_, _>>()?;
        let lone = in_memory(side, schema, lone)?;
        let [left, right] = &self.sides;
        let joined = match side {
            Side::Left => rule.full_join(lone, right.clone())?,
            Side::Right => rule.full_join(left.clone(), lone)?,
        };
        let ambiguous = mapping.class(side.other());
        let columns = [
            ambiguous.display().alias("name"),
            ambiguous.key_text().alias("key"),
            mapping.left.display().alias("left"),
            mapping.left.key_text().alias("left_key"),
            mapping.right.display().alias("right"),
            mapping.right.key_text().alias("right_key"),
            property(side, ROW_COLUMN).alias("row"),
        ];
        let sorted = ["name", "key", "left", "left_key", "right", "right_key"]
            .map(|name| Expr::Column(Column::new_unqualified(name)).sort(true, true));
        let plan = joined.filter(is_pair())?.project(columns)?.sort(sorted)?.build()?;
        let matched = session.execute_logical_plan(plan).await?.collect().await?;
        let rows: HashSet<u32> = matched
            .iter()
            .flat_map(|batch| {
                batch.column(batch.num_columns() - 1).as_primitive::<UInt32Type>().values().to_vec()
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        let groups = group(rule, &matched, 2).into_iter();
        found.ambiguous.extend(groups.map(|group| AmbiguousGroup { by_other_rule: true, ..group }));
        let (lone, count) = match side {
            Side::Left => (&mut found.left_only, &mut found.ambiguous_left),
            Side::Right => (&mut found.right_only, &mut found.ambiguous_right),
        };
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
