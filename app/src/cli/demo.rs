//! `syncwright demo`: the sample project with its databases, in a folder of its own (P5).
//!
//! Opens it in the editor; without a display it is simulated and run here. The folder carries a marker
//! file: nothing is ever written over, or removed from, a folder that the demo did not make.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::{Value as Json, json};
use syncwright_core::{
    progress::Progress as _,
    project::{self, Project, Provider, SampleDatabase, Side, WhenMissing},
    sample::{self, SampleParameters},
    sync::{self, RunReport},
};

use super::{
    CliError, Console, Format, RendererChoice,
    open::{self, EditorRequest},
    progress::ProgressLine,
    report::{self, Detail},
};

const AFTER_HELP: &str = "\
The sample connects a human resources database with an identity store, both SQLite files beside the project. \
They are made anew every time, so that whatever was tried with them can be forgotten; --keep leaves them as \
they are. A project file that was edited is kept as .bak.

Exit codes: as for `run`; 2 also for a folder that holds other files.

Examples:
  syncwright demo
  syncwright demo --dir ~/syncwright-demo --no-gui
  syncwright demo --no-gui --format json | jq '.reports[].run.status'";

/// File that marks a folder as made by the demo.
const MARKER: &str = ".syncwright-demo";
/// Name of the project file.
pub const PROJECT_FILE: &str = "hr-to-identity.ron";
const PROJECT_TEXT: &str = include_str!("../../../projects/hr-to-identity/hr-to-identity.ron");
/// Messages that are shown of each run; `syncwright log` shows them all.
const SHOWN_MESSAGES: usize = 2;

/// Arguments of `demo`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Folder of the sample; made if missing [default: a folder `demo` in the user's data folder]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    /// Do not open the editor: simulate and run the sample here
    #[arg(long)]
    pub no_gui: bool,
    /// Keep project and databases of the last time
    #[arg(long)]
    pub keep: bool,
}

/// Writes the sample, then opens it, or runs it here.
pub fn run(
    arguments: &Arguments,
    renderer: RendererChoice,
    console: &mut Console<'_>,
) -> Result<u8, CliError> {
    let folder = match &arguments.dir {
        Some(folder) => folder.clone(),
        None => default_folder()?,
    };
    claim(&folder)?;
    let file = folder.join(PROJECT_FILE);
    write_project(&file, arguments.keep)?;
    let project = project::load(&file)?;
    write_databases(&project, &folder, arguments.keep, console)?;
    if !arguments.no_gui && has_display() {
        let state_folder = open::state_folder()?;
        open::open_editor(EditorRequest {
            project: Some(file.clone()),
            sample: Some(file),
            renderer,
            state_folder,
        })?;
        return Ok(0);
    }
    console.cancel_on_signals();
    let reports = run_all(&project, &folder, console)?;
    print(&file, &reports, console)?;
    Ok(reports.iter().map(RunReport::exit_code).max().unwrap_or(0))
}

/// Where the sample lives if nobody says otherwise.
pub fn default_folder() -> Result<PathBuf, CliError> {
    Ok(open::user_folders()?.data_dir().join("demo"))
}

/// True if a window could be seen.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Makes the folder and marks it; refuses one that holds other people's files.
fn claim(folder: &Path) -> Result<(), CliError> {
    let failed = |source| CliError::Write { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    let marker = folder.join(MARKER);
    if marker.exists() {
        return Ok(());
    }
    if fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(CliError::ForeignFolder { folder: folder.to_owned() });
    }
    let text = "This folder belongs to `syncwright demo`: its files are made anew every time.\n";
    fs::write(&marker, text).map_err(|source| CliError::Write { path: marker, source })
}

/// Writes the project file; what was edited stays as `.bak`.
fn write_project(file: &Path, keep: bool) -> Result<(), CliError> {
    let failed = |source| CliError::Write { path: file.to_owned(), source };
    match fs::read(file) {
        Ok(_) if keep => return Ok(()),
        Ok(old) if old == PROJECT_TEXT.as_bytes() => return Ok(()),
        Ok(_) => {
            let mut backup = file.as_os_str().to_owned();
            backup.push(".bak");
            fs::rename(file, backup).map_err(failed)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    fs::write(file, PROJECT_TEXT).map_err(failed)
}

/// Makes the databases that the project declares as samples.
fn write_databases(
    project: &Project,
    folder: &Path,
    keep: bool,
    console: &Console<'_>,
) -> Result<(), CliError> {
    let progress = ProgressLine::start(console);
    for side in [Side::Left, Side::Right] {
        let Provider::Sqlite { file, when_missing: WhenMissing::CreateSample(kind) } =
            &project.system(side).connection.provider
        else {
            continue;
        };
        let file = folder.join(file);
        if keep && file.exists() {
            continue;
        }
        progress.phase("Writing sample data");
        remove_database(&file)?;
        let parameters = SampleParameters::default();
        match kind {
            SampleDatabase::HumanResources => sample::create_human_resources(&file, &parameters),
            SampleDatabase::IdentityStore => sample::create_identity_store(&file, &parameters),
        }
        .map_err(|error| CliError::Sample { path: file, reason: error.to_string() })?;
    }
    Ok(())
}

/// Removes a SQLite database with everything that lies beside it.
fn remove_database(file: &Path) -> Result<(), CliError> {
    for suffix in ["", "-wal", "-shm", "-journal", ".lock"] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(CliError::Write { path: path.into(), source });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Each start up configuration simulated, run, and run again to show that nothing is left to do.
fn run_all(project: &Project, folder: &Path, console: &Console<'_>) -> Result<Vec<RunReport>, CliError> {
    let mut reports = Vec::new();
    for start_up in &project.start_ups {
        let progress = ProgressLine::start(console);
        for start in [sync::simulate, sync::run, sync::run] {
            reports.push(start(project, folder, &start_up.name, &progress, &console.cancel)?);
        }
    }
    Ok(reports)
}

fn print(file: &Path, reports: &[RunReport], console: &mut Console<'_>) -> Result<(), CliError> {
    if console.format == Format::Json {
        let reports: Vec<Json> = reports.iter().map(RunReport::to_json).collect();
        return console
            .print_json(&json!({ "project_file": file.display().to_string(), "reports": reports }));
    }
    for report in reports {
        console.print_line(&report::to_text(report, Detail { changes: None, messages: SHOWN_MESSAGES }))?;
    }
    console.print_line(&format!(
        "The window opens where there is a display, with: syncwright {}",
        file.display()
    ))
}
