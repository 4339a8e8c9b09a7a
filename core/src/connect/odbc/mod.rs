//! Databases behind ODBC drivers (C2).

pub mod diagnostics;
pub mod dialect;
