//! The function of the query engine that works out the steps of a [`super::chain::Chain`].

use std::{
    collections::{BTreeSet, HashMap},
    hash::{Hash, Hasher},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::{
    array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StructArray},
    compute::cast,
    datatypes::{DataType, Field, FieldRef, Fields, SchemaRef},
};
use datafusion::{
    common::{
        Column, DFSchema, ExprSchema as _, TableReference,
        tree_node::{Transformed, TreeNode as _},
    },
    error::{DataFusionError, Result as DataFusionResult},
    logical_expr::{
        ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility, expr::ScalarFunction,
    },
    physical_plan::PhysicalExpr,
};

use super::chain::{Step, busy, step_column};
use crate::{expr, mapping::Context};

const NAME: &str = "scripted_rules_";

/// Works out steps; the first argument tells whether an object is busy, the others are properties of the objects.
#[derive(Debug)]
pub(super) struct ChainFunction {
    name: String,
    inputs: Vec<Column>,
    steps: Vec<ReadyStep>,
    /// Positions of the values that are given, and what they are called.
    outputs: Vec<usize>,
    fields: Fields,
    signature: Signature,
    last: Mutex<Option<Evaluated>>,
}

#[derive(Debug)]
struct ReadyStep {
    expression: Arc<dyn PhysicalExpr>,
    /// What it is evaluated on: the arguments, and the steps before.
    schema: SchemaRef,
}

/// What came of some columns: all arms of all rules ask for the same ones, one after the other.
#[derive(Debug)]
struct Evaluated {
    rows: usize,
    busy: ArrayRef,
    columns: Vec<Weak<dyn Array>>,
    result: ArrayRef,
}

impl Evaluated {
    fn is_of(&self, busy: &ArrayRef, columns: &[ArrayRef], rows: usize) -> bool {
        // A weak reference keeps the place of what it meant, so that nothing else is found there.
        let same = |(known, column): (&Weak<dyn Array>, &ArrayRef)| {
            std::ptr::addr_eq(known.as_ptr(), Arc::as_ptr(column))
        };
        self.rows == rows
            && self.columns.len() == columns.len()
            && self.columns.iter().zip(columns).all(same)
            && self.busy.as_ref() == busy.as_ref()
    }
}

impl ChainFunction {
    /// Makes the steps ready to be evaluated.
    ///
    /// # Errors
    ///
    /// What the engine says of their expressions.
    pub fn new(context: &Context<'_>, steps: &[Step], outputs: &BTreeSet<String>) -> DataFusionResult<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let own = |column: &&Column| {
            steps.iter().all(|step| step_column(&step.name) != **column) && **column != busy()
        };
        let columns = steps.iter().flat_map(|step| step.expression.column_refs());
        let inputs: BTreeSet<&Column> = columns.filter(own).collect();
        let mut fields: Vec<(Option<TableReference>, FieldRef)> = Vec::new();
        let mut add = |column: &Column, data_type: &DataType| {
            fields
                .push((column.relation.clone(), Arc::new(Field::new(&column.name, data_type.clone(), true))));
            DFSchema::new_with_metadata(fields.clone(), HashMap::new()).map(Arc::new)
        };
        let mut schema = add(&busy(), &DataType::Boolean)?;
        for input in &inputs {
            schema = add(input, context.schema.data_type(input)?)?;
        }
        let (mut ready, mut given) = (Vec::new(), Vec::new());
        for (number, step) in steps.iter().enumerate() {
            let before = Arc::clone(schema.inner());
            let expression = expr::physical(context.session, &step.expression, &schema)?;
            let data_type = expression.data_type(&before)?;
            ready.push(ReadyStep { expression, schema: before });
            schema = add(&step_column(&step.name), &data_type)?;
            if outputs.contains(&step.name) {
                given.push((1 + inputs.len() + number, Field::new(&step.name, data_type, true)));
            }
        }
        let (outputs, fields): (Vec<usize>, Vec<Field>) = given.into_iter().unzip();
        Ok(Self {
            name: format!("{NAME}{}", NUMBER.fetch_add(1, Ordering::Relaxed)),
            signature: Signature::any(1 + inputs.len(), Volatility::Immutable),
            inputs: inputs.into_iter().cloned().collect(),
            steps: ready,
            outputs,
            fields: fields.into(),
            last: Mutex::default(),
        })
    }

    /// The properties that the steps read, in the order of the arguments.
    pub fn inputs(&self) -> &[Column] {
        &self.inputs
    }

    fn evaluate(&self, mut columns: Vec<ArrayRef>, rows: usize) -> DataFusionResult<ArrayRef> {
        for ReadyStep { expression, schema } in &self.steps {
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            for (column, field) in columns.iter_mut().zip(schema.fields()) {
                if column.data_type() != field.data_type() {
                    *column = cast(column, field.data_type())?;
                }
            }
            let batch = RecordBatch::try_new_with_options(Arc::clone(schema), columns.clone(), &options)?;
            columns.push(expression.evaluate(&batch)?.into_array(rows)?);
        }
        let given = self.outputs.iter().filter_map(|at| columns.get(*at).cloned()).collect();
        Ok(Arc::new(StructArray::try_new_with_length(self.fields.clone(), given, None, rows)?))
    }
}

impl PartialEq for ChainFunction {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ChainFunction {}

impl Hash for ChainFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for ChainFunction {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> DataFusionResult<DataType> {
        Ok(DataType::Struct(self.fields.clone()))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> DataFusionResult<ColumnarValue> {
        let rows = arguments.number_rows;
        let [busy, properties @ ..] = arguments.args.as_slice() else {
            return Err(DataFusionError::Execution(format!("{} lacks arguments", self.name)));
        };
        let properties =
            properties.iter().map(|value| value.to_array(rows)).collect::<DataFusionResult<Vec<_>>>()?;
        let busy = busy.to_array(rows)?;
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = last.as_ref().filter(|known| known.is_of(&busy, &properties, rows)) {
            return Ok(ColumnarValue::Array(Arc::clone(&known.result)));
        }
        drop(last);
        let columns = properties.iter().map(Arc::downgrade).collect();
        let arguments = std::iter::once(Arc::clone(&busy)).chain(properties).collect();
        let result = self.evaluate(arguments, rows)?;
        let evaluated = Evaluated { rows, busy, columns, result: Arc::clone(&result) };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(evaluated);
        Ok(ColumnarValue::Array(result))
    }
}

/// The expression with `busy` as what tells of busy objects wherever steps are worked out.
///
/// # Errors
///
/// What the engine reports; not expected.
pub(in crate::mapping) fn with_busy(expression: Expr, busy: &Expr) -> DataFusionResult<Expr> {
    let told = |part: Expr| match part {
        Expr::ScalarFunction(ScalarFunction { func, mut args }) if func.name().starts_with(NAME) => {
            if let Some(first) = args.first_mut() {
                *first = busy.clone();
            }
            Ok(Transformed::yes(Expr::ScalarFunction(ScalarFunction { func, args })))
        }
        other => Ok(Transformed::no(other)),
    };
    expression.transform(told).map(|transformed| transformed.data)
}
