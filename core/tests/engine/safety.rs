//! What must never happen: writes that nobody asked for, and deletes because a read went wrong.

use syncwright_core::{
    project::{Condition, Direction, Method, Methods, Project, PropertyRule, Quotas},
    sync::{RunStatus, simulate},
};

use crate::fixture::{GO, Systems, by, changes, mapping, pair, rows, rule};

const TABLE: &str = "CREATE TABLE p (id TEXT PRIMARY KEY, a TEXT, b TEXT, c TEXT);";

fn filled(count: usize, value: &str) -> String {
    let values: Vec<String> = (0..count).map(|n| format!("('p{n:03}', '{value}', 'b', 'c')")).collect();
    if count == 0 { TABLE.to_owned() } else { format!("{TABLE} INSERT INTO p VALUES {};", values.join(", ")) }
}

fn project(systems: &Systems, direction: Direction) -> Project {
    let rules = ["id", "a", "b", "c"].map(|name| rule(name, name)).to_vec();
    systems.project(direction, vec![mapping("p", "p", vec![by("id", pair("id", "id"))], rules)])
}

fn all(database: &rusqlite::Connection) -> Vec<String> {
    rows(database, "SELECT * FROM p ORDER BY id")
}

#[test]
fn a_second_run_writes_nothing() {
    for direction in [Direction::ToTarget, Direction::ToCentral] {
        let systems = Systems::new(&filled(7, "left"), &filled(12, "right"));
        let (mut project, other) = (project(&systems, direction), direction);
        project.start_ups[0].bulk_level = Some(3);
        assert!(systems.run_well(&project).total_writes() >= 12);
        assert_eq!(all(&systems.left()), all(&systems.right()));
        let report = systems.run_well(&project);
        assert_eq!((report.total_writes(), changes(&report).len()), (0, 0), "{other:?}");
        assert!(changes(&systems.simulate(&project)).is_empty());
    }
}

#[test]
fn without_methods_nothing_happens() {
    let systems = Systems::new(&filled(7, "left"), &filled(12, "right"));
    let mut project = project(&systems, Direction::ToTarget);
    project.workflows[0].steps[0].methods = Methods::default();
    let before = all(&systems.right());
    let report = systems.run_well(&project);
    assert_eq!((report.total_writes(), changes(&report).len()), (0, 0));
    assert_eq!(report.steps[0].situations.both_differ, 7);
    // Conditions that never hold are the same as no methods.
    for (situation, method) in [(0, Method::Update), (1, Method::Insert), (2, Method::Delete)] {
        let mut choice = syncwright_core::project::MethodChoice::from(method);
        choice.condition = Some(Condition::Expression("Left.a = 'no' AND Right.a = 'no'".to_owned()));
        let methods = &mut project.workflows[0].steps[0].methods;
        [&mut methods.both_differ, &mut methods.only_in_source, &mut methods.only_in_destination][situation]
            .push(choice);
    }
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    assert_eq!(all(&systems.right()), before);
}

#[test]
fn simulating_writes_nothing_anywhere() {
    for direction in [Direction::ToTarget, Direction::ToCentral] {
        let systems = Systems::new(&filled(7, "left"), &filled(12, "right"));
        let project = project(&systems, direction);
        let before = systems.bytes();
        let files = || std::fs::read_dir(systems.left_file().parent().unwrap()).unwrap().count();
        assert_eq!(changes(&systems.simulate(&project)).len(), 12);
        assert_eq!(systems.simulate(&project).run.status, RunStatus::Done);
        assert!(systems.bytes() == before, "a file changed");
        assert_eq!(files(), 2);
    }
}

