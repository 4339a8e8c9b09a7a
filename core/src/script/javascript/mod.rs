//! JavaScript: QuickJS, one machine per thread and project, whose global objects are frozen.
//!
//! A script is one function; what it makes is gone after the call. A machine that ran out of time or memory
//! is thrown away.

mod compile;
mod failure;
mod machine;
mod value;

use std::{collections::BTreeMap, sync::Arc};

use super::{
    PreparedSnippet, ScriptError, ScriptKind, ScriptLimits,
    cell::Rows,
    language::{Language, Program},
    next_id,
    notation::Prepared,
};
use crate::value::Value;

/// The language of a project.
pub struct JavaScript {
    id: u64,
    snippets: Vec<PreparedSnippet>,
    variables: Arc<BTreeMap<String, Value>>,
    limits: ScriptLimits,
}

impl JavaScript {
    pub fn new(
        snippets: Vec<PreparedSnippet>,
        variables: Arc<BTreeMap<String, Value>>,
        limits: ScriptLimits,
    ) -> Result<Self, ScriptError> {
        let language = Self { id: next_id(), snippets, variables, limits };
        // Says now what is wrong with a snippet.
        machine::with(&language, |_, _| Ok(()))?;
        Ok(language)
    }
}

impl Language for JavaScript {
    fn compile(self: Arc<Self>, script: Prepared, kind: ScriptKind) -> Result<Arc<dyn Program>, ScriptError> {
        let code = compile::compile(&self, &script, kind)?;
        Ok(Arc::new(Script { id: next_id(), language: self, code, script }))
    }
}

struct Script {
    id: u64,
    language: Arc<JavaScript>,
    /// An expression whose value is the function.
    code: String,
    script: Prepared,
}

impl Program for Script {
    fn values(&self, rows: &dyn Rows, sink: &mut dyn FnMut(Result<Value, ScriptError>)) {
        machine::run(self, None, rows, &mut |values| {
            sink(values.map(|values| values.into_iter().next().unwrap_or_default()));
        });
    }

    fn write(&self, value: &Value, row: &dyn Rows) -> Result<Vec<Value>, ScriptError> {
        let mut written = Ok(Vec::new());
        machine::run(self, Some(value), row, &mut |values| written = values);
        written
    }

    fn script(&self) -> &Prepared {
        &self.script
    }
}
