//! Counting how often each key occurs: exactly, in bounded memory.
//!
//! Full keys are kept, so nothing is ever counted by a hash alone. Keys are worked off in ranges of their
//! hashes: a pass over the data looks at one range; when the memory is used up, the upper half of the
//! range is put off to a later pass. A table that fits takes one pass.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

/// Memory of one key beside its bytes: the entry, its place in the table, and the allocation.
const OVERHEAD: usize = 80;

/// Counts of the keys whose hashes are in a range.
#[derive(Debug)]
pub(super) struct Tally {
    counts: HashMap<Box<[u8]>, u64>,
    bytes: usize,
    budget: usize,
    from: u64,
    to: u64,
}

impl Tally {
    /// A tally of all keys, as far as they fit into `budget` bytes.
    pub(super) fn new(budget: usize) -> Self {
        Self { counts: HashMap::new(), bytes: 0, budget, from: 0, to: u64::MAX }
    }

    /// Notes one occurrence of a key; keys outside the range are left to a later pass.
    pub(super) fn add(&mut self, key: &[u8]) {
        if !self.covers(key) {
            return;
        }
        if let Some(count) = self.counts.get_mut(key) {
            *count += 1;
            return;
        }
        self.bytes += key.len() + OVERHEAD;
        self.counts.insert(key.into(), 1);
        if self.bytes > self.budget {
            self.narrow();
        }
    }

    /// Forgets a key; gives its count.
    pub(super) fn remove(&mut self, key: &[u8]) -> Option<u64> {
        self.counts.remove(key)
    }

    /// True if nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The keys and counts of this range.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], u64)> {
        self.counts.iter().map(|(key, count)| (key.as_ref(), *count))
    }

    /// A tally of the next range; `None` after the last one.
    pub(super) fn next(self) -> Option<Self> {
        let from = self.to.checked_add(1)?;
        Some(Self { counts: HashMap::new(), bytes: 0, budget: self.budget, from, to: u64::MAX })
    }

    fn covers(&self, key: &[u8]) -> bool {
        (self.from..=self.to).contains(&hash(key))
    }

    /// Puts the upper half of the keys off to a later pass. A single hash cannot be halved; then the budget
    /// gives way.
    fn narrow(&mut self) {
        let mut hashes: Vec<u64> = self.counts.keys().map(|key| hash(key)).collect();
        let middle = hashes.len() / 2;
        let (_, median, _) = hashes.select_nth_unstable(middle);
        let Some(to) = median.checked_sub(1).filter(|to| *to >= self.from) else { return };
        self.to = to;
        self.counts.retain(|key, _| hash(key) <= to);
        self.bytes = self.counts.keys().map(|key| key.len() + OVERHEAD).sum();
    }
}

/// The keys that occur most often, over all passes.
#[derive(Debug)]
pub(super) struct MostFrequent {
    keys: Vec<(u64, Box<[u8]>)>,
    wanted: usize,
}

impl MostFrequent {
    /// Keeps so many keys.
    pub(super) fn new(wanted: usize) -> Self {
        Self { keys: Vec::new(), wanted }
    }

    /// Offers a key with its count.
    pub(super) fn offer(&mut self, key: &[u8], count: u64) {
        self.keys.push((count, key.into()));
        // Sorting now and then keeps the list short without comparing every key with every other.
        if self.keys.len() >= 64 * self.wanted.max(1) {
            self.shorten();
        }
    }

    /// The keys and counts, the most frequent first; of equally frequent ones always the same.
    pub(super) fn take(mut self) -> Vec<(u64, Box<[u8]>)> {
        self.shorten();
        self.keys
    }

    fn shorten(&mut self) {
        self.keys.sort_by(|(left, left_key), (right, right_key)| {
            right.cmp(left).then_with(|| left_key.cmp(right_key))
        });
        self.keys.truncate(self.wanted);
    }
}

/// The same in every pass: [`DefaultHasher::new`] has fixed keys.
fn hash(key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// Appends a part of a key in a form in which no two keys look alike.
pub(super) fn push_part(key: &mut Vec<u8>, part: &str) {
    key.extend((part.len() as u64).to_le_bytes());
    key.extend(part.as_bytes());
}

/// The parts of a key that [`push_part`] made.
pub(super) fn parts(mut key: &[u8]) -> Vec<String> {
    let mut parts = Vec::new();
    while let Some((length, rest)) = key.split_first_chunk::<8>() {
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX).min(rest.len());
        let (part, rest) = rest.split_at(length);
        parts.push(String::from_utf8_lossy(part).into_owned());
        key = rest;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Counts of all keys, pass after pass, and the number of passes.
    fn count_all(keys: &[Vec<u8>], budget: usize) -> (HashMap<Vec<u8>, u64>, usize) {
        let mut counts = HashMap::new();
        let mut tally = Some(Tally::new(budget));
        let mut passes = 0;
        while let Some(mut current) = tally {
            keys.iter().for_each(|key| current.add(key));
            passes += 1;
            for (key, count) in current.iter() {
                assert_eq!(counts.insert(key.to_vec(), count), None, "counted twice");
            }
            tally = current.next();
        }
        (counts, passes)
    }

    proptest! {
        #[test]
        fn every_budget_gives_the_same_counts(
            keys in proptest::collection::vec(proptest::collection::vec(0_u8..4, 0..4), 0..200),
            budget in 0_usize..20_000,
        ) {
            let mut expected = HashMap::new();
            keys.iter().for_each(|key| *expected.entry(key.clone()).or_insert(0) += 1);
            prop_assert_eq!(count_all(&keys, budget).0, expected);
        }

        #[test]
        fn parts_come_back(parts_in in proptest::collection::vec(any::<String>(), 0..4)) {
            let mut key = Vec::new();
            parts_in.iter().for_each(|part| push_part(&mut key, part));
            prop_assert_eq!(parts(&key), parts_in);
        }
    }

    #[test]
    fn the_most_frequent_do_not_depend_on_the_order() {
        let mut forward = MostFrequent::new(3);
        let mut backward = MostFrequent::new(3);
        for number in 0..1000_u64 {
            forward.offer(&number.to_be_bytes(), number % 7);
            let number = 999 - number;
            backward.offer(&number.to_be_bytes(), number % 7);
        }
        let forward = forward.take();
        assert_eq!(forward, backward.take());
        assert_eq!(forward.iter().map(|(count, _)| *count).collect::<Vec<_>>(), [6, 6, 6]);
    }

    #[test]
    fn what_fits_takes_one_pass_and_what_does_not_takes_few() {
        let keys: Vec<Vec<u8>> = (0..1000_u32).map(|key| key.to_le_bytes().to_vec()).collect();
        assert_eq!(count_all(&keys, 1 << 20).1, 1);
        let (counts, passes) = count_all(&keys, 200 * (4 + OVERHEAD));
        assert_eq!(counts.len(), 1000);
        assert!((5..=14).contains(&passes), "{passes}");
    }

    #[test]
    fn keys_that_only_look_alike_are_different() {
        let key = |parts: &[&str]| {
            let mut key = Vec::new();
            parts.iter().for_each(|part| push_part(&mut key, part));
            key
        };
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_ne!(key(&["", "a"]), key(&["a", ""]));
    }
}
