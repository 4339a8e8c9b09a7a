//! R20, R21: value lists, date formats, send on create or update, trusted source, validation; R19: exclusions.
//!
//! The oracle is [`Setting::makes`], one line a setting. Where SPEC is silent it takes: an empty source has no
//! entry in a value list and needs none, its value is NULL.

use syncwright_core::project::{
    Condition, Direction, EmptySource, Exclusion, ExclusionTest, Exclusions, Formula, LookupEntry,
    PropertyRule, SendOn, Validation,
};

use super::{
    Cell,
    pack::{Case, Column, Outcome, Packed},
    same_as_file, shown, shown_in,
};
use crate::fixture::{Systems, by, mapping, pair, rows, rule};

const RUNS: [Direction; 2] = [Direction::ToTarget, Direction::ToCentral];
/// Code and decode.
const LIST: [(&str, &str); 2] = [("1", "one"), ("2", "two")];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Setting {
    Lookup,
    LookupKeep,
    /// The codes are numbers in their system.
    LookupOfNumbers,
    LookupNoOverwrite,
    /// Text is read, a date written.
    DateFromText,
    DateFromTextKeep,
    /// A date is read, text written.
    TextFromDate,
    OnlyOnCreate,
    OnlyOnUpdate,
    Trusted,
    Validated,
    ValidatedKeep,
    ValidatedNoOverwrite,
    ValidatedWithDefault,
    /// The default has no meaning in the type of the property.
    BadDefault,
}

const SETTINGS: [Setting; 15] = [
    Setting::Lookup,
    Setting::LookupKeep,
    Setting::LookupOfNumbers,
    Setting::LookupNoOverwrite,
    Setting::DateFromText,
    Setting::DateFromTextKeep,
    Setting::TextFromDate,
    Setting::OnlyOnCreate,
    Setting::OnlyOnUpdate,
    Setting::Trusted,
    Setting::Validated,
    Setting::ValidatedKeep,
    Setting::ValidatedNoOverwrite,
    Setting::ValidatedWithDefault,
    Setting::BadDefault,
];

/// What a rule makes of an object.
enum Makes {
    Nothing,
    Value(Cell),
    Failure(&'static str),
}

impl Setting {
    const fn name(self) -> &'static str {
        match self {
            Self::Lookup => "value list",
            Self::LookupKeep => "value list; empty source keeps",
            Self::LookupOfNumbers => "value list with numbers",
            Self::LookupNoOverwrite => "value list; R7",
            Self::DateFromText => "date format read",
            Self::DateFromTextKeep => "date format read; empty source keeps",
            Self::TextFromDate => "date format written",
            Self::OnlyOnCreate => "only on create",
            Self::OnlyOnUpdate => "only on update",
            Self::Trusted => "trusted source T",
            Self::Validated => "longer than 1",
            Self::ValidatedKeep => "longer than 1; empty source keeps",
            Self::ValidatedNoOverwrite => "longer than 1; R7",
            Self::ValidatedWithDefault => "longer than 1; empty source gives d",
            Self::BadDefault => "empty source gives no number",
        }
    }

    /// Declared types of source and destination, and a source that never fails.
    const fn types(self, run: Direction) -> (&'static str, &'static str, &'static str) {
        match (self, run) {
            (Self::Lookup | Self::LookupKeep | Self::LookupNoOverwrite, Direction::ToTarget) => {
                ("TEXT", "TEXT", "one")
            }
            (Self::Lookup | Self::LookupKeep | Self::LookupNoOverwrite, Direction::ToCentral) => {
                ("TEXT", "TEXT", "1")
            }
            (Self::LookupOfNumbers, Direction::ToTarget) => ("TEXT", "INTEGER", "one"),
            (Self::LookupOfNumbers, Direction::ToCentral) => ("INTEGER", "TEXT", "1"),
            (Self::DateFromText | Self::DateFromTextKeep, _) => ("TEXT", "DATE", "01.03.2024"),
            (Self::TextFromDate, _) => ("DATE", "TEXT", "2024-03-01"),
            (Self::BadDefault, _) => ("TEXT", "INTEGER", "7"),
            _ => ("TEXT", "TEXT", "long"),
        }
    }

    fn sources(self, run: Direction) -> Vec<Cell> {
        let texts: &[&str] = match self {
            Self::LookupOfNumbers if run == Direction::ToCentral => &["1", "2", "3"],
            Self::Lookup | Self::LookupKeep | Self::LookupOfNumbers | Self::LookupNoOverwrite => {
                &["", "one", "two", "three", "1", "ONE", "one "]
            }
            Self::DateFromText | Self::DateFromTextKeep => {
                &["", "01.03.2024", "29.02.2024", "30.02.2024", "2024-03-01", "x"]
            }
            Self::TextFromDate => &["2024-03-01", "1969-12-31"],
            Self::BadDefault => &["", "7", "x"],
            _ => &["", "a", "ab", "long"],
        };
        std::iter::once(None).chain(texts.iter().map(|text| Some((*text).to_owned()))).collect()
    }

