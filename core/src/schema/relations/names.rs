//! Guessing relations from names (W12).

use std::collections::HashMap;

use super::{NameEvidence, RelationCandidate, can_refer, comparable};
use crate::{
    project::{Schema, SchemaProperty, SchemaType},
    schema::words::{entity, words},
};

/// Words that say “identifies”, without saying what.
const GENERIC: [&str; 15] = [
    "id",
    "uid",
    "guid",
    "uuid",
    "oid",
    "key",
    "code",
    "number",
    "no",
    "nr",
    "num",
    "name",
    "ref",
    "fk",
    "identifier",
];

/// What people are to each other, or to things.
const ROLES: [&str; 15] = [
    "manager",
    "supervisor",
    "boss",
    "owner",
    "head",
    "deputy",
    "assistant",
    "approver",
    "sponsor",
    "responsible",
    "creator",
    "author",
    "leader",
    "lead",
    "mentor",
];

/// What objects above others are called.
const PARENTS: [&str; 3] = ["parent", "superior", "predecessor"];

/// Types that hold people, by the last word of their names.
const PEOPLE: [&str; 7] = ["person", "employee", "identity", "user", "staff", "worker", "human"];

/// Possible relations, as far as names tell, in the order of types and columns. Columns that have a relation
/// already are left out.
#[must_use]
pub fn suggest_by_name(schema: &Schema) -> Vec<RelationCandidate> {
    let guess = Guess::new(schema);
    schema.types.iter().flat_map(|schema_type| guess.of_type(schema_type)).collect()
}

/// The schema by what names can lead to.
struct Guess<'a> {
    /// Types by the words of what they hold.
    by_entity: HashMap<Vec<String>, Vec<&'a SchemaType>>,
    /// Types by the name of the first property of their key, in lower case.
    by_key: HashMap<String, Vec<&'a SchemaType>>,
    people: Vec<&'a SchemaType>,
}

impl<'a> Guess<'a> {
    fn new(schema: &'a Schema) -> Self {
        let mut guess = Self { by_entity: HashMap::new(), by_key: HashMap::new(), people: Vec::new() };
        for schema_type in schema.types.iter().filter(|one| !one.key.is_empty()) {
            let entity = entity(schema_type.table_name());
            if entity.last().is_some_and(|last| PEOPLE.contains(&last.as_str())) {
                guess.people.push(schema_type);
            }
            guess.by_entity.entry(entity).or_default().push(schema_type);
            if let Some(first) = schema_type.key.first() {
                guess.by_key.entry(first.to_lowercase()).or_default().push(schema_type);
            }
        }
        guess
    }

    fn of_type(&self, own: &'a SchemaType) -> Vec<RelationCandidate> {
        let mut found: Vec<RelationCandidate> = Vec::new();
        let referring = |name: &str| {
            own.foreign_keys.iter().any(|key| key.properties.iter().any(|property| property == name))
        };
        for property in own.properties.iter().filter(|one| can_refer(one) && !referring(&one.name)) {
            for (evidence, target, key) in self.of_property(own, property) {
                add(&mut found, own, vec![property.name.clone()], target, vec![key], evidence);
            }
        }
        for (target, properties) in self.composite(own, referring) {
            add(&mut found, own, properties, target, target.key.clone(), NameEvidence::SameName);
        }
        found
    }

    /// Types that a property may refer to, with the referenced property.
    fn of_property(
        &self,
        own: &'a SchemaType,
        property: &SchemaProperty,
    ) -> Vec<(NameEvidence, &'a SchemaType, String)> {
        let all = words(&property.name);
        let is_generic = |word: &&String| GENERIC.contains(&word.as_str());
        let telling: Vec<String> = all.iter().filter(|word| !is_generic(word)).cloned().collect();
        let is_own_key = own.key.as_slice() == [property.name.clone()];
        if is_own_key || telling.is_empty() {
            return Vec::new();
        }
        let by_type =
            if telling.len() < all.len() { NameEvidence::TypeIdentifier } else { NameEvidence::TypeName };
        let mut found: Vec<(NameEvidence, &SchemaType)> =
            self.called(&telling).into_iter().map(|target| (by_type, target)).collect();
        let same = self.by_key.get(&property.name.to_lowercase()).into_iter().flatten();
        let others = same.filter(|target| target.name != own.name && target.key.len() == 1);
        found.extend(others.map(|target| (NameEvidence::SameName, *target)));
        let last = telling.last().map(String::as_str).unwrap_or_default();
        if telling.len() == 1 && PARENTS.contains(&last) {
            found.push((NameEvidence::Parent, own));
        }
        if ROLES.contains(&last) {
            found.extend(self.people_for(own).into_iter().map(|target| (NameEvidence::Role, target)));
        }
        let identifier = all.iter().rev().find(is_generic).map(String::as_str);
        let keyed = |(evidence, target)| Some((evidence, target, key_of(target, property, identifier)?));
        found.into_iter().filter_map(keyed).collect()
    }

