//! The remembered pairs of one step (M10): read from the journal, given to the plan, brought up to date.
//!
//! A pair of which both objects are there is matched before all rules. If one of the two is gone, the rules may
//! match the other one again; the log then says so. What is remembered after the step: pairs that rules found,
//! objects that were inserted with their source, keys that the step changed; pairs of deleted objects, and pairs
//! of which neither object is there, are forgotten. A key that the database gives to a new object is not known
//! here; its pair is remembered when the next run matches it.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, BooleanArray, RecordBatch, UInt32Array},
    compute::filter_record_batch,
    datatypes::{DataType, Field, Schema as ArrowSchema, UInt32Type},
    error::ArrowError,
};
use datafusion::catalog::TableProvider;

use super::{
    noted::ForMemory,
    pair_book::Book,
    source::{in_memory, key_columns, keys_in_rows},
};
use crate::{
    journal::{
        Change, ChangeList, Journal, JournalError, Message, MessageLevel, PairKeys, PairOrigin, internal,
        pair_key,
    },
    mapping::{CompiledMapping, PAIR_COLUMN},
    project::{Method, SchemaType, Side},
    value::{Value, value_at},
};

/// Remembered pairs that are told one by one if their table is violated.
const TOLD: usize = 5;

/// The remembered pairs of a step.
pub struct StepPairs {
    mapping: String,
    /// Key properties of both sides.
    keys: [Vec<String>; 2],
    book: Book,
    /// Numbers of pairs that are not used; never seen, so never gone.
    ignored: HashSet<u32>,
    count: u32,
    messages: Vec<Message>,
    tables: HashMap<Side, Arc<dyn TableProvider>>,
}

