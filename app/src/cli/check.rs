//! `syncwright check`: is the project consistent (F9)?

use std::{fmt::Write as _, path::PathBuf};

use clap::Args;
use syncwright_core::check::{self, Finding, Severity};

use super::{CliError, Console, Format, diagnose, start_up::LoadedProject};

const AFTER_HELP: &str = "\
The check reads the project file only, never a database. Errors block runs and simulations, warnings do not; \
`info` names settings that are not yet effective.

Exit codes: 0 no errors, 2 errors or not a project.

Example:
  syncwright check hr-to-identity.ron --format json | jq '.findings[] | select(.severity == \"error\")'";

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Project file
    #[arg(value_name = "PROJECT", value_hint = clap::ValueHint::FilePath)]
    pub project: PathBuf,
}

/// Checks, prints the findings.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let loaded = LoadedProject::load(&arguments.project)?;
    let findings = check::check(&loaded.project);
    match console.format {
        Format::Json => console.print_json(&check::to_json(&loaded.project, &findings))?,
        Format::Text => console.print_line(&to_text(loaded.project.label(), &findings))?,
    }
    let has_errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if has_errors { 2 } else { 0 })
}

fn to_text(project: &str, findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        diagnose::push_finding(&mut text, finding);
        text.push('\n');
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let project = diagnose::printable(project);
    write!(text, "Project “{project}”: {}, {}", counted(errors, "error"), counted(warnings, "warning")).ok();
    text
}

/// `no errors`, `1 error`, `2 errors`.
fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        many => format!("{many} {noun}s"),
    }
}
