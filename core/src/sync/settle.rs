//! Changes that come to rest (DESIGN, engine semantics 1): once they are written, the next run finds nothing to do.
//!
//! Rules may read what rules write. So they are evaluated again on the objects as they will be, until nothing
//! changes any more. Objects for which that never happens are named and left out, and so are those that the next run
//! would not find (see [`super::lost`]): they would be written in every run.

use std::collections::{BTreeSet, HashMap};

use arrow::{
    array::{Array, ArrayRef, AsArray as _, BooleanArray, RecordBatch},
    compute::kernels::zip::zip,
    compute::{
        and_not, cast, filter, filter_record_batch, interleave_record_batch, is_not_null, not, nullif, or,
    },
    datatypes::{UInt16Type, UInt32Type},
};
use datafusion::error::Result as DataFusionResult;

use super::changes::Planner;
use crate::{
    connect::ROW_COLUMN,
    journal::{Message, MessageLevel},
    mapping::{Occasion, Target},
    project::Side,
    value::value_at,
};

/// Code of what is told of objects that rules would write in every run.
const RESTLESS: &str = "SW-R119";

/// Objects and what they will be.
pub(super) struct Settled {
    /// As they were read.
    pub before: RecordBatch,
    /// As they will be.
    pub after: RecordBatch,
    /// For every target the rule that gives the value; NULL where the property is not written.
    pub rules: Vec<ArrayRef>,
}

impl Settled {
    pub(super) fn filtered(self, keep: &BooleanArray) -> DataFusionResult<Self> {
        Ok(Self {
            before: filter_record_batch(&self.before, keep)?,
            after: filter_record_batch(&self.after, keep)?,
            rules: self.rules.iter().map(|rules| filter(rules, keep)).collect::<Result<_, _>>()?,
        })
    }

    /// Without the objects of which nothing is written.
    pub(super) fn written_only(self) -> DataFusionResult<Self> {
        let mut any = BooleanArray::from(vec![false; self.after.num_rows()]);
        for rules in &self.rules {
            any = or(&any, &is_not_null(rules)?)?;
        }
        self.filtered(&any)
    }
}

/// What evaluating the rules once gives.
pub(super) struct Round {
    pub after: RecordBatch,
    /// Per target, where a rule writes the property; an update only where it differs.
    pub written: Vec<BooleanArray>,
    /// Per target the rule that gives the value.
    pub rules: Vec<ArrayRef>,
}

impl Round {
    pub(super) fn writes_any(&self) -> bool {
        self.written.iter().any(|written| written.true_count() > 0)
    }
}

