//! The change list of a step, held in Arrow columns: one row a change, objects made only when looked at.
//!
//! Columns: `situation`, `method`, `status` (numbers), `display`, the keys of both sides (`left.…`,
//! `right.…`), and three per property of the destination: `old.…`, `new.…` and `rule.…`, the position of the
//! rule that gives the value; no rule means that the property does not change.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    path::Path,
    sync::Arc,
};

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, UInt8Array, new_null_array},
    compute::concat_batches,
    compute::filter_record_batch,
    datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef, UInt8Type, UInt16Type},
    error::ArrowError,
    ipc::{reader::FileReader, writer::FileWriter},
};
use serde::{Deserialize, Serialize};

use super::{Change, ChangeStatus, PropertyChange, Situation};
use crate::{
    project::{Method, Side},
    value::{Value, ValueType, column_type, value_at},
};

/// Position in place of a rule's for values that no rule gives: generated keys, values of deleted objects.
pub const NO_RULE: u16 = u16::MAX;

const METHODS: [Method; 6] = [
    Method::Ignore,
    Method::Insert,
    Method::Update,
    Method::Delete,
    Method::MarkOutstanding,
    Method::ResetOutstanding,
];

/// What the columns of a change list mean. Travels with the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeShape {
    /// The side that is written.
    pub side: Side,
    /// Key properties of the central object with their types.
    pub left_key: Vec<(String, ValueType)>,
    /// Key properties of the target object with their types.
    pub right_key: Vec<(String, ValueType)>,
    /// Properties that can be written.
    pub properties: Vec<ChangeColumn>,
    /// Names of the rules, by position.
    pub rules: Vec<String>,
    /// Positions of the rules that send a list of members whole (R15).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whole_lists: Vec<u16>,
}

/// A property that can be written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub value_type: ValueType,
    /// Its values are never shown.
    pub secret: bool,
    /// Its values are lists.
    #[serde(default)]
    pub multi_valued: bool,
}

impl ChangeColumn {
    /// The Arrow type of the old and the new value.
    #[must_use]
    pub fn data_type(&self) -> DataType {
        column_type(self.value_type, self.multi_valued)
    }
}

impl ChangeShape {
    /// Columns before the keys: situation, method, status, display.
    const FIXED: usize = 4;

    fn first_property(&self) -> usize {
        Self::FIXED + self.left_key.len() + self.right_key.len()
    }

    /// Column of the first key property of `side`.
    #[must_use]
    pub fn key_column(&self, side: Side) -> usize {
        match side {
            Side::Left => Self::FIXED,
            Side::Right => Self::FIXED + self.left_key.len(),
        }
    }

    /// Key properties of `side`.
    #[must_use]
    pub fn key(&self, side: Side) -> &[(String, ValueType)] {
        match side {
            Side::Left => &self.left_key,
            Side::Right => &self.right_key,
        }
    }

    /// Columns of the old value, the new value and the rule of the property at `position`.
    #[must_use]
    pub fn property_columns(&self, position: usize) -> [usize; 3] {
        let first = self.first_property() + 3 * position;
        [first, first + 1, first + 2]
    }

    /// Arrow schema of the change list.
    ///
    /// # Errors
    ///
    /// If the shape cannot be written as JSON; not expected.
    pub fn schema(&self) -> Result<SchemaRef, ArrowError> {
        let mut fields = vec![
            Field::new("situation", DataType::UInt8, false),
            Field::new("method", DataType::UInt8, false),
            Field::new("status", DataType::UInt8, false),
            Field::new("display", DataType::Utf8, true),
        ];
        for (side, key) in [("left", &self.left_key), ("right", &self.right_key)] {
            fields
                .extend(key.iter().map(|(name, value_type)| {
                    Field::new(format!("{side}.{name}"), value_type.arrow(), true)
                }));
        }
        for column in &self.properties {
            let data_type = column.data_type();
            fields.push(Field::new(format!("old.{}", column.name), data_type.clone(), true));
            fields.push(Field::new(format!("new.{}", column.name), data_type, true));
            fields.push(Field::new(format!("rule.{}", column.name), DataType::UInt16, true));
        }
        let shape =
            serde_json::to_string(self).map_err(|error| ArrowError::ExternalError(Box::new(error)))?;
        let metadata = [("syncwright.changes".to_owned(), shape)].into();
        Ok(Arc::new(ArrowSchema::new_with_metadata(fields, metadata)))
    }

    fn of(schema: &ArrowSchema) -> Result<Self, ArrowError> {
        let text = schema
            .metadata()
            .get("syncwright.changes")
            .ok_or_else(|| ArrowError::ParseError("the file is no change list".to_owned()))?;
        serde_json::from_str(text).map_err(|error| ArrowError::ExternalError(Box::new(error)))
    }
}