    fn destinations(self, run: Direction) -> Vec<Option<Cell>> {
        let texts: &[&str] = match self {
            Self::LookupOfNumbers if run == Direction::ToTarget => &["1", "9"],
            Self::Lookup | Self::LookupKeep | Self::LookupOfNumbers | Self::LookupNoOverwrite => {
                &["", "1", "one", "9"]
            }
            Self::DateFromText | Self::DateFromTextKeep => &["2024-03-01", "1999-01-01"],
            Self::TextFromDate => &["", "01.03.2024", "2024-03-01"],
            Self::BadDefault => &["7", "8"],
            _ => &["", "a", "ab", "T"],
        };
        let held = std::iter::once(None).chain(texts.iter().map(|text| Some((*text).to_owned())));
        std::iter::once(None).chain(held.map(Some)).collect()
    }

    fn rule(self) -> PropertyRule {
        let mut rule = rule("", "");
        let entry = |(code, decode): (&str, &str)| LookupEntry { code: code.into(), decode: decode.into() };
        match self {
            Self::Lookup | Self::LookupKeep | Self::LookupOfNumbers | Self::LookupNoOverwrite => {
                rule.flags.lookup = LIST.into_iter().map(entry).collect();
            }
            Self::DateFromText | Self::DateFromTextKeep | Self::TextFromDate => {
                rule.flags.date_format = Some("%d.%m.%Y".to_owned());
            }
            Self::OnlyOnCreate => rule.flags.send_on = SendOn::Create,
            Self::OnlyOnUpdate => rule.flags.send_on = SendOn::Update,
            Self::Trusted => rule.flags.trusted_source = Some("trusted".to_owned()),
            Self::Validated
            | Self::ValidatedKeep
            | Self::ValidatedNoOverwrite
            | Self::ValidatedWithDefault => {
                rule.validation = Some(Validation {
                    accept: Condition::Expression("length(Value) > 1".to_owned()),
                    message: String::new(),
                });
            }
            Self::BadDefault => {}
        }
        let default = |text: &str| EmptySource::UseDefault(Formula::Expression(text.to_owned()));
        rule.transformation.when_empty = match self {
            Self::LookupKeep | Self::DateFromTextKeep | Self::ValidatedKeep => EmptySource::Keep,
            Self::ValidatedWithDefault => default("'d'"),
            Self::BadDefault => default("'none'"),
            _ => EmptySource::WriteEmpty,
        };
        rule.do_not_overwrite = matches!(self, Self::LookupNoOverwrite | Self::ValidatedNoOverwrite);
        rule
    }

    fn makes(self, run: Direction, import: bool, source: &Cell, destination: &Option<Cell>) -> Makes {
        let text = source.as_deref().filter(|text| !text.is_empty());
        let value = |text: &str| Makes::Value(Some(text.to_owned()));
        let held = destination.as_ref().and_then(Option::as_deref).unwrap_or_default();
        match self {
            Self::LookupNoOverwrite | Self::ValidatedNoOverwrite if !held.is_empty() => Makes::Nothing,
            Self::LookupKeep | Self::DateFromTextKeep | Self::ValidatedKeep if text.is_none() => {
                Makes::Nothing
            }
            Self::Lookup | Self::LookupKeep | Self::LookupOfNumbers | Self::LookupNoOverwrite => {
                let Some(text) = text else { return Makes::Value(None) };
                let found = LIST.iter().find_map(|(code, decode)| match run {
                    Direction::ToTarget => (*decode == text).then_some(code),
                    Direction::ToCentral => (*code == text).then_some(decode),
                });
                found.map_or(Makes::Failure("SW-R109"), |found| value(found))
            }
            Self::DateFromText | Self::DateFromTextKeep => match text {
                None => Makes::Value(None),
                Some("01.03.2024") => value("2024-03-01"),
                Some("29.02.2024") => value("2024-02-29"),
                Some(_) => Makes::Failure("SW-R102"),
            },
            Self::TextFromDate => match text {
                Some("2024-03-01") => value("01.03.2024"),
                Some("1969-12-31") => value("31.12.1969"),
                _ => Makes::Value(None),
            },
            Self::OnlyOnCreate if destination.is_some() => Makes::Nothing,
            Self::OnlyOnUpdate if destination.is_none() => Makes::Nothing,
            Self::Trusted if run == Direction::ToCentral && !import => value("T"),
            Self::OnlyOnCreate | Self::OnlyOnUpdate | Self::Trusted => Makes::Value(source.clone()),
            Self::ValidatedWithDefault if text.is_none() => Makes::Failure("SW-R110"),
            Self::Validated
            | Self::ValidatedKeep
            | Self::ValidatedNoOverwrite
            | Self::ValidatedWithDefault => match source.as_deref() {
                Some(text) if text.len() <= 1 => Makes::Failure("SW-R110"),
                _ => Makes::Value(source.clone()),
            },
            Self::BadDefault => match text {
                Some("7") => value("7"),
                _ => Makes::Failure("SW-R102"),
            },
        }
    }

