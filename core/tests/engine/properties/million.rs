//! One fixed mapping with many kinds of rules over a million pairs: what is found of one of them is what is found of
//! it alone.

use std::time::Instant;

use syncwright_core::project::{
    Condition, Direction, EmptySource, Formula, Literal, LookupEntry, Mapping, MappingDirection, Project,
    PropertyRule, RuleKind, Transformation, Validation, VirtualKind, VirtualProperty,
};
use syncwright_core::value::ValueType;

use super::by_object;
use crate::{
    fixture::{Systems, by, mapping, pair, rule},
    virtual_properties::{class, names, property},
};

const OBJECTS: u32 = 1_000_000;
/// Every so many objects come those that differ, one for each kind of difference.
const PERIOD: u32 = 10_007;
const KINDS: u32 = 17;

/// Objects with the numbers from `first` to `last`; both sides agree, but for what the kinds say.
fn systems(first: u32, last: u32) -> Systems {
    let numbers = format!(
        "WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}),
         o(i, s) AS (SELECT i, i % {PERIOD} FROM n)"
    );
    let left = format!(
        "CREATE TABLE o (k INTEGER PRIMARY KEY, f TEXT, a TEXT, b TEXT, c TEXT, n TEXT, d TEXT, code TEXT, e TEXT,
             l TEXT, note TEXT); BEGIN;
         {numbers} INSERT INTO o SELECT i, CASE i % 3 WHEN 0 THEN 'x' WHEN 1 THEN 'y' END, 'Name' || (i % 7),
             CASE WHEN i % 5 > 0 THEN 'b' || (i % 11) END, CASE s WHEN 16 THEN 'refused' ELSE 'c' || (i % 13) END,
             CASE s WHEN 5 THEN 'x' ELSE i % 4 END, '29.02.2024', CASE s WHEN 6 THEN 'nine' ELSE 'one' END,
             CASE WHEN i % 6 > 0 THEN 'e' END, CASE WHEN i % 9 = 0 THEN 'bob;ann' END,
             CASE s WHEN 11 THEN 'mine' ELSE 'theirs' END FROM o WHERE s <> 15; COMMIT;"
    );
    let right = format!(
        "CREATE TABLE o (k INTEGER PRIMARY KEY, f TEXT, a TEXT, b TEXT, c TEXT, n INTEGER, d DATE, code TEXT, e TEXT,
             fixed TEXT, one TEXT, shown TEXT, note TEXT);
         CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO person VALUES (1, 'ann'), (2, 'bob'), (3, 'cid');
         CREATE TABLE member (o INTEGER REFERENCES o (k), person INTEGER REFERENCES person (id), PRIMARY KEY (o, person));
         BEGIN;
         {numbers} INSERT INTO o SELECT i, NULL, CASE s WHEN 1 THEN 'Other' WHEN 2 THEN 'NAME' || (i % 7) ELSE 'Name' || (i % 7) END,
             CASE s WHEN 4 THEN NULL ELSE 'kept' END, CASE s WHEN 3 THEN 'c' ELSE 'C' || (i % 13) END,
             CASE s WHEN 7 THEN 99 ELSE i % 4 END, CASE s WHEN 8 THEN '1999-12-31' ELSE '2024-02-29' END,
             CASE s WHEN 9 THEN '3' ELSE '1' END, CASE WHEN i % 6 > 0 THEN 'e' ELSE 'none' END,
             CASE s WHEN 10 THEN 'G' ELSE 'F' END, CASE WHEN i % 9 = 0 THEN 'bob' END,
             'Name' || (i % 7) || '/' || i, 'theirs' FROM o WHERE s <> 14;
         {numbers} INSERT INTO member SELECT i, 1 FROM o WHERE i % 9 = 0 AND s NOT IN (12, 14, 15);
         {numbers} INSERT INTO member SELECT i, 2 FROM o WHERE i % 9 = 0 AND s NOT IN (14, 15);
         {numbers} INSERT INTO member SELECT i, 3 FROM o WHERE s = 13; COMMIT;"
    );
    Systems::new(&left, &right)
}

