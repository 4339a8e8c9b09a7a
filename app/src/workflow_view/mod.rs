//! A workflow: its steps in order, and what each does with what it finds.

use egui::{Align, Rect, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2};
use syncwright_core::project::{DependencyResolution, Lifecycle, Method, MethodChoice, Step, Workflow};

use crate::{
    action::{Action, Actions, Selection, View},
    document::{Document, Edit},
    ui::{Icon, badge, field, list_row, state, table, table::Column, text, theme, tokens},
    words,
};

const ROW: f32 = 40.0;

const COLUMNS: [Column; 7] = [
    Column::fixed("", 46.0),
    Column::share("Step", 128.0, 1.2),
    Column::share("Mapping", 96.0, 1.0),
    Column::share("Differing", 76.0, 0.4),
    Column::share("Only in source", 96.0, 0.4),
    Column::share("Only in destination", 142.0, 0.5),
    Column::share("Present again", 140.0, 0.4),
];

/// Shows a workflow.
pub fn workflow_ui(
    ui: &mut Ui,
    document: &Document,
    name: &str,
    selection: &Selection,
    actions: &mut Actions,
) {
    let Some(workflow) = document.project().workflow(name) else {
        state::empty_ui(ui, Icon::Workflow, "This workflow is not there any more", "Undo brings it back.");
        return;
    };
    egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 14)).show(ui, |ui| {
        header_ui(ui, workflow);
        if workflow.steps.is_empty() {
            state::empty_ui(
                ui,
                Icon::Workflow,
                "No steps",
                "A workflow without steps reads and writes nothing.",
            );
            return;
        }
        ui.add_space(theme::S2);
        table::header_ui(ui, &COLUMNS, false);
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for step in &workflow.steps {
                step_ui(ui, workflow, step, selection, actions);
            }
        });
    });
}

fn header_ui(ui: &mut Ui, workflow: &Workflow) {
    let colors = tokens(ui);
    ui.horizontal(|ui| {
        ui.add(Icon::Workflow.sized(colors.text_secondary, 20.0));
        text::line_ui(ui, workflow.label(), theme::title(), colors.text);
        ui.add_space(theme::S2);
        let (icon, color, label) = badge::direction(colors, workflow.direction);
        badge::badge_with_icon_ui(ui, Some(icon), label, color);
        let order = match workflow.dependency_resolution {
            DependencyResolution::Automatic => "order by references",
            DependencyResolution::Manual => "order as listed",
        };
        badge::badge_ui(ui, order, colors.text_secondary);
        if workflow.continue_on_error {
            badge::badge_ui(ui, "continues on errors", colors.text_secondary);
        }
    });
    if !workflow.description.is_empty() {
        text::hint_ui(ui, workflow.description.as_str());
    }
}

fn step_ui(ui: &mut Ui, workflow: &Workflow, step: &Step, selection: &Selection, actions: &mut Actions) {
    let colors = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let here = Selection::Step { workflow: workflow.name.clone(), step: step.name.clone() };
    let selected = *selection == here;
    response
        .widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, format!("Step {}", step.name)));
    list_row::background(ui, rect.shrink2(vec2(0.0, 2.0)), selected, &response);
    table::row_line(ui, rect);
    let cells = table::cells(&COLUMNS, rect);
    let on = step.lifecycle == Lifecycle::Active;
    let builder = UiBuilder::new()
        .max_rect(Rect::from_min_size(pos2(cells[0].left(), rect.top() + 6.0), vec2(36.0, 28.0)));
    ui.scope_builder(builder, |ui| {
        if let Some(on) = field::bare_switch_ui(ui, &format!("Switch step {} on or off", step.name), on) {
            actions.push(Action::Edit(Edit::StepLifecycle {
                workflow: workflow.name.clone(),
                step: step.name.clone(),
                lifecycle: if on { Lifecycle::Active } else { Lifecycle::Off },
            }));
        }
    });
    let main = if on { colors.text } else { colors.text_disabled };
    let (icon, color, _) = badge::direction(colors, workflow.step_direction(step));
    let slot = Rect::from_min_size(cells[1].min, vec2(16.0, cells[1].height()));
    icon.paint_sized(ui, slot, if on { color } else { main }, 14.0);
    let words = Rect::from_min_max(pos2(slot.right() + 6.0, cells[1].top()), cells[1].max);
    text::cell(ui, words, &step.name, theme::medium(), main, Align::Min);
    text::cell(
        ui,
        cells[2],
        &step.mapping,
        theme::body(),
        if on { colors.text_secondary } else { main },
        Align::Min,
    );
    let methods = &step.methods;
    let situations = [
        &methods.both_differ,
        &methods.only_in_source,
        &methods.only_in_destination,
        &methods.outstanding_returned,
    ];
    for (choices, cell) in situations.into_iter().zip(&cells[3..]) {
        method_cell(ui, *cell, choices, on);
    }
    if response.double_clicked() {
        actions.push(Action::Open(View::Mapping(step.mapping.clone())));
    } else if response.clicked() {
        actions.push(Action::Select(here));
    }
}

fn method_cell(ui: &Ui, cell: Rect, choices: &[MethodChoice], on: bool) {
    let colors = tokens(ui);
    let Some(first) = choices.iter().find(|choice| choice.method != Method::Ignore) else {
        text::cell(ui, cell, "–", theme::body(), colors.text_disabled, Align::Min);
        return;
    };
    let (_, color, label) = words::method(colors, first.method);
    let color = if on { color } else { colors.text_disabled };
    let end = badge::paint(ui, cell, label, color);
    let conditional = choices.iter().any(|choice| choice.condition.is_some());
    if conditional && end + 18.0 < cell.right() {
        let slot = Rect::from_min_size(pos2(end + 4.0, cell.top()), vec2(14.0, cell.height()));
        Icon::Condition.paint_sized(ui, slot, colors.text_secondary, 13.0);
    }
}
