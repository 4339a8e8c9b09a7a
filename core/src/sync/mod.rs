//! Simulating and running (F, L3): reads both systems, reconciles them, and writes what differs.
//!
//! [`simulate`] and [`run`] take the same way up to the change list; only `run` goes on to write it. Both
//! are blocking, tell their progress, and stop within about a second of a cancel.

mod action_log;
mod actions;
mod after_actions;
mod after_saving;
mod ambiguous;
mod apply;
#[cfg(test)]
mod broken_engine;
mod candidates;
mod changes;
mod collision;
mod deadlock;
mod doubtful;
mod duplicates;
mod effective;
mod ended;
mod error;
mod evaluate;
mod execute;
mod failed_values;
mod held;
mod imported;
mod in_doubt;
pub mod lookups;
mod lost;
#[cfg(test)]
mod lost_lock;
mod noted;
mod opposite;
mod order;
mod outcome;
mod pair_book;
mod pairs;
pub mod pairs_by_hand;
mod passes;
mod pending;
mod plan_order;
mod prepare;
pub mod preview;
mod provisioning_plan;
mod quota;
mod raising;
pub mod reconcile;
mod references;
mod rows;
mod settle;
mod source;
mod spared;
mod started;
#[cfg(test)]
mod test_project;
pub mod test_rules;
mod unread;
mod wanted;

use std::path::Path;

pub use self::{
    effective::effective_project,
    error::SyncError,
    provisioning_plan::{
        ProvisioningStep, provisioning_representatives, provisioning_start_ups, provisioning_steps,
        same_systems,
    },
    wanted::{FoundObjects, Wanted},
};
use self::{execute::Execution, wanted::WantedObjects};
pub use crate::journal::{
    Change, ChangeList, ChangeStatus, Failure, Message, MessageLevel, PropertyChange, QuotaExceeded,
    RunHeader, RunKind, RunReport, RunStatus, Situation, Situations, StepPass, StepReport, Writes,
};
use crate::{
    check::{Severity, check},
    connect::OpenMode,
    journal::Journal,
    progress::{CancelToken, Progress},
    project::{Project, StartUpConfiguration, Workflow},
};

