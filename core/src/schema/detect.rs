//! Reading what a system holds, and what of it needs a person's attention (S1, S2, W9–W11).
//!
//! The connector reads the catalog; here names, references and keys are brought into one shape whatever
//! the connector, so that everything above can rely on it. Nothing is written anywhere.

use std::collections::{BTreeMap, HashMap};

use super::SchemaError;
use crate::{
    connect::Connector,
    progress::{CancelToken, Progress},
    project::{ForeignKey, Schema, SchemaProperty, SchemaType},
    value::ValueType,
};

/// What a system holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detected {
    /// Types, properties, keys and relations of the selected owners.
    pub schema: Schema,
    /// Every owner of the database with its tables, selected or not (W9), sorted by name. Empty for systems
    /// without owners.
    pub owners: Vec<OwnerCount>,
}

/// How much an owner has (W9).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnerCount {
    /// Database schema or owner.
    pub owner: String,
    /// Tables, without views.
    pub tables: usize,
    /// Views.
    pub views: usize,
}

/// A column that cannot be used (S2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusableColumn {
    /// Schema type.
    pub schema_type: String,
    /// Column.
    pub property: String,
    /// Type in the words of the database.
    pub native_type: String,
    /// Why not.
    pub reason: String,
}

/// Reads the schema of a system; `owners` selects database schemas or owners, none = all (W9).
///
/// # Errors
///
/// If the catalog cannot be read, on cancel, or [`SchemaError::UnknownOwner`].
pub fn detect(
    connector: &mut dyn Connector,
    owners: &[String],
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Detected, SchemaError> {
    let mut schema = connector.describe_schema(progress, cancel)?;
    let counts = count_owners(&schema);
    let selected = select(owners, &counts)?;
    if !selected.is_empty() {
        schema
            .types
            .retain(|one| one.owner.as_deref().is_none_or(|owner| selected.iter().any(|name| name == owner)));
    }
    schema.owners = selected;
    settle_names(&mut schema);
    settle_references(&mut schema);
    schema.types.iter_mut().for_each(take_unique_key);
    Ok(Detected { schema, owners: counts })
}

/// Types without a key: their rows cannot be told apart, so they take no part in synchronization (W11).
#[must_use]
pub fn without_key(schema: &Schema) -> Vec<&SchemaType> {
    schema.types.iter().filter(|schema_type| schema_type.key.is_empty()).collect()
}

/// Columns that cannot be used, with the reason (S2).
#[must_use]
pub fn unusable(schema: &Schema) -> Vec<UnusableColumn> {
    let columns = |schema_type: &SchemaType| {
        schema_type
            .properties
            .iter()
            .filter_map(|property| {
                Some(UnusableColumn {
                    schema_type: schema_type.name.clone(),
                    property: property.name.clone(),
                    native_type: property.native_type.clone(),
                    reason: property.unusable.clone()?,
                })
            })
            .collect::<Vec<_>>()
    };
    schema.types.iter().flat_map(columns).collect()
}

/// Tables and views per owner (W9), sorted by owner; types without an owner are not counted.
#[must_use]
pub fn count_owners(schema: &Schema) -> Vec<OwnerCount> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for schema_type in &schema.types {
        let Some(owner) = &schema_type.owner else { continue };
        let (tables, views) = counts.entry(owner).or_default();
        *(if schema_type.view { views } else { tables }) += 1;
    }
    counts
        .into_iter()
        .map(|(owner, (tables, views))| OwnerCount { owner: owner.to_owned(), tables, views })
        .collect()
}

/// The wanted owners as the database spells them.
fn select(wanted: &[String], counts: &[OwnerCount]) -> Result<Vec<String>, SchemaError> {
    let known = || counts.iter().map(|count| count.owner.as_str());
    wanted
        .iter()
        .map(|owner| {
            known()
                .find(|name| name == owner)
                .or_else(|| only(known().filter(|name| name.eq_ignore_ascii_case(owner))))
                .map(str::to_owned)
                .ok_or_else(|| SchemaError::unknown_owner(owner, known()))
        })
        .collect()
}

/// The only item; `None` if there is none or several.
pub(super) fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

