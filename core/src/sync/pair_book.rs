//! The remembered pairs of a step as a book that changes while the step runs (M10).
//!
//! It starts with what the table holds, takes over what is matched, written and deleted, and in the end gives
//! the difference to the table: a run in which nothing happens writes nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow::array::{Array as _, StringArray};

use crate::{
    journal::{PairKeys, PairOrigin},
    project::Side,
};

/// A pair that the table does not have, or did not have when the step began.
struct Added {
    right: String,
    how: PairOrigin,
    /// The table has it now.
    saved: bool,
}

/// Remembered pairs and what changes about them.
pub struct Book {
    remembered: PairKeys,
    /// Numbers of remembered pairs by the key of a side, sorted; made when first looked into.
    by_key: [Option<Vec<u32>>; 2],
    /// Numbers of remembered pairs that are none any more.
    gone: HashSet<u32>,
    /// New pairs by the key of the central object.
    added: BTreeMap<String, Added>,
    /// Keys of the central objects of new pairs by the key of the target object.
    added_by_right: HashMap<String, String>,
    /// Central keys of pairs that the table has and must lose.
    forget: Vec<String>,
}

/// The difference to the table: central keys of pairs that go, then pairs that come.
pub type Difference = (Vec<String>, Vec<(String, String, PairOrigin)>);

impl Book {
    /// A book with what the table holds.
    pub fn new(remembered: PairKeys) -> Self {
        Self {
            remembered,
            by_key: [None, None],
            gone: HashSet::new(),
            added: BTreeMap::new(),
            added_by_right: HashMap::new(),
            forget: Vec::new(),
        }
    }

    /// Key of the object of a remembered pair.
    pub fn key(&self, number: u32, side: Side) -> &str {
        keys(&self.remembered, side).value(number as usize)
    }

    /// Forgets a remembered pair.
    pub fn forget_number(&mut self, number: u32) {
        if self.gone.insert(number) {
            self.forget.push(self.key(number, Side::Left).to_owned());
        }
    }

    /// Forgets whatever pair the object of `side` with this key is in.
    pub fn forget(&mut self, side: Side, key: &str) {
        for number in self.numbers(side, key) {
            self.forget_number(number);
        }
        let left = match side {
            Side::Left => Some(key.to_owned()),
            Side::Right => self.added_by_right.get(key).cloned(),
        };
        if let Some((left, added)) = left.and_then(|left| self.added.remove_entry(&left)) {
            self.added_by_right.remove(&added.right);
            if added.saved {
                self.forget.push(left);
            }
        }
    }

    /// Remembers a pair, in place of whatever pairs the two were in.
    pub fn remember(&mut self, left: &str, right: &str, how: PairOrigin) {
        self.forget(Side::Left, left);
        self.forget(Side::Right, right);
        self.added.insert(left.to_owned(), Added { right: right.to_owned(), how, saved: false });
        self.added_by_right.insert(right.to_owned(), left.to_owned());
    }

    /// How the pair of a central object came to be remembered, if it is in one.
    pub fn origin(&mut self, left: &str) -> Option<PairOrigin> {
        if let Some(added) = self.added.get(left) {
            return Some(added.how);
        }
        let number = self.numbers(Side::Left, left).into_iter().find(|number| !self.gone.contains(number))?;
        Some(PairOrigin::from_id(self.remembered.how.value(number as usize)))
    }

    /// True if the two are a pair, and neither is in another one.
    pub fn holds(&mut self, left: &str, right: &str) -> bool {
        if self.added.get(left).is_some_and(|added| added.right == right) {
            return true;
        }
        let (of_left, of_right) = (self.numbers(Side::Left, left), self.numbers(Side::Right, right));
        matches!((of_left.as_slice(), of_right.as_slice()), ([one], [other]) if one == other)
            && of_left.iter().all(|number| !self.gone.contains(number))
    }

    /// Numbers of the remembered pairs with this key; several only where the table is violated.
    fn numbers(&mut self, side: Side, key: &str) -> Vec<u32> {
        let keys = keys(&self.remembered, side);
        let slot = match side {
            Side::Left => &mut self.by_key[0],
            Side::Right => &mut self.by_key[1],
        };
        let sorted = slot.get_or_insert_with(|| {
            let mut numbers: Vec<u32> = (0..u32::try_from(keys.len()).unwrap_or(u32::MAX)).collect();
            numbers.sort_unstable_by_key(|number| keys.value(*number as usize));
            numbers
        });
        let first = sorted.partition_point(|number| keys.value(*number as usize) < key);
        let rest = sorted.get(first..).unwrap_or_default().iter().copied();
        rest.take_while(|number| keys.value(*number as usize) == key).collect()
    }

