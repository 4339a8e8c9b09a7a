//! Taking a type apart that a catalog wrote: `timestamp(3) without time zone`, `bigint(20) unsigned`.

use super::{MappedType, NativeColumn};
use crate::value::ValueType;

/// Most digits that a decimal can have here.
pub const MAX_DIGITS: u32 = 38;

/// A declared type: its name in lower case without the arguments, and the arguments that are numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// `timestamp without time zone`
    pub name: String,
    /// `[3]`
    pub arguments: Vec<i64>,
}

impl Declared {
    /// Takes a declaration apart; anything is accepted.
    pub fn parse(declaration: &str) -> Self {
        let declaration = declaration.trim();
        let (before, arguments, after) = match (declaration.find('('), declaration.rfind(')')) {
            // The last parenthesis, because a value of an enum can contain one.
            (Some(open), Some(close)) if open < close => {
                (&declaration[..open], &declaration[open + 1..close], &declaration[close + 1..])
            }
            // Cut off by the catalog query.
            (Some(open), None) => (&declaration[..open], "", ""),
            _ => (declaration, "", ""),
        };
        let words: Vec<&str> = before.split_whitespace().chain(after.split_whitespace()).collect();
        Self {
            name: words.join(" ").to_ascii_lowercase(),
            arguments: arguments.split(',').filter_map(|part| part.trim().parse().ok()).collect(),
        }
    }

    /// True for times and moments with more than six digits of the second.
    pub fn is_finer_than_micros(&self) -> bool {
        let is_time = ["time", "datetime", "timestamp"].iter().any(|start| self.name.starts_with(start));
        is_time && self.digits().is_some_and(|digits| digits > 6)
    }

    /// The first argument, a length.
    pub fn argument(&self) -> Option<u32> {
        self.arguments.first().and_then(|length| u32::try_from(*length).ok())
    }

    /// The first argument as a small number.
    pub fn digits(&self) -> Option<u8> {
        self.arguments.first().and_then(|digits| u8::try_from(*digits).ok())
    }
}

/// True if a column declared so holds texts, whatever they mean.
pub fn is_text(declaration: &str) -> bool {
    let name = Declared::parse(declaration).name;
    let is_text = ["char", "text", "clob"].iter().any(|part| name.contains(part));
    is_text && !name.contains("bit data")
}

/// The values of an enum or set, `enum('a','b''c')`; none if the catalog has cut the declaration off.
pub fn members(declaration: &str) -> Option<Vec<String>> {
    let mut rest = declaration.trim().strip_suffix(')')?.split_once('(')?.1;
    let mut members = Vec::new();
    loop {
        let mut member = String::new();
        rest = rest.trim_start().strip_prefix('\'')?;
        loop {
            let (part, behind) = rest.split_once('\'')?;
            member.push_str(part);
            rest = behind;
            // A doubled quote is one that belongs to the value.
            match rest.strip_prefix('\'') {
                Some(more) => {
                    member.push('\'');
                    rest = more;
                }
                None => break,
            }
        }
        members.push(member);
        match rest.trim_start() {
            "" => return Some(members),
            more => rest = more.strip_prefix(',')?,
        }
    }
}

/// A type without a declared length.
pub fn plain(value_type: ValueType) -> Result<MappedType, String> {
    Ok(MappedType { value_type, max_length: None })
}

/// Text with the length of the column, if there is one that fits.
pub fn text(column: &NativeColumn) -> Result<MappedType, String> {
    let max_length = column.length.and_then(|length| u32::try_from(length).ok());
    Ok(MappedType { value_type: ValueType::String, max_length })
}

/// An exact number, if it has no more digits than can be held here.
pub fn decimal(column: &NativeColumn) -> Result<MappedType, String> {
    let declaration = &column.declaration;
    let Some(precision) = column.precision else {
        return Err(format!("{declaration} has no declared number of digits"));
    };
    let scale = column.scale.unwrap_or(0);
    // Places before the point that are always zero still have to be held, and so do those after it.
    let (precision, scale) = match u32::try_from(scale) {
        Ok(scale) => (precision.max(scale), scale),
        Err(_) => (precision.saturating_add(scale.unsigned_abs()), 0),
    };
    if precision > MAX_DIGITS {
        return Err(format!("{declaration} has more than {MAX_DIGITS} digits"));
    }
    match (u8::try_from(precision), i8::try_from(scale)) {
        (Ok(precision @ 1..), Ok(scale)) => plain(ValueType::Decimal(precision, scale)),
        _ => Err(format!("{declaration} has no digits")),
    }
}

