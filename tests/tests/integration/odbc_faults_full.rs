//! No space left: the run stops with an error that says so, what was committed is kept, and when there is space
//! again the next run comes to the end that it would have come to.

use std::{
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use syncwright_core::{journal::RunReport, sync::RunStatus, value::Value};
use syncwright_tests::servers::{Database, Server, System, is_root, or_skip};

use crate::odbc_pair::{End, Kind, Pair};

const SOURCE: &str = "CREATE TABLE notes (id BIGINT PRIMARY KEY NOT NULL, note TEXT)";
/// Objects.
const OBJECTS: i64 = 2500;
/// Objects of a transaction.
const BATCH: u32 = 100;

/// Objects with texts of so many times 200 letters.
fn source(times: usize) -> End {
    let from = End::new(Kind::Embedded, "notes", SOURCE).unwrap();
    let text = |id: i64| {
        // Nothing that a database would compress.
        let mut state = id.unsigned_abs() + 1;
        let letter = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'a' + ((state >> 33) % 26) as u8)
        };
        (0..200).map(letter).collect::<String>().repeat(times)
    };
    let rows: Vec<Vec<Value>> =
        (0..OBJECTS).map(|id| vec![Value::Integer(id), Value::String(text(id))]).collect();
    from.fill(&rows);
    from
}

fn pair(from: &End, to: &End) -> Pair {
    let mut pair = Pair::new(from, to);
    pair.project.start_ups[0].bulk_level = Some(BATCH);
    pair
}

/// The run has stopped in the middle: whole batches are there, and the report says why there are no more.
#[track_caller]
fn expect_full(report: &RunReport, to: &End) {
    assert_eq!(report.run.status, RunStatus::Failed, "{:?}", to.kind);
    assert_eq!(report.exit_code(), 4);
    let failure = report.failure.as_ref().unwrap();
    assert_eq!(failure.code, "SW-D007", "{:?}: {}", to.kind, failure.text);
    assert!(failure.text.contains("notes"), "{}", failure.text);
    assert!(failure.help.as_deref().is_some_and(|help| help.contains("space")), "{:?}", failure.help);
    let there = to.rows().len();
    assert!(there > 0 && there < OBJECTS as usize, "{:?}: {there} objects", to.kind);
    assert_eq!(there % BATCH as usize, 0, "{:?}: {there} objects", to.kind);
    let inserted = report.steps[0].writes.insert;
    assert_eq!(inserted, there as u64, "{:?}: the report knows what was written", to.kind);
}

/// Runs again: everything is there.
#[track_caller]
fn expect_all(pair: &Pair, from: &End, to: &End) {
    pair.settle().unwrap();
    assert!(to.rows() == from.rows(), "{:?}", to.kind);
}

#[test]
fn a_sqlite_file_that_may_not_grow() {
    for kind in [Kind::Embedded, Kind::SqliteDriver] {
        // Texts behind the driver must not be longer than 255 characters.
        let (from, mut to) = (source(1), End::new(kind, "notes", SOURCE).unwrap());
        to.connection.initial_sql.push("PRAGMA max_page_count = 60".to_owned());
        expect_full(&pair(&from, &to).run(), &to);
        to.connection.initial_sql.clear();
        expect_all(&pair(&from, &to), &from, &to);
    }
}

/// A tablespace of MariaDB that has its full size.
#[test]
fn a_tablespace_of_mariadb_that_is_full() {
    let options = ["innodb-file-per-table=OFF", "innodb-data-file-path=ibdata1:12M:autoextend:max:24M"];
    let Some(server) = or_skip(Server::own(System::MariaDb, &options)) else { return };
    let create = "CREATE TABLE notes (id bigint NOT NULL PRIMARY KEY, note text)";
    let to = End::at(
        Kind::Server(System::MariaDb),
        "notes",
        Some(Database::on(&server)),
        tempfile::tempdir().unwrap(),
        create,
    );
    to.execute(
        "CREATE TABLE filler (id integer PRIMARY KEY AUTO_INCREMENT, bytes longblob);
         INSERT INTO filler (bytes) SELECT repeat('x', 1000000) FROM seq_1_to_9;",
    );
    let from = source(8);
    expect_full(&pair(&from, &to).run(), &to);
    to.execute("DROP TABLE filler");
    let pair = pair(&from, &to);
    // The server gives the space free in the background.
    let begin = Instant::now();
    while pair.run().run.status != RunStatus::Done {
        assert!(begin.elapsed() < Duration::from_secs(60), "there is still no space");
        sleep(Duration::from_millis(300));
    }
    expect_all(&pair, &from, &to);
}

