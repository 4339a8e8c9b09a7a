//! Options of operations (R21): rules that send their value to the procedure beside the data.

use syncwright_core::{
    check::check,
    project::{
        DataOperation, Literal, OperationStrategy, Project, PropertyRule, ScriptLanguage, SendOn, Validation,
    },
    sync::{Change, ChangeStatus, RunReport, RunStatus},
};
use syncwright_tests::servers::{Database, System, or_skip};

use crate::odbc_project::{Persons, users_table};

/// Every procedure notes who told it to, and how often.
fn procedures(system: System) -> String {
    let (begin, end, text) = match system {
        System::PostgreSql => ("LANGUAGE sql AS $$", "$$;", "text"),
        System::MariaDb => ("BEGIN", "END //", "varchar(60)"),
    };
    let level = if system == System::PostgreSql { "bigint" } else { "integer" };
    let procedures = format!(
        "CREATE PROCEDURE create_user(p_uid {text}, p_last {text}, p_as {text}, p_times {level}) {begin}
            INSERT INTO users (uid, last_name) VALUES (p_uid, p_last);
            INSERT INTO told VALUES (concat('+', p_uid, ' ', coalesce(p_as, '-'), ' ', coalesce(p_times, 0))); {end}
         CREATE PROCEDURE update_user(p_uid {text}, p_last {text}, p_as {text}, p_times {level}) {begin}
            UPDATE users SET last_name = p_last WHERE uid = p_uid;
            INSERT INTO told VALUES (concat('~', p_uid, ' ', coalesce(p_as, '-'), ' ', coalesce(p_times, 0))); {end}
         CREATE PROCEDURE delete_user(p_uid {text}, p_as {text}) {begin}
            DELETE FROM users WHERE uid = p_uid;
            INSERT INTO told VALUES (concat('-', p_uid, ' ', coalesce(p_as, '-'))); {end}"
    );
    let told = "CREATE TABLE told (what varchar(80));";
    match system {
        System::PostgreSql => format!("{told} {procedures}"),
        System::MariaDb => format!("{told}\nDELIMITER //\n{procedures}\nDELIMITER ;\n"),
    }
}

const INSERT: &str = "CALL create_user('%uid%', '%last_name%', '%First_Name:option%', %level:option%)";
const UPDATE: &str = "CALL update_user('%uid%', '%last_name%', '%First_Name:option%', %level:option%)";
const DELETE: &str = "CALL delete_user('%uid%', '%note:option%')";

fn option(name: &str, left: &str, right: &str) -> PropertyRule {
    let mut rule = PropertyRule::new(name, left, right);
    rule.flags.operation_option = true;
    rule
}

/// Persons of whom the database keeps the last name only; the rest are options.
fn persons(system: System, script: Option<ScriptLanguage>) -> Option<Persons> {
    let database = or_skip(Database::new(system))?;
    database.client().run(&(users_table(system) + procedures(system).as_str()));
    let owner = database.user().to_owned();
    let mut persons = Persons::new(database, &owner);
    let operation = |text: &str| {
        let strategy = match script {
            None => OperationStrategy::Pattern(text.to_owned()),
            // A script sees the option, too.
            Some(_) => OperationStrategy::Script(match text.starts_with("CALL delete") {
                true => format!("[\"{text}\"]"),
                false => format!(
                    "if ($First Name:option$ == \"nobody\") {{ throw \"not as nobody\" }} return \"{text}\";"
                ),
            }),
        };
        Some(DataOperation { strategy, required_keys: Vec::new() })
    };
    let operations = &mut persons.table_mut().operations;
    (operations.insert, operations.update, operations.delete) =
        (operation(INSERT), operation(UPDATE), operation(DELETE));
    persons.project.script_language = script.unwrap_or(ScriptLanguage::Rhai);
    let mut reason = option("reason", "note", "note");
    reason.transformation.fixed_value = Some(Literal::String("gone".to_owned()));
    let mut times = option("times", "level", "level");
    times.flags.send_on = SendOn::Update;
    persons.project.mappings[0].rules = vec![
        PropertyRule::new("uid", "uid", "uid"),
        PropertyRule::new("last", "last", "last_name"),
        option("as", "first", "First Name"),
        times,
        reason,
    ];
    Some(persons)
}

