//! Arrow columns as bound parameters: what a value looks like to a driver.
//!
//! Booleans, integers, floats, dates and points in time are bound as such; texts, GUIDs, decimals and times
//! as UTF-16 text, which needs no guess about code pages, or as UTF-8 where a driver makes mistakes with that.

use std::borrow::Cow;

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimestampMicrosecondType},
};
use jiff::{SignedDuration, civil};
use odbc_api::{
    BindParamDesc, Bit, DataType as OdbcType, Nullable,
    buffers::{BoxColumBufferRefMut, BufferDesc},
    parameter::{InputParameter, VarBinaryBox, VarCharBox, VarWCharBox, WithDataType},
    sys,
};

use super::dialect::Dialect;
use crate::value::{Value, ValueType, value_at};

/// How a column is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundAs {
    /// SQL_BIT.
    Bit,
    /// SQL_BIGINT, 0 or 1.
    Truth,
    /// SQL_BIGINT.
    Integer,
    /// SQL_DOUBLE.
    Float,
    /// SQL_TYPE_DATE.
    Date,
    /// SQL_TYPE_TIMESTAMP, with microseconds.
    Timestamp,
    /// SQL_WVARCHAR.
    Text,
    /// SQL_VARCHAR, in UTF-8.
    Utf8,
    /// SQL_VARBINARY.
    Binary,
}

impl BoundAs {
    /// How values of a type are bound.
    #[must_use]
    pub fn of(value_type: ValueType, dialect: &dyn Dialect) -> Self {
        match value_type {
            ValueType::Boolean if !dialect.binds_booleans_as_integers() => Self::Bit,
            ValueType::Boolean | ValueType::Integer if dialect.integers_as_text() => Self::text(dialect),
            ValueType::Boolean => Self::Truth,
            ValueType::Integer => Self::Integer,
            ValueType::Float => Self::Float,
            ValueType::Date => Self::Date,
            ValueType::Timestamp | ValueType::TimestampUtc if !dialect.binds_timestamps_as_text() => {
                Self::Timestamp
            }
            ValueType::Binary => Self::Binary,
            ValueType::Timestamp
            | ValueType::TimestampUtc
            | ValueType::String
            | ValueType::Guid
            | ValueType::Decimal(..)
            | ValueType::Time => Self::text(dialect),
        }
    }

    /// How texts are bound.
    #[must_use]
    pub fn text(dialect: &dyn Dialect) -> Self {
        if dialect.has_texts_in_utf8() { Self::Utf8 } else { Self::Text }
    }
}

/// A column made ready for binding.
pub struct BoundColumn<'a> {
    array: &'a dyn Array,
    bound_as: BoundAs,
    texts: Texts<'a>,
    longest: usize,
}

/// The text of every row, for text.
enum Texts<'a> {
    None,
    Utf16(Vec<Option<Vec<u16>>>),
    Utf8(Vec<Option<Cow<'a, str>>>),
}

impl<'a> BoundColumn<'a> {
    /// Prepares a column.
    #[must_use]
    pub fn new(array: &'a dyn Array, bound_as: BoundAs) -> Self {
        let rows = 0..array.len();
        let utf16 = |text: Cow<'_, str>| text.encode_utf16().collect::<Vec<u16>>();
        let texts = match bound_as {
            BoundAs::Text => Texts::Utf16(rows.map(|row| text_at(array, row).map(utf16)).collect()),
            BoundAs::Utf8 => Texts::Utf8(rows.map(|row| text_at(array, row)).collect()),
            _ => Texts::None,
        };
        let longest = match (&texts, bound_as) {
            (Texts::Utf16(texts), _) => texts.iter().flatten().map(Vec::len).max(),
            (Texts::Utf8(texts), _) => texts.iter().flatten().map(|text| text.len()).max(),
            (Texts::None, BoundAs::Binary) => {
                array.as_binary::<i32>().iter().flatten().map(<[u8]>::len).max()
            }
            (Texts::None, _) => None,
        }
        .unwrap_or(0);
        Self { array, bound_as, texts, longest }
    }

