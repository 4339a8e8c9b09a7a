//! What earlier runs left behind: interrupted ones, and how many objects there were (F13, DESIGN 4).

use super::{
    Journal, JournalError, RunStatus,
    store::eq,
    tables::{self, Row, text},
};
use crate::project::Direction;

impl Journal {
    /// Marks runs of a start up configuration as interrupted that no process works on any more.
    ///
    /// The caller holds the lock of the start up configuration, so whatever still counts as running is not.
    /// Every batch was one transaction: what an interrupted run wrote is whole, and the next run compares
    /// what is there now.
    ///
    /// # Errors
    ///
    /// If the central database cannot be written.
    pub fn mark_interrupted(&mut self, start_up: &str) -> Result<(), JournalError> {
        let running: Vec<String> = self
            .runs(None)?
            .into_iter()
            .filter(|run| run.start_up == start_up && run.status == RunStatus::Running)
            .map(|run| run.id)
            .collect();
        for id in running {
            self.end_run(&id, RunStatus::Interrupted, None, None)?;
        }
        Ok(())
    }

    /// How many objects a step found in its source in the last run that was done and came to that step, if
    /// there was one; a run that stopped at its first error may have ended before.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn last_source_objects(
        &mut self,
        start_up: &str,
        step: &str,
        direction: Direction,
    ) -> Result<Option<u64>, JournalError> {
        let table = tables::steps();
        let column = match direction {
            Direction::ToTarget => "left_objects",
            Direction::ToCentral => "right_objects",
        };
        for run in self.runs(None)?.into_iter().filter(|run| {
            run.start_up == start_up && matches!(run.status, RunStatus::Done | RunStatus::DoneWithErrors)
        }) {
            let steps = self.read(&table, &[eq(&table, "run_id", text(&run.id))])?;
            let found = (0..steps.num_rows())
                .map(|row| Row { batch: &steps, row })
                .find(|row| row.text("step") == step);
            if let Some(row) = found {
                return Ok(Some(row.number(column)));
            }
        }
        Ok(None)
    }
}
