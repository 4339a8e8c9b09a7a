//! Stopping a statement from another thread (L5, F16).
//!
//! ODBC allows one function to be called on a statement while another thread uses it: `SQLCancel`. The
//! statement must not be freed meanwhile; [`Canceller`] sees to that with a lock that both sides take.

use std::sync::{Mutex, PoisonError};

use odbc_api::{
    handles::{AsStatementRef, Statement as _},
    sys::{HStmt, SQLCancel},
};

/// Knows the statement that is executing, to stop it.
#[derive(Debug, Default)]
pub struct Canceller(Mutex<Option<Handle>>);

/// A statement handle that may be named in another thread.
#[derive(Debug)]
struct Handle(HStmt);

#[expect(
    unsafe_code,
    reason = "the handle is only passed to SQLCancel, which ODBC allows from any thread, and only while the \
              lock guarantees that the statement is not freed"
)]
unsafe impl Send for Handle {}

/// Takes the statement away again, also when the work panics.
struct Registered<'a>(&'a Canceller);

impl Canceller {
    /// Does `work` with a statement, which can be stopped meanwhile.
    ///
    /// The statement stays borrowed until it is no longer known here, so it cannot be freed before.
    pub fn while_running<S: AsStatementRef, R>(
        &self,
        statement: &mut S,
        work: impl FnOnce(&mut S) -> R,
    ) -> R {
        *self.lock() = Some(Handle(statement.as_stmt_ref().as_sys()));
        let _registered = Registered(self);
        work(statement)
    }

    /// Asks the driver to stop the statement that is executing, if there is one.
    #[expect(
        unsafe_code,
        reason = "the handle is valid: it is taken away, under the same lock, before the borrow of the statement ends"
    )]
    pub fn cancel(&self) {
        let statement = self.lock();
        if let Some(Handle(statement)) = &*statement {
            // What it answers changes nothing: the executing thread gets the error.
            let _ = unsafe { SQLCancel(*statement) };
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Handle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        *self.0.lock() = None;
    }
}
