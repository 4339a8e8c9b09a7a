//! Objects by their key, whatever the file spells it like: `{6F96…}` and `6f96…` are one GUID.
//!
//! An [`Index`] knows where the object with a key is, for one file and the changes of one transaction. It
//! holds digests of 128 bits instead of keys, so that ten million objects fit into some hundred megabytes;
//! that two keys ever have the same digest is less likely than a broken disk.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasher as _, Hash, Hasher, RandomState},
};

use arrow::array::RecordBatch;

use super::columns::Cell;
use crate::value::{Value, value_at};

/// A key by what it means.
pub type Digest = [u64; 2];

/// Number of a record, from 0, the header not counted.
pub type Number = u64;

/// In place of a number: several objects have the key.
const SEVERAL: Number = Number::MAX;

/// Makes digests; those of two digesters cannot be compared.
#[derive(Debug, Clone, Default)]
pub struct Digester(RandomState, RandomState);

impl Digester {
    /// The digest of a key; `None` if a part of it is NULL, which equals nothing.
    pub fn digest(&self, key: &[Value]) -> Option<Digest> {
        if key.iter().any(Value::is_null) {
            return None;
        }
        let key = Key(key);
        Some([self.0.hash_one(&key), self.1.hash_one(&key)])
    }

    /// The digest of the key in a row of columns that are named after properties; `None` also if one of
    /// `names` is not among them.
    pub fn of_row<'a>(
        &self,
        keys: &RecordBatch,
        row: usize,
        names: impl Iterator<Item = &'a str>,
    ) -> Option<Digest> {
        let key: Vec<Value> = names
            .map(|name| keys.column_by_name(name).map(|column| value_at(column, row)))
            .collect::<Option<_>>()?;
        self.digest(&key)
    }
}

struct Key<'a>(&'a [Value]);

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for value in self.0 {
            std::mem::discriminant(value).hash(state);
            match value {
                Value::Null => {}
                Value::Boolean(value) => value.hash(state),
                Value::Integer(value)
                | Value::Time(value)
                | Value::Timestamp(value)
                | Value::TimestampUtc(value) => value.hash(state),
                Value::Decimal { unscaled, scale } => (unscaled, scale).hash(state),
                // 0 and -0 are one number.
                Value::Float(value) => (value + 0.0).to_bits().hash(state),
                Value::String(value) => value.hash(state),
                Value::Binary(value) => value.hash(state),
                Value::Date(value) => value.hash(state),
                Value::List(values) => Key(values).hash(state),
            }
        }
    }
}

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A record of the file.
    Record(Number),
    /// An object that the transaction created, by its position among them.
    New(usize),
}

/// What a key leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// No object.
    Nothing,
    /// One object.
    One(Place),
    /// Several objects.
    Several,
}

/// Objects by their key.
#[derive(Debug, Clone)]
pub struct Index {
    /// The key columns.
    pub cells: Vec<Cell>,
    file: HashMap<Digest, Number>,
    changed: HashMap<Digest, Found>,
}

impl Index {
    /// An index of these key columns, without objects.
    pub fn new(cells: Vec<Cell>) -> Self {
        Self { cells, file: HashMap::new(), changed: HashMap::new() }
    }

    /// Takes a record of the file.
    pub fn add(&mut self, digest: Option<Digest>, number: Number) {
        if let Some(digest) = digest {
            self.file.entry(digest).and_modify(|known| *known = SEVERAL).or_insert(number);
        }
    }

    /// What a key leads to, with the changes of the transaction.
    pub fn find(&self, digest: &Digest) -> Found {
        match (self.changed.get(digest), self.file.get(digest)) {
            (Some(found), _) => *found,
            (None, None) => Found::Nothing,
            (None, Some(&SEVERAL)) => Found::Several,
            (None, Some(number)) => Found::One(Place::Record(*number)),
        }
    }

    /// Notes that an object got a key, or lost it.
    pub fn set(&mut self, digest: Digest, found: Found) {
        self.changed.insert(digest, found);
    }

    /// Forgets the changes of the transaction.
    pub fn roll_back(&mut self) {
        self.changed.clear();
    }

