//! Rules in the mapping editor: made by dragging, by keys and by typing; put in order, copied between mappings.

use egui::{Event, Key, Modifiers, OutputCommand, accesskit::Role};
use egui_kittest::kittest::Queryable as _;
use syncwright_core::project::{Lifecycle, MatchExpression, Project, PropertyRule, RuleKind};
use syncwright_tests::SMALL_PROJECT;

use crate::{
    driver::{
        Window, click, click_role, drag, field, fill, focus_list, hold, let_go, name, picture, press, row_at,
        sees, texts, until,
    },
    mapping_commands::{Opened, open},
};

/// The small project with a second mapping of the same classes, empty and shown.
#[track_caller]
fn with_empty_mapping() -> Opened {
    let mut opened = open(SMALL_PROJECT);
    opened.command("New mapping…");
    click(&mut opened.window, "Central class persons");
    click(&mut opened.window, "Target class employees");
    click(&mut opened.window, "Create mapping");
    assert!(opened.tabs().contains(&"persons".to_owned()), "{:?}", opened.tabs());
    opened
}

/// Name and properties of the rules of a mapping.
fn rules<'a>(project: &'a Project, mapping: &str) -> Vec<(&'a str, &'a str, &'a str)> {
    let mapping = project.mapping(mapping).expect("the mapping");
    let parts = |rule: &'a PropertyRule| (rule.name.as_str(), rule.left.as_str(), rule.right.as_str());
    mapping.rules.iter().map(parts).collect()
}

fn matching(project: &Project, mapping: &str) -> Vec<MatchExpression> {
    let mapping = project.mapping(mapping).expect("the mapping");
    mapping.matching.iter().map(|rule| rule.on.clone()).collect()
}

fn pair(left: &str, right: &str) -> MatchExpression {
    MatchExpression::Pair(left.to_owned(), right.to_owned())
}

/// What was copied to the clipboard by an event.
#[track_caller]
fn copied(window: &mut Window, event: Event) -> String {
    window.event(event);
    for _ in 0..4 {
        window.run_steps(1);
        let commands = &window.output().platform_output.commands;
        let text = commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        if let Some(text) = text {
            window.run_steps(3);
            return text;
        }
    }
    panic!("nothing was copied: {:?}", texts(window));
}

#[test]
fn a_mapping_is_built_from_nothing_by_dragging() {
    let mut opened = with_empty_mapping();
    let before = opened.save();
    let window = &mut opened.window;

    let (from, to) = (row_at(window, "first_name"), row_at(window, "given_name"));
    hold(window, from, to);
    picture(window, "mapping-drag");
    let_go(window, to);
    assert!(sees(window, "Rule first_name: first_name"), "{:?}", texts(window));
    drag(window, "family_name", "last_name");
    assert!(sees(window, "Rule last_name: last_name"), "{:?}", texts(window));

    // Outside, and with Esc, nothing is made.
    let outside = row_at(window, "first_name") - egui::vec2(0.0, 140.0);
    let from = row_at(window, "first_name");
    hold(window, from, outside);
    let_go(window, outside);
    let (from, to) = (row_at(window, "first_name"), row_at(window, "id"));
    hold(window, from, to);
    press(window, &[Key::Escape]);
    let_go(window, to);
    assert!(!sees(window, "Rule first_name 2"), "{:?}", texts(window));

    drag(window, "personnel_number", "Object matching rules");
    fill(window, "Target property", "id");
    picture(window, "mapping-new-matching");
    press(window, &[Key::Enter]);
    assert!(sees(window, "Matching rule personnel_number"), "{:?}", texts(window));
    picture(window, "mapping-built");

    let built = opened.save();
    assert_eq!(
        rules(&built, "persons"),
        [("first_name", "first_name", "given_name"), ("last_name", "last_name", "family_name")]
    );
    assert_eq!(matching(&built, "persons"), [pair("personnel_number", "id")]);
    // One step of the history each.
    for _ in 0..3 {
        click(&mut opened.window, "Undo");
    }
    assert_eq!(opened.save(), before);
}

