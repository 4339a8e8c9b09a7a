//! Objects that are written in several parts: their row, references that must wait, members. What becomes of
//! the others when one part is refused, or when the key changes with the first one.

use syncwright_core::{
    project::{
        AutoFill, Direction, Mapping, MappingDirection, Method, Project, PropertyRule, VirtualKind,
        VirtualProperty,
    },
    sync::{ChangeStatus, RunReport, RunStatus},
    value::ValueType,
};

use crate::{
    fixture::{Systems, by, changes, mapping, messages, pair, rows, rule},
    virtual_properties::{between, class, names, property},
};

fn resolution(name: &str, reference: &str, key: &str) -> VirtualProperty {
    let kind = VirtualKind::KeyResolution { reference: names(&[reference]), property: key.to_owned() };
    property(name, ValueType::String, kind)
}

fn statuses(report: &RunReport) -> Vec<ChangeStatus> {
    changes(report).into_iter().map(|change| change.status).collect()
}

fn remembered(systems: &Systems) -> Vec<String> {
    rows(&systems.left(), "SELECT left_key, right_key FROM sw_pair ORDER BY 1")
}

/// Groups known by a code that may change, with members as one text on the left.
fn groups(right: &str) -> (Systems, Project) {
    let systems = Systems::new(
        "CREATE TABLE l (id INTEGER PRIMARY KEY, code TEXT, members TEXT);
         INSERT INTO l VALUES (1, 'a', 'ann');",
        &format!(
            "CREATE TABLE account (id INTEGER PRIMARY KEY, login TEXT);
             CREATE TABLE q (code TEXT PRIMARY KEY);
             CREATE TABLE member (grp TEXT REFERENCES q (code) ON UPDATE CASCADE,
                 account INTEGER REFERENCES account (id), PRIMARY KEY (grp, account));
             INSERT INTO account VALUES (1, 'ann'), (2, 'bob');
             INSERT INTO q VALUES ('a'); INSERT INTO member VALUES ('a', 1); {right}"
        ),
    );
    let rules = vec![between("code", "code"), between("vrtWanted", "vrtMembers")];
    let groups = mapping("l", "r", vec![by("code", pair("code", "code"))], rules);
    let groups = Mapping { direction: MappingDirection::ToTarget, remember_pairs: true, ..groups };
    let mut project = systems.project(Direction::ToTarget, vec![groups]);
    project.central.schema.types[0].name = "table".to_owned();
    project.central.schema.types[0].table = Some("l".to_owned());
    let wanted = VirtualKind::Expression("string_to_array(members, ';')".to_owned());
    let wanted = VirtualProperty { multi_valued: true, ..property("vrtWanted", ValueType::String, wanted) };
    project.central.schema.classes.push(class("l", "table", vec![wanted]));
    let members = VirtualKind::Members {
        schema_type: "member".to_owned(),
        own_reference: names(&["grp"]),
        member_reference: names(&["account"]),
        property: "login".to_owned(),
    };
    let members = property("vrtMembers", ValueType::String, members);
    project.target.schema.classes.push(class("r", "q", vec![members]));
    (systems, project)
}

fn held(systems: &Systems) -> Vec<String> {
    rows(&systems.right(), "SELECT grp, account FROM member ORDER BY 1, 2")
}

