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
    array::{ArrayRef, BooleanArray, RecordBatch},
    compute::{and, filter_record_batch, not, or},
};
use datafusion::{error::Result as DataFusionResult, logical_expr::Expr};

use super::{
    apply::{Applied, Applier, Stopped},
    evaluate::Evaluator,
    source::label_key,
};
use crate::{
    journal::{ChangeList, Message, MessageLevel},
    mapping::{BusyRules, CompiledMapping, Target},
    project::Side,
    value::value_at,
};

/// Rows without those that are left out because they are busy.
pub struct Free {
    /// The rows that go on.
    pub rows: RecordBatch,
    /// How many were left out.
    pub busy: u64,
    /// What there is to say about them, in any order.
    pub messages: Vec<Message>,
}

impl Free {
    const fn all(rows: RecordBatch) -> Self {
        Self { rows, busy: 0, messages: Vec::new() }
    }
}

/// Leaves out pairs that need attention and of which nothing may be written now.
///
/// A pair for which only some rules are held back goes on with the others, and is named. `labelled` is true of
/// pairs labelled as outstanding; `names` gives what people call the objects.
///
/// # Errors
///
/// What the engine reports.
pub fn free_pairs(
    evaluator: &Evaluator<'_>,
    mapping: &CompiledMapping,
    rows: RecordBatch,
    labelled: &Expr,
    names: impl Fn(&RecordBatch) -> DataFusionResult<ArrayRef>,
) -> DataFusionResult<Free> {
    let Some(rules) = &mapping.busy else { return Ok(Free::all(rows)) };
    let busy = evaluator.holds(&BusyRules::is_busy(), &rows)?;
    let (told, left_out) = if rules.none_applies {
        (busy.clone(), busy)
    } else {
        let held_back = evaluator.holds(&rules.held_back, &rows)?;
        let mut goes_on = evaluator.holds(labelled, &rows)?;
        for target in &mapping.updates {
            goes_on = or(&goes_on, &evaluator.holds(&Target::needs_attention(target), &rows)?)?;
        }
        let left_out = and(&held_back, &not(&goes_on)?)?;
        (held_back, left_out)
    };
    let messages = messages(evaluator, &filter_record_batch(&rows, &told)?, names)?;
    leave_out(rows, &left_out, messages)
}

/// Leaves out lone objects that are busy, unless every rule applies to busy objects.
///
/// # Errors
///
/// What the engine reports.
pub fn free_lone(
    evaluator: &Evaluator<'_>,
    mapping: &CompiledMapping,
    rows: RecordBatch,
    names: impl Fn(&RecordBatch) -> DataFusionResult<ArrayRef>,
) -> DataFusionResult<Free> {
    match &mapping.busy {
        Some(rules) if !rules.all_apply => {
            let busy = evaluator.holds(&BusyRules::is_busy(), &rows)?;
            let messages = messages(evaluator, &filter_record_batch(&rows, &busy)?, names)?;
            leave_out(rows, &busy, messages)
        }
        _ => Ok(Free::all(rows)),
    }
}

fn leave_out(rows: RecordBatch, left_out: &BooleanArray, messages: Vec<Message>) -> DataFusionResult<Free> {
    let busy = left_out.true_count() as u64;
    let rows = if busy == 0 { rows } else { filter_record_batch(&rows, &not(left_out)?)? };
    Ok(Free { rows, busy, messages })
}

fn messages(
    evaluator: &Evaluator<'_>,
    rows: &RecordBatch,
    names: impl Fn(&RecordBatch) -> DataFusionResult<ArrayRef>,
) -> DataFusionResult<Vec<Message>> {
    if rows.num_rows() == 0 {
        return Ok(Vec::new());
    }
    let (names, reasons) = (names(rows)?, evaluator.values(&BusyRules::reason(), rows)?);
    let message = |row| left_alone(&value_at(&names, row).to_string(), &value_at(&reasons, row).to_string());
    Ok((0..rows.num_rows()).map(message).collect())
}

fn left_alone(object: &str, why: &str) -> Message {
    Message {
        level: MessageLevel::Info,
        code: "SW-R107".to_owned(),
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
            let found = self.journal.busy_among(side, schema_type, &own)?;
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
