//! The keyring of the operating system: Secret Service on Linux and BSD, Keychain on macOS, Credential Manager on
//! Windows.
//!
//! A keyring may wait for its user, or not answer at all. Each call therefore works on a thread of its own, for
//! which its caller waits for a limited time; a thread that nobody waits for any more ends with its call.

mod system;
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{RecvTimeoutError, bounded};
use keyring_core::{CredentialStore, Error};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use self::system::SystemKeyring;
use super::{SecretError, SecretName};
use crate::progress::CancelToken;

/// What all entries of this program have in common.
const SERVICE: &str = "syncwright";
/// How often somebody who waits looks whether to stop.
const LOOK: Duration = Duration::from_millis(100);

/// Whether a keyring answers (P3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyringState {
    /// It answers and is open.
    Running,
    /// It answers, and will ask its user for a password first.
    Locked,
    /// There is none.
    Missing {
        /// Why, in the words of the system.
        reason: String,
    },
}

/// Whether a locked keyring may ask its user to unlock it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompts {
    /// It opens a window and waits for an answer.
    Allowed,
    /// Nobody would answer: a locked keyring is an error at once.
    Refused,
}

/// What is below: the system's keyring, or one that a test made.
pub(super) trait Backend: Send + Sync {
    fn open(&self) -> Result<Arc<CredentialStore>, Error>;
    fn is_locked(&self) -> Result<bool, Error>;
    /// True if the error says that a locked keyring was not unlocked.
    fn means_locked(&self, error: &Error) -> bool;
}

/// The keyring of the operating system (P3).
///
/// Opened when it is asked for something, again after every failure: one that starts later is found then.
pub struct Keyring {
    backend: Arc<dyn Backend>,
    opened: Arc<Mutex<Option<Arc<CredentialStore>>>>,
    prompts: Prompts,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Keyring").field("prompts", &self.prompts).finish_non_exhaustive()
    }
}

impl Keyring {
    /// How long a keyring may take whose user is asked for a password.
    pub const PATIENCE: Duration = Duration::from_secs(60);
    /// How long a keyring may take that asks nobody.
    const PATIENCE_WITHOUT_PROMPT: Duration = Duration::from_secs(10);
    /// How long it may take to say whether it is there.
    const PATIENCE_FOR_STATE: Duration = Duration::from_secs(3);

    /// The one of the operating system. Not contacted before it is asked for something.
    #[must_use]
    pub fn system(prompts: Prompts) -> Self {
        Self::with_backend(Arc::new(SystemKeyring), prompts)
    }

    pub(super) fn with_backend(backend: Arc<dyn Backend>, prompts: Prompts) -> Self {
        Self { backend, opened: Arc::default(), prompts }
    }

    /// Whether it is running. Takes three seconds at most, and asks nobody for a password.
    #[must_use]
    pub fn state(&self) -> KeyringState {
        let backend = Arc::clone(&self.backend);
        match on_thread(Self::PATIENCE_FOR_STATE, &CancelToken::default(), move || backend.is_locked()) {
            Outcome::Done(Ok(false)) => KeyringState::Running,
            Outcome::Done(Ok(true)) => KeyringState::Locked,
            Outcome::Done(Err(error)) => KeyringState::Missing { reason: reason(&error) },
            Outcome::Late | Outcome::Cancelled => {
                let seconds = Self::PATIENCE_FOR_STATE.as_secs();
                KeyringState::Missing { reason: format!("it does not answer within {seconds} s") }
            }
            Outcome::Failed(reason) => KeyringState::Missing { reason },
        }
    }

    /// The secret of that name, if the keyring has it.
    ///
    /// # Errors
    ///
    /// If there is no keyring, it stays locked, does not answer, or refuses; and on cancel.
    pub fn get(&self, name: &SecretName, cancel: &CancelToken) -> Result<Option<SecretString>, SecretError> {
        let entry = name.entry();
        let found = self.call("read", name, cancel, move |store| {
            let password = Zeroizing::new(store.build(SERVICE, &entry, None)?.get_password()?);
            Ok(SecretString::from(password.as_str()))
        });
        found.map(Found::into_option)
    }

    /// Saves a secret.
    ///
    /// # Errors
    ///
    /// As [`Keyring::get`].
    pub fn set(&self, name: &SecretName, secret: &SecretString) -> Result<(), SecretError> {
        let (entry, secret) = (name.entry(), secret.clone());
        self.call("save", name, &CancelToken::default(), move |store| {
            store.build(SERVICE, &entry, None)?.set_password(secret.expose_secret())
        })
        .map(drop)
    }

