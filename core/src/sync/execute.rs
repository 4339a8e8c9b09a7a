//! One execution of a start up configuration, step by step: simulate and run share everything up to the
//! change list; a run goes on to quota, journal and writing.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashMap, HashSet},
    fs::File,
    ops::Range,
    path::Path,
    sync::{Arc, atomic::AtomicU64},
};

use arrow::error::ArrowError;
use datafusion::prelude::SessionContext;
use jiff::Timestamp;
use tokio::runtime::Runtime;

use super::{
    SyncError,
    action_log::ActionLog,
    after_actions::Objects,
    apply::{Applied, Applier, Stopped},
    ended::{Ended, connect_failed, connector_error, ended, failure, journal_failed},
    in_doubt,
    pairs::StepPairs,
    plan_order,
    prepare::PreparedPass,
    reconcile::session,
    references::PlannedObjects,
    source::SystemTables,
    spared,
    wanted::WantedObjects,
};
use crate::{
    connect::{OpenMode, open_with},
    journal::{
        ChangeList, ChangeStatus, Journal, JournalError, RunHeader, RunKind, RunReport, RunStatus,
        SavedChanges, StepPass, StepReport, internal,
    },
    mapping::{CompiledMapping, compile, scripts_of},
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
    pub(super) runtime: Runtime,
    pub(super) session: SessionContext,
    /// Remembered pairs of steps whose mappings remember them, by the name of the step (M10).
    pub(super) pairs: RefCell<HashMap<String, StepPairs>>,
    /// Positions of passes that the journal does not have as they are.
    unsaved: RefCell<BTreeSet<usize>>,
    /// The journal does not have all pairs.
    pairs_unsaved: Cell<bool>,
    /// The objects that a provisioning is about; all of them in a run.
    pub(super) wanted: Option<WantedObjects>,
    /// The central types whose objects, once imported, go to the target system of the project (D5).
    pub(super) provisioned_types: BTreeSet<String>,
    /// What actions have logged.
    pub(super) action_log: ActionLog,
}

