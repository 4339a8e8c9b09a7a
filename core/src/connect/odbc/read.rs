//! Reading: blocks of rows from the driver into Arrow columns.

use std::{cmp, error::Error};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow_odbc::{OdbcReaderBuilder, TextEncoding};
use odbc_api::parameter::InputParameter;

use super::{
    bind,
    cursor::of_statement_used_once,
    dialect::{Dialect, declared::is_text},
    filter::SqlCondition,
    session::Link,
    statements,
    transport::{Misfit, Transport},
};
use crate::{
    connect::{ConnectError, ErrorKind, Flow},
    progress::CancelToken,
    project::{SchemaProperty, SchemaType},
    value::{MASK, Value, ValueType},
};

/// Memory for one block between driver and Arrow.
const BLOCK_BYTES: usize = 64 << 20;
/// Bytes that tell of one value how long it is.
const INDICATOR: usize = 8;
/// Space for a text whose length nobody knows, if the longest could not be found out.
const UNKNOWN_LENGTH: usize = 4096;

/// A query, ready to be executed on the session's thread.
pub struct Query {
    /// What it does, for errors: `reading people`.
    pub doing: String,
    /// Name of the schema type, for errors.
    pub schema_type: String,
    /// SQL text.
    pub sql: String,
    /// Values for its `?`.
    pub values: Vec<(ValueType, Value)>,
    /// SELECT of the longest value of each column without a declared length, with the same values.
    pub longest: Option<String>,
    /// How long its columns are.
    pub lengths: Lengths,
    /// What becomes of the columns.
    pub transport: Transport,
    /// Rows of a block.
    pub block: usize,
    /// Rows that are left out, and the most that are given, where the SQL text cannot say so.
    pub page: Option<(usize, Option<usize>)>,
    /// Somebody may ask to stop between blocks.
    pub cancel: CancelToken,
}

/// Longer columns than this are seldom full: their longest value is looked up, as if they declared no length.
const LONG: u32 = 2000;

/// The longest written form of what is neither text nor binary.
const WRITTEN: usize = 64;

/// How long the columns of a query are, as far as they declare it.
#[derive(Debug, Clone, Default)]
pub struct Lengths {
    /// Columns.
    columns: usize,
    /// Longest declared text, in characters.
    text: usize,
    /// Longest declared binary, in bytes.
    binary: usize,
    /// Which of the columns whose longest value is looked up are binaries, in their order.
    unknown: Vec<bool>,
}

impl Lengths {
    /// Declared lengths of columns, and those whose longest value has to be looked up.
    pub fn of(columns: &[SchemaProperty]) -> (Self, Vec<&SchemaProperty>) {
        let mut lengths = Self { columns: columns.len(), ..Self::default() };
        let mut unknown = Vec::new();
        for property in columns {
            let is_binary = property.value_type == ValueType::Binary;
            let is_text = property.value_type == ValueType::String || is_text(&property.native_type);
            let declared = if is_binary { &mut lengths.binary } else { &mut lengths.text };
            match property.max_length.filter(|length| *length <= LONG) {
                Some(length) if is_binary || is_text => *declared = cmp::max(*declared, length as usize),
                None if is_binary || is_text => {
                    unknown.push(property);
                    lengths.unknown.push(is_binary);
                }
                _ => {}
            }
        }
        // What is neither may travel as text, too.
        lengths.text = cmp::max(lengths.text, WRITTEN);
        (lengths, unknown)
    }
}

/// Room for the values of the columns of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Room {
    /// Units of a text: bytes of UTF-8, or pairs of bytes of UTF-16.
    text: usize,
    /// Bytes of a binary.
    binary: usize,
    /// Bytes of a block: at least of one row, however long that is.
    block: usize,
}

impl Room {
    /// From declared lengths, and those that were looked up.
    fn new(lengths: &Lengths, looked_up: &[usize], dialect: &dyn Dialect) -> Self {
        // One character can be four bytes, or two units of UTF-16. What was measured in bytes is never shorter
        // than that.
        let in_utf8 = dialect.has_texts_in_utf8();
        let units = if in_utf8 { 4 } else { 2 };
        let measured = if dialect.measures_bytes() { 1 } else { units };
        let longest = |binary: bool| {
            let known = lengths.unknown.iter().zip(looked_up).filter(|(is_binary, _)| **is_binary == binary);
            known.map(|(_, length)| *length).max().unwrap_or_default()
        };
        let text = cmp::max(lengths.text * units, longest(false).saturating_mul(measured)).max(1);
        let binary = cmp::max(lengths.binary, longest(true)).max(1);
        let column = cmp::max((text + 1).saturating_mul(if in_utf8 { 1 } else { 2 }), binary) + INDICATOR;
        Self { text, binary, block: cmp::max(BLOCK_BYTES, column.saturating_mul(lengths.columns)) }
    }
}

