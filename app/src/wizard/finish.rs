//! The last page's work (W20): the project is written where it was asked for, checked, and opened.

use syncwright_core::{
    connect::create_missing,
    project::{self, Project, Provider, Side, WhenMissing},
};

use super::{
    draft::{CentralChoice, Draft, stored_path},
    flow::Outcome,
    pages::central,
    passwords::{self, Passwords},
};
use crate::{
    document,
    problem::Problem,
    worker::{JobHandle, Worker},
};

/// The project as it will be written: paths below its folder relative, the central system as chosen.
fn described(draft: &Draft) -> Project {
    let mut project = draft.project();
    for side in [Side::Left, Side::Right] {
        let system = match side {
            Side::Left => &mut project.central,
            Side::Right => &mut project.target,
        };
        match &mut system.connection.provider {
            Provider::Sqlite { file, when_missing } => {
                *file = stored_path(file, &draft.folder);
                if side == Side::Left && draft.central_choice == CentralChoice::NewIdentityStore {
                    // The folder may have been changed since the page of the central system.
                    *file = central::new_store(&draft.folder);
                    *when_missing = WhenMissing::CreateIdentityStore;
                }
            }
            Provider::Csv { folder, .. } => *folder = stored_path(folder, &draft.folder),
            Provider::Odbc { .. } => {}
        }
    }
    project
}

/// Writes the project in the background and reads it again. A file that is there is never written over.
pub fn write(draft: &Draft, passwords: &Passwords, worker: &Worker) -> JobHandle<Result<Outcome, Problem>> {
    let draft = draft.clone();
    let typed =
        [Side::Left, Side::Right].map(|side| passwords.is_typed(side).then(|| passwords.of(side).clone()));
    worker.spawn(format!("Saving {}", draft.shown_file_name()), move |_| {
        let path = draft.file();
        let failed = "The project was not saved";
        if path.exists() {
            return Err(Problem {
                help: Some("go back to General and give the file another name".to_owned()),
                ..Problem::new(failed, format!("{} is there already", path.display()))
            });
        }
        std::fs::create_dir_all(&draft.folder)
            .map_err(|error| Problem::new(failed, format!("{}: {error}", draft.folder.display())))?;
        let mut made = described(&draft);
        if let Some(template) = &draft.template {
            super::pages::template::apply(&mut made, template)?;
        }
        create_missing(&made.central.connection, &draft.folder)
            .map_err(|error| Problem::of("The identity store cannot be made", &error))?;
        for (side, password) in [Side::Left, Side::Right].into_iter().zip(&typed) {
            if let Some(password) = password {
                passwords::save(&made.system(side).connection, password)?;
            }
        }
        project::save(&made, &path).map_err(|error| Problem::of(failed, &error))?;
        let loaded = document::load(&path).map_err(|error| Problem::of(failed, &error))?;
        Ok(Outcome::Written(Box::new(loaded)))
    })
}
