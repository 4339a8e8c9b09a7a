//! W18: a project template to start from, or a blank project.

use std::path::{Path, PathBuf};

use egui::Ui;
use syncwright_core::project::{Project, ProjectTemplate};

use super::{
    Cx,
    browse::{Browse, Kind, path_ui},
    widgets::{card_choice_ui, note_ui, problem_ui},
};
use crate::{
    problem::Problem,
    ui::{Button, Icon, field, text, theme, tokens},
    wizard::loading::Loading,
};

/// Folder of project templates below that of the editor's state.
pub const FOLDER: &str = "templates";

/// What is only of this window.
#[derive(Default)]
pub struct State {
    path: String,
    browse: Browse,
    /// What the chosen template brings to this project.
    looked_at: Option<(PathBuf, Loading<Brought>)>,
}

/// What a template brings, and what does not fit.
struct Brought {
    mappings: usize,
    workflows: usize,
    start_ups: usize,
    unfit: Vec<String>,
}

impl State {
    /// Takes over what jobs have finished.
    pub fn poll(&mut self) {
        if let Some((_, looked_at)) = &mut self.looked_at {
            looked_at.poll();
        }
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>) {
    let words = "No mappings and workflows yet.";
    if card_choice_ui(ui, cx.draft.template.is_none(), true, Icon::Project, "Blank project", words) {
        cx.draft.template = None;
    }
    let templates = cx.facts.templates().to_vec();
    for path in &templates {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let chosen = cx.draft.template.as_ref() == Some(path);
        if card_choice_ui(ui, chosen, true, Icon::Mapping, &name, &path.display().to_string()) {
            cx.draft.template = Some(path.clone());
        }
    }
    if templates.is_empty() {
        text::hint_ui(ui, "No templates of your own yet: “Save as template” in the menu Project makes one.");
        ui.add_space(theme::S2);
    }
    field::card_ui(ui, |ui| {
        let (label, hint) = ("Project template file", "/path/to/hr.template.ron");
        path_ui(ui, &mut state.browse, cx.worker, Kind::File(&["ron"]), label, hint, &mut state.path);
        let ready = !state.path.trim().is_empty();
        if ui.add(Button::new("Use this file").icon(Icon::Open).enabled(ready)).clicked() {
            cx.draft.template = Some(PathBuf::from(state.path.trim()));
        }
    });
    ui.add_space(theme::S2);
    if let Some(path) = cx.draft.template.clone() {
        brought_ui(ui, state, cx, &path);
    }
}

fn brought_ui(ui: &mut Ui, state: &mut State, cx: &Cx<'_>, path: &Path) {
    if state.looked_at.as_ref().is_none_or(|(known, _)| known != path) {
        state.looked_at = Some((path.to_owned(), look_at(cx, path)));
    }
    let Some((_, looked_at)) = &state.looked_at else { return };
    let colors = tokens(ui);
    match looked_at {
        Loading::Done(brought) => {
            let parts = [
                text::count(brought.mappings as u64, "mapping", "mappings"),
                text::count(brought.workflows as u64, "workflow", "workflows"),
                text::count(brought.start_ups as u64, "start up configuration", "start up configurations"),
            ];
            note_ui(ui, Icon::Ok, colors.success, &format!("It brings {}.", parts.join(", ")));
            if !brought.unfit.is_empty() {
                let words = format!("Left out, because it does not fit:\n{}", brought.unfit.join("\n"));
                note_ui(ui, Icon::Warning, colors.warning, &words);
            }
        }
        Loading::Failed(problem) => problem_ui(ui, problem),
        Loading::Idle | Loading::Running(_) => {
            text::hint_ui(ui, "Reading the template…");
        }
    }
}

/// Tries the template on the project as it is described so far.
fn look_at(cx: &Cx<'_>, path: &Path) -> Loading<Brought> {
    let (draft, path) = (cx.draft.clone(), path.to_owned());
    Loading::Running(cx.worker.spawn("Reading the template", move |_| {
        let mut project = draft.project();
        let unfit = apply(&mut project, &path)?;
        Ok(Brought {
            mappings: project.mappings.len(),
            workflows: project.workflows.len(),
            start_ups: project.start_ups.len(),
            unfit,
        })
    }))
}

/// Adds what a template holds to a project; gives what does not fit, in words.
///
/// # Errors
///
/// If the file is no project template, or in another script language.
pub fn apply(project: &mut Project, template: &Path) -> Result<Vec<String>, Problem> {
    let failed = |error: &dyn miette::Diagnostic| Problem::of("The project template cannot be used", error);
    let loaded = ProjectTemplate::load(template).map_err(|error| failed(&error))?;
    let unfit = loaded.apply(project).map_err(|error| failed(&error))?;
    Ok(unfit.iter().map(ToString::to_string).collect())
}
