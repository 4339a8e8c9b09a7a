//! W5: display name, system identifier, system category.

use egui::Ui;
use syncwright_core::{project::Side, secret::Kept};

use super::{
    Cx,
    widgets::{note_ui, text_ui},
};
use crate::{
    problem::Problem,
    ui::{Icon, field, text, tokens},
    wizard::{Draft, known, loading::Loading, page::has_password},
};

/// Longest system category.
const CATEGORY: usize = 16;

/// What is only of this window.
#[derive(Default)]
pub struct State {
    /// The identifier that was looked for, and which stores keep a password for it.
    looked: Option<(String, Loading<Vec<Kept>>)>,
}

impl State {
    /// Takes over what the job has found.
    pub fn poll(&mut self) {
        if let Some((_, kept)) = &mut self.looked {
            kept.poll();
        }
    }

    /// Looks in the background whether a password is kept for an identifier; one look at a time, while it is typed.
    fn look(&mut self, identifier: &str, cx: &Cx<'_>) {
        let running = self.looked.as_ref().is_some_and(|(_, kept)| kept.is_running());
        if running || self.looked.as_ref().is_some_and(|(known, _)| known == identifier) {
            return;
        }
        let name = identifier.to_owned();
        let job = cx.worker.spawn("Looking for a kept password", move |_| Ok(known::kept(&name)));
        self.looked = Some((identifier.to_owned(), Loading::Running(job)));
    }

    /// The first store that keeps a password for an identifier.
    fn kept(&self, identifier: &str) -> Option<Kept> {
        let (_, kept) = self.looked.as_ref().filter(|(known, _)| known == identifier)?;
        kept.done()?.first().copied()
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>) {
    let edits = cx.edits;
    let system = cx.system_mut();
    field::card_ui(ui, |ui| {
        text_ui(ui, "Display name", "HR", &mut system.connection.display_name);
        if edits {
            field::fact_ui(ui, "System identifier", &system.connection.system_identifier);
            text::hint_ui(
                ui,
                "The identifier is immutable, because labels and logs of other projects name it.",
            );
        } else if text_ui(ui, "System identifier", "hr", &mut system.connection.system_identifier) {
            system.identifier_typed = true;
        }
        text_ui(ui, "System category", "PersonImport", &mut system.connection.category);
        text::hint_ui(ui, "At most 16 letters or digits. Tells several database connections apart.");
    });
    if !edits {
        let color = tokens(ui).text_secondary;
        ui.add_space(crate::ui::theme::S2);
        note_ui(ui, Icon::Lock, color, "The identifier cannot be changed once the project is saved.");
        taken_ui(ui, cx, cx.draft.side);
        if has_password(&cx.system().kind) {
            kept_ui(ui, state, cx);
        }
    }
}

/// Tells which other project has the identifier of a side.
pub fn taken_ui(ui: &mut Ui, cx: &Cx<'_>, side: Side) {
    if let Some((words, other)) = known::remark(cx.draft, side, cx.facts.known()) {
        let colors = tokens(ui);
        let (icon, color) = if other { (Icon::Warning, colors.warning) } else { (Icon::Info, colors.target) };
        note_ui(ui, icon, color, &words);
    }
}

/// Tells that a password is kept under the identifier, which the project would use.
fn kept_ui(ui: &mut Ui, state: &mut State, cx: &Cx<'_>) {
    let identifier = cx.system().connection.system_identifier.clone();
    state.look(&identifier, cx);
    if let Some(store) = state.kept(&identifier) {
        let words = format!(
            "The {} keeps a password for {identifier} already: whatever has this identifier uses it. It is replaced by \
             another one only if you agree.",
            store.label()
        );
        note_ui(ui, Icon::Key, tokens(ui).warning, &words);
    }
}

/// What must be put right before going on.
///
/// # Errors
///
/// The identifier is empty or that of the other system; the category has other signs than letters and digits.
pub fn check(draft: &Draft) -> Result<(), Problem> {
    let connection = &draft.system().connection;
    let identifier = connection.system_identifier.trim();
    let title = "The description is not complete";
    if identifier.is_empty() {
        return Err(Problem::new(title, "the system identifier is empty"));
    }
    if identifier.len() != connection.system_identifier.len() || identifier.contains(char::is_control) {
        return Err(Problem::new(title, "the system identifier begins or ends with a blank"));
    }
    let other = draft.of(draft.side.other()).connection.system_identifier.trim();
    if other.eq_ignore_ascii_case(identifier) && draft.side == Side::Left {
        return Err(Problem::new(
            title,
            format!("{identifier} is the identifier of the target system already"),
        ));
    }
    check_category(&connection.category).map_err(|text| Problem::new(title, text))
}

fn check_category(category: &str) -> Result<(), String> {
    if category.chars().count() > CATEGORY {
        return Err(format!("the system category is longer than {CATEGORY} signs"));
    }
    match category.chars().find(|sign| !sign.is_ascii_alphanumeric()) {
        Some(sign) => Err(format!("the system category contains “{sign}”; letters and digits are allowed")),
        None => Ok(()),
    }
}

/// A name as an identifier: lower case letters, digits and hyphens.
#[must_use]
pub fn identifier_of(name: &str) -> String {
    crate::wizard::draft::file_stem(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_short_and_plain() {
        assert!(check_category("PersonImport").is_ok());
        assert!(check_category("").is_ok());
        assert!(check_category("Rights-1").is_err());
        assert!(check_category("ABCDEFGHIJKLMNOPQ").is_err());
    }

    #[test]
    fn identifiers_come_from_names() {
        assert_eq!(identifier_of("HR Database (test)"), "hr-database-test");
        assert_eq!(identifier_of("  "), "project");
    }
}
