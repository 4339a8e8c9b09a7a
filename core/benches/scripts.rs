//! Figure Q8, raw: objects/s of rules that use a script, one core, without reading and comparing.
//!
//! The batches are those of a run. Appends to `target/figures.md`. The number of objects can be given as an
//! argument: `cargo bench --bench scripts -- 100000`.

use std::{
    collections::BTreeMap, error::Error, fmt::Write as _, fs, io::Write as _, path::Path, sync::Arc,
    time::Instant,
};

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use syncwright_core::{
    memory::{self, Allocator},
    project::{ScriptLanguage, Snippet},
    script::{ScriptKind, ScriptLimits, Scripts},
    value::ValueType,
};

/// As in the program.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

const BLOCK: usize = 8192;
const REPEATS: usize = 3;
/// Objects/s on two cores that a whole run is to reach.
const AIM: f64 = 200_000.0;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One rule: its name, the script, and the snippet that it calls.
struct Rule {
    name: &'static str,
    language: ScriptLanguage,
    code: &'static str,
    snippet: &'static str,
}

const RULES: [Rule; 4] = [
    Rule {
        name: "Rhai, two properties joined",
        language: ScriptLanguage::Rhai,
        code: r#"$Left::FirstName$ + "." + $Left::LastName$"#,
        snippet: "",
    },
    Rule {
        name: "Rhai, condition and snippet",
        language: ScriptLanguage::Rhai,
        code: r#"if $Left::FirstName$ == () { $Left::LastName$ } else { join($Left::FirstName$, $Left::LastName$) }"#,
        snippet: r#"fn join(first, last) { first + "." + last }"#,
    },
    Rule {
        name: "JavaScript, two properties joined",
        language: ScriptLanguage::JavaScript,
        code: r#"$Left::FirstName$ + "." + $Left::LastName$"#,
        snippet: "",
    },
    Rule {
        name: "JavaScript, condition and snippet",
        language: ScriptLanguage::JavaScript,
        code: "$Left::FirstName$ === null ? $Left::LastName$ : join($Left::FirstName$, $Left::LastName$)",
        snippet: "function join(first, last) { return first + \".\" + last; }",
    },
];

fn batch() -> Vec<ArrayRef> {
    let first = (0..BLOCK).map(|row| format!("First name {}", row % 997));
    let last = (0..BLOCK).map(|row| format!("Last name {row}"));
    vec![Arc::new(StringArray::from_iter_values(first)), Arc::new(StringArray::from_iter_values(last))]
}

/// Objects/s of the fastest of some passes.
fn measure(rule: &Rule, objects: usize) -> Result<f64> {
    let snippets = [Snippet { name: "names".to_owned(), code: rule.snippet.to_owned() }];
    let scripts = Scripts::new(rule.language, &snippets, BTreeMap::new(), ScriptLimits::default())?;
    let script = scripts.compile("figure Q8", rule.code, ScriptKind::Value)?;
    let columns = batch();
    let mut best = f64::INFINITY;
    for _ in 0..REPEATS {
        let start = Instant::now();
        for _ in 0..objects.div_ceil(BLOCK) {
            let (values, errors) = script.evaluate(&columns, BLOCK, ValueType::String, false);
            // A fast wrong answer is no figure.
            let last = values.as_string::<i32>().value(BLOCK - 1);
            if errors.null_count() != BLOCK
                || last != format!("First name {}.Last name {}", (BLOCK - 1) % 997, BLOCK - 1)
            {
                return Err(format!(
                    "{}: {} rows in error, last {last}",
                    rule.name,
                    BLOCK - errors.null_count()
                )
                .into());
            }
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok((objects.div_ceil(BLOCK) * BLOCK) as f64 / best)
}

fn main() -> Result<()> {
    memory::keep_for_reuse();
    let objects = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let mut text = String::new();
    for rule in &RULES {
        let rate = measure(rule, objects)?;
        let verdict = if rate >= AIM { "met" } else { "missed" };
        writeln!(
            text,
            "| Q8-raw | {}, one core | ≥ {AIM:.0} objects/s | {rate:.0} objects/s | {verdict} |",
            rule.name
        )?;
    }
    let target = std::env::var("CARGO_TARGET_DIR")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target").to_owned());
    fs::create_dir_all(&target)?;
    let mut file =
        fs::OpenOptions::new().create(true).append(true).open(Path::new(&target).join("figures.md"))?;
    file.write_all(text.as_bytes())?;
    {
        println!("{text}");
    }
    Ok(())
}