fn rules() -> Vec<PropertyRule> {
    let transformed =
        |transformation: Transformation, rule: PropertyRule| PropertyRule { transformation, ..rule };
    let expression = |text: &str| Some(Formula::Expression(text.to_owned()));
    let none = Transformation::default;
    let mut date = rule("d", "d");
    date.flags.date_format = Some("%d.%m.%Y".to_owned());
    let mut code = rule("code", "code");
    code.flags.lookup = [("1", "one"), ("2", "two")]
        .map(|(code, decode)| LookupEntry { code: code.to_owned(), decode: decode.to_owned() })
        .to_vec();
    let upper =
        transformed(Transformation { to_target: expression("upper(Value)"), ..none() }, rule("c", "c"));
    let default = EmptySource::UseDefault(Formula::Expression("'none'".to_owned()));
    let fixed = Some(Literal::String("F".to_owned()));
    vec![
        rule("k", "k"),
        PropertyRule { ignore_case: true, ..rule("a", "a") },
        PropertyRule { do_not_overwrite: true, ..rule("b", "b") },
        PropertyRule {
            validation: Some(Validation {
                accept: Condition::Expression("Value <> 'REFUSED'".to_owned()),
                message: "no".to_owned(),
            }),
            ..upper
        },
        PropertyRule { condition: Some(Condition::Expression("Left.f = 'x'".to_owned())), ..rule("n", "n") },
        date,
        code,
        transformed(Transformation { when_empty: default, ..none() }, rule("e", "e")),
        PropertyRule {
            name: "fixed".to_owned(),
            ..transformed(Transformation { fixed_value: fixed, ..none() }, rule("f", "fixed"))
        },
        PropertyRule { name: "one".to_owned(), first_value_as_single_value: true, ..rule("vrtList", "one") },
        rule("vrtShown", "shown"),
        PropertyRule {
            name: "members".to_owned(),
            kind: RuleKind::MultiReference,
            ..rule("vrtList", "vrtMembers")
        },
        PropertyRule {
            direction: MappingDirection::ToCentral,
            detect_rogue_modifications: true,
            ..rule("note", "note")
        },
    ]
}

fn project(systems: &Systems) -> Project {
    let mapping = Mapping {
        direction: MappingDirection::ToTarget,
        ..mapping("o", "o", vec![by("k", pair("k", "k"))], rules())
    };
    let mut project = systems.project(Direction::ToTarget, vec![mapping]);
    let list = VirtualKind::Expression("string_to_array(l, ';')".to_owned());
    let members = VirtualKind::Members {
        schema_type: "member".to_owned(),
        own_reference: names(&["o"]),
        member_reference: names(&["person"]),
        property: "name".to_owned(),
    };
    let text = |name: &str, kind: VirtualKind| property(name, ValueType::String, kind);
    let many = |property: VirtualProperty| VirtualProperty { multi_valued: true, ..property };
    let shown = VirtualKind::Pattern("%a%/%k%".to_owned());
    project.central.schema.classes.push(class(
        "o",
        "o",
        vec![many(text("vrtList", list)), text("vrtShown", shown)],
    ));
    project.target.schema.classes.push(class("o", "o", vec![many(text("vrtMembers", members))]));
    project
}

#[test]
fn one_of_a_million_is_as_one_alone() {
    let start = Instant::now();
    let many = systems(0, OBJECTS - 1);
    let filled = start.elapsed();
    let project_of_many = project(&many);
    let report = many.simulate(&project_of_many);
    eprintln!("a million pairs: filled in {filled:?}, simulated in {:?}", start.elapsed() - filled);
    let found = report.steps[0].situations;
    assert_eq!(
        found.both_equal + found.both_differ + found.left_only + found.right_only + found.skipped,
        u64::from(OBJECTS)
    );
    let among = by_object(&report);
    // Most objects are equal, so whoever is told is one of those that should differ.
    let named = |key: &String| key.parse::<u32>().unwrap() % PERIOD < KINDS;
    assert!(among.keys().all(named) && among.len() > 1000, "{}", among.len());

    let mut told = 0;
    for round in [0, 3, 4, 98] {
        for kind in 0..KINDS {
            let number = round * PERIOD + kind;
            let one = systems(number, number);
            let alone = by_object(&one.simulate(&project(&one)));
            let key = number.to_string();
            assert_eq!(among.get(&key), alone.get(&key), "{key}");
            assert!(alone.keys().all(|own| *own == key), "{alone:?}");
            told += alone.len();
        }
    }
    // Every kind but the first three shows in some round.
    assert!(told > 30, "{told}");
}