#[test]
fn the_later_of_two_rules_that_apply_wins() {
    let systems = Systems::new(
        &format!(
            "{TABLE} INSERT INTO p VALUES ('1', 'A', 'B', 'x'), ('2', 'A', 'B', 'y'), ('3', 'A', 'B', NULL), ('4', 'A', 'B', 'x');"
        ),
        &format!(
            "{TABLE} INSERT INTO p VALUES ('1', 'A', 'B', 'C'), ('2', 'A', 'B', 'C'), ('3', 'A', 'B', 'C');"
        ),
    );
    let mut project = project(&systems, Direction::ToTarget);
    let conditional = PropertyRule {
        condition: Some(Condition::Expression("Left.c = 'x'".to_owned())),
        ..PropertyRule::new("second", "b", "c")
    };
    project.mappings[0].rules = vec![rule("id", "id"), PropertyRule::new("first", "a", "c"), conditional];
    let found: Vec<String> = changes(&systems.simulate(&project))
        .iter()
        .flat_map(|change| change.properties.clone())
        .filter(|property| property.property == "c")
        .map(|property| format!("{} {}", property.rule, property.new))
        .collect();
    assert_eq!(found, ["second B", "second B", "first A", "first A"]);
    systems.run_well(&project);
    assert_eq!(rows(&systems.right(), "SELECT c FROM p ORDER BY id"), ["B", "A", "A", "B"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    // The other way round the unconditional rule wins always, and the check says so.
    project.mappings[0].rules.swap(1, 2);
    systems.run_well(&project);
    assert_eq!(rows(&systems.right(), "SELECT c FROM p ORDER BY id"), ["A"; 4]);
    assert!(syncwright_core::check::check(&project).iter().any(|finding| finding.code == "SW-C112"));
}

#[test]
fn a_failed_read_stops_the_step_before_any_write() {
    for (side, direction) in
        [("left", Direction::ToTarget), ("right", Direction::ToTarget), ("left", Direction::ToCentral)]
    {
        // The last object that is read holds a value that its column cannot hold.
        let table = "CREATE TABLE p (id TEXT PRIMARY KEY, a INTEGER, b TEXT, c TEXT);";
        let values: Vec<String> = (0..50).map(|n| format!("('p{n:03}', {n}, 'b', 'c')")).collect();
        let good = format!("{table} INSERT INTO p VALUES {};", values.join(", "));
        let systems = Systems::new(&good, &good);
        let mut project = project(&systems, direction);
        let broken = if side == "left" { systems.left() } else { systems.right() };
        broken.execute_batch("UPDATE p SET b = 'changed'; DELETE FROM p WHERE id < 'p005'; UPDATE p SET a = 'no number' WHERE id = 'p049'").unwrap();
        project.central.connection.fetch_batch_size = Some(1);
        project.target.connection.fetch_batch_size = Some(1);
        let before = (all(&systems.left()), all(&systems.right()));
        let report = systems.run(&project);
        assert_eq!(report.run.status, RunStatus::Failed, "{side}");
        let failure = report.failure.clone().unwrap();
        assert!(failure.text.contains("no number") && failure.code == "SW-D009", "{failure:?}");
        assert_eq!(report.total_writes(), 0);
        assert!((all(&systems.left()), all(&systems.right())) == before);
        // A table that is gone, and a file that is gone.
        broken.execute_batch("DROP TABLE p").unwrap();
        let folder = systems.left_file().parent().unwrap().to_owned();
        let silent = syncwright_core::progress::Silent;
        let cancel = syncwright_core::progress::CancelToken::default();
        let error = syncwright_core::sync::run(&project, &folder, GO, &silent, &cancel).unwrap_err();
        assert_eq!(error.exit_code(), 4, "{error}");
        drop(broken);
        std::fs::remove_file(if side == "left" { systems.left_file() } else { systems.right_file() })
            .unwrap();
        match simulate(&project, &folder, GO, &silent, &cancel) {
            Ok(report) => assert_eq!(report.run.status, RunStatus::Failed),
            Err(error) => assert_eq!(error.exit_code(), 4),
        }
    }
}

#[test]
fn an_empty_source_is_no_reason_to_delete() {
    for method in [Method::Delete, Method::MarkOutstanding] {
        let systems = Systems::new(&filled(0, ""), &filled(5, "right"));
        let mut project = project(&systems, Direction::ToTarget);
        let step = &mut project.workflows[0].steps[0];
        step.quotas = Quotas::default();
        step.methods.only_in_destination = vec![method.into()];
        let before = all(&systems.right());
        for report in [systems.simulate(&project), systems.run(&project)] {
            assert_eq!(report.run.status, RunStatus::QuotaExceeded);
            assert_eq!(report.steps[0].quota_exceeded[0].allowed, 0);
        }
        assert_eq!(all(&systems.right()), before);
    }
}

#[test]
fn a_shrunken_source_is_no_reason_to_delete() {
    let systems = Systems::new(&filled(20, "x"), &filled(20, "x"));
    let mut project = project(&systems, Direction::ToTarget);
    project.workflows[0].steps[0].quotas = Quotas::default();
    systems.run_well(&project);
    // One object to delete is within the quota, but nine of twenty is far fewer than last time.
    systems.left().execute_batch("DELETE FROM p WHERE id >= 'p009'").unwrap();
    systems.right().execute_batch("DELETE FROM p WHERE id > 'p009'").unwrap();
    let report = systems.run(&project);
    assert_eq!(report.run.status, RunStatus::QuotaExceeded, "{:#}", report.to_json());
    assert!(report.steps[0].quota_exceeded[0].reason.contains("20"));
    assert_eq!(all(&systems.right()).len(), 10);
    // A failed run in between does not make it the new measure, nor does one that stopped at the first error.
    let report = systems.run(&project);
    assert_eq!(report.run.status, RunStatus::QuotaExceeded);
    // Half of it is enough.
    systems.left().execute_batch("INSERT INTO p VALUES ('p010', 'x', 'b', 'c')").unwrap();
    assert_eq!(systems.run_well(&project).total_writes(), 2);
}

/// A run that ended before a step came to its turn says nothing about the objects of that step.
#[test]
fn a_run_that_stopped_early_is_not_the_measure() {
    let other = "CREATE TABLE o (id TEXT PRIMARY KEY, v TEXT CHECK (v <> 'bad'));";
    let left = format!(
        "{} {} INSERT INTO o VALUES ('1', 'ok');",
        filled(20, "x"),
        other.replace(" CHECK (v <> 'bad')", "")
    );
    let systems = Systems::new(&left, &format!("{} {other}", filled(20, "x")));
    let mut project = project(&systems, Direction::ToTarget);
    let first = mapping("o", "o", vec![by("id", pair("id", "id"))], vec![rule("id", "id"), rule("v", "v")]);
    project.mappings.insert(0, first);
    project.workflows[0].steps.insert(0, crate::fixture::step("o"));
    project.workflows[0].steps[1].quotas = Quotas::default();
    project.workflows[0].continue_on_error = false;
    systems.run_well(&project);
    systems.left().execute_batch("UPDATE o SET v = 'bad'").unwrap();
    assert_eq!(systems.run(&project).run.status, RunStatus::DoneWithErrors);
    systems.left().execute_batch("UPDATE o SET v = 'ok'; DELETE FROM p WHERE id >= 'p009'").unwrap();
    systems.right().execute_batch("DELETE FROM p WHERE id > 'p009'").unwrap();
    assert_eq!(systems.run(&project).run.status, RunStatus::QuotaExceeded);
    assert_eq!(all(&systems.right()).len(), 10);
}

#[test]
fn only_changed_columns_are_written() {
    let audit: Vec<String> = ["id", "a", "b", "c"]
        .iter()
        .map(|name| format!("CREATE TRIGGER t_{name} AFTER UPDATE OF {name} ON p BEGIN INSERT INTO audit VALUES (new.id || '.{name}'); END;"))
        .collect();
    let table =
        "CREATE TABLE p (id TEXT PRIMARY KEY, a TEXT, b TEXT, c TEXT); CREATE TABLE audit (what TEXT);";
    let systems = Systems::new(
        &format!(
            "{TABLE} INSERT INTO p VALUES ('1','a','b','c'), ('2','A','b','c'), ('3','a',NULL,'C'), ('4','A','B','C'), ('5','A','b','c');"
        ),
        &format!(
            "{table} INSERT INTO p VALUES ('1','a','b','c'), ('2','a','b','c'), ('3','a','b','c'), ('4','a','b','c'), ('5','a','b','c'); {}",
            audit.join(" ")
        ),
    );
    let project = project(&systems, Direction::ToTarget);
    systems.run_well(&project);
    assert_eq!(
        rows(&systems.right(), "SELECT what FROM audit ORDER BY 1"),
        ["2.a", "3.b", "3.c", "4.a", "4.b", "4.c", "5.a"]
    );
    systems.run_well(&project);
    assert_eq!(rows(&systems.right(), "SELECT count(*) FROM audit"), ["7"]);
}
