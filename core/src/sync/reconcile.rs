//! Reconciliation: both classes → pairs, differences and lone objects, as one plan per matching rule (M2–M5).
//!
//! ```text
//! left class, kept as read ── keys, places ─┐
//!                                           ├─ full join ─▶ gather left values, compare
//! right class, streamed ────────────────────┘                │
//!                     pairs: count candidates, keep those that need attention
//!                     lone objects ─▶ the next rule, at last: situations
//! ```
//!
//! Only rows that need attention leave the stream; of an equal pair nothing stays but two row numbers.

use std::{error::Error, ops::Range, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch},
    compute::{and, and_not, concat, filter_record_batch, is_not_null, prep_null_mask_filter},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use datafusion::{
    common::{DFSchema, DFSchemaRef, TableReference},
    datasource::{MemTable, provider_as_source},
    error::{DataFusionError, Result as DataFusionResult},
    execution::SendableRecordBatchStream,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder},
    physical_plan::execute_stream_partitioned,
    prelude::{SessionConfig, SessionContext},
};
use futures::{
    StreamExt as _,
    future::{AbortHandle, Aborted, abortable},
};
use tokio::{runtime::Handle, task::JoinHandle};

use super::{
    ambiguous::{name_ambiguous, told},
    candidates::{count_candidates, row_numbers, without_ambiguous},
    doubtful::{Ambiguous, hold_back_doubtful},
    held::{Held, nullable, slim},
    noted::{ForMemory, Noted},
    started::start,
    unread::is_unread,
};
use crate::{
    expr::{Prepared, property, qualifier},
    mapping::{
        BusyRules, CompiledMapping, CompiledMatch, OUTSTANDING_COLUMN, Opposite, PAIR_COLUMN, TableSource,
        WANTED_COLUMN,
    },
    project::Side,
};

/// Name of the pass that joins remembered pairs, in place of a rule's.
const REMEMBERED: &str = "remembered pairs";

const ATTENTION_COLUMN: &str = "__attention";

/// A session of the engine that works with `threads` threads.
#[must_use]
pub fn session(threads: usize) -> SessionContext {
    let config = SessionConfig::new()
        .with_target_partitions(threads)
        // Dealing the objects of both sides out by their keys copies each of them twice, which takes longer
        // than what several threads gain by building the hash table together.
        .with_repartition_joins(false)
        // The central side is the one that is kept, however large it is beside the other one.
        .set_bool("datafusion.optimizer.join_reordering", false)
        .with_information_schema(false)
        .set_bool("datafusion.sql_parser.enable_ident_normalization", false);
    SessionContext::new_with_config(config)
}

/// What reconciliation found.
#[derive(Debug)]
pub struct Reconciled {
    /// Schema of all batches: left properties, right properties, attention flag.
    pub schema: DFSchemaRef,
    /// Unambiguous pairs.
    pub pairs: u64,
    /// Those of them that differ, cannot be converted, or are labelled as outstanding.
    pub attention: Vec<RecordBatch>,
    /// Objects without counterpart in the target system.
    pub left_only: Vec<RecordBatch>,
    /// Objects without counterpart in the central system.
    pub right_only: Vec<RecordBatch>,
    /// Central objects with more than one candidate, or that share one.
    pub ambiguous_left: u64,
    /// The same of the target system.
    pub ambiguous_right: u64,
    /// Their names, candidates of one another together.
    pub ambiguous: Vec<AmbiguousGroup>,
    /// What there is to know for remembering pairs; empty if the mapping remembers none.
    pub for_memory: ForMemory,
    /// Objects on which an expression fails; they are in nothing of the above.
    pub raised: Raised,
    /// Objects of which nobody knows the counterpart, because scripts fail on their matching properties.
    pub unmatchable: Unmatchable,
    /// Lone central objects that a provisioning is not about; they still count where two would be one.
    pub(super) not_wanted: Vec<RecordBatch>,
    /// Objects read from the central and from the target system, where only some of them are left in the above.
    pub(super) read: Option<[u64; 2]>,
}

