//! Completing a schema with what a fingerprint knows (S3).

use super::{KnownRelation, KnownTable, Recognised, spelling};
use crate::{
    expr::{Part, parse_pattern, pattern_text},
    project::{AutoFill, ForeignKey, Schema, SchemaType},
};

/// What a fingerprint supplied to one type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filled {
    /// The schema type.
    pub schema_type: String,
    /// In words, for example `display template %username%`.
    pub what: Vec<String>,
}

/// Fills in what is known about the types for which `wanted` is true; gives what was filled in.
///
/// Nothing that is set is replaced: neither what the catalog tells nor what a person decided.
pub fn fill(
    schema: &mut Schema,
    recognised: &Recognised,
    wanted: impl Fn(&SchemaType) -> bool,
) -> Vec<Filled> {
    let mut filled = Vec::new();
    for known in &recognised.fingerprint.tables {
        let Some(at) = position(schema, recognised, &known.table) else { continue };
        let relations: Vec<ForeignKey> = known
            .relations
            .iter()
            .filter_map(|relation| to_relation(schema, recognised, at, relation))
            .collect();
        let Some(schema_type) = schema.types.get_mut(at).filter(|one| wanted(one)) else { continue };
        let mut what = Vec::new();
        fill_key(schema_type, known, &mut what);
        fill_template(schema_type, known, &mut what);
        fill_properties(schema_type, known, &mut what);
        for relation in relations {
            what.push(format!("relation of {} to {}", relation.properties.join(", "), relation.references));
            schema_type.foreign_keys.push(relation);
        }
        if !what.is_empty() {
            filled.push(Filled { schema_type: schema_type.name.clone(), what });
        }
    }
    filled
}

fn position(schema: &Schema, recognised: &Recognised, table: &str) -> Option<usize> {
    schema
        .types
        .iter()
        .position(|one| one.owner == recognised.owner && one.table_name().eq_ignore_ascii_case(table))
}

/// All columns as the table spells them; `None` if one is not there.
fn spellings(schema_type: &SchemaType, columns: &[String]) -> Option<Vec<String>> {
    columns.iter().map(|column| spelling(schema_type, column).map(str::to_owned)).collect()
}

fn fill_key(schema_type: &mut SchemaType, known: &KnownTable, what: &mut Vec<String>) {
    if !schema_type.key.is_empty() || known.key.is_empty() || schema_type.key_declared {
        return;
    }
    if let Some(key) = spellings(schema_type, &known.key) {
        what.push(format!("key {}", key.join(", ")));
        schema_type.key = key;
        schema_type.key_declared = true;
    }
}

fn fill_template(schema_type: &mut SchemaType, known: &KnownTable, what: &mut Vec<String>) {
    if schema_type.display_template.is_some() {
        return;
    }
    let template =
        known.display_template.as_deref().and_then(|template| spelled_template(schema_type, template));
    if let Some(template) = template {
        what.push(format!("display template {template}"));
        schema_type.display_template = Some(template);
    }
}

/// The template with properties as the table spells them; `None` if one is not there.
fn spelled_template(schema_type: &SchemaType, template: &str) -> Option<String> {
    let parts = parse_pattern(template).ok()?;
    let spelled = parts
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => Some(Part::Text(text)),
            Part::Property(name) | Part::Escaped(name) => {
                spelling(schema_type, &name).map(|name| Part::Property(name.to_owned()))
            }
        })
        .collect::<Option<Vec<_>>>()?;
    Some(pattern_text(&spelled))
}

fn fill_properties(schema_type: &mut SchemaType, known: &KnownTable, what: &mut Vec<String>) {
    let has_counter = schema_type.properties.iter().any(|property| property.revision_counter);
    let has_hierarchy = schema_type.properties.iter().any(|property| property.hierarchy_sort);
    let is = |column: Option<&String>, name: &str| column.is_some_and(|one| one.eq_ignore_ascii_case(name));
    let among = |columns: &[String], name: &str| columns.iter().any(|one| one.eq_ignore_ascii_case(name));
    for property in &mut schema_type.properties {
        let name = property.name.as_str();
        if !has_counter && is(known.revision_counter.as_ref(), name) {
            property.revision_counter = true;
            what.push(format!("revision counter {name}"));
        }
        if !has_hierarchy && is(known.hierarchy.as_ref(), name) {
            property.hierarchy_sort = true;
            what.push(format!("hierarchy by {name}"));
        }
        if !property.sensitive && among(&known.sensitive, name) {
            property.sensitive = true;
            what.push(format!("sensitive {name}"));
        }
        if property.auto_fill == AutoFill::None && among(&known.new_guid, name) {
            property.auto_fill = AutoFill::Guid;
            what.push(format!("new objects get a GUID in {name}"));
        }
    }
}

/// The relation in the names of the schema; `None` if an end is not there, or the columns have a relation
/// already.
fn to_relation(
    schema: &Schema,
    recognised: &Recognised,
    at: usize,
    known: &KnownRelation,
) -> Option<ForeignKey> {
    let own = schema.types.get(at)?;
    let target = schema.types.get(position(schema, recognised, &known.references)?)?;
    let properties = spellings(own, &known.columns)?;
    let referenced_properties = spellings(target, &known.referenced_columns)?;
    let is_known = own.foreign_keys.iter().any(|foreign_key| foreign_key.properties == properties);
    (!is_known).then(|| ForeignKey {
        properties,
        references: target.name.clone(),
        referenced_properties,
        integrity_ensured: false,
        declared: true,
    })
}
