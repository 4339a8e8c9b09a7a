//! Machines of QuickJS: made when a thread first needs one, kept for the next batch, limited in number.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    time::{Duration, Instant},
};

use rquickjs::{
    CatchResultExt, Coerced, Context, Ctx, Exception, Function, Persistent, Runtime,
    context::{EvalOptions, intrinsic},
    function::Args,
};

use super::{JavaScript, Script, failure, value};
use crate::{
    script::{
        ScriptError,
        cell::{Rows, cell_of},
        log,
    },
    value::Value,
};

/// Machines that a thread keeps; each holds about a megabyte.
const MACHINES: usize = 4;

/// Scripts whose functions a machine keeps.
const FUNCTIONS: usize = 512;

/// Stack for every call that may be open.
const STACK_PER_CALL: usize = 8 << 10;

/// A thread of the query engine has 2 MiB.
const STACK: std::ops::RangeInclusive<usize> = (128 << 10)..=(768 << 10);

/// Time for making a machine or compiling, on a busy computer.
const TIME_TO_COMPILE: Duration = Duration::from_secs(10);

/// Memory for making a machine and compiling.
const MEMORY_TO_COMPILE: usize = 64 << 20;

/// Where messages say a script is.
pub const SCRIPT_FILE: &str = "script";

type Intrinsics = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::Promise,
);

thread_local! {
    /// The one that was used last stands at the end.
    static KEPT: RefCell<Vec<Machine>> = const { RefCell::new(Vec::new()) };
}

/// Time of the object that the machine works on.
#[derive(Debug, Default)]
pub struct Watch {
    deadline: Cell<Option<Instant>>,
    /// How often the engine asked; it asks after so many operations.
    asked: Cell<u32>,
    stopped: Cell<bool>,
}

impl Watch {
    fn start(&self, time: Duration) {
        self.deadline.set(Instant::now().checked_add(time));
        self.asked.set(0);
        self.stopped.set(false);
    }

    fn is_over(&self) -> bool {
        self.asked.set(self.asked.get().saturating_add(1));
        // A short script on a computer that was busy elsewhere is not to blame.
        let has_worked = self.asked.get() > 1;
        let is_over = has_worked && self.deadline.get().is_some_and(|deadline| Instant::now() > deadline);
        self.stopped.set(self.stopped.get() || is_over);
        is_over
    }

    /// The machine was told to stop.
    pub fn has_stopped(&self) -> bool {
        self.stopped.get()
    }
}

// Functions go before the context, the context before the runtime: in the order of these fields.
struct Machine {
    language: u64,
    functions: HashMap<u64, Persistent<Function<'static>>>,
    context: Context,
    watch: Rc<Watch>,
    runtime: Runtime,
}

/// What becomes of a machine after some rows.
enum After {
    Done,
    /// The row used up time or memory; the machine must go.
    Spent,
    /// As `Spent`, but what rows before left behind may be the reason: the row has no result yet.
    Retry,
}

/// Runs `work` in a machine of this thread.
pub fn with<T>(
    language: &JavaScript,
    work: impl FnOnce(&Ctx<'_>, &Watch) -> Result<T, ScriptError>,
) -> Result<T, ScriptError> {
    let machine = take(language)?;
    machine.watch.start(TIME_TO_COMPILE);
    let result = machine.context.with(|context| work(&context, &machine.watch));
    if !machine.watch.has_stopped() {
        keep(machine);
    }
    result
}

/// The function that `code` is an expression for.
pub fn function<'js>(context: &Ctx<'js>, code: &str) -> rquickjs::Result<Function<'js>> {
    let options = options(SCRIPT_FILE);
    context.eval_with_options(code, options)
}

fn options(file: &str) -> EvalOptions {
    let mut options = EvalOptions::default();
    options.filename = Some(file.to_owned());
    options
}

/// Runs a script on every row, with the new value in front if there is one.
pub fn run(
    script: &Script,
    value: Option<&Value>,
    rows: &dyn Rows,
    sink: &mut dyn FnMut(Result<Vec<Value>, ScriptError>),
) {
    let broken =
        |text: &str| ScriptError::Engine { place: script.script.place.clone(), text: text.to_owned() };
    let mut next = 0;
    while next < rows.count() {
        let mut machine = match take(&script.language) {
            Ok(machine) => machine,
            Err(error) => {
                sink(Err(broken(&error.to_string())));
                next += 1;
                continue;
            }
        };
        let start = next;
        let was_new = machine.functions.is_empty();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            run_in(&mut machine, script, value, rows, &mut next, was_new, sink)
        }));
        match outcome {
            // Work that waits for later would be state: there is no such thing, and if there is, it goes.
            Ok(Ok(After::Done)) if !machine.runtime.is_job_pending() => keep(machine),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                sink(Err(error));
                next += 1;
            }
            Err(_) => {
                sink(Err(broken("it panicked on this object")));
                next = next.max(start) + 1;
            }
        }
    }
}

fn run_in(
    machine: &mut Machine,
    script: &Script,
    value: Option<&Value>,
    rows: &dyn Rows,
    next: &mut usize,
    was_new: bool,
    sink: &mut dyn FnMut(Result<Vec<Value>, ScriptError>),
) -> Result<After, ScriptError> {
    let Machine { functions, context, watch, .. } = machine;
    let limits = script.language.limits;
    context.with(|context| {
        watch.start(TIME_TO_COMPILE);
        let function = compiled(functions, &context, script)?;
        let mut is_first = was_new;
        while *next < rows.count() {
            watch.start(limits.time);
            let result = call(&context, &function, value, rows, *next).catch(&context);
            let result = result.map_err(|error| failure::explain(script, watch, &error, rows, *next));
            let after = match &result {
                Err(ScriptError::Memory { .. }) if is_first => After::Spent,
                Err(ScriptError::Memory { .. }) => return Ok(After::Retry),
                Err(ScriptError::Time { .. }) => After::Spent,
                _ => After::Done,
            };
            sink(result.and_then(|found| {
                found.map_err(|found| ScriptError::WrongType {
                    place: script.script.place.clone(),
                    found,
                    wanted: "value of a property".to_owned(),
                })
            }));
            *next += 1;
            is_first = false;
            if matches!(after, After::Spent) {
                return Ok(after);
            }
        }
        Ok(After::Done)
    })
}