    /// Removes a secret; false if there was none.
    ///
    /// # Errors
    ///
    /// As [`Keyring::get`].
    pub fn remove(&self, name: &SecretName) -> Result<bool, SecretError> {
        let entry = name.entry();
        let removed = self.call("forget", name, &CancelToken::default(), move |store| {
            store.build(SERVICE, &entry, None)?.delete_credential()
        });
        removed.map(|found| found.into_option().is_some())
    }

    fn call<T: Send + 'static>(
        &self,
        doing: &'static str,
        name: &SecretName,
        cancel: &CancelToken,
        work: impl FnOnce(&CredentialStore) -> Result<T, Error> + Send + 'static,
    ) -> Result<Found<T>, SecretError> {
        let (backend, opened, prompts) = (Arc::clone(&self.backend), Arc::clone(&self.opened), self.prompts);
        let patience = match prompts {
            Prompts::Allowed => Self::PATIENCE,
            Prompts::Refused => Self::PATIENCE_WITHOUT_PROMPT,
        };
        let outcome = on_thread(patience, cancel, move || {
            // A keyring that is not there is told from one that refuses.
            let locked = backend.is_locked().map_err(Refusal::NotThere)?;
            if locked && prompts == Prompts::Refused {
                return Err(Refusal::Locked);
            }
            let known = opened.lock().unwrap_or_else(PoisonError::into_inner).take();
            let store = known.map_or_else(|| backend.open(), Ok).map_err(Refusal::NotThere)?;
            let found = match work(&*store) {
                Ok(value) => Found::Value(value),
                Err(Error::NoEntry) => Found::Nothing,
                Err(error) if backend.means_locked(&error) => return Err(Refusal::Locked),
                Err(error) => return Err(Refusal::Other(error)),
            };
            *opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(store);
            Ok(found)
        });
        let refused = |reason| SecretError::Keyring { doing, name: name.clone(), reason };
        match outcome {
            Outcome::Done(Ok(found)) => Ok(found),
            Outcome::Done(Err(Refusal::Locked)) => Err(SecretError::KeyringLocked),
            Outcome::Done(Err(Refusal::NotThere(error))) => {
                Err(SecretError::NoKeyring { reason: reason(&error) })
            }
            Outcome::Done(Err(Refusal::Other(error))) => Err(refused(reason(&error))),
            Outcome::Late => {
                Err(SecretError::KeyringSilent { name: name.clone(), seconds: patience.as_secs() })
            }
            Outcome::Cancelled => Err(SecretError::Cancelled { name: name.clone() }),
            Outcome::Failed(reason) => Err(refused(reason)),
        }
    }
}

enum Found<T> {
    Value(T),
    Nothing,
}

impl<T> Found<T> {
    fn into_option(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing => None,
        }
    }
}

enum Refusal {
    NotThere(Error),
    Locked,
    Other(Error),
}

enum Outcome<T> {
    Done(T),
    Late,
    Cancelled,
    Failed(String),
}

fn on_thread<T: Send + 'static>(
    patience: Duration,
    cancel: &CancelToken,
    work: impl FnOnce() -> T + Send + 'static,
) -> Outcome<T> {
    let (sender, receiver) = bounded(1);
    let started = thread::Builder::new().name("keyring".to_owned()).spawn(move || sender.send(work()).ok());
    if let Err(error) = started {
        return Outcome::Failed(error.to_string());
    }
    let begin = Instant::now();
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(done) => return Outcome::Done(done),
            Err(RecvTimeoutError::Disconnected) => return Outcome::Failed("its client failed".to_owned()),
            Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => return Outcome::Cancelled,
            Err(RecvTimeoutError::Timeout) if begin.elapsed() > patience => return Outcome::Late,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// What an error says, without what it holds: some hold the secret that they could not read.
fn reason(error: &Error) -> String {
    match error {
        Error::PlatformFailure(source) | Error::NoStorageAccess(source) => source.to_string(),
        Error::BadEncoding(_) => "what it has there is no text".to_owned(),
        Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
            "what it has there cannot be understood".to_owned()
        }
        Error::Ambiguous(entries) => format!("it has {} entries of that name", entries.len()),
        Error::TooLong(what, limit) => format!("the {what} is longer than {limit} characters"),
        Error::NoEntry => "it has no such entry".to_owned(),
        Error::Invalid(what, why) => format!("{what}: {why}"),
        _ => "it does not support that".to_owned(),
    }
}