/// The changes of one step, in the order in which they are written.
#[derive(Debug, Clone, Default)]
pub struct ChangeList {
    held: Option<(ChangeShape, RecordBatch)>,
}

impl ChangeList {
    /// A change list over columns made for `shape`.
    #[must_use]
    pub const fn new(shape: ChangeShape, batch: RecordBatch) -> Self {
        Self { held: Some((shape, batch)) }
    }

    /// The columns, if there are any.
    #[must_use]
    pub const fn columns(&self) -> Option<&(ChangeShape, RecordBatch)> {
        self.held.as_ref()
    }

    /// Number of changes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.as_ref().map_or(0, |(_, batch)| batch.num_rows())
    }

    /// True if nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Method of the change at `index`.
    #[must_use]
    pub fn method(&self, index: usize) -> Option<Method> {
        let (_, batch) = self.held.as_ref().filter(|_| index < self.len())?;
        METHODS.get(usize::from(batch.column(1).as_primitive::<UInt8Type>().value(index))).copied()
    }

    /// Status of every change.
    #[must_use]
    pub fn statuses(&self) -> Vec<ChangeStatus> {
        let Some((_, batch)) = &self.held else { return Vec::new() };
        let numbers = batch.column(2).as_primitive::<UInt8Type>().values().iter();
        // Only a file that was damaged holds another number; what became of such a change nobody knows.
        let status = |number: &u8| ChangeStatus::ALL.get(usize::from(*number)).copied();
        numbers.map(|number| status(number).unwrap_or(ChangeStatus::Unknown)).collect()
    }

    /// The change at `index`, made from the columns; `None` beyond the end.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Change> {
        let (shape, batch) = self.held.as_ref().filter(|_| index < self.len())?;
        let number =
            |column: usize| usize::from(batch.column(column).as_primitive::<UInt8Type>().value(index));
        let key = |side: Side| {
            let first = shape.key_column(side);
            let key: Vec<_> = shape
                .key(side)
                .iter()
                .enumerate()
                .map(|(position, (name, _))| (name.clone(), value_at(batch.column(first + position), index)))
                .collect();
            if key.iter().all(|(_, value)| value.is_null()) { Vec::new() } else { key }
        };
        let properties = (0..shape.properties.len())
            .filter_map(|position| property_change(shape, batch, position, index))
            .collect();
        Some(Change {
            situation: *Situation::ALL.get(number(0))?,
            method: *METHODS.get(number(1))?,
            status: *ChangeStatus::ALL.get(number(2))?,
            display: value_at(batch.column(3), index).to_string(),
            left_key: key(Side::Left),
            right_key: key(Side::Right),
            properties,
        })
    }

    /// All changes, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = Change> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Only the changes for which `keep` is true.
    ///
    /// # Errors
    ///
    /// If `keep` does not have one entry a change: nobody may take the whole list for the part.
    pub fn filtered(&self, keep: &[bool]) -> Result<Self, ArrowError> {
        self.expect_length(keep.len())?;
        let Some((shape, batch)) = &self.held else { return Ok(Self::default()) };
        let batch = filter_record_batch(batch, &BooleanArray::from(keep.to_vec()))?;
        Ok(Self::new(shape.clone(), batch))
    }

    /// Puts the status of every change into the list.
    ///
    /// # Errors
    ///
    /// If there is not one status a change.
    pub fn set_statuses(&mut self, statuses: &[ChangeStatus]) -> Result<(), ArrowError> {
        self.expect_length(statuses.len())?;
        let Some((_, batch)) = &mut self.held else { return Ok(()) };
        let numbers: UInt8Array = statuses.iter().map(|status| Some(status_number(*status))).collect();
        let mut columns = batch.columns().to_vec();
        if let Some(column) = columns.get_mut(2) {
            *column = Arc::new(numbers);
        }
        *batch = RecordBatch::try_new(batch.schema(), columns)?;
        Ok(())
    }

    fn expect_length(&self, length: usize) -> Result<(), ArrowError> {
        if length == self.len() {
            return Ok(());
        }
        let text = format!("{length} entries for a change list of {}", self.len());
        Err(ArrowError::InvalidArgumentError(text))
    }

    /// Writes the list as an Arrow IPC file and to disk; secret values are left out.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let Some((shape, batch)) = &self.held else { return Ok(()) };
        let batch = without_secrets(shape, batch).map_err(io::Error::other)?;
        let file = BufWriter::new(File::create(path)?);
        let mut writer = FileWriter::try_new(file, &batch.schema()).map_err(io::Error::other)?;
        writer.write(&batch).map_err(io::Error::other)?;
        let mut file = writer.into_inner().map_err(io::Error::other)?;
        file.flush()?;
        file.get_ref().sync_all()
    }

    /// Reads a list that [`ChangeList::save`] wrote.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is no change list.
    pub fn load(path: &Path) -> io::Result<Self> {
        let reader = FileReader::try_new(File::open(path)?, None).map_err(io::Error::other)?;
        let schema = reader.schema();
        let shape = ChangeShape::of(&schema).map_err(io::Error::other)?;
        let batches = reader.collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
        let batch = concat_batches(&schema, &batches).map_err(io::Error::other)?;
        Ok(Self::new(shape, batch))
    }
}

