//! The message list: what the check finds, with a way to the place, and what went wrong in this session.

use egui::{Align, Layout, Rect, Ui, pos2};
use syncwright_core::check::{Finding, Place, Severity};

use super::app::Editor;
use crate::{
    action::{Action, Actions, Selection, View},
    document::Document,
    problem::Problem,
    ui::{
        Button, Icon, badge, field, list_row, rows,
        table::{self, Column},
        text, theme, tokens,
    },
    words,
};

/// Something that went wrong in this session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How serious it is.
    pub severity: Severity,
    /// What it is.
    pub problem: Problem,
}

const COLUMNS: [Column; 3] =
    [Column::share("Message", 280.0, 3.0), Column::share("Where", 120.0, 1.0), Column::fixed("Code", 90.0)];

/// A row of the list.
enum Item<'a> {
    Notice(&'a Notice),
    Finding(&'a Finding),
}

impl Item<'_> {
    const fn severity(&self) -> Severity {
        match self {
            Self::Notice(notice) => notice.severity,
            Self::Finding(finding) => finding.severity,
        }
    }

    /// Message, place and code.
    fn parts(&self) -> (String, String, String) {
        match self {
            Self::Notice(notice) => {
                let problem = &notice.problem;
                let text = format!("{}: {}", problem.title, problem.text);
                (text, "this session".to_owned(), problem.code.clone().unwrap_or_default())
            }
            Self::Finding(finding) => {
                (finding.text.clone(), finding.place.to_string(), finding.code.to_owned())
            }
        }
    }

    fn details(&self) -> String {
        match self {
            Self::Notice(notice) => notice.problem.details(),
            Self::Finding(finding) => {
                let fix = finding.fix.as_deref().unwrap_or_default();
                format!("{} {}\n{}\n{fix}", finding.code, finding.place, finding.text)
            }
        }
    }
}

/// True if there is nothing to list.
pub fn is_empty(editor: &Editor) -> bool {
    let Some(document) = &editor.document else { return true };
    editor.notices.is_empty() && document.findings().is_empty()
}

/// Shows that there is nothing to list, in one line.
pub fn nothing_ui(ui: &mut Ui, editor: &Editor) {
    let colors = tokens(ui);
    let checked = editor.document.as_ref().is_none_or(Document::is_checked);
    ui.horizontal_centered(|ui| {
        ui.add_space(theme::S3);
        ui.label(egui::RichText::new("Messages").font(theme::semibold()).color(colors.text));
        ui.add_space(theme::S1);
        text::line_ui(ui, no_findings(checked), theme::body(), colors.text_secondary);
    });
}

const fn no_findings(checked: bool) -> &'static str {
    if checked { "The check finds nothing to complain about." } else { "The project is being checked…" }
}

/// Shows the list.
pub fn messages_ui(ui: &mut Ui, editor: &mut Editor, actions: &mut Actions) {
    let Some(document) = &editor.document else { return };
    let filter = editor.message_filter.to_lowercase();
    let items: Vec<Item<'_>> = editor
        .notices
        .iter()
        .rev()
        .map(Item::Notice)
        .chain(document.findings().iter().map(Item::Finding))
        .filter(|item| {
            let (text, place, code) = item.parts();
            filter.is_empty() || [text, place, code].iter().any(|part| part.to_lowercase().contains(&filter))
        })
        .collect();
    let mut filter_text = editor.message_filter.clone();
    let mut rows_state = editor.message_rows;
    let margin = egui::Margin { left: 12, right: 8, top: 5, bottom: 0 };
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        head_ui(ui, document, &editor.notices, &items, rows_state.cursor, &mut filter_text);
        if items.is_empty() {
            let words = if filter.is_empty() {
                no_findings(document.is_checked())
            } else {
                "No message passes the filter."
            };
            ui.add_space(theme::S1);
            text::hint_ui(ui, words);
            return;
        }
        let cursor = rows_state.cursor;
        let output = rows::rows_ui(
            ui,
            "Messages",
            &mut rows_state,
            items.len() as u64,
            theme::ROW,
            |ui, row, rect, response| {
                let item = &items[row as usize];
                list_row::background(ui, rect, cursor == Some(row), response);
                if response.hovered() {
                    response.clone().on_hover_text(item.details());
                }
                item_ui(ui, rect, item)
            },
        );
        if let Some(Item::Finding(finding)) = output.moved_to.and_then(|row| items.get(row as usize)) {
            go_to(&finding.place, actions);
        }
    });
    editor.message_filter = filter_text;
    editor.message_rows = rows_state;
}