#[test]
fn a_list_scrolls_while_something_is_dragged_to_its_edge() {
    let last = "(name: \"family_name\", value_type: String),";
    let more: String =
        (0..60).map(|number| format!("\n(name: \"extra_{number}\", value_type: String),")).collect();
    let mut opened = open(SMALL_PROJECT.replacen(last, &format!("{last}{more}"), 1));
    let window = &mut opened.window;
    click_role(window, Role::Tab, "Person");
    let from = row_at(window, "first_name");
    let list = window.get_by_role_and_label(Role::List, "Target properties").rect();
    hold(window, from, list.center_bottom() - egui::vec2(0.0, 6.0));
    until(window, "the last property", |window| {
        window.query_by_role_and_label(Role::ListItem, "extra_59").is_some()
    });
    // The list comes to rest at its end.
    window.run_steps(20);
    let to = row_at(window, "extra_59");
    window.hover_at(to);
    window.run_steps(2);
    let_go(window, to);
    let saved = opened.save();
    assert_eq!(rules(&saved, "Person").last(), Some(&("first_name", "first_name", "extra_59")));
}

#[test]
fn a_mapping_is_built_from_nothing_by_keys() {
    let mut opened = with_empty_mapping();
    let before = opened.save();
    let window = &mut opened.window;
    focus_list(window, "Central properties");
    // uid, personnel_number, first_name, last_name – id, given_name, family_name
    press(window, &[Key::ArrowDown, Key::ArrowDown, Key::Enter, Key::ArrowDown, Key::Enter]);
    assert!(sees(window, "Rule first_name: first_name"), "{:?}", texts(window));
    press(window, &[Key::ArrowDown, Key::Enter, Key::ArrowDown, Key::Enter]);
    assert!(sees(window, "Rule last_name: last_name"), "{:?}", texts(window));

    focus_list(window, "Rules");
    press(window, &[Key::Insert]);
    field(window, "Central property").type_text("number");
    window.run_steps(3);
    picture(window, "mapping-completion");
    press(window, &[Key::Enter, Key::Enter]);
    field(window, "Target property").type_text("id");
    window.run_steps(3);
    press(window, &[Key::Enter]);
    assert!(sees(window, "Rule personnel_number: personnel_number"), "{:?}", texts(window));
    click(window, "Make a matching rule of the selected rule");

    let built = opened.save();
    assert_eq!(
        rules(&built, "persons"),
        [
            ("first_name", "first_name", "given_name"),
            ("last_name", "last_name", "family_name"),
            ("personnel_number", "personnel_number", "id"),
        ]
    );
    assert!(built.mapping("persons").expect("it").rules.iter().all(|rule| rule.kind == RuleKind::Value));
    assert_eq!(matching(&built, "persons"), [pair("personnel_number", "id")]);
    for _ in 0..4 {
        click(&mut opened.window, "Undo");
    }
    assert_eq!(opened.save(), before);
}

#[test]
fn rules_are_put_in_order_and_switched_by_keys() {
    let mut opened = open(SMALL_PROJECT);
    let before = opened.file();
    click_role(&mut opened.window, Role::Tab, "Person");
    opened.window.get_by_label_contains("Rule First name: ").click();
    opened.window.run_steps(4);
    opened.window.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
    opened.window.run_steps(3);
    press(&mut opened.window, &[Key::Space]);
    let last = opened.window.get_by_label_contains("Rule Last name: ");
    last.click_modifiers(Modifiers::SHIFT);
    opened.window.run_steps(4);
    picture(&mut opened.window, "mapping-selected");
    let saved = opened.save();
    let names: Vec<&str> = rules(&saved, "Person").iter().map(|rule| rule.0).collect();
    assert_eq!(names, ["First name", "Personnel number", "Last name"]);
    assert_eq!(saved.mappings[0].rules[0].lifecycle, Lifecycle::Off);

    focus_list(&mut opened.window, "Rules");
    press(&mut opened.window, &[Key::Delete]);
    assert!(opened.save().mappings[0].rules.is_empty(), "all from the first to the last were selected");
    click(&mut opened.window, "Undo");
    assert_eq!(opened.save(), saved, "one gesture is one step");
    opened.undo_all();
    assert_eq!(opened.save(), before);
}

/// Clicks an entry of the context menu; behind its text it may have keys.
#[track_caller]
fn choose_in_menu(window: &Window, words: &str) {
    let entries = window.query_all_by_role(Role::Button);
    let fits = |name: String| name.starts_with(words) && !name.contains("selected");
    entries.into_iter().find(|entry| fits(name(entry))).expect("the entry").click();
}

