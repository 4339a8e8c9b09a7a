//! The editor's dialogs.

use std::path::{Path, PathBuf};

use egui::{Key, ScrollArea, TextEdit, Ui};
use syncwright_core::{
    journal::RunKind,
    project::{Lifecycle, Project},
    schema::CompressReport,
};

use super::{
    app::{Editor, Simulated},
    compress::{Decision, compress_ui},
    mapping_dialogs::{MappingAnswer, MappingDialog, mapping_dialog_ui},
    passwords::{PasswordsAnswer, PasswordsDialog, passwords_ui},
    template,
};
use crate::{
    action::{Action, Actions},
    command::Command,
    document::SchemaEdit,
    problem::Problem,
    ui::{
        Button, Icon, badge,
        button::Kind,
        dialog::{buttons_ui, dialog_ui as show},
        field, text, theme, tokens,
    },
    words,
};

/// What waits for an answer or a save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// Open a project.
    Load(PathBuf),
    /// Open the wizard for a new project.
    NewProject,
    /// Take the wizard up again that a crash cut short.
    ResumeWizard,
    /// Close the project.
    Close,
    /// Close the window.
    Quit,
}

/// An open dialog.
#[derive(Debug, Clone, PartialEq)]
pub enum Dialog {
    /// Choose a project file.
    OpenPath {
        /// What was typed so far.
        text: String,
    },
    /// Run the chosen start up configuration?
    ConfirmRun,
    /// There are changes that are not saved.
    Discard(After),
    /// The file was changed by another program.
    ChangedOnDisk(Option<After>),
    /// Asks for passwords.
    Passwords(PasswordsDialog),
    /// Asks for the name of a project template.
    SaveTemplate {
        /// What was typed so far.
        name: String,
    },
    /// A template of that name is there already.
    ReplaceTemplate {
        /// The name.
        name: String,
        /// Its file.
        path: PathBuf,
    },
    /// A new project, while a wizard that was cut short can be taken up again.
    KeptWizard {
        /// The page that it had come to.
        page: String,
    },
    /// About a mapping.
    Mapping(MappingDialog),
    /// Something failed.
    Problem(Problem),
    /// What nothing in the project uses, before it is dropped.
    Compress,
    /// All commands with their keys.
    Shortcuts,
    /// Version and licences.
    About,
}

/// What a dialog decided.
enum Answer {
    Open,
    Close,
    OpenPath(PathBuf),
    Browse,
    Run,
    Save(Option<After>),
    Overwrite(Option<After>),
    Reload,
    GoOn(After),
    Passwords(PasswordsDialog),
    SaveTemplate(String, bool),
    NameTemplate(String),
    NewProject,
    Mapping(MappingAnswer),
    Compress(Box<(SchemaEdit, CompressReport)>),
}

/// Shows the open dialog, if there is one, and does what it decides.
pub fn dialog_ui(editor: &mut Editor, actions: &mut Actions) {
    let Some(mut dialog) = editor.dialog.take() else { return };
    let answer = match &mut dialog {
        Dialog::OpenPath { text } => open_path_ui(editor, text),
        Dialog::ConfirmRun => confirm_run_ui(editor),
        Dialog::Discard(after) => discard_ui(editor, after),
        Dialog::ChangedOnDisk(then) => changed_ui(editor, then.as_ref()),
        Dialog::Passwords(passwords) => passwords_answer(editor, passwords),
        Dialog::SaveTemplate { name } => template::save_template_ui(&editor.ctx, name)
            .map_or(Answer::Open, |name| {
                name.map_or(Answer::Close, |name| Answer::SaveTemplate(name, false))
            }),
        Dialog::ReplaceTemplate { name, path } => replace_template_answer(editor, name, path),
        Dialog::KeptWizard { page } => kept_wizard_ui(editor, page),
        Dialog::Mapping(dialog) => mapping_answer(editor, dialog),
        Dialog::Problem(problem) => problem_ui(editor, problem),
        Dialog::Compress => compressing_ui(editor),
        Dialog::Shortcuts => shortcuts_ui(editor),
        Dialog::About => about_ui(editor),
    };
    match answer {
        Answer::Open => editor.dialog = Some(dialog),
        Answer::Close => {}
        Answer::OpenPath(path) => actions.push(Action::OpenProject(path)),
        Answer::Browse => {
            editor.browse();
            editor.dialog = Some(dialog);
        }
        Answer::Run => editor.synchronize(RunKind::Run),
        Answer::Save(then) => editor.save(false, then),
        Answer::Overwrite(then) => editor.save(true, then),
        Answer::Reload => {
            if let Some(path) = editor.document.as_ref().map(|document| document.path().to_owned()) {
                editor.load(path);
            }
        }
        Answer::GoOn(after) => editor.go_on(after),
        Answer::Passwords(passwords) => editor.take_passwords(&passwords),
        Answer::SaveTemplate(name, replaces) => editor.save_template(name, replaces),
        Answer::NameTemplate(name) => editor.dialog = Some(Dialog::SaveTemplate { name }),
        Answer::NewProject => {
            editor.discard_wizard();
            editor.new_project();
        }
        Answer::Mapping(answer) => editor.change_mappings(answer),
        Answer::Compress(decided) => {
            let (edit, report) = *decided;
            editor.compress(edit, &report);
        }
    }
}

