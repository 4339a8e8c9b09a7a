//! Data operations by script (W14), in both languages and on both servers: what scripts say is executed with
//! bound values, and what they do not say well concerns its object only.

use std::collections::BTreeMap;

use syncwright_core::{
    connect::{Connector, ErrorKind},
    project::{DataOperation, OperationStrategy, ScriptLanguage},
    script::{ScriptLimits, Scripts},
    sync::{ChangeStatus, RunReport, RunStatus},
    value::Value,
};
use syncwright_tests::servers::{Database, System, or_skip};

use crate::{
    odbc_operations::{ALL, NAMES, batch, behind_procedures, objects, statuses, text, users},
    odbc_project::{Persons, users_table},
};

const BOTH: [ScriptLanguage; 2] = [ScriptLanguage::Rhai, ScriptLanguage::JavaScript];

const CREATE: &str = "CALL create_user('%uid%', '%First_Name%', '%last_name%', %born%, %level%, '%note%')";

fn script(text: &str) -> Option<DataOperation> {
    Some(DataOperation {
        strategy: OperationStrategy::Script(text.to_owned()),
        required_keys: vec!["uid".to_owned()],
    })
}

fn update(system: System, note: &str) -> String {
    let verb = if system == System::PostgreSql { "SELECT" } else { "CALL" };
    format!(
        "{verb} update_user('%uid:old%', '%uid%', '%First_Name%', '%last_name%', %born%, %level%, {note})"
    )
}

/// The table that only procedures may change, which scripts call; the text is one of both languages.
fn scripted(system: System, language: ScriptLanguage) -> Option<Persons> {
    let mut persons = behind_procedures(system)?;
    persons.project.script_language = language;
    let (kept, raised) = (update(system, "'%note%'"), update(system, "'raised'"));
    let operations = &mut persons.table_mut().operations;
    operations.insert =
        script(&format!("if ($last_name$ == \"Bad\") {{ throw \"this one is bad\" }} return \"{CREATE}\";"));
    operations.update = script(&format!(
        "if ($last_name$ == \"Bad\") {{ throw \"this one is bad\" }} \
         if ($level$ > $level:old$) {{ return \"{raised}\"; }} return \"{kept}\";"
    ));
    operations.delete = script("[\"{call delete_user('%uid%')}\"]");
    Some(persons)
}

fn everywhere() -> impl Iterator<Item = Persons> {
    let all = System::ALL.into_iter().flat_map(|system| BOTH.map(|language| (system, language)));
    all.filter_map(|(system, language)| scripted(system, language))
}

fn connector(persons: &Persons) -> Box<dyn Connector> {
    let language = persons.project.script_language;
    let scripts = Scripts::new(language, &[], BTreeMap::new(), ScriptLimits::default()).unwrap();
    let mut connector = persons.connector();
    connector.set_scripts(&scripts);
    connector
}

fn where_it_is(persons: &Persons) -> String {
    format!("{:?} {:?}", persons.database.system(), persons.project.script_language)
}

#[test]
fn values_arrive_as_they_are() {
    for persons in everywhere() {
        let place = where_it_is(&persons);
        let (mut connector, table) = (connector(&persons), persons.table().clone());
        let mut expected = users();
        expected.sort_by_key(|row| row[0].to_string());
        connector.begin().unwrap();
        connector.insert(&table, &batch(&ALL, &expected)).unwrap();
        connector.commit().unwrap();
        let names = ALL.map(str::to_owned);
        let keys: Vec<Vec<Value>> = expected.iter().map(|row| vec![row[0].clone()]).collect();
        let keys = batch(&["uid"], &keys);
        assert_eq!(objects(&connector.get(&table, &keys, &names).unwrap()), expected, "{place}");

        // Two statements in one batch: of every other object the level grows.
        let changes: Vec<Vec<Value>> = (0..)
            .zip(&mut expected)
            .map(|(number, row)| {
                let (note, level) = (row[1].clone(), Value::Integer(if number % 2 == 0 { 99 } else { -1 }));
                row[4] = level.clone();
                row[5] = if number % 2 == 0 { text("raised") } else { note.clone() };
                vec![note, level]
            })
            .collect();
        connector.begin().unwrap();
        connector.update(&table, &keys, &batch(&["note", "level"], &changes)).unwrap();
        connector.commit().unwrap();
        assert_eq!(objects(&connector.get(&table, &keys, &names).unwrap()), expected, "{place}");

        connector.begin().unwrap();
        connector.delete(&table, &keys.slice(0, 5)).unwrap();
        connector.commit().unwrap();
        assert_eq!(objects(&connector.get(&table, &keys, &names).unwrap()), expected[5..], "{place}");
    }
}

