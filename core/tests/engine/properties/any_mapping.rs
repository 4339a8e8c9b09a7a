//! Random mappings between two types of the same properties, and random objects for them.
//!
//! Every setting of value rules takes part, lists as in `any_list_rule`, and ways to match. What the check refuses, or will refuse, is not made: see
//! [`one_rule`] for combinations within a rule, [`is_lasting`] for what does not come to rest in one run.

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{select, subsequence},
};
use syncwright_core::project::{
    Condition, Direction, EmptySource, Formula, Literal, LookupEntry, Mapping, MappingDirection,
    MatchExpression, MatchingRule, PropertyFlags, PropertyRule, SendOn, Transformation, Validation,
};

use super::any_list_rule::{PEOPLE, first_of_list, list_rule, list_text};
use crate::fixture::{by, mapping, pair, rule};

/// Properties that rules read and write, with their types in SQLite.
pub const PROPERTIES: [(&str, &str); 5] =
    [("a", "TEXT"), ("b", "TEXT"), ("c", "TEXT"), ("n", "INTEGER"), ("d", "DATE")];

/// One object.
#[derive(Debug, Clone)]
pub struct Object {
    /// Number of the key, which both sides share.
    pub number: u32,
    /// The key begins with a capital letter.
    pub capital: bool,
    /// SQL literals: flag, alternative key, text of a list, then the properties.
    pub values: Vec<String>,
    /// Members, by their place in `PEOPLE`.
    pub members: Vec<usize>,
}

impl Object {
    pub fn key(&self) -> String {
        format!("{}{:05}", if self.capital { 'K' } else { 'k' }, self.number)
    }
}

fn is_text(name: &str) -> bool {
    ["a", "b", "c"].contains(&name)
}

fn property() -> impl Strategy<Value = &'static str> {
    // Texts more often than others: most settings are about them.
    select(vec!["a", "a", "b", "b", "c", "n", "d"])
}

pub fn condition() -> impl Strategy<Value = &'static str> {
    // The last of them look at what rules write, and may switch a rule off once it has written.
    let conditions = [
        "Left.f = 'x'",
        "Right.f = 'x'",
        "Left.f IS NULL",
        "NOT (Right.f = 'x')",
        "Left.f = Right.f",
        "Right.a IS NULL",
        "Left.b = Right.b",
        "Left.a <> 'a' OR Right.c = 'b'",
    ];
    select(conditions.to_vec())
}

/// Value on insert and fixed value in a type.
fn literal(name: &str) -> Literal {
    Literal::String(if name == "n" { "7" } else { "2024-03-01" }.to_owned())
}

fn formula(default: bool) -> impl Strategy<Value = Formula> {
    let expression = |text: &str| Formula::Expression(text.to_owned());
    let texts = if default {
        vec![expression("'7'"), expression("coalesce(Left.f, Right.f)")]
    } else {
        vec![
            expression("upper(Value)"),
            expression("coalesce(Value, '7')"),
            expression("nullif(Value, 'a')"),
            expression("coalesce(Right.b, Left.a)"),
            expression("Right.c || Left.f"),
            Formula::Pattern("%f%%k%".to_owned()),
        ]
    };
    select(texts)
}

prop_compose! {
    fn transformation()(
        formulas in option::weighted(0.25, (formula(false), formula(false))),
        when_empty in prop_oneof![
            4 => Just(EmptySource::WriteEmpty),
            1 => Just(EmptySource::Keep),
            1 => formula(true).prop_map(EmptySource::UseDefault),
        ],
        (on_insert, null_on_insert, fixed) in (prop::bool::weighted(0.15), any::<bool>(), prop::bool::weighted(0.08)),
    ) -> (Transformation, bool, bool, bool) {
        let (to_target, to_central) = formulas.unzip();
        (Transformation { to_target, to_central, when_empty, ..Transformation::default() }, on_insert, null_on_insert, fixed)
    }
}

