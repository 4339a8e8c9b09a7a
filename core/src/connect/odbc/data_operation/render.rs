//! Dry rendering (W14): what a data operation would send for one object, without a connection.

use arrow::array::{ArrayRef, RecordBatch};

use super::{OperationScript, OperationScriptError, OperationStatement, options::column_of};
use crate::{
    connect::odbc::dialect::Dialect,
    expr::{OperationKind, OperationParameter, OperationPatternError, OperationValue, option_name},
    project::{SchemaProperty, SchemaType},
    value::{MASK, Value, ValueType, array_of},
};

/// The statement of a data operation for one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedStatement {
    /// SQL text with one `?` per parameter; never a value.
    pub sql: String,
    /// What is bound, in order.
    pub parameters: Vec<RenderedParameter>,
}

/// A bound value, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedParameter {
    /// The column.
    pub name: String,
    /// Which value it is.
    pub which: OperationValue,
    /// Type of the value.
    pub value_type: ValueType,
    /// The value as text, `None` for NULL; masked if the property is sensitive.
    pub value: Option<String>,
}

/// The statement that `pattern` becomes for one object, and its bound parameters; nothing is executed.
///
/// `new` are the values that are written, `current` those that the object has until then; both by property. Options
/// (R21) stand among the new values, as [`option_name`](crate::expr::option_name) calls them. What neither has is NULL.
///
/// # Errors
///
/// [`OperationPatternError`] if the pattern cannot be used.
pub fn dry_render(
    dialect: &dyn Dialect,
    schema_type: &SchemaType,
    kind: OperationKind,
    pattern: &str,
    new: &[(String, Value)],
    current: &[(String, Value)],
) -> Result<RenderedStatement, OperationPatternError> {
    let statement = OperationStatement::compile(schema_type, kind, pattern)?;
    Ok(rendered_statement(dialect, schema_type, &statement, new, current))
}

/// The same for a script: the statements that it gives for one object, in order.
///
/// # Errors
///
/// [`OperationScriptError`] if it gives none for this object.
pub fn dry_render_script(
    dialect: &dyn Dialect,
    schema_type: &SchemaType,
    script: &OperationScript,
    new: &[(String, Value)],
    current: &[(String, Value)],
) -> Result<Vec<RenderedStatement>, OperationScriptError> {
    let arguments: Vec<ArrayRef> = script
        .reads()
        .iter()
        .map(|read| {
            array_of(schema_type.type_of(&read.property), std::iter::once(&value_of(read, new, current)))
        })
        .collect();
    let plans = script.plans(schema_type, &arguments, 1)?;
    let places = plans.of_objects.iter().flatten();
    let statements = places.filter_map(|place| plans.statements.get(*place));
    Ok(statements
        .map(|statement| rendered_statement(dialect, schema_type, statement, new, current))
        .collect())
}

fn rendered_statement(
    dialect: &dyn Dialect,
    schema_type: &SchemaType,
    statement: &OperationStatement,
    new: &[(String, Value)],
    current: &[(String, Value)],
) -> RenderedStatement {
    let column = |parameter: &OperationParameter| {
        if parameter.is_option() {
            return Some(column_of(schema_type, None, &parameter.property));
        }
        schema_type.property(&parameter.property).cloned()
    };
    let parameters = statement
        .parameters()
        .iter()
        .filter_map(|parameter| Some((parameter, column(parameter)?)))
        .map(|(parameter, property)| rendered(parameter, &property, new, current))
        .collect();
    RenderedStatement { sql: sql(dialect, schema_type, None, statement), parameters }
}

/// SQL text of a statement: a `?` for each parameter, with the casts that the system needs.
pub(super) fn sql(
    dialect: &dyn Dialect,
    schema_type: &SchemaType,
    options: Option<&RecordBatch>,
    statement: &OperationStatement,
) -> String {
    statement.sql(|parameter| {
        if parameter.is_option() {
            return dialect.argument(&column_of(schema_type, options, &parameter.property));
        }
        schema_type
            .property(&parameter.property)
            .map_or_else(|| "?".to_owned(), |property| dialect.argument(property))
    })
}

