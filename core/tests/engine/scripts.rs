//! Scripts in mappings (E5): both languages mean the same, and a script that fails concerns its object only.

use syncwright_core::{
    project::{
        Condition, Direction, Formula, Mapping, MappingDirection, Method, MethodChoice, Project,
        PropertyRule, ScriptLanguage, Snippet, Transformation, Validation,
    },
    sync::RunStatus,
};

use crate::fixture::{Systems, by, changes, mapping, messages, pair, rows, rule};

fn systems() -> Systems {
    let table = "CREATE TABLE person (id INTEGER PRIMARY KEY, first TEXT, last TEXT, login TEXT, age INTEGER, hired TEXT);";
    let mut left = table.to_owned();
    for id in 1..=40 {
        let (first, last) = (["Ann", "Bób", "Ève", ""][id % 4], ["Lee", "Ng", "Ødegård"][id % 3]);
        left.push_str(&format!(
            "INSERT INTO person VALUES ({id}, '{first}', {}, NULL, {}, '2024-02-{:02}');",
            if id % 7 == 0 { "NULL".to_owned() } else { format!("'{last}'") },
            id * 3 % 50,
            id % 28 + 1,
        ));
    }
    let right = format!(
        "{table} INSERT INTO person VALUES (3, 'x', 'y', 'z', 1, NULL), (4, 'x', 'y', 'keep', 99, NULL);"
    );
    Systems::new(&left, &right)
}

fn formula(text: &str) -> Transformation {
    Transformation { to_target: Some(Formula::Script(text.to_owned())), ..Transformation::default() }
}

struct Texts {
    snippet: &'static str,
    login: &'static str,
    adult: &'static str,
    accept: &'static str,
    when: &'static str,
}

const RHAI: Texts = Texts {
    snippet: "fn short(text) { if text == () { \"\" } else { text.sub_string(0, 1) } }",
    login: "short($Left::first$).to_lower() + ($last$ ?? \"nobody\")",
    adult: "$Left::age$ >= 18",
    accept: "$Value$ == () || $Value$ < 45",
    when: "$Left::id$ % 5 != 0",
};

const JAVASCRIPT: Texts = Texts {
    snippet: "function short(text) { return text === null ? '' : text.substring(0, 1); }",
    login: "short($Left::first$).toLowerCase() + ($last$ ?? 'nobody')",
    adult: "return $Left::age$ >= 18;",
    accept: "$Value$ === null || $Value$ < 45",
    when: "$Left::id$ % 5 !== 0",
};

fn project(systems: &Systems, language: ScriptLanguage, texts: &Texts) -> Project {
    let rules = vec![
        rule("id", "id"),
        rule("first", "first"),
        PropertyRule { transformation: formula(texts.login), ..rule("login", "login") },
        PropertyRule {
            validation: Some(Validation {
                accept: Condition::Script(texts.accept.to_owned()),
                message: "too old".to_owned(),
            }),
            ..rule("age", "age")
        },
        PropertyRule { condition: Some(Condition::Script(texts.adult.to_owned())), ..rule("last", "last") },
    ];
    let mapping: Mapping = mapping("person", "person", vec![by("id", pair("id", "id"))], rules);
    let mut project = systems.project(Direction::ToTarget, vec![mapping]);
    project.script_language = language;
    project.snippets = vec![Snippet { name: "names".to_owned(), code: texts.snippet.to_owned() }];
    project.workflows[0].steps[0].methods.only_in_source = vec![MethodChoice {
        method: Method::Insert,
        condition: Some(Condition::Script(texts.when.to_owned())),
    }];
    project
}

