//! Everything that a subcommand can fail with, and its exit code.

use std::{io, path::PathBuf};

use crate::editor::EditorError;
use miette::Diagnostic;
use syncwright_core::{
    check::Finding,
    journal::JournalError,
    project::{ProjectError, SecretStore},
    provision::ProvisionError,
    schema::SchemaError,
    secret::SecretError,
    sync::{SyncError, lookups::LookupError, pairs_by_hand::PairError, test_rules::RuleTestError},
};
use thiserror::Error;

/// Why a subcommand failed.
#[derive(Debug, Error, Diagnostic)]
pub enum CliError {
    /// The arguments are wrong. The text is the parser's.
    #[error("{text}")]
    #[diagnostic(code("SW-A001"), help("`syncwright --help` shows what is possible"))]
    Usage {
        /// What is wrong.
        text: String,
    },
    /// Neither a subcommand nor a file.
    #[error("there is no command and no file {word:?}")]
    #[diagnostic(code("SW-A002"))]
    UnknownCommand {
        /// What was typed.
        word: String,
        /// What to do.
        #[help]
        hint: String,
    },
    /// A file to open and a subcommand at once.
    #[error("a project stands after the command, not before it: {}", project.display())]
    #[diagnostic(code("SW-A003"), help("for example `syncwright check {}`", project.display()))]
    ProjectBeforeCommand {
        /// The project.
        project: PathBuf,
    },
    /// Nothing to start.
    #[error("project {project:?} has no start up configuration")]
    #[diagnostic(code("SW-A004"), help("add one to the project: it names the workflow to run"))]
    NoStartUp {
        /// The project.
        project: String,
    },
    /// Several to choose from.
    #[error("which start up configuration? project {project:?} has {}", known.len())]
    #[diagnostic(code("SW-A005"), help("add --start-up with one of: {}", quoted(known)))]
    ChooseStartUp {
        /// The project.
        project: String,
        /// Their names.
        known: Vec<String>,
    },
    /// No start up configuration of that name. The same code as the engine's.
    #[error("there is no start up configuration {name:?}")]
    #[diagnostic(code("SW-R001"))]
    UnknownStartUp {
        /// What was typed.
        name: String,
        /// What to do.
        #[help]
        hint: String,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    #[diagnostic(code("SW-A006"), help("check free space and your permission to write there"))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The output of the program cannot be written.
    #[error("cannot write the output: {source}")]
    #[diagnostic(
        code("SW-A007"),
        help("is the disk full? What a run wrote before is in the journal; `syncwright log` shows it")
    )]
    Output {
        /// Why.
        source: io::Error,
    },
    /// There is no place for recent projects, window layout and the demo.
    #[error("this user has no home folder to keep settings and the demo in")]
    #[diagnostic(code("SW-A008"), help("set HOME, or use the subcommands with paths"))]
    NoHome,
    /// There is no window.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Window(#[from] EditorError),
    /// The folder of the demo holds files of somebody else.
    #[error("the demo does not touch folders that it did not make: {}", folder.display())]
    #[diagnostic(code("SW-A009"), help("name an empty or new folder with --dir"))]
    ForeignFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// The sample data cannot be made.
    #[error("cannot write the sample data: {reason}: {}", path.display())]
    #[diagnostic(code("SW-A010"), help("check free space and your permission to write there"))]
    Sample {
        /// The database.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The project file is not what was loaded any more.
    #[error("the project file was changed by somebody else meanwhile, nothing is saved: {}", path.display())]
    #[diagnostic(code("SW-A011"), help("run the command again, on the file as it is now"))]
    ChangedOnDisk {
        /// The file.
        path: PathBuf,
    },
    /// Nobody can be asked.
    #[error("there is no terminal to ask for a secret: {source}")]
    #[diagnostic(
        code("SW-A012"),
        help(
            "pipe the secret in as one line; the passphrase of the encrypted file is taken from SYNCWRIGHT_PASSPHRASE"
        )
    )]
    NoTerminal {
        /// Why.
        source: io::Error,
    },
    /// What was piped in is no secret.
    #[error("standard input has no secret: {reason}")]
    #[diagnostic(
        code("SW-A013"),
        help("pipe in one line, or run the command in a terminal, which asks for it")
    )]
    NoSecretGiven {
        /// Why; without what was read.
        reason: String,
    },
    /// Typed twice, differently.
    #[error("the two passphrases are different")]
    #[diagnostic(code("SW-A014"), help("type the same one twice; nothing was changed"))]
    Different,
    /// The system has no passwords.
    #[error("{system} needs no password: it is {what}")]
    #[diagnostic(code("SW-A015"), help("choose the other one with --system"))]
    NoPassword {
        /// The system.
        system: String,
        /// What it is.
        what: &'static str,
    },
    /// There is no such variable, or it is not secret.
    #[error("the project has no secret variable {name:?}")]
    #[diagnostic(code("SW-A016"), help("{}", secret_variables(known)))]
    NoSecretVariable {
        /// What was typed.
        name: String,
        /// The secret variables.
        known: Vec<String>,
    },
    /// The project looks elsewhere.
    #[error("the project would not find it in the {store}: it says `secret_store: {place:?}`")]
    #[diagnostic(code("SW-A017"), help("leave --store out, or change `secret_store` in the project"))]
    OtherStore {
        /// What the project says.
        place: SecretStore,
        /// What was chosen.
        store: &'static str,
    },
    /// A secret cannot be saved, found or forgotten.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Secret(#[from] SecretError),
    /// The project cannot be loaded or saved.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Project(#[from] ProjectError),
    /// The simulation or run could not begin.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Sync(#[from] SyncError),
    /// The schema cannot be read, shown or updated.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Schema(#[from] SchemaError),
    /// A remembered pair cannot be listed, broken or made.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Pairs(#[from] PairError),
    /// Objects cannot be provisioned.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Provision(#[from] ProvisionError),
    /// A value list cannot be filled.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Lookup(#[from] LookupError),
    /// Rules cannot be tested.
    #[error(transparent)]
    #[diagnostic(transparent)]
    RuleTest(#[from] RuleTestError),
    /// The journal cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Journal(#[from] JournalError),
}

