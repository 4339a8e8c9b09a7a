//! The engine with folders of CSV files, as target and as central system.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use syncwright_core::{
    connect::{OpenMode, open},
    journal::Journal,
    progress::{CancelToken, Progress, Silent},
    project::{
        Connection, CsvFormat, Direction, IncompatibleData, LogLevel, Method, Project, Provider, SchemaType,
        System,
    },
    sync::{RunStatus, run},
};

use crate::fixture::{GO, Systems, by, changes, connection, mapping, messages, pair, rows, rule};

const LEFT: &str = "CREATE TABLE people (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, mail TEXT, hired DATE, salary DECIMAL(9,2), active BOOLEAN);
    INSERT INTO people VALUES
      (1, 'Ada', 'ada@x', '2024-02-29', 10.5, 1),
      (2, 'Grace, \"Amazing\"', NULL, NULL, NULL, 0),
      (3, ' Alan
Turing ', 'alan@x', '1969-12-31', 1234567.89, NULL);";

const FILE: &str = "\u{feff}id,name,mail,hired,salary,active,comment\r\n\
    1,Ada,,2024-02-29,10.50,true,\"kept, as it is\"\r\n\
    \r\n\
    7,Kurt,kurt@x,,,FALSE,\r\n";

const COLUMNS: [&str; 6] = ["id", "name", "mail", "hired", "salary", "active"];

/// A SQLite file left, a folder `files` with `people.csv` right.
struct Setup {
    systems: Systems,
    project: Project,
}

fn format() -> CsvFormat {
    CsvFormat { uid_column: Some("id".to_owned()), ..CsvFormat::default() }
}

fn csv_connection(identifier: &str) -> Connection {
    Connection {
        provider: Provider::Csv { folder: "files".to_owned(), format: format() },
        ..connection(identifier, "")
    }
}

impl Setup {
    fn new(direction: Direction, left: &str, file: &str) -> Self {
        let systems = Systems::new(left, "CREATE TABLE unused (id INTEGER PRIMARY KEY)");
        fs::create_dir(systems.folder().join("files")).unwrap();
        fs::write(systems.folder().join("files/people.csv"), file).unwrap();
        let rules = COLUMNS.map(|name| rule(name, name)).to_vec();
        let mut project = systems
            .project(direction, vec![mapping("people", "people", vec![by("id", pair("id", "id"))], rules)]);
        project.target = csv_system(&systems, "R", &project.central.schema.types[0]);
        Self { systems, project }
    }

    fn file(&self) -> PathBuf {
        self.systems.folder().join("files/people.csv")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    /// What is in the folder of the files.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.systems.folder().join("files"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// The folder as a system; the types of the properties are those of the other side, as an engineer would set
/// them where the data alone do not tell.
fn csv_system(systems: &Systems, identifier: &str, other: &SchemaType) -> System {
    let connection = csv_connection(identifier);
    let mut schema = open(&connection, systems.folder(), OpenMode::Read)
        .unwrap()
        .describe_schema(&Silent, &CancelToken::default())
        .unwrap();
    for property in &mut schema.types[0].properties {
        if let Some(other) = other.property(&property.name) {
            property.value_type = other.value_type;
        }
    }
    assert_eq!(schema.types[0].key, ["id"]);
    System {
        connection,
        schema,
        scope: BTreeMap::new(),
        reference_scope: BTreeMap::new(),
        log_level: LogLevel::Info,
    }
}

const AFTER: &str = "\u{feff}id,name,mail,hired,salary,active,comment\r\n\
    1,Ada,ada@x,2024-02-29,10.50,true,\"kept, as it is\"\r\n\
    2,\"Grace, \"\"Amazing\"\"\",,,,false,\n\
    3,\" Alan\nTuring \",alan@x,1969-12-31,1234567.89,,\n";

#[test]
fn to_a_csv_folder() {
    let setup = Setup::new(Direction::ToTarget, LEFT, FILE);
    let Setup { systems, project } = &setup;
    let simulated = changes(&systems.simulate(project));
    let methods: Vec<Method> = simulated.iter().map(|change| change.method).collect();
    assert_eq!(methods, [Method::Insert, Method::Insert, Method::Update, Method::Delete]);
    let updated: Vec<&str> =
        simulated[2].properties.iter().map(|property| property.property.as_str()).collect();
    assert_eq!(updated, ["mail"]);
    assert_eq!((setup.text().as_str(), setup.names()), (FILE, vec!["people.csv".to_owned()]));

    let report = systems.run_well(project);
    let writes = report.steps[0].writes;
    assert_eq!((writes.insert, writes.update, writes.delete), (2, 1, 1));
    assert_eq!(setup.text(), AFTER);
    assert_eq!(setup.names(), [".syncwright.lock", "people.csv"]);
    // Nothing to do is nothing done: the file is not even replaced by an equal one.
    let state = || {
        let metadata = fs::metadata(setup.file()).unwrap();
        (metadata.modified().unwrap(), metadata.len())
    };
    let before = state();
    let report = systems.run_well(project);
    assert_eq!((report.total_writes(), changes(&report).len()), (0, 0));
    assert!(changes(&systems.simulate(project)).is_empty());
    assert_eq!((setup.text().as_str(), state()), (AFTER, before));
}

#[test]
fn from_a_csv_folder() {
    let setup = Setup::new(Direction::ToCentral, LEFT, FILE);
    let Setup { systems, project } = &setup;
    assert_eq!(changes(&systems.simulate(project)).len(), 4);
    let report = systems.run_well(project);
    let writes = report.steps[0].writes;
    assert_eq!((writes.insert, writes.update, writes.delete), (1, 1, 2));
    assert_eq!(
        rows(&systems.left(), "SELECT id, name, mail, hired, salary, active FROM people ORDER BY id"),
        ["1|Ada|∅|2024-02-29|10.5|1", "7|Kurt|kurt@x|∅|∅|0"]
    );
    assert_eq!(systems.run_well(project).total_writes(), 0);
    assert_eq!((setup.text().as_str(), setup.names()), (FILE, vec!["people.csv".to_owned()]));
}

/// The central system keeps labels, locks and the journal, too.
#[test]
fn a_csv_folder_as_central_system() {
    let Setup { systems, mut project } = Setup::new(Direction::ToCentral, LEFT, AFTER);
    std::mem::swap(&mut project.central, &mut project.target);
    // The file is central now, the SQLite file the target; both hold the same.
    project.workflows[0].steps[0].methods.only_in_destination = vec![Method::MarkOutstanding.into()];
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    let file = |name: &str| fs::read_to_string(systems.folder().join("files").join(name)).unwrap();
    let tables = ["sw_run", "sw_run_step", "sw_message", "sw_lock", "sw_outstanding"];
    let headers = tables.map(|table| file(&format!("{table}.csv")).lines().count());
    assert_eq!(headers, [2, 2, 1, 1, 1]);

    systems
        .left()
        .execute_batch("DELETE FROM people WHERE id = 3; UPDATE people SET mail = 'x' WHERE id = 1")
        .unwrap();
    let report = systems.run_well(&project);
    let writes = report.steps[0].writes;
    assert_eq!((writes.mark_outstanding, writes.update), (1, 1));
    assert_eq!(file("people.csv"), AFTER.replace("ada@x", "x"));
    assert!(file("sw_outstanding.csv").contains("{\"\"id\"\":\"\"3\"\"}"), "{}", file("sw_outstanding.csv"));
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    let insert = "INSERT INTO people VALUES (3, 'Alan', NULL, NULL, NULL, NULL)";
    systems.left().execute_batch(insert).unwrap();
    let report = systems.run_well(&project);
    assert_eq!((report.steps[0].writes.update, report.steps[0].writes.reset_outstanding), (1, 1));
    assert_eq!(file("sw_outstanding.csv").lines().count(), 1);
    assert!(file("people.csv").ends_with("\n3,Alan,,,,,\n"));

    // Written through the connector, the journal is read through it.
    let mut journal = Journal::open(&project, systems.folder(), OpenMode::Read).unwrap();
    let runs = journal.runs(Some(2)).unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0].id, report.run.id);
    let read = journal.report("last").unwrap();
    assert_eq!((read.run.status, read.steps[0].changes.len()), (RunStatus::Done, changes(&report).len()));
    assert_eq!(journal.runs(None).unwrap().len(), 4);
}

const MANY: &str = "CREATE TABLE people (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, mail TEXT, hired DATE, salary DECIMAL(9,2), active BOOLEAN);
    INSERT INTO people WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 9)
      SELECT n, 'name ' || n, NULL, NULL, NULL, NULL FROM n;";

