//! Provisioning (O6, D5): single objects of the central system into the target system, outside of full runs.
//!
//! [`objects`] takes named objects through the step that a run would take them through; [`pending`] those that imports
//! have queued; [`run`] is a run that provisions at once what it imports. How objects are compared and written is
//! `sync`'s business, as in every run; here is who is provisioned, and what becomes of the queue.

mod error;
mod fate;
mod queue;

use std::{collections::HashSet, path::Path};

pub use self::{
    error::ProvisionError,
    queue::{Pending, pending},
};
use crate::{
    connect::OpenMode,
    journal::{Journal, QueuedObject, RunKind, RunReport, RunStatus, StepReport, label_key, parse_key},
    progress::{CancelToken, Progress},
    project::{Direction, Mapping, Project},
    sync::{
        self, SyncError, Wanted, effective_project, provision_objects, provisioning_start_ups,
        provisioning_steps,
    },
};

/// Which objects are provisioned, and how.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The start up configuration; not needed if only one runs the mapping to the target system.
    pub start_up: Option<&'a str>,
    /// The mapping.
    pub mapping: &'a str,
    /// Keys of central objects: the value of a key of one property, JSON with a text for each property of others.
    pub keys: &'a [String],
    /// The passwords of the objects changed: rules that say so also send what is equal (R21).
    pub password_change: bool,
    /// Whether it is written, or only shown.
    pub kind: RunKind,
}

/// Provisions named objects of the central system (O6).
///
/// `folder` is the folder of the project file; relative paths in connections count from it. Objects that waited in the
/// queue leave it, or stay there with why they could not be provisioned.
///
/// # Errors
///
/// [`ProvisionError`] if nothing could begin; trouble of the step is in the report.
pub fn objects(
    project: &Project,
    folder: &Path,
    request: Request<'_>,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<RunReport, ProvisionError> {
    let mapping = project.mapping(request.mapping).ok_or_else(|| ProvisionError::UnknownMapping {
        name: request.mapping.to_owned(),
        known: project.mappings.iter().map(|mapping| mapping.name.clone()).collect(),
    })?;
    let start_up = start_up_of(project, mapping, request.start_up)?;
    let class = project.central.schema.class(&mapping.left).ok_or_else(|| ProvisionError::NoClass {
        mapping: mapping.name.clone(),
        class: mapping.left.clone(),
    })?;
    let schema_type = class.schema_type;
    let key = |written: &String| {
        parse_key(schema_type, written).map(|key| label_key(&key)).ok_or_else(|| ProvisionError::BadKey {
            text: written.clone(),
            schema_type: schema_type.name.clone(),
            key: schema_type.key.clone(),
        })
    };
    let keys: HashSet<String> = request.keys.iter().map(key).collect::<Result<_, _>>()?;
    let wanted = Wanted {
        mapping: mapping.name.clone(),
        keys: keys.clone(),
        password_change: request.password_change,
    };
    let effective = effective_project(project, project.start_up(start_up)).map_err(SyncError::from)?;
    let waiting = match request.kind {
        RunKind::Run => {
            let mut journal = Journal::open_with(&effective, folder, OpenMode::Read, cancel)?;
            let is_own = queue::waits_for(project, start_up, &mut journal)?;
            journal.queued()?.into_iter().filter(is_own).collect()
        }
        RunKind::Simulation => Vec::new(),
    };
    let (report, found) =
        provision_objects(project, folder, start_up, wanted, request.kind, progress, cancel)?;
    let is_own = |one: &QueuedObject| one.schema_type == schema_type.name && keys.contains(&one.key);
    let waiting: Vec<QueuedObject> = waiting.into_iter().filter(is_own).collect();
    if !waiting.is_empty() {
        let others_owe = provisioning_steps(project, start_up)
            .iter()
            .any(|one| one.schema_type == schema_type.name && one.step.mapping != mapping.name);
        let fates = fate::of_all(&report, &found, &keys);
        // The journal is told even if somebody has asked to stop meanwhile.
        let mut journal = Journal::open_with(&effective, folder, OpenMode::Write, &CancelToken::default())?;
        queue::settle(&mut journal, &waiting, |object| match fates.get(&object.key).cloned() {
            // What this mapping has done, another one of the type still owes.
            Some(fate::Fate::Done | fate::Fate::Absent) if others_owe => fate::Fate::NotTried,
            fate => fate.unwrap_or_default(),
        })?;
    }
    Ok(report)
}

/// Runs a start up configuration, and provisions at once what its data imports have changed to the target system of
/// the same project, if one of its start up configurations writes there (D5). Gives the report of the run, and those
/// of provisioning.
///
/// # Errors
///
/// [`SyncError`] if the run could not begin. That provisioning could not begin is told in the report: the objects wait.
pub fn run(
    project: &Project,
    folder: &Path,
    start_up: &str,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<(RunReport, Vec<RunReport>), SyncError> {
    let mut report = sync::run(project, folder, start_up, progress, cancel)?;
    let step = first_import(project, start_up, &report);
    let Some(step) = step.filter(|_| !provisioning_steps(project, start_up).is_empty()) else {
        return Ok((report, Vec::new()));
    };
    match pending(project, folder, Some(start_up), RunKind::Run, progress, cancel) {
        Ok(Pending { reports, .. }) => Ok((report, reports)),
        Err(error) => {
            if let Some(step) = report.steps.get_mut(step) {
                step.messages.push(error.told());
            }
            Ok((report, Vec::new()))
        }
    }
}

/// Position of the first step that imports data for provisioning; none if somebody stopped the run, or it did not begin.
///
/// What it imported is not asked: objects of an interrupted run may wait that this one has found and queued.
fn first_import(project: &Project, start_up: &str, report: &RunReport) -> Option<usize> {
    match report.run.status {
        // What was committed before is not the less imported.
        RunStatus::Done | RunStatus::DoneWithErrors | RunStatus::QuotaExceeded | RunStatus::Failed => {}
        RunStatus::Running | RunStatus::Cancelled | RunStatus::Interrupted | RunStatus::Frozen => {
            return None;
        }
    }
    let workflow = project.workflow(&project.start_up(start_up)?.workflow)?;
    let imports = |step: &StepReport| {
        workflow.steps.iter().any(|own| own.name == step.step && own.data_import)
            && step.direction == Direction::ToCentral
    };
    report.steps.iter().position(imports)
}

/// The start up configuration that is named, or the only one, that runs the mapping to the target system.
fn start_up_of<'p>(
    project: &'p Project,
    mapping: &Mapping,
    name: Option<&str>,
) -> Result<&'p str, ProvisionError> {
    let suitable = provisioning_start_ups(project, &mapping.name);
    let known = || suitable.iter().map(|name| (*name).to_owned()).collect();
    match (name, suitable.as_slice()) {
        (Some(name), _) => {
            suitable.iter().find(|own| **own == name).copied().ok_or_else(|| ProvisionError::NotSuitable {
                start_up: name.to_owned(),
                mapping: mapping.name.clone(),
                known: known(),
            })
        }
        (None, [only]) => Ok(only),
        (None, []) => Err(ProvisionError::NoStartUp { mapping: mapping.name.clone() }),
        (None, _) => Err(ProvisionError::ChooseStartUp { mapping: mapping.name.clone(), known: known() }),
    }
}
