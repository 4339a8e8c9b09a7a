//! Remembered pairs of mappings (M10): table `sw_pair`.
//!
//! Pairs belong to a mapping and to the target system, whose identifier never changes. The table holds every
//! central key once; that a target key stands there once, too, is up to those who write, and looked at by
//! those who read.

use std::collections::HashSet;

use arrow::array::{Array as _, AsArray as _, StringArray};
use jiff::Timestamp;

use super::{
    Journal, JournalError,
    store::{eq, internal},
    tables::{self, Row, optional, text},
};
use crate::value::Value;

/// Rows that are written at once; a first run may remember millions.
const BLOCK: usize = 10_000;

/// How a pair came to be remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairOrigin {
    /// A matching rule found it.
    Matched,
    /// A run inserted one of the two from the other.
    Inserted,
    /// A person made it.
    ByHand,
}

impl PairOrigin {
    /// The origin in the table and in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Inserted => "inserted",
            Self::ByHand => "by_hand",
        }
    }

    /// The origin with that [`PairOrigin::id`]; what is not known counts as matched.
    #[must_use]
    pub fn from_id(id: &str) -> Self {
        [Self::Inserted, Self::ByHand].into_iter().find(|one| one.id() == id).unwrap_or(Self::Matched)
    }
}

/// A remembered pair; keys as [`super::pair_key`] writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedPair {
    /// Key of the central object.
    pub left_key: String,
    /// Key of the target object.
    pub right_key: String,
    /// When it was remembered, RFC 3339.
    pub since: String,
    /// The run that remembered it; `None` if a person did.
    pub run: Option<String>,
    /// How it came to be remembered.
    pub how: PairOrigin,
}

/// The remembered pairs of a mapping in columns: keys of both sides and [`PairOrigin::id`], one row a pair.
#[derive(Debug, Clone)]
pub struct PairKeys {
    /// Keys of the central objects.
    pub left: StringArray,
    /// Keys of the target objects.
    pub right: StringArray,
    /// How they came to be remembered.
    pub how: StringArray,
}

impl PairKeys {
    /// Number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// True if nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Journal {
    /// The remembered pairs of a mapping in columns, in any order; none if nothing was remembered ever.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn pair_keys(&mut self, mapping: &str) -> Result<PairKeys, JournalError> {
        let none = || StringArray::from(Vec::<String>::new());
        let table = tables::pairs();
        if !self.connector.has_table(&table)? {
            return Ok(PairKeys { left: none(), right: none(), how: none() });
        }
        let columns = ["left_key", "right_key", "how"].map(str::to_owned);
        let batch = self.read_columns(&table, &columns, &self.own_pairs(mapping), &[])?;
        let column = |name: &str| {
            batch
                .column_by_name(name)
                .and_then(|column| column.as_string_opt::<i32>())
                .cloned()
                .unwrap_or_else(none)
        };
        Ok(PairKeys { left: column("left_key"), right: column("right_key"), how: column("how") })
    }

    /// The remembered pairs of a mapping, by the key of the central object.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn pairs(&mut self, mapping: &str) -> Result<Vec<RememberedPair>, JournalError> {
        let table = tables::pairs();
        if !self.connector.has_table(&table)? {
            return Ok(Vec::new());
        }
        let batch = self.read(&table, &self.own_pairs(mapping))?;
        let pair = |row| {
            let row = Row { batch: &batch, row };
            RememberedPair {
                left_key: row.text("left_key"),
                right_key: row.text("right_key"),
                since: row.text("since"),
                run: row.optional("run_id"),
                how: PairOrigin::from_id(&row.text("how")),
            }
        };
        Ok((0..batch.num_rows()).map(pair).collect())
    }

    /// Forgets the pairs of these central objects, then remembers others; all or nothing.
    ///
    /// `remember` gives key of the central object, key of the target object, and how they were found; `run` is
    /// `None` if a person does this.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn change_pairs(
        &mut self,
        mapping: &str,
        forget: &[String],
        remember: &[(String, String, PairOrigin)],
        run: Option<&str>,
    ) -> Result<(), JournalError> {
        if forget.is_empty() && remember.is_empty() {
            return Ok(());
        }
        match self.write_pairs(mapping, forget, remember, run) {
            // Somebody else changed them meanwhile: another start up configuration with the same mapping, or a
            // person. What is there now stays; it is looked at again in the next run.
            Err(JournalError::Connect(error)) if error.kind.is_about_rows() => {
                let known: HashSet<String> =
                    self.pairs(mapping)?.into_iter().map(|pair| pair.left_key).collect();
                let forget: Vec<String> =
                    forget.iter().filter(|left| known.contains(*left)).cloned().collect();
                let is_new = |left: &String| !known.contains(left) || forget.contains(left);
                let remember: Vec<_> = remember.iter().filter(|pair| is_new(&pair.0)).cloned().collect();
                self.write_pairs(mapping, &forget, &remember, run)
            }
            written => written,
        }
    }

    fn write_pairs(
        &mut self,
        mapping: &str,
        forget: &[String],
        remember: &[(String, String, PairOrigin)],
        run: Option<&str>,
    ) -> Result<(), JournalError> {
        let now = Timestamp::now().to_string();
        let system = self.system_identifier.clone();
        let key = |left: &String| vec![text(&system), text(mapping), text(left)];
        let row = |(left, right, how): &(String, String, PairOrigin)| -> Vec<Value> {
            let own = [text(right), text(&now), optional(run), text(how.id())];
            key(left).into_iter().chain(own).collect()
        };
        let table = tables::pairs();
        self.in_transaction(|journal| {
            for block in forget.chunks(BLOCK) {
                let keys: Vec<_> = block.iter().map(key).collect();
                let names = ["system_identifier", "mapping", "left_key"];
                let keys = tables::columns_of(&table, &names, &keys).map_err(internal)?;
                journal.connector.delete(&table, &keys)?;
            }
            for block in remember.chunks(BLOCK) {
                journal.insert(&table, &block.iter().map(row).collect::<Vec<_>>())?;
            }
            Ok(())
        })
    }

    fn own_pairs(&self, mapping: &str) -> [datafusion::logical_expr::Expr; 2] {
        let table = tables::pairs();
        [eq(&table, "system_identifier", text(&self.system_identifier)), eq(&table, "mapping", text(mapping))]
    }
}
