//! The program in the window: its state, and one frame of it.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use egui::{CentralPanel, Context, Frame, Margin, Panel, Stroke, Ui};
use syncwright_core::{check::Severity, journal::RunReport, project::Side};

use super::{
    EditorOptions,
    availability::availability,
    compress::Compressing,
    dialogs::{self, Dialog},
    jobs::Jobs,
    menu_bar, messages,
    messages::Notice,
    navigation::{self, NavigationState},
    palette::{self, PaletteState},
    pending::PendingPasswords,
    settings::Settings,
    status_bar, tabs,
};
use crate::{
    action::{Actions, Selection, View},
    command::Availability,
    document::Document,
    inspector,
    logs_view::{self, LogsState},
    mapping_view::{self, MappingState},
    problem::Problem,
    project_view,
    result_view::{self, ResultState},
    schema_update::{self, UpdateState},
    start_page::{self, RecentProject},
    start_up_view,
    system_view::{self, SystemState},
    ui::{rows::RowsState, theme, theme::Tokens},
    wizard::{self, Wizard},
    words,
    worker::Worker,
    workflow_view,
};

/// The editor: everything in the window.
pub struct Editor {
    pub(super) ctx: Context,
    pub(super) sample: Option<PathBuf>,
    pub(super) state_folder: PathBuf,
    pub(super) projects_folder: PathBuf,
    pub(super) settings: Settings,
    pub(super) worker: Worker,
    pub(super) jobs: Jobs,
    /// Passwords that are kept when the project is saved.
    pub(super) pending: PendingPasswords,
    pub(super) document: Option<Document>,
    pub(super) tabs: Vec<View>,
    pub(super) active: usize,
    pub(super) selection: Selection,
    pub(super) start_up: Option<String>,
    pub(super) results: Vec<ResultState>,
    pub(super) next_result: u64,
    pub(super) last_simulation: Option<Simulated>,
    pub(super) mappings: HashMap<String, MappingState>,
    pub(super) systems: HashMap<Side, SystemState>,
    pub(super) schema_updates: HashMap<Side, UpdateState>,
    pub(super) compressing: Option<Compressing>,
    pub(super) logs: LogsState,
    pub(super) navigation: NavigationState,
    pub(super) notices: Vec<Notice>,
    pub(super) message_filter: String,
    pub(super) message_rows: RowsState,
    pub(super) dialog: Option<Dialog>,
    pub(super) palette: Option<PaletteState>,
    pub(super) missing: Vec<PathBuf>,
    pub(super) quitting: bool,
    pub(super) wizard: Option<Wizard>,
    /// What a wizard that a crash cut short had been told.
    pub(super) kept_wizard: Option<wizard::Draft>,
    pub(super) quits_after_wizard: bool,
    title: String,
}

/// What the last simulation said, and about what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Simulated {
    pub start_up: String,
    pub revision: u64,
    pub writes: u64,
    pub details: String,
}

impl Editor {
    /// An editor that draws into `ctx`. Installs theme and fonts, and begins to load the project to open.
    #[must_use]
    pub fn new(ctx: &Context, options: EditorOptions) -> Self {
        theme::install(ctx);
        let settings = Settings::load(&options.state_folder);
        ctx.set_theme(egui::ThemePreference::from(settings.theme));
        ctx.set_zoom_factor(settings.zoom.clamp(0.5, 3.0));
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let mut editor = Self {
            ctx: ctx.clone(),
            sample: options.sample,
            kept_wizard: wizard::kept_draft(&options.state_folder),
            state_folder: options.state_folder,
            projects_folder: options.projects_folder,
            settings,
            worker: Worker::new(ctx),
            jobs: Jobs::default(),
            pending: PendingPasswords::default(),
            document: None,
            tabs: Vec::new(),
            active: 0,
            selection: Selection::Nothing,
            start_up: None,
            results: Vec::new(),
            next_result: 1,
            last_simulation: None,
            mappings: HashMap::new(),
            systems: HashMap::new(),
            schema_updates: HashMap::new(),
            compressing: None,
            logs: LogsState::default(),
            navigation: NavigationState::default(),
            notices: Vec::new(),
            message_filter: String::new(),
            message_rows: RowsState::default(),
            dialog: None,
            palette: None,
            missing: Vec::new(),
            quitting: false,
            wizard: None,
            quits_after_wizard: false,
            title: String::new(),
        };
        editor.look_for_recent();
        if let Some(path) = options.project {
            editor.load(path);
        }
        editor
    }

