//! Rhai: one engine per project, shared by all threads; every object gets a fresh scope.
//!
//! Functions of Rhai see nothing but their parameters, so nothing outlives an object. What could wait, look
//! at the clock, load modules or run text as code is not there.

mod failure;
mod value;
mod watch;

use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use rhai::{
    AST, Dynamic, Engine, EvalAltResult, FLOAT, INT, ImmutableString, Map, ParseError, Scope,
    packages::{
        BasicArrayPackage, BasicBlobPackage, BasicMapPackage, BasicMathPackage, BitFieldPackage, CorePackage,
        LogicPackage, MoreStringPackage, Package,
    },
};

use self::{
    failure::Snippets,
    value::{argument, result},
};
use super::{
    PreparedSnippet, ScriptError, ScriptKind, ScriptLimits,
    cell::{Rows, cell_of},
    error::Position,
    language::{Language, Program},
    log,
    notation::Prepared,
};
use crate::value::Value;

/// The new value in write scripts.
const VALUE: &str = "value";

/// What is there for programs that trust their scripts.
const DISABLED: [&str; 3] = ["eval", "import", "export"];

/// Stack of a thread for what is deep: parser and engine recurse with the depth of expressions and calls.
const LARGE_STACK: usize = 32 << 20;

/// Expressions within each other.
const EXPRESSION_DEPTH: usize = 64;

/// A value may take this share of the memory of an object.
const SHARE_OF_MEMORY: usize = 16;

/// The engine of a project.
pub struct Rhai {
    engine: Engine,
    functions: AST,
    snippets: Snippets,
    limits: ScriptLimits,
}

impl Rhai {
    pub fn new(
        snippets: Vec<PreparedSnippet>,
        variables: &BTreeMap<String, Value>,
        limits: ScriptLimits,
    ) -> Result<Self, ScriptError> {
        let mut language = Self {
            engine: engine(variables, limits),
            functions: AST::empty(),
            snippets: HashMap::new(),
            limits,
        };
        for snippet in snippets {
            let ast = language.parse(&snippet.script, &Scope::new())?;
            language.functions.combine(ast);
            for function in snippet.functions {
                language.snippets.insert(function.name, snippet.script.clone());
            }
        }
        Ok(language)
    }

    /// Parses on a thread of its own, whose stack holds the deepest expression that is permitted.
    fn parse(&self, script: &Prepared, scope: &Scope<'_>) -> Result<AST, ScriptError> {
        let broken = |text: &str| ScriptError::Engine { place: script.place.clone(), text: text.to_owned() };
        let parsed = thread::scope(|threads| {
            let compiler = large_stack()
                .spawn_scoped(threads, || self.engine.compile_with_scope(scope, &script.code))
                .map_err(|error| broken(&error.to_string()))?;
            compiler.join().map_err(|_| broken("the compiler panicked"))
        })?;
        parsed.map_err(|error| compile_error(script, &error))
    }
}

impl Language for Rhai {
    fn compile(self: Arc<Self>, script: Prepared, kind: ScriptKind) -> Result<Arc<dyn Program>, ScriptError> {
        let slots: Vec<String> = (0..script.names.len()).map(|index| script.slot(index)).collect();
        let mut scope = Scope::new();
        for slot in &slots {
            scope.push_dynamic(slot.as_str(), Dynamic::UNIT);
        }
        if kind.assigns() {
            scope.push_dynamic(VALUE, Dynamic::UNIT);
        }
        let ast = self.functions.merge(&self.parse(&script, &scope)?);
        Ok(Arc::new(Script { language: self, ast, slots, script }))
    }
}

/// What the engine gave, or that it panicked.
type Outcome = thread::Result<Result<Dynamic, Box<EvalAltResult>>>;

fn large_stack() -> thread::Builder {
    thread::Builder::new().name("script".to_owned()).stack_size(LARGE_STACK)
}

struct Script {
    language: Arc<Rhai>,
    ast: AST,
    slots: Vec<String>,
    script: Prepared,
}

impl Program for Script {
    fn values(&self, rows: &dyn Rows, sink: &mut dyn FnMut(Result<Value, ScriptError>)) {
        let mut scope = Scope::with_capacity(self.slots.len());
        for row in 0..rows.count() {
            sink(self.run(&mut scope, None, rows, row).and_then(|found| self.value(found)));
        }
    }

    fn write(&self, value: &Value, row: &dyn Rows) -> Result<Vec<Value>, ScriptError> {
        let mut scope = Scope::with_capacity(self.slots.len() + 1);
        let _result = self.run(&mut scope, Some(value), row, 0)?;
        let assigned = self.script.assigned.iter().map(|index| {
            self.value(scope.get(&self.slots[*index]).map_or(Dynamic::UNIT, Dynamic::flatten_clone))
        });
        assigned.collect()
    }

    fn script(&self) -> &Prepared {
        &self.script
    }
}

impl Script {
    /// Runs the script on one object in a scope that is fresh.
    fn run(
        &self,
        scope: &mut Scope<'_>,
        value: Option<&Value>,
        rows: &dyn Rows,
        row: usize,
    ) -> Result<Dynamic, ScriptError> {
        let language = &self.language;
        self.fill(scope, value, rows, row);
        let mut outcome = self.call(scope, watch::STACK);
        if outcome
            .as_ref()
            .is_ok_and(|result| result.as_ref().is_err_and(|error| watch::is_out_of_stack(error)))
        {
            // Deep, but perhaps not too deep: what is left of this thread's stack is no limit of a script.
            self.fill(scope, value, rows, row);
            outcome = self.call_with_large_stack(scope)?;
        }
        match outcome {
            Ok(result) => result.map_err(|error| {
                failure::explain(&self.script, &language.snippets, language.limits, *error, rows, row)
            }),
            Err(_) => Err(self.broken("it panicked on this object")),
        }
    }

