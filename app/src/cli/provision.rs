//! `syncwright provision`: single objects of the central system into the target system (O6, D5).

use std::{fmt::Write as _, path::PathBuf};

use clap::Args;
use serde_json::json;
use syncwright_core::{
    journal::{QueuedObject, RunKind, RunReport},
    provision::{self, Pending, Request},
};

use super::{
    CliError, Console, Format,
    diagnose::printable,
    progress::ProgressLine,
    report,
    simulate::{self, ShownArguments},
    start_up::LoadedProject,
};

const AFTER_HELP: &str = "\
Takes objects of the central system through the step that runs their mapping to the target system, as a run does, and \
looks at no other object: they are inserted or updated, never deleted. Rules with “ignore in provisioning” do not run, \
the exclusions for writing apply. It is journaled and locked as a run.

With --password-change the passwords of the objects count as changed: rules with “send on password change” send their \
values also where the target system has them already.

With --pending it takes what imports (steps with `data_import`, also of other projects with the same central database) \
have changed and this target system has not got yet. From the first time on this project is told of every such change. \
What cannot be provisioned stays in the queue with the error and the number of tries.

A key of one property is its value. A key of several is JSON with a text for each: '{\"day\": \"2024-02-29\", \
\"number\": \"7\"}'.

Exit codes: 0 done, 1 done with objects in error, 2 invalid, inactive or inconsistent project, or arguments, 3 a quota \
is exceeded, 4 a system cannot be reached, read or written, 5 locked, 130 cancelled.

Examples:
  syncwright provision hr-to-identity.ron --mapping Accounts --key 4711 --simulate --changes
  syncwright provision hr-to-identity.ron --mapping Accounts --key 4711 --key 4712
  syncwright provision ldap.ron --pending --format json | jq '.waiting'";

/// Arguments of `provision`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
#[command(group(clap::ArgGroup::new("which").args(["keys", "pending"]).required(true)))]
pub struct Arguments {
    /// Project file
    #[arg(value_name = "PROJECT", value_hint = clap::ValueHint::FilePath)]
    pub project: PathBuf,
    /// Start up configuration by name; not needed if only one runs the mapping to the target system
    #[arg(long, value_name = "NAME", conflicts_with = "pending")]
    pub start_up: Option<String>,
    /// The mapping
    #[arg(long, value_name = "NAME", requires = "keys")]
    pub mapping: Option<String>,
    /// Key of a central object; can be given several times
    #[arg(long = "key", value_name = "KEY", requires = "mapping")]
    pub keys: Vec<String>,
    /// What imports have changed, instead of named objects
    #[arg(long)]
    pub pending: bool,
    /// The passwords of the objects changed
    #[arg(long, conflicts_with = "pending")]
    pub password_change: bool,
    /// Show what would be written; writes nothing
    #[arg(long)]
    pub simulate: bool,
    /// What is shown.
    #[command(flatten)]
    pub shown: ShownArguments,
}

/// Provisions, prints the report.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let LoadedProject { project, folder } = LoadedProject::load(&arguments.project)?;
    console.cancel_on_signals();
    let kind = if arguments.simulate { RunKind::Simulation } else { RunKind::Run };
    let progress = ProgressLine::start(console);
    if arguments.pending {
        let pending = provision::pending(&project, &folder, None, kind, &progress, &console.cancel);
        drop(progress);
        return print_pending(&project.name, &pending?, arguments, console);
    }
    let request = Request {
        start_up: arguments.start_up.as_deref(),
        mapping: arguments.mapping.as_deref().unwrap_or_default(),
        keys: &arguments.keys,
        password_change: arguments.password_change,
        kind,
    };
    let report = provision::objects(&project, &folder, request, &progress, &console.cancel);
    drop(progress);
    simulate::print(&report?, arguments.shown.into(), console)
}

fn print_pending(
    project: &str,
    pending: &Pending,
    arguments: &Arguments,
    console: &mut Console<'_>,
) -> Result<u8, CliError> {
    let Pending { schema_types, reports, done, waiting } = pending;
    match console.format {
        Format::Json => console.print_json(&json!({
            "project": project,
            "schema_types": schema_types,
            "runs": reports.iter().map(RunReport::to_json).collect::<Vec<_>>(),
            "done": done,
            "waiting": waiting.iter().map(waiting_json).collect::<Vec<_>>(),
        }))?,
        Format::Text => {
            let mut text = String::new();
            for one in reports {
                writeln!(text, "{}\n", report::to_text(one, arguments.shown.into()).trim_end()).ok();
            }
            writeln!(text, "Provisioned: {done}, waiting: {}", waiting.len()).ok();
            for object in waiting {
                let error = object.error.as_deref().unwrap_or("not tried yet");
                let (schema_type, key) = (printable(&object.schema_type), printable(&object.key));
                writeln!(text, "  {schema_type} {key}, tries: {}: {}", object.tries, printable(error)).ok();
            }
            console.print_line(text.trim_end())?;
        }
    }
    Ok(exit_code(reports.iter()))
}

fn waiting_json(object: &QueuedObject) -> serde_json::Value {
    let QueuedObject { schema_type, key, origin, run, since, tries, error } = object;
    let key: serde_json::Value = serde_json::from_str(key).unwrap_or_else(|_| key.as_str().into());
    json!({
        "schema_type": schema_type,
        "key": key,
        "origin": origin,
        "run": run,
        "since": since,
        "tries": tries,
        "error": error,
    })
}

/// The first exit code that is not 0.
pub fn exit_code<'r>(reports: impl Iterator<Item = &'r RunReport>) -> u8 {
    reports.map(RunReport::exit_code).find(|code| *code != 0).unwrap_or(0)
}