    /// The difference to the table, which the caller writes into it.
    pub fn difference(&self) -> Difference {
        let mut forget = self.forget.clone();
        forget.sort_unstable();
        forget.dedup();
        let new = self.added.iter().filter(|(_, added)| !added.saved);
        (forget, new.map(|(left, added)| (left.clone(), added.right.clone(), added.how)).collect())
    }

    /// Notes that the difference is in the table.
    pub fn is_saved(&mut self) {
        self.forget.clear();
        self.added.values_mut().for_each(|added| added.saved = true);
    }
}

fn keys(pairs: &PairKeys, side: Side) -> &StringArray {
    match side {
        Side::Left => &pairs.left,
        Side::Right => &pairs.right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PairOrigin::{ByHand, Inserted, Matched};

    /// Pairs `a–1`, `b–2`, `c–3`, the last one made by hand.
    fn book() -> Book {
        Book::new(PairKeys {
            left: StringArray::from(vec!["a", "b", "c"]),
            right: StringArray::from(vec!["1", "2", "3"]),
            how: StringArray::from(vec!["matched", "inserted", "by_hand"]),
        })
    }

    /// The difference, which is then in the table.
    fn saved(book: &mut Book) -> Difference {
        let difference = book.difference();
        book.is_saved();
        difference
    }

    fn pair(left: &str, right: &str, how: PairOrigin) -> (String, String, PairOrigin) {
        (left.to_owned(), right.to_owned(), how)
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn nothing_happens_nothing_changes() {
        assert_eq!(saved(&mut book()), (Vec::new(), Vec::new()));
    }

    #[test]
    fn keys_that_swap_places() {
        let mut book = book();
        book.remember("a", "2", Matched);
        book.remember("b", "1", Inserted);
        let pairs = vec![pair("a", "2", Matched), pair("b", "1", Inserted)];
        assert_eq!(saved(&mut book), (texts(&["a", "b"]), pairs));
        assert_eq!(saved(&mut book), (Vec::new(), Vec::new()));
    }

    #[test]
    fn keys_that_move_up() {
        for order in [[("a", "2"), ("b", "3"), ("c", "4")], [("c", "4"), ("b", "3"), ("a", "2")]] {
            let mut book = book();
            for (left, right) in order {
                let how = book.origin(left).unwrap_or(Matched);
                book.remember(left, right, how);
            }
            let (forget, new) = saved(&mut book);
            assert_eq!(forget, texts(&["a", "b", "c"]));
            let rights: Vec<&str> = new.iter().map(|(_, right, _)| right.as_str()).collect();
            assert_eq!(rights, ["2", "3", "4"]);
        }
    }

    #[test]
    fn an_origin_is_kept() {
        let mut book = book();
        assert_eq!(book.origin("c"), Some(ByHand));
        book.remember("d", "4", Inserted);
        assert_eq!(book.origin("d"), Some(Inserted));
        book.forget(Side::Right, "3");
        assert_eq!(book.origin("c"), None);
    }

    #[test]
    fn what_it_holds_is_not_written_again() {
        let mut book = book();
        assert!(book.holds("a", "1") && !book.holds("a", "2") && !book.holds("d", "4"));
        book.remember("d", "4", Inserted);
        assert!(book.holds("d", "4"));
        book.forget(Side::Right, "1");
        assert!(!book.holds("a", "1"));
        // Where the table is violated nothing holds.
        let twice = |keys: Vec<&str>| StringArray::from(keys);
        let mut book = Book::new(PairKeys {
            left: twice(vec!["a", "b"]),
            right: twice(vec!["1", "1"]),
            how: twice(vec!["matched", "matched"]),
        });
        assert!(!book.holds("a", "1"));
    }

    #[test]
    fn what_was_saved_meanwhile_can_be_forgotten() {
        let mut book = book();
        book.remember("d", "4", Inserted);
        book.remember("e", "5", Inserted);
        book.forget(Side::Left, "e");
        assert_eq!(saved(&mut book), (Vec::new(), vec![pair("d", "4", Inserted)]));
        book.forget(Side::Right, "4");
        book.forget_number(1);
        book.forget_number(1);
        assert_eq!(saved(&mut book), (texts(&["b", "d"]), Vec::new()));
    }

    #[test]
    fn every_row_of_a_violated_table_is_found() {
        let mut book = Book::new(PairKeys {
            left: StringArray::from(vec!["a", "b"]),
            right: StringArray::from(vec!["1", "1"]),
            how: StringArray::from(vec!["matched", "matched"]),
        });
        book.remember("c", "1", Matched);
        assert_eq!(saved(&mut book), (texts(&["a", "b"]), vec![pair("c", "1", Matched)]));
    }
}
