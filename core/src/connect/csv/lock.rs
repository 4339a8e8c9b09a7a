//! One writer at a time: a lock on a file of the folder, which the system takes back when its owner dies.

use std::{
    fs::{File, TryLockError},
    io,
    time::{Duration, Instant},
};

use super::folder::Folder;
use crate::connect::{ConnectError, ErrorKind};

/// Name of the lock file. It stays: removing it would let two writers lock two files of the same name.
const LOCK_FILE: &str = ".syncwright.lock";

/// Time between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// The right to write a folder, until it is dropped.
#[derive(Debug)]
pub struct FolderLock {
    /// Closing the file gives the lock back.
    _file: File,
}

impl FolderLock {
    /// Waits at most `timeout` for the right to write.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`] if somebody else has it all that time, or the lock file cannot be written.
    pub fn take(folder: &Folder, timeout: Duration) -> Result<Self, ConnectError> {
        let path = folder.file(LOCK_FILE);
        let doing = "locking the folder";
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| folder.failed(doing, &path, &error))?;
        let end = Instant::now() + timeout;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < end => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    return Err(folder
                        .error(
                            ErrorKind::Locked,
                            format!("somebody else is writing the CSV files in {}", folder.path.display()),
                        )
                        .with_help(
                            "wait until the other run has ended, or give the connection a longer `connect_timeout_secs`",
                        ));
                }
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Err(folder
                        .error(ErrorKind::Unsupported, format!("{doing} failed: {error}"))
                        .with_help("the file system has no locks; keep the CSV files on one that has"));
                }
                Err(TryLockError::Error(error)) => return Err(folder.failed(doing, &path, &error)),
            }
        }
    }
}
