//! Collision detection against the direction: corrections and forced rules leave busy objects alone, too, and
//! the test of rules says why.

use syncwright_core::{
    connect::OpenMode,
    journal::{BusyObject, BusyReason, Journal, label_key},
    progress::CancelToken,
    project::{CollisionDetection, ConcurrenceBehaviour, Direction, Project, Side},
    sync::{
        RunReport, StepPass,
        test_rules::{Explanation, RuleTest, TestObjects, TestVariables, test_rules},
    },
    value::Value,
};

use crate::{
    fixture::{Systems, messages, rows},
    opposite::{GROUPS, groups, numbered_accounts},
};

/// Detection, whether the rule applies to busy objects, and whether it writes one that is.
const CASES: [(CollisionDetection, ConcurrenceBehaviour, bool); 6] = {
    use CollisionDetection::{BeforeMapping, BeforeSaving, None};
    use ConcurrenceBehaviour::{Apply, DoNotApply};
    [
        (None, DoNotApply, true),
        (None, Apply, true),
        (BeforeMapping, DoNotApply, false),
        (BeforeMapping, Apply, true),
        (BeforeSaving, DoNotApply, false),
        (BeforeSaving, Apply, false),
    ]
};

fn block(systems: &Systems, project: &Project, side: Side, schema_type: &str, name: &str, key: Value) {
    let key = label_key(&[(name.to_owned(), key)]);
    let mut journal = Journal::open(project, systems.folder(), OpenMode::Write).unwrap();
    journal.set_busy(side, schema_type, &[BusyObject::new(key, BusyReason::Blocked)]).unwrap();
}

fn release(systems: &Systems, project: &Project, side: Side, schema_type: &str) {
    let mut journal = Journal::open(project, systems.folder(), OpenMode::Write).unwrap();
    let busy: Vec<String> =
        journal.busy(side, schema_type).unwrap().into_iter().map(|object| object.key).collect();
    assert_eq!(busy.len(), 1);
    journal.clear_busy(side, schema_type, &busy).unwrap();
}

/// How many busy objects each pass left out of its change list.
fn left_out(report: &RunReport) -> Vec<(StepPass, u64)> {
    report.steps.iter().map(|step| (step.pass, step.situations.busy)).collect()
}

#[test]
fn corrections_leave_busy_objects_alone() {
    for (detection, concurrence, corrected) in CASES {
        let name = format!("{detection:?}, {concurrence:?}");
        let (systems, mut project) = groups(true, true, false);
        project.start_ups[0].collision_detection = detection;
        project.mappings[0].rules[1].concurrence = concurrence;
        block(&systems, &project, Side::Right, "grp", "name", Value::String("sales".to_owned()));
        let report = systems.run_well(&project);
        let manager = if corrected { "sales|ann" } else { "sales|eve" };
        assert_eq!(rows(&systems.right(), GROUPS), ["new|bob", manager], "{name}");
        assert_eq!(messages(&report, "SW-R107").len(), usize::from(!corrected), "{name}");
        let busy = u64::from(!corrected && detection == CollisionDetection::BeforeMapping);
        assert_eq!(left_out(&report), [(StepPass::Main, 0), (StepPass::Corrections, busy)], "{name}");

        release(&systems, &project, Side::Right, "grp");
        systems.run_well(&project);
        // Of the group that the first run has inserted the manager is a rogue modification by now.
        assert_eq!(rows(&systems.right(), GROUPS), ["new|∅", "sales|ann"], "{name}");
    }
}

#[test]
fn forced_rules_leave_busy_objects_alone() {
    const ACCOUNTS: &str = "SELECT * FROM account ORDER BY login";
    for (detection, concurrence, written) in CASES {
        let name = format!("{detection:?}, {concurrence:?}");
        let (systems, mut project) = numbered_accounts(true);
        project.start_ups[0].collision_detection = detection;
        project.mappings[0].rules[1].concurrence = concurrence;
        block(&systems, &project, Side::Left, "account", "login", Value::String("old".to_owned()));
        let expected = u64::from(!written && detection == CollisionDetection::BeforeMapping);
        let simulated = systems.simulate(&project);
        assert_eq!(left_out(&simulated), [(StepPass::Main, 0), (StepPass::Forced, expected)], "{name}");
        let report = systems.run_well(&project);
        let number = if written { "old|8" } else { "old|99" };
        assert_eq!(rows(&systems.left(), ACCOUNTS), ["ann|9", "bob|7", number], "{name}");
        assert_eq!(messages(&report, "SW-R107").len(), usize::from(!written), "{name}");
        assert_eq!(left_out(&report), [(StepPass::Main, 0), (StepPass::Forced, expected)], "{name}");

        release(&systems, &project, Side::Left, "account");
        systems.run_well(&project);
        assert_eq!(rows(&systems.left(), ACCOUNTS), ["ann|9", "bob|7", "old|8"], "{name}");
    }
}

/// What the test of the rule for managers shows of the group that is blocked.
fn explained(detection: CollisionDetection, concurrence: ConcurrenceBehaviour) -> Explanation {
    let (systems, mut project) = groups(true, true, false);
    project.start_ups[0].collision_detection = detection;
    project.mappings[0].rules[1].concurrence = concurrence;
    block(&systems, &project, Side::Right, "grp", "name", Value::String("sales".to_owned()));
    let test = RuleTest {
        mapping: project.mappings[0].name.clone(),
        direction: Direction::ToCentral,
        objects: TestObjects::Match("sales".to_owned()),
        values: Vec::new(),
        variables: TestVariables::OfProject,
    };
    test_rules(&project, systems.folder(), &test, &CancelToken::default()).unwrap()
}

#[test]
fn the_test_of_rules_tells_who_is_busy() {
    for (detection, concurrence, _) in CASES {
        let explanation = explained(detection, concurrence);
        let held_back =
            detection == CollisionDetection::BeforeMapping && concurrence == ConcurrenceBehaviour::DoNotApply;
        let rule = explanation.rules.iter().rfind(|rule| rule.rule == "manager").unwrap();
        let said = rule.not_run.as_deref().is_some_and(|why| why.contains("the object is busy"));
        assert_eq!(said, held_back, "{detection:?}, {concurrence:?}: {rule:?}");
        assert_eq!(explanation.changes.is_empty(), held_back, "{:?}", explanation.changes);
        let told = explanation.messages.iter().filter(|message| message.code == "SW-R107").count();
        assert_eq!(told, usize::from(held_back), "{:?}", explanation.messages);
    }
}
