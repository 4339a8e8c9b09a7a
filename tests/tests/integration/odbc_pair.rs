//! Two tables in any two systems, and the project that writes the first into the second.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch},
    compute::concat_batches,
    datatypes::{Field, Schema as ArrowSchema},
};
use syncwright_core::{
    connect::{Connector, Flow, OpenMode, OrderBy, SearchRequest, open, secrets},
    progress::{CancelToken, Silent},
    project::{self, Connection, Project, PropertyRule, Provider, SchemaType},
    sync::{RunReport, RunStatus, run},
    value::{Value, array_of, value_at},
};
use syncwright_tests::servers::{Database, System, Unavailable};
use tempfile::TempDir;

const GO: &str = "go";

/// A kind of system that a table can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Embedded,
    SqliteDriver,
    Server(System),
}

impl Kind {
    pub const ALL: [Self; 4] =
        [Self::Embedded, Self::SqliteDriver, Self::Server(System::PostgreSql), Self::Server(System::MariaDb)];

    pub fn quote(self, name: &str) -> String {
        match self {
            Self::Server(system) => system.quote(name),
            _ => format!("\"{name}\""),
        }
    }
}

/// A database with one table, and how to get at it.
pub struct End {
    pub kind: Kind,
    pub connection: Connection,
    pub table: SchemaType,
    pub database: Option<Database>,
    folder: TempDir,
}

impl End {
    /// Runs the script, which creates this table and maybe others.
    pub fn new(kind: Kind, table: &str, create: &str) -> Result<Self, Unavailable> {
        let folder = tempfile::tempdir().unwrap();
        let database = match kind {
            Kind::Server(system) => Some(Database::new(system)?),
            _ => None,
        };
        Ok(Self::at(kind, table, database, folder, create))
    }

    /// The same in a database that is there already.
    pub fn at(kind: Kind, table: &str, database: Option<Database>, folder: TempDir, create: &str) -> Self {
        let file = folder.path().join("data.db");
        let (identifier, provider) = match (&database, kind) {
            (Some(database), Kind::Server(system)) => {
                let identifier = format!("pair-{}", database.name());
                secrets::set_password(&identifier, database.password().into());
                database.client().run(create);
                let attributes: BTreeMap<String, String> = database.attributes().into_iter().collect();
                (identifier, Provider::Odbc { dialect: system.dialect().to_owned(), attributes })
            }
            _ => {
                rusqlite::Connection::open(&file).unwrap().execute_batch(create).unwrap();
                let path = file.display().to_string();
                let provider = match kind {
                    Kind::SqliteDriver => Provider::Odbc {
                        dialect: "sqlite".to_owned(),
                        attributes: BTreeMap::from([("Database".to_owned(), path.clone())]),
                    },
                    _ => serde_json::from_value(serde_json::json!({ "Sqlite": { "file": path } })).unwrap(),
                };
                (format!("pair-{}", path.replace('/', "-")), provider)
            }
        };
        let connection =
            Connection { system_identifier: identifier, provider, ..template().target.connection };
        let mut connector = open(&connection, folder.path(), OpenMode::Write).unwrap();
        let schema = connector.describe_schema(&Silent, &CancelToken::default()).unwrap();
        let found = schema.types.into_iter().find(|one| one.table_name() == table);
        let table = found.expect("the table is in the catalog");
        assert_eq!(table.key.len(), 1, "{table:?}");
        Self { kind, connection, table, database, folder }
    }

    pub fn connector(&self) -> Box<dyn Connector> {
        open(&self.connection, self.folder.path(), OpenMode::Write).unwrap()
    }

    /// Runs SQL beside the program under test.
    pub fn execute(&self, sql: &str) {
        match &self.database {
            Some(database) => database.client().run(sql),
            None => {
                let file = self.folder.path().join("data.db");
                rusqlite::Connection::open(file).unwrap().execute_batch(sql).unwrap();
            }
        }
    }

    pub fn names(&self) -> Vec<String> {
        self.table.properties.iter().map(|property| property.name.clone()).collect()
    }

    /// Replaces the content of the table.
    pub fn fill(&self, rows: &[Vec<Value>]) {
        self.execute(&format!("DELETE FROM {}", self.kind.quote(self.table.table_name())));
        let mut connector = self.connector();
        connector.begin().unwrap();
        connector.insert(&self.table, &self.batch(rows)).unwrap();
        connector.commit().unwrap();
    }

