//! The open project: a [`Project`] with its file, its edit history and what the check says about it.
//!
//! Every change goes through an [`Edit`]; views hold no copy of the project. Background jobs get a shared
//! snapshot, which the next edit leaves behind.

mod disk;
mod edit;
mod history;
mod mapping_edit;
mod schema_edit;

pub use self::{
    disk::{DiskState, Loaded, SaveError, load, save},
    edit::{Edit, RuleEdit, StartUpEdit},
    history::History,
    mapping_edit::{MappingsEdit, RulesEdit},
    schema_edit::{SchemaCause, SchemaEdit},
};

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use syncwright_core::{
    check::{Finding, Severity},
    project::Project,
};

/// An open project.
#[derive(Debug)]
pub struct Document {
    project: Arc<Project>,
    path: PathBuf,
    disk: DiskState,
    history: History,
    revision: u64,
    saved_revision_depth: Option<usize>,
    findings: Arc<Vec<Finding>>,
    checked_revision: Option<u64>,
}

impl Document {
    /// A document of what was loaded.
    #[must_use]
    pub fn new(loaded: Loaded) -> Self {
        Self {
            project: Arc::new(loaded.project),
            path: loaded.path,
            disk: loaded.disk,
            history: History::default(),
            revision: 0,
            saved_revision_depth: Some(0),
            findings: Arc::default(),
            checked_revision: None,
        }
    }

    /// The project.
    #[must_use]
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The project as it is now, for a job.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Project> {
        Arc::clone(&self.project)
    }

    /// The project file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that relative paths count from.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.path.parent().map_or_else(PathBuf::new, Path::to_path_buf)
    }

    /// What the file was like when it was last read or written.
    #[must_use]
    pub const fn disk(&self) -> &DiskState {
        &self.disk
    }

    /// Grows with every edit, undo and redo.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// True if there are changes that are not saved.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.saved_revision_depth != Some(self.history.depth())
    }

    /// Applies an edit; false if it changes nothing or what it edits is not there.
    pub fn apply(&mut self, edit: Edit) -> bool {
        let label = edit.label();
        let Some(inverse) = edit.apply(Arc::make_mut(&mut self.project)) else { return false };
        // What was saved can no longer be reached by redo once it is cut off.
        if self.saved_revision_depth.is_some_and(|depth| depth > self.history.depth()) {
            self.saved_revision_depth = None;
        }
        self.history.done(label, inverse);
        self.revision += 1;
        true
    }

    /// Takes the last edit back.
    pub fn undo(&mut self) -> bool {
        let moved = self.history.undo(Arc::make_mut(&mut self.project));
        self.revision += u64::from(moved);
        moved
    }

    /// Does the edit again that was taken back last.
    pub fn redo(&mut self) -> bool {
        let moved = self.history.redo(Arc::make_mut(&mut self.project));
        self.revision += u64::from(moved);
        moved
    }

    /// What undo would take back.
    #[must_use]
    pub fn undo_label(&self) -> Option<&str> {
        self.history.undo_label()
    }

    /// What redo would do again.
    #[must_use]
    pub fn redo_label(&self) -> Option<&str> {
        self.history.redo_label()
    }

    /// How many edits the present state is away from the loaded one.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.history.depth()
    }

    /// Remembers that the state at `depth` is in the file.
    pub fn saved(&mut self, depth: usize, disk: DiskState) {
        self.saved_revision_depth = Some(depth);
        self.disk = disk;
    }

    /// What the check says.
    #[must_use]
    pub fn findings(&self) -> &Arc<Vec<Finding>> {
        &self.findings
    }

    /// Takes over what the check said about `revision`.
    pub fn set_findings(&mut self, revision: u64, findings: Vec<Finding>) {
        self.findings = Arc::new(findings);
        self.checked_revision = Some(revision);
    }

    /// True if the findings are those of the present state.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.checked_revision == Some(self.revision)
    }

    /// Findings of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}
