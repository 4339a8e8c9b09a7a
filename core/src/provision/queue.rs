//! The queue of provisioning, worked off (D5): what imports have changed goes to the target system of the project.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::Path,
};

use super::{
    ProvisionError,
    fate::{self, Fate},
};
use crate::{
    connect::OpenMode,
    journal::{Journal, JournalError, QueuedObject, RunKind, RunReport},
    progress::{CancelToken, Progress},
    project::Project,
    sync::{Wanted, effective_project, provision_objects, provisioning_steps},
};

/// What working off the queue did.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Central types of which this project wants to know what imports change.
    pub schema_types: BTreeSet<String>,
    /// A report for each step that had something to do.
    pub reports: Vec<RunReport>,
    /// Objects that left the queue.
    pub done: usize,
    /// Objects that still wait.
    pub waiting: Vec<QueuedObject>,
}

/// Provisions what waits for the target system of this project, and asks for being told of further imports (D5).
///
/// `folder` is the folder of the project file; relative paths in connections count from it. Objects that are
/// provisioned leave the queue; others stay there with the error and the number of tries. A simulation changes nothing.
///
/// # Errors
///
/// [`ProvisionError`] if a step could not begin; what was done before counts.
pub fn pending(
    project: &Project,
    folder: &Path,
    kind: RunKind,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Pending, ProvisionError> {
    let steps = provisioning_steps(project);
    let schema_types: BTreeSet<String> = steps.iter().map(|one| one.schema_type.to_owned()).collect();
    let effective = effective_project(project, None).map_err(crate::sync::SyncError::from)?;
    let mode = if kind == RunKind::Run { OpenMode::Write } else { OpenMode::Read };
    let open = || Journal::open_with(&effective, folder, mode, cancel);
    let mut journal = open()?;
    if kind == RunKind::Run {
        journal.subscribe(&schema_types)?;
    }
    let before = journal.queued()?;
    // Steps open it themselves.
    drop(journal);
    let mut fates: HashMap<(String, String), Fate> = HashMap::new();
    let mut reports = Vec::new();
    for step in &steps {
        let own = before.iter().filter(|object| object.schema_type == step.schema_type);
        let keys: HashSet<String> = own.map(|object| object.key.clone()).collect();
        if keys.is_empty() || cancel.is_cancelled() {
            continue;
        }
        let wanted =
            Wanted { mapping: step.step.mapping.clone(), keys: keys.clone(), password_change: false };
        let (report, found) =
            provision_objects(project, folder, step.start_up, wanted, kind, progress, cancel)?;
        for (key, fate) in fate::of_all(&report, &found, &keys) {
            let slot = fates.entry((step.schema_type.to_owned(), key)).or_insert(Fate::Absent);
            *slot = worse(slot.clone(), fate);
        }
        reports.push(report);
    }
    let mut journal = open()?;
    if kind == RunKind::Run {
        let fate = |object: &QueuedObject| {
            let key = (object.schema_type.clone(), object.key.clone());
            fates.get(&key).cloned().unwrap_or_default()
        };
        settle(&mut journal, before.clone(), fate)?;
    }
    let waiting = journal.queued()?;
    Ok(Pending { schema_types, reports, done: before.len().saturating_sub(waiting.len()), waiting })
}

/// Of what several steps make of one object, the one that counts.
fn worse(one: Fate, other: Fate) -> Fate {
    match (one, other) {
        (Fate::Failed(why), _) | (_, Fate::Failed(why)) => Fate::Failed(why),
        (Fate::NotTried, _) | (_, Fate::NotTried) => Fate::NotTried,
        (Fate::Done, _) | (_, Fate::Done) => Fate::Done,
        (Fate::Absent, Fate::Absent) => Fate::Absent,
    }
}

/// Takes what is done, and what is not there any more, out of the queue, and notes what failed.
pub(super) fn settle(
    journal: &mut Journal,
    waiting: Vec<QueuedObject>,
    fate: impl Fn(&QueuedObject) -> Fate,
) -> Result<(), JournalError> {
    let (mut done, mut failed): (HashMap<String, Vec<String>>, _) = (HashMap::new(), Vec::new());
    for object in waiting {
        match fate(&object) {
            Fate::Done | Fate::Absent => done.entry(object.schema_type).or_default().push(object.key),
            Fate::Failed(why) => failed.push((object, why)),
            Fate::NotTried => {}
        }
    }
    for (schema_type, keys) in &done {
        journal.provisioned(schema_type, keys)?;
    }
    journal.not_provisioned(&failed)
}
