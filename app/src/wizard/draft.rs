//! What the wizard has been told so far. It holds no secret and can be written to a file, so that a wizard that
//! a crash cut short can be taken up again.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Weak},
};

use serde::{Deserialize, Serialize};
use syncwright_core::{
    connect::systems::SystemKind,
    project::{
        Access, Connection, FORMAT_VERSION, Project, Provider, Schema, SchemaCompletions, ScriptLanguage,
        SecretStore, Side, Snippet, System, Variable, WhenMissing,
    },
    schema::OwnerCount,
};

use super::Page;

/// A project in the making.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// Every page is shown, not only those without a default that fits.
    pub expert: bool,
    /// A system of an open project is edited: nothing that was set on it is ever forgotten.
    pub edits: bool,
    /// The page that is shown.
    pub page: Page,
    /// The side that the pages about a system are about: the target, or the system that is edited.
    pub side: Side,
    /// The target system.
    pub target: SystemDraft,
    /// What the central system is.
    pub central_choice: CentralChoice,
    /// The central system.
    pub central: SystemDraft,
    /// Project templates that were found on this machine.
    pub templates_known: usize,
    /// The project template to start from; a blank project without.
    pub template: Option<PathBuf>,
    /// Name of the project.
    pub name: String,
    /// Name shown to people.
    pub display_name: String,
    /// Free text.
    pub description: String,
    /// Language of its scripts; fixed once the project is saved (W19).
    pub script_language: ScriptLanguage,
    /// Snippets of an open project, which its scripts may call.
    pub snippets: Vec<Snippet>,
    /// Variables of an open project, which connections and scripts may name.
    pub variables: Vec<Variable>,
    /// Folder of the project file.
    pub folder: PathBuf,
    /// Name of the project file; made of the name of the project while it is empty.
    pub file_name: String,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            expert: false,
            edits: false,
            page: Page::Start,
            side: Side::Right,
            target: SystemDraft::default(),
            central_choice: CentralChoice::NewIdentityStore,
            central: SystemDraft::default(),
            templates_known: 0,
            template: None,
            name: String::new(),
            display_name: String::new(),
            description: String::new(),
            script_language: ScriptLanguage::default(),
            snippets: Vec::new(),
            variables: Vec::new(),
            folder: PathBuf::new(),
            file_name: String::new(),
        }
    }
}

/// What the central system is (W17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum CentralChoice {
    /// A new, empty identity store in a file beside the project (S4).
    #[default]
    NewIdentityStore,
    /// A SQLite file that is there.
    SqliteFile,
    /// Another database.
    Database,
}

/// A schema that drafts share with jobs until somebody changes it: it can be large.
#[derive(Debug, Clone, Default)]
pub struct SharedSchema(Arc<Schema>);

impl SharedSchema {
    /// The schema, for a job.
    #[must_use]
    pub fn share(&self) -> Arc<Schema> {
        Arc::clone(&self.0)
    }

    /// Something to recognise the schema by, for as long as nobody changes it.
    #[must_use]
    pub fn mark(&self) -> Weak<Schema> {
        Arc::downgrade(&self.0)
    }

    /// True if it is the schema of `mark`, unchanged.
    #[must_use]
    pub fn is(&self, mark: &Weak<Schema>) -> bool {
        // Changing a schema that has marks takes it out of their reach.
        mark.upgrade().is_some_and(|marked| Arc::ptr_eq(&marked, &self.0))
    }
}

impl From<Schema> for SharedSchema {
    fn from(schema: Schema) -> Self {
        Self(Arc::new(schema))
    }
}

impl std::ops::Deref for SharedSchema {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        &self.0
    }
}

impl PartialEq for SharedSchema {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || *self.0 == *other.0
    }
}

impl Serialize for SharedSchema {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().serialize(serializer)
    }
}

impl<'a> Deserialize<'a> for SharedSchema {
    fn deserialize<D: serde::Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        Schema::deserialize(deserializer).map(Self::from)
    }
}

