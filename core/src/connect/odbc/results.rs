//! Results that nobody wants: procedures may give rows, several times, and only reading them to the end tells
//! whether all went well.

use odbc_api::{
    Cursor, CursorImpl, Error, ResultSetMetadata as _,
    handles::{AsStatementRef, Statement},
};

/// Reads rows to the end, and those of all further results.
///
/// # Errors
///
/// What the driver says meanwhile: what fails behind the first result is told here only.
pub fn discard<S: Statement>(cursor: CursorImpl<S>) -> Result<(), Error> {
    let mut cursor = cursor;
    loop {
        // A number of affected rows is a result, too, but has no rows to read.
        if cursor.num_result_cols()? > 0 {
            while cursor.next_row()?.is_some() {}
        }
        match cursor.more_results()? {
            Some(next) => cursor = next,
            None => return Ok(()),
        }
    }
}

/// Reads whatever follows a first result without rows.
///
/// # Errors
///
/// As [`discard`].
#[expect(unsafe_code, reason = "no buffers are bound to the columns of the statement's results")]
pub fn discard_further(statement: &mut impl AsStatementRef) -> Result<(), Error> {
    let mut statement = statement.as_stmt_ref();
    if unsafe { statement.more_results() }.into_result_bool(&statement)? {
        // Safe: the driver has just said that there is another result.
        discard(unsafe { CursorImpl::new(statement) })
    } else {
        Ok(())
    }
}
