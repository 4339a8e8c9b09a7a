//! Several rules whose scripts write the same columns: each sees what those before it make, whether that works out,
//! and whether it is held back (S9, R5, R20).

use std::time::Instant;

use syncwright_core::{
    check::{Severity, check},
    connect::OpenMode,
    journal::{BusyObject, BusyReason, Journal, label_key},
    project::{
        CollisionDetection, ConcurrenceBehaviour, Condition, Direction, Mapping, MappingDirection, Project,
        PropertyRule, ScriptLanguage, Side, Validation, VirtualKind, VirtualProperty,
    },
    value::{Value, ValueType},
};

use crate::{
    fixture::{Systems, by, mapping, messages, pair, rows, rule},
    virtual_properties::{between, class, property},
};

const LANGUAGES: [ScriptLanguage; 2] = [ScriptLanguage::Rhai, ScriptLanguage::JavaScript];

/// One bit of the column `flags` as a number, 0 or 1.
fn flag(language: ScriptLanguage, bit: u32) -> VirtualProperty {
    let (set, others) = (1 << bit, 255 - (1 << bit));
    let (read, write) = match language {
        ScriptLanguage::Rhai => (
            format!("if (($flags$ ?? 0) & {set}) != 0 {{ 1 }} else {{ 0 }}"),
            format!(
                "let old = $flags$ ?? 0; $flags$ = if value == 1 {{ old | {set} }} else {{ old & {others} }};"
            ),
        ),
        ScriptLanguage::JavaScript => (
            format!("(($flags$ ?? 0) & {set}) ? 1 : 0"),
            format!("let old = $flags$ ?? 0; $flags$ = value == 1 ? old | {set} : old & {others};"),
        ),
    };
    let kind = VirtualKind::Script { read: Some(read), write: Some(write) };
    property(&format!("bit{bit}"), ValueType::Integer, kind)
}

fn project(
    systems: &Systems,
    language: ScriptLanguage,
    rules: Vec<PropertyRule>,
    right: Vec<VirtualProperty>,
) -> Project {
    let to_target = Mapping {
        direction: MappingDirection::ToTarget,
        ..mapping("l", "r", vec![by("id", pair("id", "id"))], rules)
    };
    let mut project = systems.project(Direction::ToTarget, vec![to_target]);
    project.script_language = language;
    project.central.schema.classes.push(class("l", "p", Vec::new()));
    project.target.schema.classes.push(class("r", "q", right));
    project
}

/// Numbers of rules as in a directory, where one number holds what people know as switches.
#[test]
fn many_switches_share_one_number() {
    const BITS: u32 = 8;
    let columns: Vec<String> = (0..BITS).map(|bit| format!("bit{bit} INTEGER")).collect();
    let wanted = |id: u32| (id * 37 + 11) % 256;
    let row = |id: u32| {
        let bits: Vec<String> = (0..BITS).map(|bit| (wanted(id) >> bit & 1).to_string()).collect();
        format!("({id}, {})", bits.join(", "))
    };
    let rows_of_left: Vec<String> = (0..64).map(row).collect();
    for language in LANGUAGES {
        let systems = Systems::new(
            &format!(
                "CREATE TABLE p (id INTEGER PRIMARY KEY, {}); INSERT INTO p VALUES {};",
                columns.join(", "),
                rows_of_left.join(", ")
            ),
            "CREATE TABLE q (id INTEGER PRIMARY KEY, flags INTEGER);
             INSERT INTO q VALUES (0, 255), (1, NULL), (2, 0), (3, 122);",
        );
        let rules = (0..BITS).map(|bit| between(&format!("bit{bit}"), &format!("bit{bit}")));
        let rules = std::iter::once(rule("id", "id")).chain(rules).collect();
        let switches = (0..BITS).map(|bit| flag(language, bit)).collect();
        let project = project(&systems, language, rules, switches);
        let begin = Instant::now();
        assert!(
            check(&project).iter().all(|finding| finding.severity != Severity::Error),
            "{:?}",
            check(&project)
        );
        let report = systems.run_well(&project);
        assert_eq!((report.steps[0].writes.update, report.steps[0].writes.insert), (3, 60));
        let expected: Vec<String> = (0..64).map(|id| format!("{id}|{}", wanted(id))).collect();
        assert_eq!(rows(&systems.right(), "SELECT id, flags FROM q ORDER BY id"), expected);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
        // Expressions that grow with every rule would take gigabytes and hours.
        assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
    }
}

