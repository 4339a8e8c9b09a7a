//! `syncwright run`: runs a start up configuration (F).

use clap::Args;
use syncwright_core::{journal::RunReport, provision};

use super::{
    CliError, Console, Format,
    progress::ProgressLine,
    provision::exit_code,
    report::to_text,
    simulate::{self, ShownArguments},
    start_up::{self, LoadedProject, StartUpArguments},
};

const AFTER_HELP: &str = "\
Reads both systems, compares them, checks the quotas, and writes what differs. Every write is recorded in the \
journal of the central database. Run again after an interruption: the end state is the same as without it. \
A second run directly after the first writes nothing.

What a data import (a step with `data_import`) has changed in the central system waits for being provisioned to the \
primary systems; if a start up configuration of the same project writes to its target system, that is done at once. \
Other projects do it with `syncwright provision PROJECT --pending`.

Ctrl+C stops at the next safe place; press it twice to stop at once.

Exit codes: 0 done, 1 done with objects in error, 2 invalid, inactive or inconsistent project, 3 a quota is \
exceeded and nothing of that step was written, 4 a system cannot be reached, read or written, 5 locked, \
130 cancelled.

Examples:
  syncwright run hr-to-identity.ron --start-up \"Import from HR\"
  syncwright run hr-to-identity.ron --start-up \"Import from HR\" --format json > report.json";

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// What is run.
    #[command(flatten)]
    pub start_up: StartUpArguments,
    /// What is shown.
    #[command(flatten)]
    pub shown: ShownArguments,
}

/// Runs, prints the report.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let LoadedProject { project, folder } = LoadedProject::load(&arguments.start_up.project)?;
    let name = start_up::choose(&project, arguments.start_up.start_up.as_deref())?;
    console.cancel_on_signals();
    let progress = ProgressLine::start(console);
    let outcome = provision::run(&project, &folder, name, &progress, &console.cancel);
    drop(progress);
    let (report, provisioned) = outcome?;
    if provisioned.is_empty() {
        return simulate::print(&report, arguments.shown.into(), console);
    }
    match console.format {
        Format::Json => {
            let mut json = report.to_json();
            if let Some(fields) = json.as_object_mut() {
                let runs = provisioned.iter().map(RunReport::to_json).collect::<Vec<_>>();
                fields.insert("provisioned".to_owned(), runs.into());
            }
            console.print_json(&json)?;
        }
        Format::Text => {
            for one in std::iter::once(&report).chain(&provisioned) {
                console.print_line(&format!("{}\n", to_text(one, arguments.shown.into()).trim_end()))?;
            }
        }
    }
    Ok(exit_code(std::iter::once(&report).chain(&provisioned)))
}
