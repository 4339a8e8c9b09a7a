//! Matching rules over all small configurations: up to two objects a side, keys that are NULL, empty, equal,
//! equal but for case, or different (M2–M5).
//!
//! The oracle is [`situations`]: it tries every pair of objects under every rule in turn, as SPEC M3 and M4 say.
//! All configurations of a table are objects of one pair of databases; a number in front of their keys keeps
//! them apart.

use std::collections::BTreeMap;

use syncwright_core::{
    project::{Direction, MatchExpression, MatchingRule},
    sync::{Change, RunReport},
};

use super::same_as_file;
use crate::fixture::{Systems, by, changes, mapping, pair, rule};

type Key = Option<&'static str>;

/// Both keys of an object.
type Object = [Key; 2];

/// Objects of both sides.
#[derive(Debug, Clone)]
struct Configuration {
    left: Vec<Object>,
    right: Vec<Object>,
}

/// What becomes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is matched with this one of the other side.
    Pair(usize),
    Alone,
    Ambiguous,
}

/// Which pairs a rule finds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum On {
    First,
    FirstIgnoringCase,
    Second,
    Both,
    Either,
}

impl On {
    fn rule(self) -> MatchingRule {
        let (first, second) = (pair("x", "x"), pair("y", "y"));
        match self {
            Self::First => by("first", first),
            Self::FirstIgnoringCase => MatchingRule { ignore_case: true, ..by("first", first) },
            Self::Second => by("second", second),
            Self::Both => by("both", MatchExpression::All(vec![first, second])),
            Self::Either => by("either", MatchExpression::Any(vec![first, second])),
        }
    }

    fn matches(self, left: &Object, right: &Object) -> bool {
        let equal = |at: usize, ignore_case: bool| match (left[at], right[at]) {
            (Some(left), Some(right)) if !left.is_empty() => {
                left == right || ignore_case && left.to_lowercase() == right.to_lowercase()
            }
            _ => false,
        };
        match self {
            Self::First => equal(0, false),
            Self::FirstIgnoringCase => equal(0, true),
            Self::Second => equal(1, false),
            Self::Both => equal(0, false) && equal(1, false),
            Self::Either => equal(0, false) || equal(1, false),
        }
    }
}

/// Rules in order, with a name for the table.
const RULES: [(&str, &[On]); 6] = [
    ("x", &[On::First]),
    ("x then y", &[On::First, On::Second]),
    ("x ignoring case then y", &[On::FirstIgnoringCase, On::Second]),
    ("x and y", &[On::Both]),
    ("x or y", &[On::Either]),
    ("x and y then x then y", &[On::Both, On::First, On::Second]),
];

/// What becomes of the objects of both sides.
fn situations(rules: &[On], objects: &Configuration) -> [Vec<Fate>; 2] {
    let mut fates = [vec![None; objects.left.len()], vec![None; objects.right.len()]];
    for rule in rules {
        let mut found = Vec::new();
        for (l, left) in objects.left.iter().enumerate().filter(|(l, _)| fates[0][*l].is_none()) {
            for (r, right) in objects.right.iter().enumerate().filter(|(r, _)| fates[1][*r].is_none()) {
                if rule.matches(left, right) {
                    found.push((l, r));
                }
            }
        }
        for (l, r) in &found {
            let shares = found.iter().filter(|(left, right)| left == l || right == r).count() > 1;
            for (side, own, other) in [(0, *l, *r), (1, *r, *l)] {
                let fate = if shares { Fate::Ambiguous } else { Fate::Pair(other) };
                // An object of several pairs is ambiguous, whatever the others of them are.
                if fates[side][own] != Some(Fate::Ambiguous) {
                    fates[side][own] = Some(fate);
                }
            }
        }
    }
    // Whoever matches an ambiguous object by another rule may be the one: it is neither inserted nor deleted.
    let is_alone = fates.clone().map(|side| side.into_iter().map(|fate| fate.is_none()).collect::<Vec<_>>());
    for rule in rules {
        for (l, left) in objects.left.iter().enumerate() {
            for (r, _) in objects.right.iter().enumerate().filter(|(_, right)| rule.matches(left, right)) {
                if is_alone[0][l] && fates[1][r] == Some(Fate::Ambiguous) {
                    fates[0][l] = Some(Fate::Ambiguous);
                }
                if is_alone[1][r] && fates[0][l] == Some(Fate::Ambiguous) {
                    fates[1][r] = Some(Fate::Ambiguous);
                }
            }
        }
    }
    fates.map(|side| side.into_iter().map(|fate| fate.unwrap_or(Fate::Alone)).collect())
}

/// Every choice of up to two of the objects.
fn sides(objects: &[Object]) -> Vec<Vec<Object>> {
    let mut sides = vec![Vec::new()];
    for (at, one) in objects.iter().enumerate() {
        sides.push(vec![*one]);
        sides.extend(objects[at..].iter().map(|other| vec![*one, *other]));
    }
    sides
}

fn configurations(first: &[Key], second: &[Key]) -> Vec<Configuration> {
    let objects: Vec<Object> = first.iter().flat_map(|x| second.iter().map(|y| [*x, *y])).collect();
    let sides = sides(&objects);
    let pairs = sides.iter().flat_map(|left| sides.iter().map(move |right| (left, right)));
    pairs.map(|(left, right)| Configuration { left: left.clone(), right: right.clone() }).collect()
}

/// Few enough for rules with OR, which compare every object with every other.
fn small() -> Vec<Configuration> {
    let mut all = configurations(&[None, Some("a"), Some("A")], &[None, Some("a")]);
    all.extend(configurations(&[Some(""), Some("a")], &[Some(""), Some("a"), Some("b")]));
    all
}

