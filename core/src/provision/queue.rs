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
    sync::{
        SyncError, Wanted, effective_project, provision_objects, provisioning_representatives,
        provisioning_steps, same_systems,
    },
};

/// How often taking objects out of the queue is tried again.
const TRIES: usize = 3;

/// What working off the queue did.
#[derive(Debug, Clone, Default)]
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
/// `folder` is the folder of the project file; relative paths in connections count from it. `like` names a start up
/// configuration: only those that work with the same systems take part; without it each pair of systems has its turn.
/// Objects that are provisioned leave the queue; others stay there with the error and the number of tries. A simulation
/// changes nothing.
///
/// # Errors
///
/// [`ProvisionError`] if a step could not begin; what was done before counts.
pub fn pending(
    project: &Project,
    folder: &Path,
    like: Option<&str>,
    kind: RunKind,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Pending, ProvisionError> {
    let own = like.map_or_else(|| provisioning_representatives(project), |name| vec![name]);
    let mut all = Pending::default();
    let mut trouble = None;
    for like in own {
        // A system that cannot be reached keeps nobody from getting what is theirs.
        match pending_like(project, folder, like, kind, progress, cancel) {
            Ok(one) => {
                all.schema_types.extend(one.schema_types);
                all.reports.extend(one.reports);
                all.done += one.done;
                all.waiting.extend(one.waiting);
            }
            Err(error) => trouble = trouble.or(Some(error)),
        }
    }
    trouble.map_or(Ok(all), Err)
}

/// Whether an object waits for the systems of the start up configuration `like`: variables may lead projects to
/// several systems, which share a name and so a queue.
pub(super) fn waits_for<'p>(
    project: &'p Project,
    like: &str,
    journal: &mut Journal,
) -> Result<impl Fn(&QueuedObject) -> bool + 'p, JournalError> {
    let groups = provisioning_representatives(project);
    let same = same_systems(project, like);
    let own: HashSet<&str> =
        project.start_ups.iter().filter(|one| same(one)).map(|one| one.name.as_str()).collect();
    let is_first = groups.first().is_none_or(|first| own.contains(first));
    let several = groups.len() > 1;
    // What other projects have changed has no systems of ours.
    let imports: HashMap<String, String> = match several {
        true => journal.runs(None)?.into_iter().map(|run| (run.id, run.start_up)).collect(),
        false => HashMap::new(),
    };
    Ok(move |object: &QueuedObject| {
        let start_up = imports.get(&object.run).filter(|_| several && object.origin == project.name);
        match start_up.filter(|name| project.start_up(name).is_some()) {
            Some(start_up) => own.contains(start_up.as_str()),
            None => is_first,
        }
    })
}

fn pending_like(
    project: &Project,
    folder: &Path,
    like: &str,
    kind: RunKind,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Pending, ProvisionError> {
    let steps = provisioning_steps(project, like);
    let schema_types: BTreeSet<String> = steps.iter().map(|one| one.schema_type.to_owned()).collect();
    let effective = effective_project(project, project.start_up(like)).map_err(SyncError::from)?;
    let mode = if kind == RunKind::Run { OpenMode::Write } else { OpenMode::Read };
    let mut journal = Journal::open_with(&effective, folder, mode, cancel)?;
    if kind == RunKind::Run {
        journal.subscribe(&schema_types)?;
    }
    let is_own = waits_for(project, like, &mut journal)?;
    let before: Vec<QueuedObject> = journal.queued()?.into_iter().filter(&is_own).collect();
    // Steps open it themselves.
    drop(journal);
    let mut fates: HashMap<(String, String), Fate> = HashMap::new();
    let mut reports = Vec::new();
    for step in &steps {
        let own = before.iter().filter(|object| object.schema_type == step.schema_type);
        let keys: HashSet<String> = own.map(|object| object.key.clone()).collect();
        if keys.is_empty() {
            continue;
        }
        if cancel.is_cancelled() {
            // Another step may have had them already; this one still owes them.
            for key in keys {
                fates.insert((step.schema_type.to_owned(), key), Fate::NotTried);
            }
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
    // The journal is told even if somebody has asked to stop meanwhile.
    let mut journal = Journal::open_with(&effective, folder, mode, &CancelToken::default())?;
    if kind == RunKind::Run {
        let fate = |object: &QueuedObject| {
            let key = (object.schema_type.clone(), object.key.clone());
            fates.get(&key).cloned().unwrap_or_default()
        };
        settle(&mut journal, &before, fate)?;
    }
    let waiting: Vec<QueuedObject> = journal.queued()?.into_iter().filter(&is_own).collect();
    Ok(Pending { schema_types, reports, done: left(&before, &waiting), waiting })
}

/// How many objects wait no longer.
fn left(before: &[QueuedObject], waiting: &[QueuedObject]) -> usize {
    let name = |object: &QueuedObject| (object.schema_type.clone(), object.key.clone());
    let waiting: HashSet<_> = waiting.iter().map(name).collect();
    before.iter().filter(|object| !waiting.contains(&name(object))).count()
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

/// Takes what is done, and what is not there any more, out of the queue, and notes what failed. What was queued again
/// since it was read waits on: it may have changed after it was provisioned.
pub(super) fn settle(
    journal: &mut Journal,
    waiting: &[QueuedObject],
    fate: impl Fn(&QueuedObject) -> Fate,
) -> Result<(), JournalError> {
    let entry = |object: &QueuedObject| {
        (object.schema_type.clone(), object.key.clone(), object.run.clone(), object.since.clone())
    };
    let mut tries = 0..TRIES;
    loop {
        let now: HashSet<_> = journal.queued()?.iter().map(entry).collect();
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        for object in waiting.iter().filter(|object| now.contains(&entry(object))) {
            match fate(object) {
                Fate::Done | Fate::Absent => done.push(object.clone()),
                Fate::Failed(why) => failed.push((object.clone(), why)),
                Fate::NotTried => {}
            }
        }
        match journal.provisioned(&done) {
            Ok(()) => return journal.not_provisioned(&failed),
            // An import has queued one of them again in between.
            Err(error) if tries.next().is_none() => return Err(error),
            Err(_) => {}
        }
    }
}
