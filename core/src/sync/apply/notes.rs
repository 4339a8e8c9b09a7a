//! The notes about the batches of a step, to disk: what is about to be written, and what became of it (F13).
//!
//! `in_doubt` reads them when the run was killed, in the words of [`Outcome`](crate::sync::outcome::Outcome).

use std::{
    collections::HashSet,
    io::{self, Write as _},
    ops::Range,
};

use super::{Applied, Applier, Later, Stopped, members::MemberChange};
use crate::{
    journal::{ChangeStatus, JournalError},
    sync::{pending::Pending, rows::RowWrite},
};

impl Applier<'_> {
    /// Notes intent and outcome of a batch, to disk.
    pub(super) fn note(&mut self, what: &str, start: usize, end: usize) -> Result<(), Stopped> {
        writeln!(self.outcome, "{what} {start} {end}")
            .and_then(|()| self.outcome.sync_data())
            .map_err(|source| self.not_noted(source))
    }

    /// Notes which changes of a batch are not written, or not yet completely, before it is noted as done.
    pub(super) fn note_exceptions(
        &mut self,
        range: Range<usize>,
        later: &Later,
        applied: &Applied,
    ) -> Result<(), Stopped> {
        let waiting = later.with_references(range.start);
        let exception = |index: usize| match applied.status(index) {
            Some(ChangeStatus::Done) => waiting.contains(&index).then(|| applied.unfinished(index)),
            status => status,
        };
        self.note_each(range.filter_map(|index| Some((exception(index)?.id(), index))))
    }

    /// Notes that references which waited are about to be set, to disk.
    pub(super) fn note_begin_again(&mut self, rows: &[RowWrite]) -> Result<(), Stopped> {
        if rows.is_empty() {
            return Ok(());
        }
        self.note_each(rows.iter().map(|row| ("begin", row.index)))?;
        self.sync()
    }

    /// Notes what became of the objects whose references waited, to disk; whoever has changes of `members` is not done
    /// yet, as after every batch.
    pub(super) fn note_references(
        &mut self,
        pending: &[Pending],
        members: &[MemberChange],
        applied: &Applied,
    ) -> Result<(), Stopped> {
        let with_members: HashSet<usize> = members.iter().map(|one| one.object.index).collect();
        let is_nothing = |index: usize| !applied.committed.contains(&index) && !with_members.contains(&index);
        let status = |index: usize| match applied.status(index) {
            // Whether it is written can be looked up.
            Some(ChangeStatus::Unknown) => None,
            Some(ChangeStatus::Done) if is_nothing(index) => Some(ChangeStatus::NotWritten),
            status => status,
        };
        let mut indices: Vec<usize> = pending.iter().map(|one| one.object.index).collect();
        indices.dedup();
        self.note_each(indices.into_iter().filter_map(|index| Some((status(index)?.id(), index))))?;
        self.sync()
    }

    /// Notes a word about each of these changes; on disk they are with the next note that goes there.
    fn note_each(&mut self, notes: impl Iterator<Item = (&'static str, usize)>) -> Result<(), Stopped> {
        let mut lines: Vec<u8> = Vec::new();
        for (word, index) in notes {
            writeln!(lines, "{word} {index}").map_err(|source| self.not_noted(source))?;
        }
        self.outcome.write_all(&lines).map_err(|source| self.not_noted(source))
    }

    fn sync(&self) -> Result<(), Stopped> {
        self.outcome.sync_data().map_err(|source| self.not_noted(source))
    }

    fn not_noted(&self, source: io::Error) -> Stopped {
        Stopped::Journal(JournalError::Folder { path: self.outcome_path.clone(), source })
    }
}