    fn fill(&self, scope: &mut Scope<'_>, value: Option<&Value>, rows: &dyn Rows, row: usize) {
        scope.clear();
        for (column, slot) in self.slots.iter().enumerate() {
            let value = argument(&rows.cell(column, row));
            if self.script.assigned.contains(&column) {
                scope.push_dynamic(slot.as_str(), value);
            } else {
                scope.push_constant_dynamic(slot.as_str(), value);
            }
        }
        if let Some(value) = value {
            scope.push_constant_dynamic(VALUE, argument(&cell_of(value)));
        }
    }

    fn call(&self, scope: &mut Scope<'_>, stack: usize) -> Outcome {
        let language = &self.language;
        log::restart();
        catch_unwind(AssertUnwindSafe(|| {
            watch::start(language.limits, stack);
            language.engine.eval_ast_with_scope::<Dynamic>(scope, &self.ast)
        }))
    }

    fn call_with_large_stack(&self, scope: &mut Scope<'_>) -> Result<Outcome, ScriptError> {
        let logs = log::is_collecting();
        let (outcome, logged) = thread::scope(|threads| {
            let deep = large_stack()
                .spawn_scoped(threads, || {
                    let mut run = || self.call(scope, LARGE_STACK - watch::STACK);
                    if logs { log::collect(run) } else { (run(), log::Logged::default()) }
                })
                .map_err(|error| self.broken(&error.to_string()))?;
            deep.join().map_err(|_| self.broken("it panicked on this object"))
        })?;
        log::restart_with(logged);
        Ok(outcome)
    }

    fn broken(&self, text: &str) -> ScriptError {
        ScriptError::Engine { place: self.script.place.clone(), text: text.to_owned() }
    }

    fn value(&self, found: Dynamic) -> Result<Value, ScriptError> {
        result(found).map_err(|found| ScriptError::WrongType {
            place: self.script.place.clone(),
            found,
            wanted: "value of a property".to_owned(),
        })
    }
}

fn engine(variables: &BTreeMap<String, Value>, limits: ScriptLimits) -> Engine {
    let mut engine = Engine::new_raw();
    CorePackage::new().register_into_engine(&mut engine);
    BitFieldPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicBlobPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    for symbol in DISABLED {
        engine.disable_symbol(symbol);
    }
    let size = (limits.memory / SHARE_OF_MEMORY).max(1);
    engine
        .set_max_modules(0)
        .set_max_call_levels(limits.depth)
        .set_max_expr_depths(EXPRESSION_DEPTH, EXPRESSION_DEPTH)
        .set_max_string_size(size)
        .set_max_array_size((size / size_of::<Dynamic>()).max(1))
        .set_max_map_size((size / size_of::<(ImmutableString, Dynamic)>()).max(1))
        // Threads would wait for each other at a shared table of strings.
        .set_max_strings_interned(0)
        .set_strict_variables(true)
        // A misspelt key of a map is a mistake, not a missing value.
        .set_fail_on_invalid_map_property(true);
    engine.on_progress(watch::check);
    engine.on_print(|text| tracing::debug!(target: "syncwright::script", "{text}"));
    engine.on_debug(|text, _, position| tracing::debug!(target: "syncwright::script", %position, "{text}"));
    let variables: Map =
        variables.iter().map(|(name, value)| (name.as_str().into(), argument(&cell_of(value)))).collect();
    // Threads have better things to do, and no limit would hold.
    engine.register_fn("sleep", |_: INT| no_sleep());
    engine.register_fn("sleep", |_: FLOAT| no_sleep());
    // Called by the name that `notation` writes for `Variables`.
    engine.register_fn("Variables", move || variables.clone());
    engine.register_fn(
        "log",
        |text: ImmutableString| {
            if log::add(&text) { Ok(()) } else { Err(not_there("log")) }
        },
    );
    #[cfg(test)]
    engine.register_fn("panic_in_the_engine", super::tests::panic_in_the_engine);
    engine
}

fn no_sleep() -> Result<(), Box<EvalAltResult>> {
    Err(not_there("sleep"))
}

fn not_there(name: &str) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorFunctionNotFound(name.to_owned(), rhai::Position::NONE))
}

fn compile_error(script: &Prepared, error: &ParseError) -> ScriptError {
    let position = position_of(error.position());
    let help = match error.err_type() {
        rhai::ParseErrorType::VariableUndefined(name) => {
            format!(
                "write $Left::{name}$ for a property, Variables.{name} for a session variable, or let {name} = …"
            )
        }
        rhai::ParseErrorType::ExprTooDeep => "use variables for parts of the expression".to_owned(),
        rhai::ParseErrorType::BadInput(_) | rhai::ParseErrorType::Reserved(_) => {
            format!("{} are not there in scripts; texts stand in double quotes", DISABLED.join(", "))
        }
        _ => "the project's script language is Rhai; look in front of this place, too".to_owned(),
    };
    script.error(&error.err_type().to_string(), position, help)
}

fn position_of(position: rhai::Position) -> Option<Position> {
    Some(Position { line: position.line()?, column: position.position().unwrap_or(1) })
}
