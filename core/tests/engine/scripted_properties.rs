//! Virtual properties that are scripts (S9, E5): what they read, what is written through them, and that an object on
//! which a script fails is left out and never counts as missing.

use syncwright_core::{
    check::{Severity, check},
    journal::Change,
    progress::CancelToken,
    project::{
        Direction, Mapping, MappingDirection, Method, Project, PropertyRule, ScriptLanguage, VirtualKind,
        VirtualProperty,
    },
    sync::{
        RunReport, RunStatus,
        test_rules::{RuleTest, TestObjects, TestVariables, test_rules},
    },
    value::ValueType,
};

use crate::{
    fixture::{Systems, by, changes, mapping, messages, pair, rows, rule},
    virtual_properties::{between, class, property},
};

fn script(name: &str, read: Option<&str>, write: Option<&str>) -> VirtualProperty {
    let owned = |text: &str| text.to_owned();
    property(name, ValueType::String, VirtualKind::Script { read: read.map(owned), write: write.map(owned) })
}

/// People with a full name on the left, in two columns on the right.
fn systems() -> Systems {
    Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, full TEXT, note TEXT);
         INSERT INTO p VALUES (1, 'Ann Lee', 'a'), (2, 'Bo Ng', 'b'), (3, 'Cy Ode', 'c'), (4, NULL, 'd');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, first TEXT, last TEXT, note TEXT);
         INSERT INTO q VALUES (1, 'Ann', 'Lee', 'a'), (2, 'Bo', 'Old', 'b'), (9, 'Zo', 'Gone', 'z');",
    )
}

