//! The queue of provisioning loses nothing (D5): what a stop, a kill, another mapping or another import leaves to do
//! waits until it is done.

use std::sync::Mutex;

use syncwright_core::{
    connect::OpenMode,
    journal::{Journal, RunKind},
    progress::{CancelToken, Progress, Silent},
    project::{
        Condition, Direction, Exclusion, ExclusionTest, Mapping, MappingDirection, Method, Project,
        PropertyRule, Provider, SecretStore, SendOn, StartUpConfiguration, Variable, VariableSet, Workflow,
    },
    provision,
    sync::RunStatus,
};

use crate::{
    fixture::{Systems, by, mapping, messages, pair, rows, rule, step},
    in_doubt::kill,
    provisioning::{
        importing, keys, primary, project, provision, systems, to_target, waiting, work, written,
    },
};

fn queue(systems: &Systems, project: &Project, ids: &[i64]) {
    let mut journal = Journal::open(project, systems.folder(), OpenMode::Write).unwrap();
    let keys: Vec<String> = ids.iter().map(|id| format!("{{\"id\":\"{id}\"}}")).collect();
    journal.queue(&project.target.connection.system_identifier, "p", &keys, "import").unwrap();
}

/// M6: one of two central objects that a matching rule takes for one is not inserted, whichever was asked for.
#[test]
fn who_would_be_ambiguous_is_not_inserted() {
    let systems = systems();
    let project = project(&systems, |mapping| {
        mapping.prevent_ambiguous_matches = true;
        mapping.matching = vec![by("mail", pair("mail", "mail"))];
    });
    systems.left().execute_batch("UPDATE p SET mail = 'same' WHERE id > 2").unwrap();
    let report = provision(&systems, &project, &["3"]);
    assert_eq!(written(&systems), Vec::<String>::new());
    assert_eq!(messages(&report, "SW-R103").len(), 1, "{:#}", report.to_json());
    // Only the one that was asked for counts.
    let situations = report.steps[0].situations;
    assert_eq!((situations.ambiguous, situations.left_only), (1, 0));
    // It waits, with why.
    queue(&systems, &project, &[3]);
    let worked = work(&systems, &project);
    assert_eq!((worked.done, worked.waiting.len(), worked.waiting[0].tries), (0, 1, 1));
    assert!(worked.waiting[0].error.is_some());
    // Who is taken for one with nobody is inserted.
    systems.left().execute_batch("UPDATE p SET mail = 'other' WHERE id = 4").unwrap();
    assert_eq!(work(&systems, &project).done, 1);
    assert_eq!(written(&systems), ["+3"]);
}

/// Who was killed between the commit of an import and the note that its objects wait lets the next run note it.
#[test]
fn what_a_killed_import_has_written_waits() {
    let systems = systems();
    systems.left().execute_batch("DELETE FROM p WHERE id > 2").unwrap();
    let import = importing(&systems);
    let ldap = primary(&systems, "ldap.db", "LDAP");
    work(&systems, &ldap);
    let report = systems.run_well(&import);
    let imported = waiting(&systems);
    assert_eq!((report.total_writes(), imported.len()), (3, 3));
    // One is committed and noted, one is committed and not noted, one was not reached.
    systems
        .left()
        .execute_batch("DELETE FROM sw_provisioning; DELETE FROM sw_pending; DELETE FROM p WHERE id = 9")
        .unwrap();
    kill(&systems, &report, "begin 0 1\ndone 0 1\nbegin 1 3\n");
    systems.right().execute_batch("DELETE FROM q WHERE id = 9").unwrap();
    let again = systems.run_well(&import);
    assert_eq!(again.total_writes(), 0, "{:#}", again.to_json());
    assert_eq!(waiting(&systems), ["LDAP|{\"id\":\"1\"}|0", "LDAP|{\"id\":\"8\"}|0"]);
    assert_eq!(work(&systems, &ldap).done, 2);
}

/// Does something once, when a run begins to write.
struct OnWriting<F: FnMut() + Send>(Mutex<Option<F>>);

impl<F: FnMut() + Send> Progress for OnWriting<F> {
    fn phase(&self, name: &str) {
        if name.starts_with("Writing")
            && let Some(mut act) = self.0.lock().unwrap().take()
        {
            act();
        }
    }

    fn advance(&self, _done: u64, _total: Option<u64>) {}
}

#[test]
fn who_is_queued_again_meanwhile_waits() {
    let systems = systems();
    let project = project(&systems, |_| ());
    queue(&systems, &project, &[1, 2]);
    let again = OnWriting(Mutex::new(Some(|| queue(&systems, &project, &[2]))));
    let cancel = CancelToken::default();
    let worked = provision::pending(&project, systems.folder(), None, RunKind::Run, &again, &cancel).unwrap();
    assert_eq!((worked.done, worked.waiting.len()), (1, 1));
    assert!(waiting(&systems)[0].contains("{\"id\":\"2\"}|0"), "{:?}", waiting(&systems));
    assert_eq!((work(&systems, &project).done, waiting(&systems)), (1, Vec::new()));
}

