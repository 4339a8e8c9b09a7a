//! Source objects that are not processed (R19).
//!
//! They are matched like others, so that their counterparts are not taken for lone objects; nothing is done
//! with either.

use arrow::datatypes::DataType;
use datafusion::{
    functions::expr_fn::regexp_like,
    logical_expr::{Expr, cast, lit},
};
use regex::Regex;

use super::{Context, MappingError};
use crate::{
    expr,
    project::{Direction, Exclusion, ExclusionTest},
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
    if class.property(&exclusion.property).is_none() {
        return Err(MappingError::UnknownProperty {
            mapping: context.mapping.name.clone(),
            place,
            class: class.name.to_owned(),
            property: exclusion.property.clone(),
        });
    }
    let text = cast(expr::property(side, &exclusion.property), DataType::Utf8);
    let holds = match &exclusion.test {
        ExclusionTest::Equals(wanted) => text.eq(lit(wanted.as_str())),
        ExclusionTest::Matches(pattern) => {
            let whole = format!("^(?:{pattern})$");
            Regex::new(&whole).map_err(|error| context.bad_pattern(&place, &error))?;
            regexp_like(text, lit(whole), None)
        }
    };
    Ok(holds.is_true())
}
