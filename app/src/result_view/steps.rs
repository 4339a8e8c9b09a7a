//! The steps of a result: what each found and wrote, as numbers and as a bar.

use egui::{Align, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use syncwright_core::{
    journal::{Situation, StepReport},
    project::Method,
};

use super::ResultState;
use crate::{
    ui::{Icon, badge, bars, list_row, table, table::Column, text, theme, tokens},
    words,
};

const ROW: f32 = 32.0;
const LEFT_OUT: &str = "Left out";

/// Shows the table of steps; a click filters the change list by the step.
pub fn steps_ui(ui: &mut Ui, view: &mut ResultState) {
    let steps = &view.report.steps;
    if steps.is_empty() {
        return;
    }
    let shown = situations(steps);
    // In a narrow document the numbers of objects read give way to the rest; the tooltip still has them.
    let wide = ui.available_width() > 760.0;
    let columns = columns(steps, &shown, wide);
    table::header_ui(ui, &columns, false);
    let height = (steps.len() as f32 * ROW).min(6.5 * ROW).min(ui.available_height() * 0.4);
    let mut chosen = None;
    ScrollArea::vertical().max_height(height).id_salt("steps").auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (index, step) in steps.iter().enumerate() {
            if step_ui(ui, step, &columns, &shown, view.filter.step == Some(index)) {
                chosen = Some(index);
            }
        }
    });
    if let Some(index) = chosen {
        view.filter.step = if view.filter.step == Some(index) { None } else { Some(index) };
    }
}

/// Situations that get a column: the four common ones always, the rare ones where they occur.
fn situations(steps: &[StepReport]) -> Vec<Situation> {
    Situation::ALL
        .into_iter()
        .filter(|situation| {
            !matches!(situation, Situation::Ambiguous | Situation::Outstanding)
                || steps.iter().any(|step| step.situations.count(*situation) > 0)
        })
        .collect()
}

fn columns(steps: &[StepReport], shown: &[Situation], wide: bool) -> Vec<Column> {
    let mut columns = vec![Column::share("Step", 90.0, 1.0)];
    if wide {
        columns.extend(["Central", "Target"].map(|title| Column::fixed(title, 72.0).right()));
    }
    columns.extend(shown.iter().map(|situation| {
        Column::fixed(situation.label(), (24.0 + 4.5 * situation.label().len() as f32).max(62.0)).right()
    }));
    if steps.iter().any(|step| step.situations.skipped > 0) {
        columns.push(Column::fixed(LEFT_OUT, 66.0).right());
    }
    columns.push(Column::share("", 46.0, 0.8));
    let most = steps
        .iter()
        .map(|step| METHODS.iter().filter(|method| step.writes.count(**method) > 0).count())
        .max();
    columns.push(Column::share("Writes", 20.0 + 43.0 * most.unwrap_or(0).max(1) as f32, 0.4));
    columns
}

fn step_ui(ui: &mut Ui, step: &StepReport, columns: &[Column], shown: &[Situation], selected: bool) -> bool {
    let colors = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(
            Role::ListItem,
            true,
            selected,
            format!("Step {}: {}", step.step, in_words(step, shown)),
        )
    });
    list_row::background(ui, rect.shrink2(vec2(0.0, 1.0)), selected, &response);
    table::row_line(ui, rect);
    let cells = table::cells(columns, rect);
    let wide = columns.iter().any(|column| column.title == "Central");
    let (icon, color, _) = badge::direction(colors, step.direction);
    let slot = Rect::from_min_size(cells[0].min, vec2(16.0, rect.height()));
    icon.paint_sized(ui, slot, color, 14.0);
    let name = Rect::from_min_max(pos2(slot.right() + 6.0, rect.top()), cells[0].max);
    text::cell(ui, name, &step.step, theme::medium(), colors.text, Align::Min);
    let mut at = 1;
    if wide {
        text::cell(ui, cells[1], &text::number(step.left_objects), theme::body(), colors.central, Align::Max);
        text::cell(ui, cells[2], &text::number(step.right_objects), theme::body(), colors.target, Align::Max);
        at = 3;
    }
    let mut count = |count: u64, color| {
        let color = if count == 0 { colors.text_disabled } else { color };
        text::cell(ui, cells[at], &text::number(count), theme::body(), color, Align::Max);
        at += 1;
    };
    for situation in shown {
        let color = match situation {
            Situation::BothEqual => colors.text,
            other => words::situation_color(colors, *other),
        };
        count(step.situations.count(*situation), color);
    }
    if columns.iter().any(|column| column.title == LEFT_OUT) {
        count(step.situations.skipped, colors.danger);
    }
    let bar = Rect::from_center_size(cells[at].center(), vec2((cells[at].width() - 16.0).max(0.0), 8.0));
    let parts: Vec<_> = Situation::ALL
        .into_iter()
        .map(|situation| (step.situations.count(situation), words::situation_color(colors, situation)))
        .collect();
    bars::stacked(ui, bar, &parts);
    writes(ui, cells[at + 1], step);
    let response = response
        .on_hover_text(format!("{}\nClick to see only the changes of this step", in_words(step, shown)));
    response.clicked()
}

fn in_words(step: &StepReport, shown: &[Situation]) -> String {
    let parts: Vec<String> = shown
        .iter()
        .map(|situation| {
            format!(
                "{} {}",
                text::number(step.situations.count(*situation)),
                situation.label().to_lowercase()
            )
        })
        .collect();
    format!(
        "{} central and {} target objects read; {}; {} written",
        text::number(step.left_objects),
        text::number(step.right_objects),
        parts.join(", "),
        text::number(step.writes.total()),
    )
}

const METHODS: [Method; 5] =
    [Method::Insert, Method::Update, Method::Delete, Method::MarkOutstanding, Method::ResetOutstanding];

fn writes(ui: &Ui, cell: Rect, step: &StepReport) {
    let colors = tokens(ui);
    let mut x = cell.left();
    let mut part = |icon: Icon, color, count: u64| {
        if count == 0 {
            return;
        }
        let slot = Rect::from_min_size(pos2(x, cell.top()), vec2(14.0, cell.height()));
        icon.paint_sized(ui, slot, color, 12.0);
        let galley = text::line(ui.painter(), &text::number(count), theme::medium(), color, 80.0);
        let width = galley.size().x;
        let words = Rect::from_min_size(pos2(slot.right() + 3.0, cell.top()), vec2(width, cell.height()));
        text::paint_line(ui, words, galley, color, Align::Min);
        x = words.right() + 10.0;
    };
    for method in METHODS {
        let (icon, color, _) = words::method(colors, method);
        part(icon, color, step.writes.count(method));
    }
    part(Icon::Error, colors.danger, step.writes.failed);
    if step.writes.total() == 0 && step.writes.failed == 0 {
        text::cell(ui, cell, "none", theme::body(), colors.text_disabled, Align::Min);
    }
}
