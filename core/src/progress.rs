//! Progress and cancelling of long work (L5): what `core` tells its callers, and how they stop it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Receives the progress of long work. Called from several threads; must return quickly.
pub trait Progress: Send + Sync {
    /// A new phase begins, for example `Reading accounts`.
    fn phase(&self, name: &str);

    /// `done` units of the current phase are finished, of `total` if that is known.
    fn advance(&self, done: u64, total: Option<u64>);
}

/// Progress that nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn phase(&self, _name: &str) {}

    fn advance(&self, _done: u64, _total: Option<u64>) {}
}

/// A switch that asks long work to stop; clones share it.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Asks the work to stop. It stops at the next safe place, within about a second.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// True once [`CancelToken::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
