//! Questions to the data that are answered in the background, a few at a time: is this a key, does that dangle.

use std::collections::{BTreeMap, VecDeque};

use crate::{problem::Problem, wizard::loading::Loading, worker::JobHandle};

/// Questions that are looked into at the same time. Others wait, so that setting something on a hundred tables
/// neither floods the database nor the queue of the worker.
const AT_ONCE: usize = 2;

/// What a background question gives.
pub type Answer<T> = JobHandle<Result<T, Problem>>;

/// The last question about each thing, and its answer.
#[derive(Debug)]
pub struct Checks<Q, T> {
    about: BTreeMap<String, (Q, Loading<T>)>,
    waiting: VecDeque<String>,
}

impl<Q, T> Default for Checks<Q, T> {
    fn default() -> Self {
        Self { about: BTreeMap::new(), waiting: VecDeque::new() }
    }
}

impl<Q: Clone + PartialEq, T> Checks<Q, T> {
    /// Asks a question about a thing; an earlier one about it is given up.
    pub fn ask(&mut self, about: &str, question: Q) {
        self.forget(about);
        self.about.insert(about.to_owned(), (question, Loading::Idle));
        self.waiting.push_back(about.to_owned());
    }

    /// Forgets what is known about a thing; a running question is stopped.
    pub fn forget(&mut self, about: &str) {
        self.about.remove(about);
        self.waiting.retain(|one| one != about);
    }

    /// The answer to this question about a thing, if it was asked. Idle means that it waits for its turn.
    #[must_use]
    pub fn answer(&self, about: &str, question: &Q) -> Option<&Loading<T>> {
        self.about.get(about).filter(|(asked, _)| asked == question).map(|(_, answer)| answer)
    }

    /// The last answer about a thing, whatever the question was.
    #[must_use]
    pub fn latest(&self, about: &str) -> Option<&Loading<T>> {
        self.about.get(about).map(|(_, answer)| answer)
    }

    /// Begins what waits, as far as it may; what cannot be begun is forgotten.
    pub fn pump(&mut self, mut begin: impl FnMut(&str, &Q) -> Option<Answer<T>>) {
        let mut running = self.about.values().filter(|(_, answer)| answer.is_running()).count();
        while running < AT_ONCE {
            let Some(about) = self.waiting.pop_front() else { return };
            let Some((question, answer)) = self.about.get_mut(&about) else { continue };
            match begin(&about, question) {
                Some(job) => {
                    *answer = Loading::Running(job);
                    running += 1;
                }
                None => self.forget(&about),
            }
        }
    }

    /// Takes over what was answered.
    pub fn poll(&mut self) {
        for (_, answer) in self.about.values_mut() {
            answer.poll();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::Worker;

    #[test]
    fn only_a_few_questions_are_looked_into_at_once_and_none_is_lost() {
        let worker = Worker::new(&egui::Context::default());
        let mut checks: Checks<u32, u32> = Checks::default();
        for number in 0..100 {
            checks.ask(&number.to_string(), number);
        }
        checks.ask("7", 700);
        assert!(checks.answer("7", &7).is_none(), "given up");
        let begun = std::time::Instant::now();
        while (0..100).any(|number| {
            let question = if number == 7 { 700 } else { number };
            checks.answer(&number.to_string(), &question).is_none_or(|answer| answer.done().is_none())
        }) {
            checks.pump(|_, number| {
                let number = *number;
                Some(worker.spawn("Check", move |_| Ok(number * 2)))
            });
            assert!(checks.about.values().filter(|(_, answer)| answer.is_running()).count() <= AT_ONCE);
            checks.poll();
            assert!(begun.elapsed().as_secs() < 20, "it does not end");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert_eq!(checks.answer("7", &700).and_then(Loading::done), Some(&1400));
    }
}
