//! What the tests of ODBC connections share: the sample with its databases in SQLite files or on servers, and
//! the program run against them. No password may be in anything that the program writes: every run is looked
//! through for them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value as Json;
use syncwright_core::{
    connect::secrets::password_variable,
    project::{self, Project, Provider, SampleDatabase, Side},
    sample::{SampleParameters, create_human_resources, create_identity_store},
};
use syncwright_tests::{
    Outcome,
    proxy::Proxy,
    repository,
    sample::{Dump, content_of_database, content_of_file, load_file, on_server, on_sqlite_driver},
    servers::{Database, System, or_skip},
};
use tempfile::TempDir;

use crate::{
    faults::{JSON, Running},
    program,
};

const PROJECT: &str = "hr-to-identity.ron";

/// Where a side of the sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a SQLite file, embedded.
    File,
    /// In a SQLite file, behind its ODBC driver.
    FileBehindDriver,
    /// On a server, behind its ODBC driver.
    Server(System),
}

/// A side of the sample.
struct Home {
    place: Place,
    /// The SQLite file that holds it, or that the server's database was made from.
    file: PathBuf,
    database: Option<Database>,
}

impl Home {
    fn new(place: Place, folder: &Path, which: SampleDatabase) -> Option<Self> {
        let database = match place {
            Place::File | Place::FileBehindDriver => None,
            Place::Server(system) => Some(or_skip(Database::new(system))?),
        };
        Some(Self::with(place, folder, which, database))
    }

    fn with(place: Place, folder: &Path, which: SampleDatabase, database: Option<Database>) -> Self {
        let parameters = SampleParameters::default();
        let (name, create): (_, fn(&Path, &SampleParameters) -> _) = match which {
            SampleDatabase::HumanResources => ("hr.db", create_human_resources),
            SampleDatabase::IdentityStore => ("identity.db", create_identity_store),
        };
        let file = folder.join(name);
        create(&file, &parameters).unwrap();
        if let Some(database) = &database {
            load_file(&file, database);
        }
        Self { place, file, database }
    }

    fn content(&self) -> Dump {
        match &self.database {
            None => content_of_file(&self.file),
            Some(database) => content_of_database(database, &self.file),
        }
    }
}

/// The sample in a folder of its own, both databases made.
pub struct Sample {
    folder: TempDir,
    hr: Home,
    identity: Home,
    /// What a side of databases on servers was made from; out of the program's sight.
    _sources: TempDir,
}

impl Sample {
    /// The sample with human resources and the identity store in these places; `None`, with the reason
    /// printed, if a server is missing.
    pub fn new(hr: Place, identity: Place) -> Option<Self> {
        let (folder, sources) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let near = |place: Place| match place {
            Place::Server(_) => sources.path(),
            Place::File | Place::FileBehindDriver => folder.path(),
        };
        let hr = Home::new(hr, near(hr), SampleDatabase::HumanResources)?;
        let identity = Home::new(identity, near(identity), SampleDatabase::IdentityStore)?;
        Some(Self::of(folder, sources, hr, identity))
    }

    /// The sample with human resources in this database, the identity store in a file.
    pub fn with_hr_in(database: Database) -> Self {
        let (folder, sources) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = Place::Server(database.system());
        let hr = Home::with(place, sources.path(), SampleDatabase::HumanResources, Some(database));
        let identity = Home::with(Place::File, folder.path(), SampleDatabase::IdentityStore, None);
        Self::of(folder, sources, hr, identity)
    }

    fn of(folder: TempDir, sources: TempDir, hr: Home, identity: Home) -> Self {
        let source = repository().join("projects/hr-to-identity").join(PROJECT);
        fs::copy(source, folder.path().join(PROJECT)).unwrap();
        let sample = Self { folder, hr, identity, _sources: sources };
        sample.edit(|project| {
            connect(project, Side::Right, &sample.hr);
            connect(project, Side::Left, &sample.identity);
        });
        sample
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn project_file(&self) -> PathBuf {
        self.path().join(PROJECT)
    }

    /// The database of human resources; there must be one on a server.
    #[track_caller]
    pub fn hr(&self) -> &Database {
        self.hr.database.as_ref().unwrap()
    }

    /// The database of the identity store; there must be one on a server.
    #[track_caller]
    pub fn identity(&self) -> &Database {
        self.identity.database.as_ref().unwrap()
    }

    /// The project.
    pub fn project(&self) -> Project {
        project::load(&self.project_file()).unwrap()
    }

    /// Changes the project file.
    pub fn edit(&self, change: impl FnOnce(&mut Project)) {
        let mut project = self.project();
        change(&mut project);
        project::save(&project, &self.project_file()).unwrap();
    }

    /// What both databases hold, apart from the journal; labels of outstanding objects included.
    pub fn content(&self) -> Dump {
        let mut content = self.hr.content();
        content.extend(self.identity.content());
        content
    }

    /// The program, with the passwords that it needs.
    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = program().command();
        command.args(arguments);
        for (identifier, home) in [("HR", &self.hr), ("IDENTITY", &self.identity)] {
            if let Some(database) = &home.database {
                command.env(password_variable(identifier), database.password());
            }
        }
        command
    }

