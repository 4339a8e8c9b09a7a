//! `syncwright schema PROJECT compress`: drops schema data that nothing uses (S6).

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use syncwright_core::{
    project::Side,
    schema::{CompressReport, SideReport, compress},
};

use super::{ProjectFile, SystemArguments, counted};
use crate::cli::{CliError, Console, Format, diagnose::printable};

const AFTER_HELP: &str = "\
Kept are the types that mappings, classes, scopes, base objects and target system types use, with the columns \
that they name, keys and relations, columns that new objects need, and everything that a person has set. The \
check finds the same before and after, and runs do the same. `syncwright schema PROJECT update` brings back \
what was dropped.

The old file stays as PROJECT.bak. Comments in the file are not kept.

Exit codes: 0 done, 2 not a project, 4 the file cannot be written, or somebody else changed it meanwhile.

Examples:
  syncwright schema hr-to-identity.ron compress --dry-run
  syncwright schema hr-to-identity.ron compress --system target";

/// Arguments of `schema compress`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Which system.
    #[command(flatten)]
    pub systems: SystemArguments,
    /// Only show what would be dropped
    #[arg(long)]
    pub dry_run: bool,
}

/// Compresses, saves, prints what was dropped.
pub fn run(arguments: &Arguments, file: &ProjectFile, console: &mut Console<'_>) -> Result<u8, CliError> {
    let sides = arguments.systems.sides();
    let mut project = file.project.clone();
    let report = compress(&mut project, sides);
    let saved = !arguments.dry_run && !report.is_empty();
    if saved {
        file.save(&project)?;
    }
    match console.format {
        Format::Json => console.print_json(&json!({
            "project": project.name,
            "saved": saved,
            "systems": report.to_json(sides),
        }))?,
        Format::Text => console.print_line(to_text(&report, sides, arguments.dry_run, file).trim_end())?,
    }
    Ok(0)
}

fn to_text(report: &CompressReport, sides: &[Side], dry_run: bool, file: &ProjectFile) -> String {
    let mut text = String::new();
    for side in sides {
        push_side(&mut text, *side, report.side(*side));
    }
    let end = match (report.is_empty(), dry_run) {
        (true, _) => "Everything is used; the file stays as it is".to_owned(),
        (false, true) => "Nothing is saved; run it without --dry-run".to_owned(),
        (false, false) => format!("Saved: {}", printable(&file.name())),
    };
    writeln!(text, "{end}").ok();
    text
}

fn push_side(text: &mut String, side: Side, report: &SideReport) {
    let SideReport { types_before, types, properties_before, properties, dropped_types, .. } = report;
    writeln!(
        text,
        "{}: {types} of {types_before} types, {properties} of {properties_before} columns stay",
        capital(side.system_name())
    )
    .ok();
    if !dropped_types.is_empty() {
        let names = listed(dropped_types.iter().map(String::as_str));
        writeln!(text, "  not used, dropped: {}", printable(&names)).ok();
    }
    for dropped in report.dropped_properties.iter().take(LISTED) {
        let (name, count) = (&dropped.schema_type, counted(dropped.properties.len(), "columns"));
        let names = listed(dropped.properties.iter().map(String::as_str));
        writeln!(text, "  {}: {count} dropped: {}", printable(name), printable(&names)).ok();
    }
    let hidden = report.dropped_properties.len().saturating_sub(LISTED);
    if hidden > 0 {
        writeln!(text, "  … and columns of {hidden} more types, use --format json").ok();
    }
}

/// Names that a line lists at most.
const LISTED: usize = 20;

fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let hidden = names.len().saturating_sub(LISTED);
    let mut text = names.take(LISTED).collect::<Vec<_>>().join(", ");
    if hidden > 0 {
        write!(text, " and {hidden} more").ok();
    }
    text
}

/// With a capital letter in front.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
