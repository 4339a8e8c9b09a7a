//! The consistency check on projects of any kind: it never panics, gives the same every time, its repairs break
//! nothing, and it is quick with large schemas.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use proptest::prelude::*;
use syncwright_core::{
    check::{Severity, check, repair, scripts},
    project::{
        Direction, ForeignKey, MappingDirection, Project, PropertyRule, SchemaClass, SchemaProperty,
        SchemaType, VirtualKind, VirtualProperty,
    },
    value::ValueType,
};

use crate::{
    any_project::project,
    fixture::{Systems, by, mapping, pair, rule, step},
};

fn errors(project: &Project) -> BTreeSet<(&'static str, String, String)> {
    let errors = check(project).into_iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| (finding.code, finding.place.to_string(), finding.text)).collect()
}

/// Lets the first mapping connect classes that are there, and lets a step run it: random names rarely meet.
fn connected(mut project: Project) -> Project {
    let class = |schema: &syncwright_core::project::Schema| {
        let classes = schema.classes.iter().map(|class| class.name.clone());
        classes.chain(schema.types.iter().map(|one| one.name.clone())).next()
    };
    if let (Some(left), Some(right)) = (class(&project.central.schema), class(&project.target.schema)) {
        let names = |project: &Project, left: bool, class: &str| -> Vec<String> {
            let schema = if left { &project.central.schema } else { &project.target.schema };
            let class = schema.class(class);
            class.into_iter().flat_map(|class| class.properties()).map(|one| one.name().to_owned()).collect()
        };
        let (lefts, rights) = (names(&project, true, &left), names(&project, false, &right));
        for mapping in &mut project.mappings {
            (mapping.left, mapping.right) = (left.clone(), right.clone());
            for (number, rule) in mapping.rules.iter_mut().enumerate() {
                rule.name = format!("rule {number}");
                if let (Some(left), Some(right)) = (lefts.get(number), rights.get(number)) {
                    (rule.left, rule.right) = (left.clone(), right.clone());
                }
            }
        }
    }
    let names: Vec<String> = project.mappings.iter().map(|mapping| mapping.name.clone()).collect();
    for (number, step) in project.workflows.iter_mut().flat_map(|workflow| &mut workflow.steps).enumerate() {
        if let Some(name) = names.get(number % names.len().max(1)) {
            step.mapping = name.clone();
        }
    }
    for (start_up, workflow) in project.start_ups.iter_mut().zip(&project.workflows) {
        start_up.workflow = workflow.name.clone();
    }
    project
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_project_can_be_checked(project in project(), connect in any::<bool>()) {
        let project = if connect { connected(project) } else { project };
        let findings = check(&project);
        prop_assert_eq!(&findings, &check(&project));
        prop_assert!(findings.is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity)));
        let before = errors(&project);
        for finding in &findings {
            let Some(edit) = &finding.repair else { continue };
            let mut repaired = project.clone();
            if repair(&mut repaired, edit) {
                let after = errors(&repaired);
                let new: Vec<_> = after.difference(&before).collect();
                prop_assert!(new.is_empty(), "{finding:?} adds {new:?}");
            }
        }
        let empty = scripts(&project).iter().filter(|script| script.text.trim().is_empty()).count();
        prop_assert_eq!(empty > 0, findings.iter().any(|finding| finding.code == "SW-C195"));
    }
}

const TABLES: usize = 5_000;
const COLUMNS: usize = 20;
const MAPPINGS: usize = 50;

/// A schema of many tables, each of which refers to the one before it.
fn types(prefix: &str) -> Vec<SchemaType> {
    let column = |number: usize| SchemaProperty::new(format!("column_{number}"), ValueType::String);
    (0..TABLES)
        .map(|number| {
            let mut properties: Vec<SchemaProperty> = (0..COLUMNS).map(column).collect();
            properties[0].mandatory = true;
            SchemaType {
                name: format!("{prefix}_{number}"),
                properties,
                key: vec!["column_0".to_owned()],
                display_template: Some("%column_1%, %column_2%".to_owned()),
                foreign_keys: vec![ForeignKey {
                    properties: vec!["column_3".to_owned()],
                    references: format!("{prefix}_{}", number.saturating_sub(1)),
                    referenced_properties: vec!["column_0".to_owned()],
                    integrity_ensured: false,
                    declared: true,
                }],
                ..SchemaType::default()
            }
        })
        .collect()
}

