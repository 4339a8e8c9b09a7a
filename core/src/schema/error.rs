//! What can go wrong while a schema is read, extended or updated.

use miette::Diagnostic;
use thiserror::Error;

use crate::connect::{ConnectError, ErrorKind};

/// Why a schema cannot be read, extended or updated.
#[derive(Debug, Error, Diagnostic)]
pub enum SchemaError {
    /// The system cannot be reached or read, or somebody asked to stop.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Connect(#[from] ConnectError),
    /// No such schema type.
    #[error("the schema has no type {schema_type:?}")]
    #[diagnostic(code("SW-S001"))]
    UnknownType {
        /// What was asked for.
        schema_type: String,
        /// What to do.
        #[help]
        hint: String,
    },
    /// No such property.
    #[error("{schema_type} has no property {property:?}")]
    #[diagnostic(code("SW-S002"))]
    UnknownProperty {
        /// The schema type.
        schema_type: String,
        /// What was asked for.
        property: String,
        /// What to do.
        #[help]
        hint: String,
    },
    /// The name of a column group is not allowed (W11).
    #[error("{name:?} cannot be the name of a column group of {schema_type}: {why}")]
    #[diagnostic(
        code("SW-S003"),
        help("take letters and underscores only, and a name that no other group of the table has")
    )]
    GroupName {
        /// The schema type.
        schema_type: String,
        /// The name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A column of fixed width in a column group (W11).
    #[error(
        "{schema_type}.{property} is of fixed width ({native_type}) and cannot be part of a column group"
    )]
    #[diagnostic(
        code("SW-S004"),
        help(
            "databases fill such values with blanks, so the same key would look different on both sides; take \
             another column, or make the columns themselves the key"
        )
    )]
    FixedWidth {
        /// The schema type.
        schema_type: String,
        /// The column.
        property: String,
        /// Its type in the database.
        native_type: String,
    },
    /// A column that cannot identify objects.
    #[error("{schema_type}.{property} cannot be part of a key: {why}")]
    #[diagnostic(code("SW-S005"), help("take a column with a number, a text or a GUID that every row has"))]
    NotForKeys {
        /// The schema type.
        schema_type: String,
        /// The column.
        property: String,
        /// Why not.
        why: String,
    },
    /// Columns that are no key, or no group.
    #[error("{what} of {schema_type} needs {needs}")]
    #[diagnostic(code("SW-S006"), help("choose the columns that together tell the rows of the table apart"))]
    ColumnCount {
        /// The schema type.
        schema_type: String,
        /// What was to be made of them: `a key`, `a column group`, `a relation`.
        what: &'static str,
        /// What is missing.
        needs: &'static str,
    },
    /// A relation that leads to columns that are no key (W12).
    #[error("{schema_type} has no key of {properties}, so nothing can refer to it by that")]
    #[diagnostic(
        code("SW-S007"),
        help("refer to key columns; if these are unique, declare them as key of the table first")
    )]
    TargetIsNoKey {
        /// The referenced schema type.
        schema_type: String,
        /// The columns that were named.
        properties: String,
    },
    /// A relation between columns whose values never are equal (W12).
    #[error(
        "{from} is of type {from_type}, {to} of type {to_type}: no value of one can be a value of the other"
    )]
    #[diagnostic(code("SW-S008"), help("refer to a key of the same type"))]
    RelationTypes {
        /// The referring column.
        from: String,
        /// Its type.
        from_type: String,
        /// The referenced column.
        to: String,
        /// Its type.
        to_type: String,
    },
    /// A target of a relation that cannot be read (W12).
    #[error("{text:?} does not name a column")]
    #[diagnostic(code("SW-S009"), help("write schema.table.column, or table.column; several with commas"))]
    TargetSyntax {
        /// What was written.
        text: String,
    },
    /// No such owner (W9).
    #[error("the database has no schema or owner {owner:?}")]
    #[diagnostic(code("SW-S010"))]
    UnknownOwner {
        /// What was asked for.
        owner: String,
        /// What to do.
        #[help]
        hint: String,
    },
    /// A fingerprint file that cannot be used (S3).
    #[error("the fingerprint {name} cannot be used: {text}")]
    #[diagnostic(
        code("SW-S011"),
        help("see the fingerprints that come with the program for how it is written")
    )]
    Fingerprint {
        /// Name of the file.
        name: String,
        /// What is wrong.
        text: String,
    },
    /// The catalog lists nothing at all, where the project knows types.
    #[error("the catalog of the {system} lists no tables, but the project knows {known}")]
    #[diagnostic(
        code("SW-S013"),
        help("is this the right database, and may its user see the tables? The project is left as it is")
    )]
    NothingThere {
        /// `central system` or `target system`.
        system: &'static str,
        /// Number of types that the project knows.
        known: usize,
    },
    /// Values that cannot be compared.
    #[error("the values of {schema_type} cannot be compared: {text}")]
    #[diagnostic(code("SW-S012"), help("please report this together with the types of the columns"))]
    Values {
        /// The schema type.
        schema_type: String,
        /// What the engine says.
        text: String,
    },
}

