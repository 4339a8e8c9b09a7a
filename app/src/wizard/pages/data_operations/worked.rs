//! Something that is worked out again whenever what it depends on changes: one job at a time, the last result stays
//! until the next one is there.

use crate::{problem::Problem, wizard::loading::flatten, worker::JobHandle};

/// A result that belongs to a key.
pub struct Worked<K, T> {
    done: Option<(K, Result<T, Problem>)>,
    running: Option<(K, JobHandle<T>)>,
}

impl<K, T> Default for Worked<K, T> {
    fn default() -> Self {
        Self { done: None, running: None }
    }
}

impl<K: PartialEq, T> Worked<K, T> {
    /// Takes over the result if the job has ended.
    pub fn poll(&mut self) {
        let Some((_, job)) = &mut self.running else { return };
        let Some(result) = job.poll() else { return };
        let title = job.title().to_owned();
        if let Some((key, _)) = self.running.take() {
            self.done = Some((key, flatten(&title, result.map(Ok))));
        }
    }

    /// True if a job for this key is to be begun: there is no result for it, and nothing runs.
    pub fn wants(&self, key: &K) -> bool {
        self.running.is_none() && self.done.as_ref().is_none_or(|(known, _)| known != key)
    }

    /// A job for a key was begun.
    pub fn begin(&mut self, key: K, job: JobHandle<T>) {
        self.running = Some((key, job));
    }

    /// The result was worked out without a job.
    pub fn put(&mut self, key: K, result: T) {
        self.done = Some((key, Ok(result)));
    }

    /// The last result, if it is of the same thing; `same` compares the keys.
    pub fn last(&self, same: impl Fn(&K) -> bool) -> Option<&Result<T, Problem>> {
        self.done.as_ref().filter(|(key, _)| same(key)).map(|(_, result)| result)
    }

    /// Forgets everything; a job that runs is stopped.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}
