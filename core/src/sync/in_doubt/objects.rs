//! What the system that was being written says of the objects of changes in doubt.

use std::collections::{HashMap, HashSet};

use crate::{
    connect::{ConnectError, Connector, Flow, SearchRequest},
    journal::{Change, ChangeStatus},
    mapping::{CompiledMapping, WriteAs},
    progress::CancelToken,
    project::{Method, SchemaType},
    sync::{
        references::{References, Resolved, written_target},
        rows::key_batch,
    },
    value::{Value, ValueType, split_composite, value_at},
};

/// A column with the value before and after the change.
struct ColumnChange {
    column: String,
    old: Value,
    new: Value,
}

/// Values of an object by column.
type Row = HashMap<String, Value>;

/// The objects of the system that was being written.
pub(super) struct Objects<'a> {
    pub mapping: &'a CompiledMapping,
    pub references: References,
    pub cancel: &'a CancelToken,
}

impl Objects<'_> {
    fn schema_type(&self) -> &SchemaType {
        &self.mapping.destination().schema_type
    }

    /// The status of each change as the system shows it.
    ///
    /// # Errors
    ///
    /// If reading fails.
    pub(super) fn statuses(
        &self,
        connector: &mut dyn Connector,
        changes: &[Change],
    ) -> Result<Vec<ChangeStatus>, ConnectError> {
        let rows = self.read(connector, changes)?;
        let counts = self.count_inserted(connector, changes)?;
        let renamed = self.renamed(changes, &rows);
        Ok(changes
            .iter()
            .map(|change| {
                let by_key = |key: Option<Vec<Value>>| key.and_then(|key| rows.get(&texts(&key)));
                let (old, new) = (by_key(self.old_key(change)), by_key(self.new_key(change)));
                match (change.method, self.new_name(change)) {
                    (Method::Delete, _) => written_if(old.is_none()),
                    (Method::Insert, _) if self.new_key(change).is_none() => self.created(change, &counts),
                    (Method::Insert, _) => self.inserted(change, new),
                    (_, Some(_)) => match renamed {
                        Some(true) => self.updated(change, new),
                        Some(false) => ChangeStatus::NotWritten,
                        None => ChangeStatus::Unknown,
                    },
                    (_, None) => self.updated(change, new.or(old)),
                }
            })
            .collect())
    }

    /// The key before and after a change that changes it.
    fn new_name(&self, change: &Change) -> Option<(Vec<String>, Vec<String>)> {
        let (old, new) = (texts(&self.old_key(change)?), texts(&self.new_key(change)?));
        (old != new).then_some((old, new))
    }

    /// Whether the keys are those after the changes of the batch, which are written together or not at all; `None` if
    /// the objects that are there do not tell. One alone does not: an object may get the key that another one gives up.
    fn renamed(&self, changes: &[Change], rows: &HashMap<Vec<String>, Row>) -> Option<bool> {
        let names: Vec<_> = changes.iter().filter_map(|change| self.new_name(change)).collect();
        let (before, after): (HashSet<_>, HashSet<_>) = names.iter().map(|(old, new)| (old, new)).unzip();
        let are_there = |these: &HashSet<&Vec<String>>, others: &HashSet<&Vec<String>>| {
            these.iter().all(|key| rows.contains_key(*key))
                && others.difference(these).all(|key| !rows.contains_key(*key))
        };
        match (are_there(&after, &before), are_there(&before, &after)) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }

    /// The objects that have a key of the changes now, or had it before.
    fn read(
        &self,
        connector: &mut dyn Connector,
        changes: &[Change],
    ) -> Result<HashMap<Vec<String>, Row>, ConnectError> {
        let key = &self.schema_type().key;
        let mut seen = HashSet::new();
        let keys: Vec<Vec<Value>> = changes
            .iter()
            .flat_map(|change| [self.old_key(change), self.new_key(change)])
            .flatten()
            .filter(|key| seen.insert(texts(key)))
            .collect();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let mut properties = key.clone();
        for column in changes.iter().flat_map(|change| self.columns(change)).map(|change| change.column) {
            if !properties.contains(&column) {
                properties.push(column);
            }
        }
        let named = |values: Vec<Value>| key.iter().cloned().zip(values).collect();
        let keys = key_batch(self.schema_type(), keys.into_iter().map(named).collect())?;
        let found = connector.get(self.schema_type(), &keys, &properties)?;
        Ok((0..found.num_rows())
            .map(|row| {
                let values: Vec<Value> = found.columns().iter().map(|column| value_at(column, row)).collect();
                let own = values.get(..key.len()).unwrap_or_default();
                (texts(own), properties.iter().cloned().zip(values.iter().cloned()).collect())
            })
            .collect())
    }

    fn old_key(&self, change: &Change) -> Option<Vec<Value>> {
        let key = change.key(self.mapping.destination().side);
        (change.method != Method::Insert && !key.is_empty())
            .then(|| key.iter().map(|(_, value)| value.clone()).collect())
    }

    /// The key of the object once the change is written; `None` if the database gives it.
    fn new_key(&self, change: &Change) -> Option<Vec<Value>> {
        let old = self.old_key(change);
        let part = |(at, name): (usize, &String)| {
            let written = change.properties.iter().find(|property| property.property == *name);
            match written {
                Some(property) if property.secret => None,
                Some(property) => Some(property.new.clone()),
                None => old.as_ref().and_then(|old| old.get(at).cloned()),
            }
        };
        let key: Option<Vec<Value>> = self.schema_type().key.iter().enumerate().map(part).collect();
        key.filter(|key| key.iter().all(|value| !value.is_null()))
    }

    /// The columns that tell whether a change is written: without sensitive ones, references as their columns.
    fn columns(&self, change: &Change) -> Vec<ColumnChange> {
        let mut columns = Vec::new();
        for property in change.properties.iter().filter(|property| !property.secret) {
            let target = written_target(self.mapping, &property.property);
            match target.map(|target| (target, &target.write_as)) {
                Some((target, WriteAs::Reference { columns: own, .. })) => {
                    let resolve = |value: &Value| match self.references.resolve(target, value) {
                        _ if value.is_empty() => Some(vec![Value::Null; own.len()]),
                        Resolved::Key(key) => Some(key),
                        Resolved::Missing | Resolved::Ambiguous => None,
                    };
                    // A reference of a new object may be waiting for the end of the step.
                    if change.method == Method::Insert {
                        continue;
                    }
                    let (Some(old), Some(new)) = (resolve(&property.old), resolve(&property.new)) else {
                        continue;
                    };
                    columns.extend(
                        own.iter().zip(old.into_iter().zip(new)).map(|(column, (old, new))| ColumnChange {
                            column: column.clone(),
                            old,
                            new,
                        }),
                    );
                }
                Some((_, WriteAs::Columns { columns: own })) => {
                    let split = |value: &Value| self.split(value, own);
                    let (Some(old), Some(new)) = (split(&property.old), split(&property.new)) else {
                        continue;
                    };
                    let both = old.into_iter().zip(new);
                    columns.extend(own.iter().zip(both).map(|(column, (old, new))| ColumnChange {
                        column: column.clone(),
                        old,
                        new,
                    }));
                }
                _ if self.schema_type().property(&property.property).is_some() => {
                    columns.push(ColumnChange {
                        column: property.property.clone(),
                        old: property.old.clone(),
                        new: property.new.clone(),
                    });
                }
                _ => {}
            }
        }
        columns
    }

    /// The columns of a composite value; of an empty one nobody knows which of them are cleared.
    fn split(&self, value: &Value, columns: &[String]) -> Option<Vec<Value>> {
        let types: Vec<ValueType> = columns.iter().map(|name| self.schema_type().type_of(name)).collect();
        split_composite(&value.to_string(), &types).filter(|_| !value.is_empty())
    }

    fn inserted(&self, change: &Change, found: Option<&Row>) -> ChangeStatus {
        match found {
            None => ChangeStatus::NotWritten,
            Some(row) if self.columns(change).iter().all(|column| holds(row, column, &column.new)) => {
                ChangeStatus::Done
            }
            // Somebody else's object with this key, or a value that the database changes on its way in.
            Some(_) => ChangeStatus::Unknown,
        }
    }

    fn updated(&self, change: &Change, found: Option<&Row>) -> ChangeStatus {
        let mut columns = self.columns(change);
        columns.retain(|column| !same(&column.old, &column.new));
        match found {
            Some(row) if !columns.is_empty() => {
                if columns.iter().all(|column| holds(row, column, &column.new)) {
                    ChangeStatus::Done
                } else if columns.iter().all(|column| holds(row, column, &column.old)) {
                    ChangeStatus::NotWritten
                } else {
                    ChangeStatus::Unknown
                }
            }
            _ => ChangeStatus::Unknown,
        }
    }

    /// How many objects have the values that new objects were created with, for those to which the database
    /// gives the key; one look at the table for all that were created with the same columns.
    fn count_inserted(
        &self,
        connector: &mut dyn Connector,
        changes: &[Change],
    ) -> Result<Counts, ConnectError> {
        let mut counts: HashMap<Vec<String>, HashMap<Vec<String>, usize>> = HashMap::new();
        for change in changes {
            if change.method == Method::Insert && self.new_key(change).is_none() {
                let (names, values) = created_with(&self.columns(change));
                counts.entry(names).or_default().insert(values, 0);
            }
        }
        counts.retain(|names, _| !names.is_empty());
        for (names, counts) in &mut counts {
            let request = SearchRequest::all(self.schema_type(), names);
            connector.search(&request, self.cancel, &mut |batch| {
                for row in 0..batch.num_rows() {
                    let values = batch.columns().iter().map(|column| plain(&value_at(column, row)));
                    if let Some(count) = counts.get_mut(&values.collect::<Vec<_>>()) {
                        *count += 1;
                    }
                }
                Flow::Continue
            })?;
        }
        Ok(counts)
    }

    fn created(&self, change: &Change, counts: &Counts) -> ChangeStatus {
        let (names, values) = created_with(&self.columns(change));
        match counts.get(&names).and_then(|counts| counts.get(&values)) {
            Some(0) => ChangeStatus::NotWritten,
            Some(1) => ChangeStatus::Done,
            _ => ChangeStatus::Unknown,
        }
    }
}

/// The status of a change that is written or not.
pub(super) const fn written_if(written: bool) -> ChangeStatus {
    if written { ChangeStatus::Done } else { ChangeStatus::NotWritten }
}

/// Numbers of objects by columns and values.
type Counts = HashMap<Vec<String>, HashMap<Vec<String>, usize>>;

/// Columns and values of a new object.
fn created_with(columns: &[ColumnChange]) -> (Vec<String>, Vec<String>) {
    columns.iter().map(|column| (column.column.clone(), plain(&column.new))).unzip()
}

/// A value as text; NULL and '' are one.
fn plain(value: &Value) -> String {
    if value.is_empty() { String::new() } else { value.to_string() }
}

fn texts(key: &[Value]) -> Vec<String> {
    key.iter().map(ToString::to_string).collect()
}

fn holds(row: &Row, column: &ColumnChange, value: &Value) -> bool {
    row.get(&column.column).is_some_and(|found| same(found, value))
}

/// NULL and '' are one where a column says so (W13), and never apart in what is asked here.
fn same(one: &Value, other: &Value) -> bool {
    one == other || (one.is_empty() && other.is_empty())
}