/// A system in the making.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SystemDraft {
    /// What kind of system was chosen (W3).
    pub kind: Option<SystemKind>,
    /// How it is reached (W2, W4–W9).
    pub connection: Connection,
    /// The identifier was typed, so nothing is proposed any more (W5).
    pub identifier_typed: bool,
    /// Attributes for the driver that have no field of their own, as typed (W4).
    pub more_attributes: Vec<(String, String)>,
    /// What it holds, with everything that was set on it (W10–W15). Shared, because it is large and jobs read it.
    pub schema: SharedSchema,
    /// Every owner of the database with its tables (W9).
    #[serde(with = "owners")]
    pub owners: Vec<OwnerCount>,
    /// They were looked for since these pages were opened.
    pub owners_known: bool,
    /// The connection that the schema was read with; nothing before that.
    pub detected_with: Option<Connection>,
    /// Products whose schemas were recognised (S3), by their display names.
    pub recognised: Vec<String>,
    /// What is known of these is filled in (W10).
    pub fill_completely: bool,
    /// Whether the connection was read-only before filling in was declined.
    pub read_only_before: bool,
    /// The schema has to be read again, although the connection is the same.
    pub stale: bool,
    /// What a loaded template knows of the schema; taken over once that is read (W6).
    pub completions: Option<SchemaCompletions>,
    /// What of it did not fit.
    pub unfit: Vec<String>,
    /// Scopes of an edited system, which no page shows.
    pub scope: BTreeMap<String, String>,
}

impl Default for SystemDraft {
    fn default() -> Self {
        Self {
            kind: None,
            connection: Connection {
                system_identifier: String::new(),
                display_name: String::new(),
                category: String::new(),
                provider: Provider::Sqlite { file: String::new(), when_missing: WhenMissing::Fail },
                access: Access::Direct,
                read_only: false,
                production: false,
                time_zone: None,
                partial_schemas: Vec::new(),
                initial_sql: Vec::new(),
                connect_timeout_secs: None,
                query_timeout_secs: None,
                secret_store: SecretStore::Automatic,
                isolation_level: None,
                fetch_batch_size: None,
                pool: None,
                operation_limits: BTreeMap::new(),
                try_to_ignore_data_errors: false,
            },
            identifier_typed: false,
            more_attributes: Vec::new(),
            schema: SharedSchema::default(),
            owners: Vec::new(),
            owners_known: false,
            detected_with: None,
            recognised: Vec::new(),
            fill_completely: true,
            read_only_before: false,
            stale: false,
            completions: None,
            unfit: Vec::new(),
            scope: BTreeMap::new(),
        }
    }
}

impl SystemDraft {
    /// The kind of system behind a provider.
    #[must_use]
    pub fn kind_of(provider: &Provider) -> SystemKind {
        match provider {
            Provider::Sqlite { .. } => SystemKind::Sqlite,
            Provider::Odbc { dialect, attributes } if attributes.contains_key("DSN") => {
                SystemKind::DataSource(dialect.clone())
            }
            Provider::Odbc { dialect, .. } => SystemKind::Odbc(dialect.clone()),
            Provider::Csv { .. } => SystemKind::Csv,
        }
    }

    /// A draft of a system that a project has.
    #[must_use]
    pub fn of(system: &System) -> Self {
        Self {
            kind: Some(Self::kind_of(&system.connection.provider)),
            connection: system.connection.clone(),
            identifier_typed: true,
            schema: SharedSchema::from(system.schema.clone()),
            detected_with: Some(system.connection.clone()),
            scope: system.scope.clone(),
            ..Self::default()
        }
    }

    /// True if the schema was read.
    #[must_use]
    pub const fn is_detected(&self) -> bool {
        self.detected_with.is_some()
    }

    /// True if the schemas of the database were looked for, or need not be.
    #[must_use]
    pub const fn are_owners_known(&self) -> bool {
        self.owners_known || !matches!(self.connection.provider, Provider::Odbc { .. })
    }

