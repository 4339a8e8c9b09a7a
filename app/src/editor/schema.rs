//! Updating and compressing the schemas of the open project (S5, S6).

use syncwright_core::{check::Severity, project::Side, schema::CompressReport};

use super::{app::Editor, compress::Compressing, dialogs::Dialog, messages::Notice};
use crate::{
    action::{Action, View},
    document::{Document, Edit, SchemaCause, SchemaEdit},
    problem::Problem,
    schema_update::UpdateState,
    ui::text,
};

impl Editor {
    /// Begins to read the schema of a system again, and shows the tab that will show what changed.
    pub(super) fn update_schema(&mut self, side: Side) {
        let Some(document) = &self.document else { return };
        self.schema_updates.insert(side, UpdateState::new(document, side, &self.worker));
        self.open_view(View::SchemaUpdate(side));
    }

    /// Takes over what the updates have found, and what was accepted but had to wait.
    pub(super) fn poll_schema_updates(&mut self) {
        let Some(document) = &self.document else { return };
        let worker = &self.worker;
        let mut edits = Vec::new();
        for (side, update) in &mut self.schema_updates {
            let had_problem = update.problem().is_some();
            edits.extend(update.poll(document, worker).map(|edit| (*side, edit)));
            // Its tab tells it, too, but may be out of sight by now.
            if let Some(problem) = update.problem().filter(|_| !had_problem) {
                tracing::error!("{}: {}", problem.title, problem.text);
                self.notices.push(Notice { severity: Severity::Error, problem: problem.clone() });
            }
        }
        for (side, edit) in edits {
            self.take_over(side, edit);
        }
    }

    /// Takes over what is shown, or has it worked out again if the project was edited meanwhile.
    pub(super) fn accept_schema(&mut self, side: Side) {
        let (Some(document), Some(update)) = (&self.document, self.schema_updates.get_mut(&side)) else {
            return;
        };
        if let Some(edit) = update.accept(document, &self.worker) {
            self.take_over(side, edit);
        }
    }

    fn take_over(&mut self, side: Side, edit: SchemaEdit) {
        let Some(document) = &mut self.document else { return };
        let was_active = document.project().active;
        document.apply(Edit::Schema(edit));
        let state = if was_active {
            "The project is inactive now: activate it again once the check finds no errors."
        } else {
            "The project stays inactive."
        };
        self.tell(format!("The schema of the {} was updated", side.system_name()), state.to_owned());
        self.perform(Action::Close(View::SchemaUpdate(side)));
        self.open_view(View::System(side));
    }

    /// Asks the schemas that are being read to stop.
    pub(super) fn cancel_schema_updates(&self) {
        for job in self.schema_updates.values().filter_map(UpdateState::reading) {
            job.cancel();
        }
    }

    /// Begins to work out what nothing uses, and shows it.
    pub(super) fn ask_to_compress(&mut self) {
        let Some(document) = &self.document else { return };
        self.compressing = Some(Compressing::new(document, &self.worker));
        self.dialog = Some(Dialog::Compress);
    }

    /// Drops what the dialog has shown.
    pub(super) fn compress(&mut self, edit: SchemaEdit, report: &CompressReport) {
        self.compressing = None;
        let Some(document) = &mut self.document else { return };
        if document.apply(Edit::Schema(edit)) {
            self.tell("The schema was compressed".to_owned(), dropped(report));
        }
    }

    /// Activates the project, and drops what nothing in it uses: one undo takes both back. A project without any
    /// mapping uses nothing yet, so it keeps everything.
    pub(super) fn activate(&mut self) {
        let Some(document) = &mut self.document else { return };
        if let Some(report) = activate(document) {
            self.tell("The project was activated and its schema compressed".to_owned(), dropped(&report));
        }
    }

    /// Says in the message list what was done.
    fn tell(&mut self, title: String, text: String) {
        self.notices.push(Notice { severity: Severity::Info, problem: Problem::new(title, text) });
        self.settings.messages = true;
    }
}

/// Activates the project of a document; gives what was dropped, if anything was.
fn activate(document: &mut Document) -> Option<CompressReport> {
    let project = document.project();
    let (edit, report) = SchemaEdit::compress(project);
    if project.mappings.is_empty() || report.is_empty() {
        document.apply(Edit::Active(true));
        return None;
    }
    document.apply(Edit::Schema(SchemaEdit { active: true, cause: SchemaCause::Activate, ..edit }));
    Some(report)
}

/// What was dropped, and how it comes back.
fn dropped(report: &CompressReport) -> String {
    format!(
        "{} that nothing in the project uses. Undo brings them back, Update schema does so later.",
        amount(report)
    )
}

/// How much is dropped: `4 types and 40 properties`.
#[must_use]
pub fn amount(report: &CompressReport) -> String {
    let sides = [&report.central, &report.target];
    let types: usize = sides.iter().map(|side| side.types_before - side.types).sum();
    let properties: usize = sides.iter().map(|side| side.properties_before - side.properties).sum();
    let properties = text::count(properties as u64, "property", "properties");
    match types {
        0 => properties,
        types => format!("{} and {properties}", text::count(types as u64, "type", "types")),
    }
}

#[cfg(test)]
mod tests {
    use syncwright_core::project::{SchemaProperty, from_text};

    use super::*;
    use crate::document::{DiskState, Loaded};

    fn document(change: impl FnOnce(&mut syncwright_core::project::Project)) -> Document {
        let mut project = from_text("small.ron", include_str!("../../../tests/src/small.ron")).unwrap();
        change(&mut project);
        Document::new(Loaded { project, path: "/nowhere/small.ron".into(), disk: DiskState::default() })
    }

    fn with_unused_type(project: &mut syncwright_core::project::Project) {
        let mut schema_type = project.target.schema.types[0].clone();
        schema_type.name = "nobody_uses_this".to_owned();
        let property: SchemaProperty = schema_type.properties[1].clone();
        schema_type.properties = vec![schema_type.properties[0].clone(), property];
        project.target.schema.types.push(schema_type);
    }

    #[test]
    fn activating_drops_what_nothing_uses_in_the_same_step() {
        let mut document = document(with_unused_type);
        let before = document.project().clone();
        let report = activate(&mut document).unwrap();
        assert_eq!(amount(&report), "1 type and 2 properties");
        assert!(document.project().active);
        assert!(document.project().target.schema.schema_type("nobody_uses_this").is_none());
        assert_eq!(document.undo_label(), Some("activate project and compress schema"));
        assert!(document.undo());
        assert_eq!(*document.project(), before);
        assert!(!document.undo(), "it was one step");
    }

    #[test]
    fn a_project_without_mappings_keeps_its_schema() {
        let mut document = document(|project| {
            with_unused_type(project);
            project.mappings.clear();
            project.workflows.clear();
            project.start_ups.clear();
        });
        assert_eq!(activate(&mut document), None);
        assert!(document.project().active);
        assert!(document.project().target.schema.schema_type("nobody_uses_this").is_some());
        assert_eq!(document.undo_label(), Some("activate project"));
    }

    #[test]
    fn activating_what_is_all_used_only_activates() {
        let mut document = document(|_| {});
        assert_eq!(activate(&mut document), None);
        assert_eq!(document.undo_label(), Some("activate project"));
    }
}
