//! R18: fixed value × value on insert × transformation × empty source × R7, on new and existing objects, for
//! sources that are empty, have a value, or one without meaning in the type of the destination.
//!
//! The oracle is [`Case::result`], which is the order of R18 line by line. Where SPEC is silent it takes: a
//! source that is empty is so for every type, so no text for a number is nothing and no error.

use syncwright_core::project::{Direction, EmptySource, Formula, Literal, PropertyRule, Transformation};

use super::{
    Cell,
    pack::{self, Column, Outcome, Packed, source_column},
    same_as_file, shown,
};
use crate::fixture::rule;

/// A type of the destination, and what stands for what in it; the source is text.
struct Kind {
    name: &'static str,
    declared: &'static str,
    value: &'static str,
    other: &'static str,
    /// A text without meaning in the type.
    bad: Option<&'static str>,
    fixed: &'static str,
    on_insert: &'static str,
    default: &'static str,
    expression: &'static str,
    /// Text before and behind the source in the pattern.
    pattern: (&'static str, &'static str),
}

const KINDS: [Kind; 3] = [
    Kind {
        name: "text",
        declared: "TEXT",
        value: "v",
        other: "o",
        bad: None,
        fixed: "f",
        on_insert: "i",
        default: "d",
        expression: "upper(Value)",
        pattern: ("<", ">"),
    },
    Kind {
        name: "integer",
        declared: "INTEGER",
        value: "7",
        other: "8",
        bad: Some("x"),
        fixed: "5",
        on_insert: "1",
        default: "9",
        expression: "Value || '0'",
        pattern: ("-", ""),
    },
    Kind {
        name: "date",
        declared: "DATE",
        value: "2024-03-01",
        other: "1999-12-31",
        bad: Some("x"),
        fixed: "2000-01-01",
        on_insert: "2001-01-01",
        default: "2030-01-01",
        expression: "replace(Value, '2024', '2025')",
        pattern: ("", ""),
    },
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Literally {
    Not,
    Null,
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Transformed {
    Not,
    Expression,
    Pattern,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum WhenEmpty {
    Write,
    Keep,
    Default,
}

/// Settings of one rule.
#[derive(Debug, Clone, Copy)]
struct Case {
    fixed: Literally,
    on_insert: Literally,
    transformed: Transformed,
    when_empty: WhenEmpty,
    do_not_overwrite: bool,
}

fn cases() -> Vec<Case> {
    use self::{Literally as L, Transformed as T, WhenEmpty as W};
    let mut cases = Vec::new();
    for do_not_overwrite in [false, true] {
        let case = |fixed, on_insert, transformed, when_empty| Case {
            fixed,
            on_insert,
            transformed,
            when_empty,
            do_not_overwrite,
        };
        for on_insert in [L::Not, L::Null, L::Value] {
            for transformed in [T::Not, T::Expression, T::Pattern] {
                for when_empty in [W::Write, W::Keep, W::Default] {
                    cases.push(case(L::Not, on_insert, transformed, when_empty));
                }
            }
        }
        for fixed in [L::Null, L::Value] {
            cases.push(case(fixed, L::Not, T::Not, W::Write));
            cases.push(case(fixed, L::Value, T::Pattern, W::Keep));
            cases.push(case(fixed, L::Null, T::Expression, W::Default));
        }
    }
    cases
}

/// What a rule makes of an object.
#[derive(Debug, Clone, PartialEq)]
enum Makes {
    /// It does not run.
    Nothing,
    Value(Cell),
    Failure,
}

fn is_empty(cell: &Cell) -> bool {
    cell.as_deref().is_none_or(str::is_empty)
}

impl Kind {
    fn sources(&self) -> Vec<Cell> {
        let texts = [Some(""), Some(self.value), self.bad];
        let cells = texts.into_iter().flatten().map(|text| Some(text.to_owned()));
        std::iter::once(None).chain(cells).collect()
    }

    /// `None` is the new object.
    fn destinations(&self) -> Vec<Option<Cell>> {
        let mut destinations = vec![None, Some(None)];
        if self.name == "text" {
            destinations.push(Some(Some(String::new())));
        }
        destinations.extend([self.value, self.other].map(|text| Some(Some(text.to_owned()))));
        destinations
    }

    /// The text as a value of the type.
    fn typed(&self, text: &str) -> Option<String> {
        let good = match self.name {
            "text" => true,
            "integer" => text.parse::<i64>().is_ok(),
            _ => {
                text.len() == 10
                    && text.bytes().enumerate().all(|(at, byte)| {
                        if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() }
                    })
            }
        };
        good.then(|| text.to_owned())
    }

    fn expression(&self, value: &str) -> String {
        match self.name {
            "text" => value.to_uppercase(),
            "integer" => format!("{value}0"),
            _ => value.replace("2024", "2025"),
        }
    }
}

impl Case {
    fn rule(self, kind: &Kind, number: usize, run: Direction) -> PropertyRule {
        let literally = |literally: Literally, value: &str| match literally {
            Literally::Not => None,
            Literally::Null => Some(Literal::Null),
            Literally::Value => Some(Literal::String(value.to_owned())),
        };
        let formula = match self.transformed {
            Transformed::Not => None,
            Transformed::Expression => Some(Formula::Expression(kind.expression.to_owned())),
            Transformed::Pattern => {
                let (before, behind) = kind.pattern;
                Some(Formula::Pattern(format!("{before}%{}%{behind}", source_column(number))))
            }
        };
        // The other direction has a meaning of its own that must not show.
        let wrong = Some(Formula::Expression("'wrong'".to_owned()));
        let (to_target, to_central) = match run {
            Direction::ToTarget => (formula, wrong),
            Direction::ToCentral => (wrong, formula),
        };
        let mut rule = rule("", "");
        rule.do_not_overwrite = self.do_not_overwrite;
        rule.transformation = Transformation {
            to_target,
            to_central,
            when_empty: match self.when_empty {
                WhenEmpty::Write => EmptySource::WriteEmpty,
                WhenEmpty::Keep => EmptySource::Keep,
                WhenEmpty::Default => {
                    EmptySource::UseDefault(Formula::Expression(format!("'{}'", kind.default)))
                }
            },
            value_on_insert: literally(self.on_insert, kind.on_insert),
            fixed_value: literally(self.fixed, kind.fixed),
            ..Transformation::default()
        };
        rule
    }

    /// R18, in its order.
    fn result(self, kind: &Kind, source: &Cell, destination: &Option<Cell>) -> Makes {
        let literally = |literally: Literally, value: &str| match literally {
            Literally::Not => None,
            Literally::Null => Some(Makes::Value(None)),
            Literally::Value => Some(Makes::Value(Some(value.to_owned()))),
        };
        if self.do_not_overwrite && destination.as_ref().is_some_and(|held| !is_empty(held)) {
            return Makes::Nothing;
        }
        if let Some(fixed) = literally(self.fixed, kind.fixed) {
            return fixed;
        }
        if destination.is_none()
            && is_empty(source)
            && let Some(value) = literally(self.on_insert, kind.on_insert)
        {
            return value;
        }
        let text = match self.transformed {
            Transformed::Not => source.clone(),
            Transformed::Expression => source.as_ref().map(|value| kind.expression(value)),
            Transformed::Pattern => {
                let (before, behind) = kind.pattern;
                Some(format!("{before}{}{behind}", source.as_deref().unwrap_or_default()))
            }
        };
        match text {
            Some(text) if !text.is_empty() => match kind.typed(&text) {
                Some(value) => Makes::Value(Some(value)),
                None => Makes::Failure,
            },
            empty => match self.when_empty {
                // Only texts can be empty without being NULL.
                WhenEmpty::Write => Makes::Value(empty.filter(|_| kind.name == "text")),
                WhenEmpty::Keep => Makes::Nothing,
                WhenEmpty::Default => Makes::Value(Some(kind.default.to_owned())),
            },
        }
    }

    /// What a run leaves in the destination.
    fn run(self, kind: &Kind, source: &Cell, destination: &Option<Cell>) -> Outcome {
        match self.result(kind, source, destination) {
            Makes::Nothing => Outcome::Holds(destination.clone().flatten()),
            Makes::Value(value) => Outcome::Holds(value),
            Makes::Failure => Outcome::LeftOut("SW-R102".to_owned()),
        }
    }

    fn twice(self, kind: &Kind, source: &Cell, destination: &Option<Cell>) -> [Outcome; 2] {
        let first = self.run(kind, source, destination);
        let second = match &first {
            Outcome::Holds(cell) => self.run(kind, source, &Some(cell.clone())),
            Outcome::LeftOut(_) => first.clone(),
        };
        [first, second]
    }
}

fn outcome(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Holds(cell) => shown(cell),
        Outcome::LeftOut(code) => code,
    }
}

const HEADER: &str =
    "type,fixed value,value on insert,transformation,empty source,R7,source,destination,after,after run 2";

#[test]
fn the_file_is_what_the_rules_say() {
    let mut table = Vec::new();
    for kind in KINDS {
        for case in cases() {
            let literally = |literally: Literally, value: &'static str| match literally {
                Literally::Not => "",
                Literally::Null => "∅",
                Literally::Value => value,
            };
            let transformation = match case.transformed {
                Transformed::Not => String::new(),
                Transformed::Expression => format!("\"{}\"", kind.expression),
                Transformed::Pattern => format!("{}%source%{}", kind.pattern.0, kind.pattern.1),
            };
            let when_empty = match case.when_empty {
                WhenEmpty::Write => "write empty",
                WhenEmpty::Keep => "keep",
                WhenEmpty::Default => kind.default,
            };
            for source in kind.sources() {
                for destination in kind.destinations() {
                    let [first, second] = case.twice(&kind, &source, &destination);
                    table.push(
                        [
                            kind.name,
                            literally(case.fixed, kind.fixed),
                            literally(case.on_insert, kind.on_insert),
                            &transformation,
                            when_empty,
                            if case.do_not_overwrite { "R7" } else { "" },
                            shown(&source),
                            destination.as_ref().map_or("new", shown),
                            outcome(&first),
                            outcome(&second),
                        ]
                        .join(","),
                    );
                }
            }
        }
    }
    same_as_file("empty_values.csv", HEADER, &table);
}

