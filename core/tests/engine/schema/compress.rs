//! Compressing drops what nothing uses, and nothing else (S6).

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use datafusion::catalog::TableProvider;
use proptest::prelude::*;
use syncwright_core::{
    check::check,
    connect::ConnectorTable,
    expr,
    mapping::{CompiledClass, TableSource, compile},
    progress::CancelToken,
    project::{Direction, Project, SchemaType, Side, to_text},
    schema::{
        compress,
        update::{Completion, propose},
    },
};

use super::{
    Database, list,
    random::{project as random_project, tape},
};
use crate::{
    any_project,
    fixture::{Systems, by, connection, mapping, pair, rule},
};

const BOTH: [Side; 2] = [Side::Left, Side::Right];

fn compressed(project: &Project) -> Project {
    let mut project = project.clone();
    compress(&mut project, &BOTH);
    project
}

/// Tables that are never read: plans only look at their columns.
struct Unread;

impl TableSource for Unread {
    fn table(&self, _: Side, schema_type: &SchemaType) -> Arc<dyn TableProvider> {
        Arc::new(ConnectorTable::new(
            connection("X", "x.db"),
            PathBuf::new(),
            schema_type.clone(),
            CancelToken::default(),
            Arc::new(AtomicU64::new(0)),
        ))
    }

    fn labels(&self, _: Side, _: &SchemaType) -> Option<Arc<dyn TableProvider>> {
        None
    }
}

/// Everything that compiling the mappings of a project gives: errors in words, else expressions and plans.
fn everything_compiled(project: &Project, good: &AtomicUsize) -> Vec<String> {
    let session = expr::session();
    let class = |class: &CompiledClass| {
        // Errors of the engine list all columns there are; that there is one is enough.
        let plan = class.plan(&session, &Unread).map(|plan| plan.display_indent().to_string());
        let plan = plan.map_err(|_| "cannot be planned");
        format!("{} {:?} {:?} {plan:?}", class.name, class.key, class.display())
    };
    let mut all = Vec::new();
    for mapping in &project.mappings {
        let steps = project.workflows.iter().flat_map(|workflow| &workflow.steps);
        let steps = steps.filter(|step| step.mapping == mapping.name).map(Some);
        for step in steps.chain([None]) {
            for direction in [Direction::ToTarget, Direction::ToCentral] {
                all.push(match compile(&session, project, mapping, step, direction, true) {
                    Err(error) => format!("{error:?}"),
                    Ok(compiled) => {
                        good.fetch_add(1, Ordering::Relaxed);
                        without_numbers(&format!(
                            "{} {} {:?} {:?} {:?} {:?} {:?}",
                            class(&compiled.left),
                            class(&compiled.right),
                            compiled.matching,
                            compiled.updates,
                            compiled.inserts,
                            compiled.methods,
                            compiled.rule_names,
                        ))
                    }
                });
            }
        }
    }
    all
}

/// Every compiled script has a number that no other one has.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split("script_");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("script_");
        out.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
    out
}

/// How many mappings the property test below compiled: none would mean that it tests nothing.
static COMPILED: AtomicUsize = AtomicUsize::new(0);

