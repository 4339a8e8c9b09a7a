//! What a step does once it has saved its objects: forced rules (R9, D2), and values that are read back (R21).
//!
//! Both systems are read again, so that keys and values that a database made are seen.

use std::collections::HashSet;

use arrow::error::ArrowError;

use super::{
    changes, collision,
    ended::{Ended, engine_failed, journal_failed},
    evaluate::Evaluator,
    execute::{Execution, begin},
    passes::PlannedPass,
    prepare::{PreparedPass, prepared},
    raising::plan_without_raising,
    source::label_key,
};
use crate::{
    journal::{Change, ChangeStatus, Journal, RunReport, StepPass, Writes, internal},
    mapping::{CompiledMapping, Target},
    project::{Method, Step},
};

impl Execution<'_> {
    /// Runs the passes that follow the step's own; the first of its passes is at `first` in the report.
    pub(super) fn after_saving(
        &self,
        step: &Step,
        first: usize,
        journal: &mut Journal,
        report: &mut RunReport,
        mappings: &mut Vec<CompiledMapping>,
    ) -> Result<(), Ended> {
        let Some(mapping) = mappings.get(first).cloned() else { return Ok(()) };
        let opposite = &mapping.opposite;
        if !opposite.forced.is_empty() {
            let pass = self.read_again(step, StepPass::Forced, &mapping, &opposite.forced, journal)?;
            self.write(pass, journal, report, mappings)?;
        }
        let written = written_objects(&mapping, report, first);
        if !opposite.write_back.is_empty() && !written.is_empty() {
            let mut pass =
                self.read_again(step, StepPass::WriteBack, &mapping, &opposite.write_back, journal)?;
            only(&mut pass, |change| written.contains(&source_key(&mapping, change)))
                .map_err(|error| journal_failed(internal(error)))?;
            self.write(pass, journal, report, mappings)?;
        }
        Ok(())
    }

    /// Plans what `targets` write in the opposite direction, on both systems as they are now.
    fn read_again(
        &self,
        step: &Step,
        pass: StepPass,
        mapping: &CompiledMapping,
        targets: &[Target],
        journal: &mut Journal,
    ) -> Result<PreparedPass, Ended> {
        let mut reversed = mapping.reversed(targets.to_vec());
        // Whom the step itself has paired is in the journal by now, and what is said about pairs is said.
        let (mut found, _) = self.read(&mut reversed, journal)?;
        let evaluator = Evaluator::new(&self.session, &found.schema);
        let (mut planned, told) = plan_without_raising(&reversed, &evaluator, &mut found, |found| {
            changes::plan(&self.session, &reversed, "", found)
        })
        .map_err(|error| engine_failed(&error))?;
        planned.left_out(told);
        Ok(prepared(step, PlannedPass { pass, mapping: reversed, planned }, &found, None))
    }

    fn write(
        &self,
        pass: PreparedPass,
        journal: &mut Journal,
        report: &mut RunReport,
        mappings: &mut Vec<CompiledMapping>,
    ) -> Result<(), Ended> {
        let position = report.steps.len();
        begin(vec![pass], journal, report, mappings)?;
        let id = report.run.id.clone();
        match (report.steps.get_mut(position), mappings.get(position)) {
            (Some(pass), Some(mapping)) => {
                let all = 0..pass.changes.len();
                self.apply(journal, &id, position, mapping, pass, all)
            }
            _ => Ok(()),
        }
    }
}

/// Keys, on the side that was read, of the objects that the step has written.
fn written_objects(mapping: &CompiledMapping, report: &RunReport, first: usize) -> HashSet<String> {
    let is_written = |change: &Change| {
        change.status == ChangeStatus::Done && matches!(change.method, Method::Insert | Method::Update)
    };
    let changes = report.steps.get(first).into_iter().flat_map(|step| step.changes.iter());
    changes.filter(is_written).map(|change| source_key(mapping, &change)).collect()
}

fn source_key(mapping: &CompiledMapping, change: &Change) -> String {
    label_key(change.key(mapping.direction.source()))
}

/// Leaves only these changes in a pass.
///
/// # Errors
///
/// If the change list cannot be cut down; then nothing may be written.
fn only(pass: &mut PreparedPass, keep: impl Fn(&Change) -> bool) -> Result<(), ArrowError> {
    let kept: Vec<bool> = pass.report.changes.iter().map(|change| keep(&change)).collect();
    pass.report.changes = pass.report.changes.filtered(&kept)?;
    let mut planned = Writes::default();
    planned.add(Method::Update, pass.report.changes.len() as u64);
    pass.planned = planned;
    // The others are no business of this pass: a person may have changed them in the meantime. Whoever is busy
    // was named when the step wrote.
    pass.report.situations.both_differ = planned.update;
    pass.report.situations.busy = 0;
    pass.report.messages.retain(|message| message.code != collision::BUSY);
    Ok(())
}