    /// One frame: takes results over, draws, performs what was asked for.
    pub fn ui(&mut self, ui: &mut Ui) {
        self.poll();
        if self.wizard.is_some() && self.dialog.is_none() {
            self.wizard_ui(ui);
            self.title(ui.ctx());
            self.closing_wizard(ui.ctx());
            return;
        }
        let mut actions = Actions::new();
        let available = availability(self);
        self.dropped_files(ui.ctx(), &mut actions);
        if self.dialog.is_none() && self.palette.is_none() {
            menu_bar::shortcuts(ui.ctx(), &available, &mut actions);
        }
        if self.document.is_some() {
            self.workbench_ui(ui, &available, &mut actions);
        } else {
            self.start_ui(ui, &available, &mut actions);
        }
        dialogs::dialog_ui(self, &mut actions);
        palette::palette_ui(self, &available, &mut actions);
        self.perform_all(actions);
        self.title(ui.ctx());
        self.closing(ui.ctx());
    }

    /// True while a simulation, run, load or save goes on, or a schema is being read.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.jobs.is_busy() || self.schema_updates.values().any(UpdateState::is_busy)
    }

    /// The report that the active tab shows.
    #[must_use]
    pub fn shown_report(&self) -> Option<Arc<RunReport>> {
        match self.tabs.get(self.active) {
            Some(View::Result(number)) => self.report(*number),
            _ => None,
        }
    }

    pub(super) fn report(&self, number: u64) -> Option<Arc<RunReport>> {
        self.results.iter().find(|result| result.number == number).map(|result| Arc::clone(&result.report))
    }

    pub(super) fn fail(&mut self, problem: Problem) {
        tracing::error!("{}: {}", problem.title, problem.text);
        self.notices.push(Notice { severity: Severity::Error, problem: problem.clone() });
        self.settings.messages = true;
        self.dialog = Some(Dialog::Problem(problem));
    }

    fn start_ui(&mut self, ui: &mut Ui, available: &Availability, actions: &mut Actions) {
        let tokens = theme::tokens(ui);
        bar(tokens).show_top(ui, "menu bar", 40.0, |ui| menu_bar::menu_bar_ui(ui, self, available, actions));
        CentralPanel::default().frame(Frame::new().fill(tokens.canvas)).show(ui, |ui| {
            let opened: Vec<String> =
                self.settings.recent.iter().map(|recent| words::local_time(recent.opened)).collect();
            let recent: Vec<RecentProject<'_>> = self
                .settings
                .recent
                .iter()
                .zip(&opened)
                .map(|(recent, opened)| RecentProject {
                    name: &recent.name,
                    path: &recent.path,
                    opened: opened.get(..16).unwrap_or(opened),
                    missing: self.missing.contains(&recent.path),
                })
                .collect();
            let opening = self.jobs.load.as_ref().map(|job| job.title().to_owned());
            let kept = self.kept_wizard.as_ref().map(|draft| draft.page.title());
            let sample = self.sample.as_deref();
            start_page::start_page_ui(ui, &recent, sample, kept, opening.as_deref(), actions);
        });
    }

    fn workbench_ui(&mut self, ui: &mut Ui, available: &Availability, actions: &mut Actions) {
        let tokens = theme::tokens(ui);
        bar(tokens).show_top(ui, "menu bar", 44.0, |ui| menu_bar::menu_bar_ui(ui, self, available, actions));
        let frame = Frame::new().fill(tokens.canvas).inner_margin(Margin::symmetric(8, 0));
        Panel::bottom("status bar").exact_size(30.0).frame(frame).show(ui, |ui| {
            status_bar::status_bar_ui(ui, self, available, actions);
        });
        let side = Frame::new().fill(tokens.canvas);
        if self.settings.navigation {
            Panel::left("navigation").default_size(226.0).size_range(180.0..=420.0).frame(side).show(
                ui,
                |ui| {
                    navigation::navigation_ui(ui, self, available, actions);
                },
            );
        }
        if self.settings.inspector {
            self.inspector_ui(ui, side, actions);
        }
        if self.settings.messages && messages::is_empty(self) {
            let frame = Frame::new().fill(tokens.panel);
            Panel::bottom("no messages")
                .exact_size(38.0)
                .frame(frame)
                .show(ui, |ui| messages::nothing_ui(ui, self));
        } else if self.settings.messages {
            let frame = Frame::new().fill(tokens.panel);
            Panel::bottom("messages")
                .resizable(true)
                .default_size(136.0)
                .size_range(90.0..=420.0)
                .frame(frame)
                .show(ui, |ui| messages::messages_ui(ui, self, actions));
        }
        let frame = Frame::new().fill(tokens.canvas);
        Panel::top("tabs").exact_size(36.0).show_separator_line(false).frame(frame).show(ui, |ui| {
            tabs::tabs_ui(ui, self, actions);
        });
        CentralPanel::default().frame(Frame::new().fill(tokens.panel)).show(ui, |ui| {
            self.view_ui(ui, available, actions);
        });
    }

    /// The inspector; a slim strip while the active tab has nothing selected, so that the document gets
    /// the width.
    fn inspector_ui(&self, ui: &mut Ui, frame: Frame, actions: &mut Actions) {
        let active = self.tabs.get(self.active);
        if !active.is_some_and(|view| self.selection.belongs_to(view)) {
            Panel::right("closed inspector").exact_size(36.0).frame(frame).show(ui, inspector::nothing_ui);
            return;
        }
        let panel = Panel::right("inspector").default_size(280.0).size_range(240.0..=520.0);
        panel.frame(frame).show(ui, |ui| {
            if let Some(document) = &self.document {
                let report = |number| self.report(number);
                inspector::inspector_ui(ui, document, report, &self.selection, actions);
            }
        });
    }

    fn view_ui(&mut self, ui: &mut Ui, available: &Availability, actions: &mut Actions) {
        let Some(document) = &self.document else { return };
        let Some(view) = self.tabs.get(self.active).cloned() else {
            crate::ui::state::empty_ui(
                ui,
                crate::ui::Icon::Project,
                "No document is open",
                "Choose one in the navigation tree, or press Ctrl+P and type its name.",
            );
            return;
        };
        match &view {
            View::Project => project_view::project_ui(ui, document, available, actions),
            View::Variables => project_view::variables_ui(ui, document),
            View::System(side) => {
                let state = self.systems.entry(*side).or_default();
                system_view::system_ui(ui, document, *side, state, &self.selection, available, actions);
            }
            View::SchemaUpdate(side) => {
                if let Some(update) = self.schema_updates.get_mut(side) {
                    schema_update::schema_update_ui(ui, document, update, available, actions);
                }
            }
            View::Mapping(name) => {
                let state = self.mappings.entry(name.clone()).or_default();
                mapping_view::mapping_ui(ui, document, name, state, &self.selection, actions);
            }
            View::Workflow(name) => workflow_view::workflow_ui(ui, document, name, &self.selection, actions),
            View::StartUp(name) => start_up_view::start_up_ui(ui, document, name, available, actions),
            View::Logs => logs_view::logs_ui(ui, &mut self.logs, actions),
            View::Result(number) => {
                if let Some(result) = self.results.iter_mut().find(|result| result.number == *number) {
                    result_view::result_ui(ui, result, &self.selection, available, &mut self.worker, actions);
                }
            }
        }
    }

    /// Name of the project file, with a mark if it is not saved.
    pub(super) fn file_label(&self) -> Option<String> {
        let document = self.document.as_ref()?;
        let name = document.path().file_name().map(|name| name.to_string_lossy().into_owned());
        let mark = if document.is_dirty() { " •" } else { "" };
        Some(format!("{}{mark}", name.unwrap_or_default()))
    }

    fn title(&mut self, ctx: &Context) {
        let title =
            self.file_label().map_or_else(|| "Syncwright".to_owned(), |file| format!("{file} – Syncwright"));
        if title != self.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn closing(&mut self, ctx: &Context) {
        if ctx.input(|input| input.viewport().close_requested()) && !self.quitting && self.is_dirty() {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.dialog = Some(Dialog::Discard(dialogs::After::Quit));
        }
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.document.as_ref().is_some_and(Document::is_dirty)
    }

    fn dropped_files(&self, ctx: &Context, actions: &mut Actions) {
        let dropped: Option<PathBuf> =
            ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).next());
        if let Some(path) = dropped.filter(|path| self.dialog.is_none() && is_project(path)) {
            actions.push(crate::action::Action::OpenProject(path));
        }
    }
}

fn is_project(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ron"))
}

/// A bar across the window.
struct Bar(Frame);

const fn bar(tokens: &Tokens) -> Bar {
    Bar(Frame {
        fill: tokens.canvas,
        inner_margin: Margin::symmetric(8, 0),
        stroke: Stroke::NONE,
        ..Frame::NONE
    })
}

impl Bar {
    fn show_top(self, ui: &mut Ui, name: &str, height: f32, content: impl FnOnce(&mut Ui)) {
        Panel::top(name).exact_size(height).frame(self.0).show(ui, content);
    }
}

impl eframe::App for Editor {
    fn logic(&mut self, _ctx: &Context, _frame: &mut eframe::Frame) {
        // Also while the window is hidden, so that a finished run does not wait for it.
        self.poll();
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        Self::ui(self, ui);
    }
}