/// A project with two mappings of the same central type.
fn two_mappings(systems: &Systems) -> Project {
    let mut project = project(systems, |mapping| mapping.rules.retain(|rule| rule.name != "mail"));
    let second = Mapping {
        name: "mails".to_owned(),
        direction: MappingDirection::ToTarget,
        ..mapping("p", "q", vec![by("id", pair("id", "id"))], vec![to_target(rule("mail", "mail"))])
    };
    project.mappings.push(second);
    for name in ["p", "mails"] {
        let mut own = step(name);
        own.methods.only_in_destination.clear();
        project.workflows[0].steps.retain(|step| step.name != name);
        project.workflows[0].steps.push(own);
    }
    project
}

#[test]
fn a_stop_leaves_what_the_second_mapping_owes() {
    let systems = systems();
    let project = two_mappings(&systems);
    queue(&systems, &project, &[1]);
    let cancel = CancelToken::default();
    let stop = OnWriting(Mutex::new(Some(|| cancel.cancel())));
    // Whether the first one still writes is its affair.
    provision::pending(&project, systems.folder(), None, RunKind::Run, &stop, &cancel).ok();
    assert_eq!(waiting(&systems).len(), 1);
    assert_eq!(work(&systems, &project).done, 1);
    assert_eq!(rows(&systems.right(), "SELECT name, mail FROM q WHERE id = 1"), ["a|a@x"]);
}

#[test]
fn one_of_two_mappings_does_not_pay_for_the_other() {
    let systems = systems();
    let project = two_mappings(&systems);
    queue(&systems, &project, &[1]);
    provision(&systems, &project, &["1"]);
    assert_eq!(rows(&systems.right(), "SELECT name, mail FROM q WHERE id = 1"), ["a|old"]);
    assert_eq!(waiting(&systems).len(), 1);
    assert_eq!(work(&systems, &project).done, 1);
    assert_eq!(rows(&systems.right(), "SELECT name, mail FROM q WHERE id = 1"), ["a|a@x"]);
}

/// A variable set may lead to other systems: an import provisions only to those that it has read.
#[test]
fn variable_sets_lead_to_their_own_systems() {
    let systems = systems();
    systems.left().execute_batch("DELETE FROM p WHERE id > 2").unwrap();
    std::fs::copy(systems.right_file(), systems.folder().join("test.db")).unwrap();
    let mut project = importing(&systems);
    project.mappings.push(Mapping {
        name: "back".to_owned(),
        direction: MappingDirection::ToTarget,
        ..mapping("p", "q", vec![by("id", pair("id", "id"))], vec![to_target(rule("mail", "mail"))])
    });
    project.workflows.push(Workflow {
        name: "back".to_owned(),
        direction: Direction::ToTarget,
        steps: vec![step("back")],
        ..project.workflows[0].clone()
    });
    project.workflows[1].steps[0].methods.only_in_source.clear();
    let set = |name: &str| Some(name.to_owned());
    let start_up = |workflow: &str, name: &str, variable_set: Option<String>| StartUpConfiguration {
        name: name.to_owned(),
        workflow: workflow.to_owned(),
        variable_set,
        ..project.start_ups[0].clone()
    };
    let start_ups = vec![
        start_up("back", "back", None),
        start_up("back", "back of the test", set("Test")),
        start_up("all", "import", set("Same")),
        start_up("all", "import of the test", set("Test")),
    ];
    project.start_ups = start_ups;
    let variable = |value: &str| Variable {
        name: "File".to_owned(),
        value: value.to_owned(),
        secret: false,
        secret_store: SecretStore::Automatic,
        description: String::new(),
    };
    let file = systems.right_file().file_name().unwrap().to_str().unwrap().to_owned();
    project.variables = vec![variable(&file)];
    let variable_set = |name: &str, variables| VariableSet { name: name.to_owned(), variables };
    project.variable_sets =
        vec![variable_set("Test", vec![variable("test.db")]), variable_set("Same", Vec::new())];
    let Provider::Sqlite { file: own, .. } = &mut project.target.connection.provider else { unreachable!() };
    *own = "$File$".to_owned();
    let run = |name: &str| {
        let cancel = CancelToken::default();
        let (report, provisioned) =
            provision::run(&project, systems.folder(), name, &Silent, &cancel).unwrap();
        assert_eq!(report.run.status, RunStatus::Done, "{:#}", report.to_json());
        provisioned.into_iter().map(|report| report.run.start_up).collect::<Vec<_>>()
    };
    let mail = |file: &str| {
        let database = rusqlite::Connection::open(systems.folder().join(file)).unwrap();
        rows(&database, "SELECT mail FROM q WHERE id = 1")
    };
    assert_eq!(run("import of the test"), ["back of the test"]);
    assert_eq!((mail(&file), mail("test.db")), (keys(&["old"]), keys(&["a@x"])));
    // What waits for one is no business of the other, though both have one name.
    systems.left().execute_batch("UPDATE p SET mail = 'later' WHERE id = 1").unwrap();
    let run_id = rows(&systems.left(), "SELECT id FROM sw_run WHERE start_up = 'import of the test'");
    let mut journal = Journal::open(&project, systems.folder(), OpenMode::Write).unwrap();
    journal.queue("R", "p", &["{\"id\":\"1\"}".to_owned()], &run_id[0]).unwrap();
    let work_like = |like: Option<&str>| {
        let cancel = CancelToken::default();
        provision::pending(&project, systems.folder(), like, RunKind::Run, &Silent, &cancel).unwrap().done
    };
    assert_eq!((work_like(Some("back")), mail(&file)), (0, keys(&["old"])));
    assert_eq!((work_like(None), mail("test.db")), (1, keys(&["later"])));
    assert_eq!(mail(&file), keys(&["old"]));
    systems.left().execute_batch("UPDATE p SET mail = 'a@x' WHERE id = 1").unwrap();
    // Another set that leads to the same systems.
    systems.right().execute_batch("UPDATE q SET name = 'newer' WHERE id = 1").unwrap();
    assert_eq!(run("import"), ["back"]);
    assert_eq!(mail(&file), keys(&["a@x"]));
    assert_eq!(waiting(&systems), Vec::<String>::new());
}

