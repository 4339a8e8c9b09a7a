//! Which project and which start up configuration a subcommand works on.

use std::path::{Path, PathBuf};

use clap::Args;
use syncwright_core::project::{self, Project};

use super::CliError;

/// A project, and what of it to start.
#[derive(Debug, Clone, Args)]
pub struct StartUpArguments {
    /// Project file
    #[arg(value_name = "PROJECT", value_hint = clap::ValueHint::FilePath)]
    pub project: PathBuf,
    /// Start up configuration by name; not needed if the project has only one
    #[arg(long, value_name = "NAME")]
    pub start_up: Option<String>,
}

/// A loaded project with the folder that its relative paths count from.
#[derive(Debug)]
pub struct LoadedProject {
    /// The project.
    pub project: Project,
    /// Folder of its file.
    pub folder: PathBuf,
}

impl LoadedProject {
    /// Loads a project file.
    pub fn load(file: &Path) -> Result<Self, CliError> {
        let project = project::load(file)?;
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        Ok(Self { project, folder })
    }
}

/// Name of the start up configuration that was asked for, or of the only one.
pub fn choose<'a>(project: &'a Project, wanted: Option<&str>) -> Result<&'a str, CliError> {
    let names: Vec<&str> = project.start_ups.iter().map(|start_up| start_up.name.as_str()).collect();
    match (wanted, names.as_slice()) {
        (_, []) => Err(CliError::NoStartUp { project: project.name.clone() }),
        (None, [only]) => Ok(only),
        (None, _) => Err(CliError::ChooseStartUp {
            project: project.name.clone(),
            known: names.into_iter().map(str::to_owned).collect(),
        }),
        (Some(wanted), _) => names
            .iter()
            .find(|name| **name == wanted)
            .copied()
            .ok_or_else(|| CliError::UnknownStartUp { name: wanted.to_owned(), hint: hint(wanted, &names) }),
    }
}

fn hint(wanted: &str, names: &[&str]) -> String {
    match nearest(wanted, names.iter().copied()) {
        Some(name) => format!("did you mean {name:?}?"),
        None => {
            let names: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
            format!("the project has: {}", names.join(", "))
        }
    }
}

/// The name that is most likely meant by `wanted`, if one is near enough. Case does not count.
pub fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    names
        .map(|name| (strsim::damerau_levenshtein(&name.to_lowercase(), &wanted), name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, name)| *distance <= name.chars().count().min(wanted.chars().count()) / 2)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name() {
        let names = ["Import from HR", "Export to HR"];
        for (wanted, expected) in [
            ("import from hr", Some("Import from HR")),
            ("Import form HR", Some("Import from HR")),
            ("Export HR", Some("Export to HR")),
            ("Provisioning", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, names.into_iter()), expected, "{wanted:?}");
        }
    }
}
