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
        &format!("{table} INSERT INTO p VALUES (1, 'new', 'new'), (2, 'b', 'b'), (4, 'new', 'd'), (5, 'e', 'e')"),
        &format!("{table} INSERT INTO p VALUES (1, 'old', 'old'), (3, 'c', 'c'), (4, 'old', 'd'), (5, 'e', 'e')"),
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

/// The object of `side` with this number is busy; gives what the other objects become without it.
struct Case {
    detection: CollisionDetection,
    rules: Rules,
    busy: (Side, i64),
    /// The object in the target system afterwards; none if it is not there.
    expected: Option<&'static str>,
    /// Named in the log.
    told: bool,
}

#[test]
fn decisions() {
    use CollisionDetection::{BeforeMapping, BeforeSaving, None as Off};
    use Rules::{AllApply, NameApplies, NoneApplies};
    use Side::{Left, Right};
    let mut cases = Vec::new();
    let mut add = |detection, rules, busy: &[(Side, i64)], expected, told| {
        cases.extend(busy.iter().map(|busy| Case { detection, rules, busy: *busy, expected, told }));
    };
    let (pair, left, right) = ([(Left, 1), (Right, 1)], [(Left, 2)], [(Right, 3)]);
    for rules in [NoneApplies, NameApplies, AllApply] {
        add(Off, rules, &pair, Some("1|new|new"), false);
        add(Off, rules, &left, Some("2|b|b"), false);
        add(Off, rules, &right, None, false);
        add(BeforeSaving, rules, &pair, Some("1|old|old"), true);
        add(BeforeSaving, rules, &left, None, true);
        add(BeforeSaving, rules, &right, Some("3|c|c"), true);
    }
    for rules in [NoneApplies, NameApplies] {
        let updated = if rules == NameApplies { "1|new|old" } else { "1|old|old" };
        add(BeforeMapping, rules, &pair, Some(updated), true);
        add(BeforeMapping, rules, &left, None, true);
        add(BeforeMapping, rules, &right, Some("3|c|c"), true);
    }
    add(BeforeMapping, AllApply, &pair, Some("1|new|new"), false);
    add(BeforeMapping, AllApply, &left, Some("2|b|b"), false);
    add(BeforeMapping, AllApply, &right, None, false);
    assert_eq!(cases.len(), 3 * 2 * 4 + 3 * 4);

    for Case { detection, rules, busy: (side, id), expected, told } in cases {
        let name = format!("{detection:?}, {rules:?}, {side:?} {id}");
        let systems = systems();
        let project = project(&systems, detection, rules);
        let busy =
            BusyObject { text: Some("job 7".to_owned()), ..BusyObject::new(key(id), BusyReason::Process) };
        journal(&systems, &project).set_busy(side, "p", &[busy]).unwrap();
        let report = systems.run_well(&project);
        let mut after: Vec<String> =
            ["1|new|new", "2|b|b", "4|new|d", "5|e|e"].into_iter().map(str::to_owned).collect();
        after.retain(|row| !row.starts_with(&id.to_string()));
        after.extend(expected.map(str::to_owned));
        after.sort();
        assert_eq!(content(&systems), after, "{name}");
        let log = messages(&report, "SW-R107");
        assert_eq!(log.len(), usize::from(told), "{name}: {log:?}");
        assert!(log.iter().all(|text| text.contains("in an unfinished process (job 7), since 20")), "{log:?}");

        // It is not busy any more: the next run does the rest.
        journal(&systems, &project).clear_busy(side, "p", &[key(id)]).unwrap();
        systems.run_well(&project);
        assert_eq!(content(&systems), ["1|new|new", "2|b|b", "4|new|d", "5|e|e"], "{name}");
        assert_eq!(systems.run_well(&project).total_writes(), 0, "{name}");
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
            assert_eq!(status, [ChangeStatus::Done, ChangeStatus::Done, ChangeStatus::Done, ChangeStatus::NotWritten]);
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
