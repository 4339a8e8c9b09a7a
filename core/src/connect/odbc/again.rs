//! Trying again on a new connection (C5): work that writes nothing, after errors that another try can get past.
//!
//! Within a transaction nothing is tried again here: whoever began it knows what belongs to it
//! (`sync::apply`). Each try and its reason are logged.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{OdbcConnector, open::Trust};
use crate::{
    connect::{ConnectError, ErrorKind},
    progress::CancelToken,
};

/// Pauses before the further tries: a server that restarts, or a lock, needs some time.
pub(super) const PAUSES: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(250), Duration::from_millis(1000)];
/// How often somebody who waits looks at the cancel switch.
const LOOK: Duration = Duration::from_millis(20);

/// An error as it stands in a log.
pub(super) fn one_line(error: &ConnectError) -> String {
    error.to_string().replace('\n', " ")
}

impl OdbcConnector {
    /// Does work that writes nothing, and again if the error is transient, a few times at most.
    ///
    /// # Errors
    ///
    /// What `work` says; of a transient error only after all tries.
    pub(super) fn again<R>(
        &mut self,
        mut work: impl FnMut(&mut Self) -> Result<R, ConnectError>,
    ) -> Result<R, ConnectError> {
        for pause in PAUSES {
            match self.try_on_a_connection(&mut work) {
                Err(error) if error.transient && !self.in_transaction => {
                    tracing::warn!(error = one_line(&error), ?pause, "reading is tried again");
                    wait(pause, &self.cancel, &self.label)?;
                }
                other => return other,
            }
        }
        self.try_on_a_connection(&mut work)
    }

    fn try_on_a_connection<R>(
        &mut self,
        work: &mut impl FnMut(&mut Self) -> Result<R, ConnectError>,
    ) -> Result<R, ConnectError> {
        self.reconnect_if_broken()?;
        work(self)
    }

    /// Takes another connection in place of one that broke, unless a transaction was open on it.
    ///
    /// # Errors
    ///
    /// What the driver says about the new connection.
    pub(super) fn reconnect_if_broken(&mut self) -> Result<(), ConnectError> {
        if !self.broken || self.in_transaction {
            return Ok(());
        }
        // The pool may have no place for a second one.
        self.lease.end();
        self.lease = self.way.lease(Trust::Nothing, &self.cancel)?;
        self.broken = false;
        tracing::info!(system = self.label, "connected again");
        Ok(())
    }
}

/// Waits before the next try.
///
/// # Errors
///
/// On cancel.
pub(super) fn wait(pause: Duration, cancel: &CancelToken, label: &str) -> Result<(), ConnectError> {
    let until = Instant::now() + pause;
    loop {
        if cancel.is_cancelled() {
            return Err(ConnectError::new(ErrorKind::Cancelled, label, "trying again was cancelled"));
        }
        match until.saturating_duration_since(Instant::now()) {
            Duration::ZERO => return Ok(()),
            rest => thread::sleep(rest.min(LOOK)),
        }
    }
}
