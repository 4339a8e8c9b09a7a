//! All that the dialects say, as snapshots, and what must hold for every one of them.

mod columns;
mod errors;

use std::fmt::Write;

use super::{ArrayBinding, Dialect, NativeColumn, all, dialect};
use crate::{project::SchemaProperty, value::ValueType};

/// One of each type.
const VALUE_TYPES: [ValueType; 11] = [
    ValueType::Boolean,
    ValueType::Integer,
    ValueType::Decimal(12, 2),
    ValueType::Float,
    ValueType::String,
    ValueType::Binary,
    ValueType::Date,
    ValueType::Time,
    ValueType::Timestamp,
    ValueType::TimestampUtc,
    ValueType::Guid,
];

/// A column as a catalog query gives it: `name|declaration|length|precision|scale`.
fn column(text: &str) -> NativeColumn {
    let mut parts = text.split('|');
    let mut next = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
    let type_name = next().unwrap();
    let declaration = next().unwrap_or_else(|| type_name.clone());
    NativeColumn {
        table: "t".to_owned(),
        name: "c".to_owned(),
        position: 1,
        type_name,
        declaration,
        length: next().map(|number| number.parse().unwrap()),
        precision: next().map(|number| number.parse().unwrap()),
        scale: next().map(|number| number.parse().unwrap()),
        nullable: true,
        ..NativeColumn::default()
    }
}

/// Type by type what becomes of a column: its type here, how it is read, written, compared and kept.
fn types(dialect: &dyn Dialect, columns: &str) -> String {
    let mut out = String::new();
    for line in columns.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let column = column(line);
        match dialect.map_type(&column) {
            Err(reason) => writeln!(out, "{line}\n  unusable: {reason}").unwrap(),
            Ok(mapped) => {
                let mut property = SchemaProperty::new("c", mapped.value_type);
                property.native_type = column.declaration;
                property.max_length = mapped.max_length;
                let quoted = dialect.quote("c");
                let length = mapped.max_length.map(|length| format!(" ≤ {length}")).unwrap_or_default();
                writeln!(
                    out,
                    "{line}\n  {}{length}, keeps {:?}\n  read    {}\n  length  {}\n  write   {}\n  compare {}\n  order   {}",
                    mapped.value_type.label(),
                    dialect.kept(&property),
                    dialect.read_expression(&quoted, &property),
                    dialect.length_expression(&quoted, &property),
                    dialect.parameter(&property),
                    compared(dialect, &quoted, &property),
                    dialect.order_by(&quoted, &property, false).unwrap_or_else(|| "never".to_owned()),
                )
                .unwrap();
            }
        }
    }
    out
}

fn compared(dialect: &dyn Dialect, column: &str, property: &SchemaProperty) -> String {
    match dialect.comparison(column, property) {
        Some((left, right)) => format!("{left} = {right}"),
        None => "never".to_owned(),
    }
}

/// Everything of a dialect that does not depend on native types.
fn statements(dialect: &dyn Dialect) -> String {
    let mut out = String::new();
    writeln!(out, "== names").unwrap();
    for name in ["plain", "select", "two words", "größe", "a\"b", "a`b", "a]b", ""] {
        writeln!(out, "{name:?} -> {}", dialect.quote(name)).unwrap();
    }
    writeln!(out, "{}", dialect.table(Some("own"), "tab")).unwrap();
    writeln!(out, "\n== paging").unwrap();
    for (order, limit, offset) in [
        ("", None, 0),
        ("", Some(5), 0),
        ("o", None, 0),
        ("o", Some(5), 0),
        ("o", Some(5), 10),
        ("o", None, 10),
    ] {
        writeln!(out, "{}", dialect.page("SELECT c FROM t", order, limit, offset)).unwrap();
    }
    writeln!(out, "\n== session").unwrap();
    for (name, value) in dialect.default_attributes() {
        writeln!(out, "{name}={value}").unwrap();
    }
    for statement in dialect.session_setup() {
        writeln!(out, "{statement}").unwrap();
    }
    for level in ["read uncommitted", "READ COMMITTED", "Repeatable Read", "serializable", "snapshot", "; x"]
    {
        writeln!(out, "{level} -> {:?}", dialect.isolation(level)).unwrap();
    }
    writeln!(out, "time limit -> {:?}", dialect.query_timeout(5)).unwrap();
    writeln!(out, "\n== values of own tables").unwrap();
    for value_type in VALUE_TYPES {
        let property = SchemaProperty::new("c", value_type);
        let quoted = dialect.quote("c");
        writeln!(
            out,
            "{}\n  declare {}\n  in key  {}\n  read    {}\n  length  {}\n  write   {}\n  compare {}\n  order   {}",
            value_type.label(),
            dialect.declared_type(value_type, false),
            dialect.declared_type(value_type, true),
            dialect.read_expression(&quoted, &property),
            dialect.length_expression(&quoted, &property),
            dialect.parameter(&property),
            compared(dialect, &quoted, &property),
            dialect.order_by(&quoted, &property, true).unwrap_or_else(|| "never".to_owned()),
        )
        .unwrap();
    }
    if let Some(catalog) = dialect.catalog() {
        for (name, sql) in [
            ("tables", &catalog.tables),
            ("columns", &catalog.columns),
            ("keys", &catalog.keys),
            ("foreign keys", &catalog.foreign_keys),
        ] {
            writeln!(out, "\n== {name}\n{sql}").unwrap();
        }
    }
    out
}

