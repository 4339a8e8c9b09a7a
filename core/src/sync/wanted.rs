//! Only some objects of the central system: what provisioning is about (O6, D5).
//!
//! Both classes are read and matched as in a run, because only then is it certain which objects belong together. Then
//! everything but the wanted objects is left out of what was found: nobody else is judged, and who is missing in the
//! central system is nobody's business here.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashSet},
};

use arrow::{
    array::RecordBatch,
    compute::{filter_record_batch, not},
};
use datafusion::{
    error::Result as DataFusionResult,
    logical_expr::{Expr, LogicalPlanBuilder},
};

use super::{
    evaluate::Evaluator,
    execute::Execution,
    reconcile::Reconciled,
    source::{SystemTables, label_key},
};
use crate::{
    expr::property,
    journal::{Message, MessageLevel},
    mapping::{CompiledMapping, WANTED_COLUMN},
    project::{Lifecycle, Project, Side},
    value::value_at,
};

/// Code of what is told of objects that are not there.
pub const ABSENT: &str = "SW-R130";
/// Code of what is told of objects with more than one candidate.
const AMBIGUOUS: &str = "SW-R101";
/// Code of what a provisioning says about itself.
const ABOUT: &str = "SW-R129";

/// The objects that a provisioning is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The mapping.
    pub mapping: String,
    /// Keys of central objects, as [`label_key`] writes them.
    pub keys: HashSet<String>,
    /// Their passwords changed (R21).
    pub password_change: bool,
}

/// What became of the objects, as far as finding them tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundObjects {
    /// Those that are in the class, as people know them, by key.
    pub names: BTreeMap<String, String>,
    /// Those that have more than one candidate.
    pub ambiguous: BTreeSet<String>,
    /// Those that are not in the class.
    pub absent: BTreeSet<String>,
}

/// The objects of a provisioning in an execution.
#[derive(Debug)]
pub(super) struct WantedObjects {
    pub wanted: Wanted,
    pub found: RefCell<FoundObjects>,
}

impl WantedObjects {
    pub(super) fn new(wanted: Wanted) -> Self {
        Self { wanted, found: RefCell::default() }
    }

    /// What there is to say before everything else, and how many objects are in error by that.
    pub(super) fn messages(&self, class: &str) -> (Vec<Message>, u64) {
        let message = |level: MessageLevel, code: &str, text: String, object: Option<String>| Message {
            level,
            code: code.to_owned(),
            text,
            object,
            property: None,
            rule: None,
        };
        let found = self.found.borrow();
        let objects = match self.wanted.keys.len() {
            1 => "1 central object".to_owned(),
            many => format!("{many} central objects"),
        };
        let change = if self.wanted.password_change { ", with a change of password" } else { "" };
        let about = format!("provisioning of {objects}{change}; no other object is looked at");
        let absent = found.absent.iter().map(|key| {
            let text = format!("{class} has no such object, or its filter or the scope leaves it out");
            message(MessageLevel::Error, ABSENT, text, Some(key.clone()))
        });
        let ambiguous = found.ambiguous.iter().map(|key| {
            let text = "not provisioned, because matching is ambiguous for it: correct its matching properties, or those \
                        of its candidates";
            message(MessageLevel::Error, AMBIGUOUS, text.to_owned(), found.names.get(key).cloned())
        });
        let messages = std::iter::once(message(MessageLevel::Info, ABOUT, about, None));
        let failed = (found.absent.len() + found.ambiguous.len()) as u64;
        (messages.chain(absent).chain(ambiguous).collect(), failed)
    }
}

/// The project as provisioning sees it: without rules that are not for it (R21), and without deletes by absence.
pub(super) fn for_provisioning(project: &mut Project, wanted: &Wanted) {
    for mapping in project.mappings.iter_mut().filter(|mapping| mapping.name == wanted.mapping) {
        for rule in mapping.rules.iter_mut().filter(|rule| rule.flags.ignore_in_provisioning) {
            rule.lifecycle = Lifecycle::Off;
        }
    }
    let steps = project.workflows.iter_mut().flat_map(|workflow| &mut workflow.steps);
    for step in steps.filter(|step| step.mapping == wanted.mapping) {
        step.methods.only_in_destination.clear();
    }
}

fn is_wanted() -> Expr {
    property(Side::Left, WANTED_COLUMN).is_true()
}

