//! From reconciled rows to the change list: situations, methods, old and new values (F2).

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{
        Array, ArrayRef, BooleanArray, RecordBatch, StringArray, UInt8Array, UInt16Array, new_null_array,
    },
    compute::{
        and, cast, concat_batches, filter_record_batch, is_not_null, is_null, kernels::zip::zip, not, nullif,
        or,
    },
    datatypes::{DataType, SchemaRef},
};
use datafusion::{error::Result as DataFusionResult, logical_expr::Expr, prelude::SessionContext};

use super::{
    evaluate::Evaluator,
    order,
    reconcile::{AmbiguousGroup, Reconciled, Unmatchable},
    settle::Settled,
};
use crate::{
    expr::property,
    journal::{
        ChangeColumn, ChangeList, ChangeShape, Message, MessageLevel, NO_RULE, Situation, Situations, Writes,
        method_number, situation_number,
    },
    mapping::{CompiledCondition, CompiledMapping, OUTSTANDING_COLUMN, Occasion, Target, WriteAs},
    project::{AutoFill, Method, Side},
    value::{ValueType, value_at},
};

/// What a step would do.
#[derive(Debug)]
pub struct PlannedStep {
    /// Objects or pairs per situation.
    pub situations: Situations,
    /// What changes.
    pub changes: ChangeList,
    /// Objects per method.
    pub planned: Writes,
    /// What there is to say about it.
    pub messages: Vec<Message>,
    /// Updated pairs as they will be, if rules of the opposite direction want to know.
    pub updated: Vec<RecordBatch>,
}

/// What is told of objects that were left out before a step was planned.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// One message an object or pair.
    pub objects: Vec<Message>,
    /// What that means for others.
    pub consequences: Vec<Message>,
}

impl PlannedStep {
    /// Counts and tells objects that were left out before it was planned.
    pub(super) fn left_out(&mut self, LeftOut { objects: told, consequences }: LeftOut) {
        self.messages.extend(consequences);
        self.situations.skipped += told.len() as u64;
        self.planned.failed += told.len() as u64;
        self.messages.extend(told);
    }
}

/// Makes the change list of a step.
///
/// # Errors
///
/// What the engine reports.
pub fn plan(
    session: &SessionContext,
    mapping: &CompiledMapping,
    destination_identifier: &str,
    found: &Reconciled,
) -> DataFusionResult<PlannedStep> {
    let mut planner = Planner::new(session, mapping, destination_identifier, found)?;
    planner.situations.ambiguous = found.ambiguous_left + found.ambiguous_right;
    planner.ambiguous(&found.ambiguous);
    let in_order = planner.messages.len();
    planner.pairs(found)?;
    let (source, destination) = match mapping.direction.source() {
        Side::Left => (&found.left_only, &found.right_only),
        Side::Right => (&found.right_only, &found.left_only),
    };
    planner.only_in_source(source)?;
    planner.only_in_destination(destination)?;
    planner.finish(in_order)
}

/// A change list in the making.
pub struct Planner<'a> {
    pub(super) evaluator: Evaluator<'a>,
    pub(super) mapping: &'a CompiledMapping,
    destination_identifier: &'a str,
    shape: ChangeShape,
    schema: SchemaRef,
    pub(super) situations: Situations,
    pub(super) messages: Vec<Message>,
    /// Objects for which nobody knows what is to be done with them.
    failed: u64,
    batches: Vec<RecordBatch>,
    /// Rules of the opposite direction look at the pairs as this step leaves them.
    keeps_updated: bool,
    updated: Vec<RecordBatch>,
    unmatchable: Unmatchable,
    /// Lone source objects that are not judged here, but may be taken for one that is.
    pub(super) not_wanted: Vec<RecordBatch>,
}

/// Old value, new value and rule of a property, for every row.
type Written = [ArrayRef; 3];

impl<'a> Planner<'a> {
    /// An empty change list for rows as in `found`.
    pub(super) fn new(
        session: &'a SessionContext,
        mapping: &'a CompiledMapping,
        destination_identifier: &'a str,
        found: &Reconciled,
    ) -> DataFusionResult<Self> {
        let shape = shape(mapping);
        let schema = shape.schema()?;
        Ok(Self {
            evaluator: Evaluator::new(session, &found.schema),
            mapping,
            destination_identifier,
            shape,
            schema,
            situations: Situations::default(),
            messages: Vec::new(),
            failed: 0,
            batches: Vec::new(),
            keeps_updated: !mapping.opposite.rogue.is_empty()
                || !mapping.opposite.write_back.is_empty()
                || !mapping.opposite.forced.is_empty()
                || !mapping.rest.forced.is_empty(),
            updated: Vec::new(),
            unmatchable: found.unmatchable,
            not_wanted: found.not_wanted.clone(),
        })
    }