/// Types are called after their tables, with the owner in front where several owners are loaded.
fn settle_names(schema: &mut Schema) {
    let several = count_owners(schema).len() > 1;
    let mut renamed: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for schema_type in &mut schema.types {
        let Some(owner) = schema_type.owner.clone() else { continue };
        let table = schema_type.table_name().to_owned();
        let name = if several { format!("{owner}.{table}") } else { table.clone() };
        schema_type.table = (name != table).then_some(table);
        let before = std::mem::replace(&mut schema_type.name, name.clone());
        renamed.entry(before).or_default().push((owner, name));
    }
    for schema_type in &mut schema.types {
        for foreign_key in &mut schema_type.foreign_keys {
            let Some(names) = renamed.get(&foreign_key.references) else { continue };
            // Where several owners have the table, the one of the own owner is meant.
            let own = names.iter().find(|(owner, _)| schema_type.owner.as_ref() == Some(owner));
            if let Some((_, name)) = own.or_else(|| only(names.iter())) {
                foreign_key.references.clone_from(name);
            }
        }
    }
}

/// Catalogs spell names in references as they were typed, not as the table was created (SQLite), or leave
/// the referenced columns out when they are the primary key.
fn settle_references(schema: &mut Schema) {
    let mut exact: HashMap<&str, usize> = HashMap::new();
    let mut by_lower: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, schema_type) in schema.types.iter().enumerate() {
        exact.insert(&schema_type.name, at);
        by_lower.entry(schema_type.name.to_lowercase()).or_default().push(at);
    }
    let target = |name: &str| {
        let at =
            exact.get(name).copied().or_else(|| match by_lower.get(&name.to_lowercase())?.as_slice() {
                [single] => Some(*single),
                _ => None,
            })?;
        schema.types.get(at)
    };
    let settled: Vec<Vec<ForeignKey>> = schema
        .types
        .iter()
        .map(|own| own.foreign_keys.iter().map(|key| settled(own, target(&key.references), key)).collect())
        .collect();
    for (schema_type, foreign_keys) in schema.types.iter_mut().zip(settled) {
        schema_type.foreign_keys = foreign_keys;
    }
}

fn settled(own: &SchemaType, target: Option<&SchemaType>, key: &ForeignKey) -> ForeignKey {
    let spell = |schema_type: &SchemaType, names: &[String]| {
        names.iter().map(|name| spelled(schema_type, name).to_owned()).collect::<Vec<_>>()
    };
    let mut key = ForeignKey { properties: spell(own, &key.properties), ..key.clone() };
    if let Some(target) = target {
        key.references.clone_from(&target.name);
        let named = spell(target, &key.referenced_properties);
        key.referenced_properties = if named.is_empty() { target.key.clone() } else { named };
    }
    key
}

/// A property's name as the table has it.
fn spelled<'a>(schema_type: &'a SchemaType, name: &'a str) -> &'a str {
    if schema_type.property(name).is_some() {
        return name;
    }
    let names = schema_type.properties.iter().map(|property| property.name.as_str());
    only(names.filter(|own| own.eq_ignore_ascii_case(name))).unwrap_or(name)
}

/// A table without primary key is identified by a unique key whose columns always have a value.
fn take_unique_key(schema_type: &mut SchemaType) {
    if !schema_type.key.is_empty() {
        return;
    }
    let identifies = |key: &&Vec<String>| {
        !key.is_empty()
            && key.iter().all(|name| {
                schema_type
                    .property(name)
                    .is_some_and(|property| property.mandatory && property.unusable.is_none())
            })
    };
    let Some(best) =
        schema_type.unique_keys.iter().filter(identifies).min_by_key(|key| rank(schema_type, key))
    else {
        return;
    };
    schema_type.key = best.clone();
    let key = &schema_type.key;
    schema_type.unique_keys.retain(|unique| unique != key);
}

/// Short keys before long ones, numbers before GUIDs before texts before anything else.
fn rank(schema_type: &SchemaType, key: &[String]) -> (usize, usize) {
    let types = key.iter().filter_map(|name| schema_type.property(name)).map(type_rank).sum();
    (key.len(), types)
}

