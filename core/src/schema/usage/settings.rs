//! What people have set on types and properties: no catalog can bring it back.

use super::{Need, UsedBy};
use crate::{
    expr::{Part, parse_pattern, resolve_pattern},
    project::{DataOperation, DataOperations, Generated, OperationStrategy, SchemaProperty, SchemaType},
};

/// The settings of a type that name properties, with the properties that they name.
///
/// Keys and relations are among them only if a person declared them; the second part of a declared relation,
/// the referenced properties, belongs to the other type and is not listed.
#[must_use]
pub fn settings_of(schema_type: &SchemaType) -> Vec<(UsedBy, Need)> {
    let name = &schema_type.name;
    let mut needs = Vec::new();
    let mut add = |user: &UsedBy, properties: &[String]| {
        needs.extend(properties.iter().map(|property| (user.clone(), Need::Property(property.clone()))));
    };
    if schema_type.key_declared {
        add(&UsedBy::Key { schema_type: name.clone() }, &schema_type.key);
    }
    for relation in schema_type.foreign_keys.iter().filter(|relation| relation.declared) {
        let properties = relation.properties.clone();
        add(&UsedBy::Relation { schema_type: name.clone(), properties }, &relation.properties);
    }
    for group in &schema_type.column_groups {
        let user = UsedBy::ColumnGroup { schema_type: name.clone(), group: group.name.clone() };
        add(&user, &group.properties);
    }
    let template = UsedBy::DisplayTemplate { schema_type: name.clone() };
    if let Some(text) = &schema_type.display_template {
        needs.extend(pattern(schema_type, text).into_iter().map(|need| (template.clone(), need)));
    }
    needs.extend(operations(schema_type));
    needs
}

/// What a pattern over the properties of a type needs.
pub(super) fn pattern(schema_type: &SchemaType, text: &str) -> Vec<Need> {
    // A name that is not there any more is still what the pattern needs.
    match resolve_pattern(schema_type, text).or_else(|_| parse_pattern(text)) {
        Ok(parts) => named(parts),
        Err(_) => vec![Need::Text(text.to_owned())],
    }
}

fn named(parts: Vec<Part>) -> Vec<Need> {
    parts
        .into_iter()
        .filter_map(|part| match part {
            Part::Property(name) | Part::Escaped(name) => Some(Need::Property(name)),
            Part::Text(_) => None,
        })
        .collect()
}

fn operations(schema_type: &SchemaType) -> Vec<(UsedBy, Need)> {
    let DataOperations { insert, update, delete } = &schema_type.operations;
    let named = [("insert", insert), ("update", update), ("delete", delete)];
    let mut needs = Vec::new();
    for (operation, replaced) in named {
        let Some(DataOperation { strategy, required_keys }) = replaced else { continue };
        let user = UsedBy::Operation { schema_type: schema_type.name.clone(), operation };
        let mut all: Vec<Need> = required_keys.iter().cloned().map(Need::Property).collect();
        match strategy {
            OperationStrategy::Pattern(text) => {
                let placeholders =
                    parse_pattern(text).map_or_else(|_| vec![Need::Text(text.clone())], self::named);
                let needed = placeholders.into_iter().map(|need| match need {
                    Need::Property(name) => Need::Property(unescaped(schema_type, name)),
                    other => other,
                });
                all.extend(needed);
            }
            OperationStrategy::Script(text) => all.push(Need::Text(text.clone())),
        }
        needs.extend(all.into_iter().map(|need| (user.clone(), need)));
    }
    needs
}

/// Patterns of operations write `_` for special characters in names of columns (W14).
fn unescaped(schema_type: &SchemaType, name: String) -> String {
    let escaped = |name: &str| {
        name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect::<String>()
    };
    if schema_type.property(&name).is_some() {
        return name;
    }
    let mut columns = schema_type.properties.iter().map(|property| &property.name);
    columns.find(|column| escaped(column) == name).cloned().unwrap_or(name)
}

/// True if a person has set something on the type or one of its properties.
#[must_use]
pub fn has_settings(schema_type: &SchemaType) -> bool {
    let SchemaType {
        display_name,
        display_template,
        key_declared,
        foreign_keys,
        column_groups,
        operations,
        properties,
        name: _,
        owner: _,
        table: _,
        comment: _,
        view: _,
        key: _,
        unique_keys: _,
    } = schema_type;
    !display_name.is_empty()
        || display_template.is_some()
        || *key_declared
        || foreign_keys.iter().any(|relation| relation.declared)
        || !column_groups.is_empty()
        || *operations != DataOperations::default()
        || properties.iter().any(property_has_settings)
}

/// True if a person has set something on the property.
#[must_use]
pub fn property_has_settings(property: &SchemaProperty) -> bool {
    let mut plain = SchemaProperty::new(property.name.clone(), property.value_type);
    let SchemaProperty {
        native_type,
        mandatory,
        max_length,
        keeps,
        default_value,
        generated,
        revision_counter,
        comment,
        unusable,
        ..
    } = property.clone();
    plain.native_type = native_type;
    plain.mandatory = mandatory;
    plain.max_length = max_length;
    plain.keeps = keeps;
    plain.default_value = default_value;
    // A column that the database writes is a counter by the catalog already.
    plain.revision_counter = revision_counter && generated == Generated::Always;
    plain.generated = generated;
    plain.comment = comment;
    plain.unusable = unusable;
    plain != *property
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::ValueType;

    #[test]
    fn a_counter_that_the_catalog_knows_is_nobody_s_setting() {
        let mut changed = SchemaProperty::new("CHANGED", ValueType::Timestamp);
        (changed.revision_counter, changed.generated) = (true, Generated::Always);
        assert!(!property_has_settings(&changed));
        changed.generated = Generated::No;
        assert!(property_has_settings(&changed));
    }
}
