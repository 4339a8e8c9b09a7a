//! What gestures do to the rules of a mapping: each makes one edit, and says what is selected afterwards.

use std::collections::BTreeSet;

use syncwright_core::project::{
    Lifecycle, Mapping, MatchExpression, MatchingRule, PropertyRule, RuleKind, free_name,
};

use super::{
    clipboard::CopiedRules,
    model::{Item, Model},
};
use crate::{action::Selection, document::RulesEdit};

/// An edit and what is selected afterwards, the first of it in the inspector.
#[derive(Debug, Clone, PartialEq)]
pub struct Gesture {
    /// The edit.
    pub edit: RulesEdit,
    /// Rules that are selected afterwards.
    pub selected: Vec<Selection>,
}

/// Names of the property mapping rules.
fn rule_names(mapping: &Mapping) -> impl Iterator<Item = &str> {
    mapping.rules.iter().map(|rule| rule.name.as_str())
}

/// The selection of a rule of a mapping.
pub fn selection_of(mapping: &Mapping, item: Item) -> Option<Selection> {
    let of = mapping.name.clone();
    match item {
        Item::Rule(index) => {
            let rule = mapping.rules.get(index)?.name.clone();
            Some(Selection::Rule { mapping: of, rule })
        }
        Item::Matching(index) => {
            let rule = mapping.matching.get(index)?.name.clone();
            Some(Selection::Matching { mapping: of, rule })
        }
        Item::MatchingCaption | Item::RulesCaption => None,
    }
}

fn edit(mapping: &Mapping, label: String) -> RulesEdit {
    RulesEdit { mapping: mapping.name.clone(), label, matching: None, rules: None }
}

/// A rule for a property of each side, behind the others.
pub fn new_rule(mapping: &Mapping, model: &Model, left: &str, right: &str) -> Gesture {
    let name = free_name(rule_names(mapping), left);
    let mut rule = PropertyRule::new(&name, left, right);
    let is_list = |side: usize, name: &str| model.known[side].get(name).is_some_and(|known| known.list);
    if is_list(0, left) && is_list(1, right) {
        rule.kind = RuleKind::MultiReference;
    }
    let mut rules = mapping.rules.clone();
    rules.push(rule);
    let edit = RulesEdit { rules: Some(rules), ..edit(mapping, format!("new rule {name}")) };
    Gesture { edit, selected: vec![Selection::Rule { mapping: mapping.name.clone(), rule: name }] }
}

/// Object matching rules for pairs of properties, behind the others; nothing if each of them is there already.
pub fn new_matching(mapping: &Mapping, pairs: &[(&str, &str, bool)]) -> Option<Gesture> {
    let mut matching = mapping.matching.clone();
    let mut selected = Vec::new();
    for (left, right, ignore_case) in pairs {
        let on = MatchExpression::Pair((*left).to_owned(), (*right).to_owned());
        if matching.iter().any(|rule| rule.on == on) {
            continue;
        }
        let name = free_name(matching.iter().map(|rule| rule.name.as_str()), left);
        selected.push(Selection::Matching { mapping: mapping.name.clone(), rule: name.clone() });
        matching.push(MatchingRule { name, on, ignore_case: *ignore_case, graded: None });
    }
    let label = match selected.as_slice() {
        [] => return None,
        [Selection::Matching { rule, .. }] => format!("new matching rule {rule}"),
        more => format!("new {} matching rules", more.len()),
    };
    let edit = RulesEdit { matching: Some(matching), ..edit(mapping, label) };
    Some(Gesture { edit, selected })
}

/// Object matching rules from property mapping rules (M6); nothing if there is nothing new to match by.
pub fn matching_from(mapping: &Mapping, items: &[Item]) -> Option<Gesture> {
    let rules = items.iter().filter_map(|item| match item {
        Item::Rule(index) => mapping.rules.get(*index),
        _ => None,
    });
    let pairs: Vec<_> =
        rules.map(|rule| (rule.left.as_str(), rule.right.as_str(), rule.ignore_case)).collect();
    new_matching(mapping, &pairs)
}

/// Places of the items in each of both lists.
fn places(items: &[Item]) -> [BTreeSet<usize>; 2] {
    let mut places = [BTreeSet::new(), BTreeSet::new()];
    for item in items {
        match item {
            Item::Matching(index) => places[0].insert(*index),
            Item::Rule(index) => places[1].insert(*index),
            Item::MatchingCaption | Item::RulesCaption => false,
        };
    }
    places
}

