//! Actions before objects are written (E5): they see the objects as the rules leave them, assign columns of them, or
//! refuse them.
//!
//! They run only on what is written anyway. So an action is no reason to write, and once rules find nothing to do,
//! nothing is done.

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, BooleanArray, RecordBatch, UInt16Array},
    compute::{and, cast, filter_record_batch, is_not_null, is_null, kernels::zip::zip, not, nullif, or},
    datatypes::UInt16Type,
};
use datafusion::error::Result as DataFusionResult;

use super::{
    changes::Planner,
    settle::{Settled, distinct},
};
use crate::{
    journal::{Message, MessageLevel},
    mapping::{CompiledAction, Occasion, Target},
    project::ActionEvent,
    value::value_at,
};

/// Code of what is told of objects that an action refuses, or on which it fails.
const REFUSED: &str = "SW-R125";
/// What is said instead of a reason that may quote sensitive values.
pub(super) const HIDDEN: &str = "it names sensitive properties, so its reason is not shown";

/// What actions before make of objects.
struct Acted {
    after: RecordBatch,
    /// Per target, where an action assigns another value, and which.
    rules: Vec<ArrayRef>,
}

impl Planner<'_> {
    /// Objects as actions make them, without those that an action refuses; `settled` is what the rules write.
    pub(super) fn with_actions(
        &mut self,
        settled: Settled,
        targets: &[Target],
        occasion: Occasion,
    ) -> DataFusionResult<Settled> {
        let mapping = self.mapping;
        let event = if occasion == Occasion::Insert { ActionEvent::Insert } else { ActionEvent::Update };
        let actions: Vec<&CompiledAction> = mapping.actions_before(event).collect();
        if actions.is_empty() {
            return Ok(settled);
        }
        let mut settled = match occasion {
            Occasion::Insert => settled,
            _ => settled.written_only()?,
        };
        for action in &actions {
            let failed = self.refused(action, &settled.after)?;
            self.situations.skipped += failed.true_count() as u64;
            settled = settled.filtered(&not(&failed)?)?;
            let Acted { after, rules } = self.act(action, &settled.after, targets)?;
            settled.after = after;
            for (own, by) in settled.rules.iter_mut().zip(&rules) {
                *own = zip(&is_not_null(by)?, by, own)?;
            }
        }
        let settled = self.without_contested(settled, targets, &actions, occasion)?;
        match occasion {
            Occasion::Insert => Ok(settled),
            _ => self.without_what_came_back(settled, targets)?.written_only(),
        }
    }

    /// Rows that no action before deleting them refuses.
    pub(super) fn without_refused_deletes(&mut self, mut rows: RecordBatch) -> DataFusionResult<RecordBatch> {
        let mapping = self.mapping;
        for action in mapping.actions_before(ActionEvent::Delete) {
            let failed = self.refused(action, &rows)?;
            self.situations.skipped += failed.true_count() as u64;
            rows = filter_record_batch(&rows, &not(&failed)?)?;
        }
        Ok(rows)
    }

    /// Where an action refuses an object or fails; that is told.
    fn refused(&mut self, action: &CompiledAction, rows: &RecordBatch) -> DataFusionResult<BooleanArray> {
        let errors = self.evaluator.values(&action.error, rows)?;
        let failed = is_not_null(&errors)?;
        if failed.true_count() > 0 {
            let names = self.display(rows)?;
            self.messages.extend(failed.values().set_indices().map(|row| Message {
                level: MessageLevel::Error,
                code: REFUSED.to_owned(),
                text: if action.secret {
                    format!("the {} refuses the object: {HIDDEN}; the object is left out", action.name)
                } else {
                    format!("{}; the object is left out", value_at(&errors, row))
                },
                object: Some(value_at(&names, row).to_string()),
                property: None,
                rule: Some(action.name.clone()),
            }));
        }
        Ok(failed)
    }

    fn act(
        &self,
        action: &CompiledAction,
        rows: &RecordBatch,
        targets: &[Target],
    ) -> DataFusionResult<Acted> {
        let succeeded = is_null(&self.evaluator.values(&action.error, rows)?)?;
        let nothing: ArrayRef = std::sync::Arc::new(UInt16Array::new_null(rows.num_rows()));
        let mut columns = rows.columns().to_vec();
        let mut rules = vec![nothing; targets.len()];
        for assigned in &action.assigned {
            let index = self.evaluator.index(action.side, &assigned.column)?;
            let position = targets.iter().position(|target| target.property == assigned.column);
            let (Some(column), Some(rule)) =
                (columns.get_mut(index), position.and_then(|position| rules.get_mut(position)))
            else {
                continue;
            };
            let value = cast(&self.evaluator.values(&assigned.value, rows)?, column.data_type())?;
            let changed = distinct(&value, column, &succeeded);
            *column = zip(&changed, &value, column)?;
            let own = UInt16Array::from(vec![action.rule; rows.num_rows()]);
            *rule = nullif(&own, &not(&changed)?)?;
        }
        let occasion = if action.on == ActionEvent::Insert { Occasion::Insert } else { Occasion::Update };
        let after = self.with_made(RecordBatch::try_new(rows.schema(), columns)?, targets, occasion)?;
        Ok(Acted { after, rules })
    }

    /// Leaves out objects for which rules and actions never agree: every run would write them again.
    fn without_contested(
        &mut self,
        settled: Settled,
        targets: &[Target],
        actions: &[&CompiledAction],
        occasion: Occasion,
    ) -> DataFusionResult<Settled> {
        let mut next = self.next_round(&settled.after, targets, occasion)?;
        if !next.writes_any() {
            return Ok(settled);
        }
        let mut again = BooleanArray::from(vec![false; settled.after.num_rows()]);
        for written in &next.written {
            again = or(&again, written)?;
        }
        for action in actions {
            let Acted { after, rules } = self.act(action, &next.after, targets)?;
            let columns = next.after.columns().iter().zip(after.columns());
            let columns =
                columns.map(|(before, after)| zip(&again, after, before)).collect::<Result<_, _>>()?;
            next.after = RecordBatch::try_new(next.after.schema(), columns)?;
            for (own, by) in next.rules.iter_mut().zip(&rules) {
                *own = zip(&and(&again, &is_not_null(by)?)?, by, own)?;
            }
        }
        for ((target, written), rules) in targets.iter().zip(&mut next.written).zip(&next.rules) {
            let index = self.evaluator.index(target.side, &target.property)?;
            let known = is_not_null(rules.as_primitive::<UInt16Type>())?;
            *written = distinct(next.after.column(index), settled.after.column(index), &and(&again, &known)?);
        }
        self.without_restless(settled, targets, &next)
    }
}
