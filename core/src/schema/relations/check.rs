//! Counting dangling references, exactly (W12).

use arrow::array::RecordBatch;

use super::guid_text;
use crate::{
    connect::{ConnectError, Connector, Flow},
    progress::{CancelToken, Progress},
    project::{ForeignKey, Schema, SchemaType},
    schema::{
        Limits, SchemaError,
        keys::EXAMPLES,
        reading::read_all,
        tally::{MostFrequent, Tally, parts, push_part},
    },
    value::{MASK, Value, ValueType, value_at},
};

/// How well a relation fits the data (W12).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RelationCheck {
    /// Rows of the referring table.
    pub rows: u64,
    /// Rows that refer to something: none of their referring columns is NULL.
    pub references: u64,
    /// References that lead nowhere.
    pub dangling: u64,
    /// Different values among these.
    pub dangling_values: u64,
    /// Some of them, the most frequent first, at most [`EXAMPLES`].
    pub examples: Vec<DanglingReference>,
}

impl RelationCheck {
    /// True if the data allows to say that referential integrity is ensured: there are references, and every
    /// one leads somewhere.
    #[must_use]
    pub const fn shows_integrity(&self) -> bool {
        self.references > 0 && self.dangling == 0
    }
}

/// A value that refers to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DanglingReference {
    /// Written form of the values of the referring columns; masked if one of them is sensitive.
    pub values: Vec<String>,
    /// Rows that have them.
    pub rows: u64,
}

/// Counts references without an object that they lead to.
///
/// Both tables are read as streams, once if the references fit into [`Limits::memory`], else several times.
///
/// # Errors
///
/// If a type or property is not there, if reading fails, or on cancel.
pub fn check_relation(
    connector: &mut dyn Connector,
    schema: &Schema,
    schema_type: &str,
    relation: &ForeignKey,
    limits: Limits,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<RelationCheck, SchemaError> {
    let names = || schema.types.iter().map(|one| one.name.as_str());
    let find = |name: &str| schema.schema_type(name).ok_or_else(|| SchemaError::unknown_type(name, names()));
    let (own, target) = (find(schema_type)?, find(&relation.references)?);
    let ends = Ends::new(own, target, relation)?;
    progress.phase(&format!("Checking the references of {} to {}", own.name, target.name));
    let mut check = RelationCheck::default();
    let mut worst = MostFrequent::new(EXAMPLES);
    let mut tally = Some(Tally::new(limits.memory));
    let mut first = true;
    while let Some(mut current) = tally {
        read_all(connector, own, &relation.properties, None, progress, cancel, &mut |batch| {
            check.rows += if first { batch.num_rows() as u64 } else { 0 };
            ends.keys(batch, |key| {
                check.references += u64::from(first);
                current.add(key);
            });
            Flow::Continue
        })?;
        strike_out(connector, target, relation, &ends, &mut current, progress, cancel)?;
        for (key, rows) in current.iter() {
            check.dangling += rows;
            check.dangling_values += 1;
            worst.offer(key, rows);
        }
        first = false;
        tally = current.next();
    }
    check.examples = worst.take().iter().map(|(rows, key)| ends.example(key, *rows)).collect();
    Ok(check)
}

/// Removes the references that lead somewhere; what is left dangles.
fn strike_out(
    connector: &mut dyn Connector,
    target: &SchemaType,
    relation: &ForeignKey,
    ends: &Ends,
    tally: &mut Tally,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<(), ConnectError> {
    if tally.is_empty() {
        return Ok(());
    }
    read_all(connector, target, &relation.referenced_properties, None, progress, cancel, &mut |batch| {
        ends.keys(batch, |key| {
            tally.remove(key);
        });
        if tally.is_empty() { Flow::Stop } else { Flow::Continue }
    })?;
    Ok(())
}

/// What has to be known about the two ends of a relation to compare their values.
struct Ends {
    /// Per column: values are compared as GUIDs.
    guids: Vec<bool>,
    /// A column is sensitive.
    secret: bool,
}

impl Ends {
    fn new(own: &SchemaType, target: &SchemaType, relation: &ForeignKey) -> Result<Self, SchemaError> {
        let find = |schema_type: &SchemaType, name: &str| {
            schema_type.property(name).cloned().ok_or_else(|| {
                let known = schema_type.properties.iter().map(|property| property.name.as_str());
                SchemaError::unknown_property(&schema_type.name, name, known)
            })
        };
        let mut ends = Self { guids: Vec::new(), secret: false };
        for (name, referenced) in relation.properties.iter().zip(&relation.referenced_properties) {
            let (from, to) = (find(own, name)?, find(target, referenced)?);
            ends.guids.push(from.value_type == ValueType::Guid || to.value_type == ValueType::Guid);
            ends.secret |= from.sensitive || to.sensitive;
        }
        Ok(ends)
    }

    /// A dangling reference as people may see it.
    fn example(&self, key: &[u8], rows: u64) -> DanglingReference {
        let values = parts(key);
        let values = if self.secret { vec![MASK.to_owned(); values.len()] } else { values };
        DanglingReference { values, rows }
    }

    /// Calls `take` with the key of each row that has one.
    fn keys(&self, batch: &RecordBatch, mut take: impl FnMut(&[u8])) {
        let mut key = Vec::new();
        'rows: for row in 0..batch.num_rows() {
            key.clear();
            for (column, guid) in batch.columns().iter().zip(&self.guids) {
                let text = match value_at(column, row) {
                    Value::Null => continue 'rows,
                    value => value.to_string(),
                };
                push_part(&mut key, &if *guid { guid_text(text) } else { text });
            }
            take(&key);
        }
    }
}
