//! Random rules over lists: members of a table and lists in a text, whole and element by element.
//!
//! Lists in a text can only be read. Every element has a member, so that what is written is what is wanted.

use proptest::{option, prelude::*, sample::select};
use syncwright_core::{
    project::{
        Condition, EmptySource, LookupEntry, MappingDirection, MemberFilter, MultiValueWrite, PropertyFlags,
        PropertyRule, RuleKind, SchemaClass, SortOrder, Transformation, VirtualKind, VirtualProperty,
    },
    value::ValueType,
};

use super::any_mapping::{Opposite, condition, opposite};
use crate::{
    fixture::rule,
    virtual_properties::{class, names, property},
};

/// Whoever can be a member; two of them differ by case only.
pub const PEOPLE: [&str; 4] = ["ann", "Ann", "bob", "svc"];

/// The list that can be written.
pub const MEMBERS: &str = "vrtMembers";
/// The list that is made of a text.
const LIST: &str = "vrtList";

/// The type `o` as a class with both lists.
pub fn class_with_lists() -> SchemaClass {
    let list = |name: &str, kind: VirtualKind| VirtualProperty {
        multi_valued: true,
        ..property(name, ValueType::String, kind)
    };
    let members = VirtualKind::Members {
        schema_type: "member".to_owned(),
        own_reference: names(&["o"]),
        member_reference: names(&["person"]),
        property: "name".to_owned(),
    };
    let of_text = VirtualKind::Expression("string_to_array(l, ';')".to_owned());
    class("o", "o", vec![list(MEMBERS, members), list(LIST, of_text)])
}

/// Texts that lists are made of.
pub fn list_text() -> impl Strategy<Value = &'static str> {
    select(vec!["NULL", "''", "'ann'", "'bob;ann'", "'Ann;;svc'", "'svc;bob;ann;bob'", "'Ann;ann'"])
}

/// Both properties and a direction in which the written one can be written.
fn sides() -> impl Strategy<Value = (&'static str, &'static str, MappingDirection)> {
    use MappingDirection as M;
    prop_oneof![
        3 => select(vec![M::FromMapping, M::Both, M::ToTarget, M::ToCentral])
            .prop_map(|direction| (MEMBERS, MEMBERS, direction)),
        2 => Just((LIST, MEMBERS, M::ToTarget)),
        2 => Just((MEMBERS, LIST, M::ToCentral)),
    ]
}

fn filter() -> impl Strategy<Value = MemberFilter> {
    prop_oneof![
        4 => Just(MemberFilter::All),
        1 => Just(MemberFilter::IncludeOnly(names(&["ann", "svc"]))),
        1 => Just(MemberFilter::Exclude(names(&["bob"]))),
    ]
}

fn multi_value() -> impl Strategy<Value = MultiValueWrite> {
    prop_oneof![
        4 => Just(MultiValueWrite::Replace),
        1 => Just(MultiValueWrite::AddOnly),
        1 => Just(MultiValueWrite::Protect(names(&["s.*"]))),
    ]
}

/// Everybody has an entry, and two change places.
fn translations() -> Vec<LookupEntry> {
    let entry = |code: &str, decode: &str| LookupEntry { code: code.into(), decode: decode.into() };
    vec![entry("ann", "Ann"), entry("Ann", "ann"), entry("bob", "bob"), entry("svc", "svc")]
}

prop_compose! {
    /// A rule from list to list.
    pub fn list_rule()(
        (left, right, direction) in sides(),
        multi_reference: bool,
        (do_not_overwrite, ignore_case, keep, translated) in (
            prop::bool::weighted(0.15), prop::bool::weighted(0.25), prop::bool::weighted(0.2),
            prop::bool::weighted(0.15),
        ),
        condition in option::weighted(0.25, condition()),
        (members, multi_value) in (filter(), multi_value()),
        sort_order in select(vec![SortOrder::Automatic, SortOrder::Ignore]),
        opposite in opposite(),
    ) -> PropertyRule {
        let one_way = matches!(direction, MappingDirection::ToTarget | MappingDirection::ToCentral);
        let opposite = if one_way { opposite } else { Opposite::Nothing };
        PropertyRule {
            kind: if multi_reference { RuleKind::MultiReference } else { RuleKind::Value },
            direction,
            do_not_overwrite,
            ignore_case,
            condition: condition.map(|text| Condition::Expression(text.to_owned())),
            members,
            sort_order,
            force_against_direction: opposite == Opposite::Force && !multi_reference,
            detect_rogue_modifications: matches!(opposite, Opposite::Detect | Opposite::Correct),
            correct_rogue_modifications: opposite == Opposite::Correct,
            transformation: Transformation {
                when_empty: if keep { EmptySource::Keep } else { EmptySource::WriteEmpty },
                multi_value,
                ..Transformation::default()
            },
            flags: PropertyFlags {
                lookup: if translated { translations() } else { Vec::new() },
                ..PropertyFlags::default()
            },
            ..rule(left, right)
        }
    }
}

prop_compose! {
    /// A rule from a list to a property with one value.
    pub fn first_of_list()(
        (list, text) in (select(vec![MEMBERS, LIST]), select(vec!["a", "b"])),
        to_target: bool,
        translated in prop::bool::weighted(0.3),
    ) -> PropertyRule {
        let (left, right) = if to_target { (list, text) } else { (text, list) };
        PropertyRule {
            direction: if to_target { MappingDirection::ToTarget } else { MappingDirection::ToCentral },
            first_value_as_single_value: true,
            flags: PropertyFlags {
                lookup: if translated { translations() } else { Vec::new() },
                ..PropertyFlags::default()
            },
            ..rule(left, right)
        }
    }
}
