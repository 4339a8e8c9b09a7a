//! Actions before and after objects are written (E5).

use syncwright_core::{
    check::{Severity, check},
    journal::Change,
    progress::CancelToken,
    project::{
        Action, ActionEvent, ActionTime, Direction, Lifecycle, Mapping, MappingDirection, Method, Project,
        PropertyRule, ScriptLanguage, Side,
    },
    sync::{
        RunReport, RunStatus,
        test_rules::{RuleTest, TestObjects, TestVariables, test_rules},
    },
};

use crate::fixture::{Systems, by, changes, mapping, messages, pair, rows, rule};

fn systems() -> Systems {
    Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO p VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, name TEXT, state TEXT, by TEXT DEFAULT 'db');
         INSERT INTO q VALUES (1, 'a', 'old', 'x'), (2, 'B', 'old', 'x'), (8, 'k', 'keep', 'x'), (9, 'z', 'old', 'x');",
    )
}

fn action(name: &str, when: ActionTime, on: ActionEvent, script: &str) -> Action {
    Action {
        name: name.to_owned(),
        side: Side::Right,
        when,
        on,
        script: script.to_owned(),
        lifecycle: Lifecycle::Active,
    }
}

fn before(name: &str, on: ActionEvent, script: &str) -> Action {
    action(name, ActionTime::Before, on, script)
}

fn after(name: &str, on: ActionEvent, script: &str) -> Action {
    action(name, ActionTime::After, on, script)
}

fn project(systems: &Systems, actions: Vec<Action>) -> Project {
    let rules = vec![rule("id", "id"), rule("name", "name")];
    let mapping = Mapping {
        direction: MappingDirection::ToTarget,
        actions,
        ..mapping("p", "q", vec![by("id", pair("id", "id"))], rules)
    };
    systems.project(Direction::ToTarget, vec![mapping])
}

fn written(report: &RunReport) -> Vec<String> {
    let shown = |change: &Change| {
        let properties = change.properties.iter().map(|property| {
            format!("{}: {} → {} ({})", property.property, property.old, property.new, property.rule)
        });
        format!("{} {}: {}", change.method.id(), change.display, properties.collect::<Vec<_>>().join(", "))
    };
    changes(report).iter().map(shown).collect()
}

#[test]
fn actions_before_assign_columns_in_both_languages() {
    for language in [ScriptLanguage::Rhai, ScriptLanguage::JavaScript] {
        let systems = systems();
        let actions = vec![
            before("new", ActionEvent::Insert, "$state$ = \"new \" + $Left::name$; $by$ = \"sync\";"),
            before("changed", ActionEvent::Update, "$state$ = \"was \" + $state$ + \", is \" + $name$;"),
        ];
        let mut project = project(&systems, actions);
        project.script_language = language;
        let simulated = systems.simulate(&project);
        let expected = [
            "insert 3: id:  → 3 (id), name:  → c (name), state:  → new c (action new), by:  → sync (action new)",
            "insert 4: id:  → 4 (id), name:  → d (name), state:  → new d (action new), by:  → sync (action new)",
            "update 2: name: B → b (name), state: old → was old, is b (action changed)",
        ];
        assert_eq!(written(&simulated)[..3], expected, "{language:?}");
        let report = systems.run_well(&project);
        assert_eq!(written(&report), written(&simulated));
        assert_eq!(
            rows(&systems.right(), "SELECT * FROM q ORDER BY id"),
            ["1|a|old|x", "2|b|was old, is b|x", "3|c|new c|sync", "4|d|new d|sync"]
        );
        // An action is no reason to write.
        assert_eq!(systems.run_well(&project).total_writes(), 0);
    }
}

