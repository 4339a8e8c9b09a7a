//! Objects that would be outside of their class or of the scope once they are written: the next run would not find
//! them, and insert others (S8, F4; DESIGN, engine semantics 1).

use syncwright_core::{
    check::check,
    project::{
        Condition, Direction, Generated, Literal, MappingDirection, Project, PropertyRule, SchemaClass,
    },
};

use crate::{
    fixture::{Systems, by, mapping, messages, pair, rows, rule},
    virtual_properties::class,
};

fn systems() -> Systems {
    Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT, x INTEGER);
         INSERT INTO p VALUES (1, 'a', 1), (2, 'b', 0), (3, 'c', 1);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, n TEXT, x INTEGER, kind TEXT DEFAULT 'k');
         INSERT INTO q (n, x) VALUES ('c', 1);",
    )
}

/// Names are matched and written; the class of the target has this filter.
fn project(systems: &Systems, filter: &str, rules: &[PropertyRule]) -> Project {
    let mut all = vec![rule("n", "n")];
    all.extend(rules.iter().cloned());
    let mut mapping = mapping("p", "d", vec![by("n", pair("n", "n"))], all);
    mapping.name = "p".to_owned();
    let mut project = systems.project(Direction::ToTarget, vec![mapping]);
    project.target.schema.types[0].properties[0].generated = Generated::Identity;
    project.target.schema.classes =
        vec![SchemaClass { filter: Some(filter.to_owned()), ..class("d", "q", Vec::new()) }];
    project
}

fn names(systems: &Systems) -> Vec<String> {
    rows(&systems.right(), "SELECT n, x FROM q ORDER BY n")
}

/// Runs three times: what is written is there after the first, and stays.
fn runs(systems: &Systems, project: &Project) -> usize {
    assert!(
        !check(project).iter().any(|finding| finding.severity == syncwright_core::check::Severity::Error)
    );
    let first = systems.run(project);
    let after = names(systems);
    for _ in 0..2 {
        assert_eq!(systems.run(project).total_writes(), 0);
        assert_eq!(names(systems), after);
    }
    messages(&first, "SW-R120").len()
}

#[test]
fn who_would_not_be_in_the_class_is_not_inserted() {
    let systems = systems();
    assert_eq!(runs(&systems, &project(&systems, "x = 1", &[])), 2);
    assert_eq!(names(&systems), ["c|1"]);
}

#[test]
fn the_scope_counts_as_well() {
    let systems = systems();
    let mut project = project(&systems, "n <> 'z'", &[]);
    project.target.scope.insert("q".to_owned(), "x = 1".to_owned());
    assert_eq!(runs(&systems, &project), 2);
}

#[test]
fn values_that_rules_write_decide_for_each_object() {
    let systems = systems();
    assert_eq!(runs(&systems, &project(&systems, "x = 1", &[rule("x", "x")])), 1);
    assert_eq!(names(&systems), ["a|1", "c|1"]);
    let systems = self::systems();
    let mut fixed = rule("x", "x");
    fixed.transformation.fixed_value = Some(Literal::Integer(1));
    assert_eq!(runs(&systems, &project(&systems, "x = 1", &[fixed])), 0);
    assert_eq!(names(&systems), ["a|1", "b|1", "c|1"]);
}

/// Nobody knows what the database fills in before it does.
#[test]
fn what_the_database_fills_in_is_left_to_it() {
    let systems = systems();
    assert_eq!(runs(&systems, &project(&systems, "kind = 'k'", &[])), 0);
    assert_eq!(names(&systems).len(), 3);
}

#[test]
fn an_update_does_not_move_who_would_be_inserted_again() {
    let systems = systems();
    systems.left().execute_batch("UPDATE p SET x = 0 WHERE id = 3; DELETE FROM p WHERE id < 3").unwrap();
    let mut project = project(&systems, "x = 1", &[rule("x", "x")]);
    assert_eq!(runs(&systems, &project), 1);
    assert_eq!(names(&systems), ["c|1"]);
    // Nor where only some would be: nobody knows whether this one.
    let condition = Some(Condition::Expression("Left.id > 100".to_owned()));
    project.workflows[0].steps[0].methods.only_in_source[0].condition = condition;
    assert_eq!(runs(&systems, &project), 1);
    // Where nothing is inserted, the object may leave.
    project.workflows[0].steps[0].methods.only_in_source.clear();
    assert_eq!(runs(&systems, &project), 0);
    assert_eq!(names(&systems), ["c|0"]);
}

/// D2: a forced rule that takes the central object out of its class would let the next run delete its counterpart.
#[test]
fn a_forced_rule_does_not_move_who_would_be_missing() {
    for corrected in [false, true] {
        let systems = systems();
        systems.left().execute_batch("DELETE FROM p WHERE id < 3").unwrap();
        systems.right().execute_batch("UPDATE q SET x = 0").unwrap();
        let against = PropertyRule {
            direction: MappingDirection::ToCentral,
            force_against_direction: !corrected,
            detect_rogue_modifications: corrected,
            correct_rogue_modifications: corrected,
            ignore_direction_on_insert: corrected,
            ..rule("x", "x")
        };
        let mut project = project(&systems, "n IS NOT NULL", &[against]);
        project.mappings[0].left = "c".to_owned();
        project.central.schema.classes =
            vec![SchemaClass { filter: Some("x = 1".to_owned()), ..class("c", "p", Vec::new()) }];
        assert_eq!(messages(&systems.run(&project), "SW-R120").len(), 1, "corrected: {corrected}");
        systems.run(&project);
        assert_eq!(rows(&systems.left(), "SELECT x FROM p"), ["1"]);
        assert_eq!(names(&systems), ["c|0"]);
    }
}
