//! Reading the schema of a system (W9, W10): what had been set on it before stays.

use syncwright_core::{
    progress::Progress as _,
    project::{Connection, Provider, Schema, Side, System},
    schema::{
        self, OwnerCount,
        known::recognise,
        update::{Completion, propose},
    },
};

use super::{
    Draft,
    flow::{Detection, Outcome},
    pages::{Opener, PageJob},
};
use crate::{
    problem::Problem,
    worker::{JobContext, Worker},
};

/// Begins to read the schema of a side. `fills` fills in what is known of recognised products.
pub fn begin(draft: &Draft, opener: Opener, worker: &Worker, fills: bool) -> PageJob {
    begin_after(draft, opener, worker, fills, || Ok(()))
}

/// The same after something else, in the same job.
pub fn begin_after(
    draft: &Draft,
    opener: Opener,
    worker: &Worker,
    fills: bool,
    first_of_all: impl FnOnce() -> Result<(), Problem> + Send + 'static,
) -> PageJob {
    let side = opener.side;
    let mut project = draft.project();
    let before: &mut System = match side {
        Side::Left => &mut project.central,
        Side::Right => &mut project.target,
    };
    // Another database: what was set on the tables of the one before means nothing there.
    if !draft.edits && !same_database(draft.of(side).detected_with.as_ref(), &opener.connection) {
        before.schema = Schema::default();
    }
    let connection = draft.of(side).connection.clone();
    let first = before.schema.types.is_empty();
    worker.spawn("Reading the schema", move |job| {
        let failed = "The schema cannot be read";
        first_of_all()?;
        job.progress.phase("Connecting");
        let mut connector = opener
            .open(&job.cancel)
            .map_err(|error| Problem::of("The database cannot be connected", &error))?;
        job.progress.phase("Reading the catalog");
        let owners = &opener.connection.partial_schemas;
        let detected = schema::detect(connector.as_mut(), owners, &job.progress, &job.cancel)
            .map_err(|error| Problem::of(failed, &error))?;
        if detected.schema.types.is_empty() {
            return Err(Problem {
                help: Some(
                    "check the database and the schemas; the user may lack the right to see the tables"
                        .to_owned(),
                ),
                ..Problem::new(failed, "the system has no table that this user can see")
            });
        }
        let recognised = recognise(&detected.schema).map_err(|error| Problem::of(failed, &error))?;
        let completion = match (fills, first) {
            (false, _) => Completion::Nothing,
            (true, true) => Completion::AllTypes,
            (true, false) => Completion::NewTypes,
        };
        let update = propose(&project, side, detected.schema, completion)
            .map_err(|error| Problem::of(failed, &error))?;
        let recognised = recognised.into_iter().map(|product| product.fingerprint.display_name).collect();
        // Whoever has chosen some of them may choose others.
        let owners = if owners.is_empty() { detected.owners } else { counted(&opener, job)? };
        let schema = update.schema;
        Ok(Outcome::Detected(Box::new(Detection { side, schema, owners, recognised, connection })))
    })
}

/// Begins to look which schemas there are, and leaves the one of the draft alone.
pub fn count(opener: Opener, worker: &Worker) -> PageJob {
    worker.spawn("Looking for schemas", move |job| counted(&opener, job).map(Outcome::Counted))
}

/// All schemas of the database with their tables, whichever of them are chosen.
fn counted(opener: &Opener, job: &JobContext) -> Result<Vec<OwnerCount>, Problem> {
    job.progress.phase("Looking for schemas");
    let mut connector = opener
        .open_whole(&job.cancel)
        .map_err(|error| Problem::of("The database cannot be connected", &error))?;
    let schema = connector
        .describe_schema(&job.progress, &job.cancel)
        .map_err(|error| Problem::of("The schemas cannot be counted", &error))?;
    Ok(schema::count_owners(&schema))
}

/// True if both lead to the same database, whatever else was changed about the connection.
fn same_database(before: Option<&Connection>, now: &Connection) -> bool {
    before.is_some_and(|before| place(&before.provider) == place(&now.provider))
}

/// What says which database it is: not who connects, how, or through which driver.
pub(super) fn place(provider: &Provider) -> Vec<String> {
    const PLACES: [&str; 7] = ["DSN", "Server", "Servername", "HOSTNAME", "Port", "Database", "DBQ"];
    match provider {
        Provider::Sqlite { file, .. } => vec!["sqlite".to_owned(), file.clone()],
        Provider::Csv { folder, .. } => vec!["csv".to_owned(), folder.clone()],
        Provider::Odbc { dialect, attributes } => {
            let value = |wanted: &str| {
                let found = attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
                found.map(|(_, value)| value.to_lowercase()).unwrap_or_default()
            };
            std::iter::once(dialect.clone()).chain(PLACES.map(value)).collect()
        }
    }
}