/// Objects of which nobody knows the counterpart, per system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unmatchable {
    left: u64,
    right: u64,
}

impl Unmatchable {
    /// Those of one side.
    #[must_use]
    pub const fn of(&self, side: Side) -> &u64 {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    pub(super) const fn of_mut(&mut self, side: Side) -> &mut u64 {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }
}

/// Objects on which an expression or script of the mapping fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct Raised {
    /// Pairs.
    pub pairs: u64,
    /// Objects only in the central system.
    pub left_only: u64,
    /// Objects only in the target system.
    pub right_only: u64,
}

/// Objects that are candidates of one another (M4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmbiguousGroup {
    /// The matching rule.
    pub rule: String,
    /// The central objects.
    pub left: Vec<String>,
    /// The target objects.
    pub right: Vec<String>,
    /// These have no candidates of their own: this rule would match them with objects that have several by a rule before
    /// it. Only one side is named then.
    pub by_other_rule: bool,
}

impl AmbiguousGroup {
    /// In words.
    pub(super) fn told(&self) -> String {
        if self.by_other_rule {
            let (side, names) =
                if self.left.is_empty() { ("target", &self.right) } else { ("central", &self.left) };
            return format!(
                "would be matched with objects that a rule before this one has found more than one candidate for: {side} \
                 {}; none of them is processed",
                told(names)
            );
        }
        let (left, right) = (told(&self.left), told(&self.right));
        format!("more than one candidate: central {left} ↔ target {right}; none of them is processed")
    }
}

impl Reconciled {
    /// Objects read from a side.
    #[must_use]
    pub fn objects(&self, side: Side) -> u64 {
        if let Some([left, right]) = self.read {
            return if side == Side::Left { left } else { right };
        }
        let Raised { pairs, left_only, right_only } = self.raised;
        let (alone, ambiguous, raised) = match side {
            Side::Left => (&self.left_only, self.ambiguous_left, left_only),
            Side::Right => (&self.right_only, self.ambiguous_right, right_only),
        };
        self.pairs + pairs + ambiguous + rows(alone) + raised
    }

    /// Nothing found; `schema` is that of all batches.
    pub(super) fn none(schema: &DFSchemaRef) -> Self {
        Self {
            schema: Arc::clone(schema),
            pairs: 0,
            attention: Vec::new(),
            left_only: Vec::new(),
            right_only: Vec::new(),
            ambiguous_left: 0,
            ambiguous_right: 0,
            ambiguous: Vec::new(),
            for_memory: ForMemory::default(),
            raised: Raised::default(),
            unmatchable: Unmatchable::default(),
            not_wanted: Vec::new(),
            read: None,
        }
    }
}

fn rows(batches: &[RecordBatch]) -> u64 {
    batches.iter().map(|batch| batch.num_rows() as u64).sum()
}

