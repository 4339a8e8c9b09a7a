//! Something that a page waits for in the background: a sample, a check, a suggestion.

use crate::{
    problem::Problem,
    worker::{JobError, JobHandle},
};

/// The state of something that is worked out in the background.
#[derive(Debug, Default)]
pub enum Loading<T> {
    /// Nobody asked for it yet.
    #[default]
    Idle,
    /// It is being worked out.
    Running(JobHandle<Result<T, Problem>>),
    /// It is there.
    Done(T),
    /// It could not be worked out.
    Failed(Problem),
}

impl<T> Loading<T> {
    /// Takes over the result if the job has ended; true if that has just happened.
    pub fn poll(&mut self) -> bool {
        let Self::Running(job) = self else { return false };
        let Some(result) = job.poll() else { return false };
        let title = job.title().to_owned();
        *self = match flatten(&title, result) {
            Ok(value) => Self::Done(value),
            Err(problem) => Self::Failed(problem),
        };
        true
    }

    /// The result, if it is there.
    #[must_use]
    pub const fn done(&self) -> Option<&T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Idle | Self::Running(_) | Self::Failed(_) => None,
        }
    }

    /// Why there is none.
    #[must_use]
    pub const fn failed(&self) -> Option<&Problem> {
        match self {
            Self::Failed(problem) => Some(problem),
            Self::Idle | Self::Running(_) | Self::Done(_) => None,
        }
    }

    /// True while it is being worked out.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }

    /// True if nobody asked for it yet.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        matches!(self, Self::Idle)
    }
}

/// A result of a job, with the faults of the job itself as problems.
pub fn flatten<T>(title: &str, result: Result<Result<T, Problem>, JobError>) -> Result<T, Problem> {
    match result {
        Ok(result) => result,
        Err(error) => Err(Problem::new(format!("{title} did not end well"), error)),
    }
}
