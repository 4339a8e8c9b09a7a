//! One minimal edit of a project without findings for each thing that the check finds: exactly this code, at
//! exactly this place; where there is a repair, it makes the finding go away.

mod places;
mod rules;

use super::{Finding, Severity, check, repair};
use crate::project::{
    Mapping, MatchExpression, MatchingRule, Project, PropertyRule, SchemaProperty, Side, Step, from_text,
};

const BASE: &str = include_str!("base.ron");

const PERSON: &str = "mapping Person";
const IN_PEOPLE: &str = "workflow Import, step People";
const OUT_PEOPLE: &str = "workflow Export, step People";

use Severity::{Error as E, Info as I, Warning as W};

/// Severity, code and place of a finding.
type Expected = (Severity, &'static str, &'static str);

/// What is done to the project, and what the check finds then.
struct Case {
    edit: fn(&mut Project),
    expected: Vec<Expected>,
}

fn case(expected: &[Expected], edit: fn(&mut Project)) -> Case {
    Case { edit, expected: expected.to_vec() }
}

fn base() -> Project {
    from_text("base", BASE).unwrap()
}

fn mapping<'a>(project: &'a mut Project, name: &str) -> &'a mut Mapping {
    project.mappings.iter_mut().find(|mapping| mapping.name == name).unwrap()
}

/// A rule of the mapping Person.
fn rule<'a>(project: &'a mut Project, name: &str) -> &'a mut PropertyRule {
    mapping(project, "Person").rules.iter_mut().find(|rule| rule.name == name).unwrap()
}

/// Adds a rule to the mapping Person, behind the others.
fn add_rule(project: &mut Project, rule: PropertyRule) {
    mapping(project, "Person").rules.push(rule);
}

/// Adds an alternative matching rule to the mapping Person.
fn add_matching<'a>(project: &'a mut Project, left: &str, right: &str) -> &'a mut MatchingRule {
    let matching = &mut mapping(project, "Person").matching;
    matching.push(MatchingRule {
        name: "Other".to_owned(),
        on: MatchExpression::Pair(left.to_owned(), right.to_owned()),
        ignore_case: false,
        graded: None,
    });
    matching.last_mut().unwrap()
}

fn step<'a>(project: &'a mut Project, workflow: &str, name: &str) -> &'a mut Step {
    let workflow = project.workflows.iter_mut().find(|one| one.name == workflow).unwrap();
    workflow.steps.iter_mut().find(|step| step.name == name).unwrap()
}

fn column<'a>(project: &'a mut Project, side: Side, schema_type: &str, name: &str) -> &'a mut SchemaProperty {
    let schema = match side {
        Side::Left => &mut project.central.schema,
        Side::Right => &mut project.target.schema,
    };
    let schema_type = schema.types.iter_mut().find(|one| one.name == schema_type).unwrap();
    schema_type.properties.iter_mut().find(|property| property.name == name).unwrap()
}

/// Findings about what takes effect; kinds of virtual properties that a later version brings are no matter here.
fn findings(project: &Project) -> Vec<Finding> {
    let later = |one: &Finding| {
        one.code == "SW-C900" || one.code == "SW-M004" && one.text.contains("this kind of virtual property")
    };
    check(project).into_iter().filter(|one| !later(one)).collect()
}

fn told(findings: &[Finding]) -> Vec<(Severity, &'static str, String)> {
    let mut told: Vec<_> =
        findings.iter().map(|one| (one.severity, one.code, one.place.to_string())).collect();
    told.sort();
    told
}

fn cases() -> Vec<Case> {
    rules::cases().into_iter().chain(places::cases()).collect()
}

#[test]
fn the_base_has_no_findings() {
    assert_eq!(findings(&base()), []);
}

