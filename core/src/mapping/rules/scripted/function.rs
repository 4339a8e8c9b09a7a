//! The function of the query engine that works out the steps of a [`super::chain::Chain`].

use std::{
    collections::{BTreeSet, HashMap},
    hash::{Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::{
    array::{Array as _, ArrayRef, RecordBatch, RecordBatchOptions, StructArray},
    compute::cast,
    datatypes::{DataType, Field, Fields, SchemaRef},
};
use datafusion::{
    common::{
        Column, DFSchema, ExprSchema as _,
        tree_node::{Transformed, TreeNode as _},
    },
    error::{DataFusionError, Result as DataFusionResult},
    logical_expr::{
        ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility, expr::ScalarFunction,
    },
    physical_plan::PhysicalExpr,
};

use super::chain::{Step, busy, is_step, step_column};
use crate::{
    expr::{self, ONCE},
    mapping::Context,
};

/// The function stands in many expressions, and is worked out once for all of them: it is called [`ONCE`] and this.
const NAME: &str = "scripted_rules_";

/// Works out steps; the first argument tells whether an object is busy, the others are properties of the objects.
#[derive(Debug)]
pub(super) struct ChainFunction {
    name: String,
    inputs: Vec<Column>,
    /// Types of the arguments.
    types: Vec<DataType>,
    steps: Vec<ReadyStep>,
    /// Positions of the values that are given.
    outputs: Vec<usize>,
    fields: Fields,
    signature: Signature,
}

#[derive(Debug)]
struct ReadyStep {
    expression: Arc<dyn PhysicalExpr>,
    /// Positions of the arguments and steps that it reads.
    reads: Vec<usize>,
    /// Their types.
    schema: SchemaRef,
}

impl ReadyStep {
    fn evaluate(&self, values: &[ArrayRef], rows: usize) -> DataFusionResult<ArrayRef> {
        let columns = self.reads.iter().filter_map(|at| values.get(*at).cloned()).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        self.expression.evaluate(&batch)?.into_array(rows)
    }
}

/// Arguments and steps with their positions and types.
#[derive(Default)]
struct Known(HashMap<Column, (usize, DataType)>);

impl Known {
    fn add(&mut self, column: Column, data_type: DataType) {
        let position = self.0.len();
        self.0.insert(column, (position, data_type));
    }

    fn ready(&self, context: &Context<'_>, expression: &Expr) -> DataFusionResult<ReadyStep> {
        let columns: BTreeSet<&Column> = expression.column_refs().into_iter().collect();
        let mut reads = Vec::with_capacity(columns.len());
        let mut fields = Vec::with_capacity(columns.len());
        for column in columns {
            let (position, data_type) = self
                .0
                .get(column)
                .ok_or_else(|| DataFusionError::Internal(format!("{column} is not known to a step")))?;
            reads.push(*position);
            fields
                .push((column.relation.clone(), Arc::new(Field::new(&column.name, data_type.clone(), true))));
        }
        let schema = Arc::new(DFSchema::new_with_metadata(fields, HashMap::new())?);
        let expression = expr::physical(context.session, expression, &schema)?;
        Ok(ReadyStep { expression, reads, schema: Arc::clone(schema.inner()) })
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
        let mut known = Known::default();
        let mut types = vec![DataType::Boolean];
        known.add(busy(), DataType::Boolean);
        let columns = steps.iter().flat_map(|step| step.expression.column_refs());
        let inputs: BTreeSet<&Column> = columns.filter(|column| !is_step(column)).collect();
        for input in &inputs {
            let data_type = context.schema.data_type(input)?;
            types.push(data_type.clone());
            known.add((*input).clone(), data_type.clone());
        }
        let (mut ready, mut given, mut fields) = (Vec::new(), Vec::new(), Vec::new());
        for step in steps {
            let one = known.ready(context, &step.expression)?;
            let data_type = one.expression.data_type(&one.schema)?;
            if outputs.contains(&step.name) {
                given.push(known.0.len());
                fields.push(Field::new(&step.name, data_type.clone(), true));
            }
            known.add(step_column(&step.name), data_type);
            ready.push(one);
        }
        Ok(Self {
            name: format!("{ONCE}{NAME}{}", NUMBER.fetch_add(1, Ordering::Relaxed)),
            signature: Signature::any(1 + inputs.len(), Volatility::Immutable),
            inputs: inputs.into_iter().cloned().collect(),
            types,
            steps: ready,
            outputs: given,
            fields: fields.into(),
        })
    }

    /// The properties that the steps read, in the order of the arguments.
    pub fn inputs(&self) -> &[Column] {
        &self.inputs
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
        let mut values = Vec::with_capacity(arguments.args.len() + self.steps.len());
        for (value, wanted) in arguments.args.into_iter().zip(&self.types) {
            let value = value.into_array(rows)?;
            values.push(if value.data_type() == wanted { value } else { cast(&value, wanted)? });
        }
        for step in &self.steps {
            values.push(step.evaluate(&values, rows)?);
        }
        let given = self.outputs.iter().filter_map(|at| values.get(*at).cloned()).collect();
        let result = StructArray::try_new_with_length(self.fields.clone(), given, None, rows)?;
        Ok(ColumnarValue::Array(Arc::new(result)))
    }
}

fn is_chain(function: &str) -> bool {
    function.strip_prefix(ONCE).is_some_and(|name| name.starts_with(NAME))
}

/// The expression with `busy` as what tells of busy objects wherever steps are worked out.
///
/// # Errors
///
/// What the engine reports; not expected.
pub(in crate::mapping) fn with_busy(expression: Expr, busy: &Expr) -> DataFusionResult<Expr> {
    let told = |part: Expr| match part {
        Expr::ScalarFunction(ScalarFunction { func, mut args }) if is_chain(func.name()) => {
            if let Some(first) = args.first_mut() {
                *first = busy.clone();
            }
            Ok(Transformed::yes(Expr::ScalarFunction(ScalarFunction { func, args })))
        }
        other => Ok(Transformed::no(other)),
    };
    expression.transform(told).map(|transformed| transformed.data)
}
