//! Secrets (P3, W16): where passwords are kept when they are kept, so that no file holds one in clear.
//!
//! There are three choices ([`SecretStore`](crate::project::SecretStore)): the [`Keyring`] of the operating
//! system, where none is running an encrypted [`SecretFile`] with a passphrase, and *never saved*. [`Stores`]
//! is both together, as the program found them; what a connection or a variable asks for goes through
//! `connect::secrets`, which looks into memory and environment first. A project holds no secret, only the
//! choice.
//!
//! The program [`install`]s its stores when it starts. Nobody else's code, tests among it, ever talks to a
//! keyring: without [`install`] there are no stores.
//!
//! # For an editor
//!
//! All of this blocks, for up to [`Keyring::PATIENCE`] where a keyring asks its user for a password: call it from
//! a worker.
//!
//! ```
//! use syncwright_core::project::SecretStore;
//! use syncwright_core::secret::{FileState, Kept, KeyringState, SecretName, Settings, Stores, install, stores};
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("secrets.vault");
//! // Once, at the start. `keyring: Some(Keyring::system(Prompts::Allowed))` is the one of the system.
//! install(Stores::new(Settings { keyring: None, file: Some(file), ..Settings::default() }));
//!
//! // What a page offers: “keyring” if one answers, else “encrypted file”, and “never saved”.
//! let keyring_works = !matches!(stores().keyring_state(), KeyringState::Missing { .. });
//! let file = stores().file_state();
//! assert!(!keyring_works && file == FileState::Absent);
//!
//! // The user chose the file: make it, or unlock it, and save.
//! # use syncwright_core::secret::{Cost, SecretFile};
//! # SecretFile::create(&folder.path().join("other"), &"quick".into(), Cost::LOWEST)?;
//! # let make = |passphrase: &str| stores().create_file_with(&passphrase.into(), Cost::LOWEST);
//! # if true { make("correct horse")?; } else {
//! stores().create_file(&"correct horse".into())?;
//! # }
//! let name = SecretName::password("HR");
//! stores().save(&name, &"s3cret".into(), Kept::InFile)?;
//! // In the project: `connection.secret_store = SecretStore::EncryptedFile`.
//! # use secrecy::ExposeSecret as _;
//! # use syncwright_core::progress::CancelToken;
//! let answer = stores().find(&name, SecretStore::EncryptedFile, &CancelToken::default())?;
//! assert_eq!(answer.secret.map(|secret| secret.expose_secret().to_owned()).as_deref(), Some("s3cret"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod file;
mod keyring;
mod name;
mod stores;

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

pub use self::{
    error::SecretError,
    file::{Cost, SecretFile},
    keyring::{Keyring, KeyringState, Prompts},
    name::SecretName,
    stores::{Answer, AskPassphrase, FileState, Forgotten, Kept, Settings, Stores, WhoAnswers},
};

static STORES: LazyLock<RwLock<Arc<Stores>>> = LazyLock::new(RwLock::default);

/// Makes these the stores of the process; the program calls it when it starts.
pub fn install(stores: Stores) {
    *STORES.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(stores);
}

/// The stores of the process; none before [`install`].
#[must_use]
pub fn stores() -> Arc<Stores> {
    Arc::clone(&STORES.read().unwrap_or_else(PoisonError::into_inner))
}
