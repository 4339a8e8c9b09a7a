//! The handle of a job: progress, cancel, result.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, TryRecvError};
use syncwright_core::progress::CancelToken;
use thiserror::Error;

use super::progress::{ProgressState, Shared};

/// Why a job gave no result.
#[derive(Debug, Clone, Error)]
pub enum JobError {
    /// It was cancelled before it began.
    #[error("cancelled")]
    Cancelled,
    /// It panicked.
    #[error("“{title}” ended by a fault of the program: {report}")]
    Panicked {
        /// What was being done.
        title: String,
        /// What the fault said.
        report: String,
    },
    /// Too many jobs wait.
    #[error("“{title}” was not begun: too many tasks are waiting")]
    QueueFull {
        /// What was to be done.
        title: String,
    },
    /// The thread went away.
    #[error("“{title}” ended without a result")]
    Lost {
        /// What was being done.
        title: String,
    },
}

/// A job in the hands of the window. Dropping the handle cancels the job and drops its late result.
#[derive(Debug)]
pub struct JobHandle<T> {
    title: String,
    receiver: Receiver<Result<T, JobError>>,
    shared: Shared,
    cancel: CancelToken,
    started: Instant,
}

impl<T> JobHandle<T> {
    pub(super) fn new(
        title: String,
        receiver: Receiver<Result<T, JobError>>,
        shared: Shared,
        cancel: CancelToken,
    ) -> Self {
        Self { title, receiver, shared, cancel, started: Instant::now() }
    }

    /// What is being done.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> ProgressState {
        self.shared.get()
    }

    /// How long it has been going on.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Asks it to stop. Its result still comes, so that what was done can be shown.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// True once it was asked to stop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// The result, once, when it is there.
    pub fn poll(&mut self) -> Option<Result<T, JobError>> {
        match self.receiver.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(JobError::Lost { title: self.title.clone() })),
        }
    }
}

impl<T> Drop for JobHandle<T> {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