#[test]
fn actions_before_refuse_objects() {
    let systems = systems();
    let actions = vec![
        before("no c", ActionEvent::Insert, "if $name$ == \"c\" { throw \"no c here\" }"),
        before("no b", ActionEvent::Update, "if $Left::name$ == \"b\" { throw \"no b here\" }"),
        before("kept", ActionEvent::Delete, "if $state$ == \"keep\" { throw \"it is kept\" }"),
    ];
    let project = project(&systems, actions);
    let simulated = systems.simulate(&project);
    let report = systems.run(&project);
    for report in [&simulated, &report] {
        let told = messages(report, "SW-R125");
        assert_eq!(told.len(), 3, "{told:?}");
        for (text, expected) in told.iter().zip(["no b here", "no c here", "it is kept"]) {
            assert!(told.iter().any(|told| told.contains(expected)), "{text}");
        }
        assert_eq!(report.steps[0].situations.skipped, 3);
    }
    assert_eq!(report.run.status, RunStatus::DoneWithErrors);
    assert_eq!(rows(&systems.right(), "SELECT id, name FROM q ORDER BY id"), ["1|a", "2|B", "4|d", "8|k"]);
    let mut named: Vec<(Option<String>, Option<String>)> = report.steps[0]
        .messages
        .iter()
        .filter(|message| message.code == "SW-R125")
        .map(|message| (message.object.clone(), message.rule.clone()))
        .collect();
    named.sort();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        named,
        [
            (some("2"), some("action no b")),
            (some("3"), some("action no c")),
            (some("8"), some("action kept"))
        ]
    );
}

/// The action gives a column another value than a rule does: it has the last word, and the next run is at rest.
#[test]
fn actions_have_the_last_word() {
    let systems = systems();
    let project = project(&systems, vec![before("loud", ActionEvent::Update, "$name$ = $name$.to_upper();")]);
    let report = systems.run_well(&project);
    // It is upper case already, so nothing is left to write.
    assert!(written(&report).iter().all(|text| !text.starts_with("update")), "{:?}", written(&report));
    assert_eq!(rows(&systems.right(), "SELECT name FROM q WHERE id IN (1, 2)"), ["a", "B"]);
    systems.left().execute("UPDATE p SET name = 'bb' WHERE id = 2", []).unwrap();
    let report = systems.run_well(&project);
    assert_eq!(written(&report), ["update 2: name: B → BB (action loud)"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// Rules and action never agree.
#[test]
fn an_action_without_rest_is_told() {
    let systems = systems();
    let project = project(
        &systems,
        vec![before("grows", ActionEvent::Update, "$name$ = $name$ + \"!\"; $state$ += \"+\";")],
    );
    let report = systems.run(&project);
    let told = messages(&report, "SW-R119");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(rows(&systems.right(), "SELECT name, state FROM q WHERE id = 2"), ["B|old"]);
}

#[test]
fn actions_after_see_what_is_saved_and_log() {
    for language in [ScriptLanguage::Rhai, ScriptLanguage::JavaScript] {
        let systems = systems();
        let log = |what: &str| format!("log(\"{what} \" + $name$ + \" by \" + $by$);");
        let actions = vec![
            after("new", ActionEvent::Insert, &log("new")),
            after("changed", ActionEvent::Update, &log("changed")),
            after("gone", ActionEvent::Delete, &log("gone")),
            after("angry", ActionEvent::Update, "throw \"too late\""),
        ];
        let mut project = project(&systems, actions);
        project.script_language = language;
        let simulated = systems.simulate(&project);
        assert_eq!(messages(&simulated, "SW-R126"), [""; 0]);
        let report = systems.run(&project);
        assert!(report.failure.is_none(), "{:?}", report.failure);
        let mut told = messages(&report, "SW-R126");
        told.sort();
        // What the database fills in is seen, too.
        assert_eq!(told, ["changed b by x", "gone k by x", "gone z by x", "new c by db", "new d by db"]);
        let failed = messages(&report, "SW-R127");
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert!(failed[0].contains("too late"), "{failed:?}");
        assert_eq!(report.total_writes(), 5);
        let objects: Vec<_> = report.steps[0]
            .messages
            .iter()
            .filter(|message| message.code == "SW-R126")
            .filter_map(|message| message.object.clone())
            .collect();
        assert_eq!(objects.len(), 5);
    }
}

/// A run keeps a bounded number of lines, and says once how many there are beyond it.
#[test]
fn a_run_keeps_a_thousand_lines() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);
         WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO p SELECT i, 'n' || i FROM n;",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, name TEXT);",
    );
    let lines = "for i in 0..4 { log($name$ + \" \" + i); }";
    let project = project(&systems, vec![after("chatty", ActionEvent::Insert, lines)]);
    let report = systems.run_well(&project);
    assert_eq!(messages(&report, "SW-R126").len(), 1000);
    let told = messages(&report, "SW-R128");
    assert!(told.len() == 1 && told[0].starts_with("200 further lines"), "{told:?}");
    assert_eq!(report.total_writes(), 300);
    // The journal has the same.
    let kept = "SELECT code, count(*) FROM sw_message WHERE code LIKE 'SW-R12%' GROUP BY code ORDER BY code";
    assert_eq!(rows(&systems.left(), kept), ["SW-R126|1000", "SW-R128|1"]);
    // Who logs little is told nothing.
    systems.left().execute("UPDATE p SET name = 'x' WHERE id < 9", []).unwrap();
    let mut project = project;
    project.mappings[0].actions = vec![after("quiet", ActionEvent::Update, "log($name$)")];
    let report = systems.run_well(&project);
    assert_eq!((messages(&report, "SW-R126").len(), messages(&report, "SW-R128").len()), (8, 0));
}

