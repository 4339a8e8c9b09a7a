//! What comes out of a driver, and how it becomes what the project declares (S2, S10).
//!
//! A driver fills buffers of the types that ODBC has. Most of ours are among them; points in time come as
//! date and time in UTC, and columns that may hold anything come as text and are converted here, strictly.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, AsArray, BooleanArray, RecordBatch, RecordBatchOptions, StringArray,
        TimestampMicrosecondArray,
    },
    compute::{CastOptions, cast_with_options},
    datatypes::{
        DataType, Field, Int8Type, Schema as ArrowSchema, SchemaRef, TimeUnit, TimestampMicrosecondType,
    },
    error::ArrowError,
};
use jiff::tz::TimeZone;

use super::dialect::{Dialect, INCOMPATIBLE, declared::is_text};
use crate::{
    project::{IncompatibleData, SchemaProperty},
    value::{Value, ValueType, array_of, canonical_guid, parse_timestamp, parse_value},
};

/// How a column travels.
#[derive(Debug, Clone)]
enum Way {
    /// As it is.
    Plain,
    /// As a number that is 0 or not. MariaDB's driver does not say of a bit whether it is NULL, so that all of
    /// them would be.
    Truth,
    /// As text, to be converted; a value that does not fit is an error, or replaced.
    Text(Option<Value>),
    /// As text, to be brought to the canonical spelling; the same.
    Guid(Option<Value>),
    /// As date and time in UTC.
    Utc,
    /// As date and time in the zone of the connection (W7).
    Local(TimeZone),
    /// The same as text; what does not fit is an error, or replaced.
    LocalText(TimeZone, Option<Value>),
}

/// The columns of a result: what the driver is asked for, and what becomes of it.
#[derive(Debug, Clone)]
pub struct Transport {
    columns: Vec<SchemaProperty>,
    ways: Vec<Way>,
    from_driver: SchemaRef,
    result: SchemaRef,
}

/// A value that does not fit what the project declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The property.
    pub property: String,
    /// The value as text; nothing for sensitive properties.
    pub value: Option<String>,
    /// What was expected.
    pub expected: String,
}

impl Transport {
    /// Plans the columns of a result.
    pub fn new(dialect: &dyn Dialect, columns: Vec<SchemaProperty>, zone: Option<&TimeZone>) -> Self {
        let ways: Vec<Way> = columns.iter().map(|property| way(dialect, property, zone)).collect();
        let field = |property: &SchemaProperty, data_type| Field::new(&property.name, data_type, true);
        let from_driver = columns
            .iter()
            .zip(&ways)
            .map(|(property, way)| field(property, driver_type(property.value_type, way)))
            .collect::<Vec<_>>();
        let result =
            columns.iter().map(|property| field(property, property.value_type.arrow())).collect::<Vec<_>>();
        Self {
            ways,
            columns,
            from_driver: Arc::new(ArrowSchema::new(from_driver)),
            result: Arc::new(ArrowSchema::new(result)),
        }
    }

    /// What the driver is asked for; a single column of numbers if no property is wanted.
    pub fn driver_schema(&self) -> SchemaRef {
        if self.columns.is_empty() {
            Arc::new(ArrowSchema::new(vec![Field::new("one", DataType::Int64, true)]))
        } else {
            Arc::clone(&self.from_driver)
        }
    }

    /// The result without rows.
    pub fn empty(&self) -> RecordBatch {
        RecordBatch::new_empty(Arc::clone(&self.result))
    }

    /// What the driver gave, as what the project declares.
    ///
    /// # Errors
    ///
    /// The first value that does not fit.
    pub fn convert(&self, batch: &RecordBatch) -> Result<RecordBatch, Misfit> {
        let columns = self
            .columns
            .iter()
            .zip(&self.ways)
            .zip(batch.columns())
            .map(|((property, way), column)| convert(property, way, column))
            .collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.result), columns, &options)
            .map_err(|error| Misfit { property: String::new(), value: None, expected: error.to_string() })
    }
}

/// True if values of a property are converted here, so that the driver is asked for texts.
pub fn travels_as_text(dialect: &dyn Dialect, property: &SchemaProperty) -> bool {
    let replaces = property.incompatible_data != IncompatibleData::RaiseError;
    match property.value_type {
        ValueType::Binary => false,
        // A text is a text, where a column holds nothing else.
        ValueType::String => replaces && dialect.is_loosely_typed(),
        ValueType::Guid => replaces || is_text(&property.native_type),
        _ if dialect.is_loosely_typed() || is_text(&property.native_type) => true,
        // Columns of such numbers hold nothing else.
        ValueType::Float => false,
        _ => replaces || dialect.reads_as_text(property),
    }
}

