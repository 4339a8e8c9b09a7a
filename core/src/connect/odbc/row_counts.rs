//! What became of each row of a call with arrays, from drivers that give one result a row.

use odbc_api::handles::{AsStatementRef, SqlResult, Statement as _};

/// The counts of the rows of a call that was just executed, in their order, none where the driver does not know;
/// as many as the driver gives, at most `rows`.
///
/// # Errors
///
/// What the driver says in place of a count.
pub fn of_each(
    statement: &mut impl AsStatementRef,
    rows: usize,
) -> Result<Vec<Option<usize>>, odbc_api::Error> {
    let mut statement = statement.as_stmt_ref();
    let mut counts = Vec::with_capacity(rows);
    loop {
        let count = statement.row_count().into_result(&statement)?;
        counts.push(usize::try_from(count).ok());
        if counts.len() == rows {
            return Ok(counts);
        }
        #[expect(unsafe_code, reason = "statements that write have no columns, so no buffer is bound")]
        let next = unsafe { statement.more_results() };
        if matches!(next, SqlResult::NoData) {
            return Ok(counts);
        }
        next.into_result(&statement)?;
    }
}
