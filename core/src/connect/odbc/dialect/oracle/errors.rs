//! Errors of Oracle: the native code is the number of the ORA message. The driver gives it for errors of the
//! server; where it gives none, the number stands in the text.

use crate::connect::{
    ErrorKind,
    odbc::dialect::{Diagnosis, errors::ErrorRule},
};

pub const RULES: &[ErrorRule] = &[
    ErrorRule::native(&[1005, 1017, 28000, 28001, 28002, 28040, 1988], ErrorKind::Authentication),
    // The listener does not know the service.
    ErrorRule::native(&[12505, 12514], ErrorKind::Missing),
    ErrorRule::native(&[1031, 1045, 1720, 1950, 28009, 41900], ErrorKind::Permission),
    ErrorRule::native(&[904, 942, 2289, 4043, 1775, 980], ErrorKind::SchemaChanged),
    // A column is computed now.
    ErrorRule::native(&[32795, 32796, 54013, 54017], ErrorKind::SchemaChanged),
    ErrorRule::native(&[60, 8177], ErrorKind::Deadlock),
    ErrorRule::native(&[54, 30006, 4021], ErrorKind::Locked),
    ErrorRule::native(&[1013], ErrorKind::Cancelled),
    ErrorRule::native(&[40, 2395, 2399, 12170, 12535, 12606, 12609, 3136], ErrorKind::Timeout),
    ErrorRule::native(
        &[
            257, 1536, 1562, 1628, 1631, 1632, 1650, 1652, 1653, 1654, 1655, 1658, 1659, 1683, 1688, 1691,
            30036,
        ],
        ErrorKind::Full,
    ),
    ErrorRule::native(&[1456, 12081, 16000, 16397], ErrorKind::ReadOnly),
    // Duplicate, check, reference without its object, object with references, NULL, view.
    ErrorRule::native(&[1, 2290, 2291, 2292, 1400, 1407, 1402], ErrorKind::Constraint),
    // A trigger refuses the row with a text of its own.
    ErrorRule::range(20000, 20999, ErrorKind::Constraint),
    // Too long, out of range, not a number, not a date, not XML.
    ErrorRule::native(
        &[
            1401, 1426, 1438, 1455, 1461, 1480, 1722, 1830, 1839, 1840, 1841, 1843, 1847, 1850, 1851, 1852,
            1858, 1861, 1862, 6502, 12899, 12704, 22835, 26094, 31011, 40441,
        ],
        ErrorKind::IncompatibleData,
    ),
    // Full, not started, going, hung up, or no way there.
    ErrorRule::native(
        &[
            18, 20, 28, 1012, 1033, 1034, 1035, 1089, 1090, 1092, 3113, 3114, 3135, 12154, 12516, 12518,
            12519, 12520, 12528, 12537, 12541, 12543, 12545, 12547, 12560, 12571, 25408,
        ],
        ErrorKind::Connection,
    ),
];

/// The diagnosis with the number of its ORA message, if that stands only in the text.
pub fn with_number(diagnosis: &Diagnosis) -> Diagnosis {
    let mut diagnosis = diagnosis.clone();
    if diagnosis.native == 0
        && let Some((_, rest)) = diagnosis.text.split_once("ORA-")
    {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        diagnosis.native = digits.parse().unwrap_or(0);
    }
    diagnosis
}
