//! Expressions that fail on single objects: these are named and left out, the run goes on (R20).

use syncwright_core::{
    progress::CancelToken,
    project::{Condition, Direction, Formula, Mapping, PropertyRule, Transformation},
    sync::test_rules::{RuleTest, TestObjects, TestVariables, test_rules},
};

use crate::fixture::{Systems, by, mapping, messages, pair, rows, rule};

fn systems() -> Systems {
    let table = "CREATE TABLE o (k INTEGER PRIMARY KEY, a TEXT, n INTEGER);";
    Systems::new(
        &format!(
            "{table} INSERT INTO o VALUES (1, '7', 1), (2, 'x', 2), (3, '9', 0), (4, '4', 4), (5, 'y', 5), (6, '6', 0);"
        ),
        &format!("{table} INSERT INTO o VALUES (1, 'b', 0), (2, 'b', 0), (3, 'b', 0), (9, 'z', 1);"),
    )
}

fn with(change: impl FnOnce(&mut PropertyRule)) -> Mapping {
    let mut into_n = PropertyRule { name: "into n".to_owned(), ..rule("a", "n") };
    change(&mut into_n);
    mapping("o", "o", vec![by("k", pair("k", "k"))], vec![rule("k", "k"), rule("a", "a"), into_n])
}

#[test]
fn a_cast_that_fails_concerns_its_object_only() {
    let systems = systems();
    let mapping = with(|rule| {
        rule.transformation = Transformation {
            to_target: Some(Formula::Expression("CAST(Value AS INT) * 2".to_owned())),
            ..Transformation::default()
        };
    });
    let project = systems.project(Direction::ToTarget, vec![mapping]);
    let simulated = systems.simulate(&project);
    let report = systems.run(&project);
    for report in [&simulated, &report] {
        assert!(report.failure.is_none(), "{:?}", report.failure);
        let told = messages(report, "SW-R121");
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(report.steps[0].situations.skipped, 2);
        // Everything that was read is accounted for.
        assert_eq!(report.steps[0].left_objects, 6);
    }
    // 2 and 5 cannot be converted: one keeps what it has, the other is not inserted.
    let held = rows(&systems.right(), "SELECT k, n FROM o ORDER BY k");
    assert_eq!(held, ["1|14", "2|0", "3|18", "4|8", "6|12"]);
    assert_eq!(systems.run(&project).total_writes(), 0);
}

#[test]
fn a_division_by_zero_in_a_condition_concerns_its_object_only() {
    let systems = systems();
    let mapping = with(|rule| {
        rule.left = "n".to_owned();
        rule.condition = Some(Condition::Expression("10 / Left.n > 1".to_owned()));
    });
    let project = systems.project(Direction::ToTarget, vec![mapping]);
    let report = systems.run(&project);
    assert!(report.failure.is_none(), "{:?}", report.failure);
    assert_eq!(messages(&report, "SW-R121").len(), 2);
    let held = rows(&systems.right(), "SELECT k, n FROM o ORDER BY k");
    assert_eq!(held, ["1|1", "2|2", "3|0", "4|4", "5|5"]);
}

#[test]
fn an_expression_that_fails_on_every_object_ends_the_step() {
    let table = "CREATE TABLE o (k INTEGER PRIMARY KEY, a TEXT, n INTEGER);";
    let many: Vec<String> = (0..400).map(|key| format!("({key}, 'x', 1)")).collect();
    let systems = Systems::new(&format!("{table} INSERT INTO o VALUES {};", many.join(", ")), table);
    let mapping = with(|rule| {
        rule.transformation = Transformation {
            to_target: Some(Formula::Expression("CAST(Value AS INT)".to_owned())),
            ..Transformation::default()
        };
    });
    let mut project = systems.project(Direction::ToTarget, vec![mapping]);
    let report = systems.run(&project);
    assert!(report.failure.unwrap().text.contains("'x'"));
    assert_eq!(rows(&systems.right(), "SELECT count(*) FROM o"), ["0"]);
    // What the engine says may quote the value.
    let column = project.central.schema.types[0].properties.iter_mut().find(|one| one.name == "a");
    column.unwrap().sensitive = true;
    let text = systems.run(&project).failure.unwrap().text;
    assert!(text.contains("sensitive") && !text.contains("'x'"), "{text}");
}

#[test]
fn the_test_of_rules_says_what_fails() {
    let systems = systems();
    let mapping = with(|rule| {
        rule.transformation = Transformation {
            to_target: Some(Formula::Expression("CAST(Value AS INT)".to_owned())),
            ..Transformation::default()
        };
    });
    let project = systems.project(Direction::ToTarget, vec![mapping]);
    let test = RuleTest {
        mapping: "o".to_owned(),
        direction: Direction::ToTarget,
        objects: TestObjects::Match("2".to_owned()),
        values: Vec::new(),
        variables: TestVariables::OfProject,
    };
    let explanation = test_rules(&project, systems.folder(), &test, &CancelToken::default()).unwrap();
    assert_eq!(explanation.messages[0].code, "SW-R121");
    assert_eq!(explanation.changes, []);
    let failed: Vec<_> = explanation.rules.iter().filter(|rule| rule.failure.is_some()).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].rule, "into n");
    assert_eq!(
        explanation.why_nothing.as_deref(),
        Some("the objects are in error and left out; see the messages")
    );
}