    /// Buffer for the column.
    #[must_use]
    pub fn description(&self) -> BindParamDesc {
        match self.bound_as {
            BoundAs::Bit => BindParamDesc::bit(true),
            BoundAs::Truth | BoundAs::Integer => BindParamDesc::i64(true),
            BoundAs::Float => BindParamDesc::f64(true),
            BoundAs::Date => BindParamDesc::date(true),
            BoundAs::Timestamp => BindParamDesc::timestamp(true, 6),
            // Some drivers refuse a size of 0.
            BoundAs::Text => BindParamDesc::wide_text(self.longest.max(1)),
            BoundAs::Utf8 => BindParamDesc::text(self.longest.max(1)),
            BoundAs::Binary => BindParamDesc {
                buffer_desc: BufferDesc::Binary { max_bytes: self.longest.max(1) },
                data_type: OdbcType::Varbinary { length: std::num::NonZeroUsize::new(self.longest.max(1)) },
            },
        }
    }

    /// Copies `rows` rows from `first` on into the buffer; gives the row that cannot be bound.
    ///
    /// # Errors
    ///
    /// The row whose value the driver's types cannot hold.
    pub fn fill(&self, first: usize, rows: usize, buffer: BoxColumBufferRefMut<'_>) -> Result<(), usize> {
        let array = self.array;
        let present = |index: usize| (!array.is_null(first + index)).then_some(first + index);
        macro_rules! fill {
            ($type:ty, $value:expr) => {
                if let Some(mut cells) = buffer.as_nullable_slice::<$type>() {
                    for index in 0..rows {
                        let value = match present(index) {
                            None => None,
                            Some(row) => {
                                let convert: fn(&dyn Array, usize) -> Option<$type> = $value;
                                Some(convert(array, row).ok_or(row)?)
                            }
                        };
                        cells.set_cell(index, value);
                    }
                }
            };
        }
        match self.bound_as {
            BoundAs::Bit => fill!(Bit, |array, row| Some(Bit(array.as_boolean().value(row).into()))),
            BoundAs::Truth => fill!(i64, |array, row| Some(array.as_boolean().value(row).into())),
            BoundAs::Integer => fill!(i64, |array, row| Some(array.as_primitive::<Int64Type>().value(row))),
            BoundAs::Float => fill!(f64, |array, row| Some(array.as_primitive::<Float64Type>().value(row))),
            BoundAs::Date => {
                fill!(sys::Date, |array, row| date(array.as_primitive::<Date32Type>().value(row)));
            }
            BoundAs::Timestamp => fill!(sys::Timestamp, |array, row| {
                timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row))
            }),
            BoundAs::Text => {
                if let (Texts::Utf16(texts), Some(mut cells)) = (&self.texts, buffer.as_wide_text()) {
                    for index in 0..rows {
                        cells.set_cell(index, texts.get(first + index).and_then(Option::as_deref));
                    }
                }
            }
            BoundAs::Utf8 => {
                if let (Texts::Utf8(texts), Some(mut cells)) = (&self.texts, buffer.as_text()) {
                    for index in 0..rows {
                        let text = texts.get(first + index).and_then(Option::as_deref);
                        cells.set_cell(index, text.map(str::as_bytes));
                    }
                }
            }
            BoundAs::Binary => {
                if let Some(mut cells) = buffer.as_binary() {
                    let values = array.as_binary::<i32>();
                    for index in 0..rows {
                        cells.set_cell(index, present(index).map(|row| values.value(row)));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The columns of a batch, made ready for binding in order.
#[must_use]
pub fn columns(batch: &RecordBatch, bound_as: impl Fn(usize) -> BoundAs) -> Vec<BoundColumn<'_>> {
    batch
        .columns()
        .iter()
        .enumerate()
        .map(|(index, array)| BoundColumn::new(array, bound_as(index)))
        .collect()
}

fn text_at(array: &dyn Array, row: usize) -> Option<Cow<'_, str>> {
    if *array.data_type() == DataType::Utf8 {
        return array.is_valid(row).then(|| array.as_string::<i32>().value(row).into());
    }
    match value_at(array, row) {
        Value::Null => None,
        value => Some(text_of(&value).into()),
    }
}

/// A value as the text that all databases read: dates and times without `T` and `Z`.
#[must_use]
pub fn text_of(value: &Value) -> String {
    match value {
        Value::Timestamp(micros) | Value::TimestampUtc(micros) => {
            Value::Timestamp(*micros).to_string().replacen('T', " ", 1)
        }
        Value::Boolean(value) => u8::from(*value).to_string(),
        other => other.to_string(),
    }
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);

fn date(days: i32) -> Option<sys::Date> {
    let date = EPOCH.checked_add(SignedDuration::from_hours(i64::from(days) * 24)).ok()?;
    Some(sys::Date {
        year: date.year(),
        month: u16::try_from(date.month()).ok()?,
        day: u16::try_from(date.day()).ok()?,
    })
}

fn timestamp(micros: i64) -> Option<sys::Timestamp> {
    let time =
        EPOCH.to_datetime(civil::Time::midnight()).checked_add(SignedDuration::from_micros(micros)).ok()?;
    let small = |part: i8| u16::try_from(part).ok();
    Some(sys::Timestamp {
        year: time.year(),
        month: small(time.month())?,
        day: small(time.day())?,
        hour: small(time.hour())?,
        minute: small(time.minute())?,
        second: small(time.second())?,
        fraction: u32::try_from(time.subsec_nanosecond()).ok()?,
    })
}

/// The same as [`parameter`]; `None` if the driver's types cannot hold the value.
#[must_use]
pub fn checked_parameter(
    value_type: ValueType,
    value: &Value,
    dialect: &dyn Dialect,
) -> Option<Box<dyn InputParameter>> {
    let fits = match (BoundAs::of(value_type, dialect), value) {
        (BoundAs::Date, Value::Date(days)) => date(*days).is_some(),
        (BoundAs::Timestamp, Value::Timestamp(micros) | Value::TimestampUtc(micros)) => {
            timestamp(*micros).is_some()
        }
        _ => true,
    };
    fits.then(|| parameter(value_type, value, dialect))
}

/// One value as a parameter of a statement that runs once.
#[must_use]
pub fn parameter(value_type: ValueType, value: &Value, dialect: &dyn Dialect) -> Box<dyn InputParameter> {
    let text = || (!value.is_null()).then(|| text_of(value));
    fn typed<T: odbc_api::Pod>(value: Option<T>, data_type: OdbcType) -> Box<dyn InputParameter>
    where
        WithDataType<Nullable<T>>: InputParameter + 'static,
    {
        Box::new(WithDataType::new(value.map_or_else(Nullable::null, Nullable::new), data_type))
    }
    match BoundAs::of(value_type, dialect) {
        BoundAs::Bit => typed(
            match value {
                Value::Boolean(value) => Some(Bit((*value).into())),
                _ => None,
            },
            OdbcType::Bit,
        ),
        BoundAs::Truth => typed(
            match value {
                Value::Boolean(value) => Some(i64::from(*value)),
                _ => None,
            },
            OdbcType::BigInt,
        ),
        BoundAs::Integer => typed(
            match value {
                Value::Integer(value) => Some(*value),
                _ => None,
            },
            OdbcType::BigInt,
        ),
        BoundAs::Float => typed(
            match value {
                Value::Float(value) => Some(*value),
                _ => None,
            },
            OdbcType::Double,
        ),
        BoundAs::Date => typed(
            match value {
                Value::Date(days) => date(*days),
                _ => None,
            },
            OdbcType::Date,
        ),
        BoundAs::Timestamp => typed(
            match value {
                Value::Timestamp(micros) | Value::TimestampUtc(micros) => timestamp(*micros),
                _ => None,
            },
            OdbcType::Timestamp { precision: 6 },
        ),
        BoundAs::Binary => match value {
            Value::Binary(bytes) => Box::new(VarBinaryBox::from_vec(bytes.clone())),
            _ => Box::new(VarBinaryBox::null()),
        },
        BoundAs::Text => {
            Box::new(text().map_or_else(VarWCharBox::null, |text| VarWCharBox::from_str_slice(&text)))
        }
        BoundAs::Utf8 => Box::new(text().map_or_else(VarCharBox::null, VarCharBox::from_string)),
    }
}
