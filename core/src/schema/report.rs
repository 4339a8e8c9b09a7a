//! Schemas, proposals and differences as the JSON of the command line, documented in
//! `assets/help/command-line.md`.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::{
    CompressReport, OwnerCount, SideReport, UnusableColumn,
    keys::{KeyCandidate, KeyCheck},
    known::Recognised,
    relations::{RelationCandidate, RelationCheck},
    update::{FactChange, Update},
    usage::UsedBy,
};
use crate::project::{ForeignKey, Generated, SchemaClass, SchemaProperty, SchemaType, Side};

/// `central` or `target`, as in the options and the JSON of `syncwright schema`.
#[must_use]
pub const fn system_id(side: Side) -> &'static str {
    match side {
        Side::Left => "central",
        Side::Right => "target",
    }
}

/// A schema type with its properties.
#[must_use]
pub fn type_to_json(schema_type: &SchemaType) -> Json {
    json!({
        "name": schema_type.name,
        "owner": schema_type.owner,
        "table": schema_type.table_name(),
        "view": schema_type.view,
        "display_name": schema_type.display_name,
        "comment": schema_type.comment,
        "display_template": schema_type.display_template,
        "key": schema_type.key,
        "key_declared": schema_type.key_declared,
        "unique_keys": schema_type.unique_keys,
        "relations": schema_type.foreign_keys.iter().map(relation_to_json).collect::<Vec<_>>(),
        "column_groups": schema_type.column_groups.iter().map(|group| {
            json!({ "name": group.name, "properties": group.properties })
        }).collect::<Vec<_>>(),
        "properties": schema_type.properties.iter().map(property_to_json).collect::<Vec<_>>(),
    })
}

fn property_to_json(property: &SchemaProperty) -> Json {
    json!({
        "name": property.name,
        "type": property.value_type.label(),
        "native_type": property.native_type,
        "mandatory": property.mandatory,
        "max_length": property.max_length,
        "default_value": property.default_value,
        "generated": match property.generated {
            Generated::No => "no",
            Generated::Identity => "identity",
            Generated::Always => "always",
        },
        "comment": property.comment,
        "sensitive": property.sensitive,
        "revision_counter": property.revision_counter,
        "hierarchy_sort": property.hierarchy_sort,
        "unusable": property.unusable,
    })
}

/// A relation.
#[must_use]
pub fn relation_to_json(relation: &ForeignKey) -> Json {
    json!({
        "properties": relation.properties,
        "references": relation.references,
        "referenced_properties": relation.referenced_properties,
        "integrity_ensured": relation.integrity_ensured,
        "declared": relation.declared,
    })
}

/// A schema class, without its virtual properties.
#[must_use]
pub fn class_to_json(class: &SchemaClass) -> Json {
    json!({
        "name": class.name,
        "schema_type": class.schema_type,
        "filter": class.filter,
        "virtual_properties": class.virtual_properties.iter().map(|one| &one.name).collect::<Vec<_>>(),
    })
}

impl OwnerCount {
    /// The owner as JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({ "owner": self.owner, "tables": self.tables, "views": self.views })
    }
}

impl UnusableColumn {
    /// The column as JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({
            "schema_type": self.schema_type,
            "property": self.property,
            "native_type": self.native_type,
            "reason": self.reason,
        })
    }
}

impl Recognised {
    /// The product as JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({
            "name": self.fingerprint.name,
            "display_name": self.fingerprint.display_name,
            "owner": self.owner,
        })
    }
}

/// A possible key of a type, with what the data says.
#[must_use]
pub fn key_to_json(schema_type: &str, candidate: &KeyCandidate, check: &KeyCheck) -> Json {
    let named = |values: &[crate::value::Value]| -> Json {
        let pairs = check.properties.iter().cloned().zip(values.iter().map(crate::value::Value::to_json));
        Json::Object(pairs.collect::<Map<_, _>>())
    };
    json!({
        "schema_type": schema_type,
        "properties": candidate.properties,
        "evidence": candidate.evidence.id(),
        "is_key": check.is_key(),
        "rows": check.rows,
        "null_rows": check.null_rows,
        "duplicate_keys": check.duplicate_keys,
        "duplicate_rows": check.duplicate_rows,
        "duplicates": check.duplicates.iter().map(|duplicate| {
            json!({ "key": named(&duplicate.key), "rows": duplicate.rows })
        }).collect::<Vec<_>>(),
        "nulls": check.nulls.iter().map(|example| {
            let pairs = example.0.iter().map(|(name, value)| (name.clone(), value.to_json()));
            Json::Object(pairs.collect::<Map<_, _>>())
        }).collect::<Vec<_>>(),
    })
}