impl Planner<'_> {
    /// What the rules make of the objects; those that would not come to rest are told and left out.
    ///
    /// # Errors
    ///
    /// What the engine reports.
    pub(super) fn settle(&mut self, rows: RecordBatch, occasion: Occasion) -> DataFusionResult<Settled> {
        let mapping = self.mapping;
        let targets = mapping.targets_on(occasion);
        let first = self.round(&rows, targets, occasion)?;
        let rules = first.rules.iter().zip(&first.written);
        let rules = rules.map(|(rules, written)| nullif(rules, &not(written)?)).collect::<Result<_, _>>()?;
        let mut settled = Settled { before: rows, after: first.after, rules };
        if self.reads_what_is_written(targets, occasion) {
            settled = self.until_at_rest(settled, targets, occasion)?;
        }
        settled = self.with_actions(settled, targets, occasion)?;
        settled = self.without_undone(settled)?;
        let settled = self.without_outsiders(settled, targets, occasion)?;
        self.without_lost(settled, targets, occasion)
    }

    /// Evaluates the rules once, on the objects as they are in `rows`.
    fn round(&self, rows: &RecordBatch, targets: &[Target], occasion: Occasion) -> DataFusionResult<Round> {
        let mut columns = rows.columns().to_vec();
        let (mut all_written, mut all_rules) = (Vec::new(), Vec::new());
        for target in targets {
            let index = self.evaluator.index(target.side, &target.property)?;
            let current = rows.column(index);
            let rules = self.evaluator.values(&target.rule(), rows)?;
            let written = match occasion {
                // A new object gets an empty value, too.
                Occasion::Insert => is_not_null(&rules)?,
                _ => self.evaluator.holds(&target.differs().and(target.writes()), rows)?,
            };
            let value = cast(&self.evaluator.values(&target.value(), rows)?, current.data_type())?;
            if let Some(column) = columns.get_mut(index) {
                *column = zip(&written, &value, current)?;
            }
            all_written.push(written);
            all_rules.push(rules);
        }
        let after = self.with_made(RecordBatch::try_new(rows.schema(), columns)?, targets, occasion)?;
        Ok(Round { after, written: all_written, rules: all_rules })
    }

    /// The objects with what virtual properties are, once `targets` are written as in `rows`.
    pub(super) fn with_made(
        &self,
        rows: RecordBatch,
        targets: &[Target],
        occasion: Occasion,
    ) -> DataFusionResult<RecordBatch> {
        let mut columns = rows.columns().to_vec();
        for class in [&self.mapping.left, &self.mapping.right] {
            for (name, value) in class.follows(targets, occasion) {
                let index = self.evaluator.index(class.side, name)?;
                let made = self.evaluator.values(value, &rows)?;
                if let Some(column) = columns.get_mut(index) {
                    *column = cast(&made, column.data_type())?;
                }
            }
        }
        Ok(RecordBatch::try_new(rows.schema(), columns)?)
    }

    /// Whether rules decide by what rules write.
    fn reads_what_is_written(&self, targets: &[Target], occasion: Occasion) -> bool {
        let written: BTreeSet<&String> = targets.iter().map(|target| &target.property).collect();
        targets
            .iter()
            .flat_map(|target| target.arms.iter().map(|arm| (self.mapping.class(target.side), arm)))
            .flat_map(|(class, arm)| {
                arm.reads_back.iter().map(move |name| class.made_from(name, targets, occasion))
            })
            .any(|columns| columns.iter().any(|name| written.contains(name)))
    }

    /// Another round, which counts as written only what it changes.
    pub(super) fn next_round(
        &self,
        rows: &RecordBatch,
        targets: &[Target],
        occasion: Occasion,
    ) -> DataFusionResult<Round> {
        let mut next = self.round(rows, targets, occasion)?;
        if occasion == Occasion::Insert {
            for (target, written) in targets.iter().zip(&mut next.written) {
                let index = self.evaluator.index(target.side, &target.property)?;
                *written = distinct(next.after.column(index), rows.column(index), written);
            }
        }
        Ok(next)
    }

    /// A chain of rules, each of which reads what the one before it writes, is as long as there are targets.
    fn until_at_rest(
        &mut self,
        mut settled: Settled,
        targets: &[Target],
        occasion: Occasion,
    ) -> DataFusionResult<Settled> {
        for _ in targets {
            let failed = self.tell_failed_values(&settled.after, targets)?;
            self.situations.skipped += failed.true_count() as u64;
            settled = settled.filtered(&not(&failed)?)?;
            let next = self.next_round(&settled.after, targets, occasion)?;
            if !next.writes_any() {
                break;
            }
            for ((rules, by), written) in settled.rules.iter_mut().zip(&next.rules).zip(&next.written) {
                *rules = zip(written, by, rules)?;
            }
            settled.after = next.after;
        }
        let next = self.next_round(&settled.after, targets, occasion)?;
        let settled = self.without_restless(settled, targets, &next)?;
        match occasion {
            Occasion::Insert => Ok(settled),
            _ => self.without_what_came_back(settled, targets),
        }
    }

    /// Properties that hold in the end what they held before are not written.
    pub(super) fn without_what_came_back(
        &self,
        mut settled: Settled,
        targets: &[Target],
    ) -> DataFusionResult<Settled> {
        for (target, rules) in targets.iter().zip(&mut settled.rules) {
            let index = self.evaluator.index(target.side, &target.property)?;
            let written = is_not_null(rules)?;
            let changed = distinct(settled.after.column(index), settled.before.column(index), &written);
            *rules = nullif(rules, &not(&changed)?)?;
        }
        Ok(settled)
    }

    /// Leaves out, after rules of the opposite direction, whatever other rules would undo or write on.
    fn without_undone(&mut self, settled: Settled) -> DataFusionResult<Settled> {
        let rest = &self.mapping.rest;
        if rest.all.is_empty() || settled.after.num_rows() == 0 {
            return Ok(settled);
        }
        let before = self.round(&settled.before, &rest.all, Occasion::Update)?;
        let forced = self.round(&settled.after, &rest.forced, Occasion::Forced)?;
        let mut next = self.round(&forced.after, &rest.all, Occasion::Update)?;
        for ((target, written), before) in rest.all.iter().zip(&mut next.written).zip(&before.written) {
            // What other rules would have written anyway is not the fault of these.
            if !self.mapping.updates.iter().any(|own| same_rules(own, target)) {
                *written = and_not(written, before)?;
            }
        }
        self.without_restless(settled, &rest.all, &next)
    }

    pub(super) fn without_restless(
        &mut self,
        settled: Settled,
        targets: &[Target],
        next: &Round,
    ) -> DataFusionResult<Settled> {
        let mut told = BooleanArray::from(vec![false; settled.after.num_rows()]);
        for ((target, written), rules) in targets.iter().zip(&next.written).zip(&next.rules) {
            if written.true_count() == 0 {
                continue;
            }
            let names = self.display(&settled.before)?;
            let rules = rules.as_primitive::<UInt16Type>();
            for row in (0..written.len()).filter(|row| written.value(*row) && !told.value(*row)) {
                let rule = self.mapping.rule_names.get(usize::from(rules.value(row)));
                self.messages.push(Message {
                    level: MessageLevel::Error,
                    code: RESTLESS.to_owned(),
                    text: format!(
                        "every run would write {} of the {} again, because rules of the mapping change what it \
                         depends on; the object is left out. Let one rule own the property, or give the rules \
                         conditions that exclude each other",
                        target.property,
                        target.side.system_name()
                    ),
                    object: Some(value_at(&names, row).to_string()),
                    property: Some(target.property.clone()),
                    rule: rule.cloned(),
                });
            }
            told = or(&told, written)?;
        }
        self.situations.skipped += told.true_count() as u64;
        settled.filtered(&not(&told)?)
    }

    /// `rows` with those that are also in `written`, which have what was planned for them.
    ///
    /// # Errors
    ///
    /// What the engine reports.
    pub(super) fn as_written(
        &self,
        rows: &RecordBatch,
        written: &[RecordBatch],
    ) -> DataFusionResult<RecordBatch> {
        let index = self.evaluator.index(Side::Left, ROW_COLUMN)?;
        let mut places = HashMap::new();
        for (number, batch) in written.iter().enumerate() {
            let rows = batch.column(index).as_primitive::<UInt32Type>().values();
            places.extend(rows.iter().enumerate().map(|(row, object)| (*object, (number + 1, row))));
        }
        let objects = rows.column(index).as_primitive::<UInt32Type>().values();
        let from: Vec<(usize, usize)> = objects
            .iter()
            .enumerate()
            .map(|(row, object)| places.get(object).copied().unwrap_or((0, row)))
            .collect();
        let batches: Vec<&RecordBatch> = std::iter::once(rows).chain(written).collect();
        Ok(interleave_record_batch(&batches, &from)?)
    }
}

fn same_rules(one: &Target, other: &Target) -> bool {
    let rules = |target: &Target| target.arms.iter().map(|arm| arm.rule).collect::<Vec<_>>();
    one.side == other.side && one.property == other.property && rules(one) == rules(other)
}

/// Where `mask` holds and the two values are not the same.
pub(super) fn distinct(one: &dyn Array, other: &dyn Array, mask: &BooleanArray) -> BooleanArray {
    (0..one.len()).map(|row| Some(mask.value(row) && value_at(one, row) != value_at(other, row))).collect()
}
