//! Looking whether sampled values occur in the keys that they seem to refer to (W12).
//!
//! Every table is sampled once, every key read once, whatever the number of candidates.

use std::collections::{HashMap, HashSet};

use super::{RelationCandidate, Sample, can_refer, comparable, guid_text, suggest_by_name};
use crate::{
    connect::{ConnectError, Connector, Flow},
    progress::{CancelToken, Progress},
    project::{Schema, SchemaProperty, SchemaType},
    schema::{Limits, SchemaError, reading::read_all},
    value::{Value, ValueType, value_at},
};

/// Different values that a column needs before its values alone speak for a relation.
const TELLING_VALUES: u64 = 5;

/// Relations that values alone propose for one column at most.
const BY_VALUES: usize = 3;

/// Schemas with more types are only searched by name, and their candidates checked against the data: to
/// compare every column with every key would take too long.
const SEARCHED_TYPES: usize = 300;

/// Possible relations of `types` (all if empty), from names and from sampled values, the most likely first.
///
/// Candidates by name stay if at least half of their sampled values occur in the key, or if there are no
/// values. Columns of texts and GUIDs without relation are also compared with every key.
///
/// # Errors
///
/// If reading fails, or on cancel.
pub fn suggest(
    connector: &mut dyn Connector,
    schema: &Schema,
    types: &[String],
    limits: Limits,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Vec<RelationCandidate>, SchemaError> {
    let wanted = |name: &str| types.is_empty() || types.iter().any(|one| one == name);
    let mut candidates: Vec<RelationCandidate> =
        suggest_by_name(schema).into_iter().filter(|one| wanted(&one.schema_type)).collect();
    let by_values = schema.types.iter().filter(|one| wanted(&one.name)).count() <= SEARCHED_TYPES;
    let mut samples = Samples::default();
    for schema_type in schema.types.iter().filter(|one| wanted(&one.name)) {
        let columns = columns_to_sample(schema_type, &candidates, by_values);
        if !columns.is_empty() {
            progress.phase(&format!("Sampling {}", schema_type.name));
            samples.read(connector, schema_type, &columns, limits.sample, progress, cancel)?;
        }
    }
    for (target, key) in keys(schema) {
        let by_name = candidates.iter().any(|one| leads_to(one, target, key));
        if !by_name && !(by_values && key.value_type.is_text()) {
            continue;
        }
        progress.phase(&format!("Comparing with {}.{}", target.name, key.name));
        let hits = samples.compare(connector, target, key, progress, cancel)?;
        samples.judge(&mut candidates, target, key, &hits, by_values);
    }
    Ok(sorted(candidates))
}

/// Columns whose values are worth looking at.
fn columns_to_sample(
    schema_type: &SchemaType,
    candidates: &[RelationCandidate],
    by_values: bool,
) -> Vec<String> {
    let named = |name: &str| {
        candidates
            .iter()
            .any(|one| one.schema_type == schema_type.name && one.properties.as_slice() == [name.to_owned()])
    };
    schema_type
        .properties
        .iter()
        .filter(|property| can_refer(property))
        .filter(|property| named(&property.name) || (by_values && may_refer(schema_type, property)))
        .map(|property| property.name.clone())
        .collect()
}

/// Texts and GUIDs without relation that are not the key themselves. Numbers are not compared without a hint
/// in the name: small ones occur in every numbered table.
fn may_refer(schema_type: &SchemaType, property: &SchemaProperty) -> bool {
    let is_own_key = schema_type.key.as_slice() == [property.name.clone()];
    let has_relation = schema_type.foreign_keys.iter().any(|key| key.properties.contains(&property.name));
    property.value_type.is_text() && !property.sensitive && !is_own_key && !has_relation
}

/// Single-column keys of the schema.
fn keys(schema: &Schema) -> impl Iterator<Item = (&SchemaType, &SchemaProperty)> {
    schema.types.iter().flat_map(|schema_type| {
        std::iter::once(&schema_type.key)
            .chain(&schema_type.unique_keys)
            .filter_map(|key| match key.as_slice() {
                [only] => schema_type.property(only).filter(|property| can_refer(property)),
                _ => None,
            })
            .map(move |key| (schema_type, key))
    })
}

fn leads_to(candidate: &RelationCandidate, target: &SchemaType, key: &SchemaProperty) -> bool {
    candidate.references == target.name && candidate.referenced_properties.as_slice() == [key.name.clone()]
}

/// A sampled column.
struct SampledColumn {
    schema_type: String,
    property: String,
    value_type: ValueType,
    sensitive: bool,
    values: u64,
}

/// Sampled values of all columns, by value.
#[derive(Default)]
struct Samples {
    columns: Vec<SampledColumn>,
    plain: HashMap<String, Vec<usize>>,
    /// The same values in the form in which GUIDs are compared.
    guids: HashMap<String, Vec<usize>>,
}

/// Values of a key that occur in each column's sample, and the rows of the key.
struct Hits {
    plain: Vec<u64>,
    guids: Vec<u64>,
    rows: u64,
}

impl Samples {
    fn read(
        &mut self,
        connector: &mut dyn Connector,
        schema_type: &SchemaType,
        names: &[String],
        limit: usize,
        progress: &dyn Progress,
        cancel: &CancelToken,
    ) -> Result<(), ConnectError> {
        let mut distinct: Vec<HashSet<String>> = vec![HashSet::new(); names.len()];
        read_all(connector, schema_type, names, Some(limit), progress, cancel, &mut |batch| {
            for (values, column) in distinct.iter_mut().zip(batch.columns()) {
                let texts = (0..batch.num_rows()).filter_map(|row| text(&value_at(column, row)));
                values.extend(texts);
            }
            Flow::Continue
        })?;
        for (name, values) in names.iter().zip(distinct) {
            let Some(property) = schema_type.property(name) else { continue };
            let number = self.columns.len();
            self.columns.push(SampledColumn {
                schema_type: schema_type.name.clone(),
                property: name.clone(),
                value_type: property.value_type,
                sensitive: property.sensitive,
                values: values.len() as u64,
            });
            for value in values {
                self.guids.entry(guid_text(value.clone())).or_default().push(number);
                self.plain.entry(value).or_default().push(number);
            }
        }
        Ok(())
    }

    /// Reads a key and counts which samples its values occur in.
    fn compare(
        &self,
        connector: &mut dyn Connector,
        target: &SchemaType,
        key: &SchemaProperty,
        progress: &dyn Progress,
        cancel: &CancelToken,
    ) -> Result<Hits, ConnectError> {
        let none = || vec![0; self.columns.len()];
        let mut hits = Hits { plain: none(), guids: none(), rows: 0 };
        let names = [key.name.clone()];
        let count = |index: &HashMap<String, Vec<usize>>, counts: &mut [u64], text: &str| {
            for column in index.get(text).into_iter().flatten() {
                if let Some(count) = counts.get_mut(*column) {
                    *count += 1;
                }
            }
        };
        hits.rows = read_all(connector, target, &names, None, progress, cancel, &mut |batch| {
            for row in 0..batch.num_rows() {
                let Some(text) = text(&value_at(batch.column(0), row)) else { continue };
                count(&self.plain, &mut hits.plain, &text);
                count(&self.guids, &mut hits.guids, &guid_text(text));
            }
            Flow::Continue
        })?;
        Ok(hits)
    }

    /// Notes the hits on the candidates that lead to the key, and adds candidates that only the values show.
    fn judge(
        &self,
        candidates: &mut Vec<RelationCandidate>,
        target: &SchemaType,
        key: &SchemaProperty,
        hits: &Hits,
        by_values: bool,
    ) {
        for (number, column) in self.columns.iter().enumerate() {
            if !comparable(column.value_type, key.value_type) {
                continue;
            }
            let as_guids = column.value_type == ValueType::Guid || key.value_type == ValueType::Guid;
            let counts = if as_guids { &hits.guids } else { &hits.plain };
            let found = counts.get(number).copied().unwrap_or_default().min(column.values);
            let sample = Sample { values: column.values, found };
            let named = candidates.iter_mut().find(|one| {
                leads_to(one, target, key)
                    && one.schema_type == column.schema_type
                    && one.properties.as_slice() == [column.property.clone()]
            });
            match named {
                Some(candidate) => candidate.sample = Some(sample),
                None if by_values && self.speaks_alone(column, target, key, sample) => {
                    candidates.push(RelationCandidate {
                        schema_type: column.schema_type.clone(),
                        properties: vec![column.property.clone()],
                        references: target.name.clone(),
                        referenced_properties: vec![key.name.clone()],
                        evidence: None,
                        sample: Some(sample),
                    });
                }
                None => {}
            }
        }
    }

    /// True if the values show a relation without any help of names.
    fn speaks_alone(
        &self,
        column: &SampledColumn,
        target: &SchemaType,
        key: &SchemaProperty,
        sample: Sample,
    ) -> bool {
        let itself = column.schema_type == target.name && column.property == key.name;
        column.value_type.is_text()
            && !column.sensitive
            && !itself
            && sample.values >= TELLING_VALUES
            && sample.found == sample.values
    }
}

/// A value as it is compared; NULL is no reference.
fn text(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| value.to_string())
}

/// Without what the data contradicts, the most likely first; of what only values show, a few per column,
/// and nothing where a name says better.
fn sorted(mut candidates: Vec<RelationCandidate>) -> Vec<RelationCandidate> {
    candidates.retain(|one| one.sample.is_none_or(|sample| sample.found * 2 >= sample.values));
    let column = |one: &RelationCandidate| (one.schema_type.clone(), one.properties.clone());
    let named: HashSet<_> = candidates.iter().filter(|one| one.evidence.is_some()).map(column).collect();
    let mut by_values: HashMap<_, usize> = HashMap::new();
    candidates.retain(|one| {
        if one.evidence.is_some() {
            return true;
        }
        let column = column(one);
        let seen = by_values.entry(column.clone()).or_default();
        *seen += 1;
        !named.contains(&column) && *seen <= BY_VALUES
    });
    candidates.sort_by(|left, right| {
        right
            .confidence()
            .total_cmp(&left.confidence())
            .then_with(|| left.schema_type.cmp(&right.schema_type))
            .then_with(|| left.properties.cmp(&right.properties))
            .then_with(|| left.references.cmp(&right.references))
    });
    candidates
}
