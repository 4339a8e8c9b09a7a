//! A schema property in the inspector.

use egui::Ui;
use syncwright_core::project::{PropertyRef, PropertyRule, Side};

use super::{group_ui, head_ui};
use crate::{
    action::{Action, Actions, Selection},
    document::Document,
    ui::{Icon, ListRow, badge, field, text, theme, tokens},
};

/// Shows a property; false if it is not there.
pub fn property_ui(
    ui: &mut Ui,
    document: &Document,
    side: Side,
    class_name: &str,
    name: &str,
    actions: &mut Actions,
) -> bool {
    let project = document.project();
    let Some(class) = project.system(side).schema.class(class_name) else { return false };
    let Some(property) = class.property(name) else { return false };
    let colors = tokens(ui);
    let (icon, kind) = match property {
        PropertyRef::Column(_) => (Icon::Table, "Schema property"),
        PropertyRef::Virtual(_) => (Icon::Virtual, "Virtual schema property"),
    };
    head_ui(ui, icon, colors.side(side), kind, name);
    ui.horizontal(|ui| {
        badge::side_ui(ui, side);
        if class.schema_type.is_key(name) {
            badge::badge_with_icon_ui(ui, Some(Icon::Key), "key", colors.text_secondary);
        }
        if property.is_secret() {
            badge::badge_with_icon_ui(ui, Some(Icon::Lock), "sensitive", colors.warning);
        }
    });
    ui.add_space(theme::S2);
    field::fact_ui(ui, "Class", class.name);
    field::fact_ui(ui, "Type", &property.value_type().label());
    match property {
        PropertyRef::Column(column) => {
            field::fact_ui(ui, "In the database", &column.native_type);
            field::fact_ui(ui, "Required", if column.mandatory { "yes" } else { "no" });
            if let Some(length) = column.max_length {
                field::fact_ui(
                    ui,
                    "Longest text",
                    &text::count(u64::from(length), "character", "characters"),
                );
            }
            if let Some(default) = &column.default_value {
                field::fact_ui(ui, "Default", default);
            }
            let reference =
                class.schema_type.foreign_keys.iter().find(|key| key.properties.iter().any(|at| at == name));
            if let Some(key) = reference {
                let target = format!("{}.{}", key.references, key.referenced_properties.join(", "));
                field::fact_ui(ui, "Refers to", &target);
            }
            if column.compatible_nulls {
                field::fact_ui(ui, "NULL", "the same as empty");
            }
            if column.revision_counter {
                field::fact_ui(ui, "Revision counter", "yes; never compared");
            }
            if !column.comment.is_empty() {
                text::hint_ui(ui, column.comment.as_str());
            }
        }
        PropertyRef::Virtual(computed) => {
            field::fact_ui(ui, "Required", if computed.mandatory { "yes" } else { "no" });
        }
    }

    group_ui(ui, "Rules that use it");
    let mut used = false;
    for mapping in &project.mappings {
        let of = if side == Side::Left { &mapping.left } else { &mapping.right };
        if of != class_name {
            continue;
        }
        let uses =
            |rule: &&PropertyRule| if side == Side::Left { rule.left == name } else { rule.right == name };
        for rule in mapping.rules.iter().filter(uses) {
            used = true;
            let (icon, color, _) = badge::mapping_direction(colors, rule.direction);
            let row = ListRow::new(rule.name.as_str())
                .icon(icon, Some(color))
                .remark(mapping.name.as_str())
                .name(format!("Show rule {}", rule.name));
            if row.show(ui).clicked() {
                actions.push(Action::Select(Selection::Rule {
                    mapping: mapping.name.clone(),
                    rule: rule.name.clone(),
                }));
            }
        }
    }
    if !used {
        text::hint_ui(ui, "None.");
    }
    true
}
