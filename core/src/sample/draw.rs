//! Random numbers of the sample: the same from the same seed, on every machine and in every version.
//!
//! Only whole numbers are drawn, by a plain remainder: what looks like a loss of quality is what keeps the
//! results apart from the distributions of a library, which may change.

use jiff::{ToSpan as _, civil::Date};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

/// A source of random numbers.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// A source of its own per topic, so that a new draw in one does not change all others.
    pub(super) fn new(seed: u64, topic: u8) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8] = topic;
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// A number from 0 to `end` - 1; 0 if `end` is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        // 32 bits are plenty for every count here, and mean the same on every machine.
        let end = u32::try_from(end).unwrap_or(u32::MAX).max(1);
        (self.0.next_u32() % end) as usize
    }

    /// True in `percent` of 100 cases.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the items.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Brings the items into another order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// A day in the years `first` to `last`, both included.
    pub(super) fn day(&mut self, first: i16, last: i16) -> Date {
        let years = usize::try_from(last - first + 1).unwrap_or(1);
        let year = first + i16::try_from(self.below(years)).unwrap_or(0);
        let month = 1 + i8::try_from(self.below(12)).unwrap_or(0);
        let first_of_month = Date::new(year, month, 1).unwrap_or_default();
        let days = usize::try_from(first_of_month.days_in_month()).unwrap_or(28);
        first_of_month.saturating_add(i64::try_from(self.below(days)).unwrap_or(0).days())
    }
}
