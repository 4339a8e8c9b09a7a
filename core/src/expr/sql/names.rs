//! Names in a condition: properties and functions, and what is no condition over one object at all.

use std::ops::ControlFlow;

use datafusion::{
    common::{Column, TableReference},
    sql::sqlparser::{
        ast::{Expr, Function, FunctionArguments, Ident, Query, Spanned as _, Value, Visit as _, Visitor},
        tokenizer::Span,
    },
};

use super::{Parsed, error};
use crate::expr::{
    ExprError, functions,
    nearest::{listed, nearest},
};

/// Looks at every name.
pub(super) fn check(parsed: &Parsed<'_>, tree: &Expr) -> Result<(), ExprError> {
    match tree.visit(&mut Names { parsed }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(*error),
    }
}

struct Names<'a> {
    parsed: &'a Parsed<'a>,
}

impl Visitor for Names<'_> {
    type Break = Box<ExprError>;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        self.no_query(query.span())
    }

    fn pre_visit_expr(&mut self, part: &Expr) -> ControlFlow<Self::Break> {
        match part {
            // Their queries come next, but do not always know where they are.
            Expr::Subquery(query) | Expr::Exists { subquery: query, .. } => self.no_query(query.span()),
            Expr::InSubquery { expr, .. } => self.no_query(expr.span()),
            Expr::Identifier(name) => self.property(std::slice::from_ref(name)),
            Expr::CompoundIdentifier(path) => self.property(path),
            Expr::Function(function) => self.function(function),
            Expr::Value(value) if matches!(value.value, Value::Placeholder(_)) => self.refuse(
                value.span,
                format!("{} is no value", value.value),
                "write the value itself; variables look like $Name$".to_owned(),
            ),
            Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => self.refuse(
                part.span(),
                "* is no value".to_owned(),
                "name the property that is meant".to_owned(),
            ),
            _ => ControlFlow::Continue(()),
        }
    }
}

impl Names<'_> {
    fn refuse(&self, span: Span, what: String, help: String) -> ControlFlow<Box<ExprError>> {
        ControlFlow::Break(Box::new(error::at(self.parsed.text, span, what, help)))
    }

    fn no_query(&self, span: Span) -> ControlFlow<Box<ExprError>> {
        self.refuse(
            span,
            "queries cannot stand in a condition".to_owned(),
            "a condition is about one object; use a key resolution, or a view of the database".to_owned(),
        )
    }

    fn property(&self, path: &[Ident]) -> ControlFlow<Box<ExprError>> {
        let Some(span) = path.first().map(|first| first.span) else { return ControlFlow::Continue(()) };
        let found = match path {
            [name] => self.parsed.schema.columns_with_unqualified_name(&name.value).len(),
            [side, name] => {
                let column = Column::new(Some(TableReference::bare(side.value.as_str())), &name.value);
                usize::from(self.parsed.schema.has_column(&column))
            }
            _ => 0,
        };
        let written = path.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
        match found {
            1 => ControlFlow::Continue(()),
            0 => self.unknown(span, &written),
            _ => self.refuse(
                span,
                format!("{written} is a property of both sides"),
                format!("write Left.{written} or Right.{written}"),
            ),
        }
    }

    fn unknown(&self, span: Span, written: &str) -> ControlFlow<Box<ExprError>> {
        let columns = self.parsed.schema.columns();
        let mut names: Vec<String> = columns.iter().map(shown).collect();
        names.sort();
        let bare =
            columns.iter().find(|column| nearest(written, [column.name.as_str()]).is_some()).map(shown);
        let near = nearest(written, names.iter().map(String::as_str)).map(str::to_owned).or(bare);
        self.refuse(
            span,
            format!("there is no property {written}"),
            match near {
                Some(near) => format!("did you mean {near}? Names are case-sensitive"),
                None => format!("the properties are: {}; texts stand in single quotes", listed(&names)),
            },
        )
    }

    fn function(&self, function: &Function) -> ControlFlow<Box<ExprError>> {
        let span = function.name.span();
        let written = function.name.to_string();
        let name = match function.name.0.as_slice() {
            [part] => part.as_ident().map(|ident| match ident.quote_style {
                None => ident.value.to_lowercase(),
                Some(_) => ident.value.clone(),
            }),
            _ => None,
        };
        let name = name.unwrap_or_else(|| written.clone());
        let state = self.parsed.state;
        let scalar = state.scalar_functions().get(&name).map(|function| function.name());
        if function.over.is_some() || state.window_functions().contains_key(&name) && scalar.is_none() {
            return self.refuse(
                span,
                format!("{written} looks at several objects, a condition is about one"),
                "compute it in a view of the database".to_owned(),
            );
        }
        let Some(own_name) = scalar else { return self.unknown_function(span, &name, &written) };
        if !functions::is_known(own_name) {
            return match functions::refusal(own_name) {
                Some((why, help)) => self.refuse(span, format!("{written} {why}"), help.to_owned()),
                None => self.unknown_function(span, &name, &written),
            };
        }
        let plain_arguments = match &function.args {
            FunctionArguments::List(list) => list.duplicate_treatment.is_none() && list.clauses.is_empty(),
            FunctionArguments::None => true,
            FunctionArguments::Subquery(_) => false,
        };
        let is_plain = plain_arguments
            && function.filter.is_none()
            && function.null_treatment.is_none()
            && function.within_group.is_empty();
        if is_plain {
            return ControlFlow::Continue(());
        }
        self.refuse(
            span,
            format!("{written} takes values only"),
            "remove DISTINCT, FILTER, ORDER BY and the like".to_owned(),
        )
    }

    fn unknown_function(&self, span: Span, name: &str, written: &str) -> ControlFlow<Box<ExprError>> {
        if self.parsed.state.aggregate_functions().contains_key(name) {
            return self.refuse(
                span,
                format!("{written} summarises several objects, a condition is about one"),
                "compute it in a view of the database".to_owned(),
            );
        }
        let help = match nearest(name, functions::names()) {
            Some(near) => format!("did you mean {near}? The guide page “Conditions” lists all functions"),
            None => "the guide page “Conditions” lists all functions".to_owned(),
        };
        self.refuse(span, format!("there is no function {written}"), help)
    }
}

/// A property as it is written in conditions; the name of a type inside the engine is not shown.
fn shown(column: &Column) -> String {
    let is_plain = column.name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && column.name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
    let name =
        if is_plain { column.name.clone() } else { format!("\"{}\"", column.name.replace('"', "\"\"")) };
    match &column.relation {
        Some(side) if matches!(side.table(), "Left" | "Right") => format!("{}.{name}", side.table()),
        _ => name,
    }
}
