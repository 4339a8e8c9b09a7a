//! Several writers, changes behind the back, interrupted commits, folders that are not what they should be.

use std::time::{Duration, SystemTime};

use super::{
    super::{CsvConnector, folder::Folder, lock::FolderLock},
    *,
};

#[test]
fn one_writer_at_a_time() {
    let files = Files::new(&[("people.csv", PEOPLE)]);
    let table = people();
    let (mut one, mut other) = (files.writer(), files.writer());
    one.begin().unwrap();
    let row = batch(&table, &[("id", vec![int(4)])]);
    for error in [other.begin().unwrap_err(), other.insert(&table, &row).unwrap_err()] {
        assert_eq!(error.kind, ErrorKind::Locked, "{error}");
        assert!(error.text.contains("somebody else is writing"), "{error}");
    }
    // Reading goes on, and nothing of it was written.
    assert_eq!(all(&mut *other, &table).len(), 3);
    one.insert(&table, &row).unwrap();
    one.commit().unwrap();
    other.begin().unwrap();
    other.delete(&table, &ids(&table, &[4])).unwrap();
    // Who dies gives the lock back, and what it did not commit is gone.
    drop(other);
    one.begin().unwrap();
    assert_eq!(all(&mut *one, &table).len(), 4);
}

#[test]
fn what_somebody_else_changed_meanwhile_is_not_written_over() {
    let table = people();
    let row = batch(&table, &[("id", vec![int(4)])]);
    let changed = PEOPLE.replace("Ada", "Eve");
    // Before the first change, after it, and without trace in size and time.
    for (before, silent) in [(true, false), (false, false), (false, true)] {
        let files = Files::new(&[("people.csv", PEOPLE)]);
        let path = files.path("people.csv");
        let mut connector = files.writer();
        let disturb = || {
            let modified: SystemTime = fs::metadata(&path).unwrap().modified().unwrap();
            fs::write(&path, &changed).unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(if silent { modified } else { modified + Duration::from_secs(1) }).unwrap();
        };
        connector.begin().unwrap();
        if before {
            disturb();
            assert_eq!(connector.insert(&table, &row).unwrap_err().kind, ErrorKind::Deadlock);
            connector.rollback().unwrap();
        } else {
            connector.insert(&table, &row).unwrap();
            disturb();
            let error = connector.commit().unwrap_err();
            assert_eq!(error.kind, ErrorKind::Deadlock, "{error}");
            assert!(error.text.contains("people.csv"), "{error}");
            // As the engine does after every error.
            connector.rollback().unwrap();
        }
        assert_eq!(files.text("people.csv"), changed);
        assert_eq!(files.names(), ["people.csv"]);
        // Trying again works on what is there now.
        connector.insert(&table, &row).unwrap();
        assert_eq!(files.text("people.csv"), format!("{changed}4,,\n"));
    }
}

#[test]
fn folders_and_files_that_are_not_there() {
    let files = Files::new(&[("people.csv", PEOPLE)]);
    let connection = |folder: &str| Connection {
        provider: Provider::Csv { folder: folder.to_owned(), format: CsvFormat::default() },
        ..Files::connection(&CsvFormat::default())
    };
    let kind = |folder: &str| {
        open(&connection(folder), files.folder.path(), OpenMode::Read).err().map(|error| error.kind)
    };
    assert_eq!(kind("nowhere"), Some(ErrorKind::Missing));
    assert_eq!(kind("people.csv"), Some(ErrorKind::NotADatabase));
    let contradiction = CsvFormat { quote: ',', ..CsvFormat::default() };
    assert_eq!(files.open(&contradiction, OpenMode::Read).err().unwrap().kind, ErrorKind::Unsupported);
    let read_only = Connection { read_only: true, ..connection(".") };
    let error = open(&read_only, files.folder.path(), OpenMode::Write).err().unwrap();
    assert_eq!(error.kind, ErrorKind::ReadOnly);

    let mut connector = files.reader();
    assert!(!connector.capabilities().write);
    let table = people();
    for result in [
        connector.insert(&table, &ids(&table, &[4])),
        connector.delete(&table, &ids(&table, &[1])),
        connector.begin(),
        connector.ensure_table(&SchemaType { name: "sw_x".to_owned(), ..people() }),
    ] {
        assert_eq!(result.unwrap_err().kind, ErrorKind::ReadOnly);
    }
    let mut writer = files.writer();
    for name in ["gone", "../people", "a/b", ".."] {
        let gone = SchemaType { name: name.to_owned(), ..people() };
        let id = ["id".to_owned()];
        let errors = [
            search(&mut *writer, &SearchRequest { limit: Some(0), ..SearchRequest::all(&gone, &id) })
                .unwrap_err(),
            writer.get(&gone, &ids(&table, &[1]), &id).unwrap_err(),
            writer.insert(&gone, &ids(&table, &[1])).unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.kind == ErrorKind::SchemaChanged), "{errors:?}");
    }
    // Gone while a transaction is open.
    writer.begin().unwrap();
    fs::remove_file(files.path("people.csv")).unwrap();
    assert!(writer.insert(&table, &ids(&table, &[4])).is_err());
    assert_eq!(schema(&mut *writer).unwrap().types.len(), 0);
    assert_eq!(writer.test().unwrap().product, "CSV folder with 0 files");
}

