//! The change list: object, situation, method, property, old → new, rule. Of any length.

use egui::{Align, Rect, Ui, pos2, text::LayoutJob, vec2};
use syncwright_core::{
    journal::{Change, ChangeStatus},
    project::{Method, Side},
};

use super::{ResultState, filter::Line};
use crate::{
    action::{Action, Actions, Selection},
    ui::{Icon, badge, list_row, rows, state, table, table::Column, text, theme, tokens, value},
    words,
};

/// Least width at which the rule has a column; below it, the inspector has it.
const WITH_RULE: f32 = 830.0;

/// The columns that fit into `width`; the method takes no more than the methods in the list need.
fn columns(width: f32, view: &ResultState) -> Vec<Column> {
    let outstanding = |method: Method| matches!(method, Method::MarkOutstanding | Method::ResetOutstanding);
    let long = match view.filter.method {
        Some(method) => outstanding(method),
        None => view.report.steps.iter().any(|step| {
            [Method::MarkOutstanding, Method::ResetOutstanding]
                .into_iter()
                .any(|method| step.writes.count(method) > 0)
        }),
    };
    let mut columns = vec![
        Column::share("Object", 160.0, 1.3),
        Column::fixed("Situation", 98.0),
        Column::fixed("Method", if long { 146.0 } else { 92.0 }),
        Column::share("Property", 130.0, 0.2),
        Column::share("Old → new", 180.0, 2.0),
    ];
    if width >= WITH_RULE {
        columns.push(Column::share("Rule", 88.0, 0.3));
    }
    columns
}

/// Shows the change list.
pub fn changes_ui(ui: &mut Ui, view: &mut ResultState, selection: &Selection, actions: &mut Actions) {
    let Some(lines) = &view.lines else {
        state::loading_ui(ui, "Preparing the change list");
        return;
    };
    if lines.lines.is_empty() {
        if view.report.failure.is_some() {
            let hint = "It ended before there was anything to show; the reason is above.";
            state::empty_ui(ui, Icon::Info, "No change list", hint);
        } else if view.report.steps.iter().all(|step| step.changes.is_empty()) {
            state::empty_ui(
                ui,
                Icon::Ok,
                "No changes",
                "Nothing was found that this start up configuration would write.",
            );
        } else {
            state::empty_ui(
                ui,
                Icon::Filter,
                "No change passes the filter",
                "Empty the filter to see all changes again.",
            );
        }
        return;
    }
    let columns = columns(ui.available_width(), view);
    table::header_ui(ui, &columns, true);
    let (report, number) = (&view.report, view.number);
    let count = lines.lines.len() as u64;
    let mut rows_state = view.changes;
    let output =
        rows::rows_ui(ui, "Changes", &mut rows_state, count, theme::ROW, |ui, row, rect, response| {
            let line = lines.lines[row as usize];
            let Some(change) = change_of(report, line) else { return String::new() };
            let here =
                Selection::Change { result: number, step: line.step as usize, change: line.change as usize };
            // The lines of one change are one block when they are selected.
            let same = |other: Option<&Line>| {
                other.is_some_and(|other| (other.step, other.change) == (line.step, line.change))
            };
            let above = same((row as usize).checked_sub(1).and_then(|row| lines.lines.get(row)));
            let below = same(lines.lines.get(row as usize + 1));
            list_row::background_part(ui, rect, *selection == here, response, above, below);
            if line.is_first() && row > 0 {
                table::row_line(ui, rect.translate(vec2(0.0, -rect.height())));
            }
            line_ui(ui, rect, &columns, &change, line)
        });
    view.changes = rows_state;
    if let Some(line) = output.moved_to.and_then(|row| lines.lines.get(row as usize)) {
        let here =
            Selection::Change { result: number, step: line.step as usize, change: line.change as usize };
        actions.push(Action::Select(here));
    }
}

fn change_of(report: &syncwright_core::journal::RunReport, line: Line) -> Option<Change> {
    report.steps.get(line.step as usize)?.changes.get(line.change as usize)
}

