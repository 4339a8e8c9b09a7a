//! Which candidates of a matching rule are unambiguous pairs (M4).

use std::collections::HashSet;

use arrow::{
    array::{AsArray as _, BooleanArray, RecordBatch, UInt32Array},
    compute::filter_record_batch,
    datatypes::UInt32Type,
};
use datafusion::error::Result as DataFusionResult;

/// Candidates of one rule, counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    /// Pairs whose rows have no other candidate.
    pub unambiguous: u64,
    /// Central rows in all other pairs.
    pub left: HashSet<u32>,
    /// Target rows in all other pairs.
    pub right: HashSet<u32>,
}

/// Counts candidates, given as lists of pairs of row numbers.
pub(super) fn count_candidates(lists: &[Vec<(u32, u32)>]) -> Counted {
    let pairs = || lists.iter().flatten();
    let mut left = Rows::up_to(pairs().map(|pair| pair.0).max());
    let mut right = Rows::up_to(pairs().map(|pair| pair.1).max());
    for (left_row, right_row) in pairs() {
        left.note(*left_row);
        right.note(*right_row);
    }
    // The usual case, and a second pass over all pairs less.
    if !left.any_repeated && !right.any_repeated {
        return Counted {
            unambiguous: lists.iter().map(|pairs| pairs.len() as u64).sum(),
            ..Counted::default()
        };
    }
    let mut counted = Counted::default();
    for (left_row, right_row) in pairs() {
        if left.is_repeated(*left_row) || right.is_repeated(*right_row) {
            counted.left.insert(*left_row);
            counted.right.insert(*right_row);
        } else {
            counted.unambiguous += 1;
        }
    }
    counted
}

/// Rows seen at all and rows seen again, two bits each: millions of them stay in the cache.
struct Rows {
    words: Vec<u64>,
    any_repeated: bool,
}

const SEEN: u64 = 0b01;
const AGAIN: u64 = 0b10;
const ROWS_PER_WORD: u32 = 32;

impl Rows {
    fn up_to(last: Option<u32>) -> Self {
        let words = last.map_or(0, |last| (last / ROWS_PER_WORD) as usize + 1);
        Self { words: vec![0; words], any_repeated: false }
    }

    fn note(&mut self, row: u32) {
        let shift = Self::shift(row);
        if let Some(word) = self.words.get_mut((row / ROWS_PER_WORD) as usize) {
            let seen = (*word >> shift) & SEEN == SEEN;
            self.any_repeated |= seen;
            *word |= if seen { AGAIN } else { SEEN } << shift;
        }
    }

    fn is_repeated(&self, row: u32) -> bool {
        self.words
            .get((row / ROWS_PER_WORD) as usize)
            .is_some_and(|word| (word >> Self::shift(row)) & AGAIN == AGAIN)
    }

    fn shift(row: u32) -> u32 {
        2 * (row % ROWS_PER_WORD)
    }
}

/// Row numbers of both sides; the row number is the first column of a class.
pub(super) fn row_numbers(batch: &RecordBatch, left_width: usize) -> (&UInt32Array, &UInt32Array) {
    (batch.column(0).as_primitive::<UInt32Type>(), batch.column(left_width).as_primitive::<UInt32Type>())
}

/// Compared rows without those of ambiguous pairs.
pub(super) fn without_ambiguous(
    batch: &RecordBatch,
    left_width: usize,
    counted: &Counted,
) -> DataFusionResult<RecordBatch> {
    if counted.left.is_empty() {
        return Ok(batch.clone());
    }
    let (left, right) = row_numbers(batch, left_width);
    let mask: BooleanArray = left
        .values()
        .iter()
        .zip(right.values())
        .map(|(left, right)| Some(!counted.left.contains(left) && !counted.right.contains(right)))
        .collect();
    Ok(filter_record_batch(batch, &mask)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_several_pairs_are_ambiguous_and_so_is_whom_they_pair_with() {
        let counted = count_candidates(&[vec![(0, 63), (31, 32), (32, 32)], vec![(64, 0), (64, 1)]]);
        assert_eq!(counted.unambiguous, 1);
        assert_eq!(counted.left, HashSet::from([31, 32, 64]));
        assert_eq!(counted.right, HashSet::from([32, 0, 1]));
    }

    #[test]
    fn distinct_rows_are_pairs() {
        let pairs: Vec<(u32, u32)> = (0..1000).map(|row| (row, 999 - row)).collect();
        assert_eq!(count_candidates(&[pairs]), Counted { unambiguous: 1000, ..Counted::default() });
        assert_eq!(count_candidates(&[]), Counted::default());
    }
}
