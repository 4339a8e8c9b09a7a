//! Leaving out of a project what nothing in it uses (S6).
//!
//! Kept are the types that mappings, classes, scopes, base objects and target system types use, with the
//! properties that they name, their keys and relations; of the types that these relations lead to, the keys;
//! and everything that a person has set, because no catalog could bring it back. What cannot be understood
//! is kept whole. The consistency check finds the same before and after, and runs do the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::usage::{Need, TypeUse, Usage, has_settings, property_has_settings, settings_of};
use crate::project::{AutoFill, ForeignKey, Generated, Project, Schema, SchemaProperty, SchemaType, Side};

/// What compressing left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompressReport {
    /// Of the central system.
    pub central: SideReport,
    /// Of the target system.
    pub target: SideReport,
}

/// What compressing left out of one schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SideReport {
    /// Types before.
    pub types_before: usize,
    /// Properties of all types before.
    pub properties_before: usize,
    /// Types that are left.
    pub types: usize,
    /// Properties of all types that are left.
    pub properties: usize,
    /// Names of the types that were left out.
    pub dropped_types: Vec<String>,
    /// Properties that were left out of types that stay.
    pub dropped_properties: Vec<DroppedProperties>,
}

/// Properties that were left out of a type that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedProperties {
    /// The type.
    pub schema_type: String,
    /// Their names.
    pub properties: Vec<String>,
}

impl CompressReport {
    /// What was left out of one side.
    #[must_use]
    pub const fn side(&self, side: Side) -> &SideReport {
        match side {
            Side::Left => &self.central,
            Side::Right => &self.target,
        }
    }

    /// True if nothing was left out.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.central.is_empty() && self.target.is_empty()
    }
}

impl SideReport {
    /// True if nothing was left out.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.dropped_types.is_empty() && self.dropped_properties.is_empty()
    }
}

/// Leaves out of `sides` what the project does not use. Doing it again changes nothing; updating the schema
/// brings everything back.
pub fn compress(project: &mut Project, sides: &[Side]) -> CompressReport {
    let usage = Usage::of(project);
    let mut report = CompressReport::default();
    for side in sides {
        let schema = match side {
            Side::Left => &mut project.central.schema,
            Side::Right => &mut project.target.schema,
        };
        let side_report = compress_schema(schema, usage.types(*side));
        match side {
            Side::Left => report.central = side_report,
            Side::Right => report.target = side_report,
        }
    }
    report
}

fn compress_schema(schema: &mut Schema, uses: &BTreeMap<String, TypeUse>) -> SideReport {
    let count = |schema: &Schema| schema.types.iter().map(|one| one.properties.len()).sum::<usize>();
    let mut report = SideReport {
        types_before: schema.types.len(),
        properties_before: count(schema),
        ..SideReport::default()
    };
    let plan = Plan::new(schema, uses);
    let types = std::mem::take(&mut schema.types);
    for mut schema_type in types {
        match plan.kept.get(&schema_type.name) {
            None => report.dropped_types.push(schema_type.name),
            Some(keep) => {
                let properties = reduce(&mut schema_type, keep, &plan.kept);
                if !properties.is_empty() {
                    let name = schema_type.name.clone();
                    report.dropped_properties.push(DroppedProperties { schema_type: name, properties });
                }
                schema.types.push(schema_type);
            }
        }
    }
    report.types = schema.types.len();
    report.properties = count(schema);
    report
}

/// What is kept of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Keep {
    /// Everything.
    Whole,
    /// These properties, and all relations.
    Used(BTreeSet<String>),
    /// These properties, because other types refer to them.
    Referenced(BTreeSet<String>),
}

/// What is kept of a schema, by type.
struct Plan {
    kept: HashMap<String, Keep>,
}

impl Plan {
    fn new(schema: &Schema, uses: &BTreeMap<String, TypeUse>) -> Self {
        let mut times: HashMap<&str, usize> = HashMap::new();
        for schema_type in &schema.types {
            *times.entry(&schema_type.name).or_default() += 1;
        }
        let mut kept: HashMap<String, Keep> = HashMap::new();
        for schema_type in &schema.types {
            let name = schema_type.name.as_str();
            let is_sound = times.get(name) == Some(&1) && !name.trim().is_empty() && is_sound(schema_type);
            let keep = match uses.get(name) {
                _ if !is_sound => Some(Keep::Whole),
                Some(used) => Some(used_part(schema_type, used)),
                None if has_settings(schema_type) => Some(used_part(schema_type, &TypeUse::default())),
                None => None,
            };
            if let Some(keep) = keep {
                kept.insert(name.to_owned(), keep);
            }
        }
        let mut plan = Self { kept };
        plan.keep_referenced(schema);
        plan
    }

