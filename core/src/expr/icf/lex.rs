//! Words, values and signs of a filter, each with its place.

use super::Fault;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// `startsWith`, `and`, `true`.
    Word(String),
    /// Text in quotes, without them.
    Text(String),
    /// A number as it is written.
    Number(String),
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    /// `&` or `&&`.
    And,
    /// `|` or `||`.
    Or,
    /// `!`
    Not,
    /// Behind the last one.
    End,
}

impl Token {
    /// The token in error texts.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Word(word) | Self::Number(word) => format!("“{word}”"),
            Self::Text(text) => format!("the text '{text}'"),
            Self::Open => "“(”".to_owned(),
            Self::Close => "“)”".to_owned(),
            Self::OpenList => "“[”".to_owned(),
            Self::CloseList => "“]”".to_owned(),
            Self::Comma => "a comma".to_owned(),
            Self::And => "“&”".to_owned(),
            Self::Or => "“|”".to_owned(),
            Self::Not => "“!”".to_owned(),
            Self::End => "the end of the filter".to_owned(),
        }
    }
}

/// All tokens with their byte offsets in `text`, from the offset `start` on; the last one is [`Token::End`].
pub(super) fn tokens(text: &str, start: usize) -> Result<Vec<(Token, usize)>, Fault> {
    let mut tokens = Vec::new();
    let mut at = start;
    while let Some(next) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        }
        let (token, length) = token(text, at, next)?;
        tokens.push((token, at));
        at += length;
    }
    tokens.push((Token::End, text.len()));
    Ok(tokens)
}

fn token(text: &str, at: usize, next: char) -> Result<(Token, usize), Fault> {
    let rest = text.get(at..).unwrap_or_default();
    let doubled = |token: Token| (token, if rest.chars().nth(1) == Some(next) { 2 } else { 1 });
    Ok(match next {
        '(' => (Token::Open, 1),
        ')' => (Token::Close, 1),
        '[' => (Token::OpenList, 1),
        ']' => (Token::CloseList, 1),
        ',' => (Token::Comma, 1),
        '!' => (Token::Not, 1),
        '&' => doubled(Token::And),
        '|' => doubled(Token::Or),
        '\'' | '"' => quoted(text, at, next)?,
        '-' | '+' | '0'..='9' => number(rest, at)?,
        _ if next.is_alphabetic() || next == '_' => {
            let word: String =
                rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            let length = word.len();
            (Token::Word(word), length)
        }
        _ => {
            return Err(Fault::new(
                at,
                format!("the character {next:?} has no meaning here"),
                "names of attributes and texts stand in quotes",
            ));
        }
    })
}

/// Text in quotes: a backslash or the quote itself stands before a quote, a backslash before a backslash.
fn quoted(text: &str, at: usize, quote: char) -> Result<(Token, usize), Fault> {
    let mut value = String::new();
    let rest = text.get(at..).unwrap_or_default();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((offset, letter)) = letters.next() {
        if letter == quote {
            if letters.peek().is_some_and(|(_, next)| *next == quote) {
                letters.next();
                value.push(quote);
                continue;
            }
            return Ok((Token::Text(value), offset + quote.len_utf8()));
        }
        if letter != '\\' {
            value.push(letter);
            continue;
        }
        value.push(match letters.next() {
            Some((_, escaped @ ('\\' | '\'' | '"'))) => escaped,
            Some((_, 'n')) => '\n',
            Some((_, 'r')) => '\r',
            Some((_, 't')) => '\t',
            _ => {
                return Err(Fault::new(
                    at + offset,
                    "there is a backslash in front of something that it has no meaning for",
                    "write \\\\ for a backslash; \\' \\\" \\n \\r and \\t are known too",
                ));
            }
        });
    }
    Err(Fault::new(at, "the text is not closed", format!("it must end with {quote}")))
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), Fault> {
    let unsigned = rest.strip_prefix(['-', '+']).unwrap_or(rest);
    let length =
        unsigned.find(|letter: char| !(letter.is_alphanumeric() || letter == '.')).unwrap_or(unsigned.len());
    let digits = unsigned.get(..length).unwrap_or_default();
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit()));
    if !is_number {
        return Err(Fault::new(at, "this is no number", "write numbers like 12 or -0.5, texts in quotes"));
    }
    let sign = if rest.starts_with('-') { "-" } else { "" };
    Ok((Token::Number(format!("{sign}{digits}")), rest.len() - unsigned.len() + length))
}
