//! How egui's own widgets are dressed in the tokens.

use egui::{
    CornerRadius, Margin, Shadow, Stroke, Style, TextStyle,
    style::{ScrollStyle, Selection, WidgetVisuals, Widgets},
    vec2,
};

use super::{CONTROL, RADIUS, Tokens, fonts};

/// Dresses `style` in `tokens`.
pub(super) fn dress(style: &mut Style, tokens: &Tokens, dark: bool) {
    style.text_styles = [
        (TextStyle::Small, fonts::caption()),
        (TextStyle::Body, fonts::body()),
        (TextStyle::Button, fonts::body()),
        (TextStyle::Heading, fonts::heading()),
        (TextStyle::Monospace, fonts::mono()),
    ]
    .into();
    style.animation_time = 0.1;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;

    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 6.0);
    spacing.button_padding = vec2(10.0, 5.0);
    spacing.interact_size = vec2(40.0, CONTROL);
    spacing.menu_margin = Margin::same(6);
    spacing.window_margin = Margin::same(16);
    spacing.menu_width = 240.0;
    spacing.combo_width = 120.0;
    spacing.combo_height = 320.0;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 8.0;
    spacing.indent = 16.0;
    spacing.tooltip_width = 380.0;
    spacing.scroll = ScrollStyle { bar_width: 8.0, floating_width: 4.0, ..ScrollStyle::floating() };

    let visuals = &mut style.visuals;
    visuals.dark_mode = dark;
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(tokens.text_secondary);
    visuals.widgets = widgets(tokens);
    visuals.selection = Selection { bg_fill: tokens.selected, stroke: Stroke::new(1.0, tokens.target) };
    visuals.hyperlink_color = tokens.target;
    visuals.faint_bg_color = tokens.canvas;
    visuals.extreme_bg_color = tokens.canvas;
    visuals.text_edit_bg_color = Some(if dark { tokens.canvas } else { tokens.panel });
    visuals.code_bg_color = tokens.hover;
    visuals.warn_fg_color = tokens.warning;
    visuals.error_fg_color = tokens.danger;
    visuals.window_fill = tokens.raised;
    visuals.window_stroke = Stroke::new(1.0, tokens.border);
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.panel_fill = tokens.panel;
    let shadow = Shadow { offset: [0, 6], blur: 20, spread: 0, color: tokens.shadow };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.text_cursor.stroke = Stroke::new(1.5, tokens.target);
    visuals.striped = false;
    visuals.slider_trailing_fill = true;
    visuals.disabled_alpha = 0.6;
    visuals.indent_has_left_vline = false;
}

fn widgets(tokens: &Tokens) -> Widgets {
    let radius = CornerRadius::same(RADIUS);
    let state = |fill, border, text| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, border),
        corner_radius: radius,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    Widgets {
        noninteractive: state(tokens.panel, tokens.border, tokens.text),
        inactive: state(tokens.raised, tokens.border_strong, tokens.text),
        hovered: state(tokens.hover, tokens.border_strong, tokens.text),
        active: state(tokens.hover, tokens.target, tokens.text),
        open: state(tokens.hover, tokens.target, tokens.text),
    }
}