fn way(dialect: &dyn Dialect, property: &SchemaProperty, zone: Option<&TimeZone>) -> Way {
    let replacement = property.replacement();
    let as_text = travels_as_text(dialect, property);
    match (property.value_type, zone) {
        (ValueType::Guid, _) => Way::Guid(replacement),
        (ValueType::TimestampUtc, Some(zone)) if !dialect.is_zoned(&property.native_type) => {
            if as_text {
                Way::LocalText(zone.clone(), replacement)
            } else {
                Way::Local(zone.clone())
            }
        }
        _ if as_text => Way::Text(replacement),
        (ValueType::String | ValueType::Binary, _) => Way::Plain,
        (ValueType::Boolean | ValueType::Integer, _) if dialect.integers_as_text() => Way::Text(None),
        (ValueType::TimestampUtc, _) => Way::Utc,
        (ValueType::Boolean, _) => Way::Truth,
        _ => Way::Plain,
    }
}

fn driver_type(value_type: ValueType, way: &Way) -> DataType {
    match way {
        Way::Text(_) | Way::Guid(_) | Way::LocalText(..) => DataType::Utf8,
        Way::Truth => DataType::Int8,
        Way::Utc | Way::Local(_) => DataType::Timestamp(TimeUnit::Microsecond, None),
        Way::Plain => value_type.arrow(),
    }
}

fn convert(property: &SchemaProperty, way: &Way, column: &ArrayRef) -> Result<ArrayRef, Misfit> {
    match way {
        Way::Plain if property.compatible_nulls && property.value_type == ValueType::String => {
            Ok(without_empty(column))
        }
        Way::Plain => Ok(Arc::clone(column)),
        Way::Truth => Ok(truths(column)),
        Way::Guid(replacement) => guids(property, replacement.as_ref(), column),
        Way::Utc => Ok(Arc::new(micros(column).clone().with_timezone("UTC"))),
        Way::Local(zone) => local(property, zone, column),
        Way::LocalText(zone, replacement) => local_text(property, zone, replacement.as_ref(), column),
        Way::Text(replacement) => from_text(property, replacement.as_ref(), column),
    }
}

fn micros(column: &ArrayRef) -> &TimestampMicrosecondArray {
    column.as_primitive::<TimestampMicrosecondType>()
}

fn misfit(property: &SchemaProperty, value: &str) -> Misfit {
    Misfit {
        property: property.name.clone(),
        value: (!property.sensitive).then(|| value.to_owned()),
        expected: property.value_type.label(),
    }
}

/// True for every number but 0.
fn truths(column: &ArrayRef) -> ArrayRef {
    Arc::new(BooleanArray::from_unary(column.as_primitive::<Int8Type>(), |number| number != 0))
}

/// NULL for every empty text.
fn without_empty(column: &ArrayRef) -> ArrayRef {
    let texts = column.as_string::<i32>();
    if texts.iter().flatten().all(|text| !text.is_empty()) {
        return Arc::clone(column);
    }
    Arc::new(texts.iter().map(|text| text.filter(|text| !text.is_empty())).collect::<StringArray>())
}

/// GUIDs in their canonical spelling; what is none is an error, or replaced.
fn guids(
    property: &SchemaProperty,
    replacement: Option<&Value>,
    column: &ArrayRef,
) -> Result<ArrayRef, Misfit> {
    converted(property, replacement, column, |text| canonical_guid(text).map(Value::String))
}

