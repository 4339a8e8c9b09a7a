//! What somebody decides about relations, and how the schema takes it (W12).

use syncwright_core::{
    project::{ForeignKey, Schema, SchemaType},
    schema::relations::{declare_relation, parse_targets, qualified_name},
};

use crate::problem::Problem;

/// A decision about relations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// What a column refers to, as it was typed.
    Targets {
        /// The table.
        table: usize,
        /// The column.
        column: usize,
        /// `schema.table.column`, several with commas.
        text: String,
    },
    /// Whether integrity is ensured, for the declared relations of a column.
    ColumnIntegrity {
        /// The table.
        table: usize,
        /// The column.
        column: usize,
        /// It is.
        ensured: bool,
    },
    /// The same for one relation.
    Integrity {
        /// The table.
        table: usize,
        /// Its position.
        at: usize,
        /// It is.
        ensured: bool,
    },
    /// A declared relation less.
    Remove {
        /// The table.
        table: usize,
        /// Its position.
        at: usize,
    },
    /// A relation more.
    Accept {
        /// The table.
        table: usize,
        /// The relation.
        relation: ForeignKey,
    },
}

impl Edit {
    /// The table that it is about.
    #[must_use]
    pub const fn table(&self) -> usize {
        match self {
            Self::Targets { table, .. }
            | Self::ColumnIntegrity { table, .. }
            | Self::Integrity { table, .. }
            | Self::Remove { table, .. }
            | Self::Accept { table, .. } => *table,
        }
    }

    /// Takes the decision into the schema.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words; the schema is unchanged then.
    pub fn apply(&self, schema: &mut Schema) -> Result<(), Problem> {
        match self {
            Self::Targets { table, column, text } => set_targets(schema, *table, *column, text),
            Self::ColumnIntegrity { table, column, ensured } => {
                let Some(schema_type) = schema.types.get_mut(*table) else { return Ok(()) };
                let Some(name) = schema_type.properties.get(*column).map(|one| one.name.clone()) else {
                    return Ok(());
                };
                let own = |relation: &&mut ForeignKey| relation.declared && is_of(relation, &name);
                schema_type
                    .foreign_keys
                    .iter_mut()
                    .filter(own)
                    .for_each(|relation| relation.integrity_ensured = *ensured);
                Ok(())
            }
            Self::Integrity { table, at, ensured } => {
                if let Some(relation) = declared_mut(schema, *table, *at) {
                    relation.integrity_ensured = *ensured;
                }
                Ok(())
            }
            Self::Remove { table, at } => {
                if declared_mut(schema, *table, *at).is_some()
                    && let Some(schema_type) = schema.types.get_mut(*table)
                {
                    schema_type.foreign_keys.remove(*at);
                }
                Ok(())
            }
            Self::Accept { table, relation } => {
                let Some(name) = schema.types.get(*table).map(|one| one.name.clone()) else { return Ok(()) };
                declare_relation(schema, &name, relation.clone())
                    .map_err(|error| Problem::of("The relation cannot be declared", &error))
            }
        }
    }
}

fn declared_mut(schema: &mut Schema, table: usize, at: usize) -> Option<&mut ForeignKey> {
    schema.types.get_mut(table)?.foreign_keys.get_mut(at).filter(|relation| relation.declared)
}

/// True for a relation of this column alone.
#[must_use]
pub fn is_of(relation: &ForeignKey, column: &str) -> bool {
    relation.properties.as_slice() == [column]
}

/// The relations of several columns, with their positions: they have rows of their own.
pub fn composite(schema_type: &SchemaType) -> impl Iterator<Item = (usize, &ForeignKey)> {
    schema_type.foreign_keys.iter().enumerate().filter(|(_, relation)| relation.properties.len() != 1)
}

/// What a column refers to, as it is typed.
#[must_use]
pub fn targets_text(schema: &Schema, schema_type: &SchemaType, column: &str) -> String {
    let own = schema_type.foreign_keys.iter().filter(|relation| is_of(relation, column));
    own.map(|relation| target_text(schema, relation)).collect::<Vec<_>>().join(", ")
}

fn target_text(schema: &Schema, relation: &ForeignKey) -> String {
    let referenced = relation.referenced_properties.join(" + ");
    schema.schema_type(&relation.references).map_or_else(
        || format!("{}.{referenced}", relation.references),
        |target| qualified_name(target, &referenced),
    )
}

