//! What actions log in a run (E5): a bounded number of lines, and how many there are beyond it.
//!
//! An action that logs one line an object would fill the journal of a run over a million objects with a million
//! messages that nobody reads, and that every save of the step writes anew.

use std::cell::Cell;

use crate::{
    journal::{Message, MessageLevel},
    script::Logged,
};

/// Lines that a run keeps.
const LINES: usize = 1000;
/// Code of what is told of lines that are not kept.
const LEFT_OUT: &str = "SW-R128";

/// The lines that actions have logged in a run so far.
#[derive(Debug, Default)]
pub(super) struct ActionLog {
    kept: Cell<usize>,
    left_out: Cell<u64>,
    /// Position of the last pass of which lines are not kept.
    last: Cell<Option<usize>>,
}

impl ActionLog {
    /// Of what an action logged in the pass at `position`, the lines that are kept.
    pub(super) fn keep(&self, position: usize, mut logged: Logged) -> Vec<String> {
        let room = LINES.saturating_sub(self.kept.get());
        let beyond = logged.lines.len().saturating_sub(room) as u64 + logged.left_out;
        logged.lines.truncate(room);
        self.kept.set(self.kept.get() + logged.lines.len());
        if beyond > 0 {
            self.left_out.set(self.left_out.get() + beyond);
            self.last.set(Some(position));
        }
        logged.lines
    }

    /// What there is to say at the end of the run, and of which pass; `None` if every line is kept.
    pub(super) fn left_out(&self) -> Option<(usize, Message)> {
        let text = format!(
            "{} further lines that actions logged in this run are left out: a run keeps {LINES}, and an action may \
             log 20 an object; let actions log only what somebody has to look at",
            self.left_out.get()
        );
        let message = Message {
            level: MessageLevel::Warning,
            code: LEFT_OUT.to_owned(),
            text,
            object: None,
            property: None,
            rule: None,
        };
        self.last.get().map(|position| (position, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(lines: usize, left_out: u64) -> Logged {
        Logged { lines: vec!["line".to_owned(); lines], left_out }
    }

    #[test]
    fn what_fits_is_kept_and_the_rest_counted() {
        let log = ActionLog::default();
        assert_eq!(log.keep(0, logged(LINES - 1, 0)).len(), LINES - 1);
        assert!(log.left_out().is_none());
        assert_eq!(log.keep(1, logged(3, 5)).len(), 1);
        assert_eq!(log.keep(2, logged(0, 0)).len(), 0);
        let (position, message) = log.left_out().unwrap();
        assert_eq!(position, 1);
        assert!(message.text.starts_with("7 further lines"), "{}", message.text);
    }

    #[test]
    fn an_action_that_logs_too_much_on_one_object_is_told() {
        let log = ActionLog::default();
        assert_eq!(log.keep(4, logged(20, 80)).len(), 20);
        assert_eq!(log.left_out().map(|(position, _)| position), Some(4));
    }
}
