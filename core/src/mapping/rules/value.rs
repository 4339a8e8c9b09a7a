//! The value that a rule gives: from the source's property to the type of the written one (R14, R18, R21).
//!
//! The order is that of R18: fixed value; value on insert; transformed source; what an empty source does.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{ArrayRef, StringArray},
    datatypes::DataType,
};
use datafusion::{
    common::cast::as_string_array,
    functions_nested::expr_fn::{array_element, array_length, make_array},
    logical_expr::{Expr, cast, lit, when},
};

use super::{
    FailureKind, Gate, GateKind, Occasion, ValueFailure,
    arm::{Builder, script_failure},
    dates, null_of,
};
use crate::{
    expr::{self, OperationKind},
    mapping::{
        Context, MappingError,
        context::FormulaValue,
        convert,
        convert::convert_elements,
        convertible,
        elements::{Typed, element_lost},
        literal_value,
    },
    project::{Direction, EmptySource, Formula, Literal, LookupEntry, PropertyRule},
    value::{ValueType, list_type},
};

/// What a rule gives.
pub(super) struct Made {
    /// The value in the source.
    pub source: Expr,
    /// The value in the type of the written property.
    pub value: Expr,
    /// What can go wrong on the way.
    pub failures: Vec<ValueFailure>,
    /// R18: the rule does not run where the source is empty.
    pub keep: Option<Gate>,
}

/// R21: the other source property of authoritative runs.
pub(super) fn trusted_source<'a>(
    context: &Context<'_>,
    rule: &'a PropertyRule,
    direction: Direction,
) -> Option<&'a String> {
    let authoritative = direction == Direction::ToCentral && !context.data_import;
    rule.flags.trusted_source.as_ref().filter(|_| authoritative)
}

/// True where a value is empty: NULL, no text, no element. Never NULL.
pub(super) fn is_empty(value: Expr, value_type: ValueType, list: bool) -> Expr {
    if list {
        let length = array_length(value.clone());
        value.is_null().or(length.clone().is_null()).or(length.eq(lit(0_u64))).is_true()
    } else if value_type.is_text() {
        value.clone().is_null().or(value.eq(lit(""))).is_true()
    } else {
        value.is_null()
    }
}

pub(super) fn make(builder: &Builder<'_>) -> Result<Made, MappingError> {
    let Builder { rule, source, property, .. } = builder;
    let (wanted, list) = (property.value_type(), property.is_multi_valued());
    let raw = Typed {
        value: expr::property(builder.direction.source(), source.name()),
        value_type: source.value_type(),
        list: source.is_multi_valued(),
    };
    let place = builder.place();
    if let Some(fixed) = &rule.transformation.fixed_value {
        let value = literal(builder, fixed, &format!("{place}, fixed value"))?;
        return Ok(Made { source: raw.value, value, failures: Vec::new(), keep: None });
    }
    let mut failures = Vec::new();
    let transformed = transform(builder, raw.clone(), &mut failures)?;
    let converted = into_type(builder, transformed, &mut failures)?;
    let empty = is_empty(converted.clone(), wanted, list);
    let failed = failures.iter().map(|failure| failure.holds.clone()).reduce(Expr::or);
    let on_insert = match (&rule.transformation.value_on_insert, builder.occasion) {
        (Some(on_insert), Occasion::Insert | Occasion::Option(OperationKind::Insert)) => {
            Some(literal(builder, on_insert, &format!("{place}, value on insert"))?)
        }
        _ => None,
    };
    let (mut value, mut keep) = (converted.clone(), None);
    match &rule.transformation.when_empty {
        EmptySource::WriteEmpty => {}
        EmptySource::Keep => {
            let mut runs = empty.is_false();
            if let Some(failed) = failed {
                runs = runs.or(failed);
            }
            keep = Some(runs);
        }
        EmptySource::UseDefault(formula) => {
            let default_place = format!("{place}, default of an empty source");
            let mut default_failures = Vec::new();
            let default = computed(builder, formula, &raw, &default_place, &mut default_failures)?;
            let default = into_type(builder, default, &mut default_failures)?;
            // A value that cannot be made is no empty source.
            let empty = match failed {
                Some(failed) => empty.and(failed.is_false()),
                None => empty,
            };
            // What goes wrong with a default that is not needed does not matter.
            failures.extend(
                default_failures
                    .into_iter()
                    .map(|failure| ValueFailure { holds: empty.clone().and(failure.holds), ..failure }),
            );
            value = choose(empty, default, value);
        }
    }
    if let Some(on_insert) = on_insert {
        let source_empty = is_empty(raw.value.clone(), raw.value_type, raw.list);
        keep = keep.map(|keep| keep.or(source_empty.clone()));
        // What would be made of the empty source is not needed, so it cannot fail.
        for failure in &mut failures {
            failure.holds = source_empty.clone().is_false().and(failure.holds.clone());
        }
        value = choose(source_empty, on_insert, value);
    }
    let keep = keep.map(|holds| Gate { kind: GateKind::KeepWhenEmpty, holds });
    Ok(Made { source: raw.value, value, failures, keep })
}

