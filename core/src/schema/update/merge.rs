//! Merging a detected schema into a known one: catalog facts from the system, decisions from the project.
//!
//! Types are the same if they have the same owner and table, whatever the project calls them; properties if
//! they have the same name. Case counts only where it must, because some databases do not tell `ID` from
//! `id`, and people type what they like. The order of the project stays, so that the file changes only where
//! the database did; what is new follows what it follows in the catalog.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt,
};

use crate::project::{ForeignKey, Schema, SchemaProperty, SchemaType};
use crate::value::ValueType;

/// A person's decision that stays although the catalog says something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The key.
    Key {
        /// The type.
        schema_type: String,
        /// The key of the project.
        key: Vec<String>,
        /// The key of the catalog; empty if it knows none.
        catalog: Vec<String>,
    },
    /// The type of a property.
    ValueType {
        /// The type.
        schema_type: String,
        /// The property.
        property: String,
        /// Its type in the project.
        value_type: ValueType,
        /// Its type by the catalog.
        catalog: ValueType,
    },
    /// A relation that is not in the catalog.
    Relation {
        /// The referring type.
        schema_type: String,
        /// The relation.
        relation: ForeignKey,
    },
    /// The spelling of a name.
    Spelling {
        /// The type.
        schema_type: String,
        /// The property as the project spells it.
        property: String,
        /// As the database spells it.
        catalog: String,
    },
}

/// The decision in words.
impl fmt::Display for Kept {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { schema_type, key, catalog } if catalog.is_empty() => {
                write!(out, "{schema_type}: the key {} stays; the database declares no key", key.join(", "))
            }
            Self::Key { schema_type, key, catalog } => write!(
                out,
                "{schema_type}: the key {} stays; the key in the database is {}",
                key.join(", "),
                catalog.join(", ")
            ),
            Self::ValueType { schema_type, property, value_type, catalog } => write!(
                out,
                "{schema_type}.{property} stays of type {}; the database has {}",
                value_type.label(),
                catalog.label()
            ),
            Self::Relation { schema_type, relation } => write!(
                out,
                "{schema_type}: the relation of {} to {} stays; the database does not have it",
                relation.properties.join(", "),
                relation.references
            ),
            Self::Spelling { schema_type, property, catalog } => {
                write!(out, "{schema_type}.{property} stays spelled so; the database has {catalog}")
            }
        }
    }
}

/// The result of merging.
pub(super) struct Merged {
    pub schema: Schema,
    pub kept: Vec<Kept>,
    /// Names of types that the project did not have.
    pub new_types: BTreeSet<String>,
}

/// Merges `detected` into `old`; types and properties that are no longer there are left out.
pub(super) fn merge(old: &Schema, detected: Schema) -> Merged {
    let twins = Twins::new(old, &detected);
    let mut merged = Merged {
        schema: Schema { types: Vec::new(), classes: old.classes.clone(), owners: detected.owners.clone() },
        kept: Vec::new(),
        new_types: BTreeSet::new(),
    };
    let mut types: Vec<(Option<usize>, SchemaType)> = Vec::new();
    for (at, found) in detected.types.iter().enumerate() {
        let found = twins.renamed(at, found);
        match twins.of_detected.get(&at).map(Vec::as_slice).unwrap_or_default() {
            [] => {
                merged.new_types.insert(found.name.clone());
                types.push((None, found));
            }
            twins => {
                for (place, known) in twins.iter().filter_map(|at| Some((*at, old.types.get(*at)?))) {
                    types.push((Some(place), MergedType::new(known, &found, &mut merged.kept).build()));
                }
            }
        }
    }
    merged.schema.types = in_order(types);
    merged
}

