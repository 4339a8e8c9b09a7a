//! One execution of a start up configuration, step by step: simulate and run share everything up to the
//! change list; a run goes on to quota, journal and writing.

use std::{
    cell::RefCell,
    collections::HashMap,
    fs::File,
    ops::Range,
    path::Path,
    sync::{Arc, atomic::AtomicU64},
};

use datafusion::prelude::SessionContext;
use jiff::Timestamp;
use tokio::runtime::Runtime;

use super::{
    SyncError,
    apply::{Applied, Applier, Stopped, unresolved_message},
    changes::{self, PlannedStep},
    ended::{Ended, connect_failed, connector_error, ended, engine_failed, failure, journal_failed},
    pairs::StepPairs,
    plan_order,
    quota::{self, Population},
    reconcile::{reconcile, session},
    references::{PlannedObjects, References, Resolved},
    source::SystemTables,
};
use crate::{
    connect::{OpenMode, open},
    journal::{
        ChangeList, ChangeStatus, Failure, Journal, JournalError, Message, MessageLevel, QuotaExceeded,
        RunHeader, RunKind, RunReport, RunStatus, StepReport, Writes,
    },
    mapping::{CompiledMapping, WriteAs, compile},
    progress::{CancelToken, Progress},
    project::{
        CollisionDetection, DependencyResolution, Direction, Method, Project, Side, StartUpConfiguration,
        Step, Workflow,
    },
};

/// Objects of a transaction if the start up configuration does not say.
const DEFAULT_BATCH: u32 = 1000;

/// Everything that the steps of an execution share.
pub struct Execution<'a> {
    pub project: &'a Project,
    pub folder: &'a Path,
    pub start_up: &'a StartUpConfiguration,
    pub workflow: &'a Workflow,
    pub direction: Direction,
    pub progress: &'a dyn Progress,
    pub cancel: &'a CancelToken,
    runtime: Runtime,
    session: SessionContext,
    /// Remembered pairs of steps whose mappings remember them, by the name of the step (M10).
    pairs: RefCell<HashMap<String, StepPairs>>,
}

/// A step that has come as far as its change list.
struct PreparedStep<'a> {
    step: &'a Step,
    mapping: CompiledMapping,
    report: StepReport,
    planned: Writes,
}

/// Deletes that wait until all steps have inserted and updated.
struct Deferred {
    position: usize,
    range: Range<usize>,
}

impl<'a> Execution<'a> {
    /// Prepares the engine.
    pub fn new(
        project: &'a Project,
        folder: &'a Path,
        start_up: &'a StartUpConfiguration,
        workflow: &'a Workflow,
        progress: &'a dyn Progress,
        cancel: &'a CancelToken,
    ) -> Result<Self, SyncError> {
        let threads = start_up.parallelism.map_or_else(
            || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            |threads| threads.max(1) as usize,
        );
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_time()
            .thread_name("syncwright-engine")
            .build()
            .map_err(|source| SyncError::Engine { text: format!("cannot start its threads: {source}") })?;
        Ok(Self {
            project,
            folder,
            start_up,
            workflow,
            direction: start_up.direction.unwrap_or(workflow.direction),
            progress,
            cancel,
            runtime,
            session: session(threads),
            pairs: RefCell::default(),
        })
    }

    /// The header of the report.
    pub fn header(&self, kind: RunKind, id: String) -> RunHeader {
        RunHeader {
            id,
            kind,
            project: self.project.name.clone(),
            start_up: self.start_up.name.clone(),
            workflow: self.workflow.name.clone(),
            direction: self.direction,
            status: RunStatus::Running,
            started: Timestamp::now(),
            ended: None,
            started_by: crate::journal::this_user(),
        }
    }