/// A possible relation, with what the data says.
#[must_use]
pub fn suggestion_to_json(candidate: &RelationCandidate, check: &RelationCheck) -> Json {
    json!({
        "schema_type": candidate.schema_type,
        "properties": candidate.properties,
        "references": candidate.references,
        "referenced_properties": candidate.referenced_properties,
        "confidence": candidate.confidence(),
        "evidence": candidate.evidence.map(super::relations::NameEvidence::id),
        "sampled_values": candidate.sample.map(|sample| sample.values),
        "found_values": candidate.sample.map(|sample| sample.found),
        "references_checked": check.references,
        "dangling": check.dangling,
        "dangling_values": check.dangling_values,
        "examples": check.examples.iter().map(|example| {
            json!({ "values": example.values, "rows": example.rows })
        }).collect::<Vec<_>>(),
        "integrity_ensured": check.shows_integrity(),
    })
}

impl UsedBy {
    /// The part as JSON: its kind, its name, what it is in, and all of it in words.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let (within, name): (Option<&str>, String) = match self {
            Self::MatchingRule { mapping, rule } | Self::Rule { mapping, rule } => {
                (Some(mapping), rule.clone())
            }
            Self::VirtualProperty { class, property } => (Some(class), property.clone()),
            Self::Step { workflow, step } => (Some(workflow), step.clone()),
            Self::Relation { schema_type, properties } => (Some(schema_type), properties.join(", ")),
            Self::ColumnGroup { schema_type, group } => (Some(schema_type), group.clone()),
            Self::Operation { schema_type, operation } => (Some(schema_type), (*operation).to_owned()),
            Self::Class { class } => (None, class.clone()),
            Self::Mapping { mapping } => (None, mapping.clone()),
            Self::BaseObject { name } | Self::TargetSystemType { name } => (None, name.clone()),
            Self::Scope { schema_type }
            | Self::ReferenceScope { schema_type }
            | Self::Key { schema_type }
            | Self::DisplayTemplate { schema_type } => (None, schema_type.clone()),
        };
        json!({ "kind": self.kind(), "name": name, "in": within, "text": self.to_string() })
    }
}

fn breaks(users: &[UsedBy]) -> Vec<Json> {
    users.iter().map(UsedBy::to_json).collect()
}

fn facts(facts: &[FactChange]) -> Vec<Json> {
    let fact = |fact: &FactChange| json!({ "fact": fact.fact.id(), "old": fact.old, "new": fact.new, "breaks": breaks(&fact.breaks) });
    facts.iter().map(fact).collect()
}

impl Update {
    /// The proposal as JSON, without the merged schema.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let diff = &self.diff;
        let all: BTreeSet<&UsedBy> = diff.breaks();
        json!({
            "system": system_id(self.side),
            "facts": facts(&diff.facts),
            "added": diff.added.iter().map(|one| {
                json!({ "name": one.name, "properties": one.properties, "has_key": one.has_key })
            }).collect::<Vec<_>>(),
            "removed": diff.removed.iter().map(|one| {
                json!({ "name": one.name, "breaks": breaks(&one.breaks) })
            }).collect::<Vec<_>>(),
            "changed": diff.changed.iter().map(|one| json!({
                "name": one.name,
                "facts": facts(&one.facts),
                "added": one.added,
                "removed": one.removed.iter().map(|property| {
                    json!({ "name": property.name, "breaks": breaks(&property.breaks) })
                }).collect::<Vec<_>>(),
                "changed": one.changed.iter().map(|property| json!({
                    "name": property.name,
                    "facts": facts(&property.facts),
                    "breaks": breaks(&property.breaks),
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "breaks": all.into_iter().map(UsedBy::to_json).collect::<Vec<_>>(),
            "kept": self.kept.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "filled": self.filled.iter().map(|one| {
                json!({ "schema_type": one.schema_type, "what": one.what })
            }).collect::<Vec<_>>(),
        })
    }
}

impl CompressReport {
    /// What was left out of these systems, as JSON.
    #[must_use]
    pub fn to_json(&self, sides: &[Side]) -> Json {
        sides.iter().map(|side| self.side(*side).to_json(*side)).collect()
    }
}

impl SideReport {
    fn to_json(&self, side: Side) -> Json {
        json!({
            "system": system_id(side),
            "types_before": self.types_before,
            "types": self.types,
            "properties_before": self.properties_before,
            "properties": self.properties,
            "dropped_types": self.dropped_types,
            "dropped_properties": self.dropped_properties.iter().map(|one| {
                json!({ "schema_type": one.schema_type, "properties": one.properties })
            }).collect::<Vec<_>>(),
        })
    }
}
