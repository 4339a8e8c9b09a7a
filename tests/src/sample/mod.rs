//! The sample project with its databases on servers: the same tables and rows as in SQLite, in the types that
//! each system has for them, and a project that knows them.
//!
//! The SQLite databases that `syncwright_core::sample` makes are the source; nothing is drawn or counted again.

mod content;
mod load;
mod project;
mod tables;

pub use self::{
    content::{Dump, assert_same, content_of_database, content_of_file},
    load::{load, load_file},
    project::{on_server, on_sqlite_driver},
    tables::{Column, Declared, Kind, Table, tables},
};
