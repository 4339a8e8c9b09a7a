//! What QuickJS says when a script fails, in our words.

use rquickjs::{CaughtError, Coerced, Exception, FromJs};

use super::{
    Script,
    machine::{SCRIPT_FILE, Watch},
};
use crate::script::{ScriptError, cell::Rows, error::Position, language::redact, notation::Prepared};

/// Errors that the engine makes itself; all others are the author's.
const OF_THE_ENGINE: [&str; 7] =
    ["TypeError", "ReferenceError", "RangeError", "SyntaxError", "InternalError", "EvalError", "URIError"];

/// A script that cannot be compiled.
pub fn compile_error(script: &Prepared, error: &CaughtError<'_>) -> ScriptError {
    let help = "the project's script language is JavaScript; look in front of this place, too";
    let CaughtError::Exception(exception) = error else {
        return script.error(&error.to_string(), None, help);
    };
    let position = position_in_script(script, exception);
    script.error(&exception.message().unwrap_or_default(), position, help)
}

/// A snippet that cannot be compiled.
pub fn snippet_error(script: &Prepared, error: &CaughtError<'_>) -> ScriptError {
    let help = "the project's script language is JavaScript; look in front of this place, too";
    let CaughtError::Exception(exception) = error else {
        return script.error(&error.to_string(), None, help);
    };
    let position = positions(exception).find(|(file, _)| *file == script.place).map(|(_, position)| position);
    script.error(&exception.message().unwrap_or_default(), position, help)
}

/// The error of one object.
pub fn explain(
    script: &Script,
    watch: &Watch,
    error: &CaughtError<'_>,
    rows: &dyn Rows,
    row: usize,
) -> ScriptError {
    let place = script.script.place.clone();
    let limits = script.language.limits;
    if watch.has_stopped() {
        return ScriptError::Time { place, milliseconds: limits.time.as_millis() };
    }
    match error {
        CaughtError::Exception(exception) => {
            let found = explain_exception(script, exception, rows, row);
            // An error can have been made so that it is hard to read.
            drop(exception.as_object().ctx().catch());
            if watch.has_stopped() {
                ScriptError::Time { place, milliseconds: limits.time.as_millis() }
            } else {
                found
            }
        }
        // Where there is not even memory for an error, the engine throws null.
        CaughtError::Value(thrown) if thrown.is_null() => ScriptError::Memory { place, bytes: limits.memory },
        CaughtError::Value(thrown) => {
            let text = Coerced::<String>::from_js(thrown.ctx(), thrown.clone())
                .map_or_else(|_| "it does not say why".to_owned(), |text| text.0);
            ScriptError::Thrown { place, text, position: None }
        }
        CaughtError::Error(error) => ScriptError::Engine { place, text: error.to_string() },
    }
}

fn explain_exception(script: &Script, exception: &Exception<'_>, rows: &dyn Rows, row: usize) -> ScriptError {
    let place = script.script.place.clone();
    let message = exception.message().unwrap_or_default();
    let name = exception
        .as_object()
        .get::<_, Option<Coerced<String>>>("name")
        .ok()
        .flatten()
        .map_or_else(String::new, |name| name.0);
    let position =
        position_in_script(&script.script, exception).map(|position| script.script.source_position(position));
    let within = positions(exception).next().filter(|(file, _)| file.starts_with("snippet "));
    let within = within.map_or_else(String::new, |(file, position)| format!(" (in {file}, {position})"));
    match (name.as_str(), message.as_str()) {
        ("InternalError", text) if text.starts_with("out of memory") => {
            ScriptError::Memory { place, bytes: script.language.limits.memory }
        }
        ("RangeError", "Maximum call stack size exceeded") => ScriptError::Depth { place, position },
        // Its message quotes what could not be read.
        ("SyntaxError", _) => ScriptError::Failed {
            place,
            text: format!("SyntaxError: a text cannot be read as JSON, pattern or number{within}"),
            position,
        },
        (name, message) if OF_THE_ENGINE.contains(&name) => {
            let text = redact(script.script.source_text(message), rows, row);
            ScriptError::Failed { place, text: format!("{name}: {text}{within}"), position }
        }
        (_, "") => ScriptError::Thrown { place, text: "it does not say why".to_owned(), position },
        (_, message) => ScriptError::Thrown { place, text: format!("{message}{within}"), position },
    }
}

/// The innermost place of the script itself, as the engine saw it.
fn position_in_script(script: &Prepared, exception: &Exception<'_>) -> Option<Position> {
    let (_, position) = positions(exception).find(|(file, _)| file == SCRIPT_FILE)?;
    // Scripts begin on line 2 of their function.
    let line = position.line.checked_sub(1).filter(|line| *line > 0)?;
    Some(in_characters(script, Position { line, ..position }))
}

/// The engine counts bytes.
fn in_characters(script: &Prepared, position: Position) -> Position {
    let line = script.code.lines().nth(position.line - 1).unwrap_or_default();
    let before = line.char_indices().take_while(|(at, _)| at + 1 < position.column).count();
    let behind = position.column.saturating_sub(line.len() + 1);
    Position { column: before + 1 + behind, ..position }
}

/// Files and places of the open calls, innermost first: lines such as `    at name (file:2:5)`.
fn positions(exception: &Exception<'_>) -> impl Iterator<Item = (String, Position)> {
    let stack = exception.stack().unwrap_or_default();
    let found: Vec<_> = stack.lines().filter_map(position_in).collect();
    found.into_iter()
}

fn position_in(line: &str) -> Option<(String, Position)> {
    let line = line.trim().trim_end_matches(')');
    let place = match line.rsplit_once('(') {
        Some((_, place)) => place,
        None => line.strip_prefix("at ")?,
    };
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some((file.to_owned(), Position { line: line.parse().ok()?, column: column.parse().ok()? }))
}
