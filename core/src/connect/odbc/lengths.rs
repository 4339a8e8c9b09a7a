//! Drivers that write lengths of 4 bytes where this program reads 8.
//!
//! IBM ships one, `libdb2.so`, in which a NULL looks like the value of the row before. By that name it is
//! refused before it is loaded ([`super::connection_string`]); but files are renamed and copied, and what a
//! driver says its name is cannot be relied on either. So it is tried, once a connection, with databases of
//! the DB2 family: a cell that held a number and is NULL now must be told as NULL.

use odbc_api::{Connection, Cursor as _, Nullable};

use super::diagnostics::Speaker;
use crate::connect::{ConnectError, ErrorKind};

/// A single NULL, in all members of the family.
const NULL: &str = "SELECT CAST(NULL AS INTEGER) FROM SYSIBM.SYSDUMMY1";

/// Tries how a driver tells NULL.
///
/// # Errors
///
/// [`ErrorKind::Driver`] if it does not, or what it says instead.
pub fn check(connection: &Connection<'_>, speaker: &Speaker) -> Result<(), ConnectError> {
    // Who does not tell its product is none of IBM's.
    let product = connection.database_management_system_name().unwrap_or_default();
    if !product.to_ascii_uppercase().starts_with("DB2") || tells_null(connection, speaker)? {
        return Ok(());
    }
    let text = "the ODBC driver cannot be used here: it writes lengths of 4 bytes where 8 are read, so that a \
                NULL would be read as the value of the row before";
    Err(speaker.own(ErrorKind::Driver, text).with_help(
        "register libdb2o.so, which IBM ships beside libdb2.so for programs of 64 bits, or name it in the \
         attribute `Driver`",
    ))
}

fn tells_null(connection: &Connection<'_>, speaker: &Speaker) -> Result<bool, ConnectError> {
    let failed = |error: odbc_api::Error| speaker.error("trying the driver", &error);
    let Some(mut cursor) = connection.execute(NULL, (), None).map_err(failed)? else { return Ok(false) };
    let Some(mut row) = cursor.next_row().map_err(failed)? else { return Ok(false) };
    // Not NULL before: half a length leaves the other half as it was.
    let mut cell = Nullable::new(0_i32);
    row.get_data(1, &mut cell).map_err(failed)?;
    Ok(cell.into_opt().is_none())
}
