//! What the system that was being written says of the objects of changes in doubt.

use std::collections::{HashMap, HashSet};

use crate::{
    connect::{ConnectError, Connector, Flow, SearchRequest},
    journal::{Change, ChangeStatus, PropertyChange},
    mapping::{CompiledMapping, Target, WriteAs},
    progress::CancelToken,
    project::{Method, SchemaType},
    sync::{
        references::{References, Resolved, written_target},
        rows::{fitting, key_batch},
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

/// Objects by their keys in written form.
type Rows = HashMap<Vec<String>, Row>;

/// How a reference stands that a change sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It leads where it is to lead.
    Set,
    /// It is as it was before.
    Open,
    /// It is as it was before, and what it is to lead to is not there.
    Nowhere,
    /// Somebody else set it.
    Other,
}

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
        let created = self.read_created(connector, changes)?;
        let renamed = self.renamed(changes, &rows);
        Ok(changes
            .iter()
            .map(|change| {
                let (old, new) = by_keys(self, change, &rows);
                match (change.method, self.new_name(change)) {
                    (Method::Delete, _) => written_if(old.is_none()),
                    (Method::Insert, _) if self.new_key(change).is_none() => self.created(change, &created),
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

    /// Whether the references of each change that waited for the end of the step are set; `None` where the system does
    /// not tell.
    ///
    /// # Errors
    ///
    /// If reading fails.
    pub(super) fn references_set(
        &self,
        connector: &mut dyn Connector,
        changes: &[Change],
    ) -> Result<Vec<Option<bool>>, ConnectError> {
        let rows = self.read(connector, changes)?;
        let created = self.read_created(connector, changes)?;
        let is_set = |change: &Change| -> Option<bool> {
            let (old, new) = by_keys(self, change, &rows);
            let standings = self.standings(change, new.or(old).or_else(|| self.only_one(change, &created))?);
            // What leads nowhere is not set by the end of the step either.
            let mut standings = standings.into_iter().filter(|one| *one != Standing::Nowhere).peekable();
            standings.peek()?;
            standings.try_fold(true, |all, one| match one {
                Standing::Set => Some(all),
                Standing::Other => None,
                Standing::Open | Standing::Nowhere => Some(false),
            })
        };
        Ok(changes.iter().map(is_set).collect())
    }

    /// The key before and after a change that changes it.
    fn new_name(&self, change: &Change) -> Option<(Vec<String>, Vec<String>)> {
        let (old, new) = (texts(&self.old_key(change)?), texts(&self.new_key(change)?));
        (old != new).then_some((old, new))
    }

    /// Whether the keys are those after the changes of the batch, which are written together or not at all; `None` if
    /// the objects that are there do not tell. One alone does not: an object may get the key that another one gives up.
    fn renamed(&self, changes: &[Change], rows: &Rows) -> Option<bool> {
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
    fn read(&self, connector: &mut dyn Connector, changes: &[Change]) -> Result<Rows, ConnectError> {
        let key = &self.schema_type().key;
        let mut seen = HashSet::new();
        let keys: Vec<Vec<Value>> = changes
            .iter()
            .flat_map(|change| [self.old_key(change), self.new_key(change)])
            .flatten()
            .filter(|key| seen.insert(texts(key)))
            .collect();
        if keys.is_empty() {
            return Ok(Rows::new());
        }
        let mut properties = key.clone();
        let columns = changes.iter().flat_map(|change| self.columns(change)).map(|change| change.column);
        add_new(&mut properties, columns.chain(self.referring_columns(changes)));
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

    /// The references that a change sets, with the columns that hold them; without sensitive ones.
    fn references_of<'c>(
        &'c self,
        change: &'c Change,
    ) -> impl Iterator<Item = (&'c PropertyChange, &'c Target, &'c [String])> {
        let visible = change.properties.iter().filter(|property| !property.secret);
        visible.filter_map(move |property| {
            let target = written_target(self.mapping, &property.property)?;
            match &target.write_as {
                WriteAs::Reference { columns, .. } => Some((property, target, columns.as_slice())),
                _ => None,
            }
        })
    }

    /// The columns that hold references which the changes set.
    fn referring_columns(&self, changes: &[Change]) -> Vec<String> {
        let references = changes.iter().flat_map(|change| self.references_of(change));
        references.flat_map(|(_, _, columns)| columns).cloned().collect()
    }

    /// How the references stand that a change sets. A new reference may be waiting for the end of the step.
    fn standings(&self, change: &Change, row: &Row) -> Vec<Standing> {
        let references = self.references_of(change);
        references.filter_map(|(property, target, own)| self.standing(property, target, own, row)).collect()
    }

    /// `None` if the reference leads where it led before.
    fn standing(
        &self,
        change: &PropertyChange,
        target: &Target,
        own: &[String],
        row: &Row,
    ) -> Option<Standing> {
        let resolve = |value: &Value| match self.references.resolve(target, value) {
            _ if value.is_empty() => Some(vec![Value::Null; own.len()]),
            Resolved::Key(key) => Some(key),
            Resolved::Missing | Resolved::Ambiguous => None,
        };
        let refers_to =
            |key: &[Value]| own.iter().zip(key).all(|(name, value)| self.refers(row, name, value));
        // Of several columns one may hold a part of the object's own key.
        let is_empty = || own.iter().any(|name| row.get(name).is_some_and(Value::is_empty));
        let is_old = |old: &[Value]| if change.old.is_empty() { is_empty() } else { refers_to(old) };
        match (resolve(&change.old), resolve(&change.new)) {
            (Some(old), Some(new)) if old.iter().zip(&new).all(|(old, new)| same(old, new)) => None,
            (_, Some(new)) if refers_to(&new) => Some(Standing::Set),
            (Some(old), _) if !is_old(&old) => Some(Standing::Other),
            (_, Some(_)) => Some(Standing::Open),
            (_, None) => Some(Standing::Nowhere),
        }
    }

    /// Keys and columns of references are of equal meaning, but not always of one type.
    fn refers(&self, row: &Row, column: &str, value: &Value) -> bool {
        let value = fitting(self.schema_type(), column, value);
        row.get(column).is_some_and(|found| value.is_ok_and(|value| same(found, &value)))
    }

    /// The columns that tell whether a change is written: without sensitive ones, and without references.
    fn columns(&self, change: &Change) -> Vec<ColumnChange> {
        let mut columns = Vec::new();
        for property in change.properties.iter().filter(|property| !property.secret) {
            match written_target(self.mapping, &property.property).map(|target| &target.write_as) {
                Some(WriteAs::Reference { .. }) => {}
                Some(WriteAs::Columns { columns: own }) => {
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
                self.written(change, row)
            }
            // Somebody else's object with this key, or a value that the database changes on its way in.
            Some(_) => ChangeStatus::Unknown,
        }
    }

    /// The status of a new object that is there: its references may not be.
    fn written(&self, change: &Change, row: &Row) -> ChangeStatus {
        let standings = self.standings(change, row);
        if standings.contains(&Standing::Other) {
            ChangeStatus::Unknown
        } else if standings.iter().all(|one| *one == Standing::Set) {
            ChangeStatus::Done
        } else {
            ChangeStatus::PartlyWritten
        }
    }

    fn updated(&self, change: &Change, found: Option<&Row>) -> ChangeStatus {
        let Some(row) = found else { return ChangeStatus::Unknown };
        let mut columns = self.columns(change);
        columns.retain(|column| !same(&column.old, &column.new));
        let standings = self.standings(change, row);
        if standings.contains(&Standing::Other) || (columns.is_empty() && standings.is_empty()) {
            return ChangeStatus::Unknown;
        }
        let is_new = columns.iter().all(|column| holds(row, column, &column.new));
        let is_old = columns.iter().all(|column| holds(row, column, &column.old));
        let set = standings.iter().filter(|one| **one == Standing::Set).count();
        if is_new && set == standings.len() {
            ChangeStatus::Done
        } else if is_old && set == 0 {
            ChangeStatus::NotWritten
        } else if is_new {
            // What is missing was waiting for the end of the step.
            ChangeStatus::PartlyWritten
        } else {
            ChangeStatus::Unknown
        }
    }

    /// The objects that have the values that new objects were created with, for those to which the database
    /// gives the key; one look at the table for all that were created with the same columns.
    fn read_created(
        &self,
        connector: &mut dyn Connector,
        changes: &[Change],
    ) -> Result<Created, ConnectError> {
        let mut created = Created::new();
        for change in changes {
            if change.method == Method::Insert && self.new_key(change).is_none() {
                let (names, values) = created_with(&self.columns(change));
                created.entry(names).or_default().insert(values, Found::default());
            }
        }
        created.retain(|names, _| !names.is_empty());
        for (names, found) in &mut created {
            let mut properties = names.clone();
            add_new(&mut properties, self.referring_columns(changes));
            let request = SearchRequest::all(self.schema_type(), &properties);
            connector.search(&request, self.cancel, &mut |batch| {
                for row in 0..batch.num_rows() {
                    let values = batch.columns().iter().take(names.len());
                    let values: Vec<String> = values.map(|column| plain(&value_at(column, row))).collect();
                    if let Some(one) = found.get_mut(&values) {
                        let all = batch.columns().iter().map(|column| value_at(column, row));
                        one.row = properties.iter().cloned().zip(all).collect();
                        one.count += 1;
                    }
                }
                Flow::Continue
            })?;
        }
        Ok(created)
    }

    fn created(&self, change: &Change, created: &Created) -> ChangeStatus {
        match self.found(change, created) {
            Some(Found { count: 0, .. }) => ChangeStatus::NotWritten,
            Some(Found { count: 1, row }) => self.written(change, row),
            _ => ChangeStatus::Unknown,
        }
    }

    fn found<'c>(&self, change: &Change, created: &'c Created) -> Option<&'c Found> {
        let (names, values) = created_with(&self.columns(change));
        created.get(&names)?.get(&values)
    }

    /// The object that was created with the values of a change, if there is no other one.
    fn only_one<'c>(&self, change: &Change, created: &'c Created) -> Option<&'c Row> {
        let is_created = change.method == Method::Insert && self.new_key(change).is_none();
        let found = self.found(change, created).filter(|found| is_created && found.count == 1)?;
        Some(&found.row)
    }
}

/// The objects with the key before, and with the key after a change.
fn by_keys<'r>(objects: &Objects<'_>, change: &Change, rows: &'r Rows) -> (Option<&'r Row>, Option<&'r Row>) {
    let by_key = |key: Option<Vec<Value>>| key.and_then(|key| rows.get(&texts(&key)));
    (by_key(objects.old_key(change)), by_key(objects.new_key(change)))
}

/// Adds the names that are not there yet.
fn add_new(names: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for name in more {
        if !names.contains(&name) {
            names.push(name);
        }
    }
}

/// The status of a change that is written or not.
pub(super) const fn written_if(written: bool) -> ChangeStatus {
    if written { ChangeStatus::Done } else { ChangeStatus::NotWritten }
}

/// Objects by columns and values.
type Created = HashMap<Vec<String>, HashMap<Vec<String>, Found>>;

/// What was found of a new object.
#[derive(Default)]
struct Found {
    /// Objects with its values.
    count: usize,
    /// The last one of them.
    row: Row,
}

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
