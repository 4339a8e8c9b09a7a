//! Batches of which nobody knows whether they were committed (F13, DESIGN 7): what became of them is found out
//! by reading, before the next run compares anything.
//!
//! The change list and the outcome of every batch are on disk. Of a batch that was begun but not done nobody
//! knows whether it was committed: the run was killed, or the answer to its commit was lost. So its objects are
//! looked up, and each change gets the status that the database shows; pairs are remembered as that left them.
//! After a lost answer this is tried at once, else the next run does it. Nothing is written but the journal.
//! What cannot be told, because only sensitive values changed or because somebody else changed the object
//! meanwhile, is said to be unknown.
//!
//! [`notes`] reads what was noted about the batches, [`objects`] asks the systems.

mod notes;
mod objects;

use std::{
    collections::HashSet,
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use self::objects::{Objects, written_if};
use super::{
    apply::unknown,
    execute::Execution,
    outcome::Outcome,
    pairs::StepPairs,
    reconcile::session,
    references::{References, written_target},
    source::label_key,
};
use crate::{
    connect::{ConnectError, Connector, ErrorKind, OpenMode, open_with},
    journal::{
        Change, ChangeStatus, Journal, JournalError, Message, MessageLevel, RunHeader, RunStatus, StepPass,
        StepReport, internal,
    },
    mapping::{CompiledMapping, WriteAs, compile},
    progress::CancelToken,
    project::{Direction, Method, Project, Side},
};

/// Finds out what the interrupted runs of a start up configuration wrote, and marks them as interrupted; and
/// what became of the batches of the last run whose answers were lost.
///
/// The caller holds the lock, so whatever still counts as running is not. A run whose files are gone or damaged
/// is marked all the same.
///
/// # Errors
///
/// If the central database cannot be read or written, or if a system cannot be asked now and can be later: the
/// runs then stay as they are.
pub(super) fn resolve_interrupted(
    execution: &Execution<'_>,
    journal: &mut Journal,
) -> Result<(), JournalError> {
    let Execution { project, folder, cancel, .. } = *execution;
    let start_up = &execution.start_up.name;
    let resolver = |what| Resolver { project, folder, cancel, what };
    if let Some(run) = last_in_doubt(start_up, journal)? {
        resolver(Interruption::LostAnswer).resolve_run(&run, execution, journal)?;
    }
    for run in journal.unfinished(start_up)? {
        resolver(Interruption::Killed).resolve_run(&run, execution, journal)?;
        journal.mark_interrupted(&run.id)?;
    }
    Ok(())
}

/// The last run that ended, if it left batches in doubt: every run looks before it begins.
fn last_in_doubt(start_up: &str, journal: &mut Journal) -> Result<Option<RunHeader>, JournalError> {
    let has_ended = |status| !matches!(status, RunStatus::Running | RunStatus::Frozen);
    let mut runs = journal.runs(None)?.into_iter();
    let last = runs.find(|run| run.start_up == start_up && has_ended(run.status));
    let stopped = |run: &RunHeader| matches!(run.status, RunStatus::Failed | RunStatus::Cancelled);
    Ok(last.filter(stopped).filter(|run| notes::is_in_doubt(&journal.run_folder(&run.id))))
}

/// Finds out at once what became of the changes of a pass that are unknown because an answer was lost; gives
/// those that are written. If it cannot be found out now the next run does it.
pub fn look_up_at_once(
    (project, folder): (&Project, &Path),
    mapping: &CompiledMapping,
    (journal, outcome): (&mut Journal, &Path),
    step: &mut StepReport,
    cancel: &CancelToken,
) -> HashSet<usize> {
    let resolver = Resolver { project, folder, cancel, what: Interruption::LostAnswer };
    let resolved = match notes::read(outcome) {
        Ok(notes) => resolver.resolve(step, &notes, Some(mapping), journal),
        Err(source) => Err(JournalError::Folder { path: outcome.to_owned(), source }),
    };
    match resolved {
        Ok(found) => {
            found.settle(outcome, step);
            found.written
        }
        Err(error) => {
            step.messages.push(Message {
                level: MessageLevel::Warning,
                text: format!(
                    "the answer to the commit of a batch was lost, and whether it is written cannot be looked up \
                     now ({error}); the next run does it"
                ),
                ..about_batch(Interruption::LostAnswer, &[])
            });
            HashSet::new()
        }
    }
}

/// The file with the notes about the batches of the step at `position`.
pub fn outcome_path(journal: &Journal, run: &str, position: usize) -> PathBuf {
    journal.run_folder(run).join(format!("step-{:03}.outcome", position + 1))
}

/// Why nobody knows what became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interruption {
    /// The process of the run ended in the middle.
    Killed,
    /// The run went on to its end, and the answer to a commit was lost.
    LostAnswer,
}

