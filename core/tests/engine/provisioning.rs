//! Provisioning of single objects, and of what data imports change (O6, D3, D5, R9, R19, R21).

use syncwright_core::{
    check::check,
    journal::{BusyObject, BusyReason, Journal, RunKind},
    progress::{CancelToken, Silent},
    project::{
        CollisionDetection, Direction, Exclusion, ExclusionTest, Mapping, MappingDirection, Method, Project,
        PropertyRule, Side, StartUpConfiguration, Workflow,
    },
    provision::{self, Pending, ProvisionError, Request},
    sync::{RunReport, RunStatus},
};

use crate::fixture::{GO, Systems, by, changes, mapping, messages, pair, rows, rule, step};

pub fn systems() -> Systems {
    Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, mail TEXT, number INTEGER);
         INSERT INTO p VALUES (1, 'a', 'a@x', NULL), (2, 'b', 'b@x', NULL), (3, 'c', 'c@x', NULL), (4, 'd', 'd@x', NULL);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, name TEXT, mail TEXT, number INTEGER DEFAULT 7);
         CREATE TABLE written (what TEXT);
         CREATE TRIGGER i AFTER INSERT ON q BEGIN INSERT INTO written VALUES ('+' || new.id); END;
         CREATE TRIGGER u AFTER UPDATE ON q BEGIN INSERT INTO written VALUES ('~' || new.id); END;
         CREATE TRIGGER d AFTER DELETE ON q BEGIN INSERT INTO written VALUES ('-' || old.id); END;
         INSERT INTO q VALUES (1, 'old', 'old', 5), (2, 'b', 'old', 5), (8, 'h', 'h@x', 5), (9, 'i', 'i@x', 5);
         DELETE FROM written;",
    )
}

pub fn to_target(rule: PropertyRule) -> PropertyRule {
    PropertyRule { direction: MappingDirection::ToTarget, ..rule }
}

/// A project that writes names and mail addresses; `change` its mapping.
pub fn project(systems: &Systems, change: impl FnOnce(&mut Mapping)) -> Project {
    let rules = ["id", "name", "mail"].map(|name| to_target(rule(name, name))).to_vec();
    let mut mapping = mapping("p", "q", vec![by("id", pair("id", "id"))], rules);
    change(&mut mapping);
    systems.project(Direction::ToTarget, vec![mapping])
}

pub fn request<'a>(keys: &'a [String], kind: RunKind) -> Request<'a> {
    Request { start_up: None, mapping: "p", keys, password_change: false, kind }
}

pub fn try_provision(
    systems: &Systems,
    project: &Project,
    request: Request<'_>,
) -> Result<RunReport, ProvisionError> {
    provision::objects(project, systems.folder(), request, &Silent, &CancelToken::default())
}

pub fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

pub fn provision(systems: &Systems, project: &Project, wanted: &[&str]) -> RunReport {
    try_provision(systems, project, request(&keys(wanted), RunKind::Run)).unwrap()
}

/// What was written to the table of the target since the last call.
pub fn written(systems: &Systems) -> Vec<String> {
    let found = rows(&systems.right(), "SELECT what FROM written ORDER BY what");
    systems.right().execute_batch("DELETE FROM written").unwrap();
    found
}

pub fn work(systems: &Systems, project: &Project) -> Pending {
    provision::pending(project, systems.folder(), None, RunKind::Run, &Silent, &CancelToken::default())
        .unwrap()
}

/// Settings of provisioning that the check takes for ineffective.
fn ineffective(project: &Project) -> usize {
    check(project).iter().filter(|finding| ["SW-C900", "SW-C148"].contains(&finding.code)).count()
}

