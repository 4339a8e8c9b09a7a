//! What holds for every mapping that the check accepts: random rules over random objects, in real runs.

mod any_list_rule;
mod any_mapping;
mod million;
mod restless;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use syncwright_core::{
    check::{Severity, check},
    project::{Direction, Mapping, Method, Project, Side},
    sync::{RunReport, StepPass},
    value::Value,
};

use self::{
    any_list_rule::{MEMBERS, PEOPLE, class_with_lists},
    any_mapping::{Object, PROPERTIES, any_direction, any_mapping, any_objects, is_lasting, mapping_by_key},
};
use crate::fixture::{Systems, changes, messages, rows};

fn statements(objects: &[Object]) -> String {
    let columns: Vec<String> =
        PROPERTIES.iter().map(|(name, declared)| format!("{name} {declared}")).collect();
    let mut statements = format!(
        "CREATE TABLE o (k TEXT PRIMARY KEY, f TEXT, m TEXT, l TEXT, {});
         CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
         CREATE TABLE member (o TEXT REFERENCES o (k) ON DELETE CASCADE ON UPDATE CASCADE,
             person INTEGER REFERENCES person (id), PRIMARY KEY (o, person)); BEGIN;",
        columns.join(", ")
    );
    for (id, name) in PEOPLE.iter().enumerate() {
        statements += &format!("INSERT INTO person VALUES ({id}, '{name}');");
    }
    for object in objects {
        let key = object.key();
        statements += &format!("INSERT INTO o VALUES ('{key}', {});", object.values.join(", "));
        for person in &object.members {
            statements += &format!("INSERT INTO member VALUES ('{key}', {person});");
        }
    }
    statements + "COMMIT;"
}

fn systems(left: &[Object], right: &[Object]) -> Systems {
    Systems::new(&statements(left), &statements(right))
}

/// The project, if the check accepts it.
fn project(systems: &Systems, mapping: &Mapping, run: Direction) -> Option<Project> {
    let mut project = systems.project(run, vec![mapping.clone()]);
    for system in [&mut project.central, &mut project.target] {
        system.schema.classes.push(class_with_lists());
    }
    let errors = check(&project).into_iter().filter(|finding| finding.severity == Severity::Error).count();
    (errors == 0).then_some(project)
}

/// Key → property → value.
type Held = BTreeMap<String, BTreeMap<String, String>>;

fn held(database: &rusqlite::Connection) -> Held {
    let names: Vec<&str> = PROPERTIES.iter().map(|(name, _)| *name).collect();
    let members = "(SELECT group_concat(name, ';') FROM
        (SELECT name FROM member JOIN person ON id = person WHERE member.o = o.k ORDER BY name))";
    rows(database, &format!("SELECT k, {}, {members} FROM o", names.join(", ")))
        .iter()
        .map(|row| {
            let mut cells = row.split('|').map(str::to_owned);
            let key = cells.next().unwrap();
            (key, names.iter().chain(&[MEMBERS]).map(|name| (*name).to_owned()).zip(cells).collect())
        })
        .collect()
}

/// A value as [`held`] has it: lists are sets.
fn as_held(value: &Value) -> String {
    match value {
        Value::List(elements) => {
            let elements: BTreeSet<String> = elements.iter().map(ToString::to_string).collect();
            if elements.is_empty() {
                "∅".to_owned()
            } else {
                elements.into_iter().collect::<Vec<_>>().join(";")
            }
        }
        Value::Null => "∅".to_owned(),
        other => other.to_string(),
    }
}

/// What a side holds once the changes of these passes are made.
fn with_changes(mut held: Held, report: &RunReport, side: Side, passes: &[StepPass]) -> Held {
    let steps = report.steps.iter().filter(|step| passes.contains(&step.pass));
    for step in steps.filter(|step| step.direction.destination() == side) {
        for change in step.changes.iter() {
            let own = match side {
                Side::Left => &change.left_key,
                Side::Right => &change.right_key,
            };
            let values =
                change.properties.iter().map(|property| (property.property.clone(), as_held(&property.new)));
            let mut values: BTreeMap<String, String> = values.collect();
            match change.method {
                Method::Insert => {
                    let key = values.remove("k").unwrap();
                    for name in PROPERTIES.iter().map(|(name, _)| *name).chain([MEMBERS]) {
                        values.entry(name.to_owned()).or_insert_with(|| "∅".to_owned());
                    }
                    assert_eq!(held.insert(key, values), None);
                }
                Method::Delete => assert!(held.remove(&own[0].1.to_string()).is_some()),
                _ => {
                    let key = own[0].1.to_string();
                    let mut object = held.remove(&key).unwrap();
                    let new_key = values.remove("k").unwrap_or(key);
                    object.extend(values);
                    assert_eq!(held.insert(new_key, object), None);
                }
            }
        }
    }
    held
}

fn in_full(report: &RunReport) -> String {
    report.to_json()["steps"].to_string()
}

