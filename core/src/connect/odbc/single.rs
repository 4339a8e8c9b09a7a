//! One execution of a prepared statement that may do anything (W14).
//!
//! Procedures give results, several of them, and only reading them to the end tells whether all went well.
//! Some drivers call an error a warning; its record is gone after the next call of ODBC, which is why this
//! module speaks to the statement itself.

use odbc_api::{
    Error, ParameterCollectionRef as _,
    handles::{AsStatementRef, Record, SqlResult, Statement as _, StatementRef},
    parameter::InputParameter,
};

use super::diagnostics::Diagnosis;

/// Room for the text of a diagnostic record to begin with.
const TEXT: usize = 512;

/// Why an execution failed.
#[derive(Debug)]
pub enum Failed {
    /// The driver says so.
    Error(Error),
    /// The driver calls it a warning.
    InDisguise(Diagnosis),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Executes a prepared statement once and throws away what it gives.
///
/// # Errors
///
/// What the driver says about the execution or any of its results; a warning if `is_error` says so.
pub fn execute(
    statement: &mut impl AsStatementRef,
    mut parameters: &[Box<dyn InputParameter>],
    is_error: impl Fn(&Diagnosis) -> bool,
) -> Result<(), Failed> {
    let mut statement = statement.as_stmt_ref();
    statement.reset_parameters().into_result(&statement)?;
    let outcome = execute_bound(&mut statement, &mut parameters, &is_error);
    // The parameters end before the statement does.
    statement.reset_parameters().into_result(&statement)?;
    outcome
}

#[expect(
    unsafe_code,
    reason = "the parameters outlive the execution and are unbound after it; no buffers are bound to columns"
)]
fn execute_bound(
    statement: &mut StatementRef<'_>,
    parameters: &mut &[Box<dyn InputParameter>],
    is_error: &dyn Fn(&Diagnosis) -> bool,
) -> Result<(), Failed> {
    unsafe { parameters.bind_parameters_to(statement) }?;
    let executed = unsafe { statement.execute() };
    let mut more = succeeded(executed, statement, is_error)?;
    while more {
        // A number of affected rows is a result, too, but has no rows to read.
        if statement.num_result_cols().into_result(statement)? > 0 {
            while {
                let fetched = unsafe { statement.fetch() };
                succeeded(fetched, statement, is_error)?
            } {}
        }
        let next = unsafe { statement.more_results() };
        more = succeeded(next, statement, is_error)?;
    }
    Ok(())
}

/// False if there was nothing (more).
fn succeeded(
    result: SqlResult<()>,
    statement: &StatementRef<'_>,
    is_error: &dyn Fn(&Diagnosis) -> bool,
) -> Result<bool, Failed> {
    if matches!(result, SqlResult::SuccessWithInfo(())) {
        let mut record = Record::with_capacity(TEXT);
        let mut number = 1;
        while record.fill_from(statement, number) {
            let diagnosis = Diagnosis::from(&record);
            if is_error(&diagnosis) {
                return Err(Failed::InDisguise(diagnosis));
            }
            number += 1;
        }
    }
    Ok(result.into_result_bool(statement)?)
}
