//! The steps of a result: what each found and wrote, as numbers and as a bar.

use egui::{Align, Color32, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use syncwright_core::{
    journal::{Situation, StepReport},
    project::Method,
};

use super::ResultState;
use crate::{
    ui::{Icon, badge, bars, list_row, table, table::Column, text, theme, tokens},
    words,
};

const ROW: f32 = 30.0;
/// Least height that the change list keeps.
const LIST: f32 = 190.0;
/// Least width of the bar's column, with the room around it.
const BAR: f32 = 122.0;
const CENTRAL: &str = "Central";
const SHARES: &str = "\u{200b}";
const GAP: &str = "";
const LEFT_OUT: &str = "Left out";
const BUSY: &str = "Busy";

/// Shows the table of steps; a click filters the change list by the step.
pub fn steps_ui(ui: &mut Ui, view: &mut ResultState) {
    let steps = &view.report.steps;
    if steps.is_empty() {
        return;
    }
    let shown = situations(steps);
    let columns = columns(ui, steps, &shown);
    table::header_ui(ui, &columns, false);
    // All steps where there is room, but never at the cost of the change list.
    let room = (ui.available_height() - LIST).max(3.5 * ROW);
    let height = (steps.len() as f32 * ROW).min(room);
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

/// The columns, as wide as what stands in them. The bar and the numbers of objects read give way in a
/// narrow document; the tooltip of the row still has them.
fn columns(ui: &Ui, steps: &[StepReport], shown: &[Situation]) -> Vec<Column> {
    let measure = |words: &str, font| {
        text::line(ui.painter(), words, font, Color32::PLACEHOLDER, f32::INFINITY).size().x
    };
    let numbers = |title: &'static str, number: &dyn Fn(&StepReport) -> u64| {
        let most = steps.iter().map(number).max().unwrap_or_default();
        let width = measure(title, theme::caption()).max(measure(&text::number(most), theme::body()));
        Column::fixed(title, width.ceil() + 2.0 * theme::S2).right()
    };
    let name = steps.iter().map(|step| measure(&step.title(), theme::medium())).fold(0.0, f32::max);
    let written = steps.iter().map(|step| writes(ui, None, step)).fold(0.0, f32::max);

    let mut counts: Vec<Column> = shown
        .iter()
        .map(|situation| numbers(situation.label(), &|step| step.situations.count(*situation)))
        .collect();
    if steps.iter().any(|step| step.situations.skipped > 0) {
        counts.push(numbers(LEFT_OUT, &|step| step.situations.skipped));
    }
    if steps.iter().any(|step| step.situations.busy > 0) {
        counts.push(numbers(BUSY, &|step| step.situations.busy));
    }
    let read = [numbers(CENTRAL, &|step| step.left_objects), numbers("Target", &|step| step.right_objects)];
    let step = Column::share("Step", (name + 32.0).ceil().clamp(100.0, 240.0), 0.6);
    let writes = Column::share("Writes", written.ceil() + theme::S2, 0.0);
    let width = |columns: &[Column]| columns.iter().map(|column| column.width).sum::<f32>();
    let mut room = ui.available_width() - 16.0 - step.width - writes.width - width(&counts);
    let bar = room >= BAR;
    if bar {
        room -= BAR;
    }
    let mut columns = vec![step];
    if room >= width(&read) {
        columns.extend(read);
    }
    columns.extend(counts);
    if bar {
        columns.push(Column::share(SHARES, BAR, 1.0));
    } else {
        // Numbers at the right of their column and writes at the left of theirs must not touch.
        columns.push(Column::share(GAP, 10.0, 0.2));
    }
    columns.push(writes);
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
            format!("Step {}: {}", step.title(), in_words(step, shown)),
        )
    });
    list_row::background(ui, rect.shrink2(vec2(0.0, 1.0)), selected, &response);
    table::row_line(ui, rect);
    let cells = table::cells(columns, rect);
    let wide = columns.iter().any(|column| column.title == CENTRAL);
    let (icon, color, _) = badge::direction(colors, step.direction);
    let slot = Rect::from_min_size(cells[0].min, vec2(16.0, rect.height()));
    icon.paint_sized(ui, slot, color, 14.0);
    let name = Rect::from_min_max(pos2(slot.right() + 6.0, rect.top()), cells[0].max);
    text::cell(ui, name, &step.title(), theme::medium(), colors.text, Align::Min);
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
    if columns.iter().any(|column| column.title == BUSY) {
        count(step.situations.busy, colors.text);
    }
    if columns.iter().any(|column| column.title == SHARES) {
        let bar = Rect::from_center_size(cells[at].center(), vec2(cells[at].width() - 24.0, 8.0));
        let parts: Vec<_> = Situation::ALL
            .into_iter()
            .map(|situation| (step.situations.count(situation), words::situation_color(colors, situation)))
            .collect();
        bars::stacked(ui, bar, &parts);
    }
    writes(ui, Some(cells[at + 1]), step);
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

/// Paints what a step writes into a cell; returns the width that it needs. Without a cell it only measures.
fn writes(ui: &Ui, cell: Option<Rect>, step: &StepReport) -> f32 {
    const NONE: &str = "none";
    const GAP: f32 = 10.0;
    let colors = tokens(ui);
    let mut parts: Vec<(Icon, Color32, u64)> = METHODS
        .into_iter()
        .map(|method| {
            let (icon, color, _) = words::method(colors, method);
            (icon, color, step.writes.count(method))
        })
        .collect();
    parts.push((Icon::Error, colors.danger, step.writes.failed));
    parts.retain(|(_, _, count)| *count > 0);
    if parts.is_empty() {
        if let Some(cell) = cell {
            text::cell(ui, cell, NONE, theme::body(), colors.text_disabled, Align::Min);
        }
        return 40.0;
    }
    let mut x = 0.0;
    for (icon, color, count) in parts {
        let galley = text::line(ui.painter(), &text::number(count), theme::medium(), color, 80.0);
        let width = galley.size().x;
        if let Some(cell) = cell {
            let slot = Rect::from_min_size(pos2(cell.left() + x, cell.top()), vec2(14.0, cell.height()));
            icon.paint_sized(ui, slot, color, 12.0);
            let words = Rect::from_min_size(pos2(slot.right() + 3.0, cell.top()), vec2(width, cell.height()));
            text::paint_line(ui, words, galley, color, Align::Min);
        }
        x += 17.0 + width + GAP;
    }
    x - GAP
}