/// The key that the database gives is found again.
#[test]
fn actions_after_find_objects_with_generated_keys() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO p VALUES (7, 'a'), (8, 'b');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);",
    );
    let mapping = Mapping {
        direction: MappingDirection::ToTarget,
        actions: vec![after("new", ActionEvent::Insert, "log($name$ + \" has \" + $id$.to_string());")],
        ..mapping("p", "q", vec![by("name", pair("name", "name"))], vec![rule("name", "name")])
    };
    let project = systems.project(Direction::ToTarget, vec![mapping]);
    let report = systems.run_well(&project);
    let mut told = messages(&report, "SW-R126");
    told.sort();
    assert_eq!(told, ["a has 1", "b has 2"]);
}

#[test]
fn what_names_sensitive_properties_is_not_shown() {
    let systems = systems();
    let actions = vec![
        before("first", ActionEvent::Insert, "if $name$ == \"c\" { throw \"secret \" + $name$ }"),
        after("second", ActionEvent::Update, "log(\"secret \" + $name$);"),
    ];
    let mut project = project(&systems, actions);
    for property in &mut project.target.schema.types[0].properties {
        property.sensitive = property.name == "name";
    }
    let report = systems.run(&project);
    let json = report.to_json().to_string();
    assert!(!json.contains("secret c") && !json.contains("secret b"), "{json}");
    assert_eq!((messages(&report, "SW-R125").len(), messages(&report, "SW-R126").len()), (1, 1));
}