fn choose(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    // Building a CASE fails only without branches, and here is one.
    when(condition, then).otherwise(otherwise.clone()).unwrap_or(otherwise)
}

/// R14, R18, R21: value list, date format, first value, the rule's own formula.
fn transform(
    builder: &Builder<'_>,
    raw: Typed,
    failures: &mut Vec<ValueFailure>,
) -> Result<Typed, MappingError> {
    let Builder { rule, direction, .. } = builder;
    let mut now = raw.clone();
    if rule.first_value_as_single_value && now.list {
        now = Typed { value: array_element(now.value, lit(1_i64)), list: false, ..now };
    }
    if !rule.flags.lookup.is_empty() {
        now = looked_up(now, &rule.flags.lookup, *direction, failures);
    }
    let formula = match direction {
        Direction::ToTarget => &rule.transformation.to_target,
        Direction::ToCentral => &rule.transformation.to_central,
    };
    match formula {
        Some(formula) => {
            let place = format!("{}, transformation", builder.place());
            computed(builder, formula, &now, &place, failures)
        }
        None => Ok(now),
    }
}

/// R21: code ↔ decode, of a list each element.
fn looked_up(
    from: Typed,
    entries: &[LookupEntry],
    direction: Direction,
    failures: &mut Vec<ValueFailure>,
) -> Typed {
    let text = as_text(from);
    let mut translations: HashMap<String, String> = HashMap::new();
    for LookupEntry { code, decode } in entries {
        let (given, wanted) = match direction {
            Direction::ToTarget => (decode, code),
            Direction::ToCentral => (code, decode),
        };
        translations.entry(given.clone()).or_insert_with(|| wanted.clone());
    }
    let translated = move |texts: &ArrayRef| {
        let found: StringArray = as_string_array(texts)?
            .iter()
            .map(|text| text.and_then(|text| translations.get(text)).map(String::as_str))
            .collect();
        Ok(Arc::new(found) as ArrayRef)
    };
    let found = text.clone().each("by value list", ValueType::String, Arc::new(translated));
    failures.push(ValueFailure { kind: FailureKind::Lookup, holds: lost(&text, &found) });
    found
}

fn as_text(from: Typed) -> Typed {
    let convert = if from.list { convert_elements } else { convert };
    let value = convert(from.value, from.value_type, ValueType::String);
    Typed { value, value_type: ValueType::String, list: from.list }
}

/// True where a value, or an element of a list, has become nothing; never NULL. No text is an empty source in
/// every type (R18), and so is nothing that could become something.
fn lost(before: &Typed, after: &Typed) -> Expr {
    if before.list {
        return element_lost(before, after);
    }
    is_empty(before.value.clone(), before.value_type, false).is_false().and(after.value.clone().is_null())
}

