//! Direction of the run × direction of mapping and rule × R4 × R7 × R9 × R10 × R11 × situation.
//!
//! The oracle is [`Case::run`], written from SPEC D1–D4, R3–R11 and the order of evaluation in the guides. Where
//! these are silent it takes:
//!
//! * *do not overwrite* also guards the side that the run reads: a value that is there is neither overwritten
//!   by a forced rule or a correction, nor rogue;
//! * the direction of a mapping decides in which runs it takes part; forced rules and corrections write the
//!   other system in a mapping that is *to target* only, too;
//! * *ignore direction on insert* goes before *do not map*.

use std::collections::BTreeMap;

use syncwright_core::{
    check::{Place, Severity, check as check_project},
    project::{Direction, MappingDirection, PropertyRule},
    sync::RunReport,
};

use super::{Cell, same_as_file, shown_in};
use crate::fixture::{Systems, by, mapping, pair, rows, rule};

const RUNS: [Direction; 2] = [Direction::ToTarget, Direction::ToCentral];
const MAPPINGS: [MappingDirection; 4] = [
    MappingDirection::Both,
    MappingDirection::ToTarget,
    MappingDirection::ToCentral,
    MappingDirection::DoNotMap,
];
const RULES: [MappingDirection; 5] = [
    MappingDirection::FromMapping,
    MappingDirection::Both,
    MappingDirection::ToTarget,
    MappingDirection::ToCentral,
    MappingDirection::DoNotMap,
];

/// What both systems hold of one object: the one that is read, the one that is written.
#[derive(Debug, Clone, PartialEq)]
struct State {
    source: Option<Cell>,
    destination: Option<Cell>,
}

/// Situations in which a run can find an object.
fn situations() -> [(&'static str, State); 7] {
    let cell = |text: &str| Some(Some(text.to_owned()));
    let state = |source, destination| State { source, destination };
    [
        ("equal", state(cell("a"), cell("a"))),
        ("differ", state(cell("a"), cell("b"))),
        ("source empty", state(Some(None), cell("b"))),
        ("destination empty", state(cell("a"), Some(None))),
        ("both empty", state(Some(None), Some(None))),
        ("only source", state(cell("a"), None)),
        ("only destination", state(None, cell("b"))),
    ]
}

/// Settings of one rule.
#[derive(Debug, Clone, Copy)]
struct Case {
    direction: MappingDirection,
    on_insert: bool,
    do_not_overwrite: bool,
    force: bool,
    detect: bool,
    correct: bool,
}

/// What is told of an object.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Told {
    Nothing,
    Rogue,
    Corrected,
}

impl Told {
    const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Rogue => "rogue",
            Self::Corrected => "corrected",
        }
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for direction in RULES {
        for bits in 0..32 {
            cases.push(Case {
                direction,
                on_insert: bits & 1 != 0,
                do_not_overwrite: bits & 2 != 0,
                force: bits & 4 != 0,
                detect: bits & 8 != 0,
                correct: bits & 16 != 0,
            });
        }
    }
    cases
}

/// R3: the run that a one-way direction belongs to.
const fn only_run(direction: MappingDirection) -> Option<Direction> {
    match direction {
        MappingDirection::ToTarget => Some(Direction::ToTarget),
        MappingDirection::ToCentral => Some(Direction::ToCentral),
        _ => None,
    }
}

fn allows(direction: MappingDirection, run: Direction) -> bool {
    match only_run(direction) {
        Some(only) => only == run,
        None => direction == MappingDirection::Both,
    }
}

impl Case {
    fn own_direction(self, mapping: MappingDirection) -> MappingDirection {
        if self.direction == MappingDirection::FromMapping { mapping } else { self.direction }
    }