fn passwords_answer(editor: &Editor, passwords: &mut PasswordsDialog) -> Answer {
    let Some(document) = &editor.document else { return Answer::Close };
    match passwords_ui(&editor.ctx, document.project(), passwords) {
        PasswordsAnswer::Open => Answer::Open,
        PasswordsAnswer::Close => Answer::Close,
        PasswordsAnswer::Take => Answer::Passwords(passwords.clone()),
    }
}

fn mapping_answer(editor: &Editor, dialog: &mut MappingDialog) -> Answer {
    let Some(document) = &editor.document else { return Answer::Close };
    match mapping_dialog_ui(&editor.ctx, document.project(), dialog) {
        (Some(answer), _) => Answer::Mapping(answer),
        (None, true) => Answer::Close,
        (None, false) => Answer::Open,
    }
}

fn replace_template_answer(editor: &Editor, name: &str, path: &Path) -> Answer {
    match template::replace_template_ui(&editor.ctx, name, path) {
        None => Answer::Open,
        Some(true) => Answer::SaveTemplate(name.to_owned(), true),
        Some(false) => Answer::NameTemplate(name.to_owned()),
    }
}

/// What a crash cut short is not lost by beginning something else, unless somebody says so.
fn kept_wizard_ui(editor: &Editor, page: &str) -> Answer {
    or_open(show(&editor.ctx, "kept wizard", "Go on with the project that was cut short?", 480.0, |ui| {
        let mut answer = None;
        text::body_ui(
            ui,
            format!(
                "What was entered into the wizard before is still there; it had come to “{page}”. A new project takes its place."
            ),
        );
        buttons_ui(ui, |ui| {
            if ui.add(Button::primary("Resume it")).clicked() {
                answer = Some(Answer::GoOn(After::ResumeWizard));
            }
            if ui.add(Button::new("Cancel")).clicked() {
                answer = Some(Answer::Close);
            }
            if ui.add(Button::new("Discard it and begin anew").kind(Kind::Danger)).clicked() {
                answer = Some(Answer::NewProject);
            }
        });
        answer
    }))
}

/// The answer of a dialog that was dismissed or still waits.
fn or_open((answer, dismissed): (Option<Answer>, bool)) -> Answer {
    match answer {
        Some(answer) => answer,
        None if dismissed => Answer::Close,
        None => Answer::Open,
    }
}

fn open_path_ui(editor: &Editor, text: &mut String) -> Answer {
    or_open(show(&editor.ctx, "open", "Open project", 520.0, |ui| {
        let mut answer = None;
        let entered = field::form_ui(ui, "Project file", |ui| {
            let width = ui.available_width();
            let edit = TextEdit::singleline(text)
                .hint_text("/path/to/project.ron")
                .font(theme::mono())
                .desired_width(width)
                .margin(egui::Margin::symmetric(8, 7));
            let response = ui.add(edit).accessible_name("Project file");
            if text.is_empty() && !response.has_focus() && !response.lost_focus() {
                response.request_focus();
            }
            response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
        });
        let path = PathBuf::from(text.trim());
        let typed = !text.trim().is_empty();
        buttons_ui(ui, |ui| {
            let open = ui.add(Button::primary("Open").enabled(typed));
            if (open.clicked() || entered) && typed {
                answer = Some(Answer::OpenPath(path));
            }
            if ui.add(Button::new("Cancel")).clicked() {
                answer = Some(Answer::Close);
            }
            let browse = Button::new("Browse…").icon(Icon::Open).enabled(!editor.jobs.is_browsing());
            if ui.add(browse).clicked() {
                answer = Some(Answer::Browse);
            }
        });
        answer
    }))
}

