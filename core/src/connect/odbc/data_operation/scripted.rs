//! Executing data operations by script (W14): the statements first, for all objects, then the database.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch, RecordBatchOptions, UInt64Array},
    compute::take_record_batch,
    error::ArrowError,
};
use miette::Diagnostic as _;

use super::{
    Affected, OdbcConnector, Values,
    script::{OperationScript, OperationScriptError, Plans},
};
use crate::{
    connect::{ConnectError, ErrorKind},
    expr::{OperationKind, OperationParameter, OperationStatement},
    project::{DataOperation, SchemaType},
    script::Scripts,
};

/// What a connection needs for operations by script.
#[derive(Default)]
pub struct OperationScripts {
    /// Nobody has given them yet: `None`.
    scripts: Option<Scripts>,
    compiled: Vec<(OperationKind, SchemaType, Arc<OperationScript>)>,
}

impl OperationScripts {
    /// Compiles from now on with these.
    pub fn set(&mut self, scripts: &Scripts) {
        *self = Self { scripts: Some(scripts.clone()), compiled: Vec::new() };
    }
}

/// Objects with the same statements.
#[derive(Debug, PartialEq, Eq)]
struct Group<'p> {
    plan: &'p [usize],
    objects: Vec<u64>,
}

impl OdbcConnector {
    /// Executes for each object the statements that the script gives for it.
    pub(super) fn scripted(
        &mut self,
        kind: OperationKind,
        schema_type: &SchemaType,
        operation: &DataOperation,
        text: &str,
        affected: Affected<'_>,
    ) -> Result<(), ConnectError> {
        let script = self.operation_script(kind, schema_type, text)?;
        let needed: Vec<OperationParameter> =
            script.reads().iter().cloned().chain(script.likely(schema_type)).collect();
        let current = self.current_values(schema_type, operation, &needed, &affected)?;
        let mut values = Values { affected, current };
        self.expect_required(schema_type, operation, &values)?;
        let plans = self.plans(&script, schema_type, &values)?;

        // A script can also put placeholders together.
        let parameters = plans.statements.iter().flat_map(OperationStatement::parameters);
        let needed: Vec<OperationParameter> = needed.iter().chain(parameters).cloned().collect();
        if needed.iter().any(|parameter| !values.knows(parameter)) {
            values.current = self.current_values(schema_type, operation, &needed, &values.affected)?;
        }
        let groups = groups(&plans.of_objects, kind != OperationKind::Update);
        let statements = |group: &Group<'_>| -> Vec<&OperationStatement> {
            group.plan.iter().filter_map(|place| plans.statements.get(*place)).collect()
        };
        for group in groups.iter().filter(|group| !group.plan.is_empty()) {
            let objects = UInt64Array::from(group.objects.clone());
            values
                .of(&objects, |values| {
                    let statements = statements(group);
                    self.expect_findable(schema_type, &statements, &values.affected)?;
                    statements
                        .iter()
                        .try_for_each(|statement| self.execute(kind, schema_type, statement, values))
                })
                .map_err(|error| self.internal(&error))??;
        }
        Ok(())
    }

    fn operation_script(
        &mut self,
        kind: OperationKind,
        schema_type: &SchemaType,
        text: &str,
    ) -> Result<Arc<OperationScript>, ConnectError> {
        let known = self.scripts.compiled.iter();
        let mut same = known.filter(|(other, of, _)| *other == kind && of == schema_type);
        if let Some((.., script)) = same.next() {
            return Ok(Arc::clone(script));
        }
        let Some(scripts) = &self.scripts.scripts else {
            let text = format!("nobody said how scripts of {} are compiled", schema_type.name);
            return Err(self.own(ErrorKind::Unsupported, text).with_help("please report this"));
        };
        let script = OperationScript::compile(scripts, schema_type, kind, text)
            .map(Arc::new)
            .map_err(|error| self.explained(ErrorKind::Unsupported, &error))?;
        self.scripts.compiled.push((kind, schema_type.clone(), Arc::clone(&script)));
        Ok(script)
    }

    /// The statements of all objects: an object without is in error before anything is executed.
    fn plans(
        &self,
        script: &OperationScript,
        schema_type: &SchemaType,
        values: &Values<'_>,
    ) -> Result<Plans, ConnectError> {
        let columns = self.parameter_columns(schema_type, script.reads(), values.affected.options)?;
        let reads = script.reads().iter().zip(&columns);
        let arguments: Vec<ArrayRef> =
            reads.map(|(read, property)| values.column(property, read.value)).collect();
        script
            .plans(schema_type, &arguments, values.affected.count())
            .map_err(|error| self.explained(ErrorKind::IncompatibleData, &error))
    }

    fn explained(&self, kind: ErrorKind, error: &OperationScriptError) -> ConnectError {
        let help = error.help().map(|help| help.to_string()).unwrap_or_default();
        self.own(kind, error.to_string()).with_help(help)
    }
}

impl Values<'_> {
    /// True if the value is there: NULL that is known, too.
    fn knows(&self, parameter: &OperationParameter) -> bool {
        let Affected { keys, rows, options: _ } = self.affected;
        let Some(keys) = keys.filter(|_| !parameter.is_option()) else { return true };
        let known = [rows.filter(|_| !parameter.is_old()), Some(keys), self.current.as_ref()];
        known.into_iter().flatten().any(|batch| batch.column_by_name(&parameter.property).is_some())
    }

    /// Does something with some of the objects.
    fn of<R>(&self, objects: &UInt64Array, work: impl FnOnce(&Values<'_>) -> R) -> Result<R, ArrowError> {
        let taken = |batch: Option<&RecordBatch>| batch.map(|batch| taken(batch, objects)).transpose();
        let (keys, rows) = (taken(self.affected.keys)?, taken(self.affected.rows)?);
        let (options, current) = (taken(self.affected.options)?, taken(self.current.as_ref())?);
        let affected = Affected { keys: keys.as_ref(), rows: rows.as_ref(), options: options.as_ref() };
        Ok(work(&Values { affected, current }))
    }
}

/// Rows of a batch, which can be without columns: new objects of which nothing is known.
fn taken(batch: &RecordBatch, rows: &UInt64Array) -> Result<RecordBatch, ArrowError> {
    if batch.num_columns() > 0 {
        return take_record_batch(batch, rows);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(batch.schema(), Vec::new(), &options)
}

/// Objects with the same statements together; where the order of objects matters (parents first), only those
/// that follow each other.
fn groups(plans: &[Vec<usize>], in_order: bool) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (plan, object) in plans.iter().zip(0..) {
        let same = if in_order {
            groups.last_mut().filter(|group| group.plan == plan)
        } else {
            groups.iter_mut().find(|group| group.plan == plan)
        };
        match same {
            Some(group) => group.objects.push(object),
            None => groups.push(Group { plan, objects: vec![object] }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_objects_keep_their_order() {
        let plans = [vec![0], vec![0], vec![1, 0], vec![0], vec![], vec![1, 0]];
        let shown = |in_order| -> Vec<(Vec<usize>, Vec<u64>)> {
            groups(&plans, in_order).into_iter().map(|group| (group.plan.to_vec(), group.objects)).collect()
        };
        assert_eq!(
            shown(true),
            [
                (vec![0], vec![0, 1]),
                (vec![1, 0], vec![2]),
                (vec![0], vec![3]),
                (vec![], vec![4]),
                (vec![1, 0], vec![5])
            ]
        );
        assert_eq!(shown(false), [(vec![0], vec![0, 1, 3]), (vec![1, 0], vec![2, 5]), (vec![], vec![4])]);
    }
}
