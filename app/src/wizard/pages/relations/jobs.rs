//! Looking into the data: does a relation hold, which ones could there be.

use std::sync::Arc;

use syncwright_core::{
    project::{ForeignKey, Schema},
    schema::{
        Limits,
        relations::{RelationCandidate, RelationCheck, check_relation, suggest, suggest_by_name},
    },
};

use crate::{
    problem::Problem,
    wizard::pages::{Cx, tables::Answer},
};

/// Counts dangling references.
pub fn check(
    cx: &mut Cx<'_>,
    schema: &Schema,
    schema_type: &str,
    relation: &ForeignKey,
) -> Option<Answer<RelationCheck>> {
    // Only both ends: a job that held the whole schema would make every change copy it.
    let own = schema.schema_type(schema_type)?.clone();
    let target = schema.schema_type(&relation.references).cloned();
    let types = std::iter::once(own).chain(target.filter(|target| target.name != schema_type)).collect();
    let ends = Schema { types, ..Schema::default() };
    let (opener, name, relation) = (cx.opener(), schema_type.to_owned(), relation.clone());
    Some(cx.worker.spawn(format!("Checking the references of {name}"), move |job| {
        let failed = format!("The references of {name} could not be checked");
        let mut connector = opener.open(&job.cancel).map_err(|error| Problem::of(failed.clone(), &error))?;
        let connector = connector.as_mut();
        check_relation(connector, &ends, &name, &relation, Limits::default(), &job.progress, &job.cancel)
            .map_err(|error| Problem::of(failed, &error))
    }))
}

/// Looks for relations, by names and by values.
pub fn look(cx: &mut Cx<'_>, schema: Arc<Schema>) -> Answer<Vec<RelationCandidate>> {
    let opener = cx.opener();
    cx.worker.spawn("Looking for relations", move |job| {
        let failed = "Relations could not be looked for in the data";
        let mut connector = opener.open(&job.cancel).map_err(|error| Problem::of(failed, &error))?;
        suggest(connector.as_mut(), &schema, &[], Limits::default(), &job.progress, &job.cancel)
            .map_err(|error| Problem::of(failed, &error))
    })
}

/// Looks for relations by names alone, without reading any data.
pub fn look_at_names(cx: &Cx<'_>, schema: Arc<Schema>) -> Answer<Vec<RelationCandidate>> {
    cx.worker.spawn("Looking for relations by names", move |_| {
        let mut found = suggest_by_name(&schema);
        found.sort_by(|left, right| right.confidence().total_cmp(&left.confidence()));
        Ok(found)
    })
}
