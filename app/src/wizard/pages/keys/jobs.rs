//! Looking into the data: does a key hold, which columns could be one.

use syncwright_core::{
    project::SchemaType,
    schema::{
        Limits,
        keys::{KeyCandidate, KeyCheck, check_key, propose_keys},
    },
};

use crate::{
    problem::Problem,
    wizard::pages::{Cx, tables::Answer},
};

/// Possible keys, each with what the data says.
pub type Proposals = Vec<(KeyCandidate, KeyCheck)>;

/// Counts what speaks against a key.
pub fn check(cx: &mut Cx<'_>, schema_type: &SchemaType, columns: &[String]) -> Answer<KeyCheck> {
    let (opener, schema_type, columns) = (cx.opener(), schema_type.clone(), columns.to_vec());
    cx.worker.spawn(format!("Checking the key of {}", schema_type.name), move |job| {
        let failed = format!("The key of {} could not be checked", schema_type.name);
        let mut connector = opener.open(&job.cancel).map_err(|error| Problem::of(failed.clone(), &error))?;
        let connector = connector.as_mut();
        check_key(connector, &schema_type, &columns, Limits::default(), &job.progress, &job.cancel)
            .map_err(|error| Problem::of(failed, &error))
    })
}

/// Looks for keys of a table.
pub fn propose(cx: &mut Cx<'_>, schema_type: &SchemaType) -> Answer<Proposals> {
    let (opener, schema_type) = (cx.opener(), schema_type.clone());
    cx.worker.spawn(format!("Looking for keys of {}", schema_type.name), move |job| {
        let failed = format!("No keys of {} could be looked for", schema_type.name);
        let mut connector = opener.open(&job.cancel).map_err(|error| Problem::of(failed.clone(), &error))?;
        propose_keys(connector.as_mut(), &schema_type, Limits::default(), &job.progress, &job.cancel)
            .map_err(|error| Problem::of(failed, &error))
    })
}