fn head_ui(
    ui: &mut Ui,
    document: &Document,
    notices: &[Notice],
    items: &[Item<'_>],
    cursor: Option<u64>,
    filter: &mut String,
) {
    let colors = tokens(ui);
    ui.horizontal(|ui| {
        text::label_ui(ui, "Messages", theme::semibold(), colors.text);
        ui.add_space(theme::S1);
        let failed = notices.iter().filter(|notice| notice.severity == Severity::Error).count();
        let counts = [
            (document.count(Severity::Error) + failed, Icon::Error, colors.danger, "error", "errors"),
            (document.count(Severity::Warning), Icon::Warning, colors.warning, "warning", "warnings"),
            (document.count(Severity::Info), Icon::Info, colors.text_secondary, "remark", "remarks"),
        ];
        for (count, icon, color, one, many) in counts {
            if count > 0 {
                badge::badge_with_icon_ui(ui, Some(icon), &text::count(count as u64, one, many), color);
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            field::filter_ui(ui, filter, "Filter the message list", 200.0);
            let item = cursor.and_then(|row| items.get(row as usize));
            let copy = Button::quiet("Copy details").icon(Icon::Copy).enabled(item.is_some());
            let response = ui.add(copy).on_disabled_hover_text("Select a message first");
            if let Some(item) = item.filter(|_| response.clicked()) {
                ui.ctx().copy_text(item.details());
            }
        });
    });
}

fn item_ui(ui: &Ui, rect: Rect, item: &Item<'_>) -> String {
    let colors = tokens(ui);
    let cells = table::cells(&COLUMNS, rect);
    let (icon, color) = words::severity(colors, item.severity());
    let slot = Rect::from_min_size(cells[0].min, egui::vec2(16.0, rect.height()));
    icon.paint_sized(ui, slot, color, 14.0);
    let (message, place, code) = item.parts();
    let words = Rect::from_min_max(pos2(slot.right() + 8.0, rect.top()), cells[0].max);
    text::cell(ui, words, &message, theme::body(), colors.text, Align::Min);
    text::cell(ui, cells[1], &place, theme::body(), colors.text_secondary, Align::Min);
    text::cell(ui, cells[2], &code, theme::mono(), colors.text_secondary, Align::Min);
    message
}

/// Opens what a finding is about.
fn go_to(place: &Place, actions: &mut Actions) {
    match place {
        Place::Project => actions.push(Action::Open(View::Project)),
        Place::System { side, .. } => actions.push(Action::Open(View::System(*side))),
        Place::Mapping { mapping, rule } => {
            actions.push(Action::Open(View::Mapping(mapping.clone())));
            if let Some(rule) = rule {
                actions
                    .push(Action::Select(Selection::Rule { mapping: mapping.clone(), rule: rule.clone() }));
            }
        }
        Place::Workflow { workflow, step } => {
            actions.push(Action::Open(View::Workflow(workflow.clone())));
            if let Some(step) = step {
                actions
                    .push(Action::Select(Selection::Step { workflow: workflow.clone(), step: step.clone() }));
            }
        }
        Place::StartUp { start_up } => actions.push(Action::Open(View::StartUp(start_up.clone()))),
    }
}
