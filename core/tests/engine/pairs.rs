//! Remembered pairs: a changed key is a rename.

use std::{fs, time::Instant};

use syncwright_core::{
    connect::OpenMode,
    journal::{Journal, PairOrigin},
    project::{AutoFill, Direction, Mapping, Method, Project},
    sync::{Change, RunStatus},
};

use crate::fixture::{Systems, by, changes, mapping, messages, pair, rows, rule};

/// Human resources know employees by a number of their own; the other side by the employee number.
const SOURCE: &str = "CREATE TABLE employee (id INTEGER PRIMARY KEY, number TEXT, name TEXT);
    INSERT INTO employee VALUES (1, 'e1', 'Ada'), (2, 'e2', 'Bob'), (3, 'e3', 'Cy');";
const DESTINATION: &str = "CREATE TABLE person (number TEXT PRIMARY KEY, name TEXT);
    INSERT INTO person VALUES ('e1', 'Ada'), ('e2', 'Bob'), ('e3', 'Cy');";

fn systems(direction: Direction) -> Systems {
    match direction {
        Direction::ToTarget => Systems::new(SOURCE, DESTINATION),
        Direction::ToCentral => Systems::new(DESTINATION, SOURCE),
    }
}

/// Systems and a project that has been run once into the target system.
fn remembering() -> (Systems, Project) {
    let systems = systems(Direction::ToTarget);
    let project = project(&systems, Direction::ToTarget);
    systems.run_well(&project);
    (systems, project)
}

fn project(systems: &Systems, direction: Direction) -> Project {
    let (left, right) = match direction {
        Direction::ToTarget => ("employee", "person"),
        Direction::ToCentral => ("person", "employee"),
    };
    let rules = vec![rule("number", "number"), rule("name", "name")];
    let people = mapping(left, right, vec![by("number", pair("number", "number"))], rules);
    let people = Mapping { name: "people".to_owned(), remember_pairs: true, ..people };
    systems.project(direction, vec![people])
}

/// Source and destination.
fn databases(systems: &Systems, direction: Direction) -> (rusqlite::Connection, rusqlite::Connection) {
    match direction {
        Direction::ToTarget => (systems.left(), systems.right()),
        Direction::ToCentral => (systems.right(), systems.left()),
    }
}

fn remembered(systems: &Systems) -> Vec<String> {
    rows(&systems.left(), "SELECT left_key, right_key, how FROM sw_pair ORDER BY 1")
}

fn methods(changes: &[Change]) -> Vec<Method> {
    changes.iter().map(|change| change.method).collect()
}

const BOTH: [Direction; 2] = [Direction::ToTarget, Direction::ToCentral];

#[test]
fn a_changed_key_is_a_rename() {
    for direction in BOTH {
        let systems = systems(direction);
        let project = project(&systems, direction);
        let (source, destination) = databases(&systems, direction);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
        assert_eq!(remembered(&systems).len(), 3);
        source.execute_batch("UPDATE employee SET number = 'x2' WHERE id = 2").unwrap();

        let mut without = project.clone();
        without.mappings[0].remember_pairs = false;
        let found = changes(&systems.simulate(&without));
        assert_eq!(methods(&found), [Method::Insert, Method::Delete], "{direction:?}");

        let report = systems.run_well(&project);
        let found = changes(&report);
        assert_eq!(methods(&found), [Method::Update], "{direction:?}");
        let [number] = found[0].properties.as_slice() else { panic!("{found:?}") };
        assert_eq!((number.old.to_string(), number.new.to_string()), ("e2".to_owned(), "x2".to_owned()));
        assert_eq!(
            rows(&destination, "SELECT number, name FROM person ORDER BY 1"),
            ["e1|Ada", "e3|Cy", "x2|Bob"]
        );
        let expected = match direction {
            Direction::ToTarget => ["1|e1|matched", "2|x2|matched", "3|e3|matched"],
            Direction::ToCentral => ["e1|1|matched", "e3|3|matched", "x2|2|matched"],
        };
        assert_eq!(remembered(&systems), expected);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
        assert_eq!(remembered(&systems), expected);
    }
}

