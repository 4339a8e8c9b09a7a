//! The stores of secrets of this process (P3): which keyring, which file, and who gives its passphrase.

use std::{
    env,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use syncwright_core::secret::{Keyring, Prompts, Settings, Stores, WhoAnswers, install};

use super::{open, secret::input};

/// `off` = the keyring is never contacted.
const KEYRING: &str = "SYNCWRIGHT_KEYRING";
/// Where the encrypted file is; empty = there is none.
const FILE: &str = "SYNCWRIGHT_SECRETS";
/// The passphrase of the encrypted file.
const PASSPHRASE: &str = "SYNCWRIGHT_PASSPHRASE";
const FILE_NAME: &str = "secrets.vault";

/// Who uses the stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// The editor: asks in windows of its own.
    Editor,
    /// A subcommand: asks in the terminal.
    Subcommand,
}

/// Makes the stores of the environment those of the process. Nothing is contacted yet.
pub fn install_stores(user: User) {
    let switched_off = env::var(KEYRING).is_ok_and(|value| value.eq_ignore_ascii_case("off"));
    let somebody_there = user == User::Editor || has_display() || io::stdin().is_terminal();
    let prompts = if somebody_there { Prompts::Allowed } else { Prompts::Refused };
    install(Stores::new(Settings {
        keyring: (!switched_off).then(|| Keyring::system(prompts)),
        file: file(),
        passphrase: Some(Box::new(move |path, who| passphrase(path, who, user))),
    }));
}

/// The passphrase that the environment gives.
pub fn passphrase_of_environment() -> Option<SecretString> {
    env::var(PASSPHRASE).ok().filter(|value| !value.is_empty()).map(SecretString::from)
}

fn passphrase(path: &Path, who: WhoAnswers, user: User) -> Option<SecretString> {
    passphrase_of_environment().or_else(|| {
        let asked = who == WhoAnswers::Anybody && user == User::Subcommand;
        // Without a terminal nobody answers: the error that follows says what to do.
        asked.then(|| input::ask(&format!("Passphrase of {}: ", path.display())).ok()).flatten()
    })
}

fn file() -> Option<PathBuf> {
    match env::var_os(FILE) {
        Some(path) if path.is_empty() => None,
        Some(path) => Some(path.into()),
        None => Some(open::user_folders().ok()?.config_dir().join(FILE_NAME)),
    }
}

/// True if a keyring can open a window to ask for its password.
fn has_display() -> bool {
    cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}
