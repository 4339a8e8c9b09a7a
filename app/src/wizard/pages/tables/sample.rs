//! The panel beside the tables: a few objects of the chosen one.

use std::time::Duration;

use egui::{Align, Frame, Layout, Margin, Panel, ScrollArea, Ui};
use syncwright_core::project::SchemaType;

use super::{State, grid::grid_ui, shown::Display};
use crate::{
    ui::{Icon, icon_button_ui, state, text, theme, tokens},
    wizard::pages::{Cx, widgets},
};

/// Seconds that a table is looked at before its sample is read.
const STAYS: f64 = 0.2;

/// Waits until somebody stays with a table: going through a list with the arrow keys must not read all of it.
#[derive(Debug, Default)]
pub struct Wait {
    at: Option<(String, f64)>,
}

impl Wait {
    /// True once this table has been looked at for a while.
    pub fn is_over(&mut self, ui: &Ui, name: &str) -> bool {
        let now = ui.input(|input| input.time);
        match &self.at {
            Some((at, since)) if at == name => {
                let over = now - since >= STAYS;
                if !over {
                    ui.request_repaint_after(Duration::from_secs_f64(STAYS));
                }
                over
            }
            _ => {
                self.at = Some((name.to_owned(), now));
                ui.request_repaint_after(Duration::from_secs_f64(STAYS));
                false
            }
        }
    }
}

/// Shows the sample of the chosen table in a panel at the right.
pub fn panel_ui(ui: &mut Ui, tables: &mut State, cx: &mut Cx<'_>) {
    if !tables.sample_hidden {
        let frame = Frame::new().inner_margin(Margin { left: 12, right: 0, top: 0, bottom: 0 });
        Panel::right("sample")
            .frame(frame)
            .resizable(true)
            .default_size(300.0)
            .size_range(180.0..=900.0)
            .show(ui, |ui| {
                content_ui(ui, tables, cx);
            });
    }
}

fn content_ui(ui: &mut Ui, tables: &mut State, cx: &mut Cx<'_>) {
    let schema = cx.system().schema.share();
    let name = tables.selected.clone();
    let chosen = name.as_deref().and_then(|name| schema.schema_type(name));
    header_ui(ui, tables, chosen);
    let Some(schema_type) = chosen else {
        state::empty_ui(ui, Icon::Sample, "No table is selected", "Select a table to look at its data.");
        return;
    };
    let loading = format!("Reading a sample of {}", schema_type.name);
    if tables.look_at(ui, cx, schema_type).is_none() {
        state::loading_ui(ui, &loading);
        return;
    }
    let read = tables.samples.of(cx, &schema_type.name);
    if let Some(problem) = read.failed() {
        ScrollArea::vertical().id_salt("sample problem").auto_shrink([false, false]).show(ui, |ui| {
            widgets::problem_ui(ui, problem);
        });
        return;
    }
    match read.done() {
        None => state::loading_ui(ui, &loading),
        Some(sample) if sample.is_empty() => {
            state::empty_ui(ui, Icon::Sample, "No data", &format!("{} has no rows.", schema_type.name));
        }
        Some(sample) => grid_ui(ui, schema_type, sample, &tables.display),
    }
}

fn header_ui(ui: &mut Ui, tables: &mut State, chosen: Option<&SchemaType>) {
    let colors = tokens(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        let title = chosen.map_or_else(|| "Sample data".to_owned(), |one| format!("Data of {}", one.name));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button_ui(ui, Icon::Close, "Hide sample data").clicked() {
                tables.sample_hidden = true;
            }
            if let Some(schema_type) = chosen
                && icon_button_ui(ui, Icon::Refresh, "Read again").clicked()
            {
                tables.samples.forget(&schema_type.name);
                tables.display = Display::default();
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                text::line_ui(ui, title, theme::medium(), colors.text);
            });
        });
    });
}

/// A switch in the tool bar that brings the panel back.
pub fn show_button_ui(ui: &mut Ui, tables: &mut State) {
    if tables.sample_hidden && icon_button_ui(ui, Icon::PanelRight, "Show sample data").clicked() {
        tables.sample_hidden = false;
    }
}
