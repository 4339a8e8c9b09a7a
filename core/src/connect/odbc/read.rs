//! Reading: blocks of rows from the driver into Arrow columns.

use std::{cmp, error::Error};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow_odbc::{OdbcReaderBuilder, TextEncoding};
use odbc_api::parameter::InputParameter;

use super::{
    bind,
    cursor::of_statement_used_once,
    dialect::Dialect,
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
    /// Longest declared text or binary among the columns, in characters or bytes.
    pub declared_length: usize,
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

/// Longest declared length of columns, and those whose longest value has to be looked up.
pub fn lengths(columns: &[SchemaProperty]) -> (usize, Vec<&SchemaProperty>) {
    let mut longest = 0;
    let mut unknown = Vec::new();
    for property in columns {
        match (property.value_type, property.max_length) {
            (ValueType::String | ValueType::Binary, Some(length)) if length <= LONG => {
                longest = cmp::max(longest, length as usize);
            }
            (ValueType::String | ValueType::Binary, _) => unknown.push(property),
            // The longest written forms of everything else that travels as text.
            _ => longest = cmp::max(longest, 64),
        }
    }
    (longest, unknown)
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
        let length = match &self.longest {
            None => self.declared_length,
            Some(sql) => cmp::max(self.declared_length, self.longest_value(link, sql)?),
        };
        // One character can be four bytes, or two units of UTF-16.
        let (encoding, units) = if link.speaker.dialect.has_texts_in_utf8() {
            (TextEncoding::Utf8, 4)
        } else {
            (TextEncoding::Utf16, 2)
        };
        let failed = |error: odbc_api::Error| link.error(&self.doing, &error);
        let mut statement = link.connection.preallocate().map_err(failed)?;
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
                .with_max_bytes_per_batch(BLOCK_BYTES)
                .with_max_text_size(length.max(1) * units)
                .with_max_binary_size(length.max(1))
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

    /// Length of the longest value of the columns that declare none.
    fn longest_value(&self, link: &Link, sql: &str) -> Result<usize, ConnectError> {
        let failed = |error: odbc_api::Error| link.error(&self.doing, &error);
        let mut statement = link.connection.preallocate().map_err(failed)?;
        let parameters = self.parameters(link);
        link.canceller.while_running(&mut statement, |statement| {
            let Some(cursor) =
                statement.execute(&link.spelled(sql), parameters.as_slice()).map_err(failed)?
            else {
                return Ok(UNKNOWN_LENGTH);
            };
            let cursor = of_statement_used_once(cursor);
            let reader = OdbcReaderBuilder::new()
                .with_max_num_rows_per_batch(1)
                .with_max_text_size(32)
                .build(cursor)
                .map_err(|error| self.reader_error(link, error))?;
            let mut longest = 0;
            for block in reader {
                let block = block.map_err(|error| self.arrow_error(link, error))?;
                longest =
                    block.columns().iter().filter_map(|column| whole_number(column)).fold(longest, cmp::max);
            }
            Ok(usize::try_from(longest).unwrap_or(UNKNOWN_LENGTH))
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