    /// The steps that take part, in the order in which they run.
    fn steps(&self, kind: RunKind) -> Vec<&'a Step> {
        plan_order::steps(self.project, self.workflow, self.direction, kind == RunKind::Simulation)
    }

    /// Looks whether every table and column that the steps read is there, without reading a row: a run
    /// must not find out about a later step when earlier ones have written.
    ///
    /// What else is wrong with a step is told when it is its turn.
    pub fn look(&self) -> Result<(), SyncError> {
        let rows_read = Arc::new(AtomicU64::new(0));
        let tables = SystemTables::new(self.project, self.folder, self.cancel, &rows_read);
        for step in self.steps(RunKind::Run) {
            let Some(mapping) = self.project.mapping(&step.mapping) else { continue };
            let compiled = compile(&self.session, self.project, mapping, Some(step), self.direction, false);
            let Ok(compiled) = compiled else { continue };
            for side in [Side::Left, Side::Right] {
                let planned = self.runtime.block_on(async {
                    let plan = compiled.class(side).plan(&self.session, &tables)?;
                    self.session.execute_logical_plan(plan).await?.create_physical_plan().await
                });
                if let Some(error) = planned.err().as_ref().and_then(connector_error) {
                    return Err(error.clone().into());
                }
            }
        }
        Ok(())
    }

    /// Simulates all steps.
    pub fn simulate(&self, journal: &mut Journal) -> RunReport {
        let mut report = RunReport {
            run: self.header(RunKind::Simulation, String::new()),
            steps: Vec::new(),
            failure: None,
        };
        let mut planned = PlannedObjects::default();
        let mut ended = None;
        for step in self.steps(RunKind::Simulation) {
            match self.prepare(step, RunKind::Simulation, journal, None) {
                Ok(mut prepared) => {
                    if let Err(stop) = self.check_references(&mut prepared, &mut planned) {
                        ended = Some(stop);
                    }
                    prepared.report.writes = prepared.planned;
                    report.steps.push(prepared.report);
                }
                Err(stop) => ended = Some(stop),
            }
            if ended.is_some() {
                break;
            }
        }
        finish(&mut report, ended);
        report
    }

    /// Runs all steps; `report` is already in the journal.
    pub fn run(&self, journal: &mut Journal, report: &mut RunReport) {
        let mut prepared_steps = Vec::new();
        let mut deferred = Vec::new();
        let mut ended = None;
        for (position, step) in self.steps(RunKind::Run).into_iter().enumerate() {
            let result = self.run_step(step, position, journal, report, &mut prepared_steps, &mut deferred);
            if let Err(stop) = result {
                ended = Some(stop);
                break;
            }
        }
        if ended.is_none() {
            ended = self.run_deferred(journal, report, &prepared_steps, deferred).err();
        }
        if ended.is_some() {
            note_not_written(journal, report);
        }
        finish(report, ended);
    }

    fn run_step(
        &self,
        step: &'a Step,
        position: usize,
        journal: &mut Journal,
        report: &mut RunReport,
        prepared_steps: &mut Vec<(&'a Step, CompiledMapping)>,
        deferred: &mut Vec<Deferred>,
    ) -> Result<(), Ended> {
        let before = journal
            .last_source_objects(&self.start_up.name, &step.name, self.direction)
            .map_err(journal_failed)?;
        let PreparedStep { step, mapping, report: step_report, .. } =
            self.prepare(step, RunKind::Run, journal, before)?;
        let exceeded = !step_report.quota_exceeded.is_empty();
        report.steps.push(step_report);
        prepared_steps.push((step, mapping));
        let id = report.run.id.clone();
        let (Some(step_report), Some((_, mapping))) = (report.steps.last_mut(), prepared_steps.last()) else {
            return Ok(());
        };
        if exceeded {
            not_written(step_report);
            journal.record_step(&id, position, step_report, None).map_err(journal_failed)?;
            return Err(Ended::QuotaExceeded);
        }
        // The change list, with every value that is about to go, is on disk before the first write.
        let checksum = journal.save_changes(&id, position, step_report).map_err(journal_failed)?;
        journal.record_step(&id, position, step_report, Some(&checksum)).map_err(journal_failed)?;
        journal.renew_lock(&self.start_up.name).map_err(journal_failed)?;
        let deletes = first_delete(&step_report.changes);
        let end = step_report.changes.len();
        let (now, later) = match self.workflow.dependency_resolution {
            DependencyResolution::Automatic => (0..deletes, deletes..end),
            DependencyResolution::Manual => (0..end, end..end),
        };
        if !later.is_empty() {
            deferred.push(Deferred { position, range: later });
        }
        let applied = self.apply(journal, &id, position, mapping, step_report, now.clone());
        applied.and(self.remember(journal, &id, step_report, now))
    }

    /// Remembers pairs as applying a part of the change list left them, also if it stopped (M10).
    fn remember(
        &self,
        journal: &mut Journal,
        id: &str,
        report: &StepReport,
        range: Range<usize>,
    ) -> Result<(), Ended> {
        match self.pairs.borrow_mut().get_mut(&report.step) {
            Some(pairs) => {
                pairs.written(&report.changes, range);
                pairs.save(journal, id).map_err(journal_failed)
            }
            None => Ok(()),
        }
    }

    /// Deletes last, in reverse order of the steps: what refers goes before what it refers to.
    fn run_deferred(
        &self,
        journal: &mut Journal,
        report: &mut RunReport,
        prepared: &[(&Step, CompiledMapping)],
        deferred: Vec<Deferred>,
    ) -> Result<(), Ended> {
        let id = report.run.id.clone();
        for Deferred { position, range } in deferred.into_iter().rev() {
            let (Some(step_report), Some((_, mapping))) =
                (report.steps.get_mut(position), prepared.get(position))
            else {
                continue;
            };
            let applied = self.apply(journal, &id, position, mapping, step_report, range.clone());
            applied.and(self.remember(journal, &id, step_report, range))?;
        }
        Ok(())
    }

    /// Applies a part of the change list of a step and journals what became of it.
    fn apply(
        &self,
        journal: &mut Journal,
        id: &str,
        position: usize,
        mapping: &CompiledMapping,
        report: &mut StepReport,
        range: Range<usize>,
    ) -> Result<(), Ended> {
        if !range.is_empty() {
            self.progress.phase(&format!("Writing {}", mapping.name));
            let side = mapping.destination().side;
            let system = self.project.system(side);
            let outcome = outcome_file(journal, id, position).map_err(journal_failed)?;
            let mut connector =
                open(&system.connection, self.folder, OpenMode::Write).map_err(connect_failed)?;
            // A write that waits for somebody's lock, or for a dead network, ends with the run.
            connector.set_cancel(self.cancel);
            let mut applier = Applier {
                connector,
                mapping,
                schema: &system.schema,
                journal,
                run: id,
                batch: self.start_up.bulk_level.unwrap_or(DEFAULT_BATCH).max(1) as usize,
                continue_on_error: self.workflow.continue_on_error,
                check_busy: self.start_up.collision_detection == CollisionDetection::BeforeSaving,
                outcome,
                progress: self.progress,
                cancel: self.cancel,
            };
            let applied = applier.apply(&report.changes, range.clone());
            let stopped = take_over(report, applied, range);
            let checksum = journal.save_changes(id, position, report).map_err(journal_failed)?;
            journal.record_step(id, position, report, Some(&checksum)).map_err(journal_failed)?;
            return stopped.map_or(Ok(()), |stopped| Err(ended(stopped)));
        }
        Ok(())
    }

    /// Reads, reconciles and plans a step.
    fn prepare(
        &self,
        step: &'a Step,
        kind: RunKind,
        journal: &mut Journal,
        source_before: Option<u64>,
    ) -> Result<PreparedStep<'a>, Ended> {
        if self.cancel.is_cancelled() {
            return Err(Ended::Cancelled);
        }
        let direction = self.direction;
        let mapping = self.project.mapping(&step.mapping).ok_or_else(|| {
            Ended::Failed(Failure {
                code: "SW-C101".to_owned(),
                text: format!(
                    "step {} uses the mapping {:?}, which is not in the project",
                    step.name, step.mapping
                ),
                help: None,
                exit_code: 2,
            })
        })?;
        self.progress.phase(&format!("Comparing {}", mapping.label()));
        let with_proposed = kind == RunKind::Simulation;
        let mut compiled =
            compile(&self.session, self.project, mapping, Some(step), direction, with_proposed)
                .map_err(|error| Ended::Failed(failure(&error, 2)))?;
        let rows_read = Arc::new(AtomicU64::new(0));
        let mut tables = SystemTables::new(self.project, self.folder, self.cancel, &rows_read);
        for side in [Side::Left, Side::Right] {
            tables
                .read_labels(journal, side, &compiled.class(side).schema_type.name)
                .map_err(journal_failed)?;
        }
        if self.start_up.collision_detection == CollisionDetection::BeforeMapping {
            let mut busy = |side: Side| {
                tables
                    .read_busy(journal, side, &compiled.class(side).schema_type.name)
                    .map_err(journal_failed)
            };
            if busy(Side::Left)? | busy(Side::Right)? {
                compiled.leave_busy_alone(mapping);
            }
        }
        let mut pairs = StepPairs::read(journal, &compiled).map_err(journal_failed)?;
        tables.take_pairs(pairs.as_ref().map(StepPairs::tables).unwrap_or_default());
        let watched = self.watch(&rows_read);
        let found = self.runtime.block_on(async {
            tokio::select! {
                found = reconcile(&self.session, &compiled, &tables) => found.map_err(|error| engine_failed(&error)),
                () = watched => Err(Ended::Cancelled),
            }
        })?;
        let (left_objects, right_objects) = (found.objects(Side::Left), found.objects(Side::Right));
        let about_pairs = pairs.as_mut().map(|pairs| pairs.found(&found.for_memory)).unwrap_or_default();
        let destination = &self.project.system(direction.destination()).connection.system_identifier;
        let PlannedStep { situations, changes, planned, messages } =
            changes::plan(&self.session, &compiled, destination, found)
                .map_err(|error| engine_failed(&error))?;
        let (source, destination) = match direction {
            Direction::ToTarget => (left_objects, right_objects),
            Direction::ToCentral => (right_objects, left_objects),
        };
        let population = Population { source, destination, source_before };
        let quota_exceeded = quota::exceeded(&step.quotas, &planned, population);
        let messages = quota_exceeded.iter().map(quota_message).chain(about_pairs).chain(messages).collect();
        self.pairs.borrow_mut().extend(pairs.map(|pairs| (step.name.clone(), pairs)));
        let report = StepReport {
            step: step.name.clone(),
            mapping: mapping.name.clone(),
            direction,
            left_objects,
            right_objects,
            situations,
            writes: Writes { failed: situations.skipped, ..Writes::default() },
            quota_exceeded,
            changes,
            messages,
        };
        Ok(PreparedStep { step, mapping: compiled, report, planned })
    }

    /// Tells the progress of reading, and ends when somebody cancels.
    async fn watch(&self, rows_read: &AtomicU64) {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            self.progress.advance(rows_read.load(std::sync::atomic::Ordering::Relaxed), None);
            if self.cancel.is_cancelled() {
                return;
            }
        }
    }

    /// Warns of references that a run could not set; objects that earlier steps would create count.
    fn check_references(
        &self,
        prepared: &mut PreparedStep<'_>,
        planned: &mut PlannedObjects,
    ) -> Result<(), Ended> {
        let mapping = &prepared.mapping;
        let destination = mapping.destination();
        let changes = &prepared.report.changes;
        for change in changes.iter().filter(|change| matches!(change.method, Method::Insert | Method::Update))
        {
            for property in &change.properties {
                planned.add(&destination.schema_type.name, &property.property, &property.new);
            }
        }
        let is_reference = |target: &&crate::mapping::Target| target.write_as != WriteAs::Column;
        let targets: HashMap<&str, _> = mapping
            .inserts
            .iter()
            .chain(&mapping.updates)
            .filter(is_reference)
            .map(|target| (target.property.as_str(), target))
            .collect();
        if targets.is_empty() || changes.is_empty() {
            return Ok(());
        }
        let system = self.project.system(destination.side);
        let mut connector = open(&system.connection, self.folder, OpenMode::Read).map_err(connect_failed)?;
        let references = References::read(&mut *connector, &system.schema, mapping, self.cancel)
            .map_err(connect_failed)?;
        let mut messages = Vec::new();
        for change in changes.iter().filter(|change| matches!(change.method, Method::Insert | Method::Update))
        {
            for property in change.properties.iter().filter(|property| !property.new.is_empty()) {
                let Some(target) = targets.get(property.property.as_str()) else { continue };
                let found = references.resolve(target, &property.new);
                if !matches!(found, Resolved::Key(_)) && !planned.has(target, &property.new) {
                    messages.push(unresolved_message(
                        target,
                        &change.display,
                        &property.rule,
                        &property.new,
                        &found,
                    ));
                }
            }
        }
        prepared.report.messages.append(&mut messages);
        Ok(())
    }
}

