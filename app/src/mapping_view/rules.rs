//! The middle of a mapping: object matching rules above, property mapping rules below.

use egui::{Align, Color32, Rect, Ui, pos2, vec2};
use syncwright_core::project::{Lifecycle, Mapping, MappingDirection, MatchExpression, PropertyRule};

use super::{
    MappingState,
    drag::{self, Dragged},
    gestures,
    model::{Conversion, Item, Model},
    rule_edits::selection_of,
};
use crate::{
    action::{Action, Actions, Selection},
    ui::{Icon, badge, list_row, rows, text, theme, tokens},
    words,
};

/// Shows the rules; gives the item under the pointer.
pub fn rules_ui(
    ui: &mut Ui,
    mapping: &Mapping,
    model: &Model,
    view: &mut MappingState,
    selection: &Selection,
    actions: &mut Actions,
) -> Option<Item> {
    let area = ui.available_rect_before_wrap();
    let list = rows::list_id(ui, "Rules");
    if std::mem::take(&mut view.takes_focus) {
        ui.memory_mut(|memory| memory.request_focus(list));
    }
    let mut requests = gestures::keys(ui, list);
    follow(ui, mapping, model, view, selection);
    let selected = gestures::selected_items(mapping, model, view, selection);
    let (mut hovered, mut aimed, mut begun) = (None, None, None);
    let mut rows_state = view.rules;
    let count = model.items.len() as u64;
    let middle = middle(ui, mapping);
    let output = rows::rows_ui(ui, "Rules", &mut rows_state, count, theme::ROW, |ui, row, rect, response| {
        let item = model.items[row as usize];
        if is_rule(item) {
            let is_chosen = |row: Option<u64>| {
                let item = row.and_then(|row| model.items.get(row as usize));
                item.is_some_and(|item| selected.contains(item))
            };
            list_row::background_part(
                ui,
                rect.shrink2(vec2(2.0, 0.0)),
                is_chosen(Some(row)),
                response,
                is_chosen(row.checked_sub(1)),
                is_chosen(Some(row + 1)),
            );
            if response.hovered() {
                hovered = Some(item);
            }
            if begun.is_none() {
                begun = drag::begun(ui, response, || Dragged::Rules(item)).map(|drag| (item, drag));
            }
            if response.secondary_clicked() && !selected.contains(&item) {
                aimed = Some(row);
            }
            response.context_menu(|ui| gestures::menu_ui(ui, matches!(item, Item::Rule(_)), &mut requests));
            if let Some(conversion) = conversion(mapping, model, item) {
                let words = if conversion.works {
                    format!("{}: values are converted", conversion.words)
                } else {
                    format!("{}: values cannot be converted", conversion.words)
                };
                response.clone().on_hover_text(words);
            }
        }
        item_ui(ui, rect, mapping, model, item, rect.left() + middle)
    });
    view.rules = rows_state;
    if mapping.rules.is_empty() {
        empty_ui(ui, area, rows::height_of(model.items.len()));
    }
    if let Some((item, begun)) = begun
        && view.drag.is_none()
    {
        drag::grab(mapping, model, view, selection, item, actions);
        view.drag = Some(begun);
    }
    if let Some(row) = output.moved_to.or(aimed) {
        choose(ui, mapping, model, view, selection, row as usize, actions);
    }
    for request in requests {
        gestures::perform(ui, mapping, model, view, selection, request, actions);
    }
    hovered
}

/// What to do first, below the captions.
fn empty_ui(ui: &mut Ui, area: Rect, captions: f32) {
    let top = (area.top() + captions + theme::S3).min(area.bottom());
    let rect = Rect::from_min_max(pos2(area.left() + 8.0, top), area.max - vec2(8.0, 0.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        text::hint_ui(
            ui,
            "Drag a property onto one of the other tree to make a rule, or select one in each tree and press Enter.",
        );
    });
}

/// After an edit the cursor goes where its rule went.
fn follow(ui: &Ui, mapping: &Mapping, model: &Model, view: &mut MappingState, selection: &Selection) {
    if view.follows.as_ref() != Some(selection) {
        return;
    }
    let row = model.items.iter().position(|item| is_selected(mapping, *item, selection));
    if let Some(row) = row {
        view.follows = None;
        view.rules.cursor = Some(row as u64);
        let in_sight = f64::from(ui.available_height() / theme::ROW);
        rows::reveal(&mut view.rules, row as u64, in_sight);
    }
}

