//! Errors of PostgreSQL. The driver passes the server's SQLSTATE on, except when a connection fails: then
//! only the text tells why.

use crate::connect::{ErrorKind, odbc::dialect::errors::ErrorRule};

pub const RULES: &[ErrorRule] = &[
    ErrorRule::text(
        &[
            "password authentication failed",
            "no password supplied",
            "no pg_hba.conf entry",
            "peer authentication failed",
            "ident authentication failed",
            "ldap authentication failed",
            "pam authentication failed",
            "gssapi authentication failed",
            "certificate authentication failed",
            "scram authentication",
        ],
        ErrorKind::Authentication,
    ),
    ErrorRule::state("08", ErrorKind::Authentication).with_text(&["role \"", "is not permitted to log in"]),
    ErrorRule::state("08", ErrorKind::Missing).with_text(&["fatal:  database \"", "fatal: database \""]),
    ErrorRule::state("08", ErrorKind::Permission).with_text(&["permission denied for database"]),
    ErrorRule::state("3D000", ErrorKind::Missing),
    ErrorRule::state("42501", ErrorKind::Permission),
    ErrorRule::state("42P01", ErrorKind::SchemaChanged),
    ErrorRule::state("42703", ErrorKind::SchemaChanged),
    ErrorRule::state("42704", ErrorKind::SchemaChanged),
    ErrorRule::state("3F000", ErrorKind::SchemaChanged),
    // A column has another type, or is computed now.
    ErrorRule::state("42804", ErrorKind::SchemaChanged),
    ErrorRule::state("428C9", ErrorKind::SchemaChanged),
    // A trigger refuses the row with a text of its own.
    ErrorRule::state("P0001", ErrorKind::Constraint),
    ErrorRule::state("55P03", ErrorKind::Locked),
    ErrorRule::state("55006", ErrorKind::Locked),
    ErrorRule::state("40P01", ErrorKind::Deadlock),
    ErrorRule::state("57014", ErrorKind::Timeout).with_text(&["timeout"]),
    ErrorRule::state("57014", ErrorKind::Cancelled),
    ErrorRule::state("57P04", ErrorKind::Missing),
    ErrorRule::state("57P", ErrorKind::Connection),
    ErrorRule::state("57P05", ErrorKind::Timeout),
    // Of the driver, while connecting.
    ErrorRule::text(&["timeout expired"], ErrorKind::Timeout),
    ErrorRule::state("25P03", ErrorKind::Timeout),
    ErrorRule::state("25P04", ErrorKind::Timeout),
    ErrorRule::state("53300", ErrorKind::Connection),
    ErrorRule::state("53100", ErrorKind::Full),
    ErrorRule::text(
        &[
            "server closed the connection",
            "could not connect to server",
            "connection refused",
            "could not translate host name",
            "no connection to the server",
            "connection has been lost",
            "terminating connection",
        ],
        ErrorKind::Connection,
    ),
];
