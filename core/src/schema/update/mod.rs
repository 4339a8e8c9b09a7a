//! Bringing the schema of a project up to date with what its system holds now (S5).
//!
//! [`propose`] merges what was detected into what the project knows: catalog facts come from the system,
//! everything that a person set stays. It gives the merged schema and a [`SchemaDiff`] that names what each
//! removal and change breaks; nothing is changed until somebody calls [`accept`]. That also deactivates the
//! project: it runs again only after the consistency check (F9).

mod compare;
mod diff;
mod merge;

pub use self::{
    diff::{
        AddedType, ChangedProperty, ChangedType, Fact, FactChange, RemovedProperty, RemovedType, SchemaDiff,
    },
    merge::Kept,
};
use super::{SchemaError, compress, known, usage::Usage};
use crate::project::{Project, Schema, Side};

/// A schema that is ready to replace the one of the project.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// Which system.
    pub side: Side,
    /// The merged schema.
    pub schema: Schema,
    /// What it changes.
    pub diff: SchemaDiff,
    /// Where a person's decision stays although the catalog says something else.
    pub kept: Vec<Kept>,
    /// What fingerprints of known schemas supplied to new types (S3).
    pub filled: Vec<known::Filled>,
}

/// Which types are completed with what is known about products (S3, W10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Completion {
    /// Types that are new to the project.
    #[default]
    NewTypes,
    /// All types; what a person has set stays.
    AllTypes,
    /// None: only what the catalog says.
    Nothing,
}

impl Update {
    /// True if nothing would change.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.diff.is_empty()
    }

    /// The same update of `project`, but without what nothing in it uses (S6): for projects that are to stay
    /// compressed.
    #[must_use]
    pub fn compressed(self, project: &Project) -> Self {
        let mut after = project.clone();
        put(&mut after, self.side, self.schema.clone());
        compress(&mut after, &[self.side]);
        let schema = after.system(self.side).schema.clone();
        let old = &project.system(self.side).schema;
        let diff = compare::diff(old, &schema, self.side, &Usage::of(project));
        let mut filled = self.filled;
        filled.retain(|filled| schema.schema_type(&filled.schema_type).is_some());
        Self { schema, diff, filled, ..self }
    }
}

/// Merges a detected schema into the one that the project has for `side`.
///
/// # Errors
///
/// [`SchemaError::NothingThere`] if the system lists nothing at all although the project knows types: an empty
/// read is no proof that everything was deleted.
pub fn propose(
    project: &Project,
    side: Side,
    detected: Schema,
    completion: Completion,
) -> Result<Update, SchemaError> {
    let old = &project.system(side).schema;
    if detected.types.is_empty() && !old.types.is_empty() {
        return Err(SchemaError::NothingThere { system: side.system_name(), known: old.types.len() });
    }
    let recognised = match completion {
        Completion::Nothing => Vec::new(),
        Completion::NewTypes | Completion::AllTypes => known::recognise(&detected)?,
    };
    let merged = merge::merge(old, detected);
    let (mut schema, kept) = (merged.schema, merged.kept);
    let mut filled = Vec::new();
    for product in &recognised {
        filled.extend(known::fill(&mut schema, product, |schema_type| {
            completion == Completion::AllTypes || merged.new_types.contains(&schema_type.name)
        }));
    }
    let diff = compare::diff(old, &schema, side, &Usage::of(project));
    Ok(Update { side, schema, diff, kept, filled })
}

/// Puts an update into the project; if it changes anything, the project is no longer active (S5).
pub fn accept(project: &mut Project, update: &Update) {
    if update.is_empty() {
        return;
    }
    put(project, update.side, update.schema.clone());
    project.active = false;
}

fn put(project: &mut Project, side: Side, schema: Schema) {
    match side {
        Side::Left => project.central.schema = schema,
        Side::Right => project.target.schema = schema,
    }
}
