//! The editor's background jobs, and what is done with their results.

use std::{path::PathBuf, sync::Arc};

use syncwright_core::{
    check::{self, Finding},
    connect::ErrorKind,
    journal::{self, JournalError, RunHeader, RunKind, RunReport},
    project::{Method, ProjectError, Side},
    provision,
    secret::FileState,
    sync::{self, SyncError},
};

use super::{
    app::{Editor, Simulated},
    dialogs::{After, Dialog},
    passwords::{PasswordsDialog, PasswordsJob},
    pending::PendingPasswords,
    template::SavedTemplate,
};
use crate::{
    action::{Selection, View},
    document::{self, DiskState, Document, Loaded, SaveError},
    logs_view::Runs,
    problem::Problem,
    result_view::ResultState,
    ui::text,
    worker::{JobError, JobHandle},
};

/// A simulation or run that goes on.
pub struct SyncJob {
    /// The job.
    pub handle: JobHandle<Result<RunReport, SyncError>>,
    /// Simulation or run.
    pub kind: RunKind,
    /// The start up configuration.
    pub start_up: String,
    /// Revision of the project that it works with.
    pub revision: u64,
}

/// What a save did.
struct Saved {
    disk: DiskState,
    /// The passwords that were not kept, and why.
    not_kept: Vec<(Side, Problem)>,
}

/// A save that goes on.
pub struct SaveJob {
    handle: JobHandle<Result<Saved, SaveError>>,
    depth: usize,
    /// The passwords that it keeps.
    pending: PendingPasswords,
    then: Option<After>,
}

/// All jobs.
#[derive(Default)]
pub struct Jobs {
    /// Loading a project.
    pub load: Option<JobHandle<Result<Loaded, ProjectError>>>,
    /// Saving.
    pub save: Option<SaveJob>,
    check: Option<(u64, JobHandle<Vec<Finding>>)>,
    /// Simulating or running.
    pub sync: Option<SyncJob>,
    runs: Option<JobHandle<Result<Vec<RunHeader>, JournalError>>>,
    open_run: Option<JobHandle<Result<RunReport, JournalError>>>,
    browse: Option<JobHandle<Option<PathBuf>>>,
    missing: Option<JobHandle<Vec<PathBuf>>>,
    settings: Option<JobHandle<std::io::Result<()>>>,
    /// Keeping passwords that were typed.
    pub passwords: Option<PasswordsJob>,
    /// Looking whether the encrypted file needs its passphrase.
    pub secret_file: Option<JobHandle<FileState>>,
    /// What is tried again once they are kept.
    pub passwords_then: Option<RunKind>,
    /// Saving a project template.
    pub template: Option<JobHandle<Result<SavedTemplate, Problem>>>,
}

impl Jobs {
    /// True while something goes on that a person waits for.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.load.is_some() || self.save.is_some() || self.sync.is_some() || self.open_run.is_some()
    }

    /// True while a file dialog is open.
    #[must_use]
    pub const fn is_browsing(&self) -> bool {
        self.browse.is_some()
    }
}

/// Takes the result of a finished job out of its place.
fn finished<T>(place: &mut Option<JobHandle<T>>) -> Option<Result<T, JobError>> {
    let result = place.as_mut()?.poll()?;
    *place = None;
    Some(result)
}

const RUNS: usize = 500;

impl Editor {
    /// Takes over what the jobs have finished, and begins those that are due.
    pub(super) fn poll(&mut self) {
        self.poll_load();
        self.poll_save();
        self.poll_check();
        self.poll_sync();
        self.poll_logs();
        self.poll_wizard();
        self.poll_passwords();
        self.poll_template();
        self.poll_schema_updates();
        if let Some(Ok(missing)) = finished(&mut self.jobs.missing) {
            self.missing = missing;
        }
        if let Some(Ok(Err(error))) = finished(&mut self.jobs.settings) {
            tracing::warn!("cannot save the settings in {}: {error}", self.state_folder.display());
        }
        if let Some(Ok(Some(path))) = finished(&mut self.jobs.browse)
            && let Some(Dialog::OpenPath { text }) = &mut self.dialog
        {
            *text = path.display().to_string();
        }
    }

