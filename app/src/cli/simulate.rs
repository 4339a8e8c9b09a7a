//! `syncwright simulate`: what would a run do (L3)?

use clap::Args;
use syncwright_core::sync::{self, RunReport};

use super::{
    CliError, Console, Format,
    progress::ProgressLine,
    report::{self, Detail},
    start_up::{self, LoadedProject, StartUpArguments},
};

const AFTER_HELP: &str = "\
Both systems are read and compared exactly as in a run; nothing is written anywhere. A project that is not \
active can be simulated.

Exit codes: 0 done, 1 done with objects in error, 2 invalid project or arguments, 3 a quota would be exceeded, \
4 a system cannot be reached or read, 130 cancelled.

Examples:
  syncwright simulate hr-to-identity.ron --start-up \"Import from HR\"
  syncwright simulate hr-to-identity.ron --start-up \"Import from HR\" --changes --limit 200
  syncwright simulate hr-to-identity.ron --format json | jq '.steps[].writes'";

/// Arguments of `simulate`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// What is simulated.
    #[command(flatten)]
    pub start_up: StartUpArguments,
    /// What is shown.
    #[command(flatten)]
    pub shown: ShownArguments,
}

/// What of a report is shown as text.
#[derive(Debug, Clone, Copy, Args)]
pub struct ShownArguments {
    /// Show what changes, object by object (text output; JSON always has it)
    #[arg(long)]
    pub changes: bool,
    /// Show at most so many changes
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}

impl From<ShownArguments> for Detail {
    fn from(arguments: ShownArguments) -> Self {
        let ShownArguments { changes, limit } = arguments;
        Self { changes: changes.then_some(limit), ..Self::default() }
    }
}

/// Simulates, prints the report.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let LoadedProject { project, folder } = LoadedProject::load(&arguments.start_up.project)?;
    let name = start_up::choose(&project, arguments.start_up.start_up.as_deref())?;
    console.cancel_on_signals();
    let progress = ProgressLine::start(console);
    let report = sync::simulate(&project, &folder, name, &progress, &console.cancel);
    drop(progress);
    print(&report?, arguments.shown.into(), console)
}

/// Prints a report and gives the exit code that it stands for.
pub fn print(report: &RunReport, detail: Detail, console: &mut Console<'_>) -> Result<u8, CliError> {
    match console.format {
        Format::Json => console.print_json(&report.to_json())?,
        Format::Text => console.print_line(report::to_text(report, detail).trim_end())?,
    }
    Ok(report.exit_code())
}
