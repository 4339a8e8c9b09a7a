//! The bar at the top: menus, the name of the file, the start up configuration with Simulate and Run.

use egui::{
    Align, Color32, Context, CornerRadius, Layout, MenuBar, Rect, Response, Sense, Ui, UiBuilder, Widget,
    WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{app::Editor, settings::ThemeChoice};
use crate::{
    action::{Action, Actions},
    command::{Availability, Command, button_ui},
    ui::{Button, Icon, field, text, theme, tokens},
};

const MENUS: [(&str, &[Option<Command>]); 6] = [
    (
        "File",
        &[
            Some(Command::NewProject),
            Some(Command::OpenProject),
            Some(Command::OpenSample),
            None,
            Some(Command::Save),
            Some(Command::Reload),
            Some(Command::CloseProject),
            None,
            Some(Command::Quit),
        ],
    ),
    ("Edit", &[Some(Command::Undo), Some(Command::Redo), None, Some(Command::Palette)]),
    (
        "View",
        &[
            Some(Command::ToggleNavigation),
            Some(Command::ToggleInspector),
            Some(Command::ToggleMessages),
            None,
            Some(Command::CloseTab),
            Some(Command::NextTab),
            Some(Command::PreviousTab),
            None,
            Some(Command::ThemeSystem),
            Some(Command::ThemeDark),
            Some(Command::ThemeLight),
            None,
            Some(Command::ZoomIn),
            Some(Command::ZoomOut),
            Some(Command::ZoomReset),
        ],
    ),
    (
        "Project",
        &[
            Some(Command::ShowProject),
            Some(Command::ShowCentral),
            Some(Command::ShowTarget),
            None,
            Some(Command::UpdateCentralSchema),
            Some(Command::UpdateTargetSchema),
            Some(Command::CompressSchema),
            None,
            Some(Command::NewMapping),
            Some(Command::CopyMapping),
            Some(Command::InvertMapping),
            Some(Command::RenameMapping),
            Some(Command::DeleteMapping),
            None,
            Some(Command::Passwords),
            Some(Command::SaveTemplate),
            None,
            Some(Command::Activate),
            Some(Command::Deactivate),
        ],
    ),
    (
        "Run",
        &[
            Some(Command::Simulate),
            Some(Command::Run),
            Some(Command::CancelTask),
            None,
            Some(Command::ShowLogs),
        ],
    ),
    ("Help", &[Some(Command::Shortcuts), Some(Command::About)]),
];

/// Shows the bar.
pub fn menu_bar_ui(ui: &mut Ui, editor: &Editor, available: &Availability, actions: &mut Actions) {
    let area = ui.max_rect();
    let place = |ui: &mut Ui, layout| ui.new_child(UiBuilder::new().max_rect(area).layout(layout));
    // Two children over the whole bar: a menu bar takes all the width that it is given.
    let mut left = place(ui, Layout::left_to_right(Align::Center));
    let menus =
        left.allocate_ui(vec2(MENUS_WIDTH, area.height()), |ui| menus_ui(ui, editor, available, actions));
    if editor.document.is_some() {
        let mut right = place(ui, Layout::right_to_left(Align::Center));
        start_ui(&mut right, editor, available, actions);
        let free = Rect::from_x_y_ranges(
            menus.response.rect.left() + MENUS_WIDTH..=right.min_rect().left(),
            area.y_range(),
        );
        title_ui(ui, editor, free, area);
    }
}

/// Width that the menus need.
const MENUS_WIDTH: f32 = 300.0;
/// Least width of a menu.
const MENU_WIDTH: f32 = 240.0;

fn menus_ui(ui: &mut Ui, editor: &Editor, available: &Availability, actions: &mut Actions) {
    ui.set_max_width(MENUS_WIDTH);
    MenuBar::new().ui(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.spacing_mut().button_padding = vec2(9.0, 4.0);
        for (name, commands) in MENUS {
            ui.menu_button(name, |ui| menu_ui(ui, commands, editor, available, actions));
        }
    });
}

fn menu_ui(
    ui: &mut Ui,
    commands: &[Option<Command>],
    editor: &Editor,
    available: &Availability,
    actions: &mut Actions,
) {
    let rows: Vec<Option<(Command, MenuRow)>> = commands
        .iter()
        .map(|command| command.map(|command| (command, MenuRow::new(ui, editor, command))))
        .collect();
    let width = rows.iter().flatten().map(|(_, row)| row.least_width(ui)).fold(MENU_WIDTH, f32::max);
    ui.set_width(width);
    ui.spacing_mut().item_spacing.y = 2.0;
    for row in rows {
        let Some((command, row)) = row else {
            ui.separator();
            continue;
        };
        let why = available.why_disabled(command);
        let response = ui.add_enabled(why.is_none(), row);
        let response = match why {
            Some(why) => response.on_disabled_hover_text(why),
            None => response.on_hover_text(command.tooltip()),
        };
        if response.clicked() {
            actions.push(Action::Command(command));
            ui.close();
        }
    }
}

/// A row of a menu: icon or check mark, text, keys at the right.
struct MenuRow {
    text: String,
    keys: String,
    icon: Option<Icon>,
    on: Option<bool>,
}

impl MenuRow {
    const ICONS: f32 = 30.0;

    fn new(ui: &Ui, editor: &Editor, command: Command) -> Self {
        Self {
            text: label(editor, command),
            keys: command.shortcut().map(|keys| ui.ctx().format_shortcut(&keys)).unwrap_or_default(),
            icon: command.icon(),
            on: is_on(editor, command),
        }
    }

    /// Width in which text and keys stand well apart.
    fn least_width(&self, ui: &Ui) -> f32 {
        let measure = |words: &str, font| {
            text::line(ui.painter(), words, font, Color32::PLACEHOLDER, f32::INFINITY).size().x
        };
        let words = measure(&self.text, theme::body()) + measure(&self.keys, theme::caption());
        Self::ICONS + words + 32.0 + theme::S2
    }
}

