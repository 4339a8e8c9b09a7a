//! The order in which one pair is evaluated, with everything at once: collisions, the rules of the direction, what new
//! objects get besides, rogue modifications and their correction, saving, and the forced rules behind it.

use syncwright_core::{
    connect::OpenMode,
    journal::{BusyObject, BusyReason, Journal, label_key},
    project::{
        CollisionDetection, ConcurrenceBehaviour, Condition, Direction, MappingDirection, Project,
        PropertyRule, Side,
    },
    sync::{RunReport, StepPass},
    value::Value,
};

use crate::fixture::{Systems, by, changes, mapping, messages, pair, rows, rule};

/// 1 is busy, 2 is a pair on which every rule has something to say, 3 is new.
fn systems() -> Systems {
    Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, title TEXT, note TEXT, mail TEXT, phone TEXT, number INTEGER);
         INSERT INTO p VALUES (1, 'new', 'new', 'new', 'new', '111', 1),
                              (2, 'new', 'skip', 'new', 'ANN@X', '222', NULL),
                              (3, 'cy', 'Dr', 'first', 'cy@x', '333', NULL);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, name TEXT, title TEXT, note TEXT, mail TEXT, phone TEXT,
                         number INTEGER DEFAULT 77);
         INSERT INTO q VALUES (1, 'old', 'old', 'old', 'old', '999', 8),
                              (2, 'old', 'old', 'old', 'ann@x', '888', 9);",
    )
}

fn rules() -> Vec<PropertyRule> {
    let to_target = |name: &str| PropertyRule { direction: MappingDirection::ToTarget, ..rule(name, name) };
    let to_central = |name: &str| PropertyRule { direction: MappingDirection::ToCentral, ..rule(name, name) };
    vec![
        rule("id", "id"),
        PropertyRule { concurrence: ConcurrenceBehaviour::Apply, ..to_target("name") },
        PropertyRule {
            condition: Some(Condition::Expression("Left.title <> 'skip'".to_owned())),
            ..to_target("title")
        },
        PropertyRule { do_not_overwrite: true, ..to_target("note") },
        PropertyRule { ignore_case: true, ..to_target("mail") },
        PropertyRule {
            ignore_direction_on_insert: true,
            detect_rogue_modifications: true,
            correct_rogue_modifications: true,
            ..to_central("phone")
        },
        PropertyRule { force_against_direction: true, ..to_central("number") },
    ]
}

fn project(systems: &Systems) -> Project {
    let people = mapping("p", "q", vec![by("id", pair("id", "id"))], rules());
    let mut project = systems.project(Direction::ToTarget, vec![people]);
    project.start_ups[0].collision_detection = CollisionDetection::BeforeMapping;
    project
}

fn set_busy(systems: &Systems, project: &Project, busy: bool) {
    let mut journal = Journal::open(project, systems.folder(), OpenMode::Write).unwrap();
    let key = label_key(&[("id".to_owned(), Value::Integer(1))]);
    if busy {
        journal.set_busy(Side::Right, "q", &[BusyObject::new(key, BusyReason::Process)]).unwrap();
    } else {
        journal.clear_busy(Side::Right, "q", &[key]).unwrap();
    }
}

/// Pass, object and property of everything that is written, in the order in which it is written.
fn written(report: &RunReport) -> Vec<String> {
    let mut written = Vec::new();
    for step in &report.steps {
        let pass = match step.pass {
            StepPass::Main => "rules",
            StepPass::Corrections => "correction",
            StepPass::Forced => "forced",
            StepPass::WriteBack => "read back",
        };
        for change in step.changes.iter() {
            let display = &change.display;
            written.extend(change.properties.iter().filter(|property| property.property != "id").map(
                |property| {
                    format!("{pass} {display}: {} {} → {}", property.property, property.old, property.new)
                },
            ));
        }
    }
    written
}

#[test]
fn everything_at_once() {
    let systems = systems();
    let project = project(&systems);
    set_busy(&systems, &project, true);
    let report = systems.run_well(&project);
    assert_eq!(
        written(&report),
        [
            // A new object gets what its rules give, whatever their direction; the target numbers it itself.
            "rules 3: name  → cy",
            "rules 3: title  → Dr",
            "rules 3: note  → first",
            "rules 3: mail  → cy@x",
            "rules 3: phone  → 333",
            // Of the busy one only the rule that applies to such.
            "rules 1: name old → new",
            // Neither the title (condition), nor the note (not empty), nor the address (case).
            "rules 2: name old → new",
            // The target owns telephone numbers: the change of the central system is taken back.
            "correction 2: phone 222 → 888",
            // Numbers are copied back once all is saved, also that of the new object.
            "forced 2: number  → 9",
            "forced 3: number  → 77",
        ]
    );
    assert_eq!(
        messages(&report, "SW-R107").len(),
        3,
        "the busy object is named in each pass that leaves it alone"
    );
    assert_eq!(
        rows(&systems.right(), "SELECT * FROM q ORDER BY id"),
        ["1|new|old|old|old|999|8", "2|new|old|old|ann@x|888|9", "3|cy|Dr|first|cy@x|333|77"]
    );
    assert_eq!(
        rows(&systems.left(), "SELECT * FROM p ORDER BY id"),
        ["1|new|new|new|new|111|1", "2|new|skip|new|ANN@X|888|9", "3|cy|Dr|first|cy@x|333|77"]
    );
    assert_eq!(systems.run_well(&project).total_writes(), 0, "what is busy waits, the rest is at rest");

    set_busy(&systems, &project, false);
    let report = systems.run_well(&project);
    assert_eq!(
        written(&report),
        [
            "rules 1: title old → new",
            "rules 1: mail old → new",
            "correction 1: phone 111 → 999",
            "forced 1: number 1 → 8",
        ]
    );
    assert_eq!(changes(&systems.run_well(&project)).len(), 0);
}

/// What is saved as planned: a simulation tells the same, but for the number that the target has not made yet.
#[test]
fn a_simulation_tells_the_same() {
    let systems = systems();
    let project = project(&systems);
    set_busy(&systems, &project, true);
    let simulated = written(&systems.simulate(&project));
    let run: Vec<String> = written(&systems.run_well(&project))
        .into_iter()
        .filter(|one| one != "forced 3: number  → 77")
        .collect();
    assert_eq!(simulated, run);
}
