//! Objects of which a virtual property cannot be read because its script fails on them (S9, E5): they are named and
//! left out, and never count as missing.
//!
//! If objects are matched by such a property, nobody knows which object of the other system belongs to them. So none
//! of the objects there that have no counterpart is inserted, deleted or marked.

use arrow::{
    array::{Array as _, BooleanArray, RecordBatch},
    compute::{filter_record_batch, not},
};
use datafusion::{
    error::Result as DataFusionResult,
    logical_expr::{Expr, lit},
};

use super::{changes::LeftOut, evaluate::Evaluator, reconcile::Reconciled};
use crate::{
    expr::property,
    journal::{Message, MessageLevel},
    mapping::{CompiledMapping, PAIR_COLUMN, UNMATCHABLE_COLUMN, UNREAD_COLUMN},
    project::Side,
    value::value_at,
};

/// Code of what is told of objects that cannot be read.
const UNREAD: &str = "SW-R112";
/// Code of what is told if nobody knows the counterparts of such objects.
const UNSURE: &str = "SW-R124";

const SIDES: [Side; 2] = [Side::Left, Side::Right];

/// True of rows of which a script could not read something; never NULL.
pub(super) fn is_unread(mapping: &CompiledMapping) -> Expr {
    scripted(mapping).map(|side| property(side, UNREAD_COLUMN).is_not_null()).fold(lit(false), Expr::or)
}

fn scripted(mapping: &CompiledMapping) -> impl Iterator<Item = Side> {
    SIDES.into_iter().filter(|side| mapping.class(*side).is_scripted())
}

/// Takes the objects that cannot be read out of `found`.
///
/// # Errors
///
/// What the engine reports.
pub(super) fn take_out(
    mapping: &CompiledMapping,
    evaluator: &Evaluator<'_>,
    found: &mut Reconciled,
) -> DataFusionResult<LeftOut> {
    let mut unread = LeftOut::default();
    if scripted(mapping).next().is_none() {
        return Ok(unread);
    }
    let mut taken = [0; 3];
    let parts = [&mut found.attention, &mut found.left_only, &mut found.right_only];
    for (part, taken) in parts.into_iter().zip(&mut taken) {
        let rows = evaluator.together(part)?;
        let (bad, rest) = evaluator.split(&is_unread(mapping), &rows)?;
        *taken = bad.num_rows() as u64;
        if *taken > 0 {
            tell(mapping, evaluator, &bad, &mut unread.objects)?;
            for side in SIDES {
                *found.unmatchable.of_mut(side) += unmatchable(mapping, evaluator, side, &bad)?;
            }
            *part = vec![rest];
        }
    }
    let [pairs, left, right] = taken;
    found.pairs -= pairs;
    found.raised.pairs += pairs;
    found.raised.left_only += left;
    found.raised.right_only += right;
    unread.objects.sort_by(|one, other| (&one.object, &one.text).cmp(&(&other.object, &other.text)));
    unread.consequences.extend(SIDES.into_iter().filter_map(|side| consequence(found, side)));
    Ok(unread)
}

fn tell(
    mapping: &CompiledMapping,
    evaluator: &Evaluator<'_>,
    rows: &RecordBatch,
    messages: &mut Vec<Message>,
) -> DataFusionResult<()> {
    let names = evaluator.values(&mapping.display(), rows)?;
    let errors = scripted(mapping)
        .map(|side| evaluator.values(&property(side, UNREAD_COLUMN), rows))
        .collect::<DataFusionResult<Vec<_>>>()?;
    messages.extend((0..rows.num_rows()).map(|row| {
        let errors = errors.iter().filter(|errors| errors.is_valid(row));
        let why: Vec<String> = errors.map(|errors| value_at(errors, row).to_string()).collect();
        Message {
            level: MessageLevel::Error,
            code: UNREAD.to_owned(),
            text: format!("{}; the object is left out", why.join("; ")),
            object: Some(value_at(&names, row).to_string()),
            property: None,
            rule: None,
        }
    }));
    Ok(())
}

/// How many of the objects on `side` nobody knows the counterpart of; remembered pairs are known.
fn unmatchable(
    mapping: &CompiledMapping,
    evaluator: &Evaluator<'_>,
    side: Side,
    rows: &RecordBatch,
) -> DataFusionResult<u64> {
    if !mapping.class(side).is_matched_by_script() {
        return Ok(0);
    }
    let unmatchable = evaluator.holds(&property(side, UNMATCHABLE_COLUMN).is_true(), rows)?;
    let unmatchable = filter_record_batch(rows, &unmatchable)?;
    let numbers = SIDES.map(|side| evaluator.index(side, PAIR_COLUMN));
    let known = match numbers {
        [Ok(_), Ok(_)] => {
            let [left, right] = SIDES.map(|side| property(side, PAIR_COLUMN));
            evaluator.holds(&left.eq(right), &unmatchable)?
        }
        _ => BooleanArray::from(vec![false; unmatchable.num_rows()]),
    };
    Ok(not(&known)?.true_count() as u64)
}

fn consequence(found: &Reconciled, side: Side) -> Option<Message> {
    let unmatchable = *found.unmatchable.of(side);
    let alone = match side.other() {
        Side::Left => &found.left_only,
        Side::Right => &found.right_only,
    };
    let alone: usize = alone.iter().map(RecordBatch::num_rows).sum();
    (unmatchable > 0 && alone > 0).then(|| Message {
        level: MessageLevel::Error,
        code: UNSURE.to_owned(),
        text: format!(
            "{unmatchable} objects of the {} cannot be matched, because scripts that read their matching properties \
             fail: their counterparts may be among the {alone} objects of the {} without one, so nothing is inserted, \
             deleted or marked for these. Correct the objects, or the scripts",
            side.system_name(),
            side.other().system_name()
        ),
        object: None,
        property: None,
        rule: None,
    })
}