#[test]
fn mistakes_in_actions_are_found_by_the_check() {
    let systems = systems();
    let cases = [
        (before("x", ActionEvent::Insert, "let = 1"), "SW-M012", "line 1"),
        (before("x", ActionEvent::Insert, "$nobody$ = 1"), "SW-M015", "no such property"),
        (before("x", ActionEvent::Insert, "$Left::name$ = \"a\""), "SW-M015", "object that is written"),
        (before("x", ActionEvent::Delete, "$name$ = \"a\""), "SW-M015", "deleted"),
        (after("x", ActionEvent::Insert, "$name$ = \"a\""), "SW-M015", "changes nothing"),
        (after("x", ActionEvent::Insert, "log($Left::name$)"), "SW-M015", "counterpart"),
        (before("x", ActionEvent::Insert, " "), "SW-C195", "no code"),
    ];
    for (action, code, expected) in cases {
        let found = check(&project(&systems, vec![action.clone()]));
        assert!(
            found.iter().any(|finding| finding.code == code
                && finding.severity == Severity::Error
                && finding.text.contains(expected)),
            "{action:?}: {found:?}"
        );
    }
    let other_side = Action { side: Side::Left, ..before("x", ActionEvent::Insert, "throw 1") };
    let found = check(&project(&systems, vec![other_side]));
    assert!(found.iter().any(|finding| finding.code == "SW-C201"), "{found:?}");
    let twice = vec![after("x", ActionEvent::Insert, "log(\"\")"); 2];
    assert!(check(&project(&systems, twice)).iter().any(|finding| finding.code == "SW-C103"));
}

/// Lifecycle: proposed actions take part in simulations only, those that are off never.
#[test]
fn proposed_actions_are_for_simulations() {
    let systems = systems();
    let with = |lifecycle: Lifecycle| {
        let action = before("mark", ActionEvent::Update, "$state$ = \"marked\";");
        project(&systems, vec![Action { lifecycle, ..action }])
    };
    let marks = |report: &RunReport| written(report).iter().any(|text| text.contains("marked"));
    assert!(marks(&systems.simulate(&with(Lifecycle::Proposed))));
    assert!(!marks(&systems.simulate(&with(Lifecycle::Off))));
    assert!(!marks(&systems.run_well(&with(Lifecycle::Proposed))));
}

#[test]
fn a_test_of_rules_runs_actions_before() {
    let systems = systems();
    let project = project(
        &systems,
        vec![
            before("mark", ActionEvent::Update, "$state$ = \"marked\";"),
            after("never here", ActionEvent::Update, "log(\"x\")"),
        ],
    );
    let test = RuleTest {
        mapping: project.mappings[0].name.clone(),
        direction: Direction::ToTarget,
        objects: TestObjects::Match("2".to_owned()),
        values: Vec::new(),
        variables: TestVariables::OfProject,
    };
    let shown = test_rules(&project, systems.folder(), &test, &CancelToken::default()).unwrap();
    let run = changes(&systems.simulate(&project)).into_iter().find(|change| change.method == Method::Update);
    assert_eq!(Some(&shown.changes[0]), run.as_ref());
    assert!(shown.changes[0].properties.iter().any(|property| property.rule == "action mark"));
}

/// Forced rules write the other system, and its actions run there.
#[test]
fn actions_run_where_forced_rules_write() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, number INTEGER, state TEXT);
         INSERT INTO p VALUES (7, 'a', NULL, 'old'), (8, 'b', 1, 'old');",
        "CREATE TABLE q (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
         INSERT INTO q VALUES (1, 'b');",
    );
    let number = PropertyRule {
        direction: MappingDirection::ToCentral,
        force_against_direction: true,
        ..rule("number", "number")
    };
    let name = PropertyRule { direction: MappingDirection::ToTarget, ..rule("name", "name") };
    let actions = vec![
        Action {
            side: Side::Left,
            ..before("back", ActionEvent::Update, "$state$ = \"number \" + $Right::number$.to_string();")
        },
        Action { side: Side::Left, ..after("told", ActionEvent::Update, "log($name$ + \": \" + $state$);") },
        before("new", ActionEvent::Insert, "$name$ = $name$ + \"\";"),
    ];
    let mapping =
        Mapping { actions, ..mapping("p", "q", vec![by("name", pair("name", "name"))], vec![name, number]) };
    let project = systems.project(Direction::ToTarget, vec![mapping]);
    let report = systems.run_well(&project);
    assert_eq!(rows(&systems.left(), "SELECT * FROM p"), ["7|a|2|number 2", "8|b|1|old"]);
    assert_eq!(messages(&report, "SW-R126"), ["a: number 2"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}