/// What the oracle says about running again: only a value of new objects does not last, where an empty source
/// writes something else into objects that are there.
#[test]
fn only_values_on_insert_need_a_second_run() {
    for kind in KINDS {
        for case in cases() {
            for source in kind.sources() {
                for destination in kind.destinations() {
                    let [first, second] = case.twice(&kind, &source, &destination);
                    let passing = destination.is_none()
                        && is_empty(&source)
                        && case.on_insert != Literally::Not
                        && case.result(&kind, &source, &Some(None)) != Makes::Nothing;
                    assert!(first == second || passing, "{case:?} {source:?} {destination:?}");
                }
            }
        }
    }
}

fn check(run: Direction) {
    for kind in KINDS {
        let cases = cases();
        let columns = cases
            .iter()
            .enumerate()
            .map(|(number, case)| Column {
                rule: case.rule(&kind, number, run),
                source_type: "TEXT",
                destination_type: kind.declared,
                neutral: kind.value,
            })
            .collect();
        let mut objects = Vec::new();
        for column in 0..cases.len() {
            for source in kind.sources() {
                for destination in kind.destinations() {
                    objects.push(pack::Case { column, source: source.clone(), destination });
                }
            }
        }
        let packed = Packed { run, columns, cases: objects, more: "" };
        let found = packed.run(3, |_, _| {});
        for (number, object) in packed.cases.iter().enumerate() {
            let case = cases[object.column];
            let [first, second] = case.twice(&kind, &object.source, &object.destination);
            let place = format!("{run:?} {} {case:?} {object:?}", kind.name);
            assert_eq!(found[0][number], first, "{place}");
            assert_eq!(found[1][number], second, "again: {place}");
            assert_eq!(found[2][number], second, "and again: {place}");
        }
    }
}

#[test]
fn every_row_in_runs_to_the_target() {
    check(Direction::ToTarget);
}

#[test]
fn every_row_in_runs_to_the_central_system() {
    check(Direction::ToCentral);
}