#[test]
fn only_the_named_objects_are_inserted_and_updated() {
    let systems = systems();
    let project = project(&systems, |_| ());
    let simulated =
        try_provision(&systems, &project, request(&keys(&["1", "3"]), RunKind::Simulation)).unwrap();
    assert_eq!(changes(&simulated).len(), 2);
    assert_eq!(written(&systems), Vec::<String>::new());
    let report = provision(&systems, &project, &["1", "3"]);
    assert_eq!(report.run.status, RunStatus::Done, "{:#}", report.to_json());
    // What is missing centrally is nobody's business, and neither are the others that differ.
    assert_eq!(written(&systems), ["+3", "~1"]);
    assert_eq!(
        rows(&systems.right(), "SELECT id, name, mail FROM q"),
        ["1|a|a@x", "2|b|old", "3|c|c@x", "8|h|h@x", "9|i|i@x"]
    );
    let situations = report.steps[0].situations;
    assert_eq!((situations.both_differ, situations.left_only, situations.right_only), (1, 1, 0));
    // Objects read are all: the next run compares with them.
    assert_eq!((report.steps[0].left_objects, report.steps[0].right_objects), (4, 4));
    // It is in the journal, and the second time there is nothing to do.
    let stored = syncwright_core::journal::report(&project, systems.folder(), "last").unwrap();
    assert_eq!(stored.run.id, report.run.id);
    assert_eq!(messages(&stored, "SW-R129").len(), 1);
    assert_eq!(provision(&systems, &project, &["1", "3"]).total_writes(), 0);
    assert_eq!(systems.run_well(&project).total_writes(), 4);
}

#[test]
fn who_is_not_there_or_ambiguous_is_an_error() {
    let systems = systems();
    let mut project = project(&systems, |mapping| mapping.matching = vec![by("mail", pair("mail", "mail"))]);
    systems
        .left()
        .execute_batch("UPDATE p SET mail = 'h@x' WHERE id IN (2, 3); UPDATE p SET mail = 'i@x' WHERE id = 1; UPDATE p SET mail = NULL WHERE id = 4")
        .unwrap();
    project.mappings[0].rules.retain(|rule| rule.name != "id");
    let report = provision(&systems, &project, &["1", "2", "77"]);
    assert_eq!(report.run.status, RunStatus::DoneWithErrors);
    assert_eq!(written(&systems), ["~9"]);
    assert_eq!(messages(&report, "SW-R130").len(), 1);
    assert_eq!(messages(&report, "SW-R101").len(), 2);
    assert_eq!(report.steps[0].writes.failed, 2);
    // Who is not concerned is not told.
    let report = provision(&systems, &project, &["1"]);
    assert_eq!((report.run.status, messages(&report, "SW-R101").len()), (RunStatus::Done, 0));
}

#[test]
fn arguments_that_mean_nothing_are_named() {
    let systems = systems();
    let mut project = project(&systems, |_| ());
    let code = |project: &Project, request: Request<'_>| {
        let error = try_provision(&systems, project, request).unwrap_err();
        (miette::Diagnostic::code(&error).unwrap().to_string(), error.exit_code())
    };
    let one = keys(&["1"]);
    let own = request(&one, RunKind::Run);
    assert_eq!(code(&project, Request { mapping: "nobody", ..own }), ("SW-R501".to_owned(), 2));
    assert_eq!(code(&project, Request { keys: &keys(&["x"]), ..own }), ("SW-R503".to_owned(), 2));
    assert_eq!(code(&project, Request { start_up: Some("nobody"), ..own }), ("SW-R506".to_owned(), 2));
    let second = StartUpConfiguration { name: "second".to_owned(), ..project.start_ups[0].clone() };
    project.start_ups.push(second);
    assert_eq!(code(&project, own), ("SW-R505".to_owned(), 2));
    assert!(try_provision(&systems, &project, Request { start_up: Some("second"), ..own }).is_ok());
    project.start_ups.clear();
    assert_eq!(code(&project, own), ("SW-R504".to_owned(), 2));
}

