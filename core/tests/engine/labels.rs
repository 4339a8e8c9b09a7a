//! Outstanding objects: marked, left alone, and reset when they are back.

use syncwright_core::{
    project::{Direction, Method, Project, Quota},
    sync::{RunStatus, Situations},
};

use crate::fixture::{Systems, by, changes, mapping, pair, rows, rule};

const TABLE: &str = "CREATE TABLE p (id TEXT PRIMARY KEY, name TEXT);";

/// Ten central persons, all known to the target system.
fn ten() -> Systems {
    let values: Vec<String> = (0..10).map(|n| format!("('p{n}', 'name {n}')")).collect();
    let sql = format!("{TABLE} INSERT INTO p VALUES {};", values.join(", "));
    Systems::new(&sql, &sql)
}

fn marking(systems: &Systems, direction: Direction) -> Project {
    let mapping =
        mapping("p", "p", vec![by("id", pair("id", "id"))], vec![rule("id", "id"), rule("name", "name")]);
    let mut project = systems.project(direction, vec![mapping]);
    let step = &mut project.workflows[0].steps[0];
    step.methods.only_in_destination = vec![Method::MarkOutstanding.into()];
    project
}

fn labels(systems: &Systems) -> Vec<String> {
    rows(&systems.left(), "SELECT side, schema_type, object_key FROM sw_outstanding ORDER BY 1, 2, 3")
}

#[test]
fn marked_left_alone_and_reset() {
    for direction in [Direction::ToCentral, Direction::ToTarget] {
        let systems = ten();
        let project = marking(&systems, direction);
        let (source, destination) = match direction {
            Direction::ToTarget => (systems.left(), systems.right()),
            Direction::ToCentral => (systems.right(), systems.left()),
        };
        source.execute_batch("DELETE FROM p WHERE id = 'p3'").unwrap();
        let report = systems.run_well(&project);
        assert_eq!((report.total_writes(), report.steps[0].writes.mark_outstanding), (1, 1));
        assert_eq!(labels(&systems), [format!("{}|p|{{\"id\":\"p3\"}}", direction.destination().id())]);
        assert_eq!(rows(&destination, "SELECT count(*) FROM p"), ["10"]);

        // It stays labelled and is neither marked again nor deleted, whatever the step would do now.
        for method in [Method::MarkOutstanding, Method::Delete] {
            let mut project = project.clone();
            project.workflows[0].steps[0].methods.only_in_destination = vec![method.into()];
            let report = systems.run_well(&project);
            assert_eq!(report.total_writes(), 0);
            let expected = Situations { both_equal: 9, outstanding: 1, ..Situations::default() };
            assert_eq!(report.steps[0].situations, expected);
        }
        assert_eq!(labels(&systems).len(), 1);
        assert_eq!(rows(&destination, "SELECT count(*) FROM p"), ["10"]);

        // It is back: the label goes, and what differs is written.
        source.execute_batch("INSERT INTO p VALUES ('p3', 'renamed')").unwrap();
        let report = systems.run_well(&project);
        assert_eq!((report.steps[0].writes.update, report.steps[0].writes.reset_outstanding), (1, 1));
        assert_eq!(labels(&systems), Vec::<String>::new());
        assert_eq!(rows(&destination, "SELECT name FROM p WHERE id = 'p3'"), ["renamed"]);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
    }
}

#[test]
fn a_label_stays_if_nothing_resets_it() {
    let systems = ten();
    let mut project = marking(&systems, Direction::ToCentral);
    systems.right().execute_batch("DELETE FROM p WHERE id = 'p3'").unwrap();
    systems.run_well(&project);
    systems.right().execute_batch("INSERT INTO p VALUES ('p3', 'name 3')").unwrap();
    project.workflows[0].steps[0].methods.outstanding_returned.clear();
    let report = systems.run_well(&project);
    assert_eq!(report.total_writes(), 0);
    assert_eq!(report.steps[0].situations.outstanding_returned, 1);
    assert_eq!(labels(&systems).len(), 1);
}

#[test]
fn marking_has_a_quota_of_its_own() {
    let systems = ten();
    let mut project = marking(&systems, Direction::ToCentral);
    systems.right().execute_batch("DELETE FROM p WHERE id IN ('p1', 'p2', 'p3')").unwrap();
    let report = systems.run(&project);
    assert_eq!(report.run.status, RunStatus::QuotaExceeded);
    let exceeded = &report.steps[0].quota_exceeded[0];
    assert_eq!((exceeded.method, exceeded.planned, exceeded.allowed), (Method::MarkOutstanding, 3, 2));
    assert_eq!(labels(&systems), Vec::<String>::new());
    project.workflows[0].steps[0].quotas.mark_outstanding = Some(Quota { percent: None, count: Some(3) });
    assert_eq!(systems.run_well(&project).total_writes(), 3);
    assert!(changes(&systems.simulate(&project)).is_empty());
}

/// As another program writes them; neither may the object be there twice, nor may it go.
#[test]
fn a_label_in_two_spellings_is_one_label() {
    let table = "CREATE TABLE p (id GUID PRIMARY KEY, name TEXT);";
    let guid = |number: u8| format!("6f9619ff-8b86-d011-b42d-00c04fc964{number:02x}");
    let one = |number: u8| format!("INSERT INTO p VALUES ('{}', 'name');", guid(number));
    let all: String = (0..10).map(one).collect();
    let systems = Systems::new(&format!("{table} {}", all.replace(&one(3), "")), &format!("{table} {all}"));
    let mut project = marking(&systems, Direction::ToTarget);
    systems.run_well(&project);
    let spelt = [guid(3).to_uppercase(), format!("{{{}}}", guid(3))];
    systems.left().execute_batch("DELETE FROM sw_outstanding").unwrap();
    for key in spelt {
        let sql =
            "INSERT INTO sw_outstanding VALUES ('R', 'right', 'p', json_object('id', ?1), '2026-01-01', 'x')";
        systems.left().execute(sql, [key]).unwrap();
    }
    project.workflows[0].steps[0].methods.only_in_destination = vec![Method::Delete.into()];
    let report = systems.run_well(&project);
    let expected = Situations { both_equal: 9, outstanding: 1, ..Situations::default() };
    assert_eq!(report.steps[0].situations, expected);
    assert_eq!(rows(&systems.right(), "SELECT count(*) FROM p"), ["10"]);
}
