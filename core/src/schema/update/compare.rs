//! Comparing two states of a schema, and finding what the difference breaks (S5).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::diff::{
    AddedType, ChangedProperty, ChangedType, Fact, FactChange, RemovedProperty, RemovedType, SchemaDiff,
};
use crate::{
    project::{ForeignKey, Generated, Schema, SchemaProperty, SchemaType, Side},
    schema::usage::{Need, TypeUse, Usage, UsedBy, settings_of},
};

/// Compares two states of the schema of `side`; `usage` is that of the project with the old state.
pub(super) fn diff(old: &Schema, new: &Schema, side: Side, usage: &Usage) -> SchemaDiff {
    let users = Users { usage, types: usage.types(side), settings: settings(old) };
    let mut diff = SchemaDiff::default();
    push(&mut diff.facts, Fact::Owners, old.owners.join(", "), new.owners.join(", "));
    let old_types: HashMap<&str, &SchemaType> =
        old.types.iter().map(|one| (one.name.as_str(), one)).collect();
    let new_types: HashMap<&str, &SchemaType> =
        new.types.iter().map(|one| (one.name.as_str(), one)).collect();
    for schema_type in &new.types {
        match old_types.get(schema_type.name.as_str()) {
            None => diff.added.push(AddedType {
                name: schema_type.name.clone(),
                properties: schema_type.properties.len(),
                has_key: !schema_type.key.is_empty(),
            }),
            Some(before) if *before != schema_type => {
                diff.changed.push(changed_type(before, schema_type, &users));
            }
            Some(_) => {}
        }
    }
    for schema_type in old.types.iter().filter(|one| !new_types.contains_key(one.name.as_str())) {
        let breaks = users.of_type(&schema_type.name);
        diff.removed.push(RemovedType { name: schema_type.name.clone(), breaks });
    }
    // Whatever this version cannot name is still a difference.
    if diff.is_empty() && old != new {
        diff.facts.push(change(Fact::Settings, String::new(), String::new()));
    }
    diff
}

/// Everything that a person set and that names properties, by type and property.
fn settings(schema: &Schema) -> HashMap<(&str, String), BTreeSet<UsedBy>> {
    let mut settings: HashMap<(&str, String), BTreeSet<UsedBy>> = HashMap::new();
    for schema_type in &schema.types {
        for (user, need) in settings_of(schema_type) {
            if let Need::Property(name) = need {
                settings.entry((&schema_type.name, name)).or_default().insert(user);
            }
        }
        for relation in schema_type.foreign_keys.iter().filter(|relation| relation.declared) {
            let properties = relation.properties.clone();
            let user = UsedBy::Relation { schema_type: schema_type.name.clone(), properties };
            for name in &relation.referenced_properties {
                settings.entry((&relation.references, name.clone())).or_default().insert(user.clone());
            }
        }
    }
    settings
}

/// Who uses what.
struct Users<'a> {
    usage: &'a Usage,
    types: &'a BTreeMap<String, TypeUse>,
    settings: HashMap<(&'a str, String), BTreeSet<UsedBy>>,
}

impl Users<'_> {
    fn of_type(&self, name: &str) -> Vec<UsedBy> {
        let users = self.types.get(name).map(|used| used.users.clone()).unwrap_or_default();
        self.usage.with_consequences(users).into_iter().collect()
    }

    /// Mappings of the type and their steps, without every single rule.
    fn mappings_of_type(&self, name: &str) -> Vec<UsedBy> {
        let used = self.types.get(name).map(|used| used.users.clone()).unwrap_or_default();
        let mappings = used.into_iter().filter(|user| matches!(user, UsedBy::Mapping { .. })).collect();
        self.usage.with_consequences(mappings).into_iter().collect()
    }

    fn of_property(&self, schema_type: &str, name: &str) -> Vec<UsedBy> {
        let mut users = self.types.get(schema_type).map(|used| used.of_property(name)).unwrap_or_default();
        users.extend(self.settings.get(&(schema_type, name.to_owned())).into_iter().flatten().cloned());
        self.usage.with_consequences(users).into_iter().collect()
    }

    /// Users of all properties of a relation.
    fn of_relation(&self, schema_type: &str, relation: &ForeignKey) -> Vec<UsedBy> {
        let users: BTreeSet<UsedBy> =
            relation.properties.iter().flat_map(|name| self.of_property(schema_type, name)).collect();
        users.into_iter().collect()
    }
}

fn change(fact: Fact, old: String, new: String) -> FactChange {
    FactChange { fact, old, new, breaks: Vec::new() }
}

fn push(facts: &mut Vec<FactChange>, fact: Fact, old: String, new: String) {
    if old != new {
        facts.push(change(fact, old, new));
    }
}