/// Reads and reconciles both classes of a mapping.
///
/// # Errors
///
/// What the engine or a connector reports; a connector's error is the root of it.
pub async fn reconcile(
    session: &SessionContext,
    mapping: &CompiledMapping,
    source: &dyn TableSource,
) -> DataFusionResult<Reconciled> {
    let left = mapping.left.plan(session, source)?;
    let mut right = mapping.right.plan(session, source)?;
    let left_schema: SchemaRef = Arc::clone(left.schema().inner());
    let right_schema: SchemaRef = Arc::clone(right.schema().inner());
    let left_width = left_schema.fields().len();
    let mut started = Some(start(session, Side::Right, right.clone()).await?);
    let read = session.execute_logical_plan(left).await?.collect().await?;
    let mut held = Arc::new(Held::new(&left_schema, &read)?);
    drop(read);
    let mut found: Option<Reconciled> = None;
    let mut doubtful = Vec::new();
    let noted = Noted::new(mapping, &left_schema, &right_schema);
    // Whom a remembered pair names is matched before all rules.
    let remembered = noted.has_numbers().then(|| CompiledMatch::by_column(REMEMBERED, PAIR_COLUMN));
    let passes = remembered.iter().chain(&mapping.matching);
    let last = passes.clone().count().saturating_sub(1);
    for (number, rule) in passes.enumerate() {
        let by_memory = number == 0 && remembered.is_some();
        let left = held.plan()?;
        let joined = rule.full_join(left.clone(), started.take().unwrap_or_else(|| right.clone()))?;
        let (schema, mut comparison) = Comparison::new(session, mapping, Arc::clone(&held), right.schema())?;
        comparison.noted = noted.columns(by_memory);
        let plan = slim(joined, &right)?;
        let pass = run_pass(session, plan, comparison).await?;
        let counted = count_candidates(&pass.pairs);
        if !counted.left.is_empty() && number < last {
            let position = number.checked_sub(usize::from(remembered.is_some()));
            let sides = [left.clone(), right.clone()];
            doubtful.push(Ambiguous::read(session, mapping, (position, rule), sides, &counted).await?);
        }
        let ambiguous = if counted.left.is_empty() {
            Vec::new()
        } else {
            name_ambiguous(session, mapping, rule, left.clone(), right.clone()).await?
        };
        let all = found.get_or_insert_with(|| Reconciled {
            for_memory: ForMemory { has_numbers: noted.has_numbers(), ..ForMemory::default() },
            ..Reconciled::none(&schema)
        });
        all.pairs += counted.unambiguous;
        all.ambiguous_left += counted.left.len() as u64;
        all.ambiguous_right += counted.right.len() as u64;
        all.ambiguous.extend(ambiguous);
        for batch in &pass.attention {
            all.attention.push(without_ambiguous(batch, left_width, &counted)?);
        }
        if by_memory {
            noted.seen(&pass.noted, [&pass.left_only, &pass.right_only], &mut all.for_memory);
        } else {
            Noted::matched(&rule.name, &pass.noted, &counted, &mut all.for_memory)?;
        }
        if number < last {
            held = Arc::new(Held::new(&left_schema, &own_columns(&pass.left_only, 0..left_width)?)?);
            let own = left_width..left_width + right_schema.fields().len();
            right = in_memory(Side::Right, &right_schema, own_columns(&pass.right_only, own)?)?;
        } else {
            all.left_only = pass.left_only;
            all.right_only = pass.right_only;
        }
    }
    let none = || DataFusionError::Plan("the mapping has no object matching rule".to_owned());
    let mut found = found.ok_or_else(none)?;
    hold_back_doubtful(session, mapping, &doubtful, &[left_schema, right_schema], &mut found).await?;
    Ok(found)
}

/// What it takes to compare the pairs of a joined batch.
struct Comparison {
    held: Arc<Held>,
    left_width: usize,
    /// Properties of both sides.
    schema: SchemaRef,
    /// The same and the attention flag.
    flagged_schema: SchemaRef,
    /// Whether a pair must leave the stream.
    attention: Prepared,
    /// Columns that are noted of every pair, if any.
    noted: Vec<usize>,
}

impl Comparison {
    /// Also gives the schema of compared batches.
    fn new(
        session: &SessionContext,
        mapping: &CompiledMapping,
        held: Arc<Held>,
        right: &DFSchema,
    ) -> DataFusionResult<(DFSchemaRef, Self)> {
        let left_width = held.schema().fields().len();
        let both = both_sides(held.schema(), right.as_arrow())?;
        let flagged = with_flag(&both)?;
        let both = Arc::new(both);
        let attention = Prepared::new(session, &attention(mapping), &both)?;
        let schema = Arc::clone(both.inner());
        let flagged_schema = Arc::clone(flagged.inner());
        Ok((flagged, Self { held, left_width, schema, flagged_schema, attention, noted: Vec::new() }))
    }

    /// All properties of both sides, and the flag of pairs that must leave the stream.
    fn compare(&self, joined: &RecordBatch) -> DataFusionResult<RecordBatch> {
        let complete = self.held.complete(joined, &self.schema)?;
        let flag = self.flag(&complete)?;
        let columns = complete.columns().iter().cloned().chain([flag]).collect();
        Ok(RecordBatch::try_new(Arc::clone(&self.flagged_schema), columns)?)
    }
}

