//! Lookup reconciliation (R21): value lists filled from the class that a rule names as their source.
//!
//! Reads only. What a list becomes is told as a difference; taking it over changes the project in memory, and saving
//! that is the caller's business.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, atomic::AtomicU64},
};

use arrow::array::RecordBatch;
use datafusion::error::DataFusionError;
use miette::Diagnostic;
use serde_json::{Value as Json, json};
use thiserror::Error;

use super::{effective_project, ended::connector_error, reconcile::session, source::SystemTables};
use crate::{
    connect::{ConnectError, ErrorKind},
    expr::VariablesError,
    mapping::{CompiledClass, MappingError, UNREAD_COLUMN, compile_lookup},
    progress::CancelToken,
    project::{LookupEntry, LookupSource, Mapping, Project, PropertyRule},
    value::{Value, value_at},
};

/// Codes that are named in an error.
const NAMED: usize = 10;

/// Why a value list could not be filled.
#[derive(Debug, Error, Diagnostic)]
pub enum LookupError {
    /// No rule that was asked for has a source.
    #[error("no rule {wanted}has a value list with a source")]
    #[diagnostic(code("SW-R401"), help("set `lookup_source` in the flags of a rule; look at the names"))]
    NoSource {
        /// What was asked for, in words that end in a space; empty for everything.
        wanted: String,
    },
    /// The source cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Mapping(#[from] MappingError),
    /// A code is there more than once.
    #[error("{place}: {} of {class} are there more than once: {}", codes.len(), named(codes))]
    #[diagnostic(
        code("SW-R402"),
        help(
            "the list stays as it is; let a condition, or a class with a filter, leave one object for each code"
        )
    )]
    Duplicates {
        /// The rule.
        place: String,
        /// The class.
        class: String,
        /// The codes.
        codes: Vec<String>,
    },
    /// The source has no entry.
    #[error("{place}: {class} gives no entry")]
    #[diagnostic(
        code("SW-R403"),
        help("the list stays as it is; look at the condition, and at whether this user may read the table")
    )]
    Empty {
        /// The rule.
        place: String,
        /// The class.
        class: String,
    },
    /// A script of the class fails on an object.
    #[error("{place}: an object of {class} cannot be read: {text}")]
    #[diagnostic(code("SW-R404"), help("the list stays as it is; correct the object, or the script"))]
    Unread {
        /// The rule.
        place: String,
        /// The class.
        class: String,
        /// What the script says.
        text: String,
    },
    /// A variable cannot be replaced.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Variables(#[from] VariablesError),
    /// The system cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Connect(#[from] ConnectError),
    /// The engine fails.
    #[error("reading the source of a value list failed: {text}")]
    #[diagnostic(code("SW-R006"), help("please report this together with the project"))]
    Engine {
        /// Why.
        text: String,
    },
}

impl LookupError {
    /// Exit code of the command line for this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Connect(error) => match error.kind {
                ErrorKind::Cancelled => 130,
                _ => 4,
            },
            Self::Engine { .. } | Self::Unread { .. } => 4,
            Self::NoSource { .. }
            | Self::Mapping(_)
            | Self::Duplicates { .. }
            | Self::Empty { .. }
            | Self::Variables(_) => 2,
        }
    }
}

fn named(codes: &[String]) -> String {
    let mut shown: Vec<String> = codes.iter().take(NAMED).map(|code| format!("{code:?}")).collect();
    if codes.len() > NAMED {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

/// What a lookup reconciliation found for the value list of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupUpdate {
    /// The mapping.
    pub mapping: String,
    /// The rule.
    pub rule: String,
    /// Where the list comes from.
    pub source: LookupSource,
    /// The list as the source has it, in the order of the codes.
    pub entries: Vec<LookupEntry>,
    /// Objects without code or decode, which are left out.
    pub left_out: usize,
    /// Entries whose code is new.
    pub added: Vec<LookupEntry>,
    /// Entries whose code is gone.
    pub removed: Vec<LookupEntry>,
    /// Entries with another decode: as they are, and as they were.
    pub changed: Vec<(LookupEntry, String)>,
}

impl LookupUpdate {
    /// True if the list of the project is another one.
    #[must_use]
    pub const fn differs(&self) -> bool {
        !self.added.is_empty() || !self.removed.is_empty() || !self.changed.is_empty()
    }

    /// Takes the list over into the project.
    pub fn apply(&self, project: &mut Project) {
        let mappings = project.mappings.iter_mut().filter(|mapping| mapping.name == self.mapping);
        for rule in mappings.flat_map(|mapping| &mut mapping.rules).filter(|rule| rule.name == self.rule) {
            rule.flags.lookup.clone_from(&self.entries);
        }
    }

    /// The update as in the JSON of the command line.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let entry = |entry: &LookupEntry| json!({ "code": entry.code, "decode": entry.decode });
        let LookupSource { side, class, code, decode, condition } = &self.source;
        let changed =
            |(new, old): &(LookupEntry, String)| json!({ "code": new.code, "old": old, "new": new.decode });
        json!({
            "mapping": self.mapping,
            "rule": self.rule,
            "source": {
                "side": side.id(), "class": class, "code": code, "decode": decode, "condition": condition,
            },
            "entries": self.entries.len(),
            "left_out": self.left_out,
            "added": self.added.iter().map(entry).collect::<Vec<_>>(),
            "removed": self.removed.iter().map(entry).collect::<Vec<_>>(),
            "changed": self.changed.iter().map(changed).collect::<Vec<_>>(),
        })
    }
}

