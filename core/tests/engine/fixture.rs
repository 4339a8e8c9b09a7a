//! Two SQLite files and a project between them, built in code.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use rusqlite::types::Value as SqlValue;
use syncwright_core::{
    connect::{OpenMode, open},
    progress::{CancelToken, Silent},
    project::{
        Access, CollisionDetection, Connection, DependencyResolution, Direction, FORMAT_VERSION, Hierarchy,
        Lifecycle, LogLevel, Mapping, MappingDirection, MatchExpression, MatchingRule, Method, Methods,
        Project, PropertyRule, Provider, Quota, Quotas, ScriptLanguage, SecretStore, StartUpConfiguration,
        Step, System, WhenBusy, WhenMissing, Workflow,
    },
    sync::{Change, RunReport, RunStatus, run, simulate},
};
use tempfile::TempDir;

/// Name of the only start up configuration.
pub const GO: &str = "go";

/// The central system (left) and the target system (right), each a file in a folder of its own.
pub struct Systems {
    folder: TempDir,
}

impl Systems {
    /// Creates both files with these statements.
    pub fn new(left: &str, right: &str) -> Self {
        let systems = Self { folder: tempfile::tempdir().unwrap() };
        systems.left().execute_batch(left).unwrap();
        systems.right().execute_batch(right).unwrap();
        systems
    }

    /// The folder that everything is in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn left(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.left_file()).unwrap()
    }

    pub fn right(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.right_file()).unwrap()
    }

    pub fn left_file(&self) -> PathBuf {
        self.folder.path().join("left.db")
    }

    pub fn right_file(&self) -> PathBuf {
        self.folder.path().join("right.db")
    }

    /// The bytes of both files.
    pub fn bytes(&self) -> (Vec<u8>, Vec<u8>) {
        (fs::read(self.left_file()).unwrap(), fs::read(self.right_file()).unwrap())
    }

    /// A project over both files as they are now, one step and mapping for each of `mappings`.
    pub fn project(&self, direction: Direction, mappings: Vec<Mapping>) -> Project {
        let steps = mappings.iter().map(|mapping| step(&mapping.name)).collect();
        Project {
            format: FORMAT_VERSION,
            name: "test".to_owned(),
            display_name: String::new(),
            description: String::new(),
            active: true,
            script_language: ScriptLanguage::Rhai,
            central: self.system("L", "left.db"),
            target: self.system("R", "right.db"),
            mappings,
            workflows: vec![Workflow {
                name: "all".to_owned(),
                display_name: String::new(),
                description: String::new(),
                direction,
                continue_on_error: true,
                dependency_resolution: DependencyResolution::Automatic,
                steps,
            }],
            start_ups: vec![start_up()],
            variables: Vec::new(),
            variable_sets: Vec::new(),
            base_objects: Vec::new(),
            target_system_types: Vec::new(),
            snippets: Vec::new(),
        }
    }

    fn system(&self, identifier: &str, file: &str) -> System {
        let connection = connection(identifier, file);
        let schema = open(&connection, self.folder.path(), OpenMode::Read)
            .unwrap()
            .describe_schema(&Silent, &CancelToken::default())
            .unwrap();
        System {
            connection,
            schema,
            scope: BTreeMap::new(),
            reference_scope: BTreeMap::new(),
            log_level: LogLevel::Info,
        }
    }

    pub fn simulate(&self, project: &Project) -> RunReport {
        simulate(project, self.folder.path(), GO, &Silent, &CancelToken::default()).unwrap()
    }

    pub fn run(&self, project: &Project) -> RunReport {
        run(project, self.folder.path(), GO, &Silent, &CancelToken::default()).unwrap()
    }

    /// Runs and expects that everything was done.
    pub fn run_well(&self, project: &Project) -> RunReport {
        let report = self.run(project);
        assert_eq!(report.run.status, RunStatus::Done, "{:#}", report.to_json());
        report
    }
}

