//! `syncwright secret passphrase`: changes the passphrase of the encrypted file, or makes the file.

use std::io::{self, IsTerminal as _};

use secrecy::SecretString;
use serde_json::json;
use syncwright_core::secret::{FileState, stores};

use super::input;
use crate::cli::{CliError, Console, Format, stores::passphrase_of_environment};

pub(super) fn run(console: &mut Console<'_>) -> Result<u8, CliError> {
    let stores = stores();
    let path = stores.file_path().map(|path| path.display().to_string()).unwrap_or_default();
    let made = stores.file_state() == FileState::Absent;
    if made {
        stores.create_file(&new_passphrase()?)?;
    } else {
        let old = match passphrase_of_environment() {
            Some(old) => old,
            None => input::ask(&format!("Passphrase of {path}: "))?,
        };
        // A wrong one is told before a new one is asked for.
        stores.unlock(&old)?;
        stores.change_passphrase(&old, &new_passphrase()?)?;
    }
    match console.format {
        Format::Json => console.print_json(&json!({ "file": path, "made": made }))?,
        Format::Text if made => console.print_line(&format!("Made {path}"))?,
        Format::Text => console.print_line(&format!("Changed the passphrase of {path}"))?,
    }
    Ok(0)
}

fn new_passphrase() -> Result<SecretString, CliError> {
    if io::stdin().is_terminal() {
        input::ask_twice("New passphrase: ", "The same once more: ")
    } else {
        input::read_line(io::stdin().lock())
    }
}
