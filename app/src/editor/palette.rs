//! The palette: commands and parts of the project, found by typing.

use egui::{
    Align2, Area, CornerRadius, Frame, Id, Key, Margin, Modal, Modifiers, Stroke, TextEdit, UiKind, vec2,
};

use super::{app::Editor, tabs};
use crate::{
    action::{Action, Actions, View},
    command::{Availability, Command},
    ui::{
        Icon, list_row,
        rows::{self, RowsState},
        text, theme, tokens,
    },
};

/// State of the open palette.
#[derive(Debug, Default)]
pub struct PaletteState {
    query: String,
    rows: RowsState,
}

/// Something that the palette offers.
struct Entry {
    text: String,
    kind: &'static str,
    icon: Icon,
    keys: String,
    action: Action,
}

const WIDTH: f32 = 560.0;
const SHOWN: usize = 11;

/// Shows the palette, if it is open.
pub fn palette_ui(editor: &mut Editor, available: &Availability, actions: &mut Actions) {
    let Some(mut state) = editor.palette.take() else { return };
    let ctx = editor.ctx.clone();
    let colors = theme::tokens_of(&ctx);
    let frame = Frame::new()
        .fill(colors.raised)
        .stroke(Stroke::new(1.0, colors.border_strong))
        .corner_radius(CornerRadius::same(10))
        .shadow(ctx.global_style().visuals.popup_shadow)
        .inner_margin(Margin::same(8));
    let area = Area::new(Id::unique("palette"))
        .kind(UiKind::Modal)
        .order(egui::Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 80.0));
    let entries = found(editor, available, &state.query);
    let mut chosen = None;
    let response = Modal::new(Id::unique("palette"))
        .area(area)
        .frame(frame)
        .backdrop_color(colors.backdrop)
        .show(&ctx, |ui| {
            ui.set_width(WIDTH);
            chosen = content_ui(ui, &mut state, &entries);
        });
    if let Some(index) = chosen {
        actions.push(entries[index].action.clone());
    } else if !response.should_close() {
        editor.palette = Some(state);
    }
}

fn content_ui(ui: &mut egui::Ui, state: &mut PaletteState, entries: &[Entry]) -> Option<usize> {
    let colors = tokens(ui);
    let last = entries.len().saturating_sub(1) as u64;
    let at = state.rows.cursor.unwrap_or(0).min(last);
    // The field keeps the focus; the arrows move in the list all the same.
    let (down, up, enter) = ui.input_mut(|input| {
        (
            input.consume_key(Modifiers::NONE, Key::ArrowDown),
            input.consume_key(Modifiers::NONE, Key::ArrowUp),
            input.consume_key(Modifiers::NONE, Key::Enter),
        )
    });
    let at = if down {
        (at + 1).min(last)
    } else if up {
        at.saturating_sub(1)
    } else {
        at
    };
    let edit = TextEdit::singleline(&mut state.query)
        .hint_text("Type a command, a mapping, a workflow…")
        .desired_width(WIDTH)
        .margin(Margin::symmetric(10, 8));
    let response = ui.add(edit).accessible_name("Search commands and project");
    response.request_focus();
    state.rows.cursor = Some(if response.changed() { 0 } else { at });
    if down || up {
        let top = state.rows.top;
        let shown = SHOWN as f64;
        state.rows.top = top.clamp((at as f64 + 1.0 - shown).max(0.0), at as f64);
    }
    if entries.is_empty() {
        ui.add_space(theme::S2);
        text::hint_ui(ui, "Nothing has that name.");
        return None;
    }
    let cursor = state.rows.cursor;
    let mut chosen = None;
    let height = rows::height_of(entries.len().min(SHOWN));
    ui.allocate_ui(vec2(WIDTH, height), |ui| {
        ui.set_min_height(height);
        let count = entries.len() as u64;
        let output =
            rows::rows_ui(ui, "Found", &mut state.rows, count, theme::ROW, |ui, row, rect, response| {
                let entry = &entries[row as usize];
                list_row::background(ui, rect, cursor == Some(row), response);
                let slot = egui::Rect::from_min_size(rect.min + vec2(8.0, 0.0), vec2(16.0, rect.height()));
                entry.icon.paint_sized(ui, slot, colors.text_secondary, 14.0);
                let words = rect.with_min_x(slot.right() + 10.0).with_max_x(rect.right() - 150.0);
                text::cell(ui, words, &entry.text, theme::body(), colors.text, egui::Align::Min);
                let remark = if entry.keys.is_empty() { entry.kind } else { &entry.keys };
                let right = rect.with_max_x(rect.right() - 10.0);
                text::cell(ui, right, remark, theme::caption(), colors.text_secondary, egui::Align::Max);
                entry.text.clone()
            });
        chosen = output.moved_to.map(|row| row as usize);
    });
    if enter { cursor.map(|row| row as usize) } else { chosen }
}

fn found(editor: &Editor, available: &Availability, query: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Command::ALL
        .into_iter()
        .filter(|command| *command != Command::Palette && available.why_disabled(*command).is_none())
        .map(|command| Entry {
            text: command.text().to_owned(),
            kind: "command",
            icon: command.icon().unwrap_or(Icon::Palette),
            keys: command.shortcut().map(|keys| editor.ctx.format_shortcut(&keys)).unwrap_or_default(),
            action: Action::Command(command),
        })
        .collect();
    if let Some(document) = &editor.document {
        let project = document.project();
        let views = project
            .mappings
            .iter()
            .map(|mapping| ("mapping", View::Mapping(mapping.name.clone())))
            .chain(
                project.workflows.iter().map(|workflow| ("workflow", View::Workflow(workflow.name.clone()))),
            )
            .chain(
                project
                    .start_ups
                    .iter()
                    .map(|start_up| ("start up configuration", View::StartUp(start_up.name.clone()))),
            );
        entries.extend(views.map(|(kind, view)| {
            let (icon, text, _) = tabs::describe(editor, &view);
            Entry { text, kind, icon, keys: String::new(), action: Action::Open(view) }
        }));
    }
    let query = query.to_lowercase();
    let mut ranked: Vec<(u8, Entry)> = entries
        .into_iter()
        .filter_map(|entry| Some((rank(&entry.text.to_lowercase(), &query)?, entry)))
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, entry)| entry).collect()
}

/// How well a text fits: 0 begins with the query, 1 has it, 2 has its letters in order; nothing if not at all.
fn rank(text: &str, query: &str) -> Option<u8> {
    if text.starts_with(query) {
        return Some(0);
    }
    if text.contains(query) {
        return Some(1);
    }
    let mut letters = text.chars();
    query
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .all(|letter| letters.any(|at| at == letter))
        .then_some(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_the_query_comes_first() {
        assert_eq!(rank("simulate", "sim"), Some(0));
        assert_eq!(rank("open the sample", "sam"), Some(1));
        assert_eq!(rank("close tab", "cltb"), Some(2));
        assert_eq!(rank("close tab", "xyz"), None);
    }
}
