//! The pages of the wizard: order, titles, what each is for, and which of them a draft needs.

use serde::{Deserialize, Serialize};
use syncwright_core::{
    connect::systems::{SystemKind, connection_form},
    project::SchemaType,
    schema,
};

use super::draft::Draft;

/// A page of the wizard (W1–W20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[allow(missing_docs, reason = "the title of each page says what it is")]
pub enum Page {
    #[default]
    Start,
    Access,
    DatabaseSystem,
    Connection,
    Describe,
    LoadConfiguration,
    TimeZone,
    Initializing,
    PartialSchemas,
    Detection,
    Keys,
    Relations,
    CompleteSchema,
    DataOperations,
    ExtendSchema,
    SaveConfiguration,
    Central,
    Template,
    General,
    Finish,
}

impl Page {
    /// All pages, in their order.
    pub const ALL: [Self; 20] = [
        Self::Start,
        Self::Access,
        Self::DatabaseSystem,
        Self::Connection,
        Self::Describe,
        Self::LoadConfiguration,
        Self::TimeZone,
        Self::Initializing,
        Self::PartialSchemas,
        Self::Detection,
        Self::Keys,
        Self::Relations,
        Self::CompleteSchema,
        Self::DataOperations,
        Self::ExtendSchema,
        Self::SaveConfiguration,
        Self::Central,
        Self::Template,
        Self::General,
        Self::Finish,
    ];

    /// Title, in the list of steps and above the page.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Access => "System access",
            Self::DatabaseSystem => "Database system",
            Self::Connection => "Database connection",
            Self::Describe => "Describe the database",
            Self::LoadConfiguration => "Load configuration",
            Self::TimeZone => "Time zone",
            Self::Initializing => "Initializing",
            Self::PartialSchemas => "Partial schemas",
            Self::Detection => "Schema detection",
            Self::Keys => "Key information",
            Self::Relations => "Data relations",
            Self::CompleteSchema => "Complete the schema",
            Self::DataOperations => "Data operations",
            Self::ExtendSchema => "Extend the schema",
            Self::SaveConfiguration => "Save configuration",
            Self::Central => "Central connection",
            Self::Template => "Project template",
            Self::General => "General",
            Self::Finish => "Finish",
        }
    }

    /// What the page asks for, in a sentence below its title.
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Start => "From a database to a project that is saved and checked.",
            Self::Access => "How is the target system reached from here?",
            Self::DatabaseSystem => "Which kind of system is to be synchronized?",
            Self::Connection => "Where is the database, and who connects to it?",
            Self::Describe => "How shall this system be called, here and in the whole environment?",
            Self::LoadConfiguration => "Start from settings that were saved before?",
            Self::TimeZone => "In which time zone are the dates and times of this database meant?",
            Self::Initializing => "Which statements shall run on every new connection?",
            Self::PartialSchemas => "Which parts of the database take part?",
            Self::Detection => "What does the database hold?",
            Self::Keys => "How are the rows of each table told apart?",
            Self::Relations => "Which columns refer to objects of other tables?",
            Self::CompleteSchema => "What does the catalog of the database not know about its columns?",
            Self::DataOperations => "Do objects have to be written in another way than by plain statements?",
            Self::ExtendSchema => "Which properties are needed beside the columns?",
            Self::SaveConfiguration => "Where are the connection and its password kept?",
            Self::Central => "Where do the identities live?",
            Self::Template => "Start from mappings that exist already?",
            Self::General => "What is the project called, and where is it saved?",
            Self::Finish => "Everything at a glance.",
        }
    }

    /// True for pages about the connection of a system, which can be opened again later.
    #[must_use]
    pub const fn is_about_system(self) -> bool {
        !matches!(self, Self::Start | Self::Central | Self::Template | Self::General | Self::Finish)
    }
}

/// Why a draft does not need a page; nothing if it does.
///
/// Expert mode leaves out only what cannot be said about this system; default mode also what has a default that
/// fits.
#[must_use]
pub fn why_skipped(page: Page, draft: &Draft) -> Option<&'static str> {
    let system = draft.system();
    let odbc = matches!(system.kind, Some(SystemKind::Odbc(_) | SystemKind::DataSource(_)));
    let csv = matches!(system.kind, Some(SystemKind::Csv));
    let chosen = system.kind.is_some();
    let by_default = (!draft.expert).then_some("The default fits; expert mode shows it");
    match page {
        Page::Start
        | Page::DatabaseSystem
        | Page::Connection
        | Page::Describe
        | Page::Detection
        | Page::Central
        | Page::General
        | Page::Finish => None,
        Page::Access | Page::LoadConfiguration => by_default,
        Page::TimeZone if chosen && !odbc => Some("Only databases behind ODBC have zone-less points in time"),
        Page::Initializing if csv => Some("Files have no sessions"),
        Page::PartialSchemas if chosen && !odbc => Some("Such a system has no schemas"),
        Page::PartialSchemas if system.are_owners_known() && system.owners.len() < 2 => {
            Some("The database has one schema")
        }
        Page::Keys if !draft.expert && system.is_detected() => {
            // A key that was given here is to be seen again by who comes back.
            let given = |one: &SchemaType| one.key_declared || !one.column_groups.is_empty();
            let needed =
                system.schema.types.iter().any(given) || !schema::without_key(&system.schema).is_empty();
            (!needed).then_some("Every table has a key")
        }
        Page::DataOperations if chosen && !odbc => Some("Only databases behind ODBC take other statements"),
        Page::SaveConfiguration if !draft.expert && !has_password(&system.kind) => {
            Some("There is no password to keep")
        }
        Page::SaveConfiguration => None,
        Page::Template if !draft.expert && draft.templates_known == 0 => {
            Some("There are no project templates on this machine")
        }
        Page::Template => None,
        Page::TimeZone
        | Page::Initializing
        | Page::PartialSchemas
        | Page::Keys
        | Page::Relations
        | Page::CompleteSchema
        | Page::DataOperations
        | Page::ExtendSchema => by_default,
    }
}

/// True if systems of this kind have users with passwords.
#[must_use]
pub fn has_password(kind: &Option<SystemKind>) -> bool {
    match kind {
        Some(SystemKind::Odbc(dialect) | SystemKind::DataSource(dialect)) => {
            connection_form(dialect).password
        }
        Some(SystemKind::Sqlite | SystemKind::Csv) | None => false,
    }
}