/// A column of a change list is hidden if one of the rules that fill it reads a sensitive value.
#[test]
fn a_column_with_a_sensitive_source_is_hidden() {
    let systems = systems();
    let mut project = project(&systems, |mapping| {
        let mail = |name: &str, left: &str, send_on| {
            let mut rule = to_target(PropertyRule { name: name.to_owned(), ..rule(left, "mail") });
            rule.flags.send_on = send_on;
            rule
        };
        mapping.rules.pop();
        mapping.rules.push(mail("created", "name", SendOn::Create));
        let updated = mail("updated", "mail", SendOn::Update);
        mapping.rules.push(PropertyRule { do_not_overwrite: true, ..updated });
    });
    let mail = project.central.schema.types[0].properties.iter_mut().find(|one| one.name == "mail");
    mail.unwrap().sensitive = true;
    systems.right().execute_batch("UPDATE q SET mail = NULL").unwrap();
    let text = format!("{:#}", systems.run_well(&project).to_json());
    assert_eq!(rows(&systems.right(), "SELECT mail FROM q WHERE id < 4"), ["a@x", "b@x", "c"]);
    assert!(text.contains("mail") && !text.contains("@x"), "{text}");
}

/// What a step does not do on purpose is not owed: it leaves the queue, and is not busy for it.
#[test]
fn what_is_left_alone_on_purpose_does_not_wait() {
    for case in 0..4 {
        let systems = systems();
        let mut project = project(&systems, |mapping| {
            if case == 0 {
                mapping.exclusions.writing = vec![Exclusion {
                    property: "name".to_owned(),
                    test: ExclusionTest::Equals("c".to_owned()),
                }];
            }
        });
        let methods = &mut project.workflows[0].steps[0].methods;
        match case {
            1 => methods.only_in_source[0].condition = Some(Condition::Expression("Left.id < 3".to_owned())),
            2 => methods.only_in_source = vec![Method::Ignore.into()],
            3 => methods.only_in_source.clear(),
            _ => {}
        }
        queue(&systems, &project, &[3]);
        let worked = work(&systems, &project);
        assert_eq!((worked.done, worked.waiting), (1, Vec::new()), "case {case}");
        assert_eq!(written(&systems), Vec::<String>::new());
        assert_eq!(rows(&systems.left(), "SELECT count(*) FROM sw_pending"), ["0"]);
    }
}

/// Who is excluded anyway is nobody that one could be taken for.
#[test]
fn excluded_objects_prevent_nothing() {
    let systems = systems();
    let project = project(&systems, |mapping| {
        mapping.prevent_ambiguous_matches = true;
        mapping.matching = vec![by("mail", pair("mail", "mail"))];
        mapping.exclusions.writing =
            vec![Exclusion { property: "name".to_owned(), test: ExclusionTest::Equals("d".to_owned()) }];
    });
    systems.left().execute_batch("UPDATE p SET mail = 'same' WHERE id > 2").unwrap();
    assert_eq!(provision(&systems, &project, &["3"]).run.status, RunStatus::Done);
    assert_eq!(written(&systems), ["+3"]);
}
