//! The catalog of a database as a project schema (S1).

mod functions;
pub mod rows;

use std::collections::{BTreeSet, HashMap};

use self::rows::{Cells, read_rows};
use super::{
    OdbcConnector,
    dialect::{CatalogQueries, Dialect, ForeignKeyRow, KeyRow, NativeColumn, TableRow},
    operation::Operation,
};
use crate::{
    connect::{ConnectError, is_own_table},
    progress::Progress,
    project::{ForeignKey, Generated, Schema, SchemaProperty, SchemaType},
    value::ValueType,
};

/// A table in the catalog: owner and name.
type TableName = (Option<String>, String);

/// All that a catalog tells.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Tables and views.
    pub tables: Vec<TableRow>,
    /// Their columns.
    pub columns: Vec<NativeColumn>,
    /// Their keys.
    pub keys: Vec<KeyRow>,
    /// Their relations.
    pub foreign_keys: Vec<ForeignKeyRow>,
}

impl OdbcConnector {
    pub(super) fn read_catalog(&mut self, progress: &dyn Progress) -> Result<Schema, ConnectError> {
        progress.phase("Reading the schema");
        let mut catalog = match self.dialect.catalog() {
            Some(queries) => self.query_catalog(queries, progress)?,
            None => {
                let cancel = self.cancel.clone();
                self.again(|connector| {
                    let cancel = cancel.clone();
                    let read = move |link: &super::Link| functions::read_catalog(link, &cancel);
                    connector.call(Operation::Schema, "reading the schema", read)
                })?
            }
        };
        let wanted = |owner: &Option<String>| match owner {
            None => true,
            Some(owner) if self.owners.is_empty() => !self.dialect.is_system_schema(owner),
            Some(owner) => self.owners.contains(owner),
        };
        catalog.tables.retain(|table| wanted(&table.owner) && !is_own_table(&table.name));
        Ok(schema_of(self.dialect, catalog, self.zone.is_some()))
    }

    fn query_catalog(
        &mut self,
        queries: CatalogQueries,
        progress: &dyn Progress,
    ) -> Result<Catalog, ConnectError> {
        let CatalogQueries { tables, columns, keys, foreign_keys } = queries;
        let tables = self.read("the list of tables", tables, TABLE_COLUMNS, table_row)?;
        let mut catalog = Catalog { tables, ..Catalog::default() };
        progress.advance(1, Some(4));
        catalog.columns = self.read("the columns", columns, COLUMN_COLUMNS, column_row)?;
        progress.advance(2, Some(4));
        catalog.keys = self.read("the keys", keys, KEY_COLUMNS, key_row)?;
        progress.advance(3, Some(4));
        catalog.foreign_keys =
            self.read("the relations", foreign_keys, FOREIGN_KEY_COLUMNS, foreign_key_row)?;
        progress.advance(4, Some(4));
        Ok(catalog)
    }

    fn read<R: Send + 'static>(
        &mut self,
        what: &str,
        sql: String,
        columns: usize,
        row: fn(&mut Cells) -> R,
    ) -> Result<Vec<R>, ConnectError> {
        let doing = format!("reading {what}");
        let cancel = self.cancel.clone();
        self.again(|connector| {
            let (doing, sql, cancel) = (doing.clone(), sql.clone(), cancel.clone());
            connector.call(Operation::Schema, &doing.clone(), move |link| {
                read_rows(link, &doing, &sql, columns, &cancel, row)
            })
        })
    }
}

/// A column that the database writes with every change of its row.
const ROW_CHANGE: &str = "row change";

const TABLE_COLUMNS: usize = 4;
const COLUMN_COLUMNS: usize = 13;
const KEY_COLUMNS: usize = 6;
const FOREIGN_KEY_COLUMNS: usize = 8;

fn table_row(cells: &mut Cells) -> TableRow {
    TableRow { owner: cells.optional(), name: cells.text(), view: cells.flag(), comment: cells.optional() }
}