#[test]
fn off_by_default_and_simulations_write_nothing() {
    let systems = systems(Direction::ToTarget);
    let mut project = project(&systems, Direction::ToTarget);
    project.mappings[0].remember_pairs = false;
    systems.run_well(&project);
    assert_eq!(remembered(&systems), Vec::<String>::new());
    project.mappings[0].remember_pairs = true;
    let before = systems.bytes();
    assert!(changes(&systems.simulate(&project)).is_empty());
    assert!(systems.bytes() == before);
}

#[test]
fn a_quiet_run_writes_no_pairs() {
    let (systems, project) = remembering();
    let pairs = || rows(&systems.left(), "SELECT *, rowid FROM sw_pair ORDER BY left_key");
    let before = pairs();
    systems.run_well(&project);
    assert_eq!(pairs(), before);
}

#[test]
fn inserted_and_deleted_objects() {
    for direction in BOTH {
        let systems = systems(direction);
        let project = project(&systems, direction);
        let (source, _) = databases(&systems, direction);
        systems.run_well(&project);
        source
            .execute_batch("INSERT INTO employee VALUES (4, 'e4', 'Di'); DELETE FROM employee WHERE id = 1")
            .unwrap();
        assert_eq!(systems.run_well(&project).total_writes(), 2);
        let expected = match direction {
            Direction::ToTarget => ["2|e2|matched", "3|e3|matched", "4|e4|inserted"],
            Direction::ToCentral => ["e2|2|matched", "e3|3|matched", "e4|4|inserted"],
        };
        assert_eq!(remembered(&systems), expected);
        // What was inserted is renamed, too.
        source.execute_batch("UPDATE employee SET number = 'x4' WHERE id = 4").unwrap();
        assert_eq!(methods(&changes(&systems.run_well(&project))), [Method::Update]);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
    }
}

#[test]
fn both_gone_is_forgotten_and_one_gone_is_matched_again() {
    let systems = systems(Direction::ToTarget);
    let mut project = project(&systems, Direction::ToTarget);
    project.workflows[0].steps[0].methods.only_in_destination.clear();
    systems.run_well(&project);
    // 1 is gone everywhere; 2 was entered again under another id, so that the person is there and its partner is
    // not; 3 is gone from the source only, and nothing is done about it.
    systems
        .left()
        .execute_batch("DELETE FROM employee WHERE id IN (1, 3); UPDATE employee SET id = 20 WHERE id = 2")
        .unwrap();
    systems.right().execute_batch("DELETE FROM person WHERE number = 'e1'").unwrap();
    let simulated = systems.simulate(&project);
    assert_eq!(remembered(&systems).len(), 3);
    let report = systems.run_well(&project);
    for report in [&simulated, &report] {
        let told = messages(report, "SW-R113");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].ends_with("is gone: 2; it is paired with 20 now"), "{told:?}");
    }
    // The third may come back.
    assert_eq!(remembered(&systems), ["20|e2|matched", "3|e3|matched"]);
    assert_eq!(messages(&systems.run_well(&project), "SW-R113"), Vec::<String>::new());
}

#[test]
fn a_pair_comes_before_the_rules() {
    let (systems, project) = remembering();
    // Two people swap their numbers: by rules Ada would become Bob.
    systems
        .left()
        .execute_batch(
            "UPDATE employee SET number = 'e9' WHERE id = 1; UPDATE employee SET number = 'e1' WHERE id = 2",
        )
        .unwrap();
    let report = systems.run(&project);
    // e2 → e1 before e1 → e9, or the other way round: the database refuses one order, the next run gets on.
    let ended = if report.run.status == RunStatus::Done { report } else { systems.run_well(&project) };
    assert!(changes(&ended).iter().all(|change| change.method == Method::Update));
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    assert_eq!(
        rows(&systems.right(), "SELECT number, name FROM person ORDER BY 1"),
        ["e1|Bob", "e3|Cy", "e9|Ada"]
    );
    assert_eq!(remembered(&systems), ["1|e9|matched", "2|e1|matched", "3|e3|matched"]);
}