fn line_ui(ui: &Ui, rect: Rect, columns: &[Column], change: &Change, line: Line) -> String {
    let colors = tokens(ui);
    let cells = table::cells(columns, rect);
    let (icon, color, method) = words::method(colors, change.method);
    if line.is_first() {
        text::cell(ui, cells[0], &change.display, theme::medium(), colors.text, Align::Min);
        let situation = words::situation_color(colors, change.situation);
        let dot = pos2(cells[1].left() + 4.0, rect.center().y);
        ui.painter().circle_filled(dot, 3.5, situation);
        let words = Rect::from_min_max(pos2(cells[1].left() + 13.0, rect.top()), cells[1].max);
        text::cell(ui, words, change.situation.label(), theme::body(), colors.text_secondary, Align::Min);
        method_cell(ui, cells[2], icon, color, method, change.status);
    }
    if line.property == Line::WHOLE {
        whole_ui(ui, &cells, change);
        return format!("{}: {method}, {} properties", change.display, change.properties.len());
    }
    let Some(property) = change.properties.get(line.property as usize) else { return change.display.clone() };
    text::cell(ui, cells[3], &property.property, theme::body(), colors.text, Align::Min);
    let written = colors.side(property.side);
    value::paint_old_to_new(ui, cells[4], &property.old, &property.new, property.secret, written);
    if let Some(cell) = cells.get(5) {
        text::cell(ui, *cell, &property.rule, theme::body(), colors.text_secondary, Align::Min);
    }
    format!(
        "{}: {} {} → {}",
        change.display,
        property.property,
        value::plain(&property.old, property.secret),
        value::plain(&property.new, property.secret),
    )
}

fn method_cell(ui: &Ui, cell: Rect, icon: Icon, color: egui::Color32, method: &str, status: ChangeStatus) {
    let colors = tokens(ui);
    let slot = Rect::from_min_size(cell.min, vec2(14.0, cell.height()));
    let (icon, color) = match status {
        ChangeStatus::Failed => (Icon::Error, colors.danger),
        ChangeStatus::Unknown | ChangeStatus::PartlyWritten => (Icon::Warning, colors.warning),
        ChangeStatus::NotWritten => (icon, colors.text_disabled),
        ChangeStatus::Planned | ChangeStatus::Done => (icon, color),
    };
    icon.paint_sized(ui, slot, color, 13.0);
    let words = Rect::from_min_max(pos2(slot.right() + 6.0, cell.top()), cell.max);
    text::cell(ui, words, method, theme::body(), color, Align::Min);
}

/// A new or deleted object: how many properties, and the first of them.
fn whole_ui(ui: &Ui, cells: &[Rect], change: &Change) {
    let colors = tokens(ui);
    if change.properties.is_empty() {
        return;
    }
    let many = text::count(change.properties.len() as u64, "property", "properties");
    text::cell(ui, cells[3], &many, theme::body(), colors.text_secondary, Align::Min);
    let mut job = LayoutJob::default();
    let deleted = change.method == Method::Delete;
    // What rules give tells more than generated keys.
    let (given, generated): (Vec<_>, Vec<_>) = change
        .properties
        .iter()
        .filter(|property| !(property.old.is_null() && property.new.is_null()))
        .partition(|property| !property.rule.is_empty());
    for property in given.into_iter().chain(generated).take(8) {
        if !job.is_empty() {
            let format = egui::TextFormat::simple(theme::body(), colors.text_disabled);
            job.append("  ·  ", 0.0, format);
        }
        let shown = if deleted { &property.old } else { &property.new };
        let color = if deleted { colors.text_secondary } else { colors.side(property.side) };
        value::append(&mut job, shown, property.secret, color, colors);
    }
    let sides =
        [Side::Left, Side::Right].map(|side| change.properties.iter().any(|property| property.side == side));
    let mut values = cells[4];
    match cells.get(5) {
        Some(cell) if sides == [true, true] => {
            badge::paint(ui, *cell, "both sides", colors.text_secondary);
        }
        // Many rules gave the values; their column has nothing to say, so the values may have it.
        Some(cell) => values = values.union(*cell),
        None => {}
    }
    let galley = ui.painter().layout_job(text::one_line(job, values.width()));
    text::paint_line(ui, values, galley, colors.text, Align::Min);
}