/// What to call the items in a label: the name of one, or how many there are.
fn words(mapping: &Mapping, items: &[Item]) -> String {
    let names: Vec<&str> = items
        .iter()
        .filter_map(|item| match item {
            Item::Matching(index) => mapping.matching.get(*index).map(|rule| rule.name.as_str()),
            Item::Rule(index) => mapping.rules.get(*index).map(|rule| rule.name.as_str()),
            Item::MatchingCaption | Item::RulesCaption => None,
        })
        .collect();
    match names.as_slice() {
        [name] => format!("rule {name}"),
        names => format!("{} rules", names.len()),
    }
}

/// What is left of a list without some places.
fn without<T: Clone>(list: &[T], places: &BTreeSet<usize>) -> Option<Vec<T>> {
    if places.is_empty() {
        return None;
    }
    let kept = list.iter().enumerate().filter(|(place, _)| !places.contains(place));
    Some(kept.map(|(_, one)| one.clone()).collect())
}

/// Takes rules out; the next one is selected.
pub fn delete(mapping: &Mapping, items: &[Item], verb: &str) -> Option<Gesture> {
    let [matching, rules] = places(items);
    let last = items.iter().rev().find_map(|item| match item {
        Item::Matching(_) => neighbour(mapping.matching.len(), &matching).map(Item::Matching),
        Item::Rule(_) => neighbour(mapping.rules.len(), &rules).map(Item::Rule),
        Item::MatchingCaption | Item::RulesCaption => None,
    });
    let edit = RulesEdit {
        matching: without(&mapping.matching, &matching),
        rules: without(&mapping.rules, &rules),
        ..edit(mapping, format!("{verb} {}", words(mapping, items)))
    };
    let changes = edit.matching.is_some() || edit.rules.is_some();
    let selected = last.and_then(|item| selection_of(mapping, item)).into_iter().collect();
    changes.then_some(Gesture { edit, selected })
}

/// The place behind the last of those that go, else the one before the first of them.
fn neighbour(count: usize, gone: &BTreeSet<usize>) -> Option<usize> {
    let (first, last) = (gone.first()?, gone.last()?);
    if last + 1 < count { Some(last + 1) } else { (0..*first).next_back() }
}

/// Moves rules one place up or down within their lists; nothing if they stand at the end already.
pub fn shift(mapping: &Mapping, items: &[Item], up: bool) -> Option<Gesture> {
    let [matching, rules] = places(items);
    let edit = RulesEdit {
        matching: shifted(&mapping.matching, &matching, up),
        rules: shifted(&mapping.rules, &rules, up),
        ..edit(mapping, format!("move {} {}", words(mapping, items), if up { "up" } else { "down" }))
    };
    let changes = edit.matching.is_some() || edit.rules.is_some();
    let selected = items.iter().filter_map(|item| selection_of(mapping, *item)).collect();
    changes.then_some(Gesture { edit, selected })
}

/// Those at the edge stay, and those behind them close up.
fn shifted<T: Clone>(list: &[T], places: &BTreeSet<usize>, up: bool) -> Option<Vec<T>> {
    let mut new = list.to_vec();
    let mut changed = false;
    let mut step = |place: usize, next: Option<usize>, moved: &mut BTreeSet<usize>| match next {
        Some(next) if next < list.len() && !moved.contains(&next) => {
            new.swap(place, next);
            moved.insert(next);
            changed = true;
        }
        _ => {
            moved.insert(place);
        }
    };
    let mut moved = BTreeSet::new();
    if up {
        for place in places {
            step(*place, place.checked_sub(1), &mut moved);
        }
    } else {
        for place in places.iter().rev() {
            step(*place, Some(place + 1), &mut moved);
        }
    }
    changed.then_some(new)
}

/// Moves rules of one list before the place `to` of that list; nothing if they stand there already.
pub fn move_to(mapping: &Mapping, items: &[Item], to: Item) -> Option<Gesture> {
    let [matching, rules] = places(items);
    let label = format!("move {}", words(mapping, items));
    let (edit, kept): (_, fn(&&Item) -> bool) = match to {
        Item::Matching(place) => {
            let matching = moved(&mapping.matching, &matching, place)?;
            let edit = RulesEdit { matching: Some(matching), ..edit(mapping, label) };
            (edit, |item| matches!(item, Item::Matching(_)))
        }
        Item::Rule(place) => {
            let rules = moved(&mapping.rules, &rules, place)?;
            (RulesEdit { rules: Some(rules), ..edit(mapping, label) }, |item| matches!(item, Item::Rule(_)))
        }
        Item::MatchingCaption | Item::RulesCaption => return None,
    };
    let selected = items.iter().filter(kept).filter_map(|item| selection_of(mapping, *item)).collect();
    Some(Gesture { edit, selected })
}

