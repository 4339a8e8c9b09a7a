//! W19: name, description, script language, and where the project is saved.

use egui::{TextEdit, Ui};
use syncwright_core::project::ScriptLanguage;

use super::{
    Cx,
    browse::{Browse, Kind, path_ui},
    widgets::{mono_ui, text_ui},
};
use crate::{
    problem::Problem,
    ui::{field, text, theme, tokens},
    wizard::{Draft, found_out::Known},
};

/// What is only of this window.
#[derive(Default)]
pub struct State {
    browse: Browse,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>) {
    let draft = &mut *cx.draft;
    field::card_ui(ui, |ui| {
        text_ui(ui, "Name of the project", "hr-to-identities", &mut draft.name);
        text_ui(ui, "Display name of the project", "shown instead of the name", &mut draft.display_name);
        field::form_ui(ui, "Description", |ui| {
            let edit = TextEdit::multiline(&mut draft.description)
                .id_salt("description")
                .desired_rows(3)
                .desired_width(ui.available_width())
                .margin(egui::Margin::symmetric(8, 6));
            ui.add(edit).accessible_name("Description");
        });
        field::form_ui(ui, "Script language", |ui| {
            let choices = [(ScriptLanguage::Rhai, "Rhai"), (ScriptLanguage::JavaScript, "JavaScript")];
            if let Some(new) = field::choice_ui(ui, "Script language", draft.script_language, &choices, 180.0)
            {
                draft.script_language = new;
            }
        });
        text::hint_ui(ui, "The script language cannot be changed once the project is saved.");
    });
    ui.add_space(theme::S3);
    field::card_ui(ui, |ui| {
        let mut folder = draft.folder.display().to_string();
        let browse = &mut state.browse;
        let hint = "/path/to/projects";
        if path_ui(ui, browse, cx.worker, Kind::Folder, "Folder", hint, &mut folder) {
            draft.folder = folder.trim().into();
        }
        let made = crate::wizard::draft::file_stem(&draft.name);
        mono_ui(ui, "File", &format!("{made}.ron"), &mut draft.file_name);
        let colors = tokens(ui);
        text::line_ui(ui, draft.file().display().to_string(), theme::mono(), colors.text_secondary);
    });
}

/// What must be put right before going on.
///
/// # Errors
///
/// There is no name or no folder, or the file is there already.
pub fn check(draft: &Draft, known: &Known) -> Result<(), Problem> {
    let title = "The project cannot be saved like this";
    if draft.name.trim().is_empty() {
        return Err(Problem::new(title, "the name of the project is empty"));
    }
    if !draft.folder.is_absolute() {
        return Err(Problem::new(title, "the folder must be a whole path, beginning at the root"));
    }
    let name = draft.shown_file_name();
    if name.contains(['/', '\\']) {
        return Err(Problem::new(title, format!("the file name {name} contains a folder")));
    }
    if !name.ends_with(".ron") {
        return Err(Problem::new(title, format!("the file name {name} does not end with .ron")));
    }
    if known.is_file_taken(draft) {
        return Err(Problem {
            help: Some("give the file another name, or choose another folder".to_owned()),
            ..Problem::new(title, format!("{} is there already", draft.file().display()))
        });
    }
    Ok(())
}
