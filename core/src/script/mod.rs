//! Scripts (E5): Rhai and JavaScript behind one trait, in columns and row by row, within limits.
//!
//! ```text
//! text ─ notation ─▶ engine's text + names ─ language ─▶ CompiledScript ─▶ scalar function of the query engine
//! ```
//!
//! A script sees the properties that it names, session variables and the functions of the project's
//! snippets, and nothing else: no files, processes, network, modules, no text that is run as code. What it
//! does for one object has no effect on the next one. It is no part of this module what scripts are for:
//! that is `mapping`.

mod batch;
mod cell;
mod convert;
mod error;
mod function;
mod javascript;
mod language;
mod limits;
mod log;
mod notation;
mod rhai;
mod snippets;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fmt,
    hash::{Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::array::{ArrayRef, BooleanArray, StringArray};
use datafusion::logical_expr::ScalarUDF;

use self::{
    cell::OneRow,
    language::{Language, Program},
    snippets::{PreparedSnippet, prepare_snippets},
};
pub use self::{
    error::{Position, ScriptError},
    function::written_field,
    limits::ScriptLimits,
    log::Logged,
    notation::ScriptName,
};
use crate::{
    project::{ScriptLanguage, Snippet},
    value::{Value, ValueType},
};

/// What a script is for: decides what it may do and what its result must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScriptKind {
    /// The result is a value.
    Value,
    /// The result is true or false; no value is false.
    Condition,
    /// Assigns properties; has the new value as `value`.
    Write,
    /// Before and after actions: may assign, the result counts for nothing.
    Action,
}

impl ScriptKind {
    const fn assigns(self) -> bool {
        matches!(self, Self::Write | Self::Action)
    }
}

/// The script language of a project with its snippets, session variables and limits. Cheap to clone.
#[derive(Clone)]
pub struct Scripts {
    name: ScriptLanguage,
    snippets: Arc<[Snippet]>,
    variables: Arc<BTreeMap<String, Value>>,
    language: Arc<dyn Language>,
}

impl fmt::Debug for Scripts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Scripts").field("language", &self.name).finish_non_exhaustive()
    }
}

impl Scripts {
    /// Compiles the snippets of a project; `variables` are what scripts read as `Variables.Name`, among them
    /// `FullSync` (D5).
    ///
    /// # Errors
    ///
    /// [`ScriptError::Compile`] for a snippet that is not understood or is more than functions;
    /// [`ScriptError::Engine`] if the engine does not start.
    pub fn new(
        language: ScriptLanguage,
        snippets: &[Snippet],
        variables: BTreeMap<String, Value>,
        limits: ScriptLimits,
    ) -> Result<Self, ScriptError> {
        let prepared = prepare_snippets(language, snippets)?;
        let variables = Arc::new(variables);
        let engine: Arc<dyn Language> = match language {
            ScriptLanguage::Rhai => Arc::new(rhai::Rhai::new(prepared, &variables, limits)?),
            ScriptLanguage::JavaScript => {
                Arc::new(javascript::JavaScript::new(prepared, Arc::clone(&variables), limits)?)
            }
        };
        Ok(Self { name: language, snippets: snippets.into(), variables, language: engine })
    }

    /// The session variables that scripts can read.
    #[must_use]
    pub fn variables(&self) -> &BTreeMap<String, Value> {
        &self.variables
    }

    /// What people wrote into the project that its scripts share: the code of snippets, the texts of variables.
    pub fn shared_texts(&self) -> impl Iterator<Item = &str> {
        let texts = self.variables.values().filter_map(|value| match value {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        });
        self.snippets.iter().map(|snippet| snippet.code.as_str()).chain(texts)
    }

    /// Compiles a script; `place` says in messages which one, as in `rule Name of mapping People`.
    ///
    /// # Errors
    ///
    /// [`ScriptError::Compile`] with the place of the mistake.
    pub fn compile(&self, place: &str, text: &str, kind: ScriptKind) -> Result<CompiledScript, ScriptError> {
        let script = notation::prepare(place, self.name, text)?;
        if text.trim().is_empty() {
            return Err(script.error("it is empty", None, "write the script, or remove it"));
        }
        if let (false, Some(first)) = (kind.assigns(), script.assigned.first()) {
            let name = script.names[*first].notation();
            return Err(script.error(
                &format!("it assigns {name}"),
                None,
                "only write scripts and actions assign; here the result is the value",
            ));
        }
        let assigned = script.assigned.iter().map(|index| script.names[*index].clone()).collect();
        let read = script.read.iter().map(|index| script.names[*index].clone()).collect();
        let names = script.names.clone();
        let program = Arc::clone(&self.language).compile(script, kind)?;
        Ok(CompiledScript(Arc::new(Compiled { id: next_id(), kind, names, assigned, read, program })))
    }
}

/// A script that is ready to run. Cheap to clone, usable on every thread.
#[derive(Clone)]
pub struct CompiledScript(Arc<Compiled>);

