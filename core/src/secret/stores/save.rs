//! Saving and forgetting secrets.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use super::{Asked, FileState, Forgotten, Kept, Stores, WhoAnswers};
use crate::{
    progress::CancelToken,
    project::SecretStore,
    secret::{KeyringState, SecretError, SecretFile, SecretName},
};

impl Stores {
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
                // The keyring goes first: an older value in the file does no harm.
                if let Some(Err(error)) = self.open_file().unlocked.as_ref().map(|file| file.remove(name)) {
                    tracing::warn!(%error, %name, "an older value stays in the encrypted file");
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

    /// The stores that keep another secret under this name, which [`Stores::save`] would replace or remove.
    ///
    /// # Errors
    ///
    /// If the store that it would be saved in cannot be looked into. The other one is left out then, since
    /// [`Stores::save`] leaves it alone, too.
    pub fn replaced_by(
        &self,
        name: &SecretName,
        secret: &SecretString,
        store: Kept,
    ) -> Result<Vec<Kept>, SecretError> {
        let mut replaced = Vec::new();
        for place in [Kept::InKeyring, Kept::InFile] {
            let reachable = place == store
                || match place {
                    Kept::InKeyring => self.keyring_state() == KeyringState::Running,
                    Kept::InFile => self.file_state() == FileState::Unlocked,
                };
            if !reachable {
                continue;
            }
            let found = match place {
                Kept::InKeyring => self.keyring()?.get(name, &CancelToken::default()),
                Kept::InFile => self.ask_file(name, WhoAnswers::Anybody),
            };
            match found {
                Ok(Some(kept)) if kept.expose_secret() != secret.expose_secret() => replaced.push(place),
                Ok(_) | Err(SecretError::NoFile { .. }) => {}
                Err(error) if place == store => return Err(error),
                Err(error) => tracing::debug!(%error, %name, "the other store cannot be looked into"),
            }
        }
        Ok(replaced)
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
}
