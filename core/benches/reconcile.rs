//! Figures Q2, Q5 and Q8: matching and comparing alone, both sides in memory.
//!
//! The same compiled mapping and the same plan as a run; only the tables come from memory. Writes
//! `target/figures.md`. Numbers of objects can be given as arguments: `cargo bench --bench reconcile -- 100000`.

use std::{error::Error, fmt::Write as _, fs, path::Path, sync::Arc, time::Instant};

use arrow::{
    array::{ArrayRef, RecordBatch, StringArray, UInt32Array},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use datafusion::{catalog::TableProvider, datasource::MemTable, prelude::SessionContext};
use syncwright_core::{
    connect::ROW_COLUMN,
    mapping::{CompiledMapping, TableSource, compile},
    memory::{self, Allocator},
    project::{Direction, Mapping, Project, SchemaType, ScriptLanguage, Side, from_text},
    sync::reconcile::{Reconciled, reconcile, session},
};

/// As in the program.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

const PROPERTIES: usize = 10;
const BLOCK: usize = 8192;
/// One object in so many differs.
const DIFFERING: usize = 50;
const REPEATS: usize = 5;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Both sides in memory.
struct InMemory {
    left: Arc<MemTable>,
    right: Arc<MemTable>,
}

impl TableSource for InMemory {
    fn table(&self, side: Side, _schema_type: &SchemaType) -> Arc<dyn TableProvider> {
        match side {
            Side::Left => Arc::clone(&self.left) as Arc<dyn TableProvider>,
            Side::Right => Arc::clone(&self.right) as Arc<dyn TableProvider>,
        }
    }

    fn labels(&self, _side: Side, _schema_type: &SchemaType) -> Option<Arc<dyn TableProvider>> {
        None
    }
}

fn schema() -> SchemaRef {
    let mut fields = vec![Field::new("id", DataType::Utf8, true)];
    fields.extend((0..PROPERTIES).map(|number| Field::new(format!("p{number}"), DataType::Utf8, true)));
    fields.push(Field::new(ROW_COLUMN, DataType::UInt32, false));
    Arc::new(Schema::new(fields))
}

/// Objects of one side; the right one in another order and with differences.
fn table(objects: usize, side: Side) -> Result<Arc<MemTable>> {
    let schema = schema();
    // Odd, so coprime to any power of two and with luck to the number of objects: another order.
    let identity = |row: usize| match side {
        Side::Left => row,
        Side::Right => objects - 1 - row,
    };
    let mut batches = Vec::new();
    for start in (0..objects).step_by(BLOCK) {
        let rows = start..(start + BLOCK).min(objects);
        let mut columns: Vec<ArrayRef> = vec![Arc::new(StringArray::from_iter_values(
            rows.clone().map(|row| format!("employee-{:08}", identity(row))),
        ))];
        for property in 0..PROPERTIES {
            let values = rows.clone().map(|row| {
                let object = identity(row);
                let differs = side == Side::Right
                    && property == object % PROPERTIES
                    && object.is_multiple_of(DIFFERING);
                format!("value {property} of {}{}", object % 10_007, if differs { " changed" } else { "" })
            });
            columns.push(Arc::new(StringArray::from_iter_values(values)));
        }
        columns.push(Arc::new(UInt32Array::from_iter_values(
            rows.map(|row| u32::try_from(row).unwrap_or(u32::MAX)),
        )));
        batches.push(RecordBatch::try_new(Arc::clone(&schema), columns)?);
    }
    Ok(Arc::new(MemTable::try_new(schema, vec![batches])?))
}

/// A rule by script that gives what is there: the script runs for every object, and nothing else differs.
const SCRIPT_JAVASCRIPT: &str = "return $Left::p0$.length > 4 ? $Left::p0$ : \"short\";";
const SCRIPT_RHAI: &str = "if $Left::p0$.len() > 4 { $Left::p0$ } else { \"short\" }";

fn project(script: Option<ScriptLanguage>) -> Result<Project> {
    let mut properties = String::from("(name: \"id\", value_type: String),");
    let mut rules = String::new();
    let formula = |text: &str| format!("transformation: (to_target: Some(Script({text:?}))),");
    for number in 0..PROPERTIES {
        write!(properties, "(name: \"p{number}\", value_type: String),")?;
        let formula = match script.filter(|_| number == 0) {
            None => String::new(),
            Some(ScriptLanguage::Rhai) => formula(SCRIPT_RHAI),
            Some(ScriptLanguage::JavaScript) => formula(SCRIPT_JAVASCRIPT),
        };
        write!(rules, "(name: \"rule {number}\", left: \"p{number}\", right: \"p{number}\", {formula}),")?;
    }
    let system = |name: &str| {
        format!(
            "(connection: (system_identifier: \"{name}\", provider: Sqlite(file: \"unused\")), \
             schema: (types: [(name: \"person\", properties: [{properties}], key: [\"id\"])]))"
        )
    };
    let text = format!(
        "(format: 1, name: \"figures\", script_language: {:?}, central: {}, target: {}, mappings: [(name: \"people\", left: \"person\", \
         right: \"person\", matching: [(name: \"id\", on: Pair(\"id\", \"id\"))], rules: [{rules}])])",
        script.unwrap_or(ScriptLanguage::Rhai),
        system("L"),
        system("R")
    );
    Ok(from_text("figures", &text)?)
}

/// Both sides in memory, and the mapping between them.
struct Work {
    objects: usize,
    source: InMemory,
    compiled: CompiledMapping,
    session: SessionContext,
    runtime: tokio::runtime::Runtime,
}

impl Work {
    fn new(objects: usize, threads: usize, script: Option<ScriptLanguage>) -> Result<Self> {
        let source = InMemory { left: table(objects, Side::Left)?, right: table(objects, Side::Right)? };
        let project = project(script)?;
        let mapping: &Mapping = project.mapping("people").ok_or("no mapping")?;
        let session = session(threads);
        let compiled = compile(&session, &project, mapping, None, Direction::ToTarget, false)?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_time().build()?;
        Ok(Self { objects, source, compiled, session, runtime })
    }

    /// Seconds that reconciling takes.
    fn once(&self) -> Result<f64> {
        let start = Instant::now();
        let found = self.runtime.block_on(reconcile(&self.session, &self.compiled, &self.source))?;
        let seconds = start.elapsed().as_secs_f64();
        verify(&found, self.objects)?;
        Ok(seconds)
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A fast wrong answer is no figure.
fn verify(found: &Reconciled, objects: usize) -> Result<()> {
    let differing: usize = found.attention.iter().map(RecordBatch::num_rows).sum();
    let expected = objects.div_ceil(DIFFERING);
    if found.pairs != objects as u64 || differing != expected || !found.left_only.is_empty() {
        return Err(format!(
            "{} pairs, {differing} differing; expected {objects} and {expected}",
            found.pairs
        )
        .into());
    }
    Ok(())
}

/// Q8: the same work with a rule that is a script.
fn by_script(objects: usize, threads: usize) -> Result<String> {
    let mut lines = String::new();
    for language in [ScriptLanguage::Rhai, ScriptLanguage::JavaScript] {
        let work = Work::new(objects, threads, Some(language))?;
        work.once()?;
        let seconds = median((0..REPEATS).map(|_| work.once()).collect::<Result<Vec<f64>>>()?);
        let rate = objects as f64 / seconds;
        writeln!(
            lines,
            "| Q8 | match + compare in memory, one of {PROPERTIES} rules a script ({language:?}), {objects} × {objects} \
             objects | ≥ 200 000 objects/s | {rate:.0} objects/s ({seconds:.3} s, median) | {} |",
            if rate >= 200_000.0 { "met" } else { "missed" }
        )?;
    }
    Ok(lines)
}

fn main() -> Result<()> {
    memory::keep_for_reuse();
    let million: usize =
        std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let threads = std::thread::available_parallelism()?.get();
    let (small, large) = (Work::new(million, threads, None)?, Work::new(4 * million, threads, None)?);
    // Four small ones take about as long as a large one right after them, so that whatever else the machine does
    // concerns both. The best of either would favour the small one, which finds a quiet moment sooner.
    let (mut times, mut large_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // The first one of each size pays for memory that the process has never had.
    small.once()?;
    large.once()?;
    for _ in 0..REPEATS {
        let four = (0..4).map(|_| small.once()).collect::<Result<Vec<f64>>>()?;
        let one = large.once()?;
        ratios.push(one / (four.iter().sum::<f64>() / 4.0));
        times.extend(four);
        large_times.push(one);
    }
    let (small, large, ratio) = (median(times), median(large_times), median(ratios));
    let rate = million as f64 / small;
    let verdict = |met: bool| if met { "met" } else { "missed" };
    let mut text = format!(
        "# Figures\n\nMade by `tests/figures` on {threads} cores. Objects count once, not per side.\n\n\
         | id | figure | aim | measured | |\n|---|---|---|---|---|\n\
         | Q2 | match + compare in memory, {million} × {million} objects × {PROPERTIES} properties, 1 in {DIFFERING} differs | ≥ 1 500 000 objects/s | {:.0} objects/s ({small:.3} s, median) | {} |\n\
         | Q5 | time for {} ÷ time for {million} objects | ≤ 4.4 | {ratio:.2} ({large:.3} s, median of {REPEATS} pairs) | {} |\n",
        rate,
        verdict(rate >= 1_500_000.0),
        4 * million,
        verdict(ratio <= 4.4),
    );
    text.push_str(&by_script(million, threads)?);
    let target = std::env::var("CARGO_TARGET_DIR")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target").to_owned());
    fs::create_dir_all(&target)?;
    fs::write(Path::new(&target).join("figures.md"), &text)?;
    {
        println!("{text}");
    }
    Ok(())
}
