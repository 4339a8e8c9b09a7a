//! What differs between two states of a schema, and what that breaks (S5).

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use crate::{
    project::{ForeignKey, Generated, Schema, SchemaProperty, SchemaType, Side},
    schema::usage::{Need, TypeUse, Usage, UsedBy, settings_of},
};

/// What a new state of a schema changes. Empty if and only if both states are equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SchemaDiff {
    /// Changes of the schema as a whole.
    pub facts: Vec<FactChange>,
    /// New types.
    pub added: Vec<AddedType>,
    /// Types that are gone.
    pub removed: Vec<RemovedType>,
    /// Types that changed.
    pub changed: Vec<ChangedType>,
}

/// A new type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedType {
    /// Its name.
    pub name: String,
    /// Number of its properties.
    pub properties: usize,
    /// Without a key it takes no part in synchronization.
    pub has_key: bool,
}

/// A type that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedType {
    /// Its name.
    pub name: String,
    /// What cannot work any more.
    pub breaks: Vec<UsedBy>,
}

/// A type that changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangedType {
    /// Its name.
    pub name: String,
    /// Changes of the type itself.
    pub facts: Vec<FactChange>,
    /// Names of new properties.
    pub added: Vec<String>,
    /// Properties that are gone.
    pub removed: Vec<RemovedProperty>,
    /// Properties that changed.
    pub changed: Vec<ChangedProperty>,
}

/// A property that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedProperty {
    /// Its name.
    pub name: String,
    /// What cannot work any more.
    pub breaks: Vec<UsedBy>,
}

/// A property that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedProperty {
    /// Its name.
    pub name: String,
    /// What changed.
    pub facts: Vec<FactChange>,
    /// What may not work any more.
    pub breaks: Vec<UsedBy>,
}

/// One changed fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactChange {
    /// What changed.
    pub fact: Fact,
    /// Before, in words; empty if there was nothing.
    pub old: String,
    /// Now, in words; empty if there is nothing.
    pub new: String,
    /// What may not work any more; only for facts about types, those of properties have it together.
    pub breaks: Vec<UsedBy>,
}

/// What about a schema, type or property can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Type of the values.
    ValueType,
    /// Type in the words of the database.
    NativeType,
    /// Longest text.
    MaxLength,
    /// The database refuses NULL.
    Mandatory,
    /// Default of the database.
    DefaultValue,
    /// Filled by the database.
    Generated,
    /// Whether, or why not, the column can be used.
    Unusable,
    /// Comment of the database.
    Comment,
    /// The key.
    Key,
    /// Who chose the key.
    KeyDeclared,
    /// Further unique keys.
    UniqueKeys,
    /// A relation.
    Relation,
    /// A view instead of a table, or the other way round.
    View,
    /// The table behind the type.
    Table,
    /// The owner of the table.
    Owner,
    /// The selected owners.
    Owners,
    /// The order of properties or types.
    Order,
    /// Settings that no catalog tells; a known schema supplied them.
    Settings,
}

impl Fact {
    /// The fact in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::ValueType => "type",
            Self::NativeType => "native_type",
            Self::MaxLength => "max_length",
            Self::Mandatory => "mandatory",
            Self::DefaultValue => "default_value",
            Self::Generated => "generated",
            Self::Unusable => "unusable",
            Self::Comment => "comment",
            Self::Key => "key",
            Self::KeyDeclared => "key_declared",
            Self::UniqueKeys => "unique_keys",
            Self::Relation => "relation",
            Self::View => "view",
            Self::Table => "table",
            Self::Owner => "owner",
            Self::Owners => "owners",
            Self::Order => "order",
            Self::Settings => "settings",
        }
    }

    /// True if rules, filters or runs can notice the change.
    const fn matters(self) -> bool {
        !matches!(
            self,
            Self::NativeType
                | Self::Comment
                | Self::KeyDeclared
                | Self::Owners
                | Self::Order
                | Self::Settings
        )
    }
}

/// The fact in words.
impl fmt::Display for Fact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::ValueType => "type",
            Self::NativeType => "type in the database",
            Self::MaxLength => "length",
            Self::Mandatory => "mandatory",
            Self::DefaultValue => "default",
            Self::Generated => "filled by the database",
            Self::Unusable => "not usable",
            Self::Comment => "comment",
            Self::Key => "key",
            Self::KeyDeclared => "key declared by a person",
            Self::UniqueKeys => "unique keys",
            Self::Relation => "relation",
            Self::View => "view",
            Self::Table => "table",
            Self::Owner => "owner",
            Self::Owners => "selected owners",
            Self::Order => "order",
            Self::Settings => "settings",
        })
    }
}

impl SchemaDiff {
    /// True if nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// Everything that cannot, or may not, work any more, sorted.
    #[must_use]
    pub fn breaks(&self) -> BTreeSet<&UsedBy> {
        let removed = self.removed.iter().flat_map(|one| &one.breaks);
        let facts = self.changed.iter().flat_map(|one| &one.facts).flat_map(|fact| &fact.breaks);
        let gone = self.changed.iter().flat_map(|one| &one.removed).flat_map(|one| &one.breaks);
        let changed = self.changed.iter().flat_map(|one| &one.changed).flat_map(|one| &one.breaks);
        removed.chain(facts).chain(gone).chain(changed).collect()
    }
}

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
    order(&mut diff.facts, type_names(old), type_names(new));
    // Whatever this version cannot name is still a difference.
    if diff.is_empty() && old != new {
        diff.facts.push(change(Fact::Settings, String::new(), String::new()));
    }
    diff
}

fn type_names(schema: &Schema) -> Vec<&str> {
    schema.types.iter().map(|one| one.name.as_str()).collect()
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
    types: &'a std::collections::BTreeMap<String, TypeUse>,
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

/// The order of what both states have.
fn order(facts: &mut Vec<FactChange>, old: Vec<&str>, new: Vec<&str>) {
    let (in_old, in_new): (BTreeSet<&str>, BTreeSet<&str>) =
        (old.iter().copied().collect(), new.iter().copied().collect());
    let common_old: Vec<&str> = old.into_iter().filter(|name| in_new.contains(name)).collect();
    let common_new: Vec<&str> = new.into_iter().filter(|name| in_old.contains(name)).collect();
    if common_old != common_new {
        facts.push(change(Fact::Order, String::new(), String::new()));
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
    let (old_order, new_order) = (property_names(old), property_names(new));
    order(&mut changed.facts, old_order, new_order);
}

fn property_names(schema_type: &SchemaType) -> Vec<&str> {
    schema_type.properties.iter().map(|property| property.name.as_str()).collect()
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