/// Items with their places in the project in that order; items without a place follow what they follow in the
/// list.
fn in_order<T>(items: Vec<(Option<usize>, T)>) -> Vec<T> {
    let mut before = None;
    let mut placed: Vec<((Option<usize>, bool), T)> = Vec::with_capacity(items.len());
    for (place, item) in items {
        before = place.or(before);
        placed.push(((before, place.is_none()), item));
    }
    // Stable: several new items behind the same one keep their order.
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, item)| item).collect()
}

/// Which types of the project are which tables of the system.
struct Twins {
    /// Types of the project by the position of the detected type.
    of_detected: HashMap<usize, Vec<usize>>,
    /// What the project calls detected types, new ones included.
    names: HashMap<String, String>,
}

impl Twins {
    fn new(old: &Schema, detected: &Schema) -> Self {
        let index = Tables::new(detected);
        let mut twins = Self { of_detected: HashMap::new(), names: HashMap::new() };
        let mut taken = HashSet::new();
        for (at, known) in old.types.iter().enumerate() {
            let Some(found) = index.find(known) else { continue };
            twins.of_detected.entry(found).or_default().push(at);
            taken.insert(known.name.clone());
            if let Some(found) = detected.types.get(found) {
                // Of several types over one table the first is the one that references lead to.
                twins.names.entry(found.name.clone()).or_insert_with(|| known.name.clone());
            }
        }
        twins.name_new(detected, taken);
        twins
    }

    /// Gives names to all new types before anything refers to one: their own, or one that is free if a type of the
    /// project has that already.
    fn name_new(&mut self, detected: &Schema, mut taken: HashSet<String>) {
        let is_new = |at: usize| !self.of_detected.contains_key(&at);
        let new =
            detected.types.iter().enumerate().filter(|(at, _)| is_new(*at)).map(|(_, found)| &found.name);
        let (collide, keep): (Vec<_>, Vec<_>) = new.partition(|name| taken.contains(*name));
        taken.extend(keep.iter().map(|name| (*name).clone()));
        self.names.extend(keep.into_iter().map(|name| (name.clone(), name.clone())));
        for name in collide {
            let mut numbered = (2_u32..).map(|number| format!("{name}_{number}"));
            if let Some(free) = numbered.find(|free| !taken.contains(free)) {
                taken.insert(free.clone());
                self.names.insert(name.clone(), free);
            }
        }
    }

    /// The detected type with references in the names of the project, and its own if it is new.
    fn renamed(&self, at: usize, found: &SchemaType) -> SchemaType {
        let mut renamed = found.clone();
        for relation in &mut renamed.foreign_keys {
            if let Some(name) = self.names.get(&relation.references) {
                relation.references.clone_from(name);
            }
        }
        let own = self.names.get(&found.name).filter(|_| !self.of_detected.contains_key(&at));
        if let Some(name) = own.filter(|name| **name != found.name) {
            renamed.table = Some(found.table_name().to_owned());
            renamed.name.clone_from(name);
        }
        renamed
    }
}

/// Detected types by owner and table.
struct Tables<'a> {
    detected: &'a Schema,
    exact: HashMap<(Option<&'a str>, &'a str), usize>,
    by_table: HashMap<&'a str, Vec<usize>>,
    by_name: HashMap<&'a str, usize>,
    by_lower: HashMap<String, Vec<usize>>,
}

impl<'a> Tables<'a> {
    fn new(detected: &'a Schema) -> Self {
        let mut tables = Self {
            detected,
            exact: HashMap::new(),
            by_table: HashMap::new(),
            by_name: HashMap::new(),
            by_lower: HashMap::new(),
        };
        for (at, found) in detected.types.iter().enumerate() {
            tables.exact.insert((found.owner.as_deref(), found.table_name()), at);
            tables.by_table.entry(found.table_name()).or_default().push(at);
            tables.by_name.insert(&found.name, at);
            tables.by_lower.entry(found.table_name().to_lowercase()).or_default().push(at);
        }
        tables
    }