/// Where the deletes of a change list begin; they come last.
fn first_delete(changes: &ChangeList) -> usize {
    let mut first = changes.len();
    while first > 0 && changes.method(first - 1) == Some(Method::Delete) {
        first -= 1;
    }
    first
}

fn outcome_file(journal: &Journal, id: &str, position: usize) -> Result<File, JournalError> {
    let path = journal.run_folder(id).join(format!("step-{:03}.outcome", position + 1));
    File::options()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(|source| JournalError::Folder { path, source })
}

/// Changes that nobody came to are told as such, in the report and in the journal.
fn note_not_written(journal: &mut Journal, report: &mut RunReport) {
    for (position, step) in report.steps.iter_mut().enumerate() {
        let statuses: Vec<ChangeStatus> = step.changes.iter().map(|change| change.status).collect();
        if !statuses.contains(&ChangeStatus::Planned) {
            continue;
        }
        let open = |status| if status == ChangeStatus::Planned { ChangeStatus::NotWritten } else { status };
        step.changes.set_statuses(&statuses.into_iter().map(open).collect::<Vec<_>>());
        let noted = journal
            .save_changes(&report.run.id, position, step)
            .and_then(|checksum| journal.record_step(&report.run.id, position, step, Some(&checksum)));
        if let Err(error) = noted {
            // The run has ended early already and says why; the list in the journal still says “planned”.
            tracing::warn!(%error, "the change list of an unfinished step could not be updated");
        }
    }
}

