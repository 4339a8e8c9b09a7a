//! Writing: rows of Arrow columns as arrays of bound parameters.

use arrow::array::{AsArray as _, RecordBatch};
use odbc_api::{BindParamDesc, Prepared, ResultSetMetadata as _, handles::StatementImpl};

use super::{
    bind::{self, BoundAs, BoundColumn},
    describe::rows::{Cells, read_rows},
    dialect::{ArrayBinding, Dialect, RowCounts},
    row_counts,
    session::Link,
    single::{self, Failed},
};
use crate::{
    connect::{ConnectError, ErrorKind, key_words},
    progress::CancelToken,
    project::SchemaProperty,
    value::{MASK, value_at},
};

/// What a statement must do with every row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Take it: INSERT.
    Taken,
    /// Find its object, once: UPDATE and DELETE.
    Found {
        /// So many of the last columns are the key.
        key_columns: usize,
    },
    /// Whatever it likes, with results of its own: a data operation (W14). `arrays` says that it may be
    /// executed for many rows at once.
    Anything {
        /// Many rows at once, if it has no results.
        arrays: bool,
    },
}

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
    /// What must become of every row.
    pub expect: Expect,
    /// Somebody may ask to stop between blocks.
    pub cancel: CancelToken,
}

/// Row and column of a value that cannot be bound.
type NotBindable = (usize, usize);

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
        self.refuse_nul(link)?;
        let mut statement = link.prepare(&self.sql).map_err(failed)?;
        let at_once = self.rows_at_once(dialect, &mut statement).map_err(failed)?;
        let total = self.rows.num_rows();
        for first in (0..total).step_by(at_once) {
            if self.cancel.is_cancelled() {
                return Err(link.speaker.own(ErrorKind::Cancelled, format!("{} was cancelled", self.doing)));
            }
            let rows = at_once.min(total - first);
            if at_once == 1 && matches!(self.expect, Expect::Anything { .. }) {
                self.execute_one(link, &mut statement, first)?;
                continue;
            }
            link.canceller
                .while_running(&mut statement, |statement| execute_many(statement, &columns, first, rows))
                .map_err(failed)?
                .map_err(|(row, column)| self.not_bindable(link, row, column))?;
            if !matches!(self.expect, Expect::Anything { .. }) {
                self.expect_all(link, &mut statement, first, rows)?;
            }
        }
        Ok(())
    }

    /// How many rows the statement is executed with at a time.
    fn rows_at_once(
        &self,
        dialect: &dyn Dialect,
        statement: &mut Prepared<StatementImpl<'_>>,
    ) -> Result<usize, odbc_api::Error> {
        // Results of many rows would have to be told apart, and drivers do not agree on how.
        let arrays = match self.expect {
            Expect::Taken | Expect::Found { .. } => true,
            Expect::Anything { arrays } => {
                arrays && dialect.reports_errors_of_arrays() && statement.num_result_cols()? == 0
            }
        };
        Ok(match dialect.array_binding() {
            ArrayBinding::Rows(rows) if arrays => rows.max(1),
            _ => 1,
        })
    }

    /// Executes the statement for one row, whatever it does and gives.
    fn execute_one(
        &self,
        link: &Link,
        statement: &mut Prepared<StatementImpl<'_>>,
        row: usize,
    ) -> Result<(), ConnectError> {
        let dialect = link.speaker.dialect;
        let mut parameters = Vec::with_capacity(self.columns.len());
        for (index, (property, column)) in self.columns.iter().zip(self.rows.columns()).enumerate() {
            let parameter = bind::checked_parameter(property.value_type, &value_at(column, row), dialect);
            parameters.push(parameter.ok_or_else(|| self.not_bindable(link, row, index))?);
        }
        link.canceller
            .while_running(statement, |statement| {
                single::execute(statement, &parameters, |diagnosis| dialect.is_error_in_disguise(diagnosis))
            })
            .map_err(|failed| match failed {
                Failed::Error(error) => link.error(&self.doing, &error),
                Failed::InDisguise(diagnosis) => link.speaker.diagnosed(&self.doing, &diagnosis),
            })
    }

    /// Looks whether a call did to each of its rows what it must.
    fn expect_all(
        &self,
        link: &Link,
        statement: &mut Prepared<StatementImpl<'_>>,
        first: usize,
        rows: usize,
    ) -> Result<(), ConnectError> {
        let failed = |error: odbc_api::Error| link.error(&self.doing, &error);
        match link.speaker.dialect.row_counts() {
            RowCounts::Unknown if rows > 1 => Ok(()),
            RowCounts::EachRow if rows > 1 => {
                let counts = row_counts::of_each(statement, rows).map_err(failed)?;
                if counts.len() != rows {
                    let text = format!(
                        "{} failed: the driver told what became of {} rows in place of {rows}",
                        self.doing,
                        counts.len()
                    );
                    return Err(link.speaker.own(ErrorKind::Driver, text));
                }
                (first..).zip(counts).try_for_each(|(row, count)| self.expect_found(link, row, 1, count))
            }
            RowCounts::Unknown | RowCounts::EachRow | RowCounts::Total => {
                let found = statement.row_count().map_err(failed)?;
                self.expect_found(link, first, rows, found)
            }
        }
    }

    fn expect_found(
        &self,
        link: &Link,
        first: usize,
        rows: usize,
        found: Option<usize>,
    ) -> Result<(), ConnectError> {
        match (found, self.expect) {
            (Some(taken), Expect::Taken) if taken != rows => {
                let reasons = self.reasons(link).map(|reasons| format!(": {reasons}")).unwrap_or_default();
                Err(link.speaker.own(
                    ErrorKind::IncompatibleData,
                    format!("{} failed: the database took {taken} of {rows} rows{reasons}", self.doing),
                ))
            }
            (Some(found), Expect::Found { key_columns }) if found != rows && rows == 1 => {
                let values = self.columns.iter().zip(self.rows.columns());
                let values = values.map(|(property, column)| (property, value_at(column, first)));
                let key = key_words::in_words(values.skip(self.columns.len().saturating_sub(key_columns)));
                Err(key_words::not_once(&link.speaker.label, &self.schema_type, &key, found))
            }
            (Some(found), Expect::Found { .. }) if found != rows => {
                let text = format!("{found} objects of {} were found in place of {rows}", self.schema_type);
                Err(link.speaker.own(ErrorKind::NoSuchObject, text))
            }
            _ => Ok(()),
        }
    }

    /// What the database says about a row that it did not take, if it has to be asked.
    fn reasons(&self, link: &Link) -> Option<String> {
        let sql = link.speaker.dialect.reasons()?;
        let third = |cells: &mut Cells| (cells.text(), cells.text(), cells.text()).2;
        let doing = "asking for the reasons";
        let reasons = match read_rows(link, doing, sql, 3, &self.cancel, third) {
            Ok(reasons) => reasons,
            Err(error) => vec![error.to_string()],
        };
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    /// Most drivers take a NUL for the end of a text, and what lies behind it would be lost without a word.
    fn refuse_nul(&self, link: &Link) -> Result<(), ConnectError> {
        if link.speaker.dialect.holds_nul_in_texts() {
            return Ok(());
        }
        for (property, column) in self.columns.iter().zip(self.rows.columns()) {
            let texts = column.as_string_opt::<i32>();
            if texts.is_some_and(|texts| texts.iter().flatten().any(|text| text.contains('\0'))) {
                let text = format!(
                    "{} failed: a value of {} contains the character NUL, which cannot be written through this \
                     driver",
                    self.doing, property.name
                );
                return Err(link.speaker.own(ErrorKind::IncompatibleData, text));
            }
        }
        Ok(())
    }

    fn not_bindable(&self, link: &Link, row: usize, column: usize) -> ConnectError {
        let name = self.columns.get(column).map_or("", |property| property.name.as_str());
        let sensitive = self.columns.get(column).is_some_and(|property| property.sensitive);
        let value = match self.rows.columns().get(column) {
            Some(array) if !sensitive => value_at(array, row).to_string(),
            _ => MASK.to_owned(),
        };
        link.speaker.own(
            ErrorKind::IncompatibleData,
            format!("{} failed: no database can hold the value {value} of {name}", self.doing),
        )
    }
}

/// Executes the statement for `rows` rows from `first` on.
fn execute_many(
    statement: &mut Prepared<StatementImpl<'_>>,
    columns: &[BoundColumn<'_>],
    first: usize,
    rows: usize,
) -> Result<Result<(), NotBindable>, odbc_api::Error> {
    let descriptions: Vec<BindParamDesc> = columns.iter().map(BoundColumn::description).collect();
    let mut inserter = statement.column_inserter(rows, descriptions)?;
    inserter.set_num_rows(rows);
    for (index, column) in columns.iter().enumerate() {
        if let Err(row) = column.fill(first, rows, inserter.column_mut(index)) {
            return Ok(Err((row, index)));
        }
    }
    inserter.execute()?;
    Ok(Ok(()))
}