fn moved<T: Clone>(list: &[T], places: &BTreeSet<usize>, to: usize) -> Option<Vec<T>> {
    let order = |wanted: fn(usize, usize) -> bool| {
        (0..list.len()).filter(move |place| !places.contains(place) && wanted(*place, to))
    };
    let taken = places.iter().copied().filter(|place| *place < list.len());
    let order: Vec<usize> =
        order(|place, to| place < to).chain(taken).chain(order(|place, to| place >= to)).collect();
    let changed = order.iter().enumerate().any(|(place, from)| place != *from);
    changed.then(|| order.into_iter().map(|place| list[place].clone()).collect())
}

/// Switches property mapping rules off, or on if all of them are off.
pub fn toggle(mapping: &Mapping, items: &[Item]) -> Option<Gesture> {
    let [_, places] = places(items);
    let off = |place: &usize| mapping.rules[*place].lifecycle == Lifecycle::Off;
    let (lifecycle, word) =
        if places.iter().all(off) { (Lifecycle::Active, "on") } else { (Lifecycle::Off, "off") };
    let mut rules = mapping.rules.clone();
    for place in &places {
        rules[*place].lifecycle = lifecycle;
    }
    let switched: Vec<Item> = places.iter().copied().map(Item::Rule).collect();
    let label = format!("switch {} {word}", words(mapping, &switched));
    let selected = items.iter().filter_map(|item| selection_of(mapping, *item)).collect();
    (!places.is_empty())
        .then(|| Gesture { edit: RulesEdit { rules: Some(rules), ..edit(mapping, label) }, selected })
}

/// The rules as they go to the clipboard.
pub fn copied(mapping: &Mapping, items: &[Item]) -> CopiedRules {
    let [matching, rules] = places(items);
    CopiedRules {
        matching: matching.into_iter().filter_map(|place| mapping.matching.get(place).cloned()).collect(),
        rules: rules.into_iter().filter_map(|place| mapping.rules.get(place).cloned()).collect(),
    }
}

/// Puts rules in behind the selected ones, or behind all; names that are taken are numbered.
pub fn paste(mapping: &Mapping, copied: CopiedRules, behind: &[Item]) -> Gesture {
    let [after_matching, after_rules] = places(behind);
    let of = &mapping.name;
    let (mut matching, mut rules) = (mapping.matching.clone(), mapping.rules.clone());
    let (new_matching, new_rules) = (copied.matching.len(), copied.rules.len());
    let mut selected = Vec::new();
    let first = after_matching.last().map_or(matching.len(), |last| last + 1);
    for (place, mut rule) in (first..).zip(copied.matching) {
        rule.name = free_name(matching.iter().map(|rule| rule.name.as_str()), &rule.name);
        selected.push(Selection::Matching { mapping: of.clone(), rule: rule.name.clone() });
        matching.insert(place, rule);
    }
    let first = after_rules.last().map_or(rules.len(), |last| last + 1);
    for (place, mut rule) in (first..).zip(copied.rules) {
        rule.name = free_name(rules.iter().map(|rule| rule.name.as_str()), &rule.name);
        selected.push(Selection::Rule { mapping: of.clone(), rule: rule.name.clone() });
        rules.insert(place, rule);
    }
    let label = match selected.as_slice() {
        [Selection::Rule { rule, .. } | Selection::Matching { rule, .. }] => format!("paste rule {rule}"),
        more => format!("paste {} rules", more.len()),
    };
    let edit = RulesEdit {
        matching: (new_matching > 0).then_some(matching),
        rules: (new_rules > 0).then_some(rules),
        ..edit(mapping, label)
    };
    Gesture { edit, selected }
}

#[cfg(test)]
mod tests {
    use syncwright_core::project::{Project, from_text};

    use super::*;

    fn small() -> Project {
        from_text("small.ron", include_str!("../../../tests/src/small.ron")).unwrap()
    }

    fn names(gesture: &Gesture) -> Vec<&str> {
        gesture.edit.rules.iter().flatten().map(|rule| rule.name.as_str()).collect()
    }