/// The type that ODBC's own number for a type stands for. Types of a driver's own have other numbers, and are
/// not known; nor are intervals.
pub fn by_sql_type(sql_type: i16, column: &NativeColumn) -> Result<MappedType, String> {
    match sql_type {
        -7 => plain(ValueType::Boolean),
        -6 | 4 | 5 => plain(ValueType::Integer),
        // A 64-bit number without a sign has one digit more than an integer here.
        -5 if column.type_name.to_ascii_lowercase().contains("unsigned") => plain(ValueType::Decimal(20, 0)),
        -5 => plain(ValueType::Integer),
        2 | 3 => decimal(column),
        6..=8 => plain(ValueType::Float),
        1 | 12 | -1 | -8 | -9 | -10 => text(column),
        -4..=-2 => plain(ValueType::Binary),
        9 | 91 => plain(ValueType::Date),
        10 | 92 => plain(ValueType::Time),
        11 | 93 => plain(ValueType::Timestamp),
        -11 => plain(ValueType::Guid),
        _ => unknown(column),
    }
}

/// The reason why a type that this program does not know cannot be used.
pub fn unknown(column: &NativeColumn) -> Result<MappedType, String> {
    let name = if column.declaration.is_empty() { &column.type_name } else { &column.declaration };
    Err(format!("the type {name:?} is not known"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_taken_apart() {
        for (declaration, name, arguments) in [
            ("timestamp(3) without time zone", "timestamp without time zone", vec![3]),
            ("bigint(20) unsigned", "bigint unsigned", vec![20]),
            ("NUMERIC(12, 2)", "numeric", vec![12, 2]),
            ("enum('a','b)')", "enum", vec![]),
            ("double  precision", "double precision", vec![]),
            ("", "", vec![]),
            (")(", ")(", vec![]),
            ("enum('a','b", "enum", vec![]),
        ] {
            assert_eq!(Declared::parse(declaration), Declared { name: name.to_owned(), arguments });
        }
    }

    #[test]
    fn columns_of_texts_are_known() {
        for declaration in ["character varying(20)", "text", "citext", "LONGTEXT", "VARCHAR2(5)", "nclob"] {
            assert!(is_text(declaration), "{declaration}");
        }
        for declaration in ["", "integer", "date", "VARCHAR (16) FOR BIT DATA", "timestamp(3)", "uuid"] {
            assert!(!is_text(declaration), "{declaration}");
        }
    }

    #[test]
    fn members_of_enums_are_told() {
        let of = |declaration| members(declaration);
        assert_eq!(of("enum('a','b''c',' d, ')'')"), None, "a quote too many");
        let members = of("enum('a','b''c', 'd,)','')").unwrap();
        assert_eq!(members, ["a", "b'c", "d,)", ""]);
        for cut in ["enum('a','b", "enum('a',", "set('a'", "enum()", "int(11)", "text"] {
            assert_eq!(of(cut), None, "{cut}");
        }
    }

    #[test]
    fn decimals_have_room_for_all_places() {
        let of = |precision, scale| {
            decimal(&NativeColumn {
                declaration: "numeric".to_owned(),
                precision,
                scale,
                ..NativeColumn::default()
            })
            .ok()
            .map(|mapped| mapped.value_type)
        };
        assert_eq!(of(Some(12), Some(2)), Some(ValueType::Decimal(12, 2)));
        assert_eq!(of(Some(12), None), Some(ValueType::Decimal(12, 0)));
        assert_eq!(of(Some(5), Some(-2)), Some(ValueType::Decimal(7, 0)));
        assert_eq!(of(Some(2), Some(5)), Some(ValueType::Decimal(5, 5)));
        assert_eq!(of(Some(38), Some(38)), Some(ValueType::Decimal(38, 38)));
        assert_eq!(of(Some(39), Some(0)), None);
        assert_eq!(of(Some(38), Some(-1)), None);
        assert_eq!(of(None, None), None);
        assert_eq!(of(Some(0), Some(0)), None);
    }
}
