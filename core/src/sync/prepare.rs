//! A step up to its change lists: read, reconcile, plan. Simulations and runs share all of it.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    changes::PlannedStep,
    ended::{Ended, connect_failed, engine_failed, failure, journal_failed},
    execute::Execution,
    pairs::StepPairs,
    passes::{Passes, PlannedPass, corrects},
    quota::{self, Population},
    reconcile::{Reconciled, reconcile},
    references::{PlannedObjects, References},
    source::SystemTables,
    wanted::WantedObjects,
};
use crate::{
    connect::{OpenMode, open_with},
    journal::{
        ChangeStatus, Failure, Journal, Message, MessageLevel, PropertyChange, QuotaExceeded, RunKind,
        StepReport, Writes, internal,
    },
    mapping::{CompiledMapping, WriteAs, compile},
    project::{CollisionDetection, Method, Side, Step},
};

/// A pass of a step that has come as far as its change list.
pub struct PreparedPass {
    /// What it writes by.
    pub mapping: CompiledMapping,
    /// What it found, and what it is about to change.
    pub report: StepReport,
    /// Objects per method.
    pub planned: Writes,
}

impl<'a> Execution<'a> {
    /// Reads, reconciles and plans a step: its own changes, then what rules of the opposite direction do.
    pub(super) fn prepare(
        &self,
        step: &'a Step,
        kind: RunKind,
        journal: &mut Journal,
        source_before: Option<u64>,
    ) -> Result<Vec<PreparedPass>, Ended> {
        let mut mapping = self.compiled(step, kind)?;
        let (mut found, mut pairs) = self.read(&mut mapping, journal)?;
        let about_pairs = pairs.as_mut().map(|pairs| pairs.found(&found.for_memory)).unwrap_or_default();
        let destination = &self.project.system(mapping.direction.destination()).connection.system_identifier;
        let passes = Passes {
            session: &self.session,
            mapping: &mapping,
            destination_identifier: destination,
            corrects: corrects(self.project, Some(step), mapping.direction),
            previews_forced: kind == RunKind::Simulation,
        };
        let mut passes = passes.plan(&mut found).map_err(|error| engine_failed(&error))?;
        if let Some(own) = passes.first_mut() {
            own.planned.messages.splice(0..0, about_pairs);
            if let Some(wanted) = &self.wanted {
                let (messages, failed) = wanted.messages(&mapping.left.name);
                own.planned.messages.splice(0..0, messages);
                own.planned.planned.failed += failed;
            }
        }
        self.pairs.borrow_mut().extend(pairs.map(|pairs| (step.name.clone(), pairs)));
        Ok(passes.into_iter().map(|pass| prepared(step, pass, &found, source_before)).collect())
    }

    fn compiled(&self, step: &Step, kind: RunKind) -> Result<CompiledMapping, Ended> {
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
            compile(&self.session, self.project, mapping, Some(step), self.direction, with_proposed)
                .map_err(|error| Ended::Failed(failure(&error, 2)))?;
        if let Some(WantedObjects { wanted, .. }) = &self.wanted {
            compiled.only_wanted = true;
            compiled.password_change = wanted.password_change;
        }
        Ok(compiled)
    }