    /// R9, R10, R11: with which codes the check refuses the combination.
    fn refused(self, mapping: MappingDirection) -> Vec<&'static str> {
        let one_way = only_run(self.own_direction(mapping)).is_some();
        let reasons = [
            // R9 and R10, R11 exclude each other.
            (self.force && (self.detect || self.correct), "SW-C140"),
            // R9 and R10 need a one-way direction.
            (self.force && !one_way, "SW-C141"),
            (self.detect && !one_way, "SW-C142"),
            // R11 needs R10.
            (self.correct && !self.detect, "SW-C143"),
        ];
        reasons.into_iter().filter(|(refused, _)| *refused).map(|(_, code)| code).collect()
    }

    fn is_refused(self, mapping: MappingDirection) -> bool {
        !self.refused(mapping).is_empty()
    }

    fn rule(self, name: &str) -> PropertyRule {
        PropertyRule {
            direction: self.direction,
            ignore_direction_on_insert: self.on_insert,
            do_not_overwrite: self.do_not_overwrite,
            force_against_direction: self.force,
            detect_rogue_modifications: self.detect,
            correct_rogue_modifications: self.correct,
            ..rule(name, name)
        }
    }

    fn settings(self) -> String {
        let flags = [
            (self.on_insert, "R4"),
            (self.do_not_overwrite, "R7"),
            (self.force, "R9"),
            (self.detect, "R10"),
            (self.correct, "R11"),
        ];
        flags.iter().filter(|(set, _)| *set).map(|(_, id)| *id).collect::<Vec<_>>().join("+")
    }

    /// What a run that inserts, updates and deletes leaves, and what it tells.
    fn run(self, mapping: MappingDirection, run: Direction, before: &State) -> (State, Told) {
        let mut after = before.clone();
        if !allows(mapping, run) {
            return (after, Told::Nothing);
        }
        let direction = self.own_direction(mapping);
        let forward = allows(direction, run);
        let backward = only_run(direction).is_some_and(|own| own != run);
        let free = |cell: &Cell| cell.is_none() || !self.do_not_overwrite;
        let mut told = Told::Nothing;
        match (&before.source, &before.destination) {
            // The step deletes what only the written system has.
            (None, _) => after.destination = None,
            (Some(source), None) => {
                after.destination = Some(if forward || self.on_insert { source.clone() } else { None });
            }
            (Some(source), Some(destination)) if source != destination => {
                if forward && free(destination) {
                    after.destination = Some(source.clone());
                }
                if backward && self.detect && free(source) {
                    told = if self.correct { Told::Corrected } else { Told::Rogue };
                }
                if told == Told::Corrected {
                    after.source = Some(destination.clone());
                }
            }
            _ => {}
        }
        // Once everything is saved.
        if backward && self.force && after.source.as_ref().is_some_and(free) && after.destination.is_some() {
            after.source = after.destination.clone();
        }
        (after, told)
    }
}

const HEADER: &str = "run,mapping,rule,settings,situation,source,destination,\
                      source after,destination after,told,source after run 2,destination after run 2,told in run 2";

fn name(direction: MappingDirection) -> &'static str {
    match direction {
        MappingDirection::FromMapping => "from mapping",
        MappingDirection::Both => "both",
        MappingDirection::ToTarget => "to target",
        MappingDirection::ToCentral => "to central",
        MappingDirection::DoNotMap => "do not map",
    }
}

fn run_name(run: Direction) -> &'static str {
    match run {
        Direction::ToTarget => "to target",
        Direction::ToCentral => "to central",
    }
}

#[test]
fn the_file_is_what_the_rules_say() {
    let mut table = Vec::new();
    for run in RUNS {
        for mapping in MAPPINGS {
            for case in cases() {
                let begin = format!(
                    "{},{},{},{}",
                    run_name(run),
                    name(mapping),
                    name(case.direction),
                    case.settings()
                );
                if case.is_refused(mapping) {
                    let refused = match mapping {
                        MappingDirection::DoNotMap => "not checked while the mapping does not map".to_owned(),
                        _ => format!("refused: {}", case.refused(mapping).join(" ")),
                    };
                    table.push(format!("{begin},{refused}"));
                    continue;
                }
                for (situation, before) in situations() {
                    let (first, told) = case.run(mapping, run, &before);
                    let (second, told_again) = case.run(mapping, run, &first);
                    let texts = [
                        shown_in(&before.source),
                        shown_in(&before.destination),
                        shown_in(&first.source),
                        shown_in(&first.destination),
                        told.word(),
                        shown_in(&second.source),
                        shown_in(&second.destination),
                        told_again.word(),
                    ];
                    table.push(format!("{begin},{situation},{}", texts.join(",")));
                }
            }
        }
    }
    same_as_file("directions.csv", HEADER, &table);
}

/// What the oracle says about running again.
#[test]
fn only_the_trap_of_corrections_needs_a_second_run() {
    for run in RUNS {
        for mapping in MAPPINGS {
            for case in cases().into_iter().filter(|case| !case.is_refused(mapping)) {
                for (situation, before) in situations() {
                    let (first, _) = case.run(mapping, run, &before);
                    let (second, _) = case.run(mapping, run, &first);
                    let (third, _) = case.run(mapping, run, &second);
                    assert_eq!(second, third, "{case:?} {situation}");
                    let trap = case.correct && !case.on_insert && situation == "only source";
                    assert!(first == second || trap, "{case:?} {situation}");
                }
            }
        }
    }
}

/// The check refuses what the table says, with these errors and no others.
#[test]
fn every_refused_row_is_refused_by_the_check() {
    let cases = cases();
    // The check leaves mappings alone that do not map.
    for direction in MAPPINGS.into_iter().filter(|direction| *direction != MappingDirection::DoNotMap) {
        for run in RUNS {
            let systems = systems(&cases, run);
            let mut rules = vec![PropertyRule { direction: MappingDirection::Both, ..rule("k", "k") }];
            rules.extend(cases.iter().enumerate().map(|(number, case)| case.rule(&column(number))));
            let mut mapping = mapping("o", "o", vec![by("k", pair("k", "k"))], rules);
            mapping.direction = direction;
            let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for finding in check_project(&systems.project(run, vec![mapping])) {
                match finding.place {
                    Place::Mapping { rule: Some(rule), .. } if finding.severity == Severity::Error => {
                        found.entry(rule).or_default().push(finding.code);
                    }
                    _ => assert!(finding.severity < Severity::Error, "{finding:?}"),
                }
            }
            for (number, case) in cases.iter().enumerate() {
                let mut codes = found.remove(&column(number)).unwrap_or_default();
                codes.sort_unstable();
                assert_eq!(codes, case.refused(direction), "{run:?}, mapping {direction:?}, {case:?}");
            }
            assert!(found.is_empty(), "{found:?}");
        }
    }
}

