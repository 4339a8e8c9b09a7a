//! What scripts write into the log of a run: collected for one call at a time, on the thread that runs it.
//!
//! Only where somebody collects, as for actions after, there is a log to write into: other scripts may run more often
//! than there are objects, or not at all.

use std::cell::RefCell;

/// Lines of one call; further ones are dropped.
const LINES: usize = 20;
/// Characters of a line; what is longer is cut.
const LENGTH: usize = 1000;

thread_local! {
    static COLLECTED: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Runs `work`, and gives what it logs.
pub fn collect<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
    let outer = COLLECTED.replace(Some(Vec::new()));
    let result = work();
    (result, COLLECTED.replace(outer).unwrap_or_default())
}

/// The work begins again, as if it had logged nothing.
pub fn restart() {
    COLLECTED.with_borrow_mut(|lines| lines.iter_mut().for_each(Vec::clear));
}

/// True if what is logged on this thread is collected.
pub fn is_collecting() -> bool {
    COLLECTED.with_borrow(Option::is_some)
}

/// Adds a line; false if there is no log.
pub fn add(line: &str) -> bool {
    COLLECTED.with_borrow_mut(|lines| match lines {
        Some(lines) => {
            if lines.len() < LINES {
                lines.push(line.chars().take(LENGTH).collect());
            }
            true
        }
        None => false,
    })
}
