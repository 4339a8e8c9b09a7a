//! Objects that would be ambiguous with each other once they are inserted (M1).

use std::collections::HashMap;

use arrow::{
    array::{Array as _, BooleanArray, RecordBatch},
    compute::{concat_batches, filter_record_batch},
    datatypes::SchemaRef,
};
use datafusion::error::Result as DataFusionResult;

use super::{ambiguous::told, changes::Planner};
use crate::{
    journal::{Message, MessageLevel},
    project::{Method, Side},
    value::value_at,
};

impl Planner<'_> {
    /// Rows without those that would be ambiguous with each other once inserted (M1).
    ///
    /// As in matching, a rule looks only at objects for which the rules before it were skipped (M3). A rule with OR
    /// has no key by which objects could be grouped; the check says so.
    pub(super) fn without_duplicates(
        &mut self,
        side: Side,
        rows: RecordBatch,
    ) -> DataFusionResult<RecordBatch> {
        let mapping = self.mapping;
        if !mapping.prevent_ambiguous_matches {
            return Ok(rows);
        }
        let own = rows.num_rows();
        let all = concat_batches(&rows.schema(), [&rows, &self.others_to_insert(&rows.schema())?])?;
        let mut kept = vec![true; own];
        let mut open: Vec<usize> = (0..all.num_rows()).collect();
        for rule in &mapping.matching {
            let keys = rule.keys(side);
            if keys.is_empty() {
                break;
            }
            let columns = keys
                .iter()
                .map(|key| self.evaluator.values(key, &all))
                .collect::<DataFusionResult<Vec<_>>>()?;
            let has_key = |row: &usize| columns.iter().all(|column| column.is_valid(*row));
            let (with_key, without): (Vec<usize>, Vec<usize>) = open.into_iter().partition(has_key);
            let mut same: HashMap<String, Vec<usize>> = HashMap::new();
            for row in with_key {
                let key = columns.iter().map(|column| value_at(column, row).to_string()).collect::<Vec<_>>();
                same.entry(key.join("\u{1f}")).or_default().push(row);
            }
            let concerns_us = |rows: &Vec<usize>| rows.len() > 1 && rows.iter().any(|row| *row < own);
            let mut groups: Vec<Vec<usize>> = same.into_values().filter(concerns_us).collect();
            groups.sort();
            self.tell_duplicates((side, own), &rule.name, &groups, &all)?;
            for row in groups.iter().flatten() {
                if let Some(kept) = kept.get_mut(*row) {
                    *kept = false;
                }
            }
            open = without;
        }
        if kept.iter().all(|kept| *kept) {
            return Ok(rows);
        }
        Ok(filter_record_batch(&rows, &BooleanArray::from(kept))?)
    }

    fn tell_duplicates(
        &mut self,
        (side, own): (Side, usize),
        rule: &str,
        groups: &[Vec<usize>],
        rows: &RecordBatch,
    ) -> DataFusionResult<()> {
        if groups.is_empty() {
            return Ok(());
        }
        let names = self.display(rows)?;
        for group in groups {
            let name = |row: &usize| value_at(&names, *row).to_string();
            let mut all: Vec<String> = group.iter().map(name).collect();
            all.sort();
            let own: Vec<String> = group.iter().filter(|row| **row < own).map(name).collect();
            self.situations.ambiguous += own.len() as u64;
            self.uncount_alone(side, own.len() as u64);
            let message = |object: Option<&String>| Message {
                level: MessageLevel::Warning,
                code: "SW-R103".to_owned(),
                text: format!("{} would be ambiguous with each other; none of them is inserted", told(&all)),
                object: object.cloned(),
                property: None,
                rule: Some(rule.to_owned()),
            };
            if self.mapping.only_wanted {
                // Each of them waits with its reason.
                self.messages.extend(own.iter().map(|name| message(Some(name))));
            } else {
                self.messages.push(message(all.first()));
            }
        }
        Ok(())
    }

    /// The lone objects that a provisioning is not about and that a run would insert, too.
    fn others_to_insert(&self, schema: &SchemaRef) -> DataFusionResult<RecordBatch> {
        let mut rest = concat_batches(schema, &self.not_wanted)?;
        for left_alone in self.mapping.excluded.iter().chain([&Self::labelled()]) {
            (_, rest) = self.evaluator.split(left_alone, &rest)?;
        }
        let mut inserted = Vec::new();
        for (method, condition) in &self.mapping.methods.only_in_source {
            let taken = match condition {
                Some(condition) => {
                    let (taken, others) = self.evaluator.split(&condition.holds, &rest)?;
                    rest = others;
                    taken
                }
                None => std::mem::replace(&mut rest, RecordBatch::new_empty(schema.clone())),
            };
            inserted.extend((*method == Method::Insert).then_some(taken));
        }
        Ok(concat_batches(schema, &inserted)?)
    }
}