fn confirm_run_ui(editor: &Editor) -> Answer {
    let Some(document) = &editor.document else { return Answer::Close };
    let project = document.project();
    let start_up = editor.start_up.as_deref().and_then(|name| project.start_up(name));
    let Some(start_up) = start_up else { return Answer::Close };
    let Some(direction) = project.run_direction(start_up) else { return Answer::Close };
    let written = project.system(direction.destination());
    let target = words::system(direction, written);
    let simulated = editor
        .last_simulation
        .as_ref()
        .filter(|simulated| simulated.start_up == start_up.name && simulated.revision == document.revision());
    or_open(show(&editor.ctx, "run", &format!("Run {}?", start_up.label()), 520.0, |ui| {
        let colors = tokens(ui);
        let mut answer = None;
        ui.horizontal(|ui| {
            let (icon, color, label) = badge::direction(colors, direction);
            badge::badge_with_icon_ui(ui, Some(icon), label, color);
            let location = words::location(&written.connection.provider);
            text::line_ui(ui, location, theme::mono(), colors.text_secondary);
        });
        ui.add_space(theme::S1);
        if written.connection.production {
            field::callout_ui(ui, Icon::Warning, colors.warning, |ui| {
                text::label_ui(
                    ui,
                    format!("{} is marked as production.", written.connection.label()),
                    theme::medium(),
                    colors.text,
                );
            });
        }
        text::body_ui(ui, format!("Both systems are read, and what differs is written to the {target}."));
        expectation_ui(ui, simulated);
        steps_ui(ui, project, &start_up.workflow);
        buttons_ui(ui, |ui| {
            let objects = simulated.filter(|simulated| simulated.writes > 0);
            let label = objects.map_or_else(
                || format!("Run: write to {target}"),
                |simulated| {
                    format!("Run: write {} to {target}", text::count(simulated.writes, "object", "objects"))
                },
            );
            if ui.add(Button::primary(label).icon(Icon::Run)).clicked() {
                answer = Some(Answer::Run);
            }
            if ui.add(Button::new("Cancel")).clicked() {
                answer = Some(Answer::Close);
            }
        });
        answer
    }))
}

fn expectation_ui(ui: &mut Ui, simulated: Option<&Simulated>) {
    let words = match simulated {
        None => "This state of the project was not simulated yet; a simulation shows what would be written."
            .to_owned(),
        Some(simulated) if simulated.writes == 0 => {
            "According to the simulation there is nothing to write.".to_owned()
        }
        Some(simulated) => format!("According to the simulation: {}.", simulated.details),
    };
    text::hint_ui(ui, words);
}

fn steps_ui(ui: &mut Ui, project: &Project, workflow: &str) {
    let Some(workflow) = project.workflow(workflow) else { return };
    let names: Vec<&str> = workflow
        .steps
        .iter()
        .filter(|step| step.lifecycle == Lifecycle::Active)
        .map(|step| step.name.as_str())
        .collect();
    if !names.is_empty() {
        text::hint_ui(ui, format!("Steps: {}.", names.join(", ")));
    }
}

fn discard_ui(editor: &Editor, after: &After) -> Answer {
    let name =
        editor.document.as_ref().map(|document| document.project().label().to_owned()).unwrap_or_default();
    or_open(show(&editor.ctx, "discard", "Save the changes?", 460.0, |ui| {
        let mut answer = None;
        text::body_ui(ui, format!("“{name}” has changes that are not saved."));
        buttons_ui(ui, |ui| {
            if ui.add(Button::primary("Save").icon(Icon::Save)).clicked() {
                answer = Some(Answer::Save(Some(after.clone())));
            }
            if ui.add(Button::new("Cancel")).clicked() {
                answer = Some(Answer::Close);
            }
            if ui.add(Button::new("Discard changes").kind(Kind::Danger)).clicked() {
                answer = Some(Answer::GoOn(after.clone()));
            }
        });
        answer
    }))
}