fn column_row(cells: &mut Cells) -> NativeColumn {
    NativeColumn {
        owner: cells.optional(),
        table: cells.text(),
        name: cells.text(),
        position: cells.number().unwrap_or_default(),
        type_name: cells.text(),
        sql_type: None,
        declaration: cells.text(),
        length: cells.number(),
        precision: cells.number(),
        scale: cells.number(),
        nullable: cells.flag(),
        default: cells.optional(),
        generated: cells.optional(),
        comment: cells.optional(),
    }
}

fn key_row(cells: &mut Cells) -> KeyRow {
    KeyRow {
        owner: cells.optional(),
        table: cells.text(),
        name: cells.text(),
        primary: cells.flag(),
        position: cells.number().unwrap_or_default(),
        column: cells.text(),
    }
}

fn foreign_key_row(cells: &mut Cells) -> ForeignKeyRow {
    ForeignKeyRow {
        owner: cells.optional(),
        table: cells.text(),
        name: cells.text(),
        position: cells.number().unwrap_or_default(),
        column: cells.text(),
        referenced_owner: cells.optional(),
        referenced_table: cells.text(),
        referenced_column: cells.text(),
    }
}

/// The schema that a catalog describes. Points in time are what date and time columns hold if the zone of the
/// database is known (W7).
pub fn schema_of(dialect: &dyn Dialect, mut catalog: Catalog, zone_known: bool) -> Schema {
    catalog.tables.sort_by(|one, other| (&one.owner, &one.name).cmp(&(&other.owner, &other.name)));
    let owners: BTreeSet<&Option<String>> = catalog.tables.iter().map(|table| &table.owner).collect();
    let several = owners.len() > 1;
    let names: HashMap<TableName, String> = catalog
        .tables
        .iter()
        .map(|table| ((table.owner.clone(), table.name.clone()), type_name(table, several)))
        .collect();
    let mut columns: HashMap<TableName, Vec<NativeColumn>> = HashMap::new();
    for column in catalog.columns {
        columns.entry((column.owner.clone(), column.table.clone())).or_default().push(column);
    }
    let mut keys: HashMap<TableName, Vec<KeyRow>> = HashMap::new();
    for key in catalog.keys {
        keys.entry((key.owner.clone(), key.table.clone())).or_default().push(key);
    }
    let mut relations: HashMap<TableName, Vec<ForeignKeyRow>> = HashMap::new();
    for key in catalog.foreign_keys {
        relations.entry((key.owner.clone(), key.table.clone())).or_default().push(key);
    }
    let types = catalog.tables.into_iter().map(|table| {
        let place = (table.owner.clone(), table.name.clone());
        let name = type_name(&table, several);
        let mut own = columns.remove(&place).unwrap_or_default();
        own.sort_by_key(|column| column.position);
        let (key, unique_keys) = keys_of(keys.remove(&place).unwrap_or_default());
        SchemaType {
            table: (name != table.name).then(|| table.name.clone()),
            name,
            owner: table.owner,
            comment: table.comment.unwrap_or_default(),
            view: table.view,
            properties: own.into_iter().map(|column| property(dialect, column, zone_known)).collect(),
            key,
            unique_keys,
            foreign_keys: foreign_keys_of(relations.remove(&place).unwrap_or_default(), &names),
            ..SchemaType::default()
        }
    });
    Schema { types: types.collect(), ..Schema::default() }
}

/// The owner stands in front where several are loaded.
fn type_name(table: &TableRow, several: bool) -> String {
    match &table.owner {
        Some(owner) if several => format!("{owner}.{}", table.name),
        _ => table.name.clone(),
    }
}