fn property_change(
    shape: &ChangeShape,
    batch: &RecordBatch,
    position: usize,
    index: usize,
) -> Option<PropertyChange> {
    let column = shape.properties.get(position)?;
    let [old, new, rule] = shape.property_columns(position);
    let rules = batch.column(rule).as_primitive::<UInt16Type>();
    if rules.is_null(index) {
        return None;
    }
    let rule = rules.value(index);
    let new = value_at(batch.column(new), index);
    let whole = column.multi_valued && shape.whole_lists.contains(&rule);
    Some(PropertyChange {
        side: shape.side,
        property: column.name.clone(),
        old: value_at(batch.column(old), index),
        note: whole.then(|| sent_whole(&new)),
        new,
        rule: shape.rules.get(usize::from(rule)).cloned().unwrap_or_default(),
        secret: column.secret,
    })
}

/// What there is to remark about a list of members that is not sent as the difference (R15).
fn sent_whole(new: &Value) -> String {
    let members = match new {
        Value::List(members) => members.len(),
        _ => 0,
    };
    format!("sent whole: {members} members")
}

fn without_secrets(shape: &ChangeShape, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    for (position, property) in shape.properties.iter().enumerate() {
        if property.secret {
            let [old, new, _] = shape.property_columns(position);
            for column in [old, new] {
                if let Some(values) = columns.get_mut(column) {
                    *values = new_null_array(values.data_type(), values.len());
                }
            }
        }
    }
    RecordBatch::try_new(batch.schema(), columns)
}

/// The number that stands for a situation in the columns.
#[must_use]
pub fn situation_number(situation: Situation) -> u8 {
    Situation::ALL
        .iter()
        .position(|one| *one == situation)
        .and_then(|at| u8::try_from(at).ok())
        .unwrap_or_default()
}

/// The number that stands for a method in the columns.
#[must_use]
pub fn method_number(method: Method) -> u8 {
    METHODS.iter().position(|one| *one == method).and_then(|at| u8::try_from(at).ok()).unwrap_or_default()
}

fn status_number(status: ChangeStatus) -> u8 {
    ChangeStatus::ALL
        .iter()
        .position(|one| *one == status)
        .and_then(|at| u8::try_from(at).ok())
        .unwrap_or_default()
}

/// Builds a list from single changes, for views and tests; values of a property must have one type.
impl FromIterator<Change> for ChangeList {
    fn from_iter<I: IntoIterator<Item = Change>>(changes: I) -> Self {
        let changes: Vec<Change> = changes.into_iter().collect();
        super::change_list_of::build(&changes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_length_changes_nothing_and_is_an_error() {
        let change = |display: &str| Change {
            situation: Situation::LeftOnly,
            method: Method::Delete,
            left_key: Vec::new(),
            right_key: Vec::new(),
            display: display.to_owned(),
            status: ChangeStatus::Planned,
            properties: Vec::new(),
        };
        let mut list: ChangeList = ["a", "b"].map(change).into_iter().collect();
        assert_eq!(list.len(), 2);
        assert!(list.filtered(&[true]).is_err() && list.filtered(&[true; 3]).is_err());
        assert!(list.set_statuses(&[ChangeStatus::Done]).is_err());
        assert!(list.iter().all(|change| change.status == ChangeStatus::Planned));
        list.set_statuses(&[ChangeStatus::Done, ChangeStatus::PartlyWritten]).unwrap();
        let kept = list.filtered(&[false, true]).unwrap();
        let kept: Vec<_> = kept.iter().map(|change| (change.display, change.status)).collect();
        assert_eq!(kept, [("b".to_owned(), ChangeStatus::PartlyWritten)]);
        assert!(ChangeList::default().filtered(&[true]).is_err());
        assert!(ChangeList::default().filtered(&[]).unwrap().is_empty());
    }
}
