//! What somebody decides about keys, and how the schema takes it (W11).

use syncwright_core::{
    project::{ColumnGroup, Schema, SchemaType},
    schema::{SchemaError, keys},
};

use super::words::why_no_key;

/// A decision about the key of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// These columns are the key.
    Key {
        /// The table.
        table: usize,
        /// The columns.
        columns: Vec<String>,
    },
    /// The declared key is none.
    Clear {
        /// The table.
        table: usize,
    },
    /// A column group more.
    AddGroup {
        /// The table.
        table: usize,
        /// The group.
        group: ColumnGroup,
    },
    /// A column group less.
    RemoveGroup {
        /// The table.
        table: usize,
        /// Its position.
        at: usize,
    },
}

impl Edit {
    /// The table that it is about.
    #[must_use]
    pub const fn table(&self) -> usize {
        match self {
            Self::Key { table, .. }
            | Self::Clear { table }
            | Self::AddGroup { table, .. }
            | Self::RemoveGroup { table, .. } => *table,
        }
    }

    /// Takes the decision into the schema.
    ///
    /// # Errors
    ///
    /// Those of the schema; it is unchanged then.
    pub fn apply(self, schema: &mut Schema) -> Result<(), SchemaError> {
        let Some(schema_type) = schema.types.get_mut(self.table()) else { return Ok(()) };
        match self {
            Self::Key { columns, .. } => return keys::declare_key(schema_type, &columns),
            Self::Clear { .. } => {
                schema_type.key.clear();
                schema_type.key_declared = false;
            }
            Self::AddGroup { group, .. } => return keys::declare_group(schema_type, group),
            Self::RemoveGroup { at, .. } => {
                if at < schema_type.column_groups.len() {
                    schema_type.column_groups.remove(at);
                }
            }
        }
        Ok(())
    }
}

/// What becomes of the key of a table if columns are put into it, or taken out of it.
#[must_use]
pub fn with_columns(table: usize, schema_type: &SchemaType, names: &[&str], into: bool) -> Option<Edit> {
    let mut columns = schema_type.key.clone();
    if into {
        let suitable = names
            .iter()
            .filter(|name| schema_type.property(name).is_some_and(|property| why_no_key(property).is_none()));
        for name in suitable {
            if !schema_type.is_key(name) {
                columns.push((*name).to_owned());
            }
        }
    } else {
        columns.retain(|name| !names.contains(&name.as_str()));
    }
    if columns == schema_type.key {
        return None;
    }
    if !columns.is_empty() {
        return Some(Edit::Key { table, columns });
    }
    // What the database declares as key would only come back when the schema is read again.
    schema_type.key_declared.then_some(Edit::Clear { table })
}

/// Why the check box of a column cannot be changed; nothing if it can.
#[must_use]
pub fn why_not(schema_type: &SchemaType, column: usize) -> Option<String> {
    let property = schema_type.properties.get(column)?;
    if !schema_type.is_key(&property.name) {
        return why_no_key(property);
    }
    (!schema_type.key_declared && schema_type.key.len() == 1).then(|| {
        "The database declares this key. Choose the columns of another one first, then this one can be taken out"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use syncwright_core::{project::SchemaProperty, value::ValueType};

    use super::*;

    fn schema() -> Schema {
        let column = |name: &str| SchemaProperty::new(name, ValueType::String);
        let log = SchemaType {
            name: "Log".to_owned(),
            properties: vec![column("A"), column("B"), SchemaProperty::new("F", ValueType::Float)],
            ..SchemaType::default()
        };
        Schema { types: vec![log], ..Schema::default() }
    }

    fn set(schema: &mut Schema, names: &[&str], into: bool) -> bool {
        let edit = schema.types.first().and_then(|one| with_columns(0, one, names, into));
        edit.map(|edit| edit.apply(schema).expect("it may")).is_some()
    }

    #[test]
    fn ticking_columns_makes_a_key_and_taking_out_the_last_one_clears_it() {
        let mut schema = schema();
        assert!(set(&mut schema, &["A", "F"], true));
        assert!(set(&mut schema, &["B"], true));
        assert_eq!(schema.types[0].key, ["A", "B"]);
        assert!(schema.types[0].key_declared);
        assert!(!set(&mut schema, &["F"], true), "floating point numbers are no keys");
        assert!(set(&mut schema, &["A", "B"], false));
        assert!(schema.types[0].key.is_empty() && !schema.types[0].key_declared);
    }

    #[test]
    fn the_key_of_the_database_is_only_replaced() {
        let mut schema = schema();
        schema.types[0].key = vec!["A".to_owned()];
        assert!(why_not(&schema.types[0], 0).is_some());
        assert!(!set(&mut schema, &["A"], false));
        assert!(set(&mut schema, &["B"], true));
        assert_eq!(why_not(&schema.types[0], 0), None);
        assert!(set(&mut schema, &["A"], false));
        assert_eq!(schema.types[0].key, ["B"]);
        assert!(why_not(&schema.types[0], 2).is_some());
    }

    #[test]
    fn groups_come_and_go() {
        let mut schema = schema();
        let group =
            |name: &str| ColumnGroup { name: name.to_owned(), properties: vec!["A".into(), "B".into()] };
        Edit::AddGroup { table: 0, group: group("Both") }.apply(&mut schema).expect("it may");
        assert!(Edit::AddGroup { table: 0, group: group("Both") }.apply(&mut schema).is_err());
        Edit::RemoveGroup { table: 0, at: 0 }.apply(&mut schema).expect("it may");
        Edit::RemoveGroup { table: 0, at: 0 }.apply(&mut schema).expect("nothing to do");
        assert!(schema.types[0].column_groups.is_empty());
    }
}
