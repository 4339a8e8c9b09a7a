//! Simulating and running (F, L3): reads both systems, reconciles them, and writes what differs.
//!
//! [`simulate`] and [`run`] take the same way up to the change list; only `run` goes on to write it. Both
//! are blocking, tell their progress, and stop within about a second of a cancel.

mod error;

pub use self::error::SyncError;
pub use crate::journal::{
    Change, ChangeList, ChangeStatus, Failure, Message, MessageLevel, PropertyChange, QuotaExceeded,
    RunHeader, RunKind, RunReport, RunStatus, Situation, Situations, StepReport, Writes,
};

use std::path::Path;

use crate::{
    progress::{CancelToken, Progress},
    project::Project,
};

/// Reads both systems and reports what a run of `start_up` would do; writes nothing anywhere (L3).
///
/// `folder` is the folder of the project file; relative paths in connections count from it.
///
/// # Errors
///
/// [`SyncError`] if nothing could be simulated at all; trouble of a later step is in the report.
pub fn simulate(
    project: &Project,
    folder: &Path,
    start_up: &str,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<RunReport, SyncError> {
    let _ = (project, folder, progress, cancel);
    Err(SyncError::UnknownStartUp { name: start_up.to_owned(), known: Vec::new() })
}

/// Runs `start_up`: reads both systems, checks quotas, writes what differs, and journals it (F, L1).
///
/// `folder` is the folder of the project file; relative paths in connections count from it.
///
/// # Errors
///
/// [`SyncError`] if the run could not begin; trouble of a later step is in the report.
pub fn run(
    project: &Project,
    folder: &Path,
    start_up: &str,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<RunReport, SyncError> {
    let _ = (project, folder, progress, cancel);
    Err(SyncError::UnknownStartUp { name: start_up.to_owned(), known: Vec::new() })
}
