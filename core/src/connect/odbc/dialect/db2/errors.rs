//! Errors of DB2: the native code is the SQLCODE, which is negative for errors.

use crate::connect::{ErrorKind, odbc::dialect::errors::ErrorRule};

pub const RULES: &[ErrorRule] = &[
    ErrorRule::native(&[-30082, -1403, -1404], ErrorKind::Authentication),
    ErrorRule::text(&["sql30082n"], ErrorKind::Authentication),
    ErrorRule::native(&[-1013, -1031], ErrorKind::Missing),
    ErrorRule::text(&["sql1013n", "sql1531n"], ErrorKind::Missing),
    ErrorRule::native(
        &[-30081, -30080, -30108, -1032, -1035, -1040, -1042, -1224, -1229, -1776, -900, -1024],
        ErrorKind::Connection,
    ),
    ErrorRule::native(&[-551, -552, -553, -567, -1060, -1092], ErrorKind::Permission),
    // A trigger or procedure refuses the row with a text of its own.
    ErrorRule::native(&[-438], ErrorKind::Constraint),
    // 68 stands for a lock that did not come in time; anything else for a deadlock.
    ErrorRule::native(&[-911, -913], ErrorKind::Locked).with_text(&["reason code \"68\"", "reason code 68"]),
    ErrorRule::native(&[-911, -913], ErrorKind::Deadlock),
    ErrorRule::native(&[-964, -968, -289], ErrorKind::Full),
    ErrorRule::native(&[-952], ErrorKind::Cancelled),
    ErrorRule::native(&[-905, -4499], ErrorKind::Timeout).with_text(&["timeout", "timed out"]),
    // -1773: a standby that only reads.
    ErrorRule::native(&[-817, -1773], ErrorKind::ReadOnly),
    // -798: a column is computed now.
    ErrorRule::native(&[-204, -205, -206, -798], ErrorKind::SchemaChanged),
    ErrorRule::native(&[-803, -407, -530, -531, -532, -533, -545, -161, -603], ErrorKind::Constraint),
    // Too long, out of range, not a number, not a date, not in this character set.
    ErrorRule::native(
        &[-302, -303, -304, -404, -406, -413, -420, -433, -180, -181, -183, -187, -191, -330, -802, -16061],
        ErrorKind::IncompatibleData,
    ),
    ErrorRule::state("428C9", ErrorKind::SchemaChanged),
    ErrorRule::state("42703", ErrorKind::SchemaChanged),
    ErrorRule::state("42704", ErrorKind::SchemaChanged),
    ErrorRule::state("42501", ErrorKind::Permission),
    ErrorRule::state("42502", ErrorKind::Permission),
    ErrorRule::state("57014", ErrorKind::Cancelled),
    ErrorRule::state("57033", ErrorKind::Deadlock),
    ErrorRule::state("57011", ErrorKind::Full),
    ErrorRule::state("55032", ErrorKind::Connection),
];