fn classes(prefix: &str) -> Vec<SchemaClass> {
    (0..TABLES)
        .map(|number| SchemaClass {
            name: format!("{prefix}_class_{number}"),
            schema_type: format!("{prefix}_{number}"),
            display_name: String::new(),
            filter: (number % 10 == 0).then(|| "column_1 <> 'x'".to_owned()),
            virtual_properties: vec![VirtualProperty {
                name: "vrtBefore".to_owned(),
                value_type: ValueType::String,
                multi_valued: false,
                mandatory: false,
                secret: false,
                kind: VirtualKind::KeyResolution {
                    reference: vec!["column_3".to_owned()],
                    property: "column_1".to_owned(),
                },
            }],
        })
        .collect()
}

fn large() -> Project {
    let mappings = (0..MAPPINGS).map(|number| {
        let rules = (1..COLUMNS).map(|column| PropertyRule {
            direction: MappingDirection::ToCentral,
            ..rule(&format!("column_{column}"), &format!("column_{column}"))
        });
        let name = |prefix: &str| format!("{prefix}_class_{}", number * (TABLES / MAPPINGS));
        mapping(&name("l"), &name("r"), vec![by("key", pair("column_0", "column_0"))], rules.collect())
    });
    let systems =
        Systems::new("CREATE TABLE t (id INTEGER PRIMARY KEY)", "CREATE TABLE t (id INTEGER PRIMARY KEY)");
    let mappings: Vec<_> = mappings.collect();
    let mut project = systems.project(Direction::ToCentral, Vec::new());
    project.workflows[0].steps = mappings.iter().map(|mapping| step(&mapping.name)).collect();
    project.mappings = mappings;
    for (system, prefix) in [(&mut project.central, "l"), (&mut project.target, "r")] {
        system.schema.types = types(prefix);
        system.schema.classes = classes(prefix);
    }
    project
}

/// Time that this thread had a processor for, where the system tells: the machine may be busy with others.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

#[test]
fn large_schemas_are_checked_quickly() {
    let project = large();
    let (before, started) = (processor_time(), Instant::now());
    let findings = check(&project);
    let taken = match (before, processor_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => started.elapsed(),
    };
    // The quotas of the fixture's steps are switched off, and nothing fills the keys of new objects.
    let codes: BTreeSet<&str> = findings.iter().map(|finding| finding.code).collect();
    assert!(codes.contains("SW-C124") && codes.contains("SW-C113"), "{codes:?}");
    assert!(findings.iter().all(|finding| finding.severity != Severity::Error), "{:?}", findings.first());
    println!("{TABLES} tables, {MAPPINGS} mappings on each side: {taken:?}");
    // The aim is for a release build. A development build is slower, and a busy machine slows a processor down.
    let limit = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 });
    assert!(taken < limit, "{taken:?}");
}

/// Whoever corrects one rule is not to meet the error of the next one only then.
#[test]
fn every_rule_with_an_error_is_told_at_once() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT);",
    );
    let condition = |text: &str| Some(syncwright_core::project::Condition::Expression(text.to_owned()));
    let broken = |name: &str, text: &str| PropertyRule { condition: condition(text), ..rule(name, name) };
    let rules = vec![
        rule("id", "id"),
        broken("a", "Left.a = "),
        broken("b", "Left.nothing = 1"),
        PropertyRule { left: "gone".to_owned(), ..rule("c", "c") },
    ];
    let matching = vec![by("gone", pair("missing", "id")), by("id", pair("id", "id"))];
    let project = systems.project(Direction::ToTarget, vec![mapping("p", "q", matching, rules)]);
    let mut places: Vec<String> = errors(&project).into_iter().map(|(_, place, _)| place).collect();
    places.sort();
    places.dedup();
    for name in ["a", "b", "c", "gone"] {
        assert!(
            places.iter().any(|place| place.ends_with(&format!("rule {name}")) || place.contains(name)),
            "{places:?}"
        );
    }
    assert_eq!(places.len(), 4, "{places:?}");
}

/// D1: a start up configuration may turn the direction of a workflow; steps with one of their own stay.
#[test]
fn a_start_up_configuration_turns_the_steps_of_its_workflow() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO q VALUES (1, 'x');",
    );
    let rules = vec![rule("id", "id"), rule("a", "a")];
    let mapping = mapping("p", "q", vec![by("id", pair("id", "id"))], rules);
    let mut project = systems.project(Direction::ToTarget, vec![mapping]);
    project.start_ups[0].direction = Some(Direction::ToCentral);
    let never = |project: &Project| {
        check(project).iter().filter(|one| ["SW-C188", "SW-C189"].contains(&one.code)).count()
    };
    assert_eq!(never(&project), 0);
    assert_eq!(systems.run_well(&project).total_writes(), 1);
    assert_eq!(crate::fixture::rows(&systems.left(), "SELECT id, a FROM p"), ["1|x"]);
    project.workflows[0].steps[0].direction = Some(Direction::ToTarget);
    assert!(never(&project) > 0);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}