    /// The table of a type of the project: the same owner and table; without an owner the only table of that
    /// name; the same name; the same but for case.
    fn find(&self, known: &SchemaType) -> Option<usize> {
        let owner = known.owner.as_deref();
        let fits = |at: &usize| {
            owner.is_none()
                || self
                    .detected
                    .types
                    .get(*at)
                    .is_some_and(|found| found.owner.is_none() || found.owner.as_deref() == owner)
        };
        let only = |found: Option<&Vec<usize>>| match found?.as_slice() {
            [at] => Some(*at).filter(fits),
            _ => None,
        };
        self.exact
            .get(&(owner, known.table_name()))
            .copied()
            .or_else(|| only(self.by_table.get(known.table_name())))
            .or_else(|| self.by_name.get(known.name.as_str()).copied().filter(fits))
            .or_else(|| only(self.by_lower.get(&known.table_name().to_lowercase())))
    }
}

/// A type of the project while it takes over the facts of the catalog.
struct MergedType<'a> {
    known: &'a SchemaType,
    found: &'a SchemaType,
    /// Detected property → what the project calls it.
    spelled: HashMap<&'a str, &'a str>,
    kept: &'a mut Vec<Kept>,
}

impl<'a> MergedType<'a> {
    fn new(known: &'a SchemaType, found: &'a SchemaType, kept: &'a mut Vec<Kept>) -> Self {
        let own: HashSet<&str> = known.properties.iter().map(|property| property.name.as_str()).collect();
        let mut by_lower: HashMap<String, Vec<&str>> = HashMap::new();
        for property in &known.properties {
            by_lower.entry(property.name.to_lowercase()).or_default().push(&property.name);
        }
        let exact: HashSet<&str> = found.properties.iter().map(|property| property.name.as_str()).collect();
        let mut spelled = HashMap::new();
        for property in &found.properties {
            let name = property.name.as_str();
            let other = match by_lower.get(&name.to_lowercase()).map(Vec::as_slice) {
                Some([other]) if !own.contains(name) && !exact.contains(other) => Some(*other),
                _ => None,
            };
            if let Some(other) = other {
                spelled.insert(name, other);
            }
        }
        Self { known, found, spelled, kept }
    }

    fn build(mut self) -> SchemaType {
        let Self { known, found, .. } = self;
        let mut merged = SchemaType {
            name: known.name.clone(),
            owner: found.owner.clone().or_else(|| known.owner.clone()),
            table: match known.table_name() == found.table_name() {
                true => known.table.clone(),
                false => (known.name != found.table_name()).then(|| found.table_name().to_owned()),
            },
            comment: found.comment.clone(),
            view: found.view,
            ..known.clone()
        };
        merged.properties = self.properties();
        self.key(&mut merged);
        merged.foreign_keys = self.relations();
        merged
    }

    fn in_project(&self, names: &[String]) -> Vec<String> {
        let spell = |name: &String| {
            self.spelled.get(name.as_str()).map_or_else(|| name.clone(), |own| (*own).to_owned())
        };
        names.iter().map(spell).collect()
    }

    fn properties(&mut self) -> Vec<SchemaProperty> {
        let places: HashMap<&str, usize> =
            self.known.properties.iter().enumerate().map(|(at, one)| (one.name.as_str(), at)).collect();
        let mut properties = Vec::with_capacity(self.found.properties.len());
        for found in &self.found.properties {
            let name = self.spelled.get(found.name.as_str()).copied().unwrap_or(&found.name);
            let place = places.get(name).copied();
            let merged = match place.and_then(|place| self.known.properties.get(place)) {
                None => found.clone(),
                Some(known) => self.property(known, found),
            };
            properties.push((place, merged));
        }
        in_order(properties)
    }

