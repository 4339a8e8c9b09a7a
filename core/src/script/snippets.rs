//! Code that the scripts of a project share (E5).

use std::collections::BTreeMap;

use super::{
    ScriptError,
    notation::{Function, Prepared, prepare},
};
use crate::project::{ScriptLanguage, Snippet};

/// A snippet whose text is ready for the engine.
pub struct PreparedSnippet {
    pub(super) script: Prepared,
    pub(super) functions: Vec<Function>,
}

/// Reads the snippets of a project, which consist of functions with unique names.
///
/// # Errors
///
/// [`ScriptError::Compile`] with the place of what is no function, or not unique.
pub fn prepare_snippets(
    language: ScriptLanguage,
    snippets: &[Snippet],
) -> Result<Vec<PreparedSnippet>, ScriptError> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut prepared = Vec::new();
    for snippet in snippets {
        let place = format!("snippet {}", snippet.name);
        let script = prepare(&place, language, &snippet.code)?;
        if let Some(name) = script.names.first() {
            let text = format!("it names {}", name.notation());
            return Err(script.error(&text, None, "give the value to a function as an argument"));
        }
        let functions = script.outline.functions(language).map_err(|position| {
            ScriptError::compile(
                &place,
                "something stands outside of functions",
                Some(position),
                "a snippet consists of functions; state outside of them would outlive the object",
            )
        })?;
        for function in &functions {
            // Functions of Rhai differ also by the number of their parameters, within one snippet.
            match seen.insert(function.name.clone(), &snippet.name) {
                Some(other) if other != snippet.name => {
                    return Err(ScriptError::compile(
                        &place,
                        format!("snippet {other} defines function {}, too", function.name),
                        Some(function.position),
                        "rename one of them",
                    ));
                }
                _ => {}
            }
        }
        prepared.push(PreparedSnippet { script, functions });
    }
    Ok(prepared)
}
