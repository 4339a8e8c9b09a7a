//! Taking relations into the schema that a person declares (W12).

use super::comparable;
use crate::{
    project::{ForeignKey, Schema, SchemaProperty, SchemaType},
    schema::{SchemaError, detect::only},
};

/// Declares a relation; one that the type has already only gets the new setting of integrity, unless it
/// comes from the catalog, which knows better.
///
/// # Errors
///
/// If a type or property is not there, the referenced properties are no key, or the types of values do not
/// fit. The schema is then unchanged.
pub fn declare_relation(
    schema: &mut Schema,
    schema_type: &str,
    relation: ForeignKey,
) -> Result<(), SchemaError> {
    let own = find_type(schema, schema_type)?;
    let target = find_type(schema, &relation.references)?;
    if relation.properties.is_empty() || relation.properties.len() != relation.referenced_properties.len() {
        return Err(SchemaError::ColumnCount {
            schema_type: own.name.clone(),
            what: "a relation",
            needs: "as many columns as the key that it refers to",
        });
    }
    for (name, referenced) in relation.properties.iter().zip(&relation.referenced_properties) {
        let (from, to) = (find_property(own, name)?, find_property(target, referenced)?);
        if !comparable(from.value_type, to.value_type) {
            return Err(SchemaError::RelationTypes {
                from: format!("{}.{name}", own.name),
                from_type: from.value_type.label(),
                to: format!("{}.{referenced}", target.name),
                to_type: to.value_type.label(),
            });
        }
    }
    if !is_key(target, &relation.referenced_properties) {
        return Err(SchemaError::TargetIsNoKey {
            schema_type: target.name.clone(),
            properties: relation.referenced_properties.join(", "),
        });
    }
    let Some(own) = schema.types.iter_mut().find(|one| one.name == schema_type) else { return Ok(()) };
    let same = own.foreign_keys.iter_mut().find(|known| {
        known.properties == relation.properties
            && known.references == relation.references
            && known.referenced_properties == relation.referenced_properties
    });
    match same {
        Some(known) if known.declared => known.integrity_ensured = relation.integrity_ensured,
        Some(_) => {}
        None => own.foreign_keys.push(ForeignKey { declared: true, ..relation }),
    }
    Ok(())
}

/// The full name of a column as [`parse_targets`] takes it (W12: *Copy fully qualified column name*).
#[must_use]
pub fn qualified_name(schema_type: &SchemaType, property: &str) -> String {
    match &schema_type.owner {
        Some(owner) => format!("{owner}.{}.{property}", schema_type.table_name()),
        None => format!("{}.{property}", schema_type.table_name()),
    }
}

/// The columns that `schema.table.column, table.column, …` names: type and property of each.
///
/// # Errors
///
/// [`SchemaError::TargetSyntax`], [`SchemaError::UnknownType`], [`SchemaError::UnknownProperty`].
pub fn parse_targets(schema: &Schema, text: &str) -> Result<Vec<(String, String)>, SchemaError> {
    text.split(',')
        .map(str::trim)
        .filter(|target| !target.is_empty())
        .map(|target| parse(schema, target))
        .collect()
}

/// Names may contain points: the last point that splits a known type from one of its properties counts.
fn parse(schema: &Schema, target: &str) -> Result<(String, String), SchemaError> {
    let points: Vec<usize> = target.match_indices('.').map(|(at, _)| at).collect();
    let mut nearest = None;
    for at in points.iter().rev() {
        let (table, column) = (&target[..*at], &target[at + 1..]);
        let Some(schema_type) = type_of(schema, table) else { continue };
        if schema_type.property(column).is_some() {
            return Ok((schema_type.name.clone(), column.to_owned()));
        }
        nearest = nearest.or(Some((schema_type, column)));
    }
    match (nearest, points.last()) {
        (Some((schema_type, column)), _) => find_property(schema_type, column)
            .map(|property| (schema_type.name.clone(), property.name.clone())),
        (None, Some(at)) => Err(SchemaError::unknown_type(&target[..*at], type_names(schema))),
        (None, None) => Err(SchemaError::TargetSyntax { text: target.to_owned() }),
    }
}

/// The type by its name, its owner and table, or its table if only one has it.
fn type_of<'a>(schema: &'a Schema, name: &str) -> Option<&'a SchemaType> {
    let by_owner = || {
        schema.types.iter().find(|one| {
            one.owner.as_ref().is_some_and(|owner| format!("{owner}.{}", one.table_name()) == name)
        })
    };
    let by_table = || only(schema.types.iter().filter(|one| one.table_name() == name));
    schema.schema_type(name).or_else(by_owner).or_else(by_table)
}

fn type_names(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.types.iter().map(|schema_type| schema_type.name.as_str())
}

