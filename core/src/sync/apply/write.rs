//! Writing rows: in one transaction, and in halves down to the row that is at fault (F11).

use super::{
    Applied, Applier, Later, Stopped,
    messages::{refused, unknown},
    row::Preparation,
};
use crate::{
    connect::ConnectError,
    journal::ChangeStatus,
    project::{Method, SchemaType},
    sync::{
        deadlock::write_again,
        references::References,
        rows::{RowWrite, Rows},
    },
};

/// What became of rows.
#[derive(Clone, Copy)]
pub(super) enum Fate<'e> {
    /// They are committed.
    Written,
    /// The system, or a rule of ours, refuses them.
    Refused(&'e ConnectError),
    /// They may be committed or not: the answer to the commit was lost.
    Unknown,
}

/// Is told what became of rows.
pub(super) trait Outcome {
    /// Takes over what became of these rows; refused ones come one by one.
    fn told(&mut self, rows: &[&RowWrite], fate: Fate<'_>);

    /// These rows anew, if those of their batch that were refused before them make a difference.
    fn anew(&mut self, rows: &[&RowWrite]) -> Result<Option<Vec<RowWrite>>, Stopped> {
        let _ = rows;
        Ok(None)
    }
}

/// The objects of a batch on their way.
struct Batch<'b> {
    preparation: Preparation<'b>,
    rows: &'b [RowWrite],
    references: &'b mut References,
    later: &'b mut Later,
    applied: &'b mut Applied,
    /// New objects of the batch were refused.
    refused: bool,
}

impl Outcome for Batch<'_> {
    fn told(&mut self, rows: &[&RowWrite], fate: Fate<'_>) {
        match fate {
            Fate::Written => self.applied.committed(rows),
            Fate::Unknown => rows.iter().for_each(|row| self.applied.unknown(row.index)),
            Fate::Refused(error) => {
                for row in rows {
                    if row.method == Method::Insert {
                        self.forget(row);
                        self.refused = true;
                    }
                    self.applied.fail(row.index, refused(row, error));
                }
            }
        }
    }

    /// What refers to an object that was refused must not get its key: the references are resolved once more.
    fn anew(&mut self, rows: &[&RowWrite]) -> Result<Option<Vec<RowWrite>>, Stopped> {
        let type_name = &self.preparation.mapping.destination().schema_type.name;
        let Some(first) = rows.first().filter(|_| self.refused && self.references.lead_to(type_name)) else {
            return Ok(None);
        };
        // None of them is there yet, so none may be referred to by those before it.
        let all = self.rows;
        all.iter().filter(|row| row.index >= first.index).for_each(|row| self.forget(row));
        self.later.forget_from(first.index);
        let indices: Vec<usize> = rows.iter().map(|row| row.index).collect();
        self.preparation.rows(&indices, self.references, self.later, self.applied).map(Some)
    }
}

impl Batch<'_> {
    /// No reference leads to this object any more.
    fn forget(&mut self, row: &RowWrite) {
        let type_name = &self.preparation.mapping.destination().schema_type.name;
        self.references.remove(type_name, |name| row.value(name));
    }
}

