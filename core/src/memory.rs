//! The allocator of programs that use the engine, and how long it keeps what they free.
//!
//! Reconciling allocates and frees columns of many megabytes, block after block. An allocator that gives them back
//! to the system at once asks for the same pages again right after, and the system clears each of them first: with
//! 4,000,000 objects that took up to a third of the time, and far less with 1,000,000.

use std::ffi::c_long;

use libmimalloc_sys::{mi_option_get, mi_option_set, mi_option_t};
pub use mimalloc::MiMalloc as Allocator;

/// `mi_option_purge_delay` of `mimalloc.h`, in milliseconds; the crate has no name for it.
const PURGE_DELAY: mi_option_t = 15;
const DEFAULT_DELAY: c_long = 1000;
/// A step takes a few seconds and is often followed by another one.
const DELAY: c_long = 10_000;

/// Lets [`Allocator`] give memory back ten seconds after it was freed. To be called first thing in `main`.
///
/// Whoever sets `MIMALLOC_PURGE_DELAY` in the environment decides otherwise.
#[expect(
    unsafe_code,
    reason = "options are numbers in static memory; no other thread is there yet to read them"
)]
pub fn keep_for_reuse() {
    // Another version of the allocator may number its options differently: then nothing is set.
    if unsafe { mi_option_get(PURGE_DELAY) } == DEFAULT_DELAY {
        unsafe { mi_option_set(PURGE_DELAY, DELAY) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(unsafe_code, reason = "the option is read back")]
    fn the_option_is_the_delay() {
        keep_for_reuse();
        assert_eq!(unsafe { mi_option_get(PURGE_DELAY) }, DELAY, "its number or default has changed");
    }
}
