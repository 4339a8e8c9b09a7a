//! `syncwright runs`: which runs there were (L1).

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use syncwright_core::journal::{self, RunHeader};

use super::{
    CliError, Console, Format, report,
    start_up::LoadedProject,
    table::{Align, table},
};

const AFTER_HELP: &str = "\
The runs are read from the journal in the central database, newest first. Simulations leave no trace there.

Example:
  syncwright runs hr-to-identity.ron --limit 5";

/// Arguments of `runs`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Project file
    #[arg(value_name = "PROJECT", value_hint = clap::ValueHint::FilePath)]
    pub project: PathBuf,
    /// List at most so many runs
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

/// Prints the list of runs.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let LoadedProject { project, folder } = LoadedProject::load(&arguments.project)?;
    let runs = journal::runs(&project, &folder, arguments.limit)?;
    match console.format {
        Format::Json => {
            let runs: Vec<_> = runs.iter().map(RunHeader::to_json).collect();
            console.print_json(&json!({ "project": project.name, "runs": runs }))?;
        }
        Format::Text if runs.is_empty() => console.print_line("No runs yet")?,
        Format::Text => {
            let header = ["Run", "Started (UTC)", "Start up configuration", "Direction", "Status", "By"];
            let header = header.map(|name| (name, Align::Left));
            console.print_line(table(&header, runs.iter().map(row)).trim_end())?;
        }
    }
    Ok(0)
}

fn row(run: &RunHeader) -> Vec<String> {
    vec![
        run.id.clone(),
        run.started.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        run.start_up.clone(),
        report::direction(run.direction).to_owned(),
        run.status.label().to_owned(),
        run.started_by.clone(),
    ]
}
