//! Faults: single objects that a database refuses, quotas, and a source that is suddenly empty.

use serde_json::Value as Json;
use syncwright_core::{
    project::Quota,
    sample::{IMPORT, PROVISION},
};

use crate::{
    faults::{Sample, assert_same, step},
    program,
};

/// Makes human resources refuse one of the new accounts; gives its login.
fn refuse_one_account(sample: &Sample) -> String {
    let control = Sample::new();
    let before = control.content();
    let _ = control.run(PROVISION).expect(0);
    let login = |row: &String| row.split(" | ").next().unwrap().trim_matches('\'').to_owned();
    let old: Vec<String> = before["accounts"].iter().map(login).collect();
    let after = control.content();
    let mut new = after["accounts"].iter().map(login).filter(|login| !old.contains(login));
    let refused = new.nth(10).unwrap();
    let trigger = format!(
        "CREATE TRIGGER refuse BEFORE INSERT ON accounts WHEN NEW.login = '{refused}' \
         BEGIN SELECT RAISE(ABORT, 'refused by test'); END"
    );
    sample.hr().execute_batch(&trigger).unwrap();
    refused
}

/// The message about the refused object.
fn message<'a>(report: &'a Json, object: &str) -> &'a Json {
    let messages = step(report, "Accounts")["messages"].as_array().unwrap();
    let mut errors = messages.iter().filter(|message| message["level"] == "error");
    let message = errors.next().expect("there is an error");
    assert!(errors.next().is_none(), "there is only one");
    assert_eq!(message["code"], "SW-D010");
    assert!(message["object"].as_str().unwrap().contains(object), "{message}");
    assert!(message["text"].as_str().unwrap().contains("refused by test"), "{message}");
    message
}

#[test]
fn refused_object_among_good_ones() {
    let control = Sample::new();
    let _ = control.run(PROVISION).expect(0);
    let expected = control.content();
    for bulk_level in [1, 7, 1000] {
        let sample = Sample::with_bulk_level(bulk_level);
        let login = refuse_one_account(&sample);
        let report = sample.run(PROVISION).expect(1).json();
        assert_eq!(report["run"]["status"], "done_with_errors");
        assert!(message(&report, &login)["text"].as_str().unwrap().contains("Human resources"));
        assert_eq!(step(&report, "Accounts")["writes"]["failed"], 1);
        // Everything is as in a run without the fault, but for this account and what refers to it.
        let found = sample.content();
        for (table, rows) in &expected {
            let own = format!("'{login}'");
            let without: Vec<_> = match table.as_str() {
                "accounts" | "memberships" => rows.iter().filter(|row| !row.contains(&own)).collect(),
                _ => rows.iter().collect(),
            };
            assert!(found[table].iter().collect::<Vec<_>>() == without, "{table}");
        }

        // Mended, the next run brings what is missing.
        sample.hr().execute_batch("DROP TRIGGER refuse").unwrap();
        let _ = sample.run(PROVISION).expect(0);
        assert_same(&sample.content(), &expected);
    }
}

#[test]
fn refused_object_stops_if_the_workflow_says_so() {
    let sample = Sample::with_bulk_level(1);
    sample.edit(|project| {
        project.workflows.iter_mut().for_each(|workflow| workflow.continue_on_error = false);
    });
    let login = refuse_one_account(&sample);
    let before = sample.content();
    let text = program().run(sample.arguments("run", PROVISION)).expect(1);
    assert!(text.out.contains("refused by test"), "{text:?}");
    assert!(text.out.contains(&format!("object {login}")), "{text:?}");
    let half_way = sample.content();
    assert!(half_way["employees"] != before["employees"], "the step before it was run");
    assert!(half_way["accounts"].len() > before["accounts"].len(), "what came before it is kept");
    assert_eq!(half_way["groups"], before["groups"], "later steps are not run");
    assert_eq!(half_way["memberships"], before["memberships"], "later steps are not run");

    let report = sample.run(PROVISION).expect(1).json();
    message(&report, &login);
    assert_eq!(report["steps"].as_array().unwrap().last().unwrap()["step"], "Accounts");
    assert_eq!(step(&report, "Accounts")["writes"]["delete"], 0);
}

#[test]
fn quota_exceeded() {
    let sample = Sample::new();
    sample.edit(|project| {
        let workflow = project.workflows.iter_mut().find(|workflow| workflow.name == PROVISION).unwrap();
        let step = workflow.steps.iter_mut().find(|step| step.name == "Accounts").unwrap();
        step.quotas.delete = Some(Quota { percent: None, count: Some(0) });
    });
    let before = sample.content();
    let simulation = sample.simulate(PROVISION).expect(3).json();
    assert_same(&sample.content(), &before);
    let planned = &step(&simulation, "Accounts")["quota_exceeded"][0]["planned"];
    assert!(planned.as_u64().unwrap() > 0, "{planned}");

    let text = program().run(sample.arguments("run", PROVISION)).expect(3);
    assert!(text.out.contains("Quota of step “Accounts” is exceeded"), "{text:?}");
    assert!(text.out.contains("at most 0 objects"), "{text:?}");
    let report = sample.run(PROVISION).expect(3).json();
    assert_eq!(report["run"]["status"], "quota_exceeded");
    let writes = step(&report, "Accounts")["writes"].as_object().unwrap();
    assert!(writes.values().all(|count| count == 0), "{writes:?}");
    let after = sample.content();
    for table in ["accounts", "groups", "memberships"] {
        assert_eq!(after[table], before[table], "{table}");
    }
    assert_eq!(sample.runs()[0]["status"], "quota_exceeded");
}

/// Nothing is deleted, or labelled, because the side that is read as the truth is empty.
#[test]
fn empty_source() {
    let sample = Sample::new();
    sample.identity().execute_batch("DELETE FROM AccountInGroup; DELETE FROM Account").unwrap();
    let before = sample.content();
    let _ = sample.simulate(PROVISION).expect(3);
    assert_same(&sample.content(), &before);
    let report = sample.run(PROVISION).expect(3).json();
    let exceeded = &step(&report, "Accounts")["quota_exceeded"][0];
    assert_eq!(exceeded["method"], "delete");
    assert!(exceeded["reason"].as_str().unwrap().contains("no objects at all"), "{exceeded}");
    let after = sample.content();
    for table in ["accounts", "groups", "memberships"] {
        assert_eq!(after[table], before[table], "{table}");
    }

    let sample = Sample::new();
    sample.hr().execute_batch("DELETE FROM memberships; DELETE FROM accounts").unwrap();
    let before = sample.content();
    let report = sample.run(IMPORT).expect(3).json();
    assert_eq!(step(&report, "Accounts")["quota_exceeded"][0]["method"], "mark_outstanding");
    let after = sample.content();
    for table in ["Account", "AccountInGroup"] {
        assert_eq!(after[table], before[table], "{table}");
    }
    let labels = |rows: &[String]| rows.iter().filter(|row| row.contains("UID_Account")).count();
    assert_eq!(labels(&after["sw_outstanding"]), labels(&before["sw_outstanding"]));
}
