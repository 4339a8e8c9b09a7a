//! What Rhai says when a script fails, in our words.

use std::collections::HashMap;

use rhai::{Dynamic, EvalAltResult};

use super::{
    position_of,
    watch::{OUT_OF_TIME, is_out_of_stack},
};
use crate::script::{
    ScriptError, ScriptLimits, cell::Rows, error::Position, language::redact, notation::Prepared,
};

/// Which function stands in which snippet.
pub type Snippets = HashMap<String, Prepared>;

/// The error of one object.
pub fn explain(
    script: &Prepared,
    snippets: &Snippets,
    limits: ScriptLimits,
    error: EvalAltResult,
    rows: &dyn Rows,
    row: usize,
) -> ScriptError {
    let found = innermost(script, snippets, error);
    let (place, position) = (script.place.clone(), found.position);
    let text = |text: String| {
        let text = redact(script.source_text(&text), rows, row);
        found.within.as_ref().map_or_else(|| text.clone(), |within| format!("{text} ({within})"))
    };
    match found.error {
        EvalAltResult::ErrorTerminated(token, _) if token.as_int() == Ok(OUT_OF_TIME) => {
            ScriptError::Time { place, milliseconds: limits.time.as_millis() }
        }
        error if is_out_of_stack(&error) => ScriptError::Depth { place, position },
        EvalAltResult::ErrorStackOverflow(_) => ScriptError::Depth { place, position },
        EvalAltResult::ErrorDataTooLarge(..) => ScriptError::Memory { place, bytes: limits.memory },
        EvalAltResult::ErrorRuntime(thrown, _) => {
            ScriptError::Thrown { place, text: thrown_text(&thrown), position }
        }
        // Its text holds the numbers or texts that were calculated with.
        EvalAltResult::ErrorArithmetic(..) => ScriptError::Failed {
            place,
            text: text("a number is out of range, or a text is no number".to_owned()),
            position,
        },
        EvalAltResult::ErrorIndexNotFound(..) => {
            ScriptError::Failed { place, text: text("there is no such index".to_owned()), position }
        }
        mut other => {
            // The place stands in our words.
            other.clear_position();
            ScriptError::Failed { place, text: text(other.to_string()), position }
        }
    }
}

struct Found {
    error: EvalAltResult,
    position: Option<Position>,
    /// The function of a snippet in which it happened.
    within: Option<String>,
}

/// The first cause, and where in the script it is: in a function of a snippet it is the call.
fn innermost(script: &Prepared, snippets: &Snippets, error: EvalAltResult) -> Found {
    let mut error = error;
    let mut within = None;
    let mut call = None;
    loop {
        match error {
            EvalAltResult::ErrorInFunctionCall(name, _, inner, position) => {
                if within.is_none()
                    && let Some(snippet) = snippets.get(&name)
                {
                    call = position_of(position);
                    let at = position_of(inner.position()).map(|position| snippet.source_position(position));
                    let at = at.map_or_else(String::new, |position| format!(", {position}"));
                    within = Some(format!("in function {name} of {}{at}", snippet.place));
                }
                error = *inner;
            }
            error => {
                let position = if within.is_some() { call } else { position_of(error.position()) };
                let position = position.map(|position| script.source_position(position));
                return Found { error, position, within };
            }
        }
    }
}

fn thrown_text(thrown: &Dynamic) -> String {
    if thrown.is_unit() {
        return "it does not say why".to_owned();
    }
    thrown.to_string()
}