#[test]
fn every_edit_has_exactly_its_findings() {
    let mut wrong = Vec::new();
    for (number, Case { edit, expected }) in cases().into_iter().enumerate() {
        let mut project = base();
        edit(&mut project);
        let found = findings(&project);
        let mut wanted: Vec<_> =
            expected.into_iter().map(|(severity, code, place)| (severity, code, place.to_owned())).collect();
        wanted.sort();
        if told(&found) != wanted {
            wrong.push(format!("case {number} should find {wanted:?}, but finds {found:#?}"));
        }
        let bare = |one: &&Finding| one.text.len() < 20 || one.fix.as_ref().is_none_or(|fix| fix.len() < 5);
        wrong
            .extend(found.iter().find(bare).map(|one| format!("case {number} explains too little: {one:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn repairs_repair_and_break_nothing() {
    let mut repaired = std::collections::BTreeSet::new();
    for (number, Case { edit, .. }) in cases().into_iter().enumerate() {
        let mut broken = base();
        edit(&mut broken);
        let before = findings(&broken);
        for finding in &before {
            let Some(edit) = &finding.repair else { continue };
            let mut project = broken.clone();
            assert!(repair(&mut project, edit), "case {number}: {finding:?}");
            let after = findings(&project);
            let same = |other: &Finding| (other.code, &other.place) == (finding.code, &finding.place);
            assert!(!after.iter().any(same), "case {number}: {finding:?}");
            let is_new = |other: &&Finding| {
                other.severity == Severity::Error && !before.iter().any(|one| one.text == other.text)
            };
            assert_eq!(after.iter().find(is_new), None, "case {number}");
            // Done once, it is done.
            let once = project.clone();
            repair(&mut project, edit);
            assert_eq!(project, once, "case {number}");
            repaired.insert(finding.code);
        }
    }
    let repairable = [
        "SW-C124", "SW-C127", "SW-C141", "SW-C142", "SW-C145", "SW-C146", "SW-C147", "SW-C150", "SW-C152",
        "SW-C153", "SW-C154", "SW-C155", "SW-C157", "SW-C159", "SW-C162", "SW-C185", "SW-C196", "SW-C197",
        "SW-C202",
    ];
    assert_eq!(repaired.into_iter().collect::<Vec<_>>(), repairable);
}

#[test]
fn a_repair_without_a_place_changes_nothing() {
    let mut project = base();
    rule(&mut project, "Count").force_against_direction = true;
    let found = findings(&project);
    let edit = found[0].repair.as_ref().unwrap();
    let twin = rule(&mut project, "Count").clone();
    add_rule(&mut project, twin);
    let ambiguous = project.clone();
    assert!(!repair(&mut project, edit));
    assert_eq!(project, ambiguous);
    mapping(&mut project, "Person").rules.clear();
    assert!(!repair(&mut project, edit));
}

#[test]
fn every_documented_code_of_the_range_has_a_case() {
    let page = include_str!("../../../../assets/help/errors.md");
    let documented = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|code| ("SW-C140".."SW-C900").contains(code));
    let cases: Vec<&str> =
        cases().iter().flat_map(|case| &case.expected).map(|expected| expected.1).collect();
    let missing: Vec<&str> = documented.filter(|code| !cases.contains(code)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn the_sample_project_has_only_what_is_worth_knowing() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../projects/hr-to-identity/hr-to-identity.ron");
    let found = told(&check(&crate::project::load(&file).unwrap()));
    // Memberships are matched by both of their ends.
    assert_eq!(found, [(I, "SW-C127", "mapping Membership, rule Account and group".to_owned())]);
}

#[test]
fn json_says_whether_there_is_a_repair() {
    let mut project = base();
    rule(&mut project, "Count").ignore_direction_on_insert = true;
    rule(&mut project, "Name").correct_rogue_modifications = true;
    let json = super::to_json(&project, &findings(&project));
    let repairs: Vec<_> =
        json["findings"].as_array().unwrap().iter().map(|one| (&one["code"], &one["repair"])).collect();
    let (error, info) = (serde_json::json!("SW-C143"), serde_json::json!("SW-C145"));
    let (yes, no) = (serde_json::json!(true), serde_json::json!(false));
    assert_eq!(repairs, [(&error, &no), (&info, &yes)]);
}