    /// Takes the changes over: the file was written with them. `records` is how many it had before.
    pub fn commit(&mut self, changes: &Changes, records: Number) {
        let mut deleted: Vec<Number> = changes.deleted.iter().copied().collect();
        deleted.sort_unstable();
        let moved = |number: Number| number - deleted.partition_point(|gone| *gone < number) as Number;
        let mut next = records - deleted.len() as Number;
        let new: Vec<Number> = changes
            .new
            .iter()
            .map(|object| {
                let number = next;
                next += Number::from(object.is_some());
                number
            })
            .collect();
        if !deleted.is_empty() {
            self.file
                .values_mut()
                .filter(|number| **number != SEVERAL)
                .for_each(|number| *number = moved(*number));
        }
        for (digest, found) in self.changed.drain() {
            match found {
                Found::Nothing => self.file.remove(&digest),
                Found::Several => self.file.insert(digest, SEVERAL),
                Found::One(Place::Record(number)) => self.file.insert(digest, moved(number)),
                Found::One(Place::New(at)) => {
                    new.get(at).and_then(|number| self.file.insert(digest, *number))
                }
            };
        }
    }
}

/// Changes of one file that are not written yet.
#[derive(Debug, Default)]
pub struct Changes {
    /// New fields of records, by number of the record and of the column.
    pub updated: HashMap<Number, BTreeMap<usize, String>>,
    /// Records that go.
    pub deleted: HashSet<Number>,
    /// Objects that come, with all their fields; `None` for such as went again.
    pub new: Vec<Option<Vec<String>>>,
}

impl Changes {
    /// True if the file stays as it is.
    pub fn is_empty(&self) -> bool {
        self.updated.is_empty() && self.deleted.is_empty() && self.new.iter().all(Option::is_none)
    }

    /// Adds an object.
    pub fn insert(&mut self, fields: Vec<String>) -> Place {
        self.new.push(Some(fields));
        Place::New(self.new.len() - 1)
    }

    /// Changes fields of an object.
    pub fn update(&mut self, place: Place, fields: impl Iterator<Item = (usize, String)>) {
        match place {
            Place::Record(number) => self.updated.entry(number).or_default().extend(fields),
            Place::New(at) => {
                let Some(Some(object)) = self.new.get_mut(at) else { return };
                for (column, field) in fields {
                    if let Some(slot) = object.get_mut(column) {
                        *slot = field;
                    }
                }
            }
        }
    }

    /// Removes an object.
    pub fn delete(&mut self, place: Place) {
        match place {
            Place::Record(number) => {
                self.updated.remove(&number);
                self.deleted.insert(number);
            }
            Place::New(at) => {
                if let Some(object) = self.new.get_mut(at) {
                    *object = None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_they_mean() {
        let digester = Digester::default();
        let of = |value: Value| digester.digest(&[value]);
        assert_eq!(of(Value::Null), None);
        assert_eq!(of(Value::Float(0.0)), of(Value::Float(-0.0)));
        assert_ne!(of(Value::Integer(1)), of(Value::Date(1)));
        let text = |text: &str| Value::String(text.to_owned());
        assert_ne!(digester.digest(&[text("a"), text("bc")]), digester.digest(&[text("ab"), text("c")]));
    }

    #[test]
    fn an_index_follows_its_file() {
        let key = |number: u64| [number, 0];
        let mut index = Index::new(Vec::new());
        (0..5).for_each(|number| index.add(Some(key(number)), number));
        index.add(Some(key(9)), 5);
        index.add(Some(key(9)), 6);
        let mut changes = Changes::default();
        // 1 goes, 3 becomes 30, 50 comes and goes, 51 comes.
        changes.delete(Place::Record(1));
        index.set(key(1), Found::Nothing);
        changes.update(Place::Record(3), std::iter::once((0, "30".to_owned())));
        index.set(key(3), Found::Nothing);
        index.set(key(30), Found::One(Place::Record(3)));
        let gone = changes.insert(vec!["50".to_owned()]);
        index.set(key(50), Found::One(gone));
        changes.delete(gone);
        index.set(key(50), Found::Nothing);
        index.set(key(51), Found::One(changes.insert(vec!["51".to_owned()])));
        assert_eq!(index.find(&key(30)), Found::One(Place::Record(3)));
        assert_eq!(index.find(&key(51)), Found::One(Place::New(1)));
        let mut before = index.clone();
        before.roll_back();
        assert_eq!(before.find(&key(1)), Found::One(Place::Record(1)));
        assert_eq!(before.find(&key(30)), Found::Nothing);
        index.commit(&changes, 7);
        let expected = [
            (0, Found::One(Place::Record(0))),
            (1, Found::Nothing),
            (2, Found::One(Place::Record(1))),
            (3, Found::Nothing),
            (30, Found::One(Place::Record(2))),
            (4, Found::One(Place::Record(3))),
            (9, Found::Several),
            (50, Found::Nothing),
            (51, Found::One(Place::Record(6))),
        ];
        for (number, found) in expected {
            assert_eq!(index.find(&key(number)), found, "{number}");
        }
    }
}
