//! The strip above the rules: buttons, or the two fields of a new rule.

use egui::{Id, Key, Ui, vec2};
use syncwright_core::project::{Mapping, Side};

use super::{
    MappingState,
    gestures::{self, Request},
    model::{Item, Model},
    rule_edits::{self, Gesture},
};
use crate::{
    action::{Actions, Selection},
    ui::{Button, Icon, icon_button_ui, name_field::name_field_ui, theme, tokens},
};

/// A new rule while its properties are typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRule {
    /// An object matching rule, not a property mapping rule.
    pub matching: bool,
    /// What was typed so far.
    pub names: [String; 2],
    /// The field that gets the focus next.
    pub focus: Option<usize>,
}

impl NewRule {
    /// A rule of which the property of one side may be known.
    pub fn new(matching: bool, known: Option<(Side, String)>) -> Self {
        let mut names = [String::new(), String::new()];
        let mut focus = 0;
        if let Some((side, name)) = known {
            let index = usize::from(side == Side::Right);
            names[index] = name;
            focus = 1 - index;
        }
        Self { matching, names, focus: Some(focus) }
    }
}

/// Shows the strip.
pub fn strip_ui(
    ui: &mut Ui,
    mapping: &Mapping,
    model: &Model,
    view: &mut MappingState,
    selection: &Selection,
    actions: &mut Actions,
) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = theme::S1;
        match view.draft.take() {
            Some(draft) => fields_ui(ui, mapping, model, view, draft, actions),
            None => buttons_ui(ui, mapping, model, view, selection, actions),
        }
    });
}

fn buttons_ui(
    ui: &mut Ui,
    mapping: &Mapping,
    model: &Model,
    view: &mut MappingState,
    selection: &Selection,
    actions: &mut Actions,
) {
    let new = ui.add(Button::new("New rule").icon(Icon::Insert)).on_hover_text(
        "A rule for the properties selected in both trees, else for two names to be typed. Shorter: select one in \
         each tree and press Enter, or drag one onto the other",
    );
    if new.clicked() {
        match &view.picked {
            [Some(left), Some(right)] => {
                let made = rule_edits::new_rule(mapping, model, left, right);
                gestures::done(view, made, actions);
            }
            [left, right] => {
                let left = left.clone().map(|name| (Side::Left, name));
                let known = left.or_else(|| right.clone().map(|name| (Side::Right, name)));
                view.draft = Some(NewRule::new(false, known));
            }
        }
    }
    let items = gestures::selected_items(mapping, model, view, selection);
    let any_rule = items.iter().any(|item| matches!(item, Item::Rule(_)));
    let requests = [
        (Icon::Key, "Make a matching rule of the selected rule", any_rule, Request::Match),
        (Icon::Copy, "Copy the selected rules", !items.is_empty(), Request::Copy),
        (Icon::Delete, "Delete the selected rules", !items.is_empty(), Request::Delete),
    ];
    for (icon, name, enabled, request) in requests {
        let button = Button::quiet(name).icon(icon).only_icon().enabled(enabled);
        let response = ui.add(button).on_hover_text(name).on_disabled_hover_text("Select a rule first");
        if response.clicked() {
            gestures::perform(ui, mapping, model, view, selection, request, actions);
        }
    }
}

fn fields_ui(
    ui: &mut Ui,
    mapping: &Mapping,
    model: &Model,
    view: &mut MappingState,
    mut draft: NewRule,
    actions: &mut Actions,
) {
    let colors = tokens(ui);
    let buttons = 2.0 * theme::CONTROL + 2.0 * theme::S1;
    let width = ((ui.available_width() - buttons - 16.0 - 4.0 * theme::S1) / 2.0).max(40.0);
    let ids = [0, 1].map(|side| ui.make_persistent_id(("new rule", &mapping.name, side)));
    let (mut entered, mut escaped) = (false, false);
    for side in [0, 1] {
        if field_ui(ui, model, &mut draft, side, ids[side], width) {
            entered |= ui.input(|input| input.key_pressed(Key::Enter));
            escaped |= ui.input(|input| input.key_pressed(Key::Escape));
        }
        if side == 0 {
            let icon = if draft.matching { Icon::Key } else { Icon::BothWays };
            ui.add(icon.sized(colors.text_secondary, 14.0));
        }
    }
    let why = why_not(model, &draft);
    let word = if draft.matching { "Add the matching rule" } else { "Add the rule" };
    let add = Button::quiet(word).icon(Icon::Check).only_icon().enabled(why.is_none());
    let add = ui.add(add).on_hover_text(word);
    let add = match &why {
        Some(why) => add.on_disabled_hover_text(why),
        None => add,
    };
    if (add.clicked() || entered) && why.is_none() {
        if let Some(made) = made(mapping, model, &draft) {
            gestures::done(view, made, actions);
        }
        return;
    }
    if entered {
        // Whatever is missing: there it goes on.
        let missing = usize::from(model.known[0].contains_key(draft.names[0].trim()));
        draft.focus = Some(missing);
    }
    if !icon_button_ui(ui, Icon::Close, "Cancel the new rule").clicked() && !escaped {
        view.draft = Some(draft);
    }
}

/// One of both fields; true if it was left.
fn field_ui(ui: &mut Ui, model: &Model, draft: &mut NewRule, side: usize, id: Id, width: f32) -> bool {
    let name = [("Central property", "central"), ("Target property", "target")][side];
    let names = model.all[side].iter().map(|name| {
        let remark = model.known[side].get(name).map(|known| known.kind.clone()).unwrap_or_default();
        (name.as_str(), remark)
    });
    let response = ui
        .allocate_ui(vec2(width, theme::CONTROL), |ui| {
            name_field_ui(ui, id, name, &mut draft.names[side], width, names)
        })
        .inner;
    if draft.focus == Some(side) {
        response.request_focus();
        draft.focus = None;
    }
    response.lost_focus()
}

fn why_not(model: &Model, draft: &NewRule) -> Option<String> {
    let systems = ["central", "target"];
    (0..2).find_map(|side| {
        let name = draft.names[side].trim();
        let known = model.known[side].contains_key(name);
        (!known).then(|| match name {
            "" => format!("Type the name of a {} property", systems[side]),
            name => format!("The {} class has no property {name}", systems[side]),
        })
    })
}

fn made(mapping: &Mapping, model: &Model, draft: &NewRule) -> Option<Gesture> {
    let [left, right] = [draft.names[0].trim(), draft.names[1].trim()];
    if draft.matching {
        rule_edits::new_matching(mapping, &[(left, right, false)])
    } else {
        Some(rule_edits::new_rule(mapping, model, left, right))
    }
}
