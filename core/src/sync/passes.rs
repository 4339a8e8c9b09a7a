//! The passes of a step as change lists: its own changes, then what rules of the opposite direction do.
//!
//! Simulations, runs and tests of rules plan through here.

use arrow::array::RecordBatch;
use datafusion::{error::Result as DataFusionResult, prelude::SessionContext};

use super::{
    changes::{self, PlannedStep},
    evaluate::Evaluator,
    opposite,
    raising::plan_without_raising,
    reconcile::Reconciled,
};
use crate::{
    journal::StepPass,
    mapping::CompiledMapping,
    project::{Direction, Methods, Project, Step},
};

/// What is planned, and how.
pub(super) struct Passes<'a> {
    pub session: &'a SessionContext,
    pub mapping: &'a CompiledMapping,
    /// Stable name of the system that is written.
    pub destination_identifier: &'a str,
    /// Rogue modifications are corrected, not only told (R11).
    pub corrects: bool,
    /// What forced rules will do is planned, too; runs read both systems again before (R9).
    pub previews_forced: bool,
}

/// A pass with what it writes by.
pub(super) struct PlannedPass {
    pub pass: StepPass,
    pub mapping: CompiledMapping,
    pub planned: PlannedStep,
}

impl Passes<'_> {
    /// Plans all passes; objects on which an expression fails are told with the first of them and left out.
    ///
    /// # Errors
    ///
    /// What the engine reports.
    pub fn plan(&self, found: &mut Reconciled) -> DataFusionResult<Vec<PlannedPass>> {
        let evaluator = Evaluator::new(self.session, &found.schema);
        let (mut passes, told) =
            plan_without_raising(self.mapping, &evaluator, found, |found| self.plan_once(found))?;
        if let Some(own) = passes.first_mut() {
            own.planned.left_out(told);
        }
        Ok(passes)
    }

    fn plan_once(&self, found: &Reconciled) -> DataFusionResult<Vec<PlannedPass>> {
        let Self { session, mapping, .. } = self;
        let mut own = changes::plan(session, mapping, self.destination_identifier, found)?;
        // Later batches say more of a pair than those before.
        let mut updated = std::mem::take(&mut own.updated);
        let mut passes =
            vec![PlannedPass { pass: StepPass::Main, mapping: (*mapping).clone(), planned: own }];
        if !mapping.opposite.rogue.is_empty() {
            let reversed = mapping.reversed(mapping.opposite.rogue.clone());
            let mut planned = opposite::corrections(session, &reversed, found, &updated, self.corrects)?;
            updated.append(&mut planned.updated);
            passes.push(PlannedPass { pass: StepPass::Corrections, mapping: reversed, planned });
        }
        if self.previews_forced && !mapping.opposite.forced.is_empty() {
            let reversed = mapping.reversed(mapping.opposite.forced.clone());
            let planned = opposite::forced(session, &reversed, found, &updated)?;
            passes.push(PlannedPass { pass: StepPass::Forced, mapping: reversed, planned });
        }
        Ok(passes)
    }
}

impl Passes<'_> {
    /// The pairs that the step changes, as its own rules leave them, and as corrections then leave them; what fails
    /// must be out of `found` already.
    ///
    /// # Errors
    ///
    /// What the engine reports.
    pub fn as_left(&self, found: &Reconciled) -> DataFusionResult<[Vec<RecordBatch>; 2]> {
        let Self { session, mapping, .. } = self;
        let own = changes::plan(session, mapping, self.destination_identifier, found)?.updated;
        if mapping.opposite.rogue.is_empty() {
            return Ok([own.clone(), own]);
        }
        let reversed = mapping.reversed(mapping.opposite.rogue.clone());
        let corrected = opposite::corrections(session, &reversed, found, &own, self.corrects)?.updated;
        let both = own.iter().cloned().chain(corrected).collect();
        Ok([own, both])
    }
}

/// Whether rogue modifications are corrected: the step does something, and the side that is read may be written.
pub(super) fn corrects(project: &Project, step: Option<&Step>, direction: Direction) -> bool {
    let read_only = project.system(direction.source()).connection.read_only;
    !read_only && step.is_some_and(|step| step.methods != Methods::default())
}
