//! Actions after objects are saved (E5): they look at the objects as the system has them, and write into the log.
//!
//! They change nothing, and what goes wrong with them is a warning: the object is written. Simulations save nothing
//! and so run none of them.

use std::{collections::HashMap, ops::Range};

use super::{
    actions::HIDDEN,
    execute::Execution,
    pending::{Key, WrittenObject, find_keys},
    rows::key_batch,
};
use crate::{
    connect::{ConnectError, Connector, OpenMode, open_with},
    journal::{Change, ChangeList, ChangeStatus, Journal, JournalError, Message, MessageLevel, StepReport},
    mapping::{CompiledAction, CompiledMapping, WriteAs},
    project::{ActionEvent, ActionTime},
    script::Logged,
    sync::references::written_target,
    value::{Value, value_at},
};

/// Code of what an action writes into the log.
const LOGGED: &str = "SW-R126";
/// Code of what is told of an action that failed.
const FAILED: &str = "SW-R127";
/// Objects that one request reads.
const BATCH: usize = 1000;
/// Objects that are held at a time; the keys that a database gave to new ones are looked up once for all of them.
const OBJECTS: usize = 20_000;

/// Objects by their keys in written form: the columns that actions name, and their values.
pub(super) type Objects = HashMap<Vec<String>, HashMap<String, Value>>;

impl Execution<'_> {
    /// The objects that are about to be deleted, as far as actions want to see them afterwards.
    pub(super) fn before_deletes(
        &self,
        mapping: &CompiledMapping,
        changes: &ChangeList,
        range: Range<usize>,
    ) -> Result<Objects, ConnectError> {
        if mapping.actions_after(ActionEvent::Delete).next().is_none() {
            return Ok(Objects::new());
        }
        let deletes = range.filter_map(|index| changes.get(index));
        let deletes = deletes.filter(|change| event(change) == Some(ActionEvent::Delete));
        let keys: Vec<Key> = deletes.map(|change| key_of(mapping, &change)).collect();
        if keys.is_empty() {
            return Ok(Objects::new());
        }
        self.read_objects(mapping, &mut *self.reader(mapping)?, keys)
    }

    /// Runs the actions after what is written of `range` of the pass at `position`; `deleted` are the objects that
    /// were there before.
    ///
    /// # Errors
    ///
    /// If the lock of the run is lost.
    pub(super) fn after_writing(
        &self,
        journal: &mut Journal,
        (position, mapping): (usize, &CompiledMapping),
        report: &mut StepReport,
        range: Range<usize>,
        deleted: &Objects,
    ) -> Result<(), JournalError> {
        let has_actions = |index: &usize| {
            let on = report.changes.method(*index).and_then(ActionEvent::of);
            on.is_some_and(|on| mapping.actions_after(on).next().is_some())
        };
        let indices: Vec<usize> = range.filter(has_actions).collect();
        for indices in indices.chunks(OBJECTS) {
            let changes = indices.iter().filter_map(|index| report.changes.get(*index));
            let written: Vec<Change> = changes.filter(|change| change.status == ChangeStatus::Done).collect();
            let (keys, saved) = match self.saved_objects(mapping, &written) {
                Ok(saved) => saved,
                Err(error) => {
                    report.messages.push(not_read(written.len(), &error));
                    continue;
                }
            };
            for (change, key) in written.iter().zip(keys) {
                if self.cancel.is_cancelled() {
                    return Ok(());
                }
                journal.keep_lock()?;
                let key = written_form(&key);
                let object = saved.get(&key).or_else(|| deleted.get(&key));
                let keep = |logged| self.action_log.keep(position, logged);
                report.messages.extend(run_all(mapping, change, object, &keep));
            }
        }
        Ok(())
    }

    fn reader(&self, mapping: &CompiledMapping) -> Result<Box<dyn Connector>, ConnectError> {
        let connection = &self.project.system(mapping.destination().side).connection;
        open_with(connection, self.folder, OpenMode::Read, self.cancel)
    }

    /// The keys of the written objects as they are now, and the objects.
    fn saved_objects(
        &self,
        mapping: &CompiledMapping,
        written: &[Change],
    ) -> Result<(Vec<Key>, Objects), ConnectError> {
        let mut objects = Objects::new();
        let mut found: Vec<WrittenObject> = written.iter().map(|change| object_of(mapping, change)).collect();
        let is_there = |change: &&Change| event(change) != Some(ActionEvent::Delete);
        if written.iter().any(|change| is_there(&change)) {
            let mut connector = self.reader(mapping)?;
            let schema_type = &mapping.destination().schema_type;
            let mut saved: Vec<&mut WrittenObject> = found
                .iter_mut()
                .zip(written)
                .filter(|(_, change)| is_there(change))
                .map(|(one, _)| one)
                .collect();
            find_keys(&mut *connector, schema_type, &mut saved, self.cancel)?;
            let keys = saved.iter().map(|one| one.key.clone()).filter(|key| !key.is_empty()).collect();
            objects = self.read_objects(mapping, &mut *connector, keys)?;
        }
        Ok((found.into_iter().map(|one| one.key).collect(), objects))
    }

    fn read_objects(
        &self,
        mapping: &CompiledMapping,
        connector: &mut dyn Connector,
        keys: Vec<Key>,
    ) -> Result<Objects, ConnectError> {
        let schema_type = &mapping.destination().schema_type;
        let own = |action: &&CompiledAction| {
            action.when == ActionTime::After && action.side == mapping.destination().side
        };
        let named = mapping.actions.iter().filter(own).flat_map(|action| action.script.names());
        let mut properties = schema_type.key.clone();
        for name in named {
            if !properties.contains(&name.property) {
                properties.push(name.property.clone());
            }
        }
        let mut objects = Objects::new();
        for keys in keys.chunks(BATCH) {
            if self.cancel.is_cancelled() {
                break;
            }
            let found = connector.get(schema_type, &key_batch(schema_type, keys.to_vec())?, &properties)?;
            for row in 0..found.num_rows() {
                let values: Vec<Value> = found.columns().iter().map(|column| value_at(column, row)).collect();
                let key = values.iter().take(schema_type.key.len()).map(ToString::to_string).collect();
                objects.insert(key, properties.iter().cloned().zip(values).collect());
            }
        }
        Ok(objects)
    }
}

