//! Data import (D5): what a step that imports from a secondary system has written centrally waits for being provisioned
//! to the primary systems.
//!
//! Primary systems are those whose projects have asked for it, and the target system of the project itself if one of
//! its start up configurations writes there. Deletes are not provisioned: the object is not there any more.

use std::{collections::BTreeSet, ops::Range};

use super::{
    after_actions::object_of,
    ended::{Ended, connect_failed, journal_failed},
    execute::Execution,
    pending::{WrittenObject, find_keys},
    source::label_key,
};
use crate::{
    connect::{OpenMode, open_with},
    journal::{Change, ChangeStatus, Journal, Message, MessageLevel, StepPass, StepReport},
    mapping::CompiledMapping,
    project::{Direction, Method, Project, Side, StartUpConfiguration, Step},
};

/// Code of what is told of objects that cannot be queued.
const NOT_QUEUED: &str = "SW-R131";
/// Code of what is told of those that wait.
const QUEUED: &str = "SW-R132";
/// Objects that are looked up and queued at a time.
const OBJECTS: usize = 10_000;

/// A step that provisions objects of a central type, with what starts it.
#[derive(Debug, Clone, Copy)]
pub struct ProvisioningStep<'p> {
    /// Name of the start up configuration.
    pub start_up: &'p str,
    /// The step.
    pub step: &'p Step,
    /// The central type.
    pub schema_type: &'p str,
}

/// The steps of a project that write to its target system, with the first start up configuration that runs each.
#[must_use]
pub fn provisioning_steps(project: &Project) -> Vec<ProvisioningStep<'_>> {
    let mut found: Vec<ProvisioningStep<'_>> = Vec::new();
    for start_up in &project.start_ups {
        let to_target = project.run_direction(start_up) == Some(Direction::ToTarget);
        let Some(workflow) = project.workflow(&start_up.workflow).filter(|_| to_target) else { continue };
        for step in super::plan_order::steps(project, workflow, Direction::ToTarget, false) {
            let Some(mapping) = project.mapping(&step.mapping) else { continue };
            let Some(class) = project.central.schema.class(&mapping.left) else { continue };
            if !found.iter().any(|known| known.step.mapping == step.mapping) {
                found.push(ProvisioningStep {
                    start_up: &start_up.name,
                    step,
                    schema_type: &class.schema_type.name,
                });
            }
        }
    }
    found
}

/// Names of the start up configurations that run a mapping to the target system.
#[must_use]
pub fn provisioning_start_ups<'p>(project: &'p Project, mapping: &str) -> Vec<&'p str> {
    let runs_it = |start_up: &&StartUpConfiguration| {
        let to_target = project.run_direction(start_up) == Some(Direction::ToTarget);
        let workflow = project.workflow(&start_up.workflow).filter(|_| to_target);
        workflow.is_some_and(|workflow| {
            let steps = super::plan_order::steps(project, workflow, Direction::ToTarget, false);
            steps.iter().any(|step| step.mapping == mapping)
        })
    };
    project.start_ups.iter().filter(runs_it).map(|start_up| start_up.name.as_str()).collect()
}

impl Execution<'_> {
    /// Lets the objects of `range` that are written wait for being provisioned, if the step is a data import.
    pub(super) fn queue_imported(
        &self,
        journal: &mut Journal,
        (id, mapping): (&str, &CompiledMapping),
        report: &mut StepReport,
        range: Range<usize>,
    ) -> Result<(), Ended> {
        let imports = mapping.data_import && report.pass == StepPass::Main;
        if !imports || mapping.direction != Direction::ToCentral {
            return Ok(());
        }
        let schema_type = &mapping.left.schema_type;
        let systems = self.primary_systems(journal, &schema_type.name)?;
        let is_written = |index: &usize| {
            let method = report.changes.method(*index);
            matches!(method, Some(Method::Insert | Method::Update))
        };
        let indices: Vec<usize> = range.filter(is_written).collect();
        let mut waiting = 0;
        for indices in indices.chunks(OBJECTS) {
            let changes = indices.iter().filter_map(|index| report.changes.get(*index));
            let written: Vec<Change> = changes.filter(|change| change.status == ChangeStatus::Done).collect();
            if systems.is_empty() || written.is_empty() {
                continue;
            }
            let mut objects: Vec<WrittenObject> =
                written.iter().map(|change| object_of(mapping, change)).collect();
            let connection = &self.project.central.connection;
            let mut connector =
                open_with(connection, self.folder, OpenMode::Read, self.cancel).map_err(connect_failed)?;
            let mut found: Vec<&mut WrittenObject> = objects.iter_mut().collect();
            find_keys(&mut *connector, schema_type, &mut found, self.cancel).map_err(connect_failed)?;
            drop(connector);
            let (known, unknown): (Vec<_>, Vec<_>) =
                objects.iter().partition(|object| object.key.len() == schema_type.key.len());
            let keys: Vec<String> = known.iter().map(|object| label_key(&object.key)).collect();
            for system in &systems {
                journal.keep_lock().map_err(journal_failed)?;
                journal.queue(system, &schema_type.name, &keys, id).map_err(journal_failed)?;
            }
            waiting += keys.len();
            report.messages.extend(unknown.into_iter().map(not_queued));
        }
        if waiting > 0 {
            report.messages.push(queued(waiting, &systems));
        }
        Ok(())
    }

    /// The systems to which changes of a central type are provisioned.
    fn primary_systems(&self, journal: &mut Journal, schema_type: &str) -> Result<BTreeSet<String>, Ended> {
        let mut systems = journal.subscribers(schema_type).map_err(journal_failed)?;
        let own = &self.project.system(Side::Right).connection.system_identifier;
        systems.remove(own);
        if provisioning_steps(self.project).iter().any(|one| one.schema_type == schema_type) {
            systems.insert(own.clone());
        }
        Ok(systems)
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
