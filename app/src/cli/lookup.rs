//! `syncwright lookup`: value lists of rules, filled from their sources (R21).

use std::{fmt::Write as _, path::PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use syncwright_core::{
    check::{Finding, Severity, check},
    project::Project,
    sync::lookups::{LookupUpdate, read_lookups},
};

use super::{
    CliError, Console, Format,
    diagnose::printable,
    schema::{ProjectFile, counted},
};

const AFTER_HELP: &str = "\
A rule whose flags have a `lookup_source` translates values by a list of codes and decodes that a class of one of \
the systems has. `show` reads these classes and shows which entries are new, gone or have another decode; `update` \
writes the lists into the project, all of them or none.

A code that is there twice is an error and changes nothing, and so is a source without any entry. Nothing is saved \
either if the check would find errors in the project that it does not find now, for example a decode that stands for \
two codes in a rule that writes codes.

The old file stays as PROJECT.bak. Comments in the file are not kept.

Exit codes: 0 done, also if something changed; 2 not a project, no or unusable source, codes that are there twice, or \
errors of the check; 4 the system cannot be reached or read, the file cannot be written, or somebody else changed it \
meanwhile; 130 cancelled.

Examples:
  syncwright lookup hr-to-identity.ron show
  syncwright lookup hr-to-identity.ron update --mapping People --rule Country
  syncwright lookup hr-to-identity.ron show --format json | jq '.lookups[].added'";

/// Arguments of `lookup`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Project file
    #[arg(value_name = "PROJECT", value_hint = clap::ValueHint::FilePath)]
    pub project: PathBuf,
    /// What to do with the value lists.
    #[command(subcommand)]
    pub action: Action,
}

/// What to do with the value lists.
#[derive(Debug, Clone, Subcommand)]
pub enum Action {
    /// Show what the sources would change; saves nothing
    Show(Which),
    /// Write the lists into the project
    Update(Which),
}

/// Whose value lists.
#[derive(Debug, Clone, Args)]
pub struct Which {
    /// Only of rules of this mapping; of all mappings if absent
    #[arg(long, value_name = "NAME")]
    pub mapping: Option<String>,
    /// Only of rules of this name
    #[arg(long, value_name = "NAME")]
    pub rule: Option<String>,
}

/// Reads, prints, and saves if that was asked for.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    console.cancel_on_signals();
    let file = ProjectFile::load(&arguments.project)?;
    let (which, saves) = match &arguments.action {
        Action::Show(which) => (which, false),
        Action::Update(which) => (which, true),
    };
    let (mapping, rule) = (which.mapping.as_deref(), which.rule.as_deref());
    let updates = read_lookups(&file.project, file.folder(), mapping, rule, &console.cancel)?;
    let mut project = file.project.clone();
    updates.iter().for_each(|update| update.apply(&mut project));
    let findings = new_errors(&file.project, &project);
    let saved = saves && findings.is_empty() && updates.iter().any(LookupUpdate::differs);
    if saved {
        file.save(&project)?;
    }
    match console.format {
        Format::Json => console.print_json(&json!({
            "project": project.name,
            "saved": saved,
            "lookups": updates.iter().map(LookupUpdate::to_json).collect::<Vec<_>>(),
            "findings": findings.iter().map(|finding| json!({
                "severity": finding.severity.id(),
                "code": finding.code,
                "place": finding.place.to_string(),
                "text": finding.text,
                "fix": finding.fix,
            })).collect::<Vec<_>>(),
        }))?,
        Format::Text => console.print_line(text(&updates, &findings, saved, &file.name()).trim_end())?,
    }
    Ok(if saves && !findings.is_empty() { 2 } else { 0 })
}

fn errors(project: &Project) -> impl Iterator<Item = Finding> {
    check(project).into_iter().filter(|finding| finding.severity == Severity::Error)
}

/// Errors that the check finds with the new lists and not without.
fn new_errors(before: &Project, after: &Project) -> Vec<Finding> {
    let known: Vec<Finding> = errors(before).collect();
    errors(after).filter(|finding| !known.contains(finding)).collect()
}

fn text(updates: &[LookupUpdate], findings: &[Finding], saved: bool, file: &str) -> String {
    let mut text = String::new();
    for update in updates {
        let entries = counted(update.entries.len(), "entries").replace("1 entrie", "1 entry");
        writeln!(text, "{}, {}: {entries}", printable(&update.mapping), printable(&update.rule)).ok();
        for entry in &update.added {
            writeln!(text, "  + {} = {}", printable(&entry.code), printable(&entry.decode)).ok();
        }
        for entry in &update.removed {
            writeln!(text, "  - {} = {}", printable(&entry.code), printable(&entry.decode)).ok();
        }
        for (entry, old) in &update.changed {
            let (old, new) = (printable(old), printable(&entry.decode));
            writeln!(text, "  ~ {} = {new}, was {old}", printable(&entry.code)).ok();
        }
        if update.left_out > 0 {
            writeln!(text, "  left out, without code or decode: {}", update.left_out).ok();
        }
        if !update.differs() {
            writeln!(text, "  nothing changes").ok();
        }
    }
    for finding in findings {
        writeln!(text, "Not saved, because the check would find: {} {}", finding.code, finding.text).ok();
    }
    if saved {
        writeln!(text, "Saved: {file}").ok();
    }
    text
}