fn not_read(objects: usize, error: &ConnectError) -> Message {
    Message {
        level: MessageLevel::Warning,
        code: FAILED.to_owned(),
        text: format!(
            "the actions after {objects} written objects did not run, because these cannot be read: {error}"
        ),
        object: None,
        property: None,
        rule: None,
    }
}

fn event(change: &Change) -> Option<ActionEvent> {
    ActionEvent::of(change.method)
}

fn key_of(mapping: &CompiledMapping, change: &Change) -> Key {
    change.key(mapping.destination().side).to_vec()
}

fn written_form(key: &Key) -> Vec<String> {
    key.iter().map(|(_, value)| value.to_string()).collect()
}

/// A written object with its key as far as it is known, and the columns by which it is found otherwise.
pub(super) fn object_of(mapping: &CompiledMapping, change: &Change) -> WrittenObject {
    let destination = mapping.destination();
    let old = key_of(mapping, change);
    let is_column = |name: &str| {
        destination.schema_type.property(name).is_some()
            && written_target(mapping, name).is_none_or(|target| target.write_as == WriteAs::Column)
    };
    let columns: Key = match event(change) {
        Some(ActionEvent::Delete) => Vec::new(),
        _ => change
            .properties
            .iter()
            .filter(|property| is_column(&property.property))
            .map(|property| (property.property.clone(), property.new.clone()))
            .collect(),
    };
    let part = |name: &String| {
        let named = |known: &Key| known.iter().find(|(own, _)| own == name).cloned();
        named(&columns).or_else(|| named(&old)).filter(|(_, value)| !value.is_null())
    };
    let key = destination.schema_type.key.iter().filter_map(part).collect();
    WrittenObject { name: change.display.clone(), key, columns, ..WrittenObject::default() }
}

/// Runs the actions on one object; what they log, as far as it is kept, and what goes wrong.
fn run_all(
    mapping: &CompiledMapping,
    change: &Change,
    object: Option<&HashMap<String, Value>>,
    keep: &dyn Fn(Logged) -> Vec<String>,
) -> Vec<Message> {
    let Some(on) = event(change) else { return Vec::new() };
    mapping.actions_after(on).flat_map(|action| run(action, change, object, keep)).collect()
}

fn run(
    action: &CompiledAction,
    change: &Change,
    object: Option<&HashMap<String, Value>>,
    keep: &dyn Fn(Logged) -> Vec<String>,
) -> Vec<Message> {
    let message = |level: MessageLevel, code: &str, text: String| Message {
        level,
        code: code.to_owned(),
        text,
        object: Some(change.display.clone()),
        property: None,
        rule: Some(action.name.clone()),
    };
    let Some(object) = object else {
        let text = "the action after the object was written did not run: the object cannot be found again";
        return vec![message(MessageLevel::Warning, FAILED, text.to_owned())];
    };
    let arguments: Vec<Value> = action
        .script
        .names()
        .iter()
        .map(|name| object.get(&name.property).cloned().unwrap_or_default())
        .collect();
    let (result, logged) = action.script.run(&arguments);
    let shown = |text: String| if action.secret { HIDDEN.to_owned() } else { text };
    let mut messages: Vec<Message> =
        keep(logged).into_iter().map(|line| message(MessageLevel::Info, LOGGED, shown(line))).collect();
    if let Err(error) = result {
        let text =
            format!("the object is written, but the action after it failed: {}", shown(error.to_string()));
        messages.push(message(MessageLevel::Warning, FAILED, text));
    }
    messages
}
