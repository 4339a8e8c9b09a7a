//! Members: the difference between two lists as rows of a table of members (S9, O7).
//!
//! Of a group with 50,000 members of whom one is new, one row is written. What is removed goes first: in a 1:n
//! table a member moves from one object to another.

use std::collections::{HashMap, HashSet};

use arrow::array::RecordBatch;

use super::{
    Applied, Applier, Stopped,
    messages::{cannot_be_cleared, member_refused, not_found_again, shown, unresolved_message, wanted_twice},
    whole_lists::WholeList,
    write::{Fate, Outcome},
};
use crate::{
    connect::ConnectError,
    journal::Message,
    mapping::{MemberTable, Target, WriteAs},
    project::{AutoFill, Method, SchemaType},
    sync::{
        pending::{Key, WrittenObject, find_keys},
        references::{References, Resolved, written, written_target},
        rows::{RowWrite, key_batch},
    },
    value::{Value, value_at},
};

/// Members that one object gets and loses.
#[derive(Debug)]
pub struct MemberChange {
    /// The object.
    pub object: WrittenObject,
    /// The property.
    pub property: String,
    /// The rule that gives the list.
    pub rule: String,
    /// Values of new members.
    pub added: Vec<Value>,
    /// Values of members that go.
    pub removed: Vec<Value>,
    /// Values of members that stay, if they are sent again with the others because the list is sent whole (R15).
    pub sent_again: Option<Vec<Value>>,
}

/// Changes of one property, ready to be written.
pub(super) struct Members<'a> {
    pub target: &'a Target,
    pub table: &'a MemberTable,
    pub schema_type: &'a SchemaType,
    pub references: References,
    pub changes: Vec<MemberChange>,
    /// Per change what the rows refer to it by; `None` if the object was not found again.
    pub own: Vec<Option<Vec<Value>>>,
}

