//! W8: statements that run on every new connection.

use egui::{TextEdit, Ui};

use syncwright_core::project::holds_password;

use super::{Cx, PageJob, connection, widgets::note_ui};
use crate::{
    problem::Problem,
    ui::{Button, Icon, field, icon_button_ui, text, theme, tokens},
    wizard::SystemDraft,
};

/// Draws the page: a field a statement, so that an error can name its number.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let statements = &mut cx.system_mut().connection.initial_sql;
    let count = statements.len();
    let (mut gone, mut up) = (None, None);
    for (index, statement) in statements.iter_mut().enumerate() {
        let name = format!("Statement {}", index + 1);
        field::form_ui(ui, &name, |ui| {
            ui.horizontal_top(|ui| {
                let edit = TextEdit::multiline(statement)
                    .id_salt(&name)
                    .font(theme::mono())
                    .hint_text("SET search_path = hr")
                    .desired_rows(1)
                    .desired_width(ui.available_width() - 76.0)
                    .margin(egui::Margin::symmetric(8, 6));
                ui.add(edit).accessible_name(&name);
                let earlier = Button::quiet(format!("Move statement {} up", index + 1));
                let earlier = earlier.icon(Icon::Undo).only_icon().enabled(index > 0);
                if ui.add(earlier).on_hover_text("Run it earlier").clicked() {
                    up = Some(index);
                }
                if icon_button_ui(ui, Icon::Delete, &format!("Remove statement {}", index + 1)).clicked() {
                    gone = Some(index);
                }
            });
        });
    }
    if count == 0 {
        text::hint_ui(ui, "No statements: the session is as the database sets it up.");
        ui.add_space(theme::S2);
    }
    if let Some(index) = up {
        statements.swap(index - 1, index);
    }
    if let Some(index) = gone {
        statements.remove(index);
    }
    let mut runs = false;
    ui.horizontal(|ui| {
        if ui.add(Button::new("Add a statement").icon(Icon::Insert)).clicked() {
            statements.push(String::new());
        }
        let run = Button::new("Run them now").icon(Icon::Run).enabled(count > 0);
        if ui.add(run).on_hover_text("On a new connection, one after the other").clicked() {
            runs = true;
        }
    });
    if runs {
        cx.asks.push(super::Ask::WorkHere);
    }
    ui.add_space(theme::S3);
    let color = tokens(ui).text_secondary;
    note_ui(ui, Icon::Info, color, "They run in this order. If one fails, the message names its number.");
    let words = "They stand in the project file in clear, so no password belongs here: a secret variable takes its \
                 place, as in IDENTIFIED BY $Password$.";
    let refused = statements_with_password(cx.system()).next().is_some();
    let (icon, color) = if refused { (Icon::Warning, tokens(ui).warning) } else { (Icon::Lock, color) };
    note_ui(ui, icon, color, words);
}

/// The numbers of the statements with what looks like a password.
fn statements_with_password(system: &SystemDraft) -> impl Iterator<Item = usize> + '_ {
    let numbered = system.connection.initial_sql.iter().zip(1..);
    numbered.filter(|(statement, _)| holds_password(statement)).map(|(_, number)| number)
}

/// What must be put right before going on.
///
/// # Errors
///
/// A statement holds a password, which the project file would hold in clear (P3).
pub fn check(system: &SystemDraft) -> Result<(), Problem> {
    match statements_with_password(system).next() {
        None => Ok(()),
        Some(number) => Err(Problem {
            help: Some(
                "put a secret variable in its place, as in IDENTIFIED BY $Password$; `syncwright secret set` saves its \
                 value"
                    .to_owned(),
            ),
            ..Problem::new(
                "The statements cannot be saved like this",
                format!("statement {number} holds what looks like a password, which would be in the project in clear"),
            )
        }),
    }
}

/// Runs the statements on a new connection; blank ones are dropped.
pub fn work(cx: &mut Cx<'_>) -> Option<PageJob> {
    let statements = &mut cx.system_mut().connection.initial_sql;
    statements.retain(|statement| !statement.trim().is_empty());
    if statements.is_empty() {
        return None;
    }
    let opener = cx.opener();
    Some(connection::test(cx, opener))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_with_a_password_is_refused_by_its_number() {
        let mut system = SystemDraft::default();
        let statements = ["SET search_path = hr", "ALTER USER me IDENTIFIED BY 's3cret'"].map(str::to_owned);
        system.connection.initial_sql = statements.to_vec();
        let problem = check(&system).expect_err("a password in clear");
        assert!(
            problem.text.starts_with("statement 2") && !problem.details().contains("s3cret"),
            "{problem:?}"
        );
        system.connection.initial_sql[1] = "ALTER USER me IDENTIFIED BY $Password$".to_owned();
        assert_eq!(check(&system), Ok(()));
    }
}
