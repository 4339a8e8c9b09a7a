//! The sample project for databases behind ODBC drivers.

use std::path::Path;

use syncwright_core::project::{Connection, Project, Provider, Side, System as ProjectSystem};

use super::tables::{Column, Declared};
use crate::servers::{Database, System};

fn side(project: &mut Project, side: Side) -> &mut ProjectSystem {
    match side {
        Side::Left => &mut project.central,
        Side::Right => &mut project.target,
    }
}

fn connect(connection: &mut Connection, dialect: &str, attributes: Vec<(String, String)>) {
    connection.provider =
        Provider::Odbc { dialect: dialect.to_owned(), attributes: attributes.into_iter().collect() };
}

/// Puts one side of the sample project into a database on a server, which is reached through `port`.
pub fn on_server(project: &mut Project, which: Side, database: &Database, port: u16) {
    let system = database.system();
    let side = side(project, which);
    connect(&mut side.connection, system.dialect(), database.attributes_through(port));
    for schema_type in &mut side.schema.types {
        // A table of MariaDB is in a database, and has no owner in it.
        schema_type.owner = (system == System::PostgreSql).then(|| "public".to_owned());
        for property in &mut schema_type.properties {
            let column = Column {
                name: property.name.clone(),
                declared: Declared::parse(&property.native_type),
                mandatory: property.mandatory,
                default: property.default_value.take(),
            };
            property.native_type = column.declared.native(system);
            property.default_value = column.default_in(system);
        }
    }
}

/// Puts one side of the sample project into a SQLite file behind an ODBC driver.
///
/// # Panics
///
/// If the path is not UTF-8.
pub fn on_sqlite_driver(project: &mut Project, which: Side, file: &Path) {
    let file = file.to_str().expect("temporary folders have plain names");
    connect(&mut side(project, which).connection, "sqlite", vec![("Database".to_owned(), file.to_owned())]);
}
