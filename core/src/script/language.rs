//! What every script language does; the rest of this module knows no more of one.

use std::sync::Arc;

use super::{ScriptError, ScriptKind, cell::Rows, notation::Prepared};
use crate::value::Value;

/// A language with the snippets, variables and limits of a project.
pub trait Language: Send + Sync {
    /// Compiles a script.
    fn compile(self: Arc<Self>, script: Prepared, kind: ScriptKind) -> Result<Arc<dyn Program>, ScriptError>;
}

/// A compiled script.
pub trait Program: Send + Sync {
    /// Runs the script on every row; `sink` gets each result, in order.
    fn values(&self, rows: &dyn Rows, sink: &mut dyn FnMut(Result<Value, ScriptError>));

    /// Runs a script that assigns, on the one row of `row`; gives the assigned properties.
    fn write(&self, value: &Value, row: &dyn Rows) -> Result<Vec<Value>, ScriptError>;

    /// The script with its names.
    fn script(&self) -> &Prepared;
}

/// A message of an engine, without the values that the script worked on.
///
/// Short values stay: without them most messages would be unreadable, and they give nothing away.
pub fn redact(message: String, rows: &dyn Rows, row: usize) -> String {
    (0..rows.columns()).fold(message, |message, column| {
        let cell = rows.cell(column, row);
        let secrets = cell.texts().filter(|text| text.len() > 2);
        secrets.fold(
            message,
            |message, text| {
                if message.contains(text) { message.replace(text, "…") } else { message }
            },
        )
    })
}