/// Reads both systems and reports what a run of `start_up` would do; writes nothing anywhere (L3).
///
/// `folder` is the folder of the project file; relative paths in connections count from it.
///
/// # Errors
///
/// [`SyncError`] if nothing could be simulated at all; trouble of a later step is in the report.
pub fn simulate(
    project: &Project,
    folder: &Path,
    start_up: &str,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<RunReport, SyncError> {
    let project = &with_variables(project, start_up)?;
    let (start_up, workflow) = find(project, start_up)?;
    let mut journal = Journal::open_with(project, folder, OpenMode::Read, cancel)?;
    let execution = Execution::new(project, folder, start_up, workflow, progress, cancel)?;
    Ok(execution.simulate(&mut journal))
}

/// Runs `start_up`: reads both systems, checks quotas, writes what differs, and journals it (F, L1).
///
/// `folder` is the folder of the project file; relative paths in connections count from it.
///
/// # Errors
///
/// [`SyncError`] if the run could not begin; trouble of a later step is in the report.
pub fn run(
    project: &Project,
    folder: &Path,
    start_up: &str,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<RunReport, SyncError> {
    let provisioned_types = provisioning_plan::provisioned_types(project, start_up);
    let project = &with_variables(project, start_up)?;
    let (start_up, workflow) = find(project, start_up)?;
    let mut execution = Execution::new(project, folder, start_up, workflow, progress, cancel)?;
    execution.provisioned_types = provisioned_types;
    run_execution(&execution)
}

/// Simulates or runs a start up configuration to the target system for some objects of the central system only (O6).
///
/// Only steps with the mapping of `wanted` take part. Objects are inserted and updated, never deleted; rules with
/// *ignore in provisioning* do not run (R21). A run is journaled and locked as every run of the start up configuration.
///
/// # Errors
///
/// [`SyncError`] if nothing could begin; trouble of the step is in the report.
pub fn provision_objects(
    project: &Project,
    folder: &Path,
    start_up: &str,
    wanted: Wanted,
    kind: RunKind,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<(RunReport, FoundObjects), SyncError> {
    let mut project = with_variables(project, start_up)?;
    find(&project, start_up)?;
    wanted::for_provisioning(&mut project, &wanted);
    let project = &project;
    let (start_up, workflow) = named(project, start_up)?;
    let mut execution = Execution::new(project, folder, start_up, workflow, progress, cancel)?;
    execution.wanted = Some(WantedObjects::new(wanted));
    let report = match kind {
        RunKind::Run => run_execution(&execution)?,
        RunKind::Simulation => {
            let mut journal = Journal::open_with(project, folder, OpenMode::Read, cancel)?;
            execution.simulate(&mut journal)
        }
    };
    let found = execution.wanted.as_ref().map(|objects| objects.found.borrow().clone());
    Ok((report, found.unwrap_or_default()))
}

fn run_execution(execution: &Execution<'_>) -> Result<RunReport, SyncError> {
    let Execution { project, folder, start_up, cancel, .. } = execution;
    if !project.active {
        return Err(SyncError::Inactive { name: project.name.clone() });
    }
    // Reading must work before the journal is touched: a run that cannot begin leaves no trace.
    let destination = project.system(execution.direction.destination());
    let source = project.system(execution.direction.source());
    crate::connect::create_missing(&source.connection, folder)?;
    drop(crate::connect::open_with(&source.connection, folder, OpenMode::Read, cancel)?);
    drop(crate::connect::open_with(&destination.connection, folder, OpenMode::Write, cancel)?);
    execution.look()?;
    let mut journal = Journal::open_with(project, folder, OpenMode::Write, cancel)?;
    let id = uuid::Uuid::now_v7().to_string();
    let mut report =
        RunReport { run: execution.header(RunKind::Run, id.clone()), steps: Vec::new(), failure: None };
    if let Some(holder) = journal.lock(&start_up.name, &id)? {
        journal.begin_run(&report.run)?;
        journal.end_run(&id, RunStatus::Frozen, Some(jiff::Timestamp::now()), None)?;
        return Err(SyncError::Frozen { start_up: start_up.name.clone(), holder });
    }
    let result = in_doubt::resolve_interrupted(execution, &mut journal)
        .and_then(|()| journal.create_run_folder(&id).map(drop))
        .and_then(|()| journal.begin_run(&report.run));
    if let Err(error) = result {
        journal.unlock().ok();
        return Err(error.into());
    }
    execution.run(&mut journal, &mut report);
    let ended = if execution.is_saved() {
        journal.end_run(&id, report.run.status, report.run.ended, report.failure.as_ref())
    } else {
        Ok(())
    };
    let ended = ended.and_then(|()| journal.unlock());
    if let (Err(error), None) = (ended, &report.failure) {
        report.run.status = RunStatus::Failed;
        report.failure = Some(Failure {
            code: "SW-J004".to_owned(),
            text: format!("the run is done, but the journal cannot be finished: {error}"),
            help: Some("the next run finds it and marks it as interrupted".to_owned()),
            exit_code: 4,
        });
    }
    Ok(report)
}

/// The project with the values of its variables for a start up configuration; one that there is not is found
/// out about later.
fn with_variables(project: &Project, start_up: &str) -> Result<Project, SyncError> {
    Ok(effective_project(project, project.start_up(start_up))?)
}

/// The start up configuration and its workflow, if the check finds no errors.
fn find<'a>(project: &'a Project, name: &str) -> Result<(&'a StartUpConfiguration, &'a Workflow), SyncError> {
    let (start_up, workflow) = named(project, name)?;
    let findings: Vec<_> =
        check(project).into_iter().filter(|finding| finding.severity == Severity::Error).collect();
    if findings.is_empty() { Ok((start_up, workflow)) } else { Err(SyncError::CheckFailed { findings }) }
}

/// The start up configuration of that name, and its workflow.
fn named<'a>(
    project: &'a Project,
    name: &str,
) -> Result<(&'a StartUpConfiguration, &'a Workflow), SyncError> {
    let start_up = project.start_up(name).ok_or_else(|| SyncError::UnknownStartUp {
        name: name.to_owned(),
        known: project.start_ups.iter().map(|start_up| start_up.name.clone()).collect(),
    })?;
    match project.workflow(&start_up.workflow) {
        Some(workflow) => Ok((start_up, workflow)),
        // Says which workflow is not there.
        None => Err(SyncError::CheckFailed {
            findings: check(project).into_iter().filter(|one| one.severity == Severity::Error).collect(),
        }),
    }
}
