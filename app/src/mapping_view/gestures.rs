//! What can be done with the selected rules: by key, in the context menu, on the strip.

use egui::{Event, Id, Key, Modifiers, Ui, ViewportCommand};
use syncwright_core::project::Mapping;

use super::{
    MappingState,
    clipboard::CopiedRules,
    model::{Item, Model},
    new_rule::NewRule,
    rule_edits::{self, Gesture, selection_of},
    rules::is_selected,
};
use crate::{
    action::{Action, Actions, Selection},
    document::Edit,
    problem::Problem,
};

/// Something to be done with the selected rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Take them out.
    Delete,
    /// Move them one place up.
    Up,
    /// Move them one place down.
    Down,
    /// Switch them off or on.
    Toggle,
    /// Make object matching rules of them (M6).
    Match,
    /// Copy them.
    Copy,
    /// Copy them and take them out.
    Cut,
    /// Ask for the text on the clipboard.
    AskForPaste,
    /// Put in what this text says.
    Paste(String),
    /// Begin a new rule.
    New,
    /// Select all property mapping rules.
    SelectAll,
}

/// The rules that are selected, in the order of the list: those chosen together with the one in the inspector.
pub fn selected_items(
    mapping: &Mapping,
    model: &Model,
    view: &MappingState,
    selection: &Selection,
) -> Vec<Item> {
    if !model.items.iter().any(|item| is_selected(mapping, *item, selection)) {
        return Vec::new();
    }
    let together = view.chosen.contains(selection);
    let wanted = |item: &Item| {
        if together {
            selection_of(mapping, *item).is_some_and(|own| view.chosen.contains(&own))
        } else {
            is_selected(mapping, *item, selection)
        }
    };
    model.items.iter().copied().filter(wanted).collect()
}

/// What the keys ask for while the list `list` has the focus.
pub fn keys(ui: &Ui, list: Id) -> Vec<Request> {
    if !ui.memory(|memory| memory.has_focus(list)) {
        return Vec::new();
    }
    ui.input_mut(|input| {
        let keys = [
            (Modifiers::ALT, Key::ArrowUp, Request::Up),
            (Modifiers::ALT, Key::ArrowDown, Request::Down),
            (Modifiers::NONE, Key::Delete, Request::Delete),
            (Modifiers::NONE, Key::Space, Request::Toggle),
            (Modifiers::NONE, Key::Insert, Request::New),
            (Modifiers::COMMAND, Key::A, Request::SelectAll),
        ];
        let mut requests: Vec<Request> = keys
            .into_iter()
            .filter(|(modifiers, key, _)| input.consume_key(*modifiers, *key))
            .map(|(.., request)| request)
            .collect();
        input.events.retain(|event| {
            requests.push(match event {
                Event::Copy => Request::Copy,
                Event::Cut => Request::Cut,
                Event::Paste(text) => Request::Paste(text.clone()),
                _ => return true,
            });
            false
        });
        requests
    })
}

/// The context menu of a rule.
pub fn menu_ui(ui: &mut Ui, is_rule: bool, requests: &mut Vec<Request>) {
    let entries = [
        ("Make a matching rule", "", is_rule.then_some(Request::Match)),
        ("Switch off or on", "Space", is_rule.then_some(Request::Toggle)),
        ("Move up", "Alt+↑", Some(Request::Up)),
        ("Move down", "Alt+↓", Some(Request::Down)),
        ("Copy", "Ctrl+C", Some(Request::Copy)),
        ("Cut", "Ctrl+X", Some(Request::Cut)),
        ("Paste", "Ctrl+V", Some(Request::AskForPaste)),
        ("New rule", "Ins", Some(Request::New)),
        ("Delete", "Del", Some(Request::Delete)),
    ];
    for (words, keys, request) in entries {
        let Some(request) = request else { continue };
        if ui.add(egui::Button::new(words).shortcut_text(keys)).clicked() {
            requests.push(request);
            ui.close();
        }
    }
}

/// Does what was asked for with the selected rules.
pub fn perform(
    ui: &Ui,
    mapping: &Mapping,
    model: &Model,
    view: &mut MappingState,
    selection: &Selection,
    request: Request,
    actions: &mut Actions,
) {
    let items = selected_items(mapping, model, view, selection);
    let made = match request {
        Request::Delete => rule_edits::delete(mapping, &items, "delete"),
        Request::Up => rule_edits::shift(mapping, &items, true),
        Request::Down => rule_edits::shift(mapping, &items, false),
        Request::Toggle => rule_edits::toggle(mapping, &items),
        Request::Match => {
            let made = rule_edits::matching_from(mapping, &items);
            if made.is_none() && !items.is_empty() {
                let text = "the properties of the selected rules are matched by already";
                actions.push(Action::Tell(Problem::new("No matching rule was made", text)));
            }
            made
        }
        Request::Copy | Request::Cut => {
            if items.is_empty() || !copy(ui, mapping, &items, actions) {
                return;
            }
            let cuts = request == Request::Cut;
            cuts.then(|| rule_edits::delete(mapping, &items, "cut")).flatten()
        }
        Request::AskForPaste => {
            view.takes_focus = true;
            ui.ctx().send_viewport_cmd(ViewportCommand::RequestPaste);
            return;
        }
        Request::Paste(text) => match CopiedRules::from_text(&text) {
            Ok(copied) => Some(rule_edits::paste(mapping, copied, &items)),
            Err(error) => {
                actions.push(Action::Tell(Problem::new("Nothing was pasted", error)));
                return;
            }
        },
        Request::New => {
            view.draft = Some(NewRule::new(false, None));
            return;
        }
        Request::SelectAll => {
            let rules = (0..mapping.rules.len()).map(Item::Rule);
            let all: Vec<Selection> = rules.filter_map(|item| selection_of(mapping, item)).collect();
            if let Some(first) = all.first() {
                actions.push(Action::Select(first.clone()));
            }
            view.chosen = all.into_iter().collect();
            return;
        }
    };
    if let Some(made) = made {
        done(view, made, actions);
    }
}

/// Copies rules; false if that failed.
fn copy(ui: &Ui, mapping: &Mapping, items: &[Item], actions: &mut Actions) -> bool {
    match rule_edits::copied(mapping, items).to_text() {
        Ok(text) => {
            ui.ctx().copy_text(text);
            true
        }
        Err(error) => {
            actions.push(Action::Tell(Problem::new("The rules were not copied", error)));
            false
        }
    }
}

/// Asks for the edit, and for what is selected afterwards.
pub fn done(view: &mut MappingState, made: Gesture, actions: &mut Actions) {
    let Gesture { edit, selected } = made;
    actions.push(Action::Edit(Edit::Rules(edit)));
    actions.push(Action::Select(selected.first().cloned().unwrap_or_default()));
    view.follows = selected.first().cloned();
    view.chosen = selected.into_iter().collect();
    view.picked = [None, None];
    view.anchor = None;
}