    #[test]
    fn new_rules_get_free_names_and_stand_last() {
        let project = small();
        let mapping = &project.mappings[0];
        let model = Model::new(&project, mapping, &Default::default(), false);
        let made = new_rule(mapping, &model, "First name", "id");
        assert_eq!(names(&made), ["Personnel number", "First name", "Last name", "First name 2"]);
        let selected = Selection::Rule { mapping: "Person".to_owned(), rule: "First name 2".to_owned() };
        assert_eq!(made.selected, [selected]);
    }

    #[test]
    fn a_rule_between_lists_compares_their_members() {
        let project = small();
        let mapping = &project.mappings[0];
        let mut model = Model::new(&project, mapping, &Default::default(), false);
        let kind = |model: &Model| {
            let made = new_rule(mapping, model, "first_name", "given_name");
            made.edit.rules.unwrap().last().unwrap().kind
        };
        model.known[0].get_mut("first_name").unwrap().list = true;
        assert_eq!(kind(&model), RuleKind::Value, "one list only");
        model.known[1].get_mut("given_name").unwrap().list = true;
        assert_eq!(kind(&model), RuleKind::MultiReference);
    }

    #[test]
    fn a_pair_is_not_matched_by_twice() {
        let project = small();
        let mapping = &project.mappings[0];
        assert_eq!(matching_from(mapping, &[Item::Rule(0)]), None, "it is there already");
        let made = matching_from(mapping, &[Item::Rule(0), Item::Rule(2), Item::Matching(0)]).unwrap();
        assert_eq!(made.edit.label, "new matching rule last_name");
        assert_eq!(made.edit.matching.unwrap().len(), 2);
    }

    #[test]
    fn blocks_move_as_far_as_the_edge() {
        let project = small();
        let mapping = &project.mappings[0];
        let two = [Item::Rule(1), Item::Rule(2)];
        let up = shift(mapping, &two, true).unwrap();
        assert_eq!(names(&up), ["First name", "Last name", "Personnel number"]);
        assert_eq!(shift(mapping, &two, false), None, "they stand last");
        let spread = [Item::Rule(0), Item::Rule(2)];
        let up = shift(mapping, &spread, true).unwrap();
        assert_eq!(names(&up), ["Personnel number", "Last name", "First name"]);
        let moved = move_to(mapping, &spread, Item::Rule(2)).unwrap();
        assert_eq!(names(&moved), ["First name", "Personnel number", "Last name"]);
        assert_eq!(move_to(mapping, &[Item::Rule(1)], Item::Rule(2)), None, "it stands there");
    }

    #[test]
    fn the_next_rule_is_selected_when_one_goes() {
        let project = small();
        let mapping = &project.mappings[0];
        let selected = |items: &[Item]| delete(mapping, items, "delete").unwrap().selected;
        assert_eq!(selected(&[Item::Rule(0)]), [selection_of(mapping, Item::Rule(1)).unwrap()]);
        assert_eq!(selected(&[Item::Rule(2)]), [selection_of(mapping, Item::Rule(1)).unwrap()]);
        assert_eq!(selected(&[Item::Matching(0)]), []);
        assert_eq!(delete(mapping, &[Item::RulesCaption], "delete"), None);
    }

    #[test]
    fn pasted_rules_stand_behind_the_selected_one_under_free_names() {
        let project = small();
        let mapping = &project.mappings[0];
        let copied = copied(mapping, &[Item::Rule(2), Item::Matching(0)]);
        let pasted = paste(mapping, copied, &[Item::Rule(0)]);
        assert_eq!(names(&pasted), ["Personnel number", "Last name 2", "First name", "Last name"]);
        let matching = pasted.edit.matching.unwrap();
        assert_eq!(matching[1].name, "Personnel number 2");
        assert_eq!(pasted.edit.label, "paste 2 rules");
    }

    #[test]
    fn switching_is_off_first() {
        let mut project = small();
        project.mappings[0].rules[1].lifecycle = Lifecycle::Off;
        let mapping = &project.mappings[0];
        let lifecycles = |items: &[Item]| {
            let rules = toggle(mapping, items).unwrap().edit.rules.unwrap();
            rules.into_iter().map(|rule| rule.lifecycle).collect::<Vec<_>>()
        };
        assert_eq!(lifecycles(&[Item::Rule(1)]), [Lifecycle::Active; 3]);
        assert_eq!(
            lifecycles(&[Item::Rule(1), Item::Rule(2)]),
            [Lifecycle::Active, Lifecycle::Off, Lifecycle::Off]
        );
        assert_eq!(toggle(mapping, &[Item::Matching(0)]), None);
    }
}