    fn run(self, run: Direction, import: bool, source: &Cell, destination: &Option<Cell>) -> Outcome {
        match self.makes(run, import, source, destination) {
            Makes::Nothing => Outcome::Holds(destination.clone().flatten()),
            Makes::Value(value) => Outcome::Holds(value),
            Makes::Failure(code) => Outcome::LeftOut(code.to_owned()),
        }
    }

    fn twice(self, run: Direction, import: bool, source: &Cell, destination: &Option<Cell>) -> [Outcome; 2] {
        let first = self.run(run, import, source, destination);
        let second = match &first {
            Outcome::Holds(cell) => self.run(run, import, source, &Some(cell.clone())),
            Outcome::LeftOut(_) => first.clone(),
        };
        [first, second]
    }
}

fn word(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Holds(cell) => shown(cell),
        Outcome::LeftOut(code) => code,
    }
}

fn run_name(run: Direction) -> &'static str {
    match run {
        Direction::ToTarget => "to target",
        Direction::ToCentral => "to central",
    }
}

const HEADER: &str = "run,step,setting,source,destination,after,after run 2";

#[test]
fn the_file_is_what_the_settings_say() {
    let mut table = Vec::new();
    for run in RUNS {
        for import in [false, true] {
            for setting in SETTINGS {
                for source in setting.sources(run) {
                    for destination in setting.destinations(run) {
                        let [first, second] = setting.twice(run, import, &source, &destination);
                        let step = if import { "data import" } else { "" };
                        let destination = destination.as_ref().map_or("new", shown);
                        let (source, first, second) = (shown(&source), word(&first), word(&second));
                        let setting = setting.name();
                        table.push(format!(
                            "{},{step},{setting},{source},{destination},{first},{second}",
                            run_name(run)
                        ));
                    }
                }
            }
        }
    }
    same_as_file("settings.csv", HEADER, &table);
}

#[test]
fn every_row_of_settings() {
    for run in RUNS {
        let columns = SETTINGS.iter().map(|setting| {
            let (source_type, destination_type, neutral) = setting.types(run);
            Column { rule: setting.rule(), source_type, destination_type, neutral }
        });
        let mut cases = Vec::new();
        for (column, setting) in SETTINGS.iter().enumerate() {
            for source in setting.sources(run) {
                for destination in setting.destinations(run) {
                    cases.push(Case { column, source: source.clone(), destination });
                }
            }
        }
        let packed = Packed { run, columns: columns.collect(), cases, more: "trusted TEXT DEFAULT 'T'," };
        for import in [false, true] {
            let found = packed.run(2, |step, _| step.data_import = import);
            for (number, case) in packed.cases.iter().enumerate() {
                let setting = SETTINGS[case.column];
                let expected = setting.twice(run, import, &case.source, &case.destination);
                let place = format!("{run:?} {import} {setting:?} {case:?}");
                assert_eq!(found[0][number], expected[0], "{place}");
                assert_eq!(found[1][number], expected[1], "again: {place}");
            }
        }
    }
}

/// Values of the property that exclusions look at.
const LOOKED_AT: [Option<&str>; 6] = [None, Some(""), Some("a"), Some("A"), Some("ab"), Some("ba")];

