//! Runs that were interrupted (F13, DESIGN 7): what became of the batch that was being written is found out by
//! reading, before the next run compares anything.
//!
//! The change list and the outcome of every batch are on disk. Of a batch that was begun but not done nobody
//! knows whether it was committed; so its objects are looked up, and each change gets the status that the
//! database shows. Nothing is written but the journal. What cannot be told, because only sensitive values
//! changed or because somebody else changed the object meanwhile, is said to be unknown.

use std::{
    collections::{HashMap, HashSet},
    fs,
    ops::Range,
    path::Path,
    sync::Arc,
};

use arrow::{
    array::RecordBatch,
    datatypes::{Field, Schema as ArrowSchema},
};

use super::{
    outcome::Outcome,
    reconcile::session,
    references::{References, Resolved},
    source::label_key,
};
use crate::{
    connect::{ConnectError, Connector, ErrorKind, Flow, OpenMode, SearchRequest, open_with},
    journal::{Change, ChangeStatus, Journal, JournalError, Message, MessageLevel, StepPass, StepReport},
    mapping::{CompiledMapping, WriteAs, compile},
    progress::CancelToken,
    project::{Direction, Method, Project, SchemaType, Side},
    value::{Value, ValueType, array_of, split_composite, value_at},
};

/// Finds out what the interrupted runs of a start up configuration wrote, and marks them as interrupted.
///
/// The caller holds the lock, so whatever still counts as running is not. A run whose files are gone or damaged
/// is marked all the same.
///
/// # Errors
///
/// If the central database cannot be read or written.
pub fn resolve_interrupted(
    project: &Project,
    folder: &Path,
    start_up: &str,
    journal: &mut Journal,
    cancel: &CancelToken,
) -> Result<(), JournalError> {
    for run in journal.unfinished(start_up)? {
        let resolver = Resolver { project, folder, cancel };
        for (position, mut step) in journal.unfinished_steps(&run.id)? {
            let file = journal.run_folder(&run.id).join(format!("step-{:03}.outcome", position + 1));
            let outcome = Outcome::parse(&fs::read_to_string(file).unwrap_or_default());
            if resolver.resolve(&mut step, &outcome, journal)? {
                let checksum = journal.save_changes(&run.id, position, &step)?;
                journal.record_step(&run.id, position, &step, Some(&checksum))?;
            }
        }
        journal.mark_interrupted(&run.id)?;
    }
    Ok(())
}

struct Resolver<'a> {
    project: &'a Project,
    folder: &'a Path,
    cancel: &'a CancelToken,
}

impl Resolver<'_> {
    /// Gives every change that still counts as planned its status; false if there is none.
    fn resolve(
        &self,
        step: &mut StepReport,
        outcome: &Outcome,
        journal: &mut Journal,
    ) -> Result<bool, JournalError> {
        let before: Vec<ChangeStatus> = step.changes.iter().map(|change| change.status).collect();
        if !before.contains(&ChangeStatus::Planned) {
            return Ok(false);
        }
        let mut statuses: Vec<ChangeStatus> = (0..before.len()).map(|index| outcome.status(index)).collect();
        for range in outcome.in_doubt() {
            let range = range.start..range.end.min(before.len());
            let found = self.look_up(step, range.clone(), journal)?;
            step.messages.push(about_batch(&found));
            for (index, status) in range.zip(found) {
                if status == ChangeStatus::Unknown
                    && let Some(change) = step.changes.get(index)
                {
                    step.messages.push(about_unknown(&change));
                }
                if let Some(slot) = statuses.get_mut(index) {
                    *slot = status;
                }
            }
        }
        let mapping = self.mapping_of(step);
        for (index, (status, before)) in statuses.iter_mut().zip(&before).enumerate() {
            let noted = *status == ChangeStatus::Done && *before == ChangeStatus::Planned;
            let change = step.changes.get(index).filter(|_| noted);
            if let (Some(change), Some(mapping)) = (change, &mapping)
                && writes_members(&change, mapping)
            {
                // Members come last, when all objects of the step are there.
                *status = ChangeStatus::Unknown;
                step.messages.push(about_unknown(&change));
            }
        }
        for (index, (status, before)) in statuses.iter_mut().zip(before).enumerate() {
            if before != ChangeStatus::Planned {
                *status = before;
                continue;
            }
            match status {
                ChangeStatus::Done => {
                    step.writes.add(step.changes.method(index).unwrap_or(Method::Ignore), 1);
                }
                ChangeStatus::Failed => step.writes.failed += 1,
                _ => {}
            }
        }
        step.changes.set_statuses(&statuses);
        Ok(true)
    }

    /// What the pass of a step writes by.
    fn mapping_of(&self, step: &StepReport) -> Option<CompiledMapping> {
        let mapping = self.project.mapping(&step.mapping)?;
        let compiled =
            |direction: Direction| compile(&session(1), self.project, mapping, None, direction, false).ok();
        let opposite = || compiled(step.direction.reversed());
        match step.pass {
            StepPass::Main => compiled(step.direction),
            StepPass::Corrections => opposite().map(|one| one.reversed(one.opposite.rogue.clone())),
            StepPass::Forced => opposite().map(|one| one.reversed(one.opposite.forced.clone())),
            StepPass::WriteBack => opposite().map(|one| one.reversed(one.opposite.write_back.clone())),
        }
    }

    /// The status of each change of a batch as the systems show it.
    fn look_up(
        &self,
        step: &mut StepReport,
        range: Range<usize>,
        journal: &mut Journal,
    ) -> Result<Vec<ChangeStatus>, JournalError> {
        let changes: Vec<Change> = range.filter_map(|index| step.changes.get(index)).collect();
        let unknown = vec![ChangeStatus::Unknown; changes.len()];
        // The project was changed meanwhile, so that nobody knows where to look.
        let Some(mapping) = self.mapping_of(step) else { return Ok(unknown) };
        if changes.iter().any(|change| is_label(change.method)) {
            return changes.iter().map(|change| label_status(change, &mapping, journal)).collect();
        }
        let shape = step.changes.columns().map(|(shape, _)| shape.side);
        if shape != Some(mapping.destination().side) {
            return Ok(unknown);
        }
        let system = self.project.system(mapping.destination().side);
        let opened = open_with(&system.connection, self.folder, OpenMode::Read, self.cancel);
        let statuses = opened.and_then(|mut connector| {
            let references = References::read(&mut *connector, &system.schema, &mapping, self.cancel)?;
            let objects = Objects { mapping: &mapping, references, cancel: self.cancel };
            objects.statuses(&mut *connector, &changes)
        });
        Ok(statuses.unwrap_or_else(|error| {
            step.messages.push(Message {
                text: format!("the objects of an interrupted batch cannot be looked up: {error}"),
                ..about_batch(&[])
            });
            unknown
        }))
    }
}