struct Texts {
    language: ScriptLanguage,
    read: &'static str,
    write: &'static str,
    /// Fails on the object with the number 2.
    fails: [&'static str; 4],
}

const RHAI: Texts = Texts {
    language: ScriptLanguage::Rhai,
    read: "if $first$ == () { () } else { $first$ + \" \" + $last$ }",
    write: "let parts = value.split(\" \"); $first$ = parts[0]; $last$ = parts[1];",
    fails: [
        "if $id$ == 2 { throw \"not this one\" } $full$",
        "if $id$ == 2 { loop { } } $full$",
        "if $id$ == 2 { let t = \"x\"; while true { t += t; } } $full$",
        "fn deep(n) { deep(n + 1) } if $id$ == 2 { deep(1) } $full$",
    ],
};

const JAVASCRIPT: Texts = Texts {
    language: ScriptLanguage::JavaScript,
    read: "$first$ === null ? null : $first$ + ' ' + $last$",
    write: "const parts = value.split(' '); $first$ = parts[0]; $last$ = parts[1];",
    fails: [
        "if ($id$ === 2) { throw new Error('not this one'); } return $full$;",
        "if ($id$ === 2) { for (;;) {} } return $full$;",
        "if ($id$ === 2) { let t = 'x'; for (;;) t += t; } return $full$;",
        "const deep = n => deep(n + 1); if ($id$ === 2) { deep(1); } return $full$;",
    ],
};

const BOTH: [&Texts; 2] = [&RHAI, &JAVASCRIPT];

fn by_id(rules: Vec<PropertyRule>) -> Mapping {
    mapping("l", "r", vec![by("id", pair("id", "id"))], rules)
}

/// A project whose classes `l` and `r` have these virtual properties.
fn project(
    systems: &Systems,
    language: ScriptLanguage,
    mapping: Mapping,
    left: Vec<VirtualProperty>,
    right: Vec<VirtualProperty>,
) -> Project {
    let mut project = systems.project(Direction::ToTarget, vec![mapping]);
    project.script_language = language;
    project.central.schema.classes.push(class("l", "p", left));
    project.target.schema.classes.push(class("r", "q", right));
    project
}

fn name_rule() -> PropertyRule {
    PropertyRule { name: "the name".to_owned(), ..between("full", "vrtName") }
}

fn by_name(systems: &Systems, texts: &Texts, read: bool) -> Project {
    let name = script("vrtName", read.then_some(texts.read), Some(texts.write));
    let one_way =
        Mapping { direction: MappingDirection::ToTarget, ..by_id(vec![rule("id", "id"), name_rule()]) };
    project(systems, texts.language, one_way, Vec::new(), vec![name])
}

fn written(report: &RunReport) -> Vec<String> {
    let shown = |change: &Change| {
        let properties = change.properties.iter().map(|property| {
            format!("{}: {} → {} ({})", property.property, property.old, property.new, property.rule)
        });
        format!("{} {}: {}", change.method.id(), change.display, properties.collect::<Vec<_>>().join(", "))
    };
    changes(report).iter().filter(|change| change.method != Method::Delete).map(shown).collect()
}

#[test]
fn a_write_part_writes_the_columns_that_it_assigns() {
    for (texts, read) in BOTH.into_iter().flat_map(|texts| [(texts, true), (texts, false)]) {
        let systems = systems();
        // Without a name there is nothing to split; a write part without a read part always runs.
        systems.left().execute("UPDATE p SET full = 'Di Pe' WHERE id = 4", []).unwrap();
        let project = by_name(&systems, texts, read);
        let simulated = systems.simulate(&project);
        let expected = [
            "insert 3: id:  → 3 (id), first:  → Cy (the name), last:  → Ode (the name)",
            "insert 4: id:  → 4 (id), first:  → Di (the name), last:  → Pe (the name)",
            "update 2: last: Old → Ng (the name)",
        ];
        assert_eq!(written(&simulated), expected, "{:?} {read}", texts.language);
        let report = systems.run_well(&project);
        assert_eq!(written(&report), expected);
        assert_eq!(
            rows(&systems.right(), "SELECT id, first, last, note FROM q ORDER BY id"),
            ["1|Ann|Lee|a", "2|Bo|Ng|b", "3|Cy|Ode|∅", "4|Di|Pe|∅"]
        );
        assert_eq!(systems.run_well(&project).total_writes(), 0);
    }
}

#[test]
fn a_write_part_that_fails_concerns_its_object_only() {
    for texts in BOTH {
        let systems = systems();
        systems.left().execute("UPDATE p SET full = 'Single' WHERE id IN (2, 3)", []).unwrap();
        let project = by_name(&systems, texts, true);
        let report = systems.run(&project);
        // Rhai fails on the missing part; in JavaScript it is undefined, which is NULL.
        let told = messages(&report, "SW-R112");
        let expected = match texts.language {
            ScriptLanguage::Rhai => ["1|Ann|Lee", "2|Bo|Old", "4|∅|∅"].as_slice(),
            ScriptLanguage::JavaScript => &["1|Ann|Lee", "2|Single|∅", "3|Single|∅", "4|∅|∅"],
        };
        assert_eq!(told.len(), if texts.language == ScriptLanguage::Rhai { 2 } else { 0 }, "{told:?}");
        assert_eq!(rows(&systems.right(), "SELECT id, first, last FROM q ORDER BY id"), expected, "{told:?}");
    }
}

/// What is read back differs from what was written: the columns decide, so a second run is at rest. Where the property
/// holds the value already, the script does not run.
#[test]
fn what_is_read_back_in_another_form_comes_to_rest() {
    let systems = systems();
    let read = "if $first$ == () { () } else { $first$ + \" \" + $last$ }";
    let write = "let parts = value.to_lower().split(\" \"); $first$ = parts[0]; $last$ = parts[1];";
    let name = script("vrtName", Some(read), Some(write));
    let one_way = Mapping {
        direction: MappingDirection::ToTarget,
        ..by_id(vec![rule("id", "id"), name_rule(), rule("note", "note")])
    };
    let project = project(&systems, ScriptLanguage::Rhai, one_way, Vec::new(), vec![name]);
    systems.run_well(&project);
    assert_eq!(
        rows(&systems.right(), "SELECT first, last FROM q ORDER BY id"),
        ["Ann|Lee", "bo|ng", "cy|ode", "∅|∅"]
    );
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// A script that never agrees with itself would write in every run.
#[test]
fn a_write_part_without_rest_is_told() {
    let systems = systems();
    let counts = script("vrtName", None, Some("$note$ = ($note$ ?? \"\") + value;"));
    let one_way = Mapping {
        direction: MappingDirection::ToTarget,
        ..by_id(vec![rule("id", "id"), between("note", "vrtName")])
    };
    let project = project(&systems, ScriptLanguage::Rhai, one_way, Vec::new(), vec![counts]);
    let report = systems.run(&project);
    assert_eq!(messages(&report, "SW-R119").len(), 4, "{:#}", report.to_json());
    assert_eq!(rows(&systems.right(), "SELECT note FROM q"), ["a", "b"]);
}

/// The script sees the object as the rules before it make it, and a rule behind it wins.
#[test]
fn rules_and_write_parts_stand_in_one_order() {
    let systems = systems();
    let part = script("vrtMark", None, Some("$last$ = $note$ + value;"));
    let rules = |last: bool| {
        let mut rules =
            vec![rule("id", "id"), rule("note", "note"), between("full", "vrtMark"), rule("note", "last")];
        if !last {
            rules.pop();
        }
        rules[2].name = "mark".to_owned();
        if let Some(last) = rules.get_mut(3) {
            last.name = "last".to_owned();
        }
        Mapping { direction: MappingDirection::ToTarget, ..by_id(rules) }
    };
    systems.left().execute("UPDATE p SET note = 'new', full = 'x' WHERE id = 1", []).unwrap();
    let marked = project(&systems, ScriptLanguage::Rhai, rules(false), Vec::new(), vec![part.clone()]);
    let update = |project: &Project| {
        written(&systems.simulate(project)).into_iter().find(|text| text.starts_with("update 1"))
    };
    assert_eq!(update(&marked).unwrap(), "update 1: last: Lee → newx (mark), note: a → new (note)");
    let overruled = project(&systems, ScriptLanguage::Rhai, rules(true), Vec::new(), vec![part]);
    assert_eq!(update(&overruled).unwrap(), "update 1: last: Lee → new (last), note: a → new (note)");
    let found: Vec<_> = check(&overruled).into_iter().filter(|finding| finding.code == "SW-C112").collect();
    assert!(found.iter().any(|finding| finding.text.contains("last")), "{:?}", check(&overruled));
}

#[test]
fn a_read_part_that_fails_leaves_its_object_out_and_nothing_else() {
    for (texts, fails) in BOTH.into_iter().flat_map(|texts| texts.fails.map(|fails| (texts, fails))) {
        let systems = systems();
        let rules = vec![rule("id", "id"), between("vrtFull", "first"), rule("note", "note")];
        let one_way = Mapping { direction: MappingDirection::ToTarget, ..by_id(rules) };
        let full = script("vrtFull", Some(fails), None);
        let project = project(&systems, texts.language, one_way, vec![full], Vec::new());
        systems.left().execute("UPDATE p SET note = 'changed'", []).unwrap();
        let simulated = systems.simulate(&project);
        let report = systems.run(&project);
        for report in [&simulated, &report] {
            assert!(report.failure.is_none(), "{:?}", report.failure);
            let told = messages(report, "SW-R112");
            assert_eq!(told.len(), 1, "{fails}: {told:?}");
            assert!(told[0].contains("vrtFull") && told[0].ends_with("the object is left out"), "{told:?}");
            assert_eq!(messages(report, "SW-R124"), [""; 0]);
            let step = &report.steps[0];
            assert_eq!((step.left_objects, step.right_objects, step.situations.skipped), (4, 3, 1));
        }
        assert_eq!(report.run.status, RunStatus::DoneWithErrors);
        assert_eq!(
            rows(&systems.right(), "SELECT id, first, note FROM q ORDER BY id"),
            ["1|Ann Lee|changed", "2|Bo|b", "3|Cy Ode|changed", "4|∅|changed"]
        );
        let again = systems.run(&project);
        assert_eq!((again.total_writes(), messages(&again, "SW-R112").len()), (0, 1));
    }
}

/// Nobody knows the counterpart of an object whose matching property cannot be read.
#[test]
fn an_object_that_cannot_be_matched_is_not_missing() {
    for direction in [Direction::ToTarget, Direction::ToCentral] {
        for other_rule in [false, true] {
            let systems = systems();
            let key = script("vrtKey", Some("if $id$ == 2 { throw \"no\" } $id$"), None);
            let mut matching = vec![by("key", pair("vrtKey", "id"))];
            if other_rule {
                // It would pair the object, but may be wrong.
                matching.push(by("note", pair("note", "note")));
            }
            let all = mapping("l", "r", matching, vec![rule("id", "id"), rule("note", "note")]);
            let mut project = project(&systems, ScriptLanguage::Rhai, all, vec![key], Vec::new());
            project.workflows[0].direction = direction;
            systems.left().execute("UPDATE p SET note = 'changed' WHERE id = 1", []).unwrap();
            let report = systems.run(&project);
            assert!(report.failure.is_none(), "{:?}", report.failure);
            assert_eq!(messages(&report, "SW-R112").len(), 1);
            let sides = [("p", systems.left()), ("q", systems.right())]
                .map(|(table, system)| rows(&system, &format!("SELECT id, note FROM {table} ORDER BY id")));
            let told = messages(&report, "SW-R124");
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].contains("2 objects of the target system"), "{told:?}");
            match direction {
                // 9 is not deleted, since it may be the counterpart of 2, and neither is 2; 3 and 4 are inserted.
                Direction::ToTarget => {
                    assert_eq!(sides[1], ["1|changed", "2|b", "3|c", "4|d", "9|z"], "{other_rule}");
                }
                // 2 and 9 are not inserted, 3 and 4 are deleted.
                Direction::ToCentral => assert_eq!(sides[0], ["1|a", "2|b"], "{other_rule}"),
            }
        }
    }
}