impl CliError {
    /// Exit code of the program for this error.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Write { .. }
            | Self::Output { .. }
            | Self::NoHome
            | Self::Window(_)
            | Self::Sample { .. }
            | Self::ChangedOnDisk { .. }
            | Self::NoTerminal { .. }
            | Self::Project(ProjectError::Write { .. }) => 4,
            Self::Sync(error) => error.exit_code(),
            Self::Secret(error)
                if !matches!(error, SecretError::NeverSaved { .. } | SecretError::EmptyPassphrase) =>
            {
                4
            }
            Self::Schema(error) => error.exit_code(),
            Self::Pairs(PairError::Connect(_) | PairError::Journal(_)) => 4,
            Self::Lookup(error) => error.exit_code(),
            Self::Provision(error) => error.exit_code(),
            Self::RuleTest(error) => error.exit_code(),
            Self::Journal(error) if !matches!(error, JournalError::UnknownRun { .. }) => 4,
            Self::Journal(_)
            | Self::Pairs(_)
            | Self::Project(_)
            | Self::Usage { .. }
            | Self::UnknownCommand { .. }
            | Self::ProjectBeforeCommand { .. }
            | Self::ForeignFolder { .. }
            | Self::NoSecretGiven { .. }
            | Self::Different
            | Self::NoPassword { .. }
            | Self::NoSecretVariable { .. }
            | Self::OtherStore { .. }
            | Self::Secret(_)
            | Self::NoStartUp { .. }
            | Self::ChooseStartUp { .. }
            | Self::UnknownStartUp { .. } => 2,
        }
    }

    /// Findings of the check that belong to the error.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Sync(SyncError::CheckFailed { findings })
            | Self::Provision(ProvisionError::Sync(SyncError::CheckFailed { findings })) => findings,
            _ => &[],
        }
    }
}

fn secret_variables(known: &[String]) -> String {
    if known.is_empty() {
        "none of its variables is `secret`".to_owned()
    } else {
        format!("the secret variables are {}", quoted(known))
    }
}

/// Names as one types them: in quotes, with commas between.
fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}
