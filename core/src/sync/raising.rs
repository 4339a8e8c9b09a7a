//! Objects on which an expression raises an error: a division by zero, a function that refuses its value (R20).
//!
//! The engine evaluates batches and names no row. So when a plan fails, the rows at fault are searched for by
//! halves; they are named and left out, and the others are planned again.

use arrow::array::RecordBatch;
use datafusion::error::{DataFusionError, Result as DataFusionResult};

use super::{changes::LeftOut, evaluate::Evaluator, reconcile::Reconciled, unread};
use crate::{
    journal::{Message, MessageLevel},
    mapping::CompiledMapping,
    project::Side,
    value::value_at,
};

/// Code of what is told of objects on which an expression fails.
pub(super) const RAISING: &str = "SW-R121";
/// If more objects fail, the rule is wrong and not its objects: the step ends.
const AT_MOST: usize = 100;
/// What is said instead of a reason that may quote sensitive values.
const HIDDEN: &str = "the engine's reason may quote sensitive values and is not shown";

/// Where reconciled objects are.
#[derive(Clone, Copy)]
enum Part {
    Pairs,
    LeftOnly,
    RightOnly,
}

const PARTS: [Part; 3] = [Part::Pairs, Part::LeftOnly, Part::RightOnly];

/// Plans, without the objects on which an expression fails, and those that cannot be read; they are taken out of
/// `found` and told.
///
/// # Errors
///
/// What the engine reports, if it is not about single objects or about too many of them.
pub(super) fn plan_without_raising<T>(
    mapping: &CompiledMapping,
    evaluator: &Evaluator<'_>,
    found: &mut Reconciled,
    plan: impl Fn(&Reconciled) -> DataFusionResult<T>,
) -> DataFusionResult<(T, LeftOut)> {
    let mut left_out = unread::take_out(mapping, evaluator, found)?;
    let error = match plan(found) {
        Ok(planned) => return Ok((planned, left_out)),
        Err(error) => error,
    };
    let mut messages = Vec::new();
    for part in PARTS {
        let batches = std::mem::take(found.part(part));
        let mut search = Search { good: Vec::new(), raising: Vec::new(), left: AT_MOST + 1 };
        for batch in batches {
            search.halve(batch, &|rows| plan(&found.only(part, rows)).map(drop));
        }
        found.raised(part, search.raising.len() as u64);
        *found.part(part) = search.good;
        if search.left == 0 {
            return Err(shown(mapping, error));
        }
        for (row, error) in &search.raising {
            messages.push(told(mapping, evaluator, row, error)?);
        }
    }
    if messages.is_empty() {
        return Err(shown(mapping, error));
    }
    messages.sort_by(|one, other| one.object.cmp(&other.object));
    let planned = plan(found).map_err(|error| shown(mapping, error))?;
    left_out.objects.extend(messages);
    Ok((planned, left_out))
}

struct Search {
    good: Vec<RecordBatch>,
    raising: Vec<(RecordBatch, DataFusionError)>,
    /// How many more objects may fail.
    left: usize,
}

impl Search {
    fn halve(&mut self, rows: RecordBatch, attempt: &impl Fn(RecordBatch) -> DataFusionResult<()>) {
        if rows.num_rows() == 0 || self.left == 0 {
            return;
        }
        match attempt(rows.clone()) {
            Ok(()) => self.good.push(rows),
            Err(error) if rows.num_rows() == 1 => {
                self.raising.push((rows, error));
                self.left -= 1;
            }
            Err(_) => {
                let half = rows.num_rows() / 2;
                self.halve(rows.slice(0, half), attempt);
                self.halve(rows.slice(half, rows.num_rows() - half), attempt);
            }
        }
    }
}

/// The engine's text may quote a value, and nobody knows of which property.
fn may_quote(mapping: &CompiledMapping) -> bool {
    ![Side::Left, Side::Right]
        .into_iter()
        .any(|side| mapping.class(side).schema_type.properties.iter().any(|property| property.sensitive))
}

fn shown(mapping: &CompiledMapping, error: DataFusionError) -> DataFusionError {
    if may_quote(mapping) { error } else { DataFusionError::Execution(HIDDEN.to_owned()) }
}

fn told(
    mapping: &CompiledMapping,
    evaluator: &Evaluator<'_>,
    row: &RecordBatch,
    error: &DataFusionError,
) -> DataFusionResult<Message> {
    let why =
        if may_quote(mapping) { format!(": {}", error.strip_backtrace()) } else { format!(" ({HIDDEN})") };
    Ok(Message {
        level: MessageLevel::Error,
        code: RAISING.to_owned(),
        text: format!(
            "a formula or condition of the mapping fails on the object{why}; the object is left out. Give the \
             expression a case for such values, for example with CASE, NULLIF or TRY_CAST"
        ),
        object: Some(value_at(&evaluator.values(&mapping.display(), row)?, 0).to_string()),
        property: None,
        rule: None,
    })
}

impl Reconciled {
    fn part(&mut self, part: Part) -> &mut Vec<RecordBatch> {
        match part {
            Part::Pairs => &mut self.attention,
            Part::LeftOnly => &mut self.left_only,
            Part::RightOnly => &mut self.right_only,
        }
    }

    fn raised(&mut self, part: Part, objects: u64) {
        match part {
            Part::Pairs => {
                self.pairs -= objects;
                self.raised.pairs += objects;
            }
            Part::LeftOnly => self.raised.left_only += objects,
            Part::RightOnly => self.raised.right_only += objects,
        }
    }

    /// As if only these objects had been found.
    fn only(&self, part: Part, rows: RecordBatch) -> Self {
        let mut only = Self::none(&self.schema);
        if matches!(part, Part::Pairs) {
            only.pairs = rows.num_rows() as u64;
        }
        only.unmatchable = self.unmatchable;
        only.part(part).push(rows);
        only
    }
}
