//! Data import (D5): what a step that imports from a secondary system has written centrally waits for being provisioned
//! to the primary systems.
//!
//! Primary systems are those whose projects have asked for it, and the target system of the project itself if one of
//! its start up configurations writes there. Deletes are not provisioned: the object is not there any more.

use std::{collections::BTreeSet, ops::Range, path::Path};

use super::{
    after_actions::object_of,
    ended::{Ended, journal_failed},
    execute::Execution,
    pending::{WrittenObject, find_keys},
    source::label_key,
};
use crate::{
    connect::{ConnectError, OpenMode, open_with},
    journal::{Change, ChangeStatus, Journal, JournalError, Message, MessageLevel, StepPass, StepReport},
    mapping::CompiledMapping,
    progress::CancelToken,
    project::{Direction, Method, Project, SchemaType, Side, Step},
};

/// Code of what is told of objects that cannot be queued.
const NOT_QUEUED: &str = "SW-R131";
/// Code of what is told of those that wait.
const QUEUED: &str = "SW-R132";
/// Objects that are looked up and queued at a time.
const OBJECTS: usize = 10_000;

impl Execution<'_> {
    /// Lets the objects of `range` that are written wait for being provisioned, if the step is a data import.
    pub(super) fn queue_imported(
        &self,
        journal: &mut Journal,
        (id, mapping): (&str, &CompiledMapping),
        report: &mut StepReport,
        range: Range<usize>,
    ) -> Result<(), Ended> {
        if !mapping.data_import {
            return Ok(());
        }
        self.import(id).queue(journal, mapping, report, range).map_err(journal_failed)
    }

    /// The same for what an interrupted run has written, if its step is a data import.
    pub(super) fn queue_interrupted(
        &self,
        journal: &mut Journal,
        (id, mapping): (&str, &CompiledMapping),
        report: &mut StepReport,
    ) -> Result<(), JournalError> {
        let is_import = |step: &Step| step.name == report.step && step.data_import;
        if !self.workflow.steps.iter().any(is_import) {
            return Ok(());
        }
        let all = 0..report.changes.len();
        self.import(id).queue(journal, mapping, report, all)
    }

    fn import<'a>(&'a self, run: &'a str) -> Import<'a> {
        Import { project: self.project, folder: self.folder, provisioned_types: &self.provisioned_types, run }
    }
}

/// A run that imports.
struct Import<'a> {
    project: &'a Project,
    folder: &'a Path,
    /// The central types that the project provisions to its own target system.
    provisioned_types: &'a BTreeSet<String>,
    /// Id of the run.
    run: &'a str,
}

impl Import<'_> {
    /// Lets the objects of `range` that are written wait for being provisioned.
    ///
    /// What is committed is queued, also when somebody has asked to stop: no later import would do it.
    fn queue(
        &self,
        journal: &mut Journal,
        mapping: &CompiledMapping,
        report: &mut StepReport,
        range: Range<usize>,
    ) -> Result<(), JournalError> {
        if report.pass != StepPass::Main || mapping.direction != Direction::ToCentral {
            return Ok(());
        }
        let schema_type = &mapping.left.schema_type;
        let systems = self.primary_systems(journal, &schema_type.name)?;
        if systems.is_empty() {
            return Ok(());
        }
        let is_written = |index: &usize| {
            let method = report.changes.method(*index);
            matches!(method, Some(Method::Insert | Method::Update))
        };
        let indices: Vec<usize> = range.filter(is_written).collect();
        let mut waiting = 0;
        for indices in indices.chunks(OBJECTS) {
            let changes = indices.iter().filter_map(|index| report.changes.get(*index));
            let written: Vec<Change> = changes.filter(may_be_written).collect();
            if written.is_empty() {
                continue;
            }
            let mut objects: Vec<WrittenObject> =
                written.iter().map(|change| object_of(mapping, change)).collect();
            self.find_keys(schema_type, &mut objects)?;
            let (known, unknown): (Vec<_>, Vec<_>) =
                objects.iter().partition(|object| object.key.len() == schema_type.key.len());
            let keys: Vec<String> = known.iter().map(|object| label_key(&object.key)).collect();
            for system in &systems {
                journal.keep_lock()?;
                journal.queue(system, &schema_type.name, &keys, self.run)?;
            }
            waiting += keys.len();
            report.messages.extend(unknown.into_iter().map(not_queued));
        }
        if waiting > 0 {
            report.messages.push(queued(waiting, &systems));
        }
        Ok(())
    }

    fn find_keys(&self, schema_type: &SchemaType, objects: &mut [WrittenObject]) -> Result<(), ConnectError> {
        let (connection, cancel) = (&self.project.central.connection, CancelToken::default());
        let mut connector = open_with(connection, self.folder, OpenMode::Read, &cancel)?;
        let mut objects: Vec<&mut WrittenObject> = objects.iter_mut().collect();
        find_keys(&mut *connector, schema_type, &mut objects, &cancel)
    }

    /// The systems to which changes of a central type are provisioned.
    fn primary_systems(
        &self,
        journal: &mut Journal,
        schema_type: &str,
    ) -> Result<BTreeSet<String>, JournalError> {
        let mut systems = journal.subscribers(schema_type)?;
        let own = &self.project.system(Side::Right).connection.system_identifier;
        systems.remove(own);
        if self.provisioned_types.contains(schema_type) {
            systems.insert(own.clone());
        }
        Ok(systems)
    }
}

/// True if the row of the object may be in the database, whatever became of its members and references: an object too
/// many costs a look, one too few stays as it is for ever.
fn may_be_written(change: &Change) -> bool {
    match change.status {
        ChangeStatus::Done | ChangeStatus::PartlyWritten | ChangeStatus::Unknown => true,
        ChangeStatus::Failed => change.method == Method::Update,
        ChangeStatus::Planned | ChangeStatus::NotWritten => false,
    }
}

fn not_queued(object: &WrittenObject) -> Message {
    Message {
        level: MessageLevel::Warning,
        code: NOT_QUEUED.to_owned(),
        text: "imported, but not queued for provisioning: the new object cannot be told from others by its values; \
               provision it by its key"
            .to_owned(),
        object: Some(object.name.clone()),
        property: None,
        rule: None,
    }
}

fn queued(objects: usize, systems: &BTreeSet<String>) -> Message {
    let systems: Vec<&str> = systems.iter().map(String::as_str).collect();
    Message {
        level: MessageLevel::Info,
        code: QUEUED.to_owned(),
        text: format!("{objects} imported objects wait for being provisioned to {}", systems.join(", ")),
        object: None,
        property: None,
        rule: None,
    }
}