fn changed_ui(editor: &Editor, then: Option<&After>) -> Answer {
    or_open(show(&editor.ctx, "changed", "The file was changed by another program", 500.0, |ui| {
        let mut answer = None;
        text::body_ui(
            ui,
            "It is not as it was when it was opened here. Overwriting it loses the other program's changes; reloading loses yours.",
        );
        buttons_ui(ui, |ui| {
            if ui.add(Button::new("Cancel")).clicked() {
                answer = Some(Answer::Close);
            }
            if ui.add(Button::new("Reload").icon(Icon::Refresh)).clicked() {
                answer = Some(Answer::Reload);
            }
            if ui.add(Button::new("Overwrite").kind(Kind::Danger)).clicked() {
                answer = Some(Answer::Overwrite(then.cloned()));
            }
        });
        answer
    }))
}

fn problem_ui(editor: &Editor, problem: &Problem) -> Answer {
    or_open(show(&editor.ctx, "problem", "", 500.0, |ui| {
        let colors = tokens(ui);
        let mut answer = None;
        ui.horizontal(|ui| {
            ui.add(Icon::Error.sized(colors.danger, 20.0));
            text::label_ui(ui, problem.title.as_str(), theme::heading(), colors.text);
        });
        ui.add_space(theme::S1);
        text::body_ui(ui, problem.text.as_str());
        if let Some(help) = &problem.help {
            text::hint_ui(ui, help.as_str());
        }
        if let Some(code) = &problem.code {
            text::label_ui(ui, code.as_str(), theme::mono(), colors.text_secondary);
        }
        buttons_ui(ui, |ui| {
            if ui.add(Button::primary("Close")).clicked() {
                answer = Some(Answer::Close);
            }
            if ui.add(Button::new("Copy details").icon(Icon::Copy)).clicked() {
                ui.ctx().copy_text(problem.details());
            }
        });
        answer
    }))
}

fn compressing_ui(editor: &mut Editor) -> Answer {
    let revision = editor.document.as_ref().map(crate::document::Document::revision);
    let (Some(view), Some(revision)) = (&mut editor.compressing, revision) else { return Answer::Close };
    match compress_ui(&editor.ctx, view, revision) {
        Decision::Open => Answer::Open,
        Decision::Close => {
            editor.compressing = None;
            Answer::Close
        }
        Decision::Compress(edit, report) => Answer::Compress(Box::new((edit, report))),
    }
}

fn shortcuts_ui(editor: &Editor) -> Answer {
    or_open(show(&editor.ctx, "shortcuts", "Keyboard shortcuts", 440.0, |ui| {
        let colors = tokens(ui);
        ScrollArea::vertical().max_height(420.0).auto_shrink([false, true]).show(ui, |ui| {
            for command in Command::ALL {
                let Some(keys) = command.shortcut() else { continue };
                ui.horizontal(|ui| {
                    text::label_ui(ui, command.text().trim_end_matches('…'), theme::body(), colors.text);
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        let keys = ui.ctx().format_shortcut(&keys);
                        text::label_ui(ui, keys, theme::mono(), colors.text_secondary);
                    });
                });
            }
        });
        let mut answer = None;
        buttons_ui(ui, |ui| {
            if ui.add(Button::primary("Close")).clicked() {
                answer = Some(Answer::Close);
            }
        });
        answer
    }))
}

fn about_ui(editor: &Editor) -> Answer {
    or_open(show(&editor.ctx, "about", "Syncwright", 420.0, |ui| {
        let mut answer = None;
        text::body_ui(ui, format!("Version {}", env!("CARGO_PKG_VERSION")));
        text::hint_ui(
            ui,
            "A synchronization editor for identity engineers. Licensed under MIT or Apache 2.0, at your choice.",
        );
        text::hint_ui(ui, "Fonts: Inter and JetBrains Mono, under the SIL Open Font License 1.1.");
        buttons_ui(ui, |ui| {
            if ui.add(Button::primary("Close")).clicked() {
                answer = Some(Answer::Close);
            }
        });
        answer
    }))
}
