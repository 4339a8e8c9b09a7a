//! Applying a change list: batches in transactions, intent before and outcome after each (F10, F11, F13).
//!
//! A batch that is refused is taken back and tried again in halves, down to the row that is at fault, so
//! that the good ones are kept; one that the database gave up in a deadlock is tried again as a whole.
//! References are resolved on the way; one that leads to an object that is not there yet is set in a second
//! pass at the end. Members come last: then every object that has or is one has its key.
//!
//! [`row`] makes rows of changes, [`write`] writes them, [`members`] and [`removals`] write the differences of
//! lists of members, [`messages`] says what went wrong.

mod members;
mod messages;
mod removals;
mod row;
mod write;

use std::{fs::File, io::Write as _, ops::Range};

pub use self::messages::unresolved_message;
use self::{members::MemberChange, messages::not_found_again};
use super::{
    pending::{Pending, WrittenObject, find_keys},
    references::{References, Resolved},
    rows::RowWrite,
    source::label_key,
};
use crate::{
    connect::{ConnectError, Connector, ErrorKind},
    journal::{ChangeList, ChangeStatus, Journal, JournalError, Message, Writes},
    mapping::{CompiledMapping, Target, WriteAs},
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
    /// Where the outcome of every batch is noted, to disk.
    pub outcome: File,
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
    /// Objects written, by method.
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
}

impl Applier<'_> {
    /// Applies the changes in `range` of the list.
    pub fn apply(&mut self, changes: &ChangeList, range: Range<usize>) -> Applied {
        let mut applied = Applied {
            statuses: vec![ChangeStatus::NotWritten; changes.len()],
            writes: Writes::default(),
            messages: Vec::new(),
            stopped: None,
        };
        if let Err(stopped) = self.apply_all(changes, range, &mut applied) {
            applied.stopped = Some(stopped);
        }
        applied
    }

    fn apply_all(
        &mut self,
        changes: &ChangeList,
        range: Range<usize>,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        let mut later = Later::default();
        let pending = |later: &mut Later| std::mem::take(&mut later.pending);
        let objects = self
            .write_all(changes, range, &mut later, applied)
            .and_then(|()| self.second_pass(pending(&mut later), applied));
        if objects.is_err() {
            later.members.iter().for_each(|change| applied.reopen(change.object.index));
        }
        objects?;
        self.write_members(later.members, applied)
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
                let rows = self.prepare(changes, &free, &mut references, later, applied)?;
                self.write_objects(&rows, Some(&mut references), applied)?;
            }
            self.note_exceptions(start..end, applied)?;
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

    /// The property of the destination; both lists know it when both write it.
    fn target(&self, property: &str) -> Option<&Target> {
        let mut targets = self.mapping.inserts.iter().chain(&self.mapping.updates);
        targets.find(|target| target.property == property)
    }

    fn stop_if_cancelled(&self) -> Result<(), Stopped> {
        if self.cancel.is_cancelled() { Err(Stopped::Cancelled) } else { Ok(()) }
    }

    /// Notes intent and outcome of a batch, to disk.
    fn note(&mut self, what: &str, start: usize, end: usize) -> Result<(), Stopped> {
        writeln!(self.outcome, "{what} {start} {end}").and_then(|()| self.outcome.sync_data()).map_err(
            |source| Stopped::Journal(JournalError::Folder { path: "outcome of the run".into(), source }),
        )
    }

    /// Notes which changes of a batch were not written, before it is noted as done.
    fn note_exceptions(&mut self, range: Range<usize>, applied: &Applied) -> Result<(), Stopped> {
        let status = |index: usize| applied.statuses.get(index).copied();
        for (index, status) in range.filter_map(|index| Some((index, status(index)?))) {
            if status != ChangeStatus::Done {
                writeln!(self.outcome, "{} {index}", status.id()).map_err(|source| {
                    Stopped::Journal(JournalError::Folder { path: "outcome of the run".into(), source })
                })?;
            }
        }
        Ok(())
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
        for (side, keys) in by_side {
            let schema_type = &self.mapping.class(side).schema_type.name;
            match method {
                _ if keys.is_empty() => {}
                Method::MarkOutstanding => self.journal.mark(self.run, side, schema_type, &keys)?,
                _ => self.journal.reset(side, schema_type, &keys)?,
            }
        }
        applied.writes.add(method, indices.len() as u64);
        for index in indices {
            if let Some(status) = applied.statuses.get_mut(*index) {
                *status = ChangeStatus::Done;
            }
        }
        Ok(())
    }

    /// Sets the references whose objects were not there in the first pass.
    fn second_pass(&mut self, mut pending: Vec<Pending>, applied: &mut Applied) -> Result<(), Stopped> {
        pending.retain(|one| matches!(applied.statuses.get(one.object.index), Some(ChangeStatus::Done)));
        if pending.is_empty() {
            return Ok(());
        }
        self.stop_if_cancelled()?;
        let schema_type = &self.mapping.destination().schema_type;
        let references = self.read_references()?;
        let mut objects: Vec<&mut WrittenObject> = pending.iter_mut().map(|one| &mut one.object).collect();
        find_keys(&mut *self.connector, schema_type, &mut objects, self.cancel)?;
        let mut rows = Vec::new();
        for Pending { object, property, rule, value } in &pending {
            let Some(target) = self.target(property) else { continue };
            let WriteAs::Reference { columns, .. } = &target.write_as else { continue };
            match references.resolve(target, value) {
                Resolved::Key(_) if object.key.is_empty() => {
                    applied.messages.push(not_found_again(object, property, rule));
                }
                Resolved::Key(values) => {
                    let mut row = RowWrite {
                        index: object.index,
                        method: Method::Update,
                        name: object.name.clone(),
                        key: object.key.clone(),
                        columns: Vec::new(),
                        member: None,
                    };
                    for (column, value) in columns.iter().zip(&values) {
                        row.set(schema_type, column, value);
                    }
                    rows.push(row);
                }
                unresolved => {
                    applied.messages.push(unresolved_message(target, &object.name, rule, value, &unresolved));
                }
            }
        }
        // The objects are counted already.
        let written = applied.writes;
        let result = self.write_objects(&rows, None, applied);
        applied.writes = Writes { failed: applied.writes.failed, ..written };
        result
    }
}
