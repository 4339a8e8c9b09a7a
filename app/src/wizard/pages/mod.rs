//! The pages: what they draw, what keeps one from going on, and what *Next* works out on them.
//!
//! A page has a `ui`, and as far as it needs them a `State` (what is only of this window: filters, samples), a
//! `check` (what must be put right before going on) and a `work` (what *Next* does in the background).

pub mod access;
mod browse;
pub mod central;
pub mod complete_schema;
pub mod connection;
pub mod connection_form;
mod csv_format;
pub mod data_operations;
pub mod database_system;
pub mod describe;
pub mod detection;
pub mod extend_schema;
mod facts;
pub mod finish;
pub mod general;
mod help;
pub mod initializing;
pub mod keys;
pub mod load_configuration;
pub mod partial_schemas;
pub mod relations;
pub mod samples;
pub mod save_configuration;
pub mod start;
pub mod tables;
pub mod template;
pub mod time_zone;
mod widgets;

pub use self::{
    facts::Facts,
    help::help,
    widgets::{FORM, problem_ui},
};

use std::{collections::BTreeSet, path::PathBuf};

use egui::Ui;
use syncwright_core::{
    connect::{
        ConnectError, Connector, ErrorKind, OpenMode, open_as,
        secrets::{self, Password},
    },
    expr::{SessionVariables, effective},
    progress::CancelToken,
    project::{Connection, Project, Side},
};

use super::{
    Draft, Page, SystemDraft, flow::Outcome, found_out::Known, passwords::Passwords, replaced::Replaced,
};
use crate::{
    problem::Problem,
    worker::{JobHandle, Worker},
};

/// The work that *Next* waits for.
pub type PageJob = JobHandle<Result<Outcome, Problem>>;

/// What a page asks the wizard for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Do the work of the page and stay there: *Test connection*, *Read again*.
    WorkHere,
    /// Take the settings of the edited system over, and read its schema again.
    ApplyAndRead,
}

/// Everything that a page draws with beside its own state.
pub struct Cx<'a> {
    /// What was entered so far.
    pub draft: &'a mut Draft,
    /// Passwords that were typed.
    pub passwords: &'a mut Passwords,
    /// What is known of this machine.
    pub facts: &'a Facts,
    /// What may be replaced without asking again.
    pub agreed: &'a BTreeSet<Replaced>,
    /// Where jobs go.
    pub worker: &'a Worker,
    /// The settings of a system of an open project are edited.
    pub edits: bool,
    /// *Next* works on something.
    pub busy: bool,
    /// What the page asks for.
    pub asks: Vec<Ask>,
}

impl Cx<'_> {
    /// The system that the page is about.
    #[must_use]
    pub const fn system(&self) -> &SystemDraft {
        self.draft.system()
    }

    /// The same, to change it.
    pub const fn system_mut(&mut self) -> &mut SystemDraft {
        self.draft.system_mut()
    }

    /// What a job needs to open the system that the page is about.
    pub fn opener(&mut self) -> Opener {
        self.opener_of(self.draft.side)
    }

    /// What a job needs to open a system.
    pub fn opener_of(&mut self, side: Side) -> Opener {
        Opener::new(self.draft, self.passwords, side)
    }
}

/// What a job needs to open a system.
#[derive(Debug, Clone)]
pub struct Opener {
    /// The side.
    pub side: Side,
    /// The connection, under its identifier of now.
    pub connection: Connection,
    /// Folder that relative paths count from.
    pub folder: PathBuf,
    password: Password,
    /// An open project whose variables the connection may name.
    variables: Option<Box<Project>>,
}

impl Opener {
    /// Takes the connection of a draft, and what was typed as its password.
    pub fn new(draft: &Draft, passwords: &Passwords, side: Side) -> Self {
        let mut connection = draft.of(side).connection.clone();
        if connection.system_identifier.trim().is_empty() {
            connection.system_identifier = format!("the {}", side.system_name());
        }
        let password = passwords.to_connect(side, &connection.system_identifier, draft.edits);
        let variables = (!draft.variables.is_empty()).then(|| Box::new(draft.project()));
        Self { side, connection, folder: draft.folder.clone(), password, variables }
    }

    /// Opens the system for reading.
    ///
    /// # Errors
    ///
    /// If it cannot be reached, or names a variable that has no value.
    pub fn open(&self, cancel: &CancelToken) -> Result<Box<dyn Connector>, ConnectError> {
        open_as(&self.effective()?, &self.folder, OpenMode::Read, &self.password, cancel)
    }

    /// The same with all schemas of the database, whichever are chosen.
    ///
    /// # Errors
    ///
    /// Those of [`Self::open`].
    pub fn open_whole(&self, cancel: &CancelToken) -> Result<Box<dyn Connector>, ConnectError> {
        let whole = Connection { partial_schemas: Vec::new(), ..self.effective()? };
        open_as(&whole, &self.folder, OpenMode::Read, &self.password, cancel)
    }

    /// The connection with the values of the variables that it names.
    fn effective(&self) -> Result<Connection, ConnectError> {
        let Some(project) = &self.variables else { return Ok(self.connection.clone()) };
        let mut only = Project { snippets: Vec::new(), ..(**project).clone() };
        let system = match self.side {
            Side::Left => &mut only.central,
            Side::Right => &mut only.target,
        };
        system.connection = self.connection.clone();
        let secret = |name: &str| secrets::find_variable(project, name);
        let session = SessionVariables { full_sync: true, secret: &secret };
        effective(&only, None, &session)
            .map(|effective| effective.system(self.side).connection.clone())
            .map_err(|error| ConnectError::new(ErrorKind::Other, self.connection.label(), error.to_string()))
    }
}

