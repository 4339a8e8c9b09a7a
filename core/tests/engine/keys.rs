//! Objects are found again by their key however the database spells it, and types convert for good.

use syncwright_core::{
    mapping::convertible,
    project::{Direction, MappingDirection, Method, PropertyRule},
    value::ValueType,
};

use crate::fixture::{Systems, by, changes, mapping, pair, rows, rule};

/// A key as another program wrote it; updating and deleting must find the object.
#[test]
fn every_spelling_of_a_key_is_found() {
    let guid = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
    let cases = [
        ("GUID", format!("'{}'", guid.to_uppercase())),
        ("GUID", format!("'{{{guid}}}'")),
        ("GUID", format!("'{}'", guid.replace('-', ""))),
        ("GUID", format!("X'{}'", guid.replace('-', ""))),
        ("GUID", format!("'{guid}'")),
        ("DATETIME", "'2024-02-29T01:02:03'".to_owned()),
        ("DATETIME", "'2024-02-29 01:02:03.000'".to_owned()),
        ("TIMESTAMPTZ", "'2024-02-29 01:02:03+00:00'".to_owned()),
        ("TIMESTAMPTZ", "'2024-02-29T02:02:03+01:00'".to_owned()),
        ("DATE", "'2024-02-29 00:00:00'".to_owned()),
        ("TIME", "'01:02'".to_owned()),
        ("BOOLEAN", "'true'".to_owned()),
        ("VARCHAR(5)", "'007'".to_owned()),
        ("DECIMAL(5,2)", "'7.00'".to_owned()),
    ];
    let mut wrong = Vec::new();
    for (declared, literal) in &cases {
        let systems = Systems::new(
            "CREATE TABLE t (m TEXT PRIMARY KEY, v TEXT); INSERT INTO t VALUES ('m', 'new');",
            &format!(
                "CREATE TABLE t (k {declared} PRIMARY KEY, m TEXT, v TEXT); INSERT INTO t VALUES ({literal}, 'm', 'old');"
            ),
        );
        let project = systems.project(
            Direction::ToTarget,
            vec![mapping("t", "t", vec![by("m", pair("m", "m"))], vec![rule("v", "v")])],
        );
        let updated = systems.run(&project).steps[0].writes;
        let values = rows(&systems.right(), "SELECT v FROM t");
        systems.left().execute_batch("DELETE FROM t").unwrap();
        let deleted = systems.run(&project).steps[0].writes;
        let left = rows(&systems.right(), "SELECT v FROM t");
        if updated.update != 1 || values != ["new"] || deleted.delete != 1 || !left.is_empty() {
            wrong.push(format!("{declared} {literal}: {updated:?} {deleted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Types as SQLite declares them, with values as different programs write them.
const TYPES: [(&str, ValueType, &[&str]); 11] = [
    ("BOOLEAN", ValueType::Boolean, &["0", "1", "'true'"]),
    ("INTEGER", ValueType::Integer, &["0", "1", "-7", "99"]),
    ("DECIMAL(9,3)", ValueType::Decimal(9, 3), &["0", "1.5", "-0.005", "2.675", "'7.10'"]),
    ("REAL", ValueType::Float, &["0", "0.1", "-2.5", "1e3", "0.30000000000000004", "2.675"]),
    ("TEXT", ValueType::String, &["''", "' '", "'007'", "'Ä'"]),
    ("BLOB", ValueType::Binary, &["X''", "X'00ff'"]),
    ("DATE", ValueType::Date, &["'2024-02-29'", "'1969-12-31'"]),
    ("TIME", ValueType::Time, &["'00:00:00'", "'23:59:59.999999'", "'01:02'"]),
    ("DATETIME", ValueType::Timestamp, &["'2024-02-29 01:02:03.000001'", "'1969-12-31T23:59:59'"]),
    ("TIMESTAMPTZ", ValueType::TimestampUtc, &["'2024-02-29T02:02:03.5+01:00'", "'1969-12-31 23:59:59Z'"]),
    (
        "GUID",
        ValueType::Guid,
        &["'6F9619FF-8B86-D011-B42D-00C04FC964FF'", "X'6f9619ff8b86d011b42d00c04fc964ff'"],
    ),
];

/// Every pair of types that may be mapped: inserting, and updating to every other value, leaves nothing to
/// do, and no value that converts is refused.
#[test]
fn converted_values_stay_equal() {
    let mut wrong = Vec::new();
    for (from_declared, from, values) in TYPES {
        // One column a type it converts to; text that means nothing elsewhere stays text.
        let targets: Vec<(usize, &str)> = TYPES
            .iter()
            .enumerate()
            .filter(|(_, (_, to, _))| convertible(from, *to) && (from != ValueType::String || *to == from))
            .map(|(at, (declared, _, _))| (at, *declared))
            .collect();
        let columns: Vec<String> = targets.iter().map(|(at, declared)| format!("c{at} {declared}")).collect();
        let systems = Systems::new(
            &format!(
                "CREATE TABLE t (k INTEGER PRIMARY KEY, v {from_declared}); INSERT INTO t (k) VALUES (100);"
            ),
            &format!("CREATE TABLE t (k INTEGER PRIMARY KEY, {});", columns.join(", ")),
        );
        let mut rules = vec![rule("k", "k")];
        rules.extend(targets.iter().map(|(at, declared)| PropertyRule {
            direction: MappingDirection::ToTarget,
            ..PropertyRule::new(*declared, "v", format!("c{at}"))
        }));
        let project = systems
            .project(Direction::ToTarget, vec![mapping("t", "t", vec![by("k", pair("k", "k"))], rules)]);
        for round in 0..values.len() {
            for number in 0..values.len() {
                let value = values[(number + round) % values.len()];
                let sql = format!("INSERT OR REPLACE INTO t VALUES ({number}, {value})");
                systems.left().execute(&sql, []).unwrap();
            }
            let first = systems.run(&project);
            let second = systems.run(&project);
            if first.steps.len() != 1 || first.steps[0].writes.failed != 0 || second.total_writes() != 0 {
                let messages = first.steps.first().map(|step| &step.messages);
                let left = changes(&second);
                wrong.push(format!("{from_declared}: {:?} {messages:?} then {left:?}", first.failure));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Names that need quoting go through the whole engine.
#[test]
fn any_name_goes() {
    for (table, key, value) in [
        ("order", "say \"k\"", "東京"),
        ("a.b", "Left.k", "it's"),
        ("Ünï", "base", "select"),
        ("x y", "%k%", "v.w"),
    ] {
        let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let sql = format!(
            "CREATE TABLE {} ({} TEXT PRIMARY KEY, {} TEXT);",
            quote(table),
            quote(key),
            quote(value)
        );
        let systems =
            Systems::new(&format!("{sql} INSERT INTO {} VALUES ('1', 'a'), ('2', 'b')", quote(table)), &sql);
        let project = systems.project(
            Direction::ToTarget,
            vec![mapping(
                table,
                table,
                vec![by("k", pair(key, key))],
                vec![rule(key, key), rule(value, value)],
            )],
        );
        assert_eq!(systems.run_well(&project).total_writes(), 2, "{table}");
        assert_eq!(systems.run_well(&project).total_writes(), 0, "{table}");
        systems.left().execute_batch(&format!("UPDATE {} SET {} = 'c'", quote(table), quote(value))).unwrap();
        let report = systems.run_well(&project);
        assert!(changes(&report).iter().all(|change| change.method == Method::Update), "{table}");
        assert_eq!(report.total_writes(), 2, "{table}");
    }
}
