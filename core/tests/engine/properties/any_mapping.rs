//! Random mappings between two types of the same properties, and random objects for them.
//!
//! Every setting of value rules takes part. What the check refuses, or will refuse, is not made: see
//! [`one_rule`] for combinations within a rule, [`is_lasting`] for what does not come to rest in one run.

use proptest::{collection::vec, option, prelude::*, sample::select};
use syncwright_core::project::{
    Condition, Direction, EmptySource, Formula, Literal, LookupEntry, Mapping, MappingDirection,
    PropertyFlags, PropertyRule, SendOn, Transformation, Validation,
};

use crate::fixture::{by, mapping, pair, rule};

/// Properties that rules read and write, with their types in SQLite.
pub const PROPERTIES: [(&str, &str); 5] =
    [("a", "TEXT"), ("b", "TEXT"), ("c", "TEXT"), ("n", "INTEGER"), ("d", "DATE")];

/// One object, as SQL literals: key, flag, then the properties.
pub type Object = (u32, Vec<String>);

fn is_text(name: &str) -> bool {
    ["a", "b", "c"].contains(&name)
}

fn property() -> impl Strategy<Value = &'static str> {
    // Texts more often than others: most settings are about them.
    select(vec!["a", "a", "b", "b", "c", "n", "d"])
}

fn condition() -> impl Strategy<Value = Option<&'static str>> {
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
    option::weighted(0.3, select(conditions.to_vec()))
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
enum Opposite {
    Nothing,
    Force,
    Detect,
    Correct,
}

prop_compose! {
    fn one_rule()(
        (left, right) in (property(), property()),
        direction in select(vec![
            MappingDirection::FromMapping, MappingDirection::Both, MappingDirection::ToTarget,
            MappingDirection::ToTarget, MappingDirection::ToCentral, MappingDirection::ToCentral,
            MappingDirection::DoNotMap,
        ]),
        opposite in prop_oneof![
            3 => Just(Opposite::Nothing), 1 => Just(Opposite::Force), 1 => Just(Opposite::Detect),
            1 => Just(Opposite::Correct),
        ],
        (on_insert, do_not_overwrite, ignore_case) in
            (prop::bool::weighted(0.3), prop::bool::weighted(0.2), prop::bool::weighted(0.2)),
        condition in condition(),
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

prop_compose! {
    /// A mapping by the key, which it also writes, with up to seven other rules.
    pub fn any_mapping()(rules in vec(one_rule(), 1..8)) -> Mapping {
        let mut all = vec![PropertyRule { direction: MappingDirection::Both, ..rule("k", "k") }];
        all.extend(rules.into_iter().enumerate().map(|(number, rule)| {
            PropertyRule { name: format!("{number} {} {}", rule.left, rule.right), ..rule }
        }));
        mapping("o", "o", vec![by("k", pair("k", "k"))], all)
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
    let values = (flag, text(), text(), text(), number, date)
        .prop_map(|(f, a, b, c, n, d)| [f, a, b, c, n, d].map(str::to_owned).to_vec());
    vec(option::weighted(0.75, values), 9)
        .prop_map(|objects| (0_u32..).zip(objects).filter_map(|(key, values)| Some((key, values?))).collect())
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
    mapping.rules.iter().all(|rule| {
        let forward =
            rule.direction != MappingDirection::DoNotMap && one_way(rule).is_none_or(|own| own == run);
        let only_on_insert = rule.ignore_direction_on_insert && !forward;
        rule.transformation.value_on_insert.is_none()
            && rule.flags.send_on == SendOn::Always
            && !only_on_insert
            && !(writes_back(rule, run) && rule.correct_rogue_modifications)
    })
}
