//! Relations and what the data says about them, in words.

use syncwright_core::{
    project::{ForeignKey, Schema, SchemaType},
    schema::relations::{DanglingReference, RelationCandidate, RelationCheck},
    value::MASK,
};

use crate::ui::text;

/// Examples that fit into a sentence.
const IN_A_SENTENCE: usize = 3;

/// `ManagerId → Person.Id`.
#[must_use]
pub fn relation(relation: &ForeignKey) -> String {
    let to = relation.referenced_properties.join(" + ");
    format!("{} → {}.{to}", relation.properties.join(" + "), relation.references)
}

/// `Account.PersonId → Person.Id`.
#[must_use]
pub fn candidate(candidate: &RelationCandidate) -> String {
    format!("{}.{}", candidate.schema_type, relation(&candidate.to_foreign_key(false)))
}

/// Why it may be a relation.
#[must_use]
pub fn evidence(candidate: &RelationCandidate) -> String {
    let names = candidate.evidence.map(|evidence| evidence.to_string());
    let values = candidate.sample.filter(|sample| sample.values > 0).map(|sample| {
        format!(
            "{} of {} sampled values occur there",
            text::number(sample.found),
            text::number(sample.values)
        )
    });
    let parts: Vec<String> = names.into_iter().chain(values).collect();
    if parts.is_empty() { "nothing but its place speaks for it".to_owned() } else { parts.join("; ") }
}

/// How much speaks for it: `85 %`.
#[must_use]
pub fn confidence(candidate: &RelationCandidate) -> String {
    format!("{} %", (candidate.confidence() * 100.0).round())
}

/// The result in a few words, for a cell.
#[must_use]
pub fn short(check: &RelationCheck) -> String {
    match (check.references, check.dangling) {
        (0, _) => "no values yet".to_owned(),
        (all, 0) => format!("OK, {}", text::count(all, "reference", "references")),
        (all, dangling) => format!("{} of {} dangling", text::number(dangling), text::number(all)),
    }
}

/// The result with examples, as a sentence.
#[must_use]
pub fn sentence(schema: &Schema, own: &SchemaType, relation: &ForeignKey, check: &RelationCheck) -> String {
    match (check.references, check.dangling) {
        (0, _) => "No row refers to anything yet.".to_owned(),
        (all, 0) => {
            let all = text::count(all, "reference leads", "references lead");
            format!("OK: {all} to an object; the data would allow to say that integrity is ensured.")
        }
        (all, dangling) => {
            let secret = is_secret(schema, own, relation);
            let examples: Vec<String> = check
                .examples
                .iter()
                .take(IN_A_SENTENCE)
                .map(|DanglingReference { values, rows }| {
                    let shown =
                        if secret { MASK.to_owned() } else { format!("“{}”", values.join("” + “")) };
                    format!("{shown} in {}", text::count(*rows, "row", "rows"))
                })
                .collect();
            let eg =
                if examples.is_empty() { String::new() } else { format!(", e.g. {}", examples.join(", ")) };
            format!("{} of {} references lead nowhere{eg}.", text::number(dangling), text::number(all))
        }
    }
}

/// A column at one of the ends is sensitive, or not known any more.
fn is_secret(schema: &Schema, own: &SchemaType, relation: &ForeignKey) -> bool {
    let secret = |one: Option<&SchemaType>, names: &[String]| {
        names.iter().any(|name| one.and_then(|one| one.property(name)).is_none_or(|column| column.sensitive))
    };
    secret(Some(own), &relation.properties)
        || secret(schema.schema_type(&relation.references), &relation.referenced_properties)
}

#[cfg(test)]
mod tests {
    use syncwright_core::{
        project::SchemaProperty,
        schema::relations::{NameEvidence, Sample},
        value::ValueType,
    };

    use super::*;

    fn schema() -> Schema {
        let table = |name: &str, columns: &[&str]| SchemaType {
            name: name.to_owned(),
            properties: columns.iter().map(|name| SchemaProperty::new(*name, ValueType::Integer)).collect(),
            ..SchemaType::default()
        };
        Schema { types: vec![table("Account", &["PersonId"]), table("Person", &["Id"])], ..Schema::default() }
    }

    fn found() -> RelationCandidate {
        RelationCandidate {
            schema_type: "Account".to_owned(),
            properties: vec!["PersonId".to_owned()],
            references: "Person".to_owned(),
            referenced_properties: vec!["Id".to_owned()],
            evidence: Some(NameEvidence::TypeIdentifier),
            sample: Some(Sample { values: 20, found: 19 }),
        }
    }

    #[test]
    fn candidates_say_why() {
        assert_eq!(candidate(&found()), "Account.PersonId → Person.Id");
        assert_eq!(
            evidence(&found()),
            "called like an identifier of the other type; 19 of 20 sampled values occur there"
        );
        assert_eq!(confidence(&found()), "98 %");
    }

    #[test]
    fn dangling_references_are_told_with_examples_unless_they_are_sensitive() {
        let mut schema = schema();
        let check = RelationCheck {
            rows: 30,
            references: 24,
            dangling: 3,
            dangling_values: 2,
            examples: vec![DanglingReference { values: vec!["4711".to_owned()], rows: 2 }],
        };
        let relation = found().to_foreign_key(false);
        assert_eq!(short(&check), "3 of 24 dangling");
        let told = sentence(&schema, &schema.types[0], &relation, &check);
        assert_eq!(told, "3 of 24 references lead nowhere, e.g. “4711” in 2 rows.");
        schema.types[1].properties[0].sensitive = true;
        let told = sentence(&schema, &schema.types[0], &relation, &check);
        assert!(!told.contains("4711"), "{told}");
    }
}
