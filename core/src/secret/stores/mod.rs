//! The keyring and the encrypted file together: where a secret is looked for, and where it is put.

mod find;
mod save;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use secrecy::SecretString;

use super::{Cost, Keyring, KeyringState, SecretError, SecretFile, SecretName};

/// Gives the passphrase of the encrypted file: from the environment, or from whoever sits there.
pub type AskPassphrase = Box<dyn Fn(&Path, WhoAnswers) -> Option<SecretString> + Send + Sync>;

/// Who may be asked for a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhoAnswers {
    /// Only the environment: nobody knows yet whether the secret is in the file.
    Environment,
    /// A person, too: the project says that the secret is in the file.
    Anybody,
}

/// What [`Stores`] are made of.
#[derive(Default)]
pub struct Settings {
    /// The keyring; none = it is never contacted.
    pub keyring: Option<Keyring>,
    /// Where the encrypted file is, or would be made; none = there is no place for one.
    pub file: Option<PathBuf>,
    /// Gives the passphrase of the file when a secret is looked for; none = somebody calls [`Stores::unlock`].
    pub passphrase: Option<AskPassphrase>,
}

/// One of the two stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The keyring of the operating system.
    InKeyring,
    /// The encrypted file.
    InFile,
}

impl Kept {
    /// `keyring` or `file`, as on the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::InKeyring => "keyring",
            Self::InFile => "file",
        }
    }

    /// `keyring` or `encrypted file`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::InKeyring => "keyring",
            Self::InFile => "encrypted file",
        }
    }
}

/// What became of looking for a secret.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The secret, if it was found.
    pub secret: Option<SecretString>,
    /// Why some places were not looked into, or had nothing: the reason to give if it turns out that a secret was
    /// needed. Empty if one was found.
    pub unanswered: Vec<SecretError>,
}

/// State of the encrypted file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// There is no place for one: the user has no home folder.
    NoPlace,
    /// It has not been made yet.
    Absent,
    /// It needs its passphrase.
    Locked,
    /// It is open.
    Unlocked,
}

/// What [`Stores::forget`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Where the secret was, and is no more.
    pub from: Vec<Kept>,
    /// What could not be looked into.
    pub problems: Vec<SecretError>,
}

/// The keyring and the encrypted file (P3), as the program found them. Shared by all threads; every method blocks.
#[derive(Default)]
pub struct Stores {
    settings: Settings,
    file: Mutex<OpenFile>,
    /// What the keyring said, by entry: it is asked once, and again only after a failure.
    asked: Mutex<BTreeMap<String, Asked>>,
}

#[derive(Default)]
struct OpenFile {
    unlocked: Option<SecretFile>,
    /// The passphrase of the environment does not open it: not tried again, making a key takes time.
    refused: Option<SecretError>,
}

enum Asked {
    Answered(Option<SecretString>),
    Failed(SecretError, Instant),
}

impl fmt::Debug for Stores {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { keyring, file, passphrase: _ } = &self.settings;
        out.debug_struct("Stores").field("keyring", keyring).field("file", file).finish_non_exhaustive()
    }
}

impl Stores {
    /// Stores of these settings. Nothing is contacted or opened yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Whether a keyring is running. Takes three seconds at most, and asks nobody for a password.
    #[must_use]
    pub fn keyring_state(&self) -> KeyringState {
        self.settings
            .keyring
            .as_ref()
            .map_or_else(|| KeyringState::Missing { reason: "it is switched off".to_owned() }, Keyring::state)
    }

    /// The state of the encrypted file.
    #[must_use]
    pub fn file_state(&self) -> FileState {
        match &self.settings.file {
            None => FileState::NoPlace,
            Some(path) if !path.exists() => FileState::Absent,
            Some(_) if self.open_file().unlocked.is_some() => FileState::Unlocked,
            Some(_) => FileState::Locked,
        }
    }

    /// Where the encrypted file is, or would be made.
    #[must_use]
    pub fn file_path(&self) -> Option<&Path> {
        self.settings.file.as_deref()
    }

    /// Makes the encrypted file, and leaves it unlocked.
    ///
    /// # Errors
    ///
    /// If there is one already, there is no place for it, or it cannot be written.
    pub fn create_file(&self, passphrase: &SecretString) -> Result<(), SecretError> {
        self.create_file_with(passphrase, Cost::default())
    }

    /// As [`Stores::create_file`], with another cost.
    ///
    /// # Errors
    ///
    /// As [`Stores::create_file`].
    pub fn create_file_with(&self, passphrase: &SecretString, cost: Cost) -> Result<(), SecretError> {
        let file = SecretFile::create(self.path()?, passphrase, cost)?;
        *self.open_file() = OpenFile { unlocked: Some(file), refused: None };
        Ok(())
    }

    /// Unlocks the encrypted file for the life of the process, or until [`Stores::lock`].
    ///
    /// # Errors
    ///
    /// As [`SecretFile::unlock`].
    pub fn unlock(&self, passphrase: &SecretString) -> Result<(), SecretError> {
        let file = SecretFile::unlock(self.path()?, passphrase)?;
        *self.open_file() = OpenFile { unlocked: Some(file), refused: None };
        Ok(())
    }

    /// Forgets the key of the encrypted file.
    pub fn lock(&self) {
        *self.open_file() = OpenFile::default();
    }

    /// Gives the encrypted file another passphrase, and leaves it unlocked.
    ///
    /// # Errors
    ///
    /// [`SecretError::WrongPassphrase`] if the old one is wrong, and if the file cannot be written.
    pub fn change_passphrase(&self, old: &SecretString, new: &SecretString) -> Result<(), SecretError> {
        let mut file = SecretFile::unlock(self.path()?, old)?;
        file.change_passphrase(new, Cost::default())?;
        *self.open_file() = OpenFile { unlocked: Some(file), refused: None };
        Ok(())
    }

    fn keyring(&self) -> Result<&Keyring, SecretError> {
        let off = || SecretError::NoKeyring { reason: "it is switched off".to_owned() };
        self.settings.keyring.as_ref().ok_or_else(off)
    }

    fn path(&self) -> Result<&Path, SecretError> {
        self.settings.file.as_deref().ok_or(SecretError::NoPlace)
    }

    fn open_file(&self) -> MutexGuard<'_, OpenFile> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self) -> MutexGuard<'_, BTreeMap<String, Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, name: &SecretName, asked: Asked) {
        self.asked().insert(name.entry(), asked);
    }
}
