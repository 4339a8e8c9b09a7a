//! Locks of running start up configurations (F7): owner and lease, so that they survive nothing but their
//! owner.
//!
//! A lock is free to take when its process is gone (same host) or its lease has run out (other host).

use jiff::{Timestamp, ToSpan as _};

use super::{
    Journal, JournalError,
    store::{eq, internal},
    tables::{self, Row, text},
};
use crate::{connect::ErrorKind, value::Value};

/// Minutes that a lock holds without being renewed; renewed with every step.
const LEASE_MINUTES: i64 = 30;

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
        self.connector.begin()?;
        let taken = self.take(&name, run);
        match taken {
            Ok(None) => self.connector.commit()?,
            Ok(Some(_)) | Err(_) => self.connector.rollback()?,
        }
        match taken {
            // Somebody was faster between looking and writing.
            Err(JournalError::Connect(error)) if error.kind == ErrorKind::Constraint => self.holder(&name),
            other => other,
        }
    }

    fn take(&mut self, name: &str, run: &str) -> Result<Option<LockHolder>, JournalError> {
        let table = tables::locks();
        let held = self.read(&table, &[eq(&table, "name", text(name))])?;
        if held.num_rows() > 0 {
            let row = Row { batch: &held, row: 0 };
            if is_held(&row) {
                return Ok(Some(holder(&row)));
            }
            self.delete_lock(name)?;
        }
        let process = std::process::id();
        let row = vec![
            text(name),
            text(run),
            text(this_user()),
            text(this_host()),
            Value::Integer(process.into()),
            text(process_start(process.into()).unwrap_or_default()),
            text(lease()),
        ];
        self.insert(&table, &[row])?;
        Ok(None)
    }

    fn holder(&mut self, name: &str) -> Result<Option<LockHolder>, JournalError> {
        let table = tables::locks();
        let held = self.read(&table, &[eq(&table, "name", text(name))])?;
        Ok((held.num_rows() > 0).then(|| holder(&Row { batch: &held, row: 0 })))
    }

    /// Renews the lease of a lock that this process holds.
    ///
    /// # Errors
    ///
    /// If the central database cannot be written, or the lock was taken away.
    pub fn renew_lock(&mut self, start_up: &str) -> Result<(), JournalError> {
        let table = tables::locks();
        let key = tables::columns_of(&table, &["name"], &[vec![text(self.lock_name(start_up))]])
            .map_err(internal)?;
        let values =
            tables::columns_of(&table, &["lease_until"], &[vec![text(lease())]]).map_err(internal)?;
        Ok(self.connector.update(&table, &key, &values)?)
    }

    /// Gives a lock back.
    ///
    /// # Errors
    ///
    /// If the central database cannot be written.
    pub fn unlock(&mut self, start_up: &str) -> Result<(), JournalError> {
        let name = self.lock_name(start_up);
        self.delete_lock(&name)
    }

    fn delete_lock(&mut self, name: &str) -> Result<(), JournalError> {
        let table = tables::locks();
        let key = tables::columns_of(&table, &["name"], &[vec![text(name)]]).map_err(internal)?;
        Ok(self.connector.delete(&table, &key)?)
    }

    fn lock_name(&self, start_up: &str) -> String {
        format!("{}/{start_up}", self.project)
    }
}

fn lease() -> String {
    Timestamp::now().checked_add(LEASE_MINUTES.minutes()).unwrap_or(Timestamp::MAX).to_string()
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
