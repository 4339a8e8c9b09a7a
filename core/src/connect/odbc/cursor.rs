//! Cursors that are closed together with their statement.
//!
//! A statement here is executed once and freed. Closing its cursor before that is superfluous, and when the
//! connection is gone it fails, which `odbc-api` answers with a panic.

use odbc_api::{
    CursorImpl,
    handles::{AnyHandle, SqlResult, Statement, StatementRef},
    sys::{HStmt, Handle, HandleType},
};

/// A borrowed statement that is not used for anything else after its cursor.
pub struct UsedOnce<'s>(StatementRef<'s>);

#[expect(unsafe_code, reason = "it is the handle of the statement that is in there, which is valid")]
unsafe impl AnyHandle for UsedOnce<'_> {
    fn as_handle(&self) -> Handle {
        self.0.as_handle()
    }

    fn handle_type(&self) -> HandleType {
        self.0.handle_type()
    }
}

impl Statement for UsedOnce<'_> {
    fn as_sys(&self) -> HStmt {
        self.0.as_sys()
    }

    fn end_cursor_scope(&mut self) -> SqlResult<()> {
        SqlResult::Success(())
    }
}

/// The cursor of a statement that is not used for anything else after it.
#[expect(unsafe_code, reason = "the statement is taken from a cursor, so it is in the state of one")]
pub fn of_statement_used_once(cursor: CursorImpl<StatementRef<'_>>) -> CursorImpl<UsedOnce<'_>> {
    let statement = UsedOnce(cursor.into_stmt());
    unsafe { CursorImpl::new(statement) }
}
