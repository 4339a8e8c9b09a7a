//! The rows of the tree-table: which tables are shown, in which order, and what stands below them.
//!
//! Nothing is drawn here; a schema of thousands of tables becomes a flat list that is kept until something changes.

use std::collections::HashSet;

use syncwright_core::project::{Schema, SchemaType};

/// A row of the tree-table, by its position in the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Row {
    /// A table.
    Table(usize),
    /// A column of a table.
    Column(usize, usize),
    /// Something else that the page shows below a table: a column group, a composite relation.
    Extra(usize, usize),
}

impl Row {
    /// The table that the row is, or belongs to.
    #[must_use]
    pub const fn table(self) -> usize {
        match self {
            Self::Table(table) | Self::Column(table, _) | Self::Extra(table, _) => table,
        }
    }

    /// Table and column, if the row is a column.
    #[must_use]
    pub const fn column(self) -> Option<(usize, usize)> {
        match self {
            Self::Column(table, column) => Some((table, column)),
            Self::Table(_) | Self::Extra(..) => None,
        }
    }

    /// True if the schema has it.
    #[must_use]
    pub fn is_in(self, schema: &Schema, lens: &Lens) -> bool {
        let Some(schema_type) = schema.types.get(self.table()) else { return false };
        match self {
            Self::Table(_) => true,
            Self::Column(_, column) => column < schema_type.properties.len(),
            Self::Extra(_, extra) => extra < (lens.extras)(schema_type),
        }
    }
}

/// How a page looks at the tables.
#[derive(Debug, Clone, Copy)]
pub struct Lens {
    /// Tells apart the ways in which the page can look at them.
    pub variant: u8,
    /// Tables that the page is about.
    pub shown: fn(&SchemaType) -> bool,
    /// Tables that stand before the others.
    pub first: fn(&SchemaType) -> bool,
    /// Tables on which something of this page is set.
    pub configured: fn(&SchemaType) -> bool,
    /// Rows below a table beside its columns.
    pub extras: fn(&SchemaType) -> usize,
}

/// What somebody chose to see.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Text that names of tables or columns have.
    pub filter: String,
    /// Only tables on which something is set.
    pub hide_unconfigured: bool,
    /// Open tables.
    pub open: HashSet<usize>,
    /// Tables that the filter would open, closed by hand.
    pub closed: HashSet<usize>,
}

/// What the filter finds in a table.
enum Found {
    Nothing,
    Table,
    Columns(Vec<usize>),
}

impl View {
    fn wanted(&self) -> String {
        self.filter.trim().to_lowercase()
    }

    /// The tables to show, in their order.
    #[must_use]
    pub fn tables(&self, schema: &Schema, lens: &Lens) -> Vec<usize> {
        let wanted = self.wanted();
        let mut tables: Vec<usize> = schema
            .types
            .iter()
            .enumerate()
            .filter(|(_, one)| (lens.shown)(one) && (!self.hide_unconfigured || (lens.configured)(one)))
            .filter(|(_, one)| !matches!(find(one, &wanted), Found::Nothing))
            .map(|(at, _)| at)
            .collect();
        // Stable: otherwise the order of the schema stays.
        tables.sort_by_key(|at| schema.types.get(*at).is_none_or(|one| !(lens.first)(one)));
        tables
    }

    /// The rows of these tables.
    #[must_use]
    pub fn rows(&self, schema: &Schema, lens: &Lens, tables: &[usize]) -> Vec<Row> {
        let wanted = self.wanted();
        let mut rows = Vec::with_capacity(tables.len());
        for table in tables {
            let Some(schema_type) = schema.types.get(*table) else { continue };
            rows.push(Row::Table(*table));
            match find(schema_type, &wanted) {
                Found::Columns(columns) if !self.closed.contains(table) => {
                    rows.extend(columns.into_iter().map(|column| Row::Column(*table, column)));
                }
                Found::Table | Found::Nothing if self.open.contains(table) => {
                    rows.extend((0..schema_type.properties.len()).map(|column| Row::Column(*table, column)));
                    rows.extend((0..(lens.extras)(schema_type)).map(|extra| Row::Extra(*table, extra)));
                }
                Found::Columns(_) | Found::Table | Found::Nothing => {}
            }
        }
        rows
    }