/// What was found out about a step.
#[derive(Default)]
struct Found {
    /// Statuses of changes, or what is said about them, are new.
    is_new: bool,
    /// Changes in doubt that are written.
    written: HashSet<usize>,
    /// The batches that were looked into.
    batches: Vec<Range<usize>>,
}

impl Found {
    fn settle(&self, outcome: &Path, step: &StepReport) {
        if self.batches.is_empty() {
            return;
        }
        let statuses: Vec<ChangeStatus> = step.changes.iter().map(|change| change.status).collect();
        if let Err(error) = notes::settle(outcome, &self.batches, &statuses) {
            tracing::warn!(%error, "the next run looks into batches that are not in doubt any more");
        }
    }
}

struct Resolver<'a> {
    project: &'a Project,
    folder: &'a Path,
    cancel: &'a CancelToken,
    what: Interruption,
}

impl Resolver<'_> {
    /// Gives the open changes of all steps of a run their status, and remembers pairs as they are; what a data import
    /// has written waits for being provisioned.
    fn resolve_run(
        &self,
        run: &RunHeader,
        execution: &Execution<'_>,
        journal: &mut Journal,
    ) -> Result<(), JournalError> {
        for (position, mut step) in journal.unfinished_steps(&run.id)? {
            let path = outcome_path(journal, &run.id, position);
            let mapping = self.mapping_of(&step);
            let (found, written) = match notes::read(&path) {
                Ok(notes) => {
                    let found = self.resolve(&mut step, &notes, mapping.as_ref(), journal)?;
                    let written = self.written(&step, &notes, &found);
                    (found, written)
                }
                Err(error) => (self.without_notes(&mut step, &path, &error)?, HashSet::new()),
            };
            // A killed run may have been killed between writing and queueing.
            if let Some(mapping) = &mapping
                && (found.is_new || self.what == Interruption::Killed)
            {
                execution.queue_interrupted(journal, (&run.id, mapping), &mut step)?;
            }
            if found.is_new {
                journal.save_step(&run.id, position, &step)?;
            }
            if let Some(mapping) = &mapping
                && let Some(mut pairs) = StepPairs::read(journal, mapping)?
            {
                let destination = step.direction.destination();
                pairs.written(&step.changes, 0..step.changes.len(), destination, &written);
                pairs.save(journal, &run.id)?;
            }
            if self.what == Interruption::LostAnswer {
                found.settle(&path, &step);
            }
        }
        Ok(())
    }

    /// The changes whose pairs are not remembered for certain. A killed run may have been killed between writing
    /// and remembering, and so may the one that looked up what a lost answer had said.
    fn written(&self, step: &StepReport, notes: &Outcome, found: &Found) -> HashSet<usize> {
        let mut written = found.written.clone();
        if self.what == Interruption::Killed {
            let statuses = step.changes.iter().map(|change| change.status).enumerate();
            let is_written =
                |(index, status): &(usize, ChangeStatus)| is_there(*status) || is_there(notes.status(*index));
            written.extend(statuses.filter(is_written).map(|(index, _)| index));
        } else {
            // Of a batch that is still in doubt only the statuses may have been saved.
            let statuses = step.changes.statuses();
            let is_written = |index: &usize| statuses.get(*index).is_some_and(|status| is_there(*status));
            written.extend(notes.in_doubt().flatten().filter(is_written));
        }
        written
    }

    /// Without the notes nobody knows what became of the changes that still count as planned.
    fn without_notes(
        &self,
        step: &mut StepReport,
        path: &Path,
        error: &io::Error,
    ) -> Result<Found, JournalError> {
        let mut statuses: Vec<ChangeStatus> = step.changes.iter().map(|change| change.status).collect();
        if !statuses.contains(&ChangeStatus::Planned) {
            return Ok(Found::default());
        }
        for status in statuses.iter_mut().filter(|status| **status == ChangeStatus::Planned) {
            *status = ChangeStatus::Unknown;
        }
        step.changes.set_statuses(&statuses).map_err(internal)?;
        step.messages.push(Message {
            level: MessageLevel::Warning,
            text: format!(
                "which changes of the interrupted step are written cannot be told: the notes about its batches \
                 cannot be read ({error}): {}",
                path.display()
            ),
            ..about_batch(self.what, &[])
        });
        Ok(Found { is_new: true, ..Found::default() })
    }

    /// Gives every open change its status: of a killed run those that still count as planned, and those of
    /// batches in doubt that count as unknown.
    fn resolve(
        &self,
        step: &mut StepReport,
        notes: &Outcome,
        mapping: Option<&CompiledMapping>,
        journal: &mut Journal,
    ) -> Result<Found, JournalError> {
        let before: Vec<ChangeStatus> = step.changes.iter().map(|change| change.status).collect();
        let mut statuses = before.clone();
        let mut found = Found::default();
        let killed = self.what == Interruption::Killed;
        for (index, status) in statuses.iter_mut().enumerate() {
            if killed && *status == ChangeStatus::Planned {
                found.is_new = true;
                *status = notes.status(index);
            }
        }
        for batch in notes.in_doubt() {
            let is_open = |index: &usize| match before.get(*index) {
                Some(ChangeStatus::Planned) => killed,
                Some(ChangeStatus::Unknown) => true,
                _ => false,
            };
            let open: Vec<usize> = batch.clone().filter(is_open).collect();
            if open.is_empty() {
                // All is known already.
                if batch.clone().all(|index| before.get(index) != Some(&ChangeStatus::Planned)) {
                    found.batches.push(batch);
                }
                continue;
            }
            let shown = self.look_up(step, &open, mapping, journal)?;
            step.messages.push(about_batch(self.what, &shown));
            for (index, status) in open.into_iter().zip(shown) {
                match status {
                    ChangeStatus::Done | ChangeStatus::PartlyWritten => drop(found.written.insert(index)),
                    ChangeStatus::Unknown => {
                        step.messages.extend(step.changes.get(index).map(|change| unknown(&change.display)));
                    }
                    _ => {}
                }
                if let Some(slot) = statuses.get_mut(index) {
                    *slot = status;
                }
            }
            found.is_new = true;
            found.batches.push(batch);
        }
        if killed {
            self.resolve_references(step, notes, mapping, &mut statuses)?;
        }
        for (index, (status, before)) in statuses.iter_mut().zip(&before).enumerate() {
            if *status == *before {
                continue;
            }
            let members = *status == ChangeStatus::Done
                && step
                    .changes
                    .get(index)
                    .zip(mapping)
                    .is_some_and(|(change, own)| writes_members(&change, own));
            if members && killed {
                // Members come last, when all objects of the step are there.
                *status = ChangeStatus::Unknown;
                step.messages.extend(step.changes.get(index).map(|change| unknown(&change.display)));
            } else if members {
                *status = ChangeStatus::PartlyWritten;
            }
            match status {
                ChangeStatus::Done | ChangeStatus::PartlyWritten => {
                    step.writes.add(step.changes.method(index).unwrap_or(Method::Ignore), 1);
                }
                ChangeStatus::Failed => step.writes.failed += 1,
                _ => {}
            }
        }
        step.changes.set_statuses(&statuses).map_err(internal)?;
        Ok(found)
    }

    /// Gives a status to the changes of a killed run whose references were about to be set at the end of the step.
    fn resolve_references(
        &self,
        step: &mut StepReport,
        notes: &Outcome,
        mapping: Option<&CompiledMapping>,
        statuses: &mut [ChangeStatus],
    ) -> Result<(), JournalError> {
        let is_open = |index: &usize| {
            step.changes.get(*index).is_some_and(|change| change.status == ChangeStatus::Planned)
        };
        let open: Vec<usize> = notes.references_in_doubt().filter(is_open).collect();
        if open.is_empty() {
            return Ok(());
        }
        let nobody_knows = || vec![None; open.len()];
        let set = match where_to_look(step, &open, mapping) {
            Some((mapping, changes)) => {
                let set = self.ask(mapping, |objects, connector| objects.references_set(connector, &changes));
                self.answer(step, set)?.unwrap_or_else(nobody_knows)
            }
            None => nobody_knows(),
        };
        for (index, set) in open.into_iter().zip(set) {
            let Some(status) = statuses.get_mut(index) else { continue };
            match set {
                Some(true) => *status = ChangeStatus::Done,
                // As it is noted.
                Some(false) => {}
                None => {
                    *status = ChangeStatus::Unknown;
                    step.messages.extend(step.changes.get(index).map(|change| unknown(&change.display)));
                }
            }
        }
        Ok(())
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

    /// The status of each of these changes as the systems show it.
    fn look_up(
        &self,
        step: &mut StepReport,
        indices: &[usize],
        mapping: Option<&CompiledMapping>,
        journal: &mut Journal,
    ) -> Result<Vec<ChangeStatus>, JournalError> {
        let unknown = vec![ChangeStatus::Unknown; indices.len()];
        let Some((mapping, changes)) = where_to_look(step, indices, mapping) else { return Ok(unknown) };
        if changes.iter().any(|change| is_label(change.method)) {
            return changes.iter().map(|change| label_status(change, mapping, journal)).collect();
        }
        let statuses = self.ask(mapping, |objects, connector| objects.statuses(connector, &changes));
        Ok(self.answer(step, statuses)?.unwrap_or(unknown))
    }

    /// An answer of a system; `None`, which is told, if there will never be one.
    fn answer<T>(
        &self,
        step: &mut StepReport,
        answer: Result<T, ConnectError>,
    ) -> Result<Option<T>, JournalError> {
        match answer {
            Err(error) if !may_pass(&error) => {
                step.messages.push(Message {
                    text: format!("the objects of an interrupted batch cannot be looked up: {error}"),
                    ..about_batch(self.what, &[])
                });
                Ok(None)
            }
            answer => Ok(Some(answer?)),
        }
    }

    fn ask<T>(
        &self,
        mapping: &CompiledMapping,
        question: impl FnOnce(Objects<'_>, &mut dyn Connector) -> Result<T, ConnectError>,
    ) -> Result<T, ConnectError> {
        let system = self.project.system(mapping.destination().side);
        let mut connector = open_with(&system.connection, self.folder, OpenMode::Read, self.cancel)?;
        let references = References::read(&mut *connector, &system.schema, mapping, self.cancel)?;
        question(Objects { mapping, references, cancel: self.cancel }, &mut *connector)
    }
}

/// These changes and the mapping by which they were written; `None` if the project was changed meanwhile, so that
/// nobody knows where to look.
fn where_to_look<'m>(
    step: &StepReport,
    indices: &[usize],
    mapping: Option<&'m CompiledMapping>,
) -> Option<(&'m CompiledMapping, Vec<Change>)> {
    let mapping = mapping?;
    let changes: Vec<Change> = indices.iter().filter_map(|index| step.changes.get(*index)).collect();
    let side = step.changes.columns().map(|(shape, _)| shape.side);
    let labels = changes.iter().any(|change| is_label(change.method));
    (labels || side == Some(mapping.destination().side)).then_some((mapping, changes))
}