impl Comparison {
    /// Pairs on which an expression fails leave the stream, too: planning finds out which they are.
    fn flag(&self, complete: &RecordBatch) -> DataFusionResult<ArrayRef> {
        let rows = complete.num_rows();
        match self.attention.evaluate(complete) {
            Ok(flag) => Ok(flag),
            Err(_) if rows == 1 => Ok(Arc::new(BooleanArray::from(vec![true]))),
            Err(_) => {
                let half = rows / 2;
                let halves =
                    [self.flag(&complete.slice(0, half))?, self.flag(&complete.slice(half, rows - half))?];
                Ok(concat(&halves.each_ref().map(AsRef::as_ref))?)
            }
        }
    }
}

/// Properties of both sides, each of which may be NULL.
pub(super) fn both_sides(left: &Schema, right: &Schema) -> DataFusionResult<DFSchema> {
    let [left, right] = [(Side::Left, left), (Side::Right, right)].map(|(side, schema)| {
        DFSchema::try_from_qualified_schema(TableReference::bare(qualifier(side)), &nullable(schema))
    });
    left?.join(&right?)
}

/// Schema of compared rows: properties of both sides, and the flag.
pub(super) fn with_flag(both: &DFSchema) -> DataFusionResult<DFSchemaRef> {
    let flag = Schema::new(vec![Field::new(ATTENTION_COLUMN, DataType::Boolean, true)]);
    Ok(Arc::new(both.join(&DFSchema::try_from(flag)?)?))
}

/// True of pairs that somebody must look at: they differ in either direction, a value cannot be made, they are
/// excluded, or labelled as outstanding.
fn attention(mapping: &CompiledMapping) -> Expr {
    let labelled =
        property(Side::Left, OUTSTANDING_COLUMN)
            .is_true()
            .or(property(Side::Right, OUTSTANDING_COLUMN).is_true());
    let Opposite { rogue, forced, .. } = &mapping.opposite;
    // Whoever is left alone because it is busy leaves the stream, too: the log names it.
    let held_back = mapping
        .busy
        .iter()
        .flat_map(|_| [&mapping.updates, rogue, forced].map(|targets| BusyRules::held_back(targets)));
    let targets = mapping.updates.iter().chain(rogue).chain(forced);
    targets
        .map(crate::mapping::Target::needs_attention)
        .chain(mapping.excluded.clone())
        .chain(held_back)
        .chain([is_unread(mapping)])
        .chain(mapping.only_wanted.then(|| property(Side::Left, WANTED_COLUMN).is_true()))
        .fold(labelled, Expr::or)
}

/// What one rule found.
#[derive(Default)]
struct Pass {
    /// Row numbers of candidates, as many lists as batches: one list would be copied whenever it grows.
    pairs: Vec<Vec<(u32, u32)>>,
    attention: Vec<RecordBatch>,
    left_only: Vec<RecordBatch>,
    right_only: Vec<RecordBatch>,
    /// Some columns of all pairs, see [`Noted`].
    noted: Vec<RecordBatch>,
}

async fn run_pass(
    session: &SessionContext,
    plan: LogicalPlan,
    comparison: Comparison,
) -> DataFusionResult<Pass> {
    let comparison = Arc::new(comparison);
    let physical = session.execute_logical_plan(plan).await?.create_physical_plan().await?;
    let streams = execute_stream_partitioned(physical, session.task_ctx())?;
    let tasks: Vec<_> = streams
        .into_iter()
        .map(|stream| Partition::start(sort_out_all(stream, Arc::clone(&comparison))))
        .collect();
    let mut whole = Pass::default();
    let mut trouble = None;
    for task in tasks {
        match task.end().await {
            Ok(pass) => {
                whole.pairs.extend(pass.pairs);
                whole.attention.extend(pass.attention);
                whole.left_only.extend(pass.left_only);
                whole.right_only.extend(pass.right_only);
                whole.noted.extend(pass.noted);
            }
            Err(error) => trouble = trouble.or(Some(error)),
        }
    }
    match trouble {
        Some(error) => Err(error),
        None => Ok(whole),
    }
}

