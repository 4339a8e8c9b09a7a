//! What a catalog tells, in the shape that all systems are brought to (S1).

/// SQL that reads the catalog of the whole database.
///
/// Every query gives text columns in the order of the fields of its row type; no query takes parameters.
/// Rows come in any order except where a `position` says otherwise. System schemas may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogQueries {
    /// Rows of [`TableRow`]: tables and views that can be read.
    pub tables: String,
    /// Rows of [`NativeColumn`].
    pub columns: String,
    /// Rows of [`KeyRow`]: primary and unique keys, one row per column.
    pub keys: String,
    /// Rows of [`ForeignKeyRow`], one row per column.
    pub foreign_keys: String,
}

/// A table or view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableRow {
    /// Schema or owner.
    pub owner: Option<String>,
    /// Name.
    pub name: String,
    /// `1` for a view, else `0`.
    pub view: bool,
    /// Comment.
    pub comment: Option<String>,
}

/// A column as the system describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NativeColumn {
    /// Schema or owner of the table.
    pub owner: Option<String>,
    /// Table.
    pub table: String,
    /// Name.
    pub name: String,
    /// Place in the table, from 1.
    pub position: u32,
    /// Type, without length and scale where the system tells them apart, as the system spells it.
    pub type_name: String,
    /// Number of the type in ODBC, if the driver described the column.
    pub sql_type: Option<i16>,
    /// The whole declaration as people know it: `character varying(64)`.
    pub declaration: String,
    /// Longest text or binary, in characters or bytes; `None` if not declared.
    pub length: Option<u64>,
    /// Digits of a number.
    pub precision: Option<u32>,
    /// Digits after the point.
    pub scale: Option<i32>,
    /// NULL is allowed.
    pub nullable: bool,
    /// Default as written in the catalog; `None` if there is none.
    pub default: Option<String>,
    /// `identity` (filled when nothing is given), `always` (never written), `row change` (never written, and
    /// larger after every change of the row), or nothing.
    pub generated: Option<String>,
    /// Comment.
    pub comment: Option<String>,
}

/// A column of a primary or unique key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyRow {
    /// Schema or owner of the table.
    pub owner: Option<String>,
    /// Table.
    pub table: String,
    /// Name of the key; unique in the table.
    pub name: String,
    /// `1` for the primary key, else `0`.
    pub primary: bool,
    /// Place in the key, from 1.
    pub position: u32,
    /// Column.
    pub column: String,
}

/// A column of a foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForeignKeyRow {
    /// Schema or owner of the referring table.
    pub owner: Option<String>,
    /// Referring table.
    pub table: String,
    /// Name of the foreign key; unique in the table.
    pub name: String,
    /// Place in the key, from 1.
    pub position: u32,
    /// Referring column.
    pub column: String,
    /// Schema or owner of the referenced table.
    pub referenced_owner: Option<String>,
    /// Referenced table.
    pub referenced_table: String,
    /// Referenced column.
    pub referenced_column: String,
}