prop_compose! {
    fn flags()(
        lookup in prop::bool::weighted(0.1),
        send_on in prop_oneof![6 => Just(SendOn::Always), 1 => Just(SendOn::Create), 1 => Just(SendOn::Update)],
        trusted in option::weighted(0.1, property()),
    ) -> PropertyFlags {
        let entry = |code: &str, decode: &str| LookupEntry { code: code.into(), decode: decode.into() };
        PropertyFlags {
            lookup: if lookup { vec![entry("A", "a"), entry("b", "b"), entry("7", "A")] } else { Vec::new() },
            send_on,
            trusted_source: trusted.map(str::to_owned),
            ..PropertyFlags::default()
        }
    }
}

/// What a rule does in runs of the opposite direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Opposite {
    Nothing,
    Force,
    Detect,
    Correct,
}

pub fn opposite() -> impl Strategy<Value = Opposite> {
    prop_oneof![
        3 => Just(Opposite::Nothing), 1 => Just(Opposite::Force), 1 => Just(Opposite::Detect),
        1 => Just(Opposite::Correct),
    ]
}

prop_compose! {
    fn one_rule()(
        (left, right) in (property(), property()),
        direction in select(vec![
            MappingDirection::FromMapping, MappingDirection::Both, MappingDirection::ToTarget,
            MappingDirection::ToTarget, MappingDirection::ToCentral, MappingDirection::ToCentral,
            MappingDirection::DoNotMap,
        ]),
        opposite in opposite(),
        (on_insert, do_not_overwrite, ignore_case) in
            (prop::bool::weighted(0.3), prop::bool::weighted(0.2), prop::bool::weighted(0.2)),
        condition in option::weighted(0.3, condition()),
        (transformation, on_insert_value, null_on_insert, fixed) in transformation(),
        validated in prop::bool::weighted(0.1),
        flags in flags(),
    ) -> PropertyRule {
        let one_way = matches!(direction, MappingDirection::ToTarget | MappingDirection::ToCentral);
        let opposite = if one_way { opposite } else { Opposite::Nothing };
        let texts = is_text(left) && is_text(right);
        let written = if is_text(left) { right } else { left };
        let mut rule = PropertyRule {
            direction,
            ignore_direction_on_insert: on_insert,
            do_not_overwrite,
            ignore_case,
            condition: condition.map(|text| Condition::Expression(text.to_owned())),
            force_against_direction: opposite == Opposite::Force,
            detect_rogue_modifications: matches!(opposite, Opposite::Detect | Opposite::Correct),
            correct_rogue_modifications: opposite == Opposite::Correct,
            ..rule(left, right)
        };
        if texts {
            rule.transformation = transformation;
            rule.flags = flags;
            rule.validation = validated.then(|| Validation {
                accept: Condition::Expression("Value <> 'b'".to_owned()),
                message: String::new(),
            });
        } else {
            rule.flags = PropertyFlags { send_on: flags.send_on, ..PropertyFlags::default() };
            rule.transformation.when_empty = match transformation.when_empty {
                EmptySource::Keep => EmptySource::Keep,
                _ => EmptySource::WriteEmpty,
            };
        }
        if left == right || texts {
            let value = literal(written);
            rule.transformation.value_on_insert =
                on_insert_value.then(|| if null_on_insert { Literal::Null } else { value.clone() });
            rule.transformation.fixed_value = fixed.then_some(value);
        }
        rule
    }
}

fn any_rule() -> impl Strategy<Value = PropertyRule> {
    prop_oneof![6 => one_rule(), 2 => list_rule(), 1 => first_of_list()]
}

/// Ways to match by the key, in any case or not.
fn by_key() -> impl Strategy<Value = Vec<MatchingRule>> {
    any::<bool>().prop_map(|ignore_case| vec![MatchingRule { ignore_case, ..by("k", pair("k", "k")) }])
}

/// Ways to match in which several objects can share a value: alternatives, and combinations (M2, M3).
fn by_several() -> impl Strategy<Value = Vec<MatchingRule>> {
    let key = || by("k", pair("k", "k"));
    let both = || MatchExpression::All(vec![pair("m", "m"), pair("f", "f")]);
    select(vec![
        vec![by("m", pair("m", "m")), key()],
        vec![
            MatchingRule { ignore_case: true, ..by("m", pair("m", "m")) },
            MatchingRule { ignore_case: true, ..key() },
        ],
        vec![key(), by("m", pair("m", "m"))],
        vec![by("m and f", both()), by("m", pair("m", "m")), key()],
        vec![by("m or k", MatchExpression::Any(vec![pair("m", "m"), pair("k", "k")]))],
    ])
}

