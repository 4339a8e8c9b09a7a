//! Reading from SQLite: rows into Arrow columns, value by value, refusing what does not fit.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder,
        Int64Builder, RecordBatch, RecordBatchOptions, StringBuilder, Time64MicrosecondBuilder,
        TimestampMicrosecondBuilder,
    },
    datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef},
};
use jiff::{Timestamp, civil, tz::TimeZone};
use rusqlite::{params_from_iter, types::ValueRef};

use super::{SqliteConnector, filter, keys::StoredKeys, quote};
use crate::{
    connect::{ConnectError, ErrorKind, Flow, SearchRequest, sqlite::write::sql_value},
    progress::CancelToken,
    project::{SchemaProperty, SchemaType},
    value::{MASK, Value, ValueType, canonical_guid, parse_decimal, parse_timestamp, value_at},
};

impl SqliteConnector {
    pub(super) fn read_objects(
        &self,
        request: &SearchRequest<'_>,
        cancel: &CancelToken,
        sink: &mut dyn FnMut(RecordBatch) -> Flow,
    ) -> Result<(), ConnectError> {
        let columns = self.columns_of(request.schema_type, request.properties)?;
        let (sql, parameters) = self.select(request)?;
        let doing = format!("reading {}", request.schema_type.name);
        let mut statement = self.database.prepare(&sql).map_err(|error| self.error(&doing, &error))?;
        let mut rows =
            statement.query(params_from_iter(parameters)).map_err(|error| self.error(&doing, &error))?;
        let mut block = Block::new(&columns, self.block);
        while let Some(row) = rows.next().map_err(|error| self.error(&doing, &error))? {
            self.push(request.schema_type, row, &mut block, &doing)?;
            if block.rows == self.block {
                if cancel.is_cancelled() {
                    return Err(ConnectError::new(
                        ErrorKind::Cancelled,
                        &self.label,
                        format!("{doing} was cancelled"),
                    ));
                }
                let full = std::mem::replace(&mut block, Block::new(&columns, self.block));
                if sink(self.finish(full)?) == Flow::Stop {
                    return Ok(());
                }
            }
        }
        // An empty result still has columns.
        sink(self.finish(block)?);
        Ok(())
    }

    pub(super) fn read_by_key(
        &self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        properties: &[String],
    ) -> Result<RecordBatch, ConnectError> {
        let columns = self.columns_of(schema_type, properties)?;
        let doing = format!("reading {}", schema_type.name);
        let condition = keys
            .schema()
            .fields()
            .iter()
            .map(|field| format!("{} = ?", quote(field.name())))
            .collect::<Vec<_>>()
            .join(" AND ");
        let sql = format!(
            "SELECT {} FROM {} WHERE {condition}",
            select_list(properties),
            quote(schema_type.table_name())
        );
        let mut statement = self.database.prepare(&sql).map_err(|error| self.error(&doing, &error))?;
        let mut block = Block::new(&columns, keys.num_rows());
        let mut stored: Option<StoredKeys> = None;
        for row_number in 0..keys.num_rows() {
            let parameters: Vec<_> =
                keys.columns().iter().map(|column| sql_value(&value_at(column, row_number))).collect();
            let mut read = |parameters: &[rusqlite::types::Value]| {
                let before = block.rows;
                let mut rows = statement
                    .query(params_from_iter(parameters))
                    .map_err(|error| self.error(&doing, &error))?;
                while let Some(row) = rows.next().map_err(|error| self.error(&doing, &error))? {
                    self.push(schema_type, row, &mut block, &doing)?;
                }
                Ok::<_, ConnectError>(block.rows > before)
            };
            if !read(&parameters)? && StoredKeys::can_help(schema_type, keys) {
                let stored = match &mut stored {
                    Some(stored) => stored,
                    none => none.insert(self.stored_keys(schema_type, keys)?),
                };
                if let Some(key) = stored.find(keys, row_number) {
                    read(key)?;
                }
            }
        }
        self.finish(block)
    }

    /// Takes a row into the block.
    pub(super) fn push(
        &self,
        schema_type: &SchemaType,
        row: &rusqlite::Row<'_>,
        block: &mut Block,
        doing: &str,
    ) -> Result<(), ConnectError> {
        for (index, column) in block.columns.iter_mut().enumerate() {
            let value = row.get_ref(index).map_err(|error| self.error(doing, &error))?;
            column.push(value).map_err(|problem| self.incompatible(schema_type, column, &problem))?;
        }
        block.rows += 1;
        Ok(())
    }