#[test]
fn the_key_can_be_renamed() {
    for mut persons in everywhere() {
        let table = persons.table().clone();
        let mut first = connector(&persons);
        first.insert(&table, &batch(&["uid", "last_name"], &[vec![text("a"), text("A")]])).unwrap();
        let (old, new) = (batch(&["uid"], &[vec![text("a")]]), batch(&["uid"], &[vec![text("b")]]));
        first.update(&table, &old, &new).unwrap();
        assert_eq!(persons.users(), ["b\tNULL\tA\tNULL\tNULL\tNULL"]);

        persons.table_mut().operations.update = script("\"CALL delete_user(%uid%)\"");
        let error = first.update(persons.table(), &new, &old).unwrap_err();
        assert_eq!(error.kind, ErrorKind::IncompatibleData);
        assert!(error.help.unwrap().contains("%uid:old%"));
        let gone = batch(&["uid"], &[vec![text("gone")]]);
        let error = first.delete(persons.table(), &gone).unwrap_err();
        assert_eq!(error.kind, ErrorKind::NoSuchObject, "{error}");
        assert_eq!(persons.users(), ["b\tNULL\tA\tNULL\tNULL\tNULL"]);
    }
}

/// Many objects with different statements, some with several and some with none.
#[test]
fn objects_with_the_same_statements_are_written_together() {
    for (system, language) in System::ALL.into_iter().flat_map(|system| BOTH.map(|one| (system, one))) {
        let Some(database) = or_skip(Database::new(system)) else { continue };
        database.client().run(&users_table(system));
        let owner = database.user().to_owned();
        let mut persons = Persons::new(database, &owner);
        persons.project.script_language = language;
        let operations = &mut persons.table_mut().operations;
        operations.insert = script(
            "let note = \"'even'\"; if ($level$ % 2 == 1) { note = \"'odd'\"; } \
             return \"INSERT INTO users (uid, last_name, level, note) VALUES ('%uid%', '%last_name%', %level%, \" \
             + note + \")\";",
        );
        operations.update = script(
            "if ($level:old$ % 3 == 0) { return []; } \
             let all = [\"UPDATE users SET last_name = '%last_name%' WHERE uid = '%uid%'\"]; \
             if ($level:old$ % 3 == 2) { all.push(\"UPDATE users SET level = %level:old% + 1000 WHERE uid = '%uid%'\"); } \
             return all;",
        );
        let (mut connector, table) = (connector(&persons), persons.table().clone());
        let rows: Vec<Vec<Value>> = (0..300)
            .map(|number| vec![text(&format!("u{number:03}")), text("old"), Value::Integer(number)])
            .collect();
        connector.begin().unwrap();
        connector.insert(&table, &batch(&["uid", "last_name", "level"], &rows)).unwrap();
        let keys: Vec<Vec<Value>> = rows.iter().map(|row| vec![row[0].clone()]).collect();
        let names: Vec<Vec<Value>> = (0..300).map(|number| vec![text(&format!("n{number}"))]).collect();
        connector.update(&table, &batch(&["uid"], &keys), &batch(&["last_name"], &names)).unwrap();
        connector.commit().unwrap();
        let expected: Vec<String> = (0..300)
            .map(|number| {
                let note = if number % 2 == 1 { "odd" } else { "even" };
                let name = if number % 3 == 0 { "old".to_owned() } else { format!("n{number}") };
                let level = if number % 3 == 2 { number + 1000 } else { number };
                format!("u{number:03}\tNULL\t{name}\tNULL\t{level}\t{note}")
            })
            .collect();
        assert_eq!(persons.users(), expected, "{system:?} {language:?}");
    }
}

