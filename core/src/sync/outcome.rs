//! The notes about the batches of a step, as an interrupted run left them: `begin 0 10`, `failed 3`, `done 0 10`.
//!
//! Written by `apply`, each line to disk before what comes after it; the last one may be cut off.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use crate::journal::ChangeStatus;

/// What is noted about the batches of a step.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    begun: Vec<Range<usize>>,
    /// First change and end of batches; no two of them overlap.
    done: BTreeMap<usize, usize>,
    /// Changes of done batches that were not written.
    exceptions: HashMap<usize, ChangeStatus>,
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
                (word, [index]) => {
                    let status = ChangeStatus::ALL.into_iter().find(|status| status.id() == word);
                    outcome.exceptions.extend(status.map(|status| (*index, status)));
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
    fn many_batches_take_no_time() {
        const BATCHES: usize = 100_000;
        let notes: String =
            (0..BATCHES).map(|at| format!("begin {at} {0}\ndone {at} {0}\n", at + 1)).collect();
        let since = Instant::now();
        let outcome = Outcome::parse(&notes);
        assert_eq!(outcome.in_doubt().count(), 0);
        assert!((0..BATCHES).all(|index| outcome.status(index) == ChangeStatus::Done));
        assert_eq!(outcome.status(BATCHES), ChangeStatus::NotWritten);
        assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    }

    #[test]
    fn a_line_that_was_cut_off_does_not_count() {
        let outcome = Outcome::parse("begin 0 10\ndone 0 10\nbegin 10 20\ndone 10 2");
        assert!(outcome.in_doubt().eq(std::iter::once(10..20)));
        assert_eq!(Outcome::parse("begin 10 2").in_doubt().count(), 0);
        assert_eq!(Outcome::parse("nonsense\n\n1 2 3\n"), Outcome::default());
    }
}
