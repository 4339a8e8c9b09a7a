//! Errors of SQL Server: the native codes tell; SQLSTATE is often only `42000` or `HY000`.

use crate::connect::{ErrorKind, odbc::dialect::errors::ErrorRule};

pub const RULES: &[ErrorRule] = &[
    ErrorRule::native(&[18452, 18456, 18470, 18486, 18487, 18488, 4064, 40532], ErrorKind::Authentication),
    ErrorRule::native(&[4060, 911, 4063], ErrorKind::Missing),
    ErrorRule::native(&[229, 230, 262, 297, 300, 371, 916, 15247, 10330], ErrorKind::Permission),
    ErrorRule::native(&[207, 208, 1088, 2812, 4902, 4924], ErrorKind::SchemaChanged),
    // A column is computed, identity, a version or part of a period now.
    ErrorRule::native(&[271, 272, 273, 544, 8102, 13536, 13537], ErrorKind::SchemaChanged),
    ErrorRule::native(&[1205, 3960, 41302, 41305, 41325], ErrorKind::Deadlock),
    ErrorRule::native(&[1222], ErrorKind::Locked),
    ErrorRule::native(&[9002, 1101, 1105, 3257, 1121, 40544], ErrorKind::Full),
    ErrorRule::native(&[3906, 3908, 978, 15868], ErrorKind::ReadOnly),
    // Duplicate, reference or check, NULL, view.
    ErrorRule::native(&[2601, 2627, 547, 515, 550], ErrorKind::Constraint),
    // A trigger refuses the row: with a text of its own, or by taking the transaction back.
    ErrorRule::native(&[3609, 3616], ErrorKind::Constraint),
    ErrorRule::range(50000, i32::MAX, ErrorKind::Constraint),
    // Too long, out of range, not a number, not a date, not a GUID, not XML.
    ErrorRule::native(
        &[
            2628, 8152, 8115, 220, 232, 241, 242, 244, 245, 248, 295, 296, 6347, 6354, 8114, 8169, 9402,
            9411, 9413, 9420, 9436, 9455, 13812,
        ],
        ErrorKind::IncompatibleData,
    ),
    // Going, full, failing over, or a network that hangs up.
    ErrorRule::native(
        &[
            17, 53, 64, 121, 233, 258, 976, 983, 6005, 10053, 10054, 10060, 10061, 10928, 10929, 17142,
            17809, 17830, 20009, 40143, 40197, 40501, 40613, 49918, 49919, 49920,
        ],
        ErrorKind::Connection,
    ),
    ErrorRule::native(&[-2, 1204, 20003], ErrorKind::Timeout),
    ErrorRule::native(&[3617], ErrorKind::Cancelled),
    // The name of the library stands in the text of a broken encryption set-up.
    ErrorRule::text(&["ssl provider", "certificate verify failed"], ErrorKind::Connection),
];