/// Selects a row: alone, together with others (Ctrl), or all from where the selection began (Shift).
fn choose(
    ui: &Ui,
    mapping: &Mapping,
    model: &Model,
    view: &mut MappingState,
    selection: &Selection,
    row: usize,
    actions: &mut Actions,
) {
    let Some(own) = model.items.get(row).and_then(|item| selection_of(mapping, *item)) else { return };
    let modifiers = ui.input(|input| input.modifiers);
    let mut primary = own.clone();
    if modifiers.shift {
        let shown = model.items.iter().position(|item| is_selected(mapping, *item, selection));
        let anchor = view.anchor.or(shown).unwrap_or(row).min(model.items.len() - 1);
        let range = &model.items[anchor.min(row)..=anchor.max(row)];
        view.chosen = range.iter().filter_map(|item| selection_of(mapping, *item)).collect();
        view.anchor = Some(anchor);
    } else if modifiers.command {
        let items = gestures::selected_items(mapping, model, view, selection);
        view.chosen = items.iter().filter_map(|item| selection_of(mapping, *item)).collect();
        if !view.chosen.remove(&own) {
            view.chosen.insert(own);
        } else if let Some(other) =
            items.iter().filter_map(|item| selection_of(mapping, *item)).find(|other| *other != own)
        {
            primary = other;
        }
        view.anchor = Some(row);
    } else {
        view.chosen.clear();
        view.anchor = Some(row);
    }
    view.picked = [None, None];
    actions.push(Action::Select(primary));
}

fn conversion(mapping: &Mapping, model: &Model, item: Item) -> Option<Conversion> {
    let Item::Rule(index) = item else { return None };
    let rule = &mapping.rules[index];
    model.conversion(rule, effective_direction(rule, mapping))
}

const fn is_rule(item: Item) -> bool {
    matches!(item, Item::Rule(_) | Item::Matching(_))
}

/// True if the inspector shows this rule.
pub fn is_selected(mapping: &Mapping, item: Item, selection: &Selection) -> bool {
    match (item, selection) {
        (Item::Rule(index), Selection::Rule { mapping: of, rule }) => {
            *of == mapping.name && *rule == mapping.rules[index].name
        }
        (Item::Matching(index), Selection::Matching { mapping: of, rule }) => {
            *of == mapping.name && *rule == mapping.matching[index].name
        }
        _ => false,
    }
}

fn item_ui(ui: &Ui, rect: Rect, mapping: &Mapping, model: &Model, item: Item, middle: f32) -> String {
    match item {
        Item::MatchingCaption => caption(ui, rect, "Object matching rules", mapping.matching.len()),
        Item::RulesCaption => caption(ui, rect, "Property mapping rules", mapping.rules.len()),
        Item::Matching(index) => matching(ui, rect, mapping, index, middle),
        Item::Rule(index) => rule(ui, rect, &mapping.rules[index], mapping, model, middle),
    }
}

fn caption(ui: &Ui, rect: Rect, words: &str, count: usize) -> String {
    let colors = tokens(ui);
    let inner = rect.shrink2(vec2(8.0, 0.0));
    text::cell(ui, inner, words, theme::semibold(), colors.text_secondary, Align::Min);
    text::cell(ui, inner, &count.to_string(), theme::caption(), colors.text_secondary, Align::Max);
    crate::ui::table::row_line(ui, rect);
    words.to_owned()
}

fn matching(ui: &Ui, rect: Rect, mapping: &Mapping, index: usize, middle: f32) -> String {
    let colors = tokens(ui);
    let rule = &mapping.matching[index];
    let number = Rect::from_min_size(rect.min + vec2(8.0, 0.0), vec2(20.0, rect.height()));
    let disc = if index == 0 { colors.text } else { colors.text_secondary };
    text::cell(ui, number, &format!("{}", index + 1), theme::semibold(), disc, Align::Center);
    let mut right = rect.right() - 8.0;
    if rule.ignore_case {
        right = mark(ui, rect, right, Icon::IgnoreCase, colors.text_secondary);
    }
    let rest = Rect::from_min_max(pos2(number.right() + 6.0, rect.top()), pos2(right, rect.bottom()));
    let words = match &rule.on {
        MatchExpression::Pair(left, right) => {
            let icon = (Icon::Key, colors.text_secondary);
            pair(ui, rest, middle, left, right, icon, [colors.text, colors.text]);
            format!("{left} = {right}")
        }
        other => {
            let words = expression(other);
            text::cell(ui, rest, &words, theme::body(), colors.text, Align::Min);
            words
        }
    };
    format!("Matching rule {}: {words}", rule.name)
}

fn expression(expression: &MatchExpression) -> String {
    let join = |parts: &[MatchExpression], word: &str| {
        let parts: Vec<_> = parts.iter().map(self::expression).collect();
        parts.join(word)
    };
    match expression {
        MatchExpression::Pair(left, right) if left == right => left.clone(),
        MatchExpression::Pair(left, right) => format!("{left} = {right}"),
        MatchExpression::All(parts) => join(parts, " and "),
        MatchExpression::Any(parts) => format!("({})", join(parts, " or ")),
    }
}

/// Direction that a rule has in its mapping.
#[must_use]
pub fn effective_direction(rule: &PropertyRule, mapping: &Mapping) -> MappingDirection {
    match rule.direction {
        MappingDirection::FromMapping if mapping.direction == MappingDirection::FromMapping => {
            MappingDirection::Both
        }
        MappingDirection::FromMapping => mapping.direction,
        other => other,
    }
}

