//! The lock beside the encrypted file: of two programs that save at once, neither loses the entries of the other.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::SecretError;

/// How long somebody else may hold the lock. Saving takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// A held lock; dropping it gives it back. It does not outlive its process.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    pub(super) fn take(path: &Path) -> Result<Self, SecretError> {
        let failed =
            |error: &io::Error| SecretError::Write { path: path.to_owned(), reason: error.to_string() };
        // Not the file itself: that is replaced by another one.
        let mut lock = path.as_os_str().to_owned();
        lock.push(".lock");
        let file = open(Path::new(&lock)).map_err(|error| failed(&error))?;
        let begin = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if begin.elapsed() < PATIENCE => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    let seconds = PATIENCE.as_secs();
                    return Err(SecretError::Busy { path: path.to_owned(), seconds });
                }
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
