//! What scripts write into the log of a run: collected for one call at a time, on the thread that runs it.
//!
//! Only where somebody collects, as for actions after, there is a log to write into: other scripts may run more often
//! than there are objects, or not at all.

use std::cell::RefCell;

/// Lines of one call; further ones are dropped and counted.
const LINES: usize = 20;
/// Characters of a line; what is longer is cut.
const LENGTH: usize = 1000;

/// What one call has logged (E5).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logged {
    /// The lines, in order; no more than a call may have.
    pub lines: Vec<String>,
    /// Further lines, which are dropped.
    pub left_out: u64,
}

thread_local! {
    static COLLECTED: RefCell<Option<Logged>> = const { RefCell::new(None) };
}

/// Runs `work`, and gives what it logs.
pub fn collect<T>(work: impl FnOnce() -> T) -> (T, Logged) {
    let outer = COLLECTED.replace(Some(Logged::default()));
    let result = work();
    (result, COLLECTED.replace(outer).unwrap_or_default())
}

/// The work begins again with what is logged already, which may be nothing.
pub fn restart_with(logged: Logged) {
    COLLECTED.with_borrow_mut(|collected| collected.iter_mut().for_each(|own| own.clone_from(&logged)));
}

/// The work begins again, as if it had logged nothing.
pub fn restart() {
    restart_with(Logged::default());
}

/// True if what is logged on this thread is collected.
pub fn is_collecting() -> bool {
    COLLECTED.with_borrow(Option::is_some)
}

/// Adds a line; false if there is no log.
pub fn add(line: &str) -> bool {
    COLLECTED.with_borrow_mut(|collected| match collected {
        Some(Logged { lines, .. }) if lines.len() < LINES => {
            lines.push(line.chars().take(LENGTH).collect());
            true
        }
        Some(Logged { left_out, .. }) => {
            *left_out += 1;
            true
        }
        None => false,
    })
}
