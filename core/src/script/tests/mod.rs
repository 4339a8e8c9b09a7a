//! Tests of the script engines: both languages against the same tables.

mod batches;
mod broken;
mod errors;
mod guide;
mod isolation;
mod limits;
mod notation;
mod results;

use std::{collections::BTreeMap, thread, time::Duration};

use super::{CompiledScript, ScriptError, ScriptKind, ScriptLimits, Scripts, convert};
use crate::{
    project::{ScriptLanguage, Snippet},
    value::{Value, ValueType},
};

const RHAI: ScriptLanguage = ScriptLanguage::Rhai;
const JAVASCRIPT: ScriptLanguage = ScriptLanguage::JavaScript;
const BOTH: [ScriptLanguage; 2] = [RHAI, JAVASCRIPT];

/// For tests of anything but time: the computer may be busy, and nothing is optimised.
const PATIENT: ScriptLimits = ScriptLimits { time: Duration::from_secs(60), memory: 16 << 20, depth: 64 };

impl CompiledScript {
    /// The result for one object as a value of type `wanted`, as a batch of it would have it.
    fn value_as(&self, arguments: &[Value], wanted: ValueType) -> Result<Value, ScriptError> {
        let value = self.value(arguments)?;
        convert::convert(value, wanted).map_err(|found| self.wrong_type(found, &wanted.label()))
    }
}

/// What the engines of tests have as a function of the same name: a mistake in the engine itself.
pub(super) fn panic_in_the_engine() {
    panic!("the engine breaks down");
}

fn variables() -> BTreeMap<String, Value> {
    BTreeMap::from([
        ("FullSync".to_owned(), Value::Boolean(true)),
        ("Domain".to_owned(), text("example.org")),
    ])
}

fn scripts_with(language: ScriptLanguage, snippets: &[(&str, &str)]) -> Result<Scripts, ScriptError> {
    let snippets: Vec<Snippet> = snippets
        .iter()
        .map(|(name, code)| Snippet { name: (*name).to_owned(), code: (*code).to_owned() })
        .collect();
    Scripts::new(language, &snippets, variables(), PATIENT)
}

fn scripts(language: ScriptLanguage) -> Scripts {
    scripts_with(language, &[]).unwrap()
}

fn compile(language: ScriptLanguage, code: &str) -> Result<CompiledScript, ScriptError> {
    scripts(language).compile("rule Test", code, ScriptKind::Value)
}

fn script(language: ScriptLanguage, code: &str) -> CompiledScript {
    compile(language, code).unwrap_or_else(|error| panic!("{code}: {error}"))
}

fn value(language: ScriptLanguage, code: &str, arguments: &[Value]) -> Result<Value, ScriptError> {
    script(language, code).value(arguments)
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// Runs `work` where scripts run: on a thread with the stack of a worker of the query engine.
fn on_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new().name("small".to_owned()).stack_size(2 << 20).spawn(work).unwrap().join().unwrap()
}
