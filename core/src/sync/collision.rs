//! Collision detection (R5, F6): objects that are busy are left alone and tried again in the next run.
//!
//! *Before mapping*: which objects are busy is read together with the objects. Rules that apply to busy objects
//! run, the others are held back; inserting, deleting and labelling concern an object as a whole and are done
//! only if every rule applies. Busy objects still match, so their partners are not taken for lone ones.
//!
//! *Before saving*: right before a batch is written its objects are looked up again; busy ones are left out,
//! whatever the rules say.

use std::{collections::HashMap, ops::Range};

use arrow::{
    array::{BooleanArray, RecordBatch},
    compute::{and, filter_record_batch, not, or},
};
use datafusion::{error::Result as DataFusionResult, logical_expr::Expr};

use super::{
    apply::{Applied, Applier, Stopped},
    changes::Planner,
    source::label_key,
};
use crate::{
    journal::{BusyReason, ChangeList, Message, MessageLevel},
    mapping::BusyRules,
    project::Side,
    value::value_at,
};

/// Code of what is told of busy objects.
pub const BUSY: &str = "SW-R107";

impl Planner<'_> {
    /// Leaves out pairs that need attention and of which nothing may be written now.
    ///
    /// A pair for which only some rules are held back goes on with the others, and is named. `labelled` is true of
    /// pairs that have something to be done besides what rules write.
    ///
    /// # Errors
    ///
    /// What the engine reports.
    pub(super) fn without_busy_pairs(
        &mut self,
        rows: RecordBatch,
        labelled: &Expr,
    ) -> DataFusionResult<RecordBatch> {
        let Some(rules) = self.mapping.busy else { return Ok(rows) };
        let targets = &self.mapping.updates;
        let held_back = self.evaluator.holds(&BusyRules::held_back(targets), &rows)?;
        let labelled = self.evaluator.holds(labelled, &rows)?;
        let (told, left_out) = if rules.none_applies {
            let busy = self.evaluator.holds(&BusyRules::is_busy(), &rows)?;
            let concerned = and(&busy, &or(&held_back, &labelled)?)?;
            (concerned.clone(), concerned)
        } else {
            let mut goes_on = labelled;
            for target in targets {
                goes_on = or(&goes_on, &self.evaluator.holds(&target.needs_attention(), &rows)?)?;
            }
            let left_out = and(&held_back, &not(&goes_on)?)?;
            (held_back, left_out)
        };
        self.tell_busy(&filter_record_batch(&rows, &told)?)?;
        self.leave_out_busy(rows, &left_out)
    }

    /// Leaves out lone objects that are busy, unless every rule applies to busy objects.
    ///
    /// # Errors
    ///
    /// What the engine reports.
    pub(super) fn without_busy_lone(&mut self, rows: RecordBatch) -> DataFusionResult<RecordBatch> {
        match self.mapping.busy {
            Some(rules) if !rules.all_apply => {
                let busy = self.evaluator.holds(&BusyRules::is_busy(), &rows)?;
                self.tell_busy(&filter_record_batch(&rows, &busy)?)?;
                self.leave_out_busy(rows, &busy)
            }
            _ => Ok(rows),
        }
    }

    fn leave_out_busy(
        &mut self,
        rows: RecordBatch,
        left_out: &BooleanArray,
    ) -> DataFusionResult<RecordBatch> {
        let busy = left_out.true_count() as u64;
        self.situations.busy += busy;
        if busy == 0 { Ok(rows) } else { Ok(filter_record_batch(&rows, &not(left_out)?)?) }
    }

    fn tell_busy(&mut self, rows: &RecordBatch) -> DataFusionResult<()> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let (names, reasons) = (self.display(rows)?, self.evaluator.values(&BusyRules::reason(), rows)?);
        let message =
            |row| left_alone(&value_at(&names, row).to_string(), &value_at(&reasons, row).to_string());
        self.messages.extend((0..rows.num_rows()).map(message));
        Ok(())
    }
}

fn left_alone(object: &str, why: &str) -> Message {
    Message {
        level: MessageLevel::Info,
        code: BUSY.to_owned(),
        text: format!("left alone until the next run, because it is busy: {why}"),
        object: Some(object.to_owned()),
        property: None,
        rule: None,
    }
}

impl Applier<'_> {
    /// The changes of a batch without those of objects that are busy now; these are named and stay unwritten.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn free_of_collisions(
        &mut self,
        changes: &ChangeList,
        range: Range<usize>,
        applied: &mut Applied,
    ) -> Result<Vec<usize>, Stopped> {
        if !self.check_busy {
            return Ok(range.collect());
        }
        let mut keys: Vec<(usize, String, [String; 2])> = Vec::new();
        for index in range {
            let Some(change) = changes.get(index) else { continue };
            keys.push((index, change.display, [label_key(&change.left_key), label_key(&change.right_key)]));
        }
        let mut busy: [HashMap<String, String>; 2] = [HashMap::new(), HashMap::new()];
        for (at, side) in [Side::Left, Side::Right].into_iter().enumerate() {
            let own: Vec<String> = keys.iter().map(|(_, _, keys)| keys[at].clone()).collect();
            let schema_type = &self.mapping.class(side).schema_type.name;
            let mut found = self.journal.busy_among(side, schema_type, &own)?;
            if let (Side::Left, Some(wanted)) = (side, self.wanted) {
                let waits = BusyReason::PendingProvisioning;
                found.retain(|object| object.reason != waits || !wanted.contains(&object.key));
            }
            busy[at] = found.into_iter().map(|object| (object.key.clone(), object.why())).collect();
        }
        let mut free = Vec::with_capacity(keys.len());
        for (index, name, keys) in keys {
            match keys.iter().zip(&busy).find_map(|(key, busy)| busy.get(key)) {
                Some(why) => applied.messages.push(left_alone(&name, why)),
                None => free.push(index),
            }
        }
        Ok(free)
    }
}