impl Widget for MenuRow {
    fn ui(self, ui: &mut Ui) -> Response {
        let colors = tokens(ui);
        let enabled = ui.is_enabled();
        let color = if enabled { colors.text } else { colors.text_secondary };
        let quiet = colors.text_secondary;
        let lay_out = |words: &str, font, color| text::line(ui.painter(), words, font, color, f32::INFINITY);
        let words = lay_out(&self.text, theme::body(), color);
        let keys = lay_out(&self.keys, theme::caption(), quiet);
        let size = vec2(ui.available_width(), theme::CONTROL);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| match self.on {
            Some(on) => WidgetInfo::selected(Role::MenuItemCheckBox, enabled, on, &self.text),
            None => WidgetInfo::labeled(Role::MenuItem, enabled, &self.text),
        });
        if enabled && (response.hovered() || response.has_focus()) {
            ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS - 1), colors.hover);
        }
        let slot = Rect::from_min_size(rect.min, vec2(Self::ICONS, rect.height()));
        match (self.on, self.icon) {
            (Some(true), _) => Icon::Check.paint_sized(ui, slot, colors.target, 14.0),
            (None, Some(icon)) => icon.paint_sized(ui, slot, quiet, 14.0),
            (Some(false), _) | (None, None) => {}
        }
        let place = Rect::from_min_max(pos2(slot.right(), rect.top()), rect.right_bottom() - vec2(8.0, 0.0));
        text::paint_line(ui, place, words, color, Align::Min);
        text::paint_line(ui, place, keys, quiet, Align::Max);
        response
    }
}

/// Text of a command in a menu; undo and redo say what.
fn label(editor: &Editor, command: Command) -> String {
    let document = editor.document.as_ref();
    let what = match command {
        Command::Undo => document.and_then(|document| document.undo_label()),
        Command::Redo => document.and_then(|document| document.redo_label()),
        _ => None,
    };
    what.map_or_else(|| command.text().to_owned(), |what| format!("{} {what}", command.text()))
}

/// Whether a command that switches something is on; nothing for the others.
fn is_on(editor: &Editor, command: Command) -> Option<bool> {
    Some(match command {
        Command::ToggleNavigation => editor.settings.navigation,
        Command::ToggleInspector => editor.settings.inspector,
        Command::ToggleMessages => editor.settings.messages,
        Command::ThemeSystem => editor.settings.theme == ThemeChoice::System,
        Command::ThemeDark => editor.settings.theme == ThemeChoice::Dark,
        Command::ThemeLight => editor.settings.theme == ThemeChoice::Light,
        _ => return None,
    })
}

/// From right to left: Run, Simulate, the start up configuration.
fn start_ui(ui: &mut Ui, editor: &Editor, available: &Availability, actions: &mut Actions) {
    button_ui(ui, Button::new(Command::Run.text()), Command::Run, available, actions);
    button_ui(ui, Button::primary(Command::Simulate.text()), Command::Simulate, available, actions);
    let Some(document) = &editor.document else { return };
    let names: Vec<(usize, &str)> = document
        .project()
        .start_ups
        .iter()
        .map(syncwright_core::project::StartUpConfiguration::label)
        .enumerate()
        .collect();
    let chosen =
        document.project().start_ups.iter().position(|found| Some(&found.name) == editor.start_up.as_ref());
    if let Some(chosen) = chosen
        && let Some(index) = field::choice_ui(ui, "Start up configuration", chosen, &names, 170.0)
    {
        actions.push(Action::ChooseStartUp(document.project().start_ups[index].name.clone()));
    }
    ui.add_space(theme::S2);
    for command in [Command::Redo, Command::Undo, Command::Save] {
        button_ui(ui, Button::quiet(command.text()).only_icon(), command, available, actions);
    }
}

/// The name of the file, in the middle of the window if it fits there.
fn title_ui(ui: &mut Ui, editor: &Editor, free: Rect, bar: Rect) {
    let Some(label) = editor.file_label() else { return };
    let colors = tokens(ui);
    let galley = text::line(
        ui.painter(),
        &label,
        theme::medium(),
        colors.text_secondary,
        (free.width() - 32.0).max(0.0),
    );
    let size = galley.size();
    let left = (bar.center().x - size.x / 2.0)
        .clamp(free.left() + 16.0, (free.right() - size.x - 16.0).max(free.left() + 16.0));
    let rect = Rect::from_min_size(pos2(left, bar.center().y - size.y / 2.0), size);
    if free.width() > 60.0 {
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).sense(Sense::hover()));
        text::line_ui(&mut child, label, theme::medium(), colors.text_secondary);
    }
}

/// Runs the commands whose keys were pressed.
pub fn shortcuts(ctx: &Context, available: &Availability, actions: &mut Actions) {
    let typing = ctx.text_edit_focused();
    let mut commands: Vec<_> =
        Command::ALL.into_iter().filter_map(|command| Some((command, command.shortcut()?))).collect();
    // Ctrl+Shift+Z before Ctrl+Z: the shorter one would take both.
    commands.sort_by_key(|(_, keys)| {
        std::cmp::Reverse(u8::from(keys.modifiers.shift) + u8::from(keys.modifiers.alt))
    });
    for (command, keys) in commands {
        let text_keeps_it =
            matches!(command, Command::Undo | Command::Redo) || keys.conflicts_with_text_editing();
        if typing && text_keeps_it {
            continue;
        }
        if ctx.input_mut(|input| input.consume_shortcut(&keys)) && available.why_disabled(command).is_none() {
            actions.push(Action::Command(command));
        }
    }
}
