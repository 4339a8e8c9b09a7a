//! The encrypted file of secrets (P3), for computers without a keyring.
//!
//! A [`SecretFile`] is an unlocked one: it holds the key, not the secrets, and reads the file anew each time, so
//! that it sees what other programs saved. Layout and protection stand in `format`. There is no backup beside
//! the file: after a change of the passphrase the old one shall open nothing any more.

mod entries;
mod format;
mod lock;
#[cfg(test)]
mod tests;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

use self::{
    entries::Entries,
    format::{Header, Key, Sealed},
    lock::Lock,
};
use super::{SecretError, SecretName};
use crate::project::{Replace, replace_file};

/// What making a key of a passphrase costs whoever guesses one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// How often it is gone through.
    pub passes: u32,
}

impl Cost {
    /// As good as no protection, but quick: for tests.
    pub const LOWEST: Self = Self { memory_kib: 8, passes: 1 };
}

impl Default for Cost {
    /// The recommendation of RFC 9106 for memory that is not plentiful: 64 MiB, three passes.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3 }
    }
}

/// An unlocked file of secrets (P3).
pub struct SecretFile {
    path: PathBuf,
    header: Header,
    key: Key,
}

impl fmt::Debug for SecretFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SecretFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SecretFile {
    /// Makes a new file without entries, and its folder, readable for nobody else.
    ///
    /// # Errors
    ///
    /// If there is one already, the passphrase is empty, or the file cannot be written.
    pub fn create(path: &Path, passphrase: &SecretString, cost: Cost) -> Result<Self, SecretError> {
        let (header, key) = Header::new(passphrase, cost)?;
        if let Some(folder) = path.parent() {
            make_folder(folder).map_err(|error| write_error(path, &error))?;
        }
        let file = Self { path: path.to_owned(), header, key };
        let _lock = Lock::take(path)?;
        if path.exists() {
            return Err(SecretError::FileExists { path: path.to_owned() });
        }
        file.write(&Entries::default())?;
        Ok(file)
    }

    /// Opens a file with its passphrase.
    ///
    /// # Errors
    ///
    /// [`SecretError::NoFile`], [`SecretError::WrongPassphrase`], [`SecretError::Damaged`],
    /// [`SecretError::NewerFormat`], and if the file cannot be read.
    pub fn unlock(path: &Path, passphrase: &SecretString) -> Result<Self, SecretError> {
        let header = read(path)?.header;
        let key =
            header.key(passphrase)?.ok_or_else(|| SecretError::WrongPassphrase { path: path.to_owned() })?;
        let file = Self { path: path.to_owned(), header, key };
        file.entries()?;
        Ok(file)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The secret of that name, if the file has it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read any more, or its passphrase was changed.
    pub fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretError> {
        Ok(self.entries()?.0.remove(&name.entry()))
    }

    /// The names of all entries, as [`SecretName::entry`] gives them, sorted.
    ///
    /// # Errors
    ///
    /// As [`SecretFile::get`].
    pub fn names(&self) -> Result<Vec<String>, SecretError> {
        Ok(self.entries()?.0.into_keys().collect())
    }

    /// Saves a secret.
    ///
    /// # Errors
    ///
    /// As [`SecretFile::get`], and if the file cannot be written; it is unchanged then.
    pub fn set(&self, name: &SecretName, secret: &SecretString) -> Result<(), SecretError> {
        let _lock = Lock::take(&self.path)?;
        let mut entries = self.entries()?;
        entries.0.insert(name.entry(), secret.clone());
        self.write(&entries)
    }

    /// Removes a secret; false if there was none.
    ///
    /// # Errors
    ///
    /// As [`SecretFile::set`].
    pub fn remove(&self, name: &SecretName) -> Result<bool, SecretError> {
        let _lock = Lock::take(&self.path)?;
        let mut entries = self.entries()?;
        if entries.0.remove(&name.entry()).is_none() {
            return Ok(false);
        }
        self.write(&entries)?;
        Ok(true)
    }

    /// Gives the file another passphrase. Everybody else who has it open has to unlock it again.
    ///
    /// # Errors
    ///
    /// As [`SecretFile::set`]; the old passphrase is valid then.
    pub fn change_passphrase(&mut self, passphrase: &SecretString, cost: Cost) -> Result<(), SecretError> {
        let _lock = Lock::take(&self.path)?;
        let entries = self.entries()?;
        let (header, key) = Header::new(passphrase, cost)?;
        let changed = Self { path: self.path.clone(), header, key };
        changed.write(&entries)?;
        *self = changed;
        Ok(())
    }

    fn entries(&self) -> Result<Entries, SecretError> {
        let sealed = read(&self.path)?;
        if sealed.header != self.header {
            return Err(SecretError::PassphraseChanged { path: self.path.clone() });
        }
        let damaged =
            |reason: &str| SecretError::Damaged { path: self.path.clone(), reason: reason.to_owned() };
        let content =
            sealed.open(&self.key).ok_or_else(|| damaged("its content was changed by somebody else"))?;
        Entries::parse(&content).ok_or_else(|| damaged("its entries cannot be understood"))
    }

    fn write(&self, entries: &Entries) -> Result<(), SecretError> {
        let too_long = || SecretError::NoEncryption { reason: "a secret is longer than 4 GiB".to_owned() };
        let mut content = entries.write().ok_or_else(too_long)?;
        let file = self.header.seal(&self.key, &mut content)?;
        replace_file(&self.path, &file, Replace::Private).map_err(|error| write_error(&self.path, &error))
    }
}

fn read(path: &Path) -> Result<Sealed, SecretError> {
    match fs::read(path) {
        Ok(bytes) => Sealed::parse(path, &bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(SecretError::NoFile { path: path.to_owned() })
        }
        Err(error) => Err(SecretError::Read { path: path.to_owned(), reason: error.to_string() }),
    }
}

fn write_error(path: &Path, error: &io::Error) -> SecretError {
    SecretError::Write { path: path.to_owned(), reason: error.to_string() }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}