impl Execution<'_> {
    /// Leaves everything but the wanted objects out of what was found; does nothing if all are wanted.
    pub(super) async fn keep_wanted(
        &self,
        mapping: &CompiledMapping,
        tables: &SystemTables<'_>,
        found: &mut Reconciled,
    ) -> DataFusionResult<()> {
        let Some(objects) = &self.wanted else { return Ok(()) };
        found.read = Some([Side::Left, Side::Right].map(|side| found.objects(side)));
        let evaluator = Evaluator::new(&self.session, &found.schema);
        let mut names = BTreeMap::new();
        let mut keep = |part: &mut Vec<RecordBatch>| -> DataFusionResult<_> {
            let rows = evaluator.together(part)?;
            let wanted = evaluator.holds(&is_wanted(), &rows)?;
            let kept = filter_record_batch(&rows, &wanted)?;
            names.extend(named(mapping, &evaluator, &kept)?);
            *part = vec![kept];
            Ok(filter_record_batch(&rows, &not(&wanted)?)?)
        };
        keep(&mut found.attention)?;
        found.not_wanted = vec![keep(&mut found.left_only)?];
        found.pairs = found.attention.iter().map(|batch| batch.num_rows() as u64).sum();
        found.right_only.clear();
        (found.ambiguous_left, found.ambiguous_right) = (0, 0);
        let missing: HashSet<&String> =
            objects.wanted.keys.iter().filter(|key| !names.contains_key(*key)).collect();
        let mut told = FoundObjects { names, ..FoundObjects::default() };
        if !missing.is_empty() {
            let others = self.in_class(mapping, tables).await?;
            for key in missing {
                match others.get(key) {
                    Some(name) => {
                        told.names.insert(key.clone(), name.clone());
                        told.ambiguous.insert(key.clone());
                    }
                    None => drop(told.absent.insert(key.clone())),
                }
            }
        }
        let concerned: HashSet<&String> =
            told.ambiguous.iter().filter_map(|key| told.names.get(key)).collect();
        found.ambiguous.retain(|group| group.left.iter().any(|name| concerned.contains(name)));
        objects.found.replace(told);
        Ok(())
    }

    /// The wanted objects that the class has, by key, as people know them.
    async fn in_class(
        &self,
        mapping: &CompiledMapping,
        tables: &SystemTables<'_>,
    ) -> DataFusionResult<BTreeMap<String, String>> {
        let plan = LogicalPlanBuilder::new(mapping.left.plan(&self.session, tables)?).filter(is_wanted())?;
        let plan = plan.build()?;
        let schema = std::sync::Arc::clone(plan.schema());
        let batches = self.session.execute_logical_plan(plan).await?.collect().await?;
        let evaluator = Evaluator::new(&self.session, &schema);
        let rows = evaluator.together(&batches)?;
        let display = evaluator.values(&mapping.left.display(), &rows)?;
        let keys = keys_of(mapping, &evaluator, &rows)?;
        Ok(keys
            .into_iter()
            .enumerate()
            .map(|(row, key)| (key, value_at(&display, row).to_string()))
            .collect())
    }
}

/// The keys of central objects with their names.
fn named(
    mapping: &CompiledMapping,
    evaluator: &Evaluator<'_>,
    rows: &RecordBatch,
) -> DataFusionResult<Vec<(String, String)>> {
    let display = evaluator.values(&mapping.display(), rows)?;
    let keys = keys_of(mapping, evaluator, rows)?;
    Ok(keys.into_iter().enumerate().map(|(row, key)| (key, value_at(&display, row).to_string())).collect())
}

fn keys_of(
    mapping: &CompiledMapping,
    evaluator: &Evaluator<'_>,
    rows: &RecordBatch,
) -> DataFusionResult<Vec<String>> {
    let key = &mapping.left.key;
    let columns = key
        .iter()
        .map(|name| evaluator.values(&property(Side::Left, name), rows))
        .collect::<DataFusionResult<Vec<_>>>()?;
    let of_row = |row: usize| {
        let values = key.iter().zip(&columns).map(|(name, column)| (name.clone(), value_at(column, row)));
        label_key(&values.collect::<Vec<_>>())
    };
    Ok((0..rows.num_rows()).map(of_row).collect())
}
