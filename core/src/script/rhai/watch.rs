//! Time and stack of the object that this thread works on.

use std::{cell::Cell, ptr, time::Instant};

use rhai::{Dynamic, EvalAltResult};

use crate::script::ScriptLimits;

/// Stack that one object may use on a thread that is not ours: one of the query engine has 2 MiB, and its
/// plan needs some of them.
pub const STACK: usize = 512 << 10;

/// The clock is looked at once in so many operations.
const OPERATIONS: u64 = 256;

/// Why the watch stopped a script: the tokens that Rhai hands through.
pub const OUT_OF_TIME: i64 = 1;
const OUT_OF_STACK: i64 = 2;

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
    static STACK_START: Cell<usize> = const { Cell::new(0) };
    static STACK_SIZE: Cell<usize> = const { Cell::new(STACK) };
}

/// Starts watching an object that may use `stack` bytes of stack.
pub fn start(limits: ScriptLimits, stack: usize) {
    DEADLINE.set(Instant::now().checked_add(limits.time));
    STACK_START.set(here());
    STACK_SIZE.set(stack);
}

/// Whether the script was stopped because it used up the stack.
pub fn is_out_of_stack(error: &EvalAltResult) -> bool {
    match error {
        EvalAltResult::ErrorTerminated(token, _) => token.as_int() == Ok(OUT_OF_STACK),
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => is_out_of_stack(inner),
        _ => false,
    }
}

/// Called by the engine at every operation; stops the script by giving a token.
pub fn check(operations: u64) -> Option<Dynamic> {
    if STACK_START.get().abs_diff(here()) > STACK_SIZE.get() {
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
