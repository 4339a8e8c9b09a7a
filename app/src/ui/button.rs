//! Buttons: primary, secondary, quiet and dangerous; with icon, text or both.

use egui::{
    Color32, CornerRadius, Rect, Response, Sense, Stroke, StrokeKind, Ui, Widget, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::{Icon, text, theme, tokens};

/// Weight of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The one thing to do next.
    Primary,
    /// Any other action.
    Secondary,
    /// An action that should not draw the eye: no frame until hovered.
    Quiet,
    /// Writes or destroys.
    Danger,
}

/// A button. Its text is also its accessible name.
#[derive(Debug, Clone)]
pub struct Button {
    text: String,
    icon: Option<Icon>,
    kind: Kind,
    enabled: bool,
    only_icon: bool,
    min_width: f32,
}

impl Button {
    /// A secondary button.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            icon: None,
            kind: Kind::Secondary,
            enabled: true,
            only_icon: false,
            min_width: 0.0,
        }
    }

    /// A primary button.
    #[must_use]
    pub fn primary(text: impl Into<String>) -> Self {
        Self { kind: Kind::Primary, ..Self::new(text) }
    }

    /// A quiet button.
    #[must_use]
    pub fn quiet(text: impl Into<String>) -> Self {
        Self { kind: Kind::Quiet, ..Self::new(text) }
    }

    /// Sets the weight.
    #[must_use]
    pub const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Adds an icon before the text.
    #[must_use]
    pub const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Shows the icon alone; the text stays the accessible name.
    #[must_use]
    pub const fn only_icon(mut self) -> Self {
        self.only_icon = true;
        self
    }

    /// Greys the button out unless `enabled`.
    #[must_use]
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Makes the button at least so wide.
    #[must_use]
    pub const fn min_width(mut self, width: f32) -> Self {
        self.min_width = width;
        self
    }
}

impl Widget for Button {
    fn ui(self, ui: &mut Ui) -> Response {
        let enabled = self.enabled && ui.is_enabled();
        ui.add_enabled_ui(enabled, |ui| paint_button(self, ui)).inner
    }
}

fn paint_button(button: Button, ui: &mut Ui) -> Response {
    let colors = tokens(ui);
    let filled = matches!(button.kind, Kind::Primary | Kind::Danger);
    let font = if filled { theme::medium() } else { theme::body() };
    let padding = if button.only_icon { 6.0 } else { 12.0 };
    let icon_width = if button.icon.is_some() { theme::ICON } else { 0.0 };
    let gap = if button.icon.is_some() && !button.only_icon { 6.0 } else { 0.0 };
    let shown = if button.only_icon { "" } else { &button.text };
    let room = (ui.available_width() - 2.0 * padding - icon_width - gap).max(16.0);
    let galley = text::line(ui.painter(), shown, font, Color32::PLACEHOLDER, room);
    let width = (2.0 * padding + icon_width + gap + galley.size().x).max(button.min_width);
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme::CONTROL), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &button.text));
    if !ui.is_rect_visible(rect) {
        return response;
    }

    let accent = if button.kind == Kind::Danger { colors.danger } else { colors.target };
    let hovered = response.hovered() || response.has_focus();
    let pressed = response.is_pointer_button_down_on();
    let (fill, border, text_color) = match button.kind {
        Kind::Primary | Kind::Danger if !ui.is_enabled() => {
            (colors.hover, colors.border, colors.text_secondary)
        }
        Kind::Primary | Kind::Danger => {
            let fill = if pressed {
                accent.lerp_to_gamma(colors.canvas, 0.22)
            } else if hovered {
                accent.lerp_to_gamma(colors.text, 0.14)
            } else {
                accent
            };
            (fill, Color32::TRANSPARENT, colors.on_accent)
        }
        Kind::Secondary | Kind::Quiet => {
            let quiet = button.kind == Kind::Quiet;
            let fill = if pressed || hovered {
                colors.hover
            } else if quiet {
                Color32::TRANSPARENT
            } else {
                colors.raised
            };
            let border = if quiet {
                Color32::TRANSPARENT
            } else if ui.is_enabled() {
                colors.border_strong
            } else {
                colors.border
            };
            (fill, border, if ui.is_enabled() { colors.text } else { colors.text_secondary })
        }
    };
    let painter = ui.painter();
    let radius = CornerRadius::same(theme::RADIUS);
    painter.rect(rect, radius, fill, Stroke::new(1.0, border), StrokeKind::Inside);
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    let content = 2.0 * padding + icon_width + gap + galley.size().x;
    let mut x = rect.left() + padding + (rect.width() - content) / 2.0;
    if let Some(icon) = button.icon {
        let icon_rect = Rect::from_min_size(pos2(x, rect.top()), vec2(theme::ICON, rect.height()));
        icon.paint(ui, icon_rect, text_color);
        x += icon_width + gap;
    }
    let text_rect = Rect::from_min_max(pos2(x, rect.top()), rect.max);
    let top = rect.center().y - galley.size().y / 2.0;
    painter.galley_with_override_text_color(pos2(text_rect.left(), top), galley, text_color);
    response
}

/// The ring around what has the keyboard focus.
pub fn focus_ring(ui: &Ui, rect: Rect) {
    let colors = tokens(ui);
    ui.painter().rect_stroke(
        rect.expand(1.0),
        CornerRadius::same(theme::RADIUS + 1),
        Stroke::new(1.5, colors.target),
        StrokeKind::Outside,
    );
}

/// A quiet button of one icon, named `name`, explained by its tooltip.
pub fn icon_button_ui(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    ui.add(Button::quiet(name).icon(icon).only_icon()).on_hover_text(name)
}

/// Paints one of several choices of a segmented control; true if it was chosen.
pub fn segment_ui(ui: &mut Ui, selected: bool, name: &str) -> bool {
    let colors = tokens(ui);
    let font = if selected { theme::medium() } else { theme::body() };
    let galley = text::line(ui.painter(), name, font, Color32::PLACEHOLDER, f32::INFINITY);
    let size = vec2(galley.size().x + 24.0, theme::CONTROL);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), selected, name));
    if selected || response.hovered() {
        let fill = if selected { colors.selected } else { colors.hover };
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS), fill);
    }
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    let color = if selected { colors.text } else { colors.text_secondary };
    let galley_size = galley.size();
    ui.painter().galley_with_override_text_color(rect.center() - galley_size / 2.0, galley, color);
    response.clicked()
}
