//! The edit of schemas: both of them and whether the project is active are changed, and taken back, together.

use syncwright_core::{
    project::{Project, Schema, Side},
    schema::{self, CompressReport, update::Update},
};

use super::edit::swap;

/// Why schemas change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaCause {
    /// What was read from a system was accepted (S5).
    Update(Side),
    /// What nothing uses was dropped (S6).
    Compress,
    /// The project was activated, which drops what nothing uses (S6).
    Activate,
}

/// New schemas, and whether the project is active from then on.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaEdit {
    /// Schema of the central system, if it changes.
    pub central: Option<Box<Schema>>,
    /// Schema of the target system, if it changes.
    pub target: Option<Box<Schema>>,
    /// Whether the project is active.
    pub active: bool,
    /// Why they change.
    pub cause: SchemaCause,
}

impl SchemaEdit {
    /// Accepts an update (S5): the project is no longer active.
    #[must_use]
    pub fn accept(update: &Update) -> Self {
        let schema = Some(Box::new(update.schema.clone()));
        let (central, target) = match update.side {
            Side::Left => (schema, None),
            Side::Right => (None, schema),
        };
        Self { central, target, active: false, cause: SchemaCause::Update(update.side) }
    }

    /// Drops what nothing in `project` uses (S6), and says what that is; the project stays as active as it is.
    #[must_use]
    pub fn compress(project: &Project) -> (Self, CompressReport) {
        let mut after = project.clone();
        let report = schema::compress(&mut after, &[Side::Left, Side::Right]);
        let edit = Self {
            central: (!report.central.is_empty()).then(|| Box::new(after.central.schema)),
            target: (!report.target.is_empty()).then(|| Box::new(after.target.schema)),
            active: project.active,
            cause: SchemaCause::Compress,
        };
        (edit, report)
    }

    /// What the edit does, for *Undo …* and *Redo …*.
    #[must_use]
    pub fn label(&self) -> String {
        match self.cause {
            SchemaCause::Update(Side::Left) => "update central schema".to_owned(),
            SchemaCause::Update(Side::Right) => "update target schema".to_owned(),
            SchemaCause::Compress => "compress schema".to_owned(),
            SchemaCause::Activate => "activate project and compress schema".to_owned(),
        }
    }

    /// Applies the edit and gives back its inverse; nothing if it changes nothing.
    pub(super) fn apply(self, project: &mut Project) -> Option<Self> {
        let Self { central, target, active, cause } = self;
        let central = central.and_then(|new| swap(&mut project.central.schema, *new)).map(Box::new);
        let target = target.and_then(|new| swap(&mut project.target.schema, *new)).map(Box::new);
        let was_active = std::mem::replace(&mut project.active, active);
        let changed = central.is_some() || target.is_some() || was_active != active;
        changed.then_some(Self { central, target, active: was_active, cause })
    }
}

#[cfg(test)]
mod tests {
    use syncwright_core::{
        project::{SchemaType, from_text},
        schema::update::{Completion, propose},
    };

    use super::*;
    use crate::document::{DiskState, Document, Edit, Loaded};

    fn document() -> Document {
        let project = from_text("small.ron", include_str!("../../../tests/src/small.ron")).unwrap();
        Document::new(Loaded { project, path: "/nowhere/small.ron".into(), disk: DiskState::default() })
    }

    fn unused_type(project: &Project) -> SchemaType {
        let mut schema_type = project.target.schema.types[0].clone();
        schema_type.name = "nobody_uses_this".to_owned();
        schema_type.foreign_keys.clear();
        schema_type.display_template = None;
        schema_type
    }

    #[test]
    fn accepting_deactivates_and_one_undo_takes_both_back() {
        let mut document = document();
        document.apply(Edit::Active(true));
        let before = document.project().clone();
        let mut detected = before.target.schema.clone();
        detected.types.push(unused_type(&before));
        let update = propose(&before, Side::Right, detected, Completion::NewTypes).unwrap();
        assert!(document.apply(Edit::Schema(SchemaEdit::accept(&update))));
        assert_eq!(document.undo_label(), Some("update target schema"));
        assert!(!document.project().active);
        assert_eq!(document.project().target.schema, update.schema);
        assert!(document.undo());
        assert_eq!(*document.project(), before);
        assert!(document.redo());
        assert!(!document.project().active);
        assert_eq!(document.project().target.schema, update.schema);
    }

    #[test]
    fn compressing_drops_both_sides_in_one_step() {
        let mut document = document();
        let mut target = document.project().target.clone();
        target.schema.types.push(unused_type(document.project()));
        document.apply(Edit::System { side: Side::Right, system: Box::new(target) });
        let before = document.project().clone();
        let (edit, report) = SchemaEdit::compress(&before);
        assert!(report.target.dropped_types.contains(&"nobody_uses_this".to_owned()));
        assert!(document.apply(Edit::Schema(edit.clone())));
        assert!(document.project().target.schema.schema_type("nobody_uses_this").is_none());
        assert!(!document.apply(Edit::Schema(edit)), "a second time changes nothing");
        let (again, report) = SchemaEdit::compress(document.project());
        assert!(report.is_empty() && !document.apply(Edit::Schema(again)));
        assert!(document.undo());
        assert_eq!(*document.project(), before);
    }
}
