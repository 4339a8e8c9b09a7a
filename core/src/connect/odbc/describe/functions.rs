//! The catalog by the functions that ODBC itself has, for systems whose catalog nobody here knows (S1).
//!
//! Tables and columns come in one call each, keys and relations in one per table. ODBC tells nothing of other
//! unique keys in a way that drivers agree on, and nothing of generated columns.

use odbc_api::parameter::VarCharArray;

use super::Catalog;
use crate::{
    connect::{
        ConnectError, ErrorKind,
        odbc::{
            dialect::{ForeignKeyRow, KeyRow, NativeColumn, TableRow},
            session::Link,
        },
    },
    progress::CancelToken,
};

/// Reads the whole catalog.
///
/// # Errors
///
/// What the driver says, or on cancel.
pub fn read_catalog(link: &Link, cancel: &CancelToken) -> Result<Catalog, ConnectError> {
    // Without it some drivers tell of all databases of the server. Others have no such thing.
    let database = link.connection.current_catalog().unwrap_or_default();
    let mut catalog = Catalog {
        tables: tables(link, &database)?,
        columns: columns(link, &database)?,
        ..Catalog::default()
    };
    for table in catalog.tables.iter().filter(|table| !table.view) {
        if cancel.is_cancelled() {
            return Err(link.speaker.own(ErrorKind::Cancelled, "reading the schema was cancelled"));
        }
        catalog.keys.extend(primary_key(link, table)?);
        catalog.foreign_keys.extend(foreign_keys(link, table)?);
    }
    Ok(catalog)
}

fn text<const LENGTH: usize>(cell: &VarCharArray<LENGTH>) -> String {
    cell.as_bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
}

fn optional<const LENGTH: usize>(cell: &VarCharArray<LENGTH>) -> Option<String> {
    Some(text(cell)).filter(|text| !text.is_empty())
}

fn tables(link: &Link, database: &str) -> Result<Vec<TableRow>, ConnectError> {
    let doing = "reading the list of tables";
    let failed = |error: odbc_api::Error| link.error(doing, &error);
    let mut statement = link.connection.preallocate().map_err(failed)?;
    link.canceller.while_running(&mut statement, |statement| {
        let rows = statement.tables(database, "", "", "TABLE,VIEW").map_err(failed)?;
        rows.map(|row| {
            let row = row.map_err(failed)?;
            Ok(TableRow {
                owner: optional(&row.schema),
                name: text(&row.table),
                view: text(&row.table_type).eq_ignore_ascii_case("VIEW"),
                comment: optional(&row.remarks),
            })
        })
        .collect()
    })
}

fn columns(link: &Link, database: &str) -> Result<Vec<NativeColumn>, ConnectError> {
    let doing = "reading the columns";
    let failed = |error: odbc_api::Error| link.error(doing, &error);
    let mut statement = link.connection.preallocate().map_err(failed)?;
    link.canceller.while_running(&mut statement, |statement| {
        let rows = statement.columns(database, "", "", "").map_err(failed)?;
        rows.map(|row| {
            let row = row.map_err(failed)?;
            let size = row.column_size.into_opt().and_then(|size| u64::try_from(size).ok());
            let type_name = text(&row.type_name);
            Ok(NativeColumn {
                owner: optional(&row.schema),
                table: text(&row.table),
                name: text(&row.column_name),
                position: u32::try_from(row.ordinal_position).unwrap_or_default(),
                declaration: type_name.clone(),
                type_name,
                sql_type: Some(row.data_type),
                length: size.filter(|size| *size > 0),
                precision: size.and_then(|size| u32::try_from(size).ok()),
                scale: row.decimal_digits.into_opt().map(i32::from),
                // 0 is SQL_NO_NULLS.
                nullable: row.nullable != 0,
                // Some drivers write NULL where there is no default.
                default: optional(&row.column_default).filter(|default| default != "NULL"),
                generated: None,
                comment: optional(&row.remarks),
            })
        })
        .collect()
    })
}

fn primary_key(link: &Link, table: &TableRow) -> Result<Vec<KeyRow>, ConnectError> {
    let doing = format!("reading the key of {}", table.name);
    let failed = |error: odbc_api::Error| link.error(&doing, &error);
    let owner = table.owner.as_deref();
    let mut statement = link.connection.preallocate().map_err(failed)?;
    link.canceller.while_running(&mut statement, |statement| {
        let rows = statement.primary_keys(None, owner, &table.name).map_err(failed)?;
        rows.map(|row| {
            let row = row.map_err(failed)?;
            Ok(KeyRow {
                owner: table.owner.clone(),
                table: table.name.clone(),
                name: text(&row.pk_name),
                primary: true,
                position: u32::try_from(row.key_seq).unwrap_or_default(),
                column: text(&row.column),
            })
        })
        .collect()
    })
}

fn foreign_keys(link: &Link, table: &TableRow) -> Result<Vec<ForeignKeyRow>, ConnectError> {
    let doing = format!("reading the relations of {}", table.name);
    let failed = |error: odbc_api::Error| link.error(&doing, &error);
    let owner = table.owner.as_deref().unwrap_or("");
    let mut statement = link.connection.preallocate().map_err(failed)?;
    link.canceller.while_running(&mut statement, |statement| {
        let rows = statement.foreign_keys("", "", "", "", owner, &table.name).map_err(failed)?;
        let mut number = 0;
        rows.map(|row| {
            let row = row.map_err(failed)?;
            // Keys without a name follow one another; each begins with its first column.
            number += usize::from(row.key_seq <= 1);
            Ok(ForeignKeyRow {
                owner: table.owner.clone(),
                table: table.name.clone(),
                name: format!("{}#{number}", text(&row.fk_name)),
                position: u32::try_from(row.key_seq).unwrap_or_default(),
                column: text(&row.fk_column),
                referenced_owner: optional(&row.pk_schema),
                referenced_table: text(&row.pk_table),
                referenced_column: text(&row.pk_column),
            })
        })
        .collect()
    })
}