impl Applier<'_> {
    /// Writes what waited for its objects; none of these is done until its last row is written.
    pub(super) fn write_members(
        &mut self,
        mut changes: Vec<MemberChange>,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        if changes.is_empty() {
            return Ok(());
        }
        self.stop_if_cancelled()?;
        let own_type = &self.mapping.destination().schema_type;
        let mut objects: Vec<&mut WrittenObject> = changes.iter_mut().map(|one| &mut one.object).collect();
        find_keys(&mut *self.connector, own_type, &mut objects, self.cancel)?;
        let mut waiting = Waiting::default();
        let mut properties: Vec<String> = Vec::new();
        for change in &changes {
            *waiting.properties.entry(change.object.index).or_default() += 1;
            if !properties.contains(&change.property) {
                properties.push(change.property.clone());
            }
        }
        for property in properties {
            let (own, others) = changes.into_iter().partition(|one| one.property == property);
            changes = others;
            self.write_property(&property, own, &mut waiting, applied)?;
        }
        Ok(())
    }

    fn write_property(
        &mut self,
        property: &str,
        changes: Vec<MemberChange>,
        waiting: &mut Waiting,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        let Some(target) = written_target(self.mapping, property) else { return Ok(()) };
        let WriteAs::Members(table) = &target.write_as else { return Ok(()) };
        let schema = self.schema;
        let Some(schema_type) = schema.schema_type(&table.schema_type) else { return Ok(()) };
        let references =
            References::read_for(&mut *self.connector, schema, std::iter::once(target), self.cancel)?;
        let own = self.own_values(table, &changes)?;
        let members = Members { target, table, schema_type, references, changes, own };
        for (change, own) in members.changes.iter().zip(&members.own) {
            if own.is_none() {
                let what = "the members are not written yet";
                applied.messages.push(not_found_again(&change.object, &change.property, &change.rule, what));
            }
        }
        let mut added = members.added(self.continue_on_error, applied)?;
        let kept: HashSet<String> = match table.member {
            Some(_) => HashSet::new(),
            None => added.iter().map(|row| written_key(&row.key)).collect(),
        };
        let mut removed = self.removed(&members, &kept, applied)?;
        let whole = self.whole_lists(&members, &mut removed, &mut added)?;
        let rows = removed.iter().chain(&added).chain(whole.iter().flat_map(WholeList::rows));
        rows.for_each(|row| *waiting.rows.entry(row.index).or_default() += 1);
        // Of an object that is not found again nothing is written, so nothing of it is done.
        let found = members.changes.iter().zip(&members.own).filter(|(_, own)| own.is_some());
        for (change, _) in found {
            waiting.look(change.object.index, applied);
        }
        for rows in [removed, added] {
            self.write_member_rows(&members, &rows, waiting, applied)?;
        }
        self.write_whole_lists(&members, whole, waiting, applied)
    }

    fn write_member_rows(
        &mut self,
        members: &Members<'_>,
        rows: &[RowWrite],
        waiting: &mut Waiting,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        let mut outcome = members.outcome(waiting, applied);
        for chunk in rows.chunks(self.batch) {
            self.stop_if_cancelled()?;
            let chunk: Vec<&RowWrite> = chunk.iter().collect();
            self.write_rows(members.schema_type, &chunk, &mut outcome)?;
        }
        Ok(())
    }

    /// What rows of the table refer to each object by: mostly its key, else it is read.
    fn own_values(
        &mut self,
        table: &MemberTable,
        changes: &[MemberChange],
    ) -> Result<Vec<Option<Vec<Value>>>, Stopped> {
        let schema_type = &self.mapping.destination().schema_type;
        let properties = &table.own.properties;
        let of_key = |key: &Key| -> Option<Vec<Value>> {
            let value =
                |name: &String| key.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
            properties.iter().map(value).collect()
        };
        if properties.iter().all(|name| schema_type.is_key(name)) {
            return Ok(changes.iter().map(|change| of_key(&change.object.key)).collect());
        }
        let keys: Vec<Key> = changes
            .iter()
            .map(|change| change.object.key.clone())
            .filter(|key| key.len() == schema_type.key.len())
            .collect();
        let mut found: HashMap<String, Vec<Value>> = HashMap::new();
        for keys in keys.chunks(self.batch) {
            let keys = key_batch(schema_type, keys.to_vec())?;
            let others = properties.iter().filter(|name| !schema_type.is_key(name));
            let wanted: Vec<String> = schema_type.key.iter().chain(others).cloned().collect();
            let read = self.connector.get(schema_type, &keys, &wanted)?;
            for row in 0..read.num_rows() {
                let read: Key = wanted.iter().cloned().zip(values_of(&read, row)).collect();
                let key: Vec<Value> =
                    read.iter().take(schema_type.key.len()).map(|(_, value)| value.clone()).collect();
                let Some(own) = of_key(&read) else { continue };
                if own.iter().all(|value| !value.is_null()) {
                    found.insert(written(&key), own);
                }
            }
        }
        Ok(changes.iter().map(|change| found.get(&written_key(&change.object.key)).cloned()).collect())
    }
}

/// What objects wait for before they are done.
#[derive(Default)]
pub(super) struct Waiting {
    /// Lists of members that are not written completely.
    properties: HashMap<usize, usize>,
    /// Rows of the list that is being written.
    rows: HashMap<usize, usize>,
}

impl Waiting {
    /// Takes over that a row of an object is written.
    fn written(&mut self, index: usize, applied: &mut Applied) {
        if let Some(rows) = self.rows.get_mut(&index) {
            *rows = rows.saturating_sub(1);
        }
        self.look(index, applied);
    }

    /// Looks whether the list of an object that is being written is complete, and with it the object.
    fn look(&mut self, index: usize, applied: &mut Applied) {
        if self.rows.get(&index).is_some_and(|rows| *rows > 0) {
            return;
        }
        self.rows.remove(&index);
        if let Some(properties) = self.properties.get_mut(&index) {
            *properties = properties.saturating_sub(1);
            if *properties == 0 {
                applied.close(index);
            }
        }
    }
}

/// Is told what became of the rows of members.
pub(super) struct MemberRows<'m> {
    pub changes: HashMap<usize, &'m MemberChange>,
    waiting: &'m mut Waiting,
    pub applied: &'m mut Applied,
}

impl Outcome for MemberRows<'_> {
    fn told(&mut self, rows: &[&RowWrite], fate: Fate<'_>) {
        for row in rows {
            match fate {
                Fate::Written => {
                    self.applied.members_written.insert(row.index);
                    self.applied.part_written(row.index);
                    self.waiting.written(row.index, self.applied);
                }
                Fate::Unknown => self.applied.unknown_and_told(row),
                Fate::Refused(error) => {
                    if let Some(change) = self.changes.get(&row.index) {
                        self.applied.fail(row.index, member_refused(row, change, error));
                    }
                }
            }
        }
    }
}

