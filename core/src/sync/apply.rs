//! Applying a change list: batches in transactions, intent before and outcome after each (F10, F11, F13).
//!
//! A batch that is refused is taken back and tried again in halves, down to the row that is at fault, so
//! that the good ones are kept; one that the database gave up in a deadlock is tried again as a whole.
//! References are resolved on the way; one that leads to an object that is not there yet is set in a second
//! pass at the end.

use std::{fs::File, io::Write as _, ops::Range};

use super::{
    deadlock::write_again,
    pending::{Pending, find_keys},
    references::{References, Resolved},
    rows::{RowWrite, Rows},
    source::label_key,
};
use crate::{
    connect::{ConnectError, Connector, ErrorKind},
    journal::{Change, ChangeList, ChangeStatus, Journal, JournalError, Message, MessageLevel, Writes},
    mapping::{CompiledMapping, Target, WriteAs},
    progress::{CancelToken, Progress},
    project::{Method, Schema, Side},
    value::Value,
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
        let mut references = References::read(&mut *self.connector, self.schema, self.mapping, self.cancel)?;
        let mut pending = Vec::new();
        let total = range.len() as u64;
        let mut start = range.start;
        while start < range.end {
            self.stop_if_cancelled()?;
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
                let rows = self.prepare(changes, &free, &mut references, &mut pending);
                self.write(&rows, &mut references, applied)?;
            }
            self.note_exceptions(start..end, applied)?;
            self.note("done", start, end)?;
            self.progress.advance((end - range.start) as u64, Some(total));
            start = end;
        }
        self.second_pass(pending, applied)
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
        indices.iter().for_each(|index| set(&mut applied.statuses, *index, ChangeStatus::Done));
        Ok(())
    }

    /// Changes as rows of columns, references resolved.
    fn prepare(
        &self,
        changes: &ChangeList,
        indices: &[usize],
        references: &mut References,
        pending: &mut Vec<Pending>,
    ) -> Vec<RowWrite> {
        let type_name = &self.mapping.destination().schema_type.name;
        indices
            .iter()
            .filter_map(|index| Some((*index, changes.get(*index)?)))
            .map(|(index, change)| {
                let row = self.row(index, &change, references, pending);
                if change.method == Method::Insert {
                    // Objects further down in the list may refer to this one.
                    references.add(type_name, |name| row.value(name));
                }
                row
            })
            .collect()
    }

    fn row(
        &self,
        index: usize,
        change: &Change,
        references: &References,
        pending: &mut Vec<Pending>,
    ) -> RowWrite {
        let destination = self.mapping.destination();
        let key = match destination.side {
            Side::Left => change.left_key.clone(),
            Side::Right => change.right_key.clone(),
        };
        let targets = match change.method {
            Method::Insert => &self.mapping.inserts,
            _ => &self.mapping.updates,
        };
        let mut row =
            RowWrite { index, method: change.method, name: change.display.clone(), key, columns: Vec::new() };
        if change.method == Method::Delete {
            return row;
        }
        for property in &change.properties {
            let target = targets.iter().find(|target| target.property == property.property);
            match target.map(|target| (target, &target.write_as)) {
                None | Some((_, WriteAs::Column)) => {
                    row.set(&destination.schema_type, &property.property, &property.new);
                }
                Some((_, WriteAs::Reference { columns, .. })) if property.new.is_empty() => {
                    columns.iter().for_each(|column| row.set(&destination.schema_type, column, &Value::Null));
                }
                Some((target, WriteAs::Reference { columns, .. })) => {
                    match references.resolve(target, &property.new) {
                        Resolved::Key(values) => {
                            for (column, value) in columns.iter().zip(&values) {
                                row.set(&destination.schema_type, column, value);
                            }
                        }
                        Resolved::Missing | Resolved::Ambiguous => pending.push(Pending {
                            index,
                            name: change.display.clone(),
                            key: Vec::new(),
                            columns: Vec::new(),
                            property: property.property.clone(),
                            rule: property.rule.clone(),
                            value: property.new.clone(),
                        }),
                    }
                }
            }
        }
        for pending in pending.iter_mut().rev().take_while(|pending| pending.index == index) {
            pending.refer_to(&row, &destination.key);
        }
        row
    }

    /// Writes rows, if need be in halves down to the row that is at fault.
    fn write(
        &mut self,
        rows: &[RowWrite],
        references: &mut References,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        self.stop_if_cancelled()?;
        let rows: Vec<&RowWrite> = rows.iter().collect();
        self.write_rows(&rows, references, applied)
    }

    fn write_rows(
        &mut self,
        rows: &[&RowWrite],
        references: &mut References,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        let Some(first) = rows.first() else { return Ok(()) };
        let cancel = self.cancel;
        match write_again(rows.len(), cancel, || self.write_batch(rows)) {
            Ok(()) => {
                applied.writes.add(first.method, rows.len() as u64);
                for row in rows {
                    set(&mut applied.statuses, row.index, ChangeStatus::Done);
                }
                Ok(())
            }
            Err(error) if !error.kind.is_about_rows() => Err(error.into()),
            Err(error) if rows.len() == 1 => {
                if first.method == Method::Insert {
                    references.remove(&self.mapping.destination().schema_type.name, |name| first.value(name));
                }
                applied.writes.failed += 1;
                set(&mut applied.statuses, first.index, ChangeStatus::Failed);
                applied.messages.push(refused(first, &error));
                if self.continue_on_error { Ok(()) } else { Err(Stopped::FirstError) }
            }
            Err(_) => {
                let (before, after) = rows.split_at(rows.len() / 2);
                self.write_rows(before, references, applied)?;
                self.write_rows(after, references, applied)
            }
        }
    }

    /// Writes rows in one transaction.
    fn write_batch(&mut self, rows: &[&RowWrite]) -> Result<(), ConnectError> {
        self.connector.begin()?;
        let schema_type = &self.mapping.destination().schema_type;
        let written = Rows::group(schema_type, rows).and_then(|groups| {
            groups.iter().try_for_each(|group| match group.method {
                Method::Insert => self.connector.insert(schema_type, &group.columns),
                Method::Update => self.connector.update(schema_type, &group.keys, &group.columns),
                Method::Delete => self.connector.delete(schema_type, &group.keys),
                _ => Ok(()),
            })
        });
        match written.and_then(|()| self.connector.commit()) {
            Ok(()) => Ok(()),
            Err(error) => {
                self.connector.rollback()?;
                Err(error)
            }
        }
    }

    /// Sets the references whose objects were not there in the first pass.
    fn second_pass(&mut self, mut pending: Vec<Pending>, applied: &mut Applied) -> Result<(), Stopped> {
        if pending.is_empty() {
            return Ok(());
        }
        self.stop_if_cancelled()?;
        let mapping = self.mapping;
        let schema_type = &mapping.destination().schema_type;
        let mut references = References::read(&mut *self.connector, self.schema, mapping, self.cancel)?;
        pending.retain(|one| matches!(applied.statuses.get(one.index), Some(ChangeStatus::Done)));
        find_keys(&mut *self.connector, schema_type, &mut pending, self.cancel)?;
        let mut rows = Vec::new();
        for one in &pending {
            let mut targets = mapping.inserts.iter().chain(&mapping.updates);
            let target = targets.find(|target| target.property == one.property);
            let Some(target) = target else { continue };
            let WriteAs::Reference { columns, .. } = &target.write_as else { continue };
            match references.resolve(target, &one.value) {
                Resolved::Key(_) if one.key.is_empty() => applied.messages.push(not_found_again(one)),
                Resolved::Key(values) => {
                    let mut row = RowWrite {
                        index: one.index,
                        method: Method::Update,
                        name: one.name.clone(),
                        key: one.key.clone(),
                        columns: Vec::new(),
                    };
                    for (column, value) in columns.iter().zip(&values) {
                        row.set(schema_type, column, value);
                    }
                    rows.push(row);
                }
                unresolved => applied.messages.push(unresolved_message(
                    target,
                    &one.name,
                    &one.rule,
                    &one.value,
                    &unresolved,
                )),
            }
        }
        let mut second = Applied {
            statuses: applied.statuses.clone(),
            writes: Writes::default(),
            messages: Vec::new(),
            stopped: None,
        };
        let result = self.write(&rows, &mut references, &mut second);
        applied.statuses = second.statuses;
        applied.writes.failed += second.writes.failed;
        applied.messages.append(&mut second.messages);
        result
    }
}

