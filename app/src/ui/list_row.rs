//! The row of lists and trees: full-width hover, a clear selected state, icon, text, remark at the right.

use egui::{
    Align, Color32, CornerRadius, Rect, Response, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{Icon, button, text, theme, tokens};

/// A row of a list or tree.
#[derive(Debug, Clone)]
pub struct ListRow {
    text: String,
    secondary: String,
    remark: String,
    icon: Option<(Icon, Option<Color32>)>,
    expanded: Option<bool>,
    selected: bool,
    strong: bool,
    faded: bool,
    indent: f32,
    name: Option<String>,
}

impl ListRow {
    /// A row with a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            secondary: String::new(),
            remark: String::new(),
            icon: None,
            expanded: None,
            selected: false,
            strong: false,
            faded: false,
            indent: 0.0,
            name: None,
        }
    }

    /// Adds an icon, in the text colour or its own.
    #[must_use]
    pub const fn icon(mut self, icon: Icon, color: Option<Color32>) -> Self {
        self.icon = Some((icon, color));
        self
    }

    /// Adds text in the secondary colour behind the text.
    #[must_use]
    pub fn secondary(mut self, secondary: impl Into<String>) -> Self {
        self.secondary = secondary.into();
        self
    }

    /// Adds a remark at the right edge.
    #[must_use]
    pub fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = remark.into();
        self
    }

    /// Draws a triangle before the row.
    #[must_use]
    pub const fn expanded(mut self, expanded: bool) -> Self {
        self.expanded = Some(expanded);
        self
    }

    /// Draws the row as selected.
    #[must_use]
    pub const fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }

    /// Draws the text in a stronger weight.
    #[must_use]
    pub const fn strong(mut self) -> Self {
        self.strong = true;
        self
    }

    /// Draws the row as not taking part.
    #[must_use]
    pub const fn faded(mut self, faded: bool) -> Self {
        self.faded = faded;
        self
    }

    /// Indents the row by so many steps.
    #[must_use]
    pub const fn indent(mut self, steps: f32) -> Self {
        self.indent = steps;
        self
    }

    /// Gives an accessible name other than the text.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Shows the row over the whole width.
    pub fn show(self, ui: &mut Ui) -> Response {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::click());
        let name = self.name.as_deref().unwrap_or(&self.text);
        response.widget_info(|| WidgetInfo::selected(Role::ListItem, ui.is_enabled(), self.selected, name));
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, &response);
        }
        response
    }

    fn paint(&self, ui: &Ui, rect: Rect, response: &Response) {
        let colors = tokens(ui);
        background(ui, rect.shrink2(vec2(4.0, 0.0)), self.selected, response);
        if response.has_focus() {
            button::focus_ring(ui, rect.shrink2(vec2(5.0, 1.0)));
        }
        let mut x = rect.left() + 8.0 + self.indent * 16.0;
        let slot = |x: f32| Rect::from_min_size(pos2(x, rect.top()), vec2(16.0, rect.height()));
        if let Some(expanded) = self.expanded {
            let icon = if expanded { Icon::ChevronDown } else { Icon::ChevronRight };
            icon.paint_sized(ui, slot(x), colors.text_secondary, 12.0);
            x += 18.0;
        }
        if let Some((icon, color)) = self.icon {
            let color =
                if self.faded { colors.text_disabled } else { color.unwrap_or(colors.text_secondary) };
            icon.paint(ui, slot(x), color);
            x += 24.0;
        }
        let mut right = rect.right() - 12.0;
        if !self.remark.is_empty() {
            let galley =
                text::line(ui.painter(), &self.remark, theme::caption(), colors.text_secondary, rect.width());
            let remark =
                Rect::from_min_max(pos2(right - galley.size().x, rect.top()), pos2(right, rect.bottom()));
            right = remark.left() - 8.0;
            text::paint_line(ui, remark, galley, colors.text_secondary, Align::Max);
        }
        let color = if self.faded { colors.text_disabled } else { colors.text };
        let font = if self.strong { theme::medium() } else { theme::body() };
        let galley = text::line(ui.painter(), &self.text, font, color, right - x);
        let text_end = x + galley.size().x;
        let whole = Rect::from_min_max(pos2(x, rect.top()), pos2(right, rect.bottom()));
        text::paint_line(ui, whole, galley, color, Align::Min);
        if !self.secondary.is_empty() && text_end + 24.0 < right {
            let rest = Rect::from_min_max(pos2(text_end + 8.0, rect.top()), pos2(right, rect.bottom()));
            text::cell(ui, rest, &self.secondary, theme::body(), colors.text_secondary, Align::Min);
        }
    }
}

/// The background of a row: selected, hovered, or nothing.
pub fn background(ui: &Ui, rect: Rect, selected: bool, response: &Response) {
    background_part(ui, rect, selected, response, false, false);
}

/// The background of a row that is part of a block: a selected row is joined to the one above or below.
pub fn background_part(ui: &Ui, rect: Rect, selected: bool, response: &Response, above: bool, below: bool) {
    let colors = tokens(ui);
    let radius = |joined: bool| if joined && selected { 0 } else { 5 };
    let fill = if selected {
        colors.selected
    } else if response.hovered() {
        colors.hover
    } else {
        return;
    };
    let (top, bottom) = (radius(above), radius(below));
    ui.painter().rect_filled(rect, CornerRadius { nw: top, ne: top, sw: bottom, se: bottom }, fill);
}
