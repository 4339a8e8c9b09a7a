//! The dialog of *Compress schema* (S6): what nothing in the project uses, before it is dropped.

use egui::{Rect, Ui, pos2, vec2};
use syncwright_core::{
    project::Side,
    schema::{CompressReport, SideReport},
};

use super::schema::amount;
use crate::{
    document::{Document, SchemaEdit},
    problem::Problem,
    ui::{
        Button, Icon, badge,
        dialog::{buttons_ui, dialog_ui},
        field, list_row,
        rows::{self, RowsState},
        state, text, theme, tokens,
    },
    worker::{JobHandle, Worker},
};

/// What the dialog shows.
pub struct Compressing {
    revision: u64,
    has_mappings: bool,
    work: Work,
    filter: String,
    rows: RowsState,
}

enum Work {
    Running(JobHandle<Report>),
    Done(Box<Report>),
    Failed(Problem),
}

/// What would be dropped.
struct Report {
    edit: SchemaEdit,
    report: CompressReport,
    lines: Vec<DroppedLine>,
}

/// A type that is dropped as a whole or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DroppedLine {
    side: Side,
    schema_type: String,
    /// Properties that are dropped; none if it is the whole type.
    properties: Vec<String>,
}

/// What the dialog decided.
pub enum Decision {
    /// Nothing yet.
    Open,
    /// To leave everything as it is.
    Close,
    /// To drop what is shown.
    Compress(SchemaEdit, CompressReport),
}

impl Compressing {
    /// Begins to work out what nothing uses.
    #[must_use]
    pub fn new(document: &Document, worker: &Worker) -> Self {
        let project = document.snapshot();
        let has_mappings = !project.mappings.is_empty();
        let job = worker.spawn("Looking for what nothing uses", move |_| {
            let (edit, report) = SchemaEdit::compress(&project);
            let lines = lines(&report);
            Report { edit, report, lines }
        });
        Self {
            revision: document.revision(),
            has_mappings,
            work: Work::Running(job),
            filter: String::new(),
            rows: RowsState::default(),
        }
    }

    fn poll(&mut self) {
        let Work::Running(job) = &mut self.work else { return };
        let Some(result) = job.poll() else { return };
        self.work = match result {
            Ok(report) => Work::Done(Box::new(report)),
            Err(error) => Work::Failed(Problem::new("The schema cannot be compressed", error)),
        };
    }
}

fn lines(report: &CompressReport) -> Vec<DroppedLine> {
    let of = |side: Side, report: &SideReport| {
        let types = report.dropped_types.iter().map(|name| (name, Vec::new()));
        let parts = report.dropped_properties.iter().map(|one| (&one.schema_type, one.properties.clone()));
        types
            .chain(parts)
            .map(|(name, properties)| DroppedLine { side, schema_type: name.clone(), properties })
            .collect::<Vec<_>>()
    };
    [of(Side::Left, &report.central), of(Side::Right, &report.target)].concat()
}

impl DroppedLine {
    fn name(&self) -> String {
        let side = self.side.system_name();
        if self.properties.is_empty() {
            format!("Drop type {} of the {side}", self.schema_type)
        } else {
            format!("Drop from {} of the {side}: {}", self.schema_type, self.properties.join(", "))
        }
    }
}

/// Shows the dialog. `revision` is that of the project now.
pub fn compress_ui(ctx: &egui::Context, view: &mut Compressing, revision: u64) -> Decision {
    view.poll();
    let mut decision = Decision::Open;
    let ((), dismissed) = dialog_ui(ctx, "compress", "Compress the schema", 620.0, |ui| {
        ui.spacing_mut().item_spacing.y = theme::S2;
        let Compressing { work, filter, rows, has_mappings, .. } = &mut *view;
        match work {
            Work::Running(job) => {
                let area = vec2(ui.available_width(), 120.0);
                ui.allocate_ui(area, |ui| {
                    ui.set_min_height(area.y);
                    state::loading_ui(ui, job.title());
                });
            }
            Work::Failed(problem) => {
                text::body_ui(ui, problem.text.as_str());
            }
            Work::Done(done) if done.report.is_empty() => {
                text::body_ui(ui, "Everything is used: there is nothing to drop.");
            }
            Work::Done(done) => report_ui(ui, done, filter, rows, *has_mappings),
        }
        buttons_ui(ui, |ui| decision = buttons(ui, view, revision));
    });
    if dismissed && matches!(decision, Decision::Open) { Decision::Close } else { decision }
}

