//! Progress on its way from a worker to the window.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use egui::Context;
use syncwright_core::progress::Progress;

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgressState {
    /// What is being done now.
    pub phase: String,
    /// Units done in this phase.
    pub done: u64,
    /// Units of the phase, if known.
    pub total: Option<u64>,
    /// When the phase began.
    pub since: Option<Instant>,
}

impl ProgressState {
    /// Finished part of the phase, 0 to 1, if the total is known.
    #[must_use]
    pub fn part(&self) -> Option<f32> {
        let total = self.total.filter(|total| *total > 0)?;
        Some((self.done as f64 / total as f64).min(1.0) as f32)
    }

    /// Time left in the phase, once there is enough to judge by.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let part = f64::from(self.part()?);
        let elapsed = self.since?.elapsed().as_secs_f64();
        let left = elapsed * (1.0 - part) / part;
        (part > 0.02 && elapsed > 1.0 && left.is_finite()).then(|| Duration::from_secs_f64(left))
    }
}

/// Progress shared between a worker and the window.
#[derive(Debug, Clone, Default)]
pub struct Shared(Arc<Mutex<ProgressState>>);

impl Shared {
    /// A copy of the present state.
    #[must_use]
    pub fn get(&self) -> ProgressState {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, change: impl FnOnce(&mut ProgressState)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Takes progress from a job, and wakes the window ten times a second at most.
pub struct Reporter {
    shared: Shared,
    ctx: Context,
}

impl Reporter {
    pub(super) const fn new(shared: Shared, ctx: Context) -> Self {
        Self { shared, ctx }
    }
}

impl Progress for Reporter {
    fn phase(&self, name: &str) {
        self.shared.set(|state| {
            *state =
                ProgressState { phase: name.to_owned(), done: 0, total: None, since: Some(Instant::now()) };
        });
        self.ctx.request_repaint_after(Duration::from_millis(100));
    }

    fn advance(&self, done: u64, total: Option<u64>) {
        self.shared.set(|state| {
            state.done = done;
            state.total = total;
        });
        self.ctx.request_repaint_after(Duration::from_millis(100));
    }
}
