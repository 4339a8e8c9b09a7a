//! Faults: what the tests of them share. The sample in a folder of its own, its databases as texts to compare,
//! runs that are under way.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::Value as Json;
use syncwright_core::{
    project::{self, Project, StartUpConfiguration},
    sample::{SampleParameters, create_human_resources, create_identity_store},
};
use syncwright_tests::{Outcome, repository};
use tempfile::TempDir;

use crate::program;

const PROJECT: &str = "hr-to-identity.ron";

/// How long a test waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Every row of every table as a text, by table.
pub type Dump = BTreeMap<String, Vec<String>>;

/// The sample in a folder of its own, both databases made.
pub struct Sample {
    folder: TempDir,
}

impl Sample {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = repository().join("projects/hr-to-identity").join(PROJECT);
        fs::copy(source, folder.path().join(PROJECT)).unwrap();
        let sample = Self { folder };
        create_human_resources(&sample.hr_file(), &SampleParameters::default()).unwrap();
        create_identity_store(&sample.identity_file(), &SampleParameters::default()).unwrap();
        sample
    }

    /// The sample with so many objects in a transaction.
    pub fn with_bulk_level(objects: u32) -> Self {
        let sample = Self::new();
        sample.edit(|project| {
            let set = |start_up: &mut StartUpConfiguration| start_up.bulk_level = Some(objects);
            project.start_ups.iter_mut().for_each(set);
        });
        sample
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn project_file(&self) -> PathBuf {
        self.path().join(PROJECT)
    }

    pub fn hr_file(&self) -> PathBuf {
        self.path().join("hr.db")
    }

    pub fn identity_file(&self) -> PathBuf {
        self.path().join("identity.db")
    }

    pub fn hr(&self) -> Connection {
        Connection::open(self.hr_file()).unwrap()
    }

    pub fn identity(&self) -> Connection {
        Connection::open(self.identity_file()).unwrap()
    }

    /// Changes the project file.
    pub fn edit(&self, change: impl FnOnce(&mut Project)) {
        let mut project = project::load(&self.project_file()).unwrap();
        change(&mut project);
        project::save(&project, &self.project_file()).unwrap();
    }

    /// The command line of `subcommand`.
    pub fn arguments(&self, subcommand: &str, start_up: &str) -> [String; 4] {
        let file = self.project_file().to_str().unwrap().to_owned();
        [subcommand.to_owned(), file, "--start-up".to_owned(), start_up.to_owned()]
    }

    pub fn simulate(&self, start_up: &str) -> Outcome {
        program().run(self.arguments("simulate", start_up).iter().map(String::as_str).chain(JSON))
    }

    pub fn run(&self, start_up: &str) -> Outcome {
        program().run(self.arguments("run", start_up).iter().map(String::as_str).chain(JSON))
    }

    /// The runs in the journal, newest first.
    pub fn runs(&self) -> Vec<Json> {
        let file = self.project_file();
        let runs = program().run(["runs", file.to_str().unwrap(), "--format", "json"]).expect(0);
        runs.json()["runs"].as_array().unwrap().clone()
    }

    /// What both databases hold, apart from the journal and the counters of writes; labels of outstanding
    /// objects included.
    pub fn content(&self) -> Dump {
        let mut content = content_of(&self.hr_file());
        content.extend(content_of(&self.identity_file()));
        content
    }

    /// Everything that both databases hold, the journal and the counters of writes included.
    pub fn everything(&self) -> Dump {
        let mut everything = dump(&self.hr(), |_| true, &[]);
        everything.extend(dump(&self.identity(), |_| true, &[]));
        everything
    }

    /// Batches that are noted as done, in all runs.
    pub fn batches_done(&self) -> usize {
        batches_done(self.path())
    }

    /// Starts a run and leaves it alone as soon as it has written so many batches.
    pub fn start(&self, start_up: &str, batches: usize) -> Running {
        Running::until(self.run_command(start_up), self.path(), batches)
    }

    /// Starts a run and kills it as soon as it has written so many batches; false if it was over before.
    pub fn is_killed_at(&self, start_up: &str, batches: usize) -> bool {
        let running = Running::try_until(self.run_command(start_up), self.path(), batches);
        running.is_some_and(Running::try_kill)
    }

    fn run_command(&self, start_up: &str) -> Command {
        let mut command = program().command();
        command.args(self.arguments("run", start_up));
        command
    }
}