pub fn connection(identifier: &str, file: &str) -> Connection {
    Connection {
        system_identifier: identifier.to_owned(),
        display_name: String::new(),
        category: String::new(),
        provider: Provider::Sqlite { file: file.to_owned(), when_missing: WhenMissing::Fail },
        access: Access::Direct,
        read_only: false,
        production: false,
        time_zone: None,
        partial_schemas: Vec::new(),
        initial_sql: Vec::new(),
        connect_timeout_secs: None,
        query_timeout_secs: None,
        isolation_level: None,
        fetch_batch_size: None,
        pool: None,
        operation_limits: BTreeMap::new(),
        try_to_ignore_data_errors: false,
        secret_store: SecretStore::Automatic,
    }
}

fn start_up() -> StartUpConfiguration {
    StartUpConfiguration {
        name: GO.to_owned(),
        display_name: String::new(),
        description: String::new(),
        workflow: "all".to_owned(),
        direction: None,
        variable_set: None,
        revision_filter: false,
        collision_detection: CollisionDetection::None,
        when_busy: WhenBusy::StopWithError,
        log_level: LogLevel::Info,
        bulk_level: None,
        parallelism: Some(2),
        schedule: None,
    }
}

/// A step that updates, inserts and deletes, with the quota of deletes switched off.
pub fn step(mapping: &str) -> Step {
    Step {
        name: mapping.to_owned(),
        mapping: mapping.to_owned(),
        lifecycle: Lifecycle::Active,
        direction: None,
        data_import: false,
        quotas: Quotas { delete: Some(Quota::default()), ..Quotas::default() },
        methods: Methods {
            both_differ: vec![Method::Update.into()],
            only_in_source: vec![Method::Insert.into()],
            only_in_destination: vec![Method::Delete.into()],
            outstanding_returned: vec![Method::ResetOutstanding.into()],
        },
    }
}

/// A mapping of two types with these matching rules and rules.
pub fn mapping(left: &str, right: &str, matching: Vec<MatchingRule>, rules: Vec<PropertyRule>) -> Mapping {
    Mapping {
        name: left.to_owned(),
        display_name: String::new(),
        description: String::new(),
        left: left.to_owned(),
        right: right.to_owned(),
        direction: MappingDirection::Both,
        only_for_updates: false,
        prevent_ambiguous_matches: false,
        hierarchy: Hierarchy::ParentsFirst,
        remember_pairs: false,
        actions: Vec::new(),
        lifecycle: Lifecycle::Active,
        exclusions: syncwright_core::project::Exclusions::default(),
        matching,
        rules,
    }
}

pub fn pair(left: &str, right: &str) -> MatchExpression {
    MatchExpression::Pair(left.to_owned(), right.to_owned())
}

pub fn by(name: &str, on: MatchExpression) -> MatchingRule {
    MatchingRule { name: name.to_owned(), on, ignore_case: false, graded: None }
}

/// A rule between two properties of these names, named after the left one.
pub fn rule(left: &str, right: &str) -> PropertyRule {
    PropertyRule::new(left, left, right)
}

/// Every row of a query, as text: values as SQLite has them, NULL as `∅`.
pub fn rows(database: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    statement
        .query_map([], |row| {
            let values: rusqlite::Result<Vec<String>> =
                (0..columns).map(|column| Ok(written(&row.get(column)?))).collect();
            Ok(values?.join("|"))
        })
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap()
}

fn written(value: &SqlValue) -> String {
    match value {
        SqlValue::Null => "∅".to_owned(),
        SqlValue::Integer(value) => value.to_string(),
        SqlValue::Real(value) => value.to_string(),
        SqlValue::Text(text) => text.clone(),
        SqlValue::Blob(bytes) => format!("{bytes:02x?}"),
    }
}

/// The changes of all steps.
pub fn changes(report: &RunReport) -> Vec<Change> {
    report.steps.iter().flat_map(|step| step.changes.iter()).collect()
}

/// The texts of all messages with this code.
pub fn messages(report: &RunReport, code: &str) -> Vec<String> {
    report
        .steps
        .iter()
        .flat_map(|step| &step.messages)
        .filter(|message| message.code == code)
        .map(|message| message.text.clone())
        .collect()
}