/// The value of a formula; `Value` in it is `from`.
fn computed(
    builder: &Builder<'_>,
    formula: &Formula,
    from: &Typed,
    place: &str,
    failures: &mut Vec<ValueFailure>,
) -> Result<Typed, MappingError> {
    let data_type = if from.list { list_type(from.value_type) } else { from.value_type.arrow() };
    let source = builder.direction.source();
    let FormulaValue { value, data_type, error } =
        builder.context.formula(formula, source, (&from.value, &data_type), builder.property, place)?;
    failures.extend(error.map(script_failure));
    let (element, list) = match &data_type {
        DataType::List(field) | DataType::LargeList(field) => (field.data_type(), true),
        other => (other, false),
    };
    let (value_type, exact) = ValueType::of_arrow(element).ok_or_else(|| MappingError::NotConvertible {
        mapping: builder.context.mapping.name.clone(),
        place: place.to_owned(),
        from: element.to_string(),
        to: builder.property.value_type().label(),
    })?;
    // Functions give relatives of our types, such as 32-bit numbers or views of texts.
    let value = match (exact, list) {
        (true, _) => value,
        (false, true) => cast(value, list_type(value_type)),
        (false, false) => cast(value, value_type.arrow()),
    };
    Ok(Typed { value, value_type, list })
}

/// The value in type and shape of the written property.
fn into_type(
    builder: &Builder<'_>,
    from: Typed,
    failures: &mut Vec<ValueFailure>,
) -> Result<Expr, MappingError> {
    let (wanted, wanted_list) = (builder.property.value_type(), builder.property.is_multi_valued());
    if !convertible(from.value_type, wanted) {
        return Err(MappingError::NotConvertible {
            mapping: builder.context.mapping.name.clone(),
            place: builder.place(),
            from: from.value_type.label(),
            to: wanted.label(),
        });
    }
    let from = if from.list && !wanted_list {
        let several = array_length(from.value.clone()).gt(lit(1_u64)).is_true();
        failures.push(ValueFailure { kind: FailureKind::SeveralValues, holds: several });
        Typed { value: array_element(from.value, lit(1_i64)), list: false, ..from }
    } else {
        from
    };
    let converted = converted(from.clone(), wanted, builder.rule.flags.date_format.as_deref());
    if converted.value != from.value {
        failures.push(ValueFailure { kind: FailureKind::Conversion, holds: lost(&from, &converted) });
    }
    if wanted_list && !converted.list {
        let none = null_of(&list_type(wanted));
        let one = cast(make_array(vec![converted.value.clone()]), list_type(wanted));
        return Ok(choose(is_empty(converted.value, wanted, false), none, one));
    }
    Ok(converted.value)
}

/// The value, or every element of the list, in another type; in a format where dates are texts (R21).
fn converted(from: Typed, wanted: ValueType, format: Option<&str>) -> Typed {
    match format {
        Some(format) if from.value_type == ValueType::String && dates::has_format(wanted) => {
            dates::parsed(from, format, wanted)
        }
        Some(format) if wanted == ValueType::String && dates::has_format(from.value_type) => {
            dates::formatted(from, format)
        }
        _ => {
            let convert = if from.list { convert_elements } else { convert };
            let value = convert(from.value, from.value_type, wanted);
            Typed { value, value_type: wanted, list: from.list }
        }
    }
}

/// A literal of the project in the type of the written property.
fn literal(builder: &Builder<'_>, literal: &Literal, place: &str) -> Result<Expr, MappingError> {
    let (value_type, list) = (builder.property.value_type(), builder.property.is_multi_valued());
    if *literal == Literal::Null {
        return Ok(null_of(&if list { list_type(value_type) } else { value_type.arrow() }));
    }
    match literal_value(value_type, literal) {
        Some(value) if list => Ok(cast(make_array(vec![lit(value)]), list_type(value_type))),
        Some(value) => Ok(lit(value)),
        None => Err(MappingError::BadValue {
            mapping: builder.context.mapping.name.clone(),
            place: place.to_owned(),
            text: literal.to_text(),
            value_type: value_type.label(),
        }),
    }
}
