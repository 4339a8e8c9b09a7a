//! Collision detection: what happens to busy objects, as a table of decisions.

use syncwright_core::{
    connect::OpenMode,
    journal::{BusyObject, BusyReason, Journal, label_key},
    project::{CollisionDetection, ConcurrenceBehaviour, Direction, Method, Project, Side},
    sync::{ChangeStatus, Situations},
    value::Value,
};

use crate::fixture::{Systems, by, changes, mapping, messages, pair, rows, rule};

/// 1 differs, 2 is only on the left, 3 only on the right, 4 differs, 5 is equal.
fn systems() -> Systems {
    let table = "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, note TEXT);";
    Systems::new(
        &format!(
            "{table} INSERT INTO p VALUES (1, 'new', 'new'), (2, 'b', 'b'), (4, 'new', 'd'), (5, 'e', 'e')"
        ),
        &format!(
            "{table} INSERT INTO p VALUES (1, 'old', 'old'), (3, 'c', 'c'), (4, 'old', 'd'), (5, 'e', 'e')"
        ),
    )
}

/// Which rules apply to busy objects.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rules {
    NoneApplies,
    NameApplies,
    AllApply,
}

fn project(systems: &Systems, detection: CollisionDetection, rules: Rules) -> Project {
    let rules = ["id", "name", "note"].map(|name| {
        let applies = rules == Rules::AllApply || (rules == Rules::NameApplies && name == "name");
        let mut rule = rule(name, name);
        if applies {
            rule.concurrence = ConcurrenceBehaviour::Apply;
        }
        rule
    });
    let people = mapping("p", "p", vec![by("id", pair("id", "id"))], rules.to_vec());
    let mut project = systems.project(Direction::ToTarget, vec![people]);
    project.start_ups[0].collision_detection = detection;
    project
}

fn journal(systems: &Systems, project: &Project) -> Journal {
    Journal::open(project, systems.folder(), OpenMode::Write).unwrap()
}

fn key(id: i64) -> String {
    label_key(&[("id".to_owned(), Value::Integer(id))])
}

fn content(systems: &Systems) -> Vec<String> {
    rows(&systems.right(), "SELECT id, name, note FROM p ORDER BY 1")
}

/// What becomes of a pair that differs, of an object to be inserted and of one to be deleted, all busy.
struct Case {
    detection: CollisionDetection,
    rules: Rules,
    /// The pair, in the target system.
    updated: &'static str,
    /// Inserted and deleted.
    whole: bool,
    /// Objects that the log names.
    told: usize,
}

const CASES: [Case; 9] = {
    use CollisionDetection::{BeforeMapping, BeforeSaving, None};
    use Rules::{AllApply, NameApplies, NoneApplies};
    const fn case(
        detection: CollisionDetection,
        rules: Rules,
        updated: &'static str,
        whole: bool,
        told: usize,
    ) -> Case {
        Case { detection, rules, updated, whole, told }
    }
    [
        case(None, NoneApplies, "1|new|new", true, 0),
        case(None, NameApplies, "1|new|new", true, 0),
        case(None, AllApply, "1|new|new", true, 0),
        case(BeforeMapping, NoneApplies, "1|old|old", false, 3),
        case(BeforeMapping, NameApplies, "1|new|old", false, 3),
        case(BeforeMapping, AllApply, "1|new|new", true, 0),
        case(BeforeSaving, NoneApplies, "1|old|old", false, 3),
        case(BeforeSaving, NameApplies, "1|old|old", false, 3),
        case(BeforeSaving, AllApply, "1|old|old", false, 3),
    ]
};

#[test]
fn decisions() {
    for (Case { detection, rules, updated, whole, told }, side) in
        CASES.iter().flat_map(|case| [(case, Side::Left), (case, Side::Right)])
    {
        // Of the pair, the object of one side is busy.
        let name = format!("{detection:?}, {rules:?}, {side:?}");
        let systems = systems();
        let project = project(&systems, *detection, *rules);
        let busy_objects = [(side, 1), (Side::Left, 2), (Side::Right, 3)];
        for (side, id) in busy_objects {
            let text = Some("job 7".to_owned());
            let busy = BusyObject { text, ..BusyObject::new(key(id), BusyReason::Process) };
            journal(&systems, &project).set_busy(side, "p", &[busy]).unwrap();
        }
        let report = systems.run_well(&project);
        let whole = if *whole { "2|b|b" } else { "3|c|c" };
        assert_eq!(content(&systems), [*updated, whole, "4|new|d", "5|e|e"], "{name}");
        let log = messages(&report, "SW-R107");
        assert_eq!(log.len(), *told, "{name}: {log:?}");
        assert!(
            log.iter().all(|text| text.contains("in an unfinished process (job 7), since 20")),
            "{log:?}"
        );

        // They are not busy any more: the next run does the rest.
        for (side, id) in busy_objects {
            journal(&systems, &project).clear_busy(side, "p", &[key(id)]).unwrap();
        }
        systems.run_well(&project);
        assert_eq!(content(&systems), ["1|new|new", "2|b|b", "4|new|d", "5|e|e"], "{name}");
    }
}

