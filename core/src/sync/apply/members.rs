//! Members: the difference between two lists as rows of a table of members (S9, O7).
//!
//! Of a group with 50,000 members of whom one is new, one row is written. What is removed goes first: in a 1:n
//! table a member moves from one object to another.

use std::collections::{HashMap, HashSet};

use arrow::array::RecordBatch;

use super::{
    Applied, Applier, Stopped,
    messages::{cannot_be_cleared, member_refused, not_found_again, shown, unresolved_message, wanted_twice},
};
use crate::{
    journal::ChangeStatus,
    mapping::{MemberTable, Target, WriteAs},
    project::{AutoFill, Method, SchemaType},
    sync::{
        pending::{Key, WrittenObject, find_keys},
        references::{References, Resolved, written},
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
    /// Writes what waited for its objects.
    pub(super) fn write_members(
        &mut self,
        mut changes: Vec<MemberChange>,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        changes.retain(|one| matches!(applied.statuses.get(one.object.index), Some(ChangeStatus::Done)));
        if changes.is_empty() {
            return Ok(());
        }
        self.stop_if_cancelled()?;
        let indices: Vec<usize> = changes.iter().map(|one| one.object.index).collect();
        indices.iter().for_each(|index| applied.reopen(*index));
        let own_type = &self.mapping.destination().schema_type;
        let mut objects: Vec<&mut WrittenObject> = changes.iter_mut().map(|one| &mut one.object).collect();
        find_keys(&mut *self.connector, own_type, &mut objects, self.cancel)?;
        let mut properties: Vec<String> = Vec::new();
        for change in &changes {
            if !properties.contains(&change.property) {
                properties.push(change.property.clone());
            }
        }
        for property in properties {
            let (own, others) = changes.into_iter().partition(|one| one.property == property);
            changes = others;
            self.write_property(&property, own, applied)?;
        }
        indices.iter().for_each(|index| applied.close(*index));
        Ok(())
    }

    fn write_property(
        &mut self,
        property: &str,
        changes: Vec<MemberChange>,
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        let mapping = self.mapping;
        let mut targets = mapping.inserts.iter().chain(&mapping.updates);
        let Some(target) = targets.find(|target| target.property == property) else { return Ok(()) };
        let WriteAs::Members(table) = &target.write_as else { return Ok(()) };
        let schema = self.schema;
        let Some(schema_type) = schema.schema_type(&table.schema_type) else { return Ok(()) };
        let references =
            References::read_for(&mut *self.connector, schema, std::iter::once(target), self.cancel)?;
        let own = self.own_values(table, &changes)?;
        let members = Members { target, table, schema_type, references, changes, own };
        for (change, own) in members.changes.iter().zip(&members.own) {
            if own.is_none() {
                applied.messages.push(not_found_again(&change.object, &change.property, &change.rule));
            }
        }
        let added = members.added(applied);
        let kept: HashSet<String> = match table.member {
            Some(_) => HashSet::new(),
            None => added.iter().map(|row| written_key(&row.key)).collect(),
        };
        let removed = self.removed(&members, &kept, applied)?;
        for rows in [removed, added] {
            self.write_member_rows(&members, &rows, applied)?;
        }
        Ok(())
    }

    fn write_member_rows(
        &mut self,
        members: &Members<'_>,
        rows: &[RowWrite],
        applied: &mut Applied,
    ) -> Result<(), Stopped> {
        let changes: HashMap<usize, &MemberChange> =
            members.changes.iter().map(|change| (change.object.index, change)).collect();
        for chunk in rows.chunks(self.batch) {
            self.stop_if_cancelled()?;
            let chunk: Vec<&RowWrite> = chunk.iter().collect();
            self.write_rows(members.schema_type, &chunk, &mut |rows, result| {
                let Err(error) = result else { return };
                for row in rows {
                    if let Some(change) = changes.get(&row.index) {
                        applied.fail(row.index, member_refused(row, change, error));
                    }
                }
            })?;
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

impl Applied {
    /// Until all its members are written an object is not done.
    pub(super) fn reopen(&mut self, index: usize) {
        self.replace_status(index, ChangeStatus::Done, ChangeStatus::NotWritten);
    }

    fn close(&mut self, index: usize) {
        self.replace_status(index, ChangeStatus::NotWritten, ChangeStatus::Done);
    }

    fn replace_status(&mut self, index: usize, from: ChangeStatus, to: ChangeStatus) {
        if let Some(status) = self.statuses.get_mut(index).filter(|status| **status == from) {
            *status = to;
        }
    }
}

impl Members<'_> {
    /// Rows for new members; members that are not found are told and left out.
    fn added(&self, applied: &mut Applied) -> Vec<RowWrite> {
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
                rows.push(self.added_row(change, own, value, key));
            }
        }
        rows
    }

    fn added_row(&self, change: &MemberChange, own: &[Value], member: &Value, key: Vec<Value>) -> RowWrite {
        let mut row = self.row(change, member);
        let own_columns = self.table.own.columns.iter().zip(own);
        match &self.table.member {
            None => {
                row.method = Method::Update;
                row.key = self.table.key.iter().cloned().zip(key).collect();
                own_columns.for_each(|(column, value)| row.set(self.schema_type, column, value));
            }
            Some(hop) => {
                row.method = Method::Insert;
                let guid = self.new_guid(own, &key);
                own_columns.for_each(|(column, value)| row.set(self.schema_type, column, value));
                let columns = hop.columns.iter().zip(&key);
                columns.for_each(|(column, value)| row.set(self.schema_type, column, value));
                for column in &self.schema_type.properties {
                    if column.auto_fill == AutoFill::Guid && row.value(&column.name).is_none() {
                        row.set(self.schema_type, &column.name, &Value::String(guid.clone()));
                    }
                }
            }
        }
        row
    }

    /// The same membership gets the same GUID in every run.
    fn new_guid(&self, own: &[Value], member: &[Value]) -> String {
        let name =
            format!("syncwright member\n{}\n{}\n{}", self.table.schema_type, written(own), written(member));
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes()).hyphenated().to_string()
    }

    /// A row that takes a member out; `None` if the member cannot do without an object.
    pub(super) fn removed_row(
        &self,
        change: &MemberChange,
        member: &Value,
        key: Key,
        applied: &mut Applied,
    ) -> Option<RowWrite> {
        let mut row = self.row(change, member);
        row.key = key;
        if self.table.member.is_some() {
            row.method = Method::Delete;
            return Some(row);
        }
        row.method = Method::Update;
        let is_mandatory =
            |name: &&String| self.schema_type.property(name).is_some_and(|column| column.mandatory);
        let optional: Vec<&String> =
            self.table.own.columns.iter().filter(|name| !is_mandatory(name)).collect();
        if optional.is_empty() {
            let message = cannot_be_cleared(self.target, self.table, change, member);
            applied.fail(change.object.index, message);
            return None;
        }
        // One empty column is enough to refer to nothing.
        optional.into_iter().for_each(|column| row.set(self.schema_type, column, &Value::Null));
        Some(row)
    }

    fn row(&self, change: &MemberChange, member: &Value) -> RowWrite {
        RowWrite {
            index: change.object.index,
            method: Method::Ignore,
            name: change.object.name.clone(),
            key: Vec::new(),
            columns: Vec::new(),
            member: Some(shown(self.target, member)),
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