/// The only error of a run is about this object and says so.
#[track_caller]
fn expect_one_error(report: &RunReport, object: &str, said: &str, done: usize) {
    assert_eq!(report.run.status, RunStatus::DoneWithErrors, "{:#}", report.to_json());
    let [message] = report.steps[0].messages.as_slice() else { panic!("{:?}", report.steps[0].messages) };
    assert_eq!(message.code, "SW-D009", "{message:?}");
    assert!(message.object.as_deref().is_some_and(|name| name.contains(object)), "{message:?}");
    assert!(message.text.contains(said), "{message:?}");
    let statuses = statuses(report);
    let count = |status| statuses.iter().filter(|one| **one == status).count();
    assert_eq!((count(ChangeStatus::Done), count(ChangeStatus::Failed)), (done, 1), "{statuses:?}");
}

#[test]
fn a_run_keeps_the_good_ones_and_names_the_bad_one() {
    for persons in everywhere() {
        let place = where_it_is(&persons);
        for (number, name) in (0..).zip(NAMES) {
            persons.add(&format!("u{number:02}"), (number % 3 > 0).then_some(name), name, Some(name));
        }
        persons.add("u50", None, "Bad", None);
        expect_one_error(&persons.run(), "u50", "this one is bad", NAMES.len());
        assert_eq!(persons.users().len(), NAMES.len(), "{place}");
        let change = |sql: &str| persons.central().execute_batch(sql).unwrap();
        change("UPDATE persons SET last = 'Good' WHERE uid = 'u50'");
        assert_eq!(statuses(&persons.run_well()), [ChangeStatus::Done], "{place}");
        persons.expect_equal();

        change(
            "UPDATE persons SET note = note || ' changed', born = NULL WHERE uid < 'u05';
             UPDATE persons SET last = 'Bad' WHERE uid = 'u50'; DELETE FROM persons WHERE uid = 'u06'",
        );
        expect_one_error(&persons.run(), "u50", "this one is bad", 6);
        let users = persons.users();
        assert_eq!(users[0], "u00\tNULL\tO'Brien\tNULL\t7\tO'Brien changed", "{place}");
        change("UPDATE persons SET last = 'Good' WHERE uid = 'u50'");
        persons.expect_equal();
    }
}

/// A script that joins a value to its statement writes nothing with it, and shows it to nobody.
#[test]
fn values_that_a_script_joins_to_the_text_are_refused() {
    for mut persons in everywhere() {
        persons.table_mut().operations.insert = script(
            "if ($uid$ == \"u1\") { return \"CALL create_user('%uid%', NULL, '\" + $last_name$ + \"', NULL, NULL, NULL)\"; } \
             return \"CALL create_user('%uid%', NULL, '%last_name%', NULL, NULL, NULL)\";",
        );
        persons
            .table_mut()
            .properties
            .iter_mut()
            .for_each(|column| column.sensitive = column.name == "last_name");
        let evil = "x', NULL, NULL, NULL); DROP TABLE users; --";
        for uid in ["u1", "u2"] {
            persons.add(uid, None, evil, None);
        }
        let report = persons.run();
        expect_one_error(&report, "u1", "a value?", 1);
        assert!(!report.to_json().to_string().contains("DROP TABLE"), "{:#}", report.to_json());
        assert_eq!(
            persons.users(),
            [format!("u2\tNULL\t{evil}\tNULL\tNULL\tNULL")],
            "{}",
            where_it_is(&persons)
        );
    }
}