/// Batches that are noted as done, in all runs of the project in a folder.
pub fn batches_done(folder: &Path) -> usize {
    let Ok(runs) = fs::read_dir(folder.join(".syncwright/runs")) else { return 0 };
    let files = runs.flat_map(|run| fs::read_dir(run.unwrap().path()).unwrap());
    files
        .map(|file| file.unwrap().path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "outcome"))
        .map(|file| fs::read_to_string(file).unwrap())
        .map(|notes| notes.lines().filter(|line| line.starts_with("done")).count())
        .sum()
}

/// Output as JSON.
pub const JSON: [&str; 2] = ["--format", "json"];

/// A run that is under way; killed if the test fails before it ends.
pub struct Running(Option<Child>);

impl Running {
    /// Starts it.
    pub fn start(mut command: Command) -> Self {
        Self(Some(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()))
    }

    /// Starts it and waits until it has written so many batches of the project in `folder`.
    pub fn until(command: Command, folder: &Path, batches: usize) -> Self {
        let running = Self::try_until(command, folder, batches);
        running.unwrap_or_else(|| panic!("it ended before batch {batches}"))
    }

    /// The same; `None` if it ended, and well, before that was seen.
    pub fn try_until(command: Command, folder: &Path, batches: usize) -> Option<Self> {
        let done_before = batches_done(folder);
        let mut running = Self::start(command);
        let waiting = Instant::now();
        while batches_done(folder) < done_before + batches {
            if !running.is_going_on() {
                let end = running.end();
                assert!(end.status.success(), "it ended before batch {batches}: {end:?}");
                return None;
            }
            assert!(waiting.elapsed() < PATIENCE, "it does not get to batch {batches}");
            sleep(Duration::from_millis(1));
        }
        Some(running)
    }

    pub fn is_going_on(&mut self) -> bool {
        self.0.as_mut().unwrap().try_wait().unwrap().is_none()
    }

    pub fn id(&self) -> u32 {
        self.0.as_ref().unwrap().id()
    }

    /// Kills it, as a power failure would; it must not have ended by itself.
    pub fn kill(self) {
        assert!(self.try_kill(), "it ended before it could be killed");
    }

    /// The same; false if it ended, and well, before it could be killed.
    pub fn try_kill(mut self) -> bool {
        let mut child = self.0.take().unwrap();
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(status.code().is_none_or(|code| code == 0), "it failed before it could be killed: {status}");
        status.code().is_none()
    }

    /// Waits for its end.
    pub fn end(mut self) -> Output {
        self.0.take().unwrap().wait_with_output().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// What a database holds, apart from the journal and the counters of writes.
pub fn content_of(file: &Path) -> Dump {
    let database = Connection::open(file).unwrap();
    let mut content = dump(&database, |table| !table.starts_with("sw_"), &["Revision"]);
    let labels = dump(&database, |table| table == "sw_outstanding", &["marked_at", "run_id"]);
    content.extend(labels);
    content
}

fn dump(database: &Connection, wanted: impl Fn(&str) -> bool, without: &[&str]) -> Dump {
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = database.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    texts("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
        .into_iter()
        .filter(|table| wanted(table))
        .map(|table| {
            let columns = texts(&format!("SELECT name FROM pragma_table_info('{table}')"));
            let values: Vec<String> = columns
                .iter()
                .filter(|column| !without.contains(&column.as_str()))
                .map(|column| format!("quote(\"{column}\")"))
                .collect();
            let rows = texts(&format!("SELECT {} FROM \"{table}\" ORDER BY 1", values.join(" || ' | ' || ")));
            (table, rows)
        })
        .collect()
}

/// Fails with the rows that differ, not with both databases.
#[track_caller]
pub fn assert_same(found: &Dump, expected: &Dump) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (table, rows) in expected {
        let only = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|row| those.binary_search(row).is_err()).take(5).cloned().collect()
        };
        let (missing, more) = (only(rows, &found[table]), only(&found[table], rows));
        assert!(*rows == found[table], "{table}: missing {missing:#?}, too many {more:#?}");
    }
}

/// Objects that a report has written, or would write.
pub fn writes(report: &Json) -> u64 {
    let steps = report["steps"].as_array().unwrap().iter();
    let counts = steps.flat_map(|step| step["writes"].as_object().unwrap());
    counts.filter(|(method, _)| *method != "failed").map(|(_, count)| count.as_u64().unwrap()).sum()
}

/// A step of a report.
#[track_caller]
pub fn step<'a>(report: &'a Json, name: &str) -> &'a Json {
    report["steps"].as_array().unwrap().iter().find(|step| step["step"] == name).expect("it has this step")
}
