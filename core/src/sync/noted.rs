//! What reconciliation notes of pairs, so that they can be remembered (M10).
//!
//! Of an equal pair nothing stays but two row numbers; where a mapping remembers its pairs, the keys of those
//! that are new stay, too, and the numbers of those that are remembered already.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::Schema,
};
use datafusion::error::Result as DataFusionResult;

use super::candidates::{Counted, without_ambiguous};
use crate::{
    mapping::{CompiledMapping, PAIR_COLUMN},
    project::Side,
};

/// Position of the central object's pair number in a noted batch; the row numbers stand before.
const PAIR: usize = 2;

/// What reconciliation found out about remembered pairs, and which pairs there are to remember (M10).
#[derive(Debug, Default)]
pub struct ForMemory {
    /// Numbers of remembered pairs of which at least one object is there; NULLs do not count.
    pub seen: Vec<ArrayRef>,
    /// Pairs that rules found, with the name of the rule: row numbers, then, where there are remembered pairs,
    /// the numbers of those that the two were in before, then the keys of the central and the target object.
    pub matched: Vec<(String, RecordBatch)>,
    /// Whether `matched` has the numbers of remembered pairs.
    pub has_numbers: bool,
}

/// What is noted of pairs, so that they can be remembered (M10).
pub struct Noted {
    remember: bool,
    /// Columns of both sides: row number, number of the remembered pair, keys.
    sides: [NotedSide; 2],
    left_width: usize,
}

struct NotedSide {
    pair: Option<usize>,
    keys: Vec<usize>,
}

impl Noted {
    /// What is noted of objects with these columns.
    pub fn new(mapping: &CompiledMapping, left: &Schema, right: &Schema) -> Self {
        let side = |side: Side, schema: &Schema| NotedSide {
            pair: schema.index_of(PAIR_COLUMN).ok(),
            keys: mapping.class(side).key.iter().filter_map(|name| schema.index_of(name).ok()).collect(),
        };
        Self {
            remember: mapping.remember_pairs,
            sides: [side(Side::Left, left), side(Side::Right, right)],
            left_width: left.fields().len(),
        }
    }

    /// True if there are remembered pairs to match by.
    pub fn has_numbers(&self) -> bool {
        self.remember && self.sides.iter().all(|side| side.pair.is_some())
    }

    /// The columns of a joined batch that a pass notes of its pairs; row numbers stand first.
    pub fn columns(&self, by_memory: bool) -> Vec<usize> {
        if !self.remember {
            return Vec::new();
        }
        let [left, right] = &self.sides;
        let theirs = |column: &usize| self.left_width + column;
        let mut columns = vec![0, self.left_width];
        columns.extend(left.pair);
        columns.extend(right.pair.as_ref().map(theirs));
        if !by_memory {
            columns.extend(&left.keys);
            columns.extend(right.keys.iter().map(theirs));
        }
        columns
    }

    /// Takes over what the pass by memory noted, with the objects that it left alone.
    pub fn seen(&self, noted: &[RecordBatch], alone: [&[RecordBatch]; 2], into: &mut ForMemory) {
        let [left, right] = &self.sides;
        let theirs = right.pair.map(|column| self.left_width + column);
        into.seen.extend(noted.iter().map(|batch| Arc::clone(batch.column(PAIR))));
        for (alone, column) in alone.into_iter().zip([left.pair, theirs]) {
            let Some(column) = column else { continue };
            into.seen.extend(alone.iter().map(|batch| Arc::clone(batch.column(column))));
        }
    }

    /// Takes over what the pass of a rule noted, without ambiguous pairs.
    pub fn matched(
        rule: &str,
        noted: &[RecordBatch],
        counted: &Counted,
        into: &mut ForMemory,
    ) -> DataFusionResult<()> {
        for batch in noted {
            into.matched.push((rule.to_owned(), without_ambiguous(batch, 1, counted)?));
        }
        Ok(())
    }
}