/// R19, R21: what is excluded from writing, and rules that are not for provisioning.
#[test]
fn exclusions_and_rules_that_are_not_for_provisioning() {
    let systems = systems();
    let project = project(&systems, |mapping| {
        mapping.exclusions.writing =
            vec![Exclusion { property: "name".to_owned(), test: ExclusionTest::Equals("c".to_owned()) }];
        mapping.exclusions.reading =
            vec![Exclusion { property: "name".to_owned(), test: ExclusionTest::Equals("old".to_owned()) }];
        mapping.rules[2].flags.ignore_in_provisioning = true;
    });
    assert_eq!(ineffective(&project), 0);
    let report = provision(&systems, &project, &["1", "3"]);
    assert_eq!(report.steps[0].situations.excluded, 1);
    assert_eq!(rows(&systems.right(), "SELECT name, mail FROM q WHERE id = 1"), ["a|old"]);
    assert_eq!(written(&systems), ["~1"]);
    // A run sends it.
    systems.run_well(&project);
    assert_eq!(rows(&systems.right(), "SELECT name, mail FROM q WHERE id = 1"), ["a|a@x"]);
}

#[test]
fn a_password_change_sends_what_is_equal() {
    let systems = systems();
    let project = project(&systems, |mapping| mapping.rules[1].flags.send_on_password_change = true);
    let two = keys(&["2"]);
    let changed = Request { password_change: true, ..request(&two, RunKind::Run) };
    let report = try_provision(&systems, &project, changed).unwrap();
    let sent: Vec<String> = changes(&report)[0].properties.iter().map(|one| one.property.clone()).collect();
    // The mail address differs; the name goes along.
    assert_eq!((written(&systems), sent), (keys(&["~2"]), keys(&["name", "mail"])));
    let report = try_provision(&systems, &project, changed).unwrap();
    assert_eq!((written(&systems), report.total_writes()), (keys(&["~2"]), 1));
    assert_eq!(changes(&report)[0].properties.len(), 1);
    // Without a change of password, and in runs, equal is equal.
    assert_eq!(provision(&systems, &project, &["2"]).total_writes(), 0);
    systems.run_well(&project);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// R9, D3: what the target gives comes back, for these objects only; rogue modifications are told or corrected.
#[test]
fn forced_rules_and_corrections_run_for_these_objects() {
    let systems = systems();
    let project = project(&systems, |mapping| {
        let number = PropertyRule {
            direction: MappingDirection::ToCentral,
            force_against_direction: true,
            ..rule("number", "number")
        };
        mapping.rules.push(number);
    });
    provision(&systems, &project, &["1", "3"]);
    assert_eq!(rows(&systems.left(), "SELECT id, number FROM p"), ["1|5", "2|∅", "3|7", "4|∅"]);
    let systems = self::systems();
    let project = self::project(&systems, |mapping| {
        let number = PropertyRule {
            direction: MappingDirection::ToCentral,
            detect_rogue_modifications: true,
            correct_rogue_modifications: true,
            ..rule("number", "number")
        };
        mapping.rules.push(number);
    });
    let report = provision(&systems, &project, &["1"]);
    assert_eq!(rows(&systems.left(), "SELECT id, number FROM p"), ["1|5", "2|∅", "3|∅", "4|∅"]);
    assert_eq!(messages(&report, "SW-R111").len(), 1, "{:#}", report.to_json());
}

/// R5: who is busy for another reason is left alone.
#[test]
fn collisions_are_respected() {
    for detection in [CollisionDetection::BeforeMapping, CollisionDetection::BeforeSaving] {
        let systems = systems();
        let mut project = project(&systems, |_| ());
        project.start_ups[0].collision_detection = detection;
        let mut journal =
            Journal::open(&project, systems.folder(), syncwright_core::connect::OpenMode::Write).unwrap();
        let busy = |id: i64, reason| BusyObject::new(format!("{{\"id\":\"{id}\"}}"), reason);
        journal
            .set_busy(
                Side::Left,
                "p",
                &[busy(1, BusyReason::Blocked), busy(2, BusyReason::PendingProvisioning)],
            )
            .unwrap();
        let report = provision(&systems, &project, &["1", "2"]);
        assert_eq!(
            (written(&systems), messages(&report, "SW-R107").len()),
            (keys(&["~2"]), 1),
            "{detection:?}"
        );
        // A run leaves both alone.
        systems.left().execute_batch("UPDATE p SET name = 'x' WHERE id < 3").unwrap();
        systems.run(&project);
        assert!(!written(&systems).iter().any(|what| what == "~1" || what == "~2"), "{detection:?}");
    }
}

/// A project that imports names from a secondary system, which also gets them back.
pub fn importing(systems: &Systems) -> Project {
    let import = PropertyRule { direction: MappingDirection::ToCentral, ..rule("name", "name") };
    let import_mapping = Mapping {
        direction: MappingDirection::ToCentral,
        ..mapping("p", "q", vec![by("id", pair("id", "id"))], vec![rule("id", "id"), import])
    };
    let mut project = systems.project(Direction::ToCentral, vec![import_mapping]);
    let only = &mut project.workflows[0].steps[0];
    only.data_import = true;
    only.methods.only_in_destination.clear();
    project
}

/// The project of a primary system, with the same central database.
pub fn primary(systems: &Systems, file: &str, identifier: &str) -> Project {
    let database = rusqlite::Connection::open(systems.folder().join(file)).unwrap();
    database
        .execute_batch("CREATE TABLE IF NOT EXISTS q (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        .unwrap();
    let mut project = project(systems, |mapping| mapping.rules.retain(|rule| rule.name != "mail"));
    project.name = identifier.to_owned();
    project.target.connection = crate::fixture::connection(identifier, file);
    project
}

pub fn waiting(systems: &Systems) -> Vec<String> {
    rows(&systems.left(), "SELECT system_identifier, object_key, tries FROM sw_provisioning ORDER BY 1, 2")
}

#[test]
fn imports_wait_for_the_primary_systems() {
    let systems = systems();
    systems.left().execute_batch("DELETE FROM p WHERE id > 2").unwrap();
    let mut import = importing(&systems);
    assert_eq!(ineffective(&import), 0);
    let [ldap, mail] =
        [("ldap.db", "LDAP"), ("mail.db", "Mail")].map(|(file, name)| primary(&systems, file, name));
    // Nobody has asked yet.
    systems.left().execute_batch("UPDATE p SET name = 'b2' WHERE id = 2").unwrap();
    systems.run_well(&import);
    assert_eq!(waiting(&systems), Vec::<String>::new());
    assert_eq!((work(&systems, &ldap).done, work(&systems, &mail).done), (0, 0));
    // Changed and new objects wait for both; equal ones do not.
    systems
        .right()
        .execute_batch("UPDATE q SET name = 'new' WHERE id = 1; INSERT INTO q (id, name) VALUES (5, 'e')")
        .unwrap();
    let (report, provisioned) =
        provision::run(&import, systems.folder(), GO, &Silent, &CancelToken::default()).unwrap();
    assert_eq!((report.total_writes(), provisioned.len()), (2, 0));
    assert!(messages(&report, "SW-R132")[0].contains("LDAP, Mail"), "{:?}", messages(&report, "SW-R132"));
    let one = |system: &str, id: i64, tries: i64| format!("{system}|{{\"id\":\"{id}\"}}|{tries}");
    assert_eq!(
        waiting(&systems),
        [one("LDAP", 1, 0), one("LDAP", 5, 0), one("Mail", 1, 0), one("Mail", 5, 0)]
    );
    assert_eq!(rows(&systems.left(), "SELECT count(*) FROM sw_pending"), ["4"]);
    // Each takes its own, and nothing else.
    let simulated = provision::pending(
        &ldap,
        systems.folder(),
        None,
        RunKind::Simulation,
        &Silent,
        &CancelToken::default(),
    )
    .unwrap();
    assert_eq!((simulated.reports.len(), simulated.waiting.len()), (1, 2));
    let done = work(&systems, &ldap);
    assert_eq!((done.done, done.waiting.len()), (2, 0));
    let held = |file: &str| {
        rows(
            &rusqlite::Connection::open(systems.folder().join(file)).unwrap(),
            "SELECT id, name FROM q ORDER BY id",
        )
    };
    assert_eq!(held("ldap.db"), ["1|new", "5|e"]);
    assert_eq!(waiting(&systems), [one("Mail", 1, 0), one("Mail", 5, 0)]);
    assert_eq!(rows(&systems.left(), "SELECT count(*) FROM sw_pending"), ["2"]);
    // What fails stays, with the error and a count; what is gone leaves.
    systems
        .left()
        .execute_batch("UPDATE p SET name = NULL WHERE id = 1; DELETE FROM p WHERE id = 5")
        .unwrap();
    for tries in 1..3 {
        let done = work(&systems, &mail);
        assert_eq!(waiting(&systems), [one("Mail", 1, tries)]);
        assert!(done.waiting[0].error.as_deref().unwrap().contains("name"), "{:?}", done.waiting);
    }
    systems.left().execute_batch("UPDATE p SET name = 'a' WHERE id = 1").unwrap();
    assert_eq!(work(&systems, &mail).done, 1);
    assert_eq!(waiting(&systems), Vec::<String>::new());
    assert_eq!(rows(&systems.left(), "SELECT count(*) FROM sw_pending"), ["0"]);
    // Without data import nothing is queued.
    import.workflows[0].steps[0].data_import = false;
    systems.right().execute_batch("UPDATE q SET name = 'newer' WHERE id = 1").unwrap();
    systems.run_well(&import);
    assert_eq!(waiting(&systems), Vec::<String>::new());
}

/// D5: a project that imports and writes back does so at once.
#[test]
fn a_project_that_writes_back_provisions_at_once() {
    let systems = systems();
    let mut project = importing(&systems);
    let back = Mapping {
        name: "back".to_owned(),
        direction: MappingDirection::ToTarget,
        ..mapping("p", "q", vec![by("id", pair("id", "id"))], vec![to_target(rule("mail", "mail"))])
    };
    project.mappings.push(back);
    let mut own = step("back");
    own.methods.only_in_source.clear();
    project.workflows.push(Workflow {
        name: "back".to_owned(),
        direction: Direction::ToTarget,
        steps: vec![own],
        ..project.workflows[0].clone()
    });
    project.start_ups.push(StartUpConfiguration {
        name: "back".to_owned(),
        workflow: "back".to_owned(),
        ..project.start_ups[0].clone()
    });
    let (report, provisioned) =
        provision::run(&project, systems.folder(), GO, &Silent, &CancelToken::default()).unwrap();
    assert_eq!(report.run.status, RunStatus::Done, "{:#}", report.to_json());
    let [back] = provisioned.as_slice() else { panic!("{provisioned:?}") };
    assert_eq!((back.run.start_up.as_str(), back.run.status), ("back", RunStatus::Done));
    // Only 1, 8 and 9 were imported; of these the target has another mail address for 1, and central none for the new.
    let methods: Vec<(Method, String)> =
        changes(back).iter().map(|change| (change.method, change.display.clone())).collect();
    assert_eq!(
        methods,
        [
            (Method::Update, "1".to_owned()),
            (Method::Update, "8".to_owned()),
            (Method::Update, "9".to_owned())
        ]
    );
    assert_eq!(rows(&systems.right(), "SELECT id, mail FROM q WHERE id < 3"), ["1|a@x", "2|old"]);
    assert_eq!(waiting(&systems), Vec::<String>::new());
}