/// SELECT that finds out how long the values of columns without a declared length are.
pub fn longest(
    dialect: &dyn Dialect,
    schema_type: &SchemaType,
    unknown: &[&SchemaProperty],
    condition: &SqlCondition,
) -> Option<String> {
    (!unknown.is_empty()).then(|| statements::longest(dialect, schema_type, unknown, condition))
}

impl Query {
    /// Executes the query and gives its rows to `sink`, block by block, at least an empty one.
    ///
    /// # Errors
    ///
    /// What the driver says, or a value that does not fit the type that the project declares.
    pub fn run(&self, link: &Link, sink: &mut dyn FnMut(RecordBatch) -> Flow) -> Result<(), ConnectError> {
        let looked_up = match &self.longest {
            None => vec![UNKNOWN_LENGTH; self.lengths.unknown.len()],
            Some(sql) => self.longest_values(link, sql)?,
        };
        let dialect = link.speaker.dialect;
        let room = Room::new(&self.lengths, &looked_up, dialect);
        let encoding = if dialect.has_texts_in_utf8() { TextEncoding::Utf8 } else { TextEncoding::Utf16 };
        let failed = |error: odbc_api::Error| link.error(&self.doing, &error);
        let mut statement = link.statement().map_err(failed)?;
        let parameters = self.parameters(link);
        link.canceller.while_running(&mut statement, |statement| {
            let cursor = statement
                .execute(&link.spelled(&self.sql), parameters.as_slice())
                .map_err(failed)?
                .map(of_statement_used_once)
                .ok_or_else(|| link.speaker.own(ErrorKind::Other, format!("{} gave no rows", self.doing)))?;
            let reader = OdbcReaderBuilder::new()
                .with_schema(self.transport.driver_schema())
                .with_max_num_rows_per_batch(self.block)
                .with_max_bytes_per_batch(room.block)
                .with_max_text_size(room.text)
                .with_max_binary_size(room.binary)
                .with_payload_text_encoding(encoding)
                .with_fallibale_allocations(true)
                .build(cursor)
                .map_err(|error| self.reader_error(link, error))?;
            self.forward(link, reader, sink)
        })
    }

    fn forward(
        &self,
        link: &Link,
        reader: impl Iterator<Item = Result<RecordBatch, arrow::error::ArrowError>>,
        sink: &mut dyn FnMut(RecordBatch) -> Flow,
    ) -> Result<(), ConnectError> {
        let mut any = false;
        let (mut skip, mut rest) = match self.page {
            Some((offset, limit)) => (offset, limit.unwrap_or(usize::MAX)),
            None => (0, usize::MAX),
        };
        for block in reader {
            if rest == 0 {
                break;
            }
            if self.cancel.is_cancelled() {
                return Err(link.speaker.own(ErrorKind::Cancelled, format!("{} was cancelled", self.doing)));
            }
            let block = block.map_err(|error| self.arrow_error(link, error))?;
            let block = self.transport.convert(&block).map_err(|misfit| self.misfit(link, &misfit))?;
            let left_out = skip.min(block.num_rows());
            skip -= left_out;
            let block = block.slice(left_out, rest.min(block.num_rows() - left_out));
            rest -= block.num_rows();
            any = true;
            if sink(block) == Flow::Stop {
                return Ok(());
            }
        }
        if !any {
            // An empty result still has columns.
            sink(self.transport.empty());
        }
        Ok(())
    }

    fn parameters(&self, link: &Link) -> Vec<Box<dyn InputParameter>> {
        let dialect = link.speaker.dialect;
        self.values.iter().map(|(value_type, value)| bind::parameter(*value_type, value, dialect)).collect()
    }

    /// Length of the longest value of each column that declares none.
    fn longest_values(&self, link: &Link, sql: &str) -> Result<Vec<usize>, ConnectError> {
        let failed = |error: odbc_api::Error| link.error(&self.doing, &error);
        let mut statement = link.statement().map_err(failed)?;
        let parameters = self.parameters(link);
        link.canceller.while_running(&mut statement, |statement| {
            let Some(cursor) =
                statement.execute(&link.spelled(sql), parameters.as_slice()).map_err(failed)?
            else {
                return Ok(vec![UNKNOWN_LENGTH; self.lengths.unknown.len()]);
            };
            let cursor = of_statement_used_once(cursor);
            let reader = OdbcReaderBuilder::new()
                .with_max_num_rows_per_batch(1)
                .with_max_text_size(32)
                .build(cursor)
                .map_err(|error| self.reader_error(link, error))?;
            let mut longest = Vec::new();
            for block in reader {
                let block = block.map_err(|error| self.arrow_error(link, error))?;
                // NULL where there is no value.
                longest = block
                    .columns()
                    .iter()
                    .map(|column| {
                        usize::try_from(whole_number(column).unwrap_or(0)).unwrap_or(UNKNOWN_LENGTH)
                    })
                    .collect();
            }
            Ok(longest)
        })
    }