/// Nobody builds upon a value that could not be made.
#[test]
fn what_failed_is_not_built_upon() {
    for language in LANGUAGES {
        let systems = Systems::new(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, bit1 INTEGER, bit2 INTEGER);
             INSERT INTO p VALUES (1, 0, 1), (2, 0, 1), (3, 1, 1);",
            "CREATE TABLE q (id INTEGER PRIMARY KEY, flags INTEGER); INSERT INTO q VALUES (1, 66), (2, 66);",
        );
        let mut broken = flag(language, 1);
        if let VirtualKind::Script { write: Some(write), .. } = &mut broken.kind {
            let throw = match language {
                ScriptLanguage::Rhai => "if $id$ == 1 || value == 1 { throw \"not this one\" }",
                ScriptLanguage::JavaScript => "if ($id$ == 1 || value == 1) throw 'not this one';",
            };
            *write = format!("{throw} {write}");
        }
        let rules = vec![rule("id", "id"), between("bit1", "bit1"), between("bit2", "bit2")];
        let project = project(&systems, language, rules, vec![broken, flag(language, 2)]);
        let report = systems.run(&project);
        let told = messages(&report, "SW-R112");
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|text| text.contains("bit1") && text.contains("not this one")), "{told:?}");
        assert_eq!(rows(&systems.right(), "SELECT id, flags FROM q ORDER BY id"), ["1|66", "2|68"]);
    }
}

/// What a rule without script is refused is not written with an addition either.
#[test]
fn what_was_refused_is_not_built_upon() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, note TEXT, tail TEXT);
         INSERT INTO p VALUES (1, 'bad', '!'), (2, 'good', '!');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, note TEXT, shown TEXT); INSERT INTO q VALUES (1, 'a', 'b'), (2, 'a', 'b');",
    );
    let validation =
        Validation { accept: Condition::Expression("Value <> 'bad'".to_owned()), message: "no".to_owned() };
    let note =
        PropertyRule { name: "the note".to_owned(), validation: Some(validation), ..rule("note", "note") };
    for write in ["$note$ = $note$ + value;", "$shown$ = $note$ + value;"] {
        let shown = property(
            "vrtShown",
            ValueType::String,
            VirtualKind::Script { read: None, write: Some(write.to_owned()) },
        );
        let rules = vec![rule("id", "id"), note.clone(), between("tail", "vrtShown")];
        let project = project(&systems, ScriptLanguage::Rhai, rules, vec![shown]);
        let report = systems.simulate(&project);
        let codes = ["SW-R102", "SW-R110"];
        let told: Vec<String> = codes.iter().flat_map(|code| messages(&report, code)).collect();
        assert!(
            !told.is_empty() && told.iter().any(|text| text.contains("bad") || text.contains("the note")),
            "{told:?}"
        );
        let named: Vec<String> = report.steps[0].changes.iter().map(|change| change.display).collect();
        assert_eq!((named, report.steps[0].situations.skipped), (vec!["2".to_owned()], 1), "{write}");
    }
}

/// A rule that leaves busy objects alone does so, too, where a script of another one reads what it would write.
#[test]
fn what_is_held_back_is_not_built_upon() {
    for language in LANGUAGES {
        let systems = Systems::new(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, bit1 INTEGER, bit2 INTEGER);
             INSERT INTO p VALUES (1, 1, 1), (2, 1, 1), (3, 1, 0);",
            "CREATE TABLE q (id INTEGER PRIMARY KEY, flags INTEGER); INSERT INTO q VALUES (1, 64), (2, 64), (3, 64);",
        );
        let mut rules = vec![rule("id", "id"), between("bit1", "bit1"), between("bit2", "bit2")];
        rules[2].concurrence = ConcurrenceBehaviour::Apply;
        let mut project = project(&systems, language, rules, vec![flag(language, 1), flag(language, 2)]);
        project.start_ups[0].collision_detection = CollisionDetection::BeforeMapping;
        let mut journal = Journal::open(&project, systems.folder(), OpenMode::Write).unwrap();
        let busy = |id: i64| {
            let key = label_key(&[("id".to_owned(), Value::Integer(id))]);
            BusyObject::new(key, BusyReason::Process)
        };
        journal.set_busy(Side::Right, "q", &[busy(1), busy(3)]).unwrap();
        let report = systems.run_well(&project);
        // 64 + 4, 64 + 4 + 2, and of the third one the only change is held back.
        assert_eq!(rows(&systems.right(), "SELECT id, flags FROM q ORDER BY id"), ["1|68", "2|70", "3|64"]);
        assert_eq!((messages(&report, "SW-R107").len(), report.steps[0].situations.busy), (2, 1));
    }
}

/// What is written through a reference is known only when it is written.
#[test]
fn a_script_cannot_name_what_is_written_through_a_reference() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, office TEXT, note TEXT);",
        "CREATE TABLE office (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE q (id INTEGER PRIMARY KEY, office INTEGER REFERENCES office (id), note TEXT);",
    );
    let office =
        VirtualKind::KeyResolution { reference: vec!["office".to_owned()], property: "name".to_owned() };
    let note = VirtualKind::Script { read: None, write: Some("$note$ = `${$office$}${value}`;".to_owned()) };
    let properties =
        vec![property("vrtOffice", ValueType::String, office), property("vrtNote", ValueType::String, note)];
    for first in [true, false] {
        let mut rules = vec![rule("id", "id"), between("office", "vrtOffice"), between("note", "vrtNote")];
        if !first {
            rules.swap(1, 2);
        }
        let project = project(&systems, ScriptLanguage::Rhai, rules, properties.clone());
        let found = check(&project);
        let told =
            found.iter().find(|finding| finding.text.contains("$office$")).map(|finding| &finding.text);
        assert!(told.is_some_and(|text| text.contains("vrtOffice")), "{found:?}");
    }
}