/// Orders of rows: the index of the row that comes at each place.
fn order(length: usize, seed: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by_key(|at| (at * 7919 + seed * 104_729) % 1009);
    order
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(40))]

    /// Running again writes nothing; where new objects are treated otherwise than others, after at most one
    /// more run. The change list of a simulation is what the run then wrote.
    #[test]
    fn running_again_writes_nothing(
        mapping in any_mapping(), run in any_direction(), left in any_objects(), right in any_objects(),
    ) {
        let systems = systems(&left, &right);
        let Some(project) = project(&systems, &mapping, run) else {
            return Err(TestCaseError::reject("the check refuses the mapping"));
        };
        let [left, right] = [held(&systems.left()), held(&systems.right())];
        let simulated = systems.simulate(&project);
        prop_assert!(simulated.failure.is_none(), "{:?}", simulated.failure);
        let report = systems.run(&project);
        prop_assert!(report.failure.is_none(), "{:?}", report.failure);

        // Forced rules run on what is saved, which a simulation cannot see: the others are foreseen exactly.
        let passes = [StepPass::Main, StepPass::Corrections];
        let forced = mapping.rules.iter().any(|rule| rule.force_against_direction);
        let (source_before, destination_before) = match run {
            Direction::ToTarget => (left, right),
            Direction::ToCentral => (right, left),
        };
        let now = |side: Side| match side {
            Side::Left => held(&systems.left()),
            Side::Right => held(&systems.right()),
        };
        // A database may refuse a key that another object has, which a simulation does not see.
        if messages(&report, "SW-D010").is_empty() {
            prop_assert_eq!(
                with_changes(destination_before, &simulated, run.destination(), &passes),
                now(run.destination())
            );
            // Only the passes that write the source; deletions there are none.
            let foreseen = with_changes(source_before.clone(), &simulated, run.source(), &passes);
            let done = with_changes(source_before, &report, run.source(), &StepPass::ALL);
            prop_assert_eq!(&done, &now(run.source()));
            if !forced {
                prop_assert_eq!(&foreseen, &done);
            }
        }

        let again = systems.run(&project);
        if is_lasting(&mapping, run) {
            prop_assert_eq!(again.total_writes(), 0, "{:?}", changes(&again));
        }
        let last = systems.run(&project);
        prop_assert_eq!(last.total_writes(), 0, "{:?}", changes(&last));
    }
}

proptest! {
    #![proptest_config(cases(20))]

    /// The order in which rows come never shows in what a simulation reports.
    #[test]
    fn the_order_of_rows_does_not_matter(
        mapping in any_mapping(), run in any_direction(), left in any_objects(), right in any_objects(),
        seed in 1_usize..1000,
    ) {
        let known = {
            let systems = systems(&left, &right);
            let Some(project) = project(&systems, &mapping, run) else {
                return Err(TestCaseError::reject("the check refuses the mapping"));
            };
            in_full(&systems.simulate(&project))
        };
        let shuffled = |objects: &[Object], seed: usize| -> Vec<Object> {
            order(objects.len(), seed).into_iter().map(|at| objects[at].clone()).collect()
        };
        let systems = systems(&shuffled(&left, seed), &shuffled(&right, seed + 1));
        let mut project = project(&systems, &mapping, run).unwrap();
        project.start_ups[0].parallelism = Some(1 + u32::try_from(seed % 4).unwrap());
        prop_assert_eq!(known, in_full(&systems.simulate(&project)));
    }
}

proptest! {
    #![proptest_config(cases(4))]

    /// A pair among ten thousand is evaluated as it is alone.
    #[test]
    fn one_of_many_is_as_one_alone(
        mapping in mapping_by_key(), run in any_direction(), left in any_objects(), right in any_objects(),
    ) {
        let repeated = |objects: &[Object]| -> Vec<Object> {
            (0..10_000_u32 / 9)
                .flat_map(|round| {
                    let number = move |object: &Object| round * 9 + object.number;
                    objects.iter().map(move |object| Object { number: number(object), ..object.clone() })
                })
                .collect()
        };
        let many = systems(&repeated(&left), &repeated(&right));
        let Some(project) = project(&many, &mapping, run) else {
            return Err(TestCaseError::reject("the check refuses the mapping"));
        };
        let among: BTreeMap<String, Vec<String>> = by_object(&many.simulate(&project));
        for key in 0..9 {
            let one = |objects: &[Object]| -> Vec<Object> {
                objects.iter().filter(|object| object.number == key).cloned().collect()
            };
            let (left, right) = (one(&left), one(&right));
            let mut names = left.iter().chain(&right).map(Object::key).collect::<Vec<_>>();
            names.dedup();
            let alone = by_object(&systems(&left, &right).simulate(&project));
            for (object, found) in &alone {
                prop_assert_eq!(among.get(object), Some(found), "{}", object);
            }
            for first in &names {
                prop_assert_eq!(alone.contains_key(first), among.contains_key(first));
                // Every repetition has the same fate.
                let number = |number: u32| format!("{number:05}");
                let later = first.replace(&number(key), &number(900 * 9 + key));
                let renamed = |name: &str, key: u32| {
                    let texts = among.get(name)?;
                    Some(texts.iter().map(|text| text.replace(&number(key), "key")).collect::<Vec<_>>())
                };
                prop_assert_eq!(renamed(first, key), renamed(&later, 900 * 9 + key));
            }
        }
    }
}

/// Everything that a report says of each object: changes, and messages.
fn by_object(report: &RunReport) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for step in &report.steps {
        for change in step.changes.iter() {
            let text = format!("{}: {}", step.pass.id(), change.to_json());
            found.entry(change.display.clone()).or_default().push(text);
        }
        for message in &step.messages {
            // Quotas are about many objects.
            if let Some(object) = &message.object {
                found.entry(object.clone()).or_default().push(format!("{} {}", message.code, message.text));
            }
        }
    }
    found
}
