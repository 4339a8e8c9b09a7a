//! The journal: which runs there were, what they said, what they wrote.
//!
//! The run index, messages, labels and locks live in tables `sw_…` of the central database; change lists
//! are Arrow IPC files in the run's folder, with checksums in the run index.

mod busy;
mod change;
mod change_list;
mod change_list_of;
mod key;
mod labels;
mod lock;
mod objects;
mod pairs;
mod queue;
mod read;
mod recover;
mod report;
mod step;
mod store;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use self::store::internal;
pub use self::{
    busy::{BusyObject, BusyReason},
    change::{Change, ChangeStatus, PropertyChange, Situation},
    change_list::{ChangeColumn, ChangeList, ChangeShape, NO_RULE, method_number, situation_number},
    key::{label_key, pair_key, parse_key},
    lock::{LockHolder, this_user},
    pairs::{PairKeys, PairOrigin, RememberedPair},
    queue::QueuedObject,
    report::{
        Failure, Message, MessageLevel, QuotaExceeded, RunHeader, RunKind, RunReport, RunStatus, Situations,
        StepPass, StepReport, Writes,
    },
    step::SavedChanges,
    store::{Journal, JournalError},
};

use std::path::Path;

use crate::{connect::OpenMode, project::Project};

/// The runs of a project, newest first, at most `limit`.
///
/// # Errors
///
/// [`JournalError`] if the central database cannot be read.
pub fn runs(project: &Project, folder: &Path, limit: usize) -> Result<Vec<RunHeader>, JournalError> {
    Journal::open(project, folder, OpenMode::Read)?.runs(Some(limit))
}

/// The report of one run, read back from the journal; `id` may be `last`.
///
/// # Errors
///
/// [`JournalError`] if there is no such run or the journal cannot be read.
pub fn report(project: &Project, folder: &Path, id: &str) -> Result<RunReport, JournalError> {
    Journal::open(project, folder, OpenMode::Read)?.report(id)
}
