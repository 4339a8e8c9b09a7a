//! Tests of the condition language as a whole: through a real session, over rows with NULLs.

mod fuzz;
mod guide;
mod icf;
mod icf_random;
mod sql;
mod variables;

use std::sync::{Arc, LazyLock};

use arrow::{
    array::{
        ArrayRef, AsArray as _, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array,
        Int64Array, ListArray, RecordBatch, StringArray, Time64MicrosecondArray, TimestampMicrosecondArray,
    },
    datatypes::{Int32Type, Schema},
};
use datafusion::{
    common::{DFSchema, TableReference},
    datasource::{MemTable, provider_as_source},
    logical_expr::{Expr, LogicalPlanBuilder},
    prelude::SessionContext,
};

use super::{ExprError, parse, session};

/// Making a session registers every function of the engine; once is enough.
static SESSION: LazyLock<SessionContext> = LazyLock::new(session);

/// Rows of every type; the last one is empty.
static PEOPLE: LazyLock<RecordBatch> = LazyLock::new(|| {
    let groups = ListArray::from_iter_primitive::<Int32Type, _, _>([
        Some(vec![Some(1), Some(2)]),
        Some(vec![Some(2)]),
        Some(vec![]),
        None,
    ]);
    let texts = |values: [Option<&str>; 4]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("Country", texts([Some("PL"), Some("DE"), Some("50%"), None])),
        ("Common Name", texts([Some("Anna"), Some("O'Neil"), Some(""), None])),
        ("Age", Arc::new(Int64Array::from(vec![Some(1), Some(2), Some(30), None]))),
        ("Active", Arc::new(BooleanArray::from(vec![Some(true), Some(false), Some(true), None]))),
        ("Born", Arc::new(Date32Array::from(vec![Some(0), Some(19_782), Some(-1), None]))),
        (
            "Salary",
            Arc::new(
                Decimal128Array::from(vec![Some(1250), Some(0), Some(-5), None])
                    .with_precision_and_scale(12, 2)
                    .unwrap(),
            ),
        ),
        ("Score", Arc::new(Float64Array::from(vec![Some(0.5), Some(-1.0), Some(2.0), None]))),
        ("Seen", Arc::new(TimestampMicrosecondArray::from(vec![Some(0), Some(1), Some(2), None]))),
        (
            "SeenUtc",
            Arc::new(
                TimestampMicrosecondArray::from(vec![Some(0), Some(1), Some(2), None]).with_timezone("UTC"),
            ),
        ),
        ("Clock", Arc::new(Time64MicrosecondArray::from(vec![Some(0), Some(1), Some(3_600_000_000), None]))),
        (
            "Photo",
            Arc::new(BinaryArray::from_opt_vec(vec![
                Some(&b"\x00\xff"[..]),
                Some(&b""[..]),
                Some(&b"a"[..]),
                None,
            ])),
        ),
        ("Groups", Arc::new(groups)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
});

fn schema_of(schema: &Schema) -> DFSchema {
    DFSchema::try_from_qualified_schema(TableReference::bare("base"), schema).unwrap()
}

/// The schema of [`PEOPLE`].
fn people() -> DFSchema {
    schema_of(&PEOPLE.schema())
}

/// Properties of both sides; both have a `Country`.
fn sides() -> DFSchema {
    let side = |name: &str| {
        DFSchema::try_from_qualified_schema(TableReference::bare(name), &PEOPLE.schema()).unwrap()
    };
    side("Left").join(&side("Right")).unwrap()
}

/// The value of an expression for every row, through the optimizer and the engine, as a run would do it.
fn evaluated(rows: &RecordBatch, expression: &Expr) -> ArrayRef {
    let table = Arc::new(MemTable::try_new(rows.schema(), vec![vec![rows.clone()]]).unwrap());
    let plan = LogicalPlanBuilder::scan(TableReference::bare("base"), provider_as_source(table), None)
        .unwrap()
        .project([expression.clone().alias("value")])
        .unwrap()
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let batches = runtime
        .block_on(async { SESSION.execute_logical_plan(plan).await?.collect().await })
        .unwrap_or_else(|error| panic!("{expression}: {error}"));
    let schema = batches[0].schema();
    Arc::clone(arrow::compute::concat_batches(&schema, &batches).unwrap().column(0))
}

/// True, false or NULL for every row.
fn truth(rows: &RecordBatch, expression: &Expr) -> Vec<Option<bool>> {
    evaluated(rows, expression).as_boolean().iter().collect()
}

fn wrong(text: &str) -> ExprError {
    match parse(&SESSION, &people(), text) {
        Err(error) => error,
        Ok(expression) => panic!("{text} is {expression}"),
    }
}