/// One partition of a plan at work, on a thread of its own.
///
/// Not a task of the runtime: all partitions wait until one of them has built the join's hash table. As tasks
/// they then ran one after the other, presumably since the runtime leaves woken ones to the waking thread.
struct Partition {
    task: JoinHandle<Result<DataFusionResult<Pass>, Aborted>>,
    abort: AbortHandle,
}

impl Partition {
    fn start(work: impl Future<Output = DataFusionResult<Pass>> + Send + 'static) -> Self {
        let (work, abort) = abortable(work);
        let runtime = Handle::current();
        Self { task: tokio::task::spawn_blocking(move || runtime.block_on(work)), abort }
    }

    async fn end(mut self) -> DataFusionResult<Pass> {
        let external = |error: Box<dyn Error + Send + Sync>| DataFusionError::External(error);
        (&mut self.task)
            .await
            .map_err(|error| external(error.into()))?
            .map_err(|error| external(error.into()))
            .flatten()
    }
}

impl Drop for Partition {
    /// Nobody waits any more, so the work ends with its current batch; the runtime would wait for all of it.
    fn drop(&mut self) {
        self.abort.abort();
    }
}

async fn sort_out_all(
    mut stream: SendableRecordBatchStream,
    comparison: Arc<Comparison>,
) -> DataFusionResult<Pass> {
    let mut pass = Pass::default();
    while let Some(joined) = stream.next().await {
        let joined = joined?;
        if joined.num_rows() > 0 {
            sort_out(&comparison.compare(&joined)?, &comparison, &mut pass)?;
        }
    }
    Ok(pass)
}

/// Splits a compared batch into pairs and lone objects.
fn sort_out(batch: &RecordBatch, comparison: &Comparison, pass: &mut Pass) -> DataFusionResult<()> {
    let (left, right) = row_numbers(batch, comparison.left_width);
    let (has_left, has_right) = (is_not_null(left)?, is_not_null(right)?);
    let both = and(&has_left, &has_right)?;
    if both.true_count() == batch.num_rows() {
        pass.pairs.push(left.values().iter().copied().zip(right.values().iter().copied()).collect());
    } else {
        pass.pairs.push(both.values().set_indices().map(|row| (left.value(row), right.value(row))).collect());
        keep(batch, &and_not(&has_left, &has_right)?, &mut pass.left_only)?;
        keep(batch, &and_not(&has_right, &has_left)?, &mut pass.right_only)?;
    }
    if !comparison.noted.is_empty() {
        keep(&batch.project(&comparison.noted)?, &both, &mut pass.noted)?;
    }
    let attention = batch.column(batch.num_columns() - 1).as_boolean();
    let attention = if attention.null_count() > 0 { &prep_null_mask_filter(attention) } else { attention };
    keep(batch, &and(&both, attention)?, &mut pass.attention)
}

fn keep(batch: &RecordBatch, mask: &BooleanArray, into: &mut Vec<RecordBatch>) -> DataFusionResult<()> {
    if mask.true_count() > 0 {
        into.push(filter_record_batch(batch, mask)?);
    }
    Ok(())
}

/// One side of compared batches.
fn own_columns(batches: &[RecordBatch], columns: Range<usize>) -> DataFusionResult<Vec<RecordBatch>> {
    let columns: Vec<usize> = columns.collect();
    Ok(batches.iter().map(|batch| batch.project(&columns)).collect::<Result<_, _>>()?)
}

/// Objects of a side as the input of the next rule.
pub(super) fn in_memory(
    side: Side,
    schema: &Schema,
    batches: Vec<RecordBatch>,
) -> DataFusionResult<LogicalPlan> {
    let schema = nullable(schema);
    let batches = batches
        .into_iter()
        .map(|batch| RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec()))
        .collect::<Result<Vec<_>, _>>()?;
    let table = provider_as_source(Arc::new(MemTable::try_new(schema, vec![batches])?));
    LogicalPlanBuilder::scan(TableReference::bare(qualifier(side)), table, None)?.build()
}