    fn property(&mut self, known: &SchemaProperty, found: &SchemaProperty) -> SchemaProperty {
        let schema_type = || self.known.name.clone();
        if known.name != found.name {
            self.kept.push(Kept::Spelling {
                schema_type: schema_type(),
                property: known.name.clone(),
                catalog: found.name.clone(),
            });
        }
        let mut merged = SchemaProperty {
            native_type: found.native_type.clone(),
            mandatory: found.mandatory,
            default_value: found.default_value.clone(),
            generated: found.generated,
            comment: found.comment.clone(),
            ..known.clone()
        };
        if is_declared_type(known, found) {
            if known.value_type != found.value_type {
                self.kept.push(Kept::ValueType {
                    schema_type: schema_type(),
                    property: known.name.clone(),
                    value_type: known.value_type,
                    catalog: found.value_type,
                });
            }
        } else {
            merged.value_type = found.value_type;
            merged.max_length = found.max_length;
            merged.keeps.clone_from(&found.keeps);
            merged.unusable.clone_from(&found.unusable);
        }
        merged
    }

    /// The key that a person declared, or that still tells rows apart, stays; else the catalog's is taken.
    fn key(&mut self, merged: &mut SchemaType) {
        let known = &self.known.key;
        let catalog = self.in_project(&self.found.key);
        let mut unique: Vec<Vec<String>> =
            self.found.unique_keys.iter().map(|key| self.in_project(key)).collect();
        let is_there = known.iter().all(|name| merged.property(name).is_some());
        let still_holds = !known.is_empty() && is_there && (catalog.is_empty() || unique.contains(known));
        merged.key_declared = self.known.key_declared && *known != catalog;
        if *known == catalog {
            merged.key = catalog;
        } else if self.known.key_declared || still_holds {
            self.kept.push(Kept::Key {
                schema_type: self.known.name.clone(),
                key: known.clone(),
                catalog: catalog.clone(),
            });
            merged.key.clone_from(known);
            merged.key_declared = true;
            if !catalog.is_empty() {
                unique.push(catalog);
            }
        } else {
            merged.key = catalog;
        }
        unique.retain(|key| *key != merged.key);
        let place = |key: &Vec<String>| self.known.unique_keys.iter().position(|known| known == key);
        merged.unique_keys = in_order(unique.into_iter().map(|key| (place(&key), key)).collect());
    }

    /// Relations of the catalog, then those that a person declared. A relation without integrity was declared
    /// in any case: catalogs only know enforced ones.
    fn relations(&mut self) -> Vec<ForeignKey> {
        let mut relations: Vec<ForeignKey> = self
            .found
            .foreign_keys
            .iter()
            .map(|relation| ForeignKey {
                properties: self.in_project(&relation.properties),
                ..relation.clone()
            })
            .collect();
        for relation in &self.known.foreign_keys {
            let same = |found: &ForeignKey| {
                found.properties == relation.properties && found.references == relation.references
            };
            if (relation.declared || !relation.integrity_ensured) && !relations.iter().any(same) {
                self.kept.push(Kept::Relation {
                    schema_type: self.known.name.clone(),
                    relation: relation.clone(),
                });
                relations.push(ForeignKey { declared: true, ..relation.clone() });
            }
        }
        let place = |relation: &ForeignKey| {
            self.known.foreign_keys.iter().position(|known| {
                known.properties == relation.properties && known.references == relation.references
            })
        };
        in_order(relations.into_iter().map(|relation| (place(&relation), relation)).collect())
    }
}

/// True if the type of a property in the project is a person's decision: the column is what it was and only
/// the project calls it something else, or it was written by hand over a column that holds texts or that the
/// connector cannot tell the type of.
fn is_declared_type(known: &SchemaProperty, found: &SchemaProperty) -> bool {
    if known.unusable.is_some() || (known.value_type == found.value_type && found.unusable.is_none()) {
        return false;
    }
    let by_hand = known.native_type.is_empty();
    let unchanged = known.native_type == found.native_type;
    unchanged || (by_hand && (found.unusable.is_some() || found.value_type == ValueType::String))
}
