//! A script as a scalar function of the query engine, so that plans run it where they need it.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, StructArray},
    datatypes::{DataType, Field, Fields},
};
use datafusion::{
    error::Result,
    logical_expr::{
        ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility,
    },
};

use super::CompiledScript;
use crate::value::{ValueType, column_type};

/// See [`CompiledScript::function`].
pub fn function(script: &CompiledScript, wanted: ValueType, multi_valued: bool) -> ScalarUDF {
    let arguments = match script.names().len() {
        0 => TypeSignature::Nullary,
        count => TypeSignature::Any(count),
    };
    ScalarUDF::from(ScriptFunction {
        // The number keeps two scripts apart in plans that are shown.
        name: format!("script_{}", script.0.id),
        script: script.clone(),
        wanted,
        multi_valued,
        signature: Signature::new(arguments, Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ScriptFunction {
    name: String,
    script: CompiledScript,
    wanted: ValueType,
    multi_valued: bool,
    signature: Signature,
}

impl ScriptFunction {
    fn fields(&self) -> Fields {
        Fields::from(vec![
            Field::new("value", column_type(self.wanted, self.multi_valued), true),
            Field::new("error", DataType::Utf8, true),
        ])
    }
}

impl ScalarUDFImpl for ScriptFunction {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(self.fields()))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = arguments.number_rows;
        let columns: Vec<ArrayRef> =
            arguments.args.into_iter().map(|column| column.into_array(rows)).collect::<Result<_>>()?;
        let (values, errors) = self.script.evaluate(&columns, rows, self.wanted, self.multi_valued);
        let both: Vec<ArrayRef> = vec![values, Arc::new(errors)];
        Ok(ColumnarValue::Array(Arc::new(StructArray::try_new(self.fields(), both, None)?)))
    }
}