impl Applier<'_> {
    /// Writes objects of the step; new ones that are refused are taken out of `references` again.
    pub(super) fn write_objects(
        &mut self,
        preparation: Preparation<'_>,
        rows: &[RowWrite],
        references: &mut References,
        later: &mut Later,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        self.stop_if_cancelled()?;
        let schema_type = &self.mapping.destination().schema_type;
        // Of some objects only members change, or references that are pending.
        let (written, nothing): (Vec<&RowWrite>, Vec<&RowWrite>) =
            rows.iter().partition(|row| row.method != Method::Update || !row.columns.is_empty());
        nothing.iter().for_each(|row| applied.done(row.index));
        let mut batch = Batch { preparation, rows, references, later, applied, refused: false };
        self.write_rows(schema_type, &written, &mut batch)
    }

    /// Writes rows of a type; `outcome` is told what became of them, refused ones one by one.
    pub(super) fn write_rows(
        &mut self,
        schema_type: &SchemaType,
        rows: &[&RowWrite],
        outcome: &mut dyn Outcome,
    ) -> Result<(), Stopped> {
        if rows.is_empty() {
            return Ok(());
        }
        self.journal.keep_lock()?;
        let cancel = self.cancel;
        match write_again(rows.len(), cancel, || self.write_batch(schema_type, rows)) {
            Ok(()) => {
                outcome.told(rows, Fate::Written);
                Ok(())
            }
            Err(error) if !error.kind.is_about_rows() => {
                if error.outcome_unknown {
                    outcome.told(rows, Fate::Unknown);
                }
                Err(error.into())
            }
            Err(error) if rows.len() == 1 => {
                outcome.told(rows, Fate::Refused(&error));
                if self.continue_on_error { Ok(()) } else { Err(Stopped::FirstError) }
            }
            Err(_) => {
                let (before, after) = rows.split_at(rows.len() / 2);
                self.write_rows(schema_type, before, outcome)?;
                match outcome.anew(after)? {
                    Some(rows) => self.write_rows(schema_type, &rows.iter().collect::<Vec<_>>(), outcome),
                    None => self.write_rows(schema_type, after, outcome),
                }
            }
        }
    }

    /// Writes rows in one transaction.
    pub(super) fn write_batch(
        &mut self,
        schema_type: &SchemaType,
        rows: &[&RowWrite],
    ) -> Result<(), ConnectError> {
        self.connector.begin()?;
        let written = Rows::group(schema_type, rows).and_then(|groups| {
            groups.iter().try_for_each(|group| {
                self.connector.set_options(group.options.clone());
                match group.method {
                    Method::Insert => self.connector.insert(schema_type, &group.columns),
                    Method::Update => self.connector.update(schema_type, &group.keys, &group.columns),
                    Method::Delete => self.connector.delete(schema_type, &group.keys),
                    _ => Ok(()),
                }
            })
        });
        written
            .and_then(|()| self.connector.commit())
            .map_err(|error| error.after_rollback(self.connector.rollback()))
    }
}

/// References that are set in a second pass: further columns of objects that are written already.
pub(super) struct FurtherColumns<'a>(pub &'a mut Applied);

impl Outcome for FurtherColumns<'_> {
    fn told(&mut self, rows: &[&RowWrite], fate: Fate<'_>) {
        for row in rows {
            match fate {
                Fate::Written => {
                    self.0.committed.insert(row.index);
                    self.0.close(row.index);
                }
                Fate::Refused(error) => self.0.fail(row.index, refused(row, error)),
                Fate::Unknown => self.0.unknown_and_told(row),
            }
        }
    }
}

impl Applied {
    /// Notes that all is done about an object; what has failed before stays so.
    pub(super) fn done(&mut self, index: usize) {
        self.set_status(index, ChangeStatus::Done);
    }

    /// Notes rows of objects as written.
    fn committed(&mut self, rows: &[&RowWrite]) {
        for row in rows {
            self.committed.insert(row.index);
            self.done(row.index);
        }
    }

    /// Notes that nobody knows whether an object is written.
    pub(super) fn unknown(&mut self, index: usize) {
        self.set_status(index, ChangeStatus::Unknown);
    }

    /// The same of a further part of an object, which nobody looks up afterwards.
    pub(super) fn unknown_and_told(&mut self, row: &RowWrite) {
        if !matches!(self.statuses.get(row.index), Some(ChangeStatus::Failed | ChangeStatus::Unknown)) {
            self.messages.push(unknown(&row.name));
        }
        self.unknown(row.index);
    }

    fn set_status(&mut self, index: usize, status: ChangeStatus) {
        if let Some(slot) = self.statuses.get_mut(index).filter(|slot| **slot != ChangeStatus::Failed) {
            *slot = status;
        }
    }

    /// What an object is of which something still waits to be written.
    pub(super) fn unfinished(&self, index: usize) -> ChangeStatus {
        let is_written = self.committed.contains(&index);
        if is_written { ChangeStatus::PartlyWritten } else { ChangeStatus::NotWritten }
    }

    /// Until its references and all its members are written an object is not done.
    pub(super) fn reopen(&mut self, index: usize) {
        let open = self.unfinished(index);
        self.replace_status(index, &[ChangeStatus::Done], open);
    }

    /// Something of an object is written that is not done yet.
    pub(super) fn part_written(&mut self, index: usize) {
        self.replace_status(index, &[ChangeStatus::NotWritten], ChangeStatus::PartlyWritten);
    }

    /// Nothing of an object waits any more.
    pub(super) fn close(&mut self, index: usize) {
        let open = [ChangeStatus::NotWritten, ChangeStatus::PartlyWritten];
        self.replace_status(index, &open, ChangeStatus::Done);
    }

    pub(super) fn replace_status(&mut self, index: usize, from: &[ChangeStatus], to: ChangeStatus) {
        if let Some(status) = self.statuses.get_mut(index).filter(|status| from.contains(status)) {
            *status = to;
        }
    }
}
