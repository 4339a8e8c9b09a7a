//! Looking for a secret.

use std::time::{Duration, Instant};

use secrecy::SecretString;

use super::{Answer, Asked, Kept, Stores, WhoAnswers};
use crate::{
    progress::CancelToken,
    project::SecretStore,
    secret::{SecretError, SecretFile, SecretName},
};

/// A keyring that failed is asked again after so long; until then every connection would wait for it.
const ASK_AGAIN: Duration = Duration::from_secs(30);

impl Stores {
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

    pub(super) fn ask_file(
        &self,
        name: &SecretName,
        who: WhoAnswers,
    ) -> Result<Option<SecretString>, SecretError> {
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
}