/// Who is remembered is matched without the script.
#[test]
fn a_remembered_pair_is_known_all_the_same() {
    let systems = systems();
    let key = |text: &str| script("vrtKey", Some(text), None);
    let remembering = Mapping {
        remember_pairs: true,
        direction: MappingDirection::ToTarget,
        ..mapping(
            "l",
            "r",
            vec![by("key", pair("vrtKey", "id"))],
            vec![rule("id", "id"), rule("note", "note")],
        )
    };
    let mut project = project(&systems, ScriptLanguage::Rhai, remembering, vec![key("$id$")], Vec::new());
    systems.run_well(&project);
    project.central.schema.classes[0].virtual_properties = vec![key("if $id$ == 2 { throw \"no\" } $id$")];
    systems.left().execute_batch("UPDATE p SET note = 'changed'; DELETE FROM p WHERE id = 4").unwrap();
    let report = systems.run(&project);
    assert_eq!(messages(&report, "SW-R124"), [""; 0]);
    assert_eq!(
        rows(&systems.right(), "SELECT id, note FROM q ORDER BY id"),
        ["1|changed", "2|b", "3|changed"]
    );
}

#[test]
fn read_parts_give_typed_values_and_lists() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO p VALUES (1, 'b;a'), (2, NULL);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, length INTEGER, first TEXT);",
    );
    for language in [ScriptLanguage::Rhai, ScriptLanguage::JavaScript] {
        let (length, list) = match language {
            ScriptLanguage::Rhai => (
                "if $text$ == () { () } else { $text$.len() }",
                "if $text$ == () { () } else { $text$.split(\";\") }",
            ),
            ScriptLanguage::JavaScript => ("$text$?.length", "$text$?.split(';')"),
        };
        let length =
            VirtualProperty { value_type: ValueType::Integer, ..script("vrtLength", Some(length), None) };
        let list = VirtualProperty { multi_valued: true, ..script("vrtList", Some(list), None) };
        let first = PropertyRule { first_value_as_single_value: true, ..between("vrtList", "first") };
        let rules = vec![rule("id", "id"), between("vrtLength", "length"), first];
        let one_way = Mapping { direction: MappingDirection::ToTarget, ..by_id(rules) };
        let project = project(&systems, language, one_way, vec![length, list], Vec::new());
        systems.run_well(&project);
        assert_eq!(rows(&systems.right(), "SELECT * FROM q ORDER BY id"), ["1|3|b", "2|∅|∅"], "{language:?}");
        systems.right().execute("DELETE FROM q", []).unwrap();
    }
}