fn buttons(ui: &mut Ui, view: &Compressing, revision: u64) -> Decision {
    let mut decision = Decision::Open;
    match &view.work {
        Work::Done(done) if !done.report.is_empty() => {
            let drop = Button::primary(format!("Drop {}", amount(&done.report))).icon(Icon::Compress);
            let response = ui
                .add(drop.enabled(revision == view.revision))
                .on_hover_text("One undo takes it back; updating the schema brings everything back later")
                .on_disabled_hover_text("The project was edited; open this dialog again");
            if response.clicked() {
                decision = Decision::Compress(done.edit.clone(), done.report.clone());
            }
            if ui.add(Button::new("Cancel")).clicked() {
                decision = Decision::Close;
            }
        }
        Work::Running(_) | Work::Done(_) | Work::Failed(_) => {
            if ui.add(Button::primary("Close")).clicked() {
                decision = Decision::Close;
            }
        }
    }
    if let Work::Failed(problem) = &view.work
        && ui.add(Button::new("Copy details").icon(Icon::Copy)).clicked()
    {
        ui.ctx().copy_text(problem.details());
    }
    decision
}

fn report_ui(ui: &mut Ui, done: &Report, filter: &mut String, rows: &mut RowsState, has_mappings: bool) {
    let colors = tokens(ui);
    text::hint_ui(
        ui,
        "Types and properties that no mapping, class, scope or relation uses are dropped from the project, not \
         from the databases. What people have set stays.",
    );
    if !has_mappings {
        field::callout_ui(ui, Icon::Warning, colors.warning, |ui| {
            text::body_ui(ui, "The project has no mapping yet, so nearly nothing in it is used.");
        });
    }
    for side in [Side::Left, Side::Right] {
        let SideReport { types, types_before, properties, properties_before, .. } = done.report.side(side);
        ui.horizontal(|ui| {
            badge::side_ui(ui, side);
            let number = |value: &usize| text::number(*value as u64);
            text::body_ui(
                ui,
                format!(
                    "{} of {} types and {} of {} properties stay",
                    number(types),
                    number(types_before),
                    number(properties),
                    number(properties_before)
                ),
            );
        });
    }
    let width = ui.available_width();
    if field::filter_ui(ui, filter, "Filter what is dropped", width) {
        *rows = RowsState::default();
    }
    let needle = filter.trim().to_lowercase();
    let passes = |line: &&DroppedLine| needle.is_empty() || line.name().to_lowercase().contains(&needle);
    let shown: Vec<&DroppedLine> = done.lines.iter().filter(passes).collect();
    let height = rows::height_of(done.lines.len().clamp(3, 9));
    ui.allocate_ui(vec2(width, height), |ui| {
        ui.set_min_height(height);
        if shown.is_empty() {
            text::hint_ui(ui, "Nothing that is dropped has that name.");
            return;
        }
        let cursor = rows.cursor;
        let count = shown.len() as u64;
        rows::rows_ui(ui, "What is dropped", rows, count, theme::ROW, |ui, row, rect, response| {
            let Some(line) = usize::try_from(row).ok().and_then(|row| shown.get(row)) else {
                return String::new();
            };
            list_row::background(ui, rect, cursor == Some(row), response);
            if response.hovered() {
                response.clone().on_hover_text(line.name());
            }
            line_ui(ui, rect, line);
            line.name()
        });
    });
}

fn line_ui(ui: &Ui, rect: Rect, line: &DroppedLine) {
    let colors = tokens(ui);
    let slot = Rect::from_min_size(rect.min + vec2(8.0, 0.0), vec2(16.0, rect.height()));
    Icon::Table.paint_sized(ui, slot, colors.side(line.side), 14.0);
    let left = rect.left() + 32.0;
    let middle = left + (rect.width() * 0.36).max(120.0);
    let name = Rect::from_min_max(pos2(left, rect.top()), pos2(middle - 8.0, rect.bottom()));
    text::cell(ui, name, &line.schema_type, theme::body(), colors.text, egui::Align::Min);
    let rest = Rect::from_min_max(pos2(middle, rect.top()), pos2(rect.right() - 8.0, rect.bottom()));
    let words =
        if line.properties.is_empty() { "the whole type".to_owned() } else { line.properties.join(", ") };
    text::cell(ui, rest, &words, theme::body(), colors.text_secondary, egui::Align::Min);
}

#[cfg(test)]
mod tests {
    use syncwright_core::schema::DroppedProperties;

    use super::*;

    #[test]
    fn whole_types_come_before_parts_of_types_central_first() {
        let mut report = CompressReport::default();
        report.target.dropped_types.push("old".to_owned());
        let properties = vec!["fax".to_owned(), "pager".to_owned()];
        let part = DroppedProperties { schema_type: "persons".to_owned(), properties };
        report.central.dropped_properties.push(part);
        report.central.dropped_types.push("log".to_owned());
        let names: Vec<String> = lines(&report).iter().map(DroppedLine::name).collect();
        assert_eq!(
            names,
            [
                "Drop type log of the central system",
                "Drop from persons of the central system: fax, pager",
                "Drop type old of the target system",
            ]
        );
    }
}