fn find_type<'a>(schema: &'a Schema, name: &str) -> Result<&'a SchemaType, SchemaError> {
    schema.schema_type(name).ok_or_else(|| SchemaError::unknown_type(name, type_names(schema)))
}

fn find_property<'a>(schema_type: &'a SchemaType, name: &str) -> Result<&'a SchemaProperty, SchemaError> {
    schema_type.property(name).ok_or_else(|| {
        let known = schema_type.properties.iter().map(|property| property.name.as_str());
        SchemaError::unknown_property(&schema_type.name, name, known)
    })
}

/// True if the properties, in any order, are the key or a unique key of the type.
fn is_key(schema_type: &SchemaType, properties: &[String]) -> bool {
    let same =
        |key: &Vec<String>| key.len() == properties.len() && key.iter().all(|name| properties.contains(name));
    std::iter::once(&schema_type.key).chain(&schema_type.unique_keys).any(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::ValueType;

    fn schema() -> Schema {
        let table = |owner: Option<&str>, name: &str, key: &str, columns: &[(&str, ValueType)]| SchemaType {
            name: name.to_owned(),
            owner: owner.map(str::to_owned),
            table: name.contains('.').then(|| name.split('.').next_back().unwrap().to_owned()),
            properties: columns.iter().map(|(name, kind)| SchemaProperty::new(*name, *kind)).collect(),
            key: vec![key.to_owned()],
            ..SchemaType::default()
        };
        use ValueType::{Integer, String as Text};
        Schema {
            types: vec![
                table(Some("hr"), "hr.people", "id", &[("id", Integer), ("mail", Text), ("boss", Integer)]),
                table(Some("it"), "it.people", "id", &[("id", Integer)]),
                table(None, "odd.table", "a.b", &[("a.b", Text)]),
            ],
            ..Schema::default()
        }
    }

    fn relation(properties: &[&str], references: &str, referenced: &[&str]) -> ForeignKey {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        ForeignKey {
            properties: list(properties),
            references: references.to_owned(),
            referenced_properties: list(referenced),
            integrity_ensured: false,
            declared: true,
        }
    }

    fn code(error: &SchemaError) -> String {
        miette::Diagnostic::code(error).map(|code| code.to_string()).unwrap_or_default()
    }

    #[test]
    fn full_names_are_understood_again() {
        let schema = schema();
        for schema_type in &schema.types {
            for property in &schema_type.properties {
                let name = qualified_name(schema_type, &property.name);
                let expected = [(schema_type.name.clone(), property.name.clone())];
                assert_eq!(parse_targets(&schema, &name).unwrap(), expected, "{name}");
            }
        }
        assert_eq!(parse_targets(&schema, " hr.people.id , it.people.id ,").unwrap().len(), 2);
    }

    #[test]
    fn wrong_targets_are_explained() {
        for (text, expected) in [
            ("people", "SW-S009"),
            // Two owners have it: which one?
            ("people.id", "SW-S001"),
            ("hr.people.idd", "SW-S002"),
            ("sales.people.id", "SW-S001"),
        ] {
            assert_eq!(code(&parse_targets(&schema(), text).unwrap_err()), expected, "{text}");
        }
    }

    #[test]
    fn relations_lead_to_keys_of_the_same_type() {
        let mut changed = schema();
        for (wrong, expected) in [
            (relation(&["boss"], "hr.people", &["mail"]), "SW-S008"),
            (relation(&["mail"], "hr.people", &["mail"]), "SW-S007"),
            (relation(&["boss"], "nowhere", &["id"]), "SW-S001"),
            (relation(&["bos"], "hr.people", &["id"]), "SW-S002"),
            (relation(&[], "hr.people", &[]), "SW-S006"),
            (relation(&["boss", "id"], "hr.people", &["id"]), "SW-S006"),
        ] {
            assert_eq!(code(&declare_relation(&mut changed, "hr.people", wrong).unwrap_err()), expected);
            assert_eq!(changed, schema());
        }
        let right = relation(&["boss"], "hr.people", &["id"]);
        declare_relation(&mut changed, "hr.people", right.clone()).unwrap();
        declare_relation(&mut changed, "hr.people", ForeignKey { integrity_ensured: true, ..right }).unwrap();
        let [known] = changed.types[0].foreign_keys.as_slice() else { panic!("{:?}", changed.types[0]) };
        assert!(known.declared && known.integrity_ensured);
    }

    #[test]
    fn the_catalog_knows_better() {
        let mut schema = schema();
        let detected = ForeignKey {
            integrity_ensured: true,
            declared: false,
            ..relation(&["boss"], "hr.people", &["id"])
        };
        schema.types[0].foreign_keys = vec![detected.clone()];
        declare_relation(&mut schema, "hr.people", relation(&["boss"], "hr.people", &["id"])).unwrap();
        assert_eq!(schema.types[0].foreign_keys, [detected]);
    }
}