struct Compiled {
    id: u64,
    kind: ScriptKind,
    names: Vec<ScriptName>,
    assigned: Vec<ScriptName>,
    read: Vec<ScriptName>,
    program: Arc<dyn Program>,
}

impl fmt::Debug for CompiledScript {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("CompiledScript")
            .field("place", &self.place())
            .field("kind", &self.0.kind)
            .field("names", &self.0.names)
            .finish_non_exhaustive()
    }
}

/// Two are equal if they are clones of one compiled script.
impl PartialEq for CompiledScript {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for CompiledScript {}

impl Hash for CompiledScript {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

impl CompiledScript {
    /// What messages call the script.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.0.program.script().place
    }

    /// The properties that the script names, in order of first appearance; arguments have this order.
    #[must_use]
    pub fn names(&self) -> &[ScriptName] {
        &self.0.names
    }

    /// The properties that the script assigns; all of them are among [`Self::names`], too.
    #[must_use]
    pub fn assigned(&self) -> &[ScriptName] {
        &self.0.assigned
    }

    /// The properties whose values the script reads: those that it names otherwise than to give them another value.
    #[must_use]
    pub fn read(&self) -> &[ScriptName] {
        &self.0.read
    }

    /// The result for one object, in the type that the script gave it: NULL, boolean, integer, float or text.
    ///
    /// # Errors
    ///
    /// What went wrong on this object.
    pub fn value(&self, arguments: &[Value]) -> Result<Value, ScriptError> {
        self.check_arguments(arguments.len())?;
        let mut result = None;
        self.0.program.values(&OneRow(arguments), &mut |value| result = Some(value));
        let value = result.unwrap_or_else(|| {
            Err(ScriptError::Engine { place: self.place().to_owned(), text: "it gave no result".to_owned() })
        })?;
        match self.0.kind {
            ScriptKind::Condition => {
                convert::condition(&value).map_err(|found| self.wrong_type(found, "condition"))
            }
            ScriptKind::Value | ScriptKind::Write | ScriptKind::Action => Ok(value),
        }
    }

    /// Runs a write script or action on one object: the values of the assigned properties, in the order of
    /// [`Self::assigned`]. A property that the script did not come to assign keeps its argument.
    ///
    /// # Errors
    ///
    /// What went wrong on this object.
    pub fn write(&self, value: &Value, arguments: &[Value]) -> Result<Vec<Value>, ScriptError> {
        self.check_arguments(arguments.len())?;
        self.0.program.write(value, &OneRow(arguments))
    }

    /// Runs an action on one object: whether it went well, and what it logged. What it assigns counts for nothing.
    pub fn run(&self, arguments: &[Value]) -> (Result<(), ScriptError>, Logged) {
        log::collect(|| self.write(&Value::Null, arguments).map(drop))
    }

    /// Runs the script on a batch: a column of values of type `wanted`, and per row no text or that of its
    /// error. A row in error has no value; other rows are not concerned.
    #[must_use]
    pub fn evaluate(
        &self,
        arguments: &[ArrayRef],
        rows: usize,
        wanted: ValueType,
        multi_valued: bool,
    ) -> (ArrayRef, StringArray) {
        batch::evaluate(self, arguments, rows, wanted, multi_valued)
    }

    /// The script as a function of the query engine: takes the properties in the order of [`Self::names`] and
    /// gives a structure of `value` and `error` (text, NULL for none).
    #[must_use]
    pub fn function(&self, wanted: ValueType, multi_valued: bool) -> ScalarUDF {
        function::function(self, wanted, multi_valued)
    }

    /// Runs a script that assigns on those objects of a batch for which `runs` holds: a column for every property
    /// in the order of [`Self::assigned`], of these types, and per row no text or that of its error. Rows in
    /// error, and those on which it does not run, have no values.
    #[must_use]
    pub fn write_all(
        &self,
        runs: &BooleanArray,
        value: &ArrayRef,
        arguments: &[ArrayRef],
        types: &[ValueType],
    ) -> (Vec<ArrayRef>, StringArray) {
        batch::write(self, runs, value, arguments, types)
    }

    /// A script that assigns as a function of the query engine: takes whether it runs, the new value, and the
    /// properties in the order of [`Self::names`]; gives a structure of the assigned properties, of these types and
    /// called as [`written_field`] says, and `error` (text, NULL for none).
    #[must_use]
    pub fn write_function(&self, types: &[ValueType]) -> ScalarUDF {
        function::write_function(self, types)
    }

    fn check_arguments(&self, found: usize) -> Result<(), ScriptError> {
        let expected = self.0.names.len();
        if found == expected {
            Ok(())
        } else {
            Err(ScriptError::Arguments { place: self.place().to_owned(), expected, found })
        }
    }

    fn wrong_type(&self, found: &'static str, wanted: &str) -> ScriptError {
        ScriptError::WrongType { place: self.place().to_owned(), found, wanted: wanted.to_owned() }
    }
}

/// A number that no other script or language of this process has.
fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