    fn select(
        &self,
        request: &SearchRequest<'_>,
    ) -> Result<(String, Vec<rusqlite::types::Value>), ConnectError> {
        let table = quote(request.schema_type.table_name());
        let mut sql = format!("SELECT {} FROM {table}", select_list(request.properties));
        let mut parameters = Vec::new();
        for (number, expression) in request.filters.iter().enumerate() {
            let Some(condition) = filter::to_sql(request.schema_type, expression) else {
                return Err(ConnectError::new(
                    ErrorKind::Unsupported,
                    &self.label,
                    format!("a filter on {} cannot be evaluated in the database", request.schema_type.name),
                ));
            };
            sql.push_str(if number == 0 { " WHERE " } else { " AND " });
            sql.push_str(&condition.sql);
            parameters.extend(condition.parameters);
        }
        for (number, order) in request.order.iter().enumerate() {
            sql.push_str(if number == 0 { " ORDER BY " } else { ", " });
            sql.push_str(&quote(&order.property));
            sql.push_str(if order.descending { " DESC" } else { "" });
        }
        if request.limit.is_some() || request.offset > 0 {
            let limit = request.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
            sql.push_str(&format!(" LIMIT {limit} OFFSET {}", request.offset));
        }
        Ok((sql, parameters))
    }

    pub(super) fn columns_of<'a>(
        &self,
        schema_type: &'a SchemaType,
        properties: &[String],
    ) -> Result<Vec<&'a SchemaProperty>, ConnectError> {
        properties
            .iter()
            .map(|name| {
                schema_type.property(name).ok_or_else(|| {
                    ConnectError::new(
                        ErrorKind::SchemaChanged,
                        &self.label,
                        format!("{} has no property {name}", schema_type.name),
                    )
                    .with_help("update the schema of the project, or mend the mapping")
                })
            })
            .collect()
    }

    pub(super) fn finish(&self, mut block: Block) -> Result<RecordBatch, ConnectError> {
        let columns: Vec<ArrayRef> = block.columns.iter_mut().map(ColumnBuilder::finish).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(block.rows));
        RecordBatch::try_new_with_options(block.schema, columns, &options)
            .map_err(|error| ConnectError::new(ErrorKind::Other, &self.label, error.to_string()))
    }

    fn incompatible(&self, schema_type: &SchemaType, column: &ColumnBuilder, problem: &str) -> ConnectError {
        ConnectError::new(
            ErrorKind::IncompatibleData,
            &self.label,
            format!(
                "{}.{} holds a value that is not of type {}: {problem}",
                schema_type.name,
                column.name,
                column.value_type.label()
            ),
        )
        .with_help(
            "mend the value in the database, declare the property with a type that holds it, or say in its \
             incompatible data handling what such values become",
        )
    }
}