/// Reads the sources of the value lists of all rules that have one, or only of `mapping` and `rule`.
///
/// `folder` is the folder of the project file; relative paths in connections count from it.
///
/// # Errors
///
/// [`LookupError`]; then no list is to be changed.
pub fn read_lookups(
    project: &Project,
    folder: &Path,
    mapping: Option<&str>,
    rule: Option<&str>,
    cancel: &CancelToken,
) -> Result<Vec<LookupUpdate>, LookupError> {
    let effective = effective_project(project, None)?;
    let mut updates = Vec::new();
    for owner in effective.mappings.iter().filter(|one| mapping.is_none_or(|wanted| one.name == wanted)) {
        for own in owner.rules.iter().filter(|one| rule.is_none_or(|wanted| one.name == wanted)) {
            if let Some(source) = &own.flags.lookup_source {
                updates.push(read_lookup(&effective, folder, (owner, own), source, cancel)?);
            }
        }
    }
    if updates.is_empty() {
        let wanted = [("of mapping", mapping), ("called", rule)];
        let wanted = wanted.iter().filter_map(|(what, name)| Some(format!("{what} {:?} ", (*name)?)));
        return Err(LookupError::NoSource { wanted: wanted.collect() });
    }
    Ok(updates)
}

fn read_lookup(
    project: &Project,
    folder: &Path,
    (mapping, rule): (&Mapping, &PropertyRule),
    source: &LookupSource,
    cancel: &CancelToken,
) -> Result<LookupUpdate, LookupError> {
    let session = session(1);
    let class = compile_lookup(&session, project, mapping, rule, source)?;
    let tables = SystemTables::new(project, folder, cancel, &Arc::new(AtomicU64::new(0)));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .thread_name("syncwright-lookup")
        .build()
        .map_err(|error| LookupError::Engine { text: format!("cannot start its threads: {error}") })?;
    let batches = runtime
        .block_on(async {
            let plan = class.plan(&session, &tables)?;
            session.execute_logical_plan(plan).await?.collect().await
        })
        .map_err(|error| failed(&error))?;
    let place = format!("mapping {}, rule {}", mapping.name, rule.name);
    let (entries, left_out) = entries(&class, source, &batches, &place)?;
    Ok(compared(mapping, rule, source, entries, left_out))
}

fn failed(error: &DataFusionError) -> LookupError {
    match connector_error(error) {
        Some(error) => LookupError::Connect(error.clone()),
        None => LookupError::Engine { text: error.strip_backtrace() },
    }
}

/// The entries that the objects give, by code; and how many objects give none.
fn entries(
    class: &CompiledClass,
    source: &LookupSource,
    batches: &[RecordBatch],
    place: &str,
) -> Result<(BTreeMap<String, String>, usize), LookupError> {
    let (mut found, mut twice, mut left_out) = (BTreeMap::new(), Vec::new(), 0);
    for batch in batches {
        for row in 0..batch.num_rows() {
            let value =
                |name: &str| batch.column_by_name(name).map_or(Value::Null, |column| value_at(column, row));
            if let unread @ Value::String(_) = value(UNREAD_COLUMN) {
                return Err(LookupError::Unread {
                    place: place.to_owned(),
                    class: class.name.clone(),
                    text: unread.to_string(),
                });
            }
            let (code, decode) = (value(&source.code), value(&source.decode));
            if code.is_empty() || decode.is_empty() {
                left_out += 1;
            } else if found.insert(code.to_string(), decode.to_string()).is_some() {
                twice.push(code.to_string());
            }
        }
    }
    if !twice.is_empty() {
        twice.sort();
        twice.dedup();
        return Err(LookupError::Duplicates {
            place: place.to_owned(),
            class: class.name.clone(),
            codes: twice,
        });
    }
    if found.is_empty() {
        return Err(LookupError::Empty { place: place.to_owned(), class: class.name.clone() });
    }
    Ok((found, left_out))
}

/// What makes the list of the source another one than that of the project.
fn compared(
    mapping: &Mapping,
    rule: &PropertyRule,
    source: &LookupSource,
    found: BTreeMap<String, String>,
    left_out: usize,
) -> LookupUpdate {
    let known: BTreeMap<&str, &str> =
        rule.flags.lookup.iter().map(|entry| (entry.code.as_str(), entry.decode.as_str())).collect();
    let mut update = LookupUpdate {
        mapping: mapping.name.clone(),
        rule: rule.name.clone(),
        source: source.clone(),
        entries: Vec::new(),
        left_out,
        added: Vec::new(),
        removed: rule.flags.lookup.iter().filter(|entry| !found.contains_key(&entry.code)).cloned().collect(),
        changed: Vec::new(),
    };
    for (code, decode) in found {
        let entry = LookupEntry { code, decode };
        match known.get(entry.code.as_str()) {
            None => update.added.push(entry.clone()),
            Some(old) if *old != entry.decode => update.changed.push((entry.clone(), (*old).to_owned())),
            Some(_) => {}
        }
        update.entries.push(entry);
    }
    update
}
