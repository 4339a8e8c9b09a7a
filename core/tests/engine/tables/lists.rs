//! Lists of members: how they are written × R13 × R16 × empty source, on new and existing objects; R7, fixed
//! value, value on insert; and R14, lists for properties that take one value.
//!
//! The oracle is [`Case::after`], which is about sets: SPEC R18 (replace, add only, protected), R16 and R13. The
//! lists that are read come from a text, those that are written are members in an m:n table. Where SPEC is
//! silent it takes: elements without text are none, and a member that is there stays as it is spelled.

use std::collections::{BTreeMap, BTreeSet};

use syncwright_core::{
    project::{
        Direction, EmptySource, Formula, Literal, Mapping, MappingDirection, MemberFilter, MultiValueWrite,
        Project, PropertyRule, RuleKind, VirtualKind, VirtualProperty,
    },
    sync::RunReport,
    value::ValueType,
};

use super::same_as_file;
use crate::{
    fixture::{Systems, by, mapping, messages, pair, rows, rule},
    virtual_properties::{class, names, property},
};

/// Members that there can be.
const MEMBERS: [&str; 6] = ["a", "A", "b", "c", "svc-1", "svc-2"];
/// Texts that the source's lists are made from, by `;`.
const SOURCES: [Option<&str>; 7] =
    [None, Some(""), Some("a"), Some("A;b"), Some("c;a;b;a"), Some("b;;svc-1"), Some("svc-2")];
/// What an object has; `None` for one that is new.
const HELD: [Option<&[&str]>; 6] = [
    None,
    Some(&[]),
    Some(&["a"]),
    Some(&["A", "c"]),
    Some(&["b", "svc-1", "svc-2"]),
    Some(&["a", "b", "c"]),
];

