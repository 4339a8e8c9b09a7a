//! The draft on disk: written while the wizard is used, gone when it ends, offered again after a crash.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use syncwright_core::project::{
    Connection, Literal, Provider, VirtualKind, VirtualProperty, holds_password, is_secret_attribute,
};

use super::Draft;
use crate::worker::{JobHandle, Worker};

const FILE: &str = "wizard.ron";
/// A large draft is not written more often than this.
const PAUSE: Duration = Duration::from_secs(3);

/// The draft that a crash left behind, if there is one that can be read.
#[must_use]
pub fn kept(state_folder: &Path) -> Option<Draft> {
    let path = state_folder.join(FILE);
    let text = fs::read_to_string(&path).ok()?;
    ron::from_str(&text).inspect_err(|error| tracing::warn!("cannot read {}: {error}", path.display())).ok()
}

/// Removes the draft.
pub fn forget(state_folder: &Path) {
    let path = state_folder.join(FILE);
    if let Err(error) = fs::remove_file(&path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!("cannot remove {}: {error}", path.display());
    }
}

fn write(draft: &Draft, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let text = ron::to_string(draft).map_err(io::Error::other)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(folder.join(FILE)).map_err(|error| error.error)?;
    Ok(())
}

/// The draft without what somebody typed where no secret belongs: attributes of a driver, initial SQL, fixed values of
/// secret properties. The pages refuse them, but the draft is written before that.
fn without_secrets(draft: &Draft) -> Draft {
    let mut copy = draft.clone();
    for system in [&mut copy.target, &mut copy.central] {
        system.more_attributes.retain(|(name, _)| !is_secret_attribute(name));
        system.detected_with.iter_mut().chain([&mut system.connection]).for_each(wipe);
        let is_fixed =
            |property: &VirtualProperty| property.secret && matches!(property.kind, VirtualKind::Fixed(_));
        if system.schema.classes.iter().any(|class| class.virtual_properties.iter().any(is_fixed)) {
            for class in &mut system.schema_mut().classes {
                for property in class.virtual_properties.iter_mut().filter(|property| is_fixed(property)) {
                    property.kind = VirtualKind::Fixed(Literal::Null);
                }
            }
        }
    }
    copy
}

/// Takes out of a connection what is no password of its own, but holds one.
fn wipe(connection: &mut Connection) {
    connection.initial_sql.retain(|statement| !holds_password(statement));
    if let Provider::Odbc { attributes, .. } = &mut connection.provider {
        attributes.retain(|name, _| !is_secret_attribute(name));
    }
}

/// Whether the wizard has ended; who writes or removes its file holds it meanwhile, so that a late job never
/// brings the file back.
#[derive(Debug, Clone, Default)]
struct HasEnded(Arc<Mutex<bool>>);

impl HasEnded {
    fn hold(&self) -> MutexGuard<'_, bool> {
        // A job that panicked leaves nothing behind that another one could trip over.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes the draft in the background when it has changed.
pub struct Keeper {
    folder: PathBuf,
    keeps: bool,
    kept: Option<Draft>,
    at: Option<Instant>,
    job: Option<JobHandle<io::Result<()>>>,
    has_ended: HasEnded,
    ending: Option<JobHandle<()>>,
}

impl Keeper {
    /// Keeps drafts in `folder`, if `keeps`.
    #[must_use]
    pub fn new(folder: &Path, keeps: bool) -> Self {
        Self {
            folder: folder.to_owned(),
            keeps,
            kept: None,
            at: None,
            job: None,
            has_ended: HasEnded::default(),
            ending: None,
        }
    }

    /// Writes the draft if it has changed since it was written last, and that was not just now. Nothing is written
    /// of a wizard that nobody has touched.
    pub fn keep(&mut self, draft: &Draft, worker: &Worker) {
        if let Some(job) = &mut self.job {
            let Some(result) = job.poll() else { return };
            if let Ok(Err(error)) = result {
                tracing::warn!("cannot keep what was entered in {}: {error}", self.folder.display());
            }
            self.job = None;
        }
        let Some(kept) = &self.kept else {
            self.kept = Some(draft.clone());
            return;
        };
        let waited = self.at.is_none_or(|at| at.elapsed() >= PAUSE);
        // Schemas are shared until somebody changes one, so comparing is cheap while nothing changes.
        if !self.keeps || !waited || kept == draft {
            return;
        }
        let (copy, folder) = (without_secrets(draft), self.folder.clone());
        self.kept = Some(draft.clone());
        self.at = Some(Instant::now());
        let has_ended = self.has_ended.clone();
        self.job = Some(worker.spawn("Keeping what was entered", move |_| {
            let ended = has_ended.hold();
            if *ended { Ok(()) } else { write(&copy, &folder) }
        }));
    }

    /// The wizard has ended: removes what was kept, in the background and behind whatever still writes.
    pub fn end(&mut self, worker: &Worker) {
        self.job = None;
        if !self.keeps {
            return;
        }
        let (folder, has_ended) = (self.folder.clone(), self.has_ended.clone());
        self.ending = Some(worker.spawn("Forgetting what was entered", move |_| {
            *has_ended.hold() = true;
            forget(&folder);
        }));
    }

    /// True once nothing is written or removed any more.
    pub fn has_finished(&mut self) -> bool {
        if self.ending.as_mut().is_some_and(|job| job.poll().is_some()) {
            self.ending = None;
        }
        self.ending.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(kept(folder.path()), None);
        let mut draft = Draft { name: "HR".to_owned(), expert: true, ..Draft::default() };
        draft.target.connection.system_identifier = "hr".to_owned();
        write(&draft, folder.path()).expect("written");
        assert_eq!(kept(folder.path()), Some(draft));
        forget(folder.path());
        assert_eq!(kept(folder.path()), None);
    }

    #[test]
    fn statements_with_a_password_are_not_kept() {
        let mut draft = Draft::default();
        let statements = ["SET datestyle = 'ISO'", "ALTER USER me IDENTIFIED BY 's3cret'"].map(str::to_owned);
        draft.target.connection.initial_sql = statements.to_vec();
        draft.target.detected_with = Some(draft.target.connection.clone());
        let kept = ron::to_string(&without_secrets(&draft)).expect("text");
        assert!(kept.contains("datestyle") && !kept.contains("s3cret"), "{kept}");
    }

    /// A write that takes long, as on a share that does not answer, neither stops the window nor wins.
    #[test]
    fn a_wizard_that_ends_waits_for_no_write_and_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let worker = Worker::new(&egui::Context::default());
        let mut keeper = Keeper::new(folder.path(), true);
        keeper.keep(&Draft::default(), &worker);
        let has_ended = keeper.has_ended.clone();
        let writing = has_ended.hold();
        keeper.keep(&Draft { name: "HR".to_owned(), ..Draft::default() }, &worker);
        assert!(keeper.job.is_some(), "it is being written");
        let start = Instant::now();
        keeper.end(&worker);
        assert!(start.elapsed() < Duration::from_millis(500), "ending waits");
        assert!(!keeper.has_finished(), "it is removed behind what is being written");
        drop(writing);
        while !keeper.has_finished() {
            assert!(start.elapsed() < Duration::from_secs(20), "it does not end");
            std::thread::sleep(Duration::from_millis(1));
        }
        // Whatever had begun to write is done with it now, or sees that it comes too late.
        drop(keeper.has_ended.hold());
        assert_eq!(kept(folder.path()), None);
    }
}