#[test]
fn a_new_object_may_take_the_key_that_another_gave_up() {
    let (systems, project) = remembering();
    systems
        .left()
        .execute_batch(
            "UPDATE employee SET number = 'x1' WHERE id = 1; INSERT INTO employee VALUES (4, 'e1', 'Di')",
        )
        .unwrap();
    assert_eq!(methods(&changes(&systems.run_well(&project))), [Method::Update, Method::Insert]);
    assert_eq!(remembered(&systems)[0], "1|x1|matched");
    assert_eq!(remembered(&systems)[3], "4|e1|inserted");
}

#[test]
fn pairs_that_share_an_object_are_not_used() {
    let (systems, project) = remembering();
    systems.left().execute_batch("UPDATE sw_pair SET right_key = 'e1' WHERE left_key = '2'").unwrap();
    let report = systems.run_well(&project);
    assert_eq!(report.total_writes(), 0);
    let told = messages(&report, "SW-R114");
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("1 ↔ e1 · 2 ↔ e1;"), "{told:?}");
    // The rules decided, and that is remembered.
    assert_eq!(remembered(&systems), ["1|e1|matched", "2|e2|matched", "3|e3|matched"]);
    assert_eq!(messages(&systems.run_well(&project), "SW-R114"), Vec::<String>::new());
}

#[test]
fn references_follow_a_renamed_key() {
    let systems = Systems::new(
        SOURCE,
        "CREATE TABLE person (number TEXT PRIMARY KEY, name TEXT);
         CREATE TABLE phone (id INTEGER PRIMARY KEY,
             owner TEXT NOT NULL REFERENCES person (number) ON UPDATE CASCADE);
         INSERT INTO person VALUES ('e1', 'Ada'), ('e2', 'Bob'), ('e3', 'Cy');
         INSERT INTO phone VALUES (100, 'e2');",
    );
    let project = project(&systems, Direction::ToTarget);
    systems.run_well(&project);
    systems.left().execute_batch("UPDATE employee SET number = 'x2' WHERE id = 2").unwrap();
    assert_eq!(systems.run_well(&project).total_writes(), 1);
    assert_eq!(rows(&systems.right(), "SELECT id, owner FROM phone"), ["100|x2"]);
}

#[test]
fn composite_and_typed_keys() {
    let systems = Systems::new(
        "CREATE TABLE a (day DATE, n DECIMAL(9,2), code TEXT, PRIMARY KEY (day, n));
         INSERT INTO a VALUES ('2024-02-29', 7.5, 'c1'), ('2024-02-29', 8, 'c\"2');",
        "CREATE TABLE b (id GUID PRIMARY KEY, code TEXT);
         INSERT INTO b VALUES ('{6F9619FF-8B86-D011-B42D-00C04FC964FF}', 'c1'),
             ('6F9619FF-8B86-D011-B42D-00C04FC964F0', 'c\"2');",
    );
    let pairs = mapping("a", "b", vec![by("code", pair("code", "code"))], vec![rule("code", "code")]);
    let project = systems.project(Direction::ToTarget, vec![Mapping { remember_pairs: true, ..pairs }]);
    systems.run_well(&project);
    assert_eq!(
        remembered(&systems),
        [
            r#"{"day":"2024-02-29","n":"7.50"}|6f9619ff-8b86-d011-b42d-00c04fc964ff|matched"#,
            r#"{"day":"2024-02-29","n":"8.00"}|6f9619ff-8b86-d011-b42d-00c04fc964f0|matched"#,
        ]
    );
    systems.left().execute_batch("UPDATE a SET code = 'c3' WHERE code = 'c1'").unwrap();
    assert_eq!(methods(&changes(&systems.run_well(&project))), [Method::Update]);
    assert_eq!(rows(&systems.right(), "SELECT code FROM b ORDER BY 1"), ["c\"2", "c3"]);
    assert_eq!(remembered(&systems).len(), 2);
}

