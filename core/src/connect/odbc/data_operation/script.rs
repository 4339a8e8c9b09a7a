//! Data operations by script (W14): a script of the project says which statements an object needs.
//!
//! The script gives texts in the language of patterns, so that its values are bound like theirs. It reads
//! `$Column$`, the value that the object gets, `$Column:old$`, the one that it has, and `$Name:option$`. No result at all is
//! an error, because it is what a forgotten branch gives; who wants nothing to be done says so with an empty
//! list.

use std::collections::HashMap;

use arrow::array::{Array as _, ArrayRef, AsArray as _};
use miette::Diagnostic;
use thiserror::Error;

use super::words::Words;
use crate::{
    expr::{
        OperationKind, OperationParameter, OperationPatternError, OperationStatement, option_of,
        placeholder_name,
    },
    project::SchemaType,
    script::{CompiledScript, ScriptError, ScriptKind, ScriptName, Scripts},
    value::ValueType,
};

/// What the name of a column ends with that means the value before the operation.
const OLD: &str = ":old";

/// Why a script of a data operation cannot be used, or not for an object.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum OperationScriptError {
    /// The text is no script.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Script(#[from] ScriptError),
    /// It names something that is no value of the object.
    #[error("the script of the {} operation of {schema_type} names {name}, {why}", kind.id())]
    #[diagnostic(code("SW-C136"), help("write $Column$, $Column:old$ or $Name:option$; the columns are: {}", known.join(", ")))]
    UnknownColumn {
        /// The operation.
        kind: OperationKind,
        /// The schema type.
        schema_type: String,
        /// The name as it stands in the script.
        name: String,
        /// What is wrong with it.
        why: String,
        /// All columns that there are.
        known: Vec<String>,
    },
    /// It failed on an object.
    #[error("{text}")]
    #[diagnostic(code("SW-T002"), help("correct the object, or the script of the data operation"))]
    Failed {
        /// What the script says.
        text: String,
    },
    /// It says nothing about an object.
    #[error("the script of the {} operation of {schema_type} gives no statement", kind.id())]
    #[diagnostic(
        code("SW-T010"),
        help("look for a branch without result; let the script give [] where nothing is to be done")
    )]
    NoStatement {
        /// The operation.
        kind: OperationKind,
        /// The schema type.
        schema_type: String,
    },
    /// It joined something to a statement that is not from its author.
    #[error(
        "the statement that the script of the {} operation of {schema_type} gives contains at character \
         {position} what does not stand in the script: a value?",
        kind.id()
    )]
    #[diagnostic(
        code("SW-T011"),
        help(
            "write %Column% where a value belongs, so that it is bound; names and texts that are none stand whole in the script"
        )
    )]
    Foreign {
        /// The operation.
        kind: OperationKind,
        /// The schema type.
        schema_type: String,
        /// Where in the statement, from 1.
        position: usize,
    },
    /// What it gives is no statement.
    #[error("the script of the {} operation of {schema_type} gives something else than a statement: {source}", kind.id())]
    #[diagnostic(code("SW-T012"), help("{}", source.help().map(|help| help.to_string()).unwrap_or_default()))]
    Statement {
        /// The operation.
        kind: OperationKind,
        /// The schema type.
        schema_type: String,
        /// What is wrong with it.
        source: Box<OperationPatternError>,
    },
}

/// A script of a data operation, ready to run.
#[derive(Debug)]
pub struct OperationScript {
    kind: OperationKind,
    script: CompiledScript,
    /// What it reads, in the order of its arguments.
    reads: Vec<OperationParameter>,
    words: Words,
}

/// The statements of many objects.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plans {
    /// Each statement once.
    pub statements: Vec<OperationStatement>,
    /// Per object, places in `statements`, in order.
    pub of_objects: Vec<Vec<usize>>,
}

impl OperationScript {
    /// Compiles a script that replaces the statement of `kind` for objects of `schema_type`.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, with the place in it, or with the columns that it names.
    pub fn compile(
        scripts: &Scripts,
        schema_type: &SchemaType,
        kind: OperationKind,
        text: &str,
    ) -> Result<Self, OperationScriptError> {
        let place = format!("the {} operation of {}", kind.id(), schema_type.name);
        let script = scripts.compile(&place, text, ScriptKind::Value)?;
        let reads =
            script.names().iter().map(|name| read(schema_type, kind, name)).collect::<Result<_, _>>()?;
        let words = Words::of(scripts.shared_texts().chain([text]));
        Ok(Self { kind, script, reads, words })
    }

