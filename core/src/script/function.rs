//! Scripts as scalar functions of the query engine, so that plans run them where they need them.

use std::sync::Arc;

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, StringArray, StructArray},
    datatypes::{DataType, Field, Fields},
};
use datafusion::{
    error::{DataFusionError, Result},
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
        let columns = in_columns(arguments)?;
        let (values, errors) = self.script.evaluate(&columns, rows, self.wanted, self.multi_valued);
        with_errors(self.fields(), vec![values], errors)
    }
}

/// See [`CompiledScript::write_function`].
pub fn write_function(script: &CompiledScript, types: &[ValueType]) -> ScalarUDF {
    ScalarUDF::from(WriteFunction {
        name: format!("script_{}", script.0.id),
        script: script.clone(),
        types: types.to_vec(),
        signature: Signature::any(script.names().len() + FIRST_ARGUMENT, Volatility::Immutable),
    })
}

/// Whether the script runs, and the new value, stand before the properties.
const FIRST_ARGUMENT: usize = 2;

#[derive(Debug, PartialEq, Eq, Hash)]
struct WriteFunction {
    name: String,
    script: CompiledScript,
    types: Vec<ValueType>,
    signature: Signature,
}

impl WriteFunction {
    fn fields(&self) -> Fields {
        let assigned = self.script.assigned().iter().zip(&self.types).enumerate();
        let assigned = assigned.map(|(at, (_, wanted))| Field::new(written_field(at), wanted.arrow(), true));
        assigned.chain([Field::new("error", DataType::Utf8, true)]).collect()
    }
}

/// Name of the field with the value of the assigned property at this position.
pub fn written_field(position: usize) -> String {
    format!("written_{position}")
}

impl ScalarUDFImpl for WriteFunction {
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
        let columns = in_columns(arguments)?;
        let [runs, value, properties @ ..] = columns.as_slice() else {
            return Err(DataFusionError::Execution(format!("{} lacks arguments", self.name)));
        };
        let runs = runs.as_boolean_opt().ok_or_else(|| {
            DataFusionError::Execution(format!(
                "{} is not told whether to run: {}",
                self.name,
                runs.data_type()
            ))
        })?;
        let (written, errors) = self.script.write_all(runs, value, properties, &self.types);
        with_errors(self.fields(), written, errors)
    }
}

fn in_columns(arguments: ScalarFunctionArgs) -> Result<Vec<ArrayRef>> {
    let rows = arguments.number_rows;
    arguments.args.into_iter().map(|column| column.into_array(rows)).collect()
}

/// What scripts give, and what they say where they fail, the last of `fields`.
fn with_errors(fields: Fields, mut columns: Vec<ArrayRef>, errors: StringArray) -> Result<ColumnarValue> {
    columns.push(Arc::new(errors));
    Ok(ColumnarValue::Array(Arc::new(StructArray::try_new(fields, columns, None)?)))
}
