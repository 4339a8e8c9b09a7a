//! A few objects of each table that somebody looks at (W11–W15), read in the background once and kept.

use std::collections::HashMap;

use syncwright_core::schema::{Sample, sample};

use super::Cx;
use crate::{problem::Problem, wizard::loading::Loading};

/// Objects that are read of a table.
const ROWS: usize = 50;

/// Samples by schema type.
#[derive(Default)]
pub struct Samples {
    by_type: HashMap<String, Loading<Sample>>,
}

impl Samples {
    /// The sample of a schema type; begins to read it when it is asked for first.
    pub fn of(&mut self, cx: &mut Cx<'_>, name: &str) -> &Loading<Sample> {
        if !self.by_type.contains_key(name) {
            let read = begin(cx, name);
            self.by_type.insert(name.to_owned(), read);
        }
        self.by_type.entry(name.to_owned()).or_default()
    }

    /// Reads the sample of a schema type again when it is asked for next.
    pub fn forget(&mut self, name: &str) {
        self.by_type.remove(name);
    }

    /// Takes over what was read.
    pub fn poll(&mut self) {
        for sample in self.by_type.values_mut() {
            sample.poll();
        }
    }
}

fn begin(cx: &mut Cx<'_>, name: &str) -> Loading<Sample> {
    let Some(schema_type) = cx.system().schema.schema_type(name).cloned() else { return Loading::Idle };
    let opener = cx.opener();
    Loading::Running(cx.worker.spawn(format!("Reading a sample of {name}"), move |job| {
        let failed = format!("No sample of {} could be read", schema_type.name);
        let mut connector = opener.open(&job.cancel).map_err(|error| Problem::of(failed.clone(), &error))?;
        sample(connector.as_mut(), &schema_type, ROWS, &job.cancel)
            .map_err(|error| Problem::of(failed, &error))
    }))
}
