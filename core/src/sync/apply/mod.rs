//! Applying a change list: batches in transactions, intent before and outcome after each (F10, F11, F13).
//!
//! A batch that is refused is taken back and tried again in halves, down to the row that is at fault, so
//! that the good ones are kept; one that the database gave up in a deadlock is tried again as a whole.
//! References are resolved on the way; one that leads to an object that is not there yet is set in a second
//! pass at the end. Members come last: then every object that has or is one has its key.
//!
//! [`row`] makes rows of changes, [`write`] writes them, [`members`] and [`removals`] write the differences of
//! lists of members, [`whole_lists`] whole ones, [`notes`] takes to disk what becomes of them, [`messages`] says what went wrong.

mod members;
mod messages;
mod notes;
mod removals;
mod row;
mod whole_lists;
mod write;

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    ops::Range,
    path::PathBuf,
};

pub use self::messages::{unknown, unresolved_message};
use self::{
    members::MemberChange,
    messages::{does_not_fit_pending, not_found_again},
    row::Preparation,
    write::FurtherColumns,
};
use super::{
    pending::{Key, Pending, WrittenObject, find_keys},
    references::{References, Resolved, written_target},
    rows::RowWrite,
    source::label_key,
};
use crate::{
    connect::{ConnectError, Connector, ErrorKind},
    journal::{ChangeList, ChangeStatus, Journal, JournalError, Message, Writes},
    mapping::{CompiledMapping, WriteAs},
    progress::{CancelToken, Progress},
    project::{Method, Schema, Side},
};

/// Why applying stopped before the end of the list.
#[derive(Debug)]
pub enum Stopped {
    /// A system does not answer or refuses everything.
    Connect(ConnectError),
    /// The journal cannot be written.
    Journal(JournalError),
    /// Somebody asked to stop.
    Cancelled,
    /// An object was refused and the workflow stops on errors.
    FirstError,
}

impl From<ConnectError> for Stopped {
    fn from(error: ConnectError) -> Self {
        if error.kind == ErrorKind::Cancelled { Self::Cancelled } else { Self::Connect(error) }
    }
}

impl From<JournalError> for Stopped {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// Writes the changes of one step.
pub struct Applier<'a> {
    /// Connection to the system that is written.
    pub connector: Box<dyn Connector>,
    /// The mapping of the step.
    pub mapping: &'a CompiledMapping,
    /// Schema of the system that is written.
    pub schema: &'a Schema,
    /// The journal, for labels.
    pub journal: &'a mut Journal,
    /// The run.
    pub run: &'a str,
    /// Objects of a transaction.
    pub batch: usize,
    /// An object in error does not stop the run.
    pub continue_on_error: bool,
    /// Objects that are busy right before they are written are left out (F6).
    pub check_busy: bool,
    /// Keys of the central objects that a provisioning is about: that they wait for it does not make them busy.
    pub wanted: Option<&'a HashSet<String>>,
    /// Where the outcome of every batch is noted, to disk.
    pub outcome: File,
    /// Where that is.
    pub outcome_path: PathBuf,
    /// Who watches.
    pub progress: &'a dyn Progress,
    /// Who stops.
    pub cancel: &'a CancelToken,
}

/// What applying did.
#[derive(Debug)]
pub struct Applied {
    /// Status of every change of the list.
    pub statuses: Vec<ChangeStatus>,
    /// Changes whose own row is committed, whatever became of their members and further references.
    pub committed: HashSet<usize>,
    /// Changes of which a row of a member is committed.
    members_written: HashSet<usize>,
    /// Objects written, by method, and those in error, each counted once.
    pub writes: Writes,
    /// What there is to say.
    pub messages: Vec<Message>,
    /// Why it stopped early.
    pub stopped: Option<Stopped>,
}

/// What waits until all objects of the step are written.
#[derive(Default)]
struct Later {
    pending: Vec<Pending>,
    members: Vec<MemberChange>,
}

impl Later {
    /// The object of the change at `index`, wherever something of it waits.
    fn objects(&mut self, index: usize) -> impl Iterator<Item = &mut WrittenObject> {
        let is_own = move |object: &&mut WrittenObject| object.index == index;
        let pending = self.pending.iter_mut().rev().map(|one| &mut one.object).take_while(is_own);
        let members = self.members.iter_mut().rev().map(|one| &mut one.object).take_while(is_own);
        pending.chain(members)
    }

    /// The changes from `index` on of which a reference waits.
    fn with_references(&self, index: usize) -> HashSet<usize> {
        let waiting = self.pending.iter().rev().map(|one| one.object.index);
        waiting.take_while(|own| *own >= index).collect()
    }

