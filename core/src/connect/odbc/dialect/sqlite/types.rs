//! How values of SQLite are read and written through libsqliteodbc (S2).
//!
//! SQLite types its values, not its columns, and the driver makes NULL of what it cannot convert: a text in
//! an integer column, a date that is none. The expressions here look at the value first and fail with a text
//! that says what it is. They fail by a path that is none, because only triggers can raise errors: SQLite
//! puts the path into its message.

use crate::{
    connect::odbc::dialect::INCOMPATIBLE,
    project::{IncompatibleData, SchemaProperty},
    value::ValueType,
};

/// Digits that SQLite keeps exactly in a column of numeric affinity.
const EXACT_DIGITS: usize = 15;

/// The parameter without zeros at the end of its fraction.
const SHORT_FRACTION: &str = "SELECT CASE WHEN instr(v, '.') > 0 THEN rtrim(rtrim(v, '0'), '.') ELSE v END \
     FROM (SELECT ? AS v)";

/// An expression that fails and says why; of a property whose incompatible values are replaced, a text that
/// stands for them.
fn refuse(column: &str, property: &SchemaProperty) -> String {
    if property.incompatible_data != IncompatibleData::RaiseError && property.value_type != ValueType::Binary
    {
        return format!("'{INCOMPATIBLE}'");
    }
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
        // The driver takes a NUL for the end of a text.
        ValueType::String => format!(
            "CASE WHEN typeof({c}) = 'blob' OR instr({c}, char(0)) > 0 THEN {refuse} ELSE CAST({c} AS TEXT) END"
        ),
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
        // SQLite's own functions count in milliseconds and round: they see the seconds only. They take a
        // 30 February for the first of March, too.
        ValueType::Timestamp => format!(
            "CASE WHEN {c} IS NULL THEN NULL \
             WHEN typeof({c}) = 'text' AND length({c}) = 10 AND date({c}) = {c} THEN {c} || ' 00:00:00' \
             WHEN typeof({c}) = 'text' AND datetime(substr({c}, 1, 19)) = replace(substr({c}, 1, 19), 'T', ' ') \
             AND (length({c}) = 19 OR substr({c}, 20, 1) = '.' AND length({c}) > 20 \
             AND ltrim(substr({c}, 21), '0123456789') = '') THEN replace({c}, 'T', ' ') ELSE {refuse} END"
        ),
        ValueType::TimestampUtc => {
            // What follows the fraction: an offset, or nothing.
            let offset = format!("ltrim(substr({c}, 21), '0123456789')");
            format!(
                "CASE WHEN {c} IS NULL THEN NULL \
                 WHEN typeof({c}) <> 'text' OR coalesce(date(substr({c}, 1, 10)) <> substr({c}, 1, 10), TRUE) \
                 THEN {refuse} \
                 WHEN substr({c}, 20, 1) = '.' AND datetime(substr({c}, 1, 19) || {offset}) IS NOT NULL \
                 THEN datetime(substr({c}, 1, 19) || {offset}) \
                 || substr({c}, 20, length({c}) - 19 - length({offset})) \
                 WHEN substr({c}, 20, 1) <> '.' AND datetime({c}) IS NOT NULL THEN datetime({c}) \
                 ELSE {refuse} END"
            )
        }
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

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, types::Value};

    use super::*;

    /// What is read where `literal` is stored in a column without a type.
    fn read(value_type: ValueType, literal: &str) -> Result<Value, String> {
        let database = Connection::open_in_memory().unwrap();
        let expression = read_expression("c", &SchemaProperty::new("c", value_type));
        let sql = format!("SELECT {expression} FROM (SELECT {literal} AS c)");
        database.query_row(&sql, [], |row| row.get(0)).map_err(|error| error.to_string())
    }

    fn text(text: &str) -> Option<Value> {
        Some(Value::Text(text.to_owned()))
    }

    #[test]
    fn values_are_read_or_refused() {
        let cases = [
            (ValueType::Boolean, "0", Some(Value::Integer(0))),
            (ValueType::Boolean, "'Yes'", Some(Value::Integer(1))),
            (ValueType::Boolean, "2", None),
            (ValueType::Boolean, "'maybe'", None),
            (ValueType::Integer, "9007199254740993", Some(Value::Integer(9_007_199_254_740_993))),
            (ValueType::Integer, "3.0", Some(Value::Integer(3))),
            (ValueType::Integer, "3.5", None),
            (ValueType::Integer, "'abc'", None),
            (ValueType::Integer, "x'00'", None),
            (ValueType::Decimal(12, 2), "12.5", text("12.5")),
            (ValueType::Decimal(12, 2), "12", text("12")),
            (ValueType::Decimal(12, 2), "x'00'", None),
            (ValueType::Float, "0.1 + 0.2", text("0.30000000000000004")),
            (ValueType::Float, "'x'", None),
            (ValueType::String, "'ü'", text("ü")),
            (ValueType::String, "5", text("5")),
            (ValueType::String, "x'ff'", None),
            (ValueType::String, "'before' || char(0) || 'behind'", None),
            (ValueType::Binary, "x'00ff'", Some(Value::Blob(vec![0, 255]))),
            (ValueType::Binary, "5", None),
            (
                ValueType::Guid,
                "x'6f9619ff8b86d011b42d00c04fc964ff'",
                text("6F9619FF8B86D011B42D00C04FC964FF"),
            ),
            (ValueType::Date, "'2024-02-29'", text("2024-02-29")),
            (ValueType::Date, "'2024-02-29 00:00:00'", text("2024-02-29")),
            (ValueType::Date, "'2024-02-29 12:00:00'", None),
            (ValueType::Date, "'2024-02-30'", None),
            (ValueType::Date, "'29.02.2024'", None),
            (ValueType::Date, "2460370", None),
            (ValueType::Time, "'12:30:00.123456'", text("12:30:00.123456")),
            (ValueType::Time, "'12:30'", text("12:30")),
            (ValueType::Time, "'25:00:00'", None),
            (ValueType::Timestamp, "'2024-02-29'", text("2024-02-29 00:00:00")),
            (ValueType::Timestamp, "'2024-02-29T12:30:00'", text("2024-02-29 12:30:00")),
            (ValueType::Timestamp, "'9999-12-31 23:59:59.999999'", text("9999-12-31 23:59:59.999999")),
            (ValueType::Timestamp, "'2024-02-30 12:30:00'", None),
            (ValueType::Timestamp, "'2024-02-29 12:30:00Z'", None),
            (ValueType::Timestamp, "'2024-02-29 12:30:00.'", None),
            (ValueType::Timestamp, "1709209800", None),
            (ValueType::TimestampUtc, "'2024-02-29T12:30:00Z'", text("2024-02-29 12:30:00")),
            (
                ValueType::TimestampUtc,
                "'2024-01-01T00:30:00.999999+02:00'",
                text("2023-12-31 22:30:00.999999"),
            ),
            (ValueType::TimestampUtc, "'9999-12-31 23:59:59.999999'", text("9999-12-31 23:59:59.999999")),
            (ValueType::TimestampUtc, "'2024-02-30T12:30:00Z'", None),
            (ValueType::TimestampUtc, "'soon'", None),
            (ValueType::TimestampUtc, "5", None),
        ];
        for (value_type, literal, expected) in cases {
            let found = read(value_type, literal);
            assert_eq!(found.clone().ok(), expected, "{value_type:?} {literal}: {found:?}");
            assert_eq!(read(value_type, "NULL"), Ok(Value::Null), "{value_type:?}");
        }
    }

    #[test]
    fn what_is_replaced_is_not_refused() {
        let mut property = SchemaProperty::new("c", ValueType::Date);
        property.incompatible_data = IncompatibleData::Minimum;
        let database = Connection::open_in_memory().unwrap();
        let sql = format!("SELECT {} FROM (SELECT 'soon' AS c)", read_expression("c", &property));
        let found = database.query_row(&sql, [], |row| row.get::<_, String>(0)).unwrap();
        assert_eq!(found, INCOMPATIBLE);
    }

    #[test]
    fn refusals_name_the_value_unless_it_is_sensitive() {
        assert!(read(ValueType::Integer, "'abc'").unwrap_err().contains("not of type integer: abc"));
        let mut property = SchemaProperty::new("c", ValueType::Integer);
        property.sensitive = true;
        let sql = format!("SELECT {} FROM (SELECT 'abc' AS c)", read_expression("c", &property));
        let error = Connection::open_in_memory().unwrap().query_row(&sql, [], |row| row.get::<_, i64>(0));
        let error = error.unwrap_err().to_string();
        assert!(error.contains("not of type integer") && !error.contains("integer: abc"), "{error}");
    }

    #[test]
    fn parameters_are_stored_as_the_embedded_connector_does() {
        let database = Connection::open_in_memory().unwrap();
        for (value_type, bound, stored) in [
            (ValueType::Decimal(12, 2), "-12.50", Some("-12.50")),
            (ValueType::Decimal(18, 2), "1234567890123456.50", None),
            (ValueType::Time, "12:30:00.500000", Some("12:30:00.5")),
            (ValueType::Time, "12:30:00", Some("12:30:00")),
            (ValueType::Timestamp, "2024-02-29 12:30:00.000000", Some("2024-02-29 12:30:00")),
            (ValueType::TimestampUtc, "2024-02-29 12:30:00.120000", Some("2024-02-29T12:30:00.12Z")),
        ] {
            let sql = format!("SELECT {}", parameter(&SchemaProperty::new("c", value_type)));
            let found = database.query_row(&sql, [bound], |row| row.get::<_, String>(0));
            assert_eq!(found.ok().as_deref(), stored, "{value_type:?} {bound}");
        }
    }
}