fn type_rank(property: &SchemaProperty) -> usize {
    match property.value_type {
        ValueType::Integer => 0,
        ValueType::Guid => 1,
        ValueType::String => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(owner: &str, name: &str) -> SchemaType {
        let owner = (!owner.is_empty()).then(|| owner.to_owned());
        SchemaType { name: name.to_owned(), owner, ..SchemaType::default() }
    }

    fn names(schema: &Schema) -> Vec<&str> {
        schema.types.iter().map(|schema_type| schema_type.name.as_str()).collect()
    }

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_carry_the_owner_only_where_several_are_loaded() {
        let mut both =
            Schema { types: vec![table("hr", "people"), table("it", "people")], ..Schema::default() };
        let reference = |to: &str| ForeignKey {
            properties: list(&["id"]),
            references: to.to_owned(),
            referenced_properties: Vec::new(),
            integrity_ensured: true,
            declared: false,
        };
        both.types[1].foreign_keys.push(reference("people"));
        let mut one = Schema { types: vec![both.types[1].clone()], ..Schema::default() };
        settle_names(&mut both);
        assert_eq!(names(&both), ["hr.people", "it.people"]);
        assert_eq!(both.types[1].foreign_keys[0].references, "it.people");
        assert_eq!(both.types[0].table_name(), "people");
        // The connector had already told them apart.
        let mut told = both.clone();
        settle_names(&mut told);
        assert_eq!(told, both);
        one.types[0].name = "it.people".to_owned();
        one.types[0].table = Some("people".to_owned());
        settle_names(&mut one);
        assert_eq!((names(&one), &one.types[0].table), (vec!["people"], &None));
        let mut none = Schema { types: vec![table("", "people")], ..Schema::default() };
        settle_names(&mut none);
        assert_eq!(names(&none), ["people"]);
    }

    #[test]
    fn owners_are_selected_by_any_spelling_but_must_exist() {
        let schema = Schema {
            types: vec![table("HR", "a"), table("HR", "b"), table("it", "c"), table("IT", "d")],
            ..Schema::default()
        };
        let counts = count_owners(&schema);
        assert_eq!(
            counts.iter().map(|count| (count.owner.as_str(), count.tables)).collect::<Vec<_>>(),
            [("HR", 2), ("IT", 1), ("it", 1)]
        );
        assert_eq!(select(&list(&["hr", "it"]), &counts).unwrap(), ["HR", "it"]);
        // Neither spelling is meant more than the other.
        assert!(select(&list(&["It"]), &counts).is_err());
        assert!(matches!(select(&list(&["sales"]), &counts), Err(SchemaError::UnknownOwner { .. })));
    }

    #[test]
    fn references_are_spelled_like_what_they_lead_to() {
        let mut people = table("", "People");
        people.properties = vec![SchemaProperty::new("Id", ValueType::Integer)];
        people.key = list(&["Id"]);
        let mut accounts = table("", "accounts");
        accounts.properties = vec![SchemaProperty::new("Owner", ValueType::Integer)];
        let reference = |properties: &[&str], to: &str, referenced: &[&str]| ForeignKey {
            properties: list(properties),
            references: to.to_owned(),
            referenced_properties: list(referenced),
            integrity_ensured: true,
            declared: false,
        };
        accounts.foreign_keys = vec![
            reference(&["OWNER"], "people", &["ID"]),
            reference(&["Owner"], "PEOPLE", &[]),
            reference(&["Owner"], "elsewhere", &["x"]),
        ];
        let mut schema = Schema { types: vec![people, accounts], ..Schema::default() };
        settle_references(&mut schema);
        let expected = [
            reference(&["Owner"], "People", &["Id"]),
            reference(&["Owner"], "People", &["Id"]),
            reference(&["Owner"], "elsewhere", &["x"]),
        ];
        assert_eq!(schema.types[1].foreign_keys, expected);
    }

    #[test]
    fn a_unique_key_stands_in_for_a_missing_primary_key_if_it_always_has_a_value() {
        let property = |name: &str, value_type, mandatory| SchemaProperty {
            mandatory,
            ..SchemaProperty::new(name, value_type)
        };
        let mut schema_type = table("", "t");
        schema_type.properties = vec![
            property("text", ValueType::String, true),
            property("number", ValueType::Integer, true),
            property("optional", ValueType::Integer, false),
        ];
        schema_type.unique_keys =
            vec![list(&["optional"]), list(&["text"]), list(&["number"]), list(&["text", "number"])];
        take_unique_key(&mut schema_type);
        assert_eq!(schema_type.key, ["number"]);
        assert_eq!(schema_type.unique_keys.len(), 3);
        assert!(!schema_type.key_declared);
        let mut keyless = table("", "t");
        keyless.properties = vec![property("optional", ValueType::Integer, false)];
        keyless.unique_keys = vec![list(&["optional"])];
        take_unique_key(&mut keyless);
        assert!(keyless.key.is_empty());
    }
}
