//! Decision tables as files in `data/`: one row a case, made by an oracle that knows nothing of the engine.
//!
//! Every row is run, too: a rule on columns of its own, in real runs on two SQLite files. After a change of
//! an oracle `SYNCWRIGHT_WRITE_TABLES=1` writes the files anew; the difference is what there is to review.

mod directions;
mod empty_values;
mod examples;
mod lists;
mod matches;
mod pack;
mod settings;

use std::{fs, path::Path};

/// What a property holds; `None` for NULL.
pub type Cell = Option<String>;

/// A property as tables write it: `∅` for NULL, `''` for no text.
pub fn shown(cell: &Cell) -> &str {
    match cell.as_deref() {
        None => "∅",
        Some("") => "''",
        Some(text) => text,
    }
}

/// The same for an object that may be missing: `-`.
pub fn shown_in(object: &Option<Cell>) -> &str {
    object.as_ref().map_or("-", shown)
}

/// Compares the table with its file, or writes it.
pub fn same_as_file(name: &str, header: &str, rows: &[String]) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/data").join(name);
    let table = format!("{header}\n{}\n", rows.join("\n"));
    if std::env::var_os("SYNCWRIGHT_WRITE_TABLES").is_some() {
        fs::write(&file, &table).unwrap();
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    for (number, (found, known)) in table.lines().zip(known.lines()).enumerate() {
        assert_eq!(found, known, "{name}, line {}; SYNCWRIGHT_WRITE_TABLES=1 writes it anew", number + 1);
    }
    assert_eq!(
        table.lines().count(),
        known.lines().count(),
        "{name}; SYNCWRIGHT_WRITE_TABLES=1 writes it anew"
    );
}