fn errors(project: &Project) -> Vec<(&'static str, String)> {
    let errors = check(project).into_iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| (finding.code, finding.text)).collect()
}

#[test]
fn what_cannot_be_read_or_written_is_found_by_the_check() {
    let systems = systems();
    let texts = &RHAI;
    // Read only, and a rule writes it.
    let mut one = by_name(&systems, texts, true);
    one.target.schema.classes[0].virtual_properties = vec![script("vrtName", Some(texts.read), None)];
    let found = errors(&one);
    assert!(
        found.iter().any(|(code, text)| *code == "SW-M004" && text.contains("no write part")),
        "{found:?}"
    );
    // Write only, and rules read it.
    for change in [
        (|project: &mut Project| project.mappings[0].direction = MappingDirection::Both) as fn(&mut Project),
        |project| project.mappings[0].rules[1].do_not_overwrite = true,
        |project| project.mappings[0].matching = vec![by("name", pair("full", "vrtName"))],
    ] {
        let mut project = by_name(&systems, texts, false);
        assert_eq!(errors(&project), []);
        change(&mut project);
        let found = errors(&project);
        assert!(found.iter().any(|(code, text)| *code == "SW-M014" && text.contains("vrtName")), "{found:?}");
    }
}

#[test]
fn mistakes_in_scripts_are_found_even_where_nobody_uses_them() {
    let systems = systems();
    let cases: [(Option<&str>, Option<&str>, &str); 8] = [
        (Some("$full$ +"), None, "line 1"),
        (Some("$nobody$"), None, "has no such property"),
        (Some("$vrtOther$"), None, "virtual property"),
        (Some("$Right::first$"), None, "its own object only"),
        (None, Some("$nobody$ = value"), "has no such property"),
        (None, Some("let a = value;\nlet = 2;"), "line 2"),
        (None, None, "neither"),
        (Some("$full$ = 1"), None, "assigns"),
    ];
    for (read, write, expected) in cases {
        let properties = vec![script("vrtX", read, write), script("vrtOther", Some("$full$"), None)];
        let project =
            project(&systems, ScriptLanguage::Rhai, by_id(vec![rule("id", "id")]), properties, Vec::new());
        let found = errors(&project);
        assert!(
            found.iter().any(|(code, text)| *code == "SW-C200" && text.contains(expected)),
            "{read:?} {write:?}: {found:?}"
        );
    }
}

/// The same in a test of rules: the columns that the rule writes, and why one is left alone.
#[test]
fn a_test_of_rules_shows_the_columns() {
    let systems = systems();
    let project = by_name(&systems, &RHAI, true);
    let test = RuleTest {
        mapping: project.mappings[0].name.clone(),
        direction: Direction::ToTarget,
        objects: TestObjects::Match("2".to_owned()),
        values: Vec::new(),
        variables: TestVariables::OfProject,
    };
    let shown = test_rules(&project, systems.folder(), &test, &CancelToken::default()).unwrap();
    let rules: Vec<String> = shown
        .rules
        .iter()
        .filter(|result| result.rule == "the name")
        .map(|result| format!("{}: {} {:?}", result.property, result.new, result.not_run))
        .collect();
    assert_eq!(
        rules,
        [
            "first:  Some(\"the script that writes the property does not change this column\")",
            "last: Ng None"
        ]
    );
    let run = changes(&systems.simulate(&project)).into_iter().find(|change| change.display == "2").unwrap();
    assert_eq!(shown.changes, [run]);
}
