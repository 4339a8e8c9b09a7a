//! Matching by several pairs, and by the virtual property that the check makes of them: the same objects (M2).

use proptest::{collection::vec, prelude::*, sample::select};
use syncwright_core::{
    check::{Repair, check, repair},
    project::{Direction, MappingDirection, MatchExpression, MatchingRule, Project},
    sync::RunReport,
};

use crate::fixture::{Systems, by, mapping, pair, rule};

/// Texts with separators and escapes, empty ones and letters of either case.
const TEXTS: [&str; 12] =
    ["NULL", "''", "'a'", "'A'", "'a|'", "'|a'", "'|'", "'~1'", "'~'", "'a~0'", "'ς'", "'Σ'"];
const NUMBERS: [&str; 4] = ["NULL", "0", "7", "-7"];
const DAYS: [&str; 3] = ["NULL", "'2024-02-29'", "'1999-12-31'"];

/// Two texts, a number, a day.
type Object = (&'static str, &'static str, &'static str, &'static str);

fn objects() -> impl Strategy<Value = Vec<Object>> {
    let text = || select(TEXTS.to_vec());
    vec((text(), text(), select(NUMBERS.to_vec()), select(DAYS.to_vec())), 1..25)
}

fn statements(objects: &[Object]) -> String {
    let mut statements =
        "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT, b TEXT, n INTEGER, d DATE, side TEXT); BEGIN;"
            .to_owned();
    for (id, (a, b, n, d)) in objects.iter().enumerate() {
        statements += &format!("INSERT INTO p (id, a, b, n, d) VALUES ({id}, {a}, {b}, {n}, {d});");
    }
    statements + "COMMIT;"
}

fn project(systems: &Systems, on: Vec<MatchExpression>, ignore_case: bool) -> Project {
    let by = MatchingRule { ignore_case, ..by("all", MatchExpression::All(on)) };
    let mapping = syncwright_core::project::Mapping {
        direction: MappingDirection::ToTarget,
        ..mapping("p", "p", vec![by], vec![rule("side", "side")])
    };
    let mut project = systems.project(Direction::ToTarget, vec![mapping]);
    project.workflows[0].steps[0].methods.only_in_source.clear();
    project
}

/// What becomes of whom, and what is said.
fn found(report: &RunReport) -> String {
    report.to_json()["steps"].to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_virtual_property_matches_the_same_objects(
        left in objects(), right in objects(), ignore_case: bool, chosen in 0_usize..4,
    ) {
        let systems = Systems::new(&statements(&left), &statements(&right));
        systems.left().execute_batch("UPDATE p SET side = 'left'").unwrap();
        let on = match chosen {
            0 => vec![pair("a", "a"), pair("b", "b")],
            1 => vec![pair("a", "b"), pair("n", "n")],
            2 => vec![pair("n", "n"), pair("d", "d")],
            // A number on one side, a text on the other.
            _ => vec![pair("n", "b"), pair("a", "a"), pair("d", "d")],
        };
        let mut project = project(&systems, on, ignore_case);
        let before = found(&systems.simulate(&project));
        let edit = check(&project).into_iter().find_map(|finding| match finding.repair {
            Some(edit @ Repair::CombineMatching { .. }) => Some(edit),
            _ => None,
        });
        prop_assert!(repair(&mut project, &edit.expect("there is a repair")));
        prop_assert!(matches!(&project.mappings[0].matching[0].on, MatchExpression::Pair(left, _) if left.starts_with("vrt")));
        prop_assert_eq!(found(&systems.simulate(&project)), before);
    }
}
