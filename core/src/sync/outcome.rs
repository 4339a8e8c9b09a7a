//! The notes about the batches of a step, as an interrupted run left them: `begin 0 10`, `failed 3`, `done 0 10`.
//!
//! An object whose references wait for the end of the step is `partly_written 4`, or `not_written 4`, until they are
//! set: `begin 4`, `done 4`. What is noted last of a change counts.
//!
//! Written by `apply`, each line to disk before what comes after it; the last one may be cut off.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
};

use crate::journal::ChangeStatus;

/// What is noted about the batches of a step.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    begun: Vec<Range<usize>>,
    /// First change and end of batches; no two of them overlap.
    done: BTreeMap<usize, usize>,
    /// Changes of done batches that were not written, or not completely.
    exceptions: HashMap<usize, ChangeStatus>,
    /// Changes whose references were about to be set at the end of the step.
    begun_again: BTreeSet<usize>,
}

impl Outcome {
    /// Reads the notes; what is not understood is passed over.
    #[must_use]
    pub fn parse(notes: &str) -> Self {
        let mut outcome = Self::default();
        // Of a line without its end nobody knows how long it would have been.
        for line in notes.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            let mut words = line.split(' ');
            let word = words.next().unwrap_or_default();
            let numbers: Vec<usize> = words.filter_map(|number| number.parse().ok()).collect();
            match (word, numbers.as_slice()) {
                ("begin", [start, end]) => outcome.begun.push(*start..*end),
                ("done", [start, end]) => {
                    outcome.done.insert(*start, *end);
                }
                ("begin", [index]) => {
                    outcome.begun_again.insert(*index);
                }
                (word, [index]) => {
                    if let Some(status) = ChangeStatus::ALL.into_iter().find(|status| status.id() == word) {
                        outcome.exceptions.insert(*index, status);
                        outcome.begun_again.remove(index);
                    }
                }
                _ => {}
            }
        }
        outcome
    }

    /// Batches that were begun and of which nobody knows how they ended.
    pub fn in_doubt(&self) -> impl Iterator<Item = Range<usize>> {
        self.begun.iter().filter(|range| self.done.get(&range.start) != Some(&range.end)).cloned()
    }

    /// Changes of which nobody knows whether the references that waited for the end of the step are set; what else
    /// there was to write of them is written.
    pub fn references_in_doubt(&self) -> impl Iterator<Item = usize> {
        self.begun_again.iter().copied()
    }

    /// Status of a change by the notes: not written where its batch is not done.
    #[must_use]
    pub fn status(&self, index: usize) -> ChangeStatus {
        match self.done.range(..=index).next_back() {
            Some((_, end)) if index < *end => {
                self.exceptions.get(&index).copied().unwrap_or(ChangeStatus::Done)
            }
            _ => ChangeStatus::NotWritten,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn batches_and_exceptions() {
        let outcome = Outcome::parse("begin 0 2\nfailed 1\ndone 0 2\nbegin 2 14\nnot_written 2\n");
        let statuses: Vec<_> = (0..4).map(|index| outcome.status(index)).collect();
        use ChangeStatus::{Done, Failed, NotWritten};
        assert_eq!(statuses, [Done, Failed, NotWritten, NotWritten]);
        assert!(outcome.in_doubt().eq(std::iter::once(2..14)));
    }

    #[test]
    fn references_at_the_end_of_the_step() {
        use ChangeStatus::{Done, Failed, NotWritten, PartlyWritten};
        let statuses = |outcome: &Outcome| (0..4).map(|index| outcome.status(index)).collect::<Vec<_>>();
        let notes = "begin 0 4\npartly_written 1\nnot_written 2\npartly_written 3\ndone 0 4\n";
        let outcome = Outcome::parse(notes);
        assert_eq!(statuses(&outcome), [Done, PartlyWritten, NotWritten, PartlyWritten]);
        assert_eq!(outcome.references_in_doubt().count(), 0);
        let begun = format!("{notes}begin 1\nbegin 2\nbegin 3\n");
        let outcome = Outcome::parse(&begun);
        assert_eq!(statuses(&outcome), [Done, PartlyWritten, NotWritten, PartlyWritten]);
        assert!(outcome.references_in_doubt().eq([1, 2, 3]));
        let outcome = Outcome::parse(&format!("{begun}done 1\nfailed 3\ndone 2"));
        assert_eq!(statuses(&outcome), [Done, Done, NotWritten, Failed]);
        assert!(outcome.references_in_doubt().eq([2]));
        assert_eq!(outcome.in_doubt().count(), 0);
    }

    #[test]
    fn many_batches_take_no_time() {
        // Looking at all batches for each change would take minutes.
        const BATCHES: usize = 400_000;
        let notes: String =
            (0..BATCHES).map(|at| format!("begin {at} {0}\ndone {at} {0}\n", at + 1)).collect();
        let since = Instant::now();
        let outcome = Outcome::parse(&notes);
        assert_eq!(outcome.in_doubt().count(), 0);
        assert!((0..BATCHES).all(|index| outcome.status(index) == ChangeStatus::Done));
        assert_eq!(outcome.status(BATCHES), ChangeStatus::NotWritten);
        assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
    }

    #[test]
    fn a_line_that_was_cut_off_does_not_count() {
        let outcome = Outcome::parse("begin 0 10\ndone 0 10\nbegin 10 20\ndone 10 2");
        assert!(outcome.in_doubt().eq(std::iter::once(10..20)));
        assert_eq!(Outcome::parse("begin 10 2").in_doubt().count(), 0);
        assert_eq!(Outcome::parse("nonsense\n\n1 2 3\n"), Outcome::default());
    }
}
