//! Many rules in one mapping, each on columns of its own, and one object for each case of one of them.
//!
//! In an object of a case the columns of all other rules hold what their rules can work with, so that only the
//! rule of the case can make anything of the object fail.

use std::collections::BTreeMap;

use syncwright_core::{
    project::{Direction, Mapping, MappingDirection, PropertyRule, Step, System},
    sync::RunStatus,
};

use super::Cell;
use crate::fixture::{Systems, by, mapping, pair, rows, rule};

/// A rule and its two columns; [`Packed`] names all three.
pub struct Column {
    pub rule: PropertyRule,
    /// Declared types of the columns.
    pub source_type: &'static str,
    pub destination_type: &'static str,
    /// A value of the source that the rule can work with.
    pub neutral: &'static str,
}

/// One object: what the columns of one rule hold.
#[derive(Debug, Clone)]
pub struct Case {
    /// Position of the column.
    pub column: usize,
    pub source: Cell,
    /// `None` if the object is new.
    pub destination: Option<Cell>,
}

/// What came of a case in one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The destination's column holds this.
    Holds(Cell),
    /// The object was left out, told with this code.
    LeftOut(String),
}

/// Columns and cases of one mapping.
pub struct Packed {
    pub run: Direction,
    pub columns: Vec<Column>,
    pub cases: Vec<Case>,
    /// More columns of the source, as SQL with a comma behind each.
    pub more: &'static str,
}

/// Name of the column of the source system for rule number `number`.
pub fn source_column(number: usize) -> String {
    format!("s{number:03}")
}

fn destination_column(number: usize) -> String {
    format!("d{number:03}")
}

fn literal(cell: &Cell) -> String {
    cell.as_ref().map_or("NULL".to_owned(), |text| format!("'{text}'"))
}

impl Packed {
    fn direction(&self) -> MappingDirection {
        match self.run {
            Direction::ToTarget => MappingDirection::ToTarget,
            Direction::ToCentral => MappingDirection::ToCentral,
        }
    }

    fn systems(&self) -> Systems {
        let columns = self.columns.iter().enumerate();
        let (mut sources, mut destinations) = (self.more.to_owned(), String::new());
        for (number, Column { source_type, destination_type, neutral, .. }) in columns {
            sources += &format!("{} {source_type} DEFAULT '{neutral}', ", source_column(number));
            destinations += &format!("{} {destination_type}, ", destination_column(number));
        }
        let mut source = format!("CREATE TABLE o ({sources} k TEXT PRIMARY KEY); BEGIN;");
        let mut destination = format!("CREATE TABLE o ({destinations} k TEXT PRIMARY KEY); BEGIN;");
        for (number, case) in self.cases.iter().enumerate() {
            source += &format!(
                "INSERT INTO o (k, {}) VALUES ('{number:04}', {});",
                source_column(case.column),
                literal(&case.source)
            );
            if let Some(cell) = &case.destination {
                destination += &format!(
                    "INSERT INTO o (k, {}) VALUES ('{number:04}', {});",
                    destination_column(case.column),
                    literal(cell)
                );
            }
        }
        source += "COMMIT;";
        destination += "COMMIT;";
        match self.run {
            Direction::ToTarget => Systems::new(&source, &destination),
            Direction::ToCentral => Systems::new(&destination, &source),
        }
    }

    fn mapping(&self) -> Mapping {
        let mut rules = vec![rule("k", "k")];
        for (number, column) in self.columns.iter().enumerate() {
            let (source, destination) = (source_column(number), destination_column(number));
            let (left, right) = match self.run {
                Direction::ToTarget => (source, destination),
                Direction::ToCentral => (destination, source),
            };
            rules.push(PropertyRule { name: format!("{number:03}"), left, right, ..column.rule.clone() });
        }
        let mut mapping = mapping("o", "o", vec![by("k", pair("k", "k"))], rules);
        mapping.direction = self.direction();
        mapping
    }

    /// Runs `times` times; the outcome of every case in each of them. `adapt` may change the step, and the
    /// system that is read.
    pub fn run(&self, times: usize, adapt: impl Fn(&mut Step, &mut System)) -> Vec<Vec<Outcome>> {
        let systems = self.systems();
        let mut project = systems.project(self.run, vec![self.mapping()]);
        let source = match self.run {
            Direction::ToTarget => &mut project.central,
            Direction::ToCentral => &mut project.target,
        };
        adapt(&mut project.workflows[0].steps[0], source);
        let mut outcomes = Vec::new();
        let mut before = self.held(&systems);
        for _ in 0..times {
            let report = systems.run(&project);
            let mut failed: BTreeMap<String, (String, String)> = BTreeMap::new();
            for message in report.steps.iter().flat_map(|step| &step.messages) {
                let (object, rule) = (message.object.clone().unwrap(), message.rule.clone().unwrap());
                let twice = failed.insert(object, (rule, message.code.clone()));
                assert_eq!(twice, None, "{message:?}");
            }
            let status = if failed.is_empty() { RunStatus::Done } else { RunStatus::DoneWithErrors };
            assert_eq!(report.run.status, status, "{:?}", report.failure);
            let held = self.held(&systems);
            let outcome = |(number, case): (usize, &Case)| {
                let object = format!("{number:04}");
                let [before, now] =
                    [&before, &held].map(|held| held.get(&object).map(|cells| cells[case.column].clone()));
                outcome(case, failed.get(&object), before, now)
            };
            outcomes.push(self.cases.iter().enumerate().map(outcome).collect());
            before = held;
        }
        outcomes
    }

    /// Object → what its columns hold, in the system that is written.
    fn held(&self, systems: &Systems) -> BTreeMap<String, Vec<Cell>> {
        let database = match self.run {
            Direction::ToTarget => systems.right(),
            Direction::ToCentral => systems.left(),
        };
        rows(&database, "SELECT * FROM o")
            .iter()
            .map(|row| {
                let mut cells: Vec<Cell> =
                    row.split('|').map(|text| (text != "∅").then(|| text.to_owned())).collect();
                (cells.pop().flatten().unwrap(), cells)
            })
            .collect()
    }
}

fn outcome(
    case: &Case,
    failed: Option<&(String, String)>,
    before: Option<Cell>,
    now: Option<Cell>,
) -> Outcome {
    match failed {
        None => Outcome::Holds(now.unwrap_or_else(|| panic!("{case:?} was not written"))),
        Some((rule, code)) => {
            assert_eq!(*rule, format!("{:03}", case.column), "{case:?}");
            assert_eq!(now, before, "{case:?} was not left out");
            Outcome::LeftOut(code.clone())
        }
    }
}