fn not_written(report: &mut StepReport) {
    report.changes.set_statuses(&vec![ChangeStatus::NotWritten; report.changes.len()]);
}

/// Puts what applying did into the report; statuses outside of `range` stay.
fn take_over(report: &mut StepReport, applied: Applied, range: Range<usize>) -> Option<Stopped> {
    let statuses: Vec<ChangeStatus> = applied
        .statuses
        .into_iter()
        .enumerate()
        .map(|(index, status)| {
            if range.contains(&index) {
                status
            } else {
                report.changes.get(index).map_or(status, |change| change.status)
            }
        })
        .collect();
    report.changes.set_statuses(&statuses);
    for method in
        [Method::Insert, Method::Update, Method::Delete, Method::MarkOutstanding, Method::ResetOutstanding]
    {
        report.writes.add(method, applied.writes.count(method));
    }
    report.writes.failed += applied.writes.failed;
    report.messages.extend(applied.messages);
    applied.stopped
}

fn finish(report: &mut RunReport, ended: Option<Ended>) {
    let failed_objects = report.steps.iter().any(|step| step.writes.failed > 0);
    let quota = report.steps.iter().any(|step| !step.quota_exceeded.is_empty());
    report.run.status = match ended {
        Some(Ended::Failed(failure)) => {
            report.failure = Some(failure);
            RunStatus::Failed
        }
        Some(Ended::Cancelled) => RunStatus::Cancelled,
        Some(Ended::QuotaExceeded) => RunStatus::QuotaExceeded,
        None if quota => RunStatus::QuotaExceeded,
        Some(Ended::FirstError) => RunStatus::DoneWithErrors,
        None if failed_objects => RunStatus::DoneWithErrors,
        None => RunStatus::Done,
    };
    report.run.ended = Some(Timestamp::now());
}

fn quota_message(quota: &QuotaExceeded) -> Message {
    Message {
        level: MessageLevel::Error,
        code: "SW-R105".to_owned(),
        text: format!(
            "quota exceeded: {} objects for “{}”, allowed are {} ({}); nothing of this step is written",
            quota.planned,
            quota.method.id(),
            quota.allowed,
            quota.reason
        ),
        object: None,
        property: None,
        rule: None,
    }
}
