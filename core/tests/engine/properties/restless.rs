//! Mappings whose rules feed one another: as they stand every run would write, for ever. DESIGN 1 allows none.
//!
//! What comes to rest is written as it will be in the end; objects for which nothing does are told and left out.

use std::collections::BTreeSet;

use syncwright_core::{
    check::{Severity, check},
    journal::MessageLevel,
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

/// Nothing is left out: the rules come to rest.
const RESTS: &str = "";
/// The object is left out, because rules would write it in every run.
const LEFT_OUT: &str = "SW-R119";
/// The object is left out, because it would not be matched again.
const LOST: &str = "SW-R120";

fn restless() -> Vec<(&'static str, &'static str, Mapping)> {
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
    let after = PropertyRule {
        transformation: Transformation {
            to_target: Some(Formula::Expression("Right.a || '!'".to_owned())),
            ..Transformation::default()
        },
        ..rule("b", "b")
    };
    vec![
        (
            "a correction of the property that another rule writes on",
            RESTS,
            with_key(vec![rule("a", "a"), correct("a", "a")]),
        ),
        (
            "forced rules that exchange two properties",
            LEFT_OUT,
            with_key(vec![
                PropertyRule { name: "a b".to_owned(), ..rule("a", "b") },
                PropertyRule { name: "b a".to_owned(), ..rule("b", "a") },
                force("a", "a"),
                force("b", "b"),
            ]),
        ),
        (
            "a forced rule and a correction for one property",
            LEFT_OUT,
            with_key(vec![force("a", "a"), correct("a", "b")]),
        ),
        ("a formula with the property that it is for", LEFT_OUT, with_key(vec![growing])),
        ("a formula that a forced rule brings back", LEFT_OUT, with_key(vec![longer, force("a", "a")])),
        (
            "a condition on what the rules before it write",
            LEFT_OUT,
            with_key(vec![rule("a", "a"), if_written]),
        ),
        (
            "conditions that look at each other's properties",
            LEFT_OUT,
            with_key(vec![
                fixed("1", "a", "x", "Right.b = 'x'"),
                fixed("2", "a", "y", "Right.b = 'y'"),
                fixed("3", "b", "y", "Right.a = 'x'"),
                fixed("4", "b", "x", "Right.a = 'y'"),
            ]),
        ),
        ("a rule that reads what the rule before it writes", RESTS, with_key(vec![rule("a", "a"), after])),
        (
            "a key that no rule writes",
            LOST,
            mapping("o", "o", vec![by("a", pair("a", "a"))], vec![rule("b", "b")]),
        ),
        (
            "a key that is written as another",
            LOST,
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
fn nothing_is_written_that_the_next_run_would_write_again() {
    for (what, told, mapping) in restless() {
        let table = "CREATE TABLE o (k INTEGER PRIMARY KEY, a TEXT, b TEXT);";
        let systems = Systems::new(
            &format!("{table} INSERT INTO o VALUES (1, 'x', 'y');"),
            &format!("{table} INSERT INTO o VALUES (1, 'z', 'x');"),
        );
        let project = systems.project(Direction::ToTarget, vec![mapping]);
        let errors: Vec<_> =
            check(&project).into_iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert_eq!(errors, [], "{what}");
        let first = systems.run(&project);
        let codes: BTreeSet<&str> = first
            .steps
            .iter()
            .flat_map(|step| &step.messages)
            .filter(|message| message.level == MessageLevel::Error)
            .map(|message| message.code.as_str())
            .collect();
        assert_eq!(codes.into_iter().collect::<Vec<_>>().join(" "), told, "{what}");
        assert_eq!(systems.run(&project).total_writes(), 0, "{what}");
    }
}
