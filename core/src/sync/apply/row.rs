//! Changes as rows of columns, references resolved.

use super::{Applied, Applier, Later, Stopped, members::MemberChange, messages::not_split};
use crate::{
    journal::{Change, ChangeList, ChangeStatus, Message, PropertyChange},
    mapping::{Target, WriteAs},
    project::{Method, SchemaType, Side},
    sync::{
        pending::{Pending, WrittenObject},
        references::{References, Resolved, difference},
        rows::RowWrite,
    },
    value::{Value, ValueType, split_composite},
};

impl Applier<'_> {
    /// The rows of these changes; objects whose values cannot be written are told as failed.
    pub(super) fn prepare(
        &self,
        changes: &ChangeList,
        indices: &[usize],
        references: &mut References,
        later: &mut Later,
        applied: &mut Applied,
    ) -> Result<Vec<RowWrite>, Stopped> {
        let type_name = &self.mapping.destination().schema_type.name;
        let mut rows = Vec::with_capacity(indices.len());
        for index in indices.iter().copied() {
            let Some(change) = changes.get(index) else { continue };
            let row = match self.row(index, &change, references, later) {
                Ok(row) => row,
                Err(message) => {
                    self.refuse(index, *message, applied)?;
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

    /// Notes that an object cannot be written.
    fn refuse(&self, index: usize, message: Message, applied: &mut Applied) -> Result<(), Stopped> {
        applied.fail(index, message);
        if self.continue_on_error { Ok(()) } else { Err(Stopped::FirstError) }
    }

    fn row(
        &self,
        index: usize,
        change: &Change,
        references: &References,
        later: &mut Later,
    ) -> Result<RowWrite, Box<Message>> {
        let destination = self.mapping.destination();
        let key = match destination.side {
            Side::Left => change.left_key.clone(),
            Side::Right => change.right_key.clone(),
        };
        let targets = match change.method {
            Method::Insert => &self.mapping.inserts,
            _ => &self.mapping.updates,
        };
        let mut row = RowWrite {
            index,
            method: change.method,
            name: change.display.clone(),
            key,
            columns: Vec::new(),
            member: None,
        };
        if change.method == Method::Delete {
            return Ok(row);
        }
        for property in &change.properties {
            match targets.iter().find(|target| target.property == property.property) {
                Some(target) => set(&mut row, &destination.schema_type, target, property, references, later)?,
                None => row.set(&destination.schema_type, &property.property, &property.new),
            }
        }
        later.objects(index).for_each(|object| object.take_over(&row, &destination.key));
        Ok(row)
    }
}

impl Applied {
    /// Notes that an object is in error, and counts it once.
    pub(super) fn fail(&mut self, index: usize, message: Message) {
        self.messages.push(message);
        if let Some(status) = self.statuses.get_mut(index)
            && *status != ChangeStatus::Failed
        {
            *status = ChangeStatus::Failed;
            self.writes.failed += 1;
        }
    }
}

/// Sets what a property stands for.
fn set(
    row: &mut RowWrite,
    schema_type: &SchemaType,
    target: &Target,
    change: &PropertyChange,
    references: &References,
    later: &mut Later,
) -> Result<(), Box<Message>> {
    let object = || WrittenObject { index: row.index, name: row.name.clone(), ..WrittenObject::default() };
    match &target.write_as {
        WriteAs::Column => row.set(schema_type, &change.property, &change.new),
        WriteAs::Reference { columns, .. } | WriteAs::Columns { columns } if change.new.is_empty() => {
            clear(row, schema_type, columns);
        }
        WriteAs::Columns { columns } => {
            let types: Vec<ValueType> = columns.iter().map(|name| schema_type.type_of(name)).collect();
            let values = split_composite(&change.new.to_string(), &types)
                .ok_or_else(|| Box::new(not_split(target, &row.name, change, columns)))?;
            columns.iter().zip(&values).for_each(|(column, value)| row.set(schema_type, column, value));
        }
        WriteAs::Reference { columns, .. } => match references.resolve(target, &change.new) {
            Resolved::Key(values) => {
                columns.iter().zip(&values).for_each(|(column, value)| row.set(schema_type, column, value));
            }
            Resolved::Missing | Resolved::Ambiguous => later.pending.push(Pending {
                object: object(),
                property: change.property.clone(),
                rule: change.rule.clone(),
                value: change.new.clone(),
            }),
        },
        WriteAs::Members(_) => {
            let added = difference(&change.old, &change.new);
            let removed = difference(&change.new, &change.old);
            if !added.is_empty() || !removed.is_empty() {
                later.members.push(MemberChange {
                    object: object(),
                    property: change.property.clone(),
                    rule: change.rule.clone(),
                    added,
                    removed,
                });
            }
        }
    }
    Ok(())
}

/// Empties the columns of a reference. Of several columns those stay that cannot be empty: they also belong
/// to the object itself, and one empty column is enough to refer to nothing.
fn clear(row: &mut RowWrite, schema_type: &SchemaType, columns: &[String]) {
    let optional: Vec<&String> = columns
        .iter()
        .filter(|name| {
            !schema_type.is_key(name) && schema_type.property(name).is_none_or(|column| !column.mandatory)
        })
        .collect();
    let cleared = if optional.is_empty() { columns.iter().collect() } else { optional };
    cleared.into_iter().for_each(|column| row.set(schema_type, column, &Value::Null));
}