/// The states of the pages.
#[derive(Default)]
pub struct Pages {
    /// W2.
    pub access: access::State,
    /// W4.
    pub connection: connection::State,
    /// W5.
    pub describe: describe::State,
    /// W6.
    pub load: load_configuration::State,
    /// W7.
    pub time_zone: time_zone::State,
    /// W11–W15: the tables, and the sample of the chosen one.
    pub tables: tables::State,
    /// W11.
    pub keys: keys::State,
    /// W12.
    pub relations: relations::State,
    /// W14.
    pub operations: data_operations::State,
    /// W15.
    pub extend: extend_schema::State,
    /// W16.
    pub save: save_configuration::State,
    /// W18.
    pub template: template::State,
    /// W19.
    pub general: general::State,
    /// What checks need to know.
    pub known: Known,
}

impl Pages {
    /// Takes over what the jobs of the pages have finished.
    pub fn poll(&mut self) {
        self.describe.poll();
        self.load.poll();
        self.tables.poll();
        self.keys.poll();
        self.relations.poll();
        self.operations.poll();
        self.extend.poll();
        self.save.poll();
        self.template.poll();
        self.known.poll();
    }
}

/// Draws a page.
pub fn page_ui(ui: &mut Ui, page: Page, pages: &mut Pages, cx: &mut Cx<'_>) {
    match page {
        Page::Start => start::ui(ui, cx),
        Page::Access => access::ui(ui, &mut pages.access, cx),
        Page::DatabaseSystem => database_system::ui(ui, cx),
        Page::Connection => connection::ui(ui, &mut pages.connection, cx),
        Page::Describe => describe::ui(ui, &mut pages.describe, cx),
        Page::LoadConfiguration => load_configuration::ui(ui, &mut pages.load, &mut pages.connection, cx),
        Page::TimeZone => time_zone::ui(ui, &mut pages.time_zone, cx),
        Page::Initializing => initializing::ui(ui, cx),
        Page::PartialSchemas => partial_schemas::ui(ui, cx),
        Page::Detection => detection::ui(ui, cx),
        Page::Keys => keys::ui(ui, &mut pages.keys, &mut pages.tables, cx),
        Page::Relations => relations::ui(ui, &mut pages.relations, &mut pages.tables, cx),
        Page::CompleteSchema => complete_schema::ui(ui, &mut pages.tables, cx),
        Page::DataOperations => data_operations::ui(ui, &mut pages.operations, &mut pages.tables, cx),
        Page::ExtendSchema => extend_schema::ui(ui, &mut pages.extend, &mut pages.tables, cx),
        Page::SaveConfiguration => save_configuration::ui(ui, &mut pages.save, cx),
        Page::Central => central::ui(ui, pages, cx),
        Page::Template => template::ui(ui, &mut pages.template, cx),
        Page::General => general::ui(ui, &mut pages.general, cx),
        Page::Finish => finish::ui(ui, cx),
    }
}

/// True for pages that scroll their own tables and want the whole room.
#[must_use]
pub const fn fills(page: Page) -> bool {
    matches!(
        page,
        Page::Keys
            | Page::Relations
            | Page::CompleteSchema
            | Page::DataOperations
            | Page::ExtendSchema
            | Page::PartialSchemas
    )
}

/// What must be put right on a page before going on.
///
/// # Errors
///
/// The first thing, in words.
pub fn check(page: Page, draft: &Draft, pages: &Pages) -> Result<(), Problem> {
    match page {
        Page::Access => access::check(draft),
        Page::DatabaseSystem => database_system::check(draft),
        Page::Connection => connection::check(draft.system()),
        Page::Describe => describe::check(draft),
        Page::TimeZone => time_zone::check(draft),
        Page::Initializing => initializing::check(draft.system()),
        Page::PartialSchemas => partial_schemas::check(draft),
        Page::Relations => relations::check(&draft.system().schema, &pages.relations, &pages.tables),
        Page::DataOperations => data_operations::check(draft, &pages.known),
        Page::ExtendSchema => extend_schema::check(draft, &pages.known),
        Page::SaveConfiguration => save_configuration::check(draft, &pages.save),
        Page::Central => central::check(draft, &pages.save),
        Page::General => general::check(draft, &pages.known),
        Page::Start
        | Page::LoadConfiguration
        | Page::Detection
        | Page::Keys
        | Page::CompleteSchema
        | Page::Template
        | Page::Finish => Ok(()),
    }
}

/// Takes what was typed on a page and would be lost on the way to another one.
pub fn settle(pages: &mut Pages, cx: &mut Cx<'_>) {
    pages.relations.take_typed(&mut pages.tables, cx);
}

/// Settles what a page leaves behind when it is left forwards: proposals that were not changed, blanks.
pub fn leaving(page: Page, draft: &mut Draft, pages: &Pages) {
    match page {
        Page::Connection => connection::leaving(draft),
        Page::Central => central::leaving(draft, &pages.known),
        _ => {}
    }
}

/// What *Next* works out on a page; `stay` if a button of the page asked for it instead.
pub fn work(page: Page, pages: &mut Pages, cx: &mut Cx<'_>, stay: bool) -> Option<PageJob> {
    match page {
        Page::Connection => Some(connection::work(cx)),
        Page::Initializing => initializing::work(cx),
        Page::PartialSchemas => partial_schemas::work(cx, stay),
        Page::Detection => detection::work(cx, stay),
        Page::SaveConfiguration => save_configuration::work(&mut pages.save, cx),
        Page::Central => Some(central::work(&mut pages.save, cx)),
        _ => None,
    }
}