/// A rule that does not run fails nowhere, also where a script reads what it would have given.
#[test]
fn a_rule_that_does_not_run_does_not_fail() {
    let quantities: Vec<String> = (1..=300).map(|id| format!("({id}, {}, 't')", id % 2 * 4)).collect();
    let systems = Systems::new(
        &format!(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, qty INTEGER, tail TEXT); INSERT INTO p VALUES {};",
            quantities.join(", ")
        ),
        "CREATE TABLE q (id INTEGER PRIMARY KEY, ratio INTEGER, note TEXT);",
    );
    let mut ratio = rule("qty", "ratio");
    ratio.condition = Some(Condition::Expression("Left.qty <> 0".to_owned()));
    ratio.transformation.to_target =
        Some(syncwright_core::project::Formula::Expression("100 / Left.qty".to_owned()));
    let accept = Condition::Expression("Value < 50".to_owned());
    ratio.validation = Some(Validation { accept, message: String::new() });
    let write = "$note$ = `${$ratio$ ?? 0}${value}`;".to_owned();
    let note = property("vrtNote", ValueType::String, VirtualKind::Script { read: None, write: Some(write) });
    let plain = project(&systems, ScriptLanguage::Rhai, vec![rule("id", "id"), ratio.clone()], Vec::new());
    let simulated = systems.simulate(&plain);
    assert_eq!(simulated.steps.first().map(|step| step.changes.len()), Some(300), "{:?}", simulated.failure);
    let rules = vec![rule("id", "id"), ratio, between("tail", "vrtNote")];
    let project = project(&systems, ScriptLanguage::Rhai, rules, vec![note]);
    let report = systems.run_well(&project);
    assert_eq!(report.steps[0].writes.insert, 300, "{:?}", messages(&report, "SW-R121"));
    let counted = "SELECT ratio, note, count(*) FROM q GROUP BY 1, 2 ORDER BY 1";
    assert_eq!(rows(&systems.right(), counted), ["∅|0t|150", "25|25t|150"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// Whoever only replaces a value does not depend on it: the last rule wins (R23).
#[test]
fn what_is_only_replaced_may_have_failed() {
    for (language, write) in
        [(ScriptLanguage::Rhai, "$note$ = value;"), (ScriptLanguage::JavaScript, "$note$ = value")]
    {
        let systems = Systems::new(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, note TEXT, tail TEXT); INSERT INTO p VALUES (1, 'bad', 't');",
            "CREATE TABLE q (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO q VALUES (1, 'a');",
        );
        let accept = Condition::Expression("Value <> 'bad'".to_owned());
        let validation = Some(Validation { accept, message: "no".to_owned() });
        let note = PropertyRule { validation, ..rule("note", "note") };
        let last = property(
            "vrtNote",
            ValueType::String,
            VirtualKind::Script { read: None, write: Some(write.to_owned()) },
        );
        let rules = vec![rule("id", "id"), note, between("tail", "vrtNote")];
        let project = project(&systems, language, rules, vec![last]);
        systems.run_well(&project);
        assert_eq!(rows(&systems.right(), "SELECT note FROM q"), ["t"]);
        let told = check(&project).into_iter().filter(|finding| finding.code == "SW-C112").count();
        assert_eq!(told, 1, "the first of the rules has never an effect");
    }
}

/// What a script throws may quote what it sees.
#[test]
fn errors_of_scripts_that_see_sensitive_values_are_not_shown() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, pin TEXT); INSERT INTO p VALUES (1, 'hush-4711');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, note TEXT);",
    );
    let write = "throw \"bad \" + value; $note$ = value;".to_owned();
    let note = property("vrtNote", ValueType::String, VirtualKind::Script { read: None, write: Some(write) });
    let rules = vec![rule("id", "id"), between("pin", "vrtNote")];
    let mut project = project(&systems, ScriptLanguage::Rhai, rules, vec![note]);
    let people = project.central.schema.types.iter_mut().find(|one| one.name == "p").unwrap();
    people.properties.iter_mut().find(|one| one.name == "pin").unwrap().sensitive = true;
    let report = systems.run(&project);
    let told = messages(&report, "SW-R112");
    assert!(told.len() == 1 && told[0].contains("not shown"), "{told:?}");
    assert!(!report.to_json().to_string().contains("hush"), "{told:?}");
}