/// Whether a change gives an object other members.
fn writes_members(change: &Change, mapping: &CompiledMapping) -> bool {
    change.properties.iter().any(|property| {
        let mut targets = mapping.inserts.iter().chain(&mapping.updates);
        let target = targets.find(|target| target.property == property.property);
        target.is_some_and(|target| matches!(target.write_as, WriteAs::Members(_)))
            && property.old != property.new
    })
}

const fn is_label(method: Method) -> bool {
    matches!(method, Method::MarkOutstanding | Method::ResetOutstanding)
}

fn label_status(
    change: &Change,
    mapping: &CompiledMapping,
    journal: &mut Journal,
) -> Result<ChangeStatus, JournalError> {
    let mut labelled = false;
    for (side, key) in [(Side::Left, &change.left_key), (Side::Right, &change.right_key)] {
        let labels = journal.labels(side, &mapping.class(side).schema_type.name)?;
        labelled |= labels.contains(&label_key(key));
    }
    Ok(written_if(labelled == (change.method == Method::MarkOutstanding)))
}

const fn written_if(written: bool) -> ChangeStatus {
    if written { ChangeStatus::Done } else { ChangeStatus::NotWritten }
}

fn about_batch(found: &[ChangeStatus]) -> Message {
    let count = |wanted: ChangeStatus| found.iter().filter(|status| **status == wanted).count();
    Message {
        level: MessageLevel::Info,
        code: "SW-R115".to_owned(),
        text: format!(
            "the run was interrupted in the middle of a batch of {}; by what the systems hold {} of its changes are \
             written, {} are not",
            found.len(),
            count(ChangeStatus::Done),
            count(ChangeStatus::NotWritten)
        ),
        object: None,
        property: None,
        rule: None,
    }
}

fn about_unknown(change: &Change) -> Message {
    Message {
        level: MessageLevel::Warning,
        code: "SW-R116".to_owned(),
        text:
            "whether this change was written before the interruption cannot be told: only sensitive values or \
               members changed, or somebody else changed the object meanwhile"
                .to_owned(),
        object: Some(change.display.clone()),
        property: None,
        rule: None,
    }
}

/// A column with the value before and after the change.
struct ColumnChange {
    column: String,
    old: Value,
    new: Value,
}

/// Values of an object by column.
type Row = HashMap<String, Value>;

/// The objects of the system that was being written.
struct Objects<'a> {
    mapping: &'a CompiledMapping,
    references: References,
    cancel: &'a CancelToken,
}

impl Objects<'_> {
    fn schema_type(&self) -> &SchemaType {
        &self.mapping.destination().schema_type
    }

    fn statuses(
        &self,
        connector: &mut dyn Connector,
        changes: &[Change],
    ) -> Result<Vec<ChangeStatus>, ConnectError> {
        let rows = self.read(connector, changes)?;
        let counts = self.count_inserted(connector, changes)?;
        Ok(changes
            .iter()
            .map(|change| {
                let by_key = |key: Option<Vec<Value>>| key.and_then(|key| rows.get(&texts(&key)));
                let (old, new) = (by_key(self.old_key(change)), by_key(self.new_key(change)));
                match change.method {
                    Method::Delete => written_if(old.is_none()),
                    Method::Insert if self.new_key(change).is_none() => self.created(change, &counts),
                    Method::Insert => self.inserted(change, new),
                    _ => self.updated(change, new.or(old)),
                }
            })
            .collect())
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
        let keys = key_batch(self.schema_type(), &keys)?;
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
        let key = match self.mapping.destination().side {
            Side::Left => &change.left_key,
            Side::Right => &change.right_key,
        };
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
            let mut targets = self.mapping.inserts.iter().chain(&self.mapping.updates);
            let target = targets.find(|target| target.property == property.property);
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
        let type_of = |name: &String| {
            self.schema_type().property(name).map_or(ValueType::String, |column| column.value_type)
        };
        let types: Vec<ValueType> = columns.iter().map(type_of).collect();
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

fn key_batch(schema_type: &SchemaType, keys: &[Vec<Value>]) -> Result<RecordBatch, ConnectError> {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (at, name) in schema_type.key.iter().enumerate() {
        let value_type = schema_type.property(name).map_or(ValueType::String, |property| property.value_type);
        fields.push(Field::new(name, value_type.arrow(), true));
        columns.push(array_of(value_type, keys.iter().map(|key| key.get(at).unwrap_or(&Value::Null))));
    }
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)
        .map_err(|error| ConnectError::new(ErrorKind::Other, &schema_type.name, error.to_string()))
}
