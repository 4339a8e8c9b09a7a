//! `syncwright log`: the report of one run, read back from the journal (L1).

use std::path::PathBuf;

use clap::Args;
use syncwright_core::journal;

use super::{
    CliError, Console,
    simulate::{self, ShownArguments},
    start_up::LoadedProject,
};

const AFTER_HELP: &str = "\
The exit code tells whether the journal could be read, not how the run ended: that is `run.status` in the \
JSON document.

Examples:
  syncwright log hr-to-identity.ron
  syncwright log hr-to-identity.ron --run last --changes
  syncwright log hr-to-identity.ron --format json | jq -r .run.status";

/// Arguments of `log`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Project file
    #[arg(value_name = "PROJECT", value_hint = clap::ValueHint::FilePath)]
    pub project: PathBuf,
    /// Run, as listed by `syncwright runs`, or `last`
    #[arg(long, value_name = "ID", default_value = "last")]
    pub run: String,
    /// What is shown.
    #[command(flatten)]
    pub shown: ShownArguments,
}

/// Prints the report of one run.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let LoadedProject { project, folder } = LoadedProject::load(&arguments.project)?;
    let report = journal::report(&project, &folder, &arguments.run)?;
    simulate::print(&report, arguments.shown.into(), console)?;
    Ok(0)
}
