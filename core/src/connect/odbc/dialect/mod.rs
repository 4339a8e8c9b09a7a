//! What differs between database systems behind ODBC, one module per system (C2).
//!
//! A [`Dialect`] is knowledge, not work: it gives names, SQL texts, types and classes of errors, and never
//! touches a connection, so that all of it can be tested without a server. Values are never part of the
//! texts; where a statement takes one there is a `?`.

mod catalog;
mod db2;
pub(super) mod declared;
mod errors;
mod generic;
mod mariadb;
mod oracle;
mod postgresql;
mod sql;
mod sql_server;
mod sqlite;
#[cfg(test)]
mod tests;

pub use self::catalog::{CatalogQueries, ForeignKeyRow, KeyRow, NativeColumn, TableRow};
use super::diagnostics::Diagnosis;
use crate::{
    connect::ErrorKind,
    project::{Kept, SchemaProperty},
    value::ValueType,
};

/// Stands in a result for a value that the type of its property cannot hold; no value of any system.
pub const INCOMPATIBLE: &str = "syncwright:incompatible:5d0c4c1e-7a1b-4d0e-9a53-6f1f2f0f3c8b";

/// How far a dialect has been tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// The tests run it against a real server.
    Server,
    /// Written from the system's documentation; no server could be had.
    Documentation,
}

/// Type of a property as a dialect understands a column (S2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedType {
    /// Type in Syncwright.
    pub value_type: ValueType,
    /// Longest text, in characters, if the column declares one.
    pub max_length: Option<u32>,
}

/// How rows are bound to a statement that writes many of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrayBinding {
    /// Arrays of at most so many rows in one call.
    Rows(usize),
    /// One row a call: the driver fails, or worse, with arrays.
    Never,
}

/// What a driver counts after a call with arrays. Those rows are counted that the condition finds, changed or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowCounts {
    /// All of the call together.
    Total,
    /// One count a row of the call, each as a result of its own.
    EachRow,
    /// Nothing that can be relied on: objects are looked for before they are written.
    Unknown,
}

/// Which texts a system calls equal with its plain `=`, for filters that are pushed down (E4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEquality {
    /// Texts of the same characters, as here.
    Exact,
    /// Something else, or it depends (case, accents, trailing blanks): [`Dialect::exact_text`] makes it exact.
    Collation,
}

/// Knowledge about one database system.
pub trait Dialect: Send + Sync {
    /// Identifier in project files, for example `postgresql`.
    fn id(&self) -> &'static str;

    /// Name shown to people.
    fn label(&self) -> &'static str;

    /// How far this dialect has been tried.
    fn verified(&self) -> Verified;

