//! Corrections of pairs whose own update was not written (R11): they are made of what that update would have written,
//! so they wait for the next run.

use std::{collections::HashSet, ops::Range};

use arrow::error::ArrowError;

use super::references::written_target;
use crate::{
    journal::{Change, ChangeStatus, Message, MessageLevel, RunReport, StepReport},
    mapping::{CompiledMapping, WriteAs},
    project::{Method, Side},
};

/// Code of what is told of corrections that are not written.
const SPARED: &str = "SW-R123";

/// The keys of both objects of a pair.
type Pair = [String; 2];

fn pair_of(change: &Change) -> Pair {
    [Side::Left, Side::Right].map(|side| {
        let values = change.key(side).iter().map(|(_, value)| value.to_string());
        values.collect::<Vec<_>>().join("\u{1f}")
    })
}

/// Pairs of which the pass at `own` was to update something and did not.
pub(super) fn unwritten_pairs(report: &RunReport, own: usize, prepared: &[CompiledMapping]) -> HashSet<Pair> {
    let (Some(step), Some(mapping)) = (report.steps.get(own), prepared.get(own)) else {
        return HashSet::new();
    };
    let statuses = step.changes.statuses();
    let is_unwritten = |index: &usize| {
        step.changes.method(*index) == Some(Method::Update)
            && statuses.get(*index) != Some(&ChangeStatus::Done)
    };
    (0..step.changes.len())
        .filter(is_unwritten)
        .filter_map(|index| step.changes.get(index))
        .filter(|change| !found_nobody(mapping, change))
        .map(|change| pair_of(&change))
        .collect()
}

/// Whether the update only sets references and members, and none of them was found: no correction waits for
/// that, or it might wait for ever.
fn found_nobody(mapping: &CompiledMapping, change: &Change) -> bool {
    let refers = |name: &String| {
        written_target(mapping, name)
            .is_some_and(|target| matches!(target.write_as, WriteAs::Reference { .. } | WriteAs::Members(_)))
    };
    change.status == ChangeStatus::NotWritten && change.properties.iter().all(|one| refers(&one.property))
}

/// The changes of a pass without those of these pairs, which are told and count as not written.
///
/// # Errors
///
/// If the change list cannot take the statuses.
pub(super) fn spare(
    pass: &mut StepReport,
    unwritten: &HashSet<Pair>,
) -> Result<Vec<Range<usize>>, ArrowError> {
    let end = pass.changes.len();
    let mut statuses = pass.changes.statuses();
    let (mut parts, mut begin) = (Vec::new(), 0);
    for (index, change) in pass.changes.iter().enumerate() {
        if !unwritten.contains(&pair_of(&change)) {
            continue;
        }
        parts.push(begin..index);
        begin = index + 1;
        if let Some(status) = statuses.get_mut(index) {
            *status = ChangeStatus::NotWritten;
        }
        pass.messages.push(Message {
            level: MessageLevel::Warning,
            code: SPARED.to_owned(),
            text: "not corrected, because the update of the same pair was not written and the correction is made of it; \
                   the next run looks again"
                .to_owned(),
            object: Some(change.display),
            property: None,
            rule: None,
        });
    }
    parts.push(begin..end);
    parts.retain(|part| !part.is_empty());
    pass.changes.set_statuses(&statuses)?;
    Ok(parts)
}
