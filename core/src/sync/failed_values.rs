//! Objects whose value a rule cannot make or refuses: they are logged and left out, the run goes on (R20).

use std::collections::HashSet;

use arrow::{
    array::{AsArray, BooleanArray, RecordBatch},
    compute::{filter_record_batch, not, or},
    datatypes::UInt16Type,
};
use datafusion::error::Result as DataFusionResult;

use super::changes::Planner;
use crate::{
    journal::{Message, MessageLevel},
    mapping::{Arm, FailureKind, Target},
    value::{Value, value_at},
};

pub(super) use crate::value::MASK;

impl Planner<'_> {
    /// Rows without those where a rule cannot make its value; each is logged with rule and value.
    pub(super) fn without_failed_values(
        &mut self,
        rows: RecordBatch,
        targets: &[Target],
    ) -> DataFusionResult<RecordBatch> {
        let failed = self.tell_failed_values(&rows, targets)?;
        if failed.true_count() == 0 {
            return Ok(rows);
        }
        self.situations.skipped += failed.true_count() as u64;
        Ok(filter_record_batch(&rows, &not(&failed)?)?)
    }

    /// Where a rule cannot make its value; each is logged with rule and value.
    pub(super) fn tell_failed_values(
        &mut self,
        rows: &RecordBatch,
        targets: &[Target],
    ) -> DataFusionResult<BooleanArray> {
        let mut failed = BooleanArray::from(vec![false; rows.num_rows()]);
        // A rule that writes several columns fails for all of them.
        let mut told = HashSet::new();
        for target in targets.iter().filter(|target| target.arms.iter().any(|arm| !arm.failures.is_empty())) {
            let mask = self.evaluator.holds(&target.failed(), rows)?;
            if mask.true_count() > 0 {
                self.tell_failures(target, rows, &mask, &mut told)?;
                failed = or(&failed, &mask)?;
            }
        }
        Ok(failed)
    }

    fn tell_failures(
        &mut self,
        target: &Target,
        all: &RecordBatch,
        failed: &BooleanArray,
        told: &mut HashSet<(usize, u16)>,
    ) -> DataFusionResult<()> {
        let rows = &filter_record_batch(all, failed)?;
        let names = self.display(rows)?;
        let rules = self.evaluator.values(&target.rule(), rows)?;
        let rules = rules.as_primitive::<UInt16Type>();
        for (row, in_all) in failed.values().set_indices().enumerate() {
            let position = rules.value(row);
            if !told.insert((in_all, position)) {
                continue;
            }
            let Some(arm) = target.arms.iter().find(|arm| arm.rule == position) else { continue };
            let (code, text) = self.failure_text(target, arm, &rows.slice(row, 1))?;
            self.messages.push(Message {
                level: MessageLevel::Error,
                code: code.to_owned(),
                text: format!("{text}; the object is left out"),
                object: Some(value_at(&names, row).to_string()),
                property: Some(target.property.clone()),
                rule: self.mapping.rule_names.get(usize::from(position)).cloned(),
            });
        }
        Ok(())
    }

    /// Code and text of what went wrong first, for one row.
    fn failure_text(
        &self,
        target: &Target,
        arm: &Arm,
        row: &RecordBatch,
    ) -> DataFusionResult<(&'static str, String)> {
        for failure in &arm.failures {
            if self.evaluator.holds(&failure.holds, row)?.true_count() == 0 {
                continue;
            }
            let about = match &failure.kind {
                FailureKind::Validation(_) => &arm.value,
                FailureKind::Script(error) => error.as_ref(),
                _ => &arm.source,
            };
            let value = value_at(&self.evaluator.values(about, row)?, 0);
            return Ok(describe(&failure.kind, target, &value));
        }
        Ok(("SW-R102", "the value cannot be made".to_owned()))
    }
}

/// Code and text of what went wrong with a value.
pub(super) fn describe(kind: &FailureKind, target: &Target, value: &Value) -> (&'static str, String) {
    let shown = if target.secret { MASK.to_owned() } else { value.to_string() };
    match kind {
        FailureKind::Conversion => {
            ("SW-R102", format!("“{shown}” cannot become a {}", target.value_type.label()))
        }
        FailureKind::SeveralValues => {
            ("SW-R108", format!("the source has several values, {} takes one: “{shown}”", target.property))
        }
        FailureKind::Lookup => ("SW-R109", format!("the value list has no entry for “{shown}”")),
        FailureKind::Validation(message) if message.is_empty() => {
            ("SW-R110", format!("the validation refuses “{shown}”"))
        }
        FailureKind::Script(_) if target.secret => {
            ("SW-R112", "a script failed; it sees sensitive values, so its reason is not shown".to_owned())
        }
        FailureKind::Script(_) => ("SW-R112", value.to_string()),
        FailureKind::Validation(message) => ("SW-R110", format!("“{shown}”: {message}")),
        FailureKind::RuleAbove(rule) => (
            "SW-R102",
            format!("a script reads what rule “{rule}” gives, and that cannot be made or is refused"),
        ),
    }
}