    /// The command line of `subcommand`, with output as JSON.
    pub fn arguments(&self, subcommand: &str, start_up: &str) -> Vec<String> {
        let file = self.project_file().to_str().unwrap().to_owned();
        let arguments = [subcommand, &file, "--start-up", start_up];
        arguments.into_iter().chain(JSON).map(str::to_owned).collect()
    }

    /// Sends the connection of a side through a proxy from now on.
    #[track_caller]
    pub fn through_proxy(&self, side: Side) -> Proxy {
        let home = if side == Side::Left { &self.identity } else { &self.hr };
        let proxy = Proxy::new(home.database.as_ref().unwrap().server().port());
        self.set(side, "Port", &proxy.port().to_string());
        proxy
    }

    /// Sets an attribute of the ODBC connection of a side.
    #[track_caller]
    pub fn set(&self, side: Side, attribute: &str, value: &str) {
        self.edit(|project| {
            let system = if side == Side::Left { &mut project.central } else { &mut project.target };
            let Provider::Odbc { attributes, .. } = &mut system.connection.provider else {
                panic!("not ODBC")
            };
            attributes.insert(attribute.to_owned(), value.to_owned());
        });
    }

    /// So many objects in a transaction.
    pub fn set_bulk_level(&self, objects: u32) {
        self.edit(|project| {
            project.start_ups.iter_mut().for_each(|start_up| start_up.bulk_level = Some(objects));
        });
    }

    /// Starts a run and leaves it alone as soon as it has written so many batches.
    pub fn start(&self, start_up: &str, batches: usize) -> Running {
        let arguments = self.arguments("run", start_up);
        Running::until(self.command(arguments.iter().map(String::as_str)), self.path(), batches)
    }

    /// Waits for the end of a run.
    #[track_caller]
    pub fn end(&self, running: Running) -> Outcome {
        let outcome = Outcome::from(running.end());
        self.assert_no_secret(&outcome);
        outcome
    }

    /// Runs the program to its end.
    #[track_caller]
    pub fn outcome(&self, mut command: Command) -> Outcome {
        let outcome = Outcome::from(command.output().unwrap());
        self.assert_no_secret(&outcome);
        outcome
    }

    #[track_caller]
    pub fn simulate(&self, start_up: &str) -> Outcome {
        let arguments = self.arguments("simulate", start_up);
        self.outcome(self.command(arguments.iter().map(String::as_str)))
    }

    #[track_caller]
    pub fn run(&self, start_up: &str) -> Outcome {
        let arguments = self.arguments("run", start_up);
        self.outcome(self.command(arguments.iter().map(String::as_str)))
    }

    /// The runs in the journal, newest first.
    #[track_caller]
    pub fn runs(&self) -> Vec<Json> {
        let file = self.project_file();
        let runs = self.outcome(self.command(["runs", file.to_str().unwrap(), "--format", "json"]));
        runs.expect(0).json()["runs"].as_array().unwrap().clone()
    }

    /// Fails if a password is in what the program has printed, or in any file of the project's folder.
    #[track_caller]
    pub fn assert_no_secret(&self, outcome: &Outcome) {
        let passwords: Vec<&str> = [&self.hr, &self.identity]
            .into_iter()
            .flat_map(|home| &home.database)
            .map(Database::password)
            .collect();
        let mut places = vec![
            ("standard output".to_owned(), outcome.out.clone().into_bytes()),
            ("standard error".to_owned(), outcome.err.clone().into_bytes()),
        ];
        files(self.path(), &mut |file| {
            places.push((file.display().to_string(), fs::read(file).unwrap()));
        });
        // The journal of a central system on a server.
        if let Some(database) = &self.identity.database {
            for table in ["run", "run_step", "message", "lock", "outstanding", "pair", "pending"] {
                let sql = format!("SELECT * FROM sw_{table};");
                // There is none before the first run, and nobody to ask where the server is gone.
                if let Ok(rows) = database.client().try_run(&sql) {
                    places.push((format!("sw_{table}"), rows.into_bytes()));
                }
            }
        }
        for (place, content) in places {
            for password in &passwords {
                let found = content.windows(password.len()).any(|window| window == password.as_bytes());
                assert!(!found, "a password is in {place}");
            }
        }
    }
}

/// Moves a side of the project to where its database is.
fn connect(project: &mut Project, side: Side, home: &Home) {
    match (&home.database, home.place) {
        (Some(database), _) => on_server(project, side, database, database.server().port()),
        (None, Place::FileBehindDriver) => on_sqlite_driver(project, side, &home.file),
        (None, _) => {}
    }
}

fn files(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, visit) } else { visit(&path) }
    }
}