/// Whether the own row of an object is written.
const fn is_there(status: ChangeStatus) -> bool {
    matches!(status, ChangeStatus::Done | ChangeStatus::PartlyWritten)
}

/// True for errors that are gone another day: who asks again then gets an answer.
const fn may_pass(error: &ConnectError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Connection
            | ErrorKind::Timeout
            | ErrorKind::Locked
            | ErrorKind::Deadlock
            | ErrorKind::Cancelled
            | ErrorKind::Missing
            | ErrorKind::Driver
            | ErrorKind::Authentication
    )
}

/// Whether a change gives an object other members.
fn writes_members(change: &Change, mapping: &CompiledMapping) -> bool {
    change.properties.iter().any(|property| {
        written_target(mapping, &property.property)
            .is_some_and(|target| matches!(target.write_as, WriteAs::Members(_)))
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
    for side in [Side::Left, Side::Right] {
        let labels = journal.labels(side, &mapping.class(side).schema_type.name)?;
        labelled |= labels.contains(&label_key(change.key(side)));
    }
    Ok(written_if(labelled == (change.method == Method::MarkOutstanding)))
}

fn about_batch(what: Interruption, found: &[ChangeStatus]) -> Message {
    let what = match what {
        Interruption::Killed => "the run was interrupted in the middle",
        Interruption::LostAnswer => "no answer came to the commit",
    };
    Message {
        level: MessageLevel::Info,
        code: "SW-R115".to_owned(),
        text: format!(
            "{what} of a batch of {}; by what the systems hold {} of its changes are written, {} are not",
            found.len(),
            found.iter().filter(|status| is_there(**status)).count(),
            found.iter().filter(|status| **status == ChangeStatus::NotWritten).count()
        ),
        object: None,
        property: None,
        rule: None,
    }
}