/// A mapping by the key, which it also writes, with up to seven other rules.
pub fn mapping_by_key() -> impl Strategy<Value = Mapping> {
    any_mapping_by(by_key())
}

/// A mapping that matches in any way. Keys are only written where objects are matched by nothing else: else two
/// objects might have to exchange theirs.
pub fn any_mapping() -> impl Strategy<Value = Mapping> {
    prop_oneof![
        2 => any_mapping_by(by_key()).boxed(),
        1 => any_mapping_by(by_several())
            .prop_map(|mut mapping| {
                mapping.rules[0].flags.send_on = SendOn::Create;
                mapping
            })
            .boxed(),
    ]
}

prop_compose! {
    fn any_mapping_by(matching: impl Strategy<Value = Vec<MatchingRule>>)(
        matching in matching, rules in vec(any_rule(), 1..8),
    ) -> Mapping {
        let mut all = vec![PropertyRule { direction: MappingDirection::Both, ..rule("k", "k") }];
        all.extend(rules.into_iter().enumerate().map(|(number, rule)| {
            PropertyRule { name: format!("{number} {} {}", rule.left, rule.right), ..rule }
        }));
        mapping("o", "o", matching, all)
    }
}

pub fn any_direction() -> impl Strategy<Value = Direction> {
    select(vec![Direction::ToTarget, Direction::ToCentral])
}

/// Objects of one side, with keys that both sides share.
pub fn any_objects() -> impl Strategy<Value = Vec<Object>> {
    let flag = select(vec!["NULL", "'x'", "'y'"]);
    let text = || select(vec!["NULL", "''", "'a'", "'A'", "'b'", "'7'", "'2024-03-01'"]);
    let number = select(vec!["NULL", "7", "8"]);
    let date = select(vec!["NULL", "'2024-03-01'", "'1999-12-31'"]);
    let other = select(vec!["NULL", "NULL", "''", "'1'", "'2'", "'x'", "'X'"]);
    let values = (flag, other, list_text(), text(), text(), text(), number, date)
        .prop_map(|(f, m, l, a, b, c, n, d)| [f, m, l, a, b, c, n, d].map(str::to_owned).to_vec());
    let object =
        (prop::bool::weighted(0.2), values, subsequence((0..PEOPLE.len()).collect::<Vec<_>>(), 0..=2));
    vec(option::weighted(0.75, object), 9).prop_map(|objects| {
        let numbered = (0_u32..).zip(objects).filter_map(|(number, object)| Some((number, object?)));
        numbered
            .map(|(number, (capital, values, members))| Object { number, capital, values, members })
            .collect()
    })
}

fn one_way(rule: &PropertyRule) -> Option<Direction> {
    match rule.direction {
        MappingDirection::ToTarget => Some(Direction::ToTarget),
        MappingDirection::ToCentral => Some(Direction::ToCentral),
        _ => None,
    }
}

fn writes_back(rule: &PropertyRule, run: Direction) -> bool {
    let opposite = one_way(rule).is_some_and(|own| own != run);
    opposite && (rule.force_against_direction || rule.correct_rogue_modifications)
}

/// Whether one run is enough. It is not where settings treat a new object otherwise than one that is there:
/// then the run after its creation may write once more.
pub fn is_lasting(mapping: &Mapping, run: Direction) -> bool {
    // The key of an object that is there is not written in any run.
    mapping.rules.iter().skip(1).all(|rule| {
        let forward =
            rule.direction != MappingDirection::DoNotMap && one_way(rule).is_none_or(|own| own == run);
        let only_on_insert = rule.ignore_direction_on_insert && !forward;
        rule.transformation.value_on_insert.is_none()
            && rule.flags.send_on == SendOn::Always
            && !only_on_insert
            && !(writes_back(rule, run) && rule.correct_rogue_modifications)
    })
}