#[test]
fn members_follow_a_renamed_key() {
    let (systems, project) = groups("");
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    systems.left().execute_batch("UPDATE l SET code = 'b', members = 'bob'").unwrap();
    assert_eq!(systems.run_well(&project).total_writes(), 1);
    assert_eq!(held(&systems), ["b|2"]);
    assert_eq!(remembered(&systems), ["1|b"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// The row is renamed, and a member is refused: the object is in error, and its pair knows the new key all the
/// same, so that the next rename is none of a stranger.
#[test]
fn a_rename_is_remembered_whatever_becomes_of_the_members() {
    let (systems, project) = groups(
        "CREATE TRIGGER no BEFORE INSERT ON member WHEN new.account = 2 BEGIN SELECT RAISE(ABORT, 'not bob'); END;",
    );
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    systems.left().execute_batch("UPDATE l SET code = 'b', members = 'bob'").unwrap();
    let report = systems.run(&project);
    assert_eq!(statuses(&report), [ChangeStatus::Failed]);
    let writes = report.steps[0].writes;
    assert_eq!((writes.update, writes.failed), (0, 1), "an object is counted once");
    assert_eq!(rows(&systems.right(), "SELECT code FROM q"), ["b"]);
    assert_eq!(remembered(&systems), ["1|b"]);
    systems.left().execute_batch("UPDATE l SET code = 'c'").unwrap();
    systems.right().execute_batch("DROP TRIGGER no").unwrap();
    let report = systems.run_well(&project);
    assert_eq!(changes(&report).iter().map(|change| change.method).collect::<Vec<_>>(), [Method::Update]);
    assert_eq!(held(&systems), ["c|2"]);
}

/// Departments known by a code that may change, with two references between them.
fn departments(left: &str, right: &str) -> (Systems, Project) {
    let systems = Systems::new(
        &format!(
            "CREATE TABLE d (id INTEGER PRIMARY KEY, code TEXT, parent TEXT, deputy TEXT);
             INSERT INTO d VALUES {left};"
        ),
        &format!(
            "CREATE TABLE department (code TEXT PRIMARY KEY, parent TEXT REFERENCES department (code),
                 deputy TEXT REFERENCES department (code)); {right}"
        ),
    );
    let rules = vec![
        rule("code", "code"),
        PropertyRule::new("parent", "parent", "vrtParent"),
        PropertyRule::new("deputy", "deputy", "vrtDeputy"),
    ];
    let departments = mapping("d", "departments", vec![by("code", pair("code", "code"))], rules);
    let departments = Mapping { remember_pairs: true, ..departments };
    let mut project = systems.project(Direction::ToTarget, vec![departments]);
    let references =
        vec![resolution("vrtParent", "parent", "code"), resolution("vrtDeputy", "deputy", "code")];
    project.target.schema.classes.push(class("departments", "department", references));
    project.target.schema.types[0].display_template = Some("%code%".to_owned());
    (systems, project)
}

fn tree(systems: &Systems) -> Vec<String> {
    rows(&systems.right(), "SELECT code, parent, deputy FROM department ORDER BY code")
}

#[test]
fn references_that_wait_follow_a_renamed_key() {
    let (systems, project) =
        departments("(1, 'a', NULL, NULL)", "INSERT INTO department VALUES ('a', NULL, NULL);");
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    // New keys are written before the new department that this one then refers to.
    systems
        .left()
        .execute_batch(
            "UPDATE d SET code = 'x', parent = 'n' WHERE id = 1; INSERT INTO d VALUES (2, 'n', NULL, NULL)",
        )
        .unwrap();
    assert_eq!(systems.run_well(&project).total_writes(), 2);
    assert_eq!(tree(&systems), ["n|∅|∅", "x|n|∅"]);
    assert_eq!(remembered(&systems), ["1|x", "2|n"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// One of two references that wait is refused: the object is in error, whatever becomes of the other one.
#[test]
fn what_is_refused_stays_refused() {
    let (systems, project) = departments(
        "(1, 'a', 'b', 'b'), (2, 'b', 'a', NULL)",
        "CREATE TRIGGER no BEFORE UPDATE OF deputy ON department BEGIN SELECT RAISE(ABORT, 'no deputies'); END;",
    );
    let report = systems.run(&project);
    assert_eq!(report.run.status, RunStatus::DoneWithErrors);
    assert_eq!(statuses(&report), [ChangeStatus::Failed, ChangeStatus::Done]);
    let writes = report.steps[0].writes;
    assert_eq!((writes.insert, writes.update, writes.failed), (1, 0, 1));
}

/// A department that is refused, and others of the same batch that refer to it.
#[test]
fn references_to_an_object_refused_in_the_same_batch() {
    let refusing = |enforced: &str| {
        let systems = Systems::new(
            "CREATE TABLE d (code TEXT PRIMARY KEY, parent TEXT);
             INSERT INTO d VALUES ('a', NULL), ('b', 'a'), ('c', 'b'), ('d', 'a'), ('e', 'd'), ('f', 'e');",
            &format!(
                "CREATE TABLE department (id GUID PRIMARY KEY, code TEXT UNIQUE, parent GUID {enforced});
                 CREATE TRIGGER no BEFORE INSERT ON department WHEN new.code = 'a'
                 BEGIN SELECT RAISE(ABORT, 'no a here'); END;"
            ),
        );
        let rules = vec![rule("code", "code"), PropertyRule::new("parent", "parent", "vrtParent")];
        let departments = mapping("d", "departments", vec![by("code", pair("code", "code"))], rules);
        let mut project = systems.project(Direction::ToTarget, vec![departments]);
        let schema = &mut project.target.schema;
        schema.types[0].properties[0].auto_fill = AutoFill::Guid;
        schema.types[0].display_template = Some("%code%".to_owned());
        if enforced.is_empty() {
            schema.types[0].foreign_keys.push(syncwright_core::project::ForeignKey {
                properties: names(&["parent"]),
                references: "department".to_owned(),
                referenced_properties: names(&["id"]),
                integrity_ensured: false,
                declared: true,
            });
        }
        schema.classes.push(class(
            "departments",
            "department",
            vec![resolution("vrtParent", "parent", "code")],
        ));
        (systems, project)
    };
    // Where nobody enforces references they would lead nowhere.
    for enforced in ["REFERENCES department (id)", ""] {
        let (systems, project) = refusing(enforced);
        let report = systems.run(&project);
        let writes = report.steps[0].writes;
        assert_eq!((writes.insert, writes.failed), (5, 1), "{:#}", report.to_json());
        let told = messages(&report, "SW-R104");
        assert_eq!(told.len(), 2, "{told:?}");
        let tree = "SELECT d.code, p.code, d.parent IS NULL FROM department d
            LEFT JOIN department p ON p.id = d.parent ORDER BY d.code";
        assert_eq!(
            rows(&systems.right(), tree),
            ["b|∅|1", "c|b|0", "d|∅|1", "e|d|0", "f|e|0"],
            "{enforced:?}"
        );
        systems.right().execute_batch("DROP TRIGGER no").unwrap();
        assert_eq!(systems.run_well(&project).total_writes(), 3);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
    }
}

/// A run that stops at its first error names the objects of which only a part is written.
#[test]
fn a_stopped_run_says_what_is_written_in_part() {
    let (systems, mut project) = departments(
        "(1, 'a', 'b', NULL), (2, 'b', 'a', NULL), (3, 'z', 'a', NULL)",
        "CREATE TRIGGER no BEFORE INSERT ON department WHEN new.code = 'z' BEGIN SELECT RAISE(ABORT, 'no z'); END;",
    );
    project.workflows[0].continue_on_error = false;
    project.start_ups[0].bulk_level = Some(1);
    let report = systems.run(&project);
    use ChangeStatus::{Done, Failed, PartlyWritten};
    assert_eq!(statuses(&report), [PartlyWritten, Done, Failed], "a, b, z");
    assert_eq!(tree(&systems), ["a|∅|∅", "b|a|∅"]);
    let writes = report.steps[0].writes;
    assert_eq!((writes.insert, writes.failed), (2, 1), "what is written in part is written");
    systems.right().execute_batch("DROP TRIGGER no").unwrap();
    systems.run_well(&project);
    assert_eq!(tree(&systems), ["a|b|∅", "b|a|∅", "z|a|∅"]);
}

/// A key of the referenced object that the referring column cannot hold.
#[test]
fn a_reference_that_does_not_fit_is_an_error_and_no_null() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO p VALUES (1, 'Ann'), (2, 'Bob');",
        "CREATE TABLE person (code DECIMAL(9,2) PRIMARY KEY, name TEXT);
         CREATE TABLE q (id INTEGER PRIMARY KEY, owner INTEGER);
         INSERT INTO person VALUES (7, 'Ann'), (7.5, 'Bob'); INSERT INTO q VALUES (2, 8);",
    );
    let rules = vec![rule("id", "id"), PropertyRule::new("owner", "owner", "vrtOwner")];
    let owners = mapping("p", "owners", vec![by("id", pair("id", "id"))], rules);
    let mut project = systems.project(Direction::ToTarget, vec![owners]);
    let q = project.target.schema.types.iter_mut().find(|one| one.name == "q").unwrap();
    q.foreign_keys.push(syncwright_core::project::ForeignKey {
        properties: names(&["owner"]),
        references: "person".to_owned(),
        referenced_properties: names(&["code"]),
        integrity_ensured: false,
        declared: true,
    });
    project.target.schema.classes.push(class("owners", "q", vec![resolution("vrtOwner", "owner", "name")]));
    let report = systems.run(&project);
    let told = messages(&report, "SW-D009");
    assert!(told.len() == 1 && told[0].contains("“7.50” does not fit into owner"), "{:#}", report.to_json());
    assert_eq!((report.steps[0].writes.insert, report.steps[0].writes.failed), (1, 1));
    assert_eq!(rows(&systems.right(), "SELECT id, owner FROM q ORDER BY id"), ["1|7", "2|8"]);
}

/// The referring column is part of the key: it must not become NULL because the reference goes.
#[test]
fn a_reference_that_is_part_of_the_key_is_not_emptied() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO p VALUES (1, NULL);",
        "CREATE TABLE person (code TEXT PRIMARY KEY, name TEXT);
         CREATE TABLE q (id INTEGER, owner TEXT REFERENCES person (code), PRIMARY KEY (id, owner));
         INSERT INTO person VALUES ('7', 'Ann'); INSERT INTO q VALUES (1, '7');",
    );
    let rules = vec![rule("id", "id"), PropertyRule::new("owner", "owner", "vrtOwner")];
    let owners = mapping("p", "owners", vec![by("id", pair("id", "id"))], rules);
    let mut project = systems.project(Direction::ToTarget, vec![owners]);
    project.target.schema.classes.push(class("owners", "q", vec![resolution("vrtOwner", "owner", "name")]));
    let report = systems.run(&project);
    let told = messages(&report, "SW-D009");
    assert!(told.len() == 1 && told[0].contains("owner cannot be empty"), "{:#}", report.to_json());
    assert_eq!(rows(&systems.right(), "SELECT id, owner FROM q"), ["1|7"]);
}