fn yes(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

fn changed_type(old: &SchemaType, new: &SchemaType, users: &Users<'_>) -> ChangedType {
    let name = new.name.as_str();
    let mut changed = ChangedType { name: name.to_owned(), ..ChangedType::default() };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let facts = &mut changed.facts;
    push(facts, Fact::Owner, text(&old.owner), text(&new.owner));
    push(facts, Fact::Table, old.table_name().to_owned(), new.table_name().to_owned());
    push(facts, Fact::View, yes(old.view), yes(new.view));
    push(facts, Fact::Key, old.key.join(", "), new.key.join(", "));
    push(facts, Fact::KeyDeclared, yes(old.key_declared), yes(new.key_declared));
    push(facts, Fact::UniqueKeys, keys(&old.unique_keys), keys(&new.unique_keys));
    push(facts, Fact::Comment, old.comment.clone(), new.comment.clone());
    for fact in facts.iter_mut().filter(|fact| fact.fact.matters() && fact.fact != Fact::UniqueKeys) {
        fact.breaks = users.mappings_of_type(name);
    }
    relations(&mut changed.facts, old, new, users);
    properties(&mut changed, old, new, users);
    if changed == (ChangedType { name: name.to_owned(), ..ChangedType::default() }) {
        changed.facts.push(change(Fact::Settings, String::new(), String::new()));
    }
    changed
}

fn keys(keys: &[Vec<String>]) -> String {
    keys.iter().map(|key| key.join(" + ")).collect::<Vec<_>>().join(", ")
}

fn written(relation: &ForeignKey) -> String {
    let ForeignKey { properties, references, referenced_properties, integrity_ensured, declared } = relation;
    let mut text = format!("{} → {references} ({})", properties.join(", "), referenced_properties.join(", "));
    if *integrity_ensured {
        text.push_str(", integrity ensured");
    }
    if *declared {
        text.push_str(", declared");
    }
    text
}

fn relations(facts: &mut Vec<FactChange>, old: &SchemaType, new: &SchemaType, users: &Users<'_>) {
    let same = |left: &ForeignKey, right: &ForeignKey| {
        left.properties == right.properties && left.references == right.references
    };
    for before in &old.foreign_keys {
        let after = new.foreign_keys.iter().find(|after| same(before, after));
        if after == Some(before) {
            continue;
        }
        let mut fact = change(Fact::Relation, written(before), after.map(written).unwrap_or_default());
        let leads_elsewhere =
            after.is_none_or(|after| after.referenced_properties != before.referenced_properties);
        if leads_elsewhere {
            fact.breaks = users.of_relation(&new.name, before);
        }
        facts.push(fact);
    }
    for after in
        new.foreign_keys.iter().filter(|after| !old.foreign_keys.iter().any(|before| same(before, after)))
    {
        facts.push(change(Fact::Relation, String::new(), written(after)));
    }
}

fn properties(changed: &mut ChangedType, old: &SchemaType, new: &SchemaType, users: &Users<'_>) {
    let before: HashMap<&str, &SchemaProperty> =
        old.properties.iter().map(|property| (property.name.as_str(), property)).collect();
    let after: BTreeSet<&str> = new.properties.iter().map(|property| property.name.as_str()).collect();
    for property in &new.properties {
        match before.get(property.name.as_str()) {
            None => changed.added.push(property.name.clone()),
            Some(known) if *known != property => {
                changed.changed.push(changed_property(known, property, &new.name, users));
            }
            Some(_) => {}
        }
    }
    for property in old.properties.iter().filter(|property| !after.contains(property.name.as_str())) {
        let breaks = users.of_property(&old.name, &property.name);
        changed.removed.push(RemovedProperty { name: property.name.clone(), breaks });
    }
}

fn changed_property(
    old: &SchemaProperty,
    new: &SchemaProperty,
    schema_type: &str,
    users: &Users<'_>,
) -> ChangedProperty {
    let mut facts = Vec::new();
    let length = |length: Option<u32>| length.map(|length| length.to_string()).unwrap_or_default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    push(&mut facts, Fact::ValueType, old.value_type.label(), new.value_type.label());
    push(&mut facts, Fact::NativeType, old.native_type.clone(), new.native_type.clone());
    push(&mut facts, Fact::MaxLength, length(old.max_length), length(new.max_length));
    push(&mut facts, Fact::Mandatory, yes(old.mandatory), yes(new.mandatory));
    push(&mut facts, Fact::DefaultValue, text(&old.default_value), text(&new.default_value));
    push(&mut facts, Fact::Generated, generated(old.generated), generated(new.generated));
    push(&mut facts, Fact::Unusable, text(&old.unusable), text(&new.unusable));
    push(&mut facts, Fact::Comment, old.comment.clone(), new.comment.clone());
    if facts.is_empty() {
        facts.push(change(Fact::Settings, String::new(), String::new()));
    }
    let breaks = if facts.iter().any(|fact| can_break(old, new, fact.fact)) {
        users.of_property(schema_type, &new.name)
    } else {
        Vec::new()
    };
    ChangedProperty { name: new.name.clone(), facts, breaks }
}

/// True if something that worked may not work any more. Looser rules of the database break nothing.
fn can_break(old: &SchemaProperty, new: &SchemaProperty, fact: Fact) -> bool {
    match fact {
        Fact::MaxLength => match (old.max_length, new.max_length) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old), Some(new)) => new < old,
        },
        Fact::Mandatory => new.mandatory,
        Fact::DefaultValue => old.default_value.is_some() && new.default_value.is_none() && new.mandatory,
        Fact::Generated => new.generated == Generated::Always || old.generated != Generated::No,
        Fact::Unusable => new.unusable.is_some(),
        other => other.matters(),
    }
}

fn generated(generated: Generated) -> String {
    match generated {
        Generated::No => "no",
        Generated::Identity => "if nothing is given",
        Generated::Always => "always",
    }
    .to_owned()
}
