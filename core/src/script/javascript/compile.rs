//! A script becomes the text of one function.

use rquickjs::CatchResultExt;

use super::{JavaScript, failure, machine};
use crate::script::{ScriptError, ScriptKind, notation::Prepared};

/// The text of the script's function, tried on this thread's machine.
///
/// An expression is tried before statements: `{` may begin both.
pub fn compile(language: &JavaScript, script: &Prepared, kind: ScriptKind) -> Result<String, ScriptError> {
    if kind.assigns() {
        let code = assigning(script);
        return attempt(language, script, &code).map(|()| code);
    }
    let code = expression(script);
    if attempt(language, script, &code).is_ok() {
        return Ok(code);
    }
    let code = statements(script);
    attempt(language, script, &code)?;
    if script.gives_result {
        Ok(code)
    } else {
        Err(script.error(
            "it gives no result",
            None,
            "write an expression, or statements that end in return and the result",
        ))
    }
}

// The text begins on line 2 and ends before a line end, for comments.

fn expression(script: &Prepared) -> String {
    let text = script.code.trim_end().trim_end_matches(';');
    format!("(function({}) {{ return (\n{text}\n); }})", parameters(script))
}

fn statements(script: &Prepared) -> String {
    format!("(function({}) {{\n{}\n}})", parameters(script), script.code)
}

fn assigning(script: &Prepared) -> String {
    let assigned: Vec<String> = script.assigned.iter().map(|index| script.slot(*index)).collect();
    let mut parameters = parameters(script);
    if !parameters.is_empty() {
        parameters.insert_str(0, ", ");
    }
    format!(
        "(function(value{parameters}) {{ (() => {{\n{}\n}})(); return [{}]; }})",
        script.code,
        assigned.join(", ")
    )
}

fn parameters(script: &Prepared) -> String {
    let slots: Vec<String> = (0..script.names.len()).map(|index| script.slot(index)).collect();
    slots.join(", ")
}

fn attempt(language: &JavaScript, script: &Prepared, code: &str) -> Result<(), ScriptError> {
    machine::with(language, |context, _| {
        machine::function(context, code)
            .catch(context)
            .map(drop)
            .map_err(|error| failure::compile_error(script, &error))
    })
}
