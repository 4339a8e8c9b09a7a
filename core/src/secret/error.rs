//! What can go wrong with secrets. No error holds one.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::SecretName;

/// Why a secret cannot be read, saved or forgotten (P3).
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum SecretError {
    /// There is no keyring that answers.
    #[error("no keyring is running for this user: {reason}")]
    #[diagnostic(
        code("SW-K001"),
        help(
            "log in to a desktop with a keyring (GNOME Keyring, KWallet, KeePassXC), or keep secrets in the encrypted file"
        )
    )]
    NoKeyring {
        /// Why, in the words of the system.
        reason: String,
    },
    /// The keyring is locked, and nobody was there to unlock it, or did not want to.
    #[error("the keyring is locked")]
    #[diagnostic(
        code("SW-K002"),
        help("unlock it, for example by logging in to the desktop or in its own program, and try again")
    )]
    KeyringLocked,
    /// The keyring did not answer.
    #[error("the keyring did not answer within {seconds} s when asked for {name}")]
    #[diagnostic(
        code("SW-K003"),
        help("is it waiting for you in a window of its own? Answer there, and try again")
    )]
    KeyringSilent {
        /// What it was asked for.
        name: SecretName,
        /// How long was waited.
        seconds: u64,
    },
    /// The keyring refused.
    #[error("the keyring cannot {doing} {name}: {reason}")]
    #[diagnostic(code("SW-K004"), help("look at the entries of syncwright in the program of the keyring"))]
    Keyring {
        /// `read`, `save` or `forget`.
        doing: &'static str,
        /// The secret.
        name: SecretName,
        /// Why, in the words of the keyring.
        reason: String,
    },
    /// There is no encrypted file yet.
    #[error("there is no file of secrets: {}", path.display())]
    #[diagnostic(
        code("SW-K005"),
        help(
            "save a secret into it with `syncwright secret set … --store file`, or in the editor, which makes the file"
        )
    )]
    NoFile {
        /// Where it would be.
        path: PathBuf,
    },
    /// The encrypted file is locked.
    #[error("{name} is kept in the encrypted file, which is locked: {}", path.display())]
    #[diagnostic(
        code("SW-K006"),
        help(
            "unlock the file in the editor; on the command line give its passphrase in the environment variable SYNCWRIGHT_PASSPHRASE, or in a terminal, where you are asked for it"
        )
    )]
    FileLocked {
        /// The secret.
        name: SecretName,
        /// The file.
        path: PathBuf,
    },
    /// The passphrase is not that of the file.
    #[error("the passphrase is wrong for the file of secrets: {}", path.display())]
    #[diagnostic(
        code("SW-K007"),
        help(
            "type it again; nobody can read the file without it: if it is lost, move the file away and set the secrets again"
        )
    )]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// The file is not what was written.
    #[error("the file of secrets is damaged, {reason}: {}", path.display())]
    #[diagnostic(
        code("SW-K008"),
        help("put back a copy of the file from a backup, or move it away and set the secrets again")
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A newer version of the program wrote the file.
    #[error("the file of secrets has format {found}, which this program does not know: {}", path.display())]
    #[diagnostic(code("SW-K009"), help("open it with a newer Syncwright; the file was left as it is"))]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u16,
    },
    /// The file cannot be read.
    #[error("cannot read the file of secrets: {reason}: {}", path.display())]
    #[diagnostic(code("SW-K010"), help("check your permission to read it"))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file cannot be written.
    #[error("cannot save the file of secrets: {reason}: {}", path.display())]
    #[diagnostic(
        code("SW-K011"),
        help("what it held before is unchanged; check free space and your permission to write its folder")
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Another program writes the file.
    #[error("another program has been writing the file of secrets for {seconds} s: {}", path.display())]
    #[diagnostic(code("SW-K012"), help("try again when no other Syncwright asks for a passphrase"))]
    Busy {
        /// The file.
        path: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// Another program changed the passphrase.
    #[error("the passphrase of the file of secrets was changed by another program: {}", path.display())]
    #[diagnostic(code("SW-K013"), help("unlock the file with the new passphrase"))]
    PassphraseChanged {
        /// The file.
        path: PathBuf,
    },
    /// There is a file already.
    #[error("there is a file of secrets already: {}", path.display())]
    #[diagnostic(code("SW-K014"), help("unlock it with its passphrase, or change the passphrase"))]
    FileExists {
        /// The file.
        path: PathBuf,
    },
    /// The project says that the secret is not to be saved.
    #[error("{name} is not to be saved: the project says `secret_store: NeverSaved`")]
    #[diagnostic(
        code("SW-K015"),
        help("choose another place for it in the project, or give it in the environment each time")
    )]
    NeverSaved {
        /// The secret.
        name: SecretName,
    },
    /// There is nowhere for the encrypted file.
    #[error("this user has no place for a file of secrets")]
    #[diagnostic(
        code("SW-K016"),
        help("set HOME, or name the file in the environment variable SYNCWRIGHT_SECRETS")
    )]
    NoPlace,
    /// A store has no such entry.
    #[error("{name} is not in the {store}, where the project says that it is kept")]
    #[diagnostic(code("SW-K017"), help("set it with `syncwright secret set`, or in the editor"))]
    NotThere {
        /// The secret.
        name: SecretName,
        /// `keyring` or `encrypted file`.
        store: &'static str,
    },
    /// An empty passphrase protects nothing.
    #[error("the passphrase is empty")]
    #[diagnostic(
        code("SW-K018"),
        help("choose one that nobody guesses: several words in a row are a good one")
    )]
    EmptyPassphrase,
    /// Somebody asked to stop.
    #[error("stopped while looking for {name}")]
    #[diagnostic(code("SW-K019"))]
    Cancelled {
        /// The secret.
        name: SecretName,
    },
    /// The system gives no random numbers, or no memory for making a key.
    #[error("secrets cannot be encrypted here: {reason}")]
    #[diagnostic(code("SW-K020"), help("nothing was saved; making a key needs 64 MiB of memory"))]
    NoEncryption {
        /// Why.
        reason: String,
    },
}