/// A test, and the values that it excludes.
fn tests() -> [(&'static str, ExclusionTest, &'static [&'static str]); 4] {
    [
        ("equals a", ExclusionTest::Equals("a".to_owned()), &["a"]),
        ("equals ''", ExclusionTest::Equals(String::new()), &[""]),
        ("matches a.*", ExclusionTest::Matches("a.*".to_owned()), &["a", "ab"]),
        ("matches (?i)a|ba", ExclusionTest::Matches("(?i)a|ba".to_owned()), &["a", "A", "ba"]),
    ]
}

/// R19: what the written system holds of an object after a run; `written` tells whether the list is the one of
/// the run's direction.
fn after_exclusion(written: bool, excludes: &[&str], looked_at: Option<&str>, objects: [Value; 2]) -> Value {
    let [source, destination] = objects;
    let excluded = written && looked_at.is_some_and(|value| excludes.contains(&value));
    match (source, destination) {
        (None, _) => None,
        (Some(_), destination) if excluded => destination,
        (Some(value), _) => Some(value),
    }
}

/// What a property holds in an object that may be missing.
type Value = Option<&'static str>;

const PLACES: [(&str, [Value; 2]); 4] = [
    ("equal", [Some("x"), Some("x")]),
    ("differ", [Some("x"), Some("y")]),
    ("only source", [Some("x"), None]),
    ("only destination", [None, Some("y")]),
];

#[test]
fn every_row_of_exclusions() {
    let mut table = Vec::new();
    for run in RUNS {
        for list in ["reading", "writing"] {
            let effective = (list == "reading") == (run == Direction::ToCentral);
            for ((name, _, excludes), found) in tests().into_iter().zip(excluding(run, list)) {
                let mut expected = Vec::new();
                for looked_at in LOOKED_AT {
                    let looked_at_cell = looked_at.map(str::to_owned);
                    for (situation, objects) in PLACES {
                        let after = after_exclusion(effective, excludes, looked_at, objects);
                        let [source, destination, after] = [objects[0], objects[1], after]
                            .map(|cell| cell.map(|text| Some(text.to_owned())));
                        table.push(format!(
                            "{},{list},{name},{},{situation},{},{},{}",
                            run_name(run),
                            shown(&looked_at_cell),
                            shown_in(&source),
                            shown_in(&destination),
                            shown_in(&after)
                        ));
                        expected.push(after);
                    }
                }
                assert_eq!(found, expected, "{run:?} {list} {name}");
            }
        }
    }
    let header = "run,list,exclusion,property,situation,source,destination,destination after";
    same_as_file("exclusions.csv", header, &table);
}

/// What the written system holds of each object after two runs with each of the tests as exclusion; every
/// test has a type and a mapping of its own.
fn excluding(run: Direction, list: &str) -> Vec<Vec<Option<Cell>>> {
    let mut statements = [String::new(), String::new()];
    let mut mappings = Vec::new();
    for (number, (_, test, _)) in tests().into_iter().enumerate() {
        let name = format!("o{number}");
        let matching = vec![by("k", pair("k", "k"))];
        let mut mapping = mapping(&name, &name, matching, vec![rule("k", "k"), rule("v", "v")]);
        let exclusion = vec![Exclusion { property: "e".to_owned(), test }];
        mapping.exclusions = match list {
            "reading" => Exclusions { reading: exclusion, writing: Vec::new() },
            _ => Exclusions { reading: Vec::new(), writing: exclusion },
        };
        mappings.push(mapping);
        fill(&name, &mut statements);
    }
    let [source, destination] = statements;
    let systems = match run {
        Direction::ToTarget => Systems::new(&source, &destination),
        Direction::ToCentral => Systems::new(&destination, &source),
    };
    let project = systems.project(run, mappings);
    systems.run_well(&project);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    let database = match run {
        Direction::ToTarget => systems.right(),
        Direction::ToCentral => systems.left(),
    };
    (0..tests().len()).map(|number| values(&database, &format!("o{number}"))).collect()
}

/// Statements that make a table with the objects of the source, and one with those of the destination.
fn fill(name: &str, statements: &mut [String; 2]) {
    for statements in statements.iter_mut() {
        *statements += &format!("CREATE TABLE {name} (k TEXT PRIMARY KEY, e TEXT, v TEXT);");
    }
    let objects = LOOKED_AT.iter().flat_map(|looked_at| PLACES.map(|(_, objects)| (looked_at, objects)));
    for (number, (looked_at, objects)) in objects.enumerate() {
        let e = looked_at.map_or("NULL".to_owned(), |text| format!("'{text}'"));
        for (statements, value) in statements.iter_mut().zip(objects) {
            if let Some(value) = value {
                *statements += &format!("INSERT INTO {name} VALUES ('{number:02}', {e}, '{value}');");
            }
        }
    }
}

fn values(database: &rusqlite::Connection, name: &str) -> Vec<Option<Cell>> {
    let held = rows(database, &format!("SELECT k, v FROM {name}"));
    (0..LOOKED_AT.len() * PLACES.len())
        .map(|number| {
            let key = format!("{number:02}|");
            held.iter().find_map(|row| row.strip_prefix(&key)).map(|value| Some(value.to_owned()))
        })
        .collect()
}
