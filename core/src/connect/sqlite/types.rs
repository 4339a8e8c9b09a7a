//! Which of Syncwright's types a declared SQLite type is (S2).
//!
//! | declared | type |
//! |---|---|
//! | `BOOL…` | boolean |
//! | `…INT…` | integer |
//! | `DECIMAL(p,s)`, `NUMERIC(p,s)` | decimal, exact to 15 digits as SQLite stores it |
//! | `REAL`, `FLOAT`, `DOUBLE…` | float |
//! | `DATE` · `TIME` · `TIMESTAMP`, `DATETIME` · `TIMESTAMPTZ`, `TIMESTAMP WITH TIME ZONE` | as named; stored as ISO 8601 text |
//! | `GUID`, `UUID`, `UNIQUEIDENTIFIER` | GUID, stored as text |
//! | `…CHAR…`, `…TEXT…`, `…CLOB…`, `JSON` | string |
//! | `BLOB`, `BINARY`, `VARBINARY` | binary |
//!
//! Any other declared type, or none, is not usable.

use crate::{project::Kept, value::ValueType};

/// The type that a declared type stands for, and the declared length of texts; `None` if not usable.
pub fn value_type_of(declared: &str) -> Option<(ValueType, Option<u32>)> {
    let upper = declared.trim().to_ascii_uppercase();
    let (name, arguments) = match upper.split_once('(') {
        Some((name, rest)) => (name.trim_end(), parse_arguments(rest)),
        None => (upper.as_str(), Vec::new()),
    };
    let zoned = upper.ends_with("WITH TIME ZONE");
    let value_type = match name {
        "GUID" | "UUID" | "UNIQUEIDENTIFIER" => ValueType::Guid,
        "DATE" => ValueType::Date,
        "TIME" => ValueType::Time,
        "TIMESTAMPTZ" => ValueType::TimestampUtc,
        name if name.starts_with("TIMESTAMP") || name.starts_with("DATETIME") => {
            if zoned {
                ValueType::TimestampUtc
            } else {
                ValueType::Timestamp
            }
        }
        "DECIMAL" | "NUMERIC" => decimal(&arguments)?,
        "REAL" | "FLOAT" => ValueType::Float,
        name if name.starts_with("DOUBLE") => ValueType::Float,
        name if name.starts_with("BOOL") => ValueType::Boolean,
        "BLOB" | "BINARY" | "VARBINARY" => ValueType::Binary,
        "JSON" => ValueType::String,
        name if ["CHAR", "TEXT", "CLOB"].iter().any(|part| name.contains(part)) => {
            let length = arguments.first().and_then(|length| u32::try_from(*length).ok());
            return Some((ValueType::String, length));
        }
        name if name.contains("INT") => ValueType::Integer,
        _ => return None,
    };
    Some((value_type, None))
}

/// What a column of this declared type keeps of a value: nearly all of them everything.
pub fn kept(declared: &str) -> Kept {
    // Its affinity is numeric: a text that is a number is stored as the number.
    if declared.trim().eq_ignore_ascii_case("JSON") { Kept::Json } else { Kept::Exactly }
}

fn parse_arguments(rest: &str) -> Vec<i64> {
    let inner = rest.split(')').next().unwrap_or_default();
    inner.split(',').filter_map(|part| part.trim().parse().ok()).collect()
}

/// `DECIMAL` without digits could be anything: not usable.
fn decimal(arguments: &[i64]) -> Option<ValueType> {
    let precision = u8::try_from(*arguments.first()?).ok().filter(|digits| (1..=38).contains(digits))?;
    let scale = i8::try_from(arguments.get(1).copied().unwrap_or(0)).ok().filter(|scale| *scale >= 0)?;
    Some(ValueType::Decimal(precision, scale))
}

/// The declared type of a column of one of the program's own tables.
pub fn declared_type(value_type: ValueType) -> String {
    match value_type {
        ValueType::Boolean => "BOOLEAN".to_owned(),
        ValueType::Integer => "INTEGER".to_owned(),
        ValueType::Decimal(precision, scale) => format!("DECIMAL({precision},{scale})"),
        ValueType::Float => "REAL".to_owned(),
        ValueType::String => "TEXT".to_owned(),
        ValueType::Binary => "BLOB".to_owned(),
        ValueType::Date => "DATE".to_owned(),
        ValueType::Time => "TIME".to_owned(),
        ValueType::Timestamp => "TIMESTAMP".to_owned(),
        ValueType::TimestampUtc => "TIMESTAMPTZ".to_owned(),
        ValueType::Guid => "GUID".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_are_recognised() {
        let cases = [
            ("VARCHAR(64)", Some((ValueType::String, Some(64)))),
            ("character varying (10)", Some((ValueType::String, Some(10)))),
            ("TEXT", Some((ValueType::String, None))),
            ("INTEGER", Some((ValueType::Integer, None))),
            ("unsigned big int", Some((ValueType::Integer, None))),
            ("DECIMAL(12,2)", Some((ValueType::Decimal(12, 2), None))),
            ("numeric(5)", Some((ValueType::Decimal(5, 0), None))),
            ("NUMERIC", None),
            ("DOUBLE PRECISION", Some((ValueType::Float, None))),
            ("BOOLEAN", Some((ValueType::Boolean, None))),
            ("DATE", Some((ValueType::Date, None))),
            ("DATETIME", Some((ValueType::Timestamp, None))),
            ("TIMESTAMP(6)", Some((ValueType::Timestamp, None))),
            ("TIMESTAMP WITH TIME ZONE", Some((ValueType::TimestampUtc, None))),
            ("GUID", Some((ValueType::Guid, None))),
            ("BLOB", Some((ValueType::Binary, None))),
            ("", None),
            ("geometry", None),
        ];
        for (declared, expected) in cases {
            assert_eq!(value_type_of(declared), expected, "{declared}");
        }
    }
}