fn rule(ui: &Ui, rect: Rect, rule: &PropertyRule, mapping: &Mapping, model: &Model, middle: f32) -> String {
    let colors = tokens(ui);
    let (icon, color, direction) = badge::mapping_direction(colors, effective_direction(rule, mapping));
    let off = rule.lifecycle == Lifecycle::Off || rule.direction == MappingDirection::DoNotMap;
    let color = if off { colors.text_disabled } else { color };
    let mut right = rect.right() - 8.0;
    let mut states = Vec::new();
    let marks = [
        (rule.condition.is_some(), Icon::Condition, "conditional"),
        (rule.do_not_overwrite, Icon::Once, "does not overwrite"),
        (rule.ignore_case, Icon::IgnoreCase, "ignores case"),
    ];
    for (set, icon, words) in marks {
        if set {
            right = mark(ui, rect, right, icon, colors.text_secondary);
            states.push(words);
        }
    }
    if rule.lifecycle != Lifecycle::Active {
        let words = words::lifecycle(rule.lifecycle);
        let width = text::line(ui.painter(), words, theme::caption(), color, f32::INFINITY).size().x + 14.0;
        let slot = Rect::from_min_max(pos2(right - width, rect.top()), pos2(right, rect.bottom()));
        badge::paint(ui, slot, words, if off { colors.text_secondary } else { colors.warning });
        right = slot.left() - 4.0;
        states.push(words);
    }
    let conversion = model.conversion(rule, effective_direction(rule, mapping)).filter(|_| !off);
    if conversion.as_ref().is_some_and(|conversion| !conversion.works) {
        right = mark(ui, rect, right, Icon::Warning, colors.warning);
    }
    let rest = Rect::from_min_max(pos2(rect.left() + 10.0, rect.top()), pos2(right, rect.bottom()));
    let name_color = |side: usize, name: &str| {
        if !model.known[side].contains_key(name) {
            colors.danger
        } else if off {
            colors.text_disabled
        } else {
            colors.text
        }
    };
    let names = [name_color(0, &rule.left), name_color(1, &rule.right)];
    pair(ui, rest, middle, &rule.left, &rule.right, (icon, color), names);
    if let Some(conversion) = &conversion {
        hint(ui, rest, middle + 16.0, &rule.right, conversion);
    }
    let mut name = format!("Rule {}: {} {direction} {}", rule.name, rule.left, rule.right);
    for state in states {
        name.push_str(", ");
        name.push_str(state);
    }
    if let Some(Conversion { words, works }) = conversion {
        name.push_str(", ");
        name.push_str(&words);
        if !works {
            name.push_str(" cannot be converted");
        }
    }
    name
}

/// Both types at the right, if the name leaves room for them.
fn hint(ui: &Ui, rect: Rect, left: f32, name: &str, conversion: &Conversion) {
    let colors = tokens(ui);
    let color = if conversion.works { colors.text_secondary } else { colors.warning };
    let words = text::line(ui.painter(), &conversion.words, theme::caption(), color, f32::INFINITY);
    let name = text::line(ui.painter(), name, theme::body(), color, f32::INFINITY);
    let free = Rect::from_min_max(pos2(left + name.size().x + 12.0, rect.top()), rect.max);
    if words.size().x <= free.width() {
        text::paint_line(ui, free, words, color, Align::Max);
    }
}

/// Where the sign between both names stands, from the left of the list: in one line down the list, whatever
/// marks a row has. In the middle, but further right where the left names would be cut there.
fn middle(ui: &Ui, mapping: &Mapping) -> f32 {
    // Left of a name and between it and the centre of the sign.
    const RULE: f32 = 10.0 + 16.0;
    const MATCHING: f32 = 34.0 + 16.0;
    let measure = |name: &str| {
        text::line(ui.painter(), name, theme::body(), Color32::PLACEHOLDER, f32::INFINITY).size().x
    };
    let rules = mapping.rules.iter().map(|rule| RULE + measure(&rule.left));
    let matching = mapping.matching.iter().filter_map(|rule| match &rule.on {
        MatchExpression::Pair(left, _) => Some(MATCHING + measure(left)),
        _ => None,
    });
    let least = rules.chain(matching).fold(0.0, f32::max);
    let width = ui.available_width();
    ((width - 48.0) * 0.5).max(least.min(width * 0.6))
}

/// Left name, sign, right name.
fn pair(
    ui: &Ui,
    rect: Rect,
    middle: f32,
    left: &str,
    right: &str,
    sign: (Icon, Color32),
    names: [Color32; 2],
) {
    let (icon, color) = sign;
    let sign = Rect::from_center_size(pos2(middle, rect.center().y), vec2(20.0, rect.height()));
    icon.paint_sized(ui, sign, color, 14.0);
    let before = Rect::from_min_max(rect.min, pos2(sign.left() - 6.0, rect.bottom()));
    let after = Rect::from_min_max(pos2(sign.right() + 6.0, rect.top()), rect.max);
    text::cell(ui, before, left, theme::body(), names[0], Align::Min);
    text::cell(ui, after, right, theme::body(), names[1], Align::Min);
}

fn mark(ui: &Ui, rect: Rect, right: f32, icon: Icon, color: Color32) -> f32 {
    let slot = Rect::from_min_max(pos2(right - 14.0, rect.top()), pos2(right, rect.bottom()));
    icon.paint_sized(ui, slot, color, 13.0);
    right - 19.0
}
