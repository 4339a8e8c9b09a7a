//! The last page's work (W20): the project is written where it was asked for, checked, and opened.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use syncwright_core::{
    connect::create_missing,
    progress::Progress as _,
    project::{self, Project, Provider, Side, WhenMissing},
    secret::SecretError,
};

use super::{
    draft::{CentralChoice, Draft, stored_path},
    flow::Outcome,
    page::has_password,
    pages::central,
    passwords::{self, Passwords, Plan},
    replaced::Replaced,
};
use crate::{
    document::{self, Loaded},
    problem::Problem,
    worker::{JobHandle, Worker},
};

const FAILED: &str = "The project was not saved";
/// The phase from which on the work is not stopped any more.
pub const WRITING: &str = "Writing the project";

/// The project as it will be written: paths below its folder relative, the central system as chosen.
fn described(draft: &Draft) -> Project {
    let mut project = draft.project();
    for side in [Side::Left, Side::Right] {
        let system = match side {
            Side::Left => &mut project.central,
            Side::Right => &mut project.target,
        };
        match &mut system.connection.provider {
            Provider::Sqlite { file, when_missing } => {
                *file = stored_path(file, &draft.folder);
                if side == Side::Left && draft.central_choice == CentralChoice::NewIdentityStore {
                    // The folder may have been changed since the page of the central system.
                    *file = central::new_store(&draft.folder);
                    *when_missing = WhenMissing::CreateIdentityStore;
                }
            }
            Provider::Csv { folder, .. } => *folder = stored_path(folder, &draft.folder),
            Provider::Odbc { .. } => {}
        }
    }
    project
}

/// A project as it was written.
#[derive(Debug)]
pub struct Written {
    /// The project, read again.
    pub loaded: Loaded,
    /// Passwords that were typed, with the identifiers of their systems.
    pub typed: Vec<(String, SecretString)>,
    /// Why a password was not kept.
    pub not_kept: Option<Problem>,
}

/// Files that were made, and are removed again unless everything goes well.
#[derive(Default)]
struct Made(Vec<PathBuf>);

impl Drop for Made {
    fn drop(&mut self) {
        for file in &self.0 {
            if let Err(error) = fs::remove_file(file)
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!("cannot remove {}: {error}", file.display());
            }
        }
    }
}

/// A password on its way into a store.
struct Typed {
    side: Side,
    password: SecretString,
    /// Where it goes, or why it cannot be kept.
    plan: Result<Plan, SecretError>,
}

/// Writes the project in the background and reads it again. A file that is there is never written over, and a
/// password that is kept only if that was agreed upon. Until everything was looked at it can be stopped, then it
/// writes to the end: first the project, then the passwords, so that a project that cannot be written changes
/// nothing.
pub fn write(
    draft: &Draft,
    passwords: &Passwords,
    agreed: &BTreeSet<Replaced>,
    worker: &Worker,
) -> JobHandle<Result<Outcome, Problem>> {
    let (draft, agreed) = (draft.clone(), agreed.clone());
    let typed = [Side::Left, Side::Right].map(|side| {
        // The system may have become one without users since it was typed.
        passwords.of(side).filter(|_| has_password(&draft.of(side).kind)).cloned()
    });
    worker.spawn(format!("Saving {}", draft.shown_file_name()), move |job| {
        let path = draft.file();
        if path.exists() {
            return Err(Problem {
                help: Some("go back to General and give the file another name".to_owned()),
                ..Problem::new(FAILED, format!("{} is there already", path.display()))
            });
        }
        let mut project = described(&draft);
        if let Some(template) = &draft.template {
            super::pages::template::apply(&mut project, template)?;
        }
        job.progress.phase("Looking for kept passwords");
        let typed = look(&project, typed);
        let asks: Vec<Replaced> = replaced(&project, &typed).filter(|one| !agreed.contains(one)).collect();
        if !asks.is_empty() {
            return Ok(Outcome::Asks(asks));
        }
        if job.cancel.is_cancelled() {
            return Err(Problem::new(FAILED, "it was stopped before anything was written"));
        }
        job.progress.phase(WRITING);
        let loaded = write_files(&project, &path, &draft.folder)?;
        let not_kept = keep(&project, &typed);
        let typed = typed
            .into_iter()
            .map(|one| (project.system(one.side).connection.system_identifier.clone(), one.password));
        Ok(Outcome::Written(Box::new(Written { loaded, typed: typed.collect(), not_kept })))
    })
}

/// Finds out what becomes of the passwords.
fn look(project: &Project, typed: [Option<SecretString>; 2]) -> Vec<Typed> {
    let found = [Side::Left, Side::Right].into_iter().zip(typed).filter_map(|(side, typed)| {
        let password = typed?;
        let plan = passwords::plan(&project.system(side).connection, &password);
        Some(Typed { side, password, plan })
    });
    found.collect()
}

/// The passwords of others that would go.
fn replaced<'a>(project: &'a Project, typed: &'a [Typed]) -> impl Iterator<Item = Replaced> + 'a {
    typed.iter().flat_map(move |one| {
        let identifier = &project.system(one.side).connection.system_identifier;
        let stores = match &one.plan {
            Ok(Plan::Into(_, replaced)) => replaced.as_slice(),
            Ok(Plan::Nowhere) | Err(_) => &[],
        };
        stores.iter().map(|store| Replaced::password(one.side, identifier, *store))
    })
}

/// Writes the project file and a new identity store, both or neither.
fn write_files(project: &Project, path: &Path, folder: &Path) -> Result<Loaded, Problem> {
    let mut made = Made::default();
    fs::create_dir_all(folder)
        .map_err(|error| Problem::new(FAILED, format!("{}: {error}", folder.display())))?;
    if let Provider::Sqlite { file, when_missing } = &project.central.connection.provider
        && *when_missing != WhenMissing::Fail
        && !folder.join(file).exists()
    {
        made.0.push(folder.join(file));
    }
    create_missing(&project.central.connection, folder)
        .map_err(|error| Problem::of("The identity store cannot be made", &error))?;
    project::save(project, path).map_err(|error| Problem::of(FAILED, &error))?;
    made.0.push(path.to_owned());
    let loaded = document::load(path).map_err(|error| Problem::of(FAILED, &error))?;
    made.0.clear();
    Ok(loaded)
}

/// Keeps the passwords; gives the first reason why one was not. The project is written by now.
fn keep(project: &Project, typed: &[Typed]) -> Option<Problem> {
    let kept = typed.iter().map(|one| {
        let connection = &project.system(one.side).connection;
        match &one.plan {
            Ok(_) => passwords::save(connection, &one.password),
            // What is kept there is not known, so it is not replaced either.
            Err(error) => Err(passwords::not_kept(connection, error)),
        }
    });
    let problems: Vec<Problem> = kept.filter_map(Result::err).collect();
    problems.into_iter().next()
}