/// The objects that a file cannot hold are named, the others are written; the file stays whole.
#[test]
fn objects_that_do_not_fit_are_named_and_the_others_kept() {
    let mut setup = Setup::new(Direction::ToTarget, MANY, "id,name,mail,hired,salary,active\n");
    let encoding = "windows-1252".to_owned();
    setup.project.target.connection.provider =
        Provider::Csv { folder: "files".to_owned(), format: CsvFormat { encoding, ..format() } };
    let Setup { systems, project } = &setup;
    systems.left().execute_batch("UPDATE people SET name = 'Łukasz' WHERE id IN (4, 8)").unwrap();
    for written in [7, 0] {
        let report = systems.run(project);
        assert_eq!(report.run.status, RunStatus::DoneWithErrors);
        assert_eq!((report.steps[0].writes.insert, report.steps[0].writes.failed), (written, 2));
        let texts = messages(&report, "SW-D009");
        assert_eq!(texts.len(), 2);
        assert!(texts.iter().all(|text| text.contains("'Ł'") && text.contains("column name")), "{texts:?}");
        assert_eq!(setup.text().lines().count(), 8);
    }
}

/// Cancels when so many batches are written.
struct CancelAfter {
    batches: AtomicU64,
    writing: AtomicBool,
    cancel: CancelToken,
}