/// The columns of all rules that can be saved, in both systems, one object a situation.
fn systems(cases: &[Case], run: Direction) -> Systems {
    let columns: Vec<String> = (0..cases.len()).map(column).collect();
    let table = format!("CREATE TABLE o (k TEXT PRIMARY KEY, {} TEXT);", columns.join(" TEXT, "));
    let mut statements = [table.clone(), table];
    for (situation, State { source, destination }) in situations() {
        for (statements, object) in statements.iter_mut().zip([source, destination]) {
            let Some(cell) = object else { continue };
            let value = cell.map_or("NULL".to_owned(), |text| format!("'{text}'"));
            let values = vec![value; columns.len()].join(", ");
            statements.push_str(&format!("INSERT INTO o VALUES ('{situation}', {values});"));
        }
    }
    let [source, destination] = statements;
    match run {
        Direction::ToTarget => Systems::new(&source, &destination),
        Direction::ToCentral => Systems::new(&destination, &source),
    }
}

fn column(number: usize) -> String {
    format!("p{number:03}")
}

/// What both systems hold, source first: object → values of all rules.
fn held(systems: &Systems, run: Direction) -> [BTreeMap<String, Vec<Cell>>; 2] {
    let read = |database: &rusqlite::Connection| {
        rows(database, "SELECT * FROM o")
            .iter()
            .map(|row| {
                let mut values = row.split('|').map(|text| (text != "∅").then(|| text.to_owned()));
                (values.next().unwrap().unwrap(), values.collect())
            })
            .collect()
    };
    let (left, right) = (read(&systems.left()), read(&systems.right()));
    match run {
        Direction::ToTarget => [left, right],
        Direction::ToCentral => [right, left],
    }
}

/// What the report tells about an object and a rule.
fn told(report: &RunReport) -> BTreeMap<(String, String), Told> {
    let messages = report.steps.iter().flat_map(|step| &step.messages);
    messages
        .filter(|message| message.code == "SW-R111")
        .map(|message| {
            let told = if message.text.ends_with("it is corrected") { Told::Corrected } else { Told::Rogue };
            ((message.object.clone().unwrap(), message.rule.clone().unwrap()), told)
        })
        .collect()
}

fn check(run: Direction, direction: MappingDirection) {
    let cases: Vec<Case> = cases().into_iter().filter(|case| !case.is_refused(direction)).collect();
    let systems = systems(&cases, run);
    let mut rules = vec![PropertyRule { direction: MappingDirection::Both, ..rule("k", "k") }];
    rules.extend(cases.iter().enumerate().map(|(number, case)| case.rule(&column(number))));
    let mut mapping = mapping("o", "o", vec![by("k", pair("k", "k"))], rules);
    mapping.direction = direction;
    let project = systems.project(run, vec![mapping]);
    let mut states: Vec<Vec<State>> =
        cases.iter().map(|_| situations().into_iter().map(|(_, state)| state).collect()).collect();
    for number in 1..=3 {
        let report = systems.run_well(&project);
        let [source, destination] = held(&systems, run);
        let told = told(&report);
        let mut telling = 0;
        let mut changed = false;
        for (at, (case, states)) in cases.iter().zip(&mut states).enumerate() {
            for ((situation, _), state) in situations().into_iter().zip(states) {
                let (expected, expects_told) = case.run(direction, run, state);
                let value =
                    |side: &BTreeMap<String, Vec<Cell>>| side.get(situation).map(|all| all[at].clone());
                let found = State { source: value(&source), destination: value(&destination) };
                let place =
                    format!("run {number} {run:?}, mapping {direction:?}, {case:?}, {situation}: {state:?}");
                assert_eq!(found, expected, "{place}");
                let found = told.get(&(situation.to_owned(), column(at))).copied();
                assert_eq!(found.unwrap_or(Told::Nothing), expects_told, "{place}");
                telling += usize::from(expects_told != Told::Nothing);
                changed |= expected != *state;
                *state = expected;
            }
        }
        assert_eq!(told.len(), telling);
        assert_eq!(report.total_writes() > 0, changed, "run {number} {run:?} {direction:?}");
    }
}

#[test]
fn every_row_in_runs_to_the_target() {
    MAPPINGS.into_iter().for_each(|mapping| check(Direction::ToTarget, mapping));
}

#[test]
fn every_row_in_runs_to_the_central_system() {
    MAPPINGS.into_iter().for_each(|mapping| check(Direction::ToCentral, mapping));
}