#[test]
fn compressing_never_changes_findings_nor_compiled_mappings() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let dropped = AtomicUsize::new(0);
    let result = runner.run(&tape(), |mut tape| {
        let project = random_project(&mut tape);
        let small = compressed(&project);
        prop_assert_eq!(check(&small), check(&project));
        let (after, before) =
            (everything_compiled(&small, &COMPILED), everything_compiled(&project, &COMPILED));
        prop_assert_eq!(after.len(), before.len());
        for (after, before) in after.iter().zip(&before) {
            prop_assert_eq!(after, before);
        }
        prop_assert_eq!(&compressed(&small), &small, "compressing twice");
        dropped.fetch_add(usize::from(small != project), Ordering::Relaxed);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(COMPILED.load(Ordering::Relaxed) > 50, "hardly any mapping compiled: {COMPILED:?}");
    assert!(dropped.load(Ordering::Relaxed) > 100, "hardly anything was dropped: {dropped:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Names that nobody would choose, and parts that do not fit together at all.
    #[test]
    fn strange_projects_are_compressed_without_harm(project in any_project::project()) {
        let small = compressed(&project);
        prop_assert_eq!(check(&small), check(&project));
        prop_assert_eq!(&compressed(&small), &small);
        let mut others = (small, project);
        for project in [&mut others.0, &mut others.1] {
            project.central.schema.types.clear();
            project.target.schema.types.clear();
        }
        prop_assert_eq!(others.0, others.1, "something else than types was changed");
    }
}

const HR: &str = "
    CREATE TABLE departments (code TEXT PRIMARY KEY, name TEXT, floor TEXT, site TEXT REFERENCES sites (id));
    CREATE TABLE sites (id TEXT PRIMARY KEY, name TEXT);
    CREATE TABLE employees (number TEXT PRIMARY KEY, badge TEXT UNIQUE, name TEXT, department TEXT REFERENCES
      departments (code), hired DATE, hat TEXT NOT NULL, shoe TEXT NOT NULL DEFAULT '42', remark TEXT);
    CREATE TABLE canteen (id INTEGER PRIMARY KEY, soup TEXT);
    INSERT INTO departments VALUES ('A', 'Art', '1', NULL);
    INSERT INTO employees VALUES ('1', 'b1', 'Ann', 'A', '2020-01-01', 'red', '38', ''),
      ('2', 'b2', 'Bob', NULL, NULL, 'blue', '43', NULL);";

fn systems() -> (Systems, Project) {
    let systems = Systems::new("CREATE TABLE persons (id TEXT PRIMARY KEY, name TEXT, extra TEXT);", HR);
    let mapping = mapping(
        "persons",
        "employees",
        vec![by("number", pair("id", "number"))],
        vec![rule("id", "number"), rule("name", "name")],
    );
    let project = systems.project(Direction::ToCentral, vec![mapping]);
    (systems, project)
}

fn columns(project: &Project, name: &str) -> Option<Vec<String>> {
    let schema_type = project.target.schema.schema_type(name)?;
    Some(schema_type.properties.iter().map(|property| property.name.clone()).collect())
}

#[test]
fn keys_relations_and_what_new_objects_need_stay() {
    let (_, mut project) = systems();
    let whole = project.clone();
    let report = compress(&mut project, &[Side::Right]);
    assert_eq!(columns(&project, "employees"), Some(list(&["number", "badge", "name", "department", "hat"])));
    assert_eq!(columns(&project, "departments"), Some(list(&["code"])), "only as what the relation leads to");
    assert_eq!((columns(&project, "sites"), columns(&project, "canteen")), (None, None));
    assert_eq!(project.target.schema.schema_type("departments").unwrap().foreign_keys, []);
    assert_eq!(project.central, whole.central, "the other system was not asked for");
    assert_eq!(report.target.dropped_types, ["canteen", "sites"]);
    assert_eq!((report.target.types_before, report.target.types), (4, 2));
    assert_eq!((report.target.properties_before, report.target.properties), (16, 6));
    let kept: usize = project.target.schema.types.iter().map(|one| one.properties.len()).sum();
    assert_eq!(kept, report.target.properties);
    assert!(report.central.is_empty() && !report.is_empty());
    assert_eq!(project.active, whole.active, "it runs as before");
    assert!(compress(&mut project, &[Side::Right]).is_empty());
}

#[test]
fn what_people_have_set_stays() {
    let (_, mut project) = systems();
    let canteen = project.target.schema.types.iter_mut().find(|one| one.name == "canteen").unwrap();
    canteen.properties[1].sensitive = true;
    project.target.scope.insert("departments".to_owned(), "floor = '1'".to_owned());
    compress(&mut project, &BOTH);
    assert_eq!(columns(&project, "canteen"), Some(list(&["id", "soup"])));
    assert_eq!(columns(&project, "departments"), Some(list(&["code", "floor", "site"])));
}

#[test]
fn runs_do_the_same() {
    let (systems, project) = systems();
    let small = compressed(&project);
    assert_ne!(small, project);
    let changes = |project: &Project| {
        let report = systems.simulate(project).to_json();
        report["steps"].to_string()
    };
    assert_eq!(changes(&small), changes(&project));
    systems.run_well(&small);
    assert_eq!(systems.simulate(&project).total_writes(), 0);
}

#[test]
fn updating_brings_everything_back() {
    let (_, project) = systems();
    let database = Database::new(HR);
    let small = compressed(&project);
    let update =
        |project: &Project| propose(project, Side::Right, database.schema(), Completion::Nothing).unwrap();
    assert!(update(&project).is_empty());
    let back = update(&small);
    assert_eq!(back.schema, project.target.schema);
    assert_eq!(back.diff.added.len(), 2);
    assert!(back.diff.breaks().is_empty(), "what comes back breaks nothing");
    // Staying compressed, there is nothing to do.
    assert!(back.compressed(&small).is_empty());
    assert!(to_text(&small).unwrap().len() * 3 < to_text(&project).unwrap().len() * 2);
}