/// Makes the declared relations of a column those that were typed; all or nothing.
fn set_targets(schema: &mut Schema, table: usize, column: usize, text: &str) -> Result<(), Problem> {
    const TITLE: &str = "The column cannot refer to that";
    let Some(schema_type) = schema.types.get(table) else { return Ok(()) };
    let Some(property) = schema_type.properties.get(column).map(|one| one.name.clone()) else {
        return Ok(());
    };
    let (type_name, before) = (schema_type.name.clone(), schema_type.foreign_keys.clone());
    let targets = parse_targets(schema, text).map_err(|error| Problem::of(TITLE, &error))?;
    let leads_to = |relation: &ForeignKey, (target, referenced): &(String, String)| {
        relation.references == *target && relation.referenced_properties.as_slice() == [referenced.clone()]
    };
    let is_wanted = |relation: &ForeignKey| targets.iter().any(|target| leads_to(relation, target));
    let own = || before.iter().filter(|relation| is_of(relation, &property));
    if let Some(detected) = own().find(|relation| !relation.declared && !is_wanted(relation)) {
        let target = target_text(schema, detected);
        return Err(Problem {
            help: Some(format!("leave {target} in; press Escape to undo what was typed")),
            ..Problem::new(
                TITLE,
                format!("the relation to {target} is from the database and cannot be removed"),
            )
        });
    }
    let kept = before.iter().filter(|one| !is_of(one, &property) || is_wanted(one)).cloned().collect();
    set_relations(schema, table, kept);
    for target in targets.iter().filter(|target| !own().any(|relation| leads_to(relation, target))) {
        let (references, referenced) = target.clone();
        let relation = ForeignKey {
            properties: vec![property.clone()],
            references,
            referenced_properties: vec![referenced],
            integrity_ensured: false,
            declared: true,
        };
        if let Err(error) = declare_relation(schema, &type_name, relation) {
            set_relations(schema, table, before);
            return Err(Problem::of(TITLE, &error));
        }
    }
    Ok(())
}

fn set_relations(schema: &mut Schema, table: usize, relations: Vec<ForeignKey>) {
    if let Some(schema_type) = schema.types.get_mut(table) {
        schema_type.foreign_keys = relations;
    }
}

#[cfg(test)]
mod tests {
    use syncwright_core::{project::SchemaProperty, value::ValueType};

    use super::*;

    fn schema() -> Schema {
        let table = |name: &str, columns: &[&str]| SchemaType {
            name: name.to_owned(),
            properties: columns.iter().map(|name| SchemaProperty::new(*name, ValueType::Integer)).collect(),
            key: vec!["Id".to_owned()],
            ..SchemaType::default()
        };
        let mut person = table("Person", &["Id", "Boss", "Department"]);
        person.owner = Some("hr".to_owned());
        let mut account = table("Account", &["Id", "Person"]);
        account.foreign_keys.push(ForeignKey {
            properties: vec!["Person".to_owned()],
            references: "Person".to_owned(),
            referenced_properties: vec!["Id".to_owned()],
            integrity_ensured: true,
            declared: false,
        });
        Schema { types: vec![person, account, table("Department", &["Id"])], ..Schema::default() }
    }

    fn type_in(schema: &mut Schema, table: usize, column: usize, text: &str) -> Result<(), Problem> {
        Edit::Targets { table, column, text: text.to_owned() }.apply(schema)
    }

    fn shown(schema: &Schema, table: usize, column: &str) -> String {
        targets_text(schema, &schema.types[table], column)
    }

    #[test]
    fn typed_targets_become_relations_and_are_shown_as_they_are_typed() {
        let mut schema = schema();
        assert_eq!(shown(&schema, 1, "Person"), "hr.Person.Id");
        type_in(&mut schema, 0, 1, "hr.Person.Id , Department.Id").expect("they are keys");
        assert_eq!(shown(&schema, 0, "Boss"), "hr.Person.Id, Department.Id");
        Edit::ColumnIntegrity { table: 0, column: 1, ensured: true }.apply(&mut schema).expect("it may");
        assert!(schema.types[0].foreign_keys.iter().all(|one| one.declared && one.integrity_ensured));
        // What stays keeps its settings.
        type_in(&mut schema, 0, 1, "Department.Id").expect("they are keys");
        assert_eq!(schema.types[0].foreign_keys.len(), 1);
        assert!(schema.types[0].foreign_keys[0].integrity_ensured);
        type_in(&mut schema, 0, 1, "").expect("nothing is fine");
        assert!(schema.types[0].foreign_keys.is_empty());
    }

    #[test]
    fn what_is_wrong_changes_nothing() {
        let mut schema = schema();
        let before = schema.clone();
        for (text, says) in [
            ("Department.Id, Nobody.Id", "Nobody"),
            ("Department.Id, hr.Person.Boss", "has no key of Boss"),
            ("nonsense", "does not name a column"),
        ] {
            let problem = type_in(&mut schema, 0, 1, text).expect_err("it is wrong");
            assert!(problem.text.contains(says), "{problem:?}");
            assert_eq!(schema, before, "{text}");
        }
    }

    #[test]
    fn relations_of_the_database_stay() {
        let mut schema = schema();
        let before = schema.clone();
        let problem = type_in(&mut schema, 1, 1, "Department.Id").expect_err("it is from the database");
        assert!(problem.text.contains("from the database"), "{problem:?}");
        Edit::Remove { table: 1, at: 0 }.apply(&mut schema).expect("nothing to do");
        Edit::Integrity { table: 1, at: 0, ensured: false }.apply(&mut schema).expect("nothing to do");
        assert_eq!(schema, before);
        type_in(&mut schema, 1, 1, "hr.Person.Id, Department.Id").expect("one more");
        assert_eq!(schema.types[1].foreign_keys.len(), 2);
        Edit::Remove { table: 1, at: 1 }.apply(&mut schema).expect("it may");
        assert_eq!(schema, before);
    }
}
