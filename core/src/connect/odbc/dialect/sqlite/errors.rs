//! Errors of SQLite behind libsqliteodbc: SQLSTATE is always `HY000`; the native code is SQLite's result code,
//! without the extension that would tell the constraint. The text tells the rest.

use crate::connect::{ErrorKind, odbc::dialect::errors::ErrorRule};

pub const RULES: &[ErrorRule] = &[
    ErrorRule::text(&["no such table", "no such column", "has no column named"], ErrorKind::SchemaChanged),
    // How the expressions in `types` refuse a value.
    ErrorRule::text(&["json path", "bad path"], ErrorKind::IncompatibleData),
    ErrorRule::text(&["not authorized"], ErrorKind::Permission),
    ErrorRule::native(&[3, 23], ErrorKind::Permission),
    ErrorRule::native(&[5, 6], ErrorKind::Locked),
    ErrorRule::native(&[8], ErrorKind::ReadOnly),
    ErrorRule::native(&[9], ErrorKind::Cancelled),
    ErrorRule::native(&[10], ErrorKind::Connection),
    ErrorRule::native(&[11, 26], ErrorKind::NotADatabase),
    ErrorRule::native(&[13], ErrorKind::Full),
    ErrorRule::native(&[14], ErrorKind::Missing),
    ErrorRule::native(&[18, 20, 25], ErrorKind::IncompatibleData),
    ErrorRule::native(&[19], ErrorKind::Constraint),
];
