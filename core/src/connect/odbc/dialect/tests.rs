//! All that the dialects say, as snapshots, and what must hold for every one of them.

use std::fmt::Write;

use super::{Dialect, NativeColumn, all, dialect};
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
                let quoted = dialect.quote("c");
                let (left, right) = dialect.comparison(&quoted, &property);
                let length = mapped.max_length.map(|length| format!(" ≤ {length}")).unwrap_or_default();
                writeln!(
                    out,
                    "{line}\n  {}{length}, keeps {:?}\n  read    {}\n  write   {}\n  compare {left} = {right}\n  order   {}",
                    mapped.value_type.label(),
                    dialect.kept(&property),
                    dialect.read_expression(&quoted, &property),
                    dialect.parameter(&property),
                    dialect.order_by(&quoted, &property, false),
                )
                .unwrap();
            }
        }
    }
    out
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
    writeln!(out, "\n== values of own tables").unwrap();
    for value_type in VALUE_TYPES {
        let property = SchemaProperty::new("c", value_type);
        let quoted = dialect.quote("c");
        let (left, right) = dialect.comparison(&quoted, &property);
        writeln!(
            out,
            "{}\n  declare {}\n  in key  {}\n  read    {}\n  length  {}\n  write   {}\n  compare {left} = {right}\n  order   {}",
            value_type.label(),
            dialect.declared_type(value_type, false),
            dialect.declared_type(value_type, true),
            dialect.read_expression(&quoted, &property),
            dialect.length_expression(&quoted, &property),
            dialect.parameter(&property),
            dialect.order_by(&quoted, &property, true),
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
        let columns = match dialect.id() {
            "postgresql" => POSTGRESQL,
            "mariadb" => MARIADB,
            other => panic!("no columns for {other}"),
        };
        insta::assert_snapshot!(format!("types_{}", dialect.id()), types(*dialect, columns));
    }
}

#[test]
fn own_tables_come_back_as_they_were_declared() {
    for dialect in all() {
        for value_type in VALUE_TYPES {
            let property = SchemaProperty::new("c", value_type);
            let parameters = dialect.parameter(&property).matches('?').count();
            assert_eq!(parameters, 1, "{} {value_type:?}", dialect.id());
            assert!(dialect.read_expression("c", &property).contains('c'));
        }
    }
}

#[test]
fn dialects_are_found_by_their_identifier() {
    for known in all() {
        assert_eq!(dialect(known.id()).map(Dialect::label), Some(known.label()));
        assert!(!known.drivers().is_empty() || known.id() == "generic", "{}", known.id());
    }
    assert!(dialect("access").is_none());
}

const POSTGRESQL: &str = r#"
    boolean
    smallint
    integer
    bigint
    oid
    numeric
    numeric|numeric(12,2)||12|2
    numeric|numeric(5,-2)||5|-2
    numeric|numeric(2,5)||2|5
    numeric|numeric(50,2)||50|2
    money
    real
    double precision
    character varying
    character varying|character varying(64)|64
    text
    text|text collate "no case"
    character|character(10)|10
    citext
    citext|public.citext
    "char"
    name
    enum|mood
    enum|hr."My Mood"
    enum|x) = 1 --
    json
    jsonb
    xml
    inet
    cidr
    macaddr
    macaddr8
    interval
    interval|interval(3)
    bit|bit(4)|4
    bit varying
    uuid
    bytea
    date
    time without time zone
    time without time zone|time(3) without time zone
    time with time zone
    timestamp without time zone
    timestamp without time zone|timestamp(0) without time zone
    timestamp with time zone
    timestamp with time zone|timestamp(3) with time zone
    hstore
    ltree
    array|text[]
    range|int4range
    composite|comp
    point
    tsvector
    pg_lsn
"#;

const MARIADB: &str = "
    tinyint|tinyint(1)||3|0
    tinyint|tinyint(4)||3|0
    tinyint|tinyint(1) unsigned||3|0
    smallint|smallint(6)||5|0
    mediumint|mediumint(8) unsigned||7|0
    int|int(11)||10|0
    int|int||10|0
    int|int(10) unsigned||10|0
    bigint|bigint(20)||19|0
    bigint|bigint(20) unsigned||20|0
    bit|bit(1)||1
    bit|bit(8)||8
    bit|bit(64)||64
    year|year(4)
    decimal|decimal(12,2)||12|2
    decimal|decimal(65,30)||65|30
    float
    double
    char|char(10)|10
    varchar|varchar(64)|64
    text|text|65535
    longtext|longtext|4294967295
    enum|enum('a','b)')|2
    set|set('a','b')|3
    json
    inet6
    binary|binary(16)|16
    varbinary|varbinary(20)|20
    longblob|longblob|4294967295
    date
    time
    time|time(6)
    datetime
    datetime|datetime(3)
    datetime|datetime(6)
    timestamp
    timestamp|timestamp(6)
    uuid
    point
    vector|vector(3)
";