    /// What an ODBC driver for this system is called, as parts of registered names or of library files, lower
    /// case, the preferred one first: `psqlodbcw`, `postgresql unicode`.
    fn drivers(&self) -> &'static [&'static str];

    /// Debian package, or page, where a driver comes from, for the error “driver missing”.
    fn driver_source(&self) -> &'static str;

    /// Connection attributes that this system needs beside those of the project; those of the project win.
    fn default_attributes(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Statements that every new connection runs before the project's initial SQL, for example to read points
    /// in time in UTC.
    fn session_setup(&self) -> &'static [&'static str] {
        &[]
    }

    /// Statement that sets the isolation level, in the words of the system; `None` if it has no such setting.
    fn isolation(&self, level: &str) -> Option<String> {
        Some(format!("SET TRANSACTION ISOLATION LEVEL {level}"))
    }

    /// Statement that ends every later statement of the session after so many seconds; `None` if the driver's
    /// own attribute for that (`SQL_ATTR_QUERY_TIMEOUT`), which every statement gets, does it.
    fn query_timeout(&self, seconds: u32) -> Option<String> {
        let _ = seconds;
        None
    }

    /// A name as the system takes it whatever it contains.
    fn quote(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// A table, with its owner if there is one.
    fn table(&self, owner: Option<&str>, table: &str) -> String {
        match owner {
            Some(owner) => format!("{}.{}", self.quote(owner), self.quote(table)),
            None => self.quote(table),
        }
    }

    /// Type of a column, or why it is not usable (S2).
    ///
    /// # Errors
    ///
    /// A text that names the type and says why it cannot be used.
    fn map_type(&self, column: &NativeColumn) -> Result<MappedType, String>;

    /// Type of a column that the driver described (`SQLColumns`), for systems without [`Dialect::catalog`]:
    /// by `DATA_TYPE`, the ODBC number of the type, where the name is not known.
    ///
    /// # Errors
    ///
    /// A text that names the type and says why it cannot be used.
    fn map_driver_type(&self, sql_type: i16, column: &NativeColumn) -> Result<MappedType, String> {
        self.map_type(column).or_else(|_| declared::by_sql_type(sql_type, column))
    }

    /// What SELECT lists for a property so that the driver gives a value that [`ValueType::arrow`] can hold:
    /// the column, or an expression around it. Points in time are read as their date and time in UTC.
    fn read_expression(&self, column: &str, property: &SchemaProperty) -> String {
        let _ = property;
        column.to_owned()
    }

    /// The same for a property whose values travel as text, to be converted here: whatever the column holds,
    /// so that what the type of the property cannot hold is noticed here, or replaced (W13).
    fn text_expression(&self, column: &str, property: &SchemaProperty) -> String {
        self.read_expression(column, property)
    }

    /// True if values of the column always travel so, because the driver makes something else of those that it
    /// cannot hold.
    fn reads_as_text(&self, property: &SchemaProperty) -> bool {
        let _ = property;
        false
    }

    /// Length of the longest value, in the driver's units, for columns without a declared length: an
    /// expression over the column, in characters for texts, or bytes, and bytes for binaries.
    fn length_expression(&self, column: &str, property: &SchemaProperty) -> String;

    /// True if [`Dialect::length_expression`] counts bytes of texts, too, in an encoding in which a character
    /// has never fewer bytes than in UTF-8, or units than in UTF-16, whichever travels.
    fn measures_bytes(&self) -> bool {
        false
    }

    /// A `?`, or an expression around it, that takes a bound value of a property.
    ///
    /// Texts, GUIDs, decimals and times are bound as text, points in time as their date and time in UTC.
    fn parameter(&self, property: &SchemaProperty) -> String {
        let _ = property;
        "?".to_owned()
    }

    /// The same as an argument of a procedure or function (W14), whose parameter has the type of the column:
    /// where [`Dialect::parameter`] leaves the last conversion to the column, this one does it.
    fn argument(&self, property: &SchemaProperty) -> String {
        self.parameter(property)
    }

    /// Puts order and page onto a SELECT: `order` is a list for ORDER BY, or empty.
    fn page(&self, select: &str, order: &str, limit: Option<usize>, offset: usize) -> String;

    /// Declared type of a column of one of the program's own tables; `in_key` if the column is part of a key
    /// or index.
    fn declared_type(&self, value_type: ValueType, in_key: bool) -> String;

    /// Which texts `=` calls equal.
    fn text_equality(&self) -> TextEquality;

    /// An expression (column or `?`) that compares texts exactly; used where [`Dialect::text_equality`] is
    /// [`TextEquality::Collation`].
    fn exact_text(&self, expression: &str) -> String {
        expression.to_owned()
    }

    /// An expression that orders texts by code point, as here; `None` if the system has none.
    fn ordered_text(&self, expression: &str) -> Option<String> {
        let _ = expression;
        None
    }

    /// True if the column holds GUIDs as such, so that every spelling is the same value.
    fn has_native_guids(&self, property: &SchemaProperty) -> bool {
        let _ = property;
        false
    }

    /// True if a column may hold values of other types than it declares (SQLite): they are read as text and
    /// converted here, and filters are evaluated here.
    fn is_loosely_typed(&self) -> bool {
        false
    }

    /// True if values of the column are points in time, in whatever zone they are shown.
    fn is_zoned(&self, declaration: &str) -> bool {
        let declaration = declaration.to_lowercase();
        declaration.contains("with time zone") || declaration.contains("timestamptz")
    }

    /// True if drivers for this system have no functions for UTF-16.
    fn has_narrow_drivers(&self) -> bool {
        false
    }

    /// True if texts go to and from the driver in UTF-8, because it mistakes their lengths in UTF-16.
    fn has_texts_in_utf8(&self) -> bool {
        false
    }

    /// True if texts can contain the character NUL, and the driver does not take it for their end.
    fn holds_nul_in_texts(&self) -> bool {
        false
    }

    /// What the driver tells after a call with arrays about how many rows each of its rows concerned.
    fn row_counts(&self) -> RowCounts {
        RowCounts::Unknown
    }

    /// What is put behind a SELECT so that the rows stay as they are until the transaction ends; nothing if
    /// the system has no such clause.
    fn row_lock(&self) -> &'static str {
        ""
    }

    /// Why a library must not be used as driver, though it is one for this system; `None` if it may.
    fn refuses_library(&self, file_name: &str) -> Option<String> {
        let _ = file_name;
        None
    }

    /// A statement that does nothing but show that the connection is alive.
    fn ping(&self) -> &'static str {
        "SELECT 1"
    }

    /// True if the system reads an empty text as NULL (Oracle).
    fn empty_text_is_null(&self) -> bool {
        false
    }

    /// The literal for true and false in conditions.
    fn boolean_literal(&self, value: bool) -> &'static str {
        if value { "TRUE" } else { "FALSE" }
    }

    /// Both sides of a comparison of a column with a `?` that means the same as here (E4): a column and a
    /// parameter, or expressions around them, for `=`, `<>` and `IN`. `None` if the system cannot compare
    /// values of this kind, or would mean something else.
    fn comparison(&self, column: &str, property: &SchemaProperty) -> Option<(String, String)> {
        let parameter = self.parameter(property);
        if property.value_type.is_text() && self.text_equality() == TextEquality::Collation {
            Some((self.exact_text(column), self.exact_text(&parameter)))
        } else {
            Some((column.to_owned(), parameter))
        }
    }

    /// One item of ORDER BY that sorts as here: texts by code point, NULL before everything else when
    /// ascending, after it when descending. `None` if the system cannot sort values of this kind.
    fn order_by(&self, column: &str, property: &SchemaProperty, descending: bool) -> Option<String> {
        let (expression, _) = self.comparison(column, property)?;
        Some(if descending { format!("{expression} DESC") } else { expression })
    }

    /// What a column keeps of a value that is written to it.
    fn kept(&self, property: &SchemaProperty) -> Kept {
        let _ = property;
        Kept::Exactly
    }

    /// True if points in time, and dates with a time, are bound as text `2024-03-01 12:30:00.123456`, always
    /// with six digits, because the driver loses something of them otherwise.
    fn binds_timestamps_as_text(&self) -> bool {
        false
    }

    /// True if booleans are bound as integers 0 and 1, because the driver has no `SQL_BIT`.
    fn binds_booleans_as_integers(&self) -> bool {
        false
    }

    /// True if integers, and booleans that are bound as such, are read and bound as text, because the driver
    /// has no `SQL_C_SBIGINT`.
    fn integers_as_text(&self) -> bool {
        false
    }

    /// False if [`Dialect::page`] only orders, so that the reader has to skip and to stop by itself.
    fn pages(&self) -> bool {
        true
    }

    /// How many rows one call may write.
    fn array_binding(&self) -> ArrayBinding {
        ArrayBinding::Rows(1000)
    }

    /// SQL that reads the catalog of the whole database at once; `None` if only the ODBC catalog functions
    /// will do.
    fn catalog(&self) -> Option<CatalogQueries>;

    /// Schemas that belong to the system itself and are not offered.
    fn is_system_schema(&self, owner: &str) -> bool;

    /// Class of an error, from SQLSTATE, native code and text.
    fn classify(&self, diagnosis: &Diagnosis) -> ErrorKind;

    /// True if this record, which came with a success, stands for an error: nothing was written.
    fn is_error_in_disguise(&self, diagnosis: &Diagnosis) -> bool {
        let _ = diagnosis;
        false
    }

    /// A query for the reasons why the last statement did not take a row that it should have taken, in the
    /// third column; `None` if drivers tell by themselves.
    fn reasons(&self) -> Option<&'static str> {
        None
    }

    /// A statement that begins a transaction again, for a driver that refuses to roll one back because the
    /// database has done so by itself, and then refuses to disconnect; `None` for all other errors.
    fn begin_what_is_rolled_back(&self, diagnosis: &Diagnosis) -> Option<&'static str> {
        let _ = diagnosis;
        None
    }

    /// True if a call with arrays fails when one of its rows does, without counting rows.
    fn reports_errors_of_arrays(&self) -> bool {
        true
    }

    /// True if the same statement may succeed when tried again on a new connection or transaction.
    fn is_transient(&self, diagnosis: &Diagnosis) -> bool {
        matches!(
            diagnosis.state.as_str(),
            "40001" | "40P01" | "08S01" | "08006" | "08003" | "08007" | "HYT01"
        )
    }
}

/// The dialect with this identifier in project files.
#[must_use]
pub fn dialect(id: &str) -> Option<&'static dyn Dialect> {
    all().iter().copied().find(|dialect| dialect.id() == id)
}

/// All dialects, in the order in which they are offered.
#[must_use]
pub fn all() -> &'static [&'static dyn Dialect] {
    &[
        &db2::Db2,
        &postgresql::PostgreSql,
        &sql_server::SqlServer,
        &oracle::Oracle,
        &mariadb::MariaDb,
        &sqlite::Sqlite,
        &generic::Generic,
    ]
}