    /// Forgets what waits of the changes from `index` on.
    fn forget_from(&mut self, index: usize) {
        while self.pending.pop_if(|one| one.object.index >= index).is_some() {}
        while self.members.pop_if(|one| one.object.index >= index).is_some() {}
    }
}

impl Applier<'_> {
    /// Applies the changes in `range` of the list.
    pub fn apply(&mut self, changes: &ChangeList, range: Range<usize>) -> Applied {
        let mut applied = Applied {
            statuses: vec![ChangeStatus::NotWritten; changes.len()],
            committed: HashSet::new(),
            members_written: HashSet::new(),
            writes: Writes::default(),
            messages: Vec::new(),
            stopped: None,
        };
        if let Err(stopped) = self.apply_all(changes, range.clone(), &mut applied) {
            applied.stopped = Some(stopped);
        }
        applied.without_rows(changes, range.clone());
        applied.count(changes, range);
        applied
    }

    fn apply_all(
        &mut self,
        changes: &ChangeList,
        range: Range<usize>,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        let mut later = Later::default();
        let objects = self.write_all(changes, range, &mut later, applied);
        let Later { mut pending, mut members } = later;
        pending.retain(|one| applied.is_done(one.object.index));
        pending.iter().for_each(|one| applied.reopen(one.object.index));
        let objects = objects.and_then(|()| self.second_pass(&pending, &mut members, applied));
        members.retain(|one| applied.is_done(one.object.index));
        members.iter().for_each(|one| applied.reopen(one.object.index));
        objects?;
        self.write_members(members, applied)
    }

    /// Writes all objects of the range, and notes what must wait until they are there.
    fn write_all(
        &mut self,
        changes: &ChangeList,
        range: Range<usize>,
        later: &mut Later,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        let mut references = self.read_references()?;
        let total = range.len() as u64;
        let mut start = range.start;
        while start < range.end {
            self.stop_if_cancelled()?;
            self.journal.keep_lock()?;
            let method = changes.method(start).unwrap_or(Method::Ignore);
            let mut end = start;
            while end < range.end && end - start < self.batch && changes.method(end) == Some(method) {
                end += 1;
            }
            self.note("begin", start, end)?;
            let free = self.free_of_collisions(changes, start..end, applied)?;
            if matches!(method, Method::MarkOutstanding | Method::ResetOutstanding) {
                self.label(changes, &free, method, applied)?;
            } else {
                let preparation =
                    Preparation { mapping: self.mapping, changes, continue_on_error: self.continue_on_error };
                let rows = preparation.rows(&free, &mut references, later, applied)?;
                self.write_objects(preparation, &rows, &mut references, later, applied)?;
            }
            self.note_exceptions(start..end, later, applied)?;
            self.note("done", start, end)?;
            self.progress.advance((end - range.start) as u64, Some(total));
            start = end;
        }
        Ok(())
    }

    /// What the references lead to; members are looked up when it is their turn.
    fn read_references(&mut self) -> Result<References, Stopped> {
        let targets = self.mapping.inserts.iter().chain(&self.mapping.updates);
        let targets = targets.filter(|target| !matches!(target.write_as, WriteAs::Members(_)));
        Ok(References::read_for(&mut *self.connector, self.schema, targets, self.cancel)?)
    }

    fn stop_if_cancelled(&self) -> Result<(), Stopped> {
        if self.cancel.is_cancelled() { Err(Stopped::Cancelled) } else { Ok(()) }
    }

    fn label(
        &mut self,
        changes: &ChangeList,
        indices: &[usize],
        method: Method,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        // Where both objects are there the label is on the central one.
        let mut by_side: [(Side, Vec<String>); 2] = [(Side::Left, Vec::new()), (Side::Right, Vec::new())];
        for change in indices.iter().filter_map(|index| changes.get(*index)) {
            let [left, right] = &mut by_side;
            if method == Method::ResetOutstanding {
                left.1.push(label_key(&change.left_key));
                right.1.push(label_key(&change.right_key));
            } else if self.mapping.destination().side == Side::Left {
                left.1.push(label_key(&change.left_key));
            } else {
                right.1.push(label_key(&change.right_key));
            }
        }
        let labelled = by_side.into_iter().try_for_each(|(side, keys)| {
            let schema_type = &self.mapping.class(side).schema_type.name;
            match method {
                _ if keys.is_empty() => Ok(()),
                Method::MarkOutstanding => self.journal.mark(self.run, side, schema_type, &keys),
                _ => self.journal.reset(side, schema_type, &keys),
            }
        });
        for index in indices {
            match &labelled {
                Ok(()) => applied.done(*index),
                Err(JournalError::Connect(error)) if error.outcome_unknown => applied.unknown(*index),
                Err(_) => {}
            }
        }
        Ok(labelled?)
    }

    /// Sets the references whose objects were not there in the first pass. Who gets another key by that takes
    /// it along to `members`.
    fn second_pass(
        &mut self,
        pending: &[Pending],
        members: &mut [MemberChange],
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        if pending.is_empty() {
            return Ok(());
        }
        self.stop_if_cancelled()?;
        let schema_type = &self.mapping.destination().schema_type;
        let references = self.read_references()?;
        let mut pending = pending.to_vec();
        let mut objects: Vec<&mut WrittenObject> = pending.iter_mut().map(|one| &mut one.object).collect();
        find_keys(&mut *self.connector, schema_type, &mut objects, self.cancel)?;
        let rows = self.further_columns(&pending, &references, applied)?;
        let waiting: HashSet<usize> = rows.iter().map(|row| row.index).collect();
        let settled = pending.iter().map(|one| one.object.index).filter(|index| !waiting.contains(index));
        settled.for_each(|index| applied.close(index));
        self.note_begin_again(&rows)?;
        let all: Vec<&RowWrite> = rows.iter().collect();
        let written = self.write_rows(schema_type, &all, &mut FurtherColumns(applied));
        let noted = self.note_references(&pending, members, applied);
        written.and(noted)?;
        let new_keys: HashMap<usize, Key> = rows
            .iter()
            .filter(|row| row.changes_key(schema_type))
            .map(|row| (row.index, row.own_key(&schema_type.key)))
            .collect();
        for object in members.iter_mut().map(|change| &mut change.object) {
            if let Some(key) = new_keys.get(&object.index) {
                object.key.clone_from(key);
            }
        }
        Ok(())
    }

    /// The rows that set references which can be set now, one an object: its key may change with them.
    fn further_columns(
        &self,
        pending: &[Pending],
        references: &References,
        applied: &mut Applied,
    ) -> Result<Vec<RowWrite>, Stopped> {
        let schema_type = &self.mapping.destination().schema_type;
        let mut rows: Vec<RowWrite> = Vec::new();
        for one in pending {
            let Pending { object, property, rule, value } = one;
            let Some(target) = written_target(self.mapping, property) else { continue };
            let WriteAs::Reference { columns, .. } = &target.write_as else { continue };
            let values = match references.resolve(target, value) {
                Resolved::Key(_) if object.key.is_empty() => {
                    let what = "the reference is not set yet";
                    applied.messages.push(not_found_again(object, property, rule, what));
                    continue;
                }
                Resolved::Key(values) => values,
                unresolved => {
                    applied.messages.push(unresolved_message(target, &object.name, rule, value, &unresolved));
                    continue;
                }
            };
            // What waits of one object stands together.
            if rows.last().is_none_or(|row| row.index != object.index) {
                rows.push(RowWrite {
                    index: object.index,
                    method: Method::Update,
                    name: object.name.clone(),
                    key: object.key.clone(),
                    columns: Vec::new(),
                    member: None,
                    options: object.options.clone(),
                });
            }
            let Some(row) = rows.last_mut() else { continue };
            if let Err(error) = row.set_all(schema_type, columns, &values) {
                applied.refuse(object.index, does_not_fit_pending(one, &error), self.continue_on_error)?;
            }
        }
        rows.retain(|row| !applied.has_failed(row.index));
        Ok(rows)
    }
}

impl Applied {
    fn status(&self, index: usize) -> Option<ChangeStatus> {
        self.statuses.get(index).copied()
    }

    fn is_done(&self, index: usize) -> bool {
        self.status(index) == Some(ChangeStatus::Done)
    }

    fn has_failed(&self, index: usize) -> bool {
        self.status(index) == Some(ChangeStatus::Failed)
    }

    /// An update of which nothing was written, because nothing that it refers to was found, is none.
    fn without_rows(&mut self, changes: &ChangeList, range: Range<usize>) {
        for index in range.filter(|index| changes.method(*index) == Some(Method::Update)) {
            if !self.committed.contains(&index) && !self.members_written.contains(&index) {
                self.replace_status(index, &[ChangeStatus::Done], ChangeStatus::NotWritten);
            }
        }
    }

    /// Counts every object once, by what became of it in the end.
    fn count(&mut self, changes: &ChangeList, range: Range<usize>) {
        for index in range {
            match self.status(index) {
                Some(ChangeStatus::Done | ChangeStatus::PartlyWritten) => {
                    self.writes.add(changes.method(index).unwrap_or(Method::Ignore), 1);
                }
                Some(ChangeStatus::Failed) => self.writes.failed += 1,
                _ => {}
            }
        }
    }
}
