//! What a step does once it has saved its objects: forced rules (R9, D2), and values that are read back (R21).
//!
//! Both systems are read again, so that keys and values that a database made are seen.

use std::collections::HashSet;

use arrow::{array::BooleanArray, compute::filter_record_batch};
use datafusion::error::Result as DataFusionResult;

use super::{
    changes,
    ended::{Ended, engine_failed},
    evaluate::Evaluator,
    execute::{Execution, begin},
    passes::PlannedPass,
    prepare::{PreparedPass, prepared},
    raising::plan_without_raising,
    reconcile::Reconciled,
    source::label_key,
};
use crate::{
    expr::property,
    journal::{Change, ChangeStatus, Journal, RunReport, StepPass},
    mapping::{CompiledMapping, Target},
    project::{Method, Step},
    value::value_at,
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
            let pass = self.read_again(step, StepPass::Forced, &mapping, &opposite.forced, None, journal)?;
            self.write(pass, journal, report, mappings)?;
        }
        let written = written_objects(&mapping, report, first);
        if !opposite.write_back.is_empty() && !written.is_empty() {
            let written = Some(&written);
            let pass =
                self.read_again(step, StepPass::WriteBack, &mapping, &opposite.write_back, written, journal)?;
            self.write(pass, journal, report, mappings)?;
        }
        Ok(())
    }

    /// Plans what `targets` write in the opposite direction, on both systems as they are now; `only` are keys, on the
    /// side that the step has read, of the objects to look at.
    fn read_again(
        &self,
        step: &Step,
        pass: StepPass,
        mapping: &CompiledMapping,
        targets: &[Target],
        only: Option<&HashSet<String>>,
        journal: &mut Journal,
    ) -> Result<PreparedPass, Ended> {
        let mut reversed = mapping.reversed(targets.to_vec());
        // Whom the step itself has paired is in the journal by now, and what is said about pairs is said.
        let (mut found, _) = self.read(&mut reversed, journal)?;
        let evaluator = Evaluator::new(&self.session, &found.schema);
        if let Some(keys) = only {
            keep_only(&mut found, mapping, &evaluator, keys).map_err(|error| engine_failed(&error))?;
        }
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

/// Leaves out pairs that are no business of the pass: a person may have changed them in the meantime, and what there
/// is to say of them was said when the step wrote.
fn keep_only(
    found: &mut Reconciled,
    mapping: &CompiledMapping,
    evaluator: &Evaluator<'_>,
    keys: &HashSet<String>,
) -> DataFusionResult<()> {
    let source = mapping.source();
    let rows = evaluator.together(&found.attention)?;
    let columns = source
        .key
        .iter()
        .map(|name| Ok((name.clone(), evaluator.values(&property(source.side, name), &rows)?)))
        .collect::<DataFusionResult<Vec<_>>>()?;
    let is_kept = |row: usize| {
        let key: Vec<_> =
            columns.iter().map(|(name, column)| (name.clone(), value_at(column, row))).collect();
        Some(keys.contains(&label_key(&key)))
    };
    let kept: BooleanArray = (0..rows.num_rows()).map(is_kept).collect();
    found.attention = vec![filter_record_batch(&rows, &kept)?];
    Ok(())
}