    /// Reads both classes of a mapping and reconciles them, by the pairs that it remembers (M10) before its
    /// rules. From now on the mapping leaves alone who is busy (R5).
    pub(super) fn read(
        &self,
        mapping: &mut CompiledMapping,
        journal: &mut Journal,
    ) -> Result<(Reconciled, Option<StepPairs>), Ended> {
        if self.cancel.is_cancelled() {
            return Err(Ended::Cancelled);
        }
        let rows_read = Arc::new(AtomicU64::new(0));
        let mut tables = SystemTables::new(self.project, self.folder, self.cancel, &rows_read);
        for side in [Side::Left, Side::Right] {
            tables.read_labels(journal, side, &mapping.class(side).schema_type).map_err(journal_failed)?;
        }
        if let Some(WantedObjects { wanted, .. }) = &self.wanted {
            tables.take_wanted(&mapping.left.schema_type, &wanted.keys).map_err(journal_failed)?;
        }
        if self.start_up.collision_detection == CollisionDetection::BeforeMapping {
            tables
                .leave_busy_alone(journal, mapping, self.project.mapping(&mapping.name))
                .map_err(journal_failed)?;
        }
        let pairs = StepPairs::read(journal, mapping).map_err(journal_failed)?;
        tables.take_pairs(pairs.as_ref().map(StepPairs::tables).unwrap_or_default());
        let mapping = &*mapping;
        let watched = self.watch(&rows_read, journal);
        // On the heap: the thread's stack is for plans and expressions, which are deep.
        let reading = Box::pin(async {
            let mut found = Box::pin(reconcile(&self.session, mapping, &tables)).await?;
            Box::pin(self.keep_wanted(mapping, &tables, &mut found)).await?;
            Ok(found)
        });
        let found = self.runtime.block_on(async {
            tokio::select! {
                found = reading => found.map_err(|error| engine_failed(&error)),
                ended = watched => Err(ended),
            }
        })?;
        Ok((found, pairs))
    }

    /// Tells the progress of reading and keeps the lock, and ends when somebody cancels or the lock is lost.
    async fn watch(&self, rows_read: &AtomicU64, journal: &mut Journal) -> Ended {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            self.progress.advance(rows_read.load(Ordering::Relaxed), None);
            if self.cancel.is_cancelled() {
                return Ended::Cancelled;
            }
            if let Err(error) = journal.keep_lock() {
                return journal_failed(error);
            }
        }
    }

    /// Warns of references that a run could not set; objects that earlier steps would create count.
    pub(super) fn check_references(
        &self,
        prepared: &mut PreparedPass,
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
        let mut connector = open_with(&system.connection, self.folder, OpenMode::Read, self.cancel)
            .map_err(connect_failed)?;
        let references = References::read(&mut *connector, &system.schema, mapping, self.cancel)
            .map_err(connect_failed)?;
        let mut messages = Vec::new();
        let mut statuses = changes.statuses();
        for (index, change) in changes.iter().enumerate() {
            if !matches!(change.method, Method::Insert | Method::Update) {
                continue;
            }
            let target = |property: &PropertyChange| targets.get(property.property.as_str());
            for property in &change.properties {
                let Some(target) = target(property) else { continue };
                messages.extend(references.unresolved(target, &change.display, property, planned));
            }
            let is_nothing = |property: &PropertyChange| {
                target(property).is_some_and(|target| references.leads_nowhere(target, property, planned))
            };
            if let Some(status) = statuses.get_mut(index)
                && change.method == Method::Update
                && change
                    .properties
                    .iter()
                    .filter(|one| !mapping.options.contain(&one.property))
                    .all(is_nothing)
            {
                // A run would come to it, and write nothing.
                *status = ChangeStatus::NotWritten;
                prepared.planned.update = prepared.planned.update.saturating_sub(1);
            }
        }
        prepared.report.messages.append(&mut messages);
        prepared.report.changes.set_statuses(&statuses).map_err(|error| journal_failed(internal(error)))
    }
}

/// A planned pass with its report and its quotas judged.
pub(super) fn prepared(
    step: &Step,
    pass: PlannedPass,
    found: &Reconciled,
    source_before: Option<u64>,
) -> PreparedPass {
    let PlannedPass { pass, mapping, planned } = pass;
    let PlannedStep { situations, changes, planned, messages, updated: _ } = planned;
    let source = mapping.direction.source();
    let population = Population {
        source: found.objects(source),
        destination: found.objects(source.other()),
        source_before,
    };
    let quota_exceeded = quota::exceeded(&step.quotas, &planned, population);
    let messages = quota_exceeded.iter().map(quota_message).chain(messages).collect();
    let report = StepReport {
        step: step.name.clone(),
        pass,
        mapping: mapping.name.clone(),
        direction: mapping.direction,
        left_objects: found.objects(Side::Left),
        right_objects: found.objects(Side::Right),
        situations,
        writes: Writes { failed: planned.failed, ..Writes::default() },
        quota_exceeded,
        changes,
        messages,
    };
    PreparedPass { mapping, report, planned }
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