    /// What the script reads of an object, in the order of the arguments of [`Self::plans`].
    #[must_use]
    pub fn reads(&self) -> &[OperationParameter] {
        &self.reads
    }

    /// True if a statement of the script can have a placeholder of the column.
    #[must_use]
    pub fn can_name(&self, column: &str) -> bool {
        self.words.contains(&placeholder_name(column))
    }

    /// Columns whose placeholders stand in the script.
    pub(super) fn likely(&self, schema_type: &SchemaType) -> impl Iterator<Item = OperationParameter> {
        let usable = schema_type.properties.iter().filter(|property| property.unusable.is_none());
        let values = usable.flat_map(|property| {
            [OperationParameter::new, OperationParameter::old].map(|make| make(property.name.clone()))
        });
        values.filter(|value| {
            let name = placeholder_name(&value.property);
            let ending = if value.is_old() { OLD } else { "" };
            self.words.contains_text(&format!("%{name}{ending}%"))
        })
    }

    /// Runs the script for objects whose values are `arguments`, one column for each of [`Self::reads`].
    ///
    /// # Errors
    ///
    /// What is wrong with the first object for which there are no statements.
    pub(super) fn plans(
        &self,
        schema_type: &SchemaType,
        arguments: &[ArrayRef],
        objects: usize,
    ) -> Result<Plans, OperationScriptError> {
        let (found, errors) = self.script.evaluate(arguments, objects, ValueType::String, true);
        let (mut plans, mut known) = (Plans::default(), HashMap::new());
        for object in 0..objects {
            if errors.is_valid(object) {
                return Err(OperationScriptError::Failed { text: errors.value(object).to_owned() });
            }
            let texts = found.as_list_opt::<i32>().filter(|lists| lists.is_valid(object));
            let texts = texts.map(|lists| lists.value(object)).ok_or_else(|| self.nothing(schema_type))?;
            let mut plan = Vec::new();
            for text in texts.as_string::<i32>() {
                let text = text.ok_or_else(|| self.nothing(schema_type))?;
                let place = match known.get(text) {
                    Some(place) => *place,
                    None => {
                        plans.statements.push(self.statement(schema_type, text)?);
                        known.insert(text.to_owned(), plans.statements.len() - 1);
                        plans.statements.len() - 1
                    }
                };
                plan.push(place);
            }
            plans.of_objects.push(plan);
        }
        Ok(plans)
    }

    fn statement(
        &self,
        schema_type: &SchemaType,
        text: &str,
    ) -> Result<OperationStatement, OperationScriptError> {
        let (kind, name) = (self.kind, &schema_type.name);
        // First of all, because other errors quote what stands in the statement.
        if let Some(position) = self.words.first_foreign(text) {
            return Err(OperationScriptError::Foreign { kind, schema_type: name.clone(), position });
        }
        OperationStatement::compile(schema_type, kind, text).map_err(|source| {
            OperationScriptError::Statement { kind, schema_type: name.clone(), source: Box::new(source) }
        })
    }

    fn nothing(&self, schema_type: &SchemaType) -> OperationScriptError {
        OperationScriptError::NoStatement { kind: self.kind, schema_type: schema_type.name.clone() }
    }
}

/// Which value of an object a name in a script means.
fn read(
    schema_type: &SchemaType,
    kind: OperationKind,
    name: &ScriptName,
) -> Result<OperationParameter, OperationScriptError> {
    let is_usable =
        |column: &str| schema_type.property(column).is_some_and(|property| property.unusable.is_none());
    let wrong = |why: String| {
        let columns = schema_type.properties.iter().filter(|property| property.unusable.is_none());
        let mut known: Vec<String> = columns.map(|property| format!("${}$", property.name)).collect();
        known.sort();
        let (schema_type, name) = (schema_type.name.clone(), name.notation());
        OperationScriptError::UnknownColumn { kind, schema_type, name, why, known }
    };
    if name.side.is_some() {
        return Err(wrong("but there is one object only, without a side".to_owned()));
    }
    if is_usable(&name.property) {
        return Ok(OperationParameter::new(name.property.clone()));
    }
    if let Some(option) = option_of(&name.property) {
        return Ok(OperationParameter::option(option.to_owned()));
    }
    match name.property.strip_suffix(OLD) {
        Some(column) if is_usable(column) && kind == OperationKind::Insert => {
            Err(wrong("but a new object has no old values".to_owned()))
        }
        Some(column) if is_usable(column) => Ok(OperationParameter::old(column.to_owned())),
        _ => Err(wrong(format!("but {} has no such column", schema_type.name))),
    }
}
