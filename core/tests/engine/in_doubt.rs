//! Batches of which nobody knows whether they were committed: the next run finds out by reading.
//!
//! A run is brought back to the state of a killed one: its index says that it goes on, its change list that
//! nothing is written yet, and its notes that the batch was begun. Which changes the database has is then up to
//! the test.

use std::{fs, path::PathBuf};

use sha2::{Digest as _, Sha256};
use syncwright_core::{
    journal::{self, ChangeList, JournalError},
    progress::{CancelToken, Silent},
    project::{Direction, Method, Methods, Project, VirtualKind},
    sync::{Change, ChangeStatus, RunReport, RunStatus, run},
    value::ValueType,
};

use crate::{
    fixture::{GO, Systems, by, mapping, messages, pair, rows, rule},
    members,
    opposite::groups,
    virtual_properties::{between, class, names, property},
};

fn run_folder(systems: &Systems, run: &str) -> PathBuf {
    systems.folder().join(".syncwright/runs").join(run)
}

/// The file with the change list that counts of the step at `position`.
fn list_file(systems: &Systems, run: &str, position: u32) -> PathBuf {
    let sql = "SELECT changes_file FROM sw_run_step WHERE run_id = ? AND position = ?";
    let name: String =
        systems.left().query_row(sql, rusqlite::params![run, position], |row| row.get(0)).unwrap();
    run_folder(systems, run).join(name)
}

