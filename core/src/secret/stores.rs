//! The keyring and the encrypted file together: where a secret is looked for, and where it is put.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use secrecy::SecretString;

use super::{Cost, Keyring, KeyringState, SecretError, SecretFile, SecretName};
use crate::{progress::CancelToken, project::SecretStore};

/// A keyring that failed is asked again after so long; until then every connection would wait for it.
const ASK_AGAIN: Duration = Duration::from_secs(30);

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

    /// Looks for a secret where the project says that it is kept.
    ///
    /// With [`SecretStore::Automatic`] that is the keyring, then the encrypted file if it is unlocked or the
    /// environment has its passphrase; what cannot be looked into is [`Answer::unanswered`], since nobody knows
    /// whether there is a secret at all.
    ///
    /// # Errors
    ///
    /// If the project names one place and that cannot be looked into; and on cancel.
    pub fn find(
        &self,
        name: &SecretName,
        place: SecretStore,
        cancel: &CancelToken,
    ) -> Result<Answer, SecretError> {
        let stores: &[Kept] = match place {
            SecretStore::Automatic => &[Kept::InKeyring, Kept::InFile],
            SecretStore::Keyring => &[Kept::InKeyring],
            SecretStore::EncryptedFile => &[Kept::InFile],
            SecretStore::NeverSaved => &[],
        };
        let named = place != SecretStore::Automatic;
        let mut answer = Answer::default();
        for store in stores {
            let found = match store {
                Kept::InKeyring => self.ask_keyring(name, cancel),
                Kept::InFile if named => self.ask_file(name, WhoAnswers::Anybody),
                Kept::InFile => self.ask_file(name, WhoAnswers::Environment),
            };
            match found {
                Ok(Some(secret)) => return Ok(Answer { secret: Some(secret), unanswered: Vec::new() }),
                Ok(None) if named => {
                    answer
                        .unanswered
                        .push(SecretError::NotThere { name: name.clone(), store: store.label() });
                }
                Ok(None) => {}
                Err(error @ SecretError::Cancelled { .. }) => return Err(error),
                Err(error) if named => return Err(error),
                // Most users have only one of the two.
                Err(SecretError::NoKeyring { .. } | SecretError::NoFile { .. } | SecretError::NoPlace) => {}
                Err(error) => answer.unanswered.push(error),
            }
        }
        Ok(answer)
    }

    fn ask_keyring(
        &self,
        name: &SecretName,
        cancel: &CancelToken,
    ) -> Result<Option<SecretString>, SecretError> {
        let keyring = self.keyring()?;
        match self.asked().get(&name.entry()) {
            Some(Asked::Answered(secret)) => return Ok(secret.clone()),
            Some(Asked::Failed(error, when)) if when.elapsed() < ASK_AGAIN => return Err(error.clone()),
            _ => {}
        }
        let found = keyring.get(name, cancel);
        match &found {
            Ok(secret) => self.remember(name, Asked::Answered(secret.clone())),
            Err(SecretError::Cancelled { .. }) => {}
            Err(error) => self.remember(name, Asked::Failed(error.clone(), Instant::now())),
        }
        found
    }

    fn ask_file(&self, name: &SecretName, who: WhoAnswers) -> Result<Option<SecretString>, SecretError> {
        let path = self.path()?;
        let mut open = self.open_file();
        if open.unlocked.is_none() {
            if !path.exists() {
                return Err(SecretError::NoFile { path: path.to_owned() });
            }
            if let Some(refused) = &open.refused {
                return Err(refused.clone());
            }
            let ask = self.settings.passphrase.as_ref();
            let locked = || SecretError::FileLocked { name: name.clone(), path: path.to_owned() };
            let passphrase = ask.and_then(|ask| ask(path, who)).ok_or_else(locked)?;
            let unlocked = SecretFile::unlock(path, &passphrase);
            if let (Err(error), WhoAnswers::Environment) = (&unlocked, who) {
                open.refused = Some(error.clone());
            }
            open.unlocked = Some(unlocked?);
        }
        let found = open.unlocked.as_ref().map(|file| file.get(name)).transpose().map(Option::flatten);
        if matches!(found, Err(SecretError::PassphraseChanged { .. })) {
            open.unlocked = None;
        }
        found
    }

    /// The store that a secret goes into, if the project leaves the choice: the keyring where one is running,
    /// else the encrypted file.
    ///
    /// # Errors
    ///
    /// [`SecretError::NeverSaved`].
    pub fn choose(&self, name: &SecretName, place: SecretStore) -> Result<Kept, SecretError> {
        match place {
            SecretStore::NeverSaved => Err(SecretError::NeverSaved { name: name.clone() }),
            SecretStore::Keyring => Ok(Kept::InKeyring),
            SecretStore::EncryptedFile => Ok(Kept::InFile),
            SecretStore::Automatic => Ok(match self.keyring_state() {
                KeyringState::Running | KeyringState::Locked => Kept::InKeyring,
                KeyringState::Missing { .. } => Kept::InFile,
            }),
        }
    }

    /// Saves a secret. An older one in the other store is removed from there if that can be reached, so that
    /// nothing finds it any more.
    ///
    /// # Errors
    ///
    /// If the store is not there, locked, or cannot be written.
    pub fn save(&self, name: &SecretName, secret: &SecretString, store: Kept) -> Result<(), SecretError> {
        match store {
            Kept::InKeyring => {
                self.keyring()?.set(name, secret)?;
                self.remember(name, Asked::Answered(Some(secret.clone())));
                if let Some(file) = &self.open_file().unlocked {
                    file.remove(name)?;
                }
            }
            Kept::InFile => {
                self.with_file(name, |file| file.set(name, secret))?;
                if self.keyring_state() == KeyringState::Running {
                    self.keyring()?.remove(name)?;
                }
                self.asked().remove(&name.entry());
            }
        }
        Ok(())
    }

    /// Whether a store has a secret.
    ///
    /// # Errors
    ///
    /// If it cannot be looked into. That there is no encrypted file yet is no error.
    pub fn has(&self, name: &SecretName, store: Kept) -> Result<bool, SecretError> {
        let found = match store {
            Kept::InKeyring => self.keyring()?.get(name, &CancelToken::default()),
            Kept::InFile => self.ask_file(name, WhoAnswers::Anybody),
        };
        match found {
            Ok(secret) => Ok(secret.is_some()),
            Err(SecretError::NoFile { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes a secret from both stores, as far as they can be reached.
    #[must_use]
    pub fn forget(&self, name: &SecretName) -> Forgotten {
        let mut forgotten = Forgotten::default();
        let mut note = |store, removed| match removed {
            Ok(true) => forgotten.from.push(store),
            Ok(false)
            | Err(SecretError::NoKeyring { .. } | SecretError::NoFile { .. } | SecretError::NoPlace) => {}
            Err(error) => forgotten.problems.push(error),
        };
        note(Kept::InKeyring, self.keyring().and_then(|keyring| keyring.remove(name)));
        note(Kept::InFile, self.with_file(name, |file| file.remove(name)));
        self.asked().remove(&name.entry());
        forgotten
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

    fn with_file<T>(
        &self,
        name: &SecretName,
        work: impl FnOnce(&SecretFile) -> Result<T, SecretError>,
    ) -> Result<T, SecretError> {
        // Asking for it unlocks it.
        self.ask_file(name, WhoAnswers::Anybody)?;
        let locked = |path: &Path| SecretError::FileLocked { name: name.clone(), path: path.to_owned() };
        match &self.open_file().unlocked {
            Some(file) => work(file),
            None => Err(locked(self.path()?)),
        }
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
