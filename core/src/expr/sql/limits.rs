//! How large a condition may be: parser and engine walk it recursively, and must not run out of stack.
//!
//! The parser limits how deep brackets go, but builds `a AND b AND c …` as deep as it is long. Such chains
//! are made flat ([`balanced`]); what is deep after that is refused.

use datafusion::sql::sqlparser::{
    ast::{BinaryOperator, Expr},
    dialect::GenericDialect,
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan, Tokenizer},
};

use super::error;
use crate::expr::{ExprError, position::located};

/// Most operators, names and brackets in one condition; literals and commas do not count, so that lists of
/// values may be long.
const MOST_TOKENS: usize = 2_000;
/// Most operators and names in a row without AND, OR, comma or bracket: the parser builds such chains as deep as
/// they are long, and merely dropping one of thousands takes more stack than a thread has.
const LONGEST_CHAIN: usize = 256;
/// Deepest nesting of operations.
const DEEPEST: usize = 64;

const HELP: &str =
    "use lists (IN) instead of many comparisons, or a column of the database that holds the result";

/// Refuses texts that are too long; those that are no tokens at all are left to the parser.
pub(super) fn check(text: &str) -> Result<(), ExprError> {
    let Ok(tokens) = Tokenizer::new(&GenericDialect, text).tokenize_with_location() else { return Ok(()) };
    let counted = tokens.iter().filter(|token| counts(&token.token)).nth(MOST_TOKENS);
    if let (None, Some(token)) = (&counted, end_of_long_chain(&tokens)) {
        return Err(ExprError {
            text: "the operations are nested too deep".to_owned(),
            position: located(text, token.span.start),
            help: Some(HELP.to_owned()),
        });
    }
    match counted {
        None => Ok(()),
        Some(token) => Err(ExprError {
            text: "the condition is too long".to_owned(),
            position: located(text, token.span.start),
            help: Some(HELP.to_owned()),
        }),
    }
}

/// The token at which a chain of operations becomes too long.
fn end_of_long_chain(tokens: &[TokenWithSpan]) -> Option<&TokenWithSpan> {
    let mut length = 0_usize;
    tokens.iter().find(|token| {
        let separates = match &token.token {
            Token::Comma | Token::LParen | Token::RParen => true,
            Token::Word(word) => matches!(word.keyword, Keyword::AND | Keyword::OR),
            _ => false,
        };
        length = if separates { 0 } else { length + usize::from(counts(&token.token)) };
        length > LONGEST_CHAIN
    })
}

fn counts(token: &Token) -> bool {
    match token {
        Token::Whitespace(_)
        | Token::Comma
        | Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::EOF => false,
        Token::Word(word) => !matches!(word.keyword, Keyword::TRUE | Keyword::FALSE | Keyword::NULL),
        _ => true,
    }
}

/// The tree with chains of AND and of OR as flat as possible, if nothing else in it is too deep.
pub(super) fn balanced(text: &str, tree: Expr) -> Result<Expr, ExprError> {
    let tree = flat(tree);
    match too_deep(&tree) {
        None => Ok(tree),
        Some(part) => {
            Err(error::in_part(text, part, "the operations are nested too deep".to_owned(), HELP.to_owned()))
        }
    }
}

/// Recursive only where the parser was, too.
fn flat(tree: Expr) -> Expr {
    match tree {
        Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right } => {
            let mut parts = vec![flat(*right)];
            let mut rest = *left;
            loop {
                match rest {
                    Expr::BinaryOp { left, op: same, right } if same == op => {
                        parts.push(flat(*right));
                        rest = *left;
                    }
                    first => {
                        parts.push(flat(first));
                        break;
                    }
                }
            }
            parts.reverse();
            joined(parts, &op)
        }
        Expr::Nested(inner) => Expr::Nested(Box::new(flat(*inner))),
        Expr::UnaryOp { op, expr } => Expr::UnaryOp { op, expr: Box::new(flat(*expr)) },
        other => other,
    }
}

fn joined(mut parts: Vec<Expr>, op: &BinaryOperator) -> Expr {
    while parts.len() > 1 {
        let mut next = Vec::with_capacity(parts.len().div_ceil(2));
        let mut pairs = parts.into_iter();
        while let Some(left) = pairs.next() {
            next.push(match pairs.next() {
                Some(right) => {
                    Expr::BinaryOp { left: Box::new(left), op: op.clone(), right: Box::new(right) }
                }
                None => left,
            });
        }
        parts = next;
    }
    // Never empty: it began with the parts of an operation.
    parts.pop().unwrap_or_else(|| Expr::Tuple(Vec::new()))
}

/// A part below too many others. Follows what the parser makes deep without limit: chains of operators.
fn too_deep(tree: &Expr) -> Option<&Expr> {
    let mut open = vec![(tree, 0)];
    while let Some((part, depth)) = open.pop() {
        if depth > DEEPEST {
            return Some(leaf_of(part));
        }
        open.extend(children(part).into_iter().map(|child| (child, depth + 1)));
    }
    None
}

/// A part without parts. Even asking a deep part for its place would be too much for the stack.
fn leaf_of(mut part: &Expr) -> &Expr {
    while let Some(last) = children(part).pop() {
        part = last;
    }
    part
}

fn children(part: &Expr) -> Vec<&Expr> {
    match part {
        Expr::BinaryOp { left, right, .. }
        | Expr::IsDistinctFrom(left, right)
        | Expr::IsNotDistinctFrom(left, right)
        | Expr::AnyOp { left, right, .. }
        | Expr::AllOp { left, right, .. } => vec![left, right],
        Expr::Between { expr, low, high, .. } => vec![expr, low, high],
        Expr::Like { expr, pattern, .. }
        | Expr::ILike { expr, pattern, .. }
        | Expr::SimilarTo { expr, pattern, .. }
        | Expr::RLike { expr, pattern, .. } => vec![expr, pattern],
        Expr::Nested(expr)
        | Expr::UnaryOp { expr, .. }
        | Expr::IsNull(expr)
        | Expr::IsNotNull(expr)
        | Expr::IsTrue(expr)
        | Expr::IsNotTrue(expr)
        | Expr::IsFalse(expr)
        | Expr::IsNotFalse(expr)
        | Expr::IsUnknown(expr)
        | Expr::IsNotUnknown(expr)
        | Expr::InList { expr, .. }
        | Expr::InSubquery { expr, .. }
        | Expr::InUnnest { expr, .. }
        | Expr::IsNormalized { expr, .. }
        | Expr::Cast { expr, .. }
        | Expr::Collate { expr, .. }
        | Expr::JsonAccess { value: expr, .. }
        | Expr::CompoundFieldAccess { root: expr, .. }
        | Expr::OuterJoin(expr)
        | Expr::AtTimeZone { timestamp: expr, .. } => vec![expr],
        _ => Vec::new(),
    }
}