fn told(persons: &Persons) -> Vec<String> {
    let client = persons.database.client();
    let found = client.lines("SELECT what FROM told ORDER BY what");
    client.run("DELETE FROM told;");
    found
}

fn shown(report: &RunReport) -> Vec<String> {
    let of = |change: Change| {
        let properties = change.properties.into_iter().filter(|one| one.property.ends_with(":option"));
        let properties: Vec<String> = properties
            .map(|one| format!("{}={}→{} ({})", one.property, one.old, one.new, one.rule))
            .collect();
        format!("{} {}", change.method.id(), properties.join(" "))
    };
    report.steps[0].changes.iter().map(of).collect()
}

fn codes(project: &Project) -> Vec<&'static str> {
    check(project).iter().map(|finding| finding.code).collect()
}

#[test]
fn options_go_along_and_are_no_reason_to_write() {
    let languages = [None, Some(ScriptLanguage::Rhai), Some(ScriptLanguage::JavaScript)];
    for (system, script) in System::ALL.into_iter().flat_map(|system| languages.map(|one| (system, one))) {
        let Some(persons) = persons(system, script) else { continue };
        let place = format!("{system:?} {script:?}");
        assert_eq!(codes(&persons.project), [""; 0], "{place}");
        persons.add("a", Some("root"), "A", None);
        persons.add("b", None, "B", None);
        let report = persons.run_well();
        assert_eq!(
            shown(&report),
            [
                "insert First Name:option=→root (as) note:option=→gone (reason)",
                "insert First Name:option=→ (as) note:option=→gone (reason)"
            ],
            "{place}"
        );
        assert_eq!(told(&persons), ["+a root 0", "+b - 0"], "{place}");
        // Other options only: nothing differs.
        persons.central().execute_batch("UPDATE persons SET first = 'guest', level = 9").unwrap();
        persons.expect_equal();
        persons.central().execute_batch("UPDATE persons SET last = 'C' WHERE uid = 'b'").unwrap();
        let report = persons.run_well();
        assert_eq!(
            shown(&report),
            ["update First Name:option=→guest (as) note:option=→gone (reason) level:option=→9 (times)"],
            "{place}"
        );
        persons.central().execute_batch("DELETE FROM persons WHERE uid = 'a'").unwrap();
        let report = persons.run_well();
        assert_eq!(shown(&report).len(), 1, "{place}");
        assert!(shown(&report)[0].contains("note:option=→gone (reason)"), "{place} {:?}", shown(&report));
        assert_eq!(told(&persons), ["-a gone", "~b guest 9"], "{place}");
        persons.expect_equal();
    }
}

#[test]
fn an_option_that_is_refused_leaves_its_object_out() {
    let Some(mut persons) = persons(System::PostgreSql, Some(ScriptLanguage::JavaScript)) else { return };
    persons.project.mappings[0].rules[2].validation = Some(Validation {
        accept: syncwright_core::project::Condition::Expression("Value <> 'mallory'".to_owned()),
        message: "mallory may not".to_owned(),
    });
    for (uid, first) in [("a", "mallory"), ("b", "nobody"), ("c", "root")] {
        persons.add(uid, Some(first), "A", None);
    }
    let report = persons.run();
    assert_eq!(report.run.status, RunStatus::DoneWithErrors);
    let texts: Vec<&str> = report.steps[0].messages.iter().map(|message| message.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.contains("mallory may not")), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("not as nobody")), "{texts:?}");
    assert_eq!(told(&persons), ["+c root 0"]);
    let statuses: Vec<_> = report.steps[0].changes.iter().map(|change| change.status).collect();
    assert_eq!(statuses, [ChangeStatus::Failed, ChangeStatus::Done]);
}
