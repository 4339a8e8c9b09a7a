//! The bar at the top: menus, the name of the file, the start up configuration with Simulate and Run.

use egui::{Align, Button as EguiButton, Context, Layout, MenuBar, Rect, Sense, Ui, UiBuilder, vec2};

use super::{app::Editor, settings::ThemeChoice};
use crate::{
    action::{Action, Actions},
    command::{Availability, Command, button_ui},
    ui::{Button, field, text, theme, tokens},
};

const MENUS: [(&str, &[Option<Command>]); 6] = [
    (
        "File",
        &[
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
    ui.set_min_width(230.0);
    ui.spacing_mut().item_spacing.y = 2.0;
    for command in commands {
        let Some(command) = *command else {
            ui.separator();
            continue;
        };
        let why = available.why_disabled(command);
        let mut button = EguiButton::new(label(editor, command)).min_size(vec2(230.0, 26.0));
        if let Some(keys) = command.shortcut() {
            button = button.shortcut_text(ui.ctx().format_shortcut(&keys));
        }
        let response = ui.add_enabled(why.is_none(), button.selected(is_on(editor, command)));
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

fn is_on(editor: &Editor, command: Command) -> bool {
    match command {
        Command::ToggleNavigation => editor.settings.navigation,
        Command::ToggleInspector => editor.settings.inspector,
        Command::ToggleMessages => editor.settings.messages,
        Command::ThemeSystem => editor.settings.theme == ThemeChoice::System,
        Command::ThemeDark => editor.settings.theme == ThemeChoice::Dark,
        Command::ThemeLight => editor.settings.theme == ThemeChoice::Light,
        _ => false,
    }
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
    let rect = Rect::from_min_size(egui::pos2(left, bar.center().y - size.y / 2.0), size);
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