#[test]
fn the_context_menu_of_a_rule_concerns_that_rule() {
    let mut opened = open(SMALL_PROJECT);
    let before = opened.file();
    click_role(&mut opened.window, Role::Tab, "Person");
    opened.window.get_by_label_contains("Rule Personnel number: ").click();
    opened.window.run_steps(4);
    opened.window.get_by_label_contains("Rule Last name: ").click_secondary();
    opened.window.run_steps(4);
    picture(&mut opened.window, "mapping-menu");
    choose_in_menu(&opened.window, "Make a matching rule");
    opened.window.run_steps(4);
    opened.window.get_by_label_contains("Rule First name: ").click_secondary();
    opened.window.run_steps(4);
    choose_in_menu(&opened.window, "Delete");
    opened.window.run_steps(4);
    let saved = opened.save();
    let names: Vec<&str> = rules(&saved, "Person").iter().map(|rule| rule.0).collect();
    assert_eq!(names, ["Personnel number", "Last name"]);
    assert_eq!(
        matching(&saved, "Person"),
        [pair("personnel_number", "id"), pair("last_name", "family_name")]
    );
    opened.undo_all();
    assert_eq!(opened.save(), before);
}

#[test]
fn rules_are_put_in_order_by_dragging() {
    let mut opened = open(SMALL_PROJECT);
    let before = opened.file();
    let window = &mut opened.window;
    click_role(window, Role::Tab, "Person");
    let of = |window: &Window, part: &str| window.get_by_label_contains(part).rect();
    let from = of(window, "Rule Last name: ").center();
    let to = of(window, "Rule Personnel number: ").center_top() + egui::vec2(0.0, 3.0);
    hold(window, from, to);
    picture(window, "mapping-order");
    let_go(window, to);
    let saved = opened.save();
    let names: Vec<&str> = rules(&saved, "Person").iter().map(|rule| rule.0).collect();
    assert_eq!(names, ["Last name", "Personnel number", "First name"]);

    let window = &mut opened.window;
    let (from, to) = (of(window, "Rule Last name: ").center(), row_at(window, "Object matching rules"));
    hold(window, from, to);
    let_go(window, to);
    let saved = opened.save();
    assert_eq!(
        matching(&saved, "Person"),
        [pair("personnel_number", "id"), pair("last_name", "family_name")]
    );
    opened.undo_all();
    assert_eq!(opened.save(), before);
}

#[test]
fn rules_go_from_one_mapping_to_another_as_text() {
    let mut opened = with_empty_mapping();
    let before = opened.save();
    click_role(&mut opened.window, Role::Tab, "Person");
    opened.window.get_by_label_contains("Rule First name: ").click();
    opened.window.run_steps(4);
    opened.window.get_by_label_contains("Rule Last name: ").click_modifiers(Modifiers::COMMAND);
    opened.window.run_steps(4);
    let text = copied(&mut opened.window, Event::Copy);
    assert!(text.contains("family_name") && text.contains("direction: ToCentral"), "{text}");

    click_role(&mut opened.window, Role::Tab, "persons");
    focus_list(&mut opened.window, "Rules");
    opened.window.event(Event::Paste("no rules".to_owned()));
    opened.window.run_steps(4);
    assert!(sees(&opened.window, "the clipboard holds no rules"), "{:?}", texts(&opened.window));
    focus_list(&mut opened.window, "Rules");
    for _ in 0..2 {
        opened.window.event(Event::Paste(text.clone()));
        opened.window.run_steps(4);
    }
    let pasted = opened.save();
    assert_eq!(
        rules(&pasted, "persons"),
        [
            ("First name", "first_name", "given_name"),
            ("Last name", "last_name", "family_name"),
            ("First name 2", "first_name", "given_name"),
            ("Last name 2", "last_name", "family_name"),
        ]
    );
    assert_eq!(pasted.mappings[0], before.mappings[0], "copying takes nothing away");
    focus_list(&mut opened.window, "Rules");
    let _ = copied(&mut opened.window, Event::Cut);
    assert_eq!(rules(&opened.save(), "persons").len(), 2);
    for _ in 0..3 {
        click(&mut opened.window, "Undo");
    }
    assert_eq!(opened.save(), before);
}

#[test]
fn unmapped_properties_are_shown_alone_and_conversions_told() {
    let mut opened = open(SMALL_PROJECT);
    click_role(&mut opened.window, Role::Tab, "Person");
    assert!(sees(&opened.window, "string ← integer"), "{:?}", texts(&opened.window));
    click(&mut opened.window, "Unmapped only");
    assert!(opened.window.query_by_role_and_label(Role::ListItem, "last_name").is_none());
    assert!(opened.window.query_by_role_and_label(Role::ListItem, "uid").is_some());
    picture(&mut opened.window, "mapping-unmapped");
}
