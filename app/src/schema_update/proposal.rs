//! The work behind the screen, done in the background: reading the schema of a system, and working out what
//! taking it over would change.

use std::{path::PathBuf, sync::Arc};

use syncwright_core::{
    connect::{OpenMode, open_with, secrets},
    expr::{SessionVariables, VariablesError, effective},
    progress::Progress as _,
    project::{Connection, Project, Schema, Side},
    schema::{
        self,
        update::{Completion, Update, propose},
    },
};

use super::{counts::Counts, shown::Show, tree::Tree};
use crate::{
    document::Document,
    problem::Problem,
    worker::{JobHandle, Worker},
};

/// A job that ends in a proposal.
pub type ProposalJob = JobHandle<Result<Proposal, Problem>>;

/// What was read, and what taking it over would change.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The update.
    pub update: Arc<Update>,
    /// Its lines.
    pub tree: Arc<Tree>,
    /// What it comes to.
    pub counts: Counts,
    /// How many lines each choice of the bar has.
    pub shown: [usize; Show::ALL.len()],
    /// Revision of the project that it is about.
    pub revision: u64,
    detected: Arc<Schema>,
    connection: Connection,
}

impl Proposal {
    fn new(read: Read, project: &Project, revision: u64) -> Result<Self, Problem> {
        let Read { side, detected, connection } = read;
        let update = propose(project, side, (*detected).clone(), Completion::NewTypes)
            .map_err(|error| Problem::of("The changes cannot be worked out", &error))?;
        let tree = Tree::of(&update);
        let shown = Show::ALL.map(|show| tree.nodes.iter().filter(|node| show.takes(node)).count());
        Ok(Self {
            counts: Counts::of(&update),
            update: Arc::new(update),
            tree: Arc::new(tree),
            shown,
            revision,
            detected,
            connection,
        })
    }

    /// True if what was read comes from where the connection of the project still leads.
    #[must_use]
    pub fn is_of(&self, connection: &Connection) -> bool {
        let place = |of: &Connection| (of.provider.clone(), of.access.clone(), of.partial_schemas.clone());
        place(&self.connection) == place(connection)
    }
}

/// What a system holds.
struct Read {
    side: Side,
    detected: Arc<Schema>,
    connection: Connection,
}

/// Begins to read the schema of a system and to compare it with the project.
#[must_use]
pub fn begin(document: &Document, side: Side, worker: &Worker) -> ProposalJob {
    let (project, folder, revision) = (document.snapshot(), document.folder(), document.revision());
    let title = format!("Reading the schema of {}", project.system(side).connection.label());
    worker.spawn(title, move |job| {
        let connection = connection(&project, side).map_err(|error| {
            Problem::of(format!("The connection of the {} cannot be used", side.system_name()), &error)
        })?;
        job.progress.phase("Connecting");
        let failed = format!("The schema of the {} cannot be read", side.system_name());
        let folder: PathBuf = folder;
        let mut connector = open_with(&connection, &folder, OpenMode::Read, &job.cancel)
            .map_err(|error| Problem::of(failed.as_str(), &error))?;
        job.progress.phase("Reading the catalog");
        let owners = match connection.partial_schemas.as_slice() {
            [] => &project.system(side).schema.owners,
            selected => selected,
        };
        let detected = schema::detect(connector.as_mut(), owners, &job.progress, &job.cancel)
            .map_err(|error| Problem::of(failed, &error))?;
        job.progress.phase("Comparing");
        let connection = project.system(side).connection.clone();
        Proposal::new(Read { side, detected: Arc::new(detected.schema), connection }, &project, revision)
    })
}

/// Begins to work out again what a proposal changes, for the project as it is now.
#[must_use]
pub fn again(proposal: &Proposal, document: &Document, worker: &Worker) -> ProposalJob {
    let (project, revision) = (document.snapshot(), document.revision());
    let (detected, connection) = (Arc::clone(&proposal.detected), proposal.connection.clone());
    let side = proposal.update.side;
    worker.spawn("Working out the changes again", move |_| {
        Proposal::new(Read { side, detected, connection }, &project, revision)
    })
}

/// The connection with the values of the variables of the default set, as the check sees it.
fn connection(project: &Project, side: Side) -> Result<Connection, VariablesError> {
    // What is wrong with variables elsewhere is no reason not to read the schema.
    let only = Project {
        mappings: Vec::new(),
        workflows: Vec::new(),
        target_system_types: Vec::new(),
        ..project.clone()
    };
    let secret = |name: &str| secrets::find_variable(project, name);
    let session = SessionVariables { full_sync: true, secret: &secret };
    Ok(effective(&only, None, &session)?.system(side).connection.clone())
}
