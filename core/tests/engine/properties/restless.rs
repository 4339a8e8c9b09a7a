//! Mappings that never come to rest: every run writes, for ever. DESIGN 1 allows none that the check accepts.
//!
//! Each of them is refused by the check, or known here until it is: a class of mappings that the check need
//! not refuse would end, and fail this test.

use syncwright_core::{
    check::{Severity, check},
    project::{
        Condition, Direction, Formula, Literal, Mapping, MappingDirection, PropertyRule, Transformation,
    },
};

use crate::fixture::{Systems, by, mapping, pair, rule};

fn one_way(left: &str, right: &str, direction: MappingDirection) -> PropertyRule {
    PropertyRule { name: format!("{left} {right} back"), direction, ..rule(left, right) }
}

fn with_key(rules: Vec<PropertyRule>) -> Mapping {
    let mut all = vec![rule("k", "k")];
    all.extend(rules);
    mapping("o", "o", vec![by("k", pair("k", "k"))], all)
}

fn fixed(name: &str, right: &str, value: &str, condition: &str) -> PropertyRule {
    PropertyRule {
        name: name.to_owned(),
        condition: Some(Condition::Expression(condition.to_owned())),
        transformation: Transformation {
            fixed_value: Some(Literal::String(value.to_owned())),
            ..Transformation::default()
        },
        ..rule("a", right)
    }
}

fn restless() -> Vec<(&'static str, Mapping)> {
    let back = MappingDirection::ToCentral;
    let correct = |left: &str, right: &str| PropertyRule {
        detect_rogue_modifications: true,
        correct_rogue_modifications: true,
        ..one_way(left, right, back)
    };
    let force = |left: &str, right: &str| PropertyRule {
        force_against_direction: true,
        ..one_way(left, right, back)
    };
    let growing = PropertyRule {
        transformation: Transformation {
            to_target: Some(Formula::Expression("Right.a || 'x'".to_owned())),
            ..Transformation::default()
        },
        ..rule("a", "a")
    };
    let longer = PropertyRule {
        transformation: Transformation {
            to_target: Some(Formula::Expression("Value || 'x'".to_owned())),
            ..Transformation::default()
        },
        ..rule("a", "a")
    };
    let if_written = PropertyRule {
        name: "b over a".to_owned(),
        condition: Some(Condition::Expression("Right.a = Left.a".to_owned())),
        ..rule("b", "a")
    };
    vec![
        (
            "a correction of the property that another rule writes on",
            with_key(vec![rule("a", "a"), correct("a", "a")]),
        ),
        (
            "forced rules that exchange two properties",
            with_key(vec![
                PropertyRule { name: "a b".to_owned(), ..rule("a", "b") },
                PropertyRule { name: "b a".to_owned(), ..rule("b", "a") },
                force("a", "a"),
                force("b", "b"),
            ]),
        ),
        (
            "a forced rule and a correction for one property",
            with_key(vec![force("a", "a"), correct("a", "b")]),
        ),
        ("a formula with the property that it is for", with_key(vec![growing])),
        ("a formula that a forced rule brings back", with_key(vec![longer, force("a", "a")])),
        ("a condition on what the rules before it write", with_key(vec![rule("a", "a"), if_written])),
        (
            "conditions that look at each other's properties",
            with_key(vec![
                fixed("1", "a", "x", "Right.b = 'x'"),
                fixed("2", "a", "y", "Right.b = 'y'"),
                fixed("3", "b", "y", "Right.a = 'x'"),
                fixed("4", "b", "x", "Right.a = 'y'"),
            ]),
        ),
        ("a key that no rule writes", mapping("o", "o", vec![by("a", pair("a", "a"))], vec![rule("b", "b")])),
        (
            "a key that is written as another",
            mapping(
                "o",
                "o",
                vec![by("a", pair("a", "a"))],
                vec![PropertyRule {
                    transformation: Transformation {
                        to_target: Some(Formula::Expression("Value || 'x'".to_owned())),
                        ..Transformation::default()
                    },
                    ..rule("a", "a")
                }],
            ),
        ),
    ]
}

#[test]
fn what_never_comes_to_rest_is_known() {
    for (what, mapping) in restless() {
        let table = "CREATE TABLE o (k INTEGER PRIMARY KEY, a TEXT, b TEXT);";
        let systems = Systems::new(
            &format!("{table} INSERT INTO o VALUES (1, 'x', 'y');"),
            &format!("{table} INSERT INTO o VALUES (1, 'z', 'x');"),
        );
        let project = systems.project(Direction::ToTarget, vec![mapping]);
        let errors: Vec<_> =
            check(&project).into_iter().filter(|finding| finding.severity == Severity::Error).collect();
        if !errors.is_empty() {
            continue;
        }
        for run in 1..=4 {
            assert!(systems.run_well(&project).total_writes() > 0, "{what} is at rest after run {run}");
        }
    }
}
