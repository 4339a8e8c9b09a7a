//! A property mapping rule or an object matching rule in the inspector.

use egui::Ui;
use syncwright_core::project::{Condition, Lifecycle, MappingDirection, PropertyRule, RuleKind, Side};

use super::{group_ui, head_ui};
use crate::{
    action::{Action, Actions, Selection},
    document::{Document, Edit, RuleEdit},
    ui::{Icon, ListRow, field, text, theme, tokens},
};

const DIRECTIONS: [(MappingDirection, &str); 5] = [
    (MappingDirection::FromMapping, "As the mapping"),
    (MappingDirection::Both, "Both directions"),
    (MappingDirection::ToTarget, "To target"),
    (MappingDirection::ToCentral, "To central"),
    (MappingDirection::DoNotMap, "Do not map"),
];

const LIFECYCLES: [(Lifecycle, &str); 3] = [
    (Lifecycle::Active, "Active"),
    (Lifecycle::Proposed, "Proposed (only simulated)"),
    (Lifecycle::Off, "Off"),
];

/// Shows a property mapping rule; false if it is not there.
pub fn rule_ui(ui: &mut Ui, document: &Document, mapping: &str, rule: &str, actions: &mut Actions) -> bool {
    let Some(found) = document.project().mapping(mapping) else { return false };
    let Some(rule) = found.rules.iter().find(|found| found.name == rule) else { return false };
    let colors = tokens(ui);
    let title = if rule.display_name.is_empty() { &rule.name } else { &rule.display_name };
    let kind = match rule.kind {
        RuleKind::Value => "Mapping rule · value comparison",
        RuleKind::MultiReference => "Mapping rule · multi-reference",
    };
    head_ui(ui, Icon::Mapping, colors.text_secondary, kind, title);
    ui.spacing_mut().item_spacing.y = 2.0;
    for (side, class, property) in
        [(Side::Left, &found.left, &rule.left), (Side::Right, &found.right, &rule.right)]
    {
        let row = ListRow::new(property.as_str())
            .icon(Icon::Table, Some(colors.side(side)))
            .remark(class.as_str())
            .name(format!("{} property {property}", if side == Side::Left { "Central" } else { "Target" }));
        if row.show(ui).clicked() {
            actions.push(Action::Select(Selection::Property {
                side,
                class: class.clone(),
                property: property.clone(),
            }));
        }
    }
    ui.add_space(theme::S2);
    ui.push_id(("rule", mapping, &rule.name), |ui| {
        for edit in settings_ui(ui, rule) {
            actions.push(Action::Edit(Edit::Rule {
                mapping: mapping.to_owned(),
                rule: rule.name.clone(),
                edit,
            }));
        }
    });
    true
}

fn settings_ui(ui: &mut Ui, rule: &PropertyRule) -> Vec<RuleEdit> {
    let mut edits = Vec::new();
    let width = ui.available_width() - 4.0;
    field::form_ui(ui, "State", |ui| {
        edits.extend(
            field::choice_ui(ui, "State of the rule", rule.lifecycle, &LIFECYCLES, width)
                .map(RuleEdit::Lifecycle),
        );
    });
    field::form_ui(ui, "Direction", |ui| {
        let chosen = field::choice_ui(ui, "Direction of the rule", rule.direction, &DIRECTIONS, width);
        edits.extend(chosen.map(RuleEdit::Direction));
    });
    let name = field::form_ui(ui, "Display name", |ui| {
        field::draft_ui(ui, "Display name", &rule.display_name, false, false)
    });
    edits.extend(name.map(RuleEdit::DisplayName));

    group_ui(ui, "Comparing and writing");
    edits.extend(field::switch_ui(ui, "Ignore case", rule.ignore_case).map(RuleEdit::IgnoreCase));
    edits.extend(
        field::switch_ui(ui, "Do not overwrite", rule.do_not_overwrite).map(RuleEdit::DoNotOverwrite),
    );
    ui.add_space(theme::S1);
    condition_ui(ui, rule, &mut edits);

    let flags = [
        (rule.ignore_direction_on_insert, "Ignores the direction on insert"),
        (rule.force_against_direction, "Forced against the direction"),
        (rule.detect_rogue_modifications, "Detects rogue modifications"),
        (rule.correct_rogue_modifications, "Corrects rogue modifications"),
        (rule.first_value_as_single_value, "Uses the first value"),
        (rule.no_merge_mode, "No merge mode"),
    ];
    if flags.iter().any(|(set, _)| *set) || !rule.description.is_empty() {
        group_ui(ui, "Further settings");
        for (_, words) in flags.iter().filter(|(set, _)| *set) {
            text::body_ui(ui, *words);
        }
        if !rule.description.is_empty() {
            text::hint_ui(ui, rule.description.as_str());
        }
    }
    edits
}

fn condition_ui(ui: &mut Ui, rule: &PropertyRule, edits: &mut Vec<RuleEdit>) {
    let (label, value) = match &rule.condition {
        Some(Condition::Script(script)) => ("Applies only where this script says so", script.as_str()),
        Some(Condition::Expression(expression)) => ("Applies only where", expression.as_str()),
        None => ("Applies only where (everywhere if empty)", ""),
    };
    let typed = field::form_ui(ui, label, |ui| field::draft_ui(ui, "Condition", value, true, true));
    if let Some(typed) = typed {
        let is_script = matches!(rule.condition, Some(Condition::Script(_)));
        let condition = match typed.trim() {
            "" => None,
            _ if is_script => Some(Condition::Script(typed)),
            _ => Some(Condition::Expression(typed)),
        };
        edits.push(RuleEdit::Condition(condition));
    }
}

/// Shows an object matching rule; false if it is not there.
pub fn matching_ui(ui: &mut Ui, document: &Document, mapping: &str, rule: &str) -> bool {
    let Some(found) = document.project().mapping(mapping) else { return false };
    let Some(place) = found.matching.iter().position(|found| found.name == rule) else { return false };
    let rule = &found.matching[place];
    let colors = tokens(ui);
    head_ui(ui, Icon::Key, colors.text_secondary, "Object matching rule", &rule.name);
    let order = if place == 0 {
        "Primary: tried first, for every object.".to_owned()
    } else {
        format!("Alternative {place}: tried for objects that the rules above did not identify.")
    };
    text::hint_ui(ui, order);
    group_ui(ui, "Equal in both systems");
    for pair in rule.on.pairs() {
        ui.horizontal(|ui| {
            text::label_ui(ui, pair.left, theme::medium(), colors.central);
            text::label_ui(ui, "=", theme::body(), colors.text_secondary);
            text::label_ui(ui, pair.right, theme::medium(), colors.target);
        });
    }
    ui.add_space(theme::S1);
    text::hint_ui(
        ui,
        if rule.ignore_case { "Texts that differ only by case are equal." } else { "Case counts." },
    );
    text::hint_ui(ui, "Objects whose value is NULL or empty are not matched by this rule.");
    true
}