impl Progress for CancelAfter {
    fn phase(&self, name: &str) {
        self.writing.store(name.starts_with("Writing"), Ordering::Relaxed);
    }

    fn advance(&self, _done: u64, _total: Option<u64>) {
        if self.writing.load(Ordering::Relaxed) && self.batches.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.cancel.cancel();
        }
    }
}

/// Stopped after any batch, and started again: the same file as without a stop, and whole all the time.
#[test]
fn an_interrupted_run_ends_like_an_undisturbed_one() {
    let file = "id,name,mail,hired,salary,active\n5,old,,,,\n100,gone,,,,\n101,gone,,,,\n";
    let mut setup = Setup::new(Direction::ToTarget, MANY, file);
    setup.project.start_ups[0].bulk_level = Some(2);
    let undisturbed = {
        setup.systems.run_well(&setup.project);
        setup.text()
    };
    assert_eq!(undisturbed.lines().count(), 10);
    let mut sizes = Vec::new();
    for batches in 1..=5 {
        fs::write(setup.file(), file).unwrap();
        let cancel = CancelToken::default();
        let progress = CancelAfter { batches: batches.into(), writing: false.into(), cancel: cancel.clone() };
        let report = run(&setup.project, setup.systems.folder(), GO, &progress, &cancel).unwrap();
        assert_eq!(report.run.status, RunStatus::Cancelled, "{batches}");
        let text = setup.text();
        // Every record is an old one or a new one.
        for line in text.lines() {
            assert!(file.lines().chain(undisturbed.lines()).any(|known| known == line), "{line}");
        }
        sizes.push(text.lines().count());
        setup.systems.run_well(&setup.project);
        assert_eq!(setup.text(), undisturbed, "{batches}");
        assert_eq!(setup.systems.run_well(&setup.project).total_writes(), 0);
    }
    assert_eq!(sizes, [6, 8, 10, 12, 12]);
}

#[test]
fn a_run_that_cannot_write_writes_nothing() {
    let mut setup = Setup::new(Direction::ToTarget, LEFT, FILE);
    setup.project.target.connection.connect_timeout_secs = Some(0);
    // Somebody else writes the folder.
    let lock = fs::File::create(setup.systems.folder().join("files/.syncwright.lock")).unwrap();
    lock.lock().unwrap();
    let report = setup.systems.run(&setup.project);
    assert_eq!(report.run.status, RunStatus::Failed);
    assert_eq!(report.failure.unwrap().code, "SW-D004");
    assert_eq!((setup.text().as_str(), report.steps[0].writes.insert), (FILE, 0));
    lock.unlock().unwrap();
    assert_eq!(setup.systems.run_well(&setup.project).total_writes(), 4);
}

/// What the check says about a CSV connection.
#[test]
fn the_check_knows_what_works() {
    let codes = |project: &Project| -> Vec<&str> {
        let findings = syncwright_core::check::check(project);
        // The steps of these tests have no quota for deletes.
        findings.iter().map(|finding| finding.code).filter(|code| *code != "SW-C124").collect()
    };
    let mut project = Setup::new(Direction::ToTarget, LEFT, FILE).project;
    assert_eq!(codes(&project), Vec::<&str>::new());
    // Values are replaced wherever they are read.
    project.target.schema.types[0].properties[5].incompatible_data = IncompatibleData::Minimum;
    assert_eq!(codes(&project), Vec::<&str>::new());
    project.central.schema.types[0].properties[5].incompatible_data = IncompatibleData::Minimum;
    assert_eq!(codes(&project), Vec::<&str>::new());
    project.target.connection.initial_sql.push("SELECT 1".to_owned());
    assert_eq!(codes(&project), ["SW-C900"]);
    let format = CsvFormat { delimiter: '"', ..format() };
    project.target.connection.provider = Provider::Csv { folder: "files".to_owned(), format };
    assert_eq!(codes(&project), ["SW-C110", "SW-C900"]);
}

/// A file that cannot be read to its end is no reason to delete, on either side.
#[test]
fn a_damaged_file_stops_the_run_before_any_write() {
    for direction in [Direction::ToTarget, Direction::ToCentral] {
        for (broken, code) in [
            ("8,short\r\n", "SW-D002"),
            ("8,\"open,,,,,\r\n", "SW-D002"),
            ("8,Eve,,someday,,,\r\n", "SW-D009"),
        ] {
            let file = format!("{FILE}{broken}");
            let setup = Setup::new(direction, LEFT, FILE);
            fs::write(setup.file(), &file).unwrap();
            let before = rows(&setup.systems.left(), "SELECT * FROM people");
            let report = setup.systems.run(&setup.project);
            assert_eq!(report.run.status, RunStatus::Failed);
            let failure = report.failure.clone().unwrap();
            assert_eq!(failure.code, code, "{failure:?}");
            assert!(failure.text.contains("people.csv, line 5"), "{failure:?}");
            assert_eq!(report.total_writes(), 0);
            assert_eq!(setup.text(), file);
            assert_eq!(rows(&setup.systems.left(), "SELECT * FROM people"), before);
        }
    }
}
