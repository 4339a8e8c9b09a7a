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
    journal::{Journal, QueuedObject, RunKind, RunReport, label_key, parse_key},
    progress::{CancelToken, Progress},
    project::{Mapping, Project},
    sync::{self, SyncError, Wanted, effective_project, provision_objects, provisioning_start_ups},
};

/// Code of what a run says of objects that it has queued.
const QUEUED: &str = "SW-R132";

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
    let (report, found) =
        provision_objects(project, folder, start_up, wanted, request.kind, progress, cancel)?;
    if request.kind == RunKind::Run {
        let effective = effective_project(project, project.start_up(start_up)).map_err(SyncError::from)?;
        let mut journal = Journal::open_with(&effective, folder, OpenMode::Write, cancel)?;
        let waiting = journal.queued()?;
        let is_own = |one: &QueuedObject| one.schema_type == schema_type.name && keys.contains(&one.key);
        let waiting: Vec<QueuedObject> = waiting.into_iter().filter(is_own).collect();
        let fates = fate::of_all(&report, &found, &keys);
        queue::settle(&mut journal, waiting, |object| fates.get(&object.key).cloned().unwrap_or_default())?;
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
    let has_queued = |messages: &[sync::Message]| messages.iter().any(|message| message.code == QUEUED);
    let queued = report.steps.iter().position(|step| has_queued(&step.messages));
    let Some(step) = queued.filter(|_| !sync::provisioning_steps(project).is_empty()) else {
        return Ok((report, Vec::new()));
    };
    match pending(project, folder, RunKind::Run, progress, cancel) {
        Ok(Pending { reports, .. }) => Ok((report, reports)),
        Err(error) => {
            if let Some(step) = report.steps.get_mut(step) {
                step.messages.push(error.told());
            }
            Ok((report, Vec::new()))
        }
    }
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