    fn ambiguous(&mut self, groups: &[AmbiguousGroup]) {
        for group in groups {
            self.messages.push(Message {
                level: MessageLevel::Warning,
                code: "SW-R101".to_owned(),
                text: group.told(),
                object: group.left.first().or(group.right.first()).cloned(),
                property: None,
                rule: Some(group.rule.clone()),
            });
        }
    }

    fn pairs(&mut self, found: &Reconciled) -> DataFusionResult<()> {
        let rows = self.evaluator.together(&found.attention)?;
        let rows = self.without_excluded(rows)?;
        let rows = self.without_busy_pairs(rows, &Self::labelled())?;
        let rows = self.without_failed_values(rows, &self.mapping.updates)?;
        let mut differs = Vec::with_capacity(self.mapping.updates.len());
        let mut any = BooleanArray::from(vec![false; rows.num_rows()]);
        for target in &self.mapping.updates {
            let mask = self.evaluator.holds(&target.differs(), &rows)?;
            any = or(&any, &mask)?;
            if self.mapping.password_change {
                any = or(&any, &self.evaluator.holds(&target.on_password_change(), &rows)?)?;
            }
            differs.push(mask);
        }
        self.situations.both_differ = any.true_count() as u64;
        let left_out = self.situations.skipped + self.situations.excluded + self.situations.busy;
        self.situations.both_equal = found.pairs - self.situations.both_differ - left_out;
        let labelled = self.evaluator.holds(&Self::labelled(), &rows)?;
        self.situations.outstanding_returned = labelled.true_count() as u64;

        let differing = filter_record_batch(&rows, &any)?;
        for (method, chosen) in self.choose(&self.mapping.methods.both_differ, differing)? {
            if method == Method::Update {
                let before = self.situations.skipped;
                let chosen = self.without_failed_values(chosen, &self.mapping.options.updates)?;
                let settled = self.settle(chosen, Occasion::Update)?;
                self.situations.both_differ -= self.situations.skipped - before;
                self.update(settled)?;
            }
        }
        let returned = filter_record_batch(&rows, &labelled)?;
        for (method, chosen) in self.choose(&self.mapping.methods.outstanding_returned, returned)? {
            if method == Method::ResetOutstanding {
                self.label(&chosen, Situation::BothEqual, method)?;
            }
        }
        Ok(())
    }

    /// Rows without those whose source object is not to be processed (R19).
    pub(super) fn without_excluded(&mut self, rows: RecordBatch) -> DataFusionResult<RecordBatch> {
        let Some(excluded) = &self.mapping.excluded else { return Ok(rows) };
        let (excluded, rest) = self.evaluator.split(excluded, &rows)?;
        self.situations.excluded += excluded.num_rows() as u64;
        Ok(rest)
    }

    /// Adds updates of the properties that differ and that their rules write.
    pub(super) fn update(&mut self, settled: Settled) -> DataFusionResult<()> {
        let mapping = self.mapping;
        let mut written = HashMap::new();
        for (target, rules) in mapping.updates.iter().zip(&settled.rules) {
            let index = self.evaluator.index(target.side, &target.property)?;
            let [before, after] =
                [&settled.before, &settled.after].map(|rows| Arc::clone(rows.column(index)));
            let own = [before, after, Arc::clone(rules)];
            written.insert(target.property.as_str(), self.sent_along(target, &settled.after, own)?);
        }
        let mut any = BooleanArray::from(vec![false; settled.before.num_rows()]);
        for [.., rules] in written.values() {
            any = or(&any, &is_not_null(rules)?)?;
        }
        self.add_options(&mut written, Method::Update, &settled.before, &any)?;
        self.add(&settled.before, Situation::BothDiffer, Method::Update, &written)?;
        if self.keeps_updated {
            self.updated.push(settled.after);
        }
        Ok(())
    }

    /// What a rule sends though it is equal, because the password of the object changed (R21). Lists of members are not:
    /// of them differences are written.
    fn sent_along(&self, target: &Target, rows: &RecordBatch, own: Written) -> DataFusionResult<Written> {
        if !self.mapping.password_change || matches!(target.write_as, WriteAs::Members(_)) {
            return Ok(own);
        }
        let [before, after, rules] = own;
        let sent = self.evaluator.holds(&target.on_password_change(), rows)?;
        let sent = and(&sent, &is_null(&rules)?)?;
        let all = self.evaluator.values(&target.rule(), rows)?;
        Ok([before, after, zip(&sent, &all, &rules)?])
    }

