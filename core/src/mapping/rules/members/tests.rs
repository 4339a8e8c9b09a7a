use proptest::{collection::vec, prelude::*};

use super::*;

fn rule() -> MemberRule {
    MemberRule {
        value_type: ValueType::String,
        order_counts: false,
        ignore_case: false,
        filter: MemberFilter::All,
        superfluous: Superfluous::Removed,
        only_first: false,
        is_ordered: false,
    }
}

/// The new list in words; `None` if it stays as it is.
fn become_of(rule: &MemberRule, source: &[&str], written: &[&str]) -> Option<Vec<String>> {
    let number = |list: &[&'static str]| list.iter().copied().enumerate().collect::<Vec<_>>();
    let (own_source, own_written): (Vec<&'static str>, Vec<&'static str>) = (leak(source), leak(written));
    match outcome(rule, &number(&own_source), &number(&own_written)) {
        Outcome::Same => None,
        Outcome::Changed(elements) => Some(
            elements
                .into_iter()
                .map(|element| match element {
                    Element::Source(index) => own_source[index].to_owned(),
                    Element::Written(index) => own_written[index].to_owned(),
                })
                .collect(),
        ),
    }
}

fn leak(list: &[&str]) -> Vec<&'static str> {
    list.iter().map(|text| &*Box::leak(text.to_string().into_boxed_str())).collect()
}

#[test]
fn missing_members_come_and_superfluous_ones_go() {
    let rule = rule();
    assert_eq!(become_of(&rule, &["a", "b"], &["b", "a"]), None);
    assert_eq!(become_of(&rule, &["a", "b"], &["b", "c"]).unwrap(), ["b", "a"]);
    assert_eq!(become_of(&rule, &[], &["b"]).unwrap(), Vec::<String>::new());
    assert_eq!(become_of(&rule, &["a", "a"], &["a"]), None);
}

#[test]
fn case_order_filters_and_protection() {
    let ignoring = MemberRule { ignore_case: true, ..rule() };
    assert_eq!(become_of(&ignoring, &["ANN", "bob"], &["ann"]).unwrap(), ["ann", "bob"]);
    let ordered = MemberRule { order_counts: true, ..rule() };
    assert_eq!(become_of(&ordered, &["a", "b"], &["b", "a"]).unwrap(), ["a", "b"]);
    assert_eq!(become_of(&ordered, &["a", "b"], &["a", "b"]), None);
    let include = MemberRule { filter: MemberFilter::IncludeOnly(vec!["a".into(), "b".into()]), ..rule() };
    // c is not mapped: neither taken away from the written list nor added from the source.
    assert_eq!(become_of(&include, &["a", "d"], &["b", "c"]).unwrap(), ["c", "a"]);
    let exclude = MemberRule { filter: MemberFilter::Exclude(vec!["admin".into()]), ..rule() };
    assert_eq!(become_of(&exclude, &["admin", "a"], &["a"]), None);
    let add = MemberRule { superfluous: Superfluous::Kept, ..rule() };
    assert_eq!(become_of(&add, &["a"], &["b"]).unwrap(), ["b", "a"]);
    let patterns = RegexSet::new(["^(?:svc-.*)$"]).unwrap();
    let protect = MemberRule { superfluous: Superfluous::Protected(patterns), ..rule() };
    assert_eq!(become_of(&protect, &["a"], &["svc-1", "b"]).unwrap(), ["svc-1", "a"]);
}

