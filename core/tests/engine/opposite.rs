//! Rules of the opposite direction: the worked examples of forced mapping, rogue modifications and their trap
//! (R4, R9–R11, D2–D4), and values that are read back (R21).

use syncwright_core::{
    project::{Direction, Mapping, MappingDirection, Method, Methods, Project, PropertyFlags, PropertyRule},
    sync::{ChangeStatus, RunReport, StepPass},
};

use crate::fixture::{Systems, by, changes, mapping, messages, pair, rows, rule};

/// A rule that writes in one direction only.
fn one_way(left: &str, right: &str, direction: MappingDirection) -> PropertyRule {
    PropertyRule { direction, ..rule(left, right) }
}

fn passes(report: &RunReport) -> Vec<(StepPass, usize)> {
    report.steps.iter().map(|step| (step.pass, step.changes.len())).collect()
}

/// Accounts that are made centrally; the target gives each a number of its own, which is copied back.
pub fn numbered_accounts(force: bool) -> (Systems, Project) {
    let systems = Systems::new(
        "CREATE TABLE account (login TEXT PRIMARY KEY, number INTEGER);
         INSERT INTO account VALUES ('ann', NULL), ('bob', 7), ('old', 99);",
        "CREATE TABLE user (number INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE);
         INSERT INTO user VALUES (7, 'bob'), (8, 'old');",
    );
    let number = PropertyRule {
        force_against_direction: force,
        ..one_way("number", "number", MappingDirection::ToCentral)
    };
    let mapping = mapping(
        "account",
        "user",
        vec![by("login", pair("login", "login"))],
        vec![rule("login", "login"), number],
    );
    let project = systems.project(Direction::ToTarget, vec![mapping]);
    (systems, project)
}