/// Gives the changes of the step at `position` another status, as if the journal had it from the run.
fn set_statuses(systems: &Systems, run: &str, position: u32, status: impl Fn(usize) -> ChangeStatus) {
    let file = list_file(systems, run, position);
    let mut changes = ChangeList::load(&file).unwrap();
    changes.set_statuses(&(0..changes.len()).map(status).collect::<Vec<_>>()).unwrap();
    changes.save(&file).unwrap();
    let checksum: String =
        Sha256::digest(fs::read(&file).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
    let sql = "UPDATE sw_run_step SET changes_sha256 = ? WHERE run_id = ? AND position = ?";
    assert_eq!(systems.left().execute(sql, rusqlite::params![checksum, run, position]).unwrap(), 1);
}

/// Makes a run that was done one that was killed with these notes.
pub fn kill(systems: &Systems, report: &RunReport, notes: &str) {
    set_statuses(systems, &report.run.id, 0, |_| ChangeStatus::Planned);
    fs::write(run_folder(systems, &report.run.id).join("step-001.outcome"), notes).unwrap();
    for sql in [
        "UPDATE sw_run SET status = 'running', ended = NULL WHERE id = ?",
        "UPDATE sw_run_step SET summary = '{}' WHERE run_id = ?",
    ] {
        assert_eq!(systems.left().execute(sql, [&report.run.id]).unwrap(), 1);
    }
}

/// What the log says of that run once another one, which does nothing, has begun.
fn resolved(systems: &Systems, project: &Project, killed: &RunReport) -> RunReport {
    let mut quiet = project.clone();
    quiet.workflows[0].steps.iter_mut().for_each(|step| step.methods = Methods::default());
    let before = fs::read(systems.right_file()).unwrap();
    assert_eq!(systems.run_well(&quiet).total_writes(), 0);
    assert!(fs::read(systems.right_file()).unwrap() == before, "finding out writes nothing");
    let report = journal::report(project, systems.folder(), &killed.run.id).unwrap();
    assert_eq!(report.run.status, RunStatus::Interrupted);
    report
}

fn statuses(report: &RunReport) -> Vec<(String, Method, ChangeStatus)> {
    let status = |change: Change| (change.display, change.method, change.status);
    report.steps[0].changes.iter().map(status).collect()
}

const TABLE: &str = "CREATE TABLE p (id TEXT PRIMARY KEY, name TEXT, n INTEGER, secret TEXT);";

fn people() -> (Systems, Project) {
    let systems = Systems::new(
        &format!(
            "{TABLE} INSERT INTO p VALUES ('i1', 'a', 1, NULL), ('i2', '', 2, NULL), ('i3', 'c', 3, NULL),
             ('u1', 'new', 1, NULL), ('u2', 'new', 2, NULL), ('u3', 'new', 3, NULL), ('u4', 'new', 4, 'new'),
             ('u5', 'x', 5, 'new'), ('u6', 'new', 6, NULL);"
        ),
        &format!(
            "{TABLE} INSERT INTO p VALUES ('u1', 'old', 1, NULL), ('u2', 'old', 2, NULL), ('u3', 'old', 0, NULL),
             ('u4', 'old', 4, 'old'), ('u5', 'x', 5, 'old'), ('u6', 'old', 6, NULL), ('d1', 'd', 1, NULL),
             ('d2', 'd', 2, NULL);"
        ),
    );
    let rules = ["id", "name", "n", "secret"].map(|name| rule(name, name)).to_vec();
    let people = mapping("p", "p", vec![by("id", pair("id", "id"))], rules);
    let mut project = systems.project(Direction::ToTarget, vec![people]);
    for system in [&mut project.central, &mut project.target] {
        let secret = system.schema.types[0].properties.iter_mut().find(|one| one.name == "secret");
        secret.unwrap().sensitive = true;
    }
    (systems, project)
}

#[test]
fn the_database_tells_what_was_written() {
    use ChangeStatus::{Done, NotWritten, Unknown};
    let (systems, project) = people();
    let report = systems.run_well(&project);
    assert_eq!(report.total_writes(), 11);
    kill(&systems, &report, "begin 0 3\nbegin 3 9\nbegin 9 11\n");
    systems
        .right()
        .execute_batch(
            "DELETE FROM p WHERE id = 'i2'; UPDATE p SET name = 'somebody else' WHERE id = 'i3';
             UPDATE p SET name = 'old' WHERE id = 'u2'; UPDATE p SET name = 'old' WHERE id = 'u3';
             DELETE FROM p WHERE id = 'u6'; INSERT INTO p VALUES ('d2', 'd', 2, NULL);",
        )
        .unwrap();
    let found = resolved(&systems, &project, &report);
    let expected = [
        ("i1", Method::Insert, Done),
        ("i2", Method::Insert, NotWritten),
        ("i3", Method::Insert, Unknown),
        ("u1", Method::Update, Done),
        ("u2", Method::Update, NotWritten),
        // Half of it: name as before, number as after.
        ("u3", Method::Update, Unknown),
        // The secret is not in the list; the name tells.
        ("u4", Method::Update, Done),
        // Nothing but the secret.
        ("u5", Method::Update, Unknown),
        ("u6", Method::Update, Unknown),
        ("d1", Method::Delete, Done),
        ("d2", Method::Delete, NotWritten),
    ];
    assert_eq!(statuses(&found), expected.map(|(name, method, status)| (name.to_owned(), method, status)));
    let writes = found.steps[0].writes;
    assert_eq!((writes.insert, writes.update, writes.delete, writes.failed), (1, 2, 1, 0));
    let told = messages(&found, "SW-R115");
    assert_eq!(told.len(), 3);
    assert!(told[1].contains("batch of 6; by what the systems hold 2 of its changes are written, 1 are not"));
    assert_eq!(messages(&found, "SW-R116").len(), 4);
    // What is found out once stays.
    let again = resolved(&systems, &project, &report);
    assert_eq!(statuses(&again), statuses(&found));
}

#[test]
fn batches_that_were_done_are_not_looked_at() {
    use ChangeStatus::{Done, Failed, NotWritten};
    let (systems, project) = people();
    let report = systems.run_well(&project);
    kill(&systems, &report, "begin 0 3\nfailed 1\ndone 0 3\nbegin 3 4\ndone 3 4\n");
    // Somebody changed them since; the run wrote them all the same.
    systems.right().execute_batch("UPDATE p SET name = 'later'").unwrap();
    let found = resolved(&systems, &project, &report);
    let expected: Vec<_> = [Done, Failed, Done, Done].into_iter().chain([NotWritten; 7]).collect();
    assert_eq!(statuses(&found).into_iter().map(|one| one.2).collect::<Vec<_>>(), expected);
    assert_eq!((found.steps[0].writes.insert, found.steps[0].writes.failed), (2, 1));
    assert_eq!(messages(&found, "SW-R115"), Vec::<String>::new());
}

#[test]
fn keys_that_the_database_gives_and_references() {
    use ChangeStatus::{Done, NotWritten, Unknown};
    let systems = Systems::new(
        "CREATE TABLE p (code TEXT PRIMARY KEY, name TEXT, boss TEXT REFERENCES p (code));
         INSERT INTO p VALUES ('a', 'A', NULL), ('b', 'B', 'a'), ('c', 'C', 'a');",
        "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT, name TEXT);
         INSERT INTO p (code, name) VALUES ('a', 'A');",
    );
    let rules = vec![rule("code", "code"), rule("name", "name")];
    let people = mapping("p", "p", vec![by("code", pair("code", "code"))], rules);
    let project = systems.project(Direction::ToTarget, vec![people]);
    let report = systems.run_well(&project);
    assert_eq!(report.total_writes(), 2);
    for (sql, expected) in [
        ("", [Done, Done]),
        ("DELETE FROM p WHERE code = 'b'", [NotWritten, Done]),
        ("INSERT INTO p (code, name) VALUES ('c', 'C')", [NotWritten, Unknown]),
    ] {
        kill(&systems, &report, "begin 0 2\n");
        systems.right().execute_batch(sql).unwrap();
        let found = resolved(&systems, &project, &report);
        assert_eq!(statuses(&found).into_iter().map(|one| one.2).collect::<Vec<_>>(), expected, "{sql}");
    }
}

#[test]
fn nobody_knows_about_members() {
    let systems = members::systems(
        "INSERT INTO l VALUES (1, 'ann;bob'), (2, 'cid');",
        "INSERT INTO q VALUES (1); INSERT INTO member VALUES (1, 1);",
    );
    let project = members::project(&systems);
    let report = systems.run_well(&project);
    assert_eq!(report.total_writes(), 2);
    // The new group is noted as done, but members are written when all groups are there.
    kill(&systems, &report, "begin 0 1\ndone 0 1\nbegin 1 2\n");
    let found = resolved(&systems, &project, &report);
    let found_statuses: Vec<_> = statuses(&found).into_iter().map(|one| (one.1, one.2)).collect();
    let unknown = ChangeStatus::Unknown;
    assert_eq!(found_statuses, [(Method::Insert, unknown), (Method::Update, unknown)]);
    assert_eq!(messages(&found, "SW-R116").len(), 2);
    assert_eq!(found.steps[0].writes.total(), 0);
}

#[test]
fn corrections_in_doubt_are_looked_up_on_their_side() {
    let (systems, project) = groups(true, true, false);
    let report = systems.run_well(&project);
    assert_eq!(report.steps[1].writes.update, 1);
    for (manager, expected) in [
        ("ann", ChangeStatus::Done),
        ("eve", ChangeStatus::NotWritten),
        ("somebody else", ChangeStatus::Unknown),
    ] {
        set_statuses(&systems, &report.run.id, 1, |_| ChangeStatus::Planned);
        fs::write(run_folder(&systems, &report.run.id).join("step-002.outcome"), "begin 0 1\n").unwrap();
        systems
            .left()
            .execute("UPDATE sw_run SET status = 'running', ended = NULL WHERE id = ?", [&report.run.id])
            .unwrap();
        systems.right().execute("UPDATE grp SET manager = ? WHERE name = 'sales'", [manager]).unwrap();
        let found = resolved(&systems, &project, &report);
        assert_eq!(found.steps[1].changes.get(0).unwrap().status, expected, "{manager}");
    }
}

#[test]
fn labels_in_doubt() {
    let (systems, mut project) = people();
    project.workflows[0].steps[0].methods =
        Methods { only_in_destination: vec![Method::MarkOutstanding.into()], ..Methods::default() };
    project.workflows[0].steps[0].quotas = syncwright_core::project::Quotas {
        mark_outstanding: Some(syncwright_core::project::Quota::default()),
        ..Default::default()
    };
    let report = systems.run_well(&project);
    assert_eq!(report.steps[0].writes.mark_outstanding, 2);
    kill(&systems, &report, "begin 0 2\n");
    systems.left().execute_batch(r#"DELETE FROM sw_outstanding WHERE object_key = '{"id":"d1"}'"#).unwrap();
    let found = resolved(&systems, &project, &report);
    let found: Vec<_> = statuses(&found).into_iter().map(|one| one.2).collect();
    assert_eq!(found, [ChangeStatus::NotWritten, ChangeStatus::Done]);
}

#[test]
fn a_run_whose_files_are_gone_is_marked_all_the_same() {
    let (systems, project) = people();
    let report = systems.run_well(&project);
    kill(&systems, &report, "begin 0 3\n");
    fs::remove_dir_all(run_folder(&systems, &report.run.id)).unwrap();
    systems.run_well(&project);
    let states = rows(&systems.left(), "SELECT status FROM sw_run ORDER BY id");
    assert_eq!(states, ["interrupted", "done"]);
}

/// Whoever wrote into the list of a killed run does not get a checksum for it.
#[test]
fn a_damaged_list_of_a_killed_run_is_told() {
    let (systems, project) = people();
    let report = systems.run_well(&project);
    kill(&systems, &report, "begin 0 3\n");
    let file = list_file(&systems, &report.run.id, 0);
    let mut changes = ChangeList::load(&file).unwrap();
    changes.set_statuses(&vec![ChangeStatus::Failed; changes.len()]).unwrap();
    changes.save(&file).unwrap();
    systems.run_well(&project);
    let error = journal::report(&project, systems.folder(), &report.run.id).unwrap_err();
    assert!(matches!(&error, JournalError::Damaged { path } if *path == file), "{error}");
    let states = rows(&systems.left(), "SELECT status FROM sw_run ORDER BY id");
    assert_eq!(states, ["interrupted", "done"]);
}

/// Makes a run that was done one that failed because the answer to a commit did not come, with the statuses that
/// this leaves.
fn lose_an_answer(systems: &Systems, report: &RunReport, notes: &str, statuses: &[ChangeStatus]) {
    set_statuses(systems, &report.run.id, 0, |index| statuses[index]);
    fs::write(run_folder(systems, &report.run.id).join("step-001.outcome"), notes).unwrap();
    for sql in [
        "UPDATE sw_run SET status = 'failed' WHERE id = ?",
        "UPDATE sw_run_step SET summary = '{}' WHERE run_id = ?",
    ] {
        assert_eq!(systems.left().execute(sql, [&report.run.id]).unwrap(), 1);
    }
}

#[test]
fn the_next_run_finds_out_what_a_lost_answer_said() {
    use ChangeStatus::{Done, NotWritten, Unknown};
    let (systems, mut project) = people();
    let report = systems.run_well(&project);
    let mut statuses = vec![Unknown; 3];
    statuses.extend([NotWritten; 8]);
    lose_an_answer(&systems, &report, "begin 0 3\n", &statuses);
    systems
        .right()
        .execute_batch("DELETE FROM p WHERE id = 'i2'; UPDATE p SET name = 'somebody else' WHERE id = 'i3'")
        .unwrap();
    project.workflows[0].steps[0].methods = Methods::default();
    for _ in 0..2 {
        systems.run_well(&project);
        let found = journal::report(&project, systems.folder(), &report.run.id).unwrap();
        assert_eq!(found.run.status, RunStatus::Failed, "it is known why that run ended");
        let mut expected = vec![Done, NotWritten, Unknown];
        expected.extend([NotWritten; 8]);
        assert_eq!(statuses_of(&found), expected);
        assert_eq!(found.steps[0].writes.insert, 1);
        let told = messages(&found, "SW-R115");
        assert!(told.len() == 1 && told[0].starts_with("no answer came to the commit of a batch of 3"));
        assert_eq!(messages(&found, "SW-R116").len(), 1);
    }
}

fn statuses_of(report: &RunReport) -> Vec<ChangeStatus> {
    statuses(report).into_iter().map(|one| one.2).collect()
}

/// Members come after all objects: of one whose row was in doubt none is written.
#[test]
fn an_object_found_after_a_lost_answer_has_no_members_yet() {
    let systems = members::systems("INSERT INTO l VALUES (1, 'ann');", "");
    let project = members::project(&systems);
    let report = systems.run_well(&project);
    lose_an_answer(&systems, &report, "begin 0 1\n", &[ChangeStatus::Unknown]);
    systems.right().execute_batch("DELETE FROM member").unwrap();
    systems.run_well(&project);
    let found = journal::report(&project, systems.folder(), &report.run.id).unwrap();
    assert_eq!(statuses_of(&found), [ChangeStatus::PartlyWritten]);
    assert_eq!(rows(&systems.right(), "SELECT grp, account FROM member"), ["1|1"]);
}

/// A run that renames an object of a remembered pair.
fn rename() -> (Systems, Project, RunReport) {
    let systems = Systems::new(
        "CREATE TABLE employee (id INTEGER PRIMARY KEY, number TEXT); INSERT INTO employee VALUES (1, 'a');",
        "CREATE TABLE person (number TEXT PRIMARY KEY); INSERT INTO person VALUES ('a');",
    );
    let people = mapping(
        "employee",
        "person",
        vec![by("number", pair("number", "number"))],
        vec![rule("number", "number")],
    );
    let mut project = systems.project(Direction::ToTarget, vec![people]);
    project.mappings[0].remember_pairs = true;
    systems.run_well(&project);
    systems.left().execute_batch("UPDATE employee SET number = 'b'").unwrap();
    let report = systems.run_well(&project);
    (systems, project, report)
}

/// Forgets the new key, as if it had not been remembered, and expects that it is known all the same.
fn is_remembered(systems: &Systems, project: &Project, why: &str) {
    let left = systems.left();
    assert_eq!(left.execute("UPDATE sw_pair SET right_key = 'a' WHERE right_key = 'b'", []).unwrap(), 1);
    left.execute_batch("UPDATE employee SET number = 'c'").unwrap();
    let next = systems.run_well(project);
    let methods: Vec<Method> = next.steps[0].changes.iter().map(|change| change.method).collect();
    assert_eq!(methods, [Method::Update], "{why}");
    assert_eq!(rows(&left, "SELECT left_key, right_key, how FROM sw_pair"), ["1|c|matched"]);
}

/// A rename that was written, and then the run was killed before its pair was remembered.
#[test]
fn pairs_are_remembered_as_a_killed_run_left_them() {
    for (notes, planned) in
        [("begin 0 1\n", true), ("begin 0 1\ndone 0 1\n", true), ("begin 0 1\ndone 0 1\n", false)]
    {
        let (systems, project, report) = rename();
        kill(&systems, &report, notes);
        if !planned {
            // It came as far as its change list.
            set_statuses(&systems, &report.run.id, 0, |_| ChangeStatus::Done);
        }
        is_remembered(&systems, &project, &format!("{notes:?}, {planned}"));
    }
}

/// The run that looked up what a lost answer had said was killed before it remembered the pair.
#[test]
fn pairs_are_remembered_where_a_lost_answer_was_looked_up_already() {
    let (systems, project, report) = rename();
    lose_an_answer(&systems, &report, "begin 0 1\n", &[ChangeStatus::Done]);
    is_remembered(&systems, &project, "the change is done, its batch in doubt");
    let notes = fs::read_to_string(run_folder(&systems, &report.run.id).join("step-001.outcome")).unwrap();
    assert_eq!(notes, "begin 0 1\ndone 0 1\n");
}

/// The central database refuses once to take what became of the changes; it takes it when the run ends.
#[test]
fn a_step_that_could_not_be_saved_is_saved_at_the_end() {
    let systems = Systems::new(
        "CREATE TABLE p (id TEXT PRIMARY KEY); INSERT INTO p VALUES ('a');",
        "CREATE TABLE p (id TEXT PRIMARY KEY); INSERT INTO p VALUES ('a');",
    );
    let people = mapping("p", "p", vec![by("id", pair("id", "id"))], vec![rule("id", "id")]);
    let mut project = systems.project(Direction::ToTarget, vec![people]);
    project.mappings[0].remember_pairs = true;
    systems.run_well(&project);
    // The pair of the new object is remembered after its step could not be saved.
    systems
        .left()
        .execute_batch(
            r#"INSERT INTO p VALUES ('b');
            CREATE TRIGGER refuse BEFORE INSERT ON sw_run_step
                WHEN NEW.summary LIKE '%"insert":1%' AND (SELECT count(*) FROM sw_pair) = 1
                BEGIN SELECT RAISE(ABORT, 'not now'); END"#,
        )
        .unwrap();
    let report = systems.run(&project);
    assert_eq!(report.run.status, RunStatus::Failed, "{:#}", report.to_json());
    assert_eq!(rows(&systems.right(), "SELECT id FROM p ORDER BY id"), ["a", "b"]);
    assert_eq!(rows(&systems.left(), "SELECT count(*) FROM sw_pair"), ["2"]);
    let logged = journal::report(&project, systems.folder(), &report.run.id).unwrap();
    assert_eq!(logged.run.status, RunStatus::Failed);
    assert_eq!(statuses_of(&logged), [ChangeStatus::Done]);
    assert_eq!(logged.steps[0].writes.insert, 1);
}

/// Departments below one whose key the database gives: their references wait for the end of the step.
fn departments() -> (Systems, Project) {
    let systems = Systems::new(
        "CREATE TABLE d (code TEXT PRIMARY KEY, name TEXT, parent TEXT);
         INSERT INTO d VALUES ('a', 'A', NULL), ('b', 'B', 'a'), ('u', 'U', 'a'), ('v', 'new', 'a');",
        "CREATE TABLE department (id INTEGER PRIMARY KEY, code TEXT UNIQUE, name TEXT,
            parent INTEGER REFERENCES department (id));
         INSERT INTO department VALUES (1, 'u', 'U', NULL), (2, 'v', 'old', NULL);",
    );
    let rules = vec![rule("code", "code"), rule("name", "name"), between("parent", "vrtParent")];
    let departments = mapping("d", "with parent", vec![by("code", pair("code", "code"))], rules);
    let mut project = systems.project(Direction::ToTarget, vec![departments]);
    let parent = VirtualKind::KeyResolution { reference: names(&["parent"]), property: "code".to_owned() };
    let parent = property("vrtParent", ValueType::String, parent);
    project.target.schema.classes.push(class("with parent", "department", vec![parent]));
    project.target.schema.types[0].display_template = Some("%code%".to_owned());
    (systems, project)
}

#[test]
fn references_that_wait_for_the_end_of_the_step() {
    use ChangeStatus::{Done, NotWritten, PartlyWritten};
    let (systems, project) = departments();
    let report = systems.run_well(&project);
    assert_eq!((report.steps[0].writes.insert, report.steps[0].writes.update), (2, 2));
    let notes = fs::read_to_string(run_folder(&systems, &report.run.id).join("step-001.outcome")).unwrap();
    let lines: Vec<&str> = notes.lines().collect();
    let is_begin = |line: &&str, words: usize| line.starts_with("begin ") && line.split(' ').count() == words;
    let written = lines.iter().position(|line| is_begin(line, 2)).unwrap();
    let begun = lines[written..].iter().take_while(|line| is_begin(line, 2)).count();
    assert_eq!(begun, 3, "{notes}");
    let batches: Vec<&str> = lines.iter().filter(|line| is_begin(line, 3)).copied().collect();
    let waiting = |name: &str| match name {
        "a" => Done,
        "u" => NotWritten,
        _ => PartlyWritten,
    };
    let look = |lines: &[&str], is_set: bool| {
        kill(&systems, &report, &format!("{}\n", lines.join("\n")));
        let found = resolved(&systems, &project, &report);
        for (name, _, status) in statuses(&found) {
            assert_eq!(status, if is_set { Done } else { waiting(&name) }, "{name}: {lines:?}");
        }
        let writes = found.steps[0].writes;
        assert_eq!((writes.insert, writes.update), (2, if is_set { 2 } else { 1 }), "{lines:?}");
        assert_eq!(messages(&found, "SW-R116"), Vec::<String>::new());
    };
    // Killed when all was noted; before it was noted that the references are set; and in the middle of a batch.
    look(&lines, true);
    look(&lines[..written + begun], true);
    look(&batches, true);
    // Killed before they are set, and the same.
    systems.right().execute_batch("UPDATE department SET parent = NULL").unwrap();
    look(&lines[..written], false);
    look(&lines[..written + begun], false);
    look(&batches, false);
}

/// Notes that are there and cannot be read are not the notes of a run that wrote nothing.
#[test]
fn without_readable_notes_nobody_knows() {
    let (systems, project) = people();
    let report = systems.run_well(&project);
    kill(&systems, &report, "");
    let outcome = run_folder(&systems, &report.run.id).join("step-001.outcome");
    fs::remove_file(&outcome).unwrap();
    fs::create_dir(&outcome).unwrap();
    let found = resolved(&systems, &project, &report);
    assert_eq!(statuses_of(&found), [ChangeStatus::Unknown; 11]);
    let told = messages(&found, "SW-R115");
    assert!(told.len() == 1 && told[0].contains("cannot be read") && told[0].ends_with("step-001.outcome"));
}

/// Who cannot look now leaves the run for somebody who can.
#[test]
fn a_run_that_cannot_be_looked_into_now_stays_unfinished() {
    let systems = Systems::new(
        "CREATE TABLE p (code TEXT PRIMARY KEY); INSERT INTO p VALUES ('a');",
        "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT);",
    );
    let people = mapping("p", "p", vec![by("code", pair("code", "code"))], vec![rule("code", "code")]);
    let mut project = systems.project(Direction::ToTarget, vec![people]);
    // Who reads looks at the cancel switch after every block.
    project.target.connection.fetch_batch_size = Some(1);
    let report = systems.run_well(&project);
    kill(&systems, &report, "begin 0 1\n");
    let cancelled = CancelToken::default();
    cancelled.cancel();
    let error = run(&project, systems.folder(), GO, &Silent, &cancelled).unwrap_err();
    assert_eq!(error.exit_code(), 130, "{error}");
    assert_eq!(rows(&systems.left(), "SELECT status FROM sw_run ORDER BY id"), ["running"]);
    let found = resolved(&systems, &project, &report);
    assert_eq!(statuses_of(&found), [ChangeStatus::Done]);
}
