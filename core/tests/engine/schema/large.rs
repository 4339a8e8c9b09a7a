//! Schemas with thousands of tables: everything that is done with them stays quick (Q10, W9–W15).

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use syncwright_core::{
    progress::{CancelToken, Silent},
    project::{Direction, Project, Side, load, save},
    schema::{
        compress, detect,
        relations::suggest_by_name,
        update::{Completion, propose},
        usage::Usage,
    },
};

use super::Database;
use crate::fixture::{Systems, by, mapping, pair, rule};

const TABLES: usize = 5000;
const COLUMNS: usize = 20;

/// Tables with a key, a relation to their neighbour, and plain columns.
fn database() -> Database {
    let mut sql = "BEGIN;".to_owned();
    for table in 0..TABLES {
        write!(
            sql,
            "CREATE TABLE t{table} (id INTEGER PRIMARY KEY, next_id INTEGER REFERENCES t{}",
            (table + 1) % TABLES
        )
        .unwrap();
        for column in 2..COLUMNS {
            write!(sql, ", column_{column} VARCHAR({})", column * 10).unwrap();
        }
        sql.push_str(");");
    }
    sql.push_str("COMMIT;");
    Database::new(&sql)
}

fn project() -> Project {
    let systems =
        Systems::new("CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT);", "CREATE TABLE x (y INTEGER);");
    let mapping = mapping("a", "t17", vec![by("id", pair("id", "id"))], vec![rule("b", "column_3")]);
    systems.project(Direction::ToCentral, vec![mapping])
}

/// Prints how long something took (`--no-capture` shows it), and fails if it was far too long. The limits hold
/// on a slow machine with a development build and other work going on; the aims of Q10 are for release builds.
fn timed<T>(what: &str, limit: Duration, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let result = work();
    let took = begin.elapsed();
    println!("{what}: {} ms", took.as_millis());
    assert!(took < limit, "{what} took {took:?}, allowed are {limit:?}");
    result
}

#[test]
fn five_thousand_tables() {
    let seconds = Duration::from_secs;
    let database = database();
    let mut connector = database.connect();
    let detected = timed("detect", seconds(30), || {
        detect(connector.as_mut(), &[], &Silent, &CancelToken::default()).unwrap()
    });
    assert_eq!(detected.schema.types.len(), TABLES);
    let mut project = project();
    let update = timed("update an empty schema", seconds(10), || {
        propose(&project, Side::Right, detected.schema.clone(), Completion::NewTypes).unwrap()
    });
    assert_eq!((update.diff.added.len(), update.diff.removed.len()), (TABLES, 1));
    project.target.schema = update.schema;
    let mut changed = detected.schema.clone();
    changed.types.remove(100);
    changed.types[200].properties.remove(5);
    changed.types[17].properties[3].max_length = Some(1);
    let update = timed("update with few changes", seconds(10), || {
        propose(&project, Side::Right, changed, Completion::NewTypes).unwrap()
    });
    assert_eq!((update.diff.changed.len(), update.diff.removed.len()), (2, 1));
    let suggested =
        timed("suggest relations by name", seconds(10), || suggest_by_name(&project.target.schema));
    assert!(suggested.is_empty(), "the catalog knows them all");
    timed("usage", seconds(30), || Usage::of(&project));
    let path = database.folder().join("large.ron");
    timed("save", seconds(15), || save(&project, &path).unwrap());
    println!("file: {} KiB", std::fs::metadata(&path).unwrap().len() / 1024);
    let loaded = timed("load", seconds(30), || load(&path).unwrap());
    assert_eq!(loaded, project);
    let report = timed("compress", seconds(30), || compress(&mut project, &[Side::Left, Side::Right]));
    assert_eq!((report.target.types, report.target.dropped_types.len()), (2, TABLES - 2));
}
