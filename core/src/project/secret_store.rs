//! Where the secrets of a project are kept (P3, W16). The project holds the choice, never the secret.

use serde::{Deserialize, Serialize};

/// Where a password or the value of a secret variable is kept. What the environment gives always goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum SecretStore {
    /// In the keyring of the operating system; where none is running, in the encrypted file.
    #[default]
    Automatic,
    /// In the keyring.
    Keyring,
    /// In the encrypted file, which has a passphrase.
    EncryptedFile,
    /// Nowhere: it is asked for, or given in the environment.
    NeverSaved,
}

/// Attributes of a connection that hold a secret.
const SECRET_ATTRIBUTES: &[&str] = &[
    "pwd",
    "password",
    "passwd",
    "secret",
    "sslpwd",
    "sslkeypassword",
    "newpwd",
    "token",
    "accesstoken",
    // IBM's.
    "newpassword",
    "sslclientkeystoredbpassword",
    "keystorepassword",
    "trustedcontextpassword",
    "apikey",
    // MySQL's further factors.
    "password1",
    "password2",
    "password3",
    "pwd1",
    "pwd2",
    "pwd3",
    // Microsoft's and others'.
    "clientcertificatepassword",
    "keystoresecret",
    "clientsecret",
    "proxypwd",
    "proxypassword",
];

/// True for attributes of a connection that hold a secret and therefore must not be in a file (P3).
#[must_use]
pub fn is_secret_attribute(name: &str) -> bool {
    SECRET_ATTRIBUTES.contains(&name.trim().to_lowercase().as_str())
}