    /// True if the rows below a table are shown.
    #[must_use]
    pub fn is_open(&self, schema: &Schema, table: usize) -> bool {
        let found = schema.types.get(table).map_or(Found::Nothing, |one| find(one, &self.wanted()));
        match found {
            Found::Columns(_) => !self.closed.contains(&table),
            Found::Table | Found::Nothing => self.open.contains(&table),
        }
    }

    /// Opens or closes a table.
    pub fn set_open(&mut self, table: usize, open: bool) {
        if open {
            self.open.insert(table);
            self.closed.remove(&table);
        } else {
            self.open.remove(&table);
            self.closed.insert(table);
        }
    }

    /// Opens or closes all of these tables.
    pub fn set_all_open(&mut self, tables: &[usize], open: bool) {
        for table in tables {
            self.set_open(*table, open);
        }
    }
}

/// A table that is called so is found with all it has, else those of its columns that are.
fn find(schema_type: &SchemaType, wanted: &str) -> Found {
    let is_called = |name: &str| name.to_lowercase().contains(wanted);
    if wanted.is_empty() || is_called(&schema_type.name) || is_called(&schema_type.display_name) {
        return Found::Table;
    }
    let named = schema_type.properties.iter().enumerate().filter(|(_, property)| is_called(&property.name));
    let columns: Vec<usize> = named.map(|(at, _)| at).collect();
    if columns.is_empty() { Found::Nothing } else { Found::Columns(columns) }
}

#[cfg(test)]
mod tests {
    use syncwright_core::{project::SchemaProperty, value::ValueType};

    use super::*;

    const LENS: Lens = Lens {
        variant: 0,
        shown: |_| true,
        first: |one| one.key.is_empty(),
        configured: |one| one.key_declared,
        extras: |one| one.column_groups.len(),
    };

    fn table(name: &str, key: &[&str], columns: &[&str]) -> SchemaType {
        SchemaType {
            name: name.to_owned(),
            key: key.iter().map(|name| (*name).to_owned()).collect(),
            properties: columns.iter().map(|name| SchemaProperty::new(*name, ValueType::String)).collect(),
            ..SchemaType::default()
        }
    }

    fn schema() -> Schema {
        let types = vec![
            table("Person", &["Id"], &["Id", "LastName"]),
            table("Department", &["Id"], &["Id", "PersonInCharge"]),
            table("Log", &[], &["Text"]),
        ];
        Schema { types, ..Schema::default() }
    }

    #[test]
    fn tables_that_need_attention_come_first() {
        assert_eq!(View::default().tables(&schema(), &LENS), [2, 0, 1]);
        let hides = View { hide_unconfigured: true, ..View::default() };
        assert!(hides.tables(&schema(), &LENS).is_empty());
    }

    #[test]
    fn the_filter_finds_tables_with_all_they_have_and_else_columns_alone() {
        let mut view = View { filter: " PERSON ".to_owned(), ..View::default() };
        let schema = schema();
        let tables = view.tables(&schema, &LENS);
        assert_eq!(tables, [0, 1]);
        assert_eq!(view.rows(&schema, &LENS, &tables), [Row::Table(0), Row::Table(1), Row::Column(1, 1)]);
        view.set_open(0, true);
        view.set_open(1, false);
        assert!(view.is_open(&schema, 0) && !view.is_open(&schema, 1));
        let rows = view.rows(&schema, &LENS, &tables);
        assert_eq!(rows, [Row::Table(0), Row::Column(0, 0), Row::Column(0, 1), Row::Table(1)]);
    }

    #[test]
    fn everything_can_be_opened_and_closed() {
        let schema = schema();
        let mut view = View::default();
        let tables = view.tables(&schema, &LENS);
        view.set_all_open(&tables, true);
        assert_eq!(view.rows(&schema, &LENS, &tables).len(), 3 + 5);
        view.set_all_open(&tables, false);
        assert_eq!(view.rows(&schema, &LENS, &tables).len(), 3);
        assert!(!Row::Column(0, 2).is_in(&schema, &LENS));
        assert!(Row::Column(0, 1).is_in(&schema, &LENS));
    }
}
