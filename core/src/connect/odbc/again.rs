//! Trying again on a new connection (C5): work that writes nothing, after errors that another try can get past.
//!
//! Within a transaction nothing is tried again here: whoever began it knows what belongs to it
//! (`sync::apply`). Each try and its reason are logged.

use super::{OdbcConnector, open::Trust};
use crate::connect::{
    ConnectError, ErrorKind,
    retry::{PAUSES, one_line, wait},
};

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
                    if !wait(pause, &self.cancel) {
                        return Err(self.own(ErrorKind::Cancelled, "trying again was cancelled"));
                    }
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
