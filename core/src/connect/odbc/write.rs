//! Writing: rows of Arrow columns as arrays of bound parameters.

use arrow::array::RecordBatch;
use odbc_api::BindParamDesc;

use super::{
    bind::{self, BoundAs, BoundColumn},
    dialect::ArrayBinding,
    session::Link,
};
use crate::{
    connect::{ConnectError, ErrorKind},
    project::SchemaProperty,
    value::value_at,
};

/// Rows that a statement is executed with, once a row.
pub struct Writing {
    /// What it does, for errors: `inserting into people`.
    pub doing: String,
    /// Name of the schema type, for errors.
    pub schema_type: String,
    /// SQL text.
    pub sql: String,
    /// Values, one column per `?`.
    pub rows: RecordBatch,
    /// The properties of the columns.
    pub columns: Vec<SchemaProperty>,
    /// True for UPDATE and DELETE: every row must find its object. An INSERT must take every row.
    pub finds: bool,
}

impl Writing {
    /// Executes the statement for all rows.
    ///
    /// # Errors
    ///
    /// What the driver says about any row, or that a row finds no object or several. The caller rolls back.
    pub fn run(&self, link: &Link) -> Result<(), ConnectError> {
        let failed = |error: odbc_api::Error| link.error(&self.doing, &error);
        let dialect = link.speaker.dialect;
        let columns = bind::columns(&self.rows, |index| {
            let value_type = self.columns.get(index).map(|property| property.value_type);
            value_type.map_or_else(|| BoundAs::text(dialect), |value_type| BoundAs::of(value_type, dialect))
        });
        let at_once = match dialect.array_binding() {
            ArrayBinding::Rows(rows) => rows.max(1),
            ArrayBinding::Never => 1,
        };
        let mut statement = link.connection.prepare(&link.spelled(&self.sql)).map_err(failed)?;
        let total = self.rows.num_rows();
        for first in (0..total).step_by(at_once) {
            let rows = at_once.min(total - first);
            let descriptions: Vec<BindParamDesc> = columns.iter().map(BoundColumn::description).collect();
            link.canceller
                .while_running(&mut statement, |statement| {
                    let mut inserter = statement.column_inserter(rows, descriptions)?;
                    inserter.set_num_rows(rows);
                    for (index, column) in columns.iter().enumerate() {
                        if let Err(row) = column.fill(first, rows, inserter.column_mut(index)) {
                            return Ok(Err((row, index)));
                        }
                    }
                    inserter.execute().map(|_| Ok(()))
                })
                .map_err(failed)?
                .map_err(|(row, column)| self.not_bindable(link, row, column))?;
            if rows == 1 || dialect.counts_all_rows() {
                let found = statement.row_count().map_err(failed)?;
                self.expect_found(link, rows, found)?;
            }
        }
        Ok(())
    }

    fn expect_found(&self, link: &Link, rows: usize, found: Option<usize>) -> Result<(), ConnectError> {
        match found {
            Some(taken) if taken != rows && !self.finds => Err(link.speaker.own(
                ErrorKind::IncompatibleData,
                format!("{} failed: the database took {taken} of {rows} rows", self.doing),
            )),
            Some(found) if found != rows => {
                let text = match (rows, found) {
                    (1, 0) => format!("the object of {} is no longer there", self.schema_type),
                    (1, _) => format!("the object of {} is there {found} times", self.schema_type),
                    _ => format!("{found} objects of {} were found in place of {rows}", self.schema_type),
                };
                Err(link.speaker.own(ErrorKind::NoSuchObject, text))
            }
            _ => Ok(()),
        }
    }

    fn not_bindable(&self, link: &Link, row: usize, column: usize) -> ConnectError {
        let name = self.columns.get(column).map_or("", |property| property.name.as_str());
        let sensitive = self.columns.get(column).is_some_and(|property| property.sensitive);
        let value = match self.rows.columns().get(column) {
            Some(array) if !sensitive => value_at(array, row).to_string(),
            _ => "••••".to_owned(),
        };
        link.speaker.own(
            ErrorKind::IncompatibleData,
            format!("{} failed: no database can hold the value {value} of {name}", self.doing),
        )
    }
}