/// A file system of a few megabytes, as a folder.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None, with the reason printed, if this process may not mount.
    fn new(folder: &Path, megabytes: u32) -> Option<Self> {
        if !is_root() {
            println!("skipped: only root may mount a small file system");
            return None;
        }
        std::fs::create_dir(folder).unwrap();
        let options = format!("size={megabytes}m,mode=0700,uid=65534,gid=65534");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(folder)
            .output()
            .unwrap();
        if !mounted.status.success() {
            println!("skipped: {}", String::from_utf8_lossy(&mounted.stderr));
            return None;
        }
        Some(Self(folder.to_owned()))
    }

    fn grow(&self, megabytes: u32) {
        let options = format!("remount,size={megabytes}m");
        let grown = Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap();
        assert!(grown.success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the server may still have files open in it.
        Command::new("umount").arg("--lazy").arg(&self.0).status().ok();
    }
}

#[test]
fn a_disk_of_postgresql_that_is_full() {
    let Some(server) = or_skip(Server::own(System::PostgreSql, &[])) else { return };
    let folder = server.folder().join("small");
    let Some(disk) = SmallDisk::new(&folder, 3) else { return };
    let database = Database::on(&server);
    server.administrator().run(&format!("CREATE TABLESPACE small LOCATION '{}'", folder.display()));
    server.administrator().run(&format!("GRANT CREATE ON TABLESPACE small TO {}", database.user()));
    // Nothing is compressed, and nothing moved into another table.
    let create = "CREATE TABLE notes (id bigint PRIMARY KEY, note text) TABLESPACE small;
        ALTER TABLE notes ALTER note SET STORAGE PLAIN;";
    let to = End::at(
        Kind::Server(System::PostgreSql),
        "notes",
        Some(database),
        tempfile::tempdir().unwrap(),
        create,
    );
    let from = source(8);
    expect_full(&pair(&from, &to).run(), &to);
    disk.grow(64);
    expect_all(&pair(&from, &to), &from, &to);
    drop(to);
    drop(disk);
}

/// The disk of the transaction log: the server itself gives up then, with whatever was under way.
#[test]
fn a_transaction_log_of_postgresql_that_is_full() {
    let Some(server) = or_skip(Server::own(System::PostgreSql, &["synchronous_commit=on"])) else { return };
    let folder = server.folder().join("log");
    let Some(disk) = SmallDisk::new(&folder, 64) else { return };
    let (data, log) = (server.folder().join("data/pg_wal"), folder.join("pg_wal"));
    let (data, log) = (data.display(), log.display());
    server.kill_and_restart(&format!("mv {data} {log} && ln -s {log} {data}"));
    let create = "CREATE TABLE notes (id bigint PRIMARY KEY, note text);
        ALTER TABLE notes ALTER note SET STORAGE EXTERNAL;";
    let to = End::at(
        Kind::Server(System::PostgreSql),
        "notes",
        Some(Database::on(&server)),
        tempfile::tempdir().unwrap(),
        create,
    );
    // It cannot even start again before there is space.
    let go = server.folder().join("go");
    server.restart_when_it_ends(&format!("while [ ! -e {} ]; do sleep 0.1; done", go.display()));
    let from = source(160);
    let report = pair(&from, &to).run();
    assert_eq!((report.run.status, report.exit_code()), (RunStatus::Failed, 4));
    let failure = report.failure.as_ref().unwrap();
    assert!(["SW-D003", "SW-D007"].contains(&failure.code.as_str()), "{}: {}", failure.code, failure.text);
    assert!(failure.text.contains("notes") || failure.text.contains("committing"), "{}", failure.text);
    assert!(failure.help.as_deref().is_some_and(|help| !help.is_empty()), "{failure:?}");

    disk.grow(512);
    std::fs::write(go, "").unwrap();
    server.wait_until_it_is_back();
    // Whole batches, at most one more than the answers tell: that of the commit without an answer.
    let (there, told) = (to.rows().len(), report.steps[0].writes.insert as usize);
    assert!(there > 0 && there < OBJECTS as usize && there % BATCH as usize == 0, "{there} objects");
    assert!(there == told || there == told + BATCH as usize, "{there} objects, {told} told");
    expect_all(&pair(&from, &to), &from, &to);
    drop(to);
    drop(disk);
}