    fn only_in_source(&mut self, batches: &[RecordBatch]) -> DataFusionResult<()> {
        let side = self.mapping.direction.source();
        let rows = self.without_outstanding(batches)?;
        let mut rows = self.without_excluded(rows)?;
        // Whom nothing would be done with anyway is not left alone.
        if !self.mapping.only_for_updates && !self.mapping.methods.only_in_source.is_empty() {
            rows = self.without_busy_lone(rows)?;
        }
        self.count_alone(side, rows.num_rows());
        if self.mapping.only_for_updates || self.may_have_counterparts(side) {
            return Ok(());
        }
        for (method, chosen) in self.choose(&self.mapping.methods.only_in_source, rows)? {
            if method == Method::Insert {
                let chosen = self.without_duplicates(side, chosen)?;
                let before = self.situations.skipped;
                let chosen = self.without_failed_values(chosen, &self.mapping.inserts)?;
                let chosen = self.without_failed_values(chosen, &self.mapping.options.inserts)?;
                let settled = self.settle(chosen, Occasion::Insert)?;
                self.uncount_alone(side, self.situations.skipped - before);
                self.insert(side, &settled)?;
            }
        }
        Ok(())
    }

    /// Lone objects of `side` may have counterparts that nobody recognises.
    const fn may_have_counterparts(&self, side: Side) -> bool {
        *self.unmatchable.of(side.other()) > 0
    }

    fn insert(&mut self, source: Side, settled: &Settled) -> DataFusionResult<()> {
        let rows = &settled.before;
        let mut written: HashMap<&str, Written> = HashMap::new();
        for (target, rules) in self.mapping.inserts.iter().zip(&settled.rules) {
            let values =
                Arc::clone(settled.after.column(self.evaluator.index(target.side, &target.property)?));
            let nothing = new_null_array(values.data_type(), values.len());
            written.insert(&target.property, [nothing, values, Arc::clone(rules)]);
        }
        let keys = self.key_texts(source, rows)?;
        let destination = self.mapping.destination();
        for column in &destination.schema_type.properties {
            if column.auto_fill == AutoFill::Guid && !written.contains_key(column.name.as_str()) {
                let guids: ArrayRef =
                    Arc::new(keys.iter().map(|key| Some(self.new_guid(key))).collect::<StringArray>());
                let rule: ArrayRef = Arc::new(UInt16Array::from(vec![NO_RULE; rows.num_rows()]));
                written.insert(&column.name, [new_null_array(&DataType::Utf8, rows.num_rows()), guids, rule]);
            }
        }
        let all = BooleanArray::from(vec![true; rows.num_rows()]);
        self.add_options(&mut written, Method::Insert, rows, &all)?;
        let situation = alone(source);
        self.add(rows, situation, Method::Insert, &written)
    }

