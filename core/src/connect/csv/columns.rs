//! Typed columns out of fields: each field becomes a value of its property's type, or is an error.
//!
//! A [`Cell`] knows what a field of one property means: NULL, which type, what stands in for a value that
//! does not fit (W13). A [`Block`] collects the cells of many records into Arrow columns.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder,
        Int64Builder, RecordBatch, RecordBatchOptions, StringBuilder, Time64MicrosecondBuilder,
        TimestampMicrosecondBuilder,
    },
    datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef},
    error::ArrowError,
};

use crate::{
    project::SchemaProperty,
    value::{
        MASK, Value, ValueType, canonical_guid, parse_binary, parse_boolean, parse_date, parse_decimal,
        parse_float, parse_integer, parse_time, parse_timestamp, parse_timestamp_utc, parse_value,
    },
};

/// Bytes of a block at which it is full whatever its rows: a column of texts ends at 2 GiB.
const FULL: usize = 1 << 26;

/// Longest part of a value that an error shows, in characters.
const SHOWN: usize = 80;

/// A field that does not fit its property.
#[derive(Debug)]
pub struct Misfit {
    /// Name of the property.
    pub property: String,
    /// The value as an error may show it.
    pub shown: String,
    /// The type that it does not fit.
    pub value_type: ValueType,
}

/// What the fields of one property mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Name of the property.
    pub name: String,
    /// Number of its column in the file, from 0.
    pub column: usize,
    value_type: ValueType,
    sensitive: bool,
    null: String,
    empty_is_null: bool,
    replacement: Option<Value>,
}

impl Cell {
    /// The meaning of the fields of a property, which stand in column number `column` of the file.
    pub fn new(property: &SchemaProperty, column: usize, null: &str) -> Self {
        Self {
            name: property.name.clone(),
            column,
            value_type: property.value_type,
            sensitive: property.sensitive,
            null: null.to_owned(),
            empty_is_null: property.compatible_nulls,
            replacement: property.replacement(),
        }
    }

    fn is_null(&self, field: &str) -> bool {
        field == self.null || (self.empty_is_null && field.is_empty())
    }

    /// The value of a field.
    pub fn value(&self, field: &str) -> Result<Value, Misfit> {
        if self.is_null(field) {
            return Ok(Value::Null);
        }
        parse_value(self.value_type, field)
            .or_else(|| self.replacement.clone())
            .ok_or_else(|| self.misfit(field))
    }

    fn misfit(&self, field: &str) -> Misfit {
        let shown = if self.sensitive {
            MASK.to_owned()
        } else if field.chars().count() > SHOWN {
            format!("{:?}…", field.chars().take(SHOWN).collect::<String>())
        } else {
            format!("{field:?}")
        };
        Misfit { property: self.name.clone(), shown, value_type: self.value_type }
    }
}

/// Objects being collected.
pub struct Block {
    schema: SchemaRef,
    columns: Vec<(Cell, Values)>,
    rows: usize,
    bytes: usize,
    limit: usize,
}

impl Block {
    /// A block for so many objects.
    pub fn new(cells: &[Cell], rows: usize) -> Self {
        let fields: Vec<Field> =
            cells.iter().map(|cell| Field::new(&cell.name, cell.value_type.arrow(), true)).collect();
        Self {
            schema: Arc::new(ArrowSchema::new(fields)),
            columns: cells.iter().map(|cell| (cell.clone(), Values::new(cell.value_type, rows))).collect(),
            rows: 0,
            bytes: 0,
            limit: rows,
        }
    }

    /// True once it holds as many objects as it should.
    pub const fn is_full(&self) -> bool {
        self.rows >= self.limit || self.bytes >= FULL
    }

    /// Takes an object; `field` gives the field of a column of the file.
    pub fn push<'a>(&mut self, field: impl Fn(usize) -> &'a str) -> Result<(), Misfit> {
        for (cell, values) in &mut self.columns {
            let field = field(cell.column);
            self.bytes += field.len();
            if cell.is_null(field) {
                values.push_null();
                continue;
            }
            values
                .push(field)
                .or_else(|| values.push_value(cell.replacement.as_ref()?))
                .ok_or_else(|| cell.misfit(field))?;
        }
        self.rows += 1;
        Ok(())
    }

    /// The objects so far; the block is empty then.
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<ArrayRef> = self.columns.iter_mut().map(|(_, values)| values.finish()).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(std::mem::take(&mut self.rows)));
        self.bytes = 0;
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
    }
}