    /// Begins to load a project.
    pub(super) fn load(&mut self, path: PathBuf) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.jobs.load = Some(self.worker.spawn(format!("Opening {name}"), move |_| document::load(&path)));
    }

    fn poll_load(&mut self) {
        match finished(&mut self.jobs.load) {
            None => {}
            Some(Ok(Ok(loaded))) => self.show_document(loaded),
            Some(Ok(Err(error))) => self.fail(Problem::of("The project cannot be opened", &error)),
            Some(Err(error)) => self.fail(Problem::new("The project cannot be opened", error)),
        }
    }

    pub(super) fn show_document(&mut self, loaded: Loaded) {
        let document = Document::new(loaded);
        self.settings.remember(document.path(), document.project().label());
        self.save_settings();
        self.close_document();
        let project = document.project();
        self.start_up = project.start_ups.first().map(|start_up| start_up.name.clone());
        self.tabs.push(View::Project);
        if let Some(mapping) = project.mappings.first() {
            self.tabs.push(View::Mapping(mapping.name.clone()));
            self.active = 1;
        }
        self.document = Some(document);
    }

    /// Forgets everything about the open project.
    pub(super) fn close_document(&mut self) {
        self.document = None;
        self.pending.put_back();
        self.tabs.clear();
        self.active = 0;
        self.selection = Selection::Nothing;
        self.start_up = None;
        self.results.clear();
        self.last_simulation = None;
        self.mappings.clear();
        self.systems.clear();
        self.schema_updates.clear();
        self.compressing = None;
        self.logs = crate::logs_view::LogsState::default();
        self.notices.clear();
        self.jobs.check = None;
        self.jobs.sync = None;
        self.jobs.runs = None;
        self.jobs.open_run = None;
        self.look_for_recent();
    }

    /// Begins to save, and goes on with `then` once that is done.
    pub(super) fn save(&mut self, overwrite: bool, then: Option<After>) {
        let Some(document) = &self.document else { return };
        let (project, path, known) =
            (document.snapshot(), document.path().to_owned(), document.disk().clone());
        let depth = document.depth();
        let (pending, keeps) = (self.pending.clone(), self.pending.clone());
        let handle = self.worker.spawn("Saving", move |_| {
            let disk = document::save(&project, &path, &known, overwrite)?;
            // Only now: a project that cannot be saved changes no password.
            Ok(Saved { disk, not_kept: keeps.keep(&project) })
        });
        self.jobs.save = Some(SaveJob { handle, depth, pending, then });
    }

    fn poll_save(&mut self) {
        let Some(job) = &mut self.jobs.save else { return };
        let Some(result) = job.handle.poll() else { return };
        let (depth, then, pending) = (job.depth, job.then.take(), std::mem::take(&mut job.pending));
        self.jobs.save = None;
        match result {
            Ok(Ok(Saved { disk, not_kept })) => {
                if let Some(document) = &mut self.document {
                    document.saved(depth, disk);
                }
                self.pending.saved(&pending, &not_kept);
                // Closing now would lose the password that was not kept.
                match (not_kept.into_iter().next(), then) {
                    (Some((_, problem)), _) => self.fail(problem),
                    (None, Some(then)) => self.go_on(then),
                    (None, None) => {}
                }
            }
            Ok(Err(SaveError::ChangedOnDisk { .. })) => self.dialog = Some(Dialog::ChangedOnDisk(then)),
            Ok(Err(SaveError::Project(error))) => {
                self.fail(Problem::of("The project was not saved", &error));
            }
            Err(error) => self.fail(Problem::new("The project was not saved", error)),
        }
    }

    fn poll_check(&mut self) {
        let Some(document) = &mut self.document else { return };
        if let Some((revision, job)) = &mut self.jobs.check
            && let Some(result) = job.poll()
        {
            match result {
                Ok(findings) => document.set_findings(*revision, findings),
                Err(error) => {
                    tracing::error!("checking the project: {error}");
                    document.set_findings(*revision, Vec::new());
                }
            }
            self.jobs.check = None;
        }
        if self.jobs.check.is_none() && !document.is_checked() {
            let (project, revision) = (document.snapshot(), document.revision());
            let job = self.worker.spawn("Checking", move |_| check::check(&project));
            self.jobs.check = Some((revision, job));
        }
    }

    /// Begins to simulate or run the chosen start up configuration.
    pub(super) fn synchronize(&mut self, kind: RunKind) {
        let (Some(document), Some(start_up)) = (&self.document, self.start_up.clone()) else { return };
        let (project, folder, revision) = (document.snapshot(), document.folder(), document.revision());
        let title = match kind {
            RunKind::Simulation => format!("Simulating {start_up}"),
            RunKind::Run => format!("Running {start_up}"),
        };
        let name = start_up.clone();
        let handle = self.worker.spawn(title, move |job| match kind {
            RunKind::Simulation => sync::simulate(&project, &folder, &name, &job.progress, &job.cancel),
            RunKind::Run => {
                provision::run(&project, &folder, &name, &job.progress, &job.cancel).map(|(report, _)| report)
            }
        });
        self.jobs.sync = Some(SyncJob { handle, kind, start_up, revision });
    }

    fn poll_sync(&mut self) {
        let Some(job) = &mut self.jobs.sync else { return };
        let Some(result) = job.handle.poll() else { return };
        let (kind, start_up, revision) = (job.kind, job.start_up.clone(), job.revision);
        self.jobs.sync = None;
        let title = match kind {
            RunKind::Simulation => format!("{start_up} cannot be simulated"),
            RunKind::Run => format!("{start_up} cannot run"),
        };
        match result {
            Ok(Ok(report)) => {
                self.last_simulation = match kind {
                    RunKind::Simulation => Some(simulated(&report, start_up, revision)),
                    RunKind::Run => None,
                };
                if kind == RunKind::Run {
                    self.logs.runs = Runs::Unknown;
                }
                self.show_report(report);
            }
            Ok(Err(error)) if wants_password(&error) => {
                let dialog = PasswordsDialog::because(Problem::of(title, &error), kind);
                self.ask_for_passwords(dialog);
            }
            Ok(Err(error)) => self.fail(Problem::of(title, &error)),
            Err(error) => self.fail(Problem::new(title, error)),
        }
    }

    /// Opens a report in a tab of its own.
    pub fn show_report(&mut self, report: RunReport) {
        let Some(document) = &self.document else { return };
        let project = document.project();
        let systems = [&project.central, &project.target].map(|system| system.connection.label().to_owned());
        let number = self.next_result;
        self.next_result += 1;
        self.results.push(ResultState::new(number, Arc::new(report), systems));
        self.tabs.push(View::Result(number));
        self.active = self.tabs.len() - 1;
    }

    fn poll_logs(&mut self) {
        match finished(&mut self.jobs.runs) {
            None => {}
            Some(Ok(Ok(runs))) => self.logs.runs = Runs::Loaded(runs),
            Some(Ok(Err(error))) => {
                self.logs.runs = Runs::Failed(Problem::of("The journal cannot be read", &error));
            }
            Some(Err(error)) => {
                self.logs.runs = Runs::Failed(Problem::new("The journal cannot be read", error));
            }
        }
        match finished(&mut self.jobs.open_run) {
            None => {}
            Some(Ok(Ok(report))) => self.show_report(report),
            Some(Ok(Err(error))) => self.fail(Problem::of("The report cannot be opened", &error)),
            Some(Err(error)) => self.fail(Problem::new("The report cannot be opened", error)),
        }
        let wanted = self.tabs.get(self.active) == Some(&View::Logs);
        let due =
            std::mem::take(&mut self.logs.refresh) || (wanted && matches!(self.logs.runs, Runs::Unknown));
        if due
            && self.jobs.runs.is_none()
            && let Some(document) = &self.document
        {
            let (project, folder) = (document.snapshot(), document.folder());
            self.logs.runs = Runs::Loading;
            self.jobs.runs = Some(
                self.worker.spawn("Reading the journal", move |_| journal::runs(&project, &folder, RUNS)),
            );
        }
    }

    /// Begins to open the report of an earlier run.
    pub(super) fn open_run(&mut self, id: String) {
        let Some(document) = &self.document else { return };
        let (project, folder) = (document.snapshot(), document.folder());
        let job = self.worker.spawn("Opening the report", move |_| journal::report(&project, &folder, &id));
        self.jobs.open_run = Some(job);
    }

    /// Shows the system's dialog for choosing a file.
    pub(super) fn browse(&mut self) {
        let folder = self.document.as_ref().map(Document::folder);
        self.jobs.browse = Some(self.worker.spawn("Choosing a file", move |_| {
            let mut dialog = rfd::FileDialog::new().set_title("Open project").add_filter("Project", &["ron"]);
            if let Some(folder) = folder {
                dialog = dialog.set_directory(folder);
            }
            dialog.pick_file()
        }));
    }

    /// Finds out which of the recent projects are not there any more.
    pub(super) fn look_for_recent(&mut self) {
        let paths: Vec<PathBuf> = self.settings.recent.iter().map(|recent| recent.path.clone()).collect();
        if !paths.is_empty() {
            let job = self.worker.spawn("Looking for recent projects", move |_| {
                paths.into_iter().filter(|path| !path.exists()).collect()
            });
            self.jobs.missing = Some(job);
        }
    }

    /// Writes the settings in the background.
    pub(super) fn save_settings(&mut self) {
        let (settings, folder) = (self.settings.clone(), self.state_folder.clone());
        self.jobs.settings = Some(self.worker.spawn("Saving settings", move |_| settings.save(&folder)));
    }
}

/// True if a system refused the password, or none was known.
fn wants_password(error: &SyncError) -> bool {
    matches!(error, SyncError::Connect(error) if error.kind == ErrorKind::Authentication)
}

fn simulated(report: &RunReport, start_up: String, revision: u64) -> Simulated {
    let count = |method: Method| report.steps.iter().map(|step| step.writes.count(method)).sum::<u64>();
    let parts: Vec<String> = [
        (Method::Insert, "insert", "inserts"),
        (Method::Update, "update", "updates"),
        (Method::Delete, "delete", "deletes"),
        (Method::MarkOutstanding, "object marked as outstanding", "objects marked as outstanding"),
        (Method::ResetOutstanding, "outstanding label taken off", "outstanding labels taken off"),
    ]
    .into_iter()
    .filter(|(method, ..)| count(*method) > 0)
    .map(|(method, one, many)| text::count(count(method), one, many))
    .collect();
    Simulated { start_up, revision, writes: report.total_writes(), details: parts.join(", ") }
}