    /// Types that the words, or as many of the last ones as possible, name: `parent department`.
    fn called(&self, words: &[String]) -> Vec<&'a SchemaType> {
        (0..words.len()).find_map(|from| self.by_entity.get(words.get(from..)?)).cloned().unwrap_or_default()
    }

    /// People that others are related to: those of the own type, else all.
    fn people_for(&self, own: &SchemaType) -> Vec<&'a SchemaType> {
        match self.people.iter().find(|target| target.name == own.name) {
            Some(target) => vec![target],
            None => self.people.clone(),
        }
    }

    /// Types with a key of several properties that this type has, too.
    fn composite(
        &self,
        own: &'a SchemaType,
        referring: impl Fn(&str) -> bool,
    ) -> Vec<(&'a SchemaType, Vec<String>)> {
        let spelled = |name: &str| {
            own.properties
                .iter()
                .find(|property| property.name.eq_ignore_ascii_case(name) && can_refer(property))
        };
        let mut found = Vec::new();
        for property in own.properties.iter().filter(|property| !referring(&property.name)) {
            for target in self.by_key.get(&property.name.to_lowercase()).into_iter().flatten() {
                if target.name == own.name || target.key.len() < 2 {
                    continue;
                }
                let pairs: Option<Vec<String>> = target
                    .key
                    .iter()
                    .map(|name| {
                        let referenced = target.property(name)?;
                        let own =
                            spelled(name).filter(|own| comparable(own.value_type, referenced.value_type))?;
                        (!referring(&own.name)).then(|| own.name.clone())
                    })
                    .collect();
                found.extend(pairs.filter(|pairs| *pairs != own.key).map(|pairs| (*target, pairs)));
            }
        }
        found
    }
}

/// The property of `target` that `property` may hold: its key, or the unique key that is called like what
/// the name ends in (`department_code` → `code`).
fn key_of(target: &SchemaType, property: &SchemaProperty, identifier: Option<&str>) -> Option<String> {
    let single = |key: &'_ Vec<String>| match key.as_slice() {
        [only] => target.property(only),
        _ => None,
    };
    let keys: Vec<&SchemaProperty> =
        std::iter::once(&target.key).chain(&target.unique_keys).filter_map(single).collect();
    let fits = |key: &&&SchemaProperty| comparable(key.value_type, property.value_type);
    let named = identifier.and_then(|identifier| {
        keys.iter().filter(fits).find(|key| words(&key.name).last().is_some_and(|last| last == identifier))
    });
    named.or_else(|| keys.iter().take(1).find(fits)).map(|key| key.name.clone())
}

