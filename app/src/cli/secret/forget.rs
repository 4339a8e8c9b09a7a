//! `syncwright secret forget`: removes a secret from wherever it is kept.

use serde_json::json;
use syncwright_core::secret::{Forgotten, stores};

use super::{Wanted, Which};
use crate::cli::{CliError, Console, Format};

pub(super) fn run(which: &Which, console: &mut Console<'_>) -> Result<u8, CliError> {
    let Wanted { name, .. } = which.find()?;
    let Forgotten { from, problems } = stores().forget(&name);
    match console.format {
        Format::Json => {
            let from: Vec<_> = from.iter().map(|store| store.id()).collect();
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            console.print_json(&json!({ "secret": name.entry(), "from": from, "problems": problems }))?;
        }
        Format::Text if from.is_empty() && problems.is_empty() => {
            console.print_line(&format!("There was nothing to forget: {name} is saved nowhere"))?;
        }
        Format::Text => {
            for store in &from {
                console.print_line(&format!("Removed {name} from the {}", store.label()))?;
            }
            for problem in &problems {
                console.print_line(&format!("Not looked into: {problem}"))?;
            }
        }
    }
    Ok(if problems.is_empty() { 0 } else { 4 })
}
