//! `syncwright secret`: passwords and secret variables in the keyring or the encrypted file (P3).
//!
//! A secret is typed or piped in, never an argument, and never printed.

mod forget;
pub(super) mod input;
mod passphrase;
mod set;
mod whereabouts;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use syncwright_core::{
    connect::secrets::{password_variable, variable_variable},
    project::{Project, Provider, SecretStore, Side},
    secret::{Kept, SecretName},
};

use super::{CliError, Console, schema::SystemChoice, start_up::LoadedProject};

const AFTER_HELP: &str = "\
A project holds no secret. It says where one is kept, in `secret_store` of a connection or a variable: in the \
keyring of the desktop, in an encrypted file with a passphrase, or nowhere; if it says nothing, the keyring is \
used where one is running, else the file. A value in the environment goes before all of them.

The secret is asked for without being shown, or read as one line from standard input. The passphrase of the \
encrypted file is asked for, too, or comes from SYNCWRIGHT_PASSPHRASE.

Examples:
  syncwright secret set hr-to-identity.ron --system target
  pass show hr | syncwright secret set hr-to-identity.ron --system target --store file
  syncwright secret where hr-to-identity.ron --variable ApiKey
  syncwright secret forget hr-to-identity.ron --system target
  syncwright secret passphrase";

/// Arguments of `secret`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What to do with a secret.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Save a secret
    Set(set::Arguments),
    /// Remove a secret from the keyring and the encrypted file
    Forget(Which),
    /// Say where a secret is looked for, and where it is; never the secret itself
    Where(Which),
    /// Change the passphrase of the encrypted file, or make the file
    Passphrase,
}

/// Which secret of a project.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("secret").args(["system", "variable"]).required(true)))]
pub struct Which {
    /// Project file
    #[arg(value_name = "PROJECT", value_hint = clap::ValueHint::FilePath)]
    pub project: PathBuf,
    /// The password of this system
    #[arg(long, value_enum, value_name = "SYSTEM")]
    pub system: Option<SystemChoice>,
    /// The value of this secret variable
    #[arg(long, value_name = "NAME")]
    pub variable: Option<String>,
}

/// Where a secret is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StoreChoice {
    /// The keyring of the desktop
    Keyring,
    /// The encrypted file
    File,
}

impl From<StoreChoice> for Kept {
    fn from(choice: StoreChoice) -> Self {
        match choice {
            StoreChoice::Keyring => Self::InKeyring,
            StoreChoice::File => Self::InFile,
        }
    }
}

/// A secret that a project needs.
struct Wanted {
    name: SecretName,
    /// Where the project says that it is kept.
    place: SecretStore,
    /// The environment variable that goes before all stores.
    variable: String,
}

/// Does what was asked for.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    match &arguments.action {
        Action::Set(arguments) => set::run(arguments, console),
        Action::Forget(which) => forget::run(which, console),
        Action::Where(which) => whereabouts::run(which, console),
        Action::Passphrase => passphrase::run(console),
    }
}

impl Which {
    fn find(&self) -> Result<Wanted, CliError> {
        let LoadedProject { project, .. } = LoadedProject::load(&self.project)?;
        match &self.variable {
            Some(name) => variable(&project, name),
            None => password(
                &project,
                if self.system == Some(SystemChoice::Central) { Side::Left } else { Side::Right },
            ),
        }
    }
}

fn password(project: &Project, side: Side) -> Result<Wanted, CliError> {
    let connection = &project.system(side).connection;
    let system_identifier = &connection.system_identifier;
    let without = match connection.provider {
        Provider::Odbc { .. } => None,
        Provider::Sqlite { .. } => Some("a SQLite file"),
        Provider::Csv { .. } => Some("a CSV folder"),
    };
    if let Some(what) = without {
        return Err(CliError::NoPassword { system: connection.label().to_owned(), what });
    }
    Ok(Wanted {
        name: SecretName::password(system_identifier),
        place: connection.secret_store,
        variable: password_variable(system_identifier),
    })
}

fn variable(project: &Project, name: &str) -> Result<Wanted, CliError> {
    match project.variables.iter().find(|variable| variable.name == name) {
        Some(variable) if variable.secret => Ok(Wanted {
            name: SecretName::variable(&project.name, name),
            place: variable.secret_store,
            variable: variable_variable(name),
        }),
        _ => {
            let secret = project.variables.iter().filter(|variable| variable.secret);
            let known = secret.map(|variable| variable.name.clone()).collect();
            Err(CliError::NoSecretVariable { name: name.to_owned(), known })
        }
    }
}