impl StepPairs {
    /// Reads what a mapping remembers; `None` if it remembers nothing.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn read(journal: &mut Journal, mapping: &CompiledMapping) -> Result<Option<Self>, JournalError> {
        if !mapping.remember_pairs {
            return Ok(None);
        }
        let remembered = journal.pair_keys(&mapping.name)?;
        let count = u32::try_from(remembered.len()).unwrap_or(u32::MAX);
        let keys = [mapping.left.key.clone(), mapping.right.key.clone()];
        let mut pairs = Self {
            mapping: mapping.name.clone(),
            keys,
            book: Book::new(remembered.clone()),
            ignored: HashSet::new(),
            count,
            messages: Vec::new(),
            tables: HashMap::new(),
        };
        let types = [&mapping.left.schema_type, &mapping.right.schema_type];
        pairs.make_tables(&remembered, types).map_err(internal)?;
        Ok(Some(pairs))
    }

    /// The pairs as tables of the step's plan.
    pub fn tables(&self) -> HashMap<Side, Arc<dyn TableProvider>> {
        self.tables.clone()
    }

    fn make_tables(&mut self, pairs: &PairKeys, types: [&SchemaType; 2]) -> Result<(), ArrowError> {
        if pairs.is_empty() {
            return Ok(());
        }
        let mut usable = vec![true; pairs.len()];
        let mut sides = Vec::new();
        for (schema_type, texts) in types.into_iter().zip([&pairs.left, &pairs.right]) {
            let (fields, columns): (Vec<_>, Vec<_>) =
                key_columns(schema_type, texts, schema_type.key.len() > 1)?.into_iter().unzip();
            take_out_unusable(&columns, &mut usable)?;
            sides.push((fields, columns));
        }
        self.ignore(&usable);
        let usable = BooleanArray::from(usable);
        for (side, (mut fields, mut columns)) in [Side::Left, Side::Right].into_iter().zip(sides) {
            fields.push(Field::new(PAIR_COLUMN, DataType::UInt32, true));
            columns.push(Arc::new(UInt32Array::from_iter_values(0..self.count)) as ArrayRef);
            let all = RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)?;
            self.tables.insert(side, in_memory(filter_record_batch(&all, &usable)?)?);
        }
        Ok(())
    }

    /// Two remembered pairs never share an object; where the table says so nevertheless, nobody guesses.
    fn ignore(&mut self, usable: &[bool]) {
        self.ignored =
            (0..self.count).zip(usable).filter(|(_, usable)| !**usable).map(|pair| pair.0).collect();
        if self.ignored.is_empty() {
            return;
        }
        let mut names: Vec<String> = self.ignored.iter().map(|number| self.name(*number)).collect();
        names.sort();
        let more = names.len().saturating_sub(TOLD);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        names.truncate(TOLD);
        self.messages.push(Message {
            level: MessageLevel::Warning,
            code: "SW-R114".to_owned(),
            text: format!(
                "remembered pairs that share an object, or whose keys cannot be read, are not used: {}{more}; the \
                 matching rules decide",
                names.join(" · ")
            ),
            object: None,
            property: None,
            rule: None,
        });
    }

    fn name(&self, number: u32) -> String {
        format!("{} ↔ {}", self.book.key(number, Side::Left), self.book.key(number, Side::Right))
    }

    /// Takes over what reconciliation found; gives what there is to say about it.
    pub fn found(&mut self, found: &ForMemory) -> Vec<Message> {
        if found.has_numbers {
            self.forget_gone(found);
        }
        for (rule, batch) in &found.matched {
            for row in 0..batch.num_rows() {
                self.matched(rule, batch, row, found.has_numbers);
            }
        }
        let mut messages = std::mem::take(&mut self.messages);
        // Rows come in any order; what is said about them must not.
        messages.sort_by(|one, other| (&one.code, &one.object).cmp(&(&other.code, &other.object)));
        messages
    }

    /// Forgets pairs of which neither object is there.
    fn forget_gone(&mut self, found: &ForMemory) {
        let mut seen = vec![false; self.count as usize];
        for numbers in &found.seen {
            for number in numbers.as_primitive::<UInt32Type>().iter().flatten() {
                if let Some(slot) = seen.get_mut(number as usize) {
                    *slot = true;
                }
            }
        }
        for (number, _) in (0..self.count).zip(seen).filter(|(_, seen)| !seen) {
            if !self.ignored.contains(&number) {
                self.book.forget_number(number);
            }
        }
    }

    /// Remembers a pair that a rule found.
    fn matched(&mut self, rule: &str, batch: &RecordBatch, row: usize, has_numbers: bool) {
        let first_key = if has_numbers { 4 } else { 2 };
        let [left_names, right_names] = &self.keys;
        let left = key_at(batch, row, first_key, left_names);
        let right = key_at(batch, row, first_key + left_names.len(), right_names);
        let (Some(left), Some(right)) = (left, right) else { return };
        if has_numbers {
            for (column, side) in [(2, Side::Left), (3, Side::Right)] {
                let numbers = batch.column(column).as_primitive::<UInt32Type>();
                if numbers.is_valid(row) {
                    self.tell_broken(numbers.value(row), side, [&left, &right], rule);
                }
            }
        }
        self.book.remember(&left, &right, PairOrigin::Matched);
    }

    /// An object of a remembered pair whose other object is gone was matched again.
    fn tell_broken(&mut self, number: u32, side: Side, [left, right]: [&str; 2], rule: &str) {
        let before = self.book.key(number, side.other());
        let (own, now) = match side {
            Side::Left => (left, right),
            Side::Right => (right, left),
        };
        self.messages.push(Message {
            level: MessageLevel::Info,
            code: "SW-R113".to_owned(),
            text: format!(
                "the object of the {} that it was paired with is gone: {before}; it is paired with {now} now",
                side.other().system_name()
            ),
            object: Some(own.to_owned()),
            property: None,
            rule: Some(rule.to_owned()),
        });
    }

    /// Takes over what applying the changes in `range` wrote on the side `destination`: of those in `committed`
    /// the own row is there, whatever became of their members and further references.
    pub fn written(
        &mut self,
        changes: &ChangeList,
        range: Range<usize>,
        destination: Side,
        committed: &HashSet<usize>,
    ) {
        let committed = range.filter(|index| committed.contains(index));
        for change in committed.filter_map(|index| changes.get(index)) {
            match change.method {
                Method::Insert => self.inserted(&change, destination),
                Method::Update => self.updated(&change, destination),
                Method::Delete => {
                    if let Some(key) = pair_key(change.key(destination)) {
                        self.book.forget(destination, &key);
                    }
                }
                _ => {}
            }
        }
    }

    fn inserted(&mut self, change: &Change, destination: Side) {
        let source = pair_key(change.key(destination.other()));
        let new: Vec<(String, Value)> =
            self.key_names(destination).iter().map(|name| (name.clone(), new_value(change, name))).collect();
        if let (Some(source), Some(new)) = (source, pair_key(&new)) {
            self.remember(destination, &source, &new, PairOrigin::Inserted);
        }
    }

    /// A key that was changed is remembered as it is now.
    fn updated(&mut self, change: &Change, destination: Side) {
        let is_key = |name: &String| change.properties.iter().any(|property| property.property == *name);
        if !self.key_names(destination).iter().any(is_key) {
            return;
        }
        let old = change.key(destination);
        let new: Vec<(String, Value)> = old
            .iter()
            .map(|(name, value)| {
                let value = if is_key(name) { new_value(change, name) } else { value.clone() };
                (name.clone(), value)
            })
            .collect();
        let source = pair_key(change.key(destination.other()));
        let (Some(source), Some(old), Some(new)) = (source, pair_key(old), pair_key(&new)) else { return };
        // The new key is known already if a run was killed after it had remembered it.
        let left = match destination {
            Side::Left => [&old, &new],
            Side::Right => [&source, &source],
        };
        let how = left.into_iter().find_map(|left| self.book.origin(left)).unwrap_or(PairOrigin::Matched);
        self.remember(destination, &source, &new, how);
    }

    fn remember(&mut self, destination: Side, source: &str, written: &str, how: PairOrigin) {
        let (left, right) = match destination {
            Side::Left => (written, source),
            Side::Right => (source, written),
        };
        if !self.book.holds(left, right) {
            self.book.remember(left, right, how);
        }
    }

    fn key_names(&self, side: Side) -> &[String] {
        let [left, right] = &self.keys;
        match side {
            Side::Left => left,
            Side::Right => right,
        }
    }

    /// Writes into the journal what changed since the last time.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn save(&mut self, journal: &mut Journal, run: &str) -> Result<(), JournalError> {
        let (forget, remember) = self.book.difference();
        journal.change_pairs(&self.mapping, &forget, &remember, Some(run))?;
        self.book.is_saved();
        Ok(())
    }
}

/// Marks pairs whose key is no key of the type, and all pairs that share one.
fn take_out_unusable(columns: &[ArrayRef], usable: &mut [bool]) -> Result<(), ArrowError> {
    let rows = keys_in_rows(columns)?;
    let mut first = HashMap::with_capacity(usable.len());
    for number in 0..usable.len() {
        let unreadable = columns.iter().any(|column| column.is_null(number));
        let shared = first.insert(rows.row(number), number);
        for bad in [unreadable.then_some(number), shared.map(|_| number), shared].into_iter().flatten() {
            if let Some(slot) = usable.get_mut(bad) {
                *slot = false;
            }
        }
    }
    Ok(())
}

fn key_at(batch: &RecordBatch, row: usize, first: usize, names: &[String]) -> Option<String> {
    let key: Vec<(String, Value)> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (name.clone(), value_at(batch.column(first + at), row)))
        .collect();
    pair_key(&key)
}

fn new_value(change: &Change, name: &str) -> Value {
    let property = change.properties.iter().find(|property| property.property == name);
    property.map_or(Value::Null, |property| property.new.clone())
}