#[test]
fn the_same_meaning_gives_the_same_change_list() {
    let systems = systems();
    let rhai = systems.simulate(&project(&systems, ScriptLanguage::Rhai, &RHAI));
    let javascript = systems.simulate(&project(&systems, ScriptLanguage::JavaScript, &JAVASCRIPT));
    let json = |report: &syncwright_core::sync::RunReport| {
        changes(report).iter().map(syncwright_core::journal::Change::to_json).collect::<Vec<_>>()
    };
    assert!(json(&rhai).len() > 25, "{}", json(&rhai).len());
    assert_eq!(json(&rhai), json(&javascript));
    assert_eq!(messages(&rhai, "SW-R110"), messages(&javascript, "SW-R110"));
    assert!(messages(&rhai, "SW-R110")[0].contains("too old"));

    let project = project(&systems, ScriptLanguage::Rhai, &RHAI);
    let report = systems.run(&project);
    assert_eq!(report.run.status, RunStatus::DoneWithErrors);
    assert_eq!(
        rows(&systems.right(), "SELECT login, last FROM person WHERE id IN (1, 2, 7)"),
        ["bNg|∅", "èØdegård|∅", "nobody|∅"]
    );
    assert_eq!(systems.run(&project).total_writes(), 0);
}

#[test]
fn a_failing_script_concerns_its_object_only() {
    for (language, text) in [
        (
            ScriptLanguage::Rhai,
            "if $Left::id$ == 7 { let n = 0; loop { n += 1; } } else if $Left::id$ == 8 { let t = \"x\"; while true { t += t; } t } else if $Left::id$ == 9 { throw \"not this one\" } else { \"ok\" }",
        ),
        (
            ScriptLanguage::JavaScript,
            "if ($Left::id$ === 7) { for (;;) {} } if ($Left::id$ === 8) { let t = 'x'; for (;;) t += t; } if ($Left::id$ === 9) { throw new Error('not this one'); } return 'ok';",
        ),
    ] {
        let systems = systems();
        let rules =
            vec![rule("id", "id"), PropertyRule { transformation: formula(text), ..rule("login", "login") }];
        let mapping = mapping("person", "person", vec![by("id", pair("id", "id"))], rules);
        let mut project = systems.project(Direction::ToTarget, vec![mapping]);
        project.script_language = language;
        let report = systems.run(&project);
        assert_eq!(report.run.status, RunStatus::DoneWithErrors, "{language:?}");
        let told = messages(&report, "SW-R112");
        assert_eq!(told.len(), 3, "{language:?} {told:?}");
        assert!(told.iter().any(|text| text.contains("not this one")), "{told:?}");
        assert!(told.iter().any(|text| text.contains("ms")), "{told:?}");
        assert_eq!(
            rows(&systems.right(), "SELECT count(*), count(DISTINCT login) FROM person WHERE login = 'ok'"),
            ["37|1"]
        );
    }
}

#[test]
fn an_error_in_a_condition_is_no_no() {
    let systems = systems();
    let rules = vec![
        rule("id", "id"),
        PropertyRule {
            condition: Some(Condition::Script("if $Left::id$ == 3 { throw \"who knows\" } true".to_owned())),
            direction: MappingDirection::ToTarget,
            ..rule("first", "first")
        },
    ];
    let mapping = mapping("person", "person", vec![by("id", pair("id", "id"))], rules);
    let project = systems.project(Direction::ToTarget, vec![mapping]);
    let report = systems.run(&project);
    assert_eq!(messages(&report, "SW-R112").len(), 1);
    assert_eq!(rows(&systems.right(), "SELECT first FROM person WHERE id IN (3, 4)"), ["x", "Ann"]);
}

#[test]
fn a_script_that_cannot_be_compiled_is_found_by_the_check() {
    let systems = systems();
    let rules =
        vec![rule("id", "id"), PropertyRule { transformation: formula("1 +"), ..rule("login", "login") }];
    let mapping = mapping("person", "person", vec![by("id", pair("id", "id"))], rules);
    let project = systems.project(Direction::ToTarget, vec![mapping]);
    let findings = syncwright_core::check::check(&project);
    let finding = findings.iter().find(|finding| finding.code == "SW-M012").unwrap();
    assert!(
        finding.place.to_string().contains("rule login") && finding.text.contains("line 1"),
        "{finding:?}"
    );
}