/// Adds a candidate unless the same one is there with better evidence.
fn add(
    found: &mut Vec<RelationCandidate>,
    own: &SchemaType,
    properties: Vec<String>,
    target: &SchemaType,
    referenced_properties: Vec<String>,
    evidence: NameEvidence,
) {
    let same = found.iter_mut().find(|one| {
        one.properties == properties
            && one.references == target.name
            && one.referenced_properties == referenced_properties
    });
    match same {
        Some(known) => known.evidence = known.evidence.min(Some(evidence)),
        None => found.push(RelationCandidate {
            schema_type: own.name.clone(),
            properties,
            references: target.name.clone(),
            referenced_properties,
            evidence: Some(evidence),
            sample: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::ValueType;

    fn table(name: &str, key: &[&str], columns: &[(&str, ValueType)]) -> SchemaType {
        SchemaType {
            name: name.to_owned(),
            properties: columns.iter().map(|(name, kind)| SchemaProperty::new(*name, *kind)).collect(),
            key: key.iter().map(|name| (*name).to_owned()).collect(),
            ..SchemaType::default()
        }
    }

    fn found(types: Vec<SchemaType>) -> Vec<String> {
        let schema = Schema { types, ..Schema::default() };
        suggest_by_name(&schema)
            .iter()
            .map(|one| {
                format!(
                    "{}.{} -> {}.{} ({})",
                    one.schema_type,
                    one.properties.join("+"),
                    one.references,
                    one.referenced_properties.join("+"),
                    one.evidence.map_or("", NameEvidence::id)
                )
            })
            .collect()
    }

    use ValueType::{Date, Guid, Integer, String as Text};

    #[test]
    fn identifiers_lead_to_their_types() {
        let types = vec![
            table("departments", &["id"], &[("id", Integer), ("name", Text), ("parent_id", Integer)]),
            table(
                "employees",
                &["id"],
                &[("id", Integer), ("department_id", Integer), ("manager", Integer), ("hired", Date)],
            ),
        ];
        assert_eq!(
            found(types),
            [
                "departments.parent_id -> departments.id (parent)",
                "employees.department_id -> departments.id (type_identifier)",
                "employees.manager -> employees.id (role)",
            ]
        );
    }

    #[test]
    fn prefixes_and_roles_in_front_are_understood() {
        let types = vec![
            table(
                "Department",
                &["UID_Department"],
                &[("UID_Department", Guid), ("UID_ParentDepartment", Guid)],
            ),
            table(
                "Person",
                &["UID_Person"],
                &[("UID_Person", Guid), ("UID_Department", Guid), ("UID_PersonHead", Guid)],
            ),
        ];
        assert_eq!(
            found(types),
            [
                "Department.UID_ParentDepartment -> Department.UID_Department (type_identifier)",
                "Person.UID_Department -> Department.UID_Department (type_identifier)",
                "Person.UID_PersonHead -> Person.UID_Person (role)",
            ]
        );
    }

    #[test]
    fn same_names_and_composite_keys() {
        let types = vec![
            table("staff", &["personnel_number"], &[("personnel_number", Text)]),
            table("accounts", &["login"], &[("login", Text), ("personnel_number", Text)]),
            table("rights", &["login", "right_name"], &[("login", Text), ("right_name", Text)]),
            table("grants", &["id"], &[("id", Integer), ("login", Text), ("right_name", Text)]),
        ];
        let found = found(types);
        for expected in [
            "accounts.personnel_number -> staff.personnel_number (same_name)",
            "rights.login -> accounts.login (same_name)",
            "grants.login+right_name -> rights.login+right_name (same_name)",
        ] {
            assert!(found.iter().any(|one| one == expected), "{expected}: {found:?}");
        }
        assert!(!found.iter().any(|one| one.starts_with("rights.login+right_name")), "{found:?}");
    }

    #[test]
    fn the_named_unique_key_is_referred_to() {
        let mut departments = table("departments", &["id"], &[("id", Integer), ("code", Text)]);
        departments.unique_keys = vec![vec!["code".to_owned()]];
        let employees = table(
            "employees",
            &["id"],
            &[("id", Integer), ("department_code", Text), ("department_nr", Text)],
        );
        assert_eq!(
            found(vec![departments, employees]),
            ["employees.department_code -> departments.code (type_identifier)",]
        );
    }

    #[test]
    fn what_has_a_relation_or_another_type_is_left_alone() {
        let departments = table("departments", &["id"], &[("id", Integer)]);
        let mut employees = table(
            "employees",
            &["id"],
            &[("id", Integer), ("department_id", Integer), ("department_name", Text)],
        );
        employees.foreign_keys.push(crate::project::ForeignKey {
            properties: vec!["department_id".to_owned()],
            references: "departments".to_owned(),
            referenced_properties: vec!["id".to_owned()],
            integrity_ensured: true,
            declared: false,
        });
        assert!(found(vec![departments, employees]).is_empty());
    }
}
