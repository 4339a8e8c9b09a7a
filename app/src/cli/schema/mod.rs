//! `syncwright schema`: what a project knows about its systems (S).
//!
//! One file per action. Each loads the project, works through `syncwright_core::schema`, and saves only if
//! the file is still what was loaded.

mod compress;
mod show;
mod show_text;
mod update;
mod update_text;

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand, ValueEnum};
use syncwright_core::{
    connect::{Connector, OpenMode, open_with},
    progress::CancelToken,
    project::{self, Project, ProjectError, Side},
    schema::SchemaError,
};

use super::{CliError, Console};

const AFTER_HELP: &str = "\
A project keeps a copy of the schema of both systems: tables, columns, types, keys, relations, and what people \
have set on them. `show` prints that copy, `update` brings it up to date with the databases, `compress` drops \
what nothing in the project uses.

Examples:
  syncwright schema hr-to-identity.ron show --system target
  syncwright schema hr-to-identity.ron update
  syncwright schema hr-to-identity.ron update --accept
  syncwright schema hr-to-identity.ron compress";

/// Arguments of `schema`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Project file
    #[arg(value_name = "PROJECT", value_hint = clap::ValueHint::FilePath)]
    pub project: PathBuf,
    /// What to do with the schema.
    #[command(subcommand)]
    pub action: Action,
}

/// What to do with the schema.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Print tables, columns, keys and relations; on request also what the data says about them
    Show(show::Arguments),
    /// Compare the project with its databases and show what changed and what that breaks
    Update(update::Arguments),
    /// Drop schema data that nothing in the project uses
    Compress(compress::Arguments),
}

/// Which of the two systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SystemChoice {
    /// The central system (left)
    Central,
    /// The target system (right)
    Target,
}

/// The systems that a command works on.
#[derive(Debug, Clone, Copy, Args)]
pub struct SystemArguments {
    /// Only this system; both if absent
    #[arg(long, value_enum, value_name = "SYSTEM")]
    pub system: Option<SystemChoice>,
}

impl SystemArguments {
    /// The sides, central first.
    pub const fn sides(self) -> &'static [Side] {
        match self.system {
            None => &[Side::Left, Side::Right],
            Some(SystemChoice::Central) => &[Side::Left],
            Some(SystemChoice::Target) => &[Side::Right],
        }
    }
}

/// Does what was asked for.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let file = ProjectFile::load(&arguments.project)?;
    match &arguments.action {
        Action::Show(arguments) => show::run(arguments, &file, console),
        Action::Update(arguments) => update::run(arguments, &file, console),
        Action::Compress(arguments) => compress::run(arguments, &file, console),
    }
}

/// A project with its file as it was loaded.
pub struct ProjectFile {
    /// The project.
    pub project: Project,
    path: PathBuf,
    content: Vec<u8>,
}

impl ProjectFile {
    /// Loads a project file.
    pub fn load(path: &Path) -> Result<Self, CliError> {
        // Before the project: if the file changes in between, saving notices it.
        let content =
            fs::read(path).map_err(|source| ProjectError::Read { path: path.to_owned(), source })?;
        let project = project::load(path)?;
        Ok(Self { project, path: path.to_owned(), content })
    }

    /// The folder that relative paths count from.
    pub fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// The file as people know it.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Connects to a system, for reading.
    pub fn connect(&self, side: Side, cancel: &CancelToken) -> Result<Box<dyn Connector>, CliError> {
        let connection = &self.project.system(side).connection;
        Ok(open_with(connection, self.folder(), OpenMode::Read, cancel).map_err(SchemaError::Connect)?)
    }

    /// Saves a project over the file, unless somebody else changed it since it was loaded.
    pub fn save(&self, project: &Project) -> Result<(), CliError> {
        let now =
            fs::read(&self.path).map_err(|source| ProjectError::Write { path: self.path.clone(), source })?;
        if now != self.content {
            return Err(CliError::ChangedOnDisk { path: self.path.clone() });
        }
        Ok(project::save(project, &self.path)?)
    }
}

/// `no types`, `1 type`, `2 types`.
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}"),
        1 => format!("1 {}", noun.strip_suffix('s').unwrap_or(noun)),
        many => format!("{many} {noun}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path) -> ProjectFile {
        let path = folder.join("p.ron");
        fs::write(&path, include_str!("../../../../tests/src/small.ron")).unwrap();
        ProjectFile::load(&path).unwrap()
    }

    #[test]
    fn a_file_that_somebody_changed_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let loaded = file(folder.path());
        // Of the same length, within the same tick of the clock: only the content tells.
        let theirs = fs::read_to_string(&loaded.path).unwrap().replace("hr-small", "hr-SMALL");
        fs::write(&loaded.path, &theirs).unwrap();
        let error = loaded.save(&loaded.project).unwrap_err();
        assert!(matches!(error, CliError::ChangedOnDisk { .. }), "{error}");
        assert_eq!(error.exit_code(), 4);
        assert_eq!(fs::read_to_string(&loaded.path).unwrap(), theirs);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::remove_file(&loaded.path).unwrap();
        assert_eq!(loaded.save(&loaded.project).unwrap_err().exit_code(), 4);
        assert!(!loaded.path.exists());
    }

    #[test]
    fn saving_keeps_the_old_file_as_backup() {
        let folder = tempfile::tempdir().unwrap();
        let loaded = file(folder.path());
        let mut project = loaded.project.clone();
        project.active = true;
        loaded.save(&project).unwrap();
        assert_eq!(project::load(&loaded.path).unwrap(), project);
        assert_eq!(fs::read(folder.path().join("p.ron.bak")).unwrap(), loaded.content);
    }

    #[test]
    fn counts_are_words() {
        assert_eq!(counted(0, "types"), "no types");
        assert_eq!(counted(1, "types"), "1 type");
        assert_eq!(counted(2, "types"), "2 types");
    }
}