fn rendered(
    parameter: &OperationParameter,
    property: &SchemaProperty,
    new: &[(String, Value)],
    current: &[(String, Value)],
) -> RenderedParameter {
    let value = value_of(parameter, new, current);
    let shown = || if property.sensitive { MASK.to_owned() } else { value.to_string() };
    RenderedParameter {
        name: property.name.clone(),
        which: parameter.value,
        value_type: property.value_type,
        value: (!value.is_null()).then(shown),
    }
}

fn value_of(parameter: &OperationParameter, new: &[(String, Value)], current: &[(String, Value)]) -> Value {
    let of = |values: &[(String, Value)], wanted: &str| {
        values.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    };
    let property = parameter.property.as_str();
    let found = match parameter.value {
        OperationValue::New => of(new, property).or_else(|| of(current, property)),
        OperationValue::Old => of(current, property),
        OperationValue::Option => of(new, &option_name(property)),
    };
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::connect::odbc::dialect::dialect;

    fn users() -> SchemaType {
        let mut number = SchemaProperty::new("Number", ValueType::Integer);
        number.native_type = "integer".to_owned();
        let mut secret = SchemaProperty::new("Pass word", ValueType::String);
        secret.sensitive = true;
        SchemaType {
            name: "users".to_owned(),
            properties: vec![SchemaProperty::new("UId", ValueType::String), number, secret],
            key: vec!["UId".to_owned()],
            ..SchemaType::default()
        }
    }

    fn text(name: &str, value: &str) -> (String, Value) {
        (name.to_owned(), Value::String(value.to_owned()))
    }

    #[test]
    fn statement_and_parameters_are_shown() {
        let postgresql = dialect("postgresql").unwrap();
        let pattern = "CALL rename('%UId:old%', '%UId%', %Number%, '%Pass_word%')";
        let new = [text("UId", "new'; --"), text("Pass word", "hunter2")];
        let current = [text("UId", "old"), ("Number".to_owned(), Value::Integer(7))];
        let shown = dry_render(postgresql, &users(), OperationKind::Update, pattern, &new, &current).unwrap();
        assert_eq!(
            shown.sql,
            "CALL rename(CAST(? AS text), CAST(? AS text), CAST(CAST(? AS bigint) AS integer), CAST(? AS text))"
        );
        let parameters: Vec<_> = shown
            .parameters
            .iter()
            .map(|one| {
                let is_old = one.which == OperationValue::Old;
                (one.name.as_str(), is_old, one.value_type, one.value.as_deref())
            })
            .collect();
        assert_eq!(
            parameters,
            [
                ("UId", true, ValueType::String, Some("old")),
                ("UId", false, ValueType::String, Some("new'; --")),
                ("Number", false, ValueType::Integer, Some("7")),
                ("Pass word", false, ValueType::String, Some("••••")),
            ]
        );
        let shown =
            dry_render(postgresql, &users(), OperationKind::Delete, "CALL d(%UId%)", &[], &[]).unwrap();
        assert_eq!(shown.parameters[0].value, None);
        let pattern = "CALL d(%UId%, '%Run_As:option%')";
        let new = [text("Run_As:option", "root")];
        let shown = dry_render(postgresql, &users(), OperationKind::Delete, pattern, &new, &current).unwrap();
        let parameters: Vec<_> =
            shown.parameters.iter().map(|one| (one.which, one.value.as_deref())).collect();
        assert_eq!(parameters, [(OperationValue::New, Some("old")), (OperationValue::Option, Some("root"))]);
    }

    proptest! {
        #[test]
        fn values_are_never_in_the_statement(value in "[0-9a-zA-ZäŁ';%\\\\\"-]{6,30}") {
            // Letters of the pattern itself prove nothing.
            prop_assume!(!"exec CreateUser(?, ?)".contains(&value));
            for (system, pattern) in [
                ("mariadb", "exec CreateUser('%UId%', %Pass_word%)"),
                ("postgresql", "{call CreateUser(%UId%, '%Pass_word%')}"),
            ] {
                let row = [text("UId", &value), text("Pass word", &value)];
                let system = dialect(system).unwrap();
                let shown =
                    dry_render(system, &users(), OperationKind::Insert, pattern, &row, &[]).unwrap();
                prop_assert!(!shown.sql.contains(&value), "{}", shown.sql);
                prop_assert_eq!(shown.parameters[0].value.as_deref(), Some(value.as_str()));
                prop_assert_eq!(shown.parameters[1].value.as_deref(), Some("••••"));
            }
        }
    }
}