#[test]
fn busy_objects_have_a_count_of_their_own() {
    let systems = systems();
    let project = project(&systems, CollisionDetection::BeforeMapping, Rules::NoneApplies);
    let busy: Vec<_> = [1, 2, 5].map(|id| BusyObject::new(key(id), BusyReason::Blocked)).into();
    journal(&systems, &project).set_busy(Side::Left, "p", &busy).unwrap();
    let report = systems.simulate(&project);
    // An equal pair has nothing to be left alone.
    let expected =
        Situations { both_equal: 1, both_differ: 1, right_only: 1, busy: 2, ..Situations::default() };
    assert_eq!(report.steps[0].situations, expected);
    let mut named: Vec<_> = report.steps[0].messages.iter().filter_map(|one| one.object.clone()).collect();
    named.sort();
    assert_eq!(named, ["1", "2"]);
    assert_eq!((report.steps[0].left_objects, report.steps[0].right_objects), (4, 4));
}

#[test]
fn a_label_waits_for_a_busy_object() {
    for detection in [CollisionDetection::BeforeMapping, CollisionDetection::BeforeSaving] {
        let systems = systems();
        let mut project = project(&systems, detection, Rules::NoneApplies);
        project.workflows[0].steps[0].methods.only_in_destination = vec![Method::MarkOutstanding.into()];
        let blocked = [BusyObject::new(key(3), BusyReason::Blocked)];
        journal(&systems, &project).set_busy(Side::Right, "p", &blocked).unwrap();
        let labels = || rows(&systems.left(), "SELECT object_key FROM sw_outstanding");
        let report = systems.run_well(&project);
        assert_eq!(labels(), Vec::<String>::new(), "{detection:?}");
        if detection == CollisionDetection::BeforeSaving {
            let status: Vec<_> = changes(&report).iter().map(|change| change.status).collect();
            assert_eq!(
                status,
                [ChangeStatus::Done, ChangeStatus::Done, ChangeStatus::Done, ChangeStatus::NotWritten]
            );
        }
        journal(&systems, &project).clear_busy(Side::Right, "p", &[key(3)]).unwrap();
        systems.run_well(&project);
        assert_eq!(labels(), [r#"{"id":"3"}"#], "{detection:?}");
    }
}

#[test]
fn the_table_of_busy_objects() {
    let systems = systems();
    let project = project(&systems, CollisionDetection::None, Rules::NoneApplies);
    let mut journal = journal(&systems, &project);
    let one = BusyObject::new(key(1), BusyReason::PendingProvisioning);
    let two = BusyObject { text: Some("by Ada".to_owned()), ..BusyObject::new(key(2), BusyReason::Blocked) };
    journal.set_busy(Side::Left, "p", &[one.clone(), two]).unwrap();
    journal.set_busy(Side::Right, "p", &[one]).unwrap();
    // Again, with another reason.
    journal.set_busy(Side::Left, "p", &[BusyObject::new(key(1), BusyReason::Process)]).unwrap();
    let found = |busy: Vec<BusyObject>| -> Vec<(String, BusyReason, Option<String>)> {
        busy.into_iter().map(|one| (one.key, one.reason, one.text)).collect()
    };
    assert_eq!(
        found(journal.busy(Side::Left, "p").unwrap()),
        [(key(1), BusyReason::Process, None), (key(2), BusyReason::Blocked, Some("by Ada".to_owned()))]
    );
    let among = journal.busy_among(Side::Left, "p", &[key(2), key(3)]).unwrap();
    assert_eq!(found(among), [(key(2), BusyReason::Blocked, Some("by Ada".to_owned()))]);
    assert_eq!(journal.busy(Side::Left, "q").unwrap(), []);
    journal.clear_busy(Side::Left, "p", &[key(1), key(7)]).unwrap();
    assert_eq!(journal.busy(Side::Left, "p").unwrap().len(), 1);
    assert_eq!(journal.busy(Side::Right, "p").unwrap().len(), 1);
}
