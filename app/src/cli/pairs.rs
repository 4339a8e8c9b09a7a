//! `syncwright pairs`: the pairs that mappings remember, listed, broken and made by hand (M10).

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use syncwright_core::sync::pairs_by_hand::{self, ListedPair};

use super::{
    CliError, Console, Format,
    diagnose::printable,
    start_up::LoadedProject,
    table::{Align, table},
};

const AFTER_HELP: &str = "\
A mapping with `remember_pairs` keeps which two objects it matched, so that a key that changes is a rename and \
not a delete and an insert. A pair that is made by hand is matched before all matching rules; one that is broken \
is left to them again.

A key of one property is its value. A key of several is JSON with a text for each: '{\"day\": \"2024-02-29\", \
\"number\": \"7\"}'.

Examples:
  syncwright pairs hr-to-identity.ron list
  syncwright pairs hr-to-identity.ron make --mapping People --left 4711 --right E-0815
  syncwright pairs hr-to-identity.ron break --mapping People --left 4711";

/// Arguments of `pairs`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Project file
    #[arg(value_name = "PROJECT", value_hint = clap::ValueHint::FilePath)]
    pub project: PathBuf,
    /// What to do with the pairs.
    #[command(subcommand)]
    pub action: Action,
}

/// What to do with the pairs.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// List the remembered pairs
    List {
        /// Only of this mapping; of all mappings if absent
        #[arg(long, value_name = "NAME")]
        mapping: Option<String>,
    },
    /// Forget a pair; the matching rules decide again
    #[command(group(clap::ArgGroup::new("keys").args(["left", "right"]).required(true).multiple(true)))]
    Break {
        /// The mapping
        #[arg(long, value_name = "NAME")]
        mapping: String,
        /// Key of the central object
        #[arg(long, value_name = "KEY")]
        left: Option<String>,
        /// Key of the target object
        #[arg(long, value_name = "KEY")]
        right: Option<String>,
    },
    /// Remember two objects as a pair, whatever the matching rules say
    Make {
        /// The mapping
        #[arg(long, value_name = "NAME")]
        mapping: String,
        /// Key of the central object
        #[arg(long, value_name = "KEY")]
        left: String,
        /// Key of the target object
        #[arg(long, value_name = "KEY")]
        right: String,
    },
}

/// Does what was asked for.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let LoadedProject { project, folder } = LoadedProject::load(&arguments.project)?;
    let (pairs, done) = match &arguments.action {
        Action::List { mapping } => (pairs_by_hand::list(&project, &folder, mapping.as_deref())?, None),
        Action::Break { mapping, left, right } => {
            let (left, right) = (left.as_deref(), right.as_deref());
            (vec![pairs_by_hand::break_pair(&project, &folder, mapping, left, right)?], Some("Forgotten"))
        }
        Action::Make { mapping, left, right } => {
            (vec![pairs_by_hand::make(&project, &folder, mapping, left, right)?], Some("Remembered"))
        }
    };
    match (console.format, done) {
        (Format::Json, _) => {
            let pairs: Vec<_> = pairs.iter().map(ListedPair::to_json).collect();
            console.print_json(&json!({ "project": project.name, "pairs": pairs }))?;
        }
        (Format::Text, Some(done)) => {
            for ListedPair { pair, .. } in &pairs {
                let (left, right) = (printable(&pair.left_key), printable(&pair.right_key));
                console.print_line(&format!("{done}: {left} ↔ {right}"))?;
            }
        }
        (Format::Text, None) if pairs.is_empty() => console.print_line("No remembered pairs")?,
        (Format::Text, None) => {
            let header = ["Mapping", "Central", "Target", "How", "Since (UTC)"];
            let header = header.map(|name| (name, Align::Left));
            console.print_line(table(&header, pairs.iter().map(row)).trim_end())?;
        }
    }
    Ok(0)
}

fn row(listed: &ListedPair) -> Vec<String> {
    let pair = &listed.pair;
    let since = pair.since.get(..19).unwrap_or(&pair.since).replace('T', " ");
    let how = pair.how.id().replace('_', " ");
    vec![listed.mapping.clone(), pair.left_key.clone(), pair.right_key.clone(), how, since]
}
