//! Time and stack of the object that this thread works on.

use std::{cell::Cell, ptr, time::Instant};

use rhai::Dynamic;

use crate::script::ScriptLimits;

/// Rust stack that one object may use. A thread of the query engine has 2 MiB, its plan needs some of them;
/// calls of functions need far less of it, unless nothing is optimised.
const STACK: usize = 1 << 20;

/// The clock is looked at once in so many operations.
const OPERATIONS: u64 = 256;

/// Why the watch stopped a script: the tokens that Rhai hands through.
pub const OUT_OF_TIME: i64 = 1;
pub const OUT_OF_STACK: i64 = 2;

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
    static STACK_START: Cell<usize> = const { Cell::new(0) };
}

/// Starts watching an object.
pub fn start(limits: ScriptLimits) {
    DEADLINE.set(Instant::now().checked_add(limits.time));
    STACK_START.set(here());
}

/// Called by the engine at every operation; stops the script by giving a token.
pub fn check(operations: u64) -> Option<Dynamic> {
    if STACK_START.get().abs_diff(here()) > STACK {
        return Some(OUT_OF_STACK.into());
    }
    let looks = operations.is_multiple_of(OPERATIONS);
    (looks && DEADLINE.get().is_some_and(|deadline| Instant::now() > deadline)).then(|| OUT_OF_TIME.into())
}

/// About where the stack ends now.
#[inline(never)]
fn here() -> usize {
    let local = 0_u8;
    ptr::from_ref(std::hint::black_box(&local)).addr()
}
