//! A small project that writes persons of a SQLite file into a table of a database server.

use std::{collections::BTreeMap, path::Path};

use syncwright_core::{
    connect::{Connector, OpenMode, open, secrets},
    progress::{CancelToken, Silent},
    project::{self, Project, Provider, SchemaType},
    sync::{RunReport, RunStatus, run},
};
use syncwright_tests::servers::{Database, System};
use tempfile::TempDir;

use crate::odbc_pair::workflow;

/// Name of the only start up configuration.
pub const GO: &str = "go";

/// Columns that both tables have, apart from the key `uid`; the last name is mandatory.
const COLUMNS: [(&str, &str); 5] =
    [("first", "First Name"), ("last", "last_name"), ("born", "born"), ("level", "level"), ("note", "note")];

/// The table `users` of a server, in its own words.
pub fn users_table(system: System) -> String {
    let suffix = match system {
        System::PostgreSql => "",
        System::MariaDb => " CHARACTER SET utf8mb4",
    };
    format!(
        "CREATE TABLE users (uid varchar(40) PRIMARY KEY, {} varchar(60), last_name varchar(60) NOT NULL, \
         born date, level integer, note text){suffix};\n",
        system.quote("First Name")
    )
}

/// A server's database with the table, a SQLite file with persons, and the project between them.
pub struct Persons {
    pub database: Database,
    pub project: Project,
    folder: TempDir,
}

impl Persons {
    /// Connects as `user`, who must be able to read the table.
    pub fn new(database: Database, user: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identifier = format!("persons-{}", database.name());
        secrets::set_password(&identifier, database.password().into());
        let mut attributes: BTreeMap<String, String> = database.attributes().into_iter().collect();
        attributes.insert("UID".to_owned(), user.to_owned());
        let mut project = project::from_text("persons", &text(&identifier)).unwrap();
        project.target.connection.provider =
            Provider::Odbc { dialect: database.system().dialect().to_owned(), attributes };
        let mut persons = Self { database, project, folder };
        persons.central().execute_batch(
            "CREATE TABLE persons (uid TEXT PRIMARY KEY NOT NULL, first TEXT, last TEXT NOT NULL, born DATE, level INTEGER, note TEXT)",
        ).unwrap();
        let table = {
            let mut connector = persons.connector();
            let schema = connector.describe_schema(&Silent, &CancelToken::default()).unwrap();
            schema.types.into_iter().find(|table| table.name == "users").expect("the table is in the catalog")
        };
        assert_eq!(table.key, ["uid"], "the key is in the catalog");
        persons.project.target.schema.types = vec![table];
        persons
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn central(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("central.db")).unwrap()
    }

    /// Adds a person.
    pub fn add(&self, uid: &str, first: Option<&str>, last: &str, note: Option<&str>) {
        let values = (uid, first, last, "2001-02-03", 7, note);
        self.central().execute("INSERT INTO persons VALUES (?, ?, ?, ?, ?, ?)", values).unwrap();
    }

    pub fn connector(&self) -> Box<dyn Connector> {
        open(&self.project.target.connection, self.folder.path(), OpenMode::Write).unwrap()
    }

    pub fn table(&self) -> &SchemaType {
        &self.project.target.schema.types[0]
    }

    pub fn table_mut(&mut self) -> &mut SchemaType {
        &mut self.project.target.schema.types[0]
    }

    pub fn run(&self) -> RunReport {
        run(&self.project, self.folder(), GO, &Silent, &CancelToken::default()).unwrap()
    }

    /// Runs, and expects that everything was done.
    #[track_caller]
    pub fn run_well(&self) -> RunReport {
        let report = self.run();
        assert_eq!(report.run.status, RunStatus::Done, "{:#}", report.to_json());
        report
    }

    /// Runs, and expects that there was nothing to do.
    #[track_caller]
    pub fn expect_equal(&self) {
        let report = self.run_well();
        assert_eq!(report.steps[0].changes.len(), 0, "{:#}", report.to_json());
    }

    /// What the server's table holds, as its owner sees it.
    pub fn users(&self) -> Vec<String> {
        let name = self.database.system().quote("First Name");
        let sql = format!("SELECT uid, {name}, last_name, born, level, note FROM users ORDER BY uid");
        self.database.client().lines(&sql)
    }
}

fn text(identifier: &str) -> String {
    let rules: Vec<String> = std::iter::once(("uid", "uid"))
        .chain(COLUMNS)
        .map(|(left, right)| format!(r#"(name: "{left}", left: "{left}", right: "{right}")"#))
        .collect();
    let types = [("uid", "String"), ("first", "String"), ("last", "String"), ("born", "Date")];
    let columns: Vec<String> = types
        .into_iter()
        .chain([("level", "Integer"), ("note", "String")])
        .map(|(name, value_type)| format!(r#"(name: "{name}", value_type: {value_type})"#))
        .collect();
    format!(
        r#"(
            format: 1, name: "persons", active: true,
            central: (
                connection: (system_identifier: "central", provider: Sqlite(file: "central.db")),
                schema: (types: [(name: "persons", key: ["uid"], properties: [{}])]),
            ),
            target: (
                connection: (system_identifier: "{identifier}", provider: Sqlite(file: "replaced")),
                schema: (types: []),
            ),
            mappings: [(
                name: "Users", left: "persons", right: "users",
                matching: [(name: "uid", on: Pair("uid", "uid"))],
                rules: [{}],
            )],
            {}
        )"#,
        columns.join(", "),
        rules.join(", "),
        workflow("Users"),
    )
}