type Set = BTreeSet<&'static str>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Write {
    Replace,
    AddOnly,
    Protect,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Filter {
    All,
    Include,
    Exclude,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum WhenEmpty {
    Write,
    Keep,
    Default,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Special {
    None,
    NoOverwrite,
    Fixed,
    OnInsert,
    NullOnInsert,
}

/// Settings of one rule.
#[derive(Debug, Clone, Copy)]
struct Case {
    write: Write,
    filter: Filter,
    ignore_case: bool,
    when_empty: WhenEmpty,
    special: Special,
}

const WRITES: [Write; 3] = [Write::Replace, Write::AddOnly, Write::Protect];

fn cases(write: Write) -> Vec<Case> {
    let mut cases = Vec::new();
    let case =
        |filter, ignore_case, when_empty, special| Case { write, filter, ignore_case, when_empty, special };
    for filter in [Filter::All, Filter::Include, Filter::Exclude] {
        for ignore_case in [false, true] {
            for when_empty in [WhenEmpty::Write, WhenEmpty::Keep, WhenEmpty::Default] {
                cases.push(case(filter, ignore_case, when_empty, Special::None));
            }
        }
    }
    for special in [Special::NoOverwrite, Special::Fixed, Special::OnInsert, Special::NullOnInsert] {
        cases.push(case(Filter::All, false, WhenEmpty::Write, special));
        cases.push(case(Filter::All, false, WhenEmpty::Default, special));
    }
    cases
}

fn source_list(source: Option<&'static str>) -> Vec<&'static str> {
    source.unwrap_or_default().split(';').filter(|element| !element.is_empty()).collect()
}

impl Case {
    fn rule(self, number: usize) -> PropertyRule {
        let mut rule = rule("vrtList", &virtual_name(number));
        rule.name = virtual_name(number);
        rule.kind = RuleKind::MultiReference;
        rule.ignore_case = self.ignore_case;
        rule.do_not_overwrite = self.special == Special::NoOverwrite;
        rule.members = match self.filter {
            Filter::All => MemberFilter::All,
            Filter::Include => MemberFilter::IncludeOnly(names(&["a", "svc-1"])),
            Filter::Exclude => MemberFilter::Exclude(names(&["a", "svc-1"])),
        };
        let literal = || Literal::String("c".to_owned());
        let transformation = &mut rule.transformation;
        transformation.multi_value = match self.write {
            Write::Replace => MultiValueWrite::Replace,
            Write::AddOnly => MultiValueWrite::AddOnly,
            Write::Protect => MultiValueWrite::Protect(names(&["svc-.*", "none"])),
        };
        transformation.when_empty = match self.when_empty {
            WhenEmpty::Write => EmptySource::WriteEmpty,
            WhenEmpty::Keep => EmptySource::Keep,
            WhenEmpty::Default => EmptySource::UseDefault(Formula::Expression("'b'".to_owned())),
        };
        match self.special {
            Special::Fixed => transformation.fixed_value = Some(literal()),
            Special::OnInsert => transformation.value_on_insert = Some(literal()),
            Special::NullOnInsert => transformation.value_on_insert = Some(Literal::Null),
            Special::None | Special::NoOverwrite => {}
        }
        rule
    }

    fn same(self, one: &str, other: &str) -> bool {
        one == other || self.ignore_case && one.to_lowercase() == other.to_lowercase()
    }

    fn is_mapped(self, member: &str) -> bool {
        let named = ["a", "svc-1"].iter().any(|name| self.same(name, member));
        match self.filter {
            Filter::All => true,
            Filter::Include => named,
            Filter::Exclude => !named,
        }
    }

    /// R18 in its order: what the source gives; `None` if the rule does not run.
    fn given(self, source: Option<&'static str>, held: Option<&Set>) -> Option<Vec<&'static str>> {
        let list = source_list(source);
        if self.special == Special::NoOverwrite && held.is_some_and(|held| !held.is_empty()) {
            return None;
        }
        match (self.special, held) {
            (Special::Fixed, _) => return Some(vec!["c"]),
            (Special::OnInsert, None) if list.is_empty() => return Some(vec!["c"]),
            (Special::NullOnInsert, None) if list.is_empty() => return Some(Vec::new()),
            _ => {}
        }
        match self.when_empty {
            WhenEmpty::Keep if list.is_empty() => None,
            WhenEmpty::Default if list.is_empty() => Some(vec!["b"]),
            _ => Some(list),
        }
    }

    /// The members after a run.
    fn after(self, source: Option<&'static str>, held: Option<&Set>) -> Set {
        let old = held.cloned().unwrap_or_default();
        let Some(given) = self.given(source, held) else { return old };
        let wanted: Vec<&str> = given.into_iter().filter(|member| self.is_mapped(member)).collect();
        let is_wanted = |member: &&&str| wanted.iter().any(|wanted| self.same(wanted, member));
        let stays = |member: &&&str| {
            !self.is_mapped(member)
                || match self.write {
                    Write::Replace => false,
                    Write::AddOnly => true,
                    Write::Protect => member.starts_with("svc-"),
                }
        };
        let mut after: Set =
            old.iter().filter(|member| is_wanted(member) || stays(member)).copied().collect();
        for member in wanted {
            if !after.iter().any(|there| self.same(there, member)) {
                after.insert(member);
            }
        }
        after
    }
}

/// Every source with everything that an object can have.
fn objects() -> Vec<(Option<&'static str>, Option<Set>)> {
    let held = || HELD.iter().map(|held| held.map(|held| held.iter().copied().collect()));
    SOURCES.iter().flat_map(|source| held().map(move |held| (*source, held))).collect()
}

fn shown(set: &Set) -> String {
    if set.is_empty() { "none".to_owned() } else { set.iter().copied().collect::<Vec<_>>().join(" ") }
}

#[test]
fn the_file_is_what_the_rules_say() {
    let mut table = Vec::new();
    for write in WRITES {
        for case in cases(write) {
            for (source, held) in objects() {
                let first = case.after(source, held.as_ref());
                let second = case.after(source, Some(&first));
                let texts = [
                    match write {
                        Write::Replace => "replace",
                        Write::AddOnly => "add only",
                        Write::Protect => "protect svc-.*",
                    },
                    match case.filter {
                        Filter::All => "",
                        Filter::Include => "only a and svc-1",
                        Filter::Exclude => "not a and svc-1",
                    },
                    if case.ignore_case { "R13" } else { "" },
                    match case.when_empty {
                        WhenEmpty::Write => "write empty",
                        WhenEmpty::Keep => "keep",
                        WhenEmpty::Default => "b",
                    },
                    match case.special {
                        Special::None => "",
                        Special::NoOverwrite => "R7",
                        Special::Fixed => "fixed value c",
                        Special::OnInsert => "value on insert c",
                        Special::NullOnInsert => "value on insert NULL",
                    },
                    source.map_or("∅", |source| if source.is_empty() { "''" } else { source }),
                    &held.as_ref().map_or("new".to_owned(), shown),
                    &shown(&first),
                    &shown(&second),
                ]
                .join(",");
                table.push(texts);
                if first != second {
                    assert!(held.is_none(), "{case:?} {source:?} {held:?}");
                    assert!(matches!(case.special, Special::OnInsert | Special::NullOnInsert), "{case:?}");
                }
            }
        }
    }
    let header = "members,R16,R13,empty source,setting,source,members before,after,after run 2";
    same_as_file("lists.csv", header, &table);
}

fn virtual_name(number: usize) -> String {
    format!("vrt{number:02}")
}

fn list_of_source() -> VirtualProperty {
    let list = VirtualKind::Expression("string_to_array(s, ';')".to_owned());
    VirtualProperty { multi_valued: true, ..property("vrtList", ValueType::String, list) }
}

/// Lists on the left; on the right a table of members for every rule.
fn systems(cases: &[Case]) -> Systems {
    let mut left = "CREATE TABLE o (k TEXT PRIMARY KEY, s TEXT);".to_owned();
    let mut right =
        "CREATE TABLE o (k TEXT PRIMARY KEY); CREATE TABLE v (id INTEGER PRIMARY KEY, name TEXT);".to_owned();
    for (id, name) in MEMBERS.iter().enumerate() {
        right += &format!("INSERT INTO v VALUES ({id}, '{name}');");
    }
    for number in 0..cases.len() {
        right += &format!(
            "CREATE TABLE m{number:02} (o TEXT REFERENCES o (k), v INTEGER REFERENCES v (id), PRIMARY KEY (o, v));"
        );
    }
    for (at, (source, held)) in objects().into_iter().enumerate() {
        let source = source.map_or("NULL".to_owned(), |source| format!("'{source}'"));
        left += &format!("INSERT INTO o VALUES ('{at:02}', {source});");
        let Some(held) = held else { continue };
        right += &format!("INSERT INTO o VALUES ('{at:02}');");
        for (id, _) in MEMBERS.iter().enumerate().filter(|(_, name)| held.contains(*name)) {
            for number in 0..cases.len() {
                right += &format!("INSERT INTO m{number:02} VALUES ('{at:02}', {id});");
            }
        }
    }
    Systems::new(&left, &right)
}

fn project(systems: &Systems, cases: &[Case]) -> Project {
    let mut rules = vec![rule("k", "k")];
    rules.extend(cases.iter().enumerate().map(|(number, case)| case.rule(number)));
    let mapping = mapping("left", "right", vec![by("k", pair("k", "k"))], rules);
    let mapping = Mapping { direction: MappingDirection::ToTarget, ..mapping };
    let mut project = systems.project(Direction::ToTarget, vec![mapping]);
    project.central.schema.classes.push(class("left", "o", vec![list_of_source()]));
    let members = (0..cases.len()).map(|number| {
        let kind = VirtualKind::Members {
            schema_type: format!("m{number:02}"),
            own_reference: names(&["o"]),
            member_reference: names(&["v"]),
            property: "name".to_owned(),
        };
        VirtualProperty { multi_valued: true, ..property(&virtual_name(number), ValueType::String, kind) }
    });
    project.target.schema.classes.push(class("right", "o", members.collect()));
    project
}

/// The members of every object in the table of a rule.
fn members(systems: &Systems, number: usize) -> BTreeMap<String, BTreeSet<String>> {
    let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows(&systems.right(), &format!("SELECT o, name FROM m{number:02} JOIN v ON v = id")) {
        let (object, name) = row.split_once('|').unwrap();
        members.entry(object.to_owned()).or_default().insert(name.to_owned());
    }
    members
}

fn check(write: Write) {
    let cases = cases(write);
    let systems = systems(&cases);
    let project = project(&systems, &cases);
    let mut before: Vec<Vec<Option<Set>>> =
        cases.iter().map(|_| objects().into_iter().map(|(_, held)| held).collect()).collect();
    for run in 1..=3 {
        let report: RunReport = systems.run_well(&project);
        let mut changes = false;
        for (number, (case, before)) in cases.iter().zip(&mut before).enumerate() {
            let found = members(&systems, number);
            for (at, ((source, _), held)) in objects().into_iter().zip(before).enumerate() {
                let expected = case.after(source, held.as_ref());
                let found = found.get(&format!("{at:02}")).cloned().unwrap_or_default();
                let expected_texts: BTreeSet<String> =
                    expected.iter().map(|name| (*name).to_owned()).collect();
                assert_eq!(found, expected_texts, "run {run}, {case:?}, {source:?} onto {held:?}");
                changes |= held.as_ref() != Some(&expected);
                *held = Some(expected);
            }
        }
        assert_eq!(report.total_writes() > 0, changes, "run {run}");
    }
}

#[test]
fn every_row_of_replaced_members() {
    check(Write::Replace);
}

#[test]
fn every_row_of_added_members() {
    check(Write::AddOnly);
}

#[test]
fn every_row_of_protected_members() {
    check(Write::Protect);
}

/// R14: with the setting the first value is taken, without it several values are an error on the object.
#[test]
fn a_property_for_one_value_never_gets_several() {
    for first in [true, false] {
        let mut left = "CREATE TABLE o (k TEXT PRIMARY KEY, s TEXT);".to_owned();
        let mut right = "CREATE TABLE o (k TEXT PRIMARY KEY, p TEXT);".to_owned();
        for (at, source) in SOURCES.iter().enumerate() {
            let source = source.map_or("NULL".to_owned(), |source| format!("'{source}'"));
            left += &format!("INSERT INTO o VALUES ('{at}-new', {source}), ('{at}-old', {source});");
            right += &format!("INSERT INTO o VALUES ('{at}-old', 'old');");
        }
        let systems = Systems::new(&left, &right);
        let single = PropertyRule { first_value_as_single_value: first, ..rule("vrtList", "p") };
        let mapping = mapping("left", "o", vec![by("k", pair("k", "k"))], vec![rule("k", "k"), single]);
        let mapping = Mapping { direction: MappingDirection::ToTarget, ..mapping };
        let mut project = systems.project(Direction::ToTarget, vec![mapping]);
        project.central.schema.classes.push(class("left", "o", vec![list_of_source()]));
        let report = systems.run(&project);
        let held = rows(&systems.right(), "SELECT k, p FROM o ORDER BY k");
        let mut expected = Vec::new();
        let mut refused = 0;
        for (at, source) in SOURCES.iter().enumerate() {
            let list = source_list(*source);
            let value = list.first().copied().unwrap_or("∅");
            if first || list.len() <= 1 {
                expected.extend([format!("{at}-new|{value}"), format!("{at}-old|{value}")]);
            } else {
                refused += 2;
                expected.push(format!("{at}-old|old"));
            }
        }
        let held: Vec<String> = held
            .into_iter()
            // No text and NULL are both no value.
            .map(|row| if row.ends_with('|') { format!("{row}∅") } else { row })
            .collect();
        assert_eq!(held, expected, "first: {first}");
        assert_eq!(messages(&report, "SW-R108").len(), refused);
        assert_eq!(systems.run(&project).total_writes(), 0);
    }
}