#[test]
fn errors_of_the_file_system_are_told_apart() {
    let files = Files::new(&[]);
    let folder = Folder::open("T", files.folder.path().to_owned()).unwrap();
    let cases = [
        (std::io::ErrorKind::PermissionDenied, ErrorKind::Permission),
        (std::io::ErrorKind::ReadOnlyFilesystem, ErrorKind::ReadOnly),
        (std::io::ErrorKind::StorageFull, ErrorKind::Full),
        (std::io::ErrorKind::QuotaExceeded, ErrorKind::Full),
        (std::io::ErrorKind::NotFound, ErrorKind::SchemaChanged),
        (std::io::ErrorKind::TimedOut, ErrorKind::Connection),
    ];
    for (native, kind) in cases {
        let error = folder.failed("writing", &files.path("a.csv"), &native.into());
        assert_eq!(error.kind, kind);
        assert!(error.help.is_some());
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_read_but_not_replaced() {
    let files = Files::new(&[("real.csv", PEOPLE)]);
    std::os::unix::fs::symlink(files.path("real.csv"), files.path("people.csv")).unwrap();
    let (mut connector, table) = (files.writer(), people());
    assert_eq!(all(&mut *connector, &table).len(), 3);
    let error = connector.delete(&table, &ids(&table, &[1])).unwrap_err();
    assert_eq!(error.kind, ErrorKind::ReadOnly, "{error}");
    assert!(fs::symlink_metadata(files.path("people.csv")).unwrap().is_symlink());
}

/// A commit of two files that was killed between the two renames.
#[test]
fn an_interrupted_commit_is_completed_by_the_next_who_opens() {
    let interrupted = || {
        let files = Files::new(&[
            ("people.csv", "new"),
            ("teams.csv", "old"),
            (".syncwright-2.tmp", "new"),
            (".syncwright-rubbish.tmp", "x"),
            (
                ".syncwright-commit.json",
                "[[\".syncwright-1.tmp\",\"people.csv\"],[\".syncwright-2.tmp\",\"teams.csv\"]]",
            ),
        ]);
        (files.folder.path().to_owned(), files)
    };
    for mode in [OpenMode::Read, OpenMode::Write] {
        let (_, files) = interrupted();
        files.open(&CsvFormat::default(), mode).unwrap();
        assert_eq!((files.text("people.csv"), files.text("teams.csv")), ("new".to_owned(), "new".to_owned()));
        assert_eq!(files.names(), ["people.csv", "teams.csv"]);
    }
    // Who may not write says so instead of reading half of it.
    let (path, files) = interrupted();
    let read_only = Connection { read_only: true, ..Files::connection(&CsvFormat::default()) };
    assert_eq!(open(&read_only, &path, OpenMode::Read).err().unwrap().kind, ErrorKind::ReadOnly);
    assert_eq!(files.text("teams.csv"), "old");
    // A commit that is going on is waited for.
    let folder = Folder::open("T", path).unwrap();
    let lock = FolderLock::take(&folder, Duration::ZERO).unwrap();
    let error = files.open(&CsvFormat::default(), OpenMode::Read).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Locked);
    drop(lock);
    assert!(files.open(&CsvFormat::default(), OpenMode::Read).is_ok());
    // A transaction that begins later finds it, too.
    let mut writer = files.writer();
    fs::write(files.path(".syncwright-3.tmp"), "newer").unwrap();
    fs::write(files.path(".syncwright-commit.json"), "[[\".syncwright-3.tmp\",\"teams.csv\"]]").unwrap();
    writer.begin().unwrap();
    assert_eq!(files.text("teams.csv"), "newer");
}

/// A run that cannot begin after all must not have changed the folder.
#[test]
fn opening_takes_no_lock_and_leaves_no_trace() {
    let files = Files::new(&[("people.csv", PEOPLE)]);
    let connection = Files::connection(&CsvFormat::default());
    let Provider::Csv { format, .. } = &connection.provider else { panic!() };
    for mode in [OpenMode::Read, OpenMode::Write] {
        CsvConnector::open(&connection, files.folder.path().to_owned(), format, mode).unwrap();
        assert_eq!(fs::read_dir(files.folder.path()).unwrap().count(), 1);
    }
}
