//! Figure Q7: what one changed member costs in a group of 50,000, against the same in a group of 50.
//!
//! Both groups are in the same databases, and every measured run is a whole one: read, compare, write. Appends to
//! `target/figures.md`.

use std::{error::Error, fs, io::Write as _, path::Path, time::Instant};

use rusqlite::Connection;
use syncwright_core::{
    memory::{self, Allocator},
    progress::{CancelToken, Silent},
    project::{Project, from_text},
    sync::run,
};

/// As in the program.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

const LARGE: usize = 50_000;
const SMALL: usize = 50;
const SMALL_GROUPS: usize = 1000;
const REPEATS: usize = 7;
/// The group that is large; the others are small.
const LARGE_GROUP: usize = 0;
const SMALL_GROUP: usize = 1;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    memory::keep_for_reuse();
    let folder = tempfile::tempdir()?;
    fill(folder.path())?;
    let project = project()?;
    changed_rows(&project, folder.path(), 0)?;
    let (mut large, mut small) = (Vec::new(), Vec::new());
    for round in 0..REPEATS {
        large.push(change_and_run(&project, folder.path(), LARGE_GROUP, round)?);
        small.push(change_and_run(&project, folder.path(), SMALL_GROUP, round)?);
    }
    let (large, small) = (median(large), median(small));
    let ratio = large / small;
    let verdict = if ratio <= 3.0 { "met" } else { "missed" };
    let line = format!(
        "| Q7 | one changed member in a group of {LARGE}: rows written; run ÷ the same in a group of {SMALL} of the same \
         database | 1; ≤ 3 | 1; {ratio:.2} ({large:.3} s ÷ {small:.3} s, medians of {REPEATS}) | {verdict} |\n"
    );
    let target = std::env::var("CARGO_TARGET_DIR")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target").to_owned());
    fs::create_dir_all(&target)?;
    let file = Path::new(&target).join("figures.md");
    fs::OpenOptions::new().create(true).append(true).open(file)?.write_all(line.as_bytes())?;
    {
        println!("{line}");
    }
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn members(group: usize) -> std::ops::Range<usize> {
    if group == LARGE_GROUP { 0..LARGE } else { (group * SMALL)..(group * SMALL + SMALL) }
}

fn fill(folder: &Path) -> Result<()> {
    let mut left = Connection::open(folder.join("left.db"))?;
    left.execute_batch("CREATE TABLE l (id INTEGER PRIMARY KEY, members TEXT)")?;
    let mut right = Connection::open(folder.join("right.db"))?;
    right.execute_batch(
        "CREATE TABLE account (id INTEGER PRIMARY KEY, login TEXT); CREATE TABLE q (id INTEGER PRIMARY KEY);
         CREATE TABLE member (grp INTEGER REFERENCES q (id), account INTEGER REFERENCES account (id),
             PRIMARY KEY (grp, account))",
    )?;
    let (left, right) = (left.transaction()?, right.transaction()?);
    for account in 0..=LARGE.max((SMALL_GROUPS + 1) * SMALL) + REPEATS {
        right.execute("INSERT INTO account VALUES (?, ?)", (account as i64, format!("login{account}")))?;
    }
    for group in 0..=SMALL_GROUPS {
        let list: Vec<String> = members(group).map(|account| format!("login{account}")).collect();
        left.execute("INSERT INTO l VALUES (?, ?)", (group as i64, list.join(";")))?;
        right.execute("INSERT INTO q VALUES (?)", [group as i64])?;
        for account in members(group) {
            right.execute("INSERT INTO member VALUES (?, ?)", (group as i64, account as i64))?;
        }
    }
    left.commit()?;
    right.commit()?;
    Ok(())
}

fn project() -> Result<Project> {
    let text = r#"(format: 1, name: "figures", active: true,
        central: (connection: (system_identifier: "figures-left", provider: Sqlite(file: "left.db")),
            schema: (types: [(name: "table", table: Some("l"), properties: [(name: "id", value_type: Integer),
                    (name: "members", value_type: String)], key: ["id"])],
                classes: [(name: "l", schema_type: "table", virtual_properties: [(name: "vrtWanted", value_type: String,
                    multi_valued: true, kind: Expression("string_to_array(members, ';')"))])])),
        target: (connection: (system_identifier: "figures-right", provider: Sqlite(file: "right.db")),
            schema: (types: [
                (name: "account", properties: [(name: "id", value_type: Integer), (name: "login", value_type: String)],
                    key: ["id"]),
                (name: "q", properties: [(name: "id", value_type: Integer)], key: ["id"]),
                (name: "member", properties: [(name: "grp", value_type: Integer), (name: "account", value_type: Integer)],
                    key: ["grp", "account"], foreign_keys: [
                    (properties: ["grp"], references: "q", referenced_properties: ["id"]),
                    (properties: ["account"], references: "account", referenced_properties: ["id"])])],
                classes: [(name: "r", schema_type: "q", virtual_properties: [(name: "vrtMembers", value_type: String,
                    kind: Members(schema_type: "member", own_reference: ["grp"], member_reference: ["account"],
                        property: "login"))])])),
        mappings: [(name: "groups", direction: ToTarget, left: "l", right: "r",
            matching: [(name: "id", on: Pair("id", "id"))],
            rules: [(name: "id", left: "id", right: "id"), (name: "members", left: "vrtWanted", right: "vrtMembers")])],
        workflows: [(name: "all", direction: ToTarget, steps: [(name: "groups", mapping: "groups",
            methods: (both_differ: [(method: Update)]))])],
        start_ups: [(name: "go", workflow: "all")])"#;
    Ok(from_text("figures", text)?)
}

/// Takes one member out of the central list of the group, or puts it in again, and runs.
fn change_and_run(project: &Project, folder: &Path, group: usize, round: usize) -> Result<f64> {
    let login = format!("login{}", members(group).end - 1);
    let change = if round.is_multiple_of(2) {
        format!(
            "UPDATE l SET members = substr(members, 1, length(members) - length(';{login}')) WHERE id = {group}"
        )
    } else {
        format!("UPDATE l SET members = members || ';{login}' WHERE id = {group}")
    };
    Connection::open(folder.join("left.db"))?.execute_batch(&change)?;
    let start = Instant::now();
    changed_rows(project, folder, 1)?;
    let seconds = start.elapsed().as_secs_f64();
    let held: i64 = Connection::open(folder.join("right.db"))?.query_row(
        "SELECT count(*) FROM member WHERE grp = ?",
        [group as i64],
        |row| row.get(0),
    )?;
    let expected = members(group).len() as i64 - i64::from(round.is_multiple_of(2));
    if held == expected { Ok(seconds) } else { Err(format!("{held} members, expected {expected}").into()) }
}

/// Runs; a fast wrong answer is no figure. What is written of a group is told as one update; the rows are counted in
/// the database and in the test of members.
fn changed_rows(project: &Project, folder: &Path, expected: u64) -> Result<()> {
    let report = run(project, folder, "go", &Silent, &CancelToken::default())?;
    match (&report.failure, report.total_writes()) {
        (None, writes) if writes == expected => Ok(()),
        (failure, writes) => Err(format!("{writes} writes, expected {expected}; {failure:?}").into()),
    }
}