fn compiled<'js>(
    functions: &mut HashMap<u64, Persistent<Function<'static>>>,
    context: &Ctx<'js>,
    script: &Script,
) -> Result<Function<'js>, ScriptError> {
    if let Some(kept) = functions.get(&script.id)
        && let Ok(function) = kept.clone().restore(context)
    {
        return Ok(function);
    }
    let function = function(context, &script.code)
        .catch(context)
        .map_err(|error| failure::compile_error(&script.script, &error))?;
    if functions.len() >= FUNCTIONS {
        functions.clear();
    }
    functions.insert(script.id, Persistent::save(context, function.clone()));
    Ok(function)
}

/// What one row gives: values, or what it is if it is none.
type Found = Result<Vec<Value>, &'static str>;

fn call<'js>(
    context: &Ctx<'js>,
    function: &Function<'js>,
    value: Option<&Value>,
    rows: &dyn Rows,
    row: usize,
) -> rquickjs::Result<Found> {
    log::restart();
    let columns = rows.columns();
    let mut arguments = Args::new(context.clone(), columns + usize::from(value.is_some()));
    if let Some(value) = value {
        arguments.push_arg(value::argument(context, &cell_of(value))?)?;
    }
    for column in 0..columns {
        arguments.push_arg(value::argument(context, &rows.cell(column, row))?)?;
    }
    let found: rquickjs::Value<'js> = function.call_arg(arguments)?;
    if value.is_some() { value::results(&found) } else { Ok(value::result(&found)?.map(|value| vec![value])) }
}

fn take(language: &JavaScript) -> Result<Machine, ScriptError> {
    let kept = KEPT.with_borrow_mut(|machines| {
        let at = machines.iter().position(|machine| machine.language == language.id)?;
        Some(machines.remove(at))
    });
    kept.map_or_else(|| make(language), Ok)
}

fn keep(machine: Machine) {
    let spare = KEPT.with_borrow_mut(|machines| {
        let spare = (machines.len() >= MACHINES).then(|| machines.remove(0));
        machines.push(machine);
        spare
    });
    drop(spare);
}

fn make(language: &JavaScript) -> Result<Machine, ScriptError> {
    let broken = |error: rquickjs::Error| ScriptError::Engine {
        place: "this project".to_owned(),
        text: error.to_string(),
    };
    let watch = Rc::new(Watch::default());
    watch.start(TIME_TO_COMPILE);
    let runtime = Runtime::new().map_err(broken)?;
    runtime.set_memory_limit(MEMORY_TO_COMPILE);
    let stack = language.limits.depth.saturating_mul(STACK_PER_CALL);
    runtime.set_max_stack_size(stack.clamp(*STACK.start(), *STACK.end()));
    let handler = Rc::clone(&watch);
    runtime.set_interrupt_handler(Some(Box::new(move || handler.is_over())));
    let context = Context::custom::<Intrinsics>(&runtime).map_err(broken)?;
    context.with(|context| prepare(&context, language))?;
    runtime.run_gc();
    let used = usize::try_from(runtime.memory_usage().malloc_size).unwrap_or_default();
    runtime.set_memory_limit(used.saturating_add(language.limits.memory));
    Ok(Machine { language: language.id, functions: HashMap::new(), context, watch, runtime })
}

/// Takes away, defines the functions of the snippets, freezes.
fn prepare(context: &Ctx<'_>, language: &JavaScript) -> Result<(), ScriptError> {
    let broken = |error: rquickjs::CaughtError<'_>| ScriptError::Engine {
        place: "this project".to_owned(),
        text: error.to_string(),
    };
    let bootstrap: Function<'_> = context
        .eval_with_options(include_str!("bootstrap.js"), options("bootstrap"))
        .catch(context)
        .map_err(broken)?;
    bootstrap.call::<_, ()>(()).catch(context).map_err(broken)?;
    let log = Function::new(context.clone(), |context: Ctx<'_>, text: Coerced<String>| {
        if log::add(&text) {
            return Ok(());
        }
        Err(Exception::throw_reference(&context, "log is there in actions after only"))
    });
    let globals = context.globals();
    log.and_then(|log| globals.set("log", log)).catch(context).map_err(broken)?;
    for snippet in &language.snippets {
        let script = &snippet.script;
        context
            .eval_with_options::<(), _>(script.code.as_str(), options(&script.place))
            .catch(context)
            .map_err(|error| failure::snippet_error(script, &error))?;
    }
    let mut names = Vec::new();
    let mut values = Vec::new();
    for (name, value) in language.variables.iter() {
        names.push(name.as_str());
        values.push(value::argument(context, &cell_of(value)).catch(context).map_err(broken)?);
    }
    #[cfg(test)]
    Function::new(context.clone(), crate::script::tests::panic_in_the_engine)
        .and_then(|function| context.globals().set("panic_in_the_engine", function))
        .catch(context)
        .map_err(broken)?;
    bootstrap.call::<_, ()>((names, values)).catch(context).map_err(broken)
}
