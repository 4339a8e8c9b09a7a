//! How much a script may take for one object.

use std::time::Duration;

/// What a script may take for one object (E5); beyond it the object is in error and the run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptLimits {
    /// Wall time of one object.
    pub time: Duration,
    /// Bytes. JavaScript: of all that a script holds. Rhai: every single value may take a sixteenth of it.
    pub memory: usize,
    /// Calls of functions within each other; JavaScript, which has no such number, gets a stack of that size.
    pub depth: usize,
}

impl Default for ScriptLimits {
    fn default() -> Self {
        Self { time: Duration::from_millis(250), memory: 16 << 20, depth: 64 }
    }
}
