//! Locks of running start up configurations (F7): owner and lease, so that they survive nothing but their
//! owner.
//!
//! A lock is free to take when its process is gone (same host) or its lease has run out (other host).

use arrow::array::RecordBatch;
use jiff::{SignedDuration, Timestamp};

use super::{
    Journal, JournalError,
    store::{eq, internal},
    tables::{self, Row, text},
};
use crate::{
    connect::{ConnectError, ErrorKind},
    project::SchemaType,
    value::Value,
};

/// How long a lock holds without being renewed.
const LEASE: SignedDuration = SignedDuration::from_secs(30 * 60);
/// When a lock is to be renewed. Not more often: who renews a lock in a database file waits for those who read it.
const RENEW_AFTER: SignedDuration = SignedDuration::from_secs(if cfg!(test) { 0 } else { 10 * 60 });
/// When renewing is tried again if it failed.
const TRY_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// How often somebody else may be faster.
const TRIES: usize = 3;

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockHolder {
    /// The run.
    pub run: String,
    /// User and host.
    pub owner: String,
    /// Process number on that host.
    pub process: i64,
    /// Until when the lock holds if the other host goes silent.
    pub lease_until: String,
}

/// User and host of this process.
#[must_use]
pub fn this_user() -> String {
    let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    format!("{}@{}", user.unwrap_or_else(|| "unknown".to_owned()), this_host())
}

fn this_host() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

impl Journal {
    /// Takes the lock of a start up configuration for a run.
    ///
    /// Gives `Some` holder if somebody else has it.
    ///
    /// # Errors
    ///
    /// If the central database cannot be written.
    pub fn lock(&mut self, start_up: &str, run: &str) -> Result<Option<LockHolder>, JournalError> {
        let name = self.lock_name(start_up);
        let mut tries = 1..TRIES;
        loop {
            let lock = HeldLock::new(&name, run);
            match self.in_transaction(|journal| journal.take(&lock)) {
                Ok(None) => {
                    self.lock = Some(lock);
                    return Ok(None);
                }
                // Somebody was faster between looking and writing, and may even be done.
                Err(JournalError::Connect(error)) if is_race(&error) && tries.next().is_some() => {
                    if let Some(holder) = self.holder(&name)? {
                        return Ok(Some(holder));
                    }
                }
                other => return other,
            }
        }
    }

    fn take(&mut self, lock: &HeldLock) -> Result<Option<LockHolder>, JournalError> {
        let HeldLock { name, run, lease_until, .. } = lock;
        let table = tables::locks();
        let held = self.read(&table, &[eq(&table, "name", text(name))])?;
        if held.num_rows() > 0 {
            let row = Row { batch: &held, row: 0 };
            if is_held(&row) {
                return Ok(Some(holder(&row)));
            }
            self.delete_lock(name, &row.text("run_id"))?;
        }
        let process = std::process::id();
        let row = vec![
            text(name),
            text(run),
            text(this_user()),
            text(this_host()),
            Value::Integer(process.into()),
            text(process_start(process.into()).unwrap_or_default()),
            text(lease_until.to_string()),
        ];
        self.insert(&locks_of_runs(), &[row])?;
        Ok(None)
    }

    fn holder(&mut self, name: &str) -> Result<Option<LockHolder>, JournalError> {
        let table = tables::locks();
        let held = self.read(&table, &[eq(&table, "name", text(name))])?;
        Ok((held.num_rows() > 0).then(|| holder(&Row { batch: &held, row: 0 })))
    }

    /// Renews the lease of the lock that was taken with [`Journal::lock`] if it is time to; to be called while
    /// long work goes on, and before anything is written. Whoever holds no lock has nothing to keep.
    ///
    /// # Errors
    ///
    /// [`JournalError::LockLost`] if another run took the lock, and if it cannot be renewed before the lease ends.
    pub fn keep_lock(&mut self) -> Result<(), JournalError> {
        let now = Timestamp::now();
        if self.lock.as_ref().is_none_or(|lock| now < lock.renew_at) {
            return Ok(());
        }
        match (self.renew_lock(), &mut self.lock) {
            (Err(JournalError::Connect(error)), Some(lock)) if now < lock.lease_until => {
                tracing::warn!(%error, lease_until = %lock.lease_until, "the lock cannot be renewed yet");
                lock.renew_at = later(now, TRY_AGAIN_AFTER);
                Ok(())
            }
            (renewed, _) => renewed,
        }
    }