/// Texts as values, one by one; NULL stays NULL.
fn converted(
    property: &SchemaProperty,
    replacement: Option<&Value>,
    column: &ArrayRef,
    convert: impl Fn(&str) -> Option<Value>,
) -> Result<ArrayRef, Misfit> {
    let values = column
        .as_string::<i32>()
        .iter()
        .map(|text| match text {
            None => Ok(Value::Null),
            Some("") if property.compatible_nulls && property.value_type == ValueType::String => {
                Ok(Value::Null)
            }
            Some(text) => {
                convert(text).or_else(|| replacement.cloned()).ok_or_else(|| misfit(property, text))
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(array_of(property.value_type, values.iter()))
}

/// Date and time in a zone, as text, as points in time.
fn local_text(
    property: &SchemaProperty,
    zone: &TimeZone,
    replacement: Option<&Value>,
    column: &ArrayRef,
) -> Result<ArrayRef, Misfit> {
    converted(property, replacement, column, |text| {
        let shown = parse_timestamp(text)?;
        point_in_time(zone, shown).map(Value::TimestampUtc)
    })
}

/// Date and time in a zone as points in time; of two with the same name in autumn the first.
fn local(property: &SchemaProperty, zone: &TimeZone, column: &ArrayRef) -> Result<ArrayRef, Misfit> {
    let points = micros(column)
        .iter()
        .map(|micros| {
            micros
                .map(|micros| {
                    point_in_time(zone, micros)
                        .ok_or_else(|| misfit(property, &Value::Timestamp(micros).to_string()))
                })
                .transpose()
        })
        .collect::<Result<TimestampMicrosecondArray, Misfit>>()?;
    Ok(Arc::new(points.with_timezone("UTC")))
}

/// The point in time at which clocks of a zone show a date and time (microseconds since 1970 without zone).
fn point_in_time(zone: &TimeZone, micros: i64) -> Option<i64> {
    let shown = jiff::Timestamp::from_microsecond(micros).ok()?.to_zoned(TimeZone::UTC).datetime();
    zone.to_zoned(shown).ok().map(|zoned| zoned.timestamp().as_microsecond())
}

/// What clocks of a zone show at a point in time; `None` if they show the same again later, so that it could
/// not be read back.
fn shown_time(zone: &TimeZone, micros: i64) -> Option<i64> {
    let shown = jiff::Timestamp::from_microsecond(micros).ok()?.to_zoned(zone.clone()).datetime();
    let shown = TimeZone::UTC.to_zoned(shown).ok()?.timestamp().as_microsecond();
    (point_in_time(zone, shown) == Some(micros)).then_some(shown)
}

/// Points in time as what clocks in `zone` show, for columns without a zone.
///
/// # Errors
///
/// The first point in time that could not be read back, as text.
pub fn to_local(
    dialect: &dyn Dialect,
    zone: &TimeZone,
    columns: &[SchemaProperty],
    batch: &RecordBatch,
) -> Result<RecordBatch, String> {
    let arrays = columns
        .iter()
        .zip(batch.columns())
        .map(|(property, array)| {
            let is_local =
                property.value_type == ValueType::TimestampUtc && !dialect.is_zoned(&property.native_type);
            if is_local { shown(zone, array) } else { Ok(Arc::clone(array)) }
        })
        .collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(batch.schema(), arrays).map_err(|error| error.to_string())
}

fn shown(zone: &TimeZone, array: &ArrayRef) -> Result<ArrayRef, String> {
    let shown = micros(array)
        .iter()
        .map(|micros| {
            micros
                .map(|micros| shown_time(zone, micros).ok_or_else(|| Value::TimestampUtc(micros).to_string()))
                .transpose()
        })
        .collect::<Result<TimestampMicrosecondArray, String>>()?;
    Ok(Arc::new(shown.with_timezone("UTC")))
}

fn from_text(
    property: &SchemaProperty,
    replacement: Option<&Value>,
    column: &ArrayRef,
) -> Result<ArrayRef, Misfit> {
    let value_type = property.value_type;
    // The whole column at once; only if something does not fit, value by value.
    let at_once = !matches!(value_type, ValueType::Decimal(..) | ValueType::Boolean | ValueType::String);
    if at_once
        && replacement.is_none()
        && let Ok(converted) = cast(column, &value_type.arrow(), false)
    {
        return Ok(converted);
    }
    converted(property, replacement, column, |text| {
        if text == INCOMPATIBLE { None } else { parse_value(value_type, text) }
    })
}

fn cast(column: &ArrayRef, to: &DataType, safe: bool) -> Result<ArrayRef, ArrowError> {
    cast_with_options(column, to, &CastOptions { safe, ..CastOptions::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_clocks_are_read_and_written_in_their_zone() {
        let zone = TimeZone::get("Europe/Berlin").expect("a known zone");
        let micros = |text: &str| text.parse::<jiff::Timestamp>().expect("a time").as_microsecond();
        let (shown, meant) = (micros("2026-07-01T12:00:00Z"), micros("2026-07-01T10:00:00Z"));
        assert_eq!(point_in_time(&zone, shown), Some(meant));
        assert_eq!(shown_time(&zone, meant), Some(shown));
        // In the night of 2026-10-25 clocks show 02:30 twice: only the first can be told apart.
        assert_eq!(shown_time(&zone, micros("2026-10-25T00:30:00Z")), Some(micros("2026-10-25T02:30:00Z")));
        assert_eq!(shown_time(&zone, micros("2026-10-25T01:30:00Z")), None);
    }
}
