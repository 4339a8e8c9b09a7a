//! Source objects that are not processed (R19).
//!
//! They are matched like others, so that their counterparts are not taken for lone objects; nothing is done
//! with either.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, BooleanArray};
use datafusion::{
    functions_nested::expr_fn::array_has,
    logical_expr::{Expr, lit},
};
use regex::Regex;

use super::{Context, MappingError, class::literal_value, elements::Typed};
use crate::{
    expr,
    project::{Direction, Exclusion, ExclusionTest, Literal},
    value::{ValueType, value_at},
};

/// True of source objects that are not processed; `None` if there are no exclusions for the direction.
pub(super) fn excluded(context: &Context<'_>) -> Result<Option<Expr>, MappingError> {
    let exclusions = match context.direction {
        Direction::ToCentral => &context.mapping.exclusions.reading,
        Direction::ToTarget => &context.mapping.exclusions.writing,
    };
    let tests = exclusions
        .iter()
        .map(|exclusion| test(context, exclusion))
        .collect::<Result<Vec<_>, MappingError>>()?;
    Ok(tests.into_iter().reduce(Expr::or))
}

fn test(context: &Context<'_>, exclusion: &Exclusion) -> Result<Expr, MappingError> {
    let side = context.direction.source();
    let place = format!("exclusion by {}", exclusion.property);
    let class = context.class(side);
    let Some(property) = class.property(&exclusion.property) else {
        return Err(MappingError::UnknownProperty {
            mapping: context.mapping.name.clone(),
            place,
            class: class.name.to_owned(),
            property: exclusion.property.clone(),
        });
    };
    let (value_type, list) = (property.value_type(), property.is_multi_valued());
    let value = expr::property(side, &exclusion.property);
    let holds = match &exclusion.test {
        ExclusionTest::Equals(wanted) => {
            let literal = literal_value(value_type, &Literal::String(wanted.clone()));
            let wanted =
                literal.filter(|literal| !literal.is_null()).ok_or_else(|| MappingError::BadValue {
                    mapping: context.mapping.name.clone(),
                    place,
                    text: wanted.clone(),
                    value_type: value_type.label(),
                })?;
            if list { array_has(value, lit(wanted)) } else { value.eq(lit(wanted)) }
        }
        ExclusionTest::Matches(pattern) => {
            let whole = Regex::new(&format!("^(?:{pattern})$"))
                .map_err(|error| context.bad_pattern(&place, &error))?;
            let matches = matching(Typed { value, value_type, list }, whole);
            if list { array_has(matches.value, lit(true)) } else { matches.value }
        }
    };
    Ok(holds.is_true())
}

/// Whether the written form of the value, or of every element of the list, matches.
fn matching(from: Typed, whole: Regex) -> Typed {
    let name = format!("matches {whole}");
    let matches = move |values: &ArrayRef| {
        let of =
            |row: usize| values.is_valid(row).then(|| whole.is_match(&value_at(values, row).to_string()));
        Ok(Arc::new((0..values.len()).map(of).collect::<BooleanArray>()) as ArrayRef)
    };
    from.each(&name, ValueType::Boolean, Arc::new(matches))
}
