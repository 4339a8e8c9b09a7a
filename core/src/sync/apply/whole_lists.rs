//! Lists of members that are sent whole (R15): of an object whose list differs every row is taken out and all
//! members are written anew, in one transaction.
//!
//! Where a member is the row itself (1:n) it is not deleted: every member gets its object written once more. Members
//! that cannot be found, or of whom several are found, stay as they are. If no row comes and none goes nothing is
//! sent: what can never be written must not write the others in every run.

use std::collections::HashSet;

use super::{
    Applied, Applier, Stopped,
    members::{Members, Waiting},
    messages::list_refused,
    write::{Fate, Outcome},
};
use crate::{
    connect::ConnectError,
    project::SchemaType,
    sync::{deadlock::write_again, references::Resolved, rows::RowWrite},
    value::Value,
};

/// The list of one object.
pub(super) struct WholeList {
    /// Position of the change.
    index: usize,
    /// Rows that go.
    out: Vec<RowWrite>,
    /// Rows that come, in place of those and beside them.
    into: Vec<RowWrite>,
}

impl WholeList {
    /// All its rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = &RowWrite> {
        self.out.iter().chain(&self.into)
    }

    fn len(&self) -> usize {
        self.out.len() + self.into.len()
    }
}

impl Applier<'_> {
    /// The lists that are sent whole; their rows are taken out of those of single members.
    ///
    /// # Errors
    ///
    /// If the rows of the members that stay cannot be read.
    pub(super) fn whole_lists(
        &mut self,
        members: &Members<'_>,
        removed: &mut Vec<RowWrite>,
        added: &mut Vec<RowWrite>,
    ) -> Result<Vec<WholeList>, Stopped> {
        let differing: HashSet<usize> = removed.iter().chain(added.iter()).map(|row| row.index).collect();
        let staying: Vec<Vec<Value>> = members
            .changes
            .iter()
            .map(|change| match &change.sent_again {
                Some(values) if differing.contains(&change.object.index) => members.found_once(values),
                _ => Vec::new(),
            })
            .collect();
        let rows = match members.table.member {
            Some(_) => self.rows_of(members, |at| staying.get(at).map_or(&[], Vec::as_slice))?,
            None => Vec::new(),
        };
        let mut lists = Vec::new();
        for (position, change) in members.changes.iter().enumerate() {
            let index = change.object.index;
            if change.sent_again.is_none() || !differing.contains(&index) {
                continue;
            }
            let mut out: Vec<RowWrite> = removed.extract_if(.., |row| row.index == index).collect();
            let own = rows.iter().filter(|(at, ..)| *at == position);
            out.extend(
                own.filter_map(|(_, value, key)| members.removed_row(change, value, key.clone()).ok()),
            );
            let mut into: Vec<RowWrite> = added.extract_if(.., |row| row.index == index).collect();
            let staying = staying.get(position).map_or(&[][..], Vec::as_slice);
            into.extend(staying.iter().filter_map(|value| members.again(position, value)));
            lists.push(WholeList { index, out, into });
        }
        Ok(lists)
    }

    /// Writes lists, each in one transaction; small ones together.
    pub(super) fn write_whole_lists(
        &mut self,
        members: &Members<'_>,
        lists: Vec<WholeList>,
        waiting: &mut Waiting,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        let mut writing = Writing { members, waiting, applied, refused: Vec::new() };
        for batch in batches(&lists, self.batch) {
            self.write_lists(&batch, &mut writing)?;
        }
        // What one list gave up another one may have now.
        for list in std::mem::take(&mut writing.refused) {
            self.stop_if_cancelled()?;
            match self.write_together(members.schema_type, &[list]) {
                Ok(()) => writing.told(list, Fate::Written),
                Err(error) if error.kind.is_about_rows() => {
                    writing.told(list, Fate::Refused(&error));
                    if !self.continue_on_error {
                        return Err(Stopped::FirstError);
                    }
                }
                Err(error) => return Err(writing.stopped(&[list], error)),
            }
        }
        Ok(())
    }

    /// Writes lists together, and in halves if they are refused; a single one that is refused is noted.
    fn write_lists<'l>(
        &mut self,
        lists: &[&'l WholeList],
        writing: &mut Writing<'_, 'l>,
    ) -> Result<(), Stopped> {
        self.stop_if_cancelled()?;
        self.journal.keep_lock()?;
        match self.write_together(writing.members.schema_type, lists) {
            Ok(()) => lists.iter().for_each(|list| writing.told(list, Fate::Written)),
            Err(error) if !error.kind.is_about_rows() => return Err(writing.stopped(lists, error)),
            Err(_) if lists.len() == 1 => writing.refused.extend(lists),
            Err(_) => {
                let (before, after) = lists.split_at(lists.len() / 2);
                self.write_lists(before, writing)?;
                self.write_lists(after, writing)?;
            }
        }
        Ok(())
    }

    /// Writes lists in one transaction: what goes, goes first.
    fn write_together(&mut self, schema_type: &SchemaType, lists: &[&WholeList]) -> Result<(), ConnectError> {
        let out = lists.iter().flat_map(|list| &list.out);
        let rows: Vec<&RowWrite> = out.chain(lists.iter().flat_map(|list| &list.into)).collect();
        let cancel = self.cancel;
        write_again(rows.len(), cancel, || self.write_batch(schema_type, &rows))
    }
}

/// Lists on their way.
struct Writing<'w, 'l> {
    members: &'w Members<'w>,
    waiting: &'w mut Waiting,
    applied: &'w mut Applied,
    /// Lists that were refused once.
    refused: Vec<&'l WholeList>,
}

impl Writing<'_, '_> {
    fn told(&mut self, list: &WholeList, fate: Fate<'_>) {
        if let Fate::Refused(error) = fate {
            let change = self.members.changes.iter().find(|change| change.object.index == list.index);
            if let Some(change) = change {
                self.applied.fail(list.index, list_refused(change, error));
            }
            return;
        }
        let rows: Vec<&RowWrite> = list.rows().collect();
        self.members.outcome(self.waiting, self.applied).told(&rows, fate);
    }

    /// Why the run does not go on; whether the lists are written may be unknown.
    fn stopped(&mut self, lists: &[&WholeList], error: ConnectError) -> Stopped {
        if error.outcome_unknown {
            lists.iter().for_each(|list| self.told(list, Fate::Unknown));
        }
        error.into()
    }
}

impl Members<'_> {
    /// Those of the values that stand for exactly one member.
    fn found_once(&self, values: &[Value]) -> Vec<Value> {
        let is_one = |value: &&Value| matches!(self.references.resolve(self.target, value), Resolved::Key(_));
        values.iter().filter(is_one).cloned().collect()
    }

    /// The row that says once more that a member is in.
    fn again(&self, position: usize, value: &Value) -> Option<RowWrite> {
        let change = self.changes.get(position)?;
        let own = self.own.get(position)?.as_ref()?;
        let Resolved::Key(key) = self.references.resolve(self.target, value) else { return None };
        let mut row = self.row(change, value);
        self.add(&mut row, own, key).ok().map(|()| row)
    }
}

/// Lists in batches of at most so many rows; one that is longer is a batch of its own.
fn batches(lists: &[WholeList], rows: usize) -> Vec<Vec<&WholeList>> {
    let mut batches: Vec<Vec<&WholeList>> = Vec::new();
    let mut length = 0;
    for list in lists {
        length += list.len();
        match batches.last_mut() {
            Some(last) if length <= rows => last.push(list),
            _ => {
                length = list.len();
                batches.push(vec![list]);
            }
        }
    }
    batches
}
