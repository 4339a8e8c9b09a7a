//! How errors look: for people with the place in the source, for programs as JSON.

use std::fmt::Write as _;

use miette::Diagnostic;
use serde_json::{Value as Json, json};
use syncwright_core::check::Finding;

use super::CliError;

/// Longest piece of a source line that is shown around an error.
const SHOWN: usize = 100;

/// A place in a text.
#[derive(Debug, PartialEq, Eq)]
struct SourcePlace {
    file: String,
    line: usize,
    column: usize,
    /// The line, without its end.
    source: String,
    /// Characters marked in it.
    width: usize,
}

/// The error with code, place, snippet and help, ending in a line end.
pub fn to_text(error: &CliError) -> String {
    let place = place_of(error);
    let mut text = String::new();
    let code = error.code().map(|code| format!("[{code}]")).unwrap_or_default();
    // Writing to a String cannot fail, here and below.
    writeln!(text, "error{code}: {}", headline(error, place.as_ref())).ok();
    if let Some(place) = &place {
        push_snippet(&mut text, place);
    }
    for finding in error.findings() {
        push_finding(&mut text, finding);
    }
    if let Some(help) = error.help() {
        writeln!(text, "help: {}", printable(&help.to_string())).ok();
    }
    text
}

/// The error as the JSON document of the command line.
pub fn to_json(error: &CliError) -> Json {
    let place = place_of(error);
    let mut document = json!({
        "code": error.code().map(|code| code.to_string()),
        "text": headline(error, place.as_ref()),
        "help": error.help().map(|help| help.to_string()),
        "place": place.map(|place| json!({
            "file": place.file, "line": place.line, "column": place.column,
        })),
    });
    if !error.findings().is_empty() {
        document["findings"] = error.findings().iter().map(finding_json).collect();
    }
    json!({ "error": document })
}

/// One finding as in the JSON of `check`.
fn finding_json(finding: &Finding) -> Json {
    json!({
        "severity": finding.severity.id(),
        "code": finding.code,
        "place": finding.place.to_string(),
        "text": finding.text,
        "fix": finding.fix,
    })
}

/// One finding as two or three lines, also used by `check`.
pub fn push_finding(text: &mut String, finding: &Finding) {
    let (level, code) = (finding.severity.id(), finding.code);
    writeln!(text, "{level}[{code}]: {}", printable(&finding.text)).ok();
    writeln!(text, "  --> {}", printable(&finding.place.to_string())).ok();
    if let Some(fix) = &finding.fix {
        writeln!(text, "  fix: {}", printable(fix)).ok();
    }
}

/// What is wrong, without the place that is shown below it.
fn headline(error: &CliError, place: Option<&SourcePlace>) -> String {
    let text = error.to_string();
    let Some(SourcePlace { file, line, column, .. }) = place else {
        return printable(&text);
    };
    let prefix = format!("{file}, line {line}, column {column}: ");
    printable(text.strip_prefix(&prefix).unwrap_or(&text))
}

fn place_of(error: &CliError) -> Option<SourcePlace> {
    let label = error.labels()?.next()?;
    // One line of context makes sure that the data begins at the start of a line.
    let contents = error.source_code()?.read_span(label.inner(), 1, 1).ok()?;
    let at = label.offset().checked_sub(contents.span().offset())?;
    let data = contents.data();
    let before = String::from_utf8_lossy(data.get(..at)?);
    let after = String::from_utf8_lossy(data.get(at..)?);
    let marked = String::from_utf8_lossy(data.get(at..at + label.len()).unwrap_or_default());
    let start = before.rsplit('\n').next().unwrap_or_default();
    let rest = after.split('\n').next().unwrap_or_default().trim_end_matches('\r');
    Some(SourcePlace {
        file: contents.name().unwrap_or("input").to_owned(),
        line: contents.line() + before.matches('\n').count() + 1,
        column: start.chars().count() + 1,
        source: format!("{start}{rest}"),
        width: marked.split('\n').next().unwrap_or_default().trim_end_matches('\r').chars().count().max(1),
    })
}

fn push_snippet(text: &mut String, place: &SourcePlace) {
    let SourcePlace { file, line, column, source, width } = place;
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    // A long line is shown from shortly before the place.
    let skipped = if source.chars().count() > SHOWN { (column - 1).saturating_sub(SHOWN / 2) } else { 0 };
    let shown: String = source.chars().skip(skipped).take(SHOWN).collect();
    let more = if source.chars().count() > skipped + SHOWN { "…" } else { "" };
    let (lead, indent) = if skipped > 0 { ("…", 1) } else { ("", 0) };
    let indent = " ".repeat(indent + column - 1 - skipped);
    let carets = "^".repeat((*width).min(SHOWN.saturating_sub(column - 1 - skipped)).max(1));
    writeln!(text, "{margin}--> {}:{line}:{column}", printable(file)).ok();
    writeln!(text, "{margin} |").ok();
    writeln!(text, "{number} | {lead}{}{more}", printable(&shown)).ok();
    writeln!(text, "{margin} | {indent}{carets}").ok();
}

/// The text without characters that could steer a terminal. A tab becomes one blank, so that carets stay
/// below what they mark.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\n' => '\n',
            '\t' => ' ',
            other if other.is_control() => '\u{fffd}',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use syncwright_core::project::from_text;

    use super::*;

    fn error_of(text: &str) -> CliError {
        from_text("hr.ron", text).unwrap_err().into()
    }

    #[test]
    fn snippet_marks_the_field() {
        let text = to_text(&error_of("(\n  format: 1,\n  nmae: \"HR\",\n)\n"));
        let expected = "error[SW-P003]: Project has no field `nmae`\n \
             --> hr.ron:3:3\n  \
               |\n\
             3 |   nmae: \"HR\",\n  \
               |   ^^^^\n\
             help: did you mean `name`?\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn place_in_json() {
        let json = to_json(&error_of("(\n  format: 1,\n  nmae: \"HR\",\n)\n"));
        assert_eq!(json["error"]["code"], "SW-P003");
        assert_eq!(json["error"]["text"], "Project has no field `nmae`");
        assert_eq!(json["error"]["help"], "did you mean `name`?");
        assert_eq!(json["error"]["place"], json!({ "file": "hr.ron", "line": 3, "column": 3 }));
    }

    #[test]
    fn long_and_hostile_lines_stay_short() {
        let long = format!("(format: 1, name: \"{}\u{1b}[2J\", nmae: 1)", "x".repeat(5000));
        let text = to_text(&error_of(&long));
        assert!(text.lines().all(|line| line.chars().count() < 130), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.contains("nmae"), "{text}");
    }

    #[test]
    fn end_of_text_has_a_place() {
        for text in ["", "(", "(format: 1,\r\n", "(format: 1, name: \"ä"] {
            let text = to_text(&error_of(text));
            assert!(text.contains("--> hr.ron:"), "{text}");
            assert!(text.contains("help: "), "{text}");
        }
    }
}