#[test]
fn statements_are_as_reviewed() {
    for dialect in all() {
        insta::assert_snapshot!(format!("statements_{}", dialect.id()), statements(*dialect));
    }
}

#[test]
fn types_are_as_reviewed() {
    for dialect in all() {
        insta::assert_snapshot!(
            format!("types_{}", dialect.id()),
            types(*dialect, columns::of(dialect.id()))
        );
    }
}

#[test]
fn every_expression_takes_one_value_and_knows_its_column() {
    for dialect in all() {
        for line in columns::of(dialect.id()).lines().map(str::trim).filter(|line| !line.is_empty()) {
            let column = column(line);
            let Ok(mapped) = dialect.map_type(&column) else { continue };
            let mut property = SchemaProperty::new("c", mapped.value_type);
            property.max_length = mapped.max_length;
            for native_type in ["", &column.declaration] {
                property.native_type = native_type.to_owned();
                let values = |sql: &str| sql.matches('?').count();
                assert_eq!(values(&dialect.parameter(&property)), 1, "{} {line}", dialect.id());
                let read = dialect.read_expression("«c»", &property);
                assert!(read.contains("«c»") && values(&read) == 0, "{} {line}: {read}", dialect.id());
                if let Some((left, right)) = dialect.comparison("«c»", &property) {
                    assert!(left.contains("«c»") && values(&left) == 0, "{} {line}: {left}", dialect.id());
                    assert_eq!(values(&right), 1, "{} {line}: {right}", dialect.id());
                }
                for sql in [
                    Some(dialect.length_expression("«c»", &property)),
                    dialect.order_by("«c»", &property, true),
                ] {
                    assert!(sql.is_none_or(|sql| sql.contains("«c»")), "{} {line}", dialect.id());
                }
            }
        }
    }
}

#[test]
fn catalog_queries_are_one_statement_without_values() {
    for dialect in all() {
        let Some(catalog) = dialect.catalog() else { continue };
        for sql in [&catalog.tables, &catalog.columns, &catalog.keys, &catalog.foreign_keys] {
            assert!(
                !sql.contains('?') && !sql.contains('{') && !sql.contains(';'),
                "{}: {sql}",
                dialect.id()
            );
        }
    }
}

#[test]
fn sensitive_values_get_into_no_message() {
    for dialect in all() {
        for value_type in VALUE_TYPES {
            let mut property = SchemaProperty::new("c", value_type);
            let open = dialect.read_expression("«c»", &property);
            property.sensitive = true;
            let hidden = dialect.read_expression("«c»", &property);
            assert!(hidden.contains("«c»") && hidden.len() <= open.len(), "{}: {hidden}", dialect.id());
            assert!(!hidden.contains("|| «c»") && !hidden.contains("': ' ||"), "{}: {hidden}", dialect.id());
        }
    }
}

#[test]
fn quoted_names_cannot_end_early() {
    for dialect in all() {
        let (open, close) = match dialect.quote("x") {
            name if name.starts_with('[') => ('[', ']'),
            name => (name.chars().next().unwrap(), name.chars().last().unwrap()),
        };
        let evil = format!("a{close}; DROP TABLE t; --{open}{close}{close}b");
        let quoted = dialect.quote(&evil);
        let inner = quoted.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).unwrap();
        let doubled: String = [close, close].iter().collect();
        assert!(!inner.replace(&doubled, "").contains(close), "{}: {quoted}", dialect.id());
    }
}

#[test]
fn drivers_without_arrays_get_none() {
    for id in ["sqlite", "generic"] {
        assert_eq!(dialect(id).map(Dialect::array_binding), Some(ArrayBinding::Never));
    }
}

#[test]
fn odbc_types_stand_in_where_a_name_is_not_known() {
    let generic = dialect("generic").unwrap();
    let typed =
        |sql_type, text| generic.map_driver_type(sql_type, &column(text)).map(|mapped| mapped.value_type);
    assert_eq!(typed(-7, "flag"), Ok(ValueType::Boolean));
    assert_eq!(typed(-5, "huge"), Ok(ValueType::Integer));
    assert_eq!(typed(-5, "huge unsigned"), Ok(ValueType::Decimal(20, 0)));
    assert_eq!(typed(3, "fixed|||12|2"), Ok(ValueType::Decimal(12, 2)));
    assert_eq!(typed(-9, "letters"), Ok(ValueType::String));
    assert_eq!(typed(-4, "picture"), Ok(ValueType::Binary));
    assert_eq!(typed(93, "moment"), Ok(ValueType::Timestamp));
    assert_eq!(typed(-11, "id"), Ok(ValueType::Guid));
    assert!(typed(-150, "variant").unwrap_err().contains("variant"));
}

#[test]
fn dialects_are_found_by_their_identifier() {
    for known in all() {
        assert_eq!(dialect(known.id()).map(Dialect::label), Some(known.label()));
        assert!(!known.drivers().is_empty() || known.id() == "generic", "{}", known.id());
    }
    assert!(dialect("access").is_none());
}