    /// The same source object gets the same GUID in every run and simulation.
    fn new_guid(&self, source_key: &str) -> String {
        let name = format!(
            "syncwright\n{}\n{}\n{source_key}",
            self.destination_identifier,
            self.mapping.destination().schema_type.name
        );
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes()).hyphenated().to_string()
    }

    fn key_texts(&self, side: Side, rows: &RecordBatch) -> DataFusionResult<Vec<String>> {
        let keys = &self.mapping.class(side).key;
        let columns = keys
            .iter()
            .map(|key| self.evaluator.values(&property(side, key), rows))
            .collect::<DataFusionResult<Vec<_>>>()?;
        Ok((0..rows.num_rows())
            .map(|row| {
                columns
                    .iter()
                    .map(|column| value_at(column, row).to_string())
                    .collect::<Vec<_>>()
                    .join("\u{1f}")
            })
            .collect())
    }

    fn only_in_destination(&mut self, batches: &[RecordBatch]) -> DataFusionResult<()> {
        let side = self.mapping.direction.destination();
        let mut rows = self.without_outstanding(batches)?;
        if !self.mapping.methods.only_in_destination.is_empty() {
            rows = self.without_busy_lone(rows)?;
        }
        self.count_alone(side, rows.num_rows());
        if self.may_have_counterparts(side) {
            return Ok(());
        }
        for (method, chosen) in self.choose(&self.mapping.methods.only_in_destination, rows)? {
            match method {
                Method::Delete => {
                    let before = self.situations.skipped;
                    let chosen = self.without_refused_deletes(chosen)?;
                    let chosen = self.without_failed_values(chosen, &self.mapping.options.deletes)?;
                    self.uncount_alone(side, self.situations.skipped - before);
                    self.delete(side, &chosen)?;
                }
                Method::MarkOutstanding => self.label(&chosen, alone(side), method)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn delete(&mut self, side: Side, rows: &RecordBatch) -> DataFusionResult<()> {
        let mut written: HashMap<&str, Written> = HashMap::new();
        let targets = self.mapping.updates.iter().chain(&self.mapping.inserts);
        for target in targets {
            let old = self.evaluator.values(&target.old, rows)?;
            let rule = UInt16Array::from(vec![NO_RULE; rows.num_rows()]);
            let rule = nullif(&rule, &not(&is_not_null(&old)?)?)?;
            written.insert(
                &target.property,
                [Arc::clone(&old), new_null_array(old.data_type(), old.len()), rule],
            );
        }
        let all = BooleanArray::from(vec![true; rows.num_rows()]);
        self.add_options(&mut written, Method::Delete, rows, &all)?;
        self.add(rows, alone(side), Method::Delete, &written)
    }

    /// Adds the options of the method (R21) for the objects that are `written`: an option alone is no reason to write.
    fn add_options<'w>(
        &self,
        written: &mut HashMap<&'w str, Written>,
        method: Method,
        rows: &RecordBatch,
        these: &BooleanArray,
    ) -> DataFusionResult<()>
    where
        'a: 'w,
    {
        for option in self.mapping.options.of(method) {
            let values = cast(&self.evaluator.values(&option.value(), rows)?, &option.arrow())?;
            let rules = nullif(&self.evaluator.values(&option.rule(), rows)?, &not(these)?)?;
            let nothing = new_null_array(values.data_type(), values.len());
            written.insert(&option.property, [nothing, values, rules]);
        }
        Ok(())
    }

    fn label(&mut self, rows: &RecordBatch, situation: Situation, method: Method) -> DataFusionResult<()> {
        self.add(rows, situation, method, &HashMap::new())
    }

    pub(super) fn labelled() -> Expr {
        property(Side::Left, OUTSTANDING_COLUMN)
            .is_true()
            .or(property(Side::Right, OUTSTANDING_COLUMN).is_true())
    }

    /// Rows without those that wait for a person's decision (O1).
    fn without_outstanding(&mut self, batches: &[RecordBatch]) -> DataFusionResult<RecordBatch> {
        let rows = self.evaluator.together(batches)?;
        let (outstanding, rest) = self.evaluator.split(&Self::labelled(), &rows)?;
        self.situations.outstanding += outstanding.num_rows() as u64;
        Ok(rest)
    }

    fn count_alone(&mut self, side: Side, rows: usize) {
        match side {
            Side::Left => self.situations.left_only += rows as u64,
            Side::Right => self.situations.right_only += rows as u64,
        }
    }

    pub(super) fn uncount_alone(&mut self, side: Side, rows: u64) {
        match side {
            Side::Left => self.situations.left_only -= rows,
            Side::Right => self.situations.right_only -= rows,
        }
    }

    /// The rows of each method: the first whose condition holds.
    fn choose(
        &mut self,
        choices: &[(Method, Option<CompiledCondition>)],
        rows: RecordBatch,
    ) -> DataFusionResult<Vec<(Method, RecordBatch)>> {
        let mut rest = rows;
        let mut chosen = Vec::new();
        for (method, condition) in choices {
            if rest.num_rows() == 0 {
                break;
            }
            let Some(condition) = condition else {
                let none = rest.slice(0, 0);
                chosen.push((*method, std::mem::replace(&mut rest, none)));
                break;
            };
            if let Some(error) = &condition.error {
                rest = self.without_script_errors(error, rest)?;
            }
            let (taken, others) = self.evaluator.split(&condition.holds, &rest)?;
            chosen.push((*method, taken));
            rest = others;
        }
        Ok(chosen)
    }

    /// Rows without those on which a script failed: nobody knows what is to be done with them.
    fn without_script_errors(&mut self, error: &Expr, rows: RecordBatch) -> DataFusionResult<RecordBatch> {
        let (bad, rest) = self.evaluator.split(&error.clone().is_not_null(), &rows)?;
        if bad.num_rows() > 0 {
            let names = self.display(&bad)?;
            let texts = self.evaluator.values(error, &bad)?;
            self.failed += bad.num_rows() as u64;
            self.messages.extend((0..bad.num_rows()).map(|row| Message {
                level: MessageLevel::Error,
                code: "SW-R112".to_owned(),
                text: format!("{}; the object is left out", value_at(&texts, row)),
                object: Some(value_at(&names, row).to_string()),
                property: None,
                rule: None,
            }));
        }
        Ok(rest)
    }

    /// How people know the objects: by the side that is there, the destination first.
    pub(super) fn display(&self, rows: &RecordBatch) -> DataFusionResult<ArrayRef> {
        self.evaluator.values(&self.mapping.display(), rows)
    }

    fn add(
        &mut self,
        rows: &RecordBatch,
        situation: Situation,
        method: Method,
        written: &HashMap<&str, Written>,
    ) -> DataFusionResult<()> {
        let count = rows.num_rows();
        if count == 0 {
            return Ok(());
        }
        let constant = |number: u8| -> ArrayRef { Arc::new(UInt8Array::from(vec![number; count])) };
        let mut columns = vec![
            constant(situation_number(situation)),
            constant(method_number(method)),
            constant(0),
            self.display(rows)?,
        ];
        for side in [Side::Left, Side::Right] {
            for (key, _) in self.shape.key(side) {
                columns.push(self.evaluator.values(&property(side, key), rows)?);
            }
        }
        for column in &self.shape.properties {
            match written.get(column.name.as_str()) {
                Some(values) => columns.extend(values.iter().map(Arc::clone)),
                None => {
                    let data_type = column.data_type();
                    columns.push(new_null_array(&data_type, count));
                    columns.push(new_null_array(&data_type, count));
                    columns.push(new_null_array(&DataType::UInt16, count));
                }
            }
        }
        self.batches.push(RecordBatch::try_new(Arc::clone(&self.schema), columns)?);
        Ok(())
    }

    /// The first `in_order` messages are in their order already.
    pub(super) fn finish(self, in_order: usize) -> DataFusionResult<PlannedStep> {
        let whole = concat_batches(&self.schema, &self.batches)?;
        let sorted = order::sort(&self.shape, self.mapping, &whole)?;
        let changes = ChangeList::new(self.shape, sorted);
        let mut planned = Writes::default();
        for index in 0..changes.len() {
            planned.add(changes.method(index).unwrap_or(Method::Ignore), 1);
        }
        planned.failed = self.situations.skipped + self.failed;
        // Rows come in any order; what is said about them must not.
        let mut messages = self.messages;
        if let Some(messages) = messages.get_mut(in_order..) {
            messages.sort_by_cached_key(|message| {
                let Message { level: _, code, text, object, property, rule } = message.clone();
                (code, object, property, rule, text)
            });
        }
        Ok(PlannedStep { situations: self.situations, changes, planned, messages, updated: self.updated })
    }
}

const fn alone(side: Side) -> Situation {
    match side {
        Side::Left => Situation::LeftOnly,
        Side::Right => Situation::RightOnly,
    }
}

fn shape(mapping: &CompiledMapping) -> ChangeShape {
    let key = |side: Side| -> Vec<(String, ValueType)> {
        let class = mapping.class(side);
        class
            .key
            .iter()
            .filter_map(|name| class.schema_type.property(name))
            .map(|property| (property.name.clone(), property.value_type))
            .collect()
    };
    let destination = mapping.destination();
    let mut properties: Vec<ChangeColumn> = destination
        .schema_type
        .properties
        .iter()
        .filter(|column| column.auto_fill == AutoFill::Guid)
        .map(|column| ChangeColumn {
            name: column.name.clone(),
            value_type: column.value_type,
            secret: column.sensitive,
            multi_valued: false,
        })
        .collect();
    for target in mapping.inserts.iter().chain(&mapping.updates).chain(mapping.options.all()) {
        match properties.iter_mut().find(|column| column.name == target.property) {
            // One column holds what all occasions write; whoever is secret decides.
            Some(column) => column.secret |= target.secret,
            None => properties.push(ChangeColumn {
                name: target.property.clone(),
                value_type: target.value_type,
                secret: target.secret,
                multi_valued: target.multi_valued,
            }),
        }
    }
    ChangeShape {
        side: destination.side,
        left_key: key(Side::Left),
        right_key: key(Side::Right),
        properties,
        rules: mapping.rule_names.clone(),
        whole_lists: mapping.rules_that_send_whole(),
    }
}