impl SchemaError {
    /// Exit code of the command line for this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Connect(error) if matches!(error.kind, ErrorKind::Cancelled) => 130,
            Self::Connect(_) | Self::NothingThere { .. } => 4,
            _ => 2,
        }
    }

    /// There is no such type; the hint names the nearest, or those that there are.
    #[must_use]
    pub fn unknown_type<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::UnknownType { schema_type: wanted.to_owned(), hint: hint(wanted, known, "types") }
    }

    pub(super) fn unknown_property<'a>(
        schema_type: &str,
        wanted: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        Self::UnknownProperty {
            schema_type: schema_type.to_owned(),
            property: wanted.to_owned(),
            hint: hint(wanted, known, "properties"),
        }
    }

    pub(super) fn unknown_owner<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::UnknownOwner { owner: wanted.to_owned(), hint: hint(wanted, known, "owners") }
    }
}

/// How many names a hint lists at most: the schema may have thousands.
const LISTED: usize = 12;

/// “Did you mean”, or the names that there are.
fn hint<'a>(wanted: &str, known: impl Iterator<Item = &'a str>, what: &str) -> String {
    let known: Vec<&str> = known.collect();
    let lower = wanted.to_lowercase();
    let near = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&name.to_lowercase(), &lower), *name))
        .min()
        .filter(|(distance, name)| *distance <= name.chars().count().min(lower.chars().count()) / 2);
    if let Some((_, name)) = near {
        return format!("did you mean {name:?}?");
    }
    let listed = known.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    match known.len() {
        0 => format!("there are no {what}; update the schema"),
        count if count > LISTED => format!("the {what} are: {listed} and {} more", count - LISTED),
        _ => format!("the {what} are: {listed}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_name_what_is_near_or_what_there_is() {
        let names = ["employees", "departments"];
        let cases =
            [("Employes", "did you mean \"employees\"?"), ("zzz", "the types are: employees, departments")];
        for (wanted, expected) in cases {
            assert_eq!(hint(wanted, names.into_iter(), "types"), expected);
        }
        let many: Vec<String> = (0..40).map(|number| format!("table_number_{number}")).collect();
        let text = hint("x", many.iter().map(String::as_str), "types");
        assert!(text.ends_with("table_number_11 and 28 more"), "{text}");
        assert_eq!(hint("x", std::iter::empty(), "types"), "there are no types; update the schema");
    }

    #[test]
    fn exit_codes_follow_the_contract() {
        let cancelled = ConnectError::new(ErrorKind::Cancelled, "HR", "stopped");
        let missing = ConnectError::new(ErrorKind::Missing, "HR", "gone");
        assert_eq!(SchemaError::from(cancelled).exit_code(), 130);
        assert_eq!(SchemaError::from(missing).exit_code(), 4);
        assert_eq!(SchemaError::unknown_type("x", std::iter::empty()).exit_code(), 2);
    }
}
