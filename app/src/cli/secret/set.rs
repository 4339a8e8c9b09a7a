//! `syncwright secret set`: saves a secret.

use std::env;

use clap::Args;
use serde_json::json;
use syncwright_core::{
    project::SecretStore,
    secret::{FileState, Kept, SecretName, stores},
};

use super::{StoreChoice, Wanted, Which, input};
use crate::cli::{CliError, Console, Format, stores::passphrase_of_environment};

/// Arguments of `secret set`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Which secret.
    #[command(flatten)]
    pub which: Which,
    /// Where to save it; if absent, where the project says: the keyring if one is running, else the file
    #[arg(long, value_enum, value_name = "STORE")]
    pub store: Option<StoreChoice>,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let Wanted { name, place, variable } = arguments.which.find()?;
    let store = choose(&name, place, arguments.store)?;
    let secret = input::ask_or_read(&format!("New value for {name}: "))?;
    if store == Kept::InFile && stores().file_state() == FileState::Absent {
        stores().create_file(&new_passphrase()?)?;
    }
    stores().save(&name, &secret, store)?;
    let shadowed = env::var_os(&variable).is_some();
    match console.format {
        Format::Json => {
            console
                .print_json(&json!({ "secret": name.entry(), "store": store.id(), "shadowed": shadowed }))?;
        }
        Format::Text => {
            console.print_line(&format!("Saved {name} in the {}", store.label()))?;
            if shadowed {
                console.print_line(&format!("But {variable} is set, and goes before it"))?;
            }
        }
    }
    Ok(0)
}

/// Where to save. Not elsewhere than the project looks.
fn choose(name: &SecretName, place: SecretStore, choice: Option<StoreChoice>) -> Result<Kept, CliError> {
    let chosen = choice.map(Kept::from);
    match (place, chosen) {
        (SecretStore::Automatic, Some(chosen)) => Ok(chosen),
        (_, None) => Ok(stores().choose(name, place)?),
        (_, Some(chosen)) => {
            let store = stores().choose(name, place)?;
            if store == chosen {
                Ok(store)
            } else {
                Err(CliError::OtherStore { place, store: chosen.label() })
            }
        }
    }
}

fn new_passphrase() -> Result<secrecy::SecretString, CliError> {
    match passphrase_of_environment() {
        Some(passphrase) => Ok(passphrase),
        None => input::ask_twice("New passphrase for the encrypted file: ", "The same once more: "),
    }
}
