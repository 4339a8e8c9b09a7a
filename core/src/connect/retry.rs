//! What all that is tried again has in common (C5): how often, how long to wait, and that a cancel ends the waiting.
//!
//! Which errors are worth another try is up to those who know what they did: `odbc` for reading and connecting,
//! `sync` for batches.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::ConnectError;
use crate::progress::CancelToken;

/// Pauses before the further tries: a server that restarts, a lock, or whoever won a deadlock needs some time.
pub const PAUSES: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(250), Duration::from_millis(1000)];
/// How often somebody who waits looks at the cancel switch.
const LOOK: Duration = Duration::from_millis(20);

/// Waits until the next try; false if somebody asks to stop meanwhile.
#[must_use]
pub fn wait(pause: Duration, cancel: &CancelToken) -> bool {
    let until = Instant::now() + pause;
    loop {
        if cancel.is_cancelled() {
            return false;
        }
        match until.saturating_duration_since(Instant::now()) {
            Duration::ZERO => return true,
            rest => thread::sleep(rest.min(LOOK)),
        }
    }
}

/// An error as it stands in a log.
#[must_use]
pub fn one_line(error: &ConnectError) -> String {
    error.to_string().replace('\n', " ")
}