fn name(side: &str, configuration: usize, object: usize) -> String {
    format!("{side}{configuration:05}-{object}")
}

fn database(side: &str, configurations: &[Configuration], of: fn(&Configuration) -> &[Object]) -> String {
    let mut statements =
        format!("CREATE TABLE o (k TEXT PRIMARY KEY, x TEXT, y TEXT, v TEXT DEFAULT '{side}'); BEGIN;");
    for (number, configuration) in configurations.iter().enumerate() {
        for (at, object) in of(configuration).iter().enumerate() {
            let [x, y] = object.map(|key| match key {
                None => "NULL".to_owned(),
                Some("") => "''".to_owned(),
                Some(text) => format!("'{number}{text}'"),
            });
            let k = name(side, number, at);
            statements += &format!("INSERT INTO o (k, x, y) VALUES ('{k}', {x}, {y});");
        }
    }
    statements + "COMMIT;"
}

/// What a simulation does with every object, by its name: inserted and deleted ones are alone.
fn found(report: &RunReport) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    let key = |key: &[(String, syncwright_core::value::Value)]| {
        key.first().filter(|(_, value)| !value.is_null()).map(|(_, value)| value.to_string())
    };
    for Change { left_key, right_key, .. } in changes(report) {
        let (left, right) = (key(&left_key), key(&right_key));
        for (own, other) in [(&left, &right), (&right, &left)] {
            if let Some(own) = own {
                assert_eq!(found.insert(own.clone(), other.clone()), None, "{own} twice");
            }
        }
    }
    found
}

/// Whether the copy of a central object matches it.
fn is_found_again(on: On, configuration: &Configuration, at: usize) -> bool {
    configuration.left.get(at).is_some_and(|object| on.matches(object, object))
}

fn check(configurations: &[Configuration], rules: &[On]) {
    let systems = Systems::new(
        &database("l", configurations, |one| &one.left),
        &database("r", configurations, |one| &one.right),
    );
    // The names differ, so every pair is to be updated.
    let matching = rules.iter().map(|on| on.rule()).collect();
    let project = systems.project(
        Direction::ToTarget,
        vec![mapping("o", "o", matching, ["k", "x", "y", "v"].map(|name| rule(name, name)).to_vec())],
    );
    let report = systems.simulate(&project);
    assert!(report.failure.is_none(), "{:?}", report.failure);
    let found = found(&report);
    let mut ambiguous = 0;
    for (number, configuration) in configurations.iter().enumerate() {
        let fates = situations(rules, configuration);
        for ((own, other), fates) in [("l", "r"), ("r", "l")].into_iter().zip(fates) {
            for (at, fate) in fates.into_iter().enumerate() {
                let expected = match fate {
                    Fate::Pair(of) => Some(Some(name(other, number, of))),
                    // A new object without any key would be inserted again by every run.
                    Fate::Alone
                        if own == "l" && !rules.iter().any(|on| is_found_again(*on, configuration, at)) =>
                    {
                        None
                    }
                    Fate::Alone => Some(None),
                    Fate::Ambiguous => None,
                };
                ambiguous += u64::from(fate == Fate::Ambiguous);
                let place = format!("{own}{at} of {configuration:?} under {rules:?}");
                assert_eq!(found.get(&name(own, number, at)), expected.as_ref(), "{place}");
            }
        }
    }
    assert_eq!(report.steps[0].situations.ambiguous, ambiguous);
}

fn objects(side: &[Object]) -> String {
    let key = |key: Key| match key {
        None => "∅",
        Some("") => "''",
        Some(text) => text,
    };
    side.iter().map(|[x, y]| format!("{} {}", key(*x), key(*y))).collect::<Vec<_>>().join(" | ")
}

fn fates(own: &str, other: &str, fates: &[Fate]) -> String {
    fates
        .iter()
        .enumerate()
        .map(|(at, fate)| match fate {
            Fate::Pair(of) => format!("{own}{}={other}{}", at + 1, of + 1),
            Fate::Alone => format!("{own}{} alone", at + 1),
            Fate::Ambiguous => format!("{own}{} ambiguous", at + 1),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn the_file_is_what_the_rules_say() {
    let mut table = Vec::new();
    for configuration in small() {
        let outcomes = RULES.map(|(_, rules)| {
            let [left, right] = situations(rules, &configuration);
            // Pairs stand once.
            let right: Vec<String> = right
                .iter()
                .enumerate()
                .filter(|(_, fate)| !matches!(fate, Fate::Pair(_)))
                .map(|(at, fate)| {
                    let word = if *fate == Fate::Alone { "alone" } else { "ambiguous" };
                    format!("r{} {word}", at + 1)
                })
                .collect();
            format!("{} {}", fates("l", "r", &left), right.join(" ")).trim().to_owned()
        });
        table.push(format!(
            "{},{},{}",
            objects(&configuration.left),
            objects(&configuration.right),
            outcomes.join(",")
        ));
    }
    let header = format!("left (x y),right (x y),{}", RULES.map(|(name, _)| name).join(","));
    same_as_file("matches.csv", &header, &table);
}

#[test]
fn every_row_of_matches() {
    for (_, rules) in RULES {
        check(&small(), rules);
    }
}

/// More keys than a file could show.
#[test]
fn every_configuration_of_all_keys() {
    let keys = [None, Some(""), Some("a"), Some("A"), Some("b")];
    let configurations = configurations(&keys, &[None, Some("a")]);
    for rules in [&[On::First, On::Second][..], &[On::FirstIgnoringCase, On::Second], &[On::Both, On::Second]]
    {
        check(&configurations, rules);
    }
}