    /// One step along the relations of what is kept, not further: from there on the relations are dropped.
    fn keep_referenced(&mut self, schema: &Schema) {
        let by_name: HashMap<&str, &SchemaType> =
            schema.types.iter().map(|schema_type| (schema_type.name.as_str(), schema_type)).collect();
        let relations: Vec<ForeignKey> = schema
            .types
            .iter()
            .filter(|schema_type| self.kept.contains_key(&schema_type.name))
            .flat_map(|schema_type| schema_type.foreign_keys.iter().cloned())
            .collect();
        for relation in relations {
            let Some(target) = by_name.get(relation.references.as_str()) else { continue };
            let referenced = relation.referenced_properties.into_iter().chain(target.key.iter().cloned());
            match self.kept.entry(relation.references).or_insert_with(|| Keep::Referenced(BTreeSet::new())) {
                Keep::Whole => {}
                Keep::Used(properties) | Keep::Referenced(properties) => properties.extend(referenced),
            }
        }
    }
}

/// Names are there once and not empty, and everything that names a property names one that is there. The
/// check complains about anything else, and must go on doing so.
fn is_sound(schema_type: &SchemaType) -> bool {
    let mut names = BTreeSet::new();
    let unique = schema_type
        .properties
        .iter()
        .all(|one| !one.name.trim().is_empty() && names.insert(one.name.as_str()));
    let settings = settings_of(schema_type);
    let named = settings.iter().filter_map(|(_, need)| match need {
        Need::Property(name) => Some(name.as_str()),
        Need::Type | Need::Text(_) => None,
    });
    let relations = schema_type.foreign_keys.iter().flat_map(|relation| &relation.properties);
    let keys = schema_type.key.iter().chain(relations).map(String::as_str);
    unique && named.chain(keys).all(|name| names.contains(name))
}

/// What is kept of a type that is used.
fn used_part(schema_type: &SchemaType, used: &TypeUse) -> Keep {
    let settings = settings_of(schema_type);
    let has_text = settings.iter().any(|(_, need)| matches!(need, Need::Text(_)));
    if has_text || !used.texts.is_empty() {
        return Keep::Whole;
    }
    let mut keep: BTreeSet<String> = used.properties.keys().cloned().collect();
    keep.extend(schema_type.key.iter().cloned());
    keep.extend(schema_type.unique_keys.iter().flatten().cloned());
    keep.extend(schema_type.foreign_keys.iter().flat_map(|relation| relation.properties.iter().cloned()));
    keep.extend(settings.into_iter().filter_map(|(_, need)| match need {
        Need::Property(name) => Some(name),
        Need::Type | Need::Text(_) => None,
    }));
    let needed = |property: &&SchemaProperty| {
        property_has_settings(property) || (used.mapped && new_objects_need(property))
    };
    keep.extend(schema_type.properties.iter().filter(needed).map(|property| property.name.clone()));
    Keep::Used(keep)
}

/// The database refuses new objects without a value in it, and nothing but a rule gives one: the check warns
/// about that.
fn new_objects_need(property: &SchemaProperty) -> bool {
    property.mandatory
        && property.default_value.is_none()
        && property.generated == Generated::No
        && property.auto_fill == AutoFill::None
}

/// Takes everything else out of a type; gives the names of the properties.
fn reduce(schema_type: &mut SchemaType, keep: &Keep, kept: &HashMap<String, Keep>) -> Vec<String> {
    let (properties, referenced) = match keep {
        Keep::Whole => return Vec::new(),
        Keep::Used(properties) => (properties, false),
        Keep::Referenced(properties) => (properties, true),
    };
    let mut dropped = Vec::new();
    schema_type.properties.retain(|property| {
        let stays = properties.contains(&property.name);
        if !stays {
            dropped.push(property.name.clone());
        }
        stays
    });
    if referenced {
        let all_kept = |names: &[String]| names.iter().all(|name| properties.contains(name));
        schema_type.unique_keys.retain(|key| all_kept(key));
        let leads_somewhere = |relation: &ForeignKey| match kept.get(&relation.references) {
            None => false,
            Some(Keep::Whole) => true,
            Some(Keep::Used(there) | Keep::Referenced(there)) => {
                relation.referenced_properties.iter().all(|name| there.contains(name))
            }
        };
        schema_type
            .foreign_keys
            .retain(|relation| all_kept(&relation.properties) && leads_somewhere(relation));
    }
    dropped
}