    /// Renews the lease of the lock that was taken with [`Journal::lock`].
    ///
    /// # Errors
    ///
    /// [`JournalError::LockLost`] if another run took it, and if the central database cannot be written.
    pub fn renew_lock(&mut self) -> Result<(), JournalError> {
        let Some(HeldLock { name, run, .. }) = self.lock.clone() else { return Ok(()) };
        let renewed = HeldLock::new(&name, &run);
        let table = locks_of_runs();
        let values =
            tables::columns_of(&table, &["lease_until"], &[vec![text(renewed.lease_until.to_string())]])
                .map_err(internal)?;
        match self.connector.update(&table, &key_of(&table, &name, &run)?, &values) {
            Err(error) if error.kind == ErrorKind::NoSuchObject => {
                let holder = self.holder(&name)?;
                Err(JournalError::LockLost { name, holder: holder.map(Box::new) })
            }
            updated => {
                updated?;
                self.lock = Some(renewed);
                Ok(())
            }
        }
    }

    /// Gives the lock that was taken with [`Journal::lock`] back; one that another run took stays.
    ///
    /// # Errors
    ///
    /// If the central database cannot be written.
    pub fn unlock(&mut self) -> Result<(), JournalError> {
        let Some(HeldLock { name, run, .. }) = self.lock.take() else { return Ok(()) };
        match self.delete_lock(&name, &run) {
            Err(JournalError::Connect(error)) if error.kind == ErrorKind::NoSuchObject => {
                tracing::warn!(name, run, "another run took the lock of this one");
                Ok(())
            }
            deleted => deleted,
        }
    }

    fn delete_lock(&mut self, name: &str, run: &str) -> Result<(), JournalError> {
        let table = locks_of_runs();
        Ok(self.connector.delete(&table, &key_of(&table, name, run)?)?)
    }

    fn lock_name(&self, start_up: &str) -> String {
        format!("{}/{start_up}", self.project)
    }
}

/// The lock that a journal holds.
#[derive(Debug, Clone)]
pub(super) struct HeldLock {
    name: String,
    run: String,
    /// Until then nobody else takes it. By the clock of the wall: a computer that sleeps holds nothing.
    pub(super) lease_until: Timestamp,
    pub(super) renew_at: Timestamp,
}

impl HeldLock {
    fn new(name: &str, run: &str) -> Self {
        let now = Timestamp::now();
        Self {
            name: name.to_owned(),
            run: run.to_owned(),
            lease_until: later(now, LEASE),
            renew_at: later(now, RENEW_AFTER),
        }
    }
}

fn later(now: Timestamp, duration: SignedDuration) -> Timestamp {
    now.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// The table of locks, with rows found by name and run: nobody renews or deletes the lock of another run.
fn locks_of_runs() -> SchemaType {
    SchemaType { key: vec!["name".to_owned(), "run_id".to_owned()], ..tables::locks() }
}

fn key_of(table: &SchemaType, name: &str, run: &str) -> Result<RecordBatch, JournalError> {
    tables::columns_of(table, &["name", "run_id"], &[vec![text(name), text(run)]]).map_err(internal)
}

/// Another run took a lock, or cleared an old one away, at the same time.
fn is_race(error: &ConnectError) -> bool {
    matches!(error.kind, ErrorKind::Constraint | ErrorKind::NoSuchObject)
}

fn holder(row: &Row<'_>) -> LockHolder {
    LockHolder {
        run: row.text("run_id"),
        owner: row.text("owner"),
        process: i64::try_from(row.number("process")).unwrap_or_default(),
        lease_until: row.text("lease_until"),
    }
}

fn is_held(row: &Row<'_>) -> bool {
    let lease_runs = row.text("lease_until").parse::<Timestamp>().is_ok_and(|until| until > Timestamp::now());
    if row.text("host") != this_host() {
        return lease_runs;
    }
    match process_start(row.number("process")) {
        // The number may have gone to another process meanwhile; its start time tells.
        Some(started) => started == row.text("process_started"),
        None if cfg!(target_os = "linux") => false,
        None => lease_runs,
    }
}

/// When a process of this host started, in the words of the system; `None` if there is no such process, or
/// the system does not tell.
fn process_start(process: u64) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The command name, in brackets, may contain spaces; field 22 counts from the beginning, 3 after it.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19).map(str::to_owned)
}
