//! Errors of MariaDB and MySQL: the native codes tell; SQLSTATE is often only `HY000`, or as broad as `42000`.

use crate::connect::{ErrorKind, odbc::dialect::errors::ErrorRule};

pub const RULES: &[ErrorRule] = &[
    // The driver lost its place: from now on every answer would be that to the statement before.
    ErrorRule::state("00000", ErrorKind::Connection),
    // 1862, 1820: the password is out of date. 1698, 1130: this user, or this host, may not log in at all.
    ErrorRule::native(&[1045, 1698, 1130, 1862, 1820, 3118, 4151], ErrorKind::Authentication),
    ErrorRule::native(&[1049], ErrorKind::Missing),
    ErrorRule::native(&[1044, 1142, 1143, 1227, 1370, 1410, 1419], ErrorKind::Permission),
    // The client library's 2000 to 2059; the server's codes say that it is busy, going, or has hung up.
    ErrorRule::native(&[2001, 2002, 2003, 2004, 2005, 2006, 2012, 2013, 2026, 2055], ErrorKind::Connection),
    // Its own errors of the network: reading, writing, uncompressing.
    ErrorRule::native(&[5013, 5014, 5015], ErrorKind::Connection),
    ErrorRule::native(
        &[1040, 1041, 1053, 1077, 1079, 1129, 1158, 1159, 1160, 1161, 1203, 1226, 1927, 4031],
        ErrorKind::Connection,
    ),
    // An authentication method that the driver does not have.
    ErrorRule::native(&[2059, 1251], ErrorKind::Driver),
    ErrorRule::native(&[1051, 1054, 1109, 1146, 1356], ErrorKind::SchemaChanged),
    // A column is computed now.
    ErrorRule::native(&[1906, 3105], ErrorKind::SchemaChanged),
    ErrorRule::native(&[1205, 3572], ErrorKind::Locked),
    ErrorRule::native(&[1213, 1020], ErrorKind::Deadlock),
    ErrorRule::native(&[1969, 3024, 4166], ErrorKind::Timeout),
    ErrorRule::native(&[1317], ErrorKind::Cancelled),
    ErrorRule::native(&[1021, 1114], ErrorKind::Full),
    ErrorRule::native(&[3, 1026, 1030], ErrorKind::Full).with_text(&[
        "no space left",
        "error 28",
        "error: 28",
    ]),
    ErrorRule::native(&[1290], ErrorKind::ReadOnly).with_text(&["read-only", "read_only", "read only"]),
    ErrorRule::native(&[1792, 1836, 1036, 3100], ErrorKind::ReadOnly),
    // Duplicate, foreign key both ways, NULL, no default, check of MariaDB and of MySQL, view.
    ErrorRule::native(
        &[1022, 1062, 1169, 1586, 1216, 1217, 1451, 1452, 1048, 1263, 1364, 3819, 4025, 1369],
        ErrorKind::Constraint,
    ),
    // A trigger refuses the row with a text of its own.
    ErrorRule::native(&[1644], ErrorKind::Constraint),
    ErrorRule::state("45000", ErrorKind::Constraint),
    // Too long, out of range, not a number, not a date, not in this character set, not JSON.
    ErrorRule::native(
        &[1264, 1265, 1292, 1300, 1366, 1367, 1406, 1411, 1525, 1690, 3140, 3141, 3156, 3854, 4038],
        ErrorKind::IncompatibleData,
    ),
];