fn property(dialect: &dyn Dialect, column: NativeColumn, zone_known: bool) -> SchemaProperty {
    let mapped = match column.sql_type {
        Some(sql_type) => dialect.map_driver_type(sql_type, &column),
        None => dialect.map_type(&column),
    };
    let mut property = match mapped {
        Ok(mapped) => {
            let value_type = match mapped.value_type {
                ValueType::Timestamp if zone_known => ValueType::TimestampUtc,
                other => other,
            };
            let mut property = SchemaProperty {
                max_length: mapped.max_length,
                native_type: column.declaration.clone(),
                ..SchemaProperty::new(&column.name, mapped.value_type)
            };
            property.keeps = dialect.kept(&property);
            property.value_type = value_type;
            property
        }
        Err(reason) => {
            SchemaProperty { unusable: Some(reason), ..SchemaProperty::new(&column.name, ValueType::String) }
        }
    };
    property.generated = match column.generated.as_deref() {
        Some("identity") => Generated::Identity,
        Some("always" | ROW_CHANGE) => Generated::Always,
        _ => Generated::No,
    };
    property.revision_counter = column.generated.as_deref() == Some(ROW_CHANGE);
    property.native_type = column.declaration;
    property.mandatory = !column.nullable;
    property.default_value = column.default;
    property.comment = column.comment.unwrap_or_default();
    property
}

/// The primary key, and the other unique keys in the order of their columns.
fn keys_of(mut rows: Vec<KeyRow>) -> (Vec<String>, Vec<Vec<String>>) {
    rows.sort_by(|one, other| {
        (!one.primary, &one.name, one.position).cmp(&(!other.primary, &other.name, other.position))
    });
    let mut primary = Vec::new();
    let mut unique: Vec<(String, Vec<String>)> = Vec::new();
    for row in rows {
        if row.primary {
            primary.push(row.column);
        } else if let Some((_, columns)) = unique.last_mut().filter(|(name, _)| *name == row.name) {
            columns.push(row.column);
        } else {
            unique.push((row.name, vec![row.column]));
        }
    }
    let mut unique: Vec<Vec<String>> = unique.into_iter().map(|(_, columns)| columns).collect();
    unique.retain(|columns| *columns != primary);
    unique.sort();
    unique.dedup();
    (primary, unique)
}

fn foreign_keys_of(mut rows: Vec<ForeignKeyRow>, names: &HashMap<TableName, String>) -> Vec<ForeignKey> {
    rows.sort_by(|one, other| (&one.name, one.position).cmp(&(&other.name, other.position)));
    let mut keys: Vec<(String, ForeignKey)> = Vec::new();
    for row in rows {
        // What lies in a schema that is not loaded cannot be resolved.
        let Some(references) = names.get(&(row.referenced_owner, row.referenced_table)) else { continue };
        if let Some((_, key)) = keys.last_mut().filter(|(name, _)| *name == row.name) {
            key.properties.push(row.column);
            key.referenced_properties.push(row.referenced_column);
        } else {
            keys.push((
                row.name,
                ForeignKey {
                    properties: vec![row.column],
                    references: references.clone(),
                    referenced_properties: vec![row.referenced_column],
                    integrity_ensured: true,
                    declared: false,
                },
            ));
        }
    }
    keys.into_iter().map(|(_, key)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::odbc::dialect::dialect;

    /// Rows as DB2's catalog query gives them.
    #[test]
    fn a_row_change_timestamp_counts_revisions() {
        let column = |name: &str, generated: Option<&str>| NativeColumn {
            owner: Some("HR".to_owned()),
            table: "PERSONS".to_owned(),
            name: name.to_owned(),
            type_name: "TIMESTAMP".to_owned(),
            declaration: "TIMESTAMP(6)".to_owned(),
            generated: generated.map(str::to_owned),
            ..NativeColumn::default()
        };
        let table =
            TableRow { owner: Some("HR".to_owned()), name: "PERSONS".to_owned(), ..TableRow::default() };
        let catalog = Catalog {
            tables: vec![table],
            columns: vec![
                column("CHANGED", Some("row change")),
                column("STARTED", Some("always")),
                column("BORN", None),
            ],
            ..Catalog::default()
        };
        let schema = schema_of(dialect("db2").expect("a dialect"), catalog, false);
        let found: Vec<(&str, Generated, bool)> = schema.types[0]
            .properties
            .iter()
            .map(|property| (property.name.as_str(), property.generated, property.revision_counter))
            .collect();
        let expected = [
            ("CHANGED", Generated::Always, true),
            ("STARTED", Generated::Always, false),
            ("BORN", Generated::No, false),
        ];
        assert_eq!(found, expected);
    }
}