/// A key that the database gives is not known when the object is inserted; the next run remembers it.
#[test]
fn a_key_that_the_database_gives_is_remembered_by_the_next_run() {
    let systems = Systems::new(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, code TEXT); INSERT INTO a VALUES (1, 'c1');",
        "CREATE TABLE b (id INTEGER PRIMARY KEY, code TEXT);",
    );
    let pairs = mapping("a", "b", vec![by("code", pair("code", "code"))], vec![rule("code", "code")]);
    let project = systems.project(Direction::ToTarget, vec![Mapping { remember_pairs: true, ..pairs }]);
    assert!(project.target.schema.types[0].properties.iter().all(|one| one.auto_fill != AutoFill::Guid));
    assert_eq!(systems.run_well(&project).total_writes(), 1);
    assert_eq!(remembered(&systems), Vec::<String>::new());
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    assert_eq!(remembered(&systems), ["1|1|matched"]);
}

#[test]
fn files_of_comma_separated_values_are_renamed_too() {
    use syncwright_core::project::Provider;
    let systems = Systems::new(SOURCE, "");
    let folder = systems.folder().join("files");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("person.csv"), "number,name\ne1,Ada\ne2,Bob\ne3,Cy\n").unwrap();
    let mut project = project(&systems, Direction::ToTarget);
    let odd = Systems::new("", DESTINATION);
    project.target.schema = odd.project(Direction::ToTarget, Vec::new()).target.schema;
    project.target.connection.provider =
        Provider::Csv { folder: "files".to_owned(), format: syncwright_core::project::CsvFormat::default() };
    systems.run_well(&project);
    systems.left().execute_batch("UPDATE employee SET number = 'x2' WHERE id = 2").unwrap();
    assert_eq!(methods(&changes(&systems.run_well(&project))), [Method::Update]);
    assert_eq!(
        fs::read_to_string(folder.join("person.csv")).unwrap(),
        "number,name\ne1,Ada\nx2,Bob\ne3,Cy\n"
    );
}

/// More pairs than one block of writing; the time is told, not judged: other tests run beside it.
#[test]
fn many_pairs() {
    let objects = 20_000;
    let systems = systems(Direction::ToTarget);
    let project = project(&systems, Direction::ToTarget);
    let numbers =
        format!("WITH RECURSIVE n(n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM n WHERE n < {objects}) ");
    let fill = |table: &str, key: &str| {
        format!("INSERT INTO {table} {numbers} SELECT {key}'n' || n, 'name ' || n FROM n;")
    };
    systems.left().execute_batch(&fill("employee", "n, ")).unwrap();
    systems.right().execute_batch(&fill("person", "")).unwrap();
    systems.run_well(&project);
    assert_eq!(rows(&systems.left(), "SELECT count(*) FROM sw_pair"), [(objects - 6).to_string()]);
    let start = Instant::now();
    let mut journal = Journal::open(&project, systems.folder(), OpenMode::Read).unwrap();
    let keys = journal.pair_keys("people").unwrap();
    assert_eq!(keys.len(), objects as usize - 6);
    assert!(keys.how.iter().all(|how| how == Some(PairOrigin::Matched.id())));
    println!("{} pairs read in {:?}", keys.len(), start.elapsed());
    systems.left().execute_batch("UPDATE employee SET number = 'x' || number").unwrap();
    let report = systems.run_well(&project);
    assert_eq!(report.steps[0].writes.update, objects as u64 - 6);
    assert_eq!(report.total_writes(), report.steps[0].writes.update);
}
