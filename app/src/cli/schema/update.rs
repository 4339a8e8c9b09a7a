//! `syncwright schema PROJECT update`: what changed in the databases, and what that breaks (S5).

use clap::{Args, ValueEnum};
use serde_json::json;
use syncwright_core::{
    check::{self, Finding, Severity},
    project::{Project, Side},
    schema::{
        detect,
        update::{Completion, Update, accept, propose},
    },
};

use super::{ProjectFile, SystemArguments, update_text};
use crate::cli::{CliError, Console, Format, progress::ProgressLine};

const AFTER_HELP: &str = "\
Reads the schemas of both systems and compares them with those in the project: new, changed and removed tables \
and columns, and which mappings, rules, matching rules, scopes and steps each removal or change breaks. Nothing \
is saved without --accept.

Facts come from the database: types, lengths, mandatory columns, keys, relations. What people have set stays: \
display templates, sensitive columns, revision counters, declared keys and relations, column groups, classes, \
virtual properties. Tables that are new to the project are completed with what is known about their product \
(see `syncwright schema PROJECT show`); --known changes that.

Accepting deactivates the project, because it may not work any more: see `syncwright check`, then activate it \
again in the editor or with `active: true`. --activate keeps it active if the check finds no errors.

The old file stays as PROJECT.bak. Comments in the file are not kept.

Exit codes: 0 done, also if something changed; 2 not a project, unknown owners, or --activate although the \
check finds errors; 4 a system cannot be reached or read, the file cannot be written, or somebody else changed \
it meanwhile; 130 cancelled.

Examples:
  syncwright schema hr-to-identity.ron update
  syncwright schema hr-to-identity.ron update --system target --accept
  syncwright schema hr-to-identity.ron update --accept --compress --activate
  syncwright schema hr-to-identity.ron update --owner HR --owner COMMON --accept
  syncwright schema hr-to-identity.ron update --format json | jq '.updates[].breaks[].text'";

/// Arguments of `schema update`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Which system.
    #[command(flatten)]
    pub systems: SystemArguments,
    /// Take the changes over and save the project
    #[arg(long, short = 'y')]
    pub accept: bool,
    /// Leave out what the project does not use, as `schema compress` does
    #[arg(long)]
    pub compress: bool,
    /// Leave an active project active if the check finds no errors
    #[arg(long, requires = "accept")]
    pub activate: bool,
    /// Load the tables of these database schemas or owners only; the project remembers them
    #[arg(long = "owner", value_name = "OWNER", requires = "system", conflicts_with = "all_owners")]
    pub owners: Vec<String>,
    /// Load the tables of all owners again
    #[arg(long, requires = "system")]
    pub all_owners: bool,
    /// Which tables are completed with what is known about well-known products
    #[arg(long, value_enum, default_value_t, value_name = "TABLES")]
    pub known: KnownChoice,
    /// List at most so many new types, columns and consequences (text output; JSON has all)
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}

/// Which tables are completed with what is known about products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum KnownChoice {
    /// Tables that are new to the project
    #[default]
    New,
    /// All tables; what is set stays
    All,
    /// No tables
    None,
}

/// Compares, prints, and with `--accept` saves.
pub fn run(arguments: &Arguments, file: &ProjectFile, console: &mut Console<'_>) -> Result<u8, CliError> {
    console.cancel_on_signals();
    let mut updates = Vec::new();
    for side in arguments.systems.sides() {
        updates.push(look(arguments, file, *side, console)?);
    }
    let mut project = file.project.clone();
    for update in &updates {
        accept(&mut project, update);
    }
    let findings = new_errors(&file.project, &project);
    let errors = error_count(&project);
    let was_active = file.project.active;
    if arguments.activate && errors == 0 {
        project.active = was_active;
    }
    let saved = arguments.accept && project != file.project;
    if saved {
        file.save(&project)?;
    }
    let outcome = Outcome { updates, saved, was_active, active: project.active, findings, errors };
    match console.format {
        Format::Json => console.print_json(&outcome.to_json(&file.project))?,
        Format::Text => {
            let text = update_text::to_text(&outcome, &file.name(), arguments.limit);
            console.print_line(text.trim_end())?;
        }
    }
    let not_activated = arguments.activate && was_active && !project.active;
    Ok(if not_activated { 2 } else { 0 })
}

/// What an update comes to.
pub struct Outcome {
    /// The updates of the systems.
    pub updates: Vec<Update>,
    /// The project file was written.
    pub saved: bool,
    /// The project was active before.
    pub was_active: bool,
    /// The project is active in the file, or would be.
    pub active: bool,
    /// Errors that the check finds with the updates and not without.
    pub findings: Vec<Finding>,
    /// All errors that the check finds with the updates.
    pub errors: usize,
}

impl Outcome {
    fn to_json(&self, project: &Project) -> serde_json::Value {
        json!({
            "project": project.name,
            "saved": self.saved,
            "active": if self.saved { self.active } else { self.was_active },
            "updates": self.updates.iter().map(Update::to_json).collect::<Vec<_>>(),
            "errors": self.errors,
            "findings": self.findings.iter().map(|finding| json!({
                "severity": finding.severity.id(),
                "code": finding.code,
                "place": finding.place.to_string(),
                "text": finding.text,
                "fix": finding.fix,
            })).collect::<Vec<_>>(),
        })
    }
}

/// Reads the schema of one system and merges it.
fn look(
    arguments: &Arguments,
    file: &ProjectFile,
    side: Side,
    console: &Console<'_>,
) -> Result<Update, CliError> {
    let known = &file.project.system(side).schema.owners;
    let owners = match (arguments.owners.is_empty(), arguments.all_owners) {
        (_, true) => &[][..],
        (true, false) => known,
        (false, false) => &arguments.owners,
    };
    let progress = ProgressLine::start(console);
    let mut connector = file.connect(side, &console.cancel)?;
    let detected = detect(connector.as_mut(), owners, &progress, &console.cancel)?;
    drop(progress);
    let completion = match arguments.known {
        KnownChoice::New => Completion::NewTypes,
        KnownChoice::All => Completion::AllTypes,
        KnownChoice::None => Completion::Nothing,
    };
    let update = propose(&file.project, side, detected.schema, completion)?;
    Ok(if arguments.compress { update.compressed(&file.project) } else { update })
}

fn errors(project: &Project) -> Vec<Finding> {
    check::check(project).into_iter().filter(|finding| finding.severity == Severity::Error).collect()
}

fn error_count(project: &Project) -> usize {
    errors(project).len()
}

fn new_errors(before: &Project, after: &Project) -> Vec<Finding> {
    let known = errors(before);
    errors(after).into_iter().filter(|finding| !known.contains(finding)).collect()
}