    fn batch(&self, rows: &[Vec<Value>]) -> RecordBatch {
        let names = self.names();
        self.batch_of(rows, &names.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Rows of some columns.
    pub fn batch_of(&self, rows: &[Vec<Value>], names: &[&str]) -> RecordBatch {
        let value_type = |name: &str| self.table.property(name).unwrap().value_type;
        let fields: Vec<Field> =
            names.iter().map(|name| Field::new(*name, value_type(name).arrow(), true)).collect();
        let columns: Vec<ArrayRef> = names
            .iter()
            .enumerate()
            .map(|(at, name)| array_of(value_type(name), rows.iter().map(|row| &row[at])))
            .collect();
        RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns).unwrap()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the table holds, in the order of its key.
    pub fn rows(&self) -> Vec<Vec<Value>> {
        self.rows_through(&mut *self.connector())
    }

    /// The same through a connection that is there.
    pub fn rows_through(&self, connector: &mut dyn Connector) -> Vec<Vec<Value>> {
        let order = [OrderBy { property: self.table.key[0].clone(), descending: false }];
        let names = self.names();
        let request = SearchRequest { order: &order, ..SearchRequest::all(&self.table, &names) };
        let mut batches = Vec::new();
        connector
            .search(&request, &CancelToken::default(), &mut |batch| {
                batches.push(batch);
                Flow::Continue
            })
            .unwrap();
        let Some(first) = batches.first() else { return Vec::new() };
        let all = concat_batches(&first.schema(), &batches).unwrap();
        (0..all.num_rows())
            .map(|row| all.columns().iter().map(|column| value_at(column, row)).collect())
            .collect()
    }
}

/// A project that writes the table of one end into that of the other.
pub struct Pair {
    pub project: Project,
    folder: TempDir,
}

impl Pair {
    /// With a rule for every column that both tables have.
    pub fn new(from: &End, to: &End) -> Self {
        let mut project = template();
        for (system, end) in [(&mut project.central, from), (&mut project.target, to)] {
            system.connection = end.connection.clone();
            system.schema.types = vec![end.table.clone()];
        }
        let mapping = &mut project.mappings[0];
        mapping.left.clone_from(&from.table.name);
        mapping.right.clone_from(&to.table.name);
        let rule = mapping.rules.remove(0);
        let shared = from.names().into_iter().filter(|name| to.table.property(name).is_some());
        mapping.rules = shared
            .map(|name| PropertyRule { name: name.clone(), left: name.clone(), right: name, ..rule.clone() })
            .collect();
        Self { project, folder: tempfile::tempdir().unwrap() }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn run(&self) -> RunReport {
        run(&self.project, self.folder(), GO, &Silent, &CancelToken::default()).unwrap()
    }

    /// Runs until there is nothing to do: once, and then once more to see that.
    pub fn settle(&self) -> Result<RunReport, String> {
        let report = self.run();
        if report.run.status != RunStatus::Done {
            return Err(format!("{:#}", report.to_json()));
        }
        let again = self.run();
        match (again.run.status, again.steps[0].changes.is_empty()) {
            (RunStatus::Done, true) => Ok(report),
            _ => Err(format!("the second run has something to do: {:#}", again.to_json())),
        }
    }
}

/// The part of a project's text with one workflow: to the target system, everything that a mapping can write.
pub fn workflow(mapping: &str) -> String {
    format!(
        r#"workflows: [(
            name: "all", direction: ToTarget, continue_on_error: true,
            steps: [(
                name: "{mapping}", mapping: "{mapping}", quotas: (delete: (percent: 100.0)),
                methods: (
                    both_differ: [(method: Update)],
                    only_in_source: [(method: Insert)],
                    only_in_destination: [(method: Delete)],
                ),
            )],
        )],
        start_ups: [(name: "{GO}", workflow: "all")],"#
    )
}

/// The project, with ends that are to be replaced.
fn template() -> Project {
    let end = r#"(
        connection: (system_identifier: "ID", provider: Sqlite(file: "replaced")),
        schema: (types: []),
    )"#;
    project::from_text(
        "pair",
        &format!(
            r#"(
                format: 1, name: "pair", active: true, central: {}, target: {},
                mappings: [(
                    name: "All", left: "one", right: "other",
                    matching: [(name: "id", on: Pair("id", "id"))],
                    rules: [(name: "rule", left: "id", right: "id")],
                )],
                {}
            )"#,
            end.replace("ID", "central"),
            end.replace("ID", "target"),
            workflow("All"),
        ),
    )
    .unwrap()
}