/// A part of a pass that is being written.
struct Writing<'w> {
    /// The run.
    id: &'w str,
    /// Position of the pass in the report.
    position: usize,
    mapping: &'w CompiledMapping,
    range: Range<usize>,
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
            unsaved: RefCell::default(),
            pairs_unsaved: Cell::default(),
            wanted: None,
            provisioned_types: BTreeSet::new(),
            action_log: ActionLog::default(),
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
        let mut steps =
            plan_order::steps(self.project, self.workflow, self.direction, kind == RunKind::Simulation);
        if let Some(WantedObjects { wanted, .. }) = &self.wanted {
            steps.retain(|step| step.mapping == wanted.mapping);
        }
        steps
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
                Ok(passes) => {
                    for mut pass in passes {
                        if let Err(stop) = self.check_references(&mut pass, &mut planned) {
                            ended = Some(stop);
                        }
                        pass.report.writes = pass.planned;
                        report.steps.push(pass.report);
                    }
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
        for step in self.steps(RunKind::Run) {
            let result = self.run_step(step, journal, report, &mut prepared_steps, &mut deferred);
            if let Err(stop) = result {
                ended = Some(stop);
                break;
            }
        }
        if ended.is_none() {
            ended = self.run_deferred(journal, report, &prepared_steps, deferred).err();
        }
        if let Err(stop) = self.note_left_out_lines(journal, report) {
            ended = ended.or(Some(stop));
        }
        if ended.is_some() {
            self.note_not_written(journal, report);
            self.save_pairs_again(journal, &report.run.id);
        }
        finish(report, ended);
    }

    fn run_step(
        &self,
        step: &'a Step,
        journal: &mut Journal,
        report: &mut RunReport,
        prepared: &mut Vec<CompiledMapping>,
        deferred: &mut Vec<Deferred>,
    ) -> Result<(), Ended> {
        let before = journal
            .last_source_objects(&self.start_up.name, &step.name, self.direction)
            .map_err(journal_failed)?;
        let first = report.steps.len();
        let passes = self.prepare(step, RunKind::Run, journal, before)?;
        begin(passes, journal, report, prepared)?;
        for position in first..report.steps.len() {
            let corrects = report.steps.get(position).is_some_and(|step| step.pass == StepPass::Corrections);
            let unwritten =
                if corrects { spared::unwritten_pairs(report, first, prepared) } else { HashSet::new() };
            let (Some(pass), Some(mapping)) = (report.steps.get_mut(position), prepared.get(position)) else {
                continue;
            };
            let deletes = first_delete(&pass.changes);
            let end = pass.changes.len();
            let (now, later) = match self.workflow.dependency_resolution {
                DependencyResolution::Automatic => (0..deletes, deletes..end),
                DependencyResolution::Manual => (0..end, end..end),
            };
            if !later.is_empty() {
                deferred.push(Deferred { position, range: later });
            }
            let id = report.run.id.clone();
            if unwritten.is_empty() {
                self.apply(journal, &id, position, mapping, pass, now)?;
                continue;
            }
            let parts = spared::spare(pass, &unwritten).map_err(|error| journal_failed(internal(error)))?;
            self.save(journal, &id, position, pass)?;
            for part in parts {
                self.apply(journal, &id, position, mapping, pass, part)?;
            }
        }
        self.after_saving(step, first, journal, report, prepared)
    }

    /// Deletes last, in reverse order of the steps: what refers goes before what it refers to.
    fn run_deferred(
        &self,
        journal: &mut Journal,
        report: &mut RunReport,
        prepared: &[CompiledMapping],
        deferred: Vec<Deferred>,
    ) -> Result<(), Ended> {
        let id = report.run.id.clone();
        for Deferred { position, range } in deferred.into_iter().rev() {
            let (Some(step_report), Some(mapping)) = (report.steps.get_mut(position), prepared.get(position))
            else {
                continue;
            };
            self.apply(journal, &id, position, mapping, step_report, range)?;
        }
        Ok(())
    }

    /// Applies a part of the change list of a pass, journals what became of it, and remembers pairs as that
    /// left them, also if it stopped (M10).
    pub(super) fn apply(
        &self,
        journal: &mut Journal,
        id: &str,
        position: usize,
        mapping: &CompiledMapping,
        report: &mut StepReport,
        range: Range<usize>,
    ) -> Result<(), Ended> {
        let deleted = self.before_deletes(mapping, &report.changes, range.clone()).map_err(connect_failed)?;
        let writing = Writing { id, position, mapping, range };
        let mut committed = HashSet::new();
        let written = self.write_changes(journal, &writing, &report.changes).and_then(|applied| {
            self.take_over(journal, &writing, report, applied, (&mut committed, deleted))
        });
        written.and(self.remember(journal, &writing, report, &committed))
    }

    fn remember(
        &self,
        journal: &mut Journal,
        writing: &Writing<'_>,
        report: &StepReport,
        committed: &HashSet<usize>,
    ) -> Result<(), Ended> {
        match self.pairs.borrow_mut().get_mut(&report.step) {
            Some(pairs) => {
                let (range, destination) = (writing.range.clone(), report.direction.destination());
                pairs.written(&report.changes, range, destination, committed);
                pairs.save(journal, writing.id).map_err(journal_failed)
            }
            None => Ok(()),
        }
    }

    /// Writes; `None` if there is nothing to write.
    fn write_changes(
        &self,
        journal: &mut Journal,
        writing: &Writing<'_>,
        changes: &ChangeList,
    ) -> Result<Option<Applied>, Ended> {
        let Writing { id, position, mapping, range } = writing;
        if range.is_empty() {
            return Ok(None);
        }
        self.progress.phase(&format!("Writing {}", mapping.name));
        let system = self.project.system(mapping.destination().side);
        let outcome_path = in_doubt::outcome_path(journal, id, *position);
        let outcome = outcome_file(&outcome_path).map_err(journal_failed)?;
        // A write that waits for somebody's lock, or for a dead network, ends with the run.
        let mut connector = open_with(&system.connection, self.folder, OpenMode::Write, self.cancel)
            .map_err(connect_failed)?;
        if system.schema.types.iter().any(|schema_type| schema_type.operations.has_scripts()) {
            let scripts = scripts_of(self.project, mapping.data_import)
                .map_err(|error| Ended::Failed(failure(&error, 4)))?;
            connector.set_scripts(&scripts);
        }
        let mut applier = Applier {
            connector,
            mapping,
            schema: &system.schema,
            journal,
            run: id,
            batch: self.start_up.bulk_level.unwrap_or(DEFAULT_BATCH).max(1) as usize,
            continue_on_error: self.workflow.continue_on_error,
            check_busy: self.start_up.collision_detection == CollisionDetection::BeforeSaving,
            wanted: self.wanted.as_ref().map(|objects| &objects.wanted.keys),
            outcome,
            outcome_path,
            progress: self.progress,
            cancel: self.cancel,
        };
        Ok(Some(applier.apply(changes, range.clone())))
    }

    /// Takes what was written into the report and the journal, and runs the actions after it; `committed` gets the
    /// changes whose rows are there, `deleted` are objects as they were before.
    fn take_over(
        &self,
        journal: &mut Journal,
        writing: &Writing<'_>,
        report: &mut StepReport,
        applied: Option<Applied>,
        (committed, deleted): (&mut HashSet<usize>, Objects),
    ) -> Result<(), Ended> {
        let Some(mut applied) = applied else { return Ok(()) };
        let Writing { id, position, mapping, range } = writing;
        let all = range.clone();
        committed.extend(std::mem::take(&mut applied.committed));
        let lost_answer = applied.statuses.contains(&ChangeStatus::Unknown);
        let stopped =
            take_over(report, applied, range.clone()).map_err(|error| journal_failed(internal(error)))?;
        if lost_answer {
            let (project, path) =
                ((self.project, self.folder), in_doubt::outcome_path(journal, id, *position));
            let journal = (&mut *journal, path.as_path());
            committed.extend(in_doubt::look_up_at_once(project, mapping, journal, report, self.cancel));
        }
        let saved = self.save(journal, id, *position, report);
        let told = report.messages.len();
        let queued = self.queue_imported(journal, (id, mapping), report, all.clone());
        let acted =
            self.after_writing(journal, (*position, mapping), report, all, &deleted).map_err(journal_failed);
        let saved = saved?;
        if report.messages.len() > told {
            journal.save_messages(id, *position, report, &saved).map_err(journal_failed)?;
        }
        queued?;
        acted?;
        stopped.map_or(Ok(()), |stopped| Err(ended(stopped)))
    }

    /// Saves a pass; what cannot be saved now is tried once more when the run has ended.
    fn save(
        &self,
        journal: &mut Journal,
        id: &str,
        position: usize,
        report: &StepReport,
    ) -> Result<SavedChanges, Ended> {
        self.unsaved.borrow_mut().insert(position);
        let saved = journal.save_step(id, position, report).map_err(journal_failed)?;
        self.unsaved.borrow_mut().remove(&position);
        Ok(saved)
    }

    /// Whether the journal has what became of every change and pair. If not, the run must not count as ended: the next
    /// one then finds out from the notes about its batches.
    pub fn is_saved(&self) -> bool {
        self.unsaved.borrow().is_empty() && !self.pairs_unsaved.get()
    }

    /// Says, at the end of the run and in one message, how many lines of actions are left out.
    fn note_left_out_lines(&self, journal: &mut Journal, report: &mut RunReport) -> Result<(), Ended> {
        let Some((position, message)) = self.action_log.left_out() else { return Ok(()) };
        let id = report.run.id.clone();
        let Some(step) = report.steps.get_mut(position) else { return Ok(()) };
        step.messages.push(message);
        journal.add_last_message(&id, position, step).map_err(journal_failed)
    }

    /// Pairs that could not be saved at once.
    fn save_pairs_again(&self, journal: &mut Journal, id: &str) {
        for pairs in self.pairs.borrow_mut().values_mut() {
            if let Err(error) = pairs.save(journal, id) {
                self.pairs_unsaved.set(true);
                tracing::info!(%error, "pairs of an unfinished step could not be saved");
            }
        }
    }

    /// Changes that nobody came to are told as such, in the report and in the journal; and what became of those that
    /// were written, if it could not be saved at once.
    fn note_not_written(&self, journal: &mut Journal, report: &mut RunReport) {
        let unsaved = self.unsaved.take();
        for (position, step) in report.steps.iter_mut().enumerate() {
            let mut statuses = step.changes.statuses();
            if !statuses.contains(&ChangeStatus::Planned) && !unsaved.contains(&position) {
                continue;
            }
            for status in statuses.iter_mut().filter(|status| **status == ChangeStatus::Planned) {
                *status = ChangeStatus::NotWritten;
            }
            let noted = step
                .changes
                .set_statuses(&statuses)
                .map_err(internal)
                .and_then(|()| journal.save_step(&report.run.id, position, step));
            if let Err(error) = noted {
                self.unsaved.borrow_mut().insert(position);
                // The run has ended early already and says why, most often the same.
                tracing::info!(%error, "the change list of an unfinished step could not be updated");
            }
        }
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

fn outcome_file(path: &Path) -> Result<File, JournalError> {
    let failed = |source| JournalError::Folder { path: path.to_owned(), source };
    File::options().create(true).append(true).open(path).map_err(failed)
}

/// Takes passes into the report and the journal; none of them goes on if a quota of one is exceeded.
pub(super) fn begin(
    passes: Vec<PreparedPass>,
    journal: &mut Journal,
    report: &mut RunReport,
    prepared: &mut Vec<CompiledMapping>,
) -> Result<(), Ended> {
    let exceeded = passes.iter().any(|pass| !pass.report.quota_exceeded.is_empty());
    for PreparedPass { mapping, report: mut pass, .. } in passes {
        let position = report.steps.len();
        let id = &report.run.id;
        if exceeded {
            not_written(&mut pass).map_err(|error| journal_failed(internal(error)))?;
            journal.save_step_without_changes(id, position, &pass).map_err(journal_failed)?;
        } else {
            // The change list, with every value that is about to go, is on disk before the first write.
            journal.save_step(id, position, &pass).map_err(journal_failed)?;
        }
        report.steps.push(pass);
        prepared.push(mapping);
    }
    if exceeded {
        return Err(Ended::QuotaExceeded);
    }
    journal.renew_lock().map_err(journal_failed)
}

fn not_written(report: &mut StepReport) -> Result<(), ArrowError> {
    report.changes.set_statuses(&vec![ChangeStatus::NotWritten; report.changes.len()])
}

/// Puts what applying did into the report; statuses outside of `range` stay.
fn take_over(
    report: &mut StepReport,
    applied: Applied,
    range: Range<usize>,
) -> Result<Option<Stopped>, ArrowError> {
    let mut statuses = report.changes.statuses();
    if let (Some(slots), Some(own)) = (statuses.get_mut(range.clone()), applied.statuses.get(range)) {
        slots.copy_from_slice(own);
    }
    report.changes.set_statuses(&statuses)?;
    for method in
        [Method::Insert, Method::Update, Method::Delete, Method::MarkOutstanding, Method::ResetOutstanding]
    {
        report.writes.add(method, applied.writes.count(method));
    }
    report.writes.failed += applied.writes.failed;
    report.messages.extend(applied.messages);
    Ok(applied.stopped)
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