/// R14: only the first value is compared and replaced.
#[test]
fn only_the_first_value_counts() {
    let ordered = MemberRule { only_first: true, is_ordered: true, ..rule() };
    for (source, written, expected) in [
        (&["x"][..], &["x", "y"][..], None),
        (&["z"], &["x", "y"], Some(&["z", "y"][..])),
        (&["y"], &["x", "y"], Some(&["y"])),
        (&["z"], &[], Some(&["z"])),
        (&[], &["x", "y"], Some(&[])),
        (&[], &[], None),
        (&["z", "w"], &["x", "y"], Some(&["z", "y"])),
        (&["z"], &["x", "y", "y"], Some(&["z", "y", "y"])),
    ] {
        let new = become_of(&ordered, source, written);
        assert_eq!(
            new,
            expected.map(|list| list.iter().map(|text| (*text).to_owned()).collect()),
            "{source:?}"
        );
    }
    // Rows of a table have no first one: it is enough that the value is among them, and none is taken away.
    let rows = MemberRule { only_first: true, ..rule() };
    assert_eq!(become_of(&rows, &["y"], &["x", "y"]), None);
    assert_eq!(become_of(&rows, &["z"], &["x", "y"]).unwrap(), ["z", "x", "y"]);
    assert_eq!(become_of(&rows, &[], &["x", "y"]), None);
}

prop_compose! {
    fn any_rule()(
        order_counts in any::<bool>(),
        ignore_case in any::<bool>(),
        only_first in any::<bool>(),
        is_ordered in any::<bool>(),
        filter in prop_oneof![
            Just(MemberFilter::All),
            vec("[abAB]", 0..3).prop_map(MemberFilter::IncludeOnly),
            vec("[abAB]", 0..3).prop_map(MemberFilter::Exclude),
        ],
        superfluous in prop_oneof![
            Just(None), Just(Some(None)), "[abAB]".prop_map(|pattern| Some(Some(pattern))),
        ],
    ) -> MemberRule {
        let superfluous = match superfluous {
            None => Superfluous::Removed,
            Some(None) => Superfluous::Kept,
            Some(Some(pattern)) => Superfluous::Protected(RegexSet::new([format!("^(?:{pattern})$")]).unwrap()),
        };
        MemberRule {
            value_type: ValueType::String,
            order_counts,
            ignore_case,
            filter,
            superfluous,
            only_first,
            is_ordered,
        }
    }
}

proptest! {
    /// What a run has written, the next one leaves alone.
    #[test]
    fn a_second_time_nothing_changes(
        rule in any_rule(), source in vec("[abcABC]", 0..5), written in vec("[abcABC]", 0..5),
    ) {
        let source: Vec<&str> = source.iter().map(String::as_str).collect();
        let written: Vec<&str> = written.iter().map(String::as_str).collect();
        if let Some(new) = become_of(&rule, &source, &written) {
            let new: Vec<&str> = new.iter().map(String::as_str).collect();
            prop_assert_eq!(become_of(&rule, &source, &new), None, "{:?}", rule);
        }
    }

    /// Every member that is to be mapped is there, none that may not be mapped is touched.
    #[test]
    fn members_are_what_the_rule_says(
        rule in any_rule(), source in vec("[abcABC]", 0..5), written in vec("[abcABC]", 0..5),
    ) {
        let source: Vec<&str> = source.iter().map(String::as_str).collect();
        let written: Vec<&str> = written.iter().map(String::as_str).collect();
        let new = become_of(&rule, &source, &written)
            .unwrap_or_else(|| written.iter().map(|text| (*text).to_owned()).collect());
        let keys = |list: &[&str]| list.iter().map(|text| rule.key(text)).collect::<HashSet<_>>();
        let new_keys: HashSet<String> = new.iter().map(|text| rule.key(text)).collect();
        let first = rule.only_first && !source.is_empty();
        let source = if first { &source[..1] } else { &source[..] };
        let is_first = |text: &str| written.first().is_some_and(|first| rule.key(first) == rule.key(text));
        for text in written.iter().filter(|text| first && !is_first(text)) {
            prop_assert!(new_keys.contains(&rule.key(text)), "{} {:?}", text, rule);
        }
        for key in keys(source) {
            let was_there = keys(&written).contains(&key);
            prop_assert_eq!(new_keys.contains(&key), rule.is_mapped(&key) || was_there, "{} {:?}", key, rule);
        }
        for text in &written {
            if !rule.is_mapped(&rule.key(text)) {
                prop_assert!(new_keys.contains(&rule.key(text)));
            }
        }
    }
}