    fn reader_error(&self, link: &Link, error: arrow_odbc::Error) -> ConnectError {
        let mut source: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(current) = source {
            // Not the column is at fault, but the driver, or the connection.
            if let Some(error @ odbc_api::Error::Diagnostics { .. }) = current.downcast_ref() {
                return link.error(&self.doing, error);
            }
            source = current.source();
        }
        let text = format!("{} failed: {error}", self.doing);
        link.speaker.own(ErrorKind::Other, text).with_help(
            "a column of this table cannot be read in blocks; declare it as unusable in the schema of the project",
        )
    }

    fn arrow_error(&self, link: &Link, error: arrow::error::ArrowError) -> ConnectError {
        let error = match error {
            arrow::error::ArrowError::ExternalError(inner) => match inner.downcast::<odbc_api::Error>() {
                Ok(error) => return link.error(&self.doing, &error),
                Err(inner) => inner.to_string(),
            },
            other => other.to_string(),
        };
        link.speaker.own(ErrorKind::IncompatibleData, format!("{} failed: {error}", self.doing)).with_help(
            "a value in the database does not fit the type that the project declares for its property",
        )
    }

    fn misfit(&self, link: &Link, misfit: &Misfit) -> ConnectError {
        let Misfit { property, value, expected } = misfit;
        let value = match value {
            Some(value) => format!("{:?}", value.chars().take(80).collect::<String>()),
            None => MASK.to_owned(),
        };
        link.speaker
            .own(
                ErrorKind::IncompatibleData,
                format!("{}.{property} holds a value that is not of type {expected}: {value}", self.schema_type),
            )
            .with_help(
                "mend the value in the database, declare the property with a type that holds it, or say in its \
                 incompatible data handling what such values become",
            )
    }
}

fn whole_number(column: &dyn Array) -> Option<i64> {
    let column = arrow::compute::cast(column, &arrow::datatypes::DataType::Int64).ok()?;
    let column = column.as_primitive::<arrow::datatypes::Int64Type>();
    (!column.is_empty() && column.is_valid(0)).then(|| column.value(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::odbc::dialect::dialect;

    fn declared(value_type: ValueType, max_length: Option<u32>, native_type: &str) -> SchemaProperty {
        SchemaProperty {
            max_length,
            native_type: native_type.to_owned(),
            ..SchemaProperty::new("c", value_type)
        }
    }

    #[test]
    fn a_long_binary_gives_texts_no_room_and_a_block_has_room_for_a_row() {
        let mut columns = vec![declared(ValueType::String, None, "text"); 20];
        columns.push(declared(ValueType::Binary, None, "bytea"));
        columns.push(declared(ValueType::Date, None, "date"));
        let (lengths, unknown) = Lengths::of(&columns);
        assert_eq!(unknown.len(), 21);
        let mut looked_up = vec![10; 20];
        looked_up.push(1_000_000);
        let postgresql = dialect("postgresql").expect("a dialect");
        let room = Room::new(&lengths, &looked_up, postgresql);
        assert_eq!((room.text, room.binary, room.block), (128, 1_000_000, BLOCK_BYTES));

        looked_up[3] = 5_000_000;
        let room = Room::new(&lengths, &looked_up, postgresql);
        assert_eq!(room.text, 5_000_000);
        assert!(room.block >= 20 * 2 * 5_000_000 + 1_000_000, "{room:?}");
    }

    #[test]
    fn declared_lengths_are_characters_and_numbers_in_texts_are_looked_up() {
        let columns = [
            declared(ValueType::String, Some(100), "varchar(100)"),
            declared(ValueType::String, Some(LONG + 1), "varchar(2001)"),
            declared(ValueType::Integer, None, "longtext"),
            declared(ValueType::Integer, None, "bigint"),
        ];
        let (lengths, unknown) = Lengths::of(&columns);
        assert_eq!(unknown.len(), 2);
        let mariadb = dialect("mariadb").expect("a dialect");
        assert_eq!(Room::new(&lengths, &[7, 9], mariadb).text, 400);
        let oracle = dialect("oracle").expect("a dialect");
        assert_eq!(Room::new(&lengths, &[7, 900], oracle).text, 1800);
    }
}