impl Members<'_> {
    /// What is told about the rows of these changes.
    pub(super) fn outcome<'m>(
        &'m self,
        waiting: &'m mut Waiting,
        applied: &'m mut Applied,
    ) -> MemberRows<'m> {
        let changes = self.changes.iter().map(|change| (change.object.index, change)).collect();
        MemberRows { changes, waiting, applied }
    }

    /// Rows for new members; members that are not found are told and left out.
    fn added(&self, continue_on_error: bool, applied: &mut Applied) -> Result<Vec<RowWrite>, Stopped> {
        let mut rows = Vec::new();
        let mut wanted: HashMap<String, &str> = HashMap::new();
        for (change, own) in self.changes.iter().zip(&self.own) {
            let Some(own) = own else { continue };
            for value in &change.added {
                let key = match self.references.resolve(self.target, value) {
                    Resolved::Key(key) => key,
                    found => {
                        let (name, rule) = (&change.object.name, &change.rule);
                        applied.messages.push(unresolved_message(self.target, name, rule, value, &found));
                        continue;
                    }
                };
                if self.table.member.is_none() {
                    if let Some(other) = wanted.get(written(&key).as_str()) {
                        applied.messages.push(wanted_twice(self.target, change, value, other));
                        continue;
                    }
                    wanted.insert(written(&key), &change.object.name);
                }
                let mut row = self.row(change, value);
                match self.add(&mut row, own, key) {
                    Ok(()) => rows.push(row),
                    Err(error) => {
                        let message = member_refused(&row, change, &error);
                        applied.refuse(change.object.index, message, continue_on_error)?;
                    }
                }
            }
        }
        Ok(rows)
    }

    /// Makes a row one that says that a member is in.
    pub(super) fn add(&self, row: &mut RowWrite, own: &[Value], key: Vec<Value>) -> Result<(), ConnectError> {
        match &self.table.member {
            None => {
                row.method = Method::Update;
                row.key = self.table.key.iter().cloned().zip(key).collect();
                row.set_all(self.schema_type, &self.table.own.columns, own)
            }
            Some(hop) => {
                row.method = Method::Insert;
                let guid = self.new_guid(own, &key);
                row.set_all(self.schema_type, &self.table.own.columns, own)?;
                row.set_all(self.schema_type, &hop.columns, &key)?;
                for column in &self.schema_type.properties {
                    if column.auto_fill == AutoFill::Guid && row.value(&column.name).is_none() {
                        row.set(self.schema_type, &column.name, &Value::String(guid.clone()))?;
                    }
                }
                Ok(())
            }
        }
    }

    /// The same membership gets the same GUID in every run.
    fn new_guid(&self, own: &[Value], member: &[Value]) -> String {
        let name =
            format!("syncwright member\n{}\n{}\n{}", self.table.schema_type, written(own), written(member));
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes()).hyphenated().to_string()
    }

    /// A row that takes a member out.
    ///
    /// # Errors
    ///
    /// What there is to say if the member cannot do without an object.
    pub(super) fn removed_row(
        &self,
        change: &MemberChange,
        member: &Value,
        key: Key,
    ) -> Result<RowWrite, Box<Message>> {
        let mut row = self.row(change, member);
        row.key = key;
        if self.table.member.is_some() {
            row.method = Method::Delete;
            return Ok(row);
        }
        row.method = Method::Update;
        match row.clear(self.schema_type, &self.table.own.columns) {
            Ok(()) => Ok(row),
            Err(_) => Err(Box::new(cannot_be_cleared(self.target, self.table, change, member))),
        }
    }

    pub(super) fn row(&self, change: &MemberChange, member: &Value) -> RowWrite {
        RowWrite {
            index: change.object.index,
            method: Method::Ignore,
            name: change.object.name.clone(),
            key: Vec::new(),
            columns: Vec::new(),
            member: Some(shown(self.target, member)),
            options: Vec::new(),
        }
    }
}

/// A key as one text, to find it by.
pub(super) fn written_key(key: &Key) -> String {
    written(&key.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>())
}

fn values_of(batch: &RecordBatch, row: usize) -> impl Iterator<Item = Value> + '_ {
    batch.columns().iter().map(move |column| value_at(column, row))
}
