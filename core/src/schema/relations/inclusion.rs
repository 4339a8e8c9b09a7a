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
    let index = Index::new(&candidates);
    let mut samples = Samples::default();
    for schema_type in schema.types.iter().filter(|one| wanted(&one.name)) {
        let columns = columns_to_sample(schema_type, &index, by_values);
        if !columns.is_empty() {
            progress.phase(&format!("Sampling {}", schema_type.name));
            samples.read(connector, schema_type, &columns, limits.sample, progress, cancel)?;
        }
    }
    for (target, key) in keys(schema) {
        let named = index.to(&target.name, &key.name);
        let any_value = by_values && key.value_type.is_text();
        if named.is_empty() && !any_value {
            continue;
        }
        progress.phase(&format!("Comparing with {}.{}", target.name, key.name));
        let hits = samples.compare(connector, target, key, progress, cancel)?;
        samples.judge_named(&mut candidates, named, key, &hits);
        if any_value {
            candidates.extend(samples.found_by_value(&index, target, key, &hits));
        }
    }
    Ok(sorted(candidates))
}

/// Candidates by name with one column, by where they come from and where they lead: schemas are large.
struct Index {
    columns: HashSet<(String, String)>,
    targets: HashMap<(String, String), Vec<usize>>,
    pairs: HashSet<[(String, String); 2]>,
}

impl Index {
    fn new(candidates: &[RelationCandidate]) -> Self {
        let mut index = Self { columns: HashSet::new(), targets: HashMap::new(), pairs: HashSet::new() };
        for (at, candidate) in candidates.iter().enumerate() {
            if let ([own], [referenced]) =
                (candidate.properties.as_slice(), candidate.referenced_properties.as_slice())
            {
                let from = (candidate.schema_type.clone(), own.clone());
                let to = (candidate.references.clone(), referenced.clone());
                index.columns.insert(from.clone());
                index.targets.entry(to.clone()).or_default().push(at);
                index.pairs.insert([from, to]);
            }
        }
        index
    }

    /// Positions of the candidates that lead to a key.
    fn to(&self, schema_type: &str, key: &str) -> &[usize] {
        let target = (schema_type.to_owned(), key.to_owned());
        self.targets.get(&target).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Columns whose values are worth looking at.
fn columns_to_sample(schema_type: &SchemaType, index: &Index, by_values: bool) -> Vec<String> {
    let named = |name: &str| index.columns.contains(&(schema_type.name.clone(), name.to_owned()));
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
    /// Places in `columns` by type and property.
    places: HashMap<(String, String), usize>,
    plain: HashMap<String, Vec<usize>>,
    /// The same values in the form in which GUIDs are compared.
    guids: HashMap<String, Vec<usize>>,
}

/// How many values of a key occur in each column's sample.
struct Hits {
    plain: Vec<u64>,
    guids: Vec<u64>,
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
            self.places.insert((schema_type.name.clone(), name.clone()), number);
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
        let mut hits = Hits { plain: none(), guids: none() };
        let names = [key.name.clone()];
        let count = |index: &HashMap<String, Vec<usize>>, counts: &mut [u64], text: &str| {
            for column in index.get(text).into_iter().flatten() {
                if let Some(count) = counts.get_mut(*column) {
                    *count += 1;
                }
            }
        };
        read_all(connector, target, &names, None, progress, cancel, &mut |batch| {
            for row in 0..batch.num_rows() {
                let Some(text) = text(&value_at(batch.column(0), row)) else { continue };
                count(&self.plain, &mut hits.plain, &text);
                count(&self.guids, &mut hits.guids, &guid_text(text));
            }
            Flow::Continue
        })?;
        Ok(hits)
    }

    /// Notes the hits on the candidates that lead to the key.
    fn judge_named(
        &self,
        candidates: &mut [RelationCandidate],
        named: &[usize],
        key: &SchemaProperty,
        hits: &Hits,
    ) {
        for at in named {
            let Some(candidate) = candidates.get_mut(*at) else { continue };
            let [own] = candidate.properties.as_slice() else { continue };
            let place = self.places.get(&(candidate.schema_type.clone(), own.clone()));
            candidate.sample = place.and_then(|place| self.sample(*place, key, hits));
        }
    }

    /// Relations to the key that no name shows, but the values do.
    fn found_by_value(
        &self,
        index: &Index,
        target: &SchemaType,
        key: &SchemaProperty,
        hits: &Hits,
    ) -> Vec<RelationCandidate> {
        let to = (target.name.clone(), key.name.clone());
        let mut found = Vec::new();
        for (number, column) in self.columns.iter().enumerate() {
            let from = (column.schema_type.clone(), column.property.clone());
            let Some(sample) = self.sample(number, key, hits) else { continue };
            if !speaks_alone(column, sample) || from == to || index.pairs.contains(&[from, to.clone()]) {
                continue;
            }
            found.push(RelationCandidate {
                schema_type: column.schema_type.clone(),
                properties: vec![column.property.clone()],
                references: target.name.clone(),
                referenced_properties: vec![key.name.clone()],
                evidence: None,
                sample: Some(sample),
            });
        }
        found
    }

    /// How many values of a column occur in a key; `None` if their types never are equal.
    fn sample(&self, number: usize, key: &SchemaProperty, hits: &Hits) -> Option<Sample> {
        let column = self.columns.get(number).filter(|one| comparable(one.value_type, key.value_type))?;
        let as_guids = column.value_type == ValueType::Guid || key.value_type == ValueType::Guid;
        let counts = if as_guids { &hits.guids } else { &hits.plain };
        let found = counts.get(number).copied().unwrap_or_default().min(column.values);
        Some(Sample { values: column.values, found })
    }
}

/// True if the values of a column show a relation without any help of names.
fn speaks_alone(column: &SampledColumn, sample: Sample) -> bool {
    column.value_type.is_text()
        && !column.sensitive
        && sample.values >= TELLING_VALUES
        && sample.found == sample.values
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
