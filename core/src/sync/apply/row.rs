//! Changes as rows of columns, references resolved.

use super::{
    Applied, Later, Stopped,
    members::MemberChange,
    messages::{does_not_fit, not_split},
};
use crate::{
    expr::option_of,
    journal::{Change, ChangeList, ChangeStatus, Message, PropertyChange},
    mapping::{CompiledMapping, Target, WriteAs},
    project::{Method, SchemaType},
    sync::{
        pending::{Pending, WrittenObject},
        references::{References, Resolved, common, difference},
        rows::RowWrite,
    },
    value::{Value, ValueType, split_composite},
};

/// Makes rows of changes.
#[derive(Clone, Copy)]
pub(super) struct Preparation<'a> {
    pub mapping: &'a CompiledMapping,
    pub changes: &'a ChangeList,
    /// An object in error does not stop the run.
    pub continue_on_error: bool,
}

impl Preparation<'_> {
    /// The rows of these changes; objects whose values cannot be written are told as failed.
    pub(super) fn rows(
        &self,
        indices: &[usize],
        references: &mut References,
        later: &mut Later,
        applied: &mut Applied,
    ) -> Result<Vec<RowWrite>, Stopped> {
        let type_name = &self.mapping.destination().schema_type.name;
        let mut rows = Vec::with_capacity(indices.len());
        for index in indices.iter().copied() {
            let Some(change) = self.changes.get(index) else { continue };
            let row = match self.row(index, &change, references, later) {
                Ok(row) => row,
                Err(message) => {
                    applied.refuse(index, *message, self.continue_on_error)?;
                    continue;
                }
            };
            if change.method == Method::Insert {
                // Objects further down in the list may refer to this one.
                references.add(type_name, |name| row.value(name));
            }
            rows.push(row);
        }
        Ok(rows)
    }

    /// Whether a rule sends lists whole (R15).
    fn sends_whole(&self, target: &Target, rule: &str) -> bool {
        let is_rule = |position: u16| {
            self.mapping.rule_names.get(usize::from(position)).is_some_and(|name| name == rule)
        };
        target.arms.iter().any(|arm| arm.sends_whole && is_rule(arm.rule))
    }

    fn row(
        &self,
        index: usize,
        change: &Change,
        references: &References,
        later: &mut Later,
    ) -> Result<RowWrite, Box<Message>> {
        let destination = self.mapping.destination();
        let targets = match change.method {
            Method::Insert => &self.mapping.inserts,
            _ => &self.mapping.updates,
        };
        let mut row = RowWrite {
            index,
            method: change.method,
            name: change.display.clone(),
            key: change.key(destination.side).to_vec(),
            columns: Vec::new(),
            member: None,
            options: options(self.mapping, change),
        };
        if change.method == Method::Delete {
            return Ok(row);
        }
        for property in change.properties.iter().filter(|one| !self.mapping.options.contain(&one.property)) {
            match targets.iter().find(|target| target.property == property.property) {
                Some(target) => set(
                    &mut row,
                    &destination.schema_type,
                    (target, self.sends_whole(target, &property.rule)),
                    property,
                    references,
                    later,
                )?,
                None => row
                    .set(&destination.schema_type, &property.property, &property.new)
                    .map_err(|error| does_not_fit(&row.name, property, &error))?,
            }
        }
        later.objects(index).for_each(|object| object.take_over(&row, &destination.key));
        Ok(row)
    }
}

impl Applied {
    /// Notes that an object is in error.
    pub(super) fn fail(&mut self, index: usize, message: Message) {
        self.messages.push(message);
        if let Some(status) = self.statuses.get_mut(index) {
            *status = ChangeStatus::Failed;
        }
    }

    /// Notes that an object cannot be written; stops where errors stop the run.
    pub(super) fn refuse(
        &mut self,
        index: usize,
        message: Message,
        continue_on_error: bool,
    ) -> Result<(), Stopped> {
        self.fail(index, message);
        if continue_on_error { Ok(()) } else { Err(Stopped::FirstError) }
    }
}

/// The options of a change (R21), each of the mapping whether it has a value or not: all rows have the same, and each has
/// its type.
fn options(mapping: &CompiledMapping, change: &Change) -> Vec<(String, ValueType, Value)> {
    let value = |target: &Target| {
        let given = change.properties.iter().find(|property| property.property == target.property);
        given.map(|property| property.new.clone()).unwrap_or_default()
    };
    let mut options: Vec<(String, ValueType, Value)> = Vec::new();
    for target in mapping.options.all() {
        if let Some(name) = option_of(&target.property)
            && !options.iter().any(|(known, ..)| known == name)
        {
            options.push((name.to_owned(), target.value_type, value(target)));
        }
    }
    options
}

/// Sets what a property stands for; `whole` says how lists of members are sent (R15).
fn set(
    row: &mut RowWrite,
    schema_type: &SchemaType,
    (target, whole): (&Target, bool),
    change: &PropertyChange,
    references: &References,
    later: &mut Later,
) -> Result<(), Box<Message>> {
    let object = || WrittenObject { index: row.index, name: row.name.clone(), ..WrittenObject::default() };
    let set = match &target.write_as {
        WriteAs::Column => row.set(schema_type, &change.property, &change.new),
        WriteAs::Reference { columns, .. } | WriteAs::Columns { columns } if change.new.is_empty() => {
            row.clear(schema_type, columns)
        }
        WriteAs::Columns { columns } => {
            let types: Vec<ValueType> = columns.iter().map(|name| schema_type.type_of(name)).collect();
            let values = split_composite(&change.new.to_string(), &types)
                .ok_or_else(|| Box::new(not_split(target, &row.name, change, columns)))?;
            row.set_all(schema_type, columns, &values)
        }
        WriteAs::Reference { columns, .. } => match references.resolve(target, &change.new) {
            Resolved::Key(values) => row.set_all(schema_type, columns, &values),
            Resolved::Missing | Resolved::Ambiguous => {
                later.pending.push(Pending {
                    object: object(),
                    property: change.property.clone(),
                    rule: change.rule.clone(),
                    value: change.new.clone(),
                });
                Ok(())
            }
        },
        WriteAs::Members(_) => {
            let added = difference(&change.old, &change.new);
            let removed = difference(&change.new, &change.old);
            if !added.is_empty() || !removed.is_empty() {
                let whole = whole.then(|| common(&change.old, &change.new));
                later.members.push(MemberChange {
                    object: object(),
                    property: change.property.clone(),
                    rule: change.rule.clone(),
                    added,
                    removed,
                    sent_again: whole,
                });
            }
            Ok(())
        }
    };
    set.map_err(|error| does_not_fit(&row.name, change, &error))
}