    /// The schema, to change it.
    pub fn schema_mut(&mut self) -> &mut Schema {
        Arc::make_mut(&mut self.schema.0)
    }

    /// The dialect, if the system is behind ODBC.
    #[must_use]
    pub fn dialect(&self) -> Option<&str> {
        match &self.kind {
            Some(SystemKind::Odbc(dialect) | SystemKind::DataSource(dialect)) => Some(dialect),
            Some(SystemKind::Sqlite | SystemKind::Csv) | None => None,
        }
    }

    /// The system as the project holds it; `old` is what the project had, of which pages show only a part.
    #[must_use]
    pub fn system(&self, old: Option<&System>) -> System {
        let mut system = old.cloned().unwrap_or_else(|| System {
            connection: self.connection.clone(),
            schema: Schema::default(),
            scope: self.scope.clone(),
            reference_scope: BTreeMap::new(),
            log_level: syncwright_core::project::LogLevel::default(),
        });
        system.connection = self.connection.clone();
        system.schema = (*self.schema).clone();
        system
    }
}

impl Draft {
    /// The system that the pages about a system are about.
    #[must_use]
    pub const fn system(&self) -> &SystemDraft {
        self.of(self.side)
    }

    /// The same, to change it.
    pub const fn system_mut(&mut self) -> &mut SystemDraft {
        match self.side {
            Side::Left => &mut self.central,
            Side::Right => &mut self.target,
        }
    }

    /// The system of a side.
    #[must_use]
    pub const fn of(&self, side: Side) -> &SystemDraft {
        match side {
            Side::Left => &self.central,
            Side::Right => &self.target,
        }
    }

    /// The project file.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.join(self.shown_file_name())
    }

    /// Name of the project file as typed, or made of the name of the project.
    #[must_use]
    pub fn shown_file_name(&self) -> String {
        if self.file_name.trim().is_empty() {
            format!("{}.ron", file_stem(&self.name))
        } else {
            self.file_name.trim().to_owned()
        }
    }

    /// The project as far as it is described.
    #[must_use]
    pub fn project(&self) -> Project {
        Project {
            format: FORMAT_VERSION,
            name: self.name.trim().to_owned(),
            display_name: self.display_name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            active: false,
            script_language: self.script_language,
            central: self.central.system(None),
            target: self.target.system(None),
            mappings: Vec::new(),
            workflows: Vec::new(),
            start_ups: Vec::new(),
            variables: self.variables.clone(),
            variable_sets: Vec::new(),
            base_objects: Vec::new(),
            target_system_types: Vec::new(),
            snippets: self.snippets.clone(),
        }
    }
}

/// A name as the stem of a file: letters and digits, anything else a hyphen.
#[must_use]
pub fn file_stem(name: &str) -> String {
    let letters = name.trim().chars().map(|letter| {
        if letter.is_alphanumeric() { letter.to_lowercase().next().unwrap_or(letter) } else { '-' }
    });
    let stem: String = letters.collect();
    let stem = stem.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if stem.is_empty() { "project".to_owned() } else { stem }
}

/// A path as the project file holds it: relative if it lies in the folder of the project.
#[must_use]
pub fn stored_path(path: &str, folder: &Path) -> String {
    Path::new(path).strip_prefix(folder).map_or_else(|_| path.to_owned(), |rest| rest.display().to_string())
}

mod owners {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use syncwright_core::schema::OwnerCount;

    pub fn serialize<S: Serializer>(owners: &[OwnerCount], serializer: S) -> Result<S::Ok, S::Error> {
        let plain: Vec<(&str, usize, usize)> =
            owners.iter().map(|owner| (owner.owner.as_str(), owner.tables, owner.views)).collect();
        plain.serialize(serializer)
    }

    pub fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Vec<OwnerCount>, D::Error> {
        let plain = Vec::<(String, usize, usize)>::deserialize(deserializer)?;
        Ok(plain.into_iter().map(|(owner, tables, views)| OwnerCount { owner, tables, views }).collect())
    }
}
