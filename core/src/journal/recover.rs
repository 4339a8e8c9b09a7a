//! What earlier runs left behind: interrupted ones, and how many objects there were (F13, DESIGN 4).

use std::io;

use super::{
    Journal, JournalError, RunHeader, RunStatus, StepReport,
    read::StoredStep,
    store::eq,
    tables::{self, Row, text},
};
use crate::project::Direction;

impl Journal {
    /// Runs of a start up configuration that count as running.
    ///
    /// For a caller that holds the lock of the start up configuration: whatever still counts as running is not.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn unfinished(&mut self, start_up: &str) -> Result<Vec<RunHeader>, JournalError> {
        self.runs_where(&[("start_up", start_up), ("status", RunStatus::Running.id())], None)
    }

    /// The steps of a run that did not end, with their positions.
    ///
    /// A step whose list is damaged or gone is left out; whoever asks for the log is told.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read, or a list not now: then somebody else finds out, another day.
    pub fn unfinished_steps(&mut self, id: &str) -> Result<Vec<(usize, StepReport)>, JournalError> {
        let folder = self.run_folder(id);
        let mut unfinished = Vec::new();
        for StoredStep { position, report, file } in self.stored_steps(id)? {
            let Some(file) = file else { continue };
            match file.load(&folder) {
                Ok(changes) => unfinished.push((position, StepReport { changes, ..report })),
                Err(error) if may_pass(&error) => return Err(error),
                Err(error) => tracing::warn!(%error, "an unfinished step is left as the journal has it"),
            }
        }
        Ok(unfinished)
    }

    /// Marks a run as interrupted.
    ///
    /// Every batch was one transaction: what it wrote is whole, and the next run compares what is there now.
    ///
    /// # Errors
    ///
    /// If the central database cannot be written.
    pub fn mark_interrupted(&mut self, id: &str) -> Result<(), JournalError> {
        self.end_run(id, RunStatus::Interrupted, None, None)
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
        let runs = self.runs_where(&[("start_up", start_up)], None)?.into_iter();
        for run in runs.filter(|run| matches!(run.status, RunStatus::Done | RunStatus::DoneWithErrors)) {
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

/// True if a list may be read by somebody else, or another day.
fn may_pass(error: &JournalError) -> bool {
    match error {
        JournalError::Folder { source, .. } => {
            // What is no change list is told without a number of the operating system.
            source.raw_os_error().is_some() && source.kind() != io::ErrorKind::NotFound
        }
        _ => false,
    }
}
