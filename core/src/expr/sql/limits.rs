//! How large a condition may be: parser and engine walk it recursively, and must not run out of stack.

use datafusion::sql::sqlparser::{
    dialect::GenericDialect,
    keywords::Keyword,
    tokenizer::{Token, Tokenizer},
};

use crate::expr::{ExprError, position::located};

/// Most operators, names and brackets in one condition; literals and commas do not count, so that lists of
/// values may be long.
const MOST_TOKENS: usize = 1_000;

/// Refuses texts that are too long; those that are no tokens at all are left to the parser.
pub(super) fn check(text: &str) -> Result<(), ExprError> {
    let Ok(tokens) = Tokenizer::new(&GenericDialect, text).tokenize_with_location() else { return Ok(()) };
    let counted = tokens.iter().filter(|token| counts(&token.token)).nth(MOST_TOKENS);
    match counted {
        None => Ok(()),
        Some(token) => Err(ExprError {
            text: "the condition is too long".to_owned(),
            position: located(text, token.span.start),
            help: Some(
                "use lists (IN) instead of many comparisons, or a column of the database that holds the result"
                    .to_owned(),
            ),
        }),
    }
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
