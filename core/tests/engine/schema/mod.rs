//! Reading, completing, updating and compressing schemas, through real connectors.

mod compress;
mod detect;
mod fake;
mod keys;
mod known;
mod large;
mod random;
mod relations;
mod update;

use std::path::Path;

use syncwright_core::{
    connect::{Connector, OpenMode, open},
    progress::{CancelToken, Silent},
    project::Schema,
    schema::detect as detect_schema,
};
use tempfile::TempDir;

use crate::fixture::connection;

/// A SQLite file in a folder of its own.
pub struct Database {
    folder: TempDir,
}

impl Database {
    /// Creates the file with these statements.
    pub fn new(sql: &str) -> Self {
        let database = Self { folder: tempfile::tempdir().unwrap() };
        database.execute(sql);
        database
    }

    pub fn execute(&self, sql: &str) {
        rusqlite::Connection::open(self.folder.path().join("data.db")).unwrap().execute_batch(sql).unwrap();
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A connection that reads blocks of `block` rows.
    pub fn connect_in_blocks(&self, block: u32) -> Box<dyn Connector> {
        let mut connection = connection("DATA", "data.db");
        connection.fetch_batch_size = Some(block);
        open(&connection, self.folder.path(), OpenMode::Read).unwrap()
    }

    pub fn connect(&self) -> Box<dyn Connector> {
        self.connect_in_blocks(8192)
    }

    /// The schema as `detect` gives it.
    pub fn schema(&self) -> Schema {
        detect_schema(self.connect().as_mut(), &[], &Silent, &CancelToken::default()).unwrap().schema
    }
}

/// Names as owned strings.
pub fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