#[test]
fn an_id_that_the_target_makes_is_copied_back() {
    let (systems, project) = numbered_accounts(true);
    let simulated = systems.simulate(&project);
    // The number of the new user is known only once it is saved; the one that differs already is planned.
    assert_eq!(passes(&simulated), [(StepPass::Main, 1), (StepPass::Forced, 1)]);
    let report = systems.run_well(&project);
    assert_eq!(passes(&report), [(StepPass::Main, 1), (StepPass::Forced, 2)]);
    assert_eq!(report.steps[1].direction, Direction::ToCentral);
    assert!(changes(&report).iter().all(|change| change.status == ChangeStatus::Done));
    assert_eq!(rows(&systems.right(), "SELECT * FROM user ORDER BY number"), ["7|bob", "8|old", "9|ann"]);
    assert_eq!(rows(&systems.left(), "SELECT * FROM account ORDER BY login"), ["ann|9", "bob|7", "old|8"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    // The journal knows the pass again.
    let saved = syncwright_core::journal::report(&project, systems.folder(), &report.run.id).unwrap();
    assert_eq!(passes(&saved), passes(&report));
}

#[test]
fn without_force_the_id_stays_unknown() {
    let (systems, project) = numbered_accounts(false);
    assert_eq!(passes(&systems.run_well(&project)), [(StepPass::Main, 1)]);
    assert_eq!(rows(&systems.left(), "SELECT * FROM account ORDER BY login"), ["ann|∅", "bob|7", "old|99"]);
}

#[test]
fn forced_rules_also_run_in_a_step_without_methods() {
    let (systems, mut project) = numbered_accounts(true);
    project.workflows[0].steps[0].methods = Methods::default();
    let report = systems.run_well(&project);
    assert_eq!(passes(&report), [(StepPass::Main, 0), (StepPass::Forced, 1)]);
    assert_eq!(rows(&systems.left(), "SELECT * FROM account ORDER BY login"), ["ann|∅", "bob|7", "old|8"]);
    assert_eq!(rows(&systems.right(), "SELECT count(*) FROM user"), ["2"]);
}

#[test]
fn a_forced_pass_respects_its_quota() {
    let (systems, mut project) = numbered_accounts(true);
    project.workflows[0].steps[0].quotas.update =
        Some(syncwright_core::project::Quota { percent: None, count: Some(1) });
    let report = systems.run(&project);
    assert_eq!(report.exit_code(), 3, "{:#}", report.to_json());
    assert_eq!(rows(&systems.left(), "SELECT * FROM account ORDER BY login"), ["ann|∅", "bob|7", "old|99"]);
}

/// Groups come from the target; their manager is assigned centrally.
pub fn groups(detect: bool, correct: bool, on_insert: bool) -> (Systems, Project) {
    let systems = Systems::new(
        "CREATE TABLE grp (name TEXT PRIMARY KEY, manager TEXT);
         INSERT INTO grp VALUES ('sales', 'ann');",
        "CREATE TABLE grp (name TEXT PRIMARY KEY, manager TEXT);
         INSERT INTO grp VALUES ('sales', 'eve'), ('new', 'bob');",
    );
    let manager = PropertyRule {
        detect_rogue_modifications: detect,
        correct_rogue_modifications: correct,
        ignore_direction_on_insert: on_insert,
        ..one_way("manager", "manager", MappingDirection::ToTarget)
    };
    let mapping =
        mapping("grp", "grp", vec![by("name", pair("name", "name"))], vec![rule("name", "name"), manager]);
    let project = systems.project(Direction::ToCentral, vec![mapping]);
    (systems, project)
}

pub const GROUPS: &str = "SELECT name, manager FROM grp ORDER BY name";

#[test]
fn a_rogue_modification_is_told() {
    let (systems, project) = groups(true, false, false);
    let report = systems.run_well(&project);
    assert_eq!(passes(&report), [(StepPass::Main, 1), (StepPass::Corrections, 0)]);
    let told = messages(&report, "SW-R111");
    assert_eq!(told.len(), 1, "{told:?}");
    for part in ["target system holds “eve”", "“ann”", "left as it is"] {
        assert!(told[0].contains(part), "{told:?}");
    }
    let message = report.steps[1].messages.iter().find(|message| message.code == "SW-R111").unwrap();
    assert_eq!(
        (message.object.as_deref(), message.property.as_deref(), message.rule.as_deref()),
        (Some("sales"), Some("manager"), Some("manager"))
    );
    assert_eq!(rows(&systems.right(), GROUPS), ["new|bob", "sales|eve"]);
}

#[test]
fn a_rogue_modification_is_corrected() {
    let (systems, project) = groups(true, true, false);
    let simulated = systems.simulate(&project);
    assert_eq!(passes(&simulated), [(StepPass::Main, 1), (StepPass::Corrections, 1)]);
    assert_eq!(rows(&systems.right(), GROUPS), ["new|bob", "sales|eve"]);
    let report = systems.run_well(&project);
    let corrected = report.steps[1].changes.get(0).unwrap();
    assert_eq!((corrected.method, corrected.status), (Method::Update, ChangeStatus::Done));
    assert_eq!(rows(&systems.right(), GROUPS), ["new|bob", "sales|ann"]);
    assert!(messages(&report, "SW-R111")[0].contains("it is corrected"));
}

#[test]
fn the_trap_an_imported_group_loses_its_manager() {
    let (systems, project) = groups(true, true, false);
    systems.run_well(&project);
    assert_eq!(rows(&systems.left(), GROUPS), ["new|∅", "sales|ann"]);
    // Nobody has assigned a manager centrally yet: the next run takes it away from the target.
    systems.run_well(&project);
    assert_eq!(rows(&systems.right(), GROUPS), ["new|∅", "sales|ann"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

#[test]
fn ignoring_the_direction_on_insert_avoids_the_trap() {
    let (systems, project) = groups(true, true, true);
    systems.run_well(&project);
    assert_eq!(rows(&systems.left(), GROUPS), ["new|bob", "sales|ann"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    assert_eq!(rows(&systems.right(), GROUPS), ["new|bob", "sales|ann"]);
}

#[test]
fn nothing_is_corrected_without_methods_or_right_to_write() {
    let (systems, mut project) = groups(true, true, false);
    project.workflows[0].steps[0].methods = Methods::default();
    let report = systems.run_well(&project);
    assert_eq!(report.total_writes(), 0);
    assert!(messages(&report, "SW-R111")[0].contains("cannot be corrected"));
    let (systems, mut project) = groups(true, true, false);
    project.target.connection.read_only = true;
    let report = systems.run_well(&project);
    assert_eq!(rows(&systems.right(), GROUPS), ["new|bob", "sales|eve"]);
    assert!(messages(&report, "SW-R111")[0].contains("read-only"));
}

#[test]
fn a_rule_is_not_rogue_in_its_own_direction() {
    let (systems, mut project) = groups(true, true, false);
    project.workflows[0].direction = Direction::ToTarget;
    project.workflows[0].steps[0].methods.only_in_destination.clear();
    let report = systems.run_well(&project);
    assert_eq!(messages(&report, "SW-R111"), Vec::<String>::new());
    assert_eq!(rows(&systems.right(), GROUPS), ["new|bob", "sales|ann"]);
}

/// The telephone system owns the numbers, but a new person needs one to be created there.
#[test]
fn a_new_person_gets_a_telephone_number() {
    let telephones = |on_insert: bool| {
        let systems = Systems::new(
            "CREATE TABLE person (id INTEGER PRIMARY KEY, phone TEXT);
             INSERT INTO person VALUES (1, '100'), (2, '200');",
            "CREATE TABLE line (id INTEGER PRIMARY KEY, phone TEXT NOT NULL);
             INSERT INTO line VALUES (1, '111');",
        );
        let phone = PropertyRule {
            ignore_direction_on_insert: on_insert,
            ..one_way("phone", "phone", MappingDirection::ToCentral)
        };
        let mapping =
            mapping("person", "line", vec![by("id", pair("id", "id"))], vec![rule("id", "id"), phone]);
        let project = systems.project(Direction::ToTarget, vec![mapping]);
        (systems, project)
    };
    let (systems, project) = telephones(true);
    assert_eq!(systems.run_well(&project).total_writes(), 1);
    assert_eq!(rows(&systems.right(), "SELECT * FROM line"), ["1|111", "2|200"]);
    assert_eq!(rows(&systems.left(), "SELECT phone FROM person"), ["100", "200"]);
    let (systems, project) = telephones(false);
    assert_eq!(systems.run(&project).exit_code(), 1, "the target refuses a person without number");
}

/// The target writes names in its own way; what it makes of a written name is stored centrally.
#[test]
fn a_normalised_value_is_read_back() {
    let systems = Systems::new(
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO person VALUES (1, 'ann'), (2, 'bob'), (3, 'eve');",
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO person VALUES (2, 'BOB?'), (3, 'eve');
         CREATE TRIGGER i AFTER INSERT ON person BEGIN UPDATE person SET name = upper(name) WHERE id = NEW.id; END;
         CREATE TRIGGER u AFTER UPDATE ON person WHEN NEW.name <> upper(NEW.name)
         BEGIN UPDATE person SET name = upper(name) WHERE id = NEW.id; END;",
    );
    let name = PropertyRule {
        flags: PropertyFlags { write_back: true, ..PropertyFlags::default() },
        ..rule("name", "name")
    };
    let rules = vec![rule("id", "id"), name];
    let mapping: Mapping = mapping("person", "person", vec![by("id", pair("id", "id"))], rules);
    let project = systems.project(Direction::ToTarget, vec![mapping]);
    let report = systems.run_well(&project);
    assert_eq!(passes(&report), [(StepPass::Main, 2), (StepPass::WriteBack, 2)]);
    assert_eq!(rows(&systems.left(), "SELECT * FROM person"), ["1|ANN", "2|BOB", "3|eve"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// A correction is made of what the update of its pair writes; where that is refused, it waits.
#[test]
fn corrections_wait_for_the_update_that_they_are_made_of() {
    let table = "CREATE TABLE o (k INTEGER PRIMARY KEY, a TEXT, b TEXT);";
    let systems = Systems::new(
        &format!("{table} INSERT INTO o VALUES (1, 'new', 'old'), (2, 'new', 'old'), (3, 'same', 'old');"),
        &format!(
            "{table} INSERT INTO o VALUES (1, 'old', NULL), (2, 'old', NULL), (3, 'same', NULL);
             CREATE TRIGGER no BEFORE UPDATE ON o WHEN new.k = 1 BEGIN SELECT RAISE(ABORT, 'not now'); END;"
        ),
    );
    let back = PropertyRule {
        name: "a into b".to_owned(),
        direction: MappingDirection::ToCentral,
        detect_rogue_modifications: true,
        correct_rogue_modifications: true,
        ..rule("b", "a")
    };
    let rules =
        vec![rule("k", "k"), PropertyRule { direction: MappingDirection::ToTarget, ..rule("a", "a") }, back];
    let project =
        systems.project(Direction::ToTarget, vec![mapping("o", "o", vec![by("k", pair("k", "k"))], rules)]);
    let report = systems.run(&project);
    assert!(report.failure.is_none(), "{:?}", report.failure);
    assert_eq!(rows(&systems.right(), "SELECT k, a FROM o"), ["1|old", "2|new", "3|same"]);
    assert_eq!(rows(&systems.left(), "SELECT k, b FROM o"), ["1|old", "2|new", "3|same"]);
    assert_eq!(messages(&report, "SW-R123").len(), 1);
    systems.right().execute_batch("DROP TRIGGER no").unwrap();
    systems.run_well(&project);
    assert_eq!(rows(&systems.left(), "SELECT k, b FROM o"), ["1|new", "2|new", "3|same"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}
