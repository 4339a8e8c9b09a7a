//! How values of SQLite are read and written through libsqliteodbc (S2).
//!
//! SQLite types its values, not its columns, and the driver makes NULL of what it cannot convert: a text in
//! an integer column, a date that is none. The expressions here look at the value first and fail with a text
//! that says what it is. They fail by a path that is none, because only triggers can raise errors: SQLite
//! puts the path into its message.

use crate::{project::SchemaProperty, value::ValueType};

/// Digits that SQLite keeps exactly in a column of numeric affinity.
const EXACT_DIGITS: usize = 15;

/// The parameter without zeros at the end of its fraction.
const SHORT_FRACTION: &str = "SELECT CASE WHEN instr(v, '.') > 0 THEN rtrim(rtrim(v, '0'), '.') ELSE v END \
     FROM (SELECT ? AS v)";

/// An expression that fails and says why.
fn refuse(column: &str, property: &SchemaProperty) -> String {
    let label = property.value_type.label();
    // Sensitive values never get into a message (W13).
    let value = if property.sensitive { String::new() } else { format!(" || ': ' || {column}") };
    format!("json_extract('{{}}', 'a value is not of type {label}'{value})")
}

pub fn read_expression(column: &str, property: &SchemaProperty) -> String {
    let c = column;
    let refuse = refuse(column, property);
    match property.value_type {
        ValueType::Boolean => format!(
            "CASE WHEN {c} IS NULL THEN NULL WHEN {c} IN (0, 1) THEN {c} + 0 \
             WHEN lower({c}) IN ('f', 'false', 'n', 'no') THEN 0 \
             WHEN lower({c}) IN ('t', 'true', 'y', 'yes') THEN 1 ELSE {refuse} END"
        ),
        ValueType::Integer => format!(
            "CASE WHEN typeof({c}) IN ('integer', 'null') THEN {c} \
             WHEN typeof({c}) = 'real' AND CAST({c} AS INTEGER) = {c} THEN CAST({c} AS INTEGER) \
             ELSE {refuse} END"
        ),
        ValueType::Decimal(..) => {
            format!("CASE WHEN typeof({c}) = 'blob' THEN {refuse} ELSE CAST({c} AS TEXT) END")
        }
        // The driver itself writes 15 digits.
        ValueType::Float => format!(
            "CASE WHEN {c} IS NULL THEN NULL \
             WHEN typeof({c}) IN ('real', 'integer') THEN printf('%!.17g', {c}) ELSE {refuse} END"
        ),
        ValueType::String => {
            format!("CASE WHEN typeof({c}) = 'blob' THEN {refuse} ELSE CAST({c} AS TEXT) END")
        }
        ValueType::Guid => format!("CASE typeof({c}) WHEN 'blob' THEN hex({c}) ELSE {c} END"),
        ValueType::Binary => format!(
            "CASE WHEN typeof({c}) IN ('blob', 'text', 'null') THEN CAST({c} AS BLOB) ELSE {refuse} END"
        ),
        // A date column may hold a time of midnight, written by other programs.
        ValueType::Date => format!(
            "CASE WHEN {c} IS NULL THEN NULL WHEN typeof({c}) = 'text' AND date({c}) = substr({c}, 1, 10) \
             AND time({c}) = '00:00:00' THEN substr({c}, 1, 10) ELSE {refuse} END"
        ),
        ValueType::Time => format!(
            "CASE WHEN {c} IS NULL THEN NULL WHEN typeof({c}) = 'text' \
             AND time({c}) = substr({c} || ':00', 1, 8) THEN {c} ELSE {refuse} END"
        ),
        ValueType::Timestamp => format!(
            "CASE WHEN {c} IS NULL THEN NULL \
             WHEN typeof({c}) = 'text' AND length({c}) = 10 AND date({c}) = {c} THEN {c} || ' 00:00:00' \
             WHEN typeof({c}) = 'text' AND datetime({c}) = replace(substr({c}, 1, 19), 'T', ' ') \
             AND {c} GLOB '*[0-9]' THEN replace({c}, 'T', ' ') ELSE {refuse} END"
        ),
        // `datetime` counts the offset in and leaves the fraction out, which follows it as it was written.
        ValueType::TimestampUtc => format!(
            "CASE WHEN {c} IS NULL THEN NULL WHEN typeof({c}) <> 'text' OR datetime({c}) IS NULL THEN {refuse} \
             WHEN instr({c}, '.') > 0 THEN datetime({c}) || substr({c}, instr({c}, '.'), 1 \
             + length(substr({c}, instr({c}, '.') + 1)) \
             - length(ltrim(substr({c}, instr({c}, '.') + 1), '0123456789'))) \
             ELSE datetime({c}) END"
        ),
    }
}

/// Times are written as the embedded connector writes them: without zeros at the end of the fraction, points
/// in time with `T` and `Z`.
pub fn parameter(property: &SchemaProperty) -> String {
    match property.value_type {
        ValueType::Decimal(..) => format!(
            "(SELECT CASE WHEN length(ltrim(replace(replace(v, '-', ''), '.', ''), '0')) > {EXACT_DIGITS} \
             THEN json_extract('{{}}', 'SQLite keeps {EXACT_DIGITS} digits of a decimal') ELSE v END \
             FROM (SELECT ? AS v))"
        ),
        ValueType::Time | ValueType::Timestamp => format!("({SHORT_FRACTION})"),
        ValueType::TimestampUtc => format!("replace(({SHORT_FRACTION}), ' ', 'T') || 'Z'"),
        _ => "?".to_owned(),
    }
}
