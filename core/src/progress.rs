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
pub struct CancelToken {
    own: Arc<AtomicBool>,
    parent: Option<Arc<Self>>,
}

impl CancelToken {
    /// Asks the work to stop. It stops at the next safe place, within about a second.
    pub fn cancel(&self) {
        self.own.store(true, Ordering::Relaxed);
    }

    /// True once [`CancelToken::cancel`] was called, of this switch or one that it is a part of.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.own.load(Ordering::Relaxed) || self.parent.as_ref().is_some_and(|parent| parent.is_cancelled())
    }

    /// A switch for a part of the work: it stops with the whole, and can be stopped alone.
    #[must_use]
    pub fn part(&self) -> Self {
        Self { own: Arc::default(), parent: Some(Arc::new(self.clone())) }
    }
}

/// Stops a part of the work when nobody waits for it any more.
#[derive(Debug)]
pub struct CancelOnDrop(pub CancelToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_stops_alone_or_with_the_whole() {
        let whole = CancelToken::default();
        let (one, other) = (whole.part(), whole.part());
        drop(CancelOnDrop(one.clone()));
        assert!(one.is_cancelled() && !whole.is_cancelled() && !other.is_cancelled());
        whole.clone().cancel();
        assert!(other.part().is_cancelled());
    }
}