/// Values of one column being collected.
enum Values {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder, u8, i8),
    Float(Float64Builder),
    Text(StringBuilder),
    Guid(StringBuilder),
    Binary(BinaryBuilder),
    Date(Date32Builder),
    Time(Time64MicrosecondBuilder),
    Timestamp(TimestampMicrosecondBuilder),
    TimestampUtc(TimestampMicrosecondBuilder),
}

impl Values {
    fn new(value_type: ValueType, rows: usize) -> Self {
        match value_type {
            ValueType::Boolean => Self::Boolean(BooleanBuilder::with_capacity(rows)),
            ValueType::Integer => Self::Integer(Int64Builder::with_capacity(rows)),
            ValueType::Decimal(precision, scale) => Self::Decimal(
                Decimal128Builder::with_capacity(rows).with_data_type(DataType::Decimal128(precision, scale)),
                precision,
                scale,
            ),
            ValueType::Float => Self::Float(Float64Builder::with_capacity(rows)),
            ValueType::String => Self::Text(StringBuilder::with_capacity(rows, rows * 16)),
            ValueType::Guid => Self::Guid(StringBuilder::with_capacity(rows, rows * 36)),
            ValueType::Binary => Self::Binary(BinaryBuilder::new()),
            ValueType::Date => Self::Date(Date32Builder::with_capacity(rows)),
            ValueType::Time => Self::Time(Time64MicrosecondBuilder::with_capacity(rows)),
            ValueType::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::with_capacity(rows)),
            ValueType::TimestampUtc => {
                Self::TimestampUtc(TimestampMicrosecondBuilder::with_capacity(rows).with_timezone("UTC"))
            }
        }
    }

    fn push(&mut self, field: &str) -> Option<()> {
        match self {
            Self::Boolean(builder) => builder.append_value(parse_boolean(field)?),
            Self::Integer(builder) => builder.append_value(parse_integer(field)?),
            Self::Decimal(builder, precision, scale) => {
                builder.append_value(parse_decimal(field.trim(), *precision, *scale)?);
            }
            Self::Float(builder) => builder.append_value(parse_float(field)?),
            Self::Text(builder) => builder.append_value(field),
            Self::Guid(builder) => builder.append_value(canonical_guid(field)?),
            Self::Binary(builder) => builder.append_value(parse_binary(field)?),
            Self::Date(builder) => builder.append_value(parse_date(field)?),
            Self::Time(builder) => builder.append_value(parse_time(field)?),
            Self::Timestamp(builder) => builder.append_value(parse_timestamp(field)?),
            Self::TimestampUtc(builder) => builder.append_value(parse_timestamp_utc(field)?),
        }
        Some(())
    }

    fn push_value(&mut self, value: &Value) -> Option<()> {
        if value.is_null() {
            self.push_null();
            return Some(());
        }
        self.push(&value.to_string())
    }

    fn push_null(&mut self) {
        match self {
            Self::Boolean(builder) => builder.append_null(),
            Self::Integer(builder) => builder.append_null(),
            Self::Decimal(builder, ..) => builder.append_null(),
            Self::Float(builder) => builder.append_null(),
            Self::Text(builder) | Self::Guid(builder) => builder.append_null(),
            Self::Binary(builder) => builder.append_null(),
            Self::Date(builder) => builder.append_null(),
            Self::Time(builder) => builder.append_null(),
            Self::Timestamp(builder) | Self::TimestampUtc(builder) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Decimal(builder, ..) => Arc::new(builder.finish()),
            Self::Float(builder) => Arc::new(builder.finish()),
            Self::Text(builder) | Self::Guid(builder) => Arc::new(builder.finish()),
            Self::Binary(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
            Self::Timestamp(builder) | Self::TimestampUtc(builder) => Arc::new(builder.finish()),
        }
    }
}