pub(super) fn select_list(properties: &[String]) -> String {
    if properties.is_empty() {
        return "1".to_owned();
    }
    properties.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

/// Rows being collected.
pub(super) struct Block {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    rows: usize,
}

impl Block {
    pub(super) fn new(columns: &[&SchemaProperty], rows: usize) -> Self {
        let fields: Vec<Field> =
            columns.iter().map(|column| Field::new(&column.name, column.value_type.arrow(), true)).collect();
        Self {
            schema: Arc::new(ArrowSchema::new(fields)),
            columns: columns.iter().map(|column| ColumnBuilder::new(column, rows)).collect(),
            rows: 0,
        }
    }
}

/// One column being collected.
struct ColumnBuilder {
    name: String,
    value_type: ValueType,
    sensitive: bool,
    empty_is_null: bool,
    /// What is read in place of a value that does not fit (W13).
    replacement: Option<Value>,
    values: Values,
}

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

impl ColumnBuilder {
    fn new(property: &SchemaProperty, rows: usize) -> Self {
        let values = match property.value_type {
            ValueType::Boolean => Values::Boolean(BooleanBuilder::with_capacity(rows)),
            ValueType::Integer => Values::Integer(Int64Builder::with_capacity(rows)),
            ValueType::Decimal(precision, scale) => Values::Decimal(
                Decimal128Builder::with_capacity(rows).with_data_type(DataType::Decimal128(precision, scale)),
                precision,
                scale,
            ),
            ValueType::Float => Values::Float(Float64Builder::with_capacity(rows)),
            ValueType::String => Values::Text(StringBuilder::with_capacity(rows, rows * 16)),
            ValueType::Guid => Values::Guid(StringBuilder::with_capacity(rows, rows * 36)),
            ValueType::Binary => Values::Binary(BinaryBuilder::new()),
            ValueType::Date => Values::Date(Date32Builder::with_capacity(rows)),
            ValueType::Time => Values::Time(Time64MicrosecondBuilder::with_capacity(rows)),
            ValueType::Timestamp => Values::Timestamp(TimestampMicrosecondBuilder::with_capacity(rows)),
            ValueType::TimestampUtc => {
                Values::TimestampUtc(TimestampMicrosecondBuilder::with_capacity(rows).with_timezone("UTC"))
            }
        };
        Self {
            name: property.name.clone(),
            value_type: property.value_type,
            sensitive: property.sensitive,
            empty_is_null: property.compatible_nulls,
            replacement: property.replacement(),
            values,
        }
    }

    fn push(&mut self, value: ValueRef<'_>) -> Result<(), String> {
        let is_null = matches!(value, ValueRef::Null)
            || (self.empty_is_null && matches!(value, ValueRef::Text(text) if text.is_empty()));
        if is_null {
            self.push_null();
            return Ok(());
        }
        if self.push_fitting(value).is_some() {
            return Ok(());
        }
        match self.replacement.as_ref().map(sql_value) {
            Some(rusqlite::types::Value::Null) => {
                self.push_null();
                Some(())
            }
            Some(replacement) => self.push_fitting(ValueRef::from(&replacement)),
            None => None,
        }
        .ok_or_else(|| if self.sensitive { MASK.to_owned() } else { written(value) })
    }

    /// Takes a value, if it is one of the type.
    fn push_fitting(&mut self, value: ValueRef<'_>) -> Option<()> {
        match &mut self.values {
            Values::Boolean(builder) => to_boolean(value).map(|value| builder.append_value(value)),
            Values::Integer(builder) => to_integer(value).map(|value| builder.append_value(value)),
            Values::Decimal(builder, precision, scale) => {
                to_decimal(value, *precision, *scale).map(|value| builder.append_value(value))
            }
            Values::Float(builder) => to_float(value).map(|value| builder.append_value(value)),
            Values::Text(builder) => push_text(value, builder),
            Values::Guid(builder) => to_guid(value).map(|value| builder.append_value(value)),
            Values::Binary(builder) => match value {
                ValueRef::Blob(bytes) | ValueRef::Text(bytes) => {
                    builder.append_value(bytes);
                    Some(())
                }
                _ => None,
            },
            Values::Date(builder) => to_date(value).map(|value| builder.append_value(value)),
            Values::Time(builder) => to_time(value).map(|value| builder.append_value(value)),
            Values::Timestamp(builder) => to_timestamp(value).map(|value| builder.append_value(value)),
            Values::TimestampUtc(builder) => to_timestamp_utc(value).map(|value| builder.append_value(value)),
        }
    }

    fn push_null(&mut self) {
        match &mut self.values {
            Values::Boolean(builder) => builder.append_null(),
            Values::Integer(builder) => builder.append_null(),
            Values::Decimal(builder, ..) => builder.append_null(),
            Values::Float(builder) => builder.append_null(),
            Values::Text(builder) | Values::Guid(builder) => builder.append_null(),
            Values::Binary(builder) => builder.append_null(),
            Values::Date(builder) => builder.append_null(),
            Values::Time(builder) => builder.append_null(),
            Values::Timestamp(builder) | Values::TimestampUtc(builder) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match &mut self.values {
            Values::Boolean(builder) => Arc::new(builder.finish()),
            Values::Integer(builder) => Arc::new(builder.finish()),
            Values::Decimal(builder, ..) => Arc::new(builder.finish()),
            Values::Float(builder) => Arc::new(builder.finish()),
            Values::Text(builder) | Values::Guid(builder) => Arc::new(builder.finish()),
            Values::Binary(builder) => Arc::new(builder.finish()),
            Values::Date(builder) => Arc::new(builder.finish()),
            Values::Time(builder) => Arc::new(builder.finish()),
            Values::Timestamp(builder) | Values::TimestampUtc(builder) => Arc::new(builder.finish()),
        }
    }
}

fn text_of(value: ValueRef<'_>) -> Option<&str> {
    match value {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// A value as an error message shows it.
fn written(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Real(value) => value.to_string(),
        ValueRef::Text(bytes) => {
            format!("{:?}", String::from_utf8_lossy(bytes).chars().take(80).collect::<String>())
        }
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

fn push_text(value: ValueRef<'_>, builder: &mut StringBuilder) -> Option<()> {
    match value {
        ValueRef::Integer(value) => builder.append_value(value.to_string()),
        ValueRef::Real(value) => builder.append_value(value.to_string()),
        other => builder.append_value(text_of(other)?),
    }
    Some(())
}

fn to_boolean(value: ValueRef<'_>) -> Option<bool> {
    match value {
        ValueRef::Integer(0) => Some(false),
        ValueRef::Integer(1) => Some(true),
        other => match text_of(other)?.to_ascii_lowercase().as_str() {
            "0" | "f" | "false" | "n" | "no" => Some(false),
            "1" | "t" | "true" | "y" | "yes" => Some(true),
            _ => None,
        },
    }
}

fn to_integer(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(value) => Some(value),
        // Whole numbers up to 2^53 are exact in SQLite's floating point numbers.
        ValueRef::Real(value) if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 => {
            Some(value as i64)
        }
        other => text_of(other)?.trim().parse().ok(),
    }
}

fn to_float(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Integer(value) => Some(value as f64),
        ValueRef::Real(value) => Some(value),
        other => text_of(other)?.trim().parse().ok(),
    }
}

/// SQLite holds decimals as integers or floating point numbers; up to 15 digits the shortest written form
/// of the floating point number is the decimal that was stored.
fn to_decimal(value: ValueRef<'_>, precision: u8, scale: i8) -> Option<i128> {
    let text = match value {
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Real(value) => value.to_string(),
        other => text_of(other)?.trim().to_owned(),
    };
    parse_decimal(&text, precision, scale)
}

fn to_guid(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Blob(bytes) => uuid::Uuid::from_slice(bytes).ok().map(|guid| guid.hyphenated().to_string()),
        other => canonical_guid(text_of(other)?),
    }
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);

fn to_date(value: ValueRef<'_>) -> Option<i32> {
    let text = text_of(value)?;
    // A date column may hold a time of midnight, written by other programs.
    let date: civil::Date = match text.get(..10) {
        Some(date) if text.len() == 10 || text.get(11..).is_some_and(is_midnight) => date.parse().ok()?,
        _ => return None,
    };
    date.since(EPOCH).ok().map(|span| span.get_days())
}

fn is_midnight(time: &str) -> bool {
    !time.is_empty() && time.bytes().all(|byte| matches!(byte, b'0' | b':' | b'.'))
}

fn to_time(value: ValueRef<'_>) -> Option<i64> {
    let time: civil::Time = text_of(value)?.parse().ok()?;
    time.duration_since(civil::Time::midnight()).as_micros().try_into().ok()
}

fn to_timestamp(value: ValueRef<'_>) -> Option<i64> {
    let text = text_of(value)?;
    // In its own way first: jiff's points in time end on 9999-12-30.
    parse_timestamp(text).or_else(|| {
        let moment: civil::DateTime = text.parse().ok()?;
        moment.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_microsecond())
    })
}

fn to_timestamp_utc(value: ValueRef<'_>) -> Option<i64> {
    let text = text_of(value)?;
    match text.parse::<Timestamp>() {
        Ok(moment) => Some(moment.as_microsecond()),
        Err(_) => to_timestamp(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_before_and_after_the_epoch() {
        for (text, days) in [("1970-01-01", Some(0)), ("1969-12-31", Some(-1)), ("2024-02-29", Some(19_782))]
        {
            assert_eq!(to_date(ValueRef::Text(text.as_bytes())), days, "{text}");
        }
        assert_eq!(to_date(ValueRef::Text(b"2024-02-29 00:00:00")), Some(19_782));
        assert_eq!(to_date(ValueRef::Text(b"2024-02-29 12:00:00")), None);
        assert_eq!(to_date(ValueRef::Text(b"29.02.2024")), None);
    }

    #[test]
    fn the_end_of_all_days_is_a_moment() {
        let moment = |text: &str| to_timestamp(ValueRef::Text(text.as_bytes()));
        assert_eq!(moment("1970-01-01 00:00:01.5"), Some(1_500_000));
        assert_eq!(moment("9999-12-31 23:59:59.999999"), Some(253_402_300_799_999_999));
        assert_eq!(moment("9999-12-31"), Some(253_402_214_400_000_000));
        assert_eq!(moment("9999-12-32"), None);
    }
}