/// The database gave the new object its key, and the values that it was created with are not its alone.
fn not_found_again(one: &Pending) -> Message {
    Message {
        level: MessageLevel::Warning,
        code: "SW-R106".to_owned(),
        text:
            "the reference is not set yet: the new object cannot be told from others by its values; run again"
                .to_owned(),
        object: Some(one.name.clone()),
        property: Some(one.property.clone()),
        rule: Some(one.rule.clone()),
    }
}

fn set(statuses: &mut [ChangeStatus], index: usize, status: ChangeStatus) {
    if let Some(slot) = statuses.get_mut(index) {
        *slot = status;
    }
}

fn refused(row: &RowWrite, error: &ConnectError) -> Message {
    let help = error.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
    Message {
        level: MessageLevel::Error,
        code: error.kind.code().to_owned(),
        text: format!("{error}{help}"),
        object: Some(row.name.clone()),
        property: None,
        rule: None,
    }
}

/// A reference that leads to no object, or to several.
pub fn unresolved_message(
    target: &Target,
    object: &str,
    rule: &str,
    value: &Value,
    found: &Resolved,
) -> Message {
    let (schema_type, property) = match &target.write_as {
        WriteAs::Reference { references, property, .. } => (references.as_str(), property.as_str()),
        WriteAs::Column => ("", ""),
    };
    let why = match found {
        Resolved::Ambiguous => "more than one object",
        Resolved::Missing | Resolved::Key(_) => "no object",
    };
    let value = if target.secret { "••••".to_owned() } else { value.to_string() };
    Message {
        level: MessageLevel::Warning,
        code: "SW-R104".to_owned(),
        text: format!("the reference is not set: {why} of {schema_type} has {property} “{value}”"),
        object: Some(object.to_owned()),
        property: Some(target.property.clone()),
        rule: Some(rule.to_owned()),
    }
}
