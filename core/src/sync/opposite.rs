//! Rules of the opposite direction: rogue modifications told or corrected (D3), forced rules and values that
//! are read back once the step has saved its objects (D2, R21).
//!
//! They write the side that the run reads, through the same compiled mapping in the opposite direction.

use arrow::{
    array::{Array, AsArray, BooleanArray, RecordBatch},
    compute::{filter_record_batch, or},
    datatypes::UInt16Type,
};
use datafusion::{error::Result as DataFusionResult, logical_expr::lit, prelude::SessionContext};

use super::{
    changes::{PlannedStep, Planner},
    failed_values::MASK,
    reconcile::Reconciled,
};
use crate::{
    journal::{Message, MessageLevel},
    mapping::{CompiledMapping, Occasion, Target},
    value::value_at,
};

/// Tells rogue modifications and plans their corrections; `reversed` writes what the rogue rules give.
///
/// It looks at the pairs as the step's own rules leave them; `updated` are those that they change. Without
/// `may_write` rogue modifications are told only.
///
/// # Errors
///
/// What the engine reports.
pub fn corrections(
    session: &SessionContext,
    reversed: &CompiledMapping,
    found: &Reconciled,
    updated: &[RecordBatch],
    may_write: bool,
) -> DataFusionResult<PlannedStep> {
    let mut planner = Planner::new(session, reversed, "", found)?;
    let rows = planner.as_written(&planner.evaluator.together(&found.attention)?, updated)?;
    let rows = planner.without_excluded(rows)?;
    let rows = planner.without_busy_pairs(rows, &lit(false))?;
    let rows = planner.without_failed_values(rows, &reversed.updates)?;
    let mut corrected = BooleanArray::from(vec![false; rows.num_rows()]);
    for target in &reversed.updates {
        let differs = planner.evaluator.holds(&target.differs(), &rows)?;
        let rogue = filter_record_batch(&rows, &differs)?;
        planner.tell_rogue(target, &rogue, may_write)?;
        let written = planner.evaluator.holds(&target.differs().and(target.writes()), &rows)?;
        corrected = or(&corrected, &written)?;
    }
    if may_write {
        planner.update_all(filter_record_batch(&rows, &corrected)?)?;
    }
    planner.finish(0)
}

/// What forced rules would write; for simulations, where nothing is saved: `updated` are pairs as the step would
/// leave them.
///
/// # Errors
///
/// What the engine reports.
pub fn forced(
    session: &SessionContext,
    reversed: &CompiledMapping,
    found: &Reconciled,
    updated: &[RecordBatch],
) -> DataFusionResult<PlannedStep> {
    let mut planner = Planner::new(session, reversed, "", found)?;
    let rows = planner.as_written(&planner.evaluator.together(&found.attention)?, updated)?;
    let rows = planner.without_excluded(rows)?;
    let rows = planner.without_busy_pairs(rows, &lit(false))?;
    let rows = planner.without_failed_values(rows, &reversed.updates)?;
    let mut differing = BooleanArray::from(vec![false; rows.num_rows()]);
    for target in &reversed.updates {
        differing = or(&differing, &planner.evaluator.holds(&target.differs(), &rows)?)?;
    }
    planner.update_all(filter_record_batch(&rows, &differing)?)?;
    planner.finish(0)
}

impl Planner<'_> {
    fn update_all(&mut self, rows: RecordBatch) -> DataFusionResult<()> {
        let settled = self.settle(rows, Occasion::Update)?;
        self.situations.both_differ = settled.before.num_rows() as u64;
        self.update(settled)
    }

    /// R10: object, property, both values, what is done.
    fn tell_rogue(&mut self, target: &Target, rows: &RecordBatch, may_write: bool) -> DataFusionResult<()> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let names = self.display(rows)?;
        let old = self.evaluator.values(&target.old, rows)?;
        let new = self.evaluator.values(&target.value(), rows)?;
        let rules = self.evaluator.values(&target.rule(), rows)?;
        let rules = rules.as_primitive::<UInt16Type>();
        let written = self.evaluator.holds(&target.writes(), rows)?;
        for row in 0..rows.num_rows() {
            let shown = |column: &dyn Array| {
                if target.secret { MASK.to_owned() } else { value_at(column, row).to_string() }
            };
            let what = match (written.value(row), may_write) {
                (true, true) => "it is corrected",
                (true, false) => {
                    "it cannot be corrected: the step has no processing methods, or the connection is read-only"
                }
                (false, _) => "it is left as it is",
            };
            self.messages.push(Message {
                level: MessageLevel::Warning,
                code: "SW-R111".to_owned(),
                text: format!(
                    "rogue modification: the {} holds “{}”, the {}, which owns the value, “{}”; {what}",
                    target.side.system_name(),
                    shown(&old),
                    target.side.other().system_name(),
                    shown(&new),
                ),
                object: Some(value_at(&names, row).to_string()),
                property: Some(target.property.clone()),
                rule: self.mapping.rule_names.get(usize::from(rules.value(row))).cloned(),
            });
        }
        Ok(())
    }
}
